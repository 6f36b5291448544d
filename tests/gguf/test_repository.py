import pytest

from hat_tui.gguf.repository import DownloadProgress, NotThere, RemoteFile, Repository, choose, models_of, recommended

FILES = [
    RemoteFile("README.md", 10),
    RemoteFile("qwen2.5-1.5b-instruct-q4_k_m.gguf", 1_100_000_000),
    RemoteFile("sub/qwen2.5-1.5b-instruct-q8_0.gguf", 1_900_000_000),
    RemoteFile("qwen2.5-1.5b-instruct-fp16-00002-of-00002.gguf", 100),
    RemoteFile("qwen2.5-1.5b-instruct-fp16-00001-of-00002.gguf", 3_000_000_000),
    RemoteFile("mmproj-model-f16.gguf", 5),
]
REPOSITORY = Repository("q/q", "main", "apache-2.0", models_of(FILES))


def test_gguf_files_are_models_smallest_first_and_a_split_one_is_one():
    assert [model.name for model in REPOSITORY.models] == [
        "qwen2.5-1.5b-instruct-q4_k_m",
        "sub/qwen2.5-1.5b-instruct-q8_0",
        "qwen2.5-1.5b-instruct-fp16",
    ]
    split = REPOSITORY.models[2]
    assert [file.size for file in split.files] == [3_000_000_000, 100]
    assert split.size == 3_000_000_100


@pytest.mark.parametrize(
    ("name", "quantization"),
    [
        ("a-Q4_K_M", "Q4_K_M"),
        ("a.IQ2_XXS", "IQ2_XXS"),
        ("a-UD-Q4_K_XL", "UD-Q4_K_XL"),
        ("a-bf16", "BF16"),
        ("Q-model", ""),
        ("a-q8_0", "Q8_0"),
        ("Qwen2.5", ""),
        ("model-fp16", "FP16"),
        ("BF16/model-Q8_0", "Q8_0"),
        ("Q8_0/model", "Q8_0"),
    ],
)
def test_the_quantization_is_read_from_the_name(name, quantization):
    (model,) = models_of([RemoteFile(f"{name}.gguf", 1)])
    assert model.quantization == quantization


@pytest.mark.parametrize("wanted", ["q4_k_m", "Q4_K_M", "qwen2.5-1.5b-instruct-q4_k_m.gguf", "instruct-q4"])
def test_a_model_is_chosen_by_name_or_quantization(wanted):
    assert choose(REPOSITORY, wanted).quantization == "Q4_K_M"


def test_files_of_one_name_in_two_folders_are_two_models():
    files = [
        RemoteFile("a/ggml-model-f16-00001-of-00002.gguf", 1),
        RemoteFile("a/ggml-model-f16-00002-of-00002.gguf", 2),
        RemoteFile("b\x1b[2J/ggml-model-f16-00001-of-00001.gguf", 4),
    ]
    repository = Repository("q/q", "main", "", models_of(files))
    assert [(model.name, model.size) for model in repository.models] == [
        ("a/ggml-model-f16", 3),
        ("b__2J/ggml-model-f16", 4),
    ]
    assert choose(repository, "a/ggml-model-f16.gguf") is repository.models[0]
    with pytest.raises(NotThere, match=r"fits 2 models of q/q; it has a/ggml-model-f16, b__2J/ggml-model-f16\."):
        choose(repository, "f16")


def test_a_file_in_a_folder_is_chosen_by_its_own_name_too():
    models = models_of([RemoteFile("sub/a.gguf", 1), RemoteFile("sub/a-long.gguf", 2)])
    assert choose(Repository("q/q", "main", "", models), "a.gguf").size == 1


def test_what_cannot_be_chosen_gets_the_list():
    with pytest.raises(NotThere, match=r"say which of Q4_K_M, Q8_0"):
        choose(REPOSITORY)
    with pytest.raises(NotThere, match="fits 0 models"):
        choose(REPOSITORY, "Q2_K")
    with pytest.raises(NotThere, match="no GGUF file"):
        choose(Repository("a/b", "main", "", ()))


def test_the_usual_balance_is_recommended_and_the_finer_one_for_a_small_model():
    assert recommended(REPOSITORY.models).quantization == "Q4_K_M"
    small = models_of([RemoteFile("a-q8_0.gguf", 600_000_000), RemoteFile("a-q4_k_m.gguf", 400_000_000)])
    assert recommended(small).quantization == "Q8_0"
    assert recommended(()) is None


def test_a_name_from_the_hub_cannot_leave_the_folder_or_act_on_the_terminal():
    assert RemoteFile("../../etc/passwd.gguf", 1).name == "passwd.gguf"
    assert RemoteFile("x/..\\..\\evil\x1b[2J.gguf", 1).name == "_.._evil__2J.gguf"
    assert RemoteFile("x/.hidden.gguf", 1).name == "hidden.gguf"
    assert RemoteFile("..", 1).name == "model.gguf"


def test_progress_tells_its_share_and_the_time_left():
    progress = DownloadProgress("a", 25, 100, speed=5)
    assert (progress.share, progress.seconds_left) == (0.25, 15)
    assert DownloadProgress("a", 0, 0).seconds_left is None
