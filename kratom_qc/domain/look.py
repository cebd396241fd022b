"""How a vendor's own sheet looks: enough to show it again, beside what was understood of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class CellLook(NamedTuple):
    """One cell that holds something or is filled, as a person sees it. `fill` are six hexadecimal
    digits or nothing; `rows` and `columns` are how many it covers, itself included."""

    row: int  # 1-based
    column: int  # 1-based
    name: str  # in A1 notation
    text: str
    bold: bool = False
    italic: bool = False
    fill: str = ""
    align: str = ""  # center or right; nothing for what stands as text does
    rows: int = 1
    columns: int = 1
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SheetLook:
    """One sheet. `widths` are those of columns that differ from the usual one, in signs; `left_out`
    counts cells beyond those that are given."""

    name: str
    cells: tuple[CellLook, ...]
    widths: tuple[tuple[int, float], ...] = ()
    left_out: int = 0
