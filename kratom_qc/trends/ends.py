"""Numbers of which only two ends are known. `<0.05` may be anything from 0 to 0.05, and so may
everything that is computed from it.

Every operation returns ends that hold whatever the hidden values are. Where the same value stands
in both operands they may lie further apart than they must; they never lie too near. Whether an end
itself belongs to the number is left out, for the same reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import add, sub
from statistics import mean
from typing import NamedTuple

from kratom_qc.domain.interval import ZERO, Interval


class Ends(NamedTuple):
    """Everything that a number may be. None: it is not bounded on that side."""

    low: Decimal | None
    high: Decimal | None

    @property
    def is_exact(self) -> bool:
        """Whether it is one number."""
        return self.low is not None and self.low == self.high

    @property
    def is_bounded(self) -> bool:
        """Whether both ends are known."""
        return self.low is not None and self.high is not None


def exactly(number: Decimal) -> Ends:
    """One number."""
    return Ends(number, number)


def of(interval: Interval) -> Ends:
    """The ends of a laboratory's statement."""
    return Ends(interval.low, interval.high)


def log10(one: Ends) -> Ends:
    """The common logarithm. Zero has none: as the low end it bounds nothing."""
    if one.high is not None and not one.high:
        return Ends(None, None)
    return Ends(one.low.log10() if one.low else None, one.high.log10() if one.high else None)


def plus(one: Ends, other: Ends) -> Ends:
    """The sum."""
    return Ends(_both(add, one.low, other.low), _both(add, one.high, other.high))


def minus(one: Ends, other: Ends) -> Ends:
    """The difference."""
    return Ends(_both(sub, one.low, other.high), _both(sub, one.high, other.low))


def times(factor: Decimal, one: Ends) -> Ends:
    """A multiple; `factor` is not negative."""
    return Ends(
        None if one.low is None else factor * one.low,
        None if one.high is None else factor * one.high,
    )


def positive(one: Ends) -> Ends:
    """The number itself, or 0 where it is less."""
    return Ends(max(ZERO, one.low or ZERO), None if one.high is None else max(ZERO, one.high))


def distance(one: Ends, other: Ends) -> Ends:
    """How far apart two numbers are."""
    apart, back = minus(one, other), minus(other, one)
    nearest = max((ZERO, *(end for end in (apart.low, back.low) if end is not None)))
    furthest = None if apart.high is None or back.high is None else max(apart.high, back.high)
    return Ends(nearest, furthest)


def quotient(one: Ends, other: Ends) -> Ends:
    """One substance by another, neither negative; nothing bounds what is divided by zero."""
    low = one.low / other.high if one.low and other.high else ZERO
    return Ends(low, one.high / other.low if one.high is not None and other.low else None)


def mean_of(numbers: Sequence[Ends]) -> Ends:
    """The arithmetic mean; of exact decimals it is computed without rounding. Raises
    statistics.StatisticsError for no numbers."""
    if len(numbers) == 1:
        return numbers[0]
    lows = [one.low for one in numbers if one.low is not None]
    highs = [one.high for one in numbers if one.high is not None]
    return Ends(
        mean(lows) if len(lows) == len(numbers) else None,
        mean(highs) if len(highs) == len(numbers) else None,
    )


def above(one: Ends, line: Ends) -> tuple[bool, bool]:
    """Whether a number lies above a line: (for certain, possibly)."""
    certain = one.low is not None and line.high is not None and one.low > line.high
    possible = one.high is None or line.low is None or one.high > line.low
    return certain, possible


def below(one: Ends, line: Ends) -> tuple[bool, bool]:
    """Whether a number lies below a line: (for certain, possibly)."""
    return above(line, one)


def _both(
    operation: Callable[[Decimal, Decimal], Decimal], one: Decimal | None, other: Decimal | None
) -> Decimal | None:
    return None if one is None or other is None else operation(one, other)
