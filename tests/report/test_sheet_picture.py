"""The picture of a vendor's own sheet: it looks as it came, every text leads to what became of it, and back."""

from __future__ import annotations

import re
from io import BytesIO

import openpyxl
import pytest
from openpyxl.styles import Alignment, Font, PatternFill

from kratom_qc.app import pictures
from kratom_qc.app.looking import look_at
from kratom_qc.app.pictures import Looked, Looker
from kratom_qc.domain.account import AccountEntry, Fate
from kratom_qc.domain.look import CellLook, SheetLook
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.intake.looks import looks
from kratom_qc.report.kept import reported
from kratom_qc.report.page import batch_page
from kratom_qc.report.sheet_picture import ROWS, FilePictures, Note, notes_of_page, sheet_html, sheet_pictures
from kratom_qc.settings import Caps
from tests.archive import readers
from tests.report import report_batches as given
from tests.report.report_batches import FILE, SPIKED


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Results"
    sheet.append(["Northlab certificate of analysis, Hamburg"])
    sheet.append(["Analyte", "Result", "Unit"])
    sheet.append(["Lead", 0.25, "mg/kg"])
    sheet["A2"].font = Font(bold=True)
    sheet["A2"].fill = PatternFill("solid", fgColor="FF1F3864")
    sheet["B2"].alignment = Alignment(horizontal="center")
    sheet["B3"].number_format = "0.0"
    sheet.merge_cells("A1:C1")
    sheet.column_dimensions["A"].width = 30
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def test_a_sheet_looks_as_it_came() -> None:
    (sheet,) = looks("a.xlsx", workbook(), Caps())
    cells = {cell.name: cell for cell in sheet.cells}
    assert (cells["A1"].columns, cells["A1"].rows) == (3, 1)
    assert (cells["A2"].bold, cells["A2"].fill, cells["B2"].align) == (True, "1f3864", "center")
    assert (cells["B3"].text, cells["B3"].align) == ("0.3", "right")  # as the sheet shows 0.25
    assert dict(sheet.widths)[1] == 30


def test_a_file_that_openpyxl_cannot_load_is_drawn_plainly() -> None:
    (sheet,) = looks("a.csv", b"Analyte,Result\nLead,0.2\n", Caps())
    assert [cell.text for cell in sheet.cells] == ["Analyte", "Result", "Lead", "0.2"]
    assert looks("a.json", b'{"a": 1}', Caps()) == ()
    assert looks("a.bin", b"\x00\x01\x02", Caps()) == ()


def entry(cell: str, text: str, fate: Fate = Fate.UNDERSTOOD, meaning: str = "result of Lead") -> AccountEntry:
    return AccountEntry(SourceText(text, CellRef(FILE, "Results", cell)), fate, meaning)


LOOK = SheetLook(
    "Results", (CellLook(12, 1, "A12", "Lead"), CellLook(12, 3, "C12", "<0.05"), CellLook(13, 3, "C13", "?"))
)
ACCOUNT = (entry("C12", "<0.05"), entry("C13", "?", Fate.UNREAD, ""))


def test_every_used_cell_leads_to_its_line_and_back() -> None:
    html = sheet_html(sheet_pictures([LOOK], ACCOUNT, [Note("Results", "C12", "fail", "too much")]), file=FILE)
    ids, hrefs = re.findall(r'id="([^"]+)"', html), re.findall(r'href="#([^"]+)"', html)
    assert sorted(ids) == sorted(hrefs)
    assert len(ids) == len(set(ids)) == 4
    assert "result of Lead" in html
    assert "✕ too much" in html


def test_unread_text_is_marked_without_any_note() -> None:
    (picture,) = sheet_pictures([LOOK], ACCOUNT, [])
    marks = {line.place: line.mark for line in picture.lines}
    assert marks == {"C13": "hold", "C12": ""}
    assert picture.lines[0].place == "C13"  # what needs a person stands first


