"""A value drawn on its limit. Every bar has the limit at the same place, so that rows are read at a
glance: what lies right of the line is more than is allowed. Only geometry is float here, as per
cent of the bar's width."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kratom_qc.domain.finding import Finding
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import AmountLimit

LIMIT_AT = 70.0  # where the limit stands
SLIVER = 3.0  # a narrower range would not be seen
_LAST = 97.0  # where a value stands that is far beyond


@dataclass(frozen=True, slots=True)
class Bar:
    """Everything a template draws; each number is text such as `12.5%`."""

    band_x: str
    band_w: str
    edges: tuple[str, ...]
    dot: str  # empty where the value is no single number
    range_x: str
    range_w: str  # empty where the value is one number

    @property
    def usual(self) -> bool:
        """Whether everything up to the limit is accepted, as for most limits: the style sheet draws
        that."""
        return (self.band_x, self.edges) == (_percent(0), (_percent(LIMIT_AT),))


def bar(finding: Finding) -> Bar | None:
    """The bar of an amount; None where limit and value share no scale or nothing is known of the
    value."""
    limit, value = finding.source, finding.interval
    if (
        not isinstance(limit, AmountLimit)
        or limit.unit != finding.unit
        or (value.high is None and not value.low)
    ):
        return None
    accepted = limit.acceptance_interval
    end = accepted.low if accepted.high is None else accepted.high
    if not end:
        return None
    left, right = _span(value, end)
    band_left, band_right = _span(accepted, end)
    number = _single_number(finding)
    return Bar(
        band_x=_percent(band_left),
        band_w=_percent(band_right - band_left),
        edges=tuple(_percent(_place(edge, end)) for edge in (accepted.low, accepted.high) if edge),
        dot="" if number is None else _percent(min(_place(number, end), _LAST)),
        range_x=_percent(min(left, 100 - SLIVER)),
        range_w="" if value.low == value.high else _percent(max(right - left, SLIVER)),
    )


def _single_number(finding: Finding) -> Decimal | None:
    """The single number measured; a guard band then draws its whisker around it."""
    value, quantity = finding.interval, finding.quantity
    if value.low == value.high:
        return value.low
    if quantity is None or quantity.unit != finding.unit:
        return None
    measured = quantity.interval
    return measured.low if measured.low == measured.high else None


def _span(interval: Interval, end: Decimal) -> tuple[float, float]:
    right = 100.0 if interval.high is None else _place(interval.high, end)
    return _place(interval.low, end), right


def _place(amount: Decimal, end: Decimal) -> float:
    return min(max(float(amount / end), 0.0) * LIMIT_AT, 100.0)


def _percent(x: float) -> str:
    return f"{x:.1f}%"
