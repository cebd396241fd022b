"""What a trend is drawn of: the values of one analyte in batches that can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kratom_qc.trends import ends
from kratom_qc.trends.ends import Ends


class SeriesKey(NamedTuple):
    """What the values of a series have in common. Laboratories, vendors and methods never share a
    chart: a change of method starts another. "" where certificates do not say."""

    product: str
    laboratory: str
    vendor: str
    analyte: str
    species: str
    basis: str
    unit: str
    method: str


@dataclass(frozen=True, slots=True)
class Point:
    """The value of one batch: the mean of what its laboratory states, where it states several.

    `day` is that of testing, else of issue, else of judgement; `said` and `cell` are the first
    statement as printed; `statements` how many independent ones there are.
    """

    batch_id: str
    day: date
    value: Ends
    printed: str
    cell: str  # as `file sheet!cell`
    statements: int = 1


@dataclass(frozen=True, slots=True)
class Series:
    """Values in the order of their days."""

    key: SeriesKey
    points: tuple[Point, ...]

    @property
    def scale(self) -> str:
        """`log10` of microbial counts, else `linear`."""
        return "log10" if self.key.unit.startswith(("cfu/", "mpn/")) else "linear"

    @property
    def values(self) -> tuple[Ends, ...]:
        """What the chart is computed of."""
        numbers = tuple(point.value for point in self.points)
        return tuple(map(ends.log10, numbers)) if self.scale == "log10" else numbers
