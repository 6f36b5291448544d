"""The transcript in a real app, with every kind of content in it.

python bench/transcript_demo.py                              to try it by hand
python bench/transcript_demo.py --save OUT.svg 100x30 THEME  to look at it as a picture
"""

import asyncio
import sys

from textual.app import App, ComposeResult

from hat_tui.tui.widgets.transcript_view import Entry, TranscriptView

REPLY = """\
# Sorting a list

There are **three** common ways, and *one* rule: `sorted()` never changes what it is given. See
[the docs](https://docs.python.org/3/howto/sorting.html) or https://docs.python.org.

1. Call `sorted(values)` for a new list
2. Call `values.sort()` to sort in place
   - it returns `None`
   - it is a little faster
3. Pass a `key` function, which is called once for each value and is nearly always better than a comparison function

```python
def by_length(words: list[str]) -> list[str]:
    \"\"\"Shortest first.\"\"\"
    return sorted(words, key=len)  # stable: equal lengths keep their order

print(by_length(["pear", "fig", "apple"]), 3.14)
```

> Premature optimization is the root of all evil.
> — Donald Knuth

| Method | New list | Complexity | Notes |
|---|:-:|--:|---|
| `sorted()` | yes | O(n log n) | works on anything that can be iterated, even a generator |
| `.sort()` | no | O(n log n) | lists only |

- [x] read the question
- [ ] think of an edge case

---

That is ~~all~~ most of it.
"""

EAST = """\
## 日本語と絵文字

吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。

| 語 | 読み | 意味 |
|---|---|---|
| 猫 | ねこ | cat 🐈 |
| 漢字 | かんじ | Chinese characters |

Family 👩‍👩‍👧, thumbs 👍🏽, heart ❤️, flag 🇫🇷, combining é à, Arabic مرحبا, escape \x1b[31mred\x1b[0m, bell \x07.
"""

ENTRIES = [
    Entry(1, "user", "You", "Is anybody there?", dimmed=True),
    Entry(2, "assistant", "h2o-danube-1.8b", "Yes. How may I help you?", "8 tokens · 66 tokens/s", dimmed=True),
    Entry(3, "user", "You", "My name is Ada. [bold]Remember[/bold] it, please.", pinned=True),
    Entry(4, "assistant", "h2o-danube-1.8b", "I shall, Ada.", "5 tokens · 0.09 s · 61 tokens/s", version="‹2/3›"),
    Entry(5, "user", "You", "How do I sort a list?\n\n```python\nvalues = [3, 1, 2]\n```\n    indented, and kept"),
    Entry(
        6,
        "assistant",
        "h2o-danube-1.8b",
        REPLY,
        "312 tokens · 0.31 s · 64 tokens/s",
        thought="The person wants to sort a list. I should be brief, and then go on at length.",
        thought_meta="17 tokens",
    ),
    Entry(7, "note", "", "The template takes no system prompt: it is sent inside the first question."),
    Entry(8, "user", "You", "日本語で話してください"),
    Entry(9, "assistant", "h2o-danube-1.8b", EAST, "96 tokens · 0.12 s", ending="length limit", tone="warning"),
    Entry(10, "note", "", "The server closed the connection. Your question is kept: Ctrl+R asks again.", tone="error"),
    Entry(11, "user", "You", "Think, then answer."),
    Entry(
        12,
        "assistant",
        "h2o-danube-1.8b",
        "Half an answer with **bo",
        "3 tokens",
        ending="stopped by you",
        thought="First I look at the question.\nThen at the answer.",
    ),
]


class Demo(App[None]):
    """The transcript and nothing else."""

    def compose(self) -> ComposeResult:
        yield TranscriptView()

    def on_mount(self) -> None:
        """Fill it."""
        view = self.query_one(TranscriptView)
        view.set_horizon(3)
        view.show(ENTRIES)
        view.fold_thought(12)
        view.focus()


async def save(path: str, size: str, theme: str, page: str) -> None:
    """One picture; `page` "top", "end" or "plain" (without focus)."""
    width, height = map(int, size.split("x"))
    app = Demo()
    app.theme = theme
    async with app.run_test(size=(width, height)) as pilot:
        view = app.query_one(TranscriptView)
        if page == "plain":
            app.set_focus(None)
        if page == "top":
            await pilot.press("home")
        await pilot.pause()
        if page == "middle":
            view.scroll_to_line(18)
            await pilot.pause()
        app.save_screenshot(path)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--save"]:
        path, size, theme, *page = sys.argv[2:]
        asyncio.run(save(path, size, theme, page[0] if page else "end"))
    else:
        Demo().run()
