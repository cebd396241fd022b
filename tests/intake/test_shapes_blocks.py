"""One batch on papers of several tables and several header rows reads alike; whatever is broken in them holds at its cell."""

from __future__ import annotations

from collections.abc import Mapping

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.app.reading import Reading
from tests.factory.sheets import HEAD, Dress, Rows, canonical, read_csv, read_xlsx, results, told, troubles, unread
from tests.intake.test_shapes import BATCH

LEAF = "Leaf powder"
MICROBES: Rows = [["Salmonella", "Absent in 25 g", ""], ["TAMC", "1200", "CFU/g"]]
METALS: Rows = [["Lead", "0.21", "mg/kg"], ["Cadmium", "<0.05", "mg/kg"], ["Mercury", "<0.01", "mg/kg"]]
ALKALOIDS: Rows = [["Mitragynine", "1.52", "%"], ["7-OH", "0.012", "%"]]
ALL: Rows = [*ALKALOIDS, *METALS, *MICROBES]
HEADER = ["Analyte", "Result", "Unit"]


def merge(*areas: str) -> Dress:
    """Merge areas of the first sheet."""

    def dress(book: openpyxl.Workbook) -> None:
        for area in areas:
            book.worksheets[0].merge_cells(area)

    return dress


def square(rows: Rows) -> Rows:
    """Every line with as many fields as the longest, as spreadsheets write csv."""
    width = max(map(len, rows))
    return [[*row, *[""] * (width - len(row))] for row in rows]


# ---------------------------------------------------------------- one batch, read alike

