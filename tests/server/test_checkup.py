import json

from hat_tui.server.checkup import Check, Verdict, as_json, as_text, exit_code, line, summary

GOOD = Check("python", "Python", Verdict.GOOD, "3.11.7.")
WARNING = Check(
    "server", "CPU features", Verdict.WARNING, "no AVX2.", "Build it again:", "CMAKE_ARGS=-Dx pip install y"
)
BAD = Check("server", "llama_cpp", Verdict.BAD, "a\x1b[2Jb " * 30, "Do this.")


def test_only_what_is_bad_makes_a_bad_exit():
    assert exit_code([GOOD, WARNING]) == 0
    assert exit_code([GOOD, BAD]) == 1


def test_the_text_has_parts_advice_and_a_command_to_copy():
    text = as_text([GOOD, WARNING, BAD], width=40)
    assert text.splitlines()[:2] == ["python", "✓ Python: 3.11.7."]
    assert "\nserver\n! CPU features: no AVX2.\n  Build it again:\n      CMAKE_ARGS=-Dx pip install y\n" in text
    assert text.endswith("Of 3 checks, 1 will not work and 1 could be better.")
    assert max(map(len, text.splitlines())) <= 52


def test_a_long_command_is_not_wrapped():
    command = "word " * 60
    assert command in line(Check("p", "n", Verdict.BAD, "f", "a", command), width=40)


def test_a_servers_words_cannot_act_on_the_terminal():
    assert "\x1b" not in as_text([BAD])


def test_it_can_be_plain_ascii():
    text = line(Check("p", "n", Verdict.GOOD, "80×24 cells."), ascii_only=True)
    assert text == "ok   n: 80?24 cells."


def test_the_json_says_all():
    told = json.loads(as_json([WARNING]))
    assert told["ok"] is True
    assert told["checks"][0]["command"] == WARNING.command
    assert summary([GOOD]) == "All 1 checks are fine."
