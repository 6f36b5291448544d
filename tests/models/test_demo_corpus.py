import random
import re

import pytest

from hat_tui.chat.parameters import SPECS
from hat_tui.tui import keymap
from models.demo import bpe, cases, recall, unknown, words
from models.demo.arithmetic import difference_reply, operands, sum_reply
from models.demo.bpe import Tokenizer
from models.demo.capitals import CAPITALS
from models.demo.corpus import SKILLS, Packer, exchanges, sample_texts
from models.demo.facts import all_facts
from models.demo.keys import spoken
from models.demo.phrasing import Ways, bare, load, parsed, written_out
from models.demo.scene import Scene
from models.demo.small_talk import TALK
from models.demo.unknown import HONEST_REPLY

BYTES_ALONE = Tokenizer([])


def conversation(seed: int, length: int = 60, *, held_out: bool = False) -> list[tuple[str, str]]:
    talk = exchanges(Scene(random.Random(seed), held_out))
    return [(exchange.question, exchange.reply) for exchange, _ in zip(talk, range(length), strict=False)]


def test_the_same_seed_writes_the_same_conversation() -> None:
    assert conversation(5) == conversation(5)
    assert conversation(5) != conversation(6)


def test_the_same_seed_packs_the_same_row() -> None:
    rows = [Packer(BYTES_ALONE).row(random.Random(3), 900) for _ in range(2)]

    assert rows[0] == rows[1]
    assert len(rows[0].ids) == 901


def test_a_row_teaches_the_replies_and_their_ends_alone() -> None:
    row = Packer(BYTES_ALONE).row(random.Random(3), 900)

    learned = BYTES_ALONE.decode(number for number, learn in zip(row.ids, row.learned, strict=True) if learn)
    everything = BYTES_ALONE.decode(row.ids)

    replies = [part.split("<|im_end|>")[0] for part in everything.split("assistant\n")[1:]]
    assert learned == "".join(f"{reply}<|im_end|>" for reply in replies)


@pytest.mark.parametrize("skill", [skill for skill, *_ in SKILLS], ids=lambda skill: skill.__qualname__)
def test_training_never_says_a_held_out_phrasing(skill: object) -> None:
    assert callable(skill)
    trained = {bare(skill(Scene(random.Random(seed))).question) for seed in range(300)}
    asked = {
        bare(case.question)
        for suite in cases.suites(1, held_out=True)
        for case in suite.cases
        if suite.ability in ("facts about hat-tui", "capitals and small skills")
    }

    assert not trained & asked


def test_every_fact_is_asked_in_many_ways_and_some_are_held_out() -> None:
    for fact in all_facts():
        rng = random.Random(fact.reply)
        said = {bare(fact.asks.one(rng, held_out=False)) for _ in range(100)}

        assert len(said) >= 10, fact.reply
        assert fact.asks.held_out, fact.reply
        assert not said & set(map(bare, fact.asks.held_out))


def test_a_grammar_says_each_of_its_ways_as_a_sentence() -> None:
    said = {written_out(random.Random(seed), "(how do I|how can I ) (quickly |)quit ?") for seed in range(50)}

    assert said == {"How do I quit?", "How can I quit?", "How do I quickly quit?", "How can I quickly quit?"}


def test_a_way_that_is_held_out_is_left_out_of_the_training_though_its_grammar_says_it() -> None:
    ways = Ways(("(leave|exit) it",), ("Exit it?",))

    assert {ways.one(random.Random(seed), held_out=False) for seed in range(20)} == {"Leave it"}
    assert ways.one(random.Random(1), held_out=True) == "Exit it?"


def test_a_question_is_typed_in_many_ways_and_its_values_stay() -> None:
    typed = {Scene(random.Random(seed)).dressed("Is the {w} of Lima {v}?") for seed in range(300)}

    assert len(typed) > 50
    assert all("{w}" in text and "{v}" in text for text in typed)
    assert any("lima" in text for text in typed)


