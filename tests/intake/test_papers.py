"""One batch on the papers of laboratories that nobody described to the reader: headings, units, limits and columns in every
place where a chemist would read them without a question."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from kratom_qc.intake.sheets import cell_name
from tests.factory.sheets import HEAD, Rows, canonical, read_csv, read_xlsx, told, troubles, unread
from tests.intake.test_shapes import BATCH
from tests.intake.test_shapes_blocks import ALKALOIDS, ALL, HEADER, LEAF, METALS, MICROBES, square

MG_KG: Rows = [["Lead", "0.21"], ["Cadmium", "<0.05"], ["Mercury", "<0.01"]]
PLAIN_ALKALOIDS: Rows = [["Mitragynine", "1.52"], ["7-OH", "0.012"]]
REST: Rows = [[], ["Microbiology"], HEADER, *MICROBES]

PAPERS: dict[str, Rows] = {
    "units in headings behind a dash": [
        *HEAD, ["Alkaloids - results in %"], ["Analyte", "Result"], *PLAIN_ALKALOIDS,
        ["Heavy metals – results in mg/kg"], ["Analyte", "Result"], *MG_KG, *REST,
    ],
    "units and methods in the brackets of headings": [
        *HEAD, ["Analyte", "Result"], ["Alkaloids [% w/w]"], *PLAIN_ALKALOIDS, ["Heavy Metals (ICP-MS, mg/kg)"],
         *MG_KG, *REST,
    ],
    "a heading below the header beats its unit": [
        *HEAD, ["Analyte", "Result (%)"], *PLAIN_ALKALOIDS, ["Heavy metals (in mg/kg)"], *MG_KG, *REST,
    ],
    "a row of units below a heading": [
        *HEAD, ["Analyte", "Result", "LOQ"], ["Alkaloids", "%", "%"], *([*row, ""] for row in PLAIN_ALKALOIDS),
        ["Heavy metals", "mg/kg", "mg/kg"], *([*row, ""] for row in MG_KG), *REST,
    ],
    "a header whose first cell is blank": [
        *HEAD, ["Alkaloids"], ["", "Result (%)", "LOQ (%)"], *([*row, "0.001"] for row in PLAIN_ALKALOIDS),
        [], ["", "LOQ (ppm)", "Result (ppm)"], *([name, "0.01", said] for name, said in MG_KG), *REST,
    ],
    "a header whose first cell is the name of its section": [
        *HEAD, ["Alkaloid Profile", "Result", "Units"], *ALKALOIDS, [], ["Heavy Metals", "Result", "Units"], *METALS,
        [], ["Microbiological Analysis", "Result", "Units"], *MICROBES,
    ],
    "a heading that is the header, with the unit alone": [
        *HEAD, ["Alkaloids", "%"], *PLAIN_ALKALOIDS, [], ["Metals", "mg/kg"], *MG_KG, *REST,
    ],
    "two units and one LOQ": [
        *HEAD, ["Analyte", "LOQ (%)", "Result (%)", "Result (mg/g)"], ["Mitragynine", "0.001", "1.52", "15.2"],
        ["7-OH", "0.001", "0.012", "0.12"], [], HEADER, *METALS, *MICROBES,
    ],
    "results under names nobody knows": [
        *HEAD, ["Analyte", "LOQ", "Mass", "Units"], *([name, "", said, unit] for name, said, unit in ALL),
    ],
    "results under the number of the sample": [
        *HEAD, ["Parameter", "Unit", "LOQ", "2610-0044"], *([name, unit, "", said] for name, said, unit in ALL),
    ],
    "a unit in a heading that holds unless a row states another": [
        *HEAD, ["Analyte", "Result"], ["ALKALOIDS (% unless stated)"], *PLAIN_ALKALOIDS,
        ["Heavy metals (mg/kg, unless otherwise noted)"], *MG_KG, *REST,
    ],
    "tests beside analytes": [
        *HEAD, ["Assay", "Analyte", "Result", "Units"],
        *(["Potency", *row] for row in ALKALOIDS), *(["Metals", *row] for row in METALS), *(["Micro",
         *row] for row in MICROBES),
    ],
    "columns nobody needs": [
        ["Order ID", "Lot", "Matrix", "Client Sample ID", "Test", "Test Started", "Result", "Units", "LOR",
         "Dilution", "Reviewer"],
        *(["O-1", "L-1", LEAF, "C-9", name, "2026-03-04", said, unit, "", "1", "JD"] for name, said, unit in ALL),
    ],
    "LOD and LOQ in one cell": [
        *HEAD, ["Analyte", "Result", "Unit", "LOD / LOQ"], *([*row, ""] for row in ALKALOIDS), ["Lead", "0.21",
         "mg/kg", "0.01 / 0.05"],
        ["Cadmium", "<0.05", "mg/kg", "0.01/0.05"], ["Mercury", "ND", "mg/kg", "0.01 (LOQ 0.03)"], *([*row,
         ""] for row in MICROBES),
    ],
    "LOD with its LOQ in brackets": [
        *HEAD, ["Analyte", "Result", "Unit", "LOD"], *([*row, ""] for row in ALKALOIDS), *([*row,
         ""] for row in METALS[:1]),
        ["Cadmium", "<0.05", "mg/kg", "0.01 (LOQ 0.05)"], ["Mercury", "ND", "mg/kg", "0.01 (LOQ 0.05)"],
        *([*row, ""] for row in MICROBES),
    ],
    "a unit for the limits of its own": [
        *HEAD, ["Analyte", "Result", "Units", "LOD", "Units"], *([*row, "", ""] for row in ALKALOIDS),
        *([*row, "", ""] for row in METALS[:2]), ["Mercury", "ND", "mg/kg", "10", "ug/kg"], *([*row, "",
         ""] for row in MICROBES),
    ],
    "least and most allowed": [
        *HEAD, ["Analyte", "Min", "Max", "Result", "Units"], *([name, "", "", said, unit] for name, said,
         unit in ALL),
    ],
    "every word in two languages": [
        *HEAD, ["Ukazatel / Parameter", "Výsledek / Result", "Jednotka / Unit"], *ALL,
    ],
    "lines in the cells of the header": [
        *HEAD, ["Test\nParameter", "Test\nResult", "Unit of\nMeasure"], *ALL,
    ],
    "what stands in a cell": [
        *HEAD, HEADER, *ALKALOIDS, ["Heavy metals", "Lead 0.21; Cadmium <0.05; Mercury <0.01", "mg/kg"], *MICROBES,
    ],
    "sentences under the table": [
        *HEAD, HEADER, *ALKALOIDS, *METALS, [], ["Salmonella: absent in 25 g"], ["TAMC: 1200 CFU/g"],
    ],
    "quality control in a section of its own": [
        *HEAD, HEADER, *ALL, [], ["Quality control"], HEADER, ["Lead", "9.9", "mg/kg"], ["Lead", "98", "%"],
    ],
    "quality control among the rows": [
        ["Sample Type", "Lot", "Matrix", *HEADER], *(["Sample", "L-1", LEAF, *row] for row in ALL),
        ["Method Blank", "L-1", LEAF, "Lead", "9.9", "mg/kg"], ["LCS", "L-1", LEAF, "Cadmium", "9.9", "mg/kg"],
    ],
    "a summary above the tables": [
        *HEAD, ["Test", "Date", "Result"], ["Alkaloids", "2026-03-04", "Pass"], ["Heavy Metals", "2026-03-04",
         "Pass"], [], HEADER, *ALL,
    ],
    "headings with a verdict": [
        *HEAD, ["Alkaloids      Pass"], HEADER, *ALKALOIDS, [], ["Heavy Metals - Pass"], HEADER, *METALS, *REST,
    ],
    "wide, groups in a row without merges": [
        ["", "", "Alkaloids (%)", "", "Heavy metals (mg/kg)", "", "", "Microbiology", ""],
        ["Lot", "Form", "Mitragynine", "7-OH", "Lead", "Cadmium", "Mercury", "Salmonella", "TAMC"],
        ["L-1", LEAF, "1.52", "0.012", "0.21", "<0.05", "<0.01", "Absent in 25 g", "1200 CFU/g"],
    ],
    "wide, limits in columns beside": [
        ["Lot", "Form", "Mitragynine (%)", "7-OH (%)", "Lead (ppm)", "Lead LOQ (ppm)", "Cadmium (ppm)",
         "Mercury (ppm)",
         "Mercury LOD (ppm)", "Salmonella", "TAMC (CFU/g)"],
        ["L-1", LEAF, "1.52", "0.012", "0.21", "0.05", "<0.05", "ND", "0.01", "Absent in 25 g", "1200"],
    ],
    "wide, the batch above it": [
        *HEAD, ["", "Mitragynine", "7-OH", "Lead", "Cadmium", "Mercury", "Salmonella", "TAMC"],
        ["Unit", "%", "%", "mg/kg", "mg/kg", "mg/kg", "", "CFU/g"],
        ["Result", "1.52", "0.012", "0.21", "<0.05", "<0.01", "Absent in 25 g", "1200"],
    ],
    "lots across, with a header between": [
        ["Lot", "", "L-1"], ["Product Form", "", LEAF], ["Date Received", "", "2026-03-04"], ["Analyte", "Unit", ""],
        *([name, unit, said] for name, said, unit in ALL),
    ],
    "fields of laboratory software": [
        ["sdg", "sys_sample_code", "client_lot", "sample_matrix", "sample_type_code", "chemical_name", "result_value",
        "result_unit",
         "lab_qualifiers", "reporting_detection_limit", "analysis_date"],
        *(["S-1", "S-1-01", "L-1", LEAF, "N", name, said, unit, "", "", "2026-03-04"] for name, said, unit in ALL),
        ["S-1", "MB-1", "L-1", LEAF, "MB", "Lead", "9.9", "mg/kg", "", "", "2026-03-04"],
        ["S-1", "S-1-01R", "L-1", LEAF, "LR", "Lead", "0.23", "mg/kg", "", "", "2026-03-04"],
    ],
    "fields with capitals inside, and days": [
        ["SampleId", "BatchId", "SampleMatrix", "ParamId", "DisplayValue", "DisplayUnits", "ReceivedDt", "TestedDt",
        "ReleasedDt"],
        *(["S-1", "L-1", LEAF, name, said, unit, "03/04/2026", "03/14/2026", "03/24/2026"] for name, said, unit in ALL),
    ],
    "raw results beside the reported ones": [
        ["LOT", "MATRIX", "COMPONENT", "ENTRY", "FORMATTED_ENTRY", "UNITS"],
        *(["L-1", LEAF, name, {"1.52": "1.5183", "0.21": "0.2136", "<0.05": "0.0311"}.get(said, said), said, unit]
          for name, said, unit in ALL),
    ],
    "the mean of three": [
        ["Lot", "Form", "Mitragynine", "7-OH", "Lead", "Cadmium", "Mercury", "Salmonella", "TAMC"],
        ["", "", "%, mean (n = 3)", "% (mean, n = 3)", "mg/kg (n=3)", "mg/kg, average", "mg/kg mean", "", "CFU/g"],
        ["L-1", LEAF, "1.52", "0.012", "0.21", "<0.05", "<0.01", "Absent in 25 g", "1200"],
    ],
    "a label whose last word is that of both": [["Harvest/Process Lot", "L-1"], ["Category", LEAF], [], HEADER, *ALL],
    "a form said of all products": [["All products are ground leaf."], [], ["Lot", *HEADER], *(["L-1", *row] for row in ALL)],
    "numbered headings that are headers": [
        *HEAD, ["1. Potency", "Found", "Units"], *ALKALOIDS, [], ["2) Heavy metals", "Found", "Units"], *METALS,
        [], ["III. Microbiology", "Found", "Units"], *MICROBES,
    ],
    "letters before analytes": [*HEAD, HEADER, *([f"{at}) {row[0]}", *row[1:]] for at, row in zip("abcdefg", ALL, strict=True))],
    "numbers before analytes": [*HEAD, HEADER, *([f"{at}. {row[0]}", *row[1:]] for at, row in enumerate(ALL, 1))],
    "analytes named like what is done": [*HEAD, HEADER, *([f"{row[0]} test", *row[1:]] for row in ALL)],
    "analytes behind the word for it": [*HEAD, HEADER, *([f"Determination of {row[0]}", *row[1:]] for row in ALL)],
    "symbols behind a dash": [
        *HEAD, HEADER, *([{"Lead": "Pb - Lead", "Cadmium": "Cd – Cadmium"}.get(row[0], row[0]), *row[1:]] for row in ALL),
    ],
    "headings with the day of the tests": [
        *HEAD, ["ALKALOIDS - 10/10/2026"], HEADER, *ALKALOIDS, [], ["HEAVY METALS (tested 10/12/2026)"], HEADER, *METALS,
        *REST,
    ],
    "panels under a word nobody knows": [
        *HEAD, ["Group of tests", *HEADER],
        *(["Alkaloids", *row] for row in ALKALOIDS), *(["Heavy metals", *row] for row in METALS),
        *(["Microbiology", *row] for row in MICROBES),
    ],
    "codes of panels of laboratory software": [
        *HEAD, ["ANALYSIS", "COMPONENT_NAME", "RESULT_TEXT", "UNITS"], *(["HM_PANEL", *row] for row in ALL),
    ],
    "numbers and codes of laboratory software": [
        *HEAD, ["TEST_NUMBER", "ANALYSIS_CODE", "COMPONENT_NAME", "FORMATTED_ENTRY", "UNITS", "ENTERED_ON"],
        *(["6610200", "ALK_HPLC", *row, "10/14/2026"] for row in ALL),
    ],
    "a basis that the legend explains": [*HEAD, [*HEADER, "Basis"], *([*row, "AR"] for row in ALL), [], ["AR = as received"]],
    "signs that the legend explains": [*HEAD, HEADER, *ALL, [], ["ND = not detected; < = below the reporting limit"]],
    "analytes in a language nobody reads": [
        *HEAD, HEADER, *([f"Xâjqwé / {row[0]}" if row[0] in ("Lead", "Cadmium", "Mercury") else row[0], *row[1:]] for row in ALL),
    ],
    "headers that say that it was done": [*HEAD, ["Substance tested", "Result obtained", "Unit"], *ALL],
    "units in two languages": [
        *HEAD, HEADER, *([name, said, "CFU/g (UFC/g)" if unit == "CFU/g" else unit] for name, said, unit in ALL),
    ],
    "title and number on one line": [["Certificate of Analysis · 26-4471"], *HEAD, [], HEADER, *ALL],
    "a lot over values of the product, and columns named by units alone": [
        ["Lot", "L-1"], ["Form", LEAF], ["Date Issued", "2026-11-01"], ["Mitragynine (%)", "1.52"], ["7-OH (%)", "0.012"], [],
        ["Elements (ICP-MS)", "mg/kg", "LOQ (mg/kg)"], *([*row, "0.01"] for row in MG_KG), *REST,
    ],
    "a summary with the verdict on the batch": [
        *HEAD, ["Test", "Date Tested", "Result"], ["Batch", "", "Pass"], ["Alkaloids", "2026-03-04", "Complete"],
        ["Heavy Metals", "2026-03-04", "Pass"], [], HEADER, *ALL,
    ],
    "verdicts in a column without a header": [*HEAD, [*HEADER, ""], *([*row, "Pass"] for row in ALL)],
    "verdicts in two columns": [*HEAD, [*HEADER, "Status", "Meets"], *([*row, "Pass", "Yes"] for row in ALL)],
    "headings of one analyte with method and person": [
        *HEAD, ["Analyses", "Result", "Qual", "Units"], *([name, said, "", unit] for name, said, unit in ALKALOIDS),
        ["LEAD, TOTAL", "", "SW6020B", "Analyst: RKM"], ["Lead", "0.21", "", "mg/kg"],
        ["METALS", "", "ASTM D2216", "Analyst: RKM"], *([name, said, "", unit] for name, said, unit in METALS[1:]),
        *([name, said, "", unit] for name, said, unit in MICROBES),
    ],
    "wide, units before its rows, titles of sections between": [
        *HEAD, ["", "TOTAL MITRAGYNINE", "7-HYDROXYMITRAGYNINE"], ["%", "1.52", "0.012"], ["mg/g", "15.2", "0.12"],
        ["LOD", "0.001", "0.001"], ["", "%", "%"], [], ["Heavy Metals", "PASSED"], ["Metal", "Result", "Units", "Pass / Fail"],
        *([*row, "PASS"] for row in METALS), [], ["Moisture", "PASSED"], HEADER, *MICROBES,
    ],
    "a title of a section beside its verdict and method": [
        *HEAD, HEADER, *ALKALOIDS, [], ["Heavy Metals", "Passed (ICP-MS)"],
        ["Analyte", "Dilution (1:n)", "Result (mg/kg)"], *([name, "20", said] for name, said in MG_KG), *REST,
    ],
    "a result in two units, the second in brackets": [
        *HEAD, ["Analyte", "Result (mg/g)", "(%)"], ["Mitragynine", "15.2", "1.52"], ["7-OH", "0.12", "0.012"], [], HEADER,
        *METALS, *MICROBES,
    ],
    "a folder, an order and the final result": [
        ["FOLDERNO", "ORDNO", "BATCHNO", "SAMPLE_DESC", "ANALYTE", "FINAL", "UNITS", "SPEC_STATUS"],
        *(["F2610-118", "F-3", "L-1", LEAF, name, said, unit, "Done"] for name, said, unit in ALL),
    ],
    "units beside the word over the analytes": [
        *HEAD, HEADER, *ALKALOIDS, [], ["Metals, mg/kg", "Result", "LOQ"], *([*row, "0.01"] for row in MG_KG),
        [], ["Microbe (CFU/g)", "Result", "Limit"], ["TAMC", "1200", "100000"], ["Salmonella", "Absent in 25 g", "Absent"],
    ],
    "a unit and a portion in two languages": [
        *HEAD, ["รายการทดสอบ / Test", "ผล / Result", "หน่วย / Unit"], *ALKALOIDS, *METALS,
        ["Salmonella", "Absent", "ต่อ 25 กรัม / per 25 g"], MICROBES[1],
    ],
    "a lot in the name of the product": [
        ["Descrizione campione", "kratom leaf powder, lotto L-1"], [], ["Prova", "Risultato", "U.M."], *ALL,
    ],
    "one heading over two tables with the same header": [
        *HEAD, HEADER, *ALKALOIDS, *MICROBES, [], ["Metals (ICP-MS) - mg/kg"],
        ["Metal", "Found", "Limit", "Metal", "Found", "Limit"], ["Lead", "0.21", "1", "Mercury", "<0.01", "0.1"],
        ["Cadmium", "<0.05", "0.5"],
    ],
    "lines of panels between tables": [
        *HEAD, ["Panel: Alkaloids", "Method: HP-ALK-01", "Completed: 2026-03-04"], HEADER, *ALKALOIDS,
        ["Panel: Heavy Metals", "Method: HP-MET-02", "Completed: 2026-03-04"], HEADER, *METALS, *MICROBES,
    ],
    "whether it was detected beside the result": [
        ["LOT_NO", "MATRIX", "ANALYTE", "RESULT", "UNITS", "DETECTED"],
        *(["L-1", LEAF, *row, "N" if row[1][0] in "<NA" else "Y"] for row in ALL),
    ],
    "a row of limits below lots, and groups beside a word for the lots": [
        ["Lot", "", "Alkaloids (% w/w)", "", "Heavy metals (ppm)", "", "", "Counts (CFU/g)"],
        ["Lot no.", "Form", "MIT", "7-OH", "Pb", "Cd", "Hg", "TAMC", "Salmonella"],
        ["L-1", LEAF, "1.52", "0.012", "0.21", "<0.05", "<0.01", "1200", "Absent in 25 g"], [],
        ["House limits:", "", ">= 1.00", "<= 0.05", "1.0", "0.5", "0.1", "500000", "Absent in 25 g"],
    ],
    "remarks that say that all is met": [
        *HEAD, ["Parameter", "Hasil", "Satuan", "Keterangan"], *([*row, "MS"] for row in ALL), [],
        ["Keterangan: MS = memenuhi syarat; TMS = tidak memenuhi syarat"],
    ],
    "French": [
        ["N° de lot :", "L-1"], ["Matrix", LEAF], [], ["Paramètre", "Résultat", "Unité", "LQ", "Méthode"], *([*row,
         "", "HPLC"] for row in ALL),
    ],
    "Portuguese": [["Lote", "L-1"], ["Matrix", LEAF], [], ["Ensaio", "Resultado", "Unidade", "LQ"], *([*row,
     ""] for row in ALL)],
    "Polish": [["Nr partii", "L-1"], ["Matrix", LEAF], [], ["Badany parametr", "Wynik badania", "Jednostka",
     "Metoda badania"],
     *([*row, "HPLC"] for row in ALL)],
    "Italian": [["Lotto", "L-1"], ["Matrix", LEAF], [], ["Parametro", "Risultato", "Unità di misura", "Metodo"],
     *([*row, "HPLC"] for row in ALL)],
    "Dutch": [["Partijnummer", "L-1"], ["Matrix", LEAF], [], ["Bepaling", "Resultaat", "Eenheid", "Methode"],
     *([*row, "HPLC"] for row in ALL)],
}  # fmt: skip


@pytest.mark.parametrize("paper", PAPERS)
def test_the_same_batch_reads_alike_on_papers_nobody_described(paper: str) -> None:
    rows = square(PAPERS[paper])
    for reading in (read_csv(rows, head=()), read_xlsx(rows)):
        assert sorted(set(canonical(reading))) == BATCH
        assert troubles(reading) == []


@pytest.mark.parametrize(
    ("header", "said", "possible"),
    [
        ("Per bottle", "101 mg", "101 mg/container"), ("Por envase (60 ml)", "101 mg", "101 mg/container"),
        ("Per bottle", "0.36 µg", "0.00036 mg/container"), ("Per capsule", "<0.12 µg", "[0, 0.00012) mg/unit"),
    ],
)  # fmt: skip
def test_a_column_of_pieces_says_what_its_cells_are_of(header: str, said: str, possible: str) -> None:
    (certificate,) = read_csv(
        [["Analyte", "mg/mL", header], ["Mitragynine", "1.7", said], ["7-OH", "0.1", "6 mg"]]
    ).certificates
    found = [result for result in certificate.results if result.analyte == "mitragynine"]
    assert [f"{told(result.interval)} {result.unit}" for result in found] == ["1.7 mg/mL", possible]


def test_a_column_of_units_is_of_the_results_beside_those_of_pieces() -> None:
    rows = [
        ["Analyte", "Result", "Unit", "Per bottle"],
        ["Mitragynine", "1.7", "mg/mL", "101 mg"],
        ["7-OH", "0.1", "mg/mL", "6 mg"],
    ]
    (certificate,) = read_csv(rows).certificates
    assert [(told(found.interval), found.unit) for found in certificate.results] == [
        ("1.7", "mg/mL"), ("101", "mg/container"), ("0.1", "mg/mL"), ("6", "mg/container"),
    ]  # fmt: skip
    assert troubles(read_csv(rows)) == []


@pytest.mark.parametrize("said", ["101", "ND", "2 %"])
def test_a_column_of_pieces_without_a_mass_holds_or_bounds_nothing(said: str) -> None:
    reading = read_csv([["Analyte", "mg/mL", "Per bottle"], ["Mitragynine", "1.7", said], ["7-OH", "0.1", "6 mg"]])
    of_piece = reading.certificates[0].results[1]
    assert troubles(reading) or of_piece.interval.high is None


RUNS: Rows = [[*HEADER, "Batch", "Method"], *([*row, f"261091{at}", "ICP-MS"] for at, row in enumerate(ALL))]


def test_numbers_of_the_laboratory_s_runs_are_no_lots_and_a_person_reads_them() -> None:
    reading = read_csv(square([*HEAD, *RUNS]), head=())
    assert sorted(set(canonical(reading))) == BATCH
    assert {f"D{row}" for row in range(5, 12)} <= set(unread(reading))


@pytest.mark.parametrize("odd", ["L-2", "2610911"])
def test_a_lot_of_one_row_is_not_the_labelled_one(odd: str) -> None:
    lots = [*["L-1"] * (len(ALL) - 1), odd]
    rows = [[*HEADER, "Batch", "Method"], *([*row, lot, "ICP-MS"] for row, lot in zip(ALL, lots, strict=True))]
    reading = read_csv(square([*HEAD, *rows]), head=())
    read = {
        (certificate.batch_id, found.analyte) for certificate in reading.certificates for found in certificate.results
    }
    assert (odd, "tamc") in read
    assert ("L-1", "tamc") not in read


def test_lots_beside_results_that_contradict_the_label_hold() -> None:
    rows = [[*HEADER, "Batch", "Method"], *([*row, "L-2", "ICP-MS"] for row in ALL)]
    assert "fact-contradicts" in [code for code, _ in troubles(read_csv(square([*HEAD, *rows]), head=()))]


def test_a_bound_beside_rows_of_several_units_bounds_nothing() -> None:
    table = [["", "Mitragynine", "7-OH"], ["%", "1.52", "ND"], ["mg/g", "15.2", "ND"], ["LOD", "0.001", "0.001"]]
    said = {
        tuple(rows): [
            result.interval.high for result in read_csv(square(rows)).certificates[0].results if result.reported == "ND"
        ]
        for rows in (tuple(map(tuple, table)), tuple(map(tuple, [*table, ["", "%", "%"]])))
    }
    assert list(said.values()) == [[None, None], [10, 10]]


@pytest.mark.parametrize("verdict", ["FAILED", "Salmonella found", "see page 2"])
def test_a_title_of_a_section_with_no_good_verdict_is_no_title(verdict: str) -> None:
    rows = [*HEAD, HEADER, *ALKALOIDS, [], ["Moisture", verdict], HEADER, *METALS, *MICROBES]
    reading = read_csv(square(rows), head=())
    found = [result.reported for result in reading.certificates[0].results if result.detected]
    assert troubles(reading) or unread(reading) or "found" in found


def test_a_result_right_above_a_header_is_a_result() -> None:
    rows = [*HEAD, HEADER, *ALKALOIDS, [], ["Moisture", "8.1 %"], HEADER, *METALS, *MICROBES]
    results = read_csv(square(rows), head=()).certificates[0].results
    assert [result.reported for result in results if result.analyte == "moisture"] == ["8.1 %"]


def test_limits_under_a_word_for_analytes_are_limits() -> None:
    head = ["Paramètre", "Résultat", "Unité", "Critère"]
    reading = read_csv(
        square([*HEAD, head, ["Plomb", "4", "mg/kg", "≤ 3"], ["Cadmium", "0,06", "mg/kg", "≤ 1"]]), head=()
    )
    assert troubles(reading) == [("own-limit-exceeded", "B5")]


@pytest.mark.parametrize(
    ("header", "result", "limit", "codes"),
    [
        ("Action Level", "Not Detected in 25 g", "Detected in 25 g", []),
        ("Action limit", "Detected in 25 g", "Present", ["own-limit-exceeded"]),
    ],
)
def test_an_action_level_of_some_allows_none(header: str, result: str, limit: str, codes: list[str]) -> None:
    reading = read_csv([["Analyte", "Result", header], ["Salmonella", result, limit]])
    assert ([code for code, _ in troubles(reading)], unread(reading)) == (codes, [])


def test_presence_as_a_limit_is_read_by_a_person() -> None:
    reading = read_csv([["Analyte", "Result", "Limit"], ["Salmonella", "Absent in 25 g", "Detected in 25 g"]])
    assert unread(reading)


def test_the_name_of_a_sheet_states_the_unit_of_its_results() -> None:
    book = {
        "Summary": HEAD, "Potency %": [["Compound", "Result"], *PLAIN_ALKALOIDS],
        "Metals (ppm)": [["Element", "Result"], *MG_KG], "Micro": [HEADER, *MICROBES],
    }  # fmt: skip
    reading = read_xlsx(book)
    assert (sorted(set(canonical(reading))), troubles(reading)) == (BATCH, [])


@pytest.mark.parametrize("name", ["Metals ppm, not of this lot", "Lead 4 ppm"])
def test_a_sheet_whose_name_says_more_states_no_unit(name: str) -> None:
    reading = read_xlsx({"Summary": HEAD, name: [["Element", "Result"], *MG_KG]})
    assert "unit-missing" in [code for code, _ in troubles(reading)]


@pytest.mark.parametrize("verdicts", [("Pass", "Fail"), ("Fail", "Pass"), ("", "Fail"), ("Pass", "Pending")])
@pytest.mark.parametrize("header", ["Conforms", ""])
def test_the_worse_of_two_verdicts_of_a_row_counts(header: str, verdicts: tuple[str, str]) -> None:
    rows = [
        [*HEADER, "Status", header],
        *([*row, "Pass", "Pass"] for row in ALKALOIDS),
        ["Lead", "0.21", "mg/kg", *verdicts],
    ]
    (certificate,) = read_csv(square(rows)).certificates
    (lead,) = [result for result in certificate.results if result.analyte == "lead"]
    (word,) = {*verdicts} - {"Pass", ""}
    assert lead.stated_verdict == word or (
        "value-outside-columns" in [code for code, _ in troubles(read_csv(square(rows)))]
    )


@pytest.mark.parametrize("verdict", ["Fail", "On hold", "Not released"])
def test_a_verdict_on_the_batch_in_a_summary_is_no_lot(verdict: str) -> None:
    rows = [
        ["Test", "Date Tested", "Result"],
        ["Batch", "", verdict],
        ["Alkaloids", "", "Pass"],
        [],
        *HEAD,
        HEADER,
        *ALL,
    ]
    reading = read_csv(square(rows), head=())
    assert {certificate.batch_id for certificate in reading.certificates} <= {"L-1", verdict}
    assert troubles(reading) or unread(reading)


def test_two_lots_on_their_side_name_no_lot_for_the_rest() -> None:
    rows = [
        ["Lot", "L-1"], ["Form", LEAF], ["pH", "3.7"], ["Density", "1.04 g/mL"], [],
        ["Lot", "L-2"], ["Form", LEAF], ["pH", "3.9"], ["Density", "1.05 g/mL"], [],
        ["Elements", "mg/kg", "LOQ (mg/kg)"], *([*row, "0.01"] for row in MG_KG),
    ]  # fmt: skip
    reading = read_csv(square(rows), head=())
    assert not any(
        result.analyte == "lead" for certificate in reading.certificates for result in certificate.results
    ) or troubles(reading)  # fmt: skip


# Columns under words that nobody knows: what stands in them is understood, and the word is read by a person.
STRANGE = {
    "limits": ["min. 1.0", "max. 0.04", "NMT 1.0", "≤ 0.5", "max 0.1", "Negative", "≤ 10^6"],
    "verdicts": ["Pass"] * 7,
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_column_under_a_word_nobody_knows_asks_one_question(kind: str) -> None:
    pairs = zip(ALL, STRANGE[kind], strict=True)
    reading = read_csv(square([*HEAD, [*HEADER, "Xylo value"], *([*row, said] for row, said in pairs)]), head=())
    assert (sorted(set(canonical(reading))), troubles(reading), set(unread(reading))) == (BATCH, [], {"D4"})


def test_words_over_nothing_are_no_header() -> None:
    """`Report Status | Detected in 25 g` above a table is a status, and not a heading of columns."""
    for said in ("Detected in 25 g", "Detected"):
        assert ("status-unread", "B1") in troubles(
            read_csv([["Report Status", said], [], *HEAD, HEADER, *ALL], head=())
        )


def test_a_label_of_another_lot_below_a_list_of_lots_holds() -> None:
    rows = [["Lot", "Matrix", *HEADER], *(["L-1", LEAF, *row] for row in ALL), [], ["Lot", "L-9", "", "", ""]]
    assert "fact-contradicts" in [code for code, _ in troubles(read_csv(rows, head=()))]


# ---------------------------------------------------------------- nothing decisive is dropped

EVERY_COLUMN: Rows = [
    ["Lot", "Matrix", "Test", "Result", "Units", "LOD", "LOQ", "Limit", "Status", "Basis", "Portion", "Species",
     "CAS", "Method",
     "Replicate", "Panel", "Qualifier", "Uncertainty", "Comments", "Analyst"],
    *(["L-1", LEAF, name, said, unit, *[""] * 15] for name, said, unit in ALL),
]  # fmt: skip
WORDS = ["REJECTED", "Sample was contaminated."]


def placed(rows: Rows, text: str) -> Iterator[tuple[str, Rows]]:
    """The text in a row of its own anywhere, in the last column too, and in every blank cell of the sheet."""
    width = max(map(len, rows))
    for at in range(len(rows) + 1):
        for column in (0, width - 1):
            alone = ["" for _ in range(column)] + [text]
            yield cell_name(at + 1, column + 1), [*rows[:at], alone, *rows[at:]]
    for at, row in enumerate(rows):
        full = [*row, *[""] * (width + 1 - len(row))]
        for column in (column for column, said in enumerate(full) if said == ""):
            new = [text if number == column else said for number, said in enumerate(full)]
            yield cell_name(at + 1, column + 1), [*rows[:at], new, *rows[at + 1 :]]


@pytest.mark.parametrize("text", WORDS)
@pytest.mark.parametrize(
    "shape", ["every column", "wide, limits in columns beside", "a unit for the limits of its own"]
)
def test_nothing_decisive_is_dropped_wherever_it_stands(shape: str, text: str) -> None:
    rows = square(PAPERS.get(shape, EVERY_COLUMN))
    silent = [
        cell
        for cell, changed in placed(rows, text)
        if not troubles(reading := read_csv(changed, head=())) and not unread(reading)
    ]
    assert silent == []


HEADS = ["Analyte (REJECTED)", "Result (VOID)", "Units / REJECTED", "Result\nREJECTED"]


@pytest.mark.parametrize("head", HEADS)
def test_words_in_a_header_that_nobody_knows_are_read_by_nobody(head: str) -> None:
    word = head.split()[0]
    header = [head if said == word or (said == "Unit" and word == "Units") else said for said in HEADER]
    assert "A4" in unread(read_csv([header, *ALL])) or "B4" in unread(read_csv([header, *ALL])) or \
        "C4" in unread(read_csv([header, *ALL]))  # fmt: skip


# ---------------------------------------------------------------- rows that are not the sample's

CONTROLS: list[tuple[str, Rows]] = [
    ("named in a comment", [[*HEADER, "Comment"], *([*row, ""] for row in ALL[1:]), ["Mitragynine", "1.52", "%",
     "method blank"]]),
    ("named in the analyte's cell", [HEADER, *ALL[1:], ["Mitragynine (method blank)", "1.52", "%"]]),
    ("in a section", [HEADER, *ALL[1:], ["Method Blank"], ALL[0]]),
    ("in a section with a header of its own", [HEADER, *ALL[1:], [], ["LCS"], HEADER, ALL[0]]),
    ("of another lot", [HEADER, *ALL[1:], [], ["Previous lot KX-1"], HEADER, ALL[0]]),
    ("as a kind of sample", [["QC Type", *HEADER], *(["Sample", *row] for row in ALL[1:]), ["MB", *ALL[0]]]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rows"), CONTROLS, ids=[one[0] for one in CONTROLS])
def test_what_is_not_of_the_sample_never_stands_for_it(what: str, rows: Rows) -> None:
    reading = read_csv(square(rows))
    read = {found.analyte for certificate in reading.certificates for found in certificate.results}
    assert "mitragynine" not in read or "qc-unclear" in [code for code, _ in troubles(reading)], what
    assert "lead" in read


def test_numbers_beside_quality_control_say_nothing_of_the_sample() -> None:
    head = ["SAMP_TYPE", *HEADER, "SPIKE_ADDED", "PCT_REC", "REC_LO", "RPD"]
    rows = [
        head,
        *(["SAMP", *row, "", "", "", ""] for row in ALL),
        ["LCS", "Lead", "0.98", "mg/kg", "1.0", "98", "80", "0.7"],
    ]
    assert unread(read_csv(square(rows))) == []
    rows[1][5] = "98"  # of the sample: nobody knows what it says
    assert unread(read_csv(square(rows))) == ["F5"]


def test_a_table_after_quality_control_may_be_the_samples_or_not() -> None:
    rows = [
        HEADER,
        *ALKALOIDS,
        [],
        ["Quality control"],
        HEADER,
        ["Lead", "9.9", "mg/kg"],
        [],
        ["Heavy metals"],
        HEADER,
        *METALS,
    ]
    assert "qc-unclear" in [code for code, _ in troubles(read_csv(square(rows)))]


# ---------------------------------------------------------------- kinds of papers that say more


def test_a_row_of_words_among_results_is_no_header() -> None:
    rows = [
        ["Characteristic", "Specification", "Result", "Method"],
        ["Odor", "Characteristic", "Conforms", "Organoleptic"],
        ["Appearance", "Fine green powder", "Conforms", "Visual"],
        *([name, "", f"{said} {unit}", ""] for name, said, unit in METALS),
    ]
    reading = read_csv(square(rows))
    read = {found.analyte for certificate in reading.certificates for found in certificate.results}
    assert read == {"odour", "appearance", "lead", "cadmium", "mercury"}


RAW = [("1.61", "1.6128", False), ("8600", "8612", False), ("< 0.010", "0.0031", False), ("1,200", "1204", False),
       ("1.61", "2.4", True), ("< 0.010", "0.4", True), ("1.6", "16.128", True)]  # fmt: skip


@pytest.mark.parametrize(("reported", "raw", "is_another"), RAW)
def test_a_raw_result_that_is_not_the_reported_one_rounded_is_another_reading(
    reported: str, raw: str, is_another: bool
) -> None:
    head = ["COMPONENT", "ENTRY", "FORMATTED_ENTRY", "UNITS"]
    rows = [head, ["Lead", raw, reported, "mg/kg"], ["Cadmium", "0.10", "0.10", "mg/kg"]]
    (certificate,) = read_csv(rows).certificates
    lead = next(found for found in certificate.results if found.analyte == "lead")
    assert bool(lead.readings) is is_another


def test_a_sample_number_stands_for_the_lot_where_none_is_labelled_and_holds() -> None:
    rows = [["Client_Sample_ID", "Matrix", *HEADER], *(["KX-77", LEAF, *row] for row in ALL)]
    reading = read_csv(rows, head=())
    assert {certificate.batch_id for certificate in reading.certificates} == {"KX-77"}
    assert {code for code, _ in troubles(reading)} == {"batch-unlabelled"}
    labelled = read_csv([["Lot", ""], *rows], head=())
    assert "no-batch-id" in [code for code, _ in troubles(labelled)]


@pytest.mark.parametrize(
    "said", ["All products are ground leaf except L-1", "All products are extracts of leaf, mostly"]
)
def test_a_form_said_of_all_but_some_is_no_form(said: str) -> None:
    reading = read_csv([[said], [], ["Lot", *HEADER], *(["L-1", *row] for row in ALL)], head=())
    assert "A1" in unread(reading)


FLAGS = [("0.21", "Y", False), ("<0.05", "N", False), ("0.21", "N", True), ("<0.05", "Y", True), ("0.21", "R", True)]


@pytest.mark.parametrize(("said", "flag", "is_unread"), FLAGS)
def test_a_flag_of_detection_says_nothing_new_where_the_result_says_it(said: str, flag: str, is_unread: bool) -> None:
    rows = [["chemical_name", "result_value", "result_unit", "detect_flag"], ["Lead", said, "mg/kg", flag]]
    assert ("D5" in unread(read_csv(rows))) is is_unread


def test_a_column_of_days_holds_no_results() -> None:
    rows = [
        ["Analyte", "When", "Units", "Found it"],
        *([name, "10/14/2026", unit, said] for name, said, unit in METALS),
    ]
    reading = read_csv(rows)
    said = [found.reported for certificate in reading.certificates for found in certificate.results]
    assert said == [row[1] for row in METALS]


def test_groups_in_a_limit_prove_the_mark_of_the_results() -> None:
    table = [["Test", "Result", "Units", "Specification"], ["TYMC", "450", "CFU/g", "< 100,000"]]
    for limit, low in (("< 10,000,000", 12), ("< 10,000", Decimal("0.012"))):
        (certificate,) = read_csv([*table, ["Nickel", "12,000", "ug/kg", limit]]).certificates
        nickel = next(found for found in certificate.results if found.analyte == "nickel")
        assert (nickel.interval.low, nickel.interval.high) == (low, 12)


def test_a_number_beside_the_name_of_a_panel_is_its_result_and_no_summary() -> None:
    rows = [["Test", "Result", "Limit", "Pass/Fail"], ["Aerobic Plate Count (CFU/g)", "2.1E+04", "1E+07", "PASS"],
            ["Pesticides (72 compounds)", "ND", "", "PASS"]]  # fmt: skip
    (certificate,) = read_csv(rows).certificates
    found = {result.analyte: result.interval.low for result in certificate.results}
    assert found == {"tamc": 21000, "pesticide-residues": 0}


def test_a_numbered_row_of_words_begins_no_table() -> None:
    rows = [["Sr. No.", "Test", "Result", "Unit", "Specification"],
            ["1", "Description", "Brown powder", "-", "Brown powder"], ["2", "Mitragynine (HPLC)", "1.5", "%", "NLT 1"],
            ["3", "Residual Ethanol", "640", "ppm", "NMT 5000"]]  # fmt: skip
    (certificate,) = read_csv(rows).certificates
    found = {result.analyte: result.reported for result in certificate.results}
    assert found == {"appearance": "Brown powder", "mitragynine": "1.5", "ethanol": "640"}


def test_a_lot_in_the_row_below_a_header_is_none_of_it() -> None:
    rows = [["Category", "Parameter", "Specification", "Result"], ["Lot: KB-77", "", "", ""],
            ["Metals", "Lead", "NMT 1 ppm", "0.2 ppm"], ["Metals", "Cadmium", "NMT 1 ppm", "0.1 ppm"]]  # fmt: skip
    (certificate,) = read_csv(rows, head=()).certificates
    assert (certificate.batch_id, [str(found.interval.low) for found in certificate.results]) == (
        "KB-77",
        ["0.2", "0.1"],
    )


def test_units_headed_above_the_labels_of_lots_are_those_of_their_results() -> None:
    rows = [["", "Sample 1", "Sample 2", "Units", "MRL"], ["Client ID", "Red", "Green", "", ""],
            ["Lot", "RV-1", "GV-1", "", ""], ["Lead", "352", "ND", "ppb", "5"], ["Cadmium", "21", "33", "ppb", "2"],
            ["Arsenic", "90", "87", "ppb", "5"]]  # fmt: skip
    certificates = read_csv(rows, head=()).certificates
    said = {each.batch_id: (each.results[0].interval.low, each.results[0].interval.high) for each in certificates}
    assert said == {"RV-1": (Decimal("0.352"), Decimal("0.352")), "GV-1": (0, Decimal("0.005"))}


def test_a_blank_among_the_columns_of_samples_is_no_sample() -> None:
    rows = [["Parameter", "Units", "Method Blank", "KR-101", "KR-102"], ["Lead", "ppb", "900", "352", "418"],
            ["Cadmium", "ppb", "ND", "21", "33"]]  # fmt: skip
    certificates = read_csv(rows, head=()).certificates
    assert {each.batch_id: str(each.results[0].interval.low) for each in certificates} == {
        "KR-101": "0.352",
        "KR-102": "0.418",
    }


COUNTS = [  # the result, its unit, the amount: of lead, 1,234 ug/kg
    ("4,900", "CFU/g", Decimal("1.234")),
    ("4.900", "KBE/g", Decimal("0.001234")),
    ("3,900", "log CFU/g", None),
    ("4,900", "MPN/g", None),
]


@pytest.mark.parametrize(("said", "unit", "lead"), COUNTS)
def test_a_count_of_colonies_has_no_thousandths(said: str, unit: str, lead: Decimal | None) -> None:
    """It proves the decimal mark where no other number does."""
    rows = [["Test", "Result", "Units"], ["TAMC", said, unit], ["Lead", "1,234", "ug/kg"]]
    (certificate,) = read_csv(rows).certificates
    found = next(result for result in certificate.results if result.analyte == "lead").interval
    assert (found.low, found.high) == ((lead, lead) if lead else (Decimal("0.001234"), Decimal("1.234")))


def test_each_portion_of_several_is_a_result_and_one_that_is_positive_stays() -> None:
    said = ["not detected", "not detected", "detected", "not detected"]
    rows = [[f"Salmonella in 25 g (unit {n} of 5)", word, "in 25 g"] for n, word in enumerate(said, 1)]
    (certificate,) = read_csv([["Analyte", "Result", "Units"], *rows]).certificates
    assert {(found.analyte, found.detected) for found in certificate.results} == {
        ("salmonella", False),
        ("salmonella", True),
    }


def test_a_row_of_our_own_limits_is_no_batch() -> None:
    rows = [["Lot", "Product", "Mitragynine (%)", "Lead (ppm)"], ["L-1", "kratom powder", "1.3", "0.4"]]
    reading = read_csv([*rows, ["Our limit", "", "1.0 - 2.0", "max 1.0"]], head=())
    assert [certificate.batch_id for certificate in reading.certificates] == ["L-1"]


def test_a_second_column_of_names_may_hold_the_product() -> None:
    head = ["Charge", "Bezeichnung", "Parameter", "Wert", "Einheit"]
    rows = [["L-1", "Kratom Rot, Pulver", *row] for row in (("Blei", "0.4", "mg/kg"), ("Cadmium", "0.04", "mg/kg"))]
    (certificate,) = read_csv([head, *rows], head=()).certificates
    assert certificate.product == "leaf_powder"
    assert not unread(read_csv([head, *rows], head=()))


def test_lots_above_equal_headings_of_results_have_a_column_each() -> None:
    rows = [
        ["Lot", "", "L-7", "L-8", ""],
        ["Nickname", "", "Early", "Late", ""],
        ["Parameter", "Unit", "Result", "Result", "Method"],
        ["Lead", "mg/kg", "0.21", "0.33", "ICP-MS"],
        ["Cadmium", "mg/kg", "0.04", "0.05", "ICP-MS"],
    ]
    read = {
        certificate.batch_id: [(found.analyte, found.reported) for found in certificate.results]
        for certificate in read_csv(rows, head=()).certificates
    }
    assert read == {"L-7": [("lead", "0.21"), ("cadmium", "0.04")], "L-8": [("lead", "0.33"), ("cadmium", "0.05")]}


def test_two_facts_below_the_results_are_no_result() -> None:
    table = [["Analyte", "Result", "Units", "Status"], *([*row, "Pass"] for row in ALL)]
    signed = [["Approved by:", "Jane Doe, Laboratory Director", "Signed", "2026-10-12"]]
    plain, below = read_csv(table), read_csv([*table, *signed])
    assert len(below.certificates[0].results) == len(plain.certificates[0].results)
    assert [code for code, _ in troubles(below)] == [code for code, _ in troubles(plain)]
    assert not unread(below)


def test_lots_above_results_may_be_labelled_right_of_the_analytes() -> None:
    rows = [
        ["", "Description", "kratom leaf powder", "kratom leaf powder", ""],
        ["", "Lot", "L-7", "L-8", ""],
        ["Parameter", "Unit", "Result", "Result", "Method"],
        ["Lead", "mg/kg", "0.21", "0.33", "ICP-MS"],
        ["Cadmium", "mg/kg", "0.04", "0.05", "ICP-MS"],
    ]
    reading = read_csv(rows, head=())
    read = {
        certificate.batch_id: [(found.analyte, found.reported) for found in certificate.results]
        for certificate in reading.certificates
    }
    assert read == {"L-7": [("lead", "0.21"), ("cadmium", "0.04")], "L-8": [("lead", "0.33"), ("cadmium", "0.05")]}
    assert {certificate.product for certificate in reading.certificates} == {"leaf_powder"}
    assert not unread(reading)


def test_a_signature_below_lots_is_no_lot() -> None:
    rows = [
        ["Lab ID", "Lot", "Description", "Mitragynine (%)", "7-OH (%)"],
        ["0417-01", "L-7", "kratom leaf powder", "1.42", "0.02"],
        ["0417-02", "L-8", "kratom leaf powder", "1.18", "0.03"],
        [],
        ["Reviewed by:", "Greta Holm, Senior Chemist", "", "", "2026-06-15"],
    ]
    reading = read_csv(rows, head=())
    assert [certificate.batch_id for certificate in reading.certificates] == ["L-7", "L-8"]
    assert not [code for code, _ in troubles(reading)]
    kept = read_csv([*rows[:-1], ["Reviewed by:", "L-9", "", "", "0.04"]], head=())
    assert [certificate.batch_id for certificate in kept.certificates] == ["L-7", "L-8", "L-9"]  # a number is no day


@pytest.mark.parametrize(
    ("names", "total"),
    [
        (["Mitragynine", "7-OH", "Paynantheine"], "total-alkaloids"),
        (["Aflatoxin B1", "Aflatoxin B2"], "total-aflatoxins"),
        (["Mitragynine", "Lead"], None),
        (["Mitragynine"], None),
        (["Aflatoxin B1", "Ochratoxin A"], None),
    ],
)
def test_a_total_is_that_of_the_analytes_before_it(names: list[str], total: str | None) -> None:
    wide = read_csv(
        [["Lot", *(f"{name} (%)" for name in names), "Total (%)"], ["L-1", *("1" for _ in names), "3"]], head=()
    )
    tall = read_csv([["Analyte", "Result (%)"], *([name, "1"] for name in names), ["Total", "3"]])
    for reading in (wide, tall):
        (found,) = [one for one in reading.certificates[0].results if one.reported == "3"]
        assert found.known is (total is not None)
        assert total is None or found.analyte == total


def test_colons_may_stand_in_cells_of_their_own() -> None:
    head = [
        ["Kode Lot / Lot Number", ":", "L-1"],
        ["Nama Contoh", ":", "kratom leaf powder"],
        ["Customer", ":", "A Ltd"],
    ]
    reading = read_csv([*square([*head, [], ["Analyte", "Result", "Units"], *ALL])], head=())
    assert [(one.batch_id, one.product) for one in reading.certificates] == [("L-1", "leaf_powder")]
    assert len(reading.certificates[0].results) == len(ALL)
    assert not unread(reading)


@pytest.mark.parametrize("label", ["Lot (provided by client)", "Numero di lotto (dichiarato dal committente)"])
def test_who_declared_a_fact_is_no_part_of_its_label(label: str) -> None:
    reading = read_csv([[label, "L-1"], *HEAD[1:], ["Analyte", "Result", "Units"], *ALL], head=())
    assert [certificate.batch_id for certificate in reading.certificates] == ["L-1"]


def test_a_name_may_say_of_what_its_unit_is() -> None:
    rows = [
        ["Analyte", "Result"],
        ["Mitragynine, per capsule", "8.21 mg/capsule"],
        ["Mitragynine, w/w", "1.36 %"],
        ["7-OH, per capsule", "0.1 mg"],
        ["Paynantheine per serving", "0.1 mg/capsule"],
    ]
    read = read_csv(rows).certificates[0].results
    assert [(found.analyte, found.known) for found in read[:2]] == [("mitragynine", True), ("mitragynine", True)]
    assert [found.known for found in read[2:]] == [False, False]  # of what the milligrams are is not said twice


def test_the_weight_of_a_unit_beside_results_is_one_of_them() -> None:
    rows = [
        ["Lot", "Product", "Unit Weight (g)", "Mitragynine (mg/g)", "7-OH (mg/g)"],
        ["L-1", "kratom gummies", "8.0", "3.1", "0.02"],
    ]
    (certificate,) = read_csv(rows, head=()).certificates
    assert [(found.analyte, found.reported) for found in certificate.results] == [
        ("average-weight", "8.0"),
        ("mitragynine", "3.1"),
        ("7-hydroxymitragynine", "0.02"),
    ]
