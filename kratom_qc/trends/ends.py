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


def log10(number: Ends) -> Ends:
    """The common logarithm. Zero has none: as the low end it bounds nothing."""
    if number.high is not None and not number.high:
        return Ends(None, None)
    return Ends(
        number.low.log10() if number.low else None, number.high.log10() if number.high else None
    )


def plus(number: Ends, other: Ends) -> Ends:
    """The sum."""
    return Ends(_combined(add, number.low, other.low), _combined(add, number.high, other.high))


def minus(number: Ends, other: Ends) -> Ends:
    """The difference."""
    return Ends(_combined(sub, number.low, other.high), _combined(sub, number.high, other.low))


def times(factor: Decimal, number: Ends) -> Ends:
    """A multiple; `factor` is not negative."""
    return Ends(
        None if number.low is None else factor * number.low,
        None if number.high is None else factor * number.high,
    )


def positive(number: Ends) -> Ends:
    """The number itself, or 0 where it is less."""
    return Ends(
        max(ZERO, number.low or ZERO), None if number.high is None else max(ZERO, number.high)
    )


def distance(number: Ends, other: Ends) -> Ends:
    """How far apart two numbers are."""
    apart, back = minus(number, other), minus(other, number)
    nearest = max((ZERO, *(end for end in (apart.low, back.low) if end is not None)))
    furthest = None if apart.high is None or back.high is None else max(apart.high, back.high)
    return Ends(nearest, furthest)


def quotient(number: Ends, other: Ends) -> Ends:
    """One substance by another, neither negative; nothing bounds what is divided by zero."""
    low = number.low / other.high if number.low and other.high else ZERO
    return Ends(low, number.high / other.low if number.high is not None and other.low else None)


def mean_of(numbers: Sequence[Ends]) -> Ends:
    """The arithmetic mean; of exact decimals it is computed without rounding. Raises
    statistics.StatisticsError for no numbers."""
    if len(numbers) == 1:
        return numbers[0]
    lows = [number.low for number in numbers if number.low is not None]
    highs = [number.high for number in numbers if number.high is not None]
    return Ends(
        mean(lows) if len(lows) == len(numbers) else None,
        mean(highs) if len(highs) == len(numbers) else None,
    )


def above(number: Ends, line: Ends) -> tuple[bool, bool]:
    """Whether a number lies above a line: (for certain, possibly)."""
    certain = number.low is not None and line.high is not None and number.low > line.high
    possible = number.high is None or line.low is None or number.high > line.low
    return certain, possible


def below(number: Ends, line: Ends) -> tuple[bool, bool]:
    """Whether a number lies below a line: (for certain, possibly)."""
    return above(line, number)


def _combined(
    operation: Callable[[Decimal, Decimal], Decimal], end: Decimal | None, other: Decimal | None
) -> Decimal | None:
    return None if end is None or other is None else operation(end, other)
