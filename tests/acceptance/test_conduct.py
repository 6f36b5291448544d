import asyncio
from contextlib import aclosing

import pytest
from acceptance_fakes import TALK as PROTOCOL
from acceptance_fakes import MemoryBench, MemoryStore, Shelf
from fakes import Ticks, says

from hat_tui.acceptance.conduct import PAUSES_S, Asked, Heard, Opening, Waiting, conduct, corrected, time_left
from hat_tui.acceptance.protocol import Protocol, Task
from hat_tui.acceptance.run import Answered, Marked, ModelLost, ModelReady, Planned, Run, Slot
from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.reply import Delta, Ending, Failed, Finished, Measure


def new_run(*models, protocol=PROTOCOL):
    return Run([Planned(Ticks().clock(), protocol, models or ("small",), 1)])


async def conducted(run, shelf, store=None, bench=None):
    bench = bench or MemoryBench()
    store = store or MemoryStore()
    return store, [event async for event in conduct(run, store, shelf.open, bench.clock, bench.seconds, bench.pause)]


async def test_every_task_is_asked_and_every_answer_kept():
    run = new_run()
    shelf = Shelf({"small": [says("Hello there."), says("Hi, Ada."), says("Ada.", measure=Measure(prompt_tokens=31))]})
    store, events = await conducted(run, shelf)
    kinds = [type(event) for event in events if not isinstance(event, Heard)]
    assert kinds == [Opening, ModelReady, Asked, Answered, Asked, Answered]
    hello, who = run.answers.values()
    assert (hello.text, hello.ending, hello.resident) == ("Hello there.", Ending.STOP, 1_000_000)
    assert (who.text, who.earlier, who.measure.prompt_tokens) == ("Ada.", ("Hi, Ada.",), 31)
    assert hello.took_s > 0
    assert hello.measure.first_token_s > 0
    assert Run([run.plan, *store.records]).answers == run.answers
    assert run.facts == {"small": {"sha256": "abc"}}
    assert shelf.closed == ["small"]


async def test_the_text_of_each_answer_equals_the_sessions():
    run = new_run("small", "large")
    store, _ = await conducted(run, Shelf())
    for slot, answer in run.answers.items():
        conversation = Conversation(store.sessions[slot].records)
        assert conversation.last().text == answer.text
        assert [turn.text for turn in conversation.path()[1:-1:2]] == list(answer.earlier)
        assert conversation.title == f"{run.protocol.task(slot.task).title}, {slot.model}"
        assert answer.session
        assert store.sessions[slot].closed


async def test_the_second_turn_is_asked_with_the_first_before_it():
    shelf = Shelf()
    await conducted(new_run(), shelf)
    request = shelf.endpoints["small"].requests[2]
    assert [message.text for message in request.messages][1:] == ["I am Ada.", "I am ready.", "Who am I?"]
    assert (request.parameters.max_tokens, request.parameters.seed) == (20, 1)


async def test_a_server_that_dies_costs_only_the_task_in_hand():
    run = new_run()
    dies = [Delta("Hel"), Failed("The server crashed.")]
    shelf = Shelf({"small": [dies, says("Hi."), says("Ada.")]})
    await conducted(run, shelf)
    hello, who = run.answers.values()
    assert (hello.text, hello.ending, hello.why) == ("Hel", Ending.FAILED, "The server crashed.")
    assert who.text == "Ada."
    assert shelf.opened == ["small", "small"]
    assert run.pending() == (hello.slot,)


GONE = [Failed("The server is gone.")]


async def test_a_server_that_is_away_for_a_moment_is_waited_for():
    run, bench = new_run(), MemoryBench()
    _, events = await conducted(run, Shelf({"small": [GONE, says("Hi."), says("Ada.")]}, away=2), bench=bench)
    assert [event for event in events if isinstance(event, Waiting)] == [
        Waiting("small", "There is no server.", 5),
        Waiting("small", "There is no server.", 30),
    ]
    assert bench.paused == [5, 30]
    assert run.answers[Slot("who", "small")].text == "Ada."
    assert run.lost == {}


async def test_a_server_that_stays_away_is_passed_over_in_the_end():
    run, bench = new_run("small", "large"), MemoryBench()
    await conducted(run, Shelf({"small": [GONE]}, away=9), bench=bench)
    assert bench.paused == list(PAUSES_S)
    assert run.lost == {"small": "There is no server."}
    assert run.pending("large") == ()


async def test_a_run_that_is_stopped_while_it_waits_stops_at_once():
    run, ticks, waits = new_run(), Ticks(), asyncio.Event()

    async def pause(seconds):
        waits.set()
        await asyncio.Event().wait()

    async def all_of_it():
        shelf = Shelf({"small": [GONE]}, away=1)
        async for _ in conduct(run, MemoryStore(), shelf.open, ticks.clock, ticks.seconds, pause):
            pass

    running = asyncio.create_task(all_of_it())
    async with asyncio.timeout(10):
        await waits.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert len(run.pending()) == 2
    assert run.lost == {}


@pytest.mark.parametrize(("name", "told"), [("sha256", "SHA-256"), ("model", "name")])
async def test_another_model_in_the_place_of_the_first_answers_nothing(name, told):
    run = new_run()
    shelf = Shelf({"small": [GONE, GONE]})
    shelf.facts = {name: "one"}
    store, _ = await conducted(run, shelf)
    shelf.facts = {name: "other"}
    resumed = Run([run.plan, *store.records])
    await conducted(resumed, shelf, store)
    assert f"its {told} is other and was one" in resumed.lost["small"]
    assert resumed.facts["small"] == {name: "one"}
    assert len(resumed.pending()) == 2
    shelf.facts = {name: "one"}
    await conducted(resumed, shelf, store)
    assert resumed.pending() == ()


