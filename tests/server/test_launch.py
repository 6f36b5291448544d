import json
import shlex

import pytest

from hat_tui.server.launch import (
    LaunchOptions,
    ServedModel,
    clean_environment,
    config,
    for_model,
    is_loopback,
    launch_line,
)


def written(options, **kwargs):
    return json.loads(config(options, port=8123, cores=4, **kwargs))


def test_the_defaults_are_the_fast_and_safe_ones():
    settings = written(for_model("/m/a.gguf", trained_context=32768))
    (model,) = settings["models"]
    assert settings["interrupt_requests"] is False
    assert settings["host"] == "127.0.0.1"
    assert "api_key" not in settings
    assert model == {
        "model": "/m/a.gguf", "model_alias": "a", "n_ctx": 4096, "n_threads": 4, "n_threads_batch": 4,
        "logits_all": False, "use_mlock": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "trained", "given"), [(None, 2048, 2048), (None, None, 4096), (0, 2048, 0), (9000, 2048, 9000)]
)
def test_the_context_is_4096_the_trained_length_or_what_is_asked(asked, trained, given):
    assert LaunchOptions((), n_ctx=asked).context_of(ServedModel("a", trained_context=trained)) == given


def test_every_choice_reaches_the_config():
    options = LaunchOptions(
        (ServedModel("a.gguf"),),
        threads=3,
        threads_batch=8,
        chat_format="gemma",
        n_gpu_layers=-1,
        flash_attention=True,
        cache_type_k="q8_0",
        cache_type_v="q4_0",
        lora="l.gguf",
        rope_scaling="none",
        rope_freq_base=1e4,
        rope_freq_scale=0.5,
        draft=True,
        rpc_servers="a:1,b:2",
        seed=0,
        cache=True,
        tls_key_file="k",
        tls_certificate="c",
        api_key="s3cret",
        extra=(("n_batch", "256"), ("tensor_split", "[0.5, 0.5]"), ("root_path", "/x")),
    )
    settings = written(options)
    (model,) = settings["models"]
    assert settings["api_key"] == "s3cret"
    assert (settings["ssl_keyfile"], settings["ssl_certfile"], settings["root_path"]) == ("k", "c", "/x")
    expected = {
        "n_threads": 3, "n_threads_batch": 8, "chat_format": "gemma", "n_gpu_layers": -1, "flash_attn": True,
        "type_k": 8, "type_v": 2, "lora_path": "l.gguf", "rope_scaling_type": 0, "rope_freq_base": 1e4,
        "rope_freq_scale": 0.5, "draft_model": "prompt-lookup-decoding", "rpc_servers": "a:1,b:2", "seed": 0,
        "cache": True, "n_batch": "256", "tensor_split": [0.5, 0.5],
    }  # fmt: skip
    assert expected.items() <= model.items()


def test_rpc_servers_get_layers_to_hold():
    (model,) = written(LaunchOptions((ServedModel("a.gguf"),), rpc_servers="a:1"))["models"]
    assert model["n_gpu_layers"] == -1


def test_models_of_one_name_go_by_their_paths():
    options = LaunchOptions((ServedModel("/a/m.gguf"), ServedModel("/b/m.gguf"), ServedModel("/b/other.gguf")))
    assert [model["model_alias"] for model in written(options)["models"]] == ["/a/m.gguf", "/b/m.gguf", "other"]


def test_the_launch_line_is_a_shell_line_without_the_key():
    options = LaunchOptions((ServedModel("/my models/a.gguf"),), api_key="s3cret", draft=True)
    line = launch_line(options, port=8123, cores=4)
    words = shlex.split(line)
    assert words[:5] == ["python", "-m", "llama_cpp.server", "--model", "/my models/a.gguf"]
    assert words[words.index("--logits_all") + 1] == "false"
    assert "s3cret" not in line + repr(options)


def test_variables_that_override_settings_and_secrets_are_stripped():
    stripped = ["MODEL", "n_ctx", "Config_File", "OPENAI_API_KEY", "HF_TOKEN", "HOST", "DB_PASSWORD"]
    kept = clean_environment(dict.fromkeys([*stripped, "PATH", "LANG", "MONKEY"], "x"))
    assert set(kept) == {"PATH", "LANG", "MONKEY", "PYTHONUNBUFFERED", "PYTHONIOENCODING", "GOMP_SPINCOUNT"}


def test_the_servers_threads_do_not_spin_for_long_unless_a_person_says_so():
    assert clean_environment({})["GOMP_SPINCOUNT"] == "1000"
    assert clean_environment({"GOMP_SPINCOUNT": "5"})["GOMP_SPINCOUNT"] == "5"
    assert "GOMP_SPINCOUNT" not in clean_environment({"OMP_WAIT_POLICY": "active"})


def test_loopback_is_told_from_the_network():
    assert all(map(is_loopback, ["127.0.0.1", "localhost", "::1", "127.0.1.1"]))
    assert not any(map(is_loopback, ["0.0.0.0", "192.168.1.5", "::", ""]))  # noqa: S104
