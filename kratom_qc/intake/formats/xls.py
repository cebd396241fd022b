"""xls (Excel 5.0 to 2003) → sheets of cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Refused
from kratom_qc.intake.formats import biff, cell_problems
from kratom_qc.intake.formats.biff_texts import ConditionalLook
from kratom_qc.intake.formats.cell_problems import CellProblem, CellValue
from kratom_qc.intake.formats.colours import BLACK, WHITE, Colour, indistinguishable
from kratom_qc.intake.formats.numformat import (
    BUILTIN,
    fifteen_digits,
    ink,
    is_date,
    shown_number,
    shown_text,
)
from kratom_qc.intake.formats.serial import day_of
from kratom_qc.intake.formats.sheet_builder import SheetBuilder
from kratom_qc.intake.refusals import refused
from kratom_qc.intake.sheets import CellRange, Sheet, cell_name
from kratom_qc.settings import Caps

if TYPE_CHECKING:
    import xlrd

_NO_FILL, _SOLID_FILL = 0, 1
_SUPERSCRIPT = 1  # of a font's escapement
_TWIPS = 20  # of a point
_LEAST_HEIGHT, _LEAST_WIDTH = 80, 154  # four points, and 0.6 of a character's 256


def read(name: str, raw: bytes, caps: Caps) -> tuple[list[Sheet], list[Remark]]:
    """An xls workbook's sheets, and a remark where it holds macros. Raises Refused where it cannot
    be opened safely or is too large."""
    stream = biff.open_stream(name, raw, caps)
    try:
        sheets = _sheets(name, stream, caps)
    except Refused:
        raise
    except Exception as error:  # xlrd raises a dozen kinds on damaged files
        raise biff.damaged(name, type(error).__name__) from None
    return sheets, [cell_problems.macros(name)] if stream.macros else []


def _sheets(name: str, stream: biff.WorkbookStream, caps: Caps) -> list[Sheet]:
    import xlrd

    book = xlrd.open_workbook(
        file_contents=stream.content, formatting_info=True, ragged_rows=True, logfile=_NoLog()
    )
    titles = [title.casefold() for title in book.sheet_names()]
    if len(set(titles)) < len(titles):
        raise biff.damaged(name, "two sheets have the same name")
    formats = _CellFormats(book)
    sheets = [
        _SheetReader(name, book, source, records, formats, caps).sheet()
        for source, records in zip(book.sheets(), stream.sheets, strict=True)
    ]
    charts = (Sheet(title, {}, {}, texts=tuple(beside.texts)) for title, beside in stream.charts)
    return [*sheets, *charts]


class _NoLog:
    """Takes what xlrd writes of oddities in a file; by default that goes to standard output."""

    def write(self, _text: str) -> None:
        """Drop a line."""


@dataclass(frozen=True, slots=True)
class _CellFormat:
    """What a cell's format does to what is seen of it."""

    pattern: str
    struck: bool
    raised: bool
    problem: CellProblem | None
    backgrounds: tuple[Colour, ...]


