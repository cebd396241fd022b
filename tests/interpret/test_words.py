"""What honest laboratories write holds nothing; the same sentence turned round, or said of another lot, holds."""

from __future__ import annotations

import pytest

from kratom_qc import vocabulary
from kratom_qc.domain.account import Fate
from kratom_qc.interpret.plain import is_told_method
from tests.factory.sheets import held, read_csv, read_line
from tests.interpret.test_texts import fate, text

GOOD = [
    "Passed all criteria", "Complete, issued", "Accept", "i. O.", "Memenuhi syarat", "Regolare", "Emitido",
    "The tested lot meets all listed specifications.", "All results are within limits. Released for sale.",
    "Vzorek splňuje požadavky specifikace.", "Lot conforme aux spécifications en vigueur.", "Voldoet aan de eisen",
    "Die Probe entspricht den Anforderungen.", "La muestra cumple con las especificaciones.", "ผ่านทุกรายการ",
    "Próbka spełnia wymagania specyfikacji.", "Il campione è conforme alle specifiche.", "Sampel memenuhi persyaratan.",
]  # fmt: skip
NOT_GOOD = [
    "The tested lot meets all listed specifications except lead.", "The tested lot does not meet all listed specifications.",
    "The previous lot meets all specifications.", "Lot B-2 meets all specifications", "Meets most specifications",
    "If retested, the lot meets all specifications.", "All results are below the specification.", "Passed all criteria but one",
    "Passed all criteria?", "Passed all criteria*", "Complete, not issued", "Complete, pending", "Accept with deviation",
    "Pass, N", "V, N", "n. i. O.", "Vzorek nesplňuje požadavky specifikace.", "Lot non conforme aux spécifications en vigueur.",
    "Voldoet niet aan de eisen", "Die Probe entspricht nicht den Anforderungen.", "Tidak memenuhi syarat", "Y", "Yes", "0",
    "La muestra no cumple con las especificaciones.", "Próbka nie spełnia wymagań specyfikacji.", "Irregolare",
]  # fmt: skip


@pytest.mark.parametrize("said", GOOD)
def test_a_plainly_good_conclusion_is_known(said: str) -> None:
    assert vocabulary.is_good_verdict(said, of_paper=True)
    assert "STATUS-UNREAD" not in held(read_csv([["Conclusion", said], [], ["Analyte", "Result"], ["Lead", "0.2"]]))


@pytest.mark.parametrize("said", NOT_GOOD)
def test_a_conclusion_with_any_other_word_is_not(said: str) -> None:
    assert not vocabulary.is_good_verdict(said, of_paper=True)


@pytest.mark.parametrize(
    ("heading", "said", "good"),
    [
        ("Conforms?", "Y", True), ("In Spec", "yes", True), ("Cumple", "Sí", True), ("Pass/Fail", "Y", False),
        ("Conforms?", "N", False), ("Conforms?", "Y*", False), ("Verdict", "Yes", False),
    ],
)  # fmt: skip
def test_a_yes_is_good_below_a_heading_that_asks_for_one(heading: str, said: str, good: bool) -> None:
    rules = held(read_csv([["Analyte", "Result", "Unit", heading], ["Lead", "0.2", "mg/kg", said]]))
    assert ({"VERDICT-UNREAD", "LABORATORY-SAID-FAIL"}.isdisjoint(rules)) is good


@pytest.mark.parametrize(
    ("flag", "held_by"),
    [("-", []), ("—", []), ("none", []), ("N/A", []), ("(none)", []), ("*", ["UNKNOWN-QUALIFIER"]), ("H", ["QUALIFIER-UNCLEAR"])],
)  # fmt: skip
def test_an_empty_mark_among_flags_is_no_flag(flag: str, held_by: list[str]) -> None:
    reading = read_line("Lead", "0.41", "mg/kg", Qualifier=flag)
    assert [rule for rule in held(reading) if rule != "UNDATED"] == held_by


METHODS = [
    "Alkaloids by HPLC-UV at 225 nm, external calibration, five levels.", "Moisture by oven at 105 °C to constant mass.",
    "Microwave digestion with HNO3/H2O2, ICP-MS in He mode.", "Dosage par ICP-MS après minéralisation micro-ondes.",
    "Samples were extracted with 70 % methanol and sonicated for 30 min.", "Metode: KCKT fase balik, detektor UV.",
    "Schwermetalle nach Mikrowellenaufschluss mittels ICP-MS.", "AOAC 2017.14, HPLC-DAD at 254 nm", "per USP <2021>",
    "Total aerobic count: PCA, 30 °C, 72 h", "Column C18, 150 x 4.6 mm, 5 µm",
]  # fmt: skip
NO_METHODS = [
    "Alkaloids by HPLC-UV, not calibrated.", "Moisture by oven 14", "Lead by ICP-MS 9.9", "Pb 0.38 by ICP-MS",
    "Lead 9.9 mg/kg by ICP-MS", "Alkaloids by HPLC 1.92 %", "Microwave digestion incomplete", "ICP-MS failed calibration",
    "Microwave digestion of another sample", "Metals by ICP-MS of lot 7", "Salmonella detected by PCR", "Lead found by ICP-MS",
    "Extract diluted 10, HPLC", "Multiply by 10 after extraction", "Alkaloids estimated by HPLC", "Calibration 41 %",
    "Extraction of 2 of 3 samples", "Alkaloids by HPLC without internal standard", "Blank 0.4 by ICP-MS", "Lead 12 min",
    "Adulterants identified by LC-MS", "Incubated at 35 °C, growth",
]  # fmt: skip


