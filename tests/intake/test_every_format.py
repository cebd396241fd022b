"""The same certificate reads alike as csv, xlsx, xls and ods, and so does the same trouble in one of its cells."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from kratom_qc.app.reading import Reading, read_content
from tests.factory.ods import blank, column, ods_bytes, row, stored, style, table, text
from tests.factory.sheets import Dress, canonical, csv_bytes, troubles, xlsx_bytes
from tests.factory.xls import Broken, Dressed, Formula, Look, XlsSheet, xls_bytes

ROWS: list[list[Any]] = [
    ["Batch", "L-1", "Form", "Leaf powder"],
    [],
    ["Analyte", "Result", "Unit", "LOD"],
    ["Mitragynine", 1.52, "%", 0.001],
    ["Lead", 0.21, "mg/kg", 0.01],
    ["Cadmium", "<0.05", "mg/kg", 0.01],
    ["Mercury", "ND", "mg/kg", 0.01],
    ["Salmonella", "Absent in 25 g", "", None],
]


def as_xls(rows: list[list[Any]], **shape: Any) -> bytes:
    return xls_bytes(XlsSheet(rows=[[None if cell == "" else cell for cell in line] for line in rows], **shape))


def as_ods(rows: list[list[Any]], styles: str = "", columns: str = "") -> bytes:
    lines = [row(*map(_cell, line)) for line in rows]
    return ods_bytes(table("Results", columns, *lines), styles=styles)


def _cell(value: Any) -> str:
    if value is None or value == "":
        return blank()
    if isinstance(value, str):
        return value if value.startswith("<table:") else text(value)
    return stored("float", value, str(value))


def read(name: str, raw: bytes) -> Reading:
    return read_content(name, raw)


@pytest.mark.parametrize(
    ("name", "raw"),
    [("c.xlsx", xlsx_bytes(ROWS)), ("c.xls", as_xls(ROWS)), ("c.ods", as_ods(ROWS))],
    ids=["xlsx", "xls", "ods"],
)
def test_the_same_certificate_reads_alike_in_every_format(name: str, raw: bytes) -> None:
    assert canonical(read(name, raw)) == canonical(read("c.csv", csv_bytes(ROWS)))


def with_lead(cell: Any) -> list[list[Any]]:
    """The certificate with another result for lead, in B5."""
    return [["Lead", cell, *line[2:]] if line[:1] == ["Lead"] else line for line in ROWS]


def _xlsx(value: Any, pattern: str = "General", strike: bool = False, colour: str = "FF000000") -> bytes:
    def dress(book: Workbook) -> None:
        cell = book["Results"]["B5"]
        cell.number_format, cell.font = pattern, Font(strike=strike, color=colour)

    return xlsx_bytes(with_lead(value), dress)


def _hidden(book: Workbook) -> None:
    book["Results"].column_dimensions["B"].hidden = True


_HIDE: Dress = _hidden
_STRIKE = style("s", "table-cell", '<style:text-properties style:text-line-through-style="solid"/>')
_WHITE = style("w", "table-cell", '<style:text-properties fo:color="#ffffff"/>')
TROUBLE: list[tuple[str, bytes, bytes, bytes]] = [
    ("struck-out", _xlsx(0.21, strike=True), as_xls(with_lead(Dressed(0.21, Look(strike=True)))),
     as_ods(with_lead(stored("float", 0.21, "0.21", style_name="s")), _STRIKE)),
    ("invisible", _xlsx(0.21, colour="FFFFFFFF"), as_xls(with_lead(Dressed(0.21, Look(colour=9)))),
     as_ods(with_lead(stored("float", 0.21, "0.21", style_name="w")), _WHITE)),
    ("formula", _xlsx("=1+1"), as_xls(with_lead(Formula(2.0))),
     as_ods(with_lead(stored("float", 2, "2", formula="of:=1+1")))),
    ("error-value", _xlsx("#N/A"), as_xls(with_lead(Broken(0x2A))), as_ods(with_lead("#N/A"))),
    ("shown-differs", _xlsx(9.9, '"ND"'), as_xls(with_lead(Dressed(9.9, Look('"ND"')))),
     as_ods(with_lead(stored("float", 9.9, "ND")))),
    ("time-value", _xlsx(0.0486111111111111, "h:mm"), as_xls(with_lead(Dressed(0.0486111111111111, Look("h:mm")))),
     as_ods(with_lead(stored("time", "PT01H10M00S", "01:10")))),
    ("date-impossible", _xlsx(60, "yyyy-mm-dd"), as_xls(with_lead(Dressed(60.0, Look("yyyy-mm-dd")))),
     as_ods(with_lead(stored("date", "1899-12-30", "1899-12-30")))),
    ("hidden", xlsx_bytes(ROWS, _HIDE), as_xls(ROWS, columns={1: (2000, True)}),
     as_ods(ROWS, columns=column() + column(visibility="collapse"))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "xlsx", "xls", "ods"), TROUBLE, ids=[code for code, *_ in TROUBLE])
def test_the_same_trouble_holds_in_every_format(code: str, xlsx: bytes, xls: bytes, ods: bytes) -> None:
    for name, raw in (("c.xlsx", xlsx), ("c.xls", xls), ("c.ods", ods)):
        assert (code, "B5") in troubles(read(name, raw)), name
