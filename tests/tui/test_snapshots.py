"""Whole screens as they were looked at and found good; `make snapshots` takes them anew, after another look."""

from collections.abc import Awaitable, Callable

import pytest
from fakes import FakeConnection, ScriptedEndpoint, fake_services, says
from textual.app import App
from textual.pilot import Pilot

from hat_tui.chat.reply import Ending
from hat_tui.tui.app import HatTuiApp
from hat_tui.tui.screens.chat import ChatScreen

MARKDOWN = """# A heading

A paragraph with **bold**, *italic*, `code` and a [link](https://example.org).

- one
- two, 日本語
  - nested

| model | tokens/s | mark |
| --- | ---: | --- |
| hat-demo | 150 | 3 |
| gemma-2b | 12 | 4 |

```python
def hello(name: str) -> str:
    return f"Hello {name}"  # greet
```

> a quote
"""

Compare = Callable[..., bool]


class Timeless(FakeConnection):
    """Does not tell since when it has been running: a picture taken tomorrow must be the same."""

    def vitals(self) -> None:
        return None


def app(theme: str) -> App[None]:
    """The program with fakes that answer twice: with Markdown, and with a reply that is too long."""
    endpoint = ScriptedEndpoint(says(MARKDOWN), says("A reply that was cut", Ending.LENGTH))
    shown = HatTuiApp(fake_services(endpoint, connect=lambda target: Timeless(target, endpoint), theme=theme))
    shown.animation_level = "none"
    return shown


def after(*prompts: str, keys: tuple[str, ...] = ()) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Ask the prompts, press the keys, and wait until nothing moves."""

    async def run(pilot: Pilot[None]) -> None:
        chat = pilot.app.screen
        assert isinstance(chat, ChatScreen)
        while not chat.link.ready:
            await pilot.pause()
        for prompt in prompts:
            chat.prompt.put(prompt)
            await pilot.press("enter")
            while chat.prompt.text or chat.queue or chat.replying:
                await pilot.pause()
        await pilot.press(*keys)
        await pilot.app.workers.wait_for_complete()
        chat.transcript.flush()
        await pilot.pause()

    return run


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
def test_the_split_view(snap_compare: Compare, theme: str) -> None:
    size = (100, 30)
    assert snap_compare(app(theme), terminal_size=size, run_before=after("Show me Markdown", "And more"))


def test_a_wide_screen_with_everything(snap_compare: Compare) -> None:
    assert snap_compare(app("textual-dark"), terminal_size=(160, 45), run_before=after("Show me Markdown", "And more"))


def test_the_parameters_take_the_place_of_the_conversation_in_a_narrow_window(snap_compare: Compare) -> None:
    size = (80, 24)
    assert snap_compare(app("textual-dark"), terminal_size=size, run_before=after("Hello", keys=("ctrl+t", "9")))


def test_the_help_in_a_narrow_window(snap_compare: Compare) -> None:
    assert snap_compare(app("textual-dark"), terminal_size=(80, 24), run_before=after(keys=("ctrl+g",)))


def test_the_smallest_window_still_chats(snap_compare: Compare) -> None:
    assert snap_compare(app("textual-dark"), terminal_size=(40, 12), run_before=after("Hello", "And more"))
