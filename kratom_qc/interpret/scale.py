"""The scale of a row: its unit, basis, detection limits and uncertainty, wherever they are printed.

A unit may stand in the cell, the analyte's name, the row, the column's header or the section's
heading. Two that differ refuse the file: one of them is wrong, and a factor of a thousand is how
lead gets released.
"""

from __future__ import annotations

import re
from decimal import Decimal

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import ResultRow
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import SourceText
from kratom_qc.interpret.measure import NO_VALUE
from kratom_qc.interpret.naming import Name
from kratom_qc.interpret.numbers import Ambiguous, Number, number
from kratom_qc.interpret.statement import Statement, Unreadable, statement
from kratom_qc.vocabulary import Unit

_SILENT = ("not_tested", "not_evaluated")


class RowTrouble(Exception):
    """Why a row refuses its file."""

    def __init__(self, refusal: Refusal):
        super().__init__(refusal.message)
        self.refusal = refusal


def refuse(code: str, message: str, word: SourceText, near: tuple[str, ...] = ()) -> RowTrouble:
    """A refusal at a word, ready to be raised."""
    return RowTrouble(Refusal(code, message, word.ref, word.text, near))


def says(word: SourceText | None) -> str:
    """What a word says, without blanks around it; nothing where there is no such column or it says
    `-` or `N/A`."""
    said = word.text.strip() if word else ""
    return "" if vocabulary.status(said) in _SILENT else said


def unit_of(line: ResultRow, name: Name, stated: Statement) -> tuple[Unit | None, str]:
    """The one unit that every place agrees on, and how it is printed. Raises RowTrouble where two
    differ."""
    printed = (stated.unit, name.reported_unit)
    found = [
        (unit, text) for text in printed if text and (unit := vocabulary.unit(text)) is not None
    ]
    for word in (line.unit, line.header_unit, line.section_unit):
        text = says(word)
        if not text or word is None:
            continue
        unit = vocabulary.unit(text)
        if unit is not None:
            found.append((unit, text))
        elif (
            vocabulary.basis_in(text)[1]
            and stated.kind not in NO_VALUE
            and name.analyte is not None
        ):
            # more than a basis such as "dry weight"
            near = vocabulary.nearest_units(text)
            raise refuse(
                "unknown-unit", f"the unit '{text}' of {line.analyte.text} is not known", word, near
            )
    if not found:
        return None, says(line.unit)
    first, said = found[0]
    for other, text in found[1:]:
        differs = (other.canonical, other.factor, other.log10) != (
            first.canonical,
            first.factor,
            first.log10,
        )
        if differs and other.portion is None and first.portion is None:
            where = line.result or line.analyte
            message = f"'{said}' and '{text}' are both given as the unit of {line.analyte.text}"
            raise refuse("unit-contradicts", message, where)
    if first.portion is not None and name.analyte is not None and name.analyte.family != "microbe":
        message = f"'{said}' is a portion for microbes, not a unit of {line.analyte.text}"
        raise refuse("unknown-unit", message, line.result or line.analyte)
    measure = name.analyte.measure if name.analyte else "mass"
    return first.measured_in_percent() if measure == "percent" else first, said


def basis_of(line: ResultRow, name: Name, unit: Unit | None) -> tuple[str, bool]:
    """(the basis, whether it is stated). Raises RowTrouble where two places state different ones."""
    stated: dict[str, SourceText] = {}
    where = line.result or line.analyte
    if unit is not None and unit.basis:
        stated[unit.basis] = line.unit or where
    if name.basis:
        stated.setdefault(name.basis, line.analyte)
    for word, bare in (
        (line.basis, True),
        (line.unit, True),
        (line.header_unit, True),
        (line.section, False),
    ):
        found = vocabulary.basis_in(word.text, bare=bare)[0] if word is not None else None
        if found and word is not None:
            stated.setdefault(found, word)
        elif word is not None and word is line.basis and says(word):
            raise refuse(
                "unknown-basis",
                f"the basis '{word.text}' is not known; 'as received' and 'dry' are",
                word,
            )
    if len(stated) > 1:
        raise refuse(
            "basis-contradicts", f"{line.analyte.text} is said to be {' and '.join(stated)}", where
        )
    return (next(iter(stated)), True) if stated else ("as received", False)


def bound_of(
    word: SourceText | None,
    own: SourceText | None,
    unit: Unit | None,
    mark: str | None,
    *,
    lenient: bool,
) -> Decimal | None:
    """LOD or LOQ in the result's canonical unit; None where there is none.

    `own` is a unit of its own for this limit. Raises RowTrouble where it cannot be read; `lenient`
    lets it go, for a count of organisms beside a test for absence.
    """
    if word is None or not says(word):
        return None
    try:
        stated = statement(word.text, mark)
    except Unreadable as error:
        if lenient:
            return None
        message = f"'{word.text}' is not a detection limit that can be read: {error}"
        raise refuse(error.code, message, word, error.near) from None
    if stated.number is None or stated.kind not in ("value", "below"):
        if lenient:
            return None
        raise refuse("not-a-number", f"'{word.text}' is not a detection limit", word)
    scale = _own_scale(stated.unit or says(own), unit)
    if scale is None or unit is None or scale.canonical != unit.canonical:
        if lenient or unit is None:
            return None
        said = stated.unit or says(own)
        raise refuse(
            "unit-contradicts",
            f"the detection limit '{word.text}' is in '{said}', the result in another kind",
            word,
        )
    # A LOD of 0.004 printed as 0.00 says nothing: no method looks down to nothing.
    return scale.in_canonical(stated.number.value) if stated.number.value or scale.log10 else None


