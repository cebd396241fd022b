"""Addresses of cells and areas, as spreadsheets write them."""

from __future__ import annotations

import re
from functools import lru_cache

from kratom_qc.intake.sheets import Area

EXCEL_ROWS, EXCEL_COLUMNS = 1_048_576, 16_384
_OPEN_REFERENCE = re.compile(r"([A-Z]{0,3})([1-9][0-9]{0,9})?", re.ASCII)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,9})", re.ASCII)


@lru_cache(16384)
def position(name: str) -> tuple[int, int]:
    """(row, column) of `B7`; zeros where it is no address."""
    match = _REFERENCE.fullmatch(name)
    if match is None:
        return 0, 0
    return int(match[2]), _number(match[1])


def _number(letters: str) -> int:
    """The number of a column; 0 of none."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column


def area_of(said: str) -> Area:
    """(first row, first column, last row, last column) of `B7:C9`, whole columns or rows included."""
    first, _, last = said.replace("$", "").partition(":")
    match, other = (_OPEN_REFERENCE.fullmatch(name) for name in (first, last or first))
    if match is None or other is None:
        return 0, 0, EXCEL_ROWS, EXCEL_COLUMNS  # unreadable: it may be anywhere
    return (
        int(match[2] or 1),
        _number(match[1]) or 1,
        int(other[2] or EXCEL_ROWS),
        _number(other[1]) or EXCEL_COLUMNS,
    )
