"""Whatever is repainted, the narrow compositor paints what Textual's own does, and asks fewer widgets."""

import random
from typing import ClassVar

from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.geometry import Region
from textual.screen import Screen
from textual.widgets import Footer, Input, RichLog, Static

from hat_tui.tui.compositor import NarrowCompositor


class NarrowScreen(Screen[None]):
    CSS = """
    #side { width: 20; border: round red; }
    #float { layer: above; offset: 5 3; width: 15; height: 4; background: blue; }
    #log { height: 1fr; }
    Screen { layers: below above; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._compositor = NarrowCompositor()

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield RichLog(id="log")
            with VerticalScroll(id="side"):
                for number in range(30):
                    yield Static(f"side {number} 漢字")
        yield Static("floats", id="float")
        yield Input("input")
        yield Footer()


class NarrowApp(App[None]):
    BINDINGS: ClassVar = [("ctrl+q", "quit", "Quit")]

    def get_default_screen(self) -> Screen[None]:
        return NarrowScreen()


def painted(screen: Screen[None], get_renders, regions: list[Region]) -> str:
    """What the terminal is sent when `regions` are repainted with this way of getting renders."""
    compositor = screen._compositor
    compositor._dirty_regions = set(regions)
    own, compositor._get_renders = compositor._get_renders, get_renders
    update = compositor.render_partial_update()
    compositor._get_renders = own
    return update.render_segments(screen.app.console) if update else ""


async def test_every_partial_update_is_the_same():
    rng = random.Random(5)
    app = NarrowApp()
    async with app.run_test(size=(60, 20)) as pilot:
        screen = app.screen
        screen.query_one("#side").scroll_to(0, 7, animate=False)
        screen.query_one(RichLog).write("text " * 200)
        await pilot.pause()
        for _ in range(150):
            regions = []
            for _ in range(rng.randint(1, 3)):
                x, y = rng.randrange(60), rng.randrange(20)
                regions.append(Region(x, y, rng.randint(1, 60 - x), rng.randint(1, 20 - y)))
            plain = painted(screen, lambda crop: Compositor._get_renders(screen._compositor, crop), regions)
            assert painted(screen, screen._compositor._get_renders, regions) == plain


async def test_only_what_lies_under_the_repainted_part_is_rendered():
    app = NarrowApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        renders = list(app.screen._compositor._get_renders(Region(0, 12, 10, 1)))
        assert len(renders) < len(app.screen._compositor.visible_widgets) / 2
        assert all(len(strips) == 1 for _, _, strips in renders)
