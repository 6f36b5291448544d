from functools import reduce

from hat_tui.server.log_line import (
    Answered,
    ContextOpened,
    Loading,
    PromptStarted,
    PromptTimed,
    ReplyEnded,
    ReplyTimed,
    RequestBroke,
    TemplateTaken,
)
from hat_tui.server.phase import Phase, ServerState, Speed
from hat_tui.server.phase_changes import advance, answers


def follow(*events, state=None):
    return reduce(advance, events, answers(ServerState(Phase.LOADING)) if state is None else state)


def asked(client="10.0.0.2:4000", status=200):
    return Answered(client, "POST", "/v1/chat/completions", status)


def test_loading_keeps_its_latest_percentage_and_ends_with_an_answer():
    loading = follow(Loading(), Loading(7), Loading(), state=ServerState(Phase.STARTING))
    assert (loading.phase, loading.loading_percent) == (Phase.LOADING, 7)
    assert answers(loading).phase is Phase.READY


def test_a_streamed_reply_makes_it_busy_until_its_timings():
    busy = follow(asked())
    assert (busy.phase, busy.waiting) == (Phase.BUSY, 1)
    done = follow(PromptStarted(10, 5), PromptTimed(100, 5), ReplyTimed(500, 20), ReplyEnded(600), state=busy)
    assert (done.phase, done.waiting) == (Phase.READY, 0)
    assert (done.reused, done.remaining) == (10, 5)
    assert (done.prompt, done.reply) == (Speed(5, 100), Speed(20, 500))
    assert done.reply.per_second == 40


def test_a_reply_in_one_piece_is_logged_after_its_timings():
    assert follow(ReplyEnded(1), asked()).phase is Phase.READY
    running = follow(PromptStarted(1, 2))
    assert running.phase is Phase.BUSY
    assert follow(ReplyEnded(1), asked(), state=running).phase is Phase.READY


def test_requests_in_the_queue_are_counted():
    assert follow(asked(), asked("10.0.0.3:1")).waiting == 2
    one_left = follow(asked(), asked("10.0.0.3:1"), PromptStarted(0, 1), ReplyEnded(1))
    assert (one_left.phase, one_left.waiting) == (Phase.BUSY, 1)
    assert one_left.clients == {"10.0.0.2", "10.0.0.3"}
    assert one_left.requests == 2


def test_a_stream_behind_a_reply_in_one_piece_is_still_waiting():
    state = follow(PromptStarted(0, 1), asked(), ReplyEnded(1), asked())
    assert state.waiting == 1
    assert follow(ReplyEnded(1), state=state).phase is Phase.READY


def test_a_request_that_breaks_or_is_refused_is_not_waiting():
    assert follow(asked(), RequestBroke()).phase is Phase.READY
    assert follow(asked(status=401)).phase is Phase.READY


def test_a_request_does_not_make_a_loading_server_ready():
    assert follow(asked(), state=ServerState(Phase.LOADING)).phase is Phase.LOADING


def test_template_and_context_are_kept():
    state = follow(TemplateTaken("fallback", "llama-2"), ContextOpened(4096))
    assert (state.template.source, state.context) == ("fallback", 4096)
