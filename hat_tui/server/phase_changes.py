"""How the state of a server of our own follows from what it writes."""

from dataclasses import replace

from hat_tui.server.log_line import (
    Answered,
    ContextOpened,
    Loading,
    PromptStarted,
    PromptTimed,
    ReplyEnded,
    ReplyTimed,
    RequestBroke,
    ServerEvent,
    TemplateTaken,
)
from hat_tui.server.phase import Phase, ServerState, Speed


def advance(state: ServerState, event: ServerEvent) -> ServerState:
    """The state after a line of the log. A line never makes a server ready: only an answered request does (`answers`).

    A streamed completion is logged with its status before its first token, any other after its last. Both end with
    timings, a stream also with an exception; so the open ones can be counted.
    """
    match event:
        case Loading(percent=percent) if state.phase in (Phase.STARTING, Phase.LOADING):
            return replace(state, phase=Phase.LOADING, loading_percent=percent or state.loading_percent)
        case TemplateTaken():
            return replace(state, template=event)
        case ContextOpened(tokens=tokens):
            return replace(state, context=tokens)
        case Answered(method="POST", path=path) if path.endswith("completions"):
            return _settle(_logged(state, event))
        case PromptStarted(reused=reused, remaining=remaining):
            unlogged = state.open_requests == 0
            return _settle(replace(state, reused=reused, remaining=remaining, unlogged=unlogged, ended_unlogged=False))
        case PromptTimed(ms=ms, tokens=tokens):
            return replace(state, prompt=Speed(tokens, ms))
        case ReplyTimed(ms=ms, tokens=tokens):
            return replace(state, reply=Speed(tokens, ms))
        case ReplyEnded() if state.unlogged or not state.open_requests:
            return _settle(replace(state, unlogged=False, ended_unlogged=True))
        case ReplyEnded() | RequestBroke():
            return _settle(replace(state, open_requests=max(0, state.open_requests - 1)))
        case _:
            return state


def _logged(state: ServerState, request: Answered) -> ServerState:
    state = replace(state, requests=state.requests + 1)
    if request.status != 200:
        return state
    state = replace(state, clients=state.clients | {request.client.rpartition(":")[0]})
    if state.ended_unlogged:
        return replace(state, ended_unlogged=False)
    return replace(state, open_requests=state.open_requests + 1)


def answers(state: ServerState) -> ServerState:
    """The state once `/v1/models` has been answered."""
    return _settle(replace(state, phase=Phase.READY, loading_percent=None))


def _settle(state: ServerState) -> ServerState:
    if state.phase not in (Phase.READY, Phase.BUSY):
        return state
    return replace(state, phase=Phase.BUSY if state.waiting else Phase.READY)