@pytest.mark.parametrize("grammar", ["(a|b", "a)", "a|b", "<nothing> here"])
def test_a_grammar_that_does_not_parse_is_refused(grammar: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|group"):
        parsed(grammar)


@pytest.mark.parametrize("name", ["recall", "skills", "facts", "keys", "small_talk"])
def test_every_way_of_the_texts_parses_and_keeps_the_values_it_is_to_hold(name: str) -> None:
    for key, ways in load(name).items():
        slots = [set(re.findall(r"\{\w+\}", str(parsed(way)))) - {"{n}", "{o}"} for way in ways.training]

        assert all(parsed(way) for way in ways.training)
        pet = key.startswith("pet.")
        assert all(slot == slots[0] or (pet and slot <= {"{v}", "{p}"}) for slot in slots), (key, list(ways.training))


def test_held_out_values_are_told_in_the_evaluation_alone() -> None:
    for kind in recall.KINDS:
        trained = {kind.value(random.Random(seed), False) for seed in range(300)}
        asked = {kind.value(random.Random(seed), True) for seed in range(300)}

        assert not trained & asked, kind.name


def test_every_token_of_the_held_out_values_is_said_in_the_training() -> None:
    rng = random.Random(1)
    tokenizer = bpe.train(sample_texts(random.Random(2), 4000), 1500)
    said = {token for _ in range(20_000) for token in tokenizer.encode(f" {words.unheard(rng, held_out=False)}")}
    kept = [word for word in words.WORDS + words.COLOURS if words.is_held_out(word)]

    assert len(kept) > 20
    assert not [word for word in kept if not said.issuperset(tokenizer.encode(f" {word}"))]


@pytest.mark.parametrize("sign", ["+", "-"])
def test_sums_of_the_evaluation_are_in_no_training(sign: str) -> None:
    trained = {operands(Scene(random.Random(seed)), sign) for seed in range(500)}
    asked = {operands(Scene(random.Random(seed), held_out=True), sign) for seed in range(500)}

    assert len(asked) > 100
    assert not trained & asked


def test_unknown_questions_are_two_hundred_and_none_is_in_the_training_lists() -> None:

    assert len(set(unknown.HELD_OUT)) >= 200
    assert not set(map(str.lower, unknown.HELD_OUT)) & set(map(str.lower, unknown.fixed_questions()))


def test_every_question_has_one_reply_only() -> None:
    rng = random.Random(1)
    replies = {question.lower(): HONEST_REPLY for question in unknown.fixed_questions()}
    lists = [(fact.reply, fact.asks) for fact in all_facts()] + list(TALK.items())
    for reply, ways in lists:
        for question in [*ways.held_out, *(written_out(rng, way) for way in ways.training for _ in range(20))]:
            assert replies.setdefault(question.lower(), reply) == reply, question


def test_facts_name_every_key_and_every_parameter_of_the_program() -> None:
    replies = "\n".join(fact.reply for fact in all_facts())

    assert len(all_facts()) >= 150
    for action in keymap.CHAT + keymap.TURN:
        assert all(spoken(key) in replies for key in action.keys.split(","))
    for spec in SPECS:
        assert f"{spec.label} is " in replies


def test_the_honest_reply_names_the_key_of_the_program() -> None:
    assert spoken(keymap.action("models").keys.split(",")[0]) in HONEST_REPLY
    assert "`hat-tui models get`" in HONEST_REPLY


def test_what_was_told_is_recalled_and_what_was_corrected_is_replaced() -> None:
    scene = Scene(random.Random(1))
    recall.tell(scene, "town")
    first = scene.told["town"].value
    assert recall.ask(scene, "town").reply == f"Your home is in {first}."
    corrected = recall.tell(scene, "town").reply

    assert scene.told["town"].value != first
    assert corrected == f"Thank you, I will remember: your home is now in {scene.told['town'].value}."
    assert recall.ask(scene, "town").reply == f"Your home is now in {scene.told['town'].value}."
    assert recall.ask(scene, "age").reply == "Your age? You have not told me."


@pytest.mark.parametrize(
    ("a", "b", "reply"),
    [
        (47, 38, "47 + 30 = 77, 77 + 8 = 85. So 47 + 38 = 85."),
        (7, 5, "7 + 5 = 12."),
        (40, 30, "40 + 30 = 70."),
    ],
)
def test_sums_go_by_way_of_the_tens(a: int, b: int, reply: str) -> None:
    assert sum_reply(a, b) == reply


def test_every_difference_is_right() -> None:
    for a in range(101):
        for b in range(101):
            steps = re.findall(r"(\d+) - (\d+) = (-?\d+)", difference_reply(a, b))

            assert (str(a), str(b), str(a - b)) == steps[-1]
            assert all(int(first) - int(second) == int(result) for first, second, result in steps)


def test_there_are_sixty_capitals() -> None:
    assert len(CAPITALS) >= 60


def test_the_evaluation_is_the_same_each_time() -> None:
    first, second = ([case.question for suite in cases.suites(9, True) for case in suite.cases] for _ in range(2))

    assert first == second
