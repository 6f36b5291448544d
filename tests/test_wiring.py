"""What a program opens with, by what is set, what was used last and what is saved."""

import sys
from pathlib import Path

import pytest
from gguf_maker import tiny_model

from hat_tui.adapters.connection_file import ConnectionFile
from hat_tui.adapters.endpoint_check import EndpointToCheck
from hat_tui.adapters.last_used import LastUsed, LastUsedFile
from hat_tui.adapters.model_folder import ModelFolder
from hat_tui.adapters.model_shelf import LaunchMemory, ModelShelf, can_run_models
from hat_tui.adapters.settings_file import Settings
from hat_tui.server.target import LocalModel, RemoteServer
from hat_tui.services import NotConnected
from hat_tui.wiring import first_target, late, patient, saved_connections, server_at, services, to_serve

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


def test_a_key_and_a_model_that_are_set_go_to_the_server_whose_url_is_set_and_to_unsaved_ones(tmp_path: Path) -> None:
    saved = ConnectionFile(tmp_path / "connections.toml")
    saved.save("office", RemoteServer(URL, "its own", "gemma"))
    other = "http://10.0.0.7:8000"
    settings = Settings(url=URL, api_key="set", served_model="qwen")
    assert server_at(URL, settings, saved) == RemoteServer(URL, "set", "qwen", "office")
    assert server_at(other, settings, saved) == RemoteServer(other, "set", "qwen")
    elsewhere = Settings(url=other, api_key="set", served_model="qwen")
    assert server_at(URL, elsewhere, saved) == RemoteServer(URL, "", "gemma", "office")
    assert server_at("192.168.1.52:8000", elsewhere, saved) == RemoteServer(URL, "", "gemma", "office")


OFFICE = RemoteServer(URL, "", "gemma", "office")


@pytest.mark.skipif(sys.platform != "linux", reason="the folders are told by XDG variables")
@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("https://api.example.com", OFFICE),
        ("192.168.1.52:8000", RemoteServer(URL, "set", "qwen", "office")),
        ("", RemoteServer(URL, "set", "qwen", "office")),
    ],
)
def test_a_server_opened_by_its_name_gets_what_is_set_unless_that_is_for_another(
    home: Path, url: str, opened: RemoteServer
) -> None:
    saved_connections().save("office", RemoteServer(URL, "its own", "gemma"))
    settings = Settings(url=url, api_key="set", served_model="qwen")
    assert services(settings, connection="Office").first == opened


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for config and state."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def looked_at(home: Path, settings: Settings) -> EndpointToCheck:
    LastUsedFile(home / "state" / "hat-tui").write(LastUsed(url=URL))
    (endpoint,) = patient(settings).endpoints
    return endpoint


@pytest.mark.skipif(sys.platform != "linux", reason="the folders are told by XDG variables")
def test_the_doctor_asks_a_saved_server_that_was_used_last_with_its_own_key(home: Path) -> None:
    saved_connections().save("office", RemoteServer(URL, "its own", "gemma"))
    endpoint = looked_at(home, Settings(api_key="of another", served_model="other"))
    assert (endpoint.url, endpoint.key, endpoint.model) == (URL, "", "gemma")
    assert endpoint.look_up_key() == "its own"


@pytest.mark.skipif(sys.platform != "linux", reason="the folders are told by XDG variables")
def test_the_doctor_asks_a_server_that_is_not_saved_with_the_key_that_is_set(home: Path) -> None:
    endpoint = looked_at(home, Settings(api_key="set"))
    assert (endpoint.url, endpoint.key, endpoint.look_up_key()) == (URL, "set", "")


@pytest.mark.skipif(sys.platform != "linux", reason="the folders are told by XDG variables")
@pytest.mark.skipif(not can_run_models(), reason="needs the server part")
@pytest.mark.parametrize("url", ["", "http://10.0.0.7:8000"])
def test_the_only_model_is_served_though_a_server_was_used_last_or_is_set(home: Path, url: str) -> None:
    LastUsedFile(home / "state" / "hat-tui").write(LastUsed(url=URL))
    (home / "models").mkdir()
    only = tiny_model(home / "models" / "only.gguf")
    target, why = to_serve(Settings(url=url, models_dir=only.parent))
    assert isinstance(target, LocalModel), why
    assert target.options.models[0].path == str(only)


def test_a_late_adapter_is_made_once_when_something_is_asked_of_it() -> None:
    made: list[str] = []

    def make() -> str:
        made.append("now")
        return "adapter"

    adapter = late(make)
    assert not made
    assert (adapter.upper(), adapter.title()) == ("ADAPTER", "Adapter")
    assert made == ["now"]


def test_what_a_late_adapter_cannot_be_made_of_is_told_to_who_asks() -> None:
    def make() -> str:
        raise NotConnected("no models here")

    with pytest.raises(NotConnected, match="no models here"):
        late(make).upper()
