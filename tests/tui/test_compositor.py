"""Whatever is repainted, the narrow compositor paints what Textual's own does, and asks fewer widgets."""

import random
from typing import ClassVar

from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.geometry import Region
from textual.screen import Screen
from textual.widgets import Footer, Input, RichLog, Static

from hat_tui.tui.compositor import CellsUpdate, NarrowCompositor, paint_now
from hat_tui.tui.terminal.grid import UNKNOWN, Grid


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


def painted(update, app: App[None]) -> Grid:
    """A terminal of which nothing is known but what this update tells."""
    grid = Grid(app.size.width, app.size.height, UNKNOWN)
    grid.feed(update.render_segments(app.console) if update else "")
    return grid


def assert_true_where_told(told: Grid, whole: Grid, regions: list[Region]) -> None:
    """All of `regions` is told, and whatever is told is what the whole screen has there."""
    wanted = {(x, y) for region in regions for x in region.column_range for y in region.line_range}
    for y in range(whole.height):
        for x in range(whole.width):
            if told.chars[y][x] == UNKNOWN:
                assert (x, y) not in wanted
            else:
                assert (told.chars[y][x], told.styles[y][x]) == (whole.chars[y][x], whole.styles[y][x])


def cuts_a_glyph(region: Region, whole: Grid) -> bool:
    return any(
        row[region.x] == "" or (region.right < whole.width and row[region.right] == "")
        for row in whole.chars[region.y : region.bottom]
    )


async def test_every_partial_update_tells_what_is_there():
    rng = random.Random(5)
    app = NarrowApp()
    async with app.run_test(size=(60, 20)) as pilot:
        screen = app.screen
        screen.query_one("#side").scroll_to(0, 7, animate=False)
        screen.query_one(RichLog).write("text " * 200)
        await pilot.pause()
        compositor = screen._compositor
        whole = painted(Compositor.render_full_update(compositor), app)
        inside_one = 0
        for _ in range(300):
            regions = []
            for _ in range(rng.randint(1, 3)):
                x, y = rng.randrange(60), rng.randrange(20)
                region = Region(x, y, rng.randint(1, min(20, 60 - x)), rng.randint(1, min(5, 20 - y)))
                if not cuts_a_glyph(region, whole):
                    regions.append(region)
            compositor._dirty_regions = set(regions)
            update = compositor.render_partial_update()
            inside_one += isinstance(update, CellsUpdate)
            assert_true_where_told(painted(update, app), whole, regions)
        assert 50 < inside_one < 250


async def test_nothing_changed_is_nothing_to_send():
    app = NarrowApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        compositor = app.screen._compositor
        compositor._dirty_regions = {Region(0, 40, 5, 1)}
        assert compositor.render_partial_update() is None


async def test_what_is_painted_now_is_painted_before_anything_else_happens():
    app = NarrowApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        shown = []
        app._display = lambda screen, update: shown.append(painted(update, app))  # type: ignore[method-assign]
        widget = app.screen.query_one("#float", Static)
        widget.update("changed", layout=False)
        paint_now(widget, Region(0, 0, 7, 1))
        x, y = widget.region.offset
        assert "".join(shown[0].chars[y][x : x + 7]) == "changed"


async def test_a_screen_that_is_to_be_laid_out_is_painted_when_it_is():
    app = NarrowApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        app.screen.refresh(layout=True)
        shown = []
        app._display = lambda screen, update: shown.append(update)  # type: ignore[method-assign]
        paint_now(app.screen.query_one("#float"), Region(0, 0, 7, 1))
        assert not shown
        await pilot.pause()
        assert shown


async def test_only_what_lies_under_the_repainted_part_is_rendered():
    app = NarrowApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        renders = list(app.screen._compositor._get_renders(Region(0, 12, 10, 1)))
        assert len(renders) < len(app.screen._compositor.visible_widgets) / 2
        assert all(len(strips) == 1 for _, _, strips in renders)
