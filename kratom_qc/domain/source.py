"""Where texts stand in a vendor's file, and the texts themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class CellRef(NamedTuple):
    """Where something stands, in the vendor's own coordinates. A tuple: every text has one, and
    they are looked up in sets."""

    file: str
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        if self.sheet and self.cell:
            return f"{self.sheet}!{self.cell}"
        return self.cell or self.sheet or self.file


class Cell(NamedTuple):
    """One cell as a person sees it. `text` is what it says, a stored number in full; `kind` tells
    how the file stores it.

    `shown` is what the sheet displays where that is a rounded form of `text`: 0.46 shown as 0.5.
    Nothing otherwise. A tuple, because sheets have hundreds of thousands of them and a frozen
    dataclass takes three times as long to make.
    """

    text: str
    kind: str  # text, number, date, formula, error, boolean
    row: int  # 1-based
    column: int  # 1-based
    hidden: bool = False
    shown: str = ""


@dataclass(frozen=True, slots=True)
class SourceText:
    """A piece of text with the cell it was read from; `shown` and `kind` as in Cell."""

    text: str
    ref: CellRef
    shown: str = ""
    kind: str = "text"
