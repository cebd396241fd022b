"""`kratom-qc template`: a blank certificate that, filled in, is read without a remark."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from kratom_qc import vocabulary
from kratom_qc.cli import main as cli
from kratom_qc.intake.giveback.template import _FAMILIES, blank
from kratom_qc.intake.own_sheets import RESULT_WORDS, VERDICTS, WORDS_TITLE, valid_words

DAY = ["--on", "2026-11-22"]
SAID = {  # a clean batch of leaf: result, unit, LOD, LOQ
    "Mitragynine": ("1.42", "% w/w", "0.003", "0.01"),
    "7-Hydroxymitragynine": ("0.013", "% w/w", "0.0005", "0.002"),
    "Paynantheine": ("0.25", "% w/w", "0.003", "0.01"),
    "Speciogynine": ("0.17", "% w/w", "0.003", "0.01"),
    "Speciociliatine": ("0.21", "% w/w", "0.003", "0.01"),
    "Arsenic": ("0.113", "mg/kg", "0.005", "0.02"),
    "Cadmium": ("0.047", "mg/kg", "0.002", "0.01"),
    "Lead": ("0.31", "mg/kg", "0.005", "0.02"),
    "Mercury": ("ND", "mg/kg", "0.003", "0.01"),
    "Total Aerobic Microbial Count": ("12000", "cfu/g", "", "10"),
    "Total Combined Yeast and Mold Count": ("340", "cfu/g", "", "10"),
    "Escherichia coli": ("Absent in 10 g", "", "", ""),
    "Salmonella": ("Absent", "", "", ""),
}
FACTS = {
    "Laboratory": "Harbor Botanics",
    "Accreditation No.": "PJLA 12345",
    "Certificate No.": "HB-26-0117",
    "Batch": "000123",
    "Product": "Red Maeng Da",
    "Date Sampled": "2026-11-01",
    "Date Received": "2026-11-03",
    "Date Tested": "2026-11-10",
    "Date Issued": "2026-11-12",
}


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main([str(argument) for argument in arguments])
    return end.value.code


def made(tmp_path: Path, *options: str, product: str = "leaf_powder") -> Path:
    path = tmp_path / "blank.xlsx"
    assert run("template", "--product", product, "--output", path, *options) == 0
    return path


def opened(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(path.read_bytes()))


def header_row(sheet: Worksheet) -> int:
    return next(row for row in range(1, 40) if sheet.cell(row, 2).value == "Result")


def filled(path: Path) -> Path:
    """The blank certificate with every label's and every analyte's cell typed in, as a person would."""
    book = opened(path)
    sheet = book["Certificate"]
    header = header_row(sheet)
    for row in range(1, header):
        if sheet.cell(row, 1).value in FACTS:
            sheet.cell(row, 2).value = FACTS[sheet.cell(row, 1).value]
    for row in range(header + 1, sheet.max_row + 1):
        analyte = sheet.cell(row, 1).value
        if analyte in SAID:
            for column, said in enumerate(SAID[analyte], start=2):
                sheet.cell(row, column).value = said or None
            sheet.cell(row, 8).value = "HPLC-DAD"
        if analyte == "Salmonella":
            sheet.cell(row, 9).value = "25"
    book.save(path.with_name("filled.xlsx"))
    return path.with_name("filled.xlsx")


def spoken(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict:
    capsys.readouterr()
    run("check", *arguments, *DAY, "--json")
    return json.loads(capsys.readouterr().out)


def test_a_blank_certificate_is_refused_for_what_is_blank_and_nothing_else(tmp_path, capsys):
    """It names the cells to fill first; the sheet of valid words is no reason for a word."""
    path = made(tmp_path)
    read = spoken(capsys, path)
    sheet = opened(path)["Certificate"]
    assert [refusal["code"] for refusal in read["refusals"]] == ["no-batch-id", "no-results"]
    number, result = (refusal["cell"] for refusal in read["refusals"])
    assert sheet[number].value is None
    assert sheet.cell(sheet[number].row, 1).value == "Batch"
    assert sheet[result].value is None
    assert sheet.cell(sheet[result].row, 1).value == "Mitragynine"
    assert sheet.cell(header_row(sheet), sheet[result].column).value == "Result"


def test_a_filled_certificate_passes_without_a_doubt_or_a_remark(tmp_path, capsys):
    read = spoken(capsys, filled(made(tmp_path)))
    assert read["refusals"] == []
    (batch,) = read["batches"]
    assert (batch["batch_id"], batch["product"], batch["verdict"]) == ("000123", "leaf_powder", "PASS")
    assert batch["remarks"] == []
    assert [finding for finding in batch["findings"] if finding["rulebook"] == "integrity"] == []
    assert len(batch["results"]) == len(SAID)


def test_a_named_batch_with_blank_results_is_held_for_each_of_them(tmp_path, capsys):
    path = made(tmp_path)
    book = opened(path)
    sheet = book["Certificate"]
    next(sheet.cell(row, 2) for row in range(1, 20) if sheet.cell(row, 1).value == "Batch").value = "L-1"
    book.save(path)
    (batch,) = spoken(capsys, path)["batches"]
    assert batch["verdict"] == "HOLD"
    missing = {finding["analyte"] for finding in batch["findings"] if finding["outcome"] == "MISSING"}
    assert {"mitragynine", "lead", "salmonella"} <= missing


@pytest.mark.parametrize("product", ["leaf_powder", "liquid", "extract_capsule"])  # the rows and columns there are
def test_every_product_has_a_template(tmp_path, capsys, product):
    path = made(tmp_path, product=product)
    sheet = opened(path)["Certificate"]
    names = {sheet.cell(row, 1).value for row in range(header_row(sheet) + 1, sheet.max_row + 1)}
    assert {"Lead", "Arsenic", "Cadmium", "Mercury", "Salmonella"} <= names
    assert {refusal["code"] for refusal in spoken(capsys, path)["refusals"]} == {"no-batch-id", "no-results"}


def test_rows_are_what_the_limits_hold_a_batch_for(tmp_path):
    """A share asks for what it is computed from; what is judged only where tested has no row."""
    sheet = opened(made(tmp_path))["Certificate"]
    names = [sheet.cell(row, 1).value for row in range(header_row(sheet) + 1, sheet.max_row + 1)]
    assert [name for name in names if name in SAID] == list(SAID)
    assert [name for name in names if name and name not in SAID] == ["Alkaloids", "Metals", "Microbiology"]


def test_a_market_adds_the_rows_it_asks_for(tmp_path):
    at_home = opened(made(tmp_path))["Certificate"]
    in_utah = opened(made(tmp_path, "--market", "us-ut", "--force"))["Certificate"]
    assert {cell.value for cell in in_utah["A"]} > {cell.value for cell in at_home["A"]}


def test_what_is_sold_by_the_serving_has_labels_for_it(tmp_path):
    extract = opened(made(tmp_path, product="extract"))["Certificate"]
    assert "Serving Size" in {cell.value for cell in extract["A"]}


def test_every_cell_is_text_and_nothing_is_hidden(tmp_path):
    book = opened(made(tmp_path))
    for sheet in book.worksheets:
        assert sheet.sheet_state == "visible"
        assert not any(shape.hidden for shape in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values()))
    cells = [cell for row in book["Certificate"].iter_rows(max_col=10) for cell in row if cell.has_style]
    assert len(cells) > 300
    assert {cell.number_format for cell in cells} == {"@"}


def choices(sheet: Worksheet, cell: str) -> list[str]:
    """The words a cell's drop-down offers."""
    (rule,) = [rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref and rule.type == "list"]
    if rule.formula1.startswith('"'):
        return rule.formula1.strip('"').split(",")
    area = rule.formula1.split("!")[1].replace("$", "")
    return [row[0].value for row in sheet.parent[WORDS_TITLE][area]]


