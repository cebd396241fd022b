"""`kratom-qc check FILE --annotate OUT.xlsx`: the vendor's own workbook back, marked so that it can be fixed from it alone."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from kratom_qc.cli import main as cli
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.giveback.annotate import annotated
from kratom_qc.intake.own_sheets import LIST_COLUMNS, LIST_TITLE
from kratom_qc.settings import Caps
from kratom_qc.vocabulary.problems import Fix, FixList, problems
from tests.factory.sheets import HEAD, Rows, csv_file, xlsx_bytes, xlsx_file

DAY = ["--on", "2026-11-22"]
FACTS: Rows = (
    ["Laboratory", "Tidewater Analytical"],
    ["Certificate No.", "C-1", "Method", "HPLC-DAD"],
    ["Batch", "L-1"],
    ["Form", "Leaf powder"],
    ["Date Tested", "2026-11-02"],
    [],
)
CLEAN: Rows = (
    *FACTS,
    ["Analyte", "Result", "Unit", "LOQ", "Basis"],
    ["Mitragynine", "1.40", "%", "0.01", "as received"],
    ["7-Hydroxymitragynine", "0.010", "%", "0.001", "as received"],
    ["Paynantheine", "0.25", "%", "0.01", "as received"],
    ["Speciogynine", "0.15", "%", "0.01", "as received"],
    ["Speciociliatine", "0.20", "%", "0.01", "as received"],
    ["Arsenic", "0.10", "mg/kg", "0.05", "as received"],
    ["Cadmium", "0.05", "mg/kg", "0.02", "as received"],
    ["Lead", "0.30", "mg/kg", "0.05", "as received"],
    ["Mercury", "0.02", "mg/kg", "0.01", "as received"],
    ["TAMC", "12000", "cfu/g", "10", "as received"],
    ["TYMC", "300", "cfu/g", "10", "as received"],
    ["E. coli", "Absent in 10 g", None, None, "as received"],
    ["Salmonella", "Absent in 25 g", None, None, "as received"],
)


def changed(**cells: str | None) -> list[list[str | None]]:
    """The clean certificate with some cells said otherwise, by their name."""
    rows: list[list[str | None]] = [list(row) for row in CLEAN]
    for name, said in cells.items():
        row, column = int(name[1:]) - 1, ord(name[0]) - ord("A")
        rows[row] += [None] * (column + 1 - len(rows[row]))
        rows[row][column] = said
    return rows


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main([str(argument) for argument in arguments])
    return end.value.code


def sent_back(tmp_path: Path, path: Path, status: int, *options: str) -> openpyxl.Workbook:
    out = tmp_path / "back.xlsx"
    assert run("check", path, *DAY, *options, "--annotate", out) == status
    return loaded(out)


def loaded(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(path.read_bytes()))


def listed(book: openpyxl.Workbook) -> list[dict[str, str]]:
    """The rows of the list of what to fix, by column."""
    rows = [
        [cell if cell is not None else "" for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)
    ]
    at = rows.index(list(LIST_COLUMNS))
    return [dict(zip(LIST_COLUMNS, row, strict=True)) for row in rows[at + 1 :]]


def links(book: openpyxl.Workbook) -> list[str]:
    """Where the links of the list lead."""
    cells = (cell for row in book.worksheets[0].iter_rows() for cell in row)
    return [cell.hyperlink.location for cell in cells if cell.hyperlink is not None]


def where(book: openpyxl.Workbook) -> list[tuple[str, str, str]]:
    return [(row["Severity"], row["Code"], row["Cell"]) for row in listed(book)]


BROKEN = {
    "B5": "03/14/2062",
    "B14": "0.1O",
    "C15": "mg/kgg",
    "B16": "-1",
    "D13": "some",
    "B18": "lots",
    "G13": "see below",
}
YELLOW, ORANGE = "FFFFE699", "FFF8CBAD"


def test_a_held_workbook_lists_every_problem_with_a_link_a_colour_and_a_comment(tmp_path):
    book = sent_back(tmp_path, xlsx_file(tmp_path, changed(**BROKEN)), 2)
    assert book.sheetnames == [LIST_TITLE, "Results"]
    assert book.active is book.worksheets[0]
    rows = [row for row in listed(book) if row["Code"] != "undecided"]
    assert {row["Cell"] for row in rows} == set(BROKEN)
    assert [row["Code"] for row in rows if row["Cell"] == "G13"] == ["TEXT-UNREAD"]
    for row in rows:
        cell = book["Results"][row["Cell"]]
        assert (row["Severity"], row["Sheet"], row["It says"]) == ("hold", "Results", BROKEN[row["Cell"]])
        assert row["What to do"] == problems()[row["Code"]].do
        assert row["What is wrong"]
        assert row["Expected"]
        assert cell.fill.fgColor.rgb == YELLOW
        assert f"HOLD {row['Code']}\n" in cell.comment.text
        assert row["What to do"] in cell.comment.text
    assert set(links(book)) == {f"'Results'!{name}" for name in (*BROKEN, "B15")}


def test_a_refused_workbook_is_marked_where_the_lot_is_missing(tmp_path):
    book = sent_back(tmp_path, xlsx_file(tmp_path, changed(B3=None)), 3)
    assert where(book) == [("refused", "no-batch-id", "B3")]
    cell = book["Results"]["B3"]
    assert cell.fill.fgColor.rgb == ORANGE
    assert cell.comment.text.startswith("REFUSED no-batch-id\n")
    assert links(book) == ["'Results'!B3"]


def test_the_list_is_in_the_order_of_the_sheet(tmp_path):
    book = sent_back(tmp_path, xlsx_file(tmp_path, changed(**BROKEN)), 2)
    cells = [row["Cell"] for row in listed(book)]
    assert cells == sorted(cells, key=lambda name: (int(name[1:]), name))


def said_before(name: str) -> str | None:
    """What the clean certificate says in a cell."""
    row, column = CLEAN[int(name[1:]) - 1], ord(name[0]) - ord("A")
    return row[column] if column < len(row) else None


FIXED = {name: said_before(name) for name in (*BROKEN, "B15")}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_vendor_who_does_what_the_list_says_has_a_certificate_that_passes(tmp_path, capsys, kind):
    """The annotated workbook itself is corrected and sent back, our list still in it."""
    path = xlsx_file(tmp_path, changed(**BROKEN)) if kind == "xlsx" else csv_file(tmp_path, changed(**BROKEN))
    book = sent_back(tmp_path, path, 2)
    for row in listed(book):
        book.worksheets[1][row["Cell"]] = FIXED[row["Cell"]]
    book.save(tmp_path / "fixed.xlsx")
    capsys.readouterr()
    assert run("check", tmp_path / "fixed.xlsx", *DAY, "--json") == 0
    (batch,) = json.loads(capsys.readouterr().out)["batches"]
    assert [remark["code"] for remark in batch["remarks"]] == ["own-list"]


def test_annotating_again_replaces_the_list_and_our_marks(tmp_path):
    book = sent_back(tmp_path, xlsx_file(tmp_path, changed(B14="0.1O", B16="lots")), 2)
    book["Results"]["B14"] = "0.10"
    book.save(tmp_path / "half.xlsx")
    again = sent_back(tmp_path, tmp_path / "half.xlsx", 2)
    assert again.sheetnames == [LIST_TITLE, "Results"]
    assert where(again) == [("hold", "UNKNOWN-WORD", "B16"), ("hold", "undecided", "B16"), ("note", "own-list", "")]
    assert again["Results"]["B14"].comment is None
    assert again["Results"]["B14"].fill.fill_type is None
    assert again["Results"]["B16"].comment.text.count("HOLD") == 2


HELD = {
    "not tested, its row missing": (dict.fromkeys(("A20", "B20", "E20")), ("hold", "not-tested", "")),
    "not tested, as the cell says": ({"B20": "NT"}, ("hold", "not-tested", "B20")),
    "a method that does not look deep enough": ({"B15": "<5"}, ("hold", "undecided", "B15")),
    "a doubt at its cell": ({"A15": "Ledd"}, ("hold", "UNKNOWN-ANALYTE", "A15")),
    "a result outside its limit": ({"B15": "9"}, ("fail", "result-fails", "B15")),
    "a remark": ({"D14": None, "B13": "0", "D13": None}, ("warning", "zero-without-lod", "B13")),
}


@pytest.mark.parametrize("story", HELD)
def test_what_holds_or_fails_a_batch_is_listed_with_the_cell_it_rests_on(tmp_path, story):
    cells, expected = HELD[story]
    status = 1 if expected[0] == "fail" else 2
    book = sent_back(tmp_path, xlsx_file(tmp_path, changed(**cells)), status)
    assert expected in where(book)
    if expected[2]:
        cell = book["Results"][expected[2]]
        assert cell.comment.text.startswith(("HOLD", "FAIL", "WARNING"))


def test_what_nobody_tested_is_named_with_the_limit_that_asks_for_it(tmp_path):
    book = sent_back(tmp_path, xlsx_file(tmp_path, CLEAN[:-1]), 2)
    (row,) = [row for row in listed(book) if row["Code"] == "not-tested"]
    assert row["What is wrong"].startswith("Salmonella: not tested")
    assert "Our specification for every product" in row["Expected"]
    assert "us-ut" not in row["Expected"].lower()  # not of a market that nobody asked for


def test_severities_come_worst_first(tmp_path):
    book = sent_back(tmp_path, xlsx_file(tmp_path, changed(B15="9", B20="NT", E14=None)), 1)
    ranks = [("refused", "fail", "hold", "warning", "note").index(row["Severity"]) for row in listed(book)]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) > 2


def test_a_clean_certificate_comes_back_with_an_empty_list(tmp_path):
    book = sent_back(tmp_path, xlsx_file(tmp_path, CLEAN), 0)
    assert listed(book) == []
    assert "PASS, batch L-1" in [cell.value for cell in book.worksheets[0]["A"]]


# ---------------------------------------------------------------- the vendor's own workbook stays theirs


def dress(book: openpyxl.Workbook) -> None:
    sheet = book["Results"]
    sheet["G1"], sheet["G2"], sheet["G3"] = "=1+1", 46000, 1234.5
    sheet["G2"].number_format, sheet["G3"].number_format = "yyyy-mm-dd", "#,##0.00"
    sheet["B15"].font = Font(bold=True, color="FFFF0000")
    sheet["B15"].comment = Comment("checked twice", "R. Smith")
    sheet.row_dimensions[19].hidden = True
    sheet.column_dimensions["D"].width = 33
    sheet["H1"] = "'=not a formula"
    sheet["H1"].value = "=not a formula"
    sheet["H1"].data_type = "s"
    notes = book.create_sheet("Notes")
    notes["A1"] = "kept"
    notes.sheet_state = "hidden"


def test_every_cell_of_the_vendors_workbook_is_kept(tmp_path):
    """Values, formulas, formats, fonts, widths, hidden rows and sheets; a stored number never becomes a date."""
    path = xlsx_file(tmp_path, changed(B15="9 mg/kgg"), dress=dress)
    before, after = loaded(path), sent_back(tmp_path, path, 2)
    for sheet in before.worksheets:
        same = after[sheet.title]
        assert same.sheet_state == sheet.sheet_state
        for row in sheet.iter_rows():
            for cell in row:
                twin = same[cell.coordinate]
                assert (twin.value, twin.data_type) == (cell.value, cell.data_type), cell.coordinate
                assert (twin.number_format, repr(twin.font)) == (cell.number_format, repr(cell.font)), cell.coordinate
    assert after["Results"].row_dimensions[19].hidden
    assert after["Results"].column_dimensions["D"].width == 33


def test_a_number_under_a_date_format_is_stored_as_it_was():
    """Also one that is no date of any calendar."""

    def dates(book: openpyxl.Workbook) -> None:
        for name, number in (("G1", 46000.123456789), ("G2", 3000000)):
            book["Results"][name] = number
            book["Results"][name].number_format = "yyyy-mm-dd"

    raw = annotated("c.xlsx", xlsx_bytes(CLEAN, dates), FixList((), ()), Caps())
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
    assert "<v>46000.123456789</v>" in sheet
    assert "<v>3000000</v>" in sheet


def test_raised_letters_and_the_last_digit_are_kept():
    """A raised exponent that lost its height would be another number."""

    def raised(book: openpyxl.Workbook) -> None:
        height = InlineFont(vertAlign="superscript")
        book["Results"]["G1"] = CellRichText("2.1x10", TextBlock(height, "4"))
        book["Results"]["G2"] = 0.1
        book["Results"]["G2"]._value, book["Results"]["G2"].data_type = "274.65999999999997", "n"

    raw = annotated("c.xlsx", xlsx_bytes(CLEAN, raised), FixList((), ()), Caps())
    sheet = openpyxl.load_workbook(io.BytesIO(raw), rich_text=True)["Results"]
    assert [str(part) for part in sheet["G1"].value] == ["2.1x10", "4"]
    assert sheet["G1"].value[1].font.vertAlign == "superscript"
    assert repr(sheet["G2"].value) == "274.65999999999997"


def test_a_comment_that_was_there_stays_and_ours_comes_after_it(tmp_path):
    book = sent_back(tmp_path, xlsx_file(tmp_path, changed(B15="9 mg/kgg"), dress=dress), 2)
    comment = book["Results"]["B15"].comment
    assert comment.text.startswith("checked twice\n\nHOLD TEXT-UNREAD\nIt says: checked twice")
    assert "\n\nHOLD UNKNOWN-UNIT" in comment.text
    assert "'Results'!B15" in links(book)
    assert book["Results"]["B15"].font.color.rgb == "FFFF0000"


def test_a_hidden_cell_is_listed_by_what_hides_it_and_stays_hidden(tmp_path):
    book = sent_back(tmp_path, xlsx_file(tmp_path, CLEAN, dress=dress), 2)
    hidden = [row for row in listed(book) if row["Code"] == "HIDDEN"]
    assert hidden
    assert all("row 19 is hidden" in row["What is wrong"] for row in hidden)


def test_a_merged_cell_is_marked_at_its_first_cell():
    def merge(book: openpyxl.Workbook) -> None:
        book["Results"].merge_cells("B15:B16")

    listing = FixList(("x",), (Fix("hold", "undecided", CellRef("c.xlsx", "Results", "B16"), "", "w", "e", "d"),))
    raw = annotated("c.xlsx", xlsx_bytes(CLEAN, merge), listing, Caps())
    assert openpyxl.load_workbook(io.BytesIO(raw))["Results"]["B15"].comment.text.startswith("HOLD")


def test_a_workbook_that_openpyxl_cannot_carry_over_comes_back_as_text_and_says_so(monkeypatch):
    def fail(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr("kratom_qc.intake.giveback.annotate._vendors_own", fail)
    raw = annotated("c.xlsx", xlsx_bytes(CLEAN), FixList(("x",), ()), Caps())
    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert "cells stand here as text" in book.worksheets[0]["A3"].value
    assert book["Results"]["B15"].value == "0.30"


def test_the_name_of_the_list_gives_way_to_the_vendors(tmp_path):
    book = sent_back(tmp_path, xlsx_file(tmp_path, {"what to fix": [["our own", "list"]], "Results": CLEAN}), 2)
    assert book.sheetnames == ["What to fix (2)", "what to fix", "Results"]


def test_only_the_list_is_selected(tmp_path):
    """Sheets that stay selected together are edited together."""
    book = sent_back(tmp_path, xlsx_file(tmp_path, {"Results": CLEAN, "More": [["x"]]}), 2)
    assert [sheet.sheet_view.tabSelected for sheet in book.worksheets] == [True, False, False]


# ---------------------------------------------------------------- hostile words, other formats, files nobody can open


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_vendors_words_never_become_a_formula(tmp_path, sign):
    word = f"{sign}cmd|'/c calc'!A1"
    path = csv_file(tmp_path, [*HEAD, ["Analyte", "Result", "Unit"], ["Lead", word, "mg/kg"], [word, "1", "ppm"]])
    book = sent_back(tmp_path, path, 2)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells if cell.value.startswith(sign))
    assert sum(word in cell.value for cell in cells) >= 3


def test_a_csv_comes_back_as_text_with_its_marks(tmp_path):
    path = csv_file(tmp_path, changed(B15="1,2,34"))
    book = sent_back(tmp_path, path, 2)
    sheet = book["Certificate"]
    said = [[cell.value or "" for cell in row] for row in sheet.iter_rows(max_col=5)]
    with path.open(encoding="utf-8", newline="") as text:
        assert said == [[*row, *[""] * (5 - len(row))] for row in csv.reader(text)]
    assert {cell.number_format for row in sheet.iter_rows() for cell in row if cell.value} == {"@"}
    assert sheet["B15"].comment.text.startswith("HOLD NOT-A-NUMBER")
    assert listed(book)[0]["Sheet"] == "Certificate"


SHUT = {"a PDF": b"%PDF-1.7 x", "nothing": b"", "half a workbook": xlsx_bytes(CLEAN)[:900], "no table": b"\x00\x01\x02"}


@pytest.mark.parametrize("story", SHUT)
def test_a_file_that_cannot_be_opened_gives_the_list_alone(tmp_path, story):
    path = tmp_path / "certificate.xlsx"
    path.write_bytes(SHUT[story])
    book = sent_back(tmp_path, path, 3)
    assert book.sheetnames == [LIST_TITLE]
    assert [row["Severity"] for row in listed(book)] == ["refused"]


def test_signs_that_no_workbook_can_carry_are_replaced():
    fix = Fix("refused", "damaged", CellRef("c.csv"), "a\x00\x1fb\ud800", "wrong\x0b", "e", "d")
    raw = annotated("c.csv", b"", FixList(("one\x01",), (fix,)), Caps())
    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert listed(book)[0]["It says"] == "a\ufffd\ufffdb\ufffd"


def test_a_place_that_is_no_cell_is_listed_without_a_link():
    fixes = [
        Fix("hold", "undecided", CellRef("c.xlsx", "Results", "results[3].value"), "", "w", "e", "d"),
        Fix("hold", "undecided", CellRef("c.xlsx", "No such sheet", "A1"), "", "w", "e", "d"),
    ]
    raw = annotated("c.xlsx", xlsx_bytes(CLEAN), FixList((), tuple(fixes)), Caps())
    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert {row["Cell"] for row in listed(book)} == {"results[3].value", "A1"}
    assert links(book) == []


def test_a_sheet_that_only_looks_like_our_list_is_read(tmp_path, capsys):
    """Nothing hides behind our title: a sheet with anything of its own is the vendor's."""
    ours = [[LIST_TITLE], ["sentence"], [], list(LIST_COLUMNS), ["hold", "c", "s", "A1", "1", "w", "e", "", "d"]]
    assert run("check", xlsx_file(tmp_path, {LIST_TITLE: [*ours, ["Lead", "9"]], "Results": CLEAN}), *DAY) == 2
    capsys.readouterr()
    run("check", xlsx_file(tmp_path, {LIST_TITLE: [*ours[:4], [*ours[4], "9"]], "Results": CLEAN}), *DAY, "--json")
    (batch,) = json.loads(capsys.readouterr().out)["batches"]
    assert [remark["code"] for remark in batch["remarks"]] == ["sheet-not-used"]


