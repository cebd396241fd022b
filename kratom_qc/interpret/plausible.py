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
from kratom_qc.vocabulary.lists import word_list
from kratom_qc.vocabulary.wording import quoted

_SLIP = Decimal(1000)
_UNITS = {
    Decimal(text): name
    for text, name in (("1000", "mg/g"), ("1", "mg/kg"), ("0.001", "µg/kg"), ("0.000001", "ng/kg"))
}


@dataclass(frozen=True, slots=True)
class Range:
    """A row of `words/plausible.toml`."""

    unit: str
    usual: Interval
    possible: Interval
    products: tuple[str, ...]
    source: str


@cache
def ranges() -> Mapping[str, tuple[Range, ...]]:
    """Every published range by analyte."""
    rows = word_list("plausible.toml")["range"]
    found: dict[str, list[Range]] = {}
    for row in rows:
        one = Range(
            row["unit"],
            _span(*row["usual"]),
            _span(*row["possible"]),
            tuple(row.get("products", ())),
            row["source"],
        )
        for analyte in row["of"]:
            found.setdefault(analyte, []).append(one)
    return {analyte: tuple(rows) for analyte, rows in found.items()}


def _span(low: str, high: str) -> Interval:
    return Interval(Decimal(low) if low else ZERO, Decimal(high) if high else None, False, not high)


def implausible(result: Result, product: str | None) -> tuple[HoldReason | None, Remark | None]:
    """What is odd about the size of one measured number; only a row of the result's own unit and
    product speaks."""
    value = result.interval
    if value.high != value.low or not value.low:
        return None, None
    for row in ranges().get(result.analyte, ()):
        if row.unit != result.unit or (row.products and product not in row.products):
            continue
        if not row.possible.meets(value):
            return _impossible(result, row), None
        if not row.usual.meets(value):
            return None, _slipped(result, row)
    return None, None


def _impossible(result: Result, row: Range) -> HoldReason:
    slip = _slip(result, row)
    why = (
        f"{_size(result)} lies outside the plausible range of {_words(row.possible, row.unit)}"
        f"{f'; it would be usual {slip}' if slip else ''}: ask the laboratory whether columns or units were mixed up"
    )
    return HoldReason("IMPLAUSIBLE-VALUE", why, result.ref, result.analyte)


def _slipped(result: Result, row: Range) -> Remark | None:
    slip = _slip(result, row)
    if not slip:
        return None
    why = f"{_size(result)} is unusual (usual is {_words(row.usual, row.unit)}), and would be usual {slip}"
    return Remark("unit-slip", "warning", why, result.ref)


def _slip(result: Result, row: Range) -> str:
    """How the printed number would be usual, where a factor of 1000 does that, with the unit that
    was probably meant."""
    for factor, what in ((1 / _SLIP, "divided by 1000"), (_SLIP, "times 1000")):
        if row.usual.meets(result.interval.scaled(factor)):
            printed = vocabulary.unit(result.reported_unit)
            meant = (
                _UNITS.get(printed.factor * factor)
                if printed is not None and row.unit == "mg/kg"
                else None
            )
            return f"{what}, as if {meant} were meant for {result.reported_unit}" if meant else what
    return ""


def _size(result: Result) -> str:
    canonical = f"{plain(result.interval.low)} {result.unit}"
    told = quoted(result)
    return told if told.startswith(f"'{canonical}'") else f"{told} ({canonical})"


def _words(span: Interval, unit: str) -> str:
    if span.high is None:
        return f"at least {plain(span.low)} {unit}"
    return (
        f"{plain(span.low)} to {plain(span.high)} {unit}"
        if span.low
        else f"at most {plain(span.high)} {unit}"
    )
