"""The program inside a real GNU screen, drawn again by an emulated terminal."""

import base64
import shutil
import sys

import pytest

if sys.platform == "win32" or shutil.which("screen") is None:
    pytest.skip("needs GNU screen", allow_module_level=True)

from bench.terminal.clients import HAT_TUI
from bench.terminal.fake_server import ServerProcess
from bench.terminal.prose import END
from bench.terminal.pty_client import PtyClient

SIZE = (100, 30)
STATUS = 28
"""The row that names the server's port."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with ServerProcess(0, 60, tmp_path_factory.mktemp("server")) as server:
        yield server


def started(folder, server, *around, **more):
    """hat-tui at its defaults, ready, with something typed."""
    (folder / "home").mkdir()
    environment = HAT_TUI.environment(server.url, folder / "home") | more
    command = [*around, *HAT_TUI.command(server.url, folder / "home")]
    client = PtyClient(command, environment, *SIZE, cwd=folder / "home")
    assert client.pump(30, lambda: HAT_TUI.ready in client.terminal.text())
    client.send("héllo 漢字".encode())
    assert client.pump(5, lambda: "héllo 漢字" in client.terminal.text())
    client.settle(0.5)
    return client


@pytest.fixture(scope="module")
def in_screen(tmp_path_factory, server):
    folder = tmp_path_factory.mktemp("screen")
    folder.chmod(0o700)
    config = folder / "screenrc"
    config.write_text("startup_message off\nvbell off\naltscreen on\n", encoding="utf-8")
    with started(folder, server, "screen", "-U", "-c", str(config), SCREENDIR=str(folder)) as client:
        yield client


def shown(client):
    """The cells of all rows but the status, without italics: GNU screen would show them reversed."""
    rows = [[(char, look, look.attributes) for char, look in row] for row in client.terminal.cells()]
    return [
        [(char, look.foreground, look.background, set(attributes) - {"italic"})
         for char, look, attributes in row if char != " "]
        for y, row in enumerate(rows) if y != STATUS
    ]  # fmt: skip


def test_screen_shows_what_a_terminal_of_256_colours_shows(in_screen, server, tmp_path):
    with started(tmp_path, server, TEXTUAL_COLOR_SYSTEM="256") as outside:
        assert shown(in_screen) == shown(outside)


def test_a_copy_reaches_the_terminal_through_screen_and_nothing_is_left_behind(in_screen):
    in_screen.send(b"\r")
    assert in_screen.pump(10, lambda: END in in_screen.terminal.text())
    in_screen.send(b"\x1b[Z")
    assert in_screen.pump(5, lambda: "c Copy" in in_screen.terminal.text())
    in_screen.send(b"c")
    assert in_screen.pump(5, lambda: in_screen.terminal.clipboard)
    copied = base64.b64decode(in_screen.terminal.clipboard[0].removeprefix("c;") + "==")
    assert copied.endswith(END.encode())
    in_screen.send(b"\x11")
    assert in_screen.pump(5, lambda: in_screen.ended)
    assert in_screen.terminal.modes == {7, 25}
    assert not in_screen.terminal.unknown