# ---------------------------------------------------------------- the command


def usage(tmp_path: Path) -> dict[str, list[object]]:
    one, two = tmp_path / "certificate.xlsx", tmp_path / "two.csv"
    return {
        "two files": ["check", one, two, "--annotate", tmp_path / "back.xlsx"],
        "the input itself": ["check", one, "--annotate", one],
        "the input by another way": ["check", one, "--annotate", tmp_path / "x" / ".." / "certificate.xlsx"],
        "the input by a link": ["check", one, "--annotate", tmp_path / "link.xlsx"],
        "no workbook's name": ["check", one, "--annotate", tmp_path / "back.csv"],
    }


@pytest.mark.parametrize("story", list(usage(Path())))
def test_wrong_usage_writes_nothing(tmp_path, story):
    path = xlsx_file(tmp_path, CLEAN)
    csv_file(tmp_path, CLEAN, "two.csv")
    (tmp_path / "link.xlsx").hardlink_to(path)
    before = {file.name: hashlib.sha256(file.read_bytes()).digest() for file in tmp_path.iterdir()}
    assert run(*usage(tmp_path)[story], *DAY) == 64
    assert {file.name: hashlib.sha256(file.read_bytes()).digest() for file in tmp_path.iterdir()} == before


def test_a_folder_that_is_not_there_ends_with_73(tmp_path):
    assert run("check", xlsx_file(tmp_path, CLEAN), *DAY, "--annotate", tmp_path / "nowhere" / "back.xlsx") == 73


