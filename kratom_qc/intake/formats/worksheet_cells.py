"""A cell of an xlsx sheet: what its type, value, formula and format say together (ECMA-376 part 1,
18.3.1.4 and 18.18.11)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from kratom_qc.intake.formats import cell_problems
from kratom_qc.intake.formats.cell_problems import CellProblem, CellValue
from kratom_qc.intake.formats.colours import indistinguishable
from kratom_qc.intake.formats.markup import OFF, ON
from kratom_qc.intake.formats.numformat import fifteen_digits, ink, shown_number
from kratom_qc.intake.formats.richtext import StringItem, unescaped
from kratom_qc.intake.formats.serial import day_of
from kratom_qc.intake.formats.styles import CellFormat, StyleSheet
from kratom_qc.settings import Caps

NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: |$)")
_UNKNOWN_KIND = CellProblem(
    "not-a-number", "this cell holds a value of an unknown kind; type it again"
)
_RICH_VALUE = CellProblem(
    "shown-differs",
    "this cell shows a linked or rich value instead of what it holds; paste it as a value",
)
_NO_DAY_SHOWN = CellProblem(
    "shown-differs",
    "this cell holds a date but shows a number; format it as a date, or type it as 2026-03-04",
)


@dataclass(slots=True)
class SharedParts:
    """What the sheets of a workbook share."""

    name: str
    caps: Caps
    styles: StyleSheet = field(default_factory=StyleSheet)
    strings: list[StringItem] = field(default_factory=list)
    since_1904: bool = False


@dataclass(slots=True)
class StoredCell:
    """A cell as the file holds it; `string` is its inline or shared string."""

    type: str
    format: CellFormat
    value: str | None = None
    formula: str | None = None
    string: StringItem | None = None


@dataclass(slots=True)
class SheetView:
    """How the windows of a sheet show its numbers."""

    shows_zeros: bool = True
    shows_formulas: bool = False


def value_of(cell: StoredCell, parts: SharedParts, view: SheetView) -> CellValue | None:
    """What a person reads of a cell; None where it says nothing."""
    if cell.formula is not None:
        return _formula(cell)
    if cell.string is not None:
        cell_value = _string(cell, cell.string, parts)
    elif not cell.value:
        return None
    elif cell.type == "n":
        cell_value = _number(cell.value, cell.format, parts, view)
    else:
        cell_value = _typed(cell.type, cell.value, cell.format)
    if not cell_value.text.strip() and cell_value.problem is None:
        return None
    if cell_value.problem is None and _is_lost(cell):
        return cell_value._replace(problem=cell_problems.INVISIBLE)
    return cell_value


def _is_lost(cell: StoredCell) -> bool:
    """Whether a number format writes the cell in the colour of its background."""
    pattern = cell.format.pattern
    if "[" not in pattern:
        return False
    number = fifteen_digits(float(cell.value)) if cell.type == "n" and cell.value else None
    colour = ink(pattern, number)
    return colour is not None and indistinguishable(colour, cell.format.backgrounds)


def _formula(cell: StoredCell) -> CellValue:
    cached = cell.value or ""
    if cell.type == "s" and cell.string is not None:
        cached = cell.string.text
    text = f"={cell.formula}" if cell.formula else "= (shared formula)"
    return CellValue(text, "formula", cell_problems.formula(cached))


def _string(cell: StoredCell, string: StringItem, parts: SharedParts) -> CellValue:
    problem = cell.format.text_problem
    if problem is None:
        problem = cell_problems.PARTLY_STRUCK if string.struck else string.problem
    if problem is None and string.colours and parts.styles.hides(string.colours, cell.format):
        problem = cell_problems.INVISIBLE
    return CellValue(string.text, "text", problem)


def _typed(kind: str, value: str, cell_format: CellFormat) -> CellValue:
    """A value of any type but a number or a string of the workbook."""
    if kind == "b":
        return _boolean(value, cell_format)
    if kind == "e":
        return CellValue(value, "error", cell_problems.error_value(value))
    if kind == "d":
        return _iso_date(value.removesuffix("T00:00:00").replace("T", " "), cell_format)
    if kind == "str":
        text = unescaped(value)
        problem = cell_format.text_problem or cell_problems.control_character(text)
        return CellValue(text, "text", problem)
    return CellValue(value, "text", _RICH_VALUE if kind == "rich" else _UNKNOWN_KIND)


def _boolean(value: str, cell_format: CellFormat) -> CellValue:
    if value not in ON + OFF:
        return CellValue(value, "boolean", _UNKNOWN_KIND)
    text = "TRUE" if value in ON else "FALSE"
    return CellValue(text, "boolean", cell_format.text_problem)


def _iso_date(text: str, cell_format: CellFormat) -> CellValue:
    if not cell_format.date:
        return CellValue(text, "date", _NO_DAY_SHOWN)
    problem = None if _ISO_DAY.match(text) else cell_problems.TIME_VALUE
    return CellValue(text, "date", problem)


def _number(value: str, cell_format: CellFormat, parts: SharedParts, view: SheetView) -> CellValue:
    stripped = value.strip()
    if not NUMBER.fullmatch(stripped):
        message = f"this cell holds '{value}' in place of a number; type it again"
        return CellValue(value, "number", CellProblem("not-a-number", message))
    if cell_format.date:
        if view.shows_formulas:
            problem = cell_problems.shown_differs("a date", value)
            return CellValue(value, "date", problem)
        return day_of(float(value), cell_format.pattern, since_1904=parts.since_1904)
    cell_value = _shown(stripped, cell_format.pattern)
    if cell_value.problem is not None:
        return cell_value
    if not view.shows_zeros and not float(value):
        return cell_value._replace(problem=cell_problems.NO_ZEROS)
    if view.shows_formulas and (cell_value.shown or not NUMBER.fullmatch(cell_value.text)):
        return cell_value._replace(problem=cell_problems.shown_differs(cell_value.text, stripped))
    return cell_value


@lru_cache(16384)
def _shown(value: str, pattern: str) -> CellValue:
    return shown_number(fifteen_digits(float(value)), pattern)
