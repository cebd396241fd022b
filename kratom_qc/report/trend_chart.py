"""A trend drawn: the value of every batch in the order of their days, between its control limits.

A value of which only two ends are known (`<0.05`) is drawn as what it is, a bar from one end to the
other, and never as a dot. Where the limits rest on such values they are bands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from kratom_qc.trends import words
from kratom_qc.trends.capability import Specification
from kratom_qc.trends.ends import Ends
from kratom_qc.trends.rules import Signal
from kratom_qc.trends.series import Point
from kratom_qc.trends.trend import Trend, certain
from kratom_qc.vocabulary import wording

WIDTH, HEIGHT = 720, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 86, 10, 20  # room for figures and names
_MARGIN = Decimal("0.06")  # of the range of values, above and below
_MOST_TOLD = 6  # sentences about signals; the others are counted
_COUNT = "log10"


class Level(NamedTuple):
    """A line across the chart, or a band where only its ends are known."""

    y: float
    height: float  # 0: a line
    css: str
    name: str
    value: str


class Mark(NamedTuple):
    """One batch: a dot at `y`, or a bar from `y` over `height`. `open_end`: nothing bounds it."""

    x: float
    y: float
    height: float
    open_end: bool
    signals: bool
    title: str


class Tick(NamedTuple):
    """A figure beside the chart."""

    y: float
    words: str


class Line(NamedTuple):
    """A batch in the table under a chart."""

    batch_id: str
    day: str
    said: str
    value: str
    cell: str
    rules: str


class TrendChart(NamedTuple):
    """One series, drawn and in words."""

    title: str
    about: str
    levels: tuple[Level, ...]
    marks: tuple[Mark, ...]
    path: str  # joins neighbours that are single numbers
    ticks: tuple[Tick, ...]
    first: str
    last: str
    sentences: tuple[str, ...]
    warns: bool
    lines: tuple[Line, ...]


def trend_chart(trend: Trend, specification: Specification | None = None) -> TrendChart:
    """A trend ready to draw; `specification` are limits to draw beside its own."""
    series, signals = trend.series, _signals(trend)
    scale = _Scale(trend, specification)
    by_point = _by_point(signals)
    days = [point.day.isoformat() for point in series.points]
    marks = tuple(
        _mark(_x(place, len(series.points)), point, value, by_point.get(place, ()), scale)
        for place, (point, value) in enumerate(zip(series.points, series.values, strict=True))
    )
    return TrendChart(
        title=wording.subject_name(series.key.analyte),
        about=_about(trend),
        levels=tuple(_levels(trend, specification, scale)),
        marks=marks,
        path=_path(marks),
        ticks=tuple(scale.ticks()),
        first=days[0] if days else "",
        last=days[-1] if days else "",
        sentences=tuple(_sentences(trend, signals)),
        warns=bool(trend.out_of_trend),
        lines=tuple(
            Line(
                point.batch_id,
                point.day.isoformat(),
                point.printed,
                words.ends(point.value, series.key.unit),
                point.cell,
                ", ".join(dict.fromkeys(signal.rule for signal in by_point.get(place, ()))),
            )
            for place, point in enumerate(series.points)
        ),
    )


def _signals(trend: Trend) -> tuple[Signal, ...]:
    return certain(trend.chart.signals) if trend.chart else ()


def _by_point(signals: Iterable[Signal]) -> dict[int, list[Signal]]:
    """What each point completes."""
    by_point: dict[int, list[Signal]] = {}
    for signal in signals:
        by_point.setdefault(signal.last, []).append(signal)
    return by_point


def _about(trend: Trend) -> str:
    key = trend.series.key
    basis = "" if key.basis == "as received" else key.basis
    method = key.method or "method not stated"
    return " · ".join(filter(None, (key.laboratory, key.species, key.unit, basis, method)))


class _Scale:
    """From a value, on the chart's own scale, to a height in the drawing."""

    def __init__(self, trend: Trend, specification: Specification | None):
        self.is_log = trend.series.scale == _COUNT
        self.unit = trend.series.key.unit
        ends = [*_known(chain.from_iterable(trend.series.values)), *self._control(trend)]
        ends += [end for end in _known(_bounds(specification)) if self._near(end, ends)]
        low, high = min(ends, default=Decimal(0)), max(ends, default=Decimal(1))
        room = (high - low) * _MARGIN or abs(high) * _MARGIN or Decimal(1)
        floor = low if low == 0 else low - room
        self.low = floor if self.is_log or low < 0 else max(floor, Decimal(0))
        self.high = high + room

    def _control(self, trend: Trend) -> list[Decimal]:
        if trend.chart is None:
            return []
        chart = trend.chart.individuals
        return [end for end in _known((*chart.lower, *chart.upper)) if self._is_shown(end)]

    def _is_shown(self, end: Decimal) -> bool:
        """No substance is negative: a limit below 0 says nothing and is left out."""
        return self.is_log or end >= 0

    @staticmethod
    def _near(end: Decimal, ends: Sequence[Decimal]) -> bool:
        """Whether a limit is drawn: one far beyond all values would press them flat."""
        return bool(ends) and end <= 3 * max(ends)

    def y(self, value: Decimal | None, *, top: bool = False) -> float:
        """Where a value stands; an end that nothing bounds stands at the edge."""
        if value is None:
            return float(_TOP if top else HEIGHT - _BOTTOM)
        share = float((value - self.low) / (self.high - self.low))
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)

    def ticks(self) -> Iterator[Tick]:
        step = (self.high - self.low) / 4
        for number in range(5):
            value = self.low + number * step
            yield Tick(self.y(value), self.figure(value))

    def figure(self, value: Decimal) -> str:
        """A value in three digits, of counts without their logarithm."""
        number = Decimal(10) ** value if self.is_log else value
        return wording.shown(Decimal(f"{number:.3g}"))


