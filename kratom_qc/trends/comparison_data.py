"""A comparison as plain data: what `kratom-qc compare --json` prints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kratom_qc.domain.interval import Interval, plain
from kratom_qc.trends.comparison import Comparison, MarketLine, ResultLine, Side, Standing, Stated

Data = dict[str, Any]


def comparison_object(comparison: Comparison) -> Data:
    """Both sides, every result and every market; numbers are decimal strings."""
    return {
        "one": _side(comparison.first),
        "other": _side(comparison.second),
        "results": [_result(line) for line in comparison.results],
        "markets": [_market(line) for line in comparison.markets],
    }


def _side(side: Side) -> Data:
    names = ("name", "batch_id", "product", "laboratories", "certificates", "tested_on")
    return {name: getattr(side, name) for name in (*names, "judged_on", "why_no_verdict")}


def _result(line: ResultLine) -> Data:
    apart = line.difference
    return {
        **line.subject._asdict(),
        "relation": str(line.relation),
        "one": {
            "said": [_stated(stated) for stated in line.first],
            **_interval(line.first_interval),
        },
        "other": {
            "said": [_stated(stated) for stated in line.second],
            **_interval(line.second_interval),
        },
        "difference": apart and {"low": _number(apart.low), "high": _number(apart.high)},
        "e_n": _number(line.e_n),
    }


def _stated(stated: Stated) -> Data:
    return {"said": stated.printed, "cell": stated.cell, "uncertainty": _number(stated.uncertainty)}


def _interval(interval: Interval | None) -> Data:
    if interval is None:
        return {"low": None, "high": None, "low_open": None, "high_open": None}
    return {
        "low": _number(interval.low),
        "high": _number(interval.high),
        "low_open": interval.low_open,
        "high_open": interval.high_open,
    }


def _market(line: MarketLine) -> Data:
    return {
        "market": line.market,
        "one": _standing(line.first),
        "other": _standing(line.second),
        "differs": line.differs,
    }


def _standing(standing: Standing | None) -> Data | None:
    return standing and standing._asdict()


def _number(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
