"""Papers of European and Asian laboratories: what they print beside names, numbers and tables, and what may hide there."""

from __future__ import annotations

import pytest

from kratom_qc import vocabulary
from kratom_qc.app.reading import read_content
from kratom_qc.interpret.addresses import is_address
from kratom_qc.interpret.plain import plain_shape
from kratom_qc.interpret.statement import statement
from kratom_qc.vocabulary.names import is_thai_name
from tests.factory.sheets import HEAD, canonical, codes, csv_bytes, held, one, read_csv, read_xlsx, results, unread
from tests.intake.test_shapes_blocks import ALL, HEADER

ROWS = [["Lead", "0.2", "mg/kg"], ["Cadmium", "0.1", "mg/kg"]]

NAMES = [
    ("Total Viable Count (30 °C)", "tamc"), ("Mezofilní mikroorganismy při 30 °C", None),
    ("Celkový počet mikroorganismů 30 °C", "tamc"),
    ("Ogólna liczba drobnoustrojów 30 °C", "tamc"), ("Total Plate Count (30-35 °C) *", "tamc"), ("Total Plate Count 55 °C", None),
    ("Total Plate Count 22 °C", None), ("Yeasts (25 °C)", "yeasts"), ("Coliforms 44 °C", None), ("Lead 30 °C", None),
    ("Loss on drying (103 °C)", "moisture"), ("Mitragynine (N)", "mitragynine"), ("Cadmium [A]", "cadmium"), ("Arsenic (V)",
    None),
    ("Avg. piece weight", "average-weight"), ("Avg gummy weight", "average-weight"), ("Percent Moisture", "moisture"),
    ("Percent recovery", None), ("Percent lead", None),
    ("Wilgotność (Karl Fischer)", "moisture"), ("Durchschnittliche Füllmasse", "average-weight"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "analyte"), NAMES)
def test_heat_and_accreditation_beside_a_name_change_it_only_where_they_must(name: str, analyte: str | None) -> None:
    known = vocabulary.analyte(name)
    assert (known.id if known else None) == analyte


BELOW = [
    "less than 0,01",
    "méně než 0,01",
    "kleiner 0,01",
    "inférieur à 0,01",
    "inf. à 0,01",
    "poniżej 0,01",
    "kurang dari 0,01",
    "น้อยกว่า 0,01",
]


@pytest.mark.parametrize("text", BELOW)
def test_below_is_said_in_words_as_well(text: str) -> None:
    assert statement(text, ",") == statement("< 0,01", ",")


@pytest.mark.parametrize("unit", ["/g", "/ g", "/1 g"])
def test_a_gram_without_a_number_is_one_gram(unit: str) -> None:
    assert one("E. coli", "Absent", unit).portion == 1


METHODS = [
    ("FP 2.6.12", True), ("MI-LQ 19 (HPLC-DAD)", True), ("HPLC-UV QMA 221", True), ("XYZ-M01 (BS EN ISO 4833-1)", True),
    ("CLHP-UV, MI-PHY-33", True), ("PB-15 wyd. 3 (HPLC-UV)", True), ("VOID 2", False), ("FAIL 3", False), ("ND 5", False),
    ("OOS 12", False), ("Wrong 2.6", False), ("HPLC, result withdrawn 2", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "plain"), METHODS)
def test_a_laboratory_s_own_number_of_a_method_is_a_method(text: str, plain: bool) -> None:
    assert bool(plain_shape(text, "Method")) is plain


ADDRESSES = [
    ("ZA du Moulin, 3 rue Pasteur – 44100 Nantes", True), ("Via Verdi 7 – 50013 Campi a Monte (FI)", True),
    ("9 quai de la Gare", True),
    ("Via dell'Olmo 31, 56121 Pisa", True), ("9 rejected drums", False), ("3 failed tests – 50013 Campi", False),
    ("9 quai Salmonella", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "address"), ADDRESSES)
def test_an_address_is_one_in_every_country(text: str, address: bool) -> None:
    assert is_address(text) is address


def test_a_thai_name_is_two_words_and_says_nothing_against_anything() -> None:
    assert is_thai_name("นางสาวมาลี ทองดี")
    assert not is_thai_name("ไม่ ผ่าน")


# ---------------------------------------------------------------- tables


WIDE = [
    ["Lot", "Product", "Mitragynine (%)", "7-OH (%)"],
    ["A-1", "leaf powder", "1.5", "0.02"],
    ["A-2", "leaf powder", "1.2", "0.01"],
]


@pytest.mark.parametrize(
    "below", [["Analysed by: J. Doe", "", "Approved by: M. Roe"], ["Kontrola dne: 4. 5.", "", "bez závad"]]
)
def test_a_signature_below_a_wide_table_is_no_batch(below: list[str]) -> None:
    reading = read_csv([*WIDE, [], below], head=())
    assert [certificate.batch_id for certificate in reading.certificates] == ["A-1", "A-2"]


