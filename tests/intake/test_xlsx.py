"""What a person sees of a workbook's cells is what counts; where shown and stored disagree, nothing is guessed."""

# ruff: noqa: DTZ001 - the days of a spreadsheet have no time zone
from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from kratom_qc.domain.errors import Refused
from kratom_qc.intake.formats.numformat import shown_number
from kratom_qc.intake.sheets import Sheet
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.settings import Caps
from tests.factory import witnesses
from tests.factory.sheets import HEAD, Dress, read_xlsx, results, troubles, xlsx_bytes

SAMPLES = Path(__file__).parent.parent.parent / "sample_reports" / "certificates"


def sheet(raw: bytes) -> Sheet:
    """The first sheet of a workbook's bytes."""
    return open_workbook("book.xlsx", raw, Caps()).sheets[0]


def seen(raw: bytes, row: int = 1, column: int = 1) -> tuple[str, str, str, str]:
    """(said, kind, shown, trouble) of a cell."""
    found = sheet(raw)
    cell, trouble = found.rows[row][column], found.problems.get((row, column))
    return cell.text, cell.kind, cell.shown, trouble.code if trouble else ""


def one_cell(value: Any, dress: Dress | None = None, pattern: str = "General") -> bytes:
    """A workbook whose only cell is A1."""

    def dressed(book: openpyxl.Workbook) -> None:
        cell = book["Results"]["A1"]
        cell.value = value
        cell.number_format = pattern
        if dress:
            dress(book)

    return xlsx_bytes([["x"]], dressed)


# ---------------------------------------------------------------- number formats

