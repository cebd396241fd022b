"""Every kind of limit is read by the engine and by the crosscheck: `judged` fails where they differ, here over every outcome.

The crosscheck is also asked alone what no rulebook that loads can ask.
"""

from __future__ import annotations

from datetime import date

import pytest

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.limit import LimitBase, NotDetectedLimit
from kratom_qc.interpret.combine import combine
from kratom_qc.judge.crosscheck import of_batch, of_quantities
from kratom_qc.judge.verdicts import judge
from tests.factory import (
    DAY,
    batches_of,
    book,
    certificate,
    finding,
    interpreted,
    judged,
    limit,
    result,
    row,
    rulebooks,
    span,
)

MG = "mg/kg"
PAHS = ("Benzo[a]pyrene", "Benz[a]anthracene", "Benzo[b]fluoranthene", "Chrysene")
PAIR = {"present": "7-hydroxymitragynine", "absent": ["speciociliatine", "paynantheine"]}
MARK = "7-hydroxymitragynine without speciociliatine and paynantheine"
BOTH = ["laboratory", "certificate_id"]
HALF = {"decision_rule": "guarded", "guard": "0.5"}
HAIR = "0.30000000000000000001"  # no float lies between this and 0.3
LIMITS = {
    "PAH": limit("PAH", "pah4", "not more than 0.05 mg/kg", max="0.05", unit=MG, decision_rule="guarded"),
    "HALF": limit("HALF", "lead", "not more than 1.2 mg/kg", max="1.2", unit=MG, **HALF),
    "TENTH": limit("TENTH", "zinc", "not more than 1.2 mg/kg", max="1.2", unit=MG, default_uncertainty="10", **HALF),
    "LEAST": limit("LEAST", "nickel", "not less than 0.25 mg/kg", min="0.25", unit=MG, decision_rule="guarded"),
    "ONE": limit("ONE", "tin", "not more than 1 mg/kg", max="1", unit=MG),
    "0.3": limit("0.3", "copper", "not more than 0.3 mg/kg", max="0.3", unit=MG),
    "A HAIR MORE": limit("A HAIR MORE", "copper", f"not more than {HAIR} mg/kg", max=HAIR, unit=MG),
    "ND": limit("ND", "mgm-15", "not detected", kind="not_detected"),
    "DEEP": limit("DEEP", "mgm-16", "not detected, LOD 0.3 mg/kg or less", kind="not_detected", lod_at_most="0.3", unit=MG),
    "SALM": limit("SALM", "salmonella", "absent in 25 g", kind="not_detected", portion="25"),
    "BAN": limit("BAN", text="may not be sold", kind="ban", products=["extract"]),
    "CLASS": limit("CLASS", text="leaf powder only", kind="product_class", requires=["leaf_powder"]),
    "CERT": limit("CERT", text="states laboratory and certificate number", kind="certificate", requires=BOTH),
    "HOW": limit("HOW", text="states its methods", kind="certificate", requires=["method"]),
    "ODOR": limit("ODOR", "odour", "is described", kind="described"),
    "SWORN": limit("SWORN", text="is registered", kind="attestation"),
    "LOST": limit("LOST", text="nobody located the text", kind="unread"),
    "MARK": limit("MARK", text=MARK, kind="profile", screen=True, **PAIR),
}  # fmt: skip
LEAF, EXTRACT, UNKNOWN = "leaf powder", "extract", ""
SEVEN, SPEC, PAYN = "7-Hydroxymitragynine", "Speciociliatine", "Paynantheine"
ND, FOUND = ("ND", MG, "0.1"), ("5", MG, "0.1")


def said(analyte: str, text: str, unit: str = "", lod: str = "", **more: str) -> dict[str, str]:
    return row(analyte, text, unit, LOD=lod, **more)


