"""Old Excel files: every cell as a person sees it, and why it may not be believed."""

from __future__ import annotations

import datetime as dt
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from kratom_qc.domain.errors import Problem, Refused
from kratom_qc.domain.source import Cell
from kratom_qc.intake.formats import xls
from kratom_qc.intake.sheets import Sheet
from kratom_qc.settings import Caps
from kratom_qc.vocabulary.problems import problem
from tests.factory.xls import (
    RED,
    WHITE,
    Broken,
    Dressed,
    Formula,
    Look,
    Rich,
    XlsSheet,
    ole_bytes,
    record,
    stream_bytes,
    xls_bytes,
)

CAPS = Caps()


def sheets_of(*sheets: XlsSheet, **book: Any) -> list[Sheet]:
    return xls.read("coa.xls", xls_bytes(*sheets, **book), CAPS)[0]


def refusal_of(raw: bytes, caps: Caps = CAPS) -> Problem:
    with pytest.raises(Refused) as refused:
        xls.read("coa.xls", raw, caps)
    (refusal,) = refused.value.refusals
    return refusal


def only(value: Any, **book: Any) -> tuple[Cell, str]:
    """The cell in A1, and the code of what is wrong with it."""
    (sheet,) = sheets_of(XlsSheet(rows=[[value]]), **book)
    problem = sheet.problems.get((1, 1))
    return sheet.rows[1][1], problem.code if problem else ""


def dated(serial: float, pattern: str = "yyyy-mm-dd") -> Dressed:
    return Dressed(serial, Look(pattern))


CELLS: list[tuple[Any, str, str, str]] = [
    # stored, said, kind, code
    ("Lead", "Lead", "text", ""),
    ("µg/g – ‰", "µg/g – ‰", "text", ""),
    (0.26, "0.26", "number", ""),
    (1200.0, "1200", "number", ""),
    (1e-7, "0.0000001", "number", ""),
    (True, "TRUE", "boolean", ""),
    (False, "FALSE", "boolean", ""),
    (Broken(0x07), "#DIV/0!", "error", "error-value"),
    (Broken(0x2A), "#N/A", "error", "error-value"),
    (Formula(0.2), "0.2", "formula", "formula"),
    (Formula("mg/kg"), "mg/kg", "formula", "formula"),
    (Formula(""), "=", "formula", "formula"),
    (Dressed(Formula(46085.0), Look("yyyy-mm-dd")), "2026-03-04", "formula", "formula"),
    (Dressed(0.2, Look(strike=True)), "0.2", "number", "struck-out"),
    (Dressed("ND", Look(strike=True)), "ND", "text", "struck-out"),
    (Rich("0.2 0.9", ((4, Look(strike=True)),)), "0.2 0.9", "text", "struck-out"),
    (Dressed(0.2, Look(colour=WHITE)), "0.2", "number", "invisible"),
    (Dressed(0.2, Look(colour=WHITE, fill=RED)), "0.2", "number", ""),
    (Dressed(0.2, Look(colour=RED, fill=RED)), "0.2", "number", "invisible"),
    (Dressed(0.2, Look(colour=RED)), "0.2", "number", ""),
    (Dressed(0.46, Look("0.0")), "0.46", "number", ""),
    (Dressed(1.42, Look("0.000")), "1.420", "number", ""),
    ("a\x01b", "a\x01b", "text", "control-character"),
    (Dressed(9.9, Look(";;;")), "9.9", "number", "invisible"),
    (Dressed("9.9", Look(";;;")), "9.9", "text", "invisible"),
    (Dressed("9.9", Look("0;0;0;")), "9.9", "text", "invisible"),
    (Dressed("9.9", Look('0;0;0;"ND"')), "9.9", "text", "shown-differs"),
    (Dressed("9.9", Look("0;0;0;@")), "9.9", "text", ""),
    (Dressed(9.9, Look('"ND"')), "9.9", "number", "shown-differs"),
    (Dressed(0.04, Look('"<"0.00')), "0.04", "number", "shown-differs"),
    (Dressed(0.015, Look("0.0%")), "1.5%", "number", ""),
    (Dressed(7.0, Look("000")), "007", "number", ""),
    (Dressed(7.0, Look("GENERAL")), "7", "number", ""),
    (Rich("105 CFU/g", ((2, Look(raised=True)), (3, Look()))), "10⁵ CFU/g", "text", ""),
    (Rich("0.21", ((3, Look(raised=True)),)), "0.2¹", "text", ""),
    (Dressed("105", Look(raised=True)), "105", "text", ""),
    (Dressed(Rich("10.2", ((1, Look()),)), Look(raised=True)), "¹0.2", "text", ""),
    (Dressed(46085.0, Look(14)), "2026-03-04", "date", ""),
    (Dressed(46085.0, Look(31)), "2026-03-04", "date", ""),  # a date in East Asian editions only
    (Dressed(0.5, Look(100)), "0.5", "number", ""),  # a number that no edition knows
    (dated(46085.0), "2026-03-04", "date", ""),
    (dated(46085.5), "2026-03-04 12:00:00", "date", ""),
    (dated(1.0), "1900-01-01", "date", ""),
    (dated(59.0), "1900-02-28", "date", ""),
    (dated(60.0), "60.0", "date", "date-impossible"),
    (dated(61.0), "1900-03-01", "date", ""),
    (dated(0.0), "0.0", "date", "time-value"),
    (dated(-1.0), "-1.0", "date", "date-impossible"),
    (dated(2958466.0), "2958466.0", "date", "date-impossible"),
    (dated(0.0486111111111111), "0.0486111111111111", "date", "time-value"),
    (dated(46085.5, "[h]:mm"), "46085.5", "date", "time-value"),
]


