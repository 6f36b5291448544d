from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.chat.conversation import Conversation
from hat_tui.chat.memory import State, Window, messages, plan
from hat_tui.chat.message import Message, Role
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.record import Begun, Ended, Mark, Marked, Said, Summarised
from hat_tui.chat.reply import Ending
from hat_tui.chat.tokens import TokenCounter

AT = datetime(2026, 11, 24, 5, 35, tzinfo=UTC)
MESSAGE = 5


class Words(TokenCounter):
    """One token a word, as if the server had counted everything."""

    def __init__(self) -> None:
        super().__init__()
        self.exact = True

    def count(self, text: str) -> int:
        return len(text.split())

    def is_counted(self, text: str) -> bool:
        return True


def chat(exchanges: int, words: int = 10) -> Conversation:
    """Questions of one word, and answers of so many."""
    conversation = Conversation()
    for number in range(exchanges):
        say(conversation, Role.USER, f"q{number}")
        say(conversation, Role.ASSISTANT, f"a{number} " + "x " * (words - 1))
    return conversation


def say(conversation: Conversation, role: Role, text: str, ending: Ending = Ending.STOP) -> int:
    last = conversation.last()
    id = conversation.next_id()
    for record in (Begun(id, role, last.id if last else 0, AT), Said(id, text), Ended(id, ending)):
        conversation.apply(record)
    return id


def window(conversation: Conversation, prompt: str = "next", n_ctx: int | None = None, **given) -> Window:
    options = {name: given.pop(name) for name in ("exact", "cached", "reading_speed") if name in given}
    parameters = SamplingParameters(**{"system": "Be brief.", "max_tokens": 20, **given})
    return plan(conversation.path(), prompt, parameters, n_ctx, Words(), summary=conversation.summary, **options)


def first_words(window: Window) -> list[str]:
    return [turn.text.split()[0] for turn in window.kept]


def test_all_turns_are_sent_while_they_fit():
    seen = window(chat(3), turns=6)
    assert first_words(seen) == ["q0", "a0", "q1", "a1", "q2", "a2"]
    assert (seen.forgotten, seen.horizon) == ((), None)


def test_a_full_window_goes_back_to_half_and_grows_again():
    kept = [len(window(chat(exchanges), turns=12).kept) for exchanges in range(5, 16)]
    assert kept == [10, 12, 6, 8, 10, 12, 6, 8, 10, 12, 6]


def test_an_exact_window_drops_one_exchange_at_a_time():
    kept = [first_words(window(chat(exchanges), turns=4, exact=True)) for exchanges in (2, 3, 4)]
    assert kept == [["q0", "a0", "q1", "a1"], ["q1", "a1", "q2", "a2"], ["q2", "a2", "q3", "a3"]]


def test_what_is_pushed_out_by_the_next_prompt_is_told_before():
    near, over = window(chat(6), turns=12), window(chat(7), turns=12)
    assert (near.state, near.pushed_out) == (State.NEAR, ())
    assert over.state is State.OVERFLOW
    assert [turn.text.split()[0] for turn in over.pushed_out] == ["q0", "a0", "q1", "a1", "q2", "a2", "q3", "a3"]
    assert over.horizon.text == "q4"
    assert window(chat(8), turns=12).state is State.GOOD


def test_without_memory_only_the_prompt_is_sent():
    seen = window(chat(3), turns=0)
    assert messages(seen, "next") == (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "next"))
    assert (seen.state, seen.pushed_out, len(seen.forgotten)) == (State.GOOD, (), 6)


