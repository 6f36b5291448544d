import contextlib
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.server.launch import LaunchOptions, ServedModel, for_model
from hat_tui.server.launch_form import (
    LAUNCH_SPECS,
    BadLaunch,
    launch_spec,
    problems,
    recalled,
    remembered,
    warnings,
    with_extra,
    with_text,
)

OPTIONS = for_model("/m/a.gguf", trained_context=2048)


def test_every_option_but_models_key_and_extra_is_in_the_table():
    names = {field.name for field in fields(LaunchOptions)}
    assert {spec.name for spec in LAUNCH_SPECS} == names - {"models", "api_key", "extra"}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("n_ctx", "8192", 8192),
        ("n_ctx", "0", 0),
        ("n_ctx", "", None),
        ("threads", " 4 ", 4),
        ("flash_attention", "yes", True),
        ("flash_attention", "", False),
        ("cache_type_k", "q8_0", "q8_0"),
        ("cache_type_k", "", "f16"),
        ("rope_freq_base", "1e6", 1e6),
        ("chat_format", "gemma", "gemma"),
        ("host", "", "127.0.0.1"),
        ("port", "", 0),
        ("n_gpu_layers", "-1", -1),
    ],
)
def test_what_is_typed_is_taken(name, text, value):
    assert getattr(with_text(OPTIONS, name, text), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("n_ctx", "-1"),
        ("n_ctx", "many"),
        ("threads", "0"),
        ("port", "70000"),
        ("cache_type_v", "q9"),
        ("draft", "maybe"),
        ("rope_freq_base", "nan"),
        ("rope_freq_scale", "inf"),
    ],
)
def test_what_makes_no_sense_gets_a_sentence(name, text):
    with pytest.raises(BadLaunch, match=launch_spec(name).label.split(" ")[0]):
        with_text(OPTIONS, name, text)


@given(st.sampled_from(LAUNCH_SPECS), st.text(max_size=12))
def test_whatever_is_typed_is_taken_or_refused_in_words(spec, text):
    with contextlib.suppress(BadLaunch):
        options = with_text(OPTIONS, spec.name, text)
        assert with_text(options, spec.name, spec.format(getattr(options, spec.name))) == options


def test_other_settings_of_the_server_are_checked_against_it():
    assert with_extra(OPTIONS, "n_batch=256").extra == (("n_batch", "256"),)
    assert with_extra(with_extra(OPTIONS, "n_batch=1"), "--n-batch=2").extra == (("n_batch", "2"),)
    assert with_extra(OPTIONS, "tensor_split=[0.5, 0.5]").extra == (("tensor_split", "[0.5, 0.5]"),)
    for wrong in ("n_batch", "=3", "no_such=1", "api_key=x", "interrupt_requests=true", "host=0.0.0.0"):
        with pytest.raises(BadLaunch):
            with_extra(OPTIONS, wrong)
    with pytest.raises(BadLaunch, match=r"no setting “n_bach”: did you mean n_batch\?"):
        with_extra(OPTIONS, "n_bach=1", known={"n_batch"})


@pytest.mark.parametrize("value", ["[", "[0.5", " {", "[0.5,]", pytest.param("[" * 9000, id="deep")])
def test_a_list_that_is_not_written_to_its_end_is_told_and_not_remembered(value):
    with pytest.raises(BadLaunch, match=r"tensor_split takes JSON, such as \[0.5, 0.5\]"):
        with_extra(OPTIONS, f"tensor_split={value}")
    assert recalled(OPTIONS, {"extra": {"tensor_split": value, "n_batch": 64}}).extra == (("n_batch", "64"),)


def named(found):
    return [name for name, _ in found]


def test_what_would_fail_or_harm_is_said_before_it_does():
    assert named(problems(OPTIONS)) == []
    assert named(problems(LaunchOptions(()))) == ["models"]
    one = (ServedModel("a"),)
    assert named(problems(LaunchOptions(one, cache_type_v="q8_0"))) == ["cache_type_v"]
    assert named(problems(LaunchOptions(one, cache_type_v="q8_0", flash_attention=True))) == []
    assert named(problems(LaunchOptions(one, chat_format="x"), formats=["y"])) == ["chat_format"]
    assert named(problems(LaunchOptions(one, tls_certificate="c"))) == ["tls_certificate"]
    assert named(problems(LaunchOptions(one, host="192.168.1.5"))) == ["host"]
    assert named(problems(LaunchOptions(one, host="192.168.1.5", api_key="k"))) == []
    assert named(problems(LaunchOptions(one, host="192.168.1.5"), exposed=True)) == []


def test_a_context_beyond_the_trained_one_is_warned_of():
    assert named(warnings(with_text(OPTIONS, "n_ctx", "4096"))) == ["n_ctx"]
    assert named(warnings(OPTIONS)) == []


def test_a_launch_is_remembered_without_its_key_and_recalled():
    options = with_extra(with_text(with_text(OPTIONS, "n_ctx", "1024"), "flash_attention", "yes"), "n_batch=64")
    kept = remembered(
        LaunchOptions(options.models, n_ctx=1024, flash_attention=True, extra=options.extra, api_key="secret")
    )
    assert kept == {"n_ctx": 1024, "flash_attention": True, "extra": {"n_batch": "64"}}
    assert recalled(OPTIONS, kept) == options


def test_what_was_remembered_and_makes_no_sense_any_more_is_left_out():
    odd = {
        "n_ctx": "many",
        "port": 10**9,
        "threads": [3],
        "api_key": "x",
        "nothing": 1,
        "extra": {"gone": "1", "model": "x"},
    }
    assert recalled(OPTIONS, odd) == OPTIONS
