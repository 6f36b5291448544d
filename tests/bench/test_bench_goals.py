"""What the page says is met, from made-up measures."""

from dataclasses import replace

from bench.terminal.chats import Echo
from bench.terminal.clients import HAT_TUI, MARKDOWN_STREAM, ONE_INPUT, Client
from bench.terminal.far_side import WIRES
from bench.terminal.goals import goals
from bench.terminal.local_model import Watched
from bench.terminal.measures import History, Idle, Start, Stream
from bench.terminal.report import page
from bench.terminal.slow_links import SlowLink
from bench.terminal.suite import BASELINE, OURS, PEER, SLOW_LINKS, Result, Run, quicker

SIZE = (100, 30)
PEER_CLIENT = Client("peer 1.0", lambda url, home: ["peer"])
ECHO = Echo(2.0, 5.0, 9.0, 300, 0)
LINK = SlowLink(0.1, 0.5, 0.6, ECHO)


def ours(**more):
    streams = {50: Stream(10, 0.2, 5), 400: Stream(9, 0.1, 5), 0: Stream(2, 0.1, 100)}
    history = {0: History(50, None), 50: History(51, ECHO), 5000: History(60, ECHO)}
    slow = dict.fromkeys(SLOW_LINKS, LINK)
    result = Result(HAT_TUI, OURS, Start(0.02, 0.3, 5000, 0.1), streams, history, 12.0, slow, [])
    return replace(result, **more)


def run_with(*results):
    return Run("python -m bench", 60.0, {SIZE: list(results)}, {SIZE: {HAT_TUI.name: Idle(0, 3)}})


def met(run):
    return {goal.what: goal.met for goal in goals(run, SIZE)}


def came(run):
    return {goal.what: goal.came for goal in goals(run, SIZE)}


def test_ratios_are_taken_of_the_clients_beside_it():
    floor = Result(ONE_INPUT, BASELINE, Start(0.2, 0.25, 15000, 0.1))
    beside = Result(MARKDOWN_STREAM, BASELINE, streams={50: Stream(600, 2.0, 5)})
    run = run_with(ours(), floor, beside)
    assert came(run)["first key echoed, of one Input"] == "1/10.0"
    assert came(run)["CPU until settled, of one Input"] == "1.20"
    assert came(run)["bytes, of Markdown.get_stream()"] == "1/60.0"
    assert met(run)["bytes, of Markdown.get_stream()"]
    assert not met(run)["CPU, of Markdown.get_stream()"], "1/10 is more than 1/15"


def test_the_cheapest_peer_is_the_one_to_stay_below():
    cheap = Result(PEER_CLIENT, PEER, Start(1.0, 0.6, 9000, 0.1))
    dear = Result(replace(PEER_CLIENT, name="dear 2.0"), PEER, Start(1.0, 6.0, 9000, 0.1))
    what = "CPU until settled, of peer 1.0, the least of the peers"
    assert came(run_with(ours(), cheap, dear))[what] == "0.50"
    assert not met(run_with(ours(start=Start(0.02, 0.7, 5000, 0.1)), cheap, dear))[what]


def test_what_was_not_measured_is_no_goal():
    assert goals(run_with(Result(ONE_INPUT, BASELINE)), SIZE) == []
    assert not any("Markdown" in what for what in met(run_with(ours())))
    assert "key to echo, p99, 5,000 turns" not in met(run_with(ours(history={})))


def test_a_row_that_differs_from_the_plain_drivers_is_a_goal_missed():
    what = "rows of the last screen that differ from a plain driver's"
    assert met(run_with(ours()))[what]
    assert not met(run_with(ours(wrong_rows=["3: 'a' instead of 'b'"])))[what]


def test_the_page_tells_what_was_measured_and_what_was_not():
    run = run_with(ours(), Result(PEER_CLIENT, PEER, trouble=["start: peer 1.0 echoed no key"]))
    run.far = {(HAT_TUI.name, wire): LINK for wire in WIRES}
    run.watched = Watched([20.0, 21.0, 22.0], [20.5, 20.0, 21.0])
    run.not_measured = ["Not measured over SSH: this kernel has no TUN devices."]
    text = page(run)
    assert "| tokens a second with hat-tui watching, of those with curl | ≥ 0.97 | 0.976 | yes |" in text
    assert "- peer 1.0: start: peer 1.0 echoed no key" in text
    assert "1 kB/s, 20 tokens/s: key to echo, p95" in text
    assert text.endswith("this kernel has no TUN devices.\n")
    assert "| hat-tui, 100 × 30 | 20 | 7 | 700 | 5 | 120 with 50 turns, 900 with 5,000 turns | 15 | 5 |" in text


def test_a_quick_run_measures_less_of_the_same():
    assert set(quicker(OURS).keys) == set(OURS.keys)
    assert quicker(PEER).first_keys == PEER.first_keys
    assert quicker(OURS).stops == 1