#  stored, format, said, shown where it differs, trouble, what the message must show
FORMATS = [
    ("0.46", "General", "0.46", "", "", ""),
    ("0.46", "0.00", "0.46", "", "", ""),
    ("0.46", "0.0", "0.46", "0.5", "", ""),
    ("0.45", "0.0", "0.45", "0.5", "", ""),
    ("0.54", "0", "0.54", "1", "", ""),
    ("0.1", "0", "0.1", "0", "", ""),
    ("1.42", "0.000", "1.420", "", "", ""),
    ("1.42", "0.0##", "1.42", "", "", ""),
    ("1234.5", "#,##0.00", "1234.50", "", "", ""),
    ("1234.56", "#,##0", "1234.56", "1235", "", ""),
    ("12345", "0.0E+00", "12345", "1.2E+04", "", ""),
    ("12000", "0.0E+00", "12000", "1.2E+04", "", ""),
    ("100000", "0.00E+00", "100000", "1.00E+05", "", ""),
    ("12345", "##0.0E+0", "12345", "12.3E+3", "", ""),
    ("999.996", "##0.0E+0", "999.996", "1.0E+3", "", ""),
    ("0.0156", "##0E+0", "0.0156", "16E-3", "", ""),
    ("123456", "00.0E+00", "123456", "12.3E+04", "", ""),
    ("25000", "0E+0", "25000", "3E+4", "", ""),
    ("7", '"[<5]";0.00', "7", "", "shown-differs", "'[<5]'"),
    ("7", "\\[<5];0.00", "7", "", "shown-differs", "'[<5]'"),
    ("0.04", '[<5E-2]"<LOQ";0.00', "0.04", "", "shown-differs", "'<LOQ'"),
    ("0.06", '[<5E-2]"<LOQ";0.00', "0.06", "", "", ""),
    ("5", '[<5%]"x";0.0', "5", "", "shown-differs", "[<5%]"),
    ("5", '0.00;[=0]"ND"', "5", "", "shown-differs", "may show"),
    ("5", '0.00_;"ND"', "5", "", "shown-differs", "'5.00ND'"),
    ("5", '0.00*;"ND"', "5", "", "shown-differs", "'5.00;ND'"),
    ("0.0156", "0.00%", "1.56%", "", "", ""),
    ("0.015649", "0.00%", "1.5649%", "1.56%", "", ""),
    ("0.0156", "0%", "1.56%", "2%", "", ""),
    ("123", "000000", "000123", "", "", ""),
    ("5", "_(* #,##0.00_)", "5.00", "", "", ""),
    ("5", "@", "5", "", "", ""),
    ("5", '[$-409]0.0;[Red]-0.0', "5.0", "", "", ""),
    ("5", "[Blue]General", "5", "", "", ""),
    ("12", '"<"0.00', "12", "", "shown-differs", "'<12.00'"),
    ("12", '\\<0.00', "12", "", "shown-differs", "'<12.00'"),
    ("12", '"<0.05"', "12", "", "shown-differs", "'<0.05'"),
    ("9.9", '"ND"', "9.9", "", "shown-differs", "'ND'"),
    ("0.012", '[<0.05]"<0.05";0.00', "0.012", "", "shown-differs", "'<0.05'"),
    ("0.12", '[<0.05]"<0.05";0.00', "0.12", "", "", ""),
    ("0", '0.00;-0.00;"ND"', "0", "", "shown-differs", "'ND'"),
    ("0", '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', "0", "", "shown-differs", "'-'"),
    ("3", '0.00" ppb"', "3.00 ppb", "", "", ""),
    ("0.425", '0.00" mg/kg"', "0.425 mg/kg", "0.43 mg/kg", "", ""),
    ("0.4", '0.0\\ \\m\\g\\/\\k\\g', "0.4 mg/kg", "", "", ""),
    ("0.015", '0.00%" w/w"', "1.50% w/w", "", "", ""),
    ("1200", '0.0E+00" CFU/g"', "1200 CFU/g", "1.2E+03 CFU/g", "", ""),
    ("0.4", '"mg/kg "0.0', "0.4", "", "shown-differs", "'mg/kg 0.4'"),
    ("3", '0.00" ppb ND"', "3", "", "shown-differs", "'3.00 ppb ND'"),
    ("0.4", "*90.0", "0.4", "", "shown-differs", "'90.4'"),
    ("0.4", "* 0.0", "0.4", "", "", ""),
    ("3", "[$€-407] 0.00", "3", "", "shown-differs", "'€ 3.00'"),
    ("1200", "0.00,", "1200", "", "shown-differs", "0.00,"),
    ("1200000", "0.0,,", "1200000", "", "shown-differs", "0.0,,"),
    ("1", "0%%", "1", "", "shown-differs", "0%%"),
    ("0.5", "# ?/?", "0.5", "", "shown-differs", "# ?/?"),
    ("9.9", ";;;", "9.9", "", "invisible", "shows nothing"),
    ("9.9", '""', "9.9", "", "invisible", "shows nothing"),
    ("0", "#.##", "0", "", "invisible", "shows nothing"),
    ("-3", "0.0", "-3.0", "", "", ""),
    ("-3", "#,##0;(#,##0)", "-3", "", "", ""),
    ("-3", "0.0;-0.0", "-3.0", "", "", ""),
    ("-3", "0.0;0.0", "-3", "", "shown-differs", "'3.0'"),
    ("1e-7", "0.00", "0.0000001", "0.00", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("stored", "pattern", "said", "shown", "trouble", "quoted"), FORMATS)
def test_a_number_format_shows_the_number_or_is_not_believed(
    stored: str, pattern: str, said: str, shown: str, trouble: str, quoted: str
) -> None:
    found = shown_number(Decimal(stored), pattern)
    assert (found.text, found.shown, found.problem[0] if found.problem else "") == (said, shown, trouble)
    assert quoted in (found.problem[1] if found.problem else "")
    if not stored.startswith("-"):  # the same through a workbook, where the file and not the table decides
        assert seen(one_cell(float(stored), pattern=pattern)) == (said, "number", shown, trouble)


# ---------------------------------------------------------------- text as it looks


def _rich(*runs: tuple[str, dict[str, Any]]) -> CellRichText:
    return CellRichText(*(TextBlock(InlineFont(**font), text) for text, font in runs))


RICH = [
    ("a raised exponent stays raised", [("1.2 × 10", {}), ("3", {"vertAlign": "superscript"})], "1.2 × 10³", ""),
    ("a raised minus too", [("10", {}), ("-5", {"vertAlign": "superscript"})], "10⁻⁵", ""),
    ("a footnote mark does not become a digit", [("0.5", {}), ("1", {"vertAlign": "superscript"})], "0.5¹", ""),
    ("a lowered digit is a digit", [("B", {}), ("1", {"vertAlign": "subscript"})], "B1", ""),
    ("a run struck out", [("0.9", {"strike": True}), (" 0.1", {})], "0.9 0.1", "struck-out"),
    ("blanks struck out", [("0.9", {}), ("  ", {"strike": True})], "0.9  ", ""),
    ("bold and plain", [("Lead", {"b": True}), (" (Pb)", {})], "Lead (Pb)", ""),
]


@pytest.mark.parametrize(("what", "runs", "said", "trouble"), RICH)
def test_runs_of_text_are_read_as_they_look(
    what: str, runs: list[tuple[str, dict[str, Any]]], said: str, trouble: str
) -> None:
    assert seen(one_cell(_rich(*runs))) == (said, "text", "", trouble), what


def test_a_raised_exponent_reads_as_a_thousand_and_not_as_a_hundred_and_three() -> None:
    count = _rich(("1.2 × 10", {}), ("3", {"vertAlign": "superscript"}))
    reading = read_xlsx([*HEAD, ["Analyte", "Result", "Unit"], ["TAMC", count, "CFU/g"]])
    assert [found.interval.high for found in results(reading)] == [1200]


def _font(**how: Any) -> Dress:
    def dress(book: openpyxl.Workbook) -> None:
        book["Results"]["A1"].font = Font(**how)

    return dress


def _font_on(colour: str, behind: str) -> Dress:
    def dress(book: openpyxl.Workbook) -> None:
        book["Results"]["A1"].font = Font(color=colour)
        book["Results"]["A1"].fill = PatternFill("solid", fgColor=behind)

    return dress


def _conditional(style: DifferentialStyle) -> Dress:
    def dress(book: openpyxl.Workbook) -> None:
        rule = Rule(type="expression", dxf=style, formula=["TRUE"])
        book["Results"].conditional_formatting.add("A1:B9", rule)

    return dress


def test_currency_and_accounting_formats_are_known_by_number() -> None:
    for number, trouble in ((44, "shown-differs"), (43, "shown-differs"), (5, "shown-differs"), (67, "")):
        raw = _edited(one_cell(0, pattern="0.00"), "xl/styles.xml", b'numFmtId="2"', b'numFmtId="%d"' % number)
        assert seen(raw)[3] == trouble, number


HIDDEN = [
    ("white on white", _font(color="FFFFFFFF"), "invisible"),
    ("white on dark, as headers are", _font_on("FFFFFFFF", "FF1F4E78"), ""),
    ("dark on the same dark", _font_on("FF1F4E78", "FF1F4E78"), "invisible"),
    ("red", _font(color="FFFF0000"), ""),
    ("struck out", _font(strike=True), "struck-out"),
    ("a conditional format with words", _conditional(DifferentialStyle(numFmt=NumberFormat(200, '"ND"'))), "shown-differs"),
    ("a conditional format that strikes out", _conditional(DifferentialStyle(font=Font(strike=True))), "shown-differs"),
    ("a conditional colour", _conditional(DifferentialStyle(font=Font(color="FFFF0000"))), ""),
]  # fmt: skip


@pytest.mark.parametrize(("what", "dress", "trouble"), HIDDEN)
def test_a_cell_that_nobody_sees_is_not_believed(what: str, dress: Dress, trouble: str) -> None:
    assert seen(one_cell(0.2, dress)) == ("0.2", "number", "", trouble), what


@pytest.mark.parametrize(
    ("what", "old", "new", "trouble"),
    [
        ("a row of no height", b'<row r="1"', b'<row r="1" ht="0"', "hidden"),
        ("a low row", b'<row r="1"', b'<row r="1" ht="4.5"', ""),
        ("a column of no width", b"<sheetData>", b'<cols><col min="1" max="1" width="0"/></cols><sheetData>', "hidden"),
        ("rows hidden unless said", b"<sheetFormatPr", b'<sheetFormatPr zeroHeight="1"', "hidden"),
    ],
)
def test_a_cell_of_no_size_is_hidden(what: str, old: bytes, new: bytes, trouble: str) -> None:
    assert seen(_edited(one_cell(0.2), SHEET, old, new))[3] == trouble, what


def test_text_under_a_format_that_hides_text_is_not_believed() -> None:
    assert seen(one_cell("Lead", pattern=";;;"))[3] == "invisible"
    assert seen(one_cell("Lead", pattern='0;0;0;"ND"'))[3] == "shown-differs"
    assert seen(one_cell("Lead", pattern="0;0;0;@"))[3] == ""
    assert seen(one_cell("0.5", pattern='"<"@'))[3] == "shown-differs"
    assert seen(one_cell("0.5", pattern='0.0;"<"@'))[3] == "shown-differs"
    assert seen(one_cell("0.5", pattern='General" ppm"'))[3] == ""


def test_a_formula_is_shown_with_the_value_it_last_had() -> None:
    raw = _edited(one_cell(1), "xl/worksheets/sheet1.xml", b"<v>1</v>", b"<f>1+1</f><v>99</v>")
    assert seen(raw) == ("=1+1", "formula", "", "formula")
    assert "last showed '99'" in sheet(raw).problems[1, 1].message


# ---------------------------------------------------------------- dates

DATES = [
    (datetime(2026, 3, 4), "yyyy-mm-dd", "2026-03-04", ""),
    (datetime(2026, 3, 4, 10, 15), "yyyy-mm-dd hh:mm", "2026-03-04 10:15:00", ""),
    (date(2026, 3, 4), "mm-dd-yy", "2026-03-04", ""),
    (time(1, 10), "h:mm", None, "time-value"),
    (timedelta(hours=30), "[h]:mm", None, "time-value"),
    (46085, "mmm-yy", "2026-03-04", "shown-differs"),
    (46085, "d-mmm", "2026-03-04", "shown-differs"),
    (46085.5, "h:mm", "2026-03-04 12:00:00", "time-value"),
    (46085, '"2031"-mm-dd', "2026-03-04", "shown-differs"),
    (46085, "yyyy-mm-dd\\1", "2026-03-04", "shown-differs"),
    (46085, "[>50000]yyyy-mm-dd;0.00", "2026-03-04", "shown-differs"),
    (46085, "[$-107041E]yyyy-mm-dd", "2026-03-04", "shown-differs"),
    (46085, "[$-F800]dddd, mmmm dd, yyyy", "2026-03-04", ""),
    (46085, 'd" of "mmmm yyyy', "2026-03-04", ""),
    (46085.999999, "yyyy-mm-dd", "46085.999999", "date-impossible"),
    (59, "yyyy-mm-dd", "1900-02-28", ""),
    (60, "yyyy-mm-dd", "60.0", "date-impossible"),
    (61, "yyyy-mm-dd", "1900-03-01", ""),
    (0, "yyyy-mm-dd", "0.0", "time-value"),
    (-5, "yyyy-mm-dd", "-5.0", "date-impossible"),
    (3000000, "yyyy-mm-dd", "3000000.0", "date-impossible"),
]


@pytest.mark.parametrize(("stored", "pattern", "said", "trouble"), DATES)
def test_a_day_is_read_as_shown_or_not_believed(stored: Any, pattern: str, said: str | None, trouble: str) -> None:
    found = seen(one_cell(stored, pattern=pattern))
    assert (found[1], found[3]) == ("date", trouble)
    assert said is None or found[0] == said


def test_a_workbook_that_counts_from_1904_is_read_so() -> None:
    def since_1904(book: openpyxl.Workbook) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        book["Results"]["A1"].value = date(2026, 3, 4)

    assert seen(one_cell("x", since_1904))[0] == "2026-03-04"


# ---------------------------------------------------------------- the container


def _edited(raw: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with one text of one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            assert name != part or old in content
            target.writestr(name, content.replace(old, new) if name == part else content)
    return out.getvalue()


def _added(raw: bytes, **parts: bytes) -> bytes:
    out = io.BytesIO(raw)
    with zipfile.ZipFile(out, "a") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("what", "old", "new", "said"),
    [
        ("cells without addresses", b' r="A1"', b"", "1"),
        ("another prefix", b"<v>1</v>", b"<v>1</v><!-- a comment -->", "1"),
        ("a text in the cell", b"<v>1</v>", b"<v> 1 </v>", "1"),
        ("seventeen digits of a double", b"<v>1</v>", b"<v>0.10000000000000001</v>", "0.1"),
        ("a digit that a computation left", b"<v>1</v>", b"<v>0.30000000000000004</v>", "0.3"),
        ("an exponent", b"<v>1</v>", b"<v>1.2E-3</v>", "0.0012"),
    ],
)
def test_the_forms_a_number_is_stored_in(what: str, old: bytes, new: bytes, said: str) -> None:
    assert seen(_edited(one_cell(1), SHEET, old, new))[:2] == (said, "number"), what


@pytest.mark.parametrize("stored", [b"nan", b"inf", b"1_0", b"1e400", b"0x10", "٣".encode(), b"abc"])
def test_what_is_stored_as_a_number_but_is_none_is_not_believed(stored: bytes) -> None:
    raw = _edited(one_cell(1), SHEET, b"<v>1</v>", b"<v>" + stored + b"</v>")
    assert seen(raw)[3] == "not-a-number"


def test_an_honest_macro_workbook_is_read_with_a_remark_and_one_that_hides_them_is_refused() -> None:
    rows = [*HEAD, ["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"]]
    hiding = _added(xlsx_bytes(rows), **{"xl/vbaProject.bin": b"never run"})
    with pytest.raises(Refused, match="contains macros"):
        open_workbook("book.xlsx", hiding, Caps())
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    honest = _edited(hiding, "[Content_Types].xml", plain, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    book = open_workbook("book.xlsm", honest, Caps())
    assert [remark.code for remark in book.remarks] == ["macros-not-run"]


def test_every_cap_is_a_refusal_and_never_a_truncation() -> None:
    raw = xlsx_bytes({name: [["a", "b"]] * 3 for name in ("One", "Two")})
    whole = {name: getattr(Caps(), name) for name in Caps.__slots__}
    tight = {"file_bytes": 100, "zip_parts": 3, "part_bytes": 100, "inflated_bytes": 100, "sheets": 1, "rows": 2, "columns": 1,
             "cells": 5, "cell_text": 0}  # fmt: skip
    open_workbook("book.xlsx", raw, Caps())
    for name, value in tight.items():
        with pytest.raises(Refused) as refused:
            open_workbook("book.xlsx", raw, Caps(**{**whole, name: value}))
        assert refused.value.refusals[0].code == "too-large", name


# ---------------------------------------------------------------- other readers as witnesses


def _workbooks() -> Iterator[tuple[str, bytes]]:
    yield (
        "every kind of cell",
        xlsx_bytes(
            {
                "Kinds": [
                    ["text", " blanks ", "ř µ ≤ 10⁵", "line\nbreak", "'quoted", "not a formula"],
                    [1, 0.1, -2.5, 1e-9, 123456789012345, 0.30000000000000004],
                    [True, False, date(2026, 3, 4), datetime(1999, 12, 31, 23, 59, 59), None, "1E5"],
                    [None, None, "000123", 1.5, "", "<0.05"],
                ],
                "Far": [[None] * 150 + ["x"], *[[]] * 500, ["y"]],
                "Nothing": [],
            }
        ),
    )
    for path in sorted(SAMPLES.glob("*.xlsx")):
        yield path.name, path.read_bytes()


WORKBOOKS = list(_workbooks())


@pytest.mark.parametrize("raw", [raw for _, raw in WORKBOOKS], ids=[name for name, _ in WORKBOOKS])
def test_our_reader_and_two_others_find_the_same_cells(raw: bytes) -> None:
    assert witnesses.ours(raw) == witnesses.by_openpyxl(raw) == witnesses.by_calamine(raw)


def test_over_a_folder_of_real_workbooks_nobody_contradicts_our_reader() -> None:
    """WITNESS_FILES names the folder, where somebody has one; the samples stand in for it elsewhere."""
    folder = Path(os.environ.get("WITNESS_FILES") or SAMPLES)
    compared = 0
    for path in sorted(folder.rglob("*.xls[xm]")):
        raw = path.read_bytes()
        try:
            mine = witnesses.ours(raw)
        except Refused:
            continue
        for reader in (witnesses.by_openpyxl, witnesses.by_calamine):
            try:
                theirs = reader(raw)
            except Exception:
                continue
            compared += 1
            assert witnesses.differences(mine, theirs) == [], (path.name, reader.__name__)
    assert compared >= 2


def test_codes_of_cells_reach_the_vendor_with_their_address() -> None:
    reading = read_xlsx(
        [*HEAD, ["Analyte", "Result", "Unit"], ["Lead", 0.2, "mg/kg"], ["Cadmium", 0.1, "mg/kg"]],
        lambda book: setattr(book["Results"]["B6"], "number_format", '"<"0.00'),
    )
    assert troubles(reading) == [("shown-differs", "B6")]
    reason = next(reason for reason in reading.certificates[0].hold_reasons if reason.rule_id == "SHOWN-DIFFERS")
    assert "'<0.10'" in reason.why