@pytest.mark.parametrize(("stored", "said", "kind", "code"), CELLS, ids=repr)
def test_a_cell_is_read_as_a_person_sees_it(stored: Any, said: str, kind: str, code: str) -> None:
    cell, found = only(stored)
    assert (cell.text, cell.kind, cell.hidden, found) == (said, kind, False, code)


def test_a_rounded_number_is_told_as_the_sheet_shows_it() -> None:
    assert only(Dressed(0.46, Look("0.0")))[0].shown == "0.5"


def test_a_workbook_that_counts_from_1904_is_read_right() -> None:
    assert only(dated(44623.0), since_1904=True)[0].text == "2026-03-04"
    assert only(dated(60.0), since_1904=True)[0].text == "1904-03-01"


def test_blank_and_formatted_blank_cells_are_no_cells() -> None:
    (sheet,) = sheets_of(XlsSheet(rows=[["", "Lead", "  "]], placed=[(60_000, 200, "")]))
    assert {row: list(line) for row, line in sheet.rows.items()} == {1: [2]}


HIDDEN: list[tuple[str, dict[str, Any], set[tuple[int, int]]]] = [
    ("a hidden row", {"row_shapes": {1: (255, True)}}, {(2, 1), (2, 2)}),
    ("a row of no height", {"row_shapes": {1: (0, False)}}, {(2, 1), (2, 2)}),
    ("a hidden column", {"columns": {1: (2000, True)}}, {(1, 2), (2, 2)}),
    ("a column of no width", {"columns": {1: (0, False)}}, {(1, 2), (2, 2)}),
    ("shown rows and columns", {"columns": {1: (2000, False)}, "row_shapes": {1: (255, False)}}, set()),
    ("a hidden sheet", {"visibility": 1}, {(1, 1), (1, 2), (2, 1), (2, 2)}),
    ("a very hidden sheet", {"visibility": 2}, {(1, 1), (1, 2), (2, 1), (2, 2)}),
    ("rows hidden unless said", {"extra": record(0x0225, struct.pack("<HH", 2, 0)), "row_shapes": {0: (255, False)}},
     {(2, 1), (2, 2)}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "shape", "cells"), HIDDEN)
def test_what_nobody_sees_is_hidden(what: str, shape: dict[str, Any], cells: set[tuple[int, int]]) -> None:
    (sheet,) = sheets_of(XlsSheet(rows=[["Lead", 0.2], [Formula(1.0), 0.1]], **shape))
    assert {
        (row, column) for row in sheet.rows for column in sheet.rows[row] if sheet.rows[row][column].hidden
    } == cells
    assert {spot for spot, problem in sheet.problems.items() if problem.code == "hidden"} == cells, what


def test_zeros_that_the_sheet_does_not_show_are_invisible() -> None:
    (sheet,) = sheets_of(XlsSheet(rows=[[0.0, 0.1]], shows_zeros=False))
    assert [(spot, problem.code) for spot, problem in sheet.problems.items()] == [((1, 1), "invisible")]


def test_a_problem_names_its_cell_and_quotes_it() -> None:
    (sheet,) = sheets_of(XlsSheet("Metals", [[None, Dressed(0.2, Look(strike=True))]]))
    problem = sheet.problems[1, 2]
    assert (str(problem.ref), problem.ref.file, problem.quoted) == ("Metals!B1", "coa.xls", "0.2")


def test_merged_areas_are_told_from_one_and_with_both_ends_within_the_caps() -> None:
    (sheet,) = sheets_of(XlsSheet(rows=[["Lot"]], merged=[(0, 0, 2, 0), (3, 1, 65_535, 255)]))
    assert sheet.merged == ((1, 1, 3, 1), (4, 2, 20_000, 200))


