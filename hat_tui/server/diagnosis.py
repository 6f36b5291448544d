"""Why a server ended, and what to do: from its exit code and its last lines."""

import re
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

AMX_OFF = "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
"""Compiler flags that keep the native build and leave out AMX, whose code GCC 12 miscompiles (llama.cpp #20824)."""


class Cause(StrEnum):
    """The kinds of ending that are told apart."""

    TRUNCATED = "truncated model"
    NOT_GGUF = "not a GGUF file"
    UNKNOWN_ARCHITECTURE = "unknown architecture"
    NO_FILE = "file missing"
    NO_MEMORY = "out of memory"
    KILLED = "killed"
    PORT_TAKEN = "port taken"
    NO_ADDRESS = "address not ours"
    BAD_BUILD = "wrong CPU build"
    NOT_INSTALLED = "server not installed"
    NO_RPC = "RPC server missing"
    BAD_SETTING = "setting refused"
    CACHE_TYPE = "cache type needs flash attention"
    ASSERTION = "internal check failed"
    OTHER = "unknown"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What happened, in one sentence, and what to do about it. `command` is a line for a shell, when one helps."""

    cause: Cause
    what: str
    next_step: str
    command: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.next_step, self.command) if part)


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the server runs: interpreter, version of llama-cpp-python, `platform.machine()` and `sys.platform`."""

    python: str = "python"
    version: str = "0.3.36"
    machine: str = "x86_64"
    system: str = "linux"


def install_command(place: Installation) -> str:
    """How to add the server part: llama.cpp is compiled, which takes some minutes, once."""
    return f"{_quoted(place.python)} -m pip install {_requirement(place, '[server]')}"


def rebuild_command(place: Installation, *, portable: bool) -> str:
    """How to build llama-cpp-python again.

    `portable` takes no instruction beyond AVX2 (it also runs on another machine); otherwise the build is for this CPU
    but for AMX. pip keeps built wheels in a cache that does not know the settings they were built with, so the cache is
    left out.
    """
    install = f"{_quoted(place.python)} -m pip install --force-reinstall --no-cache-dir --no-deps {_requirement(place)}"
    if place.system == "win32":
        return f'cmd /c "set CMAKE_ARGS=-DGGML_NATIVE=OFF&& {install}"'
    if portable or place.machine.lower() not in ("x86_64", "amd64"):
        return f"CMAKE_ARGS=-DGGML_NATIVE=OFF {install}"
    return f"CFLAGS='{AMX_OFF}' CXXFLAGS='{AMX_OFF}' {install}"


def _requirement(place: Installation, extra: str = "") -> str:
    quote = '"' if place.system == "win32" else "'"
    return f"{quote}llama-cpp-python{extra}=={place.version}{quote}"


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path


_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Diagnosis]]


def _rule(pattern: str, cause: Cause, what: str, next_step: str) -> _Rule:
    """Braces in `what` and `next_step` name groups of the pattern."""

    def tell(found: re.Match[str]) -> Diagnosis:
        return Diagnosis(cause, what.format(**found.groupdict()), next_step.format(**found.groupdict()))

    return re.compile(pattern, re.MULTILINE), tell


