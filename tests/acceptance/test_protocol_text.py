from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.acceptance.protocol import Check, Criteria, Limits, Protocol, Task
from hat_tui.acceptance.protocol_text import BadProtocol, parse, protocol_text, task_text
from hat_tui.chat.parameters import SamplingParameters

WHOLE = '''
name = "Mine"          # a comment
repeats = 2

[criteria]
mean_mark = 3.5

[sampling]
temperature = 0

[[task]]
id = "greet"
prompt = """
Say hello.
[[task]] in a text is no task
id = 3
"""
intent = "Greets."
must_pass = true
tokens_per_s = 5
[task.checks]
words = "1-10"
contains = ["hello", ["friend", "you"]]

[[task]]
id = "remember"
turns = ["I am Ada.", "Who am I?"]
intent = "Ada."
context_file = "ada.txt"
'''


def read(name):
    return {"ada.txt": "Ada wrote the first program.\n"}[name]


def problems(text):
    with pytest.raises(BadProtocol) as caught:
        parse(text, "mine.toml", read)
    return str(caught.value).splitlines()


def test_a_protocol_is_read():
    protocol = parse(WHOLE, read_file=read)
    greet, remember = protocol.tasks
    assert (protocol.name, protocol.repeats, protocol.criteria.mean_mark) == ("Mine", 2, 3.5)
    assert protocol.sampling == SamplingParameters(temperature=0.0, seed=1)
    assert greet.prompts == ("Say hello.\n[[task]] in a text is no task\nid = 3",)
    assert greet.checks == (Check("words", "1-10"), Check("contains", ["hello", ["friend", "you"]]))
    assert (greet.must_pass, greet.limits) == (True, Limits(tokens_per_s=5))
    assert remember.questions() == ("Ada wrote the first program.\n\nI am Ada.", "Who am I?")
    assert (greet.line, remember.line) == (11, 25)


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("repeats = 2", "repeats = 0", 3, "repeats takes a whole number from 1 to 100"),
        ("repeats = 2", "repeat = 2", 3, "there is no repeat here; there are name"),
        ("mean_mark = 3.5", "mean_mark = 6", 6, "mean_mark takes a number from 0 to 5"),
        ("temperature = 0", 'temperature = "hot"', 9, "Temperature takes a number from 0 to 2"),
        ('id = "greet"', 'id = "Greet me"', 12, "an id has up to 40 small letters"),
        ('id = "remember"', 'id = "greet"', 26, 'the id "greet" is taken by the task in line 11'),
        ('intent = "Ada."', "", 25, "this task has no intent"),
        ("must_pass = true", 'must_pass = "yes"', 19, "must_pass takes true or false"),
        ("tokens_per_s = 5", "tokens_per_s = -5", 20, "tokens_per_s takes a number"),
        ('words = "1-10"', 'words = "ten"', 22, 'words takes a number or a range such as 3, "3-5"'),
        ('words = "1-10"', "wrods = 3", 22, 'there is no check "wrods"; there are: sentences'),
        ('words = "1-10"', "matches = '(a'", 22, "matches cannot use this pattern: there is a ( without its )"),
        ('turns = ["I am Ada.", "Who am I?"]', "turns = []", 27, "turns takes a list of prompts"),
        ('turns = ["I am Ada.", "Who am I?"]', "", 25, "this task has no prompt"),
        ('intent = "Ada."', 'intent = "Ada."\nprompt = "x"', 27, "either a prompt or turns"),
        ('"ada.txt"', '"../secret.txt"', 29, '"../secret.txt" cannot be read'),
        ('name = "Mine"', "name = Mine", 2, "this is not TOML: Invalid value"),
        ('name = "Mine"', "name = 'Mine", 2, "no closing quote"),
        ("mean_mark = 3.5", "mean_mark = ", 6, "this is not TOML: Invalid value"),
    ],
)
def test_a_fault_is_told_by_its_line_and_with_what_to_do(before, after, line, words):
    def missing(name):
        if name != "ada.txt":
            raise FileNotFoundError(2, "No such file or directory")
        return "Ada"

    with pytest.raises(BadProtocol) as caught:
        parse(WHOLE.replace(before, after, 1), "mine.toml", missing)
    [told] = str(caught.value).splitlines()
    assert told.startswith(f"mine.toml, line {line}: ")
    assert words in told


