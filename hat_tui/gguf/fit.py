"""Whether a model goes into the memory of this machine."""

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hat_tui.gguf.facts import MemoryNeed


class Fit(StrEnum):
    """Whether a model goes into the memory that is free."""

    FITS = "fits"
    TIGHT = "tight"
    TOO_BIG = "too big"
    UNKNOWN = "unknown"


def fit(need: "MemoryNeed", free: int | None) -> Fit:
    """Tight: less than a tenth would be left. The weights are mapped from the file, so they may be paged, slowly."""
    if free is None:
        return Fit.UNKNOWN
    return Fit.TOO_BIG if need.total > free else Fit.TIGHT if need.total > free * 0.9 else Fit.FITS