@pytest.mark.parametrize("said", METHODS)
def test_a_method_told_in_prose_is_plain(said: str) -> None:
    assert is_told_method(said)


@pytest.mark.parametrize("said", NO_METHODS)
def test_no_value_and_no_trouble_hides_in_a_method(said: str) -> None:
    assert not is_told_method(said)
    assert fate(text(said)) is Fate.UNREAD


HONEST_AND_TURNED = [  # what laboratories print, and the same with an edge
    (
        "Samples are discarded 30 days after the report date unless otherwise arranged.",
        "Samples were discarded 30 days before testing.",
    ),
    ("Uncertainty is expanded, k = 2, approximately 95 % confidence.", "Uncertainty is larger than the result, k = 2."),
    (
        "Dilution factors have already been applied to the reported values.",
        "Dilution factors have not been applied to the reported values.",
    ),
    ("Salmonella reported as absent or present in 25 g.", "Salmonella reported as present in 25 g."),
    ("No deviations from the method were recorded.", "Deviations from the method were recorded."),
    (
        "All quality control results were within acceptance limits.",
        "All quality control results but one were within limits.",
    ),
    ("Spike recoveries were within acceptance limits.", "Spike recoveries were not within acceptance limits."),
    ("Method blank was below LOQ.", "Method blank was above LOQ."),
    ("Results relate only to the lot tested.", "Results relate only to the previous lot tested."),
    ("Sampling was performed by the customer.", "Sampling was performed by nobody."),
    (
        "Action limits follow the AKA GMP Qualification Program.",
        "Action limits do not follow the AKA GMP Qualification Program.",
    ),
    ("mean of two replicates", "mean of two lots"),
    ("below LOQ", "above LOQ"),
    ("Custody seal was intact.", "Custody seal was not intact."),
    ("The sample was received in good condition.", "The sample was received in poor condition."),
    ("Die Proben werden 3 Monate aufbewahrt.", "Die Proben wurden 3 Monate zu spät geprüft."),
    ("Mittelwert aus zwei Bestimmungen", "Mittelwert aus zwei Chargen"),
    ("Nejistota je rozšířená, k = 2.", "Nejistota je větší než výsledek."),
    ("Bez odchylek od metody", "S odchylkami od metody"),
    ("Sans écart", "Écart constaté"),
    ("Sin desviaciones", "Con desviaciones"),
    ("Amostra recebida em bom estado", "Amostra recebida em mau estado"),
    ("Brak odstępstw od metody", "Odstępstwa od metody"),
    ("Campione ricevuto integro", "Campione ricevuto aperto"),
    ("Geen afwijkingen", "Afwijkingen geconstateerd"),
    ("Tidak ada penyimpangan", "Ada penyimpangan"),
]


@pytest.mark.parametrize(("honest", "turned"), HONEST_AND_TURNED)
def test_what_laboratories_print_is_read_and_never_its_opposite(honest: str, turned: str) -> None:
    assert fate(text(honest)) is not Fate.UNREAD
    assert fate(text(turned)) is Fate.UNREAD


@pytest.mark.parametrize(
    ("label", "said", "read"),
    [
        ("Deviations", "none", True), ("Deviations", "Accepted", False), ("Deviations", "approved", False),
        ("Received Temperature", "Ambient", True), ("Received Temperature", "hot", False), ("Seal", "intact", True),
        ("Seal", "broken", False), ("Situação", "Emitido", True), ("Situação", "Cancelado", False),
        ("Chain of Custody", "Intact", True), ("Chain of Custody", "not intact", False),
        ("Bemonstering", "door opdrachtgever", True), ("Bemonstering", "door niemand", False),
    ],
)  # fmt: skip
def test_a_value_is_read_by_its_label(label: str, said: str, read: bool) -> None:
    assert (fate(text(said, label=label)) is not Fate.UNREAD) is read


def test_a_good_word_beside_a_result_is_read_where_the_column_may_hold_verdicts() -> None:
    assert fate(text("Memenuhi syarat", column="Keterangan", row_of="Lead")) is Fate.UNDERSTOOD
    assert fate(text("Tidak memenuhi syarat", column="Keterangan", row_of="Lead")) is Fate.UNREAD
    assert fate(text("Memenuhi syarat", column="Remark", row_of="Lead")) is Fate.UNREAD


def test_a_letter_answers_only_a_heading_that_asks() -> None:
    assert vocabulary.is_good_verdict("T", "IN_SPEC")
    assert not vocabulary.is_good_verdict("T", "STATUS")
    assert not vocabulary.is_good_verdict("F", "IN_SPEC")