def limit_in_cell_or_column(
    in_cell: Number | None, in_column: Decimal | None, unit: Unit | None, line: ResultRow
) -> Decimal | None:
    """LOD or LOQ of a row, given what its result cell (`<LOQ (0.05)`) and its column say. Raises
    RowTrouble where they differ."""
    if in_cell is None or unit is None or not (in_cell.value or unit.log10):
        return in_column
    own = unit.in_canonical(in_cell.value)
    if in_column is not None and own != in_column:
        where = line.result or line.analyte
        raise refuse(
            "limit-contradicts",
            f"'{where.text}' states another limit than the row's own column",
            where,
        )
    return own


def _own_scale(text: str, unit: Unit | None) -> Unit | None:
    """The unit a limit or uncertainty is printed in: its own, on the measure of the result's."""
    if not text:
        return unit
    own = vocabulary.unit(text)
    return (
        own.measured_in_percent()
        if own is not None and unit is not None and unit.canonical == "%"
        else own
    )


def portion_of(
    line: ResultRow, name: Name, stated: Statement, unit: Unit | None, mark: str | None
) -> Decimal | None:
    """The test portion in grams (or millilitres), from the result, the unit, the name or a column
    of its own.

    Raises RowTrouble where it cannot be read or two places state different ones.
    """
    where = line.result or line.analyte
    found: dict[Decimal, SourceText] = {}
    if stated.portion is not None:
        found[stated.portion] = where
    if unit is not None and unit.portion is not None:
        found.setdefault(unit.portion, line.unit or where)
    elif line.unit is not None and stated.kind in ("absent", "present", "not_detected"):
        size = re.search(r"([0-9]+(?:\.[0-9]+)?)\s*(?:g|ml)\b", line.unit.text, re.IGNORECASE)
        if size:
            found.setdefault(Decimal(size[1]), line.unit)
    if name.portion is not None:
        found.setdefault(name.portion, line.analyte)
    if says(line.portion) and line.portion is not None:
        found.setdefault(_portion_size(line.portion, mark), line.portion)
    if len(found) > 1:
        sizes = " g and ".join(str(size) for size in sorted(found))
        raise refuse(
            "portion-contradicts", f"{line.analyte.text} states test portions of {sizes} g", where
        )
    return next(iter(found), None)


def _portion_size(word: SourceText, mark: str | None) -> Decimal:
    size = re.match(r"^([0-9][0-9.,]*)\s*(g|grams?|ml)?$", word.text.strip(), re.IGNORECASE)
    try:
        amount = number(size[1], mark).value if size else Decimal(0)
    except (Ambiguous, ValueError):
        amount = Decimal(0)
    if not amount:
        raise refuse("portion", f"'{word.text}' is not a test portion in grams", word)
    return amount


def uncertainty_of(
    line: ResultRow, stated: Statement, unit: Unit | None, mark: str | None
) -> Decimal | None:
    """The expanded uncertainty (k = 2) in the canonical unit; None where it is not stated, or not
    clear.

    `± 10 %` of a result that is itself in per cent may be absolute or relative: then it is not
    clear.
    """
    if stated.number is None or unit is None or unit.log10:
        return None
    in_percent = unit.canonical == "%" or (unit.canonical == "mg/kg" and unit.factor == 10000)
    if stated.uncertainty is not None:
        if stated.relative and not in_percent:
            return stated.number.value * stated.uncertainty.value / 100 * unit.factor
        return stated.uncertainty.value * unit.factor
    if line.uncertainty is None or not says(line.uncertainty):
        return None
    said = re.sub(
        r"^\s*(?:±|\+/-|\+-)\s*|\(?\s*k\s*=\s*2(?:[.,]0+)?\s*\)?", "", line.uncertainty.text
    )
    try:
        found = statement(said, mark)
    except Unreadable as error:
        message = f"'{line.uncertainty.text}' is not an uncertainty that can be read: {error}"
        raise refuse(error.code, message, line.uncertainty, error.near) from None
    if found.number is None or found.kind != "value":
        return None
    own = found.unit or says(line.uncertainty_unit)
    if vocabulary.unit_key(own) == "%":
        return None if in_percent else stated.number.value * found.number.value / 100 * unit.factor
    scale = _own_scale(own, unit)
    return (
        found.number.value * scale.factor
        if scale is not None and scale.canonical == unit.canonical
        else None
    )
