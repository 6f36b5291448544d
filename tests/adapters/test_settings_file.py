"""Command line over variables over config file over defaults, and clear words about what makes no sense."""

from pathlib import Path

import pytest

from hat_tui.adapters.settings_file import SETTINGS, BadSetting, load
from hat_tui.chat.parameters import SPECS, SamplingParameters


def config(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_any_source_the_defaults_hold(tmp_path: Path) -> None:
    settings = load({}, {}, tmp_path / "missing.toml")
    assert settings.sampling(SamplingParameters()) == SamplingParameters()
    assert settings.launch == {}


def test_a_flag_wins_over_a_variable_and_a_variable_over_the_file(tmp_path: Path) -> None:
    file = config(tmp_path, 'model = "file"\nurl = "file"\ntheme = "file"\ntemperature = 0.3\ntop_k = 3\nseed = 3\n')
    environ = {"MODEL": "variable", "URL": "variable", "TEMPERATURE": "0.2", "TOP_K": "2"}
    variables = {f"HAT_TUI_{name}": value for name, value in environ.items()}
    settings = load({"model": "flag", "temperature": "0.1"}, variables, file)
    assert (settings.model, settings.url, settings.theme) == ("flag", "variable", "file")
    parameters = settings.sampling(SamplingParameters())
    assert (parameters.temperature, parameters.top_k, parameters.seed) == (0.1, 2, 3)


@pytest.mark.parametrize(
    ("flags", "environ", "key", "model"),
    [
        ({}, {}, "of the file", "qwen"),
        ({"url": "office:8000/v1/"}, {}, "of the file", "qwen"),
        ({"url": "http://10.0.0.7:8000"}, {}, "", ""),
        ({}, {"HAT_TUI_URL": "http://10.0.0.7:8000"}, "", ""),
        ({"url": "http://10.0.0.7:8000"}, {"HAT_TUI_API_KEY": "given"}, "given", ""),
    ],
)
def test_the_files_key_and_model_are_for_the_files_server_alone(
    tmp_path: Path, flags: dict[str, str], environ: dict[str, str], key: str, model: str
) -> None:
    file = config(tmp_path, 'url = "http://office:8000"\napi_key = "of the file"\nserved_model = "qwen"\n')
    settings = load(flags, environ, file)
    assert (settings.key(), settings.served_model) == (key, model)


def test_what_is_set_wins_over_the_preset(tmp_path: Path) -> None:
    settings = load({}, {"HAT_TUI_TEMPERATURE": "1"}, tmp_path / "missing.toml")
    parameters = settings.sampling(SamplingParameters(temperature=0, top_k=1))
    assert (parameters.temperature, parameters.top_k) == (1, 1)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("model = [1]", "model in {file} takes a text, not [1]"),
        ("threads = 0", "threads in {file}: Threads is from 1 to"),
        ("temperature = 9", "temperature in {file}: Temperature takes a number from 0 to 2, not 9"),
        ("colour = 1", "{file} sets colour, which is no setting; docs/settings.md lists them"),
        ("keys = 3", '[keys] in {file} takes action = "key" lines'),
    ],
)
def test_a_bad_line_of_the_file_is_named_with_what_it_takes(tmp_path: Path, text: str, complaint: str) -> None:
    file = config(tmp_path, text)
    with pytest.raises(BadSetting) as trouble:
        load({}, {}, file)
    assert str(trouble.value).startswith(complaint.format(file=file))


@pytest.mark.parametrize("content", [b"model = ", b"\xff\xfe", b"model = 'a'\nmodel = 'b'"])
def test_a_file_that_is_no_toml_is_told_by_its_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(BadSetting, match=r"config\.toml"):
        load({}, {}, file)


def test_a_bad_flag_is_told_by_the_flag_and_a_bad_variable_by_the_variable(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"^--top-k: Top k takes"):
        load({"top_k": "many"}, {}, tmp_path / "missing.toml")
    with pytest.raises(BadSetting, match=r"^HAT_TUI_THREADS: Threads"):
        load({}, {"HAT_TUI_THREADS": "all"}, tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("typed", "is_restricted"), [("yes", True), ("ON", True), ("1", True), ("no", False), ("False", False)]
)
def test_restricted_is_yes_or_no(tmp_path: Path, typed: str, is_restricted: bool) -> None:
    assert load({"restricted": typed}, {}, tmp_path / "missing.toml").restricted is is_restricted


@pytest.mark.parametrize("written", ["true", "1", '"yes"'])
def test_restricted_in_the_file_may_be_a_boolean_and_yields_to_a_flag(tmp_path: Path, written: str) -> None:
    file = config(tmp_path, f"restricted = {written}\n")
    assert load({}, {}, file).restricted is True
    assert load({"restricted": "no"}, {}, file).restricted is False
    assert load({}, {}, config(tmp_path, "restricted = false\n")).restricted is False


def test_what_is_neither_yes_nor_no_is_refused_rather_than_taken_for_one(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"^--restricted is yes or no, not maybe"):
        load({"restricted": "maybe"}, {}, tmp_path / "missing.toml")


def test_the_key_is_no_flag_and_is_not_shown(tmp_path: Path) -> None:
    settings = load({}, {"HAT_TUI_API_KEY": "hunter2"}, tmp_path / "missing.toml")
    assert settings.key() == "hunter2"
    assert "hunter2" not in repr(settings)
    assert [setting.name for setting in SETTINGS if setting.secret] == ["api_key", "server_key"]


def test_the_key_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hunter2\n", encoding="utf-8")
    assert load({"api_key_file": str(tmp_path / "key")}, {}, tmp_path / "missing.toml").key() == "hunter2"
    with pytest.raises(BadSetting, match="cannot be read"):
        load({"api_key_file": str(tmp_path / "none")}, {}, tmp_path / "missing.toml").key()
    with pytest.raises(BadSetting, match="The key file ~no-such-user-here/key cannot be read"):
        load({"api_key_file": "~no-such-user-here/key"}, {}, tmp_path / "missing.toml").key()


def test_launch_options_come_from_all_three_and_the_servers_seed_is_not_the_replies(tmp_path: Path) -> None:
    file = config(tmp_path, "n_ctx = 0\nseed = 1\nserver_seed = 2\nflash_attention = true\n")
    settings = load({"threads": "2"}, {"HAT_TUI_CHAT_FORMAT": "chatml"}, file)
    wanted = {"n_ctx": "0", "threads": "2", "chat_format": "chatml", "flash_attention": "yes", "seed": "2"}
    assert settings.launch == wanted
    assert settings.parameters == {"seed": 1}


def test_no_setting_shares_a_name_with_a_parameter() -> None:
    assert not {setting.name for setting in SETTINGS} & {entry.name for entry in SPECS}
