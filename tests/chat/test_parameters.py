"""The one table of parameters: what may be typed, what it becomes, what is said when it cannot be taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.chat.parameters import SPECS, BadValue, SamplingParameters, changed, spec

stop_strings = st.lists(st.text(min_size=1, max_size=8), max_size=4).map(tuple)


def test_the_defaults_are_the_articles() -> None:
    usual = SamplingParameters()
    assert (usual.temperature, usual.max_tokens, usual.turns) == (0.1, 350, 12)
    assert spec("temperature").step == 0.02


def test_every_parameter_has_an_entry_that_takes_its_default() -> None:
    usual = SamplingParameters()
    for entry in SPECS:
        assert entry.check(getattr(usual, entry.name)) == getattr(usual, entry.name)
        assert entry.help
        assert entry.range


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("temperature", "warm", "Temperature takes a number from 0 to 2, not warm"),
        ("temperature", "2.1", "Temperature takes a number from 0 to 2, not 2.1"),
        ("temperature", "nan", "Temperature takes a number from 0 to 2, not nan"),
        ("max_tokens", "0", "Reply length takes a whole number from 1 to 32768, not 0"),
        ("max_tokens", "1.5", "Reply length takes a whole number from 1 to 32768, not 1.5"),
        ("top_k", "", "Top k takes a whole number from 0 to 1000, not nothing"),
        pytest.param("top_k", "9" * 400, f"Top k takes a whole number from 0 to 1000, not {'9' * 29}…", id="huge"),
        ("stop", '"open', 'A text that opens with " must close with it'),
    ],
)
def test_what_cannot_be_taken_is_told_with_what_can(name: str, text: str, complaint: str) -> None:
    with pytest.raises(BadValue) as trouble:
        SamplingParameters().with_text(name, text)
    assert str(trouble.value) == complaint


def test_an_empty_seed_means_a_new_one_each_time() -> None:
    assert SamplingParameters(seed=7).with_text("seed", " ").seed is None


def test_stop_strings_may_hold_commas_and_line_ends_in_quotes() -> None:
    assert SamplingParameters().with_text("stop", '</s>, "a, b", "\\n"').stop == ("</s>", "a, b", "\n")


@given(stop_strings)
def test_any_stop_strings_survive_the_form(stop: tuple[str, ...]) -> None:
    entry = spec("stop")
    assert entry.parse(entry.format(stop)) == stop


@given(st.sampled_from([entry for entry in SPECS if entry.kind in ("float", "int")]), st.data())
def test_any_number_in_range_survives_the_form(entry: object, data: st.DataObject) -> None:
    low, high = entry.low, entry.high
    numbers = st.integers(int(low), int(high)) if entry.kind == "int" else st.floats(low, high)
    value = entry.check(data.draw(numbers))
    assert entry.parse(entry.format(value)) == value


@given(st.sampled_from(SPECS), st.integers(-500, 500))
def test_stepping_never_leaves_the_range(entry: object, steps: int) -> None:
    value = entry.stepped(getattr(SamplingParameters(), entry.name), steps)
    assert entry.check(value) == value


@given(stop_strings, st.floats(0, 2), st.none() | st.integers(0, 2**31 - 1), st.text())
def test_parameters_survive_a_mapping(stop: tuple[str, ...], temperature: float, seed: int | None, system: str) -> None:
    parameters = SamplingParameters(stop=stop, temperature=temperature, seed=seed, system=system)
    assert SamplingParameters.from_mapping(parameters.as_mapping()) == parameters


def test_only_what_differs_is_changed() -> None:
    assert [entry.name for entry in changed(SamplingParameters(), SamplingParameters(top_k=1, seed=3))] == [
        "top_k",
        "seed",
    ]