PLAIN: dict[str, Rows] = {
    "three tables, two of them side by side": [
        *HEAD,
        ["Alkaloids (% w/w)", "", "", "", "Heavy metals"],
        ["Analyte", "Result", "LOD", "", "Test", "Result", "Unit", "LOD"],
        ["Mitragynine", "1.52", "0.001", "", "Lead", "0.21", "mg/kg", "0.01"],
        ["7-OH", "0.012", "0.001", "", "Cadmium", "<0.05", "mg/kg", "0.01"],
        ["", "", "", "", "Mercury", "ND", "mg/kg", "0.01"],
        [], ["Microbiology"], ["Test", "Result"], ["Salmonella", "Absent in 25 g"], ["TAMC", "1.2x10^3 CFU/g"],
    ],
    "three tables side by side without a gap": [
        *HEAD,
        [*HEADER, *HEADER, *HEADER],
        ["Mitragynine", "1.52", "%", "Lead", "0.21", "mg/kg", "Salmonella", "Absent in 25 g", ""],
        ["7-OH", "0.012", "%", "Cadmium", "<0.05", "mg/kg", "TAMC", "1200", "CFU/g"],
        ["", "", "", "Mercury", "<0.01", "mg/kg"],
    ],
    "tables below each other on one side only": [
        *HEAD,
        [*HEADER, "", *HEADER],
        ["Mitragynine", "1.52", "%", "", *METALS[0]], ["7-OH", "0.012", "%", "", *METALS[1]],
        ["", "", "", "", *METALS[2]], [*HEADER, "", *MICROBES[0]], ["TAMC", "1200", "CFU/g"],
    ],
    "the header repeated on a second page": [
        *HEAD, HEADER, *ALKALOIDS, ["Page 1 of 2"], [], ["Lot:", "L-1"], HEADER, *METALS, *MICROBES,
    ],
    "units in a row under the header": [
        *HEAD, ["Heavy metals"], ["Analyte", "LOD", "Result"], ["", "ppb", "mg/kg"],
        ["Lead", "10", "0.21"], ["Cadmium", "10", "<0.05"], ["Mercury", "10", "ND"], [], HEADER, *ALKALOIDS, *MICROBES,
    ],
    "words of the header on two lines": [
        *HEAD, ["Analyte", "Detection", "Result", "Unit"], ["", "Limit", "", ""],
        *([name, "", result, unit] for name, result, unit in ALKALOIDS), ["Lead", "0.01", "0.21", "mg/kg"],
        ["Cadmium", "", "<0.05", "mg/kg"], ["Mercury", "0.01", "ND", "mg/kg"],
        *([name, "", result, unit] for name, result, unit in MICROBES),
    ],
    "the unit in a line above": [
        *HEAD, ["All results in mg/kg"], ["Analyte", "LOD", "Result"], ["Mitragynine", "", "15200"], ["7-OH", "", "120"],
        ["Lead", "0.010", "0.21"], ["Cadmium", "0.010", "<0.05"], ["Mercury", "0.01", "ND"],
        [], ["Analyte", "Result"], ["Salmonella", "Absent in 25 g"], ["TAMC", "1200 CFU/g"],
    ],
    "the unit in a labelled line above": [
        *HEAD, ["Units:", "mg/kg"], ["Analyte", "Result"], ["Mitragynine", "15200"], ["7-OH", "120"],
        *(row[:2] for row in METALS), [], HEADER, *MICROBES,
    ],
    "on its side, units in names and headings": [
        ["Lot", "L-1"], ["Product Form", LEAF], ["Mitragynine (%)", "1.52"], ["7-OH (%)", "0.012"], ["Heavy metals, mg/kg"],
        *(row[:2] for row in METALS), [], ["Microbiology"], ["Salmonella", "Absent in 25 g"], ["TAMC (CFU/g)", "1200"],
    ],
    "on its side, with columns of units and LODs": [
        ["Parameter", "Unit", "LOD", "Sample 1"], ["Lot", "", "", "L-1"], ["Product Form", "", "", LEAF],
        *([name, unit, "", result] for name, result, unit in [*ALKALOIDS, *METALS[:2]]),
        ["Mercury", "mg/kg", "0.01", "ND"], *([name, unit, "", result] for name, result, unit in MICROBES),
    ],
    "on its side, the batch in the header": [
        ["Matrix", LEAF], [], ["Parameter", "Unit", "Lot L-1"], *([name, unit, result] for name, result, unit in ALL),
        [], ["Authorized by:", "J. Doe"],
    ],
    "wide, with CAS numbers above the names": [
        ["", "", "", "4098-40-2", "", "7439-92-1"],
        ["Lot", "Form", "7-OH", "Mitragynine", "Salmonella", "Lead", "Cadmium", "Mercury", "TAMC"],
        ["", "", "%", "%", "", "mg/kg", "mg/kg", "mg/kg", "CFU/g"],
        ["L-1", LEAF, "0.012", "1.52", "Absent in 25 g", "0.21", "<0.05", "<0.01", "1200"],
    ],
    "a mark explained, and letters with a legend": [
        *HEAD, ["Analyte", "Qual", "Result", "Unit"], ["Mitragynine", "", "1.52*", "%"], ["7-OH", "", "0.012 †", "%"],
        ["Lead", "", "0.21", "mg/kg"], ["Cadmium", "U", "0.05", "mg/kg"], ["Mercury", "a", "0.01", "mg/kg"],
        *([name, "", result, unit] for name, result, unit in MICROBES),
        [], ["* estimated"], ["† accredited test"], ["U = not detected; a = not detected"],
    ],
    "labels above their values": [["Lot", "Product Form", "Date Received"], ["L-1", LEAF, "2026-03-04"], [], HEADER, *ALL],
    "rows with nothing but a number": [
        *HEAD, ["No.", *HEADER], *([str(number), *row] for number, row in enumerate(ALL, start=1)),
        ["8"], ["9"], [], ["Notes below."],
    ],
    "batches as rows of their own in a list": [["Form", LEAF], [], HEADER, ["Lot: L-1"], *ALL],
    "Indonesian": [
        ["Nomor Bets", "L-1"], ["Bentuk", LEAF], [], ["Parameter Uji", "Hasil Uji", "Satuan", "Metode Uji"],
        *([*row, "HPLC"] for row in ALL),
    ],
    "Thai": [["เลขที่รุ่น", "L-1"], ["Form", LEAF], [], ["รายการทดสอบ", "ผลการทดสอบ", "หน่วย", "วิธีทดสอบ"],
     *([*row, "HPLC"] for row in ALL)],
    "German": [
        ["Chargennummer", "L-1"], ["Matrix", LEAF], [],
     ["Parameter", "Ergebnis", "Einheit", "Bestimmungsgrenze", "Methode"],
        *([*row, "", "HPLC"] for row in ALL),
    ],
    "Spanish": [
        ["Número de lote", "L-1"], ["Form", LEAF], [],
     ["Parámetro", "Resultado", "Unidad", "Límite de detección", "Método"],
        *([*row, "", "HPLC"] for row in ALL),
    ],
}  # fmt: skip
DRESSED: dict[str, tuple[Rows | Mapping[str, Rows], Dress | None]] = {
    "a result merged over its value and unit": ([*HEAD, ["Analyte", "Result", ""], ["", "Value", "Unit"], *ALL],
     merge("A4:A5", "B4:C4")),
    "names of groups merged above the header": (
        [*HEAD, ["", "Detection limits", "", "Findings", ""], ["Analyte", "LOD", "LOQ", "Result", "Unit"],
         *([name, "", "", result, unit] for name, result, unit in ALL)],
        merge("B4:C4", "D4:E4"),
    ),
    "a heading merged over each of two tables": (
        [*HEAD, ["Alkaloids (%)", "", "", "Heavy metals, mg/kg", ""], ["Analyte", "Result", "", "Analyte", "Result"],
         [*ALKALOIDS[0][:2], "", *METALS[0][:2]], [*ALKALOIDS[1][:2], "", *METALS[1][:2]], ["", "", "", *METALS[2][:2]],
         [], HEADER, *MICROBES],
        merge("A4:B4", "D4:E4"),
    ),
    "wide, with groups and their units merged above": (
        [["", "", "Alkaloids (%)", "", "Heavy metals (mg/kg)", "", "", "Microbiology"],
         ["Lot", "Form", "7-OH", "Mitragynine", "Lead", "Cadmium", "Mercury", "Salmonella", "TAMC"],
         ["L-1", LEAF, "0.012", "1.52", "0.21", "<0.05", "<0.01", "Absent in 25 g", "1200 CFU/g"]],
        merge("C1:D1", "E1:G1", "H1:I1"),
    ),
    "on its side, the batch under a merged word": (
        [["Form", LEAF], [], ["Parameter", "Unit", "Lot", ""], ["", "", "L-1", ""],
         *([name, unit, result] for name, result, unit in ALL)],
        merge("A3:A4", "B3:B4", "C3:D3"),
    ),
    "a lot merged over its rows": (
        [["Lot", "Matrix", *HEADER], ["L-1", LEAF, *ALL[0]], *(["", "", *row] for row in ALL[1:])], merge("A2:A8", "B2:B8")
    ),
    "results by sample, samples by batch": (
        {"Results": [["Sample ID", *HEADER], *(["S-7", *row] for row in ALL)],
         "Samples": [["Sample ID", "Lot", "Product Form", "Date Received"], ["S-7", "L-1", LEAF, "2026-03-04"]]}, None,
    ),
    "wide by sample, samples by batch": (
        {"Samples": [["Product Form", "Lot", "Lab ID"], [LEAF, "L-1", "77"]],
         "Results": [["Lab ID", "Mitragynine (%)", "7-OH (%)", "Lead (ppm)", "Cadmium (ppm)", "Mercury (ppm)",
                      "Salmonella", "TAMC (CFU/g)"],
                     ["77", "1.52", "0.012", "0.21", "<0.05", "<0.01", "Absent in 25 g", "1200"]]}, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", PLAIN)
def test_the_same_batch_reads_alike_in_every_arrangement(shape: str) -> None:
    rows = square(PLAIN[shape])
    assert [
        canonical(read_csv(rows, head=())),
        canonical(read_csv(rows, ";", head=())),
        canonical(read_xlsx(rows)),
    ] == [BATCH] * 3


@pytest.mark.parametrize("shape", DRESSED)
def test_the_same_batch_reads_alike_with_merged_cells_and_joined_sheets(shape: str) -> None:
    assert canonical(read_xlsx(*DRESSED[shape])) == BATCH


def test_a_result_merged_over_two_units_is_two_results() -> None:
    rows = [
        *HEAD,
        ["Analyte", "Result", "", "LOD", ""],
        ["", "mg/g", "%", "mg/g", "%"],
        ["Mitragynine", "15.2", "1.52", "", ""],
    ]
    found = results(read_xlsx(rows, merge("A4:A5", "B4:C4", "D4:E4")))
    assert [(one.reported, one.reported_unit, told(one.interval)) for one in found] == [
        ("15.2", "mg/g", "15200"),
        ("1.52", "%", "15200"),
    ]


def test_a_total_is_that_of_its_section() -> None:
    rows = [
        HEADER,
        ["Aflatoxins"],
        ["Aflatoxin B1", "1", "ug/kg"],
        ["Total", "3", "ug/kg"],
        ["Other"],
        ["Total", "9", "ug/kg"],
    ]
    found = results(read_csv(square(rows)))
    assert [(one.analyte, one.known) for one in found] == [
        ("aflatoxin-b1", True),
        ("total-aflatoxins", True),
        ("Total", False),
    ]


ELEMENTS = ["Lead", "Cadmium", "Arsenic", "Nickel", "Chromium", "Iron", "Zinc", "Copper", "Cobalt", "Tin"]
TABLE = st.lists(st.tuples(st.sampled_from(ELEMENTS), st.sampled_from(["0.21", "<0.05", "ND"])), min_size=1, max_size=4)


@given(st.lists(st.lists(TABLE, min_size=1, max_size=3), min_size=1, max_size=3), st.booleans(), st.booleans())
def test_as_many_results_are_read_as_are_printed(
    pages: list[list[list[tuple[str, str]]]], blank_column: bool, blank_row: bool
) -> None:
    """Tables side by side and below each other, in every arrangement."""
    gap = [""] if blank_column else []
    sheet: list[list[str]] = []
    for tables in pages:
        height = max(map(len, tables))
        sheet += [[cell for table in tables for cell in ("Analyte", "Result (ppm)", *gap)]]
        for at in range(height):
            cells = (table[at] if at < len(table) else ("", "") for table in tables)
            sheet.append([word for pair in cells for word in (*pair, *gap)])
        sheet += [[]] if blank_row else []
    found = results(read_csv(square(sheet)))
    printed = [(name.lower(), said) for tables in pages for table in tables for name, said in table]
    assert sorted((one.analyte, one.reported) for one in found) == sorted(printed)


BASES: list[tuple[Rows, Rows, str]] = [
    ([["All results are reported on a dry weight basis."]], [], "dry"),
    ([], [[], ["Results on an as-received basis"]], "as received"),
    ([["Reporting Basis:", "Dry weight"]], [], "dry"),
    ([], [[], ["Store in a dry place"]], "as received"),
]


@pytest.mark.parametrize(("above", "below", "basis"), BASES)
def test_a_line_that_states_the_basis_of_all_results_is_heard(above: Rows, below: Rows, basis: str) -> None:
    (lead,) = results(read_csv(square([*above, HEADER, METALS[0], *below])))
    assert (lead.basis, lead.measured) == (basis, True)


# ---------------------------------------------------------------- several certificates


def batches(reading: Reading) -> list[tuple[str, str, str, list[str]]]:
    """Batch, product, certificate and what was said, for every certificate in the file."""
    results(reading)
    return [
        (a.batch_id, a.product or "?", a.certificate_id, [one.reported for one in a.results])
        for a in reading.certificates
    ]


TWO = [("L-1", "leaf_powder", "", ["0.1", "0.2"]), ("L-2", "extract", "", ["0.3", "0.4"])]
SEVERAL: list[tuple[str, Rows]] = [
    ("blocks with their own facts",
     [["Lot", "L-1"], ["Form", LEAF], HEADER, ["Lead", "0.1", "ppm"], ["Nickel", "0.2", "ppm"], [],
      ["Lot", "L-2"], ["Form", "Extract"], HEADER, ["Lead", "0.3", "ppm"], ["Nickel", "0.4", "ppm"]]),
    ("side by side, each under its own facts",
     [["Lot", "L-1", "", "", "Lot", "L-2"], ["Form", LEAF, "", "", "Form", "Extract"], [*HEADER, "", *HEADER],
      ["Lead", "0.1", "ppm", "", "Lead", "0.3", "ppm"], ["Nickel", "0.2", "ppm", "", "Nickel", "0.4", "ppm"]]),
    ("on its side, one batch per column",
     [["Lot", "L-1", "L-2"], ["Form", LEAF, "Extract"], ["Lead (ppm)", "0.1", "0.3"], ["Nickel (ppm)", "0.2", "0.4"]]),
    ("on its side, facts above the batches",
     [["Sample", "one", "two"], ["Form", LEAF, "Extract"], ["Lot", "L-1", "L-2"], ["Lead (ppm)", "0.1", "0.3"],
      ["Nickel (ppm)", "0.2", "0.4"]]),
    ("wide, side by side",
     [["Lot", "Form", "Lead (ppm)", "Nickel (ppm)", "", "Lot", "Form", "Lead (ppm)", "Nickel (ppm)"],
      ["L-1", LEAF, "0.1", "0.2", "", "L-2", "Extract", "0.3", "0.4"]]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rows"), SEVERAL)
def test_several_batches_on_one_sheet_are_kept_apart(what: str, rows: Rows) -> None:
    assert batches(read_csv(square(rows), head=())) == TWO, what
    assert batches(read_xlsx(rows)) == TWO, what


def test_a_letterhead_holds_for_all_and_a_failure_for_its_own() -> None:
    rows = [["Laboratory", "Northern"], [], ["Lot", "L-1"], HEADER, ["Lead", "0.1", "ppm"], ["Overall Result: Fail"], [],
            ["Lot", "L-2"], HEADER, ["Lead", "0.2", "ppm"]]  # fmt: skip
    reading = read_csv(square(rows), head=())
    assert [(a.batch_id, a.laboratory, [d.rule_id for d in a.hold_reasons]) for a in reading.certificates] == [
        ("L-1", "Northern", ["UNDATED", "LABORATORY-SAID-FAIL"]), ("L-2", "Northern", ["UNDATED"])]  # fmt: skip


@pytest.mark.parametrize("order", [("Final", "Fail"), ("Fail", "Final")])
def test_the_worse_of_two_overall_verdicts_counts(order: tuple[str, str]) -> None:
    rows = [["Certificate Status", order[0]], ["Overall Result", order[1]], [], HEADER, ["Lead", "0.1", "ppm"]]
    assert [code for code, _ in troubles(read_csv(square(rows)))] == ["laboratory-said-fail"]


def test_a_wide_table_may_hold_one_analyte() -> None:
    assert batches(read_csv([["Lot", "Form", "Lead (ppm)"], ["L-1", LEAF, "0.1"], ["L-2", "Extract", "0.3"]], head=())) == [
        ("L-1", "leaf_powder", "", ["0.1"]), ("L-2", "extract", "", ["0.3"])]  # fmt: skip


def test_rows_that_name_a_batch_begin_it() -> None:
    rows = [["Form", LEAF], [], HEADER, ["Lot: L-1"], ["Lead", "0.1", "ppm"], ["Lot: L-2"], ["Lead", "0.2", "ppm"]]
    assert [(one[0], one[3]) for one in batches(read_csv(square(rows), head=()))] == [
        ("L-1", ["0.1"]),
        ("L-2", ["0.2"]),
    ]


# ---------------------------------------------------------------- broken

BROKEN: list[tuple[str, Rows | Mapping[str, Rows], Dress | None, list[tuple[str, str]]]] = [
    ("a lot left blank without a merge", [["Lot", *HEADER], ["L-1", *METALS[0]], ["", *METALS[1]]], None,
     [("row-without-batch", "A3")]),
    ("a lot merged over some of its rows only", [["Lot", *HEADER], ["L-1", *METALS[0]], ["", *METALS[1]], ["", *METALS[2]]],
     merge("A2:A3"), [("row-without-batch", "A4")]),
    ("a result merged over two analytes", [*HEAD, HEADER, METALS[0], ["Cadmium", "", "mg/kg"]], merge("B5:B6"),
     [("merged-result", "B5")]),
    ("a result merged over two units", [*HEAD, ["Analyte", "mg/g", "%"], ["Mitragynine", "1.5", ""]], merge("B5:C5"),
     [("merged-result", "B5")]),
    ("results of two samples under names nobody knows",
     [*HEAD, ["", "Sample A", "", "Sample B", ""], ["Analyte", "Result", "Unit", "Result (mg/g)", "LOD"],
     ["Lead", "1", "mg/g", "2", ""]],
     merge("B4:C4", "D4:E4"), [("sample-unclear", "B4"), ("sample-unclear", "D4")]),
    ("a value between two tables", [*HEAD, ["Analyte", "Result", "", "Analyte", "Result"],
     ["Lead", "1 ppm", "9", "Nickel", "1 ppm"]],
     None, [("value-outside-columns", "C5")]),
    ("a sample without a row", {"R": [["Sample ID", *HEADER], ["S-1", *METALS[0]], ["S-2", *METALS[1]]],
     "S": [["Sample ID", "Lot"], ["S-1", "L-1"], ["S-3", "L-3"]]}, None,
     [("key-without-partner", "A3"), ("key-without-partner", "A3")]),
    ("a sample twice", {"R": [["Sample ID", *HEADER], ["S-1", *METALS[0]]], "S": [["Sample ID", "Lot"], ["S-1", "L-1"],
     ["S-1", "L-2"]]},
     None, [("duplicate-key", "A3")]),
    ("a sample of two batches", {"R": [["Sample ID", "Lot", *HEADER], ["S-1", "L-9", *METALS[0]]],
     "S": [["Sample ID", "Lot"], ["S-1", "L-1"]]}, None, [("fact-contradicts", "B2")]),
    ("samples that nothing joins", {"R": [HEADER, METALS[0]], "S": [["Sample ID", "Lot"], ["S-1", "L-1"], ["S-2", "L-2"]]},
     None, [("no-batch-id", "")]),
    ("a mark that nothing explains", [*HEAD, HEADER, ["Lead", "0.21*", "mg/kg"]], None, [("unexplained-mark", "B5")]),
    ("a mark explained in words nobody knows", [*HEAD, HEADER, ["Lead", "0.21*", "mg/kg"], [], ["* see annex"]], None,
     [("mark-unclear", "B5")]),
    ("a letter explained in words nobody knows",
     [*HEAD, ["Analyte", "Flag", "Result", "Unit"], ["Lead", "B", "0.21", "mg/kg"], [],
     ["B = batch re-run pending"]], None, [("mark-unclear", "B5")]),
    ("a line with a unit above, and another in its rows", [*HEAD, ["All results in mg/kg"], ["Analyte", "Result"],
     ["TAMC", "100 CFU/g"]],
     None, [("unit-contradicts", "B6")]),
    ("the unit of one table is not that of the next",
     [*HEAD, ["Results in mg/kg"], ["Analyte", "Result"], ["Lead", "1"], [], ["Analyte", "Result"], ["Nickel", "1"]],
     None, [("unit-missing", "B9")]),
    ("two names of a batch above one table", [["Lot", "L-1"], ["Batch", "L-2"], HEADER, METALS[0]], None,
     [("fact-contradicts", "B2")]),
    ("a batch named under the last table", [["Lot", "L-1"], HEADER, METALS[0], [], ["Lot", "L-2"]], None,
     [("fact-contradicts", "B5")]),
    ("a table above the first of two batches", [HEADER, METALS[0], [], ["Lot", "L-1"], HEADER, METALS[1], [],
     ["Lot", "L-2"], HEADER, METALS[2]],
     None, [("row-without-batch", "")]),
    ("a date between two certificates",
     [["Lot", "L-1"], HEADER, METALS[0], [], ["Date Issued", "2026-03-04"], [], ["Lot", "L-2"], HEADER, METALS[1]],
     None, [("fact-between", "B5")]),
    ("a batch in the list that is not the one above it", [["Lot", "L-1"], HEADER, METALS[0],
     ["Lot: L-2"], METALS[1]], None, [("fact-contradicts", "A4")]),
    ("two columns that name different batches", [["Lot", "Batch", *HEADER], ["L-1", "L-2", *METALS[0]]], None,
     [("fact-contradicts", "B2")]),
    ("on its side, a value beside the columns of batches", [["Lot", "L-1"], ["Lead (ppm)", "1", "9"],
     ["Nickel (ppm)", "1"]], None, [("row-without-batch", "C1")]),
    ("on its side, a value without a name", [["Lot", "L-1"], ["Lead (ppm)", "1"], ["Nickel (ppm)", "1"], ["", "9"]], None,
     [("result-without-analyte", "B4")]),
    ("a result on its side above a list", [["Lead (ppm)", "9.9"], [], *HEAD, HEADER, METALS[0]], None, [("stray-result", "A1")]),
    ("a header of which one word is unknown, and its results, above a list",
     [["Charge X", "Lead (ppm)", "Q"], ["L-1", "9", "1"], [], *HEAD, HEADER, METALS[0]], None, [("stray-result", "B1")]),
    ("two bases of all results", [*HEAD, ["Results on dry basis"], HEADER, METALS[0], [], ["Results as received"]], None,
     [("fact-contradicts", "A8")]),
    ("numbers that stand in no table", [["9.1", "9.2"], [], *HEAD, HEADER, METALS[0]], None, [("stray-result", "A1")]),
    ("a number alone among analytes", [*HEAD, HEADER, METALS[0], ["9.9"], METALS[1]], None, [("result-without-analyte", "A6")]),
    ("a header and nothing else", [*HEAD, HEADER], None, [("no-results", "A4")]),
    ("a wide header and nothing else", [["Lot", "Lead (ppm)", "Nickel (ppm)"]], None, [("no-results", "A1")]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "sheets", "dress", "expected"), BROKEN, ids=[one[0] for one in BROKEN])
def test_what_is_broken_holds_by_code_and_cell(
    what: str, sheets: Rows | Mapping[str, Rows], dress: Dress | None, expected: list[tuple[str, str]]
) -> None:
    assert set(expected) <= set(troubles(read_xlsx(sheets, dress))), what


# Cells that nobody can give a meaning to: the rest is read, and they hold as text.
MEANINGLESS: list[tuple[str, Rows, list[str]]] = [
    ("a column between two tables", [*HEAD, ["Analyte", "Result", "", "LOD", "", "Analyte", "Result"],
     ["Lead", "1 ppm", "", "2", "", "Nickel", "1 ppm"]], ["D5"]),
    ("on its side, an unknown name without a unit", [["Lot", "L-1"], ["Lead (ppm)", "1"], ["Nickel (ppm)", "1"],
     ["Unobtainium", "1"]], ["A4", "B4"]),
    ("a wide table with results of nothing", [["Lot", "Lead (ppm)", "Nickel (ppm)", "Result"], ["L-1", "1", "2", "9"]], ["D2"]),
    ("a wide table with a column of limits", [["Lot", "Lead (ppm)", "Nickel (ppm)", "LOD"], ["L-1", "1", "2", "0.1"]], ["D2"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rows", "cells"), MEANINGLESS, ids=[one[0] for one in MEANINGLESS])
def test_what_has_no_meaning_is_read_by_nobody(what: str, rows: Rows, cells: list[str]) -> None:
    reading = read_xlsx(rows)
    assert len(results(reading)) == 2
    assert set(cells) <= set(unread(reading)), what


READINGS: list[tuple[str, Rows, list[str]]] = [
    ("two columns of one analyte", [["Lot", "Lead (ppm)", "Pb (ppm)"], ["L-1", "1", "2"]], ["[1, 2]"]),
    ("columns headed by numbers", [*HEAD, ["Parameter", "Unit", "4711", "4712"], ["Lead", "ppm", "1", "2"]], ["1", "2"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rows", "said"), READINGS, ids=[one[0] for one in READINGS])
def test_columns_that_nothing_tells_apart_are_several_readings(what: str, rows: Rows, said: list[str]) -> None:
    assert [told(one.interval) for one in results(read_xlsx(rows))] == said, what


LINES: list[tuple[str, Rows, list[str]]] = [
    ("one field too many", [["Analyte", "Result (ppm)"], ["Lead", "0.1", "9.9"]], ["long-row", "value-outside-columns"]),
    ("one field too few", [["Analyte", "Result", "Unit"], ["Lead", "0.1"]], ["short-row", "unit-missing"]),
    ("an analyte and nothing else", [["Analyte", "Result (ppm)"], ["Lead"], ["Nickel", "0.1"]], ["short-row"]),
    ("a batch and nothing else", [["Lot", "Lead (ppm)", "Nickel (ppm)"], ["L-1", "1", "2"], ["L-2"]], ["short-row"]),
    ("a blank field too many", [["Analyte", "Result (ppm)"], ["Lead", "0.1", ""]], []),
    ("a note", [["Analyte", "Result (ppm)"], ["Lead", "0.1"], ["Results relate to the sample only."]], []),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rows", "expected"), LINES)
def test_a_line_of_csv_has_as_many_fields_as_its_header(what: str, rows: Rows, expected: list[str]) -> None:
    assert sorted(code for code, _ in troubles(read_csv(rows))) == sorted(expected), what


def test_a_line_that_is_uneven_says_both_counts() -> None:
    (certificate,) = read_csv([["Analyte", "Result", "Unit"], ["Lead", "0.1"]]).certificates
    assert any("row 5 has 2 fields, the header has 3" in reason.why for reason in certificate.hold_reasons)
