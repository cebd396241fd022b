"""What is no spreadsheet, or one that cannot be opened truthfully, is refused with its reason; nothing crashes."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.app.reading import read_content, read_files
from kratom_qc.domain.errors import InputNotFound
from tests.factory.sheets import HEAD, Rows, codes, csv_bytes, read_csv, read_xlsx, xlsx_bytes

TABLE: Rows = [*HEAD, ["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"]]


def _zip(*names: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name in names:
            archive.writestr(name, "<a/>")
    return raw.getvalue()


NOT_SPREADSHEETS = [
    ("nothing", b"", "empty"),
    ("blanks", b" \r\n\t \n", "empty"),
    ("only a byte order mark", b"\xef\xbb\xbf", "empty"),
    ("zeros", b"\x00" * 64, "empty"),
    ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "pdf"),
    ("png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image"),
    ("jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF", "image"),
    ("gif", b"GIF89a\x01\x00", "image"),
    ("gzip", b"\x1f\x8b\x08\x00abc", "archive"),
    ("rar", b"Rar!\x1a\x07\x00", "archive"),
    ("old xls, or encrypted xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "damaged"),
    ("html", b"<!DOCTYPE html><html><table><tr><td>Lead</td></tr></table></html>", "not-a-spreadsheet"),
    ("html named xls", b"\n <html><body><table>Lot,1</table>", "not-a-spreadsheet"),
    ("xml", b"<?xml version='1.0'?><Workbook/>", "not-a-spreadsheet"),
    ("rtf", b"{\\rtf1\\ansi Lot, 1}", "not-a-spreadsheet"),
    ("prose", b"Dear customer,\nplease find the certificate attached.\n", "not-a-spreadsheet"),
    ("one word", b"hello", "not-a-spreadsheet"),
    ("a zip of something else", _zip("photo.png", "readme.txt"), "archive"),
    ("a docx", _zip("word/document.xml", "[Content_Types].xml"), "not-a-spreadsheet"),
    ("a zip that says it is a workbook", _zip("xl/workbook.xml"), "archive"),
    ("a zip cut short", _zip("xl/workbook.xml")[:30], "damaged"),
    ("macros", _zip("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "macros"),
    ("Latin-1", "Šarže;L-1\nVzorek;Kře\n".encode("cp1250"), "encoding"),
    ("an open quote", b'Lot,L-1\nAnalyte,"Result\nLead,0.2\n', "damaged"),
    ("a csv without a table", b"Lot,L-1\nForm,Powder\n", "no-table"),
    ("a csv of numbers", b"1,2,3\n4,5,6\n", "no-table"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "raw", "code"), NOT_SPREADSHEETS, ids=[what for what, *_ in NOT_SPREADSHEETS])
def test_it_is_refused_with_its_reason(what: str, raw: bytes, code: str) -> None:
    reading = read_content("upload", raw)
    assert codes(reading)[:1] == [code], what
    assert reading.certificates == ()


@pytest.mark.parametrize(
    ("name", "as_text", "as_workbook"),
    [
        ("certificate", [], []),
        ("certificate 4.5", [], []),
        ("certificate.csv", [], ["wrong-name"]),
        ("certificate.TXT", [], ["wrong-name"]),
        ("certificate.xlsx", ["wrong-name"], []),
        ("certificate.XLSM", ["wrong-name"], []),
        ("certificate.xls", ["wrong-name"], ["wrong-name"]),
        ("certificate.pdf", ["wrong-name"], ["wrong-name"]),
        ("certificate.xlsx.exe", ["file-type"], ["file-type"]),
        ("certi\x00ficate.csv", [], ["wrong-name"]),
        ("../../etc/cron.d/x.csv", [], ["wrong-name"]),
    ],
)
def test_a_name_that_says_something_else_than_the_content_is_refused(
    name: str, as_text: list[str], as_workbook: list[str]
) -> None:
    assert codes(read_content(name, csv_bytes(TABLE))) == as_text
    assert codes(read_content(name, xlsx_bytes(TABLE))) == as_workbook


@pytest.mark.parametrize("tenth", range(10))
def test_an_xlsx_cut_short_is_refused(tenth: int) -> None:
    whole = xlsx_bytes(TABLE)
    assert codes(read_content("cut.xlsx", whole[: len(whole) * tenth // 10])) in (["damaged"], ["empty"])


def test_an_xlsx_with_a_part_twice_is_refused() -> None:
    raw = io.BytesIO(xlsx_bytes(TABLE))
    with zipfile.ZipFile(raw, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    assert codes(read_content("twice.xlsx", raw.getvalue())) == ["part-twice"]


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_and_never_crash_the_reader(raw: bytes) -> None:
    assert codes(read_content("bytes", raw))
    assert "reader-failed" not in codes(read_content("bytes", raw))


def test_a_damaged_byte_in_an_xlsx_never_crashes_the_reader_or_changes_the_number() -> None:
    whole = xlsx_bytes(TABLE)
    chance = random.Random(7)
    for _ in range(60):
        at = chance.randrange(len(whole))
        reading = read_content(
            "bent.xlsx", whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :]
        )
        assert "reader-failed" not in codes(reading)
        assert codes(reading) or [found.reported for found in reading.certificates[0].results] == ["0.2"]


@pytest.mark.parametrize(
    ("what", "rows", "code"),
    [
        ("a header and nothing under it", [["Analyte", "Result", "Unit"]], "no-results"),
        ("a header and blank rows", [["Analyte", "Result", "Unit"], ["", "", ""], []], "no-results"),
        ("no column of results", [["Analyte", "Unit", "LOD"], ["Lead", "mg/kg", "0.2"]], "no-table"),
        ("no column of analytes", [["Result", "Unit"], ["0.2", "mg/kg"]], "no-table"),
        ("a wide header and nothing under it", [["Lot", "Lead (ppm)", "Cadmium (ppm)"]], "no-results"),
    ],
)
def test_a_table_without_results_is_refused(what: str, rows: Rows, code: str) -> None:
    assert codes(read_csv(rows))[:1] == [code], what
    assert codes(read_xlsx([*HEAD, *rows]))[:1] == [code], what


def test_an_empty_workbook_is_refused() -> None:
    assert codes(read_xlsx([])) == ["empty"]


@pytest.mark.parametrize(
    "rows", [[["x"] * 201, ["y"] * 201], [["a", "b"]] * 20_001], ids=["too many columns", "too many rows"]
)
def test_a_sheet_too_large_to_be_a_certificate_is_refused(rows: Rows) -> None:
    assert codes(read_csv(rows)) == ["too-large"]


def test_a_far_away_cell_does_not_cost_memory() -> None:
    reading = read_xlsx(TABLE, dress=lambda book: book["Results"].cell(1_000_000, 16_000, "x"))
    assert codes(reading) == ["too-large"]


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputNotFound, match="no such file"):
        read_files([tmp_path / "gone.xlsx"])
    with pytest.raises(InputNotFound, match="is a folder"):
        read_files([tmp_path])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_a_csv_is_read_in_every_common_dress(encoding: str, delimiter: str, ending: str) -> None:
    raw = csv_bytes(TABLE, delimiter).decode().replace("\r\n", ending).encode(encoding)
    reading = read_content("dressed.csv", raw)
    assert codes(reading) == []
    assert [found.reported for found in reading.certificates[0].results] == ["0.2"]


def test_the_same_bytes_have_the_same_hash_whatever_their_name() -> None:
    raw = csv_bytes(TABLE)
    assert (
        read_content("a.csv", raw).sha256
        == read_content("b.csv", raw).sha256
        != read_content("a.csv", raw + b"\n").sha256
    )
