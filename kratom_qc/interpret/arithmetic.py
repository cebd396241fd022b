"""Interval arithmetic on amounts: every operation is taken at the extremes of its operands, ends
open where theirs are.

Amounts are never negative, so low ends meet low ends in sums and products, and high ends meet low
ends in quotients. Divisions are carried out at 28 significant digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from kratom_qc.domain.interval import UNMEASURED, ZERO, Interval

HUNDRED = Decimal(100)


def total(terms: Iterable[Interval]) -> Interval:
    """The sum of independent intervals."""
    low, high, low_open, high_open = ZERO, ZERO, False, False
    bounded = True
    for term in terms:
        low += term.low
        low_open = low_open or term.low_open
        high_open = high_open or term.high_open
        if term.high is None:
            bounded = False
        else:
            high += term.high
    return Interval(low, high if bounded else None, low_open, high_open or not bounded)


def product(first: Interval, second: Interval) -> Interval:
    """The product of two independent intervals."""
    low = first.low * second.low
    low_open = bool(low) and (first.low_open or second.low_open)
    if first.high is None or second.high is None:
        return Interval(low, None, low_open, True)
    high = first.high * second.high  # nothing of anything is nothing, whichever end is not reached
    return Interval(low, high, low_open, bool(high) and (first.high_open or second.high_open))


def quotient(over: Interval, under: Interval) -> Interval:
    """over ÷ under for independent intervals; unbounded above where the divisor may be zero."""
    if under.high == 0:
        return UNMEASURED
    low, low_open = _least_quotient(over, under)
    if over.high is None or under.low == 0:
        return Interval(low, None, low_open, True)
    high = over.high / under.low
    return Interval(low, high, low_open, bool(high) and (over.high_open or under.low_open))


def _least_quotient(over: Interval, under: Interval) -> tuple[Decimal, bool]:
    """(low end, whether it is open) of a quotient."""
    if not over.low:
        return ZERO, over.low_open
    if under.high is None:
        return ZERO, True
    return over.low / under.high, over.low_open or under.high_open


def percent_share(part: Interval, rest: Interval) -> Interval:
    """part as per cent of (part + others). The part stands in both places, so its ends move
    together: the high end is part.high / (part.high + others.low), and generic division would be
    wrong."""
    low, low_open = ZERO, part.low_open
    if part.low and rest.high is not None:
        low = HUNDRED * part.low / (part.low + rest.high)
        low_open = rest.high_open or (part.low_open and rest.high > 0)
    if part.high == 0:
        return Interval(ZERO, ZERO)
    if rest.low == 0:  # whatever there is of the part may be all there is
        return Interval(low, HUNDRED, low_open, rest.low_open)
    if part.high is None:
        return Interval(low, HUNDRED, low_open, True)
    high = HUNDRED * part.high / (part.high + rest.low)
    return Interval(low, high, low_open, part.high_open or rest.low_open)


def complement(percent: Interval) -> Interval:
    """1 - percent/100, at least 0: what is left of a mass when its moisture is gone."""
    high = max(ZERO, 1 - percent.low / HUNDRED)
    if percent.high is None or percent.high > HUNDRED:
        return Interval(ZERO, high, False, percent.low_open and high > 0)
    return Interval(1 - percent.high / HUNDRED, high, percent.high_open, percent.low_open)
