"""Addresses of cells and ranges, as spreadsheets write them."""

from __future__ import annotations

import re
from functools import lru_cache

from kratom_qc.intake.sheets import CellRange

EXCEL_ROWS, EXCEL_COLUMNS = 1_048_576, 16_384
_OPEN_REFERENCE = re.compile(r"([A-Z]{0,3})([1-9][0-9]{0,9})?", re.ASCII)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,9})", re.ASCII)


@lru_cache(16384)
def position(name: str) -> tuple[int, int]:
    """(row, column) of `B7`, 1-based; zeros where it is no address."""
    match = _REFERENCE.fullmatch(name)
    if match is None:
        return 0, 0
    return int(match[2]), _column_number(match[1])


def whole_number(text: str | None, most_digits: int) -> int:
    """A whole number of so many digits at most; -1 where the text is none."""
    if text and text.isascii() and text.isdigit() and len(text) <= most_digits:
        return int(text)
    return -1


def _column_number(letters: str) -> int:
    """The number of a column; 0 of none."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column


def cell_range(name: str) -> CellRange:
    """The range `B7:C9`, whole columns or rows included; one that cannot be read may be anywhere,
    so it is the whole sheet."""
    first, _, last = name.replace("$", "").partition(":")
    start, end = _OPEN_REFERENCE.fullmatch(first), _OPEN_REFERENCE.fullmatch(last or first)
    if start is None or end is None:
        return CellRange(0, 0, EXCEL_ROWS, EXCEL_COLUMNS)
    return CellRange(
        int(start[2] or 1),
        _column_number(start[1]) or 1,
        int(end[2] or EXCEL_ROWS),
        _column_number(end[1]) or EXCEL_COLUMNS,
    )