class _CellFormats:
    """The cell formats (XF records) of a workbook, each looked at once."""

    def __init__(self, book: xlrd.Book) -> None:
        self._book = book
        self._formats: dict[int, _CellFormat] = {}

    def cell_format(self, index: int) -> _CellFormat:
        if index not in self._formats:
            record = self._book.xf_list[index]
            font = self._book.font_list[record.font_index]
            self._formats[index] = _CellFormat(
                self._pattern(record.format_key),
                bool(font.struck_out),
                font.escapement == _SUPERSCRIPT,
                self._problem(record, font),
                self._backgrounds(record.background),
            )
        return self._formats[index]

    def colour(self, number: int | None) -> Colour | None:
        """A colour by its number in the palette; None where the program chooses."""
        channels = self._book.colour_map.get(number)
        return Colour(*(channel / 255 for channel in channels)) if channels else None

    def alters(self, look: ConditionalLook) -> bool:
        """Whether a conditional format changes what is read."""
        fills = [self.colour(number) or WHITE for number in look.fills] or [WHITE]
        ink = self.colour(look.ink) or BLACK
        return look.alters or any(indistinguishable(ink, (fill,)) for fill in fills)

    def _pattern(self, key: int) -> str:
        stated = self._book.format_map.get(key)
        pattern: str | None = stated.format_str if stated else None
        return pattern or BUILTIN.get(key, "General")

    def _problem(self, record: Any, font: Any) -> CellProblem | None:
        problem = cell_problems.symbol_font(font.name)
        problem = problem or cell_problems.font_size(str(font.height / _TWIPS))
        if problem is None and self.is_lost(font, self._backgrounds(record.background)):
            problem = cell_problems.INVISIBLE
        return problem

    def is_lost(self, font: Any, backgrounds: tuple[Colour, ...]) -> bool:
        """Whether nobody can tell text of this font from what is behind it."""
        return indistinguishable(self.colour(font.colour_index) or BLACK, backgrounds)

    def _backgrounds(self, fill: Any) -> tuple[Colour, ...]:
        """Every colour behind a cell with this fill."""
        if fill.fill_pattern == _NO_FILL:
            return (WHITE,)
        pattern = self.colour(fill.pattern_colour_index)
        if fill.fill_pattern == _SOLID_FILL:
            return (pattern or WHITE,)
        return (pattern or BLACK, self.colour(fill.background_colour_index) or WHITE)


