"""csv, tsv and semicolon-separated text → one sheet of cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.source import Cell
from kratom_qc.intake.formats import dialect
from kratom_qc.intake.formats.encoding import text_of
from kratom_qc.intake.refusals import refused
from kratom_qc.intake.sheets import Grid, Sheet, cell_name
from kratom_qc.settings import Caps

_BLANKS = " \t\r\n"


def read(name: str, raw: bytes, caps: Caps) -> tuple[list[Sheet], list[Remark]]:
    """A text table as one sheet without a name. Rows are counted as a spreadsheet shows them.

    Raises Refused where encoding, separator or quotes are not certain, and where a cap is passed.
    """
    text, remarks = text_of(name, raw)
    # A field has two quotation marks, and few have more.
    _check_cells(name, text.count('"') // 4, caps)
    text, stated = dialect.split_off_sep(name, text.rstrip("\r\n"))
    if '"' not in text:  # every line is a row: too many are refused before one of them is kept
        _check_rows(name, text.count("\n") + 1, text, caps)
    delimiter = stated or dialect.delimiter(name, text)
    rows, widths = _grid(name, text, delimiter, caps)
    return [Sheet("", rows, {}, widths=widths)], remarks


def _check_rows(name: str, rows: int, text: str, caps: Caps) -> None:
    if rows > caps.rows:
        lines = text.count("\n") + 1
        message = f"the text has more than {caps.rows:,} rows (it has {lines:,} lines)"
        raise refused(name, "too-large", f"{message}; split the file by batch")


def _grid(name: str, text: str, delimiter: str, caps: Caps) -> tuple[Grid, dict[int, int]]:
    """The cells that hold something, and the number of fields of every row."""
    rows: Grid = {}
    widths: dict[int, int] = {}
    count = 0
    for row, fields in enumerate(_records(name, text, delimiter), start=1):
        _check_rows(name, row, text, caps)
        if len(fields) > caps.columns:
            limit = f"the limit is {caps.columns:,} columns"
            message = f"row {row} has {len(fields):,} columns; {limit}"
            raise refused(name, "too-large", message, cell=cell_name(row, caps.columns + 1))
        widths[row] = len(fields)
        cells = {
            column: Cell(field, "text", row, column)
            for column, field in enumerate(fields, 1)
            if field and field.strip(_BLANKS)
        }
        if cells:
            rows[row] = cells
            count += len(cells)
            _check_cells(name, count, caps)
            _check_lengths(name, cells, caps)
    return rows, widths


def _check_cells(name: str, cells: int, caps: Caps) -> None:
    if cells > caps.cells:
        message = f"the text has more than {caps.cells:,} cells; split the file by batch"
        raise refused(name, "too-large", message)


def _check_lengths(name: str, cells: dict[int, Cell], caps: Caps) -> None:
    for cell in cells.values():
        if len(cell.text) > caps.cell_text:
            limit = f"the limit is {caps.cell_text:,}"
            message = f"this cell holds {len(cell.text):,} characters; {limit}"
            place = cell_name(cell.row, cell.column)
            raise refused(name, "too-large", message, cell=place, quoted=f"{cell.text[:40]}…")


def _records(name: str, text: str, delimiter: str) -> Iterator[list[str]]:
    """The fields of every row. Quotes are checked first: the csv module takes a stray one for a
    letter."""
    if '"' in text:
        _check_quotes(name, text, delimiter)
    with _fields_of_any_length(len(text)):
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


@contextmanager
def _fields_of_any_length(longest: int) -> Iterator[None]:
    """The csv module's own limit is one for the whole process, and it does not say which cell
    passed it."""
    before = csv.field_size_limit(max(longest, 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _check_quotes(name: str, text: str, delimiter: str) -> None:
    """Refuse a quotation mark that does not open or close a field, with its line."""
    position, line = 0, 1
    ends = (delimiter, "\r", "\n")
    while (quote := text.find('"', position)) >= 0:
        line += text.count("\n", position, quote)
        if quote and text[quote - 1] not in ends:
            advice = "write it twice and the whole field in quotes"
            message = f"line {line} has a quotation mark inside a field; {advice}"
            raise refused(name, "stray-quote", message)
        close = _closing_quote(text, quote + 1)
        if close < 0:
            message = f"the quotation mark that opens in line {line} is never closed"
            advice = "Close it, or export the certificate again"
            raise refused(name, "damaged", f"{message}: the rest of the file is cut off. {advice}")
        line += text.count("\n", quote, close)
        position = close + 1
        if position < len(text) and text[position] not in ends:
            advice = "write quotes inside a field twice"
            message = f"line {line} goes on behind a closing quotation mark; {advice}"
            raise refused(name, "stray-quote", message)


def _closing_quote(text: str, start: int) -> int:
    """Where the field that opened before `start` closes, over doubled quotes; -1 if nowhere."""
    while (quote := text.find('"', start)) >= 0:
        if text[quote + 1 : quote + 2] != '"':
            return quote
        start = quote + 2
    return -1
