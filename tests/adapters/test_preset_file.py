"""Presets and the last used model on a real disk."""

from pathlib import Path

import pytest

from hat_tui.adapters.last_used import LastUsed, LastUsedFile
from hat_tui.adapters.preset_file import BUILT_IN, PresetFile
from hat_tui.chat.parameters import SamplingParameters


def test_a_saved_preset_is_there_next_time_beside_the_built_in_ones(tmp_path: Path) -> None:
    mine = SamplingParameters(temperature=0.7, stop=("\n", "</s>"), system='Say "hm".')
    PresetFile(tmp_path / "deep" / "presets.toml").save("mine, the first", mine)
    assert PresetFile(tmp_path / "deep" / "presets.toml").load() == {**BUILT_IN, "mine, the first": mine}


def test_saving_keeps_the_other_presets(tmp_path: Path) -> None:
    presets = PresetFile(tmp_path / "presets.toml")
    presets.save("a", SamplingParameters(top_k=1))
    presets.save("b", SamplingParameters(top_k=2))
    assert presets.load()["a"].top_k == 1


def test_a_broken_file_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "presets.toml"
    file.write_text("[mine\ntop_k = 3", encoding="utf-8")
    with pytest.raises(OSError, match="mend it or move it away"):
        PresetFile(file).save("other", SamplingParameters())
    assert file.read_text(encoding="utf-8") == "[mine\ntop_k = 3"
    assert PresetFile(file).load() == BUILT_IN


def test_a_preset_that_makes_no_sense_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "presets.toml").write_text('[bad]\ntop_k = "many"\n[good]\ntop_k = 3\n', encoding="utf-8")
    presets = PresetFile(tmp_path / "presets.toml").load()
    assert "bad" not in presets
    assert presets["good"].top_k == 3


def test_what_was_used_last_is_remembered_and_nonsense_is_forgotten(tmp_path: Path) -> None:
    file = LastUsedFile(tmp_path / "state")
    assert file.read() == LastUsed()
    file.write(LastUsed(url="http://localhost:8000/v1"))
    assert file.read() == LastUsed(url="http://localhost:8000/v1")
    (tmp_path / "state" / "last.json").write_text("[]", encoding="utf-8")
    assert file.read() == LastUsed()
