"""Nothing beside a comparable number vanishes: what is found again and cannot be compared holds."""

from __future__ import annotations

import pytest

from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.quantity import QuantityKey
from kratom_qc.interpret.derive import quantities
from tests.factory.sheets import read_csv, results

AS_RECEIVED = ("as received", "mg/kg")
WANTED = [
    QuantityKey("lead", *AS_RECEIVED),
    QuantityKey("mitragynine", *AS_RECEIVED),
    QuantityKey("7-hydroxymitragynine", *AS_RECEIVED),
    QuantityKey("tymc", "as received", "cfu/g"),
    QuantityKey.detection("mitragynine-pseudoindoxyl", "mg/kg"),
    QuantityKey("total-aflatoxins", *AS_RECEIVED),
]
SEVEN = ["7-Hydroxymitragynine", "0.011", "%"]
NOT_COMPARED = ["RESULT-NOT-COMPARED"]

CASES: dict[str, tuple[list[list[str]], ProductFacts, list[str]]] = {
    "dry without moisture": ([["Lead", "0.417", "mg/kg"], ["Lead", "4.1", "mg/kg dry weight"]], ProductFacts(""), NOT_COMPARED),
    "dry with a moisture that explains it": (
        [["Lead", "0.417", "mg/kg"], ["Lead", "0.449", "mg/kg dry weight"], ["Moisture", "7.2", "%"]],
        ProductFacts(""),
        [],
    ),
    "dry with a moisture that does not": (
        [["Lead", "0.417", "mg/kg"], ["Lead", "4.1", "mg/kg dry weight"], ["Moisture", "7.2", "%"]],
        ProductFacts(""),
        ["RESULTS-CONTRADICT"],
    ),
    "dry alone": ([["Lead", "4.1", "mg/kg dry weight"]], ProductFacts(""), []),
    "not found dry": ([["Lead", "0.417", "mg/kg"], ["Lead", "<0.1", "mg/kg dry weight"]], ProductFacts(""), []),
    "per serving": ([SEVEN, ["7-Hydroxymitragynine", "45", "mg/serving"]], ProductFacts(""), NOT_COMPARED),
    "per serving of a declared size": (
        [SEVEN, ["7-Hydroxymitragynine", "0.22", "mg/serving"]],
        ProductFacts("", serving_g=2),
        [],
    ),
    "per serving, and another substance in the same proportion": (
        [SEVEN, ["7-Hydroxymitragynine", "0.22", "mg/serving"], ["Mitragynine", "1.4", "%"], ["Mitragynine", "28", "mg/serving"]],
        ProductFacts(""),
        [],
    ),
    "per serving, and another substance in another proportion": (
        [SEVEN, ["7-Hydroxymitragynine", "45", "mg/serving"], ["Mitragynine", "1.4", "%"], ["Mitragynine", "28", "mg/serving"]],
        ProductFacts(""),
        NOT_COMPARED * 2,
    ),
    "another way to count": (
        [["TYMC", "1800", "CFU/g"], ["TYMC", "9000000000", "MPN/g"]], ProductFacts(""), NOT_COMPARED,
    ),
    "two counts in one proportion": (
        [["TYMC", "1800", "CFU/g"], ["TYMC", "180000", "MPN/g"], ["TAMC", "10", "CFU/g"], ["TAMC", "1000", "MPN/g"]],
        ProductFacts(""),
        NOT_COMPARED,
    ),
    "a sum of what a limit asks for and nobody measured": ([SEVEN, ["7-OH + MP", "5", "%"]], ProductFacts(""), NOT_COMPARED),
    "a sum that its parts explain": (
        [SEVEN, ["MP", "0.001", "%"], ["7-OH + MP", "0.012", "%"]], ProductFacts(""), [],
    ),
    "a sum alone": ([["7-OH + MP", "5", "%"]], ProductFacts(""), []),
    "a sum with a limit of its own": (
        [["Aflatoxin B1", "2", "ug/kg"], ["Total aflatoxins", "3", "ug/kg"]], ProductFacts(""), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("story", CASES)
def test_what_is_found_again_is_compared_or_holds(story: str) -> None:
    rows, facts, expected = CASES[story]
    read = results(read_csv([["Analyte", "Result", "Unit"], *rows]))
    assert [reason.rule_id for reason in quantities(read, facts, WANTED).hold_reasons] == expected, story


def test_the_cell_and_what_it_stands_beside_are_named() -> None:
    rows = [["Analyte", "Result", "Unit"], ["Lead", "0.417", "mg/kg"], ["Lead", "4.1", "mg/kg dry weight"]]
    (reason,) = quantities(results(read_csv(rows)), ProductFacts(""), WANTED).hold_reasons
    assert (str(reason.ref), reason.analyte) == ("B6", "lead")
    assert "'4.1 mg/kg dry weight' of Lead (dry) stands beside '0.417 mg/kg' of Lead" in reason.why


def test_moulds_above_the_count_of_yeasts_and_moulds_hold() -> None:
    rows = [["Analyte", "Result", "Unit"], ["TYMC", "1800", "CFU/g"], ["Moulds", "20000", "CFU/g"]]
    (certificate,) = read_csv(rows).certificates
    assert "PARTS-ABOVE-TOTAL" in [reason.rule_id for reason in certificate.hold_reasons]
