"""One sheet of an xlsx workbook: one pass over its XML, in which everything is counted, checked and
read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import Cell, CellRef
from kratom_qc.intake.formats import marks
from kratom_qc.intake.formats.addresses import EXCEL_COLUMNS, EXCEL_ROWS, position
from kratom_qc.intake.formats.covers import Covers
from kratom_qc.intake.formats.markup import Attributes, scan
from kratom_qc.intake.formats.numformat import Trouble, shown_number, stored
from kratom_qc.intake.formats.richtext import RichText, Text, unescaped
from kratom_qc.intake.formats.serial import TIME_VALUE, day_of
from kratom_qc.intake.formats.styles import PLAIN, Style, Styles
from kratom_qc.intake.sheets import Area, Grid, Sheet, cell_name
from kratom_qc.settings import Caps

_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: |$)")
_ON, _OFF = ("1", "true"), ("0", "false")
_X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
_XM_AREA = "http://schemas.microsoft.com/office/excel/2006/main sqref"
_LEAST_HEIGHT, _LEAST_WIDTH = 2.0, 0.3  # points and characters; nobody sees what is smaller

_UNKNOWN_KIND = ("not-a-number", "this cell holds a value of an unknown kind; type it again")
_RICH_VALUE = (
    "shown-differs",
    "this cell shows a linked or rich value instead of what it holds; paste it as a value",
)
_NO_DAY_SHOWN = (
    "shown-differs",
    "this cell holds a date but shows a number; format it as a date, or type it as 2026-03-04",
)


@dataclass(slots=True)
class Book:
    """What the sheets share."""

    name: str
    caps: Caps
    styles: Styles = field(default_factory=Styles)
    strings: list[Text] = field(default_factory=list)
    since_1904: bool = False


class Worksheet:
    """One pass over a sheet's XML."""

    def __init__(self, book: Book, title: str, hidden: bool):
        self.book, self.title, self.hidden = book, title, hidden
        self.rows: Grid = {}
        self.problems: dict[tuple[int, int], Refusal] = {}
        self.merged: list[Area] = []
        caps = book.caps
        self.most_rows, self.most_columns, self.most_cells, self.most_text = (
            caps.rows, caps.columns, caps.cells, caps.cell_text,
        )  # fmt: skip
        self.count = 0
        self.row = self.column = 0
        self.row_hidden = self.rows_hidden = False
        self.cells: dict[int, Cell] = {}
        self.seen_rows: set[int] = set()
        self.seen: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.styles: dict[str | None, Style] = {}
        self.type, self.style = "n", PLAIN
        self.value: str | None = None
        self.formula: str | None = None
        self.sink: list[str] | None = None
        self.inline = RichText()
        self.inlined = False
        self.area = ""
        self.disguised: list[str] = []
        self.arrays: list[str] = []  # areas filled by one formula
        self.shows_zeros, self.shows_formulas = True, False
        self.in_data = self.data_done = self.in_row = self.in_cell = self.later = False

    def read(self, chunks: Iterator[bytes]) -> Sheet:
        starts = {
            "sheetData": self._data,
            "sheetView": self._view,
            "sheetFormatPr": self._defaults,
            "col": self._columns,
            "row": self._row,
            "c": self._cell,
            "v": self._begin,
            "f": self._formula,
            "is": self._inline,
            **self.inline.starts(),
            "mergeCell": self._merge,
            "conditionalFormatting": self._conditional,
            "cfRule": self._rule,
            "iconSet": self._icons,
            "dataBar": self._icons,
            f"{_X14} dxf": self._later,
            f"{_X14} iconSet": self._later_icons,
            f"{_X14} dataBar": self._later_icons,
            _XM_AREA: self._begin,
        }
        ends = {
            "sheetData": self._data_ends,
            "row": self._row_ends,
            "c": self._cell_ends,
            "v": self._value_ends,
            "f": self._formula_ends,
            **self.inline.ends(),
            _XM_AREA: self._later_area,
        }
        scan(CellRef(self.book.name, self.title), chunks, starts, ends, self._text, self._strange)
        covers = Covers(CellRef(self.book.name, self.title), self.rows, self.problems)
        covers.merge(self.merged)
        covers.compute(self.arrays)
        covers.disguise(self.disguised)
        return Sheet(self.title, self.rows, self.problems, tuple(self.merged))

    def _text(self, text: str) -> None:
        if self.sink is not None:
            self.sink.append(text)
        else:
            self.inline.add(text)

    def _strange(self, tag: str, own: bool) -> None:
        """Within the cells nothing else may stand: one program passes over it, another one reads
        what is in it."""
        if (self.in_data and self.type != "inlineStr") or not (
            own or self.data_done or self.in_data
        ):
            raise self._refused(
                "damaged",
                f"the sheet holds an unknown element '{tag.rpartition(' ')[2][:40]}'; save the file anew",
            )

    def _before_data(self) -> None:
        if self.in_data or self.data_done:
            raise self._refused(
                "damaged", "the parts of the sheet do not stand in their order; save the file anew"
            )

    def _data(self, _attributes: Attributes) -> None:
        self._before_data()
        self.in_data = True

    def _data_ends(self) -> None:
        self.in_data, self.data_done = False, True

    def _view(self, attributes: Attributes) -> None:
        self._before_data()
        self.shows_zeros = self.shows_zeros and attributes.get("showZeros", "1") not in _OFF
        self.shows_formulas = self.shows_formulas or attributes.get("showFormulas", "0") not in _OFF

    def _defaults(self, attributes: Attributes) -> None:
        self._before_data()
        self.rows_hidden = attributes.get("zeroHeight", "0") not in _OFF or _is_less(
            attributes.get("defaultRowHeight"), _LEAST_HEIGHT
        )
        if _is_less(attributes.get("defaultColWidth"), _LEAST_WIDTH):
            self.hidden_columns.update(range(1, self.book.caps.columns + 1))

    def _columns(self, attributes: Attributes) -> None:
        self._before_data()
        if attributes.get("hidden", "0") not in _OFF or _is_less(
            attributes.get("width"), _LEAST_WIDTH
        ):
            first, last = (_whole(attributes.get(name)) for name in ("min", "max"))
            self.hidden_columns.update(range(max(1, first), min(last, EXCEL_COLUMNS) + 1))

    def _row(self, attributes: Attributes) -> None:
        if not self.in_data or self.in_row:
            raise self._refused("damaged", "a row stands where none may; save the file anew")
        self.in_row = True
        said = attributes.get("r")
        number = self.row + 1 if said is None else _whole(said)
        if number < 1:
            raise self._refused(
                "damaged", f"the row number '{said}' is not valid; save the file anew"
            )
        if number > EXCEL_ROWS:
            raise self._refused(
                "too-large", f"row number {number}; the limit is {self.book.caps.rows:,} rows"
            )
        if number in self.seen_rows:
            raise self._refused(
                "cell-twice", f"row {number} appears twice in the file; save it anew"
            )
        self.seen_rows.add(number)
        self.row, self.column = number, 0
        height = attributes.get("ht")
        self.row_hidden = (
            attributes.get("hidden", "0") not in _OFF
            or _is_less(height, _LEAST_HEIGHT)
            or (self.rows_hidden and height is None)
        )
        self.cells, self.seen = {}, set()

    def _row_ends(self) -> None:
        self.in_row = False
        if self.cells:  # nearly always in order already
            columns = list(self.cells)
            in_order = columns if columns == sorted(columns) else sorted(columns)
            self.rows[self.row] = (
                self.cells if in_order is columns else {at: self.cells[at] for at in in_order}
            )

    def _cell(self, attributes: Attributes) -> None:
        if not self.in_row or self.in_cell:
            raise self._refused("damaged", "a cell stands where none may; save the file anew")
        self.in_cell = True
        said = attributes.get("r")
        if said is None:
            self.column += 1
        else:
            row, self.column = position(said)
            if row != self.row or not self.column:
                raise self._refused(
                    "damaged", f"the cell address '{said}' is not valid; save the file anew"
                )
        if self.column in self.seen:
            name = cell_name(self.row, self.column)
            raise self._refused(
                "cell-twice", f"cell {name} appears twice in the file; save it anew", name
            )
        self.seen.add(self.column)
        self.type = attributes.get("t", "n")
        number = attributes.get("s") or None
        style = self.styles.get(number)
        self.style = style if style is not None else self._style_of(number)
        self.value = self.formula = None
        if "vm" in attributes:
            self.type = self.type if self.type == "e" else "rich"
        self.inlined = False

    def _style_of(self, number: str | None) -> Style:
        style = self.book.styles.of(number)
        if style is None:
            name = cell_name(self.row, self.column)
            raise self._refused(
                "damaged",
                "a cell has a format that the file does not hold; save the file anew",
                name,
            )
        self.styles[number] = style
        return style

    def _begin(self, _attributes: Attributes) -> None:
        self.sink = []

    def _formula(self, attributes: Attributes) -> None:
        self.sink = []
        if "ref" in attributes and attributes.get("t") in ("array", "dataTable"):
            self.arrays.append(attributes["ref"])

    def _inline(self, attributes: Attributes) -> None:
        if self.type != "inlineStr" or not self.in_cell or self.inlined:
            raise self._two_values()
        self.inlined = True
        self.inline.begin(attributes)

    def _two_values(self) -> Refused:
        name = cell_name(self.row, self.column)
        return self._refused(
            "damaged",
            "a cell holds two values, or a text in a wrong place; save the file anew",
            name,
        )

    def _value_ends(self) -> None:
        if self.value is not None or not self.in_cell or self.type == "inlineStr":
            raise self._two_values()
        self.value, self.sink = "".join(self.sink or ()), None

    def _formula_ends(self) -> None:
        if self.formula is not None or not self.in_cell:
            raise self._two_values()
        self.formula, self.sink = "".join(self.sink or ()), None

    def _cell_ends(self) -> None:
        self.in_cell = False
        cell, trouble = self._read_cell()
        if cell is None:
            return
        row_fits, column_fits = self.row <= self.most_rows, self.column <= self.most_columns
        if not (
            row_fits
            and column_fits
            and self.count < self.most_cells
            and len(cell.text) <= self.most_text
        ):
            raise self._over_a_cap(cell)
        self.cells[self.column] = cell
        self.count += 1
        if cell.hidden:
            trouble = marks.HIDDEN
        elif self.style.struck:
            trouble = marks.STRUCK
        elif trouble is None:
            trouble = self.style.veil
        if trouble is not None:
            place = CellRef(self.book.name, self.title, cell_name(self.row, self.column))
            self.problems[self.row, self.column] = Refusal(trouble[0], trouble[1], place, cell.text)

    def _read_cell(self) -> tuple[Cell | None, Trouble]:
        hidden = self.hidden or self.row_hidden or self.column in self.hidden_columns
        value, shown, kind, trouble = self.value, "", "text", None
        if self.formula is not None:
            last = self._cached()
            kind, trouble = "formula", marks.formula(last)
            said = f"={self.formula}" if self.formula else "= (shared formula)"
        elif self.type == "inlineStr" or (self.type == "s" and value):
            text = self._string()
            said = text.text
            trouble = self.style.text_veil or (marks.PARTLY_STRUCK if text.struck else text.veil)
            if text.inks and trouble is None and self.book.styles.blend(text.inks, self.style):
                trouble = marks.INVISIBLE
        elif value is None or not value:
            return None, None
        elif self.type == "n":
            said, kind, shown, trouble = self._number(value)
        elif self.type == "b":
            said, kind = (
                ("TRUE" if value in _ON else "FALSE" if value in _OFF else value),
                "boolean",
            )
            trouble = self.style.text_veil if value in _ON + _OFF else _UNKNOWN_KIND
        elif self.type == "e":
            said, kind, trouble = value, "error", marks.error_value(value)
        elif self.type == "d":
            said, kind = value.removesuffix("T00:00:00").replace("T", " "), "date"
            trouble = (
                _NO_DAY_SHOWN
                if not self.style.date
                else None
                if _ISO_DAY.match(said)
                else TIME_VALUE
            )
        elif self.type == "str":
            said = unescaped(value)
            trouble = self.style.text_veil or marks.controls(said)
        else:
            said, trouble = value, _RICH_VALUE if self.type == "rich" else _UNKNOWN_KIND
        if not said.strip() and trouble is None:
            return None, None
        return Cell(said, kind, self.row, self.column, hidden, shown), trouble

    def _string(self) -> Text:
        if self.type == "inlineStr":
            return self.inline.taken() if self.inlined else Text("")
        index = _whole(self.value or "")
        if not 0 <= index < len(self.book.strings):
            raise self._refused(
                "damaged", "a cell points to a text that the file does not hold; save the file anew"
            )
        return self.book.strings[index]

    def _cached(self) -> str:
        if self.type == "s" and self.value:
            return self._string().text
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
            if self.shows_formulas:
                return value, "date", "", marks.shown_differs("a date", value)
            said, trouble = day_of(
                float(value), self.style.pattern, since_1904=self.book.since_1904
            )
            return said, "date", "", trouble
        said, shown, trouble = _shown(value.strip(), self.style.pattern)
        if not self.shows_zeros and trouble is None and not float(value):
            trouble = marks.NO_ZEROS
        if self.shows_formulas and trouble is None and (shown or said.endswith("%")):
            trouble = marks.shown_differs(said, value.strip())
        return said, "number", shown, trouble

    def _over_a_cap(self, cell: Cell) -> Refused:
        name = cell_name(self.row, self.column)
        if self.row > self.most_rows:
            message = f"row number {self.row}; the limit is {self.most_rows:,} rows. Split the file"
        elif self.column > self.most_columns:
            message = f"column number {self.column}; the limit is {self.most_columns} columns. Split the file"
        elif self.count >= self.most_cells:
            message, name = f"more than {self.most_cells:,} cells; split the file", ""
        else:
            message = f"this cell holds {len(cell.text):,} characters; the limit is {self.most_text:,}. Shorten it"
        return self._refused("too-large", message, name)

    def _merge(self, attributes: Attributes) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        (top, left), (bottom, right) = position(first), position(last or first)
        if top and bottom:
            caps = self.book.caps
            self.merged.append((top, left, min(bottom, caps.rows), min(right, caps.columns)))
        if len(self.merged) > self.book.caps.cells:
            raise self._refused("too-large", f"more than {self.book.caps.cells:,} merged areas")

    def _conditional(self, attributes: Attributes) -> None:
        self.area = attributes.get("sqref", "")

    def _rule(self, attributes: Attributes) -> None:
        """A conditional format that changes the number format, strikes out or blinds hides what its
        cells hold."""
        if _whole(attributes.get("dxfId", "x")) in self.book.styles.disguises:
            self.disguised.append(self.area)

    def _icons(self, attributes: Attributes) -> None:
        if attributes.get("showValue", "1") in _OFF:
            self.disguised.append(self.area)

    def _later(self, _attributes: Attributes) -> None:
        """The conditional formats of newer programs name their area behind their rules; their fonts
        are not looked into."""
        self.later = True

    def _later_icons(self, attributes: Attributes) -> None:
        self.later = self.later or attributes.get("showValue", "1") in _OFF

    def _later_area(self) -> None:
        area, self.sink = "".join(self.sink or ()), None
        if self.later:
            self.disguised.append(area)
        self.later = False

    def _refused(self, code: str, message: str, cell: str = "") -> Refused:
        return Refused([Refusal(code, message, CellRef(self.book.name, self.title, cell))])


@lru_cache(16384)
def _shown(value: str, pattern: str) -> tuple[str, str, Trouble]:
    found = shown_number(stored(float(value)), pattern)
    return found.text, found.shown, found.trouble


def _whole(text: str | None) -> int:
    """A whole number; -1 where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else -1


def _is_less(text: str | None, least: float) -> bool:
    """Whether a size is below what can be seen; one that is no number is no size."""
    if text is None:
        return False
    return not _NUMBER.fullmatch(text.strip()) or float(text) < least
