"""One batch on many laboratories' paper reads alike, whatever shape, language, order of columns or file type."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kratom_qc.app.reading import Reading, read_files
from tests.factory.sheets import (
    HEAD,
    Rows,
    canonical,
    codes,
    csv_file,
    read_csv,
    read_xlsx,
    results,
    told,
    troubles,
    unread,
    xlsx_file,
)

BATCH = [
    ("L-1", "leaf_powder", "7-hydroxymitragynine", "120", "mg/kg", "as received", "True", ""),
    ("L-1", "leaf_powder", "cadmium", "[0, 0.05)", "mg/kg", "as received", "False", ""),
    ("L-1", "leaf_powder", "lead", "0.21", "mg/kg", "as received", "True", ""),
    ("L-1", "leaf_powder", "mercury", "[0, 0.01)", "mg/kg", "as received", "False", ""),
    ("L-1", "leaf_powder", "mitragynine", "15200", "mg/kg", "as received", "True", ""),
    ("L-1", "leaf_powder", "salmonella", "[0, 0.04)", "cfu/g", "as received", "False", "25"),
    ("L-1", "leaf_powder", "tamc", "1200", "cfu/g", "as received", "True", ""),
]
FORM_ENGLISH: Rows = [
    ["Northern Analytical"], ["Certificate No.", "C-77", "", "Date Issued", "2026-03-04"],
    ["Lot No.", "L-1", "", "Product Form", "Leaf powder"], [],
    ["Alkaloids (% w/w)"],
    ["Analyte", "LOD", "LOQ", "Limit", "Result", "Status"],
    ["Mitragynine", "0.001", "0.003", "NLT 0.3", "1.52", "Pass"], ["7-OH", "0.001", "0.003", "", "0.012", ""],
    [],
    ["Heavy metals"],
    ["Result", "Unit", "Test", "LOQ", "LOD", "Method", "Notes"],
    ["0.21", "mg/kg", "Lead (Pb)", "0.05", "0.01", "USP <730>", "a"], ["<0.05", "ppm", "Cadmium (Cd)", "0.05", "0.01", "", ""],
    ["ND", "mg/kg", "Mercury (Hg)", "0.03", "0.01", "", ""],
    [],
    ["Microbiology"],
    ["Test", "Result"], ["Salmonella spp.", "Absent in 25 g"], ["TAMC", "1.2x10^3 CFU/g"],
    [], ["Results relate only to the sample tested."], ["Authorized by:", "J. Doe"], ["Page:", "1 of 1"],
]  # fmt: skip
FORM_CZECH: Rows = [
    ["Zkušební laboratoř: Severní s.r.o."], ["Číslo protokolu", "C-77"], ["Šarže", "L-1"], ["Matrice", "prášek z listů"],
    ["Datum vystavení", "4. 3. 2026"], [],
    ["Ukazatel", "Výsledek", "Jednotka", "Mez detekce", "Mez stanovitelnosti", "Hodnocení", "Metoda"],
    ["Mitragynin", "1,52", "% hm.", "0,001", "0,003", "V", "HPLC"], ["7-hydroxymitragynin", "0,012", "% hm.", "", "", "V", ""],
    ["Olovo", "0,21", "mg/kg", "0,01", "0,05", "V", "ICP-MS"], ["Kadmium", "<0,05", "mg/kg", "0,01", "0,05", "V", ""],
    ["Rtuť", "nedetekováno", "mg/kg", "0,01", "0,03", "X", ""], ["r. Salmonella", "negativní v 25 g", "", "", "", "V", ""],
    ["CPM", "1,2·10³", "KTJ/g", "", "", "V", ""],
]  # fmt: skip
LONG: Rows = [
    ["Lot", "Matrix", "Test", "Result", "Units", "LOD", "Comments"],
    ["L-1", "Leaf powder", "Mitragynine", "15.2", "mg/g", "", "first"], ["L-1", "Leaf powder", "7-OH", "0.12", "mg/g", "", ""],
    ["L-1", "Leaf powder", "Pb", "210", "ppb", "", ""], ["L-1", "Leaf powder", "Cd", "<50", "ppb", "", ""],
    ["L-1", "Leaf powder", "Hg", "ND", "ppb", "10", ""], ["L-1", "Leaf powder", "Salmonella", "Negative", "/25 g", "", ""],
    ["L-1", "Leaf powder", "TAMC", "1200", "CFU/g", "", ""],
]  # fmt: skip
WIDE_UNITS: Rows = [
    ["Lot", "Form", "Mitragynine", "7-OH", "Lead", "Cadmium", "Mercury", "Salmonella", "TAMC"],
    ["", "", "%", "%", "mg/kg", "mg/kg", "mg/kg", "", "CFU/g"],
    ["LOD", "", "0.001", "0.001", "0.01", "0.01", "0.01", "", ""],
    ["L-1", "Leaf powder", "1.52", "0.012", "0.21", "<0.05", "ND", "Absent in 25 g", "1200"],
]
WIDE_HEADERS: Rows = [
    ["Form", "Mitragynine (mg/g)", "7-OH, mg/g", "Lead ppm", "Cadmium (ppm)", "Mercury (ppm)", "Salmonella",
     "TAMC (CFU/g)", "Lot"],
    ["Leaf powder", "15.2", "0.12", "0.21", "<0.05", "ND (LOD 0.01)", "0/25 g", "1200", "L-1"],
]  # fmt: skip
QUALIFIERS: Rows = [
    *HEAD,
    ["Parameter", "<", "Value", "UOM", "MDL"],
    ["Mitragynine", "", "1.52", "%", ""], ["7-OH", "=", "0.012", "%", ""], ["Lead", "", "0.21", "mg/kg", ""],
    ["Cadmium", "<", "0.05", "mg/kg", ""], ["Mercury", "U", "", "mg/kg", "0.01"], ["Salmonella", "Neg.", "", "/25 g", ""],
    ["TAMC", "", "1200", "CFU/g", ""],
]  # fmt: skip
WIDE_PER_CENT: Rows = [
    [
        "Form",
        "Lot",
        "Mitragynine (%)",
        "7-OH (%)",
        "Lead (ppm)",
        "Cadmium (ppm)",
        "Mercury (ppm)",
        "Salmonella",
        "TAMC (CFU/g)",
    ],
    ["Leaf powder", "L-1", "1.52", "0.012", "0.21", "<0.05", "ND (LOD 0.01)", "Negative/25g", "1200"],
]
SHAPES: dict[str, Rows] = {
    "form, three tables, English": FORM_ENGLISH,
    "form, one table, Czech": FORM_CZECH,
    "long": LONG,
    "wide with a unit row and a LOD row": WIDE_UNITS,
    "wide with units in the headers": WIDE_HEADERS,
    "wide with per cent in the headers": WIDE_PER_CENT,
    "qualifier column": QUALIFIERS,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "read",
    [lambda rows: read_csv(rows, head=()), lambda rows: read_csv(rows, ";", head=()), read_xlsx],
    ids=["csv", "csv with semicolons", "xlsx"],
)
def test_the_same_batch_reads_alike_on_every_paper(shape: str, read: Callable[[Rows], Reading]) -> None:
    assert canonical(read(SHAPES[shape])) == BATCH


def test_a_file_on_disk_reads_as_its_bytes(tmp_path: Path) -> None:
    readings = read_files([csv_file(tmp_path, LONG), xlsx_file(tmp_path, LONG)])
    assert [canonical(reading) for reading in readings] == [BATCH, BATCH]
    assert [Path(reading.file).name for reading in readings] == ["certificate.csv", "certificate.xlsx"]


def test_numbers_stored_as_numbers_read_as_numbers_stored_as_text() -> None:
    typed = [[float(cell) if cell.replace(".", "", 1).isdigit() else cell for cell in row] for row in LONG]
    assert any(isinstance(cell, float) for row in typed for cell in row)
    assert canonical(read_xlsx(typed)) == BATCH


@settings(deadline=None, max_examples=40)
@given(st.permutations(range(len(LONG[0]))))
def test_the_order_of_columns_does_not_count(order: list[int]) -> None:
    assert canonical(read_csv([[row[column] for column in order] for row in LONG], head=())) == BATCH


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(1, len(LONG))))
def test_the_order_of_rows_does_not_count(order: list[int]) -> None:
    assert canonical(read_csv([LONG[0], *(LONG[row] for row in order)], head=())) == BATCH


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(len(WIDE_HEADERS[0]))))
def test_the_order_of_columns_does_not_count_in_a_wide_table(order: list[int]) -> None:
    assert canonical(read_csv([[row[column] for column in order] for row in WIDE_HEADERS], head=())) == BATCH


@pytest.mark.parametrize(
    ("header", "row", "lead"),
    [  # one lead row of three laboratories: never map by position
        (["Analyte", "LOD (ppb)", "Limit (ppb)", "Result (ppb)", "Status"], ["Lead", "0.80", "500.00", "4.00", "Pass"], "0.004"),
        (["Analyte", "LOD", "Units", "Result", "Status", "Limit"], ["Lead", "0.05", "PPM", "ND", "PASS", "0.5"], "[0, 0.05)"),
        (["Analyte", "Result", "Limit", "LOD", "LOQ", "Units"], ["Lead", "<LOQ", "0.5", "0.00150", "0.0500", "ug/g"],
         "[0, 0.05)"),
    ],
)  # fmt: skip
def test_a_column_is_known_by_its_word(header: list[str], row: list[str], lead: str) -> None:
    assert [told(found.interval) for found in results(read_csv([header, row]))] == [lead]


# ---------------------------------------------------------------- header words that lie


def test_a_result_column_of_verdicts_is_the_verdict() -> None:
    (lead,) = results(read_csv([["Test", "Result", "Value", "Unit"], ["Lead", "Pass", "0.2", "mg/kg"]]))
    assert (told(lead.interval), lead.stated_verdict) == ("0.2", "Pass")


def test_a_result_column_of_verdicts_that_says_fail_holds() -> None:
    reading = read_csv([["Test", "Result", "Value", "Unit"], ["Lead", "Fail", "0.2", "mg/kg"]])
    assert "LABORATORY-SAID-FAIL" in [hold_reason.rule_id for hold_reason in reading.certificates[0].hold_reasons]


def test_a_result_column_with_nothing_but_verdicts_measures_nothing() -> None:
    (lead,) = results(read_csv([["Test", "Result", "Limit", "Unit"], ["Lead", "Pass", "0.5", "mg/kg"]]))
    assert not lead.measured


@pytest.mark.parametrize(
    "header",
    [["Test", "Result", "Value", "Unit"], ["Test", "Result (mg/kg)", "Value (mg/kg)", "Unit"],
     ["Test", "Result (mg/kg)", "Value", ""]],
)  # fmt: skip
def test_two_columns_of_numbers_that_may_both_be_the_result_are_two_readings(header: list[str]) -> None:
    """`Value` may hold the limit, and nothing says so."""
    reading = read_csv([header, ["Lead", "0.2", "0.5", "mg/kg" if header[3] else ""]])
    said = {told(found.interval) for found in results(reading)}
    assert said == {"[0.2, 0.5]"} or "unit-missing" in [code for code, _ in troubles(reading)]


@pytest.mark.parametrize("twin", ["Units", "Analyte", "Qualifier", "Colour of the van", "Result (furlongs)", "Lead"])
def test_a_column_without_a_meaning_of_its_own_is_read_by_nobody(twin: str) -> None:
    header = ["Analyte", "Result", "Unit", "MDL", "Uncertainty", "Flag", twin]
    reading = read_csv([header, ["Lead", "0.2", "mg/kg", "", "", "", "9.9"]])
    assert [told(found.interval) for found in results(reading)] == ["0.2"]
    assert "G5" in unread(reading)


@pytest.mark.parametrize("header", [["LOD", "MDL"], ["LOQ", "RL"]])
def test_two_limits_of_one_kind_are_two_readings_of_a_non_detect(header: list[str]) -> None:
    """`RL` and `LOQ` in one row: nobody says down to which of them `ND` or `<LOQ` reaches."""
    said = "ND" if header[0] == "LOD" else "<LOQ"
    found = results(read_csv([["Analyte", "Result", "Unit", *header], ["Lead", said, "mg/kg", "0.01", "0.05"]]))
    assert [told(one.interval) for one in found] == ["[0, 0.05)"]


def test_a_status_column_of_a_wide_table_holds_what_the_laboratory_failed() -> None:
    reading = read_csv(
        [["Lot", "Form", "Status", "Lead (ppm)", "Cadmium (ppm)"], ["L-1", "Leaf powder", "Fail", "0.2", "0.1"]],
        head=(),
    )
    if not codes(reading):
        assert "LABORATORY-SAID-FAIL" in [hold_reason.rule_id for hold_reason in reading.certificates[0].hold_reasons]


def test_an_unknown_analyte_of_a_wide_table_is_kept_and_holds() -> None:
    reading = read_csv(
        [["Lot", "Lead (ppm)", "Cadmium (ppm)", "Unobtainium (ppm)"], ["L-1", "0.2", "0.1", "3"]], head=()
    )
    assert [(found.analyte, found.known) for found in results(reading)][-1] == ("Unobtainium", False)
    assert "UNKNOWN-ANALYTE" in [hold_reason.rule_id for hold_reason in reading.certificates[0].hold_reasons]


# ---------------------------------------------------------------- nothing is lost


NOTES: list[tuple[str, Rows]] = [
    ("a note", [["Values below LOQ are not used."]]),
    ("a note after a blank row", [[], ["ND = not detected; LOD = limit of detection"]]),
    ("a signature", [[], ["Authorized by:", "J. Doe"]]),
    ("a signature and a page", [[], ["Signature", "J. Doe"], ["Page", "1 of 2"]]),
    ("a date", [[], ["Date Issued:", "2026-11-01"]]),
    ("a remark with a colon", [[], ["Remarks: none"]]),
]


@pytest.mark.parametrize(("what", "rows"), NOTES)
def test_notes_and_signatures_under_a_table_are_no_results(what: str, rows: Rows) -> None:
    reading = read_csv([["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"], ["Cadmium", "0.1", "mg/kg"], *rows])
    assert [found.analyte for found in results(reading)] == ["lead", "cadmium"], what
    assert troubles(reading) == []


# Rows that hold a result: read, or held at their cell; never dropped in silence.
HIDDEN_RESULTS: list[tuple[str, Rows]] = [
    ("a replicate under a merged name", [["Analyte", "Result (mg/kg)"], ["Cadmium", "0.1"], ["", "9.9"], ["Lead", "0.2"]]),
    ("a replicate under a merged name, with its unit",
     [["Analyte", "Result", "Unit"], ["Cadmium", "0.1", "mg/kg"], ["", "9.9", "mg/kg"]]),
    ("a row below a signature",
     [["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"], [], ["Authorized by:", "J. Doe"], ["Cadmium", "9.9", "mg/kg"]]),
    ("a numbered row below a signature",
     [["No.", "Analyte", "Result", "Unit"], ["1", "Lead", "0.2", "mg/kg"], [], ["Authorized by:", "J. Doe"],
      ["2", "Cadmium", "9.9", "mg/kg"]]),
    ("a row with a panel below a signature",
     [["Panel", "Analyte", "Result", "Unit"], ["Metals", "Lead", "0.2", "mg/kg"], [], ["Page:", "1 of 2"],
      ["Metals", "Cadmium", "9.9", "mg/kg"]]),
    ("a row shifted one column to the right",
     [["Analyte", "LOD", "Result", "Unit"], ["Lead", "", "0.2", "mg/kg"], ["", "Cadmium", "", "9.9"]]),
    ("a row shifted below a signature",
     [["Analyte", "LOD", "Result", "Unit"], ["Lead", "", "0.2", "mg/kg"], [], ["Reviewed By:", "J. Doe"],
      ["", "Cadmium", "", "9.9"]]),
    ("a value right of the table", [["Analyte", "Result (mg/kg)"], ["Lead", "0.2", "9.9"]]),
    ("a value left of the table", [["", "Analyte", "Result (mg/kg)"], ["9.9", "Lead", "0.2"]]),
    ("a row above the first header", [["Cadmium", "9.9", "mg/kg"], ["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"]]),
    ("a wide row whose batch id is merged", [["Lot", "Lead (ppm)", "Cadmium (ppm)"], ["L-1", "0.1", "0.2"], ["", "", "9.9"]]),
    ("a second wide row without a batch id", [["Lot", "Lead (ppm)", "Cadmium (ppm)"], ["L-1", "0.1", "0.2"], ["", "0.3", "9.9"]]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rows"), HIDDEN_RESULTS)
def test_a_number_that_may_be_a_result_is_read_or_holds(what: str, rows: Rows) -> None:
    reading = read_csv(rows)
    said = [found.reported for certificate in reading.certificates for found in certificate.results]
    assert troubles(reading) or "9.9" in said, what


@pytest.mark.parametrize(
    "row",
    [["Heavy metals", "1", ""], ["Pesticides", "1", "mg/kg"], ["I", "1", ""], ["1", "PASS", ""], ["=", "PASS", ""]],
)
def test_1_is_a_unit_of_ratios_and_in_a_table_a_number(row: list[str]) -> None:
    """No row of units, and like any sign no panel of which something is said."""
    assert troubles(read_csv([["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"], row]))


@pytest.mark.parametrize("heading", ["Microbiology", "Microbiology:", "MICROBIOLOGY (USP <2021>)"])
@pytest.mark.parametrize("gap", [[], [[]]], ids=["without a gap", "after a blank row"])
def test_a_section_heading_does_not_end_a_table(heading: str, gap: Rows) -> None:
    reading = read_csv(
        [["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"], *gap, [heading], ["TAMC", "100", "CFU/g"]]
    )
    assert [found.analyte for found in results(reading)] == ["lead", "tamc"]


PANEL = st.sampled_from(["Lead", "Cadmium", "Arsenic", "Nickel", "Chromium", "Iron", "Zinc", "Copper"])
LINE = st.tuples(PANEL, st.sampled_from(["0.21", "<0.05", "ND", "NT", ""]), st.just("mg/kg"))
BETWEEN = st.sampled_from([[], ["Heavy metals"], ["Elements by ICP-MS"], ["", "", ""]])


@given(st.lists(LINE, min_size=1, max_size=12), st.data())
def test_as_many_results_are_read_as_rows_are_printed(lines: list[tuple[str, str, str]], data: st.DataObject) -> None:
    table: list[list[str]] = [["Analyte", "Result", "Unit"]]
    for line in lines:
        table += [list(line), *data.draw(st.lists(BETWEEN, max_size=2))]
    found = [(result.analyte, result.reported) for result in results(read_csv(table))]
    assert found == [(analyte.lower(), said) for analyte, said, _ in lines]


# ---------------------------------------------------------------- sheets


def test_several_sheets_are_one_certificate() -> None:
    metals = [["Analyte", "Result (mg/kg)"], ["Lead", "0.2"]]
    microbes = [["Test", "Result"], ["Salmonella", "Absent in 25 g"]]
    reading = read_xlsx(
        {"Cover": HEAD, "Metals": metals, "Micro": microbes, "Notes": [["Thank you for your business"]]}
    )
    assert [(a.batch_id, a.product, [f.analyte for f in a.results]) for a in reading.certificates] == \
        [("L-1", "leaf_powder", ["lead", "salmonella"])]  # fmt: skip
    assert "sheet-not-used" in [remark.code for remark in reading.certificates[0].remarks]


def test_a_batch_per_sheet_is_a_certificate_per_sheet() -> None:
    table = [["Analyte", "Result (mg/kg)"], ["Lead", "0.2"]]
    reading = read_xlsx({name: [["Lot", name], ["Form", "Leaf powder"], [], *table] for name in ("L-1", "L-2")})
    assert reading.batch_ids == ("L-1", "L-2")


def test_a_sheet_without_a_batch_beside_two_that_have_one_holds_both() -> None:
    table = [["Analyte", "Result (mg/kg)"], ["Lead", "0.2"]]
    sheets = {name: [["Lot", name], [], *table] for name in ("L-1", "L-2")}
    reading = read_xlsx({**sheets, "Extra": table})
    held = [[reason.rule_id for reason in each.hold_reasons] for each in reading.certificates]
    assert [ids[0] for ids in held] == ["ROW-WITHOUT-BATCH", "ROW-WITHOUT-BATCH"]


def test_many_batches_in_one_long_file_are_kept_apart() -> None:
    rows = [["Lot", "Test", "Result", "Unit"], *([f"L-{n}", "Lead", f"0.{n}", "ppm"] for n in range(1, 10))]
    reading = read_csv(rows, head=())
    assert [(a.batch_id, told(a.results[0].interval)) for a in reading.certificates] == [
        (f"L-{n}", f"0.{n}") for n in range(1, 10)
    ]
