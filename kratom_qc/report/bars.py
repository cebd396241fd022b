"""A value drawn on its limit's scale. Only geometry is float here, and only as per cent of the
bar's width."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from kratom_qc.domain.finding import Finding
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import AmountLimit
from kratom_qc.vocabulary import wording

LOG_FROM = 20.0  # beyond this ratio a linear scale would press one of the two against the edge
SLIVER = 1.6  # per cent: a narrower range would not be seen
_NEAR_AN_END = 22  # per cent: a text centred here would leave the bar
_HUGE, _TINY = 1e290, 1e-290
Printed = tuple[Decimal, str]  # the factor and name of the unit that a limit's source prints


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
    place: Callable[[float], float]  # an amount → per cent of the width
    note: str
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
        _single_number(finding),
        limit.unit,
        wording.printed_unit(limit),
        finding.outcome.value,
    )


@lru_cache(8192)  # the same non-detects against the same limits stand on page after page
def _drawn(
    accepted: Interval,
    value: Interval,
    number: Decimal | None,
    unit: str,
    printed: Printed | None,
    outcome: str,
) -> Bar | None:
    scale = _scale_for(value, accepted)
    if scale is None:
        return None
    factor, name = printed or (Decimal(1), unit)
    edges = tuple(edge * factor for edge in _edges(accepted))
    text = wording.interval_words(value if printed is None else value.scaled(factor), name, edges)
    left, right = _span(value, scale)
    band_left, band_right = _span(accepted, scale)
    middle, dot = (left + right) / 2, ""
    if number is not None:
        middle = scale.place(_float(number))
        dot = _percent(middle)
    return Bar(
        css=outcome.lower(),
        label=f"{text} on the scale of its limit",
        band_x=_percent(band_left),
        band_w=_percent(band_right - band_left),
        edges=_edge_marks(_edges(accepted), edges, name, scale),
        ticks=scale.ticks,
        dot=dot,
        range_x=_percent(min(left, 100 - SLIVER)),
        range_w="" if value.low == value.high else _percent(max(right - left, SLIVER)),
        fade="fade" if value.high is None else "",
        value=_mark(middle, text),
        note=_note(scale, band_left, band_right),
    )


def _scale_for(value: Interval, accepted: Interval) -> _Scale | None:
    """A scale on which all ends have room; None where all of them are 0."""
    amounts = map(_float, (*_edges(value), *_edges(accepted)))
    ends = [end for end in amounts if end]
    if not ends:
        return None
    if max(ends) / min(ends) > LOG_FROM:
        return _log(ends)
    unbounded = value.high is None or accepted.high is None
    return _linear(max(ends) * (1.35 if unbounded else 1.15))


def _single_number(finding: Finding) -> Decimal | None:
    """The single number measured; a guard band then draws its whisker around it."""
    value, quantity = finding.interval, finding.quantity
    if value.low == value.high:
        return value.low
    if quantity is None or quantity.unit != finding.unit:
        return None
    measured = quantity.interval
    return measured.low if measured.low == measured.high else None


def _edges(interval: Interval) -> tuple[Decimal, ...]:
    """The ends of an interval that are neither 0 nor infinite."""
    return tuple(end for end in (interval.low, interval.high) if end)


def _span(interval: Interval, scale: _Scale) -> tuple[float, float]:
    right = 100.0 if interval.high is None else scale.place(_float(interval.high))
    return scale.place(_float(interval.low)), right


def _edge_marks(
    edges: Sequence[Decimal], printed: Sequence[Decimal], unit: str, scale: _Scale
) -> tuple[Mark, ...]:
    """The limit's ends, numbered in the unit its source prints."""
    marks = [
        _mark(scale.place(_float(edge)), wording.amount(number, unit))
        for edge, number in zip(edges, printed, strict=True)
    ]
    if len(marks) == 2 and float(marks[1].x[:-1]) - float(marks[0].x[:-1]) < 22:
        both = f"{marks[0].text} – {marks[1].text}"
        marks = [Mark(marks[0].x, "", "start"), Mark(marks[1].x, both, marks[1].anchor)]
    return tuple(marks)


def _note(scale: _Scale, left: float, right: float) -> Mark:
    if min(left or 100.0, right) < 45:
        return Mark("100%", scale.note, "end")
    return Mark("0", scale.note, "start")


def _mark(x: float, text: str) -> Mark:
    anchor = "middle"
    if x < _NEAR_AN_END:
        anchor = "start"
    elif x > 100 - _NEAR_AN_END:
        anchor = "end"
    return Mark(_percent(x), text, anchor)


def _float(number: Decimal) -> float:
    return min(max(float(number), 0.0), _HUGE)


def _linear(top: float) -> _Scale:
    return _Scale(lambda amount: min(amount / top, 1.0) * 100, "", ())


def _log(ends: list[float]) -> _Scale:
    first = math.floor(math.log10(max(min(ends), _TINY)) - 0.15)
    last = math.ceil(math.log10(max(ends)) + 0.15)
    decades = last - first

    def place(amount: float) -> float:
        if amount <= 0:
            return 0.0
        decade = math.log10(max(amount, _TINY)) - first
        return min(max(decade / decades * 100, 0.0), 100.0)

    steps = range(1, decades) if decades <= 16 else ()
    return _Scale(place, "log scale", tuple(_percent(100 * step / decades) for step in steps))


def _percent(x: float) -> str:
    return f"{x:.1f}%"
