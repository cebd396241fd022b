"""What an audit of the law found wrong or missing on 2026-11-29, and how it must stand (corrections_of_the_law.csv): one row for
one thing that a lawyer would look up. Rules that the audit found to be gone are gone, and its certificates are judged as it asks.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import REAL, certificate, clean_leaf, finding, judged, row

BOOKS = load_rulebooks(REAL)
LIMITS = {(book.id, one.rule_id): one for book in BOOKS.values() for one in book.limits}
TABLE = list(
    csv.DictReader(Path(__file__).with_name("corrections_of_the_law.csv").read_text(encoding="utf-8").splitlines())
)


@pytest.mark.parametrize("line", TABLE, ids=lambda line: f"{line['correction']}: {line['rule_id']} {line['key']}")
def test_a_correction_holds(line):
    one = LIMITS[line["market"], line["rule_id"]]
    assert str(getattr(one, line["key"])) == line["value"]


GONE = [
    ("us-ks", "US-KS-SB497-BAN"),
    ("us-ks", "US-KS-SB497-OUTCOME"),
    ("us-fl", "US-FL-2ER26-1-RELATED"),
    ("eu", "EU-AFTOTAL-FOOD"),
]


@pytest.mark.parametrize("rule", GONE, ids=lambda rule: rule[1])
def test_what_the_audit_found_wrong_is_gone(rule):
    assert rule not in LIMITS


@pytest.mark.parametrize(
    ("market", "rule", "words"),
    [
        ("us-az", "US-AZ-2026-BILL-800PPM", "HB 2415"),
        ("us-ky", "US-KY-HB757-BAN", "omnibus revenue act"),
        ("us-tn", "US-TN-HB1649-BAN", "Public Chapter 950"),
        ("us-ct", "US-CT-PR2025-018-BAN", "2026-04-02"),
        ("us-ms", "US-MS-HB1077-LOCAL", "78 local bans"),
        ("us-ut", "US-UT-R70-580-5-SALM", "ask the Utah Department of Agriculture and Food"),
    ],
)
def test_a_source_is_the_one_that_the_audit_named(market, rule, words):
    assert words in LIMITS[market, rule].because


# ---------------------------------------------------------------- the audit's certificates

DAY = date(2026, 11, 29)
FACTS = {"Serving_Size": "2 g", "Servings_Per_Day": "2", "Servings_Per_Container": "30", "Net_Content": "60 g"}
ALKALOIDS = {
    "Paynantheine": ("0.3", "%"),
    "Speciogynine": ("0.15", "%"),
    "Speciociliatine": ("0.2", "%"),
    "Mitragynine": ("1.4", "%"),
}
SAID = [  # what the certificate says, on what paper, and what the audit asks of a market
    ({"7-Hydroxymitragynine": ("0.022", "%")}, "capsules", FACTS, {"us": "HOLD", "us-va": "HOLD", "us-fl": "FAIL"}),
    ({"7-Hydroxymitragynine": ("0.005", "%")}, "capsules", FACTS, {"us-oh": "FAIL"}),  # paynantheine found
    (
        {"7-Hydroxymitragynine": ("0.010", "%")},
        "leaf powder",
        {**FACTS, "Net_Content": "400 g", "Servings_Per_Container": "200"},
        {"cz": "FAIL"},
    ),
    (
        {"7-Hydroxymitragynine": ("0.010", "%")},
        "leaf powder",
        {**FACTS, "Net_Content": "50 g", "Servings_Per_Container": "25"},
        {"cz": "HOLD"},
    ),
]


@pytest.mark.parametrize(("results", "form", "facts", "asked"), SAID)
def test_a_certificate_of_the_audit_is_judged_as_it_asks(results, form, facts, asked):
    rows = clean_leaf(**{**ALKALOIDS, **results, "TAMC": ("2000", "cfu/g"), "TYMC": ("300", "cfu/g")})
    verdict = judged([certificate("A1", *rows, form=form, **facts)], BOOKS, markets=list(asked), home=["us"], on=DAY)[
        "A1"
    ]
    assert {market: str(verdict.markets[market]) for market in asked} == asked


def test_ohio_forbids_in_a_capsule_what_it_leaves_in_the_leaf():
    for form, outcome in (("capsules", "FAIL"), ("leaf powder", None)):
        verdict = judged(
            [certificate("B1", *clean_leaf(**ALKALOIDS), row("MP", "<0.0005", "%"), form=form)],
            BOOKS,
            markets=["us-oh"],
            on=DAY,
        )["B1"]
        found = [one for one in verdict.findings if one.rule_id == "US-OH-4729-9-1-01.1-PAYNANTHEINE"]
        assert [str(one.outcome) for one in found] == ([outcome] if outcome else [])


def test_utah_asked_two_per_cent_until_its_act_of_2026():
    leaf = certificate("U1", *clean_leaf(**{"7-Hydroxymitragynine": ("0.09", "%")}))
    before, after = (judged([leaf], BOOKS, markets=["us-ut"], on=date(2026, 5, day))["U1"] for day in (5, 6))
    share = "US-UT-4-45-104-2019-7OH-TA"
    assert (str(finding(before, share).outcome), finding(before, share).decides) == ("FAIL", True)
    assert not finding(after, share).decides