#                              rule  form  rows                                                      facts  outcome
READ: dict[str, tuple[str, str, list[dict[str, str]], dict[str, str], str]] = {
    "a guarded sum without U": ("PAH", LEAF, [said(name, "0.001", MG) for name in PAHS], {}, "INCONCLUSIVE"),
    "a guarded sum that lacks parts": ("PAH", LEAF, [said(name, "0.001", MG) for name in PAHS[:2]], {}, "MISSING"),
    "half the guard band, inside": ("HALF", LEAF, [said("Lead", "1.1 ± 0.2", MG)], {}, "PASS"),
    "half the guard band, within it": ("HALF", LEAF, [said("Lead", "1.11 ± 0.2", MG)], {}, "INCONCLUSIVE"),
    "half the guard band, beyond it": ("HALF", LEAF, [said("Lead", "1.31 ± 0.2", MG)], {}, "FAIL"),
    "half the guard band, censored": ("HALF", LEAF, [said("Lead", "<1.19", MG)], {}, "PASS"),
    "half a tenth of itself, inside": ("TENTH", LEAF, [said("Zinc", "1.14", MG)], {}, "PASS"),
    "half a tenth of itself, within it": ("TENTH", LEAF, [said("Zinc", "1.15", MG)], {}, "INCONCLUSIVE"),
    "guarded from below without U": ("LEAST", LEAF, [said("Nickel", "5", MG)], {}, "INCONCLUSIVE"),
    "guarded from below": ("LEAST", LEAF, [said("Nickel", "5 ± 1", MG)], {}, "PASS"),
    "1 and a hair more": ("ONE", LEAF, [said("Tin", "1.00000000000000000001", MG)], {}, "FAIL"),
    "0.3 and a hair more": ("0.3", LEAF, [said("Copper", HAIR, MG)], {}, "FAIL"),
    "the same under the next limit": ("A HAIR MORE", LEAF, [said("Copper", HAIR, MG)], {}, "PASS"),
    "a hair more than that": ("A HAIR MORE", LEAF, [said("Copper", HAIR + "1", MG)], {}, "FAIL"),
    "not detected": ("ND", LEAF, [said("MGM-15", *ND)], {}, "PASS"),
    "not detected without LOD": ("ND", LEAF, [said("MGM-15", "ND", MG)], {}, "MISSING"),
    "less than 1": ("ND", LEAF, [said("MGM-15", "0.5", MG)], {}, "FAIL"),
    "deep enough": ("DEEP", LEAF, [said("MGM-16", "ND", MG, "0.3")], {}, "PASS"),
    "not deep enough": ("DEEP", LEAF, [said("MGM-16", "ND", MG, "0.31")], {}, "INCONCLUSIVE"),
    "found or not": ("DEEP", LEAF, [said("MGM-16", "<0.2", MG)], {}, "PASS"),
    "the portion itself": ("SALM", LEAF, [said("Salmonella", "Absent in 25 g")], {}, "PASS"),
    "too small a portion": ("SALM", LEAF, [said("Salmonella", "Absent in 10 g")], {}, "INCONCLUSIVE"),
    "no portion": ("SALM", LEAF, [said("Salmonella", "Absent")], {}, "INCONCLUSIVE"),
    "present": ("SALM", LEAF, [said("Salmonella", "Present in 25 g")], {}, "FAIL"),
    "banned": ("BAN", EXTRACT, [], {}, "FAIL"),
    "of the class": ("CLASS", LEAF, [], {}, "PASS"),
    "of another class": ("CLASS", EXTRACT, [], {}, "FAIL"),
    "of no known class": ("CLASS", UNKNOWN, [], {}, "INCONCLUSIVE"),
    "all that is required": ("CERT", LEAF, [], {"Laboratory": "Lab", "Certificate_No.": "C-1"}, "PASS"),
    "half of what is required": ("CERT", LEAF, [], {"Laboratory": "Lab"}, "MISSING"),
    "nothing of what is required": ("CERT", LEAF, [], {}, "MISSING"),
    "every method": ("HOW", LEAF, [said("Zinc", "1", MG, Method="ICP-MS")], {}, "PASS"),
    "one method of two": ("HOW", LEAF, [said("Zinc", "1", MG, Method="ICP-MS"), said("Tin", "1", MG)], {}, "MISSING"),
    "a method where it was measured": ("HOW", LEAF, [said("Zinc", "1", MG, Method="ICP-MS"), said("Tin", "NT", MG)], {}, "PASS"),
    "described": ("ODOR", LEAF, [said("Odor", "characteristic")], {}, "PASS"),
    "not described": ("ODOR", LEAF, [], {}, "MISSING"),
    "described as nothing": ("ODOR", LEAF, [said("Odor", "NT")], {}, "MISSING"),
    "described as wrong": ("ODOR", LEAF, [said("Odor", "Does not conform")], {}, "FAIL"),
    "described unclearly": ("ODOR", LEAF, [said("Odor", "Inconclusive")], {}, "INCONCLUSIVE"),
    "sworn": ("SWORN", LEAF, [], {}, "INCONCLUSIVE"),
    "unread": ("LOST", LEAF, [], {}, "INCONCLUSIVE"),
    "marked": ("MARK", LEAF, [said(SEVEN, *FOUND), said(SPEC, *ND), said(PAYN, *ND)], {}, "FAIL"),
    "natural": ("MARK", LEAF, [said(SEVEN, *FOUND), said(SPEC, *FOUND), said(PAYN, *ND)], {}, "PASS"),
    "neither": ("MARK", LEAF, [said(SEVEN, *ND), said(SPEC, *ND), said(PAYN, *ND)], {}, "PASS"),
    "perhaps there": ("MARK", LEAF, [said(SEVEN, "<LOQ", MG), said(SPEC, *ND), said(PAYN, *ND)], {}, "INCONCLUSIVE"),
    "perhaps without": ("MARK", LEAF, [said(SEVEN, *FOUND), said(SPEC, "<LOQ", MG), said(PAYN, *ND)], {}, "INCONCLUSIVE"),
    "one not looked for": ("MARK", LEAF, [said(SEVEN, *FOUND), said(SPEC, *ND)], {}, "MISSING"),
    "one not measured": ("MARK", LEAF, [said(SEVEN, *FOUND), said(SPEC, *ND), said(PAYN, "NT", MG)], {}, "MISSING"),
    "less than 1 of it": ("MARK", LEAF, [said(SEVEN, "0.5", MG), said(SPEC, *ND), said(PAYN, *ND)], {}, "FAIL"),
}  # fmt: skip


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    books = rulebooks(tmp_path_factory.mktemp("books"), us_zz=book(*LIMITS.values(), kind="market"))
    readings = [
        certificate(name, *(rows or [said("Nickel", "1", MG)]), form=form, **facts)
        for name, (_, form, rows, facts, _) in READ.items()
    ]
    return judged(readings, books, markets=["us-zz"])


