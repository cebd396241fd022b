"""The frame's numbers: quantities and limits as floats.

The floats keep the order of the exact decimals: where a value differs from its limit but their
floats do not, the float is nudged to the right side.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kratom_qc.domain.interval import ZERO, Interval, portion_bound
from kratom_qc.domain.limit import AmountLimit, Limit, NotDetectedLimit
from kratom_qc.domain.quantity import Quantity
from kratom_qc.judge import answers
from kratom_qc.judge.guard_band import guard_band

Floats = npt.NDArray[np.float64]
INFINITE = float("inf")
# Stands for "any stated detection limit will do": every finite bound lies inside, an unknown one
# does not.
_ANY_BOUND = float(np.finfo(float).max)


class Ends(NamedTuple):
    """Both ends of an interval as floats; whether they are open as 0 or 1."""

    low: float
    low_open: float
    high: float
    high_open: float


_UNKNOWN = Ends(0.0, 0.0, INFINITE, 1.0)  # [0, ∞)
_FOUND = Ends(0.0, 1.0, INFINITE, 1.0)  # (0, ∞)


def table(rows: Iterable[Sequence[float]]) -> Floats:
    """Rows of eight ends, the hull's then the proven: shape (8, rows)."""
    return np.ascontiguousarray(
        np.fromiter(chain.from_iterable(rows), dtype=float).reshape(-1, 8).T
    )


def plain_ends(quantity: Quantity) -> tuple[float, ...]:
    """A quantity's eight ends, each the double nearest its decimal."""
    hull, most = quantity.interval, quantity.proven_high
    return (
        float(hull.low),
        float(hull.low_open),
        INFINITE if hull.high is None else float(hull.high),
        float(hull.high_open),
        float(quantity.proven_low),
        float(quantity.proven_low_open),
        INFINITE if most is None else float(most),
        float(quantity.proven_high_open),
    )


def ordered(value: Decimal | None, edge: Decimal) -> float:
    """The float nearest `value` that lies on the same side of `edge`'s float as the decimals do."""
    if value is None:
        return INFINITE
    near, at_edge = float(value), float(edge)
    if value < edge and near >= at_edge:
        return float(np.nextafter(at_edge, -np.inf))
    if value > edge and near <= at_edge:
        return float(np.nextafter(at_edge, np.inf))
    return near


# ---------------------------------------------------------------- with a guard band


def guarded_ends(limit: AmountLimit, quantity: Quantity) -> tuple[float, ...]:
    """The eight ends widened by the guard band; unknown where the uncertainty is.

    What one certificate proves with its own uncertainty stays proven, whatever the others leave
    out.
    """
    hull = _widened(limit, quantity, quantity.interval)
    proven = [_widened(limit, part, _proven(part)) for part in (quantity, *quantity.alone)]
    low, low_open = max((ends.low, ends.low_open) for ends in proven)
    high, closed = min((ends.high, -ends.high_open) for ends in proven)
    return *hull, low, low_open, high, -closed


def _proven(quantity: Quantity) -> Interval:
    return Interval(
        quantity.proven_low,
        quantity.proven_high,
        quantity.proven_low_open,
        quantity.proven_high_open,
    )


def _widened(limit: AmountLimit, quantity: Quantity, value: Interval) -> Ends:
    """An interval widened by the guard band that a quantity's uncertainty gives."""
    width = guard_band(limit, quantity)
    if width is None:
        return _UNKNOWN
    low = _at_its_side(max(ZERO, value.low - width), limit)
    high = INFINITE if value.high is None else _at_its_side(value.high + width, limit)
    return Ends(low, float(value.low_open), high, float(value.high_open))


def _at_its_side(value: Decimal, limit: AmountLimit) -> float:
    """The float of a value, on the right side of whichever edge of its limit it would fall on."""
    near = float(value)
    for edge in (limit.acceptance_interval.low, limit.acceptance_interval.high):
        if edge is not None and float(edge) == near:
            return ordered(value, edge)
    return near


# ---------------------------------------------------------------- what may not be there at all


def detection_ends(limit: NotDetectedLimit, quantity: Quantity) -> tuple[float, ...]:
    """`Not detected` as an interval: found is (0, ∞), not found reaches down to its detection
    limit, unclear is [0, ∞)."""
    if quantity.detected is True:
        return *_FOUND, *_FOUND
    depth, wanted = _depth(limit, quantity), _wanted_depth(limit)
    if quantity.detected is None or depth is None:
        return *_UNKNOWN, *_UNKNOWN
    high = float(depth) if wanted is None else ordered(depth, wanted)
    return 0.0, 0.0, high, 0.0, 0.0, 0.0, high, 0.0


def _depth(limit: NotDetectedLimit, quantity: Quantity) -> Decimal | None:
    """How far down the deepest non-detect looked, in the limit's terms: 1/portion, or a LOD in the
    limit's unit."""
    if limit.portion is not None:
        portions = [result.portion for result in quantity.results if result.portion is not None]
        return portion_bound(max(portions)) if portions else None
    same_unit = limit.lod_at_most is None or quantity.unit == limit.unit
    return quantity.detection_limit if same_unit else None


def _wanted_depth(limit: NotDetectedLimit) -> Decimal | None:
    """How deep a limit wants the method to look; None where any stated depth will do."""
    return limit.lod_at_most if limit.portion is None else portion_bound(limit.portion)


# ---------------------------------------------------------------- limits


class Bands(NamedTuple):
    """A limit's ends for the two questions of the engine."""

    outer: Ends  # what a result may not miss
    inner: Ends  # what must hold all of it


def bands(limit: Limit) -> Bands:
    """A limit's ends for the two questions."""
    if isinstance(limit, NotDetectedLimit):
        depth = _wanted_depth(limit)
        bound = _ANY_BOUND if depth is None else float(depth)
        return Bands(Ends(0.0, 0.0, 0.0, 0.0), Ends(0.0, 0.0, bound, 0.0))
    accepted = limit.acceptance_interval if isinstance(limit, AmountLimit) else answers.ACCEPT
    high = INFINITE if accepted.high is None else float(accepted.high)
    ends = Ends(float(accepted.low), float(accepted.low_open), high, float(accepted.high_open))
    return Bands(ends, ends)
