"""What the installed llama_cpp.server can do, asked in a child: llama_cpp is never imported here."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hat_tui.server.launch import clean_environment

_ASK = """
import json, sys
told = {}
try:
    import llama_cpp
    from llama_cpp import llama_chat_format
    told["version"] = llama_cpp.__version__
    told["features"] = llama_cpp.llama_print_system_info().decode(errors="replace")
    told["gpu"] = bool(llama_cpp.llama_supports_gpu_offload())
    registry = llama_chat_format.LlamaChatCompletionHandlerRegistry()
    told["formats"] = sorted(registry._chat_handlers)
    from llama_cpp.server import settings
    told["settings"] = {
        name: field.description or "" for name, field in settings.Settings.model_fields.items()
    }
    from llama_cpp.server import __main__, app
except BaseException as error:
    told["error"] = f"{type(error).__name__}: {error}"
print("\\n" + json.dumps(told), flush=True)
if len(sys.argv) > 1 and "version" in told:
    model = llama_cpp.Llama(sys.argv[1], n_ctx=128, n_batch=64, n_threads=1, n_threads_batch=1, verbose=False)
    model.create_completion("One, two, three, four, five, six, seven,", max_tokens=4, temperature=0)
    print("smoke run done", flush=True)
"""
_DONE = "smoke run done"


@dataclass(frozen=True, slots=True)
class Smoke:
    """How a trial with a tiny quantized model went; `code` is None when it took too long."""

    passed: bool
    code: int | None = 0
    last_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstalledServer:
    """The server part. `error` is "" when it can be started; `settings` are names with what each is for."""

    version: str = ""
    features: str = ""
    """llama.cpp's line of CPU features it was built with."""
    gpu: bool = False
    formats: tuple[str, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)
    error: str = ""
    smoke: Smoke | None = None

    @property
    def version_numbers(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.version.split(".") if part.isdigit())


def ask_installed_server(
    python: str = sys.executable,
    smoke_model: Path | None = None,
    *,
    timeout_s: float = 60,
    on_start: Callable[["subprocess.Popen[bytes]"], object] = lambda child: None,
) -> InstalledServer:
    """Ask the interpreter's llama_cpp, in about a second. Blocks: run it in a thread; `on_start` gets the child to end.

    With `smoke_model`, a tiny quantized model, it then writes four tokens. A llama.cpp that was built for another CPU,
    or miscompiled for this one, dies of it here and not in a person's first chat.
    """
    # -P: as in the server, no module of the current folder goes before an installed one.
    command = [python, "-P", "-c", _ASK, *([str(smoke_model)] if smoke_model else [])]
    code: int | None = None
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(os.environ),
        )
    except OSError as error:
        return InstalledServer(error=f"{python} cannot be run: {error.strerror}.")
    on_start(child)
    try:
        said, complained = child.communicate(timeout=timeout_s)
        code = child.returncode
    except subprocess.TimeoutExpired:
        child.kill()
        said, complained = child.communicate()
    lines = said.decode("utf-8", "replace").splitlines()
    last_words = tuple(complained.decode("utf-8", "replace").splitlines()[-50:])
    smoke = Smoke(_DONE in lines, code, last_words) if smoke_model else None
    try:
        told = json.loads(next(line for line in lines if line.startswith("{")))
    except (ValueError, StopIteration):
        return InstalledServer(error=f"Importing llama_cpp ended with exit code {code}.", smoke=smoke)
    return InstalledServer(
        told.get("version", ""),
        told.get("features", "").strip(),
        told.get("gpu", False),
        tuple(told.get("formats", ())),
        dict(told.get("settings", {})),
        told.get("error", ""),
        smoke,
    )
