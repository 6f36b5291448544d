"""`python -m bench.install_peers`: install the clients that hat-tui is measured beside, each in its own environment.

They go into the user's cache folder, in the versions named here, with what they need as it was on the day named here.
What is there already is left alone. uv does it, in an environment of its own: pip takes half an hour to find out which
releases of some of them fit together.
"""

import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree, which
from typing import Final

from platformdirs import user_cache_path

FOLDER: Final = user_cache_path("hat-tui") / "bench" / "peers"
DAY: Final = "2026-11-24"
UV: Final = "uv==0.13.9"


@dataclass(frozen=True, slots=True)
class Peer:
    """A package of a client, its release, and the first minor version of Python 3 it runs on."""

    package: str
    version: str
    python: int = 11

    def is_there(self) -> bool:
        """Whether it was installed to the end, in this release."""
        mark = FOLDER / self.package / "installed"
        return mark.is_file() and mark.read_text(encoding="utf-8") == self.version


# Mistral Vibe 3.0.3 asks for a release of certifi that there is not.
PEERS: Final = (
    Peer("llm", "0.36"),
    Peer("elia-chat", "1.10.0"),
    Peer("mistral-vibe", "3.0.2", python=12),
    Peer("parllama", "0.10.1"),
    Peer("oterm", "0.26.1"),
)


def main() -> int:
    """Install what is missing; the exit code."""
    missing = [peer for peer in PEERS if not peer.is_there()]
    uv = _uv() if missing else Path()
    failed = [peer.package for peer in missing if not _install(peer, uv)]
    for peer in PEERS:
        print(f"{peer.package} {peer.version}: {'there' if peer.is_there() else 'missing'}")
    return 1 if failed else 0


def _uv() -> Path:
    folder = FOLDER.with_name("uv")
    if not (folder / "bin" / "uv").exists():
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", UV], check=True)
    return folder / "bin" / "uv"


def _install(peer: Peer, uv: Path) -> bool:
    python = next(_pythons(peer.python), None)
    if python is None:
        print(f"{peer.package} {peer.version} needs Python 3.{peer.python} or later, and there is none in the path.")
        return False
    folder = FOLDER / peer.package
    rmtree(folder, ignore_errors=True)
    made = subprocess.run([uv, "venv", "--quiet", "--no-python-downloads", "--python", python, folder], check=False)
    install: list[str | Path] = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--exclude-newer", DAY]
    install += ["--python", folder, f"{peer.package}=={peer.version}"]
    if made.returncode or subprocess.run(install, check=False).returncode:
        print(f"{peer.package} {peer.version} did not install; what is said above tells why.")
        return False
    (folder / "installed").write_text(peer.version, encoding="utf-8")
    return True


def _pythons(minor: int) -> Iterator[str]:
    """The Python that runs this first, so that clients differ in nothing they need not."""
    if sys.version_info[1] >= minor:
        yield sys.executable
    named = (which(f"python3.{number}") for number in range(minor, minor + 5))
    # A name in the path may be a shim that finds no such version.
    kept = sorted(str(path) for path in Path.home().glob(".pyenv/versions/3.*/bin/python3.*[0-9]"))
    for python in (*filter(None, named), *kept):
        test = [python, "-c", f"import sys; sys.exit(sys.version_info < (3, {minor}))"]
        if subprocess.run(test, capture_output=True, check=False).returncode == 0:
            yield python


if __name__ == "__main__":
    raise SystemExit(main())