def test_a_problem_far_down_is_drawn_although_most_rows_are_not() -> None:
    many = SheetLook("Results", tuple(CellLook(row, 1, f"A{row}", "x") for row in range(1, 3 * ROWS)))
    (picture,) = sheet_pictures([many], [], [Note("Results", f"A{2 * ROWS}", "fail", "bad")])
    assert [row.number for row in picture.rows] == [*range(1, ROWS + 1), 2 * ROWS]
    assert picture.left_out == 3 * ROWS - 1 - ROWS - 1


def test_texts_in_no_sheet_and_notes_at_blank_cells_are_told() -> None:
    loose = AccountEntry(
        SourceText("0.4", CellRef("a.json", "", "$.results[0].value")), Fate.UNDERSTOOD, "result of Lead"
    )
    pictures = sheet_pictures([LOOK], [loose], [Note("Results", "Z9", "hold", "nothing here")])
    assert [(one.name, [line.place for line in one.lines]) for one in pictures] == [
        ("Results", ["Z9"]),
        ("", ["$.results[0].value"]),
    ]


@pytest.mark.parametrize(
    "evil", ["<script>alert(1)</script>", '" onmouseover="x', "'><img src=x>", "{{ 7*7 }}", "\u202eevil"]
)
def test_vendors_words_are_inert(evil: str) -> None:
    look = SheetLook(evil, (CellLook(1, 1, "A1", evil, fill="ffffff"),))
    text = AccountEntry(SourceText(evil, CellRef(evil, evil, "A1")), Fate.UNREAD, evil)
    odd = AccountEntry(SourceText(evil, CellRef(evil, evil, evil)), Fate.PLAIN, evil)
    html = sheet_html(sheet_pictures([look], [text, odd], [Note(evil, "A1", "fail", evil)]), file=evil)
    harmless = [
        AccountEntry(SourceText("x", CellRef("f", "s", place)), fate, "x")
        for place, fate in (("A1", Fate.UNREAD), ("x", Fate.PLAIN))
    ]
    sheet = SheetLook("s", (CellLook(1, 1, "A1", "x", fill="ffffff"),))
    plain = sheet_html(sheet_pictures([sheet], harmless, [Note("s", "A1", "fail", "x")]), file="f")
    assert html.count("<") == plain.count("<")
    assert re.findall(r"<[a-z]+", html) == re.findall(r"<[a-z]+", plain)


def test_a_kept_page_says_at_which_cells_it_fails_and_holds() -> None:
    page = reported(batch_page(SPIKED))[0].page
    notes = {(note.cell, note.severity) for note in notes_of_page(page, FILE)}
    assert notes == {("C4", "fail"), ("C13", "hold")}
    assert notes_of_page(page, "another.xlsx") == ()


def test_a_page_with_its_sheets_links_results_to_their_cells() -> None:
    from kratom_qc.report.html import html

    report = reported(batch_page(SPIKED))[0]
    assert "The certificate as it came" not in html(report)
    pictures = FilePictures(FILE, sheet_pictures([LOOK], ACCOUNT, notes_of_page(report.page, FILE)))
    page = html(report, pictures=[pictures])
    anchor = pictures.anchor("Results!C12")
    assert page.count(f'href="#c-{anchor}"') == 2  # from its line, and from the table of results
    assert f'id="c-{anchor}"' in page
    assert given.FILE in page


def test_files_are_looked_at_in_a_child_that_is_replaced_where_one_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook()
    with Looker() as looker:
        first = looker.looked_at("a.xlsx", content)
        monkeypatch.setattr(pictures, "look_at", readers.read_or_die)
        assert looker.looked_at("abort.xlsx", content) is None
        monkeypatch.undo()
        looked = looker.looked_at("b.xlsx", content)
    assert first == Looked(*look_at("a.xlsx", content, Caps()))
    assert looked == Looked(*look_at("b.xlsx", content, Caps()))
    assert looked is not None
    assert looked.pictures([])[0].name == "Results"
