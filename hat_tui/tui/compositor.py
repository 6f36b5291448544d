"""A compositor that renders what is repainted, and nothing beside it."""

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class NarrowCompositor(Compositor):
    """Asks only the widgets under the repainted part, and them only for its rows.

    Textual's own asks every widget whose *clip* the part touches, which for most is the whole screen, for all of its
    rows: for one new word, ten widgets and two hundred rows.
    """

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