def test_drop_downs_offer_words_that_are_understood(tmp_path):
    sheet = opened(made(tmp_path))["Certificate"]
    header = header_row(sheet)
    rows = {sheet.cell(row, 1).value: row for row in range(header + 1, sheet.max_row + 1)}
    assert choices(sheet, f"C{rows['Lead']}")[:2] == ["% w/w", "mg/g"]
    assert choices(sheet, f"C{rows['Total Aerobic Microbial Count']}") == ["cfu/g", "mpn/g"]
    assert all(vocabulary.unit(word) for word in choices(sheet, f"C{rows['Lead']}"))
    assert all(vocabulary.basis_in(word)[0] for word in choices(sheet, f"G{rows['Lead']}"))
    assert all(vocabulary.status(word) for word in choices(sheet, f"J{rows['Lead']}"))
    form = next(row for row in range(1, header) if sheet.cell(row, 1).value == "Form")
    assert all(vocabulary.product_form(word) for word in choices(sheet, f"B{form}"))
    assert all(vocabulary.analyte(word) for word in choices(sheet, f"A{sheet.max_row}"))


def test_drop_downs_fit_what_a_spreadsheet_allows(tmp_path):
    for product in vocabulary.product_forms():
        for rule in opened(made(tmp_path, "--force", product=product))["Certificate"].data_validations.dataValidation:
            assert len(rule.formula1 or "") <= 257  # 255 and the quotes
            assert len(rule.prompt or "") <= 255
            assert len(rule.error or "") <= 225


