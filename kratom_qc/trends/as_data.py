"""Trends as plain data, for programs and for pages: what `kratom-qc trends --json` prints.

Numbers are decimal strings as computed; an end that is not bounded is null.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from kratom_qc.domain.interval import plain
from kratom_qc.trends import words
from kratom_qc.trends.agreement import Bias, Pair
from kratom_qc.trends.capability import Capability, Estimate
from kratom_qc.trends.ends import Ends
from kratom_qc.trends.failures import Failures
from kratom_qc.trends.rules import Signal
from kratom_qc.trends.series import Point, SeriesKey
from kratom_qc.trends.trend import Chart, OutOfTrend, Trend

Data = dict[str, Any]


def trend_object(trend: Trend) -> Data:
    """One series with everything about it. `signals` name their batches by index in `points`."""
    return {
        "kind": "series",
        "series": trend.series.key._asdict(),
        "title": words.title(trend.series.key),
        "scale": trend.series.scale,
        "points": [_point(point) for point in trend.series.points],
        "chart": _chart(trend.chart) if trend.chart else None,
        "why_no_chart": trend.why_no_chart,
        "capability": _capability(trend.capability) if trend.capability else None,
        "why_no_capability": trend.why_no_capability,
        "out_of_trend": [out_of_trend_object(broken) for broken in trend.out_of_trend],
        "sentences": list(words.sentences(trend)),
    }


def out_of_trend_object(broken: OutOfTrend) -> Data:
    """What a batch breaks of its history."""
    return {
        "batch_id": broken.point.batch_id,
        "analyte": broken.series.key.analyte,
        "rule": broken.rule,
        "side": broken.side,
        "value": _ends(broken.point.value),
        "lower": _ends(broken.lower),
        "upper": _ends(broken.upper),
        "before": broken.before,
        "sentence": words.out_of_trend(broken),
    }


def duplicates_object(key: SeriesKey, pairs: Iterable[Pair]) -> Data:
    """What one laboratory states twice of the same batches."""
    return {
        "kind": "duplicates",
        "series": key._asdict(),
        "title": words.title(key),
        "pairs": [_pair(pair) for pair in pairs],
    }


def bias_object(key: SeriesKey, bias: Bias) -> Data:
    """How one laboratory's results lie to another's, in % of the mean of both."""
    return {
        "kind": "laboratories",
        "series": key._asdict(),
        "laboratory": bias.laboratory,
        "against": bias.against,
        "pairs": [_pair(pair) for pair in bias.pairs],
        "difference": _ends(bias.difference),
        "confidence": _ends(Ends(bias.low, bias.high)) if bias.low is not None else None,
        "why_no_confidence": bias.why_no_confidence,
        "sentence": words.bias(bias),
    }


def failures_object(failures: Failures) -> Data:
    """How often one laboratory's batches FAIL; `fell` and `rose` count its batches from 0."""
    return {
        "kind": "failures",
        "laboratory": failures.laboratory,
        "batches": failures.batches,
        "failed": failures.failed,
        "rate": _number(failures.rate),
        "groups": [
            {
                "batches": group.batches,
                "failed": group.failed,
                "lower": _number(group.lower),
                "upper": _number(group.upper),
            }
            for group in failures.groups
        ],
        "fell": failures.fell,
        "rose": failures.rose,
        "why_not": failures.why_not,
        "sentence": words.failures(failures),
    }


def _pair(pair: Pair) -> Data:
    return {
        "batch_id": pair.batch_id,
        "one": _ends(pair.first),
        "other": _ends(pair.second),
        "rpd": _ends(pair.rpd),
        "agree": pair.agree,
        "e_n": _number(pair.e_n),
    }


def _point(point: Point) -> Data:
    return {
        "batch_id": point.batch_id,
        "day": point.day.isoformat(),
        **_ends(point.value),
        "said": point.printed,
        "cell": point.cell,
        "statements": point.statements,
    }


def _chart(chart: Chart) -> Data:
    single = chart.individuals
    return {
        "baseline": chart.baseline,
        "individuals": {
            **{
                name: _ends(getattr(single, name))
                for name in ("center", "sigma", "lower", "upper", "mean_range", "range_upper")
            },
            "ranges": [_ends(number) for number in single.ranges],
        },
        "ewma": {
            name: [_ends(number) for number in getattr(chart.ewma, name)]
            for name in ("values", "lower", "upper")
        },
        "cusum": {
            "above": [_ends(number) for number in chart.cusum.above],
            "below": [_ends(number) for number in chart.cusum.below],
            "decision": _ends(chart.cusum.decision),
        },
        "signals": [_signal(signal) for signal in chart.signals],
        "autocorrelation": _number(chart.autocorrelation),
        "neighbours_alike": chart.neighbours_alike,
    }


def _signal(signal: Signal) -> Data:
    return {
        "rule": signal.rule,
        "means": signal.means,
        "first": signal.first,
        "last": signal.last,
        "side": signal.side,
        "certain": signal.certain,
    }


def _capability(capability: Capability) -> Data:
    bounds = capability.specification
    return {
        "lower": _number(bounds.lower),
        "lower_rule": bounds.lower_rule,
        "upper": _number(bounds.upper),
        "upper_rule": bounds.upper_rule,
        "points": capability.points,
        "mean": _number(capability.mean),
        "within": _number(capability.within),
        "overall": _number(capability.overall),
        "outside": capability.outside,
        **{name: _estimate(getattr(capability, name)) for name in ("cp", "cpk", "pp", "ppk")},
        "why_no_cpk": capability.why_no_cpk,
    }


def _estimate(estimate: Estimate | None) -> Data | None:
    if estimate is None:
        return None
    return {name: _number(getattr(estimate, name)) for name in ("value", "low", "high")}


def _ends(number: Ends) -> Data:
    return {"low": _number(number.low), "high": _number(number.high)}


def _number(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
