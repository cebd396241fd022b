"""Capsules are judged as what they hold; and where nobody has said which product a batch is, a FAIL counts only where every
product that it may be fails."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.product import MADE_FROM, forms_of
from kratom_qc.interpret.batch import may_be
from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.interpret.facts import Declaration, FactsFile, load_facts
from kratom_qc.report.as_json import market_object
from kratom_qc.report.html import batch_page
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.rulebooks.scope import covers, markets_of, questions
from tests.factory import REAL, book, certificate, judged, limit, row, rulebooks
from tests.judge.test_hazards import CLEAN, OF_EXTRACT

BOOKS = load_rulebooks(REAL)
LEAF = CLEAN["capsule"]
STRONG = {
    **OF_EXTRACT,
    "Mitragynine": ("30", "%"),
    "7-Hydroxymitragynine": ("0.2", "%"),
    "Paynantheine": ("4", "%"),
    "Speciogynine": ("2", "%"),
    "Speciociliatine": ("3", "%"),
}
COUNTS = {"TAMC": ("72000", "cfu/g"), "TYMC": ("6050", "cfu/g")}  # of an ordinary leaf
NO_SOLVENTS = {name: said for name, said in STRONG.items() if name not in ("Methanol", "Hexane")}
OF_LEAF_ALONE = ["INCONCLUSIVE SPEC-CAPSULE-MIT", "INCONCLUSIVE SPEC-CAPSULE-7OH"]

CASES = {  # what was found, the form, what else is stated → what the batch is judged as, its verdict, what decides it
    "leaf, by nobody's word": (LEAF, "capsules", {}, "capsule", "PASS", []),
    "extract, in the form": (STRONG, "extract capsules", {}, "extract_capsule", "PASS", []),
    "extract, in the form's own words": (
        STRONG, "Capsule or tablet of extract", {}, "extract_capsule", "PASS", [],
    ),
    "extract, in the name": (STRONG, "capsules", {"Product": "Gold Extract 50x"}, "extract_capsule", "PASS", []),
    "extract, in the form and capsules in the name": (
        STRONG, "extract", {"Product": "Gold Kratom Capsules"}, "extract_capsule", "PASS", [],
    ),
    "extract, by the vendor": (STRONG, "capsules", {"made_from": "extract"}, "extract_capsule", "PASS", []),
    "extract, by the user": (STRONG, "capsules", {"product": "extract_capsule"}, "extract_capsule", "PASS", []),
    "extract with the counts of leaf": (
        {**STRONG, **COUNTS}, "extract capsules", {}, "extract_capsule", "FAIL",
        ["FAIL AHPA-EXT-TAMC", "FAIL AHPA-EXT-TYMC"],
    ),
    "leaf with the counts of leaf": ({**LEAF, **COUNTS}, "leaf capsules", {}, "capsule", "PASS", []),
    "extract without solvents": (
        NO_SOLVENTS, "extract capsules", {}, "extract_capsule", "HOLD",
        ["MISSING SPEC-SOLVENT-METHANOL", "MISSING SPEC-SOLVENT-HEXANE"],
    ),
    "strong, by nobody's word": (STRONG, "tablets", {}, "capsule", "HOLD", OF_LEAF_ALONE),
    "strong, and leaf by its form": (
        STRONG, "leaf powder capsules", {}, "capsule", "FAIL", ["FAIL SPEC-CAPSULE-MIT", "FAIL SPEC-CAPSULE-7OH"],
    ),
    "extract by its form, leaf by the vendor": (
        STRONG, "extract capsules", {"made_from": "leaf"}, "capsule", "FAIL",
        ["FAIL SPEC-CAPSULE-MIT", "FAIL SPEC-CAPSULE-7OH", "INCONCLUSIVE FACTS-CONTRADICT"],
    ),
    "leaf by its form, extract by its name": (
        STRONG, "leaf powder capsules", {"Product": "Kratom Extract"}, "extract_capsule", "HOLD",
        ["INCONCLUSIVE PRODUCT-CONTRADICTS"],
    ),
    "leaf by its form, extract by the user": (
        LEAF, "leaf capsules", {"product": "extract_capsule"}, "capsule", "HOLD", ["INCONCLUSIVE PRODUCT-CONTRADICTS"],
    ),
    "7-OH tablets": (
        STRONG, "tablets", {"Product": "7-OH Tablets"}, "capsule", "HOLD",
        [*OF_LEAF_ALONE, "INCONCLUSIVE PRODUCT-CONTRADICTS"],
    ),
    "powder declared to be of extract": (
        LEAF, "leaf powder", {"made_from": "extract"}, "leaf_powder", "HOLD", ["INCONCLUSIVE PRODUCT-CONTRADICTS"],
    ),
    "what fails both": ({**LEAF, "Lead": ("5", "mg/kg")}, "capsules", {}, "capsule", "FAIL", ["FAIL SPEC-METALS-PB"]),
    "counts beyond leaf's, and extract's": (
        {**LEAF, "TAMC": ("50000000", "cfu/g")}, "capsules", {}, "capsule", "FAIL", ["FAIL AHPA-RAW-TAMC"],
    ),
    "a strain with lead": (
        {**LEAF, "Lead": ("5", "mg/kg")}, "", {"Product": "Red Bali"}, "leaf_powder", "FAIL",
        ["FAIL SPEC-METALS-PB", "INCONCLUSIVE PRODUCT-ASSUMED"],
    ),
    "a strain with fentanyl": (
        {**LEAF, "Fentanyl": ("4", "mg/kg")}, "", {"Product": "Red Bali"}, "leaf_powder", "FAIL",
        ["FAIL SPEC-ADULT-FENTANYL", "INCONCLUSIVE PRODUCT-ASSUMED"],
    ),
    "a strain stronger than leaf": (
        {**LEAF, "Mitragynine": ("4", "%")}, "", {"Product": "Red Bali"}, "leaf_powder", "HOLD",
        ["INCONCLUSIVE SPEC-LEAF-MIT", "INCONCLUSIVE PRODUCT-ASSUMED"],
    ),
    "the same, of leaf powder": (
        {**LEAF, "Mitragynine": ("4", "%")}, "leaf powder", {"Product": "Red Bali"}, "leaf_powder", "FAIL",
        ["FAIL SPEC-LEAF-MIT"],
    ),
}  # fmt: skip


def verdict_on(found, form, stated, markets=()):
    stated = dict(stated)
    declared = FactsFile((Declaration("*", "*", ProductFacts("*", made_from=stated.pop("made_from", None))),))
    product = stated.pop("product", None)
    rows = (row(analyte, *said) for analyte, said in found.items())
    of = certificate("L-1", *rows, form=form, **stated)
    return judged([of], BOOKS, markets=markets, home=[], product=product, facts=declared)["L-1"]


@pytest.mark.parametrize("told", CASES)
def test_a_capsule_is_what_it_holds_and_a_fail_needs_a_product(told):
    found, form, stated, judged_as, decision, causes = CASES[told]
    verdict = verdict_on(found, form, stated)
    against = [f"{one.outcome} {one.rule_id}" for one in verdict.findings if one.decides and str(one.outcome) != "PASS"]
    assert (verdict.batch.judged_as, str(verdict.decision), against) == (judged_as, decision, causes)


def test_what_would_fail_only_one_of_two_products_says_which():
    (finding, *_) = [one for one in verdict_on(STRONG, "tablets", {}).findings if one.rule_id == "SPEC-CAPSULE-MIT"]
    assert finding.why.endswith(
        "that fails capsule or tablet of leaf, and nobody has said that it is: it may be capsule or tablet of extract"
    )


def test_a_capsule_of_extract_is_told_as_a_capsule_with_what_it_is_made_from():
    verdict = verdict_on(STRONG, "extract capsules", {}, ("us",))
    told = json.loads(json.dumps(market_object(verdict)))
    assert (told["product"], told["made_from"]) == ("capsule", "extract")
    assert "Capsule or tablet of extract" in batch_page(verdict, program="x")
    assert "made_from" not in market_object(verdict_on(LEAF, "capsules", {}, ("us",)))


def test_a_law_takes_it_for_both_of_its_forms():
    for market in markets_of(BOOKS):
        own = {limit for book, limit in questions(BOOKS, [market], "extract_capsule") if book.kind == "market"}
        both = [
            {limit for book, limit in questions(BOOKS, [market], form) if book.kind == "market"}
            for form in forms_of("extract_capsule")
        ]
        assert own == both[0] | both[1], market
        assert covers(BOOKS[market], "extract_capsule") is all(
            covers(BOOKS[market], form) for form in ("capsule", "extract")
        )


def test_what_may_be_sold_must_be_allowed_as_both(tmp_path):
    def allows(text, *forms):
        return book(
            limit("CLASS", text=text, kind="product_class", requires=list(forms)), kind="market", extends=["us"]
        )

    def lead(rule_id):
        return limit(rule_id, "lead", "not more than 1 mg/kg", max="1", unit="mg/kg")

    books = rulebooks(
        tmp_path,
        **{
            "extract": book(lead("PB")),
            "capsule": book(lead("PB-C")),
            "us": book(lead("PB-US"), kind="market"),
            "us-aa": allows("only capsules", "capsule"),
            "us-bb": allows("only extract", "extract"),
            "us-cc": allows("only capsules and extract", "capsule", "extract"),
        },
    )  # fmt: skip
    of = certificate("L-1", row("Lead", "0.2", "mg/kg"), form="extract capsules")
    verdict = judged([of], books, markets=["us-aa", "us-bb", "us-cc"], home=["us"])["L-1"]
    assert [str(one) for one in verdict.markets.values()][:3] == ["FAIL", "FAIL", "PASS"]


def test_a_vendor_says_what_capsules_are_made_from(tmp_path):
    (tmp_path / "products.toml").write_text('[[product]]\nmatch = "L-*"\nform = "capsule"\nmade_from = "extract"\n')
    facts = load_facts(tmp_path / "products.toml").for_batch("L-1", "")
    assert facts is not None
    assert (facts.form, facts.made_from) == ("capsule", "extract")


def test_only_one_product_is_left_where_somebody_says_it():
    facts = ProductFacts("")
    assert may_be("capsule", facts, ()) == tuple(MADE_FROM)
    assert may_be("capsule", replace(facts, made_from="leaf"), ()) == ()
    assert may_be("leaf_powder", facts, ()) == ()


def test_the_declared_servings_make_an_amount_of_7oh_a_day_that_is_told_and_judged_by_nothing():
    facts = {"Serving_Size": "2 g", "Servings_Per_Day": "3"}
    rows = [row(analyte, *said) for analyte, said in LEAF.items()]
    plain, declared, alone = (
        judged([certificate("L-1", *rows, **more)], BOOKS, beside=CrossCertificateChecks({}, {}))["L-1"]
        for more in ({}, facts, {"Servings_Per_Day": "3"})
    )
    told = [one.message for one in declared.batch.remarks if one.code == "daily-amount"]
    assert [message.partition(" (")[0] for message in told] == [
        "7-Hydroxymitragynine by the declared servings: 0.6 mg a day"
    ]
    assert not [one for other in (plain, alone) for one in other.batch.remarks if one.code == "daily-amount"]
    assert ("7-hydroxymitragynine", "per day") not in {(one.subject, one.basis) for one in declared.batch.quantities}