def _known(ends: Iterable[Decimal | None]) -> list[Decimal]:
    return [end for end in ends if end is not None]


def _bounds(specification: Specification | None) -> tuple[Decimal | None, Decimal | None]:
    return (specification.lower, specification.upper) if specification else (None, None)


def _levels(trend: Trend, specification: Specification | None, scale: _Scale) -> Iterator[Level]:
    if trend.chart:
        chart = trend.chart.individuals
        yield _level(chart.upper, "control", "upper", scale)
        yield _level(chart.center, "center", "mean", scale)
        if scale.is_log or (chart.lower.low is not None and chart.lower.low >= 0):
            yield _level(chart.lower, "control", "lower", scale)
    for bound, name in zip(_bounds(specification), ("limit", "limit"), strict=True):
        if bound is not None and scale.low <= bound <= scale.high:
            yield _level(Ends(bound, bound), "spec", name, scale)


def _level(ends: Ends, css: str, name: str, scale: _Scale) -> Level:
    top, bottom = scale.y(ends.high, top=True), scale.y(ends.low)
    middle = ends.low if ends.is_exact else None
    value = scale.figure(middle) if middle is not None else ""
    return Level(top, max(0.0, round(bottom - top, 1)), css, name, value)


def _x(place: int, of: int) -> float:
    """Where the batch at a place stands across the chart."""
    return round(_LEFT + 8 + place * (WIDTH - _LEFT - _RIGHT - 16) / max(1, of - 1), 1)


def _mark(x: float, point: Point, value: Ends, signals: Sequence[Signal], scale: _Scale) -> Mark:
    top, bottom = scale.y(value.high, top=True), scale.y(value.low)
    rules = "".join(f"; {signal.rule}: {signal.means}" for signal in signals)
    return Mark(
        x=x,
        y=top,
        height=max(0.0, round(bottom - top, 1)) if not value.is_exact else 0.0,
        open_end=not value.is_bounded,
        signals=bool(signals),
        title=f"{point.day} {point.batch_id}: {point.printed}{rules}",
    )


def _path(marks: Sequence[Mark]) -> str:
    """A line from one single number to the next; it breaks where a value is none."""
    parts, pen = [], "M"
    for mark in marks:
        if mark.height or mark.open_end:
            pen = "M"
        else:
            parts.append(f"{pen}{mark.x:g} {mark.y:g}")
            pen = "L"
    return "".join(parts)


def _sentences(trend: Trend, signals: Sequence[Signal]) -> Iterator[str]:
    """What a person would say of it, the newest first."""
    if trend.why_no_chart:
        yield f"No control limits: {trend.why_no_chart}."
        return
    sentences = list(words.sentences(trend))
    yield from sentences[:_MOST_TOLD]
    if len(sentences) > _MOST_TOLD:
        yield f"{len(sentences) - _MOST_TOLD} more signals stand in the table below."
    if not signals:
        yield "In control: no rule of Nelson or Western Electric, no average and no sum signals."
    if trend.capability is not None:
        yield f"Room to its limits: {words.capability(trend)}."
