"""The prompt in an editor of the person's own, which has the terminal meanwhile."""

from pathlib import Path

from terminal_session import COMMAND, TerminalSession

NOBODY = "http://127.0.0.1:9/v1"


def editor(folder: Path, does: str) -> str:
    """A program that does `does` with the file "$1"."""
    script = folder / "editor"
    script.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    script.chmod(0o755)
    return str(script)


def test_an_editor_that_fails_gives_the_terminal_and_the_prompt_back(tmp_path: Path) -> None:
    with TerminalSession(tmp_path, "--url", NOBODY, EDITOR=str(tmp_path / "missing")) as session:
        session.until("Nothing listens")
        session.send(b"kept\x1be")
        session.until("The editor was of no help", "kept")
        session.send(b" and on")
        session.until("kept and on")


def test_an_editor_that_is_interrupted_by_its_own_key_does_not_end_the_chat(tmp_path: Path) -> None:
    does = 'trap : INT; echo HERE; read line; kill -INT 0; echo written >> "$1"'
    with TerminalSession(tmp_path, "--url", NOBODY, EDITOR=editor(tmp_path, does)) as session:
        session.until("Nothing listens")
        session.send(b"\x1be")
        session.until("HERE")
        session.send(b"\r")
        session.until("written")
        session.send(b" and on")
        session.until("written and on")


def test_ctrl_z_in_the_editor_gives_the_shell_its_terminal_and_fg_goes_on(tmp_path: Path) -> None:
    does = 'echo HERE; read line; echo "$line" >> "$1"'
    with TerminalSession(
        tmp_path, "--norc", "-i", command=Path("/bin/bash"), EDITOR=editor(tmp_path, does), PS1="shell "
    ) as session:
        session.until("shell")
        session.send(f"{COMMAND} --url {NOBODY}\n".encode())
        session.until("Nothing listens")
        session.send(b"\x1be")
        session.until("HERE")
        session.send(b"\x1a")
        session.until("Stopped")
        session.send(b"echo $((6*7))\n")
        session.until("42")
        session.send(b"fg\nby the editor\n")
        session.until("by the editor", "Nothing listens")
        session.send(b" and on")
        session.until("by the editor and on")
