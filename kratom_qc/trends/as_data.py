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


def trend_object(one: Trend) -> Data:
    """One series with everything about it. `signals` name their batches by index in `points`."""
    return {
        "kind": "series",
        "series": one.series.key._asdict(),
        "title": words.title(one.series.key),
        "scale": one.series.scale,
        "points": [_point(point) for point in one.series.points],
        "chart": _chart(one.chart) if one.chart else None,
        "why_no_chart": one.why_no_chart,
        "capability": _capability(one.capability) if one.capability else None,
        "why_no_capability": one.why_no_capability,
        "out_of_trend": [out_of_trend_object(each) for each in one.out_of_trend],
        "sentences": list(words.sentences(one)),
    }


def out_of_trend_object(one: OutOfTrend) -> Data:
    """What a batch breaks of its history."""
    return {
        "batch_id": one.point.batch_id,
        "analyte": one.series.key.analyte,
        "rule": one.rule,
        "side": one.side,
        "value": _ends(one.point.value),
        "lower": _ends(one.lower),
        "upper": _ends(one.upper),
        "before": one.before,
        "sentence": words.out_of_trend(one),
    }


def duplicates_object(key: SeriesKey, pairs: Iterable[Pair]) -> Data:
    """What one laboratory states twice of the same batches."""
    return {
        "kind": "duplicates",
        "series": key._asdict(),
        "title": words.title(key),
        "pairs": [_pair(one) for one in pairs],
    }


def bias_object(key: SeriesKey, one: Bias) -> Data:
    """How one laboratory's results lie to another's, in % of the mean of both."""
    return {
        "kind": "laboratories",
        "series": key._asdict(),
        "laboratory": one.laboratory,
        "against": one.against,
        "pairs": [_pair(each) for each in one.pairs],
        "difference": _ends(one.difference),
        "confidence": _ends(Ends(one.low, one.high)) if one.low is not None else None,
        "why_no_confidence": one.why_no_confidence,
        "sentence": words.bias(one),
    }


def failures_object(one: Failures) -> Data:
    """How often one laboratory's batches FAIL; `fell` and `rose` count its batches from 0."""
    return {
        "kind": "failures",
        "laboratory": one.laboratory,
        "batches": one.batches,
        "failed": one.failed,
        "rate": _number(one.rate),
        "groups": [
            {
                "batches": group.batches,
                "failed": group.failed,
                "lower": _number(group.lower),
                "upper": _number(group.upper),
            }
            for group in one.groups
        ],
        "fell": one.fell,
        "rose": one.rose,
        "why_not": one.why_not,
        "sentence": words.failures(one),
    }


def _pair(one: Pair) -> Data:
    return {
        "batch_id": one.batch_id,
        "one": _ends(one.one),
        "other": _ends(one.other),
        "rpd": _ends(one.rpd),
        "agree": one.agree,
        "e_n": _number(one.e_n),
    }


def _point(one: Point) -> Data:
    return {
        "batch_id": one.batch_id,
        "day": one.day.isoformat(),
        **_ends(one.value),
        "said": one.said,
        "cell": one.cell,
        "statements": one.statements,
    }


def _chart(one: Chart) -> Data:
    single = one.individuals
    return {
        "baseline": one.baseline,
        "individuals": {
            **{
                name: _ends(getattr(single, name))
                for name in ("center", "sigma", "lower", "upper", "mean_range", "range_upper")
            },
            "ranges": [_ends(each) for each in single.ranges],
        },
        "ewma": {
            name: [_ends(each) for each in getattr(one.ewma, name)]
            for name in ("values", "lower", "upper")
        },
        "cusum": {
            "above": [_ends(each) for each in one.cusum.above],
            "below": [_ends(each) for each in one.cusum.below],
            "decision": _ends(one.cusum.decision),
        },
        "signals": [_signal(each) for each in one.signals],
        "autocorrelation": _number(one.autocorrelation),
        "neighbours_alike": one.neighbours_alike,
    }


def _signal(one: Signal) -> Data:
    return {
        "rule": one.rule,
        "means": one.means,
        "first": one.first,
        "last": one.last,
        "side": one.side,
        "certain": one.certain,
    }


def _capability(one: Capability) -> Data:
    bounds = one.specification
    return {
        "lower": _number(bounds.lower),
        "lower_rule": bounds.lower_rule,
        "upper": _number(bounds.upper),
        "upper_rule": bounds.upper_rule,
        "points": one.points,
        "mean": _number(one.mean),
        "within": _number(one.within),
        "overall": _number(one.overall),
        "outside": one.outside,
        **{name: _estimate(getattr(one, name)) for name in ("cp", "cpk", "pp", "ppk")},
        "why_no_cpk": one.why_no_cpk,
    }


def _estimate(one: Estimate | None) -> Data | None:
    if one is None:
        return None
    return {name: _number(getattr(one, name)) for name in ("value", "low", "high")}


def _ends(one: Ends) -> Data:
    return {"low": _number(one.low), "high": _number(one.high)}


def _number(one: Decimal | None) -> str | None:
    return None if one is None else plain(one)