def test_blank_remarks_need_no_separators_at_the_end_of_a_line() -> None:
    header = [*HEADER, "Method", "Remarks"]
    lines = [[*row, "ICP-MS"] for row in ROWS]
    assert "short-row" not in codes(read_csv([header, *lines])) + [
        code.lower() for code in held(read_csv([header, *lines]))
    ]


def test_a_line_that_may_be_cut_in_a_measure_holds() -> None:
    reading = read_csv(
        [["Analyte", "Unit", "Result", "Remarks"], ["Lead", "mg/kg", "0.2", ""], ["Cadmium", "mg/kg", "0."[:1]]]
    )
    assert "SHORT-ROW" in [reason.rule_id for reason in reading.certificates[0].hold_reasons]


def test_lots_may_stand_below_a_word_for_results() -> None:
    def merged(book) -> None:  # type: ignore[no-untyped-def]
        sheet = book.worksheets[0]
        sheet.merge_cells("C1:D1")
        for column in "ABE":
            sheet.merge_cells(f"{column}1:{column}2")

    rows = [
        ["รายการ / Parameter", "หน่วย / Unit", "ผล / Result", "", "วิธี / Method"], ["", "", "Lot T-1", "Lot T-2"],
        ["ตัวอย่าง / Sample", "", "Leaf powder", "Leaf powder"], ["Lead", "mg/kg", "0.2", "0.3", "ICP-MS"],
        ["Cadmium", "mg/kg", "0.1", "< 0.05", "ICP-MS"],
    ]  # fmt: skip
    reading = read_xlsx(rows, merged)
    assert {c.batch_id: [r.reported for r in c.results] for c in reading.certificates} == {
        "T-1": ["0.2", "0.1"],
        "T-2": ["0.3", "< 0.05"],
    }
    assert unread(reading) == []


CODED = [
    ["Parameter", "Unit", "PX-26-01", "PX-26-02"],
    ["Lead", "mg/kg", "0.2", "0.3"],
    ["Cadmium", "mg/kg", "0.1", "0.1"],
]


def test_codes_over_results_are_batches_that_a_person_must_look_at() -> None:
    reading = read_csv([["Product", "Leaf powder"], [], *CODED], head=())
    assert [certificate.batch_id for certificate in reading.certificates] == ["PX-26-01", "PX-26-02"]
    for certificate in reading.certificates:
        assert "BATCH-UNLABELLED" in [reason.rule_id for reason in certificate.hold_reasons]


def test_a_form_whose_batch_is_blank_is_refused_all_the_same() -> None:
    assert codes(read_csv([["Batch No."], ["Product", "Leaf powder"], [], *CODED], head=())) == ["no-batch-id"]


def test_a_column_tells_which_tests_are_accredited() -> None:
    rows = [[*HEADER, "Akr."], *([*row, mark] for row, mark in zip(ROWS, "AN", strict=True))]
    assert unread(read_csv(rows)) == []
    assert unread(read_csv([[*HEADER, "Akr."], [*ROWS[0], "zrušeno"]])) != []


def test_a_legend_ends_with_its_sentence() -> None:
    rows = [[*HEADER, "Qualifier"], *([*row, "Q"] for row in ROWS), []]
    accredited = "Q = geaccrediteerde verrichting."
    assert "MARK-UNCLEAR" not in held(read_csv([*rows, [accredited]]))
    hidden = read_csv([*rows, [f"{accredited} Monster afgekeurd."]])
    assert unread(hidden) != []


# ---------------------------------------------------------------- what a paper says of itself


GOOD = ["échantillon conforme aux spécifications du client", "Die Probe entspricht den genannten Grenzwerten."]
NOT_GOOD = [
    "échantillon conforme sauf pour le plomb",
    "Die Probe entspricht nicht den genannten Grenzwerten.",
    "Not approved for medical use",
]


@pytest.mark.parametrize(("said", "good"), [*((text, True) for text in GOOD), *((text, False) for text in NOT_GOOD)])
def test_a_statement_of_conformity_is_known_whole(said: str, good: bool) -> None:
    reading = read_csv([["Conclusion", said], [], HEADER, *ROWS])
    rules = [reason.rule_id for certificate in reading.certificates for reason in certificate.hold_reasons]
    assert ("STATUS-UNREAD" not in rules) is good


def test_the_number_of_a_paper_may_be_followed_by_its_day() -> None:
    (certificate,) = read_csv(
        [["RAPPORTO DI PROVA N° 26LA1 del 12/11/2026"], ["Lotto", "L-1"], [], HEADER, *ROWS], head=()
    ).certificates
    assert (certificate.certificate_id, str(certificate.issued_on)) == ("26LA1", "2026-11-12")


def test_a_heading_proves_a_code_page() -> None:
    raw = csv_bytes([*HEAD, ["Groep", *HEADER], *(["Alkaloïden", *row] for row in ALL)]).decode().encode("cp1252")
    assert results(read_content("certificate.csv", raw))


def test_the_paper_of_these_tests_is_read_whole() -> None:
    assert canonical(read_csv([HEADER, *ALL]))
