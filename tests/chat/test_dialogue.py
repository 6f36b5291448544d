import asyncio
from contextlib import aclosing

import pytest
from fakes import ScriptedEndpoint, Ticks, says

from hat_tui.chat.conversation import ROOT, Conversation
from hat_tui.chat.dialogue import (
    CONTINUE,
    Dialogue,
    NotKept,
    Refused,
    SummaryMade,
    TurnBegun,
    TurnEnded,
    TurnResumed,
)
from hat_tui.chat.message import Message, Role
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.record import Begun, Ended, ModelUsed, Opened, ParametersSet, Record, Said, Titled, WasThought
from hat_tui.chat.reply import Delta, Ending, Failed, Finished, Measure, Note, Reading, Thought
from hat_tui.chat.thinking import AllThought
from hat_tui.chat.tokens import TokenCounter

MODEL = ModelUsed("hat-demo", "http://127.0.0.1:8000/v1", 2048)


class Listed:
    """Keeps records in a list; `trouble` is raised instead while it is set."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.trouble = ""

    def keep(self, record: Record) -> None:
        if self.trouble:
            raise NotKept(self.trouble)
        self.records.append(record)


def talk(*scripts, conversation: Conversation | None = None, **parameters) -> Dialogue:
    ticks = Ticks()
    dialogue = Dialogue(
        conversation or Conversation(),
        Listed(),
        TokenCounter(),
        ScriptedEndpoint(*scripts),
        SamplingParameters(**parameters),
        ticks.clock,
        ticks.seconds,
        "hat-tui 0.1.0",
    )
    dialogue.model = MODEL
    return dialogue


async def heard(events) -> list:
    async with aclosing(events) as stream:
        return [event async for event in stream]


def said(dialogue: Dialogue) -> list[str]:
    return [turn.text for turn in dialogue.conversation.path()]


def sent(dialogue: Dialogue, at: int = -1) -> list[str]:
    return [message.text for message in dialogue.endpoint.requests[at].messages]


async def test_a_question_and_its_answer_become_two_turns():
    dialogue = talk(says("Press Ctrl+Q."))
    events = await heard(dialogue.ask("How do I quit?"))
    assert [type(event) for event in events] == [TurnBegun, TurnBegun, Delta, Delta, Finished, TurnEnded]
    assert said(dialogue) == ["How do I quit?", "Press Ctrl+Q."]
    assert sent(dialogue) == ["You are a helpful assistant.", "How do I quit?"]


async def test_all_that_happens_is_kept_in_its_order_and_makes_the_same_conversation():
    dialogue = talk(says("Press Ctrl+Q."))
    await heard(dialogue.ask("How do I quit?"))
    records = dialogue.keeper.records
    kinds = [Opened, Titled, ModelUsed, ParametersSet, Begun, Said, Ended, Begun, Said, Said, Ended]
    assert [type(record) for record in records] == kinds
    assert records[0].program == "hat-tui 0.1.0"
    assert Conversation(records).records() == dialogue.conversation.records()


async def test_what_did_not_change_is_not_recorded_again():
    dialogue = talk()
    await heard(dialogue.ask("One"))
    before = len(dialogue.keeper.records)
    await heard(dialogue.ask("Two"))
    kinds = {type(record) for record in dialogue.keeper.records[before:]}
    assert kinds == {Begun, Said, Ended}
    dialogue.parameters = SamplingParameters(temperature=0.5)
    dialogue.model = ModelUsed("other")
    await heard(dialogue.ask("Three"))
    assert dialogue.conversation.model == ModelUsed("other")
    assert dialogue.conversation.parameters.values["temperature"] == 0.5


async def test_a_reply_that_is_stopped_keeps_what_it_said():
    dialogue = talk([Delta("Half an"), Delta(" ans"), asyncio.Event()])
    events = dialogue.ask("Why?")
    async for event in events:
        if event == Delta(" ans"):
            break
    await events.aclose()
    reply = dialogue.conversation.last()
    assert (reply.text, reply.ending) == ("Half an ans", Ending.STOPPED)
    assert dialogue.endpoint.closed == 1
    assert dialogue.replying is False
    assert isinstance(dialogue.keeper.records[-1], Ended)


async def test_a_failure_is_told_and_what_came_before_it_is_kept():
    dialogue = talk([Delta("Half"), Failed("The server is gone.")])
    await heard(dialogue.ask("Why?"))
    reply = dialogue.conversation.last()
    assert (reply.text, reply.ending, reply.why) == ("Half", Ending.FAILED, "The server is gone.")


async def test_a_question_whose_reply_failed_is_not_sent_again_with_the_next():
    dialogue = talk([Failed("No.")], says("Yes."))
    await heard(dialogue.ask("One"))
    await heard(dialogue.ask("Two"))
    assert sent(dialogue)[1:] == ["Two"]


async def test_a_prompt_that_cannot_fit_is_refused_before_anything_is_sent_or_kept():
    dialogue = talk(max_tokens=1000)
    events = await heard(dialogue.ask("word " * 1100))
    assert isinstance(events[0], Refused)
    assert "1105 tokens of this prompt" in events[0].explanation
    assert (dialogue.endpoint.requests, dialogue.keeper.records, said(dialogue)) == ([], [], [])


async def test_a_keeper_that_fails_is_told_and_the_chat_goes_on():
    dialogue = talk(says("Yes."), says("Again."))
    dialogue.keeper.trouble = "The disk is full"
    await heard(dialogue.ask("One"))
    assert dialogue.not_kept == "The disk is full"
    assert said(dialogue) == ["One", "Yes."]
    dialogue.keeper.trouble = ""
    await heard(dialogue.ask("Two"))
    assert dialogue.not_kept == ""


async def test_thoughts_in_the_text_are_told_apart_and_not_sent_later():
    dialogue = talk([Delta("<thi"), Delta("nk>Hm"), Delta(".</think>\n\nYes."), Finished(Ending.STOP)])
    events = await heard(dialogue.ask("Sure?"))
    assert events[2:5] == [Thought("Hm"), Thought("."), Delta("Yes.")]
    reply = dialogue.conversation.last()
    assert (reply.thought, reply.text) == ("Hm.", "Yes.")
    await heard(dialogue.ask("Really?"))
    assert sent(dialogue)[2] == "Yes."


async def test_a_thought_that_is_only_closed_is_moved_when_its_end_comes():
    dialogue = talk([Delta("Hm.\n"), Delta("</think>"), Delta("\nYes."), Finished(Ending.STOP)])
    events = await heard(dialogue.ask("Sure?"))
    assert events[2:5] == [Delta("Hm.\n"), AllThought(), Delta("Yes.")]
    assert WasThought(2) in dialogue.keeper.records
    assert dialogue.conversation.last().text == "Yes."


async def test_what_a_splitter_held_back_is_kept_when_the_reply_is_stopped():
    dialogue = talk([Delta("a\n</thi"), asyncio.Event()])
    events = dialogue.ask("Why?")
    async for event in events:
        if isinstance(event, Delta):
            break
    await events.aclose()
    assert dialogue.conversation.last().text == "a\n</thi"


async def test_another_answer_is_a_version_of_the_first():
    dialogue = talk(says("One."), says("Two."))
    await heard(dialogue.ask("Say"))
    first = dialogue.conversation.last()
    await heard(dialogue.answer_again(dialogue.conversation.turn(1)))
    assert said(dialogue) == ["Say", "Two."]
    assert [turn.text for turn in dialogue.conversation.versions(first)] == ["One.", "Two."]
    assert sent(dialogue)[1:] == ["Say"]
    assert dialogue.show_version(dialogue.conversation.last(), -1) is first
    assert said(dialogue) == ["Say", "One."]
    assert dialogue.show_version(first, -1) is first


async def test_an_edited_question_is_a_version_with_an_answer_of_its_own():
    dialogue = talk(says("A."), says("B."), says("C."))
    await heard(dialogue.ask("One"))
    await heard(dialogue.ask("Two"))
    await heard(dialogue.ask("Won", after=ROOT))
    assert said(dialogue) == ["Won", "C."]
    assert sent(dialogue)[1:] == ["Won"]
    dialogue.show_version(dialogue.conversation.last(), 0)
    dialogue.show_version(dialogue.conversation.turn(5), -1)
    assert said(dialogue) == ["One", "A.", "Two", "B."]


async def test_an_edited_reply_is_what_the_model_is_told_it_said():
    dialogue = talk(says("Wrong."), says("Fine."))
    await heard(dialogue.ask("One"))
    edited = dialogue.rewrite(dialogue.conversation.last(), "Right.")
    assert (edited.edited, edited.model) == (True, "hat-demo")
    await heard(dialogue.ask("Two"))
    assert sent(dialogue)[1:] == ["One", "Right.", "Two"]


async def test_a_reply_that_was_cut_goes_on_in_its_turn():
    first = Measure(tokens=3, first_token_s=0.5, generation_s=1.0)
    second = Measure(tokens=2, first_token_s=0.25, generation_s=0.5)
    dialogue = talk(says("One, two,", Ending.LENGTH, first), says("three.", Ending.STOP, second))
    await heard(dialogue.ask("Count"))
    events = await heard(dialogue.continue_reply(dialogue.conversation.last()))
    reply = dialogue.conversation.last()
    assert isinstance(events[0], TurnResumed)
    assert (reply.text, reply.ending) == ("One, two, three.", Ending.STOP)
    assert reply.measure == Measure(tokens=5, first_token_s=0.5, generation_s=1.5)
    assert sent(dialogue)[1:] == ["Count", "One, two,", CONTINUE]
    assert Conversation(dialogue.keeper.records).last().text == "One, two, three."


@pytest.mark.parametrize("thought_again", ["more why\n</think>\n", "<think>more why\n</think>\n"])
async def test_a_reply_that_thinks_again_when_it_goes_on_keeps_what_it_had_answered(thought_again):
    first = [Delta("why\n</think>\nFirst half."), Finished(Ending.LENGTH)]
    dialogue = talk(first, [Delta(thought_again + "Second half."), Finished(Ending.STOP)])
    await heard(dialogue.ask("Explain"))
    await heard(dialogue.continue_reply(dialogue.conversation.last()))
    for reply in (dialogue.conversation.last(), Conversation(dialogue.keeper.records).last()):
        assert reply.text == "First half. Second half."
        assert reply.thought.split() == ["why", "more", "why"]


async def test_a_reply_that_was_cut_in_its_first_thought_was_all_thought():
    dialogue = talk([Delta("Let me"), Finished(Ending.LENGTH)], [Delta("see.\n</think>\nYes."), Finished(Ending.STOP)])
    await heard(dialogue.ask("Sure?"))
    await heard(dialogue.continue_reply(dialogue.conversation.last()))
    reply = dialogue.conversation.last()
    assert (reply.thought, reply.text) == ("Let me see.\n", "Yes.")


async def test_only_the_last_reply_is_continued():
    dialogue = talk()
    await heard(dialogue.ask("One"))
    await heard(dialogue.ask("Two"))
    events = await heard(dialogue.continue_reply(dialogue.conversation.turn(2)))
    assert events == [Refused("Only the last reply can be continued")]


async def test_pinned_and_left_out_turns_change_what_is_sent():
    dialogue = talk(turns=2)
    for prompt in ("My name is Ann", "Two", "Three", "Four"):
        await heard(dialogue.ask(prompt))
    name = dialogue.conversation.turn(1)
    assert "My name is Ann" not in sent(dialogue)
    dialogue.pin(name)
    await heard(dialogue.ask("Who am I?"))
    assert sent(dialogue)[1] == "My name is Ann"
    dialogue.leave_out(name)
    assert (name.pinned, name.left_out) == (False, True)
    dialogue.pin(name)
    assert (name.pinned, name.left_out) == (True, False)


async def test_a_deleted_turn_comes_back():
    dialogue = talk()
    await heard(dialogue.ask("One"))
    await heard(dialogue.ask("Two"))
    turn = dialogue.conversation.turn(3)
    dialogue.delete(turn)
    assert len(said(dialogue)) == 2
    dialogue.restore(turn)
    assert len(said(dialogue)) == 4


async def test_the_window_tells_what_the_server_must_read_and_how_long_it_takes():
    dialogue = talk(says("word " * 20, measure=Measure(evaluated_tokens=50, first_token_s=0.5)), system="")
    before = dialogue.window("Hello there")
    assert (before.reread_tokens, before.reread_s) == (before.sent_tokens, None)
    await heard(dialogue.ask("Hello there"))
    await dialogue.count("And now")
    after = dialogue.window("And now")
    assert (after.counted, after.reread_tokens, after.reread_s) == (True, 7, 0.07)
    dialogue.model = ModelUsed("other")
    assert dialogue.window("And now").reread_tokens == dialogue.window("And now").sent_tokens


async def test_speeds_of_the_same_model_are_known_when_a_session_is_resumed():
    measure = Measure(evaluated_tokens=200, first_token_s=2.0)
    first = talk(says("Yes.", measure=measure))
    await heard(first.ask("One"))
    again = talk(conversation=Conversation(first.keeper.records))
    assert again.speeds.reading == 100
    again.model = ModelUsed("other")
    assert again.speeds.reading is None


async def test_a_resumed_session_says_when():
    first = talk()
    await heard(first.ask("One"))
    again = talk(conversation=Conversation(first.keeper.records))
    await heard(again.ask("Two"))
    assert [type(record) for record in again.keeper.records[:2]] == [Opened, Begun]


async def test_nothing_is_counted_while_a_reply_streams():
    class Counting(ScriptedEndpoint):
        asked = 0

        async def count_tokens(self, text):
            self.asked += 1
            return 1

    dialogue = talk()
    dialogue.endpoint = Counting([Delta("a"), Finished(Ending.STOP)])
    async with aclosing(dialogue.ask("One")) as events:
        async for event in events:
            if isinstance(event, Delta):
                before = dialogue.endpoint.asked
                await dialogue.count("Two")
                assert dialogue.endpoint.asked == before


async def test_forgotten_turns_are_summed_up_by_the_model_and_the_summary_is_sent_in_their_place():
    dialogue = talk(*[says(f"Answer {n}") for n in range(4)], says("She counted."), turns=2)
    for prompt in ("One", "Two", "Three", "Four"):
        await heard(dialogue.ask(prompt))
    events = await heard(dialogue.summarise())
    assert events[-1] == SummaryMade("She counted.", tuple(dialogue.conversation.path()[:6]))
    assert "User: One\nAssistant: Answer 0\nUser: Two" in sent(dialogue)[0]
    await heard(dialogue.ask("Five"))
    assert sent(dialogue)[0] == "You are a helpful assistant.\n\nWhat was said earlier, in short:\nShe counted."
    assert len(said(dialogue)) == 10


async def test_a_summary_goes_on_from_the_one_before():
    dialogue = talk(*[says("Yes")] * 3, says("First."), *[says("Yes")] * 2, says("Second."), turns=2)
    for prompt in ("One", "Two", "Three"):
        await heard(dialogue.ask(prompt))
    await heard(dialogue.summarise())
    assert await heard(dialogue.summarise()) == [Refused("The model still sees all that is not summed up yet")]
    for prompt in ("Four", "Five"):
        await heard(dialogue.ask(prompt))
    await heard(dialogue.summarise())
    assert sent(dialogue)[0].startswith("Earlier: First.\nUser: Three")
    assert dialogue.conversation.summary.text == "Second."


async def test_turns_too_many_for_a_summary_are_told():
    dialogue = talk(*[says("word " * 60)] * 8, says("Short."), turns=2)
    dialogue.model = ModelUsed("small", n_ctx=600)
    for prompt in "abcdefgh":
        await heard(dialogue.ask(prompt))
    events = await heard(dialogue.summarise())
    assert isinstance(events[0], Note)
    assert "do not fit and are not in the summary" in events[0].text


async def test_a_summary_that_fails_changes_nothing():
    dialogue = talk(*[says("Yes")] * 3, [Reading(1, 2), Delta("Half"), Failed("Gone.")], turns=2)
    for prompt in ("One", "Two", "Three"):
        await heard(dialogue.ask(prompt))
    assert (await heard(dialogue.summarise()))[-1] == Failed("Gone.")
    assert dialogue.conversation.summary is None


@pytest.mark.parametrize(
    ("reply", "title"),
    [
        ("How to quit", "How to quit"),
        ('**Title:** "Leaving the Program."\n\nI hope', "Leaving the Program"),
        ("<think>Hm</think>\n# Quitting", "Quitting"),
        ("Hm\n</think>\nQuitting", "Quitting"),
        ("\n\n1. A very long title " + "on " * 40, "1. A very long title on on on on on on on on on on on on on…"),
    ],
)
async def test_the_model_gives_the_session_a_title(reply, title):
    dialogue = talk(says("Press Ctrl+Q."), says(reply))
    await heard(dialogue.ask("How do I quit?"))
    assert await dialogue.title_by_model() == Titled(title)
    assert dialogue.conversation.title == title
    assert dialogue.endpoint.requests[-1].parameters.max_tokens == 32


async def test_a_title_that_does_not_come_is_told():
    dialogue = talk(says("Yes"), [Failed("Gone.")], [Delta('"'), Finished(Ending.STOP)])
    await heard(dialogue.ask("One"))
    assert await dialogue.title_by_model() == Failed("Gone.")
    assert await dialogue.title_by_model() == Failed("The model gave no title")
    assert dialogue.conversation.title == "One"


async def test_a_request_has_the_whole_prompt_with_roles():
    dialogue = talk(says("B"))
    await heard(dialogue.ask("A"))
    await heard(dialogue.ask("C"))
    assert dialogue.endpoint.requests[-1].messages == (
        Message(Role.SYSTEM, "You are a helpful assistant."),
        Message(Role.USER, "A"),
        Message(Role.ASSISTANT, "B"),
        Message(Role.USER, "C"),
    )
