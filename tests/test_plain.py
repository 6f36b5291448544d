"""The chat in plain lines, with fakes for everything outside."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fakes import DEMO, FakeConnection, MemorySessions, ScriptedEndpoint, fake_services, says

from hat_tui.adapters.session_folder import SessionFolder
from hat_tui.chat.record import Titled
from hat_tui.chat.reply import Delta, Ending, Failed
from hat_tui.plain import PlainChat
from hat_tui.services import Services


def lines(*typed: str) -> Callable[[str], str]:
    """Reads these lines, then the end."""
    left = list(typed)

    def read(prompt: str) -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    return read


async def chat(services: Services, typed: Sequence[str]) -> int:
    return await PlainChat(services, lines(*typed)).run()


async def test_a_line_is_answered_by_a_line_and_its_cost(capsys: pytest.CaptureFixture[str]) -> None:
    assert await chat(fake_services(ScriptedEndpoint(says("I am ready."))), ["hello"]) == 0
    assert "hat-demo: I am ready.\n[3 tokens, 10 tokens/s]\n" in capsys.readouterr().out


async def test_nothing_moves_the_cursor_up_or_controls_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    endpoint = ScriptedEndpoint(says("\x1b[2Jgone\x9b1A \x1b]0;title\x07"))
    await chat(fake_services(endpoint), ["hello", "/memory", "/log", "/parameters", "/help"])
    said = capsys.readouterr().out
    assert not [c for c in said if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)]


async def test_settings_hold_for_the_next_reply_and_nonsense_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    endpoint = ScriptedEndpoint()
    await chat(fake_services(endpoint), ["/set temperature hot", "/set top_k 7", "/sing", "hello"])
    said = capsys.readouterr().out
    assert "[Temperature takes a number from 0 to 2, not hot]" in said
    assert "There is no command /sing here" in said
    assert endpoint.requests[0].parameters.top_k == 7


async def test_a_session_folder_that_cannot_be_listed_is_told_and_the_chat_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services = fake_services(ScriptedEndpoint(says("still here")), sessions=SessionFolder(tmp_path / ("x" * 300)))
    assert await chat(services, ["/sessions", "hello"]) == 0
    said = capsys.readouterr().out
    assert "[The sessions cannot be listed: " in said
    assert "File name too long" in said
    assert "still here" in said


async def test_the_name_of_a_session_file_controls_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    sessions = MemorySessions()
    sessions.new().keep(Titled("x"))
    sessions.keepers["z\x1b]0;owned\x07\n"] = sessions.keepers.pop("session-1")
    await chat(fake_services(ScriptedEndpoint(), sessions=sessions), ["/sessions"])
    assert "  z␛]0;owned␇⏎  0 turns  x\n" in capsys.readouterr().out


async def test_a_failure_is_told_and_the_chat_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    endpoint = ScriptedEndpoint([Failed("The server is gone.")], says("back again"))
    await chat(fake_services(endpoint), ["a", "/again"])
    said = capsys.readouterr().out
    assert "[The server is gone.]" in said
    assert "back again" in said


async def test_ctrl_c_stops_the_reply_and_keeps_what_it_said(capsys: pytest.CaptureFixture[str]) -> None:
    sessions, endpoint = MemorySessions(), ScriptedEndpoint([Delta("half"), asyncio.Event()])
    plain = PlainChat(fake_services(endpoint, sessions=sessions), lines("a"))
    running = asyncio.create_task(plain.run())
    async with asyncio.timeout(10):
        await endpoint.reached.wait()
        plain._interrupted()
        assert await running == 0
    assert "stopped" in capsys.readouterr().out
    assert sessions.keepers["session-1"].records[-1].ending is Ending.STOPPED


async def test_quit_closes_the_connection_and_the_session() -> None:
    connection, sessions = FakeConnection(DEMO, ScriptedEndpoint()), MemorySessions()
    await chat(fake_services(connect=lambda target: connection, sessions=sessions), ["/quit", "never asked"])
    assert connection.closed
    assert sessions.keepers["session-1"].closed


async def test_a_session_is_resumed_with_what_was_said(capsys: pytest.CaptureFixture[str]) -> None:
    sessions = MemorySessions()
    await chat(fake_services(ScriptedEndpoint(says("I am ready.")), sessions=sessions), ["remember me"])
    capsys.readouterr()
    endpoint = ScriptedEndpoint()
    await chat(fake_services(endpoint, sessions=sessions), ["/sessions session-1", "and now?"])
    assert "You: remember me\nhat-demo: I am ready.\n" in capsys.readouterr().out
    assert [m.text for m in endpoint.requests[0].messages[1:]] == ["remember me", "I am ready.", "and now?"]


async def test_a_session_that_cannot_be_kept_is_saved_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    sessions = MemorySessions()
    services = fake_services(sessions=sessions, files=object())
    plain = PlainChat(services, lines("hello", "/save elsewhere"))
    plain.keeper.trouble = "The disk is full"
    await plain.run()
    said = capsys.readouterr().out
    assert "[The disk is full. /save FOLDER keeps it elsewhere]" in said
    assert "the whole session is kept in elsewhere" in said


async def test_the_session_that_is_open_is_not_opened_again_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions, endpoint = SessionFolder(tmp_path), ScriptedEndpoint(says("Noted."), says("In Lima."))
    await chat(fake_services(endpoint, sessions=sessions), ["I live in Lima.", "/sessions last", "Where do I live?"])
    assert "[This is the session that you are in.]" in capsys.readouterr().out
    (session,) = sessions.list()
    kept = ["I live in Lima.", "Noted.", "Where do I live?", "In Lima."]
    assert [turn.text for turn in sessions.read(session.id).path()] == kept


async def test_that_a_session_is_open_elsewhere_is_told_at_once_and_it_can_be_saved_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions = SessionFolder(tmp_path / "here")
    await chat(fake_services(ScriptedEndpoint(says("Noted.")), sessions=sessions), ["I live in Lima."])
    _, elsewhere, _ = sessions.resume("last")
    capsys.readouterr()
    services = fake_services(ScriptedEndpoint(), sessions=sessions, files=object())
    await chat(services, ["/sessions last", f"/save {tmp_path / 'there'}"])
    elsewhere.close()
    told = capsys.readouterr().out
    assert f"[{elsewhere.name} is open in another hat-tui; " in told
    assert "/save FOLDER keeps it elsewhere]" in told
    saved = SessionFolder(tmp_path / "there").read("last")
    assert [turn.text for turn in saved.path()] == ["I live in Lima.", "Noted."]


async def test_a_script_does_not_go_on_in_a_new_session_where_there_is_none_to_resume(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = ScriptedEndpoint()
    services = fake_services(endpoint, sessions=SessionFolder(tmp_path), resume="hi")
    assert await PlainChat(services, lines("for that session alone"), piped=True).run() == 1
    assert "[There are no sessions in" in capsys.readouterr().out
    assert not endpoint.requests
    assert await PlainChat(services, lines("a person reads on")).run() == 0
    assert endpoint.requests


async def test_a_script_whose_prompt_has_no_answer_ends_with_1() -> None:
    services = fake_services(first=None, why_none="There is no model “nosuch”.")
    assert await PlainChat(services, lines("hello"), piped=True).run() == 1
    assert await PlainChat(services, lines("hello")).run() == 0
    services = fake_services(connect=lambda target: FakeConnection(target, ScriptedEndpoint(), trouble="Nobody there."))
    assert await PlainChat(services, lines("hello"), piped=True).run() == 1


async def test_what_a_command_did_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    typed = ["/set top_k 7", "/preset article", "/preset nosuch", "/title Rivers", "/title"]
    await chat(fake_services(), typed)
    told = capsys.readouterr().out
    for line in (
        "[top_k is 7 from the next reply on]",
        "[the preset article holds from the next reply on]",
        "[There is no preset nosuch; presets: article]",
        "[the session is called Rivers]",
        "[/title WORDS names the session]",
    ):
        assert line in told


async def test_without_a_model_the_advice_is_of_commands_not_of_keys(capsys: pytest.CaptureFixture[str]) -> None:
    await chat(fake_services(first=None), ["hello"])
    told = capsys.readouterr().out
    assert "/model NAME loads one, /connect URL connects to a server" in told
    assert "Ctrl+" not in told
