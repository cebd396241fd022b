"""csv, tsv and semicolon-separated text → one sheet of cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import Cell, CellRef
from kratom_qc.intake.formats import cell_problems, dialect
from kratom_qc.intake.formats.cell_problems import CellProblem
from kratom_qc.intake.formats.encoding import text_of
from kratom_qc.intake.refusals import refused
from kratom_qc.intake.sheets import Grid, Sheet, cell_name
from kratom_qc.settings import Caps

_HEAD = 65_536  # bytes
_BLANKS = " \t\n"


def read(name: str, raw: bytes, caps: Caps) -> tuple[list[Sheet], list[Remark]]:
    """A text table as one sheet without a name. Rows are counted as a spreadsheet shows them.

    Raises Refused where encoding, separator or quotes are not certain, and where a cap is passed.
    """
    text, remarks = text_of(name, raw)
    # A field has two quotation marks, and few have more.
    _check_cells(name, text.count('"') // 4, caps)
    ended = text.endswith("\n")
    text, stated = dialect.split_off_sep(name, text.rstrip("\n"))
    if '"' not in text:  # every line is a row: too many are refused before one of them is kept
        _check_rows(name, text.count("\n") + 1, text, caps)
    delimiter = stated or dialect.delimiter(name, text)
    text, stray = _mended(name, text, delimiter) if '"' in text else (text, {})
    rows, widths = _grid(name, text, delimiter, caps)
    problems = _control_characters(name, rows) if not _is_clean(text) else {}
    problems |= _beside_stray_quotes(name, rows, stray)
    if rows and not (ended or text.endswith('"')):
        problems |= _cut_off(name, rows)
    return [Sheet("", rows, problems, widths=widths)], remarks


def _is_clean(text: str) -> bool:
    return cell_problems.control_character(text) is None


def _control_characters(name: str, rows: Grid) -> dict[tuple[int, int], Problem]:
    """The cells in which a character stands that nobody can see."""
    return {
        (row, column): _problem(name, cell, problem)
        for row, cells in rows.items()
        for column, cell in cells.items()
        if (problem := cell_problems.control_character(cell.text)) is not None
    }


def _cut_off(name: str, rows: Grid) -> dict[tuple[int, int], Problem]:
    """The very last cell of a file that does not end its last line, unless it says the words of
    another cell of its column: a part of a number is a number too."""
    row = max(rows)
    column, cell = max(rows[row].items())
    elsewhere = (
        cells[column].text for number, cells in rows.items() if number != row and column in cells
    )
    is_last_column = column == max(map(max, rows.values()))
    has_digit = any(letter.isdigit() for letter in cell.text)
    if is_last_column and not has_digit and cell.text in elsewhere:
        return {}
    return {(row, column): _problem(name, cell, cell_problems.LAST_LINE)}


def _problem(name: str, cell: Cell, problem: CellProblem) -> Problem:
    return Problem(*problem, CellRef(name, "", cell_name(cell.row, cell.column)), cell.text)


def head(raw: bytes) -> list[Sheet]:
    """The first lines of a text that is refused, as far as they can be told apart: enough for what
    stands above a table."""
    text = raw[:_HEAD].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    delimiter = max(dialect.DELIMITERS, key=text.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: Grid = {}
    with _fields_of_any_length(_HEAD):
        for row, fields in enumerate(lines, start=1):
            cells = {
                column: Cell(field.strip(), "text", row, column)
                for column, field in enumerate(fields, 1)
                if field.strip()
            }
            if cells:
                rows[row] = cells
    return [Sheet("", rows, {})]


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
    for row, fields in enumerate(_records(text, delimiter), start=1):
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


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The fields of every row."""
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


def _mended(name: str, text: str, delimiter: str) -> tuple[str, dict[int, str]]:
    """(the text with every field of a line in quotes where one of them stands out of place, these
    rows with what is wrong). Raises Refused where a quote is never closed, or swallows
    lines: then nobody can say where a row ends."""
    position, row, kept = 0, 1, 0
    mended, wrong = list[str](), dict[int, str]()
    while (quote := text.find('"', position)) >= 0:
        row += text.count("\n", position, quote)
        stray, close = _stray_at(name, text, quote, delimiter)
        if not stray:
            position = close + 1
            continue
        wrong[row] = stray
        start, end = text.rfind("\n", 0, quote) + 1, _end_of_line(text, quote)
        mended += [text[kept:start], _in_quotes(text[start:end], delimiter)]
        kept = position = end
    return "".join([*mended, text[kept:]]), wrong


def _stray_at(name: str, text: str, quote: int, delimiter: str) -> tuple[str, int]:
    """(what is wrong with the quotation mark at a position, else nothing; where its field
    closes)."""
    ends = (delimiter, "\n")
    if quote and text[quote - 1] not in ends:
        return f"line {_line(text, quote)} has a quotation mark inside a field", quote
    close = _closing_quote(text, quote + 1)
    if close < 0:
        message = f"the quotation mark that opens in line {_line(text, quote)} is never closed"
        advice = "Close it, or export the certificate again"
        raise refused(name, "damaged", f"{message}: the rest of the file is cut off. {advice}")
    if close + 1 == len(text) or text[close + 1] in ends:
        return "", close
    if close >= _end_of_line(text, quote):
        message = f"line {_line(text, quote)} opens a quotation mark that closes in another line"
        raise refused(name, "stray-quote", f"{message}; write quotes inside a field twice")
    return f"line {_line(text, quote)} goes on behind a closing quotation mark", close


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _end_of_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _in_quotes(line: str, delimiter: str) -> str:
    fields = (field.replace('"', '""') for field in line.split(delimiter))
    return delimiter.join(f'"{field}"' for field in fields)


def _beside_stray_quotes(
    name: str, rows: Grid, wrong: dict[int, str]
) -> dict[tuple[int, int], Problem]:
    """The cells of a row in which a quotation mark stands out of place: where each of them ends is
    not certain."""
    advice = "write it twice and the whole field in quotes"
    return {
        (row, column): Problem(
            "stray-quote", f"{why}; {advice}", CellRef(name, "", cell_name(row, column)), cell.text
        )
        for row, why in wrong.items()
        for column, cell in rows.get(row, {}).items()
    }


def _closing_quote(text: str, start: int) -> int:
    """Where the field that opened before `start` closes, over doubled quotes; -1 if nowhere."""
    while (quote := text.find('"', start)) >= 0:
        if text[quote + 1 : quote + 2] != '"':
            return quote
        start = quote + 2
    return -1