_AGAIN = "Download it again, or choose another model."
_RULES: tuple[_Rule, ...] = (
    _rule(
        r"data is not within the file bounds|tensor .*out of bounds|unexpectedly reached end of file|read error"
        r"|failed to read (key-value pairs|tensor info|tensor data)",
        Cause.TRUNCATED,
        "The model file is incomplete: it ends before its contents do.",
        _AGAIN,
    ),
    _rule(
        r"invalid magic characters|failed to read magic|unsupported (GGUF )?version|bad GGUF version",
        Cause.NOT_GGUF,
        "The model file is not a GGUF file, or of a version this server does not know.",
        "Choose a file in GGUF format; a .safetensors or .bin file has to be converted first.",
    ),
    _rule(
        r"unknown model architecture: '(?P<name>[^']*)'",
        Cause.UNKNOWN_ARCHITECTURE,
        "The installed llama.cpp does not know the architecture “{name}” of this model.",
        "Choose another model, or update llama-cpp-python.",
    ),
    _rule(
        r"Model path does not exist: (?P<path>.*)",
        Cause.NO_FILE,
        "There is no model file at {path}.",
        "Check the path, or choose another model.",
    ),
    _rule(
        r"^There is no file (?P<path>.*)",
        Cause.NO_FILE,
        "There is no file {path}.",
        "Check the paths of the launch.",
    ),
    _rule(
        r"insufficient memory|failed to allocate|unable to allocate|bad_alloc|MemoryError|Cannot allocate memory"
        r"|out of memory|mmap failed",
        Cause.NO_MEMORY,
        "There is not enough memory for this model with this context.",
        "Lower n_ctx, take a smaller model or quantization, or close other programs.",
    ),
    _rule(
        r"address already in use|WinError 10048|\[Errno (98|48|10048)\]",
        Cause.PORT_TAKEN,
        "Another program already uses the port.",
        "Choose another port, or 0 for a free one; or connect to what runs there by its URL.",
    ),
    _rule(
        r"cannot assign requested address|could not bind|getaddrinfo failed|Name or service not known|'idna' codec"
        r"|\[Errno (99|49|10049)\]",
        Cause.NO_ADDRESS,
        "The server cannot listen on that host: it is no address of this machine.",
        "Use 127.0.0.1, or an address of this machine.",
    ),
    _rule(
        r"No RPC server answers at (?P<server>\S+)",
        Cause.NO_RPC,
        "No llama.cpp RPC server answers at {server}.",
        "Start it there (ggml-rpc-server -H ADDRESS -p PORT), or take it out of the launch form.",
    ),
    _rule(
        r"surrogates not allowed",
        Cause.BAD_SETTING,
        "The server takes paths in UTF-8 alone, and the name of a file or folder is not.",
        "Rename it, or choose another file.",
    ),
    _rule(
        r"quantized V cache requires flash_attn",
        Cause.CACHE_TYPE,
        "A quantized V cache works only with flash attention.",
        "Turn flash attention on, or set the V cache type to f16.",
    ),
    _rule(
        r"^(?:models\.\d+\.)?(?P<field>[\w.]+)\n\s+(?P<why>.*?) \[type=",
        Cause.BAD_SETTING,
        "The server refuses the setting {field}: {why}.",
        "Correct it in the launch form.",
    ),
    _rule(
        r"error: (?P<why>argument .*|unrecognized arguments.*)",
        Cause.BAD_SETTING,
        "The server refuses a setting: {why}.",
        "Correct it in the launch form.",
    ),
    _rule(
        r"(?P<check>GGML_ASSERT\(.*)",
        Cause.ASSERTION,
        "A check inside llama.cpp failed: {check}.",
        "Try the default launch settings; if it happens again, the model file may be damaged.",
    ),
    _rule(
        r"Failed to load model from file",
        Cause.OTHER,
        "llama.cpp could not load the model.",
        "The server log says why; try another model.",
    ),
    _rule(
        r"Failed to create llama_context",
        Cause.OTHER,
        "llama.cpp could not open a context with these settings.",
        "The server log says why; try the default launch settings.",
    ),
)

_NOT_INSTALLED = re.compile(
    r"No module named '?(?P<name>llama_cpp|uvicorn|fastapi|pydantic_settings|sse_starlette|starlette_context)"
)
_LOST_LIBRARY = re.compile(
    r"Failed to load shared library|cannot open shared object file|Shared library with base name .* not found"
)

# Windows ends a process with the code of the exception; Python shows it unsigned, others signed.
_WINDOWS_CODES: dict[int, int | str] = {
    0xC0000005: signal.SIGSEGV,
    0xC000001D: signal.SIGILL,
    0xC0000017: "memory",
    0xC000012D: "memory",
    0xC0000409: signal.SIGABRT,
}
_SIGBUS = (7, 10)  # Linux and macOS; signal.SIGBUS does not exist on Windows.
_SIGKILL = 9
_SAYS_ALL = (signal.SIGSEGV, signal.SIGILL, _SIGKILL, *_SIGBUS)
"""Signals that come without a last word: of the lines before them only those about memory belong to the ending."""


