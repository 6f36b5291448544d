"""What the launch form needs from this machine, on a real disk with a tiny GGUF file."""

from dataclasses import replace
from pathlib import Path

import pytest
from gguf_maker import tiny_model

from hat_tui.adapters.launcher import KEY_FILE, Launcher
from hat_tui.adapters.model_folder import ModelFolder
from hat_tui.adapters.model_shelf import LaunchMemory, ModelShelf
from hat_tui.gguf.fit import Fit
from hat_tui.server.launch import LaunchOptions, for_model, is_loopback
from hat_tui.services import NotConnected


@pytest.fixture
def options(tmp_path: Path) -> LaunchOptions:
    (tmp_path / "models").mkdir()
    tiny_model(tmp_path / "models" / "tiny.gguf")
    return for_model(str(tmp_path / "models" / "tiny.gguf"), 64)


@pytest.fixture
def memory(tmp_path: Path) -> LaunchMemory:
    return LaunchMemory(tmp_path / "state")


@pytest.fixture
def launcher(tmp_path: Path, memory: LaunchMemory) -> Launcher:
    return Launcher(ModelShelf(ModelFolder([tmp_path / "models"]), memory), tmp_path / "state")


def test_more_context_needs_more_memory_and_a_file_that_is_gone_is_unknown(
    launcher: Launcher, options: LaunchOptions
) -> None:
    small, _ = launcher.need(replace(options, n_ctx=256))
    large, _ = launcher.need(replace(options, n_ctx=65536))
    assert 0 < small < large
    assert launcher.need(for_model("/nowhere.gguf")) == (0, Fit.UNKNOWN)


def test_a_launch_is_remembered_for_its_model_but_not_that_it_was_open_to_the_network(
    launcher: Launcher, options: LaunchOptions, memory: LaunchMemory
) -> None:
    launcher.remember(replace(options, threads=3, host="192.168.1.52", port=8000, api_key="open-sesame"))
    kept = memory.read(Path(options.models[0].path))
    assert kept == {"threads": 3}


def test_the_launch_line_holds_no_key(launcher: Launcher, options: LaunchOptions) -> None:
    assert "open-sesame" not in launcher.line(replace(options, api_key="open-sesame"))


def test_sharing_takes_a_network_address_and_a_key_that_is_kept_for_the_next_time(
    launcher: Launcher, options: LaunchOptions, tmp_path: Path
) -> None:
    try:
        first = launcher.share(options)
    except NotConnected:
        pytest.skip("this machine has no network address")
    assert not is_loopback(first.host)
    assert first.api_key == (tmp_path / "state" / KEY_FILE).read_text().strip()
    assert launcher.share(options).api_key == first.api_key
    assert launcher.share(replace(options, api_key="mine")).api_key == "mine"


def test_a_setting_that_no_server_has_is_told_in_the_list_and_breaks_nothing(
    options: LaunchOptions, tmp_path: Path, memory: LaunchMemory
) -> None:
    shelf = ModelShelf(ModelFolder([tmp_path / "models"]), memory, extra=("n_bach=256",))
    (choice,) = shelf.list()
    assert choice.facts
    assert "no setting “n_bach”" in choice.problem


def test_no_server_is_left_where_none_was_started(launcher: Launcher) -> None:
    assert launcher.strays() == ()


def test_a_state_folder_that_may_not_be_looked_into_holds_no_servers(tmp_path: Path, memory: LaunchMemory) -> None:
    assert Launcher(ModelShelf(ModelFolder([]), memory), tmp_path / ("x" * 300)).strays() == ()
