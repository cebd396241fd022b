"""One sheet of an xlsx workbook: one pass over its XML, in which everything is counted, checked and read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from kratom_qc.errors import Refusal, Refused
from kratom_qc.intake import marks
from kratom_qc.intake.markup import Attributes, scan
from kratom_qc.intake.numformat import Trouble, shown_number, shown_text
from kratom_qc.intake.richtext import RichText, Text, unescaped
from kratom_qc.intake.serial import TIME_VALUE, day_of
from kratom_qc.intake.sheets import Area, Grid, Sheet, cell_name
from kratom_qc.intake.styles import PLAIN, Styles
from kratom_qc.model import Cell, Place
from kratom_qc.settings import Caps

EXCEL_ROWS, EXCEL_COLUMNS = 1_048_576, 16_384
_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: |$)")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,9})", re.ASCII)
_ON = ("1", "true")

_CONDITIONAL = ("shown-differs", "a conditional format may show something else here than the cell holds; remove it")


@dataclass(slots=True)
class Book:
    """What the sheets share."""

    name: str
    caps: Caps
    styles: Styles = field(default_factory=lambda: Styles([], set()))
    strings: list[Text] = field(default_factory=list)
    since_1904: bool = False


class Worksheet:
    """One pass over a sheet's XML."""

    def __init__(self, book: Book, title: str, hidden: bool):
        self.book, self.title, self.hidden = book, title, hidden
        self.rows: Grid = {}
        self.problems: dict[tuple[int, int], Refusal] = {}
        self.merged: list[Area] = []
        self.count = 0
        self.row = self.column = 0
        self.row_hidden = self.rows_hidden = False
        self.cells: dict[int, Cell] = {}
        self.seen_rows: set[int] = set()
        self.seen: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.type, self.style = "n", PLAIN
        self.value: str | None = None
        self.formula: str | None = None
        self.sink: list[str] | None = None
        self.inline = RichText()
        self.disguised: str = ""

    def read(self, chunks: Iterator[bytes]) -> Sheet:
        starts = {
            "sheetFormatPr": self._defaults,
            "col": self._columns,
            "row": self._row,
            "c": self._cell,
            "v": self._begin,
            "f": self._begin,
            "is": self.inline.begin,
            **self.inline.starts(),
            "mergeCell": self._merge,
            "conditionalFormatting": self._conditional,
            "cfRule": self._rule,
        }
        ends = {
            "row": self._row_ends,
            "c": self._cell_ends,
            "v": self._value_ends,
            "f": self._formula_ends,
            **self.inline.ends(),
        }
        scan(Place(self.book.name, self.title), chunks, starts, ends, self._text)
        return Sheet(self.title, self.rows, self.problems, tuple(self.merged))

    def _text(self, text: str) -> None:
        if self.sink is not None:
            self.sink.append(text)
        else:
            self.inline.add(text)

    def _defaults(self, attributes: Attributes) -> None:
        self.rows_hidden = attributes.get("zeroHeight", "0") in _ON

    def _columns(self, attributes: Attributes) -> None:
        if attributes.get("hidden", "0") in _ON or _is_zero(attributes.get("width")):
            first, last = (_whole(attributes.get(name)) for name in ("min", "max"))
            self.hidden_columns.update(range(max(1, first), min(last, EXCEL_COLUMNS) + 1))

    def _row(self, attributes: Attributes) -> None:
        said = attributes.get("r")
        number = self.row + 1 if said is None else _whole(said)
        if number < 1:
            raise self._refused("damaged", f"the row number '{said}' is not valid; save the file anew")
        if number > EXCEL_ROWS:
            raise self._refused("too-large", f"row number {number}; the limit is {self.book.caps.rows:,} rows")
        if number in self.seen_rows:
            raise self._refused("cell-twice", f"row {number} appears twice in the file; save it anew")
        self.seen_rows.add(number)
        self.row, self.column = number, 0
        height = attributes.get("ht")
        self.row_hidden = (
            attributes.get("hidden", "0") in _ON or _is_zero(height) or (self.rows_hidden and height is None)
        )
        self.cells, self.seen = {}, set()

    def _row_ends(self) -> None:
        if self.cells:
            self.rows[self.row] = dict(sorted(self.cells.items()))

    def _cell(self, attributes: Attributes) -> None:
        said = attributes.get("r")
        if said is None:
            self.column += 1
        else:
            row, self.column = _position(said)
            if row != self.row or not self.column:
                raise self._refused("damaged", f"the cell address '{said}' is not valid; save the file anew")
        if self.column in self.seen:
            name = cell_name(self.row, self.column)
            raise self._refused("cell-twice", f"cell {name} appears twice in the file; save it anew", name)
        self.seen.add(self.column)
        self.type = attributes.get("t", "n")
        number = attributes.get("s")
        styles = self.book.styles.cells
        index = _whole(number) if number else -1
        self.style = styles[index] if 0 <= index < len(styles) else PLAIN
        self.value = self.formula = None
        if self.type == "inlineStr":
            self.inline.begin(attributes)

    def _begin(self, _attributes: Attributes) -> None:
        self.sink = []

    def _value_ends(self) -> None:
        self.value, self.sink = "".join(self.sink or ()), None

    def _formula_ends(self) -> None:
        self.formula, self.sink = "".join(self.sink or ()), None

    def _cell_ends(self) -> None:
        cell, trouble = self._read_cell()
        if cell is None:
            return
        self._check_caps(cell)
        self.cells[self.column] = cell
        self.count += 1
        if cell.hidden:
            trouble = marks.HIDDEN
        elif self.style.struck:
            trouble = marks.STRUCK
        elif self.style.invisible and trouble is None:
            trouble = marks.INVISIBLE
        if trouble is not None:
            place = Place(self.book.name, self.title, cell_name(self.row, self.column))
            self.problems[self.row, self.column] = Refusal(trouble[0], trouble[1], place, cell.said)

    def _read_cell(self) -> tuple[Cell | None, Trouble]:
        hidden = self.hidden or self.row_hidden or self.column in self.hidden_columns
        value, shown, kind, trouble = self.value, "", "text", None
        if self.formula is not None:
            last = self._cached()
            kind, trouble = "formula", marks.formula(last)
            said = f"={self.formula}" if self.formula else "= (shared formula)"
        elif self.type == "inlineStr" or (self.type == "s" and value):
            text = self._string()
            said = text.said
            trouble = shown_text(self.style.pattern) or (marks.PARTLY_STRUCK if text.struck else None)
        elif value is None or not value:
            return None, None
        elif self.type == "n":
            said, kind, shown, trouble = self._number(value)
        elif self.type == "b":
            said, kind = ("TRUE" if value in _ON else "FALSE"), "boolean"
        elif self.type == "e":
            said, kind, trouble = value, "error", marks.error_value(value)
        elif self.type == "d":
            said, kind = value.removesuffix("T00:00:00").replace("T", " "), "date"
            trouble = None if _ISO_DAY.match(said) else TIME_VALUE
        else:
            said = unescaped(value)
        if not said.strip() and trouble is None:
            return None, None
        if kind == "text" and trouble is None:
            trouble = marks.controls(said)
        return Cell(said, kind, self.row, self.column, hidden, shown), trouble

    def _string(self) -> Text:
        if self.type == "inlineStr":
            return self.inline.taken()
        index = _whole(self.value or "")
        if not 0 <= index < len(self.book.strings):
            raise self._refused("damaged", "a cell points to a text that the file does not hold; save the file anew")
        return self.book.strings[index]

    def _cached(self) -> str:
        if self.type == "s" and self.value:
            return self._string().said
        return self.value or ""

    def _number(self, value: str) -> tuple[str, str, str, Trouble]:
        if not _NUMBER.fullmatch(value.strip()):
            return (
                value,
                "number",
                "",
                ("not-a-number", f"this cell holds '{value}' in place of a number; type it again"),
            )
        if self.style.date:
            said, trouble = day_of(float(value), self.style.pattern, since_1904=self.book.since_1904)
            return said, "date", "", trouble
        said, shown, trouble = _shown(value.strip(), self.style.pattern)
        return said, "number", shown, trouble

    def _check_caps(self, cell: Cell) -> None:
        caps = self.book.caps
        fits = self.row <= caps.rows and self.column <= caps.columns and len(cell.said) <= caps.cell_text
        if fits and self.count < caps.cells:
            return
        name = cell_name(self.row, self.column)
        if self.row > caps.rows:
            raise self._refused(
                "too-large", f"row number {self.row}; the limit is {caps.rows:,} rows. Split the file", name
            )
        if self.column > caps.columns:
            message = f"column number {self.column}; the limit is {caps.columns} columns. Split the file"
            raise self._refused("too-large", message, name)
        if self.count >= caps.cells:
            raise self._refused("too-large", f"more than {caps.cells:,} cells; split the file")
        if len(cell.said) > caps.cell_text:
            message = f"this cell holds {len(cell.said):,} characters; the limit is {caps.cell_text:,}. Shorten it"
            raise self._refused("too-large", message, name)

    def _merge(self, attributes: Attributes) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        (top, left), (bottom, right) = _position(first), _position(last or first)
        if top and bottom:
            caps = self.book.caps
            self.merged.append((top, left, min(bottom, caps.rows), min(right, caps.columns)))
        if len(self.merged) > self.book.caps.cells:
            raise self._refused("too-large", f"more than {self.book.caps.cells:,} merged areas")

    def _conditional(self, attributes: Attributes) -> None:
        self.disguised = attributes.get("sqref", "")

    def _rule(self, attributes: Attributes) -> None:
        """A conditional format that changes the number format or strikes out hides what its cells hold."""
        if _whole(attributes.get("dxfId", "x")) not in self.book.styles.disguises:
            return
        for area in self.disguised.split():
            first, _, last = area.partition(":")
            (top, left), (bottom, right) = _position(first), _position(last or first)
            for row, cells in self.rows.items():
                for column, cell in cells.items():
                    if top <= row <= bottom and left <= column <= right:
                        place = Place(self.book.name, self.title, cell_name(row, column))
                        self.problems.setdefault((row, column), Refusal(*_CONDITIONAL, place, cell.said))

    def _refused(self, code: str, message: str, cell: str = "") -> Refused:
        return Refused([Refusal(code, message, Place(self.book.name, self.title, cell))])


@lru_cache(16384)
def _shown(value: str, pattern: str) -> tuple[str, str, Trouble]:
    found = shown_number(Decimal(repr(float(value))), pattern)
    return found.said, found.shown, found.trouble


@lru_cache(16384)
def _position(name: str) -> tuple[int, int]:
    """(row, column) of `B7`; zeros where it is no address."""
    match = _REFERENCE.fullmatch(name)
    if match is None:
        return 0, 0
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _whole(text: str | None) -> int:
    """A whole number; -1 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else -1


def _is_zero(text: str | None) -> bool:
    return text is not None and not text.strip("0.")
