"""A comparison as plain data: what `kratom-qc compare --json` prints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kratom_qc.domain.interval import Interval, plain
from kratom_qc.trends.comparison import Comparison, MarketLine, ResultLine, Side, Standing, Stated

Data = dict[str, Any]


def comparison_object(found: Comparison) -> Data:
    """Both sides, every result and every market; numbers are decimal strings."""
    return {
        "one": _side(found.one),
        "other": _side(found.other),
        "results": [_result(line) for line in found.results],
        "markets": [_market(line) for line in found.markets],
    }


def _side(one: Side) -> Data:
    names = ("name", "batch_id", "product", "laboratories", "certificates", "tested_on")
    return {name: getattr(one, name) for name in (*names, "judged_on", "why_no_verdict")}


def _result(line: ResultLine) -> Data:
    apart = line.difference
    return {
        **line.subject._asdict(),
        "relation": str(line.relation),
        "one": {"said": [_stated(one) for one in line.one], **_interval(line.one_interval)},
        "other": {"said": [_stated(one) for one in line.other], **_interval(line.other_interval)},
        "difference": apart and {"low": _number(apart.low), "high": _number(apart.high)},
        "e_n": _number(line.e_n),
    }


def _stated(one: Stated) -> Data:
    return {"said": one.said, "cell": one.cell, "uncertainty": _number(one.uncertainty)}


def _interval(one: Interval | None) -> Data:
    if one is None:
        return {"low": None, "high": None, "low_open": None, "high_open": None}
    return {
        "low": _number(one.low),
        "high": _number(one.high),
        "low_open": one.low_open,
        "high_open": one.high_open,
    }


def _market(line: MarketLine) -> Data:
    return {
        "market": line.market,
        "one": _standing(line.one),
        "other": _standing(line.other),
        "differs": line.differs,
    }


def _standing(one: Standing | None) -> Data | None:
    return one and one._asdict()


def _number(one: Decimal | None) -> str | None:
    return None if one is None else plain(one)
