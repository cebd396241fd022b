"""Control charts of single values: individuals with moving range, EWMA, CUSUM.

Constants are those that NIST prints (d2 1.128 for two values, exactly 2/√π = 1.128379; D4 3.267),
so that limits equal published ones. Values are `Ends`: where the baseline holds censored values,
its centre and limits have two ends too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from kratom_qc.domain.interval import ZERO
from kratom_qc.trends.ends import Ends, distance, exactly, mean_of, minus, plus, positive, times

FEWEST = 20  # values; of fewer the points are shown, and no limits
D2, D4 = Decimal("1.128"), Decimal("3.267")
EWMA_WEIGHT, EWMA_WIDTH = Decimal("0.2"), Decimal(3)
CUSUM_SLACK, CUSUM_DECISION = Decimal("0.5"), Decimal(5)  # in σ
_SIGMAS = Decimal(3)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What values are compared with: their centre and standard deviation between neighbours, of the
    first `points` of a series."""

    center: Ends
    sigma: Ends
    mean_range: Ends
    points: int

    def line(self, sigmas: int | Decimal) -> Ends:
        """The line so many standard deviations above the centre; below it where negative."""
        away = times(abs(Decimal(sigmas)), self.sigma)
        return plus(self.center, away) if sigmas > 0 else minus(self.center, away)


@dataclass(frozen=True, slots=True)
class Individuals:
    """The chart of single values, and that of their moving ranges (the first value has none)."""

    center: Ends
    sigma: Ends
    lower: Ends
    upper: Ends
    ranges: tuple[Ends, ...]
    mean_range: Ends
    range_upper: Ends


@dataclass(frozen=True, slots=True)
class Ewma:
    """The exponentially weighted moving average after every value, with the limits there."""

    values: tuple[Ends, ...]
    lower: tuple[Ends, ...]
    upper: tuple[Ends, ...]


@dataclass(frozen=True, slots=True)
class Cusum:
    """What has summed up above and below the centre after every value. It signals beyond
    `decision`."""

    above: tuple[Ends, ...]
    below: tuple[Ends, ...]
    decision: Ends


def baseline(values: Sequence[Ends]) -> Baseline:
    """Centre and spread of at least two values: σ = mean moving range / d2."""
    mean_range = mean_of(_ranges(values))
    return Baseline(mean_of(values), times(1 / D2, mean_range), mean_range, len(values))


def _ranges(values: Sequence[Ends]) -> tuple[Ends, ...]:
    return tuple(distance(before, after) for before, after in pairwise(values))


def individuals(values: Sequence[Ends], base: Baseline) -> Individuals:
    """Limits at three standard deviations: x̄ ± 3·MR̄/d2; of the moving range D4·MR̄."""
    return Individuals(
        center=base.center,
        sigma=base.sigma,
        lower=base.line(-_SIGMAS),
        upper=base.line(_SIGMAS),
        ranges=_ranges(values),
        mean_range=base.mean_range,
        range_upper=times(D4, base.mean_range),
    )


def ewma(
    values: Sequence[Ends],
    base: Baseline,
    weight: Decimal = EWMA_WEIGHT,
    width: Decimal = EWMA_WIDTH,
) -> Ewma:
    """z = λx + (1 − λ)z, from the centre on; limits μ ± Lσ√(λ/(2 − λ)·(1 − (1 − λ)^2i))."""
    now, averages, lower, upper = base.center, [], [], []
    for place, value in enumerate(values, 1):
        now = plus(times(weight, value), times(1 - weight, now))
        averages.append(now)
        share = weight / (2 - weight) * (1 - (1 - weight) ** (2 * place))
        lower.append(base.line(-width * share.sqrt()))
        upper.append(base.line(width * share.sqrt()))
    return Ewma(tuple(averages), tuple(lower), tuple(upper))


def cusum(
    values: Sequence[Ends],
    base: Baseline,
    slack: Decimal = CUSUM_SLACK,
    decision: Decimal = CUSUM_DECISION,
) -> Cusum:
    """S = max(0, S + x − μ − kσ) above, max(0, S + μ − kσ − x) below; beyond hσ it signals."""
    upper, lower = base.line(slack), base.line(-slack)
    above, below = [exactly(ZERO)], [exactly(ZERO)]
    for value in values:
        above.append(positive(plus(above[-1], minus(value, upper))))
        below.append(positive(plus(below[-1], minus(lower, value))))
    return Cusum(tuple(above[1:]), tuple(below[1:]), times(decision, base.sigma))
