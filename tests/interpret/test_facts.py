"""What no laboratory prints: declared by the vendor in a facts file, or on the certificate."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.errors import InputNotFound, RulebookError
from kratom_qc.interpret.facts import load_facts, merged, read_declared
from tests.factory.sheets import read_csv

DECLARED = [
    ("serving_size", "2.4 g", {"serving_g": "2.4"}),
    ("serving_size", "2 capsules (1.2 g)", {"serving_g": "1.2"}),
    ("serving_size", "600 mg", {"serving_g": "0.6"}),
    ("serving_size", "15 mL", {"serving_ml": "15"}),
    ("net_content", "250 g", {"net_g": "250"}),
    ("net_content", "1 kg", {"net_g": "1000"}),
    ("net_content", "2 oz", {"net_g": "56.69904625"}),
    ("net_content", "60 mL", {"net_ml": "60"}),
    ("servings_per_container", "30", {"servings_per_container": "30"}),
    ("servings_per_day", "3", {"servings_per_day": "3"}),
    ("density", "1.02 g/mL", {"density_g_per_ml": "1.02"}),
    # a product of a count and a mass: the mass alone would understate the package sixtyfold
    ("net_content", "60 x 0.6 g", {"net_g": "36"}),
    ("net_content", "60 capsules x 600 mg", {"net_g": "36"}),
    ("serving_size", "2 capsules of 600 mg", {"serving_g": "1.2"}),
    # pieces say no mass
    ("net_content", "30 capsules", {}),
    ("serving_size", "1 gummy", {}),
    ("serving_size", "2 kapsle", {}),
]


@pytest.mark.parametrize(("name", "text", "means"), DECLARED)
def test_a_declaration_is_understood(name: str, text: str, means: dict[str, str]) -> None:
    facts, wrong = read_declared({name: text})
    assert wrong == {}
    assert {key: getattr(facts, key) for key in means} == {key: Decimal(size) for key, size in means.items()}


def test_a_claim_is_in_the_canonical_unit() -> None:
    facts, _ = read_declared({"claim_mitragynine": "45 mg/serving"})
    assert facts.claims == (("mitragynine", Decimal(45), "mg/serving"),)
    assert read_declared({"claim_mitragynine": "1.5 %"})[0].claims == (("mitragynine", Decimal(15000), "mg/kg"),)


UNCLEAR = [
    ("serving_size", "two spoons"), ("serving_size", "0 g"), ("serving_size", "1-2 g"), ("serving_size", "1,234 g"),
    ("servings_per_day", "0"), ("servings_per_day", "as needed"), ("servings_per_day", "-3"),
    ("density", "1.02"), ("density", "0 g/mL"), ("claim_mitragynine", "45"), ("claim_mitragynine", "plenty"),
    ("net_content", "60 capsules x 600 mg mitragynine"), ("net_content", "60 socks x 1 g"), ("serving_size", "2 socks"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), UNCLEAR)
def test_an_unclear_declaration_is_not_guessed(name: str, text: str) -> None:
    facts, wrong = read_declared({name: text}, None)
    assert name in wrong
    assert facts == ProductFacts("")


def _facts(folder: Path, text: str) -> Path:
    path = folder / "products.toml"
    path.write_text(text, encoding="utf-8")
    return path


GOOD = """
[[product]]
match = "L-*"
form = "capsule"
serving_size = "2 capsules (1.2 g)"
servings_per_day = 3
claim = {mitragynine = "45 mg/serving"}

