"""csv, tsv and semicolon-separated text → one sheet of cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import Cell, CellRef
from kratom_qc.intake.formats import dialect
from kratom_qc.intake.formats.encoding import text_of
from kratom_qc.intake.sheets import Grid, Sheet, cell_name
from kratom_qc.settings import Caps

_BLANKS = " \t\r\n"


def read(name: str, raw: bytes, caps: Caps) -> tuple[list[Sheet], list[Remark]]:
    """A text table as one sheet without a name. Rows are counted as a spreadsheet shows them.

    Raises Refused where encoding, separator or quotes are not certain, and where a cap is passed.
    """
    text, remarks = text_of(name, raw)
    _check_cells(
        name, text.count('"') // 4, caps
    )  # a field has two quotation marks, and few have more
    text, stated = dialect.split_off_sep(name, text.rstrip("\r\n"))
    if (
        '"' not in text
    ):  # then every line is a row, and too many are refused before one of them is kept
        _check_rows(name, text.count("\n") + 1, text, caps)
    mark = stated or dialect.separator(name, text)
    rows, widths = _grid(name, text, mark, caps)
    return [Sheet("", rows, {}, widths=widths)], remarks


def _refused(name: str, code: str, message: str, cell: str = "", said: str = "") -> Refused:
    return Refused([Refusal(code, message, CellRef(name, "", cell), said)])


def _check_rows(name: str, rows: int, text: str, caps: Caps) -> None:
    if rows > caps.rows:
        lines = text.count("\n") + 1
        message = f"the text has more than {caps.rows:,} rows (it has {lines:,} lines); split the file by batch"
        raise _refused(name, "too-large", message)


def _grid(name: str, text: str, mark: str, caps: Caps) -> tuple[Grid, dict[int, int]]:
    rows: Grid = {}
    widths: dict[int, int] = {}
    count = 0
    for row, fields in enumerate(_records(name, text, mark), start=1):
        _check_rows(name, row, text, caps)
        if len(fields) > caps.columns:
            message = (
                f"row {row} has {len(fields):,} columns; the limit is {caps.columns:,} columns"
            )
            raise _refused(name, "too-large", message, cell_name(row, caps.columns + 1))
        widths[row] = len(fields)
        cells = {
            column: Cell(said, "text", row, column)
            for column, said in enumerate(fields, 1)
            if said and said.strip(_BLANKS)
        }
        if cells:
            rows[row] = cells
            count += len(cells)
            _check_cells(name, count, caps)
            _check_lengths(name, cells, caps)
    return rows, widths


def _check_cells(name: str, cells: int, caps: Caps) -> None:
    if cells > caps.cells:
        raise _refused(
            name,
            "too-large",
            f"the text has more than {caps.cells:,} cells; split the file by batch",
        )


def _check_lengths(name: str, cells: dict[int, Cell], caps: Caps) -> None:
    for cell in cells.values():
        if len(cell.text) > caps.cell_text:
            message = (
                f"this cell holds {len(cell.text):,} characters; the limit is {caps.cell_text:,}"
            )
            raise _refused(
                name, "too-large", message, cell_name(cell.row, cell.column), f"{cell.text[:40]}…"
            )


def _records(name: str, text: str, mark: str) -> Iterator[list[str]]:
    """The fields of every row. Quotes are checked first: the csv module takes a stray one for a
    letter."""
    fault = _quote_fault(text, mark) if '"' in text else None
    if fault is not None:
        raise _refused(name, *fault)
    with _fields_of_any_length(len(text)):
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)


@contextmanager
def _fields_of_any_length(longest: int) -> Iterator[None]:
    """The csv module's own limit is one for the whole process, and it does not say which cell
    passed it."""
    before = csv.field_size_limit(max(longest, 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _quote_fault(text: str, mark: str) -> tuple[str, str] | None:
    """(code, message) for a quotation mark that does not open or close a field, with its line."""
    at, end = 0, len(text)
    ends = (mark, "\r", "\n")
    line = 1
    while (quote := text.find('"', at)) >= 0:
        line += text.count("\n", at, quote)
        if quote and text[quote - 1] not in ends:
            message = f"line {line} has a quotation mark inside a field; write it twice and the whole field in quotes"
            return "stray-quote", message
        close = _closing(text, quote + 1)
        if close < 0:
            message = f"the quotation mark that opens in line {line} is never closed: the rest of the file is cut off"
            return "damaged", f"{message}. Close it, or export the certificate again"
        line += text.count("\n", quote, close)
        at = close + 1
        if at < end and text[at] not in ends:
            message = f"line {line} goes on behind a closing quotation mark; write quotes inside a field twice"
            return "stray-quote", message
    return None


def _closing(text: str, at: int) -> int:
    """Where the field that opened before `at` closes, over doubled quotes; -1 if nowhere."""
    while (quote := text.find('"', at)) >= 0:
        if text[quote + 1 : quote + 2] != '"':
            return quote
        at = quote + 2
    return -1
