import os

import pytest
from gguf_maker import STRING, U32, header_bytes, tiny_model

from hat_tui.adapters.model_folder import ModelFolder, NoSuchModel, other_caches


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    tiny_model(tmp_path / "Qwen2.5-0.5B-Q8_0.gguf")
    tiny_model(tmp_path / "deep" / "er" / "TinyLlama-1.1B.gguf")
    (tmp_path / "broken.gguf").write_bytes(b"PK\x03\x04 no model")
    (tmp_path / "notes.txt").write_text("no model either")
    (tmp_path / ".hidden.gguf").write_bytes(b"")
    return tmp_path


def test_models_are_listed_with_facts_or_a_problem(folder):
    listed = ModelFolder([folder, folder / "deep", folder / "nowhere"]).list()
    assert [model.name for model in listed] == ["broken", "Qwen2.5-0.5B-Q8_0", "TinyLlama-1.1B"]
    assert listed[0].facts is None
    assert "begins with" in listed[0].problem
    assert listed[1].facts.quantization == "Q8_0"


def test_a_cut_off_download_is_told_before_loading(folder):
    path = folder / "Qwen2.5-0.5B-Q8_0.gguf"
    os.truncate(path, path.stat().st_size - 1000)
    model = ModelFolder([folder]).find("qwen")
    assert "cut off" in model.problem
    assert not model.facts.can_chat


def test_a_changed_file_is_read_anew(folder):
    models = ModelFolder([folder])
    assert models.find("broken").facts is None
    tiny_model(folder / "broken.gguf")
    assert models.find("broken").facts is not None


def test_a_split_model_is_one_and_a_missing_part_is_told(tmp_path):
    fields = [("general.architecture", STRING, "llama"), ("llama.block_count", U32, 1)]
    for number in (1, 2):
        (tmp_path / f"big-0000{number}-of-00002.gguf").write_bytes(
            header_bytes(fields, [(f"t{number}", (4,), 0, bytes(16))])
        )
    (whole,) = ModelFolder([tmp_path]).list()
    assert (whole.name, whole.facts.parameters, whole.problem) == ("big", 8, "")
    (tmp_path / "big-00002-of-00002.gguf").unlink()
    (partial,) = ModelFolder([tmp_path]).list()
    assert "Part 2 of 2 is missing" in partial.problem


@pytest.mark.parametrize("wanted", ["TinyLlama-1.1B", "tinyllama-1.1b.gguf", "tinyllama", "llama-1"])
def test_a_model_is_found_by_its_name_or_a_part_of_it(folder, wanted):
    assert ModelFolder([folder]).find(wanted).name == "TinyLlama-1.1B"


def test_a_model_is_found_by_its_path(folder):
    path = folder / "Qwen2.5-0.5B-Q8_0.gguf"
    assert ModelFolder([]).find(str(path)).path == path


def test_a_name_that_does_not_fit_gets_a_helpful_sentence(folder, tmp_path):
    models = ModelFolder([folder])
    with pytest.raises(NoSuchModel, match="may be any of"):
        models.find("n")
    with pytest.raises(NoSuchModel, match="Did you mean “TinyLlama"):
        models.find("tinylama-1.1")
    with pytest.raises(NoSuchModel, match="There is no file"):
        models.find("some/where.gguf")
    with pytest.raises(NoSuchModel, match="There is no file ~no-such-user-here"):
        models.find("~no-such-user-here/model.gguf")
    with pytest.raises(NoSuchModel, match="There are: broken"):
        models.find("zzzzzz")
    with pytest.raises(NoSuchModel, match="No GGUF file is in"):
        ModelFolder([tmp_path / "nowhere"]).find("x")


def test_caches_of_other_programs_are_offered_where_they_are(tmp_path):
    (tmp_path / ".lmstudio" / "models").mkdir(parents=True)
    (tmp_path / "hub").mkdir()
    found = other_caches({"HF_HUB_CACHE": str(tmp_path / "hub")}, home=tmp_path)
    assert found == (tmp_path / "hub", tmp_path / ".lmstudio" / "models")
