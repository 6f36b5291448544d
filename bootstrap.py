#!/usr/bin/env python3
"""Make `.venv` and install hat-tui into it, pinned; `make run` and `make test` call this, and so can you without make.

    python3 bootstrap.py            hat-tui, the server that runs models on this machine, downloads
    python3 bootstrap.py --dev      the same with what the developers need
    python3 bootstrap.py --client   without the server: for a thin machine that connects by URL

A second time it finds everything in place and ends at once.
"""

import hashlib
import os
import platform
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NO_AMX = ("-mno-amx-tile", "-mno-amx-int8", "-mno-amx-bf16")


def main() -> int:
    flags = set(sys.argv[1:])
    if unknown := flags - {"--dev", "--client"}:
        print(f"bootstrap: unknown option {' '.join(unknown)}; there are --dev and --client", file=sys.stderr)
        return 2
    extras = [] if "--client" in flags else ["server", "hub"]
    extras += ["dev"] if "--dev" in flags else []
    stamp = VENV / f"installed-{'-'.join(extras) or 'client'}-{_fingerprint()}"
    if stamp.exists():
        return 0
    try:
        if not PYTHON.exists():
            _say("Making .venv (seconds)")
            _run(sys.executable, "-m", "venv", str(VENV))
        if "server" in extras:
            _install_server()
        _say("Installing hat-tui and what it needs (under a minute)")
        target = f".[{','.join(extras)}]" if extras else "."
        _pip("install", "--editable", target)
    except subprocess.CalledProcessError as failure:
        print(f"bootstrap: this failed: {' '.join(map(str, failure.cmd))}", file=sys.stderr)
        print(_advice(failure), file=sys.stderr)
        return 1
    stamp.touch()
    return 0


def _fingerprint() -> str:
    pins = b"".join((HERE / name).read_bytes() for name in ("pyproject.toml", "constraints.txt", "bootstrap.py"))
    return hashlib.sha256(pins).hexdigest()[:16]


def _install_server() -> None:
    """llama_cpp.server is built here, from source, for this processor.

    pip's own wheel cache is passed by: it knows nothing of the flags a wheel was built with.
    """
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = next(line for line in project["optional-dependencies"]["server"] if line.startswith("llama-cpp-python"))
    version = wanted.rpartition("==")[2]
    probe = f"import importlib.metadata as m, sys; sys.exit(m.version('llama-cpp-python') != {version!r})"
    if subprocess.run([PYTHON, "-c", probe], stderr=subprocess.DEVNULL, check=False).returncode == 0:
        return
    _say(f"Building llama.cpp's server {version} for this processor (3 to 8 minutes on two cores, once)")
    flags = " ".join(_compiler_flags())
    environment = dict(os.environ)
    for name in ("CFLAGS", "CXXFLAGS"):
        environment[name] = f"{environment.get(name, '')} {flags}".strip()
    started = time.monotonic()
    _pip("install", "--no-cache-dir", wanted, environment=environment)
    _say(f"Built in {time.monotonic() - started:.0f} s")


def _compiler_flags() -> tuple[str, ...]:
    """Flags that keep AMX code out of a build for this x86-64 processor; nothing elsewhere.

    GCC 12 miscompiles llama.cpp's AMX code, so that the server dies on its first token (ggml-org/llama.cpp#20824).
    A compiler that does not know the flags does not know AMX either.
    """
    if platform.machine().lower() not in ("x86_64", "amd64") or os.name == "nt":
        return ()
    compiler = os.environ.get("CC", "cc").split()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "empty.c")
        source.touch()
        command = [*compiler, *NO_AMX, "-c", str(source), "-o", str(Path(folder, "empty.o"))]
        try:
            known = subprocess.run(command, capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            known = False
    return NO_AMX if known else ()


def _advice(failure: subprocess.CalledProcessError) -> str:
    command = [str(word) for word in failure.cmd]
    if "venv" in command:
        return "Python's venv module is missing or broken. On Debian and Ubuntu: sudo apt install python3-venv"
    if any(word.startswith("llama-cpp-python") for word in command):
        return (
            "Building llama.cpp needs a C and a C++ compiler (Debian: sudo apt install build-essential; macOS: "
            "xcode-select --install; Windows: the Visual Studio build tools). Without one, `python3 bootstrap.py "
            "--client` installs hat-tui alone, to connect to a server by its URL."
        )
    return "What pip printed above tells why; a dropped connection is mended by running this again."


def _say(line: str) -> None:
    print(f"· {line}", flush=True)


def _pip(*arguments: str, environment: dict[str, str] | None = None) -> None:
    pip = (str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check")
    _run(*pip, *arguments, "--constraint", str(HERE / "constraints.txt"), environment=environment)


def _run(*command: str, environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=HERE, env=environment, check=True)


if __name__ == "__main__":
    raise SystemExit(main())
