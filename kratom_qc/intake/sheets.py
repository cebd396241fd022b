"""What a file holds once it is opened: sheets of cells as a person sees them, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from kratom_qc.domain.account import AccountEntry, TextKind
from kratom_qc.domain.certificate import Certificate, Remark
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import Cell, SourceText

Grid = dict[int, dict[int, Cell]]
"""Cells by row and column, 1-based; blank cells are left out."""


class CellRange(NamedTuple):
    """A rectangle of cells; 1-based, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


class SheetText(NamedTuple):
    """A text that stands in no cell. `cell` is where it is anchored, in A1 notation; empty where it
    belongs to the sheet as a whole."""

    kind: TextKind
    text: str
    cell: str = ""


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
    problems: dict[tuple[int, int], Problem]
    merged: tuple[CellRange, ...] = ()
    widths: Mapping[int, int] = field(default_factory=dict)
    texts: tuple[SheetText, ...] = ()  # text boxes, comments, headers, footers, chart titles


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
    refusals: tuple[Problem, ...]
    remarks: tuple[Remark, ...]
    # What intake used every text as; only where it was asked for (`read --account`).
    account: tuple[AccountEntry, ...] = ()
    # Lots that a refused file names: they are held until a person has looked at it.
    named_lots: tuple[SourceText, ...] = ()


@lru_cache(65536)
def cell_name(row: int, column: int) -> str:
    """A1 notation of a 1-based row and column."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


@lru_cache(65536)
def row_and_column(cell: str) -> tuple[int, int]:
    """The 1-based row and column of a cell in A1 notation."""
    digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    column = 0
    for letter in cell[: len(cell) - len(digits)]:
        column = column * 26 + ord(letter) - 64
    return int(digits), column


def picture_text(cells: CellRange, fingerprint: str) -> str:
    """What is said of a picture that lies over cells; `fingerprint` is a hash of its bytes in
    hexadecimal, which tells it from another one in the same place."""
    first, last = cell_name(*cells[:2]), cell_name(*cells[2:])
    area = first if first == last else f"{first}:{last}"
    return f"a picture covers {area}{f' (image {fingerprint[:16]})' if fingerprint else ''}"