def test_sheets_stand_in_their_order_under_their_names() -> None:
    sheets = sheets_of(XlsSheet("Übersicht", [["a"]]), XlsSheet("Leer"), XlsSheet("Метали", [["b"]]))
    assert [(sheet.name, sorted(sheet.rows)) for sheet in sheets] == [("Übersicht", [1]), ("Leer", []), ("Метали", [1])]


def test_charts_and_links_within_a_sheet_are_passed_over() -> None:
    chart = (
        record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0020, 0, 0, 0, 6))
        + record(0x0203, b"\x00" * 14)
        + record(0x000A)
    )
    link = record(0x01B8, struct.pack("<HHHH", 0, 65535, 0, 255) + b"\xff" * 24)  # a million cells wide
    (sheet,) = sheets_of(XlsSheet(rows=[["Lead"]], extra=chart + link))
    assert [cell.text for cell in sheet.rows[1].values()] == ["Lead"]


MACROS: list[tuple[str, bytes]] = [
    ("a VBA project", xls_bytes(XlsSheet(rows=[["Lead"]]), parts=["_VBA_PROJECT_CUR"])),
    ("a macro sheet", xls_bytes(XlsSheet(rows=[["Lead"]]), XlsSheet("Macro1", kind=1))),
    ("a dialogue", xls_bytes(XlsSheet(rows=[["Lead"]], extra=record(0x0081, b"\x10\x00")))),
]


@pytest.mark.parametrize(("what", "raw"), MACROS, ids=[what for what, *_ in MACROS])
def test_macros_are_told_and_never_run(what: str, raw: bytes) -> None:
    sheets, (remark,) = xls.read("coa.xls", raw, CAPS)
    assert (remark.code, remark.severity, [sheet.name for sheet in sheets]) == (
        "macros-not-run",
        "warning",
        ["Results"],
    ), what


def test_a_plain_workbook_is_told_nothing_of() -> None:
    assert xls.read("coa.xls", xls_bytes(XlsSheet(rows=[["Lead"]])), CAPS)[1] == []


