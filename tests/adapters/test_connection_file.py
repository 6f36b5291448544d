"""Servers by name on a real disk: their keys kept apart, taken from elsewhere, and never where they could be seen."""

import asyncio
import stat
import sys
from pathlib import Path

import pytest

from hat_tui.adapters.connection_file import ConnectionFile
from hat_tui.server.target import RemoteServer
from hat_tui.services import NotConnected, NotSaved

OFFICE = RemoteServer("http://192.168.1.52:8000/v1", "open-sesame", "gemma")


@pytest.fixture
def file(tmp_path: Path) -> ConnectionFile:
    return ConnectionFile(tmp_path / "connections.toml", environ={"OFFICE_KEY": "from-the-environment"})


def test_a_server_is_kept_by_name_and_its_key_apart_where_its_owner_alone_reads_it(
    file: ConnectionFile, tmp_path: Path
) -> None:
    file.save("office", OFFICE)
    (saved,) = file.list()
    assert (saved.name, saved.url, saved.model, saved.key) == ("office", OFFICE.url, "gemma", "kept here")
    assert saved.target == RemoteServer(OFFICE.url, "", "gemma", "office")
    assert "open-sesame" not in (tmp_path / "connections.toml").read_text()
    assert file.key("office") == "open-sesame"
    if sys.platform != "win32":
        (key,) = (tmp_path / "keys").iterdir()
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


def test_saving_again_without_a_key_keeps_where_it_comes_from_and_with_one_replaces_it(file: ConnectionFile) -> None:
    file.save("office", OFFICE)
    file.save("office", RemoteServer("http://10.0.0.1:8000/v1"))
    assert file.key("office") == "open-sesame"
    file.save("office", RemoteServer("http://10.0.0.1:8000/v1", "another"))
    assert file.key("office") == "another"
    assert len(file.list()) == 1


def test_a_key_comes_from_a_variable_or_from_what_a_program_prints(file: ConnectionFile) -> None:
    file.save("a", RemoteServer("http://a", "$OFFICE_KEY"))
    file.save("b", RemoteServer("http://b", f"!{sys.executable} -c \"print('printed')\""))
    assert file.key("a") == "from-the-environment"
    assert file.key("b") == "printed"
    assert file.list()[0].key == "from $OFFICE_KEY"


@pytest.mark.parametrize(
    ("key", "said"),
    [("$NOT_SET", "which is not set"), ("!hat-tui-no-such-program", "which failed"), ("!true", "printed nothing")],
)
def test_a_key_that_does_not_come_is_told(file: ConnectionFile, key: str, said: str) -> None:
    file.save("a", RemoteServer("http://a", key))
    with pytest.raises(NotConnected, match=said):
        file.key("a")


def test_a_key_file_of_ones_own_is_read_and_one_that_is_gone_is_told(file: ConnectionFile, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("my key\n")
    (tmp_path / "connections.toml").write_text(f'[a]\nurl = "http://a"\nkey_file = "{tmp_path / "mine"}"\n')
    assert file.key("a") == "my key"
    (tmp_path / "mine").unlink()
    with pytest.raises(NotConnected, match="type it again"):
        file.key("a")
    (tmp_path / "connections.toml").write_text('[a]\nurl = "http://a"\nkey_file = "~no-such-user-here/key"\n')
    with pytest.raises(NotConnected, match="type it again"):
        file.key("a")


def test_deleting_takes_the_kept_key_along(file: ConnectionFile, tmp_path: Path) -> None:
    file.save("office", OFFICE)
    file.delete("office")
    assert file.list() == ()
    assert not list((tmp_path / "keys").iterdir())
    with pytest.raises(NotSaved, match="none is saved yet"):
        file.find("office")


@pytest.mark.parametrize("name", ["", "../evil", "a b", "a/b", ".hidden", "\x1b[31m", "x" * 70])
def test_a_name_that_could_lead_elsewhere_is_refused(file: ConnectionFile, name: str) -> None:
    with pytest.raises(NotSaved, match="A name is"):
        file.save(name, OFFICE)


def test_a_file_that_is_no_toml_is_told_and_not_written_over(file: ConnectionFile, tmp_path: Path) -> None:
    path = tmp_path / "connections.toml"
    path.write_text("[office\n")
    for do in (file.list, lambda: file.save("a", OFFICE), lambda: file.find("a")):
        with pytest.raises(NotSaved, match="not valid TOML"):
            do()
    assert path.read_text() == "[office\n"
    assert file.at("http://a") is None


def test_tables_that_are_no_connection_are_passed_over_and_a_name_is_found_in_any_case(
    file: ConnectionFile, tmp_path: Path
) -> None:
    (tmp_path / "connections.toml").write_text('stray = 1\n[a]\nmodel = "x"\n[Lab]\nurl = "http://lab"\n')
    assert [saved.name for saved in file.list()] == ["Lab"]
    assert file.find("lab").url == "http://lab"
    assert file.without_url() == ("stray", "a")
    with pytest.raises(NotSaved, match=r"^a in .* has no url"):
        file.find("a")
    assert file.at("http://lab") == file.find("Lab")


async def test_reachable_is_what_takes_a_connection_and_nothing_is_asked_of_it(file: ConnectionFile) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.put_nowait(await reader.read())
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        assert await file.is_reachable(f"http://127.0.0.1:{port}/v1")
        assert await file.is_reachable(f"127.0.0.1:{port}")
        async with asyncio.timeout(5):
            assert [await heard.get(), await heard.get()] == [b"", b""]
    assert not await file.is_reachable(f"http://127.0.0.1:{port}/v1")
    assert not await file.is_reachable("http://[broken")