def test_all_faults_are_told_at_once_in_the_order_of_the_file():
    broken = WHOLE.replace("repeats = 2", "repeats = 0").replace("must_pass = true", "must_pass = 1")
    assert [told.split(":")[0] for told in problems(broken)] == ["mine.toml, line 3", "mine.toml, line 19"]


def test_checks_written_inline_have_their_line_too():
    text = WHOLE.replace("[task.checks]\n", "").replace('words = "1-10"', "checks = { words = true }")
    text = text.replace('contains = ["hello", ["friend", "you"]]\n', "")
    assert problems(text) == ['mine.toml, line 21: words takes a number or a range such as 3, "3-5", ">=3" or "<=5"']


def test_no_task_at_all_is_told():
    assert "each begins with a line [[task]]" in problems('name = "x"')[0]


def test_comments_and_order_do_not_change_the_hash_but_words_do():
    protocol = parse(WHOLE, read_file=read)
    assert parse(WHOLE.replace("# a comment", "# another"), read_file=read).hash == protocol.hash
    assert parse(WHOLE.replace("Who am I?", "Who was I?"), read_file=read).hash != protocol.hash
    assert parse(WHOLE.replace("3.5", "3"), read_file=read).tasks[0].hash == protocol.tasks[0].hash


text = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60).filter(str.strip)
tasks = st.builds(
    Task,
    id=st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True),
    title=text,
    prompts=st.lists(text, min_size=1, max_size=3).map(tuple),
    intent=text,
    system=st.none() | text,
    context=st.just("") | text,
    checks=st.sampled_from([(), (Check("words", ">=3"), Check("contains", ["a", ["b", 'ü"\\']]), Check("tags", True))]),
    limits=st.builds(Limits, st.none() | st.floats(0.1, 99), st.none() | st.floats(0.1, 99)),
    weight=st.floats(0.1, 99),
    must_pass=st.booleans(),
    max_tokens=st.none() | st.integers(1, 9999),
)


@given(st.lists(tasks, min_size=1, max_size=4, unique_by=lambda task: task.id), text, st.integers(1, 9))
def test_any_protocol_comes_back_from_its_text(written, name, repeats):
    """What triple quotes and Windows line ends do to a text is tidied at the first reading, and never again."""
    protocol = Protocol(name, tuple(written), Criteria(2.5, 4, Limits(3.0)), repeats=repeats)
    once = parse(protocol_text(protocol))
    assert [task.id for task in once.tasks] == [task.id for task in written]
    assert [task.checks for task in once.tasks] == [task.checks for task in written]
    assert parse(protocol_text(once)) == once
    assert parse(protocol_text(once)).hash == once.hash


@given(st.text() | st.text("[]\"'=\n# task.chekidproml{}", max_size=80))
def test_any_text_is_a_protocol_or_is_refused_in_words(source):
    try:
        parse(source)
    except BadProtocol as error:
        assert error.problems  # noqa: PT017 - either way is right


def test_a_task_from_elsewhere_can_be_appended():
    task = Task("new", "New", ("How?",), "It tells how.", checks=(Check("sentences", 1),))
    protocol = parse(f"{WHOLE}\n{task_text(task)}", read_file=read)
    assert protocol.tasks[-1] == replace(task, line=protocol.tasks[-1].line)


def test_each_repeat_has_its_own_seed_and_the_task_its_own_length():
    task = Task("a", "A", ("?",), "", max_tokens=50, system="Be brief.")
    parameters = task.parameters(SamplingParameters(seed=7), repeat=2)
    assert (parameters.seed, parameters.max_tokens, parameters.system) == (9, 50, "Be brief.")
