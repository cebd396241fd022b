"""A laboratory number is an interval: every amount that a statement leaves possible."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Interval:
    """Every amount a statement leaves possible. `high` None means unbounded, its end then open."""

    low: Decimal
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False

    @staticmethod
    def exactly(value: Decimal) -> Interval:
        """One amount."""
        return Interval(value, value)

    @staticmethod
    def below(bound: Decimal | None, *, open_: bool = True) -> Interval:
        """[0, bound), or [0, ∞) where the bound is unknown: a substance is never negative."""
        return Interval(ZERO, bound, False, open_ or bound is None)

    def scaled(self, factor: Decimal) -> Interval:
        """The same interval in another unit; factor > 0, exact."""
        high = None if self.high is None else self.high * factor
        return Interval(self.low * factor, high, self.low_open, self.high_open)

    def hull(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        low, low_open = min((self.low, self.low_open), (other.low, other.low_open))
        if self.high is None or other.high is None:
            return Interval(low, None, low_open, True)
        # A closed end reaches further than an open one at the same number.
        high, closed = max((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not closed)

    def meets(self, other: Interval) -> bool:
        """Whether some amount lies in both."""
        return not (self._ends_before(other) or other._ends_before(self))

    def lies_in(self, other: Interval) -> bool:
        """Whether every amount of it lies in another."""
        return self.hull(other) == other

    def _ends_before(self, other: Interval) -> bool:
        if self.high is None:
            return False
        return self.high < other.low or (
            self.high == other.low and (self.high_open or other.low_open)
        )


UNMEASURED = Interval(ZERO, None, False, True)


def portion_bound(portion: Decimal) -> Decimal:
    """Absence in `portion` grams as a count per gram: fewer than 1/portion, at 28 digits.
    Order-reversing, so absence in 25 g lies inside what absence in 10 g allows, and equal portions
    give equal bounds."""
    return 1 / portion


def plain(number: Decimal) -> str:
    """A decimal in plain notation without trailing zeros: 1E+3 → 1000, 0.50 → 0.5."""
    if not number:
        return "0"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
