"""Draw docs/screenshot.svg: the program with the demo model and its real server, `python docs/make_screenshot.py`."""

import asyncio
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from hat_tui import wiring
from hat_tui.adapters.session_folder import SessionFolder
from hat_tui.adapters.settings_file import Settings
from hat_tui.tui.app import HatTuiApp
from hat_tui.tui.screens.chat import ChatScreen

PICTURE = Path(__file__).with_name("screenshot.svg")
MODEL = PICTURE.parent.parent / "models" / "hat-demo.gguf"
SIZE = (132, 40)
PROMPTS = ("Hello, my name is Ada.", "What does the temperature do?", "Show me a table.", "What is my name?")
FONTS = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


async def draw() -> str:
    """The screen after the prompts have been answered."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(model=str(MODEL), parameters={"temperature": 0.0})
        sessions = SessionFolder(Path(folder))
        services = replace(wiring.services(settings), sessions=sessions, remember=lambda target: None)
        app = HatTuiApp(services)
        async with app.run_test(size=SIZE) as pilot:
            chat = app.screen
            if not isinstance(chat, ChatScreen):
                raise TypeError(chat)
            while not chat.link.ready:
                await pilot.pause(0.1)
            for prompt in PROMPTS:
                chat.prompt.put(prompt)
                await pilot.press("enter")
                while chat.replying or chat.queue or chat.prompt.text:
                    await pilot.pause(0.1)
            await pilot.pause(0.5)
            picture = app.export_screenshot(title="hat-tui")
            await chat.leave()
    return local(picture)


def local(picture: str) -> str:
    """The picture with fonts of the reader's machine, not of some server."""
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    return picture.replace("Fira Code", FONTS).replace("font-family: arial", f"font-family: {FONTS}")


if __name__ == "__main__":
    PICTURE.write_text(asyncio.run(draw()), encoding="utf-8")
    print(PICTURE)
