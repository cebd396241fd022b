"""Published ranges per kind of result (`words/plausible.toml`): what cannot be true, and what a
slipped unit would explain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, Remark
from kratom_qc.domain.interval import ZERO, Interval, plain
from kratom_qc.domain.result import Result
from kratom_qc.interpret.combine import is_exact
from kratom_qc.vocabulary.lists import word_list
from kratom_qc.vocabulary.wording import quoted

_SLIP = Decimal(1000)
_UNITS = {
    Decimal(text): name
    for text, name in (("1000", "mg/g"), ("1", "mg/kg"), ("0.001", "µg/kg"), ("0.000001", "ng/kg"))
}


@dataclass(frozen=True, slots=True)
class Range:
    """A row of `words/plausible.toml`; both spans in `unit`, with the source they were read in."""

    unit: str
    usual: Interval
    possible: Interval
    products: tuple[str, ...]
    source: str


@cache
def ranges() -> Mapping[str, tuple[Range, ...]]:
    """Every published range by analyte."""
    by_analyte: dict[str, tuple[Range, ...]] = {}
    for row in word_list("plausible.toml")["range"]:
        published = Range(
            unit=row["unit"],
            usual=_span(*row["usual"]),
            possible=_span(*row["possible"]),
            products=tuple(row.get("products", ())),
            source=row["source"],
        )
        for analyte in row["of"]:
            by_analyte[analyte] = (*by_analyte.get(analyte, ()), published)
    return by_analyte


def _span(low: str, high: str) -> Interval:
    return Interval(Decimal(low) if low else ZERO, Decimal(high) if high else None, False, not high)


def implausible(result: Result, product: str | None) -> HoldReason | Remark | None:
    """What is odd about the size of one measured number; only a row of the result's own unit and
    product speaks."""
    value = result.interval
    if not is_exact(result) or not value.low:
        return None
    for row in ranges().get(result.analyte, ()):
        if row.unit != result.unit or (row.products and product not in row.products):
            continue
        if not row.possible.meets(value):
            return _impossible(result, row)
        if not row.usual.meets(value):
            return _slipped(result, row)
    return None


def _impossible(result: Result, row: Range) -> HoldReason:
    slip = _slip(result, row)
    instead = f"; it would be usual {slip}" if slip else ""
    why = (
        f"{_size(result)} lies outside the plausible range of {_words(row.possible, row.unit)}"
        f"{instead}: ask the laboratory whether columns or units were mixed up"
    )
    return HoldReason("IMPLAUSIBLE-VALUE", why, result.ref, result.analyte)


def _slipped(result: Result, row: Range) -> Remark | None:
    slip = _slip(result, row)
    if not slip:
        return None
    usual = _words(row.usual, row.unit)
    why = f"{_size(result)} is unusual (usual is {usual}), and would be usual {slip}"
    return Remark("unit-slip", "warning", why, result.ref)


def _slip(result: Result, row: Range) -> str:
    """How the printed number would be usual, where a factor of 1000 does that, with the unit that
    was probably meant."""
    for factor, what in ((1 / _SLIP, "divided by 1000"), (_SLIP, "times 1000")):
        if row.usual.meets(result.interval.scaled(factor)):
            meant = _unit_meant(result, factor) if row.unit == "mg/kg" else None
            return f"{what}, as if {meant} were meant for {result.reported_unit}" if meant else what
    return ""


def _unit_meant(result: Result, factor: Decimal) -> str | None:
    printed = vocabulary.unit(result.reported_unit)
    return _UNITS.get(printed.factor * factor) if printed is not None else None


def _size(result: Result) -> str:
    canonical = f"{plain(result.interval.low)} {result.unit}"
    printed = quoted(result)
    return printed if printed.startswith(f"'{canonical}'") else f"{printed} ({canonical})"


def _words(span: Interval, unit: str) -> str:
    if span.high is None:
        return f"at least {plain(span.low)} {unit}"
    if span.low:
        return f"{plain(span.low)} to {plain(span.high)} {unit}"
    return f"at most {plain(span.high)} {unit}"
