"""Every figure of a standard, of the screens and of our own specifications a second time: standards_of_the_facts.csv prints what
the rulebooks hold, and what a specification adopts is what its standard prints.

The table was written from the sources, with units as printed and factors of its own.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from kratom_qc.domain.limit import DECIDING
from kratom_qc.rulebooks.lineages import lineage
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import REAL
from tests.rulebooks.of_the_facts import differences

BOOKS = load_rulebooks(REAL)
PRODUCTS = ("leaf_powder", "crushed_leaf", "extract", "capsule", "liquid", "edible")
STANDARDS = ("usp", "ahpa", "nsf-173", "aka-gmp", "typical", "screens")
OWN = ("solvents", "pesticides", "contaminants", "where_tested", "specification")
TABLE = list(
    csv.DictReader(Path(__file__).with_name("standards_of_the_facts.csv").read_text(encoding="utf-8").splitlines())
)
LIMITS = {(book.id, one.rule_id): one for book in BOOKS.values() for one in book.limits if not one.overrides}
RULES = [(line, LIMITS[line["rulebook"], line["rule_id"]]) for line in TABLE]
OVERRIDES = {(book.id, one.rule_id): one for book in BOOKS.values() for one in book.limits if one.overrides}
PRINTED = {  # unit as printed: ours, and how many of ours one of it is
    "mg/kg": ("mg/kg", "1"),
    "ppm": ("mg/kg", "1"),
    "ug/g": ("mg/kg", "1"),
    "ug/kg": ("mg/kg", "0.001"),
    "% w/w": ("mg/kg", "10000"),
    "mg/mL": ("mg/mL", "1"),
    "ug/day": ("ug/day", "1"),
    "mg/day": ("ug/day", "1000"),
    "mg/serving": ("mg/serving", "1"),
    "cfu/g": ("cfu/g", "1"),
    "%": ("%", "1"),
    "% of total alkaloids": ("%", "1"),
    "% of label claim": ("%", "1"),
    "ratio": ("1", "1"),
    "aw": ("1", "1"),
}
SCOPES = {
    "any": set(),
    "leaf": {"leaf_powder", "crushed_leaf"},
    "leaf and capsule": {"leaf_powder", "crushed_leaf", "capsule"},
    "extract": {"extract"},
    "liquid": {"liquid"},
    "finished": {"capsule", "liquid", "edible"},
    "extracted": {"extract", "liquid", "edible"},
}


def test_every_rule_stands_as_its_source_prints_it():
    def ours(one):
        return (
            *(one.kind, one.subject, one.effective_from, one.effective_to, one.status, one.evidence),
            *(set(one.products), one.screen, one.kind != "amount" or (one.decision_rule, one.rounding)),
        )

    def printed(line):
        names = ("kind", "subject", "effective_from", "effective_to", "status", "evidence")
        rule = line["kind"] != "amount" or ("simple", "none")
        return *(line[name] for name in names), SCOPES[line["scope"]], line["rulebook"] == "screens", rule

    assert differences(RULES, "", ours, printed) == []


def test_every_amount_stands_as_its_source_prints_it():
    def ours(one):
        within = one.acceptance_interval
        return one.unit, one.basis, within.low, within.low_open, within.high, within.high_open

    def printed(line):
        unit, factor = PRINTED[line["unit"]]
        edges = [Decimal(number) * Decimal(factor) for number in line["number"].split("–")]
        low, high = {"range": edges, ">=": (edges[0], None)}.get(line["operator"], (Decimal(0), edges[0]))
        return unit, line["basis"], low, False, high, line["operator"] in ("<", ">=")

    assert differences(RULES, "amount", ours, printed) == []


def test_what_may_not_be_there_stands_as_its_source_prints_it():
    def ours(one):
        return "absent", str(one.portion or "")

    assert differences(RULES, "not_detected", ours, lambda line: (line["operator"], line["number"])) == []


def test_the_table_is_complete():
    ours = (*STANDARDS, *OWN, *PRODUCTS)
    assert {key for key in LIMITS if key[0] in ours} == {(line["rulebook"], line["rule_id"]) for line in TABLE}


def test_counts_of_organisms_allow_no_more_than_they_print():
    """That USP <2021> reads 10^n as up to 2 × 10^n is unverified."""
    counts = [one for book in STANDARDS for one in BOOKS[book].limits if one.kind == "amount" and one.unit == "cfu/g"]
    stated = [one for one in counts if one.multiplier is not None]
    assert {one.multiplier for one in stated} == {Decimal(1)}
    assert {one.rule_id for one in counts} - {one.rule_id for one in stated} == {"NSF-173-NONEXT-ECOLI"}


def test_a_day_of_option_2_is_ten_grams_of_option_1():
    """mg/day = ppm × 10 g/day; here in micrograms."""
    option_1 = [one for one in BOOKS["usp"].limits if one.rule_id.startswith("USP-467") and one.unit == "mg/kg"]
    assert len(option_1) == 28
    for one in option_1:
        by_day = LIMITS["usp", f"{one.rule_id}-PDE"]
        assert by_day.subject == one.subject
        assert by_day.acceptance_interval.high == one.acceptance_interval.high * 10


def test_every_successor_names_what_it_supersedes():
    assert {one.rule_id: one.supersedes for book in STANDARDS for one in BOOKS[book].limits if one.supersedes} == {
        "USP-2232-PB": ("USP-2232-PB-OLD",),
        **{f"NSF-173-{metal}": (f"NSF-173-OLD-{metal}",) for metal in ("AS", "CD", "PB", "HG")},
    }


# ---------------------------------------------------------------- nothing of a standard decides until it is adopted

PESTICIDES = (
    "CHLORPYRIFOS CYPERMETHRIN DDT ENDOSULFAN DICHLORVOS HCB ALACHLOR ALDRIN DIAZINON ETHION FENITROTHION FENVALERATE"
)
MICRO = ("TAMC", "TYMC", "ECOLI", "SALM")
ADOPTED = {  # what, where: of which standard, required or where tested
    **{("pesticides", f"USP-561-PEST-{name}"): ("usp", "note") for name in PESTICIDES.split()},
    **{("specification", f"AHPA-{herb}-{test}"): ("ahpa", "hold") for herb in ("RAW", "EXT") for test in MICRO},
    **{("contaminants", f"USP-2232-{metal}"): ("usp", "note") for metal in ("AS", "CD", "PB", "HG", "MEHG")},
    ("specification", "AKA-GMP-7OH-TA"): ("aka-gmp", "hold"),
    **{(form, "SPEC-SOLVENT-ETHANOL"): ("solvents", "note") for form in ("leaf_powder", "capsule")},
    ("extract", "SPEC-SOLVENT-ETHANOL"): ("solvents", "hold"),
}
TIGHTENED = {  # required of extracts, where every product judges it where tested
    (form, f"SPEC-SOLVENT-{name}"): ("solvents", "hold")
    for form in ("extract", "liquid", "edible")
    for name in ("METHANOL", "ACETONE", "ETOAC", "HEXANE")
}


def test_no_standard_decides_by_itself():
    assert not [one.rule_id for book in STANDARDS for one in BOOKS[book].limits if one.status in DECIDING]


@pytest.mark.parametrize("where", ADOPTED, ids=" ".join)
def test_an_adopted_figure_is_its_standards_figure_and_decides(where):
    one, (standard, silence) = OVERRIDES[where], ADOPTED[where]
    printed = LIMITS[standard, where[1]]
    assert (one.overrides, one.when_missing) == (standard, silence)
    assert _figure(one) == _figure(printed)
    assert (one.evidence, one.effective_from) == (printed.evidence, printed.effective_from)
    assert (one.status, one.advisory) == ("adopted", "")
    assert f"status: {printed.status} → adopted" in one.changes


def _figure(limit):
    return limit.kind, [getattr(limit, name, None) for name in ("acceptance_interval", "portion", "unit", "basis")]


def test_nothing_else_is_overridden_but_what_is_tightened_and_one_scope():
    scope = {("specification", "AHPA-EXT-COLIFORM")}
    ours = {key for key in OVERRIDES if BOOKS[key[0]].kind != "market"}
    assert ours == ADOPTED.keys() | TIGHTENED.keys() | scope
    for where, (book, silence) in TIGHTENED.items():
        assert (OVERRIDES[where].overrides, OVERRIDES[where].when_missing) == (book, silence)
        assert _figure(OVERRIDES[where]) == _figure(LIMITS[book, where[1]])


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_product_lies_under_every_standard(product):
    under = {book.id for book in lineage(BOOKS, product)}
    assert under >= {*STANDARDS, *OWN, "adulterants"}


def test_an_id_stands_in_one_file():
    files: dict[str, set[str]] = {}
    for book, rule_id in LIMITS:
        files.setdefault(rule_id, set()).add(book)
    assert {rule_id: books for rule_id, books in files.items() if len(books) > 1} == {}