def test_turns_that_do_not_fit_the_context_are_dropped_to_half_of_the_room():
    room = 200 - 20 - (2 + MESSAGE) - (1 + MESSAGE)
    seen = [window(chat(exchanges), n_ctx=200, turns=100) for exchanges in range(1, 30)]
    for one in seen:
        assert one.sent_tokens + one.reply_tokens <= 200
    moves = [one for one in seen if one.pushed_out]
    assert 3 <= len(moves) <= 8
    assert all(room // 2 <= one.kept_tokens <= room for one in moves)


def test_a_pinned_turn_is_sent_with_its_exchange_however_old():
    conversation = chat(9)
    conversation.apply(Marked(2, Mark.PINNED))
    seen = window(conversation, turns=4)
    assert first_words(seen)[:2] == ["q0", "a0"]
    assert seen.pinned_tokens == 1 + 10 + 2 * MESSAGE
    assert 2 <= seen.turns_kept - 2 <= 4
    assert 2 not in {turn.id for turn in seen.forgotten}


def test_a_left_out_turn_is_not_sent_nor_the_answer_to_a_question_left_out():
    conversation = chat(3)
    conversation.apply(Marked(1, Mark.LEFT_OUT))
    conversation.apply(Marked(4, Mark.LEFT_OUT))
    assert first_words(window(conversation)) == ["q1", "q2", "a2"]


def test_a_question_whose_reply_failed_without_a_word_is_not_sent():
    conversation = chat(1)
    say(conversation, Role.USER, "lost")
    say(conversation, Role.ASSISTANT, "", Ending.FAILED)
    assert first_words(window(conversation)) == ["q0", "a0"]
    say(conversation, Role.USER, "half")
    say(conversation, Role.ASSISTANT, "a half", Ending.STOPPED)
    assert first_words(window(conversation)) == ["q0", "a0", "half", "a"]


def test_a_question_whose_reply_has_not_begun_yet_counts():
    conversation = chat(1)
    say(conversation, Role.USER, "asked")
    conversation.apply(Begun(4, Role.ASSISTANT, 3, AT))
    assert first_words(window(conversation)) == ["q0", "a0", "asked"]


def test_a_greeting_is_not_sent():
    conversation = Conversation()
    say(conversation, Role.ASSISTANT, "How may I help you today?")
    say(conversation, Role.USER, "Hi")
    say(conversation, Role.ASSISTANT, "Hello")
    assert first_words(window(conversation)) == ["Hi", "Hello"]


def test_thoughts_are_not_sent():
    conversation = chat(1)
    conversation.apply(Said(2, "secret", thought=True))
    assert "secret" not in str(messages(window(conversation), "next"))


def test_a_summary_stands_for_the_turns_that_it_sums_up():
    conversation = chat(5)
    conversation.apply(Summarised(6, "They counted."))
    seen = window(conversation)
    assert first_words(seen) == ["q3", "a3", "q4", "a4"]
    assert messages(seen, "next")[0].text == "Be brief.\n\nWhat was said earlier, in short:\nThey counted."
    assert len(seen.forgotten) == 6


def test_a_summary_of_another_branch_is_not_used():
    conversation = chat(2)
    conversation.apply(Summarised(4, "Gone."))
    conversation.apply(Begun(5, Role.USER, 2, AT))
    conversation.apply(Said(5, "another"))
    assert "Gone." not in window(conversation).system_text


def test_a_prompt_that_cannot_fit_alone_is_refused_with_its_sizes():
    conversation = chat(2)
    conversation.apply(Marked(1, Mark.PINNED))
    seen = window(conversation, "word " * 60, n_ctx=100)
    assert seen.state is State.OVERFLOW
    assert seen.refusal == (
        "This does not fit: 65 tokens of this prompt, 7 of the system prompt, 21 of pinned turns, "
        "20 kept free for the reply are 113, and the model holds 100. "
        "Shorten the prompt, unpin turns or lower the reply length."
    )
    assert window(chat(2), "word " * 60, n_ctx=92).refusal == ""


def test_an_estimate_is_called_one_and_leaves_a_margin():
    parameters = SamplingParameters(max_tokens=20, system="")
    refused = plan([], "word " * 600, parameters, 100, TokenCounter())
    assert refused.refusal.startswith("This does not fit: about ")
    assert refused.counted is False


def test_the_cost_is_what_the_server_has_not_kept():
    conversation = chat(2)
    held = messages(window(chat(1)), "q1")
    held += (Message(Role.ASSISTANT, conversation.path()[-1].text),)
    seen = window(conversation, cached=held, reading_speed=3.0)
    assert (seen.reread_tokens, seen.reread_s) == (1 + MESSAGE, (1 + MESSAGE) / 3)
    changed = window(conversation, cached=held, system="Be long.")
    assert changed.reread_tokens == changed.sent_tokens
    assert window(conversation).reread_tokens == window(conversation).sent_tokens


histories = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.integers(0, 40),
        st.sampled_from([None, None, None, None, Mark.PINNED, Mark.LEFT_OUT]),
        st.sampled_from(["question", "reply"]),
    ),
    max_size=30,
)