def test_another_file_of_that_name_is_written_over(tmp_path):
    (tmp_path / "back.xlsx").write_text("old")
    assert sent_back(tmp_path, xlsx_file(tmp_path, CLEAN), 0).sheetnames[0] == LIST_TITLE
    assert sorted(file.name for file in tmp_path.iterdir()) == ["back.xlsx", "certificate.xlsx"]


def test_json_stays_alone_on_standard_output(tmp_path, capsys):
    run("check", xlsx_file(tmp_path, CLEAN), *DAY, "--json", "--annotate", tmp_path / "back.xlsx")
    out, err = capsys.readouterr()
    assert json.loads(out)["status"] == "judged"
    assert "back.xlsx" in err


def test_the_list_names_the_file_and_never_its_folder(tmp_path):
    book = sent_back(tmp_path, xlsx_file(tmp_path, changed(B15="lots")), 2)
    words = " ".join(str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    assert "certificate.xlsx, read on 2026-11-22" in words
    assert str(tmp_path) not in words


def test_the_vendors_fill_is_kept_where_nothing_is_wrong(tmp_path):
    def fill(book: openpyxl.Workbook) -> None:
        book["Results"]["B14"].fill = PatternFill("solid", fgColor="FF00FF00")

    book = sent_back(tmp_path, xlsx_file(tmp_path, changed(B15="lots"), dress=fill), 2)
    assert book["Results"]["B14"].fill.fgColor.rgb == "FF00FF00"


def test_the_day_of_judgement_is_printed_and_no_clock_is_read(tmp_path):
    assert str(date(2026, 11, 22)) in sent_back(tmp_path, xlsx_file(tmp_path, CLEAN), 0).worksheets[0]["A2"].value