async def test_a_run_whose_records_lack_the_models_name_is_resumed():
    run = new_run()
    shelf = Shelf({"small": [GONE]})
    shelf.facts = {"url": "http://there/v1"}
    store, _ = await conducted(run, shelf)
    shelf.facts = {"url": "http://there/v1", "model": "gemma"}
    resumed = Run([run.plan, *store.records])
    await conducted(resumed, shelf, store)
    assert resumed.pending() == ()
    assert resumed.facts["small"]["model"] == "gemma"


async def test_what_failed_is_asked_again_when_the_run_is_resumed():
    run = new_run()
    shelf = Shelf({"small": [[Failed("Out of memory.")]]})
    store, _ = await conducted(run, shelf)
    resumed = Run([run.plan, *store.records])
    await conducted(resumed, shelf, store)
    assert resumed.pending() == ()
    assert len(shelf.endpoints["small"].requests) == 4


async def test_a_model_that_cannot_be_loaded_is_passed_over():
    run = new_run("broken", "small")
    shelf = Shelf(broken={"broken"})
    bench = MemoryBench()
    _, events = await conducted(run, shelf, bench=bench)
    assert [event.why for event in events if isinstance(event, ModelLost)] == ["broken is no GGUF file"]
    assert bench.paused == []
    assert len(run.answers) == 2
    assert run.pending() == run.pending("broken")
    shelf.broken.clear()
    await conducted(run, shelf)
    assert run.pending() == ()
    assert run.lost == {}


async def test_a_first_turn_that_is_broken_off_gives_no_answer():
    run = new_run()
    shelf = Shelf({"small": [says("Hello."), [Delta("Hi"), Finished(Ending.CUT)]]})
    await conducted(run, shelf)
    who = run.answers[Slot("who", "small")]
    assert (who.text, who.ending, who.earlier) == ("", Ending.FAILED, ("Hi",))
    assert "turn 1 of 2" in who.why


async def test_a_first_turn_cut_at_the_length_limit_goes_on():
    run = new_run()
    shelf = Shelf({"small": [says("Hello."), says("Dear", Ending.LENGTH), says("Ada.")]})
    await conducted(run, shelf)
    assert run.answers[Slot("who", "small")].text == "Ada."


async def test_a_prompt_too_long_for_the_context_is_told_and_loads_nothing_anew():
    long = Protocol("Long", (Task("long", "Long", ("word " * 500,), "?"), PROTOCOL.tasks[0]))
    run = new_run(protocol=long)
    shelf = Shelf(n_ctx=400)
    await conducted(run, shelf)
    answer = run.answers[Slot("long", "small")]
    if answer.ending is Ending.STOP:
        pytest.skip("the memory window does not refuse yet")
    assert (answer.text, answer.ending) == ("", Ending.LENGTH)
    assert answer.why
    assert shelf.opened == ["small"]


async def test_stopping_leaves_the_slot_in_hand_to_the_next_time():
    run = new_run()
    bench = MemoryBench()
    store = MemoryStore()
    shelf = Shelf({"small": [says("Hello there, friend.")]})
    async with aclosing(conduct(run, store, shelf.open, bench.clock, bench.seconds, bench.pause)) as events:
        async for event in events:
            if isinstance(event, Heard):
                break
    assert run.answers == {}
    assert shelf.closed == ["small"]
    [keeper] = store.sessions.values()
    assert keeper.closed
    assert Conversation(keeper.records).last().text == "Hello"


async def test_a_run_that_cannot_be_written_stops_with_the_reason():
    store = MemoryStore()
    store.trouble = "The disk is full."
    with pytest.raises(NotKept, match="full"):
        await conducted(new_run(), Shelf(), store)


async def test_an_answered_and_marked_run_asks_nothing():
    run = new_run()
    await conducted(run, Shelf())
    run.apply(Marked(run.slots[0], Ticks().clock(), 5))
    _, events = await conducted(run, Shelf())
    assert events == []


async def test_time_left_goes_by_what_answers_took():
    run = new_run("small", "large")
    assert time_left(run) is None
    for model, took in (("small", 2.0), ("small", 4.0), ("large", 10.0)):
        slot = run.pending(model)[0]
        run.apply(Answered(slot, Ticks().clock(), "", Ending.STOP, took_s=took))
    assert time_left(run) == 10.0


async def test_what_the_server_says_of_a_reply_counts_more_than_what_was_seen_of_the_stream():
    async def told():
        return Measure(prompt_tokens=40, tokens=3, counted=True, generation_s=2.0)

    run = new_run()
    shelf = Shelf(told=told)
    await conducted(run, shelf)
    for answer in run.answers.values():
        assert (answer.measure.prompt_tokens, answer.measure.tokens, answer.measure.speed) == (40, 3, 1)
        assert answer.measure.first_token_s > 0


def test_the_time_of_generation_is_that_of_the_stream_unless_it_came_in_a_burst():
    told = Measure(tokens=11, generation_s=0.5)
    assert corrected(Measure(tokens=10, generation_s=0.8), told).generation_s == 0.8
    assert corrected(Measure(tokens=10, generation_s=0.0), told).generation_s == 0.5
    assert corrected(Measure(tokens=10, generation_s=0.8), Measure()) == Measure(tokens=10, generation_s=0.8)