@st.composite
def conversations(draw) -> Conversation:
    """Exchanges with questions and replies of any length, a few pinned, left out, unanswered or failed."""
    conversation = Conversation()
    for number, (asked, replied, mark, where) in enumerate(draw(histories)):
        question = say(conversation, Role.USER, f"q{number} " + "x " * asked)
        marked = question
        if draw(st.integers(0, 9)):
            reply = say(conversation, Role.ASSISTANT, "y " * replied)
            marked = question if where == "question" else reply
        if mark:
            conversation.apply(Marked(marked, mark))
    return conversation


limits = st.fixed_dictionaries(
    {"turns": st.integers(0, 20), "n_ctx": st.none() | st.integers(60, 2000), "exact": st.booleans()}
)


@given(conversations(), limits, st.integers(0, 100))
def test_what_holds_for_every_window(conversation, limits, words):
    seen = window(conversation, "w " * words, **limits)
    sent = messages(seen, "w " * words)
    spoken = [message.role for message in sent if message.role is not Role.SYSTEM]
    assert not spoken or spoken[0] is Role.USER
    if not seen.refusal and seen.n_ctx and words:
        assert sum(len(message.text.split()) + MESSAGE for message in sent) == seen.sent_tokens
        assert seen.sent_tokens + seen.reply_tokens <= seen.n_ctx
    assert list(seen.kept) == sorted(seen.kept, key=lambda turn: turn.id)
    assert not {*seen.kept_ids} & {turn.id for turn in seen.forgotten}
    assert {turn.id for turn in seen.pushed_out} <= {turn.id for turn in seen.forgotten}
    for turn in conversation.path():
        if turn.left_out or not turn.text:
            assert turn.id not in seen.kept_ids
        elif turn.pinned and not (turn.parent and conversation.turn(turn.parent).left_out):
            assert turn.id in seen.kept_ids or turn.role is Role.ASSISTANT
    if not any(turn.pinned for turn in conversation.path()):
        assert len(seen.kept) <= seen.turns_allowed


@given(conversations(), limits)
def test_the_start_of_the_prompt_stays_the_same_between_blocks(conversation, limits):
    path = conversation.path()
    before: tuple[Message, ...] = ()
    for at, turn in enumerate(path):
        if turn.role is not Role.USER or any(other.marks for other in path) or not limits["turns"]:
            continue
        parameters = SamplingParameters(turns=limits["turns"], max_tokens=20, system="")
        seen = plan(path[:at], turn.text, parameters, limits["n_ctx"], Words(), exact=limits["exact"])
        sent = messages(seen, turn.text)
        if before and not seen.pushed_out and at and path[at - 1].text and path[at - 1].role is Role.ASSISTANT:
            assert sent[: len(before)] == before
        before = sent


@given(st.integers(2, 20), st.integers(0, 30), st.lists(st.integers(1, 40), min_size=31, max_size=31))
def test_the_window_never_holds_fewer_than_half_of_the_turns_allowed(turns, exchanges, words):
    conversation = Conversation()
    for at in range(exchanges):
        say(conversation, Role.USER, "q " * words[at])
        say(conversation, Role.ASSISTANT, "a " * words[-at])
    assert len(window(conversation, turns=turns).kept) >= min(turns / 2, exchanges * 2) - (turns < 2)


@pytest.mark.parametrize("turns", [6, 7, 12, 17])
def test_the_block_window_rereads_far_less_than_the_exact_one(turns):
    def reread(exact: bool) -> int:
        total, held = 0, ()
        for exchanges in range(40):
            conversation = chat(exchanges + 1)
            asked = conversation.path()[-2].text
            parameters = SamplingParameters(turns=turns, system="Be brief.")
            seen = plan(conversation.path()[:-2], asked, parameters, None, Words(), exact=exact, cached=held)
            total += seen.reread_tokens
            held = (*messages(seen, asked), Message(Role.ASSISTANT, conversation.path()[-1].text))
        return total

    # With six turns, three exchanges, half is two: no window of whole exchanges can do better than 2 of 6 at each drop.
    assert reread(False) <= reread(True) * (0.45 if turns < 12 else 0.3)