@pytest.mark.parametrize("name", READ)
def test_both_readings_say(read, name):
    rule, *_, outcome = READ[name]
    assert finding(read[name], rule).outcome == outcome


def test_a_rulebook_that_does_not_cover_a_product_asks_it_nothing(tmp_path):
    lead = limit("PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit=MG)
    books = rulebooks(tmp_path, us_zz=book(lead, kind="market", covers=["leaf_powder"]))
    forms = {"L": LEAF, "E": EXTRACT, "U": UNKNOWN}
    readings = [certificate(name, said("Lead", "9", MG), form=form) for name, form in forms.items()]
    verdicts = judged(readings, books, markets=["us-zz"])
    asked = {name: "PB" in {found.rule_id for found in verdict.findings} for name, verdict in verdicts.items()}
    assert asked == {"L": True, "E": False, "U": True}  # of what is not known, everything is asked


@pytest.mark.parametrize(
    ("low", "detected", "outcome"),
    [
        ("0.5", None, "FAIL"),
        ("0", True, "FAIL"),
        ("0", None, "INCONCLUSIVE"),
        ("0", False, "PASS"),
        ("0.5", False, "FAIL"),
    ],
)
def test_what_is_more_than_nothing_was_found_whatever_the_words_say(tmp_path, low, detected, outcome):
    books = rulebooks(tmp_path, us_zz=book(LIMITS["MARK"], kind="market"))
    said = [result(analyte, span("0", "0"), detected=False) for analyte in PAIR["absent"]]
    said.append(result(PAIR["present"], span(low, "2"), detected=detected))
    (verdict,) = judge(
        batches_of([interpreted("L-1", *said)], books), books, markets=["us-zz"], home=(), on=DAY
    ).verdicts()
    assert finding(verdict, "MARK").outcome == outcome
    assert "CROSSCHECK-DISAGREES" not in {found.rule_id for found in verdict.findings}


def test_only_the_limits_that_are_named_are_asked_of_a_product(tmp_path):
    lead, zinc = (
        limit(name, of, "not more than 0.5 mg/kg", max="0.5", unit=MG) for name, of in (("PB", "lead"), ("ZN", "zinc"))
    )
    books = rulebooks(tmp_path, leaf_powder=book(lead, zinc), extract=book(lead, zinc))
    said = [result(of, span("0.1", "0.1")) for of in ("lead", "zinc")]
    batches = batches_of([interpreted("L-1", *said), interpreted("L-2", *said, product="extract")], books)
    only = {"leaf_powder": {("leaf_powder", "PB")}, "extract": {("extract", "ZN")}}
    found = judge(batches, books, markets=(), home=(), on=DAY, only=only).findings()
    assert [[one.rule_id for one in findings] for findings in found] == [["PB"], ["ZN"]]


@pytest.mark.parametrize("more", [{}, {"when_missing": "note", "silence_because": "nobody orders it"}])
def test_what_certificates_must_state_is_missing_where_there_is_none(tmp_path, more):
    stated = limit("CERT", text="states laboratory and certificate number", kind="certificate", requires=BOTH, **more)
    books = rulebooks(tmp_path, leaf_powder=book(stated))
    nothing = Batch("L-1", "leaf_powder", (), {}, {}, (), ())
    (verdict,) = judge([nothing], books, markets=(), home=(), on=DAY).verdicts()
    found = finding(verdict, "CERT")
    assert (found.outcome, found.why) == ("MISSING", "not stated: any certificate")
    assert verdict.decision == "HOLD"
    assert "CROSSCHECK-DISAGREES" not in {one.rule_id for one in verdict.findings}


@pytest.mark.parametrize("asked", [{}, {"hold_overdue": False}, {"hold_overdue": True}])
def test_a_rulebook_that_nobody_compared_for_long_holds_only_where_that_is_asked(tmp_path, asked):
    lead = limit("PB", "lead", "not more than 0.5 mg/kg", max="0.5", unit=MG)
    books = rulebooks(tmp_path, leaf_powder=book(lead, checked_on=date(2020, 1, 1)))
    batches = batches_of([interpreted("L-1", result("lead", span("0.1", "0.1")))], books)
    (verdict,) = judge(batches, books, markets=(), home=(), on=DAY, **asked).verdicts()
    assert ("RULEBOOK-OVERDUE" in {found.rule_id for found in verdict.findings}) is asked.get("hold_overdue", False)


@pytest.mark.parametrize(
    ("late", "decisions"),
    [
        ("us_yy", {"own": "PASS", "us-yy": "HOLD", "us-zz": "PASS"}),
        ("us_zz", {"own": "HOLD", "us-yy": "PASS", "us-zz": "HOLD"}),  # at home there
        ("leaf_powder", {"own": "HOLD", "us-yy": "HOLD", "us-zz": "HOLD"}),
    ],
)
def test_a_rulebook_that_is_too_old_holds_where_it_counts(tmp_path, late, decisions):
    kinds = {"leaf_powder": "product", "us_yy": "market", "us_zz": "market"}
    texts = {
        name: book(
            limit(f"PB-{name}", "lead", "not more than 0.5 mg/kg", max="0.5", unit=MG),
            kind=kind,
            **({"checked_on": date(2020, 1, 1)} if name == late else {}),
        )
        for name, kind in kinds.items()
    }
    books = rulebooks(tmp_path, **texts)
    batches = batches_of([interpreted("L-1", result("lead", span("0.1", "0.1")))], books)
    asked = {"markets": ["us-yy", "us-zz"], "home": ["us-zz"], "hold_overdue": True}
    (verdict,) = judge(batches, books, on=DAY, **asked).verdicts()
    said = {"own": str(verdict.decision), **{name: str(one) for name, one in verdict.markets.items()}}
    assert said == decisions
    held = finding(verdict, "RULEBOOK-OVERDUE")
    assert (held.rulebook, held.market) == (late.replace("_", "-"), late.replace("_", "-")) or (
        late == "leaf_powder" and (held.rulebook, held.market) == (late, None)
    )


# ---------------------------------------------------------------- what no rulebook that loads asks


COMMON = {"rule_id": "L", "rulebook": "us-zz", "text": "text", "because": "because", "status": "in_force"}


class Rumour(LimitBase):
    """A kind that the program does not know."""


BATCH = Batch("L-1", "extract", (interpreted("L-1", product="extract"),), {}, {}, (), ())


def test_a_kind_that_nobody_reads_twice_is_an_error():
    with pytest.raises(AssertionError, match="Rumour"):
        of_batch(Rumour(**COMMON, evidence="primary"), BATCH)


DEPTH = [
    (None, "0", "INCONCLUSIVE"),
    (False, "0", "MISSING"),
    (True, "0", "FAIL"),
    (None, "0.5", "FAIL"),
    (False, "0.5", "FAIL"),
]


@pytest.mark.parametrize(("detected", "amount", "outcome"), DEPTH)
def test_what_is_not_detected_must_be_said_with_a_depth(detected, amount, outcome):
    quantity, _ = combine([result("lead", span(amount, amount), detected=detected)])
    lead = NotDetectedLimit(**COMMON, evidence="primary", subject="lead", unit=MG)
    assert of_quantities(lead, [quantity]) == [outcome]
