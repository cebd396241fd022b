"""One series with its charts, what they signal, and its capability. Everything here warns; nothing
changes a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from statistics import mean

from kratom_qc.domain.interval import ZERO
from kratom_qc.trends import charts, rules
from kratom_qc.trends.capability import Capability, Specification, capability, why_not
from kratom_qc.trends.charts import FEWEST, Baseline, Cusum, Ewma, Individuals
from kratom_qc.trends.ends import Ends
from kratom_qc.trends.rules import Signal
from kratom_qc.trends.series import Point, Series

NEWEST = ("Nelson 1", "Nelson 2", "Nelson 3")  # what puts a new batch out of trend
_ALIKE = 2  # standard errors of a correlation, beyond which neighbours are told to be alike


@dataclass(frozen=True, slots=True)
class Chart:
    """The charts of a series. Their limits rest on its first `baseline` points."""

    baseline: int
    individuals: Individuals
    ewma: Ewma
    cusum: Cusum
    signals: tuple[Signal, ...]
    autocorrelation: Decimal | None  # of neighbours; None with hidden values
    neighbours_alike: bool  # then limits from moving ranges are too narrow


@dataclass(frozen=True, slots=True)
class Trend:
    """One series and what it tells. Without a chart, or without capability, it says why."""

    series: Series
    chart: Chart | None
    why_no_chart: str
    capability: Capability | None
    why_no_capability: str
    out_of_trend: tuple[OutOfTrend, ...]


@dataclass(frozen=True, slots=True)
class OutOfTrend:
    """The newest batch of a series against those before it: which rule it breaks, by limits that
    rest on the `before` earlier ones alone."""

    series: Series
    point: Point
    rule: str
    side: str
    lower: Ends
    upper: Ends
    before: int


def trend(
    series: Series, specification: Specification | None = None, baseline: int | None = None
) -> Trend:
    """Everything about one series. Limits rest on all its points, or on the first `baseline`."""
    values = series.values
    based_on = values[:baseline]
    why_no_chart = why_no_limits(based_on)
    if why_no_chart:
        return Trend(series, None, why_no_chart, None, why_no_chart, ())
    base = charts.baseline(based_on)
    chart = _chart(values, base)
    bounds = specification or Specification()
    why_no_capability = why_not(values, bounds)
    if series.scale == "log10" and not why_no_capability:
        why_no_capability = "not computed of counts"
    room = None if why_no_capability else capability(values, base, bounds, chart.signals)
    return Trend(series, chart, "", room, why_no_capability, out_of_trend(series))


def why_no_limits(values: Sequence[Ends]) -> str:
    """Why values have no control limits; empty where they have."""
    unbounded = sum(not value.is_bounded for value in values)
    if len(values) < FEWEST:
        return f"too few: {len(values)} values, {FEWEST} are needed"
    if not any(value.is_exact for value in values):
        return "no value is known exactly"
    if unbounded:
        return f"nothing bounds {unbounded} of {len(values)} values"
    return "all values are equal" if len(set(values)) == 1 else ""


def _chart(values: Sequence[Ends], base: Baseline) -> Chart:
    averages, sums = charts.ewma(values, base), charts.cusum(values, base)
    signals = (
        *rules.signals(values, base),
        *rules.ewma_signals(averages),
        *rules.cusum_signals(sums),
    )
    numbers = [value.low for value in values if value.is_exact and value.low is not None]
    alike = autocorrelation(numbers) if len(numbers) == len(values) else None
    return Chart(
        baseline=base.points,
        individuals=charts.individuals(values, base),
        ewma=averages,
        cusum=sums,
        signals=signals,
        autocorrelation=alike,
        neighbours_alike=alike is not None and alike > _ALIKE / Decimal(len(values)).sqrt(),
    )


def autocorrelation(numbers: Sequence[Decimal]) -> Decimal:
    """Of neighbours, at lag 1: 1 where each is like the one before it. Raises ZeroDivisionError
    where all are equal."""
    middle = mean(numbers)
    away = [number - middle for number in numbers]
    products = sum((before * after for before, after in pairwise(away)), ZERO)
    return products / sum((number * number for number in away), ZERO)


def out_of_trend(series: Series) -> tuple[OutOfTrend, ...]:
    """What the newest batch breaks, whatever hidden values are, by limits that rest on the batches
    before it; nothing where these are too few to have limits."""
    values = series.values
    if not values or why_no_limits(values[:-1]):
        return ()
    base = charts.baseline(values[:-1])
    newest = len(values) - 1
    return tuple(
        OutOfTrend(
            series=series,
            point=series.points[-1],
            rule=signal.rule,
            side=signal.side,
            lower=base.line(-3),
            upper=base.line(3),
            before=newest,
        )
        for signal in rules.signals(values, base)
        if signal.certain and signal.last == newest and signal.rule in NEWEST
    )


def certain(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """The signals that hold whatever hidden values are."""
    return tuple(signal for signal in signals if signal.certain)
