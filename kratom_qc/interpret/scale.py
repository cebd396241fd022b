"""The scale of a row: its unit, basis, detection limits and uncertainty, wherever they are printed.

A unit may stand in the cell, the analyte's name, the row, the column's header or the section's
heading. Two that differ hold the batch: one of them is wrong, and a factor of a thousand is how
lead gets released.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import ResultRow
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.interval import ZERO
from kratom_qc.domain.source import SourceText
from kratom_qc.interpret.fitness import IN_MILLILITRES
from kratom_qc.interpret.measure import NO_VALUE
from kratom_qc.interpret.naming import Name
from kratom_qc.interpret.numbers import Number, number
from kratom_qc.interpret.statement import Statement, Unreadable, readings
from kratom_qc.vocabulary import Unit
from kratom_qc.vocabulary.units import OF_PORTION

_OF_SUBSTANCES = ("mg/kg", "mg/mL", "mg/serving", "mg/container", "mg/unit", "ug/day")
_SILENT = ("not_tested", "not_evaluated")
_IN_PORTION = re.compile(rf"([0-9]+(?:\.[0-9]+)?)\s*(?:{OF_PORTION}|ml)\b", re.IGNORECASE)
_PORTION = re.compile(rf"^([0-9][0-9.,]*)\s*({OF_PORTION}|ml)?$", re.IGNORECASE)
# `±` before an expanded uncertainty, and its coverage factor after it
_AROUND_UNCERTAINTY = re.compile(r"^\s*(?:±|\+/-|\+-)\s*|\(?\s*k\s*=\s*2(?:[.,]0+)?\s*\)?")


class RowTrouble(Exception):
    """What cannot be understood at a cell of a row. It holds the batch; the rest of the row is
    used."""

    def __init__(self, problem: Problem):
        super().__init__(problem.message)
        self.problem = problem


def trouble(code: str, message: str, cell: SourceText, near: tuple[str, ...] = ()) -> RowTrouble:
    """A trouble at a cell, ready to be raised."""
    return RowTrouble(Problem(code, message, cell.ref, cell.text, near))


def says(cell: SourceText | None) -> str:
    """What a cell says, without blanks around it; nothing where there is no such column or it says
    `-` or `N/A`."""
    text = cell.text.strip() if cell else ""
    return "" if vocabulary.status(text) in _SILENT else text


# Whatever the laboratory types, a stored number stands in the file with a decimal point.
SHEET_MARK = "."


def mark_in(cell: SourceText | None, mark: str | None) -> str | None:
    """The decimal mark of a cell, given the file's: a stored number is never read through a
    comma."""
    return SHEET_MARK if cell is not None and cell.kind == "number" else mark


@dataclass(frozen=True, slots=True)
class StatedRow:
    """A row with what its name and its result state; `mark` is the file's decimal mark."""

    row: ResultRow
    name: Name
    stated: Statement
    mark: str | None

    @property
    def cell(self) -> SourceText:
        """The cell of its result, else of its analyte."""
        return self.row.cell

    @property
    def called(self) -> str:
        """Its analyte as printed."""
        return self.row.analyte.text

    @property
    def measure(self) -> str:
        """What kind of quantity it states (`Analyte.measure`)."""
        return self.name.analyte.measure if self.name.analyte else "mass"

    @property
    def is_time(self) -> bool:
        """Whether it states how long something takes."""
        return self.name.analyte is not None and self.name.analyte.id == "disintegration-time"

    @property
    def is_microbe(self) -> bool:
        """Whether it states a microbe."""
        return self.name.analyte is not None and self.name.analyte.family == "microbe"


# ---------------------------------------------------------------- unit


class RowUnit(NamedTuple):
    """The unit of a row (None where it states none), and how it is printed."""

    unit: Unit | None
    printed: str


def unit_of(stated: StatedRow) -> RowUnit:
    """The one unit that every place agrees on. Raises RowTrouble where two differ, or one is not
    known."""
    printed = [*_in_result_and_name(stated), *_in_columns(stated)]
    if not printed:
        return RowUnit(None, says(stated.row.unit))
    unit, text = printed[0]
    for other, other_text in printed[1:]:
        if _differ(unit, other):
            message = f"'{text}' and '{other_text}' are both given as the unit of {stated.called}"
            raise trouble("UNIT-CONTRADICTS", message, stated.cell)
    if stated.name.analyte is not None and _is_of_microbes(unit) and not stated.is_microbe:
        message = f"'{text}' is a unit of microbes, not of {stated.called}"
        raise trouble("UNKNOWN-UNIT", message, stated.cell)
    if stated.name.analyte is not None and unit.canonical == "min" and not stated.is_time:
        message = f"'{text}' is a unit of time, not of {stated.called}"
        raise trouble("UNKNOWN-UNIT", message, stated.cell)
    if stated.is_microbe and not _is_of_microbes(unit) and unit.canonical in _OF_SUBSTANCES:
        message = f"'{text}' is a unit of substances, not of {stated.called}"
        raise trouble("UNKNOWN-UNIT", message, stated.cell)
    return RowUnit(unit.measured_in_percent() if stated.measure == "percent" else unit, text)


