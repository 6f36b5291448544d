"""`--inline`: what was said is text for the scrollback when the chat is left."""

import re

from fakes import ScriptedEndpoint, fake_services, says

from hat_tui.tui.app import HatTuiApp


async def left_after(*prompts: str, inline: bool, reply: str = "**Well** \x1b[2J said.") -> str | None:
    app = HatTuiApp(fake_services(ScriptedEndpoint(*(says(reply) for _ in prompts))), inline=inline)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        for number, prompt in enumerate(prompts, 1):
            await pilot.press(*prompt, "enter")
            while sum(entry.ending or entry.meta != "" for entry in app.screen.transcript.entries) < number:
                await pilot.pause()
        await pilot.press("ctrl+q")
    return app.return_value


async def test_everything_that_was_said_is_returned_as_it_was_painted_and_commands_no_terminal() -> None:
    said = await left_after("a", "b", inline=True)

    assert said is not None
    shown = re.sub(r" +\n", "\n", re.sub(r"\x1b\[[\d;]*m", "", said))
    assert "\x1b" not in shown
    assert re.search(r"▌ You\n▌ a\n\n  .*\n  Well .*said\.\n\n▌ You\n▌ b\n", shown)
    assert "\x1b[48" not in said


async def test_a_chat_in_which_nothing_was_said_leaves_nothing_behind() -> None:
    assert await left_after(inline=True) == ""


async def test_nothing_is_returned_where_it_was_not_asked_for() -> None:
    assert await left_after("a", inline=False) is None
