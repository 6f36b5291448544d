"""Answers with what a reader says of them, beside what the checks say. `pytest -s` prints the agreement."""

import tomllib
from pathlib import Path

from hat_tui.acceptance.checks import look, verify
from hat_tui.chat.reply import Ending

LABELLED = tomllib.loads(Path(__file__).with_name("labelled_answers.toml").read_text(encoding="utf-8"))["answer"]


def disagreements():
    """Each label the checks do not agree with, in words; and how many labels there are."""
    wrong, labels = [], 0
    for number, answer in enumerate(LABELLED, 1):
        ending = Ending(answer.get("ending", "stop"))
        for expected in (True, False):
            for kind, wanted in answer.get("holds" if expected else "fails", {}).items():
                labels += 1
                finding = look(verify(kind, wanted), answer["text"], ending)
                if finding.passed is not expected:
                    wrong.append(f"answer {number}, {kind} = {wanted!r} should be {expected}: {finding}")
    return wrong, labels


def test_a_hundred_answers_and_more_are_labelled():
    assert len(LABELLED) >= 100


def test_the_checks_agree_with_the_reader_at_least_98_percent():
    wrong, labels = disagreements()
    agreement = 1 - len(wrong) / labels
    print(f"\nagreement: {labels - len(wrong)} of {labels} labels, {agreement:.1%}", *wrong, sep="\n  ")
    assert agreement >= 0.98
    answers_in_doubt = {line.split(",")[0] for line in wrong}
    assert len(answers_in_doubt) <= 0.02 * len(LABELLED)
