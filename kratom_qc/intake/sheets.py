"""What a file holds once it is opened: sheets of cells as a person sees them, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from kratom_qc.domain.certificate import Certificate, Remark
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import Cell

Grid = dict[int, dict[int, Cell]]
"""Cells by row and column, 1-based; blank cells are left out."""


class CellRange(NamedTuple):
    """A rectangle of cells; 1-based, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its cells by row and column (1-based), blank cells left out.

    `problems` holds, for cells that cannot be believed, why; they count only if something uses the
    cell. `merged` are the ranges whose text stands in their first cell alone. `widths` tells how
    many fields each line of a text file has, blank ones included; it is empty where a format has no
    such thing.
    """

    name: str
    rows: Grid
    problems: dict[tuple[int, int], Refusal]
    merged: tuple[CellRange, ...] = ()
    widths: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file opened: its name, the SHA-256 of its bytes (hexadecimal), its sheets, and remarks on
    the file as a whole."""

    file: str
    sha256: str
    sheets: tuple[Sheet, ...]
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class FileContent:
    """What a file says. Where there are refusals the certificates are not data; they are given so
    that whoever reads their words can add what else is wrong, and the vendor hears everything at
    once."""

    certificates: tuple[Certificate, ...]
    refusals: tuple[Refusal, ...]
    remarks: tuple[Remark, ...]


@lru_cache(65536)
def cell_name(row: int, column: int) -> str:
    """A1 notation of a 1-based row and column."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
