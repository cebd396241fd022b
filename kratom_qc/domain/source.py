"""Where texts stand in a vendor's file, and the texts themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    """A text that can be written anywhere: halves of a letter are put together, and a half without
    its other one, as in a file name that is no UTF-8, becomes its escape (`\\udc80`).

    Every text from outside passes here once, where it enters.
    """
    if text.isascii() or not _SURROGATE.search(text):
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _SURROGATE.sub(_escape, whole)


def visible_name(name: str) -> str:
    """The name of a file as it can be printed on one line: as `visible`, control characters and
    line ends escaped too."""
    return _CONTROL.sub(_escape, visible(name))


def _escape(letter: re.Match[str]) -> str:
    return f"\\u{ord(letter[0]):04x}"


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
