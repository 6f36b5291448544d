"""No child outlives us: the platform-dependent part of running a server.

This file is also the first thing the child runs (`python -P child_guard.py --parent=… --rpc=… MODULE ARGS…`), so it
imports the standard library alone. In the child it ties the process to its parent, then runs MODULE as `python -m`
would.

Three ties, so that SIGKILL, a closed terminal or a crash of the parent ends the child too:

- a pipe to the child's standard input, which every system closes when the parent is gone;
- on Linux a death signal from the kernel, which works even when Python in the child is stuck;
- on Windows a job object, which the system closes with the parent's last handle to it.
"""

import contextlib
import importlib
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_MORE_EXPENDABLE_THAN_US = "300"


def guarded_command(python: str, module: str, arguments: Sequence[str], *, rpc_servers: str = "") -> list[str]:
    """The command line that runs `python -m module arguments…` tied to this process.

    `rpc_servers` is a comma-separated list of llama.cpp RPC servers that shall hold a part of the model.
    """
    guard = str(Path(__file__).resolve())
    return [python, "-P", guard, f"--parent={os.getpid()}", f"--rpc={rpc_servers}", module, *arguments]


def spawn_settings() -> dict[str, Any]:
    """Keyword arguments for `asyncio.create_subprocess_exec`: a process group of its own, and the pipe that ties.

    Spawn from a thread that lives as long as the child may: Linux sends the death signal when that thread ends.
    """
    settings: dict[str, Any] = {"stdin": subprocess.PIPE}
    if sys.platform == "win32":
        return settings | {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return settings | {"start_new_session": True}


def end_gently(pid: int) -> None:
    """Ask the child's whole group to end. On Windows, where there is no such request, end it."""
    if sys.platform == "win32":
        end_at_once(pid)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGTERM)


def end_at_once(pid: int) -> None:
    """End the child and everything it started."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], check=False, capture_output=True)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def put_in_job(pid: int) -> object:
    """Windows: tie the process to us by a job object; keep what is returned as long as the child may live.

    Elsewhere, and when Windows refuses, nothing is done: the pipe still ties.
    """
    if sys.platform != "win32":
        return None
    import ctypes  # noqa: PLC0415 - Windows only
    from ctypes import wintypes  # noqa: PLC0415

    class Limits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION; of its many fields only LimitFlags is set."""

        _fields_ = [
            ("times", ctypes.c_int64 * 2),
            ("flags", wintypes.DWORD),
            ("sizes", ctypes.c_size_t * 2),
            ("active", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("classes", wintypes.DWORD * 2),
            ("io", ctypes.c_uint64 * 6),
            ("memory", ctypes.c_size_t * 4),
        ]

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = kernel.OpenProcess.restype = wintypes.HANDLE
    extended_limits, kill_on_close, set_quota_and_terminate = 9, 0x2000, 0x0101
    job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
    limits = Limits(flags=kill_on_close)
    kernel.SetInformationJobObject(job, extended_limits, ctypes.byref(limits), ctypes.sizeof(limits))
    process = wintypes.HANDLE(kernel.OpenProcess(set_quota_and_terminate, False, pid))
    kernel.AssignProcessToJobObject(job, process)
    kernel.CloseHandle(process)
    return job


def _die_with(parent: int) -> None:
    """Runs in the child: end it when the parent does, and let the kernel prefer it when memory runs out."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - a third of this start-up's time, on Linux alone

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the signal was asked for
            os._exit(1)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(_MORE_EXPENDABLE_THAN_US)
    threading.Thread(target=_end_with_stdin, name="parent watch", daemon=True).start()


def _end_with_stdin() -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _add_rpc_servers(servers: str) -> None:
    """Make llama.cpp use these servers as devices, before a model is loaded.

    llama-cpp-python 0.3.36 has a setting for it and does nothing with it. This is what llama.cpp's own programs do
    (`add_rpc_devices` in common/arg.cpp).
    """
    import ctypes  # noqa: PLC0415 - not needed without RPC
    import socket  # noqa: PLC0415

    for server in servers.split(","):
        host, _, port = server.strip().rpartition(":")
        try:  # llama.cpp aborts the whole program when a server is not there
            socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
        except (OSError, ValueError):
            sys.exit(f"No RPC server answers at {server.strip()}")
    llama = importlib.import_module("llama_cpp.llama_cpp")
    if not llama.llama_supports_rpc():
        sys.exit("RPC is not supported by this build of llama.cpp")
    # Found through llama.cpp's own library, which is linked to ggml; Windows does not look that far.
    library = llama._lib if sys.platform != "win32" else importlib.import_module("llama_cpp._ggml").libggml
    by_name, address_of = library.ggml_backend_reg_by_name, library.ggml_backend_reg_get_proc_address
    by_name.argtypes, by_name.restype = [ctypes.c_char_p], ctypes.c_void_p
    address_of.argtypes, address_of.restype = [ctypes.c_void_p, ctypes.c_char_p], ctypes.c_void_p
    library.ggml_backend_register.argtypes, library.ggml_backend_register.restype = [ctypes.c_void_p], None
    address = address_of(by_name(b"RPC"), b"ggml_backend_rpc_add_server")
    add_server = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_char_p)(address)
    for server in servers.split(","):
        library.ggml_backend_register(add_server(server.strip().encode()))


def main(arguments: Sequence[str]) -> None:
    """`--parent=PID --rpc=SERVERS MODULE ARGS…`"""
    parent, servers, module, *rest = arguments
    _die_with(int(parent.removeprefix("--parent=")))
    if servers := servers.removeprefix("--rpc="):
        _add_rpc_servers(servers)
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
