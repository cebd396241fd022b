"""Bad tables, names, numbers and dates (bad_inputs B39–B91): a leaf certificate that passes, with one thing wrong in it."""

from __future__ import annotations

from datetime import date

from tests.factory.sheets import csv_bytes
from tests.hostile.book import Table, Value, book, cell, row, rows, rows_of, sheet, styles

LEAD = 12  # the row of lead in `rows_of`


def text(table: Table, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """The table as csv in some encoding."""
    return csv_bytes(table, delimiter).decode().encode(encoding)


def changed(said: str, unit: str = "mg/kg", analyte: str = "Lead") -> bytes:
    """The certificate as csv, where one analyte says something else."""
    return text(rows_of(**{analyte: (said, unit)}))


def missing(analyte: str) -> bytes:
    """The certificate without one of its tests."""
    return text(rows_of(**{analyte: None}))


def with_column(header: str, lead: str, *, said: str = "0.30", unit: str = "mg/kg") -> bytes:
    """The certificate with a further column that speaks of lead alone."""
    table = rows_of(Lead=(said, unit))
    table[3] = [*table[3], header]
    table[LEAD - 1] = [*table[LEAD - 1], lead]
    return text([line if len(line) == 4 or number < 4 else [*line, ""] for number, line in enumerate(table)])


def named(batch: str) -> bytes:
    """The certificate of a batch of this name."""
    return text([["Batch", batch], *rows_of()[1:]])


def with_fact(label: str, said: str) -> bytes:
    """The certificate with a further line in its header block."""
    return text([*rows_of()[:2], [label, said], *rows_of()[2:]])


def wide(batches: list[str], header: list[str], values: list[list[str]]) -> bytes:
    """One row per batch."""
    stated = zip(batches, values, strict=True)
    lines: list[list[Value]] = [[batch, "Leaf powder", "2026-11-01", *said] for batch, said in stated]
    return text([["Batch", "Form", "Date Issued", *header], *lines])


# ---------------------------------------------------------------- workbooks


def stored(value: Value, pattern: str, *, at: int = LEAD, column: int = 2, table: Table | None = None) -> bytes:
    """The certificate as a workbook, with a number stored in one cell under a number format."""
    lines = [list(line) for line in (table or rows_of())]
    lines[at - 1][column - 1] = None
    here = f'<c r="{"ABC"[column - 1]}{at}" s="1"><v>{value}</v></c>'
    return book(sheet(_with_cell(lines, at, column, here)), styles(pattern))


def raw_cell(inside: str, kind: str = "") -> bytes:
    """The certificate with a result of lead written as XML."""
    table = rows_of()
    table[LEAD - 1] = ["Lead", None, "mg/kg"]
    attribute = f' t="{kind}"' if kind else ""
    return book(sheet(_with_cell(table, LEAD, 2, f'<c r="B{LEAD}"{attribute}>{inside}</c>')))


def _with_cell(lines: Table, at: int, column: int, here: str) -> str:
    made = []
    for number, line in enumerate(lines, 1):
        if number != at:
            made.append(row(number, line))
            continue
        cells = [cell(number, place, value) for place, value in enumerate(line, 1) if value is not None]
        cells.insert(column - 1, here)
        made.append(f'<row r="{number}">{"".join(cells)}</row>')
    return "".join(made)


def hidden_row() -> bytes:
    table = rows_of(Lead=("9.9", "mg/kg"))
    return book(sheet("".join(row(at, line, ' hidden="1"' if at == LEAD else "") for at, line in enumerate(table, 1))))


def hidden_column() -> bytes:
    columns = '<cols><col min="2" max="2" width="0" hidden="1"/></cols>'
    return book(sheet(rows(rows_of(Lead=("9.9", "mg/kg"))), before=columns))


def hidden_sheet() -> bytes:
    """Its only sheet is hidden; a spreadsheet would refuse to hide it, a program does not."""
    return book(sheet(rows(rows_of(Lead=("9.9", "mg/kg")))), state="veryHidden")


def merged_batch() -> bytes:
    """A5:A7 is one cell to the eye; only its first holds the lot."""
    table: Table = [
        ["Batch", "Form", "Analyte", "Result", "Unit"],
        ["L-1", "Leaf powder", "Lead", "0.30", "mg/kg"],
        [None, "Leaf powder", "Cadmium", "0.05", "mg/kg"],
        [None, "Leaf powder", "Arsenic", "9.9", "mg/kg"],
    ]
    return book(sheet(rows(table), after='<mergeCells count="1"><mergeCell ref="A2:A4"/></mergeCells>'))


def since_1904(day: date) -> bytes:
    """A date counted from 1904, as old Macs did."""
    table: list[list[Value]] = [*rows_of()[:2], ["Date Tested", None], *rows_of()[2:]]
    serial = (day - date(1904, 1, 1)).days
    inside = _with_cell(table, 3, 2, f'<c r="B3" s="1"><v>{serial}</v></c>')
    return book(sheet(inside), styles("yyyy-mm-dd"), settings='<workbookPr date1904="1"/>')


def long_text() -> bytes:
    return raw_cell(f"<is><t>{'1' * 10_000_000}</t></is>", "inlineStr")


def batch_as(value: Value, pattern: str) -> bytes:
    """The batch id stored as a number under a format."""
    return stored(value, pattern, at=1)


def percent(value: str, pattern: str) -> bytes:
    """Mitragynine in a per-cent cell, without any unit in words."""
    table = rows_of()
    table[4] = ["Mitragynine", None, None]
    return stored(float(value), pattern, at=5, table=table)


def two_tables_below_a_letter() -> bytes:
    """The header stands in row 7, a second table and its own header below a blank row, and a note at the end."""
    table = rows_of()
    head: Table = [["Northern Analytical Ltd"], ["Certificate of Analysis"], [], *table[:2], []]
    return text(
        [*head, table[3], *table[4:9], [], table[3], *table[9:], [], ["Results relate to the sample as received."]]
    )
