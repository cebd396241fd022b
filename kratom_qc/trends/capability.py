"""Capability: how much room a steady process leaves to its limits.

Cp and Cpk use the spread between neighbouring batches (σ = MR̄/d2), Pp and Ppk that of all.
Confidence is two-sided at 95 %: of Cp and Pp by chi-square, of Cpk and Ppk by the noncentral t
distribution, exact for one limit and normal values. σ from moving ranges knows less than n − 1
degrees of freedom; its own are used (`range_freedom`). Nothing is computed from censored values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import pi, sqrt
from statistics import mean, stdev

from scipy.special import chdtri, nctdtrinc

from kratom_qc.trends.charts import Baseline
from kratom_qc.trends.ends import Ends
from kratom_qc.trends.rules import Signal

FEWEST = 25  # values
UNSTABLE = ("Nelson 1", "Nelson 2", "Nelson 3")  # one of these, and there is no Cp or Cpk
_MISSED = 0.025  # of the confidence interval, on either side


@dataclass(frozen=True, slots=True)
class Specification:
    """The limits of one series in its unit, each with the rule it comes from; None: no limit."""

    lower: Decimal | None = None
    upper: Decimal | None = None
    lower_rule: str = ""
    upper_rule: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """An index, and where the true one lies with 95 % confidence."""

    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Capability:
    """The indices of one series. `cp` and `pp` need both limits; `cpk` and `ppk` are those of the
    nearer limit; `why_no_cpk` says why the process is not steady enough for `cp` and `cpk`."""

    specification: Specification
    points: int
    mean: Decimal
    within: Decimal  # σ between neighbours
    overall: Decimal  # s of all
    outside: int  # values beyond a limit
    cp: Estimate | None
    cpk: Estimate | None
    pp: Estimate | None
    ppk: Estimate
    why_no_cpk: str


def why_not(values: Sequence[Ends], specification: Specification) -> str:
    """Why there is no capability; empty where there is one."""
    hidden = sum(not value.is_exact for value in values)
    if specification.lower is None and specification.upper is None:
        return "no limit in force asks for it in this unit"
    if hidden:
        return f"{hidden} of {len(values)} values are known by their bounds only"
    if len(values) < FEWEST:
        return f"too few: {len(values)} values, {FEWEST} are needed"
    if len(set(values)) == 1:
        return "all values are equal"
    return ""


def capability(
    values: Sequence[Ends], base: Baseline, specification: Specification, signals: Iterable[Signal]
) -> Capability:
    """The indices of values for which `why_not` says nothing."""
    numbers = [value.low for value in values if value.low is not None]
    count, average, spread = len(numbers), mean(numbers), stdev(numbers)
    within = base.sigma.low or spread
    unsteady = sorted(
        {signal.rule for signal in signals if signal.certain and signal.rule in UNSTABLE}
    )
    steady = not unsteady
    few = range_freedom(base.points)
    return Capability(
        specification=specification,
        points=count,
        mean=average,
        within=within,
        overall=spread,
        outside=sum(_is_outside(number, specification) for number in numbers),
        cp=_width(specification, within, few) if steady else None,
        cpk=_nearer(specification, average, within, (count, few)) if steady else None,
        pp=_width(specification, spread, count - 1),
        ppk=_nearer(specification, average, spread, (count, count - 1)),
        why_no_cpk=f"not steady: {', '.join(unsteady)}" if unsteady else "",
    )


def _is_outside(number: Decimal, specification: Specification) -> bool:
    lower, upper = specification.lower, specification.upper
    return (lower is not None and number < lower) or (upper is not None and number > upper)


def range_freedom(points: int) -> float:
    """The degrees of freedom of σ = MR̄/d2 over so many normal values, at least 2: 1/(2·the squared
    relative error of MR̄). Neighbouring ranges share a value, so that their covariance counts;
    about 0.61·n."""
    pairs = points - 1
    alone, shared = pi / 2 - 1, sqrt(3) / 2 + pi / 12 - 1  # (co)variance over squared mean
    relative = (pairs * alone + 2 * (pairs - 1) * shared) / pairs**2
    return 1 / (2 * relative)


def index(lower: Decimal | None, upper: Decimal | None, center: Decimal, sigma: Decimal) -> Decimal:
    """Cpk or Ppk: the distance to the nearer limit in 3σ. Raises ValueError where there is none."""
    rooms = [] if upper is None else [upper - center]
    rooms += [] if lower is None else [center - lower]
    return min(rooms) / (3 * sigma)


def width(lower: Decimal, upper: Decimal, sigma: Decimal) -> Decimal:
    """Cp or Pp: the width between both limits in 6σ."""
    return (upper - lower) / (6 * sigma)


def _width(specification: Specification, sigma: Decimal, freedom: float) -> Estimate | None:
    if specification.lower is None or specification.upper is None:
        return None
    value = width(specification.lower, specification.upper, sigma)
    low, high = (Decimal(sqrt(chdtri(freedom, tail) / freedom)) for tail in (1 - _MISSED, _MISSED))
    return Estimate(value, value * low, value * high)


def _nearer(
    specification: Specification, center: Decimal, sigma: Decimal, known_by: tuple[int, float]
) -> Estimate:
    """The index of the nearer limit. The further limit leaves more room, and its own confidence
    interval ends higher."""
    points, freedom = known_by
    value = index(specification.lower, specification.upper, center, sigma)
    unit = 3 * sqrt(points)  # of t = √n·(limit − mean)/σ, whose noncentrality is √n·3·index
    low, high = (
        Decimal(float(nctdtrinc(freedom, share, unit * float(value)))) / Decimal(unit)
        for share in (1 - _MISSED, _MISSED)
    )
    return Estimate(value, low, high)