def diagnose(code: int | None, lines: Sequence[str], place: Installation | None = None) -> Diagnosis:
    """Why the server ended.

    `code` is its exit code; minus the signal's number when a signal ended it, as subprocess tells it. `lines` are its
    last lines, the latest last: two hundred are plenty.
    """
    place = place or Installation()
    text = "\n".join(lines)
    if missing := _NOT_INSTALLED.search(text):
        return Diagnosis(
            Cause.NOT_INSTALLED,
            f"The server part is not installed: Python finds no {missing['name']}.",
            "Add it (llama.cpp is compiled once, some minutes):",
            install_command(place),
        )
    if _LOST_LIBRARY.search(text):
        return Diagnosis(
            Cause.BAD_BUILD,
            "The llama.cpp library cannot be loaded: it was built for another machine, or lost a part.",
            "Build it again:",
            rebuild_command(place, portable=True),
        )
    if "RPC is not supported by this build" in text:
        return Diagnosis(
            Cause.BAD_BUILD,
            "The installed llama.cpp was built without RPC, so it cannot share a model with other machines.",
            "Build it again with RPC:",
            rebuild_command(place, portable=True).replace("-DGGML_NATIVE=OFF", "'-DGGML_NATIVE=OFF -DGGML_RPC=ON'"),
        )
    ending: int | str | None = _WINDOWS_CODES.get((code or 0) & 0xFFFFFFFF)
    if ending is None and code is not None and code < 0:
        ending = -code
    if ending in _SAYS_ALL:
        text = "\n".join(lines[-8:])
    for pattern, tell in _RULES:
        if (found := pattern.search(text)) and (
            (told := tell(found)).cause is Cause.NO_MEMORY or ending not in _SAYS_ALL
        ):
            return told
    if ending is not None:
        return _by_signal(ending, place)
    return Diagnosis(
        Cause.OTHER,
        f"The server ended by itself (exit code {code})." if code else "The server ended by itself.",
        "Its last lines say more; restart it from the server panel.",
    )


def _by_signal(ending: int | str, place: Installation) -> Diagnosis:
    match ending:
        case signal.SIGSEGV:
            return Diagnosis(
                Cause.BAD_BUILD,
                "The server crashed with a segmentation fault: llama.cpp was probably miscompiled for this CPU.",
                "Build it again:",
                rebuild_command(place, portable=False),
            )
        case signal.SIGILL:
            return Diagnosis(
                Cause.BAD_BUILD,
                "The server used an instruction this CPU does not have: llama.cpp was built for another CPU.",
                "Build it again:",
                rebuild_command(place, portable=True),
            )
        case "memory":
            return Diagnosis(
                Cause.NO_MEMORY,
                "The system had no memory left for the server.",
                "Lower n_ctx, take a smaller model or quantization, or close other programs.",
            )
        case signal.SIGABRT:
            return Diagnosis(
                Cause.ASSERTION,
                "llama.cpp stopped itself after an internal error.",
                "Try the default launch settings; if it happens again, the model file may be damaged.",
            )
        case number if number in _SIGBUS:
            return Diagnosis(
                Cause.TRUNCATED,
                "The model file could no longer be read: it became shorter, or its disk went away.",
                "Check the file and its disk, then restart the server.",
            )
        case number if number == _SIGKILL:
            return Diagnosis(
                Cause.KILLED,
                "The server was killed: when the machine runs out of memory, the system does this.",
                "Lower n_ctx or take a smaller model, then restart it.",
            )
        case _:
            return Diagnosis(
                Cause.KILLED,
                f"The server was ended from outside (signal {ending}).",
                "Restart it from the server panel.",
            )
