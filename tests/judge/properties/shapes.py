"""One certificate in every shape and format that we read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kratom_qc.app.reading import Reading, read_content
from tests.factory import long_csv
from tests.helpers_ods import blank, ods_bytes, table, text
from tests.helpers_ods import row as ods_row
from tests.helpers_sheets import csv_bytes, xlsx_bytes
from tests.helpers_xls import XlsSheet, xls_bytes
from tests.judge.properties.leaf import Rows, lines

Read = Callable[[Rows, Mapping[str, str], str], Reading]


def _cells(rows: Rows, facts: Mapping[str, str]) -> list[list[Any]]:
    return [[_stored(said) for said in line] for line in lines(rows.values(), facts)]


def _stored(said: str) -> Any:
    """Short numbers as numbers, as a spreadsheet stores them."""
    plainly = said.replace(".", "", 1).isdigit() and len(said) < 12
    return float(said) if plainly and str(float(said)) == said else said


def _long(rows: Rows, facts: Mapping[str, str], _: str) -> Reading:
    return read_content("paper.csv", long_csv(rows.values(), **facts))


def _csv(delimiter: str) -> Read:
    def read(rows: Rows, facts: Mapping[str, str], _: str) -> Reading:
        return read_content("paper.csv", csv_bytes(lines(rows.values(), facts), delimiter))

    return read


def _xlsx(rows: Rows, facts: Mapping[str, str], sheet: str) -> Reading:
    return read_content("paper.xlsx", xlsx_bytes({sheet: _cells(rows, facts)}))


def _xls(rows: Rows, facts: Mapping[str, str], sheet: str) -> Reading:
    cells = [[None if cell == "" else cell for cell in line] for line in _cells(rows, facts)]
    return read_content("paper.xls", xls_bytes(XlsSheet(name=sheet, rows=cells)))


def _ods(rows: Rows, facts: Mapping[str, str], sheet: str) -> Reading:
    cells = [ods_row(*(text(str(cell)) if cell != "" else blank() for cell in line)) for line in _cells(rows, facts)]
    return read_content("paper.ods", ods_bytes(table(sheet, *cells)))


SHAPES: dict[str, Read] = {
    "one row per result, with every fact": _long,
    "commas": _csv(","),
    "semicolons": _csv(";"),
    "tabs": _csv("\t"),
    "xlsx": _xlsx,
    "xls": _xls,
    "ods": _ods,
}
