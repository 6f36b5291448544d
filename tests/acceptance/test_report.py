import re
from html.parser import HTMLParser

import pytest
from acceptance_fakes import AT, HOSTILE, PROTOCOL, measure, run_of
from markdown_it import MarkdownIt

from hat_tui.acceptance.comparison import NotComparable, comparison
from hat_tui.acceptance.document import nice_end, plain_markdown, to_markdown, to_text
from hat_tui.acceptance.document_html import to_html
from hat_tui.acceptance.report import fingerprint, hidden, sheet
from hat_tui.acceptance.run import Marked, ModelReady, Preference, Preferred, Slot

JUDGED = run_of({"small": [4, 4]}, remarks={"story": "a bit flat"})
TWO = run_of({"small": [4, 4], "large": [5, 2]}, measures={"large": measure(speed=5)})
FORMS = [to_text, to_markdown, to_html]


@pytest.mark.parametrize("form", FORMS)
def test_a_sheet_says_what_was_judged_how_on_what_and_by_whom_it_is_signed(form):
    written = form(sheet(JUDGED, "2026-run"))
    for words in (
        *("ACCEPTED", "2026-run", "Mine", PROTOCOL.hash[:20], fingerprint(JUDGED)[:20], "small", "a bit flat"),
        *("mean mark ≥ 3.5", "4.00", "0.50 s", "10.0", "abab", "llama", "500 MB", "Accepted by", "Greets."),
    ):
        assert words in re.sub(r"\\(?=[^\w\s])", "", written)


def test_the_text_form_fits_eighty_columns_and_has_no_control_characters():
    written = to_text(sheet(run_of({"small": [4, 4]}, text=HOSTILE, remarks={"story": HOSTILE}), "run"))
    assert max(map(len, written.splitlines())) <= 80
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", written)


@pytest.mark.parametrize("form", FORMS)
def test_no_name_in_a_models_metadata_acts_on_the_terminal(form):
    run = run_of({"small": [4, 4]})
    run.apply(ModelReady("small", AT, {"metadata": {"\x1b]0;gone\x07\u202e.context_length": 2048}}))
    written = form(sheet(run, "run"))
    assert "2048" in written
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", written)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []
        self.open = []

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        if tag not in ("meta", "rect", "line", "path"):
            self.open.append(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attributes)

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()


def test_nothing_of_a_model_or_person_is_markup_in_html_and_nothing_is_loaded():
    run = run_of({HOSTILE: [4, 4]}, text=HOSTILE, remarks={"story": HOSTILE})
    page = to_html(sheet(run, "run"))
    tags = Tags()
    tags.feed(page)
    assert "script" not in tags.seen
    assert tags.open == []
    assert not re.search(r"https?://|url\(|@import", page)
    assert "default-src 'none'" in page
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page)


def test_nothing_of_a_model_or_person_is_markup_in_markdown():
    hostile = "# a <b> | `c` *d* [e](f) ![g](h) ~~i~~ __j__ ```"
    assert MarkdownIt("gfm-like", {"linkify": False}).renderInline(plain_markdown(hostile)) == (
        hostile.replace("<", "&lt;").replace(">", "&gt;")
    )
    run = run_of({"small": [4, 4]}, text="```\n</pre>\n# Heading\n````\n# Another", remarks={"story": hostile})
    html = MarkdownIt("gfm-like", {"linkify": False}).render(to_markdown(sheet(run, "run")))
    assert "Another</h1>" not in html
    assert html.count("<h1>") == 1
    assert not re.search(r"<(b|em|del|img|a)\b", html)


def test_names_stay_hidden_until_every_answer_has_a_mark():
    run = run_of({"small": [4, 4], "large": [5, None]})
    assert hidden(run)
    written = to_text(sheet(run, "run"))
    assert "NOT YET JUDGED" in written
    assert "1 of 4 answers have no mark yet" in written
    assert "Model: small" not in written
    assert "Model: small" in to_text(sheet(run, "run", reveal=True))
    with pytest.raises(NotComparable, match="stay hidden"):
        comparison([("run", run)])


def test_a_changed_mark_changes_what_a_signature_stands_for():
    run = run_of({"small": [4, 4]})
    assert fingerprint(run) == fingerprint(run_of({"small": [4, 4]}))
    run.apply(Marked(Slot("hello", "small"), AT, 5))
    assert fingerprint(run) != fingerprint(JUDGED)


def test_blind_pairs_are_summed_up():
    run = run_of({"small": [4, 4], "large": [5, 2]})
    for pair in run.pairs():
        run.apply(Preferred(pair, AT, Preference.A if pair.a.model == "large" else Preference.B))
    table = to_text(sheet(run, "run"))
    assert re.search(r"large +2 +0 +0 +1\d\d\d +\d+ to \d+", table)


def test_models_are_compared_by_task_and_in_the_picture():
    written = to_text(comparison([("run-1", TWO)]))
    assert re.search(r"small +4\.00 ± 0\.00 +2/2", written)
    assert re.search(r"Say hello +4\.0 +5\.0\n", written)
    assert "A  small: mark 4.00, 10.0 tokens/s" in written
    picture = [line for line in written.splitlines() if re.match(r" \d\.\d \|", line)]
    places = {
        letter: (row, line.index(letter)) for row, line in enumerate(picture) for letter in "AB" if letter in line
    }
    assert places["A"][0] < places["B"][0]
    assert places["A"][1] > places["B"][1]


def test_a_model_in_two_runs_is_told_apart():
    written = to_text(comparison([("run-1", JUDGED), ("run-2", JUDGED)]))
    assert "small (run-1)" in written
    assert "small (run-2)" in written


def test_runs_of_different_versions_are_compared_only_where_they_are_the_same():
    changed = type(PROTOCOL)(
        "Mine", (PROTOCOL.tasks[0], type(PROTOCOL.tasks[1])("story", "A story", ("Tell a short story.",), "A story."))
    )
    written = to_text(comparison([("run-1", JUDGED), ("run-2", run_of({"other": [1, 5]}, protocol=changed))]))
    assert "different versions of a protocol" in written
    assert "2 are left out" in written
    assert re.search(r"other +1\.00 +1/1", written)
    assert "A story" not in written.split("Runs\n")[0].split("Marks by task")[1]


def test_runs_without_a_common_task_and_no_runs_are_refused():
    other = type(PROTOCOL)("Other", (type(PROTOCOL.tasks[0])("x", "X", ("?",), ""),))
    with pytest.raises(NotComparable, match="no task in common"):
        comparison([("a", JUDGED), ("b", run_of({"m": [3]}, protocol=other))])
    with pytest.raises(NotComparable, match="no runs"):
        comparison([])


def test_speeds_of_different_machines_are_not_mixed_silently():
    other = run_of({"other": [4, 4]}, machine={"processor": "another"})
    assert "different machines" in to_text(comparison([("a", JUDGED), ("b", other)]))
    assert "different machines" not in to_text(comparison([("a", JUDGED), ("b", TWO)]))


@pytest.mark.parametrize(("largest", "end"), [(0, 1), (0.7, 1), (3, 5), (10, 10), (11, 20), (160, 200), (501, 1000)])
def test_scales_end_at_round_numbers(largest, end):
    assert nice_end(largest) == end
