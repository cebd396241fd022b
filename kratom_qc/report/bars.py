"""A value drawn on its limit's scale. Only geometry is float here, and only as per cent of the
bar's width."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from kratom_qc.domain.finding import Finding
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import AmountLimit
from kratom_qc.vocabulary import wording

LOG_FROM = 20.0  # beyond this ratio a linear scale would press one of the two against the edge
Printed = tuple[Decimal, str]  # the factor and name of the unit a limit's source prints
SLIVER = 1.6  # per cent: a narrower range would not be seen
_HUGE, _TINY = 1e290, 1e-290


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the bar with its text, which hangs towards the middle where the place is near an
    end."""

    x: str
    text: str
    anchor: str


@dataclass(frozen=True, slots=True, eq=False)
class Bar:
    """Everything a template draws; every `x` and `w` is text such as `12.5%`. Known by its
    identity: `bar` keeps them, and their markup is kept too."""

    css: str
    label: str
    band_x: str
    band_w: str
    edges: tuple[Mark, ...]
    ticks: tuple[str, ...]
    dot: str  # empty where the value is no single number
    range_x: str
    range_w: str  # empty where the value is one number
    fade: str  # `fade` where the value has no upper end
    value: Mark
    note: Mark  # at the end that no edge is near; empty on a linear scale


@dataclass(frozen=True, slots=True)
class _Scale:
    at: Callable[[float], float]
    log: bool
    ticks: tuple[str, ...]


def bar(finding: Finding) -> Bar | None:
    """The bar of an amount; None where limit and value share no scale or nothing is known of the
    value."""
    limit = finding.source
    value = finding.interval
    if (
        not isinstance(limit, AmountLimit)
        or limit.unit != finding.unit
        or (value.high is None and not value.low)
    ):
        return None
    return _drawn(
        limit.acceptance_interval,
        value,
        _point(finding),
        limit.unit,
        wording.printed_unit(limit),
        finding.outcome.value,
    )


@lru_cache(8192)  # the same non-detects against the same limits stand on page after page
def _drawn(
    acceptance_interval: Interval,
    value: Interval,
    point: Decimal | None,
    unit: str,
    printed: Printed | None,
    outcome: str,
) -> Bar | None:
    low, high = _float(value.low), None if value.high is None else _float(value.high)
    floor, top = (
        _float(acceptance_interval.low),
        None if acceptance_interval.high is None else _float(acceptance_interval.high),
    )
    ends = [end for end in (low, high, floor, top) if end]
    if not ends:
        return None
    unbounded = high is None or top is None
    scale = (
        _log(ends)
        if max(ends) / min(ends) > LOG_FROM
        else _linear(max(ends) * (1.35 if unbounded else 1.15))
    )
    left, right = scale.at(low), 100.0 if high is None else scale.at(high)
    band_left, band_right = scale.at(floor), 100.0 if top is None else scale.at(top)
    dot = None if point is None else scale.at(_float(point))
    text = _text(acceptance_interval, value, unit, printed)
    return Bar(
        css=outcome.lower(),
        label=f"{text} on the scale of its limit",
        band_x=_percent(band_left),
        band_w=_percent(band_right - band_left),
        edges=_edge_marks(acceptance_interval, unit, printed, scale),
        ticks=scale.ticks,
        dot="" if dot is None else _percent(dot),
        range_x=_percent(min(left, 100 - SLIVER)),
        range_w="" if value.low == value.high else _percent(max(right - left, SLIVER)),
        fade="fade" if high is None else "",
        value=_mark((left + right) / 2 if dot is None else dot, text),
        note=_note(scale, band_left, band_right),
    )


def _text(
    acceptance_interval: Interval, value: Interval, unit: str, printed: Printed | None
) -> str:
    factor, name = printed or (Decimal(1), unit)
    scaled = value if printed is None else value.scaled(factor)
    return wording.interval_words(scaled, name, _printed_edges(acceptance_interval, factor))


def _point(finding: Finding) -> Decimal | None:
    """The single number measured; a guard band then draws its whisker around it."""
    if finding.interval.low == finding.interval.high:
        return finding.interval.low
    quantity = finding.quantity
    if (
        quantity is not None
        and quantity.unit == finding.unit
        and quantity.interval.low == quantity.interval.high
    ):
        return quantity.interval.low
    return None


def _edges(acceptance_interval: Interval) -> tuple[Decimal, ...]:
    return tuple(end for end in (acceptance_interval.low, acceptance_interval.high) if end)


@lru_cache(2048)
def _printed_edges(acceptance_interval: Interval, factor: Decimal) -> tuple[Decimal, ...]:
    return tuple(edge * factor for edge in _edges(acceptance_interval))


def _edge_marks(
    acceptance_interval: Interval, unit: str, printed: Printed | None, scale: _Scale
) -> tuple[Mark, ...]:
    """The limit's ends, numbered in the unit its source prints."""
    factor, name = printed or (Decimal(1), unit)
    marks = [
        _mark(scale.at(_float(edge)), wording.amount(printed_edge, name))
        for edge, printed_edge in zip(
            _edges(acceptance_interval), _printed_edges(acceptance_interval, factor), strict=True
        )
    ]
    if len(marks) == 2 and float(marks[1].x[:-1]) - float(marks[0].x[:-1]) < 22:
        both = f"{marks[0].text} – {marks[1].text}"
        marks = [Mark(marks[0].x, "", "start"), Mark(marks[1].x, both, marks[1].anchor)]
    return tuple(marks)


def _note(scale: _Scale, left: float, right: float) -> Mark:
    crowded = min(left or 100.0, right) < 45
    return Mark(
        "100%" if crowded else "0", "log scale" if scale.log else "", "end" if crowded else "start"
    )


def _mark(x: float, text: str) -> Mark:
    return Mark(_percent(x), text, "start" if x < 22 else "end" if x > 78 else "middle")


def _float(number: Decimal) -> float:
    return min(max(float(number), 0.0), _HUGE)


def _linear(top: float) -> _Scale:
    return _Scale(lambda x: min(x / top, 1.0) * 100, False, ())


def _log(ends: list[float]) -> _Scale:
    first = math.floor(math.log10(max(min(ends), _TINY)) - 0.15)
    last = math.ceil(math.log10(max(ends)) + 0.15)
    decades = last - first

    def at(x: float) -> float:
        return (
            0.0
            if x <= 0
            else min(max((math.log10(max(x, _TINY)) - first) / decades * 100, 0.0), 100.0)
        )

    ticks = (
        tuple(_percent(100 * step / decades) for step in range(1, decades)) if decades <= 16 else ()
    )
    return _Scale(at, True, ticks)


def _percent(x: float) -> str:
    return f"{x:.1f}%"
