"""xls (Excel 5.0 to 2003) → sheets of cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import Cell, CellRef
from kratom_qc.intake.formats import biff, marks
from kratom_qc.intake.formats.numformat import (
    BUILTIN,
    Trouble,
    is_date,
    shown_number,
    shown_text,
    stored,
)
from kratom_qc.intake.formats.serial import day_of
from kratom_qc.intake.sheets import Area, Grid, Sheet, cell_name
from kratom_qc.settings import Caps

if TYPE_CHECKING:
    import xlrd

_WHITE = (255, 255, 255)
_NO_FILL, _SOLID_FILL = 0, 1


def read(name: str, raw: bytes, caps: Caps) -> tuple[list[Sheet], list[Remark]]:
    """An xls workbook's sheets. Raises Refused where it cannot be opened safely or is too large."""
    stream = biff.opened(name, raw, caps)
    try:
        sheets = _sheets(name, stream, caps)
    except Refused:
        raise
    except (
        Exception
    ) as error:  # xlrd raises a dozen kinds on damaged files; each of them refuses the file
        raise biff.damaged(name, type(error).__name__) from None
    return sheets, [marks.macros(name)] if stream.macros else []


def _sheets(name: str, stream: biff.Stream, caps: Caps) -> list[Sheet]:
    import xlrd

    book = xlrd.open_workbook(
        file_contents=stream.content, formatting_info=True, ragged_rows=True, logfile=_Silence()
    )
    names = [title.casefold() for title in book.sheet_names()]
    if len(set(names)) < len(names):
        raise biff.damaged(name, "two sheets have the same name")
    styles = _Styles(book)
    return [
        _SheetReader(name, book, source, records, styles, caps).sheet()
        for source, records in zip(book.sheets(), stream.sheets, strict=True)
    ]


class _Silence:
    """Where xlrd tells of oddities in a file; by default that is the standard output."""

    def write(self, _text: str) -> None:
        """Nobody listens."""


@dataclass(frozen=True, slots=True)
class _Style:
    """What a cell's format does to what is seen of it."""

    pattern: str
    struck: bool
    raised: bool
    veil: Trouble


class _Styles:
    """The cell formats of a workbook, each looked at once."""

    def __init__(self, book: xlrd.Book) -> None:
        self.book = book
        self.known: dict[int, _Style] = {}

    def of(self, index: int) -> _Style:
        if index not in self.known:
            form = self.book.xf_list[index]
            font = self.book.font_list[form.font_index]
            told = self.book.format_map.get(form.format_key)
            pattern = (told.format_str if told else None) or BUILTIN.get(form.format_key, "General")
            self.known[index] = _Style(
                pattern, bool(font.struck_out), font.escapement == 1, self._veil(form, font)
            )
        return self.known[index]

    def _veil(self, form: Any, font: Any) -> Trouble:
        told = marks.font(font.name) or marks.size(str(font.height / 20))
        return told or (marks.INVISIBLE if self._ink_on_ink(form, font) else None)

    def _ink_on_ink(self, form: Any, font: Any) -> bool:
        """White text on no fill, or text in the colour of its fill."""
        fill = form.background
        ink = self.book.colour_map.get(font.colour_index)
        if fill.fill_pattern == _NO_FILL:
            return bool(ink == _WHITE)
        return (
            ink is not None
            and fill.fill_pattern == _SOLID_FILL
            and ink == self._colour(fill.pattern_colour_index)
        )

    def _colour(self, index: int) -> tuple[int, int, int] | None:
        colour: tuple[int, int, int] | None = self.book.colour_map.get(index)
        return colour