PLAIN = xls_bytes(XlsSheet(rows=[[f"Analyte {n}", n / 7] for n in range(100)]))
REFUSED: list[tuple[str, bytes, str, str]] = [
    ("a password", xls_bytes(XlsSheet(), extra=record(0x002F, b"\x01\x00" * 3)), "encrypted", "without a password"),
    ("an encrypted xlsx", ole_bytes({"EncryptionInfo": b"", "EncryptedPackage": b""}), "encrypted", "without a password"),
    ("a Word document", ole_bytes({"WordDocument": b"text"}), "not-a-spreadsheet", "of another kind"),
    ("not even OLE", b"PK\x03\x04" + b"\x00" * 2000, "damaged", "save it again as xlsx"),
    ("two bytes", b"\xd0\xcf", "damaged", "cut short"),
    ("Excel 4", b"\x09\x04\x06\x00\x00\x04\x10\x00" + b"\x00" * 600, "damaged", "older than 5.0"),
    ("Excel 2 in a container", ole_bytes({"Book": b"\x09\x00\x04\x00\x02\x00\x10\x00"}), "damaged", "older than 5.0"),
    ("no sheet where one is said", ole_bytes({"Workbook": stream_bytes(XlsSheet())[:-16]}), "damaged", "save it again"),
    ("a table larger than the file", PLAIN[:44] + b"\xff\xff\xff\x7f" + PLAIN[48:], "damaged", "sector table"),
    ("sectors of 2^40 bytes", PLAIN[:30] + b"\x28\x00" + PLAIN[32:], "damaged", "sector table"),
    ("sectors of 128 bytes", PLAIN[:30] + b"\x07\x00" + PLAIN[32:], "damaged", "sector table"),
    ("a sector chain that loops", PLAIN[:512] + struct.pack("<128I", *[2] * 128) + PLAIN[1024:], "damaged", "save it again"),
    ("more texts than bytes", ole_bytes({"Workbook": stream_bytes(XlsSheet(), extra=record(0xFC, b"\xff" * 8))}), "damaged",
     "more texts"),
    ("one place for two cells", xls_bytes(XlsSheet(rows=[["Lead"]], placed=[(0, 0, "Zinc")])), "cell-twice", "A1 appears twice"),
    ("a cell beyond the last column", xls_bytes(XlsSheet(placed=[(0, 256, "Lead")])), "damaged", "column 257"),
    ("a text nobody wrote", xls_bytes(XlsSheet(extra=record(0xFD, struct.pack("<HHHI", 0, 0, 1, 7)))), "damaged", "xlsx"),
    ("a text before the first", xls_bytes(XlsSheet(rows=[["a"]], extra=record(0xFD, struct.pack("<HHHi", 1, 0, 1, -1)))),
     "damaged", "xlsx"),
    ("two sheets of one name", xls_bytes(XlsSheet("Lot"), XlsSheet("LOT")), "damaged", "the same name"),
    ("filled to the last row", xls_bytes(XlsSheet(placed=[(65_535, 0, "Lead")])), "too-large", "may have cut the rest"),
    ("filled to the last column", xls_bytes(XlsSheet(placed=[(0, 255, "Lead")])), "too-large", "may have cut the rest"),
    ("a row too many", xls_bytes(XlsSheet(placed=[(20_000, 0, "Lead")])), "too-large", "20,001 rows"),
    ("a column too many", xls_bytes(XlsSheet(placed=[(0, 200, "Lead")])), "too-large", "201 columns"),
    ("a sheet too many", xls_bytes(*[XlsSheet(f"S{n}") for n in range(31)]), "too-large", "31 sheets"),
    ("a novel in a cell", xls_bytes(XlsSheet(rows=[["a" * 4001]])), "too-large", "4,001 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "raw", "code", "words"), REFUSED, ids=[what for what, *_ in REFUSED])
def test_a_file_that_cannot_be_read_truthfully_is_refused(
    what: str, raw: bytes, code: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    refusal = refusal_of(raw)
    assert refusal.code == code, what
    assert words in refusal.message
    assert capfd.readouterr() == ("", "")


def test_too_many_cells_are_refused() -> None:
    raw = xls_bytes(XlsSheet(rows=[["a", "b"], ["c", "d"]]), XlsSheet("More", [["e"]]))
    assert refusal_of(raw, replace(CAPS, cells=3)).code == "too-large"
    assert len(xls.read("coa.xls", raw, replace(CAPS, cells=4))[0]) == 2


def test_one_place_for_two_sheets_is_refused() -> None:
    stream = bytearray(stream_bytes(XlsSheet("A", [["a"]]), XlsSheet("B", [["b"]])))
    first = stream.index(record(0x0085)[:2] + b"\x0a\x00")  # the two BOUNDSHEET records are 10 bytes long
    second = stream.index(record(0x0085)[:2] + b"\x0a\x00", first + 1)
    stream[second + 4 : second + 8] = stream[first + 4 : first + 8]
    assert "two sheets" in refusal_of(ole_bytes({"Workbook": bytes(stream)})).message


@pytest.mark.parametrize("part", range(0, 100, 10))
def test_a_file_cut_short_is_refused(part: int) -> None:
    raw = xls_bytes(XlsSheet(rows=[[f"Analyte {n}", n / 7] for n in range(300)]))
    assert refusal_of(raw[: len(raw) * part // 100]).code == "damaged"


def test_a_damaged_file_is_read_or_refused() -> None:
    """Whichever byte is hit, nothing but an explained refusal is raised, and something of either kind happens."""
    codes: set[str] = set()
    stream = stream_bytes(XlsSheet(rows=[["Lead", 0.2, Formula("x"), dated(46085.0), True]], merged=[(0, 0, 1, 1)]))
    for position in range(len(stream)):
        for value in (0x00, 0x0A, 0x7F, 0xFF):
            hit = stream[:position] + bytes([value]) + stream[position + 1 :]
            try:
                xls.read("coa.xls", ole_bytes({"Workbook": hit}), CAPS)
                codes.add("read")
            except Refused as refused:
                codes.update(refusal.code for refusal in refused.refusals)
    assert codes >= {"read", "damaged"}
    assert all(problem(code) for code in codes - {"read"})


def test_another_reader_reads_the_same(tmp_path: Path) -> None:
    """python-calamine is written in another language by other people."""
    path = tmp_path / "coa.xls"
    rows = [["Lead", 0.26, True, dated(46085.0), Dressed(0.015, Look("0.0%"))], ["µ", -1e-7, "", Rich("a b", ()), 1e20]]
    path.write_bytes(xls_bytes(XlsSheet("One", rows), XlsSheet("Two", placed=[(4, 3, "far")])))
    ours = xls.read("coa.xls", path.read_bytes(), CAPS)[0]
    theirs = CalamineWorkbook.from_path(path)
    assert [sheet.name for sheet in ours] == theirs.sheet_names
    for sheet in ours:
        grid = theirs.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        told = {(r, c): _told(value) for r, row in enumerate(grid, 1) for c, value in enumerate(row, 1) if value != ""}
        assert {(r, c): _plain(cell) for r, row in sheet.rows.items() for c, cell in row.items()} == told


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _plain(cell: Cell) -> Any:
    if cell.kind == "boolean":
        return cell.text == "TRUE"
    if cell.kind != "number":
        return cell.text
    return float(cell.text.rstrip("%")) / (100 if cell.text.endswith("%") else 1)