def _is_of_microbes(unit: Unit) -> bool:
    """Whether it counts organisms, or is a portion in which they are looked for."""
    return unit.portion is not None or unit.canonical.startswith(("cfu", "mpn"))


def _in_result_and_name(stated: StatedRow) -> Iterator[tuple[Unit, str]]:
    for text in (stated.stated.unit, stated.name.reported_unit):
        unit = vocabulary.unit(text) if text else None
        if unit is not None:
            yield unit, text


def _in_columns(stated: StatedRow) -> Iterator[tuple[Unit, str]]:
    row = stated.row
    needs_one = stated.stated.kind not in NO_VALUE and stated.name.analyte is not None
    for cell in (row.unit, row.header_unit, row.section_unit):
        text = says(cell)
        if not text or cell is None:
            continue
        unit = vocabulary.unit(text)
        if unit is not None:
            yield unit, text
        elif vocabulary.basis_in(text).rest and needs_one:  # more than a basis such as "dry weight"
            near = vocabulary.nearest_units(text)
            message = f"the unit '{text}' of {stated.called} is not known"
            raise trouble("UNKNOWN-UNIT", message, cell, near)


def _differ(unit: Unit, other: Unit) -> bool:
    scales = {(scale.canonical, scale.factor, scale.log10) for scale in (unit, other)}
    return len(scales) > 1 and unit.portion is None and other.portion is None


# ---------------------------------------------------------------- basis


def basis_of(stated: StatedRow, unit: Unit | None) -> str | None:
    """The basis that the row states; None where it states none. Raises RowTrouble where two places
    state different ones, or the basis column an unknown one."""
    row = stated.row
    in_column = _basis_in(row.basis)
    if in_column is None and row.basis is not None and says(row.basis):
        message = f"the basis '{row.basis.text}' is not known; 'as received' and 'dry' are"
        raise trouble("UNKNOWN-BASIS", message, row.basis)
    places = (
        unit.basis if unit is not None else None,
        stated.name.basis,
        in_column,
        _basis_in(row.unit),
        _basis_in(row.header_unit),
        _basis_in(row.section, bare=False),
    )
    bases = list(dict.fromkeys(basis for basis in places if basis))
    if len(bases) > 1:
        message = f"{stated.called} is said to be {' and '.join(bases)}"
        raise trouble("BASIS-CONTRADICTS", message, stated.cell)
    return bases[0] if bases else None


def _basis_in(cell: SourceText | None, *, bare: bool = True) -> str | None:
    return None if cell is None else vocabulary.basis_in(cell.text, bare=bare).basis


# ---------------------------------------------------------------- LOD and LOQ


def bound_of(
    cell: SourceText | None,
    own_unit: SourceText | None,
    unit: Unit | None,
    mark: str | None,
    *,
    lenient: bool,
) -> Decimal | None:
    """LOD or LOQ in the result's canonical unit; None where there is none.

    `own_unit` is a unit of its own for this limit. Raises RowTrouble where it cannot be read;
    `lenient` lets it go, for a count of organisms beside a test for absence.
    """
    if cell is None or not says(cell):
        return None
    try:
        return _bound(cell, says(own_unit), unit, mark)
    except RowTrouble:
        if lenient:
            return None
        raise


def _bound(cell: SourceText, own_unit: str, unit: Unit | None, mark: str | None) -> Decimal | None:
    """The largest that a limit may be where its number may be read in two ways."""
    try:
        ways = readings(cell.text, mark_in(cell, mark))
    except Unreadable as error:
        message = f"'{cell.text}' is not a detection limit that can be read: {error}"
        raise trouble(error.code, message, cell, error.near) from None
    sizes = [_bound_stated(stated, cell, own_unit, unit) for stated in ways]
    return max((size for size in sizes if size is not None), default=None)


def _bound_stated(
    stated: Statement, cell: SourceText, own_unit: str, unit: Unit | None
) -> Decimal | None:
    if stated.number is None or stated.kind not in ("value", "below"):
        raise trouble("NOT-A-NUMBER", f"'{cell.text}' is not a detection limit", cell)
    if unit is None:
        return None
    printed = stated.unit or own_unit
    scale = _own_scale(printed, unit)
    if scale is None or scale.canonical != unit.canonical:
        message = f"the detection limit '{cell.text}' is in '{printed}', the result in another kind"
        raise trouble("UNIT-CONTRADICTS", message, cell)
    # A LOD of 0.004 printed as 0.00 says nothing: no method looks down to nothing.
    value = stated.number.value
    return scale.in_canonical(value) if value or scale.log10 else None


