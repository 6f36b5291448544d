"""What a program opens with, by what is set, what was used last and what is saved."""

from pathlib import Path

from hat_tui.adapters.connection_file import ConnectionFile
from hat_tui.adapters.last_used import LastUsed
from hat_tui.adapters.model_folder import ModelFolder
from hat_tui.adapters.model_shelf import LaunchMemory, ModelShelf
from hat_tui.adapters.settings_file import Settings
from hat_tui.server.target import RemoteServer
from hat_tui.wiring import first_target

URL = "http://192.168.1.52:8000/v1"


def opens_with(folder: Path, saved: ConnectionFile, key: str = "") -> object:
    shelf = ModelShelf(ModelFolder([folder]), LaunchMemory(folder))
    target, _ = first_target(Settings(api_key=key), shelf, LastUsed(url=URL), saved)
    return target


def test_a_saved_server_that_was_used_last_is_opened_by_its_name_and_gets_no_other_key(tmp_path: Path) -> None:
    saved = ConnectionFile(tmp_path / "connections.toml")
    saved.save("office", RemoteServer(URL, "its own", "gemma"))
    assert opens_with(tmp_path, saved, key="of another") == RemoteServer(URL, "", "gemma", "office")
    assert saved.key("office") == "its own"


def test_a_server_that_is_not_saved_gets_the_key_that_is_set(tmp_path: Path) -> None:
    assert opens_with(tmp_path, ConnectionFile(tmp_path / "connections.toml"), key="set") == RemoteServer(URL, "set")