def test_the_valid_words_are_valid():
    assert all(vocabulary.unit(word) for word in valid_words()["Units"])
    assert all(vocabulary.status(word.split(" in ")[0]) for word in (*RESULT_WORDS, *VERDICTS))


def test_a_sheet_of_valid_words_with_anything_else_in_it_is_read_as_any_other(tmp_path, capsys):
    path = filled(made(tmp_path))
    book = opened(path)
    book[WORDS_TITLE]["B40"] = "Lead 9 mg/kg"
    book.save(path)
    (batch,) = spoken(capsys, path)["batches"]
    assert batch["verdict"] == "HOLD"
    assert {text["sheet"] for text in batch["unread"]} == {WORDS_TITLE}


@pytest.mark.parametrize("product", ["leaf_powder", "liquid", "extract_capsule"])  # the rows and columns there are
def test_no_prompt_of_a_blank_certificate_holds_it(tmp_path, capsys, product):
    book = openpyxl.load_workbook(io.BytesIO(blank(product, vocabulary.analytes().values(), declares=True)))
    sheet = book["Certificate"]
    next(sheet.cell(row, 2) for row in range(1, 20) if sheet.cell(row, 1).value == "Batch").value = "L-1"
    book.save(tmp_path / "blank.xlsx")
    (batch,) = spoken(capsys, tmp_path / "blank.xlsx")["batches"]
    assert batch["unread"] == []


def test_every_family_of_analytes_has_its_heading():
    assert {analyte.family for analyte in vocabulary.analytes().values()} <= set(_FAMILIES)
    assert not any(vocabulary.analyte(heading) or vocabulary.fact_name(heading) for heading in _FAMILIES.values())
    assert blank("leaf_powder", vocabulary.analytes().values(), declares=True)


WRONG = {
    "no product": [],
    "an unknown product": ["--product", "lozenge"],
    "an unknown market": ["--product", "leaf_powder", "--market", "us-zz"],
    "no workbook's name": ["--product", "leaf_powder", "--output", "blank.csv"],
    "a file that is there": ["--product", "leaf_powder", "--output", "there.xlsx"],
    "the usual name that is there": ["--product", "leaf_powder"],
}


@pytest.mark.parametrize("story", WRONG)
def test_wrong_usage_ends_with_64_and_writes_nothing(tmp_path, monkeypatch, story):
    monkeypatch.chdir(tmp_path)
    for name in ("there.xlsx", "certificate-leaf-powder.xlsx"):
        Path(name).write_text("kept")
    assert run("template", *WRONG[story]) == 64
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "there.xlsx": "kept",
        "certificate-leaf-powder.xlsx": "kept",
    }


def test_force_writes_over_a_file_and_the_usual_name_is_the_products(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("template", "--product", "leaf_powder") == 0
    assert run("template", "--product", "leaf_powder", "--force") == 0
    assert [path.name for path in tmp_path.iterdir()] == ["certificate-leaf-powder.xlsx"]