def limit_in_cell_or_column(
    in_cell: Number | None, in_column: Decimal | None, unit: Unit | None, cell: SourceText
) -> Decimal | None:
    """LOD or LOQ of a row, given what its result cell (`<LOQ (0.05)`) and its column say. Raises
    RowTrouble where they differ."""
    if in_cell is None or unit is None or not (in_cell.value or unit.log10):
        return in_column
    limit = unit.in_canonical(in_cell.value)
    if in_column is not None and limit != in_column:
        message = f"'{cell.text}' states another limit than the row's own column"
        raise trouble("LIMIT-CONTRADICTS", message, cell)
    return limit


def _own_scale(text: str, unit: Unit) -> Unit | None:
    """The unit a limit or uncertainty is printed in: its own, on the measure of the result's."""
    own_unit = vocabulary.unit(text) if text else unit
    if own_unit is not None and text and unit.canonical == "%":
        return own_unit.measured_in_percent()
    return own_unit


# ---------------------------------------------------------------- portion


_MILLILITRES = re.compile(r"\d\s*m[lL]\b")


def portion_of(stated: StatedRow, unit: Unit | None) -> Decimal | None:
    """The test portion in grams (or millilitres), from the result, the unit, the name or a column
    of its own.

    Raises RowTrouble where it cannot be read or two places state different ones.
    """
    places = (
        stated.stated.portion,
        unit.portion if unit is not None and unit.portion is not None else _in_unit_column(stated),
        stated.name.portion,
        _in_portion_column(stated),
    )
    sizes = {size for size in places if size is not None}
    if len(sizes) > 1:
        listed = " g and ".join(str(size) for size in sorted(sizes))
        message = f"{stated.called} states test portions of {listed} g"
        raise trouble("PORTION-CONTRADICTS", message, stated.cell)
    return sizes.pop() if sizes else None


def portion_flags(row: ResultRow) -> tuple[str, ...]:
    """`portion-in-ml` where a row states its portion by volume: of a powder that is so much of a
    suspension, and nobody knows how much of the powder."""
    cells = (row.result, row.unit, row.analyte, row.portion)
    by_volume = any(_MILLILITRES.search(cell.text) for cell in cells if cell is not None)
    return (IN_MILLILITRES,) if by_volume else ()


def _in_unit_column(stated: StatedRow) -> Decimal | None:
    if stated.row.unit is None or stated.stated.kind not in ("absent", "present", "not_detected"):
        return None
    size = _IN_PORTION.search(stated.row.unit.text)
    return Decimal(size[1]) if size else None


def _in_portion_column(stated: StatedRow) -> Decimal | None:
    cell = stated.row.portion
    if cell is None or not says(cell):
        return None
    size = _PORTION.match(cell.text.strip())
    try:
        amount = number(size[1], mark_in(cell, stated.mark)).value if size else Decimal(0)
    except ValueError:
        amount = Decimal(0)
    if not amount:
        raise trouble("PORTION", f"'{cell.text}' is not a test portion in grams", cell)
    return amount


# ---------------------------------------------------------------- uncertainty


def uncertainty_of(stated: StatedRow, unit: Unit | None) -> Decimal | None:
    """The expanded uncertainty (k = 2) in the canonical unit; None where it is not stated, or not
    clear.

    `± 10 %` of a result that is itself in per cent may be absolute or relative: then it is not
    clear. Raises RowTrouble where the column of uncertainties cannot be read.
    """
    result, uncertainty = stated.stated.number, stated.stated.uncertainty
    if result is None or unit is None or unit.log10:
        return None
    if uncertainty is None:
        return _in_uncertainty_column(stated, result.value, unit)
    if stated.stated.relative and not _is_in_percent(unit):
        return result.value * uncertainty.value / 100 * unit.factor
    return uncertainty.value * unit.factor


def _is_in_percent(unit: Unit) -> bool:
    return unit.canonical == "%" or (unit.canonical == "mg/kg" and unit.factor == 10000)


def _in_uncertainty_column(stated: StatedRow, result: Decimal, unit: Unit) -> Decimal | None:
    cell = stated.row.uncertainty
    if cell is None or not says(cell):
        return None
    try:
        ways = readings(_AROUND_UNCERTAINTY.sub("", cell.text), mark_in(cell, stated.mark))
    except Unreadable as error:
        message = f"'{cell.text}' is not an uncertainty that can be read: {error}"
        raise trouble(error.code, message, cell, error.near) from None
    largest = max(ways, key=lambda printed: printed.number.value if printed.number else ZERO)
    if largest.number is None or largest.kind != "value":
        return None
    own_unit = largest.unit or says(stated.row.uncertainty_unit)
    return _expanded(largest.number.value, own_unit, result, unit)


def _expanded(amount: Decimal, own_unit: str, result: Decimal, unit: Unit) -> Decimal | None:
    if vocabulary.unit_key(own_unit) == "%":
        return None if _is_in_percent(unit) else result * amount / 100 * unit.factor
    scale = _own_scale(own_unit, unit)
    return amount * scale.factor if scale and scale.canonical == unit.canonical else None
