"""Measured numbers as whoever calculates with them wants them: ends of an interval and its unit,
each for itself. Words for people stand in `vocabulary.wording`."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.interval import Interval, plain


class Figures(NamedTuple):
    """An interval in decimal strings of plain notation; an infinite end is empty. `unit` is the
    canonical one."""

    low: str
    high: str
    low_open: bool
    high_open: bool
    unit: str

    @property
    def sign(self) -> str:
        """`<` or `>` where only a bound is known, `≤` or `≥` where the bound is within."""
        if self.low == self.high:
            return ""
        if not self.high:
            return ">" if self.low_open else "≥"
        if self.low == "0":
            return "<" if self.high_open else "≤"
        return "between"


NO_FIGURES = Figures("", "", False, False, "")


def figures(interval: Interval | None, unit: str) -> Figures:
    """The figures of an interval; none where nothing is known of it, or it has no unit."""
    if interval is None or not unit or (interval.high is None and not interval.low):
        return NO_FIGURES
    return Figures(
        plain(interval.low), number(interval.high), interval.low_open, interval.high_open, unit
    )


def of_finding(finding: Finding) -> Figures:
    """The figures of what a finding is about; none where nobody reported it."""
    reported = finding.outcome is not Outcome.MISSING
    return figures(finding.interval if reported else None, finding.unit)


def number(amount: Decimal | None) -> str:
    """A decimal in plain notation; nothing for none."""
    return "" if amount is None else plain(amount)
