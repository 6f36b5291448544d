"""A compositor that renders what is repainted, and nothing beside it."""

from collections.abc import Iterable

from rich.cells import _is_single_cell_widths
from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class NarrowCompositor(Compositor):
    """Asks only the widgets under the repainted part, and them only for its rows.

    Textual's own asks every widget whose *clip* the part touches, which for most is the whole screen, for all of its
    rows: for one new word, ten widgets and two hundred rows. It then cuts every row of the screen at every edge of a
    widget, which is for nothing where what is repainted lies inside one.
    """

    def render_partial_update(self) -> "ChopsUpdate | CellsUpdate | None":  # type: ignore[override]
        """What to send for the parts that changed; None when there are none."""
        screen = self.size.region
        parts = [part for region in self._dirty_regions if (part := region.intersection(screen))]
        cells: list[tuple[Region, list[Strip]]] = []
        for part in parts:
            strips = self._of_one_widget(part)
            if strips is None:
                return super().render_partial_update()
            cells.append((part, strips))
        self._dirty_regions.clear()
        return CellsUpdate(cells) if cells else None

    def _of_one_widget(self, part: Region) -> list[Strip] | None:
        """The rows of a part that lies inside the one widget that is seen there."""
        for widget, (region, clip) in self.visible_widgets.items():
            if part.overlaps(region) and part.overlaps(clip):
                if not (region.contains_region(part) and clip.contains_region(part)):
                    return None
                rows = widget.render_lines(Region(0, part.y - region.y, region.width, part.height))
                if not all(_is_single_cell_widths(row.text) for row in rows):
                    # Cut through a wide glyph, a part would blank its other half.
                    return None
                return [row.crop(part.x - region.x, part.right - region.x) for row in rows]
        return None

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if crop is None:
            yield from super()._get_renders(crop)
            return
        rows = Region(0, crop.y, self.size.width, crop.height)
        for widget, (region, clip) in self.visible_widgets.items():
            if not crop.overlaps(region):
                continue
            clipped = clip.intersection(rows)
            if seen := region.intersection(clipped):
                yield region, clipped, widget.render_lines(seen.translate(-region.offset))


class CellsUpdate(CompositorUpdate):
    """Parts of the screen, and the strips that are to stand there."""

    def __init__(self, cells: list[tuple[Region, list[Strip]]]) -> None:
        self._cells = cells

    def render_segments(self, console: Console) -> str:
        """What a terminal is sent."""
        return "\n".join(
            f"{Control.move_to(part.x, y)}{strip.render(console)}"
            for part, strips in self._cells
            for y, strip in enumerate(strips, part.y)
        )


def paint_now(widget: Widget, *regions: Region) -> None:
    """Repaint parts of `widget`, in its coordinates, before this returns.

    For `Widget.refresh` three messages, a timer and a layout's worth of caches stand between a change and the screen:
    more than the painting of one new word takes.
    """
    app, screen = widget.app, widget.screen
    waits = screen._layout_required or screen._scroll_required or screen._repaint_required or app._batch_count
    if waits or screen is not app.screen or app.is_inline:
        widget.refresh(*regions)
        return
    widget._set_dirty(*regions)
    compositor = screen._compositor
    compositor.update_widgets({widget})
    update = compositor.render_update(screen_stack=app._background_screens)
    driver = app._driver
    if driver is not None and getattr(driver, "hardware_caret", False) and isinstance(update, CellsUpdate):
        # It places the cursor and groups what belongs together itself.
        driver.write(update.render_segments(app.console))
        driver.flush()
    else:
        app._display(screen, update)
