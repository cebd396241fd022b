"""How well two results of one thing agree: duplicates of one laboratory, and splits between
laboratories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import mean, stdev

from scipy.special import stdtrit

from kratom_qc.domain.interval import ZERO
from kratom_qc.trends.ends import Ends, distance, exactly, mean_of, minus, plus, quotient

FEWEST = 6  # pairs; of fewer a difference between laboratories is shown without confidence
WITHIN, BETWEEN = Decimal(20), Decimal(35)  # usual bounds of RPD, % (not from a primary text)
_FAR_ABOVE = 5  # times the LOQ, from where on RPD is asked for
_MISSED = 0.025  # of the confidence interval, on either side
_HUNDRED, _MOST = Decimal(100), Decimal(200)  # %; no two values differ by more than 200


@dataclass(frozen=True, slots=True)
class Value:
    """One laboratory's value of one batch, with its expanded uncertainty and LOQ where stated."""

    ends: Ends
    uncertainty: Decimal | None = None
    loq: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two results of one batch. `rpd` is their relative percent difference, `agree` whether it is
    within bounds: True, False, or None where hidden values decide; `e_n` where both state their
    uncertainty."""

    batch_id: str
    first: Ends
    second: Ends
    rpd: Ends
    agree: bool | None
    e_n: Decimal | None


@dataclass(frozen=True, slots=True)
class Bias:
    """How much one laboratory finds more than another, over the batches that both tested: the mean
    difference in % of both values' mean. `low` and `high` hold the true one with 95 % confidence,
    None where there are too few pairs or hidden values (`why_no_confidence`)."""

    laboratory: str
    against: str
    pairs: tuple[Pair, ...]
    difference: Ends
    low: Decimal | None
    high: Decimal | None
    why_no_confidence: str

    @property
    def is_shown(self) -> bool:
        """Whether the two differ for certain, at 95 % confidence."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def relative_difference(number: Ends, other: Ends) -> Ends:
    """RPD = |a − b| / ((a + b)/2) · 100 %; neither is negative. Two zeros do not differ."""
    if number.is_exact and other.is_exact:
        return exactly(abs(_in_per_cent(number, other).low or ZERO))
    # It grows with the ratio of the greater to the smaller, and is never more than 200.
    ratios = [quotient(number, other), quotient(other, number)]
    most = [_MOST if ratio.high is None else abs(_of_ratio(ratio.high)) for ratio in ratios]
    least = [_of_ratio(ratio.low) for ratio in ratios if ratio.low is not None and ratio.low > 1]
    return Ends(max(least, default=ZERO), max(most))


def _of_ratio(ratio: Decimal) -> Decimal:
    return _HUNDRED * (ratio - 1) / ((ratio + 1) / 2)


def pair(batch_id: str, value: Value, other: Value, most: Decimal = WITHIN) -> Pair:
    """Compare two results. They agree where RPD is at most `most` %; below 5 LOQ, where they lie
    no further apart than the LOQ."""
    rpd = relative_difference(value.ends, other.ends)
    loq = max((value.loq for value in (value, other) if value.loq is not None), default=None)
    agree = _at_most(rpd, most)
    if loq is not None and _is_near(value.ends, other.ends, loq):
        agree = _at_most(distance(value.ends, other.ends), loq)
    return Pair(batch_id, value.ends, other.ends, rpd, agree, e_n(value, other))


def _is_near(number: Ends, other: Ends, loq: Decimal) -> bool:
    """Whether one of two values is, or may be, below 5 LOQ."""
    return any(ends.low is None or ends.low < _FAR_ABOVE * loq for ends in (number, other))


def _at_most(number: Ends, most: Decimal) -> bool | None:
    if number.high is not None and number.high <= most:
        return True
    return False if number.low is not None and number.low > most else None


def e_n(value: Value, other: Value) -> Decimal | None:
    """E_n = (x − X)/√(U² + U²) of expanded uncertainties (ISO 13528); beyond ±1 two results do not
    agree. None where one is hidden or states no uncertainty."""
    if not (
        value.uncertainty and other.uncertainty and value.ends.is_exact and other.ends.is_exact
    ):
        return None
    apart = minus(value.ends, other.ends).low or ZERO
    return apart / (value.uncertainty**2 + other.uncertainty**2).sqrt()


def bias(laboratory: str, against: str, pairs: Sequence[Pair]) -> Bias:
    """The mean difference over pairs (at least one), with a confidence interval by Student's t."""
    differences = [_in_per_cent(pair.first, pair.second) for pair in pairs]
    hidden = sum(not number.is_exact for number in differences)
    why = f"{hidden} of {len(pairs)} pairs have hidden values" if hidden else ""
    if len(pairs) < FEWEST:
        why = f"too few: {len(pairs)} batches tested by both, {FEWEST} are needed"
    low, high = (None, None) if why else _confidence([number.low or ZERO for number in differences])
    return Bias(laboratory, against, tuple(pairs), mean_of(differences), low, high, why)


def _in_per_cent(number: Ends, other: Ends) -> Ends:
    """(a − b) in % of the mean of both; of hidden values at the extremes of their ratio."""
    if number.is_exact and other.is_exact:
        apart, both = minus(number, other).low or ZERO, plus(number, other).low
        return exactly(2 * _HUNDRED * apart / both if both else ZERO)
    ratio = quotient(number, other)
    low = -_MOST if not ratio.low else _of_ratio(ratio.low)
    return Ends(low, _MOST if ratio.high is None else _of_ratio(ratio.high))


def _confidence(numbers: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    count, middle = len(numbers), mean(numbers)
    t = Decimal(float(stdtrit(count - 1, 1 - _MISSED)))
    away = t * stdev(numbers) / Decimal(count).sqrt()
    return middle - away, middle + away


def duplicate_spread(pairs: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """The standard deviation of repetition from duplicates: √(Σd²/2n) over at least one pair."""
    squares = [(first - second) ** 2 for first, second in pairs]
    return (sum(squares, ZERO) / (2 * len(squares))).sqrt()


def horwitz(mass_fraction: Decimal) -> Decimal:
    """The relative standard deviation between laboratories that Horwitz expects, in %:
    2·C^−0.1505, at a mass fraction C (1 mg/kg is 0.000001)."""
    return 2 * mass_fraction ** Decimal("-0.1505")
