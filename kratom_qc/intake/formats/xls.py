"""xls (Excel 5.0 to 2003) → sheets of cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Refused
from kratom_qc.intake.formats import biff, cell_problems
from kratom_qc.intake.formats.cell_problems import CellProblem, CellValue
from kratom_qc.intake.formats.numformat import (
    BUILTIN,
    fifteen_digits,
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

_WHITE = (255, 255, 255)
_NO_FILL, _SOLID_FILL = 0, 1
_SUPERSCRIPT = 1  # of a font's escapement
_TWIPS = 20  # of a point


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
    return [
        _SheetReader(name, book, source, records, formats, caps).sheet()
        for source, records in zip(book.sheets(), stream.sheets, strict=True)
    ]


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
            )
        return self._formats[index]

    def _pattern(self, key: int) -> str:
        stated = self._book.format_map.get(key)
        pattern: str | None = stated.format_str if stated else None
        return pattern or BUILTIN.get(key, "General")

    def _problem(self, record: Any, font: Any) -> CellProblem | None:
        problem = cell_problems.symbol_font(font.name)
        problem = problem or cell_problems.font_size(str(font.height / _TWIPS))
        if problem is None and self._is_invisible(record.background, font):
            problem = cell_problems.INVISIBLE
        return problem

    def _is_invisible(self, fill: Any, font: Any) -> bool:
        """White text on no fill, or text in the colour of its fill."""
        colours = self._book.colour_map
        ink = colours.get(font.colour_index)
        if fill.fill_pattern == _NO_FILL:
            return bool(ink == _WHITE)
        if ink is None or fill.fill_pattern != _SOLID_FILL:
            return False
        return bool(ink == colours.get(fill.pattern_colour_index))


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
            return self._number(value, cell_format.pattern)
        return self._text(str(value), row, column, cell_format)

    def _text(self, text: str, row: int, column: int, cell_format: _CellFormat) -> CellValue:
        runs = self._runs(row, column)
        if runs:
            raised = [(start, font.escapement == _SUPERSCRIPT) for start, font in runs]
            text = _with_superscripts(text, [(0, cell_format.raised), *raised])
        problem = shown_text(cell_format.pattern) or _problem_of_runs([font for _, font in runs])
        return CellValue(text, "text", problem or cell_problems.control_character(text))

    def _number(self, value: float, pattern: str) -> CellValue:
        if is_date(pattern):
            return day_of(value, pattern, since_1904=bool(self._book.datemode))
        cell_value = shown_number(fifteen_digits(value), pattern)
        if value == 0 and not self._records.shows_zeros:
            return cell_value._replace(problem=cell_problems.NO_ZEROS)
        return cell_value

    def _runs(self, row: int, column: int) -> list[tuple[int, Any]]:
        """(first character, font) of each stretch of a text with fonts of its own."""
        runs = self._source.rich_text_runlist_map.get((row - 1, column - 1), ())
        return [(start, self._book.font_list[font]) for start, font in runs]

    @cached_property
    def _hidden_columns(self) -> frozenset[int]:
        """By the hidden flag or by a width of nothing."""
        shapes = self._source.colinfo_map.items()
        flagged = {column + 1 for column, shape in shapes if shape.hidden}
        columns = range(min(self._caps.columns, biff.MOST_COLUMNS))
        flat = {
            column + 1 for column in columns if not int(self._source.computed_column_width(column))
        }
        return frozenset(flagged | flat)

    def _is_hidden(self, row: int, column: int) -> bool:
        shape = self._source.rowinfo_map.get(row - 1)
        if shape is None:
            row_hidden = self._source.default_row_hidden
        else:
            row_hidden = shape.hidden or not shape.height
        return bool(self._source.visibility or row_hidden or column in self._hidden_columns)


def _problem_of_runs(fonts: list[Any]) -> CellProblem | None:
    if any(font.struck_out for font in fonts):
        return cell_problems.PARTLY_STRUCK
    problems = (cell_problems.symbol_font(font.name) for font in fonts)
    return next((problem for problem in problems if problem), None)


def _with_superscripts(text: str, runs: list[tuple[int, bool]]) -> str:
    """The text with raised digits as such; each run is where it starts and whether it is raised."""
    ends = [start for start, _ in runs[1:]] + [len(text)]
    pieces = []
    for (start, raised), end in zip(runs, ends, strict=True):
        piece = text[start:end]
        pieces.append(piece.translate(cell_problems.SUPERSCRIPTS) if raised else piece)
    return "".join(pieces)