[[product]]
product = "*shot*"
density = "1.02 g/mL"
"""


def test_the_first_row_that_matches_the_batch_or_the_product_counts(tmp_path: Path) -> None:
    facts = load_facts(_facts(tmp_path, GOOD))
    capsule, shot, nobody = (
        facts.for_batch("L-7", "Red Bali"),
        facts.for_batch("M-1", "Gold SHOT 15 mL"),
        facts.for_batch("M-1", ""),
    )
    assert capsule is not None
    assert (capsule.form, capsule.serving_g, capsule.servings_per_day) == ("capsule", Decimal("1.2"), Decimal(3))
    assert len(capsule.sha256) == 64
    assert shot is not None
    assert shot.density_g_per_ml == Decimal("1.02")
    assert nobody is None


MISTAKES = [
    "1 [[product]] 1: has neither 'match' (batch ids) nor 'product' (product names)",
    "2 [[product]] 1: form 'socks' is no product; known are ",
    "3 [[product]] 1: serving_size 'two spoons' is not understood: expected a mass or volume",
    "4 [[product]] 1: unknown key 'colour'",
    "5 [[product]] 1: claim of unobtainium '1 g': expected a known analyte and an amount",
    "6 [other]: unknown key 'other'",
]


def test_every_mistake_of_a_facts_file_is_said_at_once(tmp_path: Path) -> None:
    text = '[[product]]\nform = "socks"\nserving_size = "two spoons"\ncolour = "red"\nclaim = {unobtainium = "1 g"}\n[other]\n'
    with pytest.raises(RulebookError) as refused:
        load_facts(_facts(tmp_path, text))
    told = [line.split("products.toml:")[1] for line in str(refused.value).splitlines()]
    assert [line[: len(start)] for line, start in zip(told, MISTAKES, strict=True)] == MISTAKES


def test_a_facts_file_that_is_not_there_or_no_toml_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputNotFound, match="no such facts file"):
        load_facts(tmp_path / "gone.toml")
    with pytest.raises(RulebookError, match="not readable as TOML"):
        load_facts(_facts(tmp_path, "[[product"))


def _printed(*facts: list[str]) -> tuple[ProductFacts, list[str]]:
    certificates = read_csv([*facts, ["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"]]).certificates
    found, hold_reasons = merged(ProductFacts("L-*", serving_g=Decimal("2.4")), certificates)
    return found, [hold_reason.rule_id for hold_reason in hold_reasons]


def test_what_the_certificate_prints_fills_what_the_vendor_leaves_open() -> None:
    found, hold_reasons = _printed(["Serving Size", "2.4 g"], ["Net Weight", "250 g"])
    assert (found.serving_g, found.net_g, hold_reasons) == (Decimal("2.4"), Decimal(250), [])


def test_a_vendor_and_a_certificate_that_disagree_hold() -> None:
    found, hold_reasons = _printed(["Serving Size", "3 g"])
    assert (found.serving_g, hold_reasons) == (Decimal("2.4"), ["FACTS-CONTRADICT"])


HELD = [  # printed facts, what holds the batch
    ([["Serving Size", "two spoons"]], ["DECLARATION-UNCLEAR"]),
    ([["Serving Size", "2 capsules"]], []),
    ([["Net Weight", "0.0001 g"]], ["FACT-IMPLAUSIBLE"] * 2),  # no size of a package, and less than a serving,
    ([["Servings Per Day", "5000"]], ["FACT-IMPLAUSIBLE"]),
    ([["Serving Size", "2.4 g"], ["Net Weight", "1 g"]], ["FACT-IMPLAUSIBLE"]),
]


@pytest.mark.parametrize(("facts", "held"), HELD)
def test_a_printed_size_that_is_not_understood_or_cannot_be_holds(facts: list[list[str]], held: list[str]) -> None:
    assert _printed(*facts)[1] == held


TWICE = [  # two statements of one size, whether they are one
    ("0.5 g", "5 g", False),
    ("0.5 g", "500 mg", True),
    ("2 capsules (1.2 g)", "1.2 g", True),
    ("two spoons", "Two  spoons", True),
]


@pytest.mark.parametrize(("one", "other", "same"), TWICE)
def test_two_values_of_one_size_hold_unless_equal(one: str, other: str, same: bool) -> None:
    table = [["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"]]
    (certificate,) = read_csv([["Serving Size", one], ["Serving Weight", other], [], *table]).certificates
    assert ("FACT-CONTRADICTS" in [reason.rule_id for reason in certificate.hold_reasons]) is not same
