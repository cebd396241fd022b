"""The values that conform to a printed figure."""

from __future__ import annotations

from decimal import Decimal

from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import Rounding


def acceptance_interval(
    minimum: Decimal | None, maximum: Decimal | None, *, strict: bool, rounding: Rounding
) -> Interval:
    """The values that conform, in the printed unit; a strict figure does not conform itself.

    USP General Notices 7.20 rounding moves the limit, not the result: ≤ 1.2 accepts every value
    below 1.25 (half-up), ≥ 98.0 every value from 97.95, < 1.2 every value below 1.15.
    """
    low = Decimal(0) if minimum is None else minimum
    low_open = strict and minimum is not None
    high, high_open = maximum, strict or maximum is None
    if rounding == Rounding.USP_7_20:
        if minimum is not None:
            low, low_open = minimum + _half_step(minimum, upward=strict), False
        if maximum is not None:
            high, high_open = maximum + _half_step(maximum, upward=not strict), True
    return Interval(low, high, low_open, high_open)


def _half_step(number: Decimal, *, upward: bool) -> Decimal:
    """Half of one unit of the last printed digit."""
    half = Decimal(1).scaleb(int(number.as_tuple().exponent)) / 2
    return half if upward else -half