class _SheetReader:
    """One sheet: what is seen of each cell, and why it may not be believed. Rows and columns are
    1-based here, and 0-based in xlrd."""

    def __init__(
        self,
        name: str,
        book: xlrd.Book,
        source: xlrd.sheet.Sheet,
        records: biff.SheetRecords,
        formats: _CellFormats,
        caps: Caps,
    ) -> None:
        self._name, self._book, self._source = name, book, source
        self._records, self._formats, self._caps = records, formats, caps

    def sheet(self) -> Sheet:
        """The sheet. Only what the records call a cell counts; blank formatted ones are nothing.
        Raises Refused where a cell holds too much."""
        builder = SheetBuilder(self._name, self._source.name)
        for row, column in sorted(self._records.cells):
            self._add_cell(builder, row, column)
        caps = self._caps
        for top, bottom, left, right in self._source.merged_cells:
            last_row, last_column = min(bottom, caps.rows), min(right, caps.columns)
            builder.merged.append(CellRange(top + 1, left + 1, last_row, last_column))
        builder.hide_merged()
        beside = self._records.beside
        for text in beside.texts:
            builder.add_text(text)
        builder.mark(beside.covered, cell_problems.UNDER_A_DRAWING)
        for look in beside.conditional:
            if self._formats.alters(look):
                builder.mark(look.ranges, cell_problems.CONDITIONAL)
        return builder.sheet()

    def _add_cell(self, builder: SheetBuilder, row: int, column: int) -> None:
        index = self._source.cell_xf_index(row - 1, column - 1)
        cell_format = self._formats.cell_format(index)
        cell_value = self._value(row, column, cell_format)
        length, most = len(cell_value.text), self._caps.cell_text
        if length > most:
            message = f"this cell holds {length:,} characters; the limit is {most:,}"
            cell = cell_name(row, column)
            raise refused(self._name, "too-large", message, self._source.name, cell)
        if (row, column) in self._records.formulas:
            problem = cell_problems.formula(cell_value.text)
            cell_value = CellValue(cell_value.text or "=", "formula", problem)
        if cell_value.text.strip() or cell_value.problem is not None:
            worst = cell_value.problem or cell_format.problem
            if cell_format.struck:
                worst = cell_problems.STRUCK
            builder.add(row, column, cell_value, worst, self._is_hidden(row, column))

    def _value(self, row: int, column: int, cell_format: _CellFormat) -> CellValue:
        import xlrd

        value = self._source.cell_value(row - 1, column - 1)
        kind = self._source.cell_type(row - 1, column - 1)
        if kind == xlrd.XL_CELL_BOOLEAN:
            return CellValue("TRUE" if value else "FALSE", "boolean")
        if kind == xlrd.XL_CELL_ERROR:
            text = xlrd.error_text_from_code.get(value, f"#ERROR {value}")
            return CellValue(text, "error", cell_problems.error_value(text))
        if isinstance(value, float):  # xlrd calls it a text under a format that it does not know
            return self._number(value, cell_format)
        return self._text(str(value), row, column, cell_format)

    def _text(self, text: str, row: int, column: int, cell_format: _CellFormat) -> CellValue:
        runs = self._runs(row, column)
        if runs:
            raised = [(start, font.escapement == _SUPERSCRIPT) for start, font in runs]
            text = _with_superscripts(text, [(0, cell_format.raised), *raised])
        fonts = [font for _, font in runs]
        problem = shown_text(cell_format.pattern) or self._problem_of_runs(fonts, cell_format)
        if problem is None and self._is_lost(None, cell_format):
            problem = cell_problems.INVISIBLE
        return CellValue(text, "text", problem or cell_problems.control_character(text))

    def _number(self, value: float, cell_format: _CellFormat) -> CellValue:
        pattern = cell_format.pattern
        if is_date(pattern):
            cell_value = day_of(value, pattern, since_1904=bool(self._book.datemode))
        else:
            cell_value = shown_number(fifteen_digits(value), pattern)
        if value == 0 and not self._records.shows_zeros:
            return cell_value._replace(problem=cell_problems.NO_ZEROS)
        if cell_value.problem is None and self._is_lost(value, cell_format):
            return cell_value._replace(problem=cell_problems.INVISIBLE)
        return cell_value

    def _is_lost(self, value: float | None, cell_format: _CellFormat) -> bool:
        """Whether the number format writes a cell in the colour of its background; `value` is that
        of a number."""
        colour = ink(cell_format.pattern, None if value is None else fifteen_digits(value))
        return colour is not None and indistinguishable(colour, cell_format.backgrounds)

    def _problem_of_runs(self, fonts: list[Any], cell_format: _CellFormat) -> CellProblem | None:
        if any(font.struck_out for font in fonts):
            return cell_problems.PARTLY_STRUCK
        if any(self._formats.is_lost(font, cell_format.backgrounds) for font in fonts):
            return cell_problems.INVISIBLE
        problems = (
            cell_problems.symbol_font(font.name)
            or cell_problems.font_size(str(font.height / _TWIPS))
            for font in fonts
        )
        return next((problem for problem in problems if problem), None)

    def _runs(self, row: int, column: int) -> list[tuple[int, Any]]:
        """(first character, font) of each stretch of a text with fonts of its own."""
        runs = self._source.rich_text_runlist_map.get((row - 1, column - 1), ())
        return [(start, self._book.font_list[font]) for start, font in runs]

    @cached_property
    def _hidden_columns(self) -> frozenset[int]:
        """By the hidden flag, or too narrow for anybody to see."""
        shapes = self._source.colinfo_map.items()
        flagged = {column + 1 for column, shape in shapes if shape.hidden}
        columns = range(min(self._caps.columns, biff.MOST_COLUMNS))
        flat = {
            column + 1
            for column in columns
            if self._source.computed_column_width(column) < _LEAST_WIDTH
        }
        return frozenset(flagged | flat)

    def _is_hidden(self, row: int, column: int) -> bool:
        shape = self._source.rowinfo_map.get(row - 1)
        if shape is None:
            row_hidden = self._source.default_row_hidden
        else:
            row_hidden = shape.hidden or shape.height < _LEAST_HEIGHT
        return bool(self._source.visibility or row_hidden or column in self._hidden_columns)


def _with_superscripts(text: str, runs: list[tuple[int, bool]]) -> str:
    """The text with raised digits as such; each run is where it starts and whether it is raised."""
    ends = [start for start, _ in runs[1:]] + [len(text)]
    pieces = []
    for (start, raised), end in zip(runs, ends, strict=True):
        piece = text[start:end]
        pieces.append(piece.translate(cell_problems.SUPERSCRIPTS) if raised else piece)
    return "".join(pieces)
