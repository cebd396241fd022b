"""Other readers of workbooks as witnesses: the cells they find, and ours, told so that the two can be compared.

What is left out of the comparison, because we say more or otherwise on purpose: formulas (others answer with an old value),
cells we do not believe, times to the second, raised digits (lowered here), `_x000D_` escapes, blanks around a text.
"""

from __future__ import annotations

import io
import warnings
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
from python_calamine import CalamineWorkbook

from kratom_qc.intake.formats.richtext import unescaped
from kratom_qc.intake.sheets import cell_name
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.settings import Caps

Cells = dict[tuple[str, str], str]
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")


def told(value: Any) -> str:
    """A stored value in words that every reader agrees on; nothing where it is left out of the comparison."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float | Decimal):
        return f"{float(value):.12g}"  # fifteen digits are shown of the seventeen that some writers store
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, time | timedelta):
        return ""
    return unescaped(str(value)).translate(_LOWERED).replace("\r\n", "\n").strip()


def ours(raw: bytes) -> Cells:
    """The cells our reader finds and believes. Raises Refused."""
    found: Cells = {}
    for sheet in open_workbook("book", raw, Caps()).sheets:
        for row, cells in sheet.rows.items():
            for column, cell in cells.items():
                trouble = sheet.problems.get((row, column))
                if cell.kind in ("formula", "error") or (trouble and trouble.code != "hidden"):
                    continue
                value: Any = cell.text
                if cell.kind == "number":
                    value = Decimal(cell.text.rstrip("%")) / (100 if cell.text.endswith("%") else 1)
                elif cell.kind == "date":
                    value = cell.text[:10]
                found[sheet.name, cell_name(row, column)] = told(value)
    return found


def by_openpyxl(raw: bytes) -> Cells:
    """The cells openpyxl finds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(raw))
    return {
        (sheet.title, cell.coordinate): told(cell.value)
        for sheet in book.worksheets
        for line in sheet.iter_rows()
        for cell in line
        if cell.value is not None and cell.data_type not in ("f", "e") and told(cell.value)
    }


def by_calamine(raw: bytes) -> Cells:
    """The cells python-calamine finds; formulas come with their old values, errors and blanks alike as nothing."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    return {
        (name, cell_name(row, column)): told(value)
        for name in book.sheet_names
        for row, line in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), start=1)
        for column, value in enumerate(line, start=1)
        if told(value)
    }


def differences(one: Cells, other: Cells) -> list[str]:
    """`sheet!cell: 'said' and 'said'` for every cell of the first that the other has otherwise or not at all.

    Sheets that the other does not open at all (openpyxl: of strict workbooks) are left out.
    """
    opened = {sheet for sheet, _ in other}
    return [
        f"{sheet}!{cell}: {said!r} and {other.get((sheet, cell))!r}"
        for (sheet, cell), said in one.items()
        if other.get((sheet, cell)) != said and sheet in opened
    ]
