"""A Textual chat after Textual's own documentation: replies through `Markdown.get_stream()`.

`python -m bench.terminal.baselines.markdown_stream URL [TURNS]`: TURNS questions and answers are there from the start.
"""

import sys
from typing import ClassVar

from textual import work
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Markdown


class Chat(App[None]):
    """An Input, and a Markdown widget for each reply."""

    CSS = "Input { dock: bottom; }"
    BINDINGS: ClassVar = [("escape", "stop", "Stop")]

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            for turn in range(int(sys.argv[2]) if len(sys.argv) > 2 else 0):
                yield Markdown(f"**You:** question {turn}")
                yield Markdown(f"Answer {turn} with *some* text and `code`.")
        scroll.anchor()
        yield Input(placeholder="Ask")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.input.value = ""
        self.reply(event.value)

    def action_stop(self) -> None:
        self.workers.cancel_all()

    @work(exclusive=True)
    async def reply(self, prompt: str) -> None:
        from openai import AsyncOpenAI  # noqa: PLC0415 (so as not to count against the start)

        scroll = self.query_one(VerticalScroll)
        await scroll.mount(Markdown(f"**You:** {prompt}"))
        answer = Markdown()
        await scroll.mount(answer)
        stream = Markdown.get_stream(answer)
        async with AsyncOpenAI(base_url=sys.argv[1], api_key="none") as client:
            reply = await client.chat.completions.create(
                model="fake", messages=[{"role": "user", "content": prompt}], stream=True
            )
            try:
                async for chunk in reply:
                    await stream.write(chunk.choices[0].delta.content or "")
            finally:
                await reply.close()
                await stream.stop()


if __name__ == "__main__":
    Chat().run()
