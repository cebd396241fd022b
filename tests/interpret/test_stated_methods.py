"""Where a paper says by what a result was obtained: its row, its section's heading, its sheet, or a line of its own."""

from __future__ import annotations

import pytest

from tests.factory.sheets import HEAD, Rows, read_csv, read_xlsx, results

OH = "7-Hydroxymitragynine"
COLUMNS = ["Analyte", "Result", "Unit"]
SEVEN = [OH, "0.01", "%"]
SOLVENTS = [["Methanol", "10", "ppm"], ["Hexane", "5", "ppm"]]
TABLE: Rows = [COLUMNS, ["Mitragynine", "1.4", "%"], SEVEN]

# The rows below the head, and the words by which 7-OH was measured
PAPERS: list[tuple[str, Rows, str]] = [
    ("its row says it", [[*COLUMNS, "Method"], [*SEVEN, "HPLC-DAD"]], "HPLC-DAD"),
    ("two columns of its row", [[*COLUMNS, "Method", "Instrument"], [*SEVEN, "SOP 12", "GC-MS"]], "SOP 12; GC-MS"),
    ("the instrument alone", [[*COLUMNS, "Method", "Instrument"], [*SEVEN, "", "GC-MS 7890"]], "GC-MS 7890"),
    ("nobody says it", TABLE, ""),
    ("its section", [COLUMNS, ["Alkaloids by GC-MS"], SEVEN], "GC-MS"),
    ("its section, in brackets", [COLUMNS, ["Alkaloid profile (GC)"], SEVEN], "GC"),
    ("its panel", [["Panel", *COLUMNS], ["Alkaloids by GC-MS", *SEVEN]], "GC-MS"),
    ("the last section", [COLUMNS, ["Alkaloids (HPLC)"], SEVEN, ["Solvents (GC-MS)"], *SOLVENTS], "HPLC"),
    ("the row before the section", [[*COLUMNS, "Method"], ["Alkaloids (GC-MS)"], [*SEVEN, "HPLC"]], "HPLC"),
    ("the section where the row says a number", [[*COLUMNS, "Method"], ["By GC-MS"], [*SEVEN, "SOP 12"]], "SOP 12; GC-MS"),
    ("a heading of amounts", [COLUMNS, ["Alkaloid screen (HPLC)"], SEVEN], "HPLC"),
    ("a label", [["Method", "GC-MS"], [], *TABLE], "GC-MS"),
    ("a label in one cell", [["Test Method: GC-MS"], [], *TABLE], "GC-MS"),
    ("a label of initials", [["Method", "GC"], [], *TABLE], "GC"),
    ("a label, and a number in the row", [["Method", "GC-MS"], [], [*COLUMNS, "Method"], [*SEVEN, "SOP 12"]], "SOP 12; GC-MS"),
    ("a label, and better in the row", [["Method", "GC-MS"], [], [*COLUMNS, "Method"], [*SEVEN, "HPLC"]], "HPLC"),
    ("a line below", [*TABLE, [], ["Analysis performed by GC-MS (Agilent 7890)."]], "GC-MS"),
    ("a comment", [*TABLE, [], ["Comments", "measured by GC-MS"]], "GC-MS"),
    ("a line about other things", [*TABLE, [], ["Residual solvents by GC-MS."]], ""),
    ("a line about alkaloids", [*TABLE, [], ["Alkaloids by HPLC, residual solvents by GC-MS."]], "HPLC"),
    ("a list of techniques", [*TABLE, [], ["Methods: HPLC-DAD, ICP-MS, HS-GC, USP <61>."]], "HPLC-DAD"),
    ("a list that leaves it open", [*TABLE, [], ["Methods: HPLC-DAD, GC-MS."]], "HPLC-DAD, GC-MS"),
    ("the line above its table", [*TABLE[:1], ["Methanol", "10", "ppm"], [], ["Method: HPLC"], [], *TABLE], "HPLC"),
    ("each table with a line above", [["Method: HPLC"], [], *TABLE, [], ["Method: GC-FID"], [], COLUMNS, *SOLVENTS], "HPLC"),
    ("the table below another", [["Method: GC-FID"], [], COLUMNS, *SOLVENTS, [], ["Method: HPLC"], [], *TABLE], "HPLC"),
    ("a line that may be of either table", [*TABLE, [], ["Method: GC-FID"], [], COLUMNS, *SOLVENTS], "GC-FID"),
    ("a screen of another thing", [*TABLE, [], ["Opioids by lateral flow."]], ""),
    ("initials", [["Analyst", "GC"], ["Approved By", "G.C. Miller"], ["Client", "GC Botanicals"], [], *TABLE], ""),
    ("a product's name", [["Product", "GC gold kratom"], [], *TABLE], ""),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "method"), [pytest.param(*paper[1:], id=paper[0]) for paper in PAPERS])
def test_the_nearest_words_count(rows: Rows, method: str) -> None:
    found = {result.analyte: result.method for result in results(read_csv(rows))}
    assert found["7-hydroxymitragynine"] == method


def test_a_lot_named_like_a_technique_is_none() -> None:
    long = [["Batch", "Form", *COLUMNS], ["GC-1023", "Leaf powder", *SEVEN], ["LC-17", "Leaf powder", *SEVEN]]
    assert [result.method for result in results(read_csv(long, head=[]))] == ["", ""]


SHEETS = [
    ({"Alkaloids": TABLE, "Solvents": [["Method", "GC-FID"], [], COLUMNS, *SOLVENTS]}, ""),
    ({"Alkaloids": [["Method", "HPLC"], [], *TABLE], "Solvents": [["Method", "GC-FID"], [], COLUMNS, *SOLVENTS]}, "HPLC"),
    ({"Alkaloids GC-MS": TABLE, "Solvents": [COLUMNS, *SOLVENTS]}, "GC-MS"),
    ({"Cover": [["Method", "GC-MS"]], "Alkaloids": TABLE}, "GC-MS"),
    ({"Cover": [["Method", "GC-MS"]], "Alkaloids": [["Method", "HPLC"], [], *TABLE]}, "HPLC"),
]  # fmt: skip


@pytest.mark.parametrize(("sheets", "method"), SHEETS)
def test_a_line_speaks_of_its_own_sheet(sheets: dict[str, Rows], method: str) -> None:
    first, *rest = sheets.items()
    read = read_xlsx({first[0]: [*HEAD, *first[1]], **dict(rest)})
    found = {result.analyte: result.method for result in results(read)}
    assert found["7-hydroxymitragynine"] == method


def test_a_screen_is_told_of_everything_it_may_have_measured() -> None:
    rows = [["Method", "lateral flow"], [], COLUMNS, ["Fentanyl", "5", "mg/kg"], ["Lead", "0.1", "mg/kg"]]
    assert {result.method for result in results(read_csv(rows))} == {"lateral flow"}


def test_a_technique_that_matters_to_nothing_is_not_ascribed() -> None:
    rows = [["Method", "HPLC"], [], COLUMNS, ["Lead", "0.1", "mg/kg"], ["Mitragynine", "1.4", "%"]]
    assert {result.method for result in results(read_csv(rows))} == {""}