class _SheetReader:
    """One sheet: what is seen of each cell, and why it may not be believed."""

    def __init__(
        self,
        name: str,
        book: xlrd.Book,
        source: xlrd.sheet.Sheet,
        records: biff.Records,
        styles: _Styles,
        caps: Caps,
    ) -> None:
        self.name, self.book, self.source = name, book, source
        self.records, self.styles, self.caps = records, styles, caps

    def sheet(self) -> Sheet:
        rows: Grid = {}
        problems: dict[tuple[int, int], Refusal] = {}
        for cell, trouble in self._cells():
            rows.setdefault(cell.row, {})[cell.column] = cell
            if trouble:
                problems[cell.row, cell.column] = Refusal(
                    *trouble, self._place(cell.row, cell.column), cell.text
                )
        merged = self._merged()
        for row, column in _covered(merged, rows):
            cell = rows[row][column] = rows[row][column]._replace(hidden=True)
            problems[row, column] = Refusal(*marks.COVERED, self._place(row, column), cell.text)
        return Sheet(self.source.name, rows, problems, merged)

    def _merged(self) -> tuple[Area, ...]:
        caps = self.caps
        return tuple(
            (top + 1, left + 1, min(bottom, caps.rows), min(right, caps.columns))
            for top, bottom, left, right in self.source.merged_cells
        )

    def _cells(self) -> Iterator[tuple[Cell, Trouble]]:
        """In reading order. Only what the records call a cell counts; blank formatted ones are
        nothing."""
        for row, column in sorted(self.records.cells):
            style = self.styles.of(self.source.cell_xf_index(row - 1, column - 1))
            said, kind, shown, trouble = self._value(row, column, style)
            if len(said) > self.caps.cell_text:
                raise Refused([self._too_long(row, column, said)])
            if (row, column) in self.records.formulas:
                said, kind, shown, trouble = said or "=", "formula", "", marks.formula(said)
            if not said.strip() and trouble is None:
                continue
            hidden = self._hidden(row, column)
            yield Cell(said, kind, row, column, hidden, shown), _worst(hidden, style, trouble)

    def _value(self, row: int, column: int, style: _Style) -> tuple[str, str, str, Trouble]:
        """(what a person reads, how it is stored, a rounded form the sheet shows, why it cannot be
        believed)."""
        import xlrd

        value, kind = (
            self.source.cell_value(row - 1, column - 1),
            self.source.cell_type(row - 1, column - 1),
        )
        if kind == xlrd.XL_CELL_BOOLEAN:
            return ("TRUE" if value else "FALSE"), "boolean", "", None
        if kind == xlrd.XL_CELL_ERROR:
            said = xlrd.error_text_from_code.get(value, f"#ERROR {value}")
            return said, "error", "", marks.error_value(said)
        if isinstance(value, float):  # xlrd calls it a text under a format that it does not know
            return self._number(value, style.pattern)
        runs = self._runs(row, column)
        said = _with_raised(
            str(value),
            [
                (0, style.raised and bool(runs)),
                *((start, font.escapement == 1) for start, font in runs),
            ],
        )
        struck = marks.PARTLY_STRUCK if any(font.struck_out for _, font in runs) else None
        struck = struck or next((why for _, font in runs if (why := marks.font(font.name))), None)
        return said, "text", "", shown_text(style.pattern) or struck or marks.controls(said)

    def _number(self, value: float, pattern: str) -> tuple[str, str, str, Trouble]:
        if is_date(pattern):
            said, trouble = day_of(value, pattern, since_1904=bool(self.book.datemode))
            return said, "date", "", trouble
        found = shown_number(stored(value), pattern)
        blank = value == 0 and not self.records.shows_zeros
        return found.text, "number", found.shown, marks.NO_ZEROS if blank else found.trouble

    def _runs(self, row: int, column: int) -> list[tuple[int, Any]]:
        """(first character, font) of each stretch of a text with fonts of its own."""
        runs = self.source.rich_text_runlist_map.get((row - 1, column - 1), ())
        return [(start, self.book.font_list[font]) for start, font in runs]

    @cached_property
    def _hidden_columns(self) -> frozenset[int]:
        """By the hidden flag or by a width of nothing."""
        flagged = {column for column, shape in self.source.colinfo_map.items() if shape.hidden}
        flat = {
            column
            for column in range(self.caps.columns)
            if column < 256 and not self._width(column)
        }
        return frozenset(column + 1 for column in flagged | flat)

    def _width(self, column: int) -> int:
        return int(self.source.computed_column_width(column))

    def _hidden(self, row: int, column: int) -> bool:
        shape = self.source.rowinfo_map.get(row - 1)
        row_hidden = (
            self.source.default_row_hidden if shape is None else shape.hidden or not shape.height
        )
        return bool(self.source.visibility or row_hidden or column in self._hidden_columns)

    def _place(self, row: int, column: int) -> CellRef:
        return CellRef(self.name, self.source.name, cell_name(row, column))

    def _too_long(self, row: int, column: int, said: str) -> Refusal:
        message = f"this cell holds {len(said):,} characters; the limit is {self.caps.cell_text:,}"
        return Refusal("too-large", message, self._place(row, column))


def _worst(hidden: bool, style: _Style, trouble: Trouble) -> Trouble:
    if hidden:
        return marks.HIDDEN
    if style.struck:
        return marks.STRUCK
    return trouble or style.veil


def _covered(merged: tuple[Area, ...], rows: Grid) -> Iterator[tuple[int, int]]:
    """The cells that hold something below a merged area's text."""
    for top, left, bottom, right in merged:
        for row in range(top, bottom + 1):
            for column in [column for column in rows.get(row, ()) if left <= column <= right]:
                if (row, column) != (top, left):
                    yield row, column


def _with_raised(text: str, runs: list[tuple[int, bool]]) -> str:
    """The text with raised digits as such; each run is where it starts and whether it is raised."""
    ends = [start for start, _ in runs[1:]] + [len(text)]
    parts = [text[start:end] for (start, _), end in zip(runs, ends, strict=True)]
    return "".join(
        part.translate(marks.RAISED) if raised else part
        for part, (_, raised) in zip(parts, runs, strict=True)
    )
