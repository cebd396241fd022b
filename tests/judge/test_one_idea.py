"""A laboratory number is an interval, a limit is an interval, a finding is how the first lies in the second.

Every row goes the whole way: a csv as a laboratory writes it, read, understood, judged by a rulebook from a TOML file.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from kratom_qc.domain.interval import plain
from tests.factory import book, certificate, finding, judged, limit, lot, row, rulebooks

# ---------------------------------------------------------------- the design's table, against `max 0.5`

MG = "mg/kg"
LEAD, GUARDED, COUNT = (
    "leaf_powder",
    "capsule",
    "extract",
)  # one product, one limit, so that the verdict can be told too
NOTHING = row("Nickel", "1", MG)

#         product  rows                                            low     high    outcome         verdict
ONE_IDEA = {
    "0.2": (LEAD, [row("Lead", "0.2", MG)], "[0.2, 0.2]", "PASS", "PASS"),
    "0.9": (LEAD, [row("Lead", "0.9", MG)], "[0.9, 0.9]", "FAIL", "FAIL"),
    "<0.05": (LEAD, [row("Lead", "<0.05", MG)], "[0, 0.05)", "PASS", "PASS"),
    "<1.0, the method cannot see the limit": (LEAD, [row("Lead", "<1.0", MG)], "[0, 1)", "INCONCLUSIVE", "HOLD"),
    "ND, LOD 0.02": (LEAD, [row("Lead", "ND", MG, LOD="0.02")], "[0, 0.02)", "PASS", "PASS"),
    "ND with only a LOQ of 0.05": (LEAD, [row("Lead", "ND", MG, LOQ="0.05")], "[0, 0.05)", "PASS", "PASS"),
    "<LOQ, LOQ 0.05": (LEAD, [row("Lead", "<LOQ", MG, LOQ="0.05")], "[0, 0.05)", "PASS", "PASS"),
    "ND, neither printed": (LEAD, [row("Lead", "ND", MG)], "[0, ∞)", "INCONCLUSIVE", "HOLD"),
    "0.45 ± 0.1, guarded": (GUARDED, [row("Lead", "0.45 ± 0.1", MG)], "[0.35, 0.55]", "INCONCLUSIVE", "HOLD"),
    "0.45, no ±, guarded, no default U": (GUARDED, [row("Lead", "0.45", MG)], "[0, ∞)", "INCONCLUSIVE", "HOLD"),
    "0.35 ± 0.1, guarded": (GUARDED, [row("Lead", "0.35 ± 0.1", MG)], "[0.25, 0.45]", "PASS", "PASS"),
    "0.65 ± 0.1, guarded": (GUARDED, [row("Lead", "0.65 ± 0.1", MG)], "[0.55, 0.75]", "FAIL", "FAIL"),
    ">1500": (LEAD, [row("Lead", ">1500", MG)], "(1500, ∞)", "FAIL", "FAIL"),
    "TNTC without a number": (COUNT, [row("TAMC", "TNTC", "cfu/g")], "[0, ∞)", "INCONCLUSIVE", "HOLD"),
    "nothing, though the limit asks for it": (LEAD, [NOTHING], "[0, ∞)", "MISSING", "HOLD"),
    "NT": (LEAD, [row("Lead", "NT", MG)], "[0, ∞)", "MISSING", "HOLD"),
    "a blank": (LEAD, [row("Lead", "", MG), NOTHING], "[0, ∞)", "MISSING", "HOLD"),
    "Complies": (LEAD, [row("Lead", "Complies", MG)], "[0, ∞)", "MISSING", "HOLD"),
    "Pass": (LEAD, [row("Lead", "Pass", MG)], "[0, ∞)", "MISSING", "HOLD"),
    "0, without LOD or LOQ": (LEAD, [row("Lead", "0.00", MG)], "[0, ∞)", "INCONCLUSIVE", "HOLD"),
}
FORMS = {LEAD: "leaf powder", GUARDED: "leaf capsules", COUNT: "extract"}


@pytest.fixture(scope="module")
def one_idea(tmp_path_factory):
    books = rulebooks(
        tmp_path_factory.mktemp("books"),
        leaf_powder=book(limit("MAX", "lead", "lead not more than 0.5 mg/kg", max="0.5", unit=MG)),
        capsule=book(limit("MAX", "lead", "lead not more than 0.5 mg/kg", max="0.5", unit=MG, decision_rule="guarded")),
        extract=book(limit("MAX", "tamc", "TAMC not more than 0.5 cfu/g", max="0.5", unit="cfu/g")),
    )
    said = {
        lot(words): certificate(lot(words), *rows, form=FORMS[product])
        for words, (product, rows, *_) in ONE_IDEA.items()
    }
    verdicts = judged(list(said.values()), books)
    return {words: verdicts[lot(words)] for words in ONE_IDEA}


@pytest.mark.parametrize("said", ONE_IDEA)
def test_what_the_laboratory_says_against_max_half(one_idea, said):
    _, _, interval, outcome, verdict = ONE_IDEA[said]
    found = finding(one_idea[said], "MAX")
    assert (_words(found.interval), found.outcome, one_idea[said].decision) == (interval, outcome, verdict)


@pytest.mark.parametrize(("most", "outcome"), [("1", "FAIL"), ("100", "INCONCLUSIVE"), ("2000", "PASS")])
def test_a_number_of_two_readings_is_judged_as_both(tmp_path, most, outcome):
    books = rulebooks(
        tmp_path, leaf_powder=book(limit("PB", "lead", f"not more than {most} mg/kg", max=most, unit="mg/kg"))
    )
    verdict = judged([certificate("L-1", row("Lead", "1,234", "mg/kg"), name="a.csv")], books)["L-1"]
    found = finding(verdict, "PB")
    assert found.outcome == outcome
    told = "'1,234' at D2 may be 1234 mg/kg or 1.234 mg/kg, and not each of them keeps the limit"
    assert (told in found.why) is (outcome == "INCONCLUSIVE")


def test_the_laboratorys_opinion_is_kept_and_shown(one_idea):
    assert "Complies" in finding(one_idea["Complies"], "MAX").why
    assert one_idea["Complies"].batch.certificates[0].results[0].stated_verdict == "Complies"


def test_a_count_too_high_to_count_is_flagged(one_idea):
    assert one_idea["TNTC without a number"].batch.certificates[0].results[0].flags[0] == "too-many-to-count"


def _words(interval):
    high = "∞" if interval.high is None else plain(interval.high)
    return f"{'(' if interval.low_open else '['}{plain(interval.low)}, {high}{')' if interval.high_open else ']'}"


# ---------------------------------------------------------------- at the limit, and one digit beside it

LIMITS = {
    "≤ 0.5": ("Lead", limit("≤ 0.5", "lead", "not more than 0.5 mg/kg", max="0.5", unit=MG)),
    "< 0.5": ("Cadmium", limit("< 0.5", "cadmium", "less than 0.5 mg/kg", max="0.5", unit=MG, strict=True)),
    "≥ 0.5": ("Nickel", limit("≥ 0.5", "nickel", "not less than 0.5 mg/kg", min="0.5", unit=MG)),
    "> 0.5": ("Arsenic", limit("> 0.5", "arsenic", "more than 0.5 mg/kg", min="0.5", unit=MG, strict=True)),
    "0.3–0.5": ("Mercury", limit("0.3–0.5", "mercury", "0.3–0.5 mg/kg", min="0.3", max="0.5", unit=MG)),
}
AT_THE_LIMIT = [
    ("≤ 0.5", "0.49", "PASS"),
    ("≤ 0.5", "0.5", "PASS"),
    ("≤ 0.5", "0.50", "PASS"),
    ("≤ 0.5", "0.51", "FAIL"),
    ("≤ 0.5", "0.5000000000000000000001", "FAIL"),
    ("≤ 0.5", "0.4999999999999999999999", "PASS"),
    ("≤ 0.5", "<0.5", "PASS"),
    ("≤ 0.5", "≤0.5", "PASS"),
    ("≤ 0.5", "<0.51", "INCONCLUSIVE"),
    ("≤ 0.5", ">0.5", "FAIL"),
    ("≤ 0.5", "≥0.5", "INCONCLUSIVE"),
    ("≤ 0.5", ">0.4", "INCONCLUSIVE"),
    ("< 0.5", "0.49", "PASS"),
    ("< 0.5", "0.5", "FAIL"),
    ("< 0.5", "0.4999999999999999999999", "PASS"),
    ("< 0.5", "<0.5", "PASS"),
    ("< 0.5", "≤0.5", "INCONCLUSIVE"),
    ("< 0.5", ">0.5", "FAIL"),
    ("< 0.5", "≥0.5", "FAIL"),
    ("< 0.5", ">0.4", "INCONCLUSIVE"),
    ("≥ 0.5", "0.5", "PASS"),
    ("≥ 0.5", "0.49", "FAIL"),
    ("≥ 0.5", "0.4999999999999999999999", "FAIL"),
    ("≥ 0.5", ">0.5", "PASS"),
    ("≥ 0.5", "≥0.5", "PASS"),
    ("≥ 0.5", ">0.4", "INCONCLUSIVE"),
    ("≥ 0.5", "<0.5", "FAIL"),
    ("≥ 0.5", "≤0.5", "INCONCLUSIVE"),
    ("≥ 0.5", "<0.6", "INCONCLUSIVE"),
    ("> 0.5", "0.5", "FAIL"),
    ("> 0.5", "0.51", "PASS"),
    ("> 0.5", "0.5000000000000000000001", "PASS"),
    ("> 0.5", ">0.5", "PASS"),
    ("> 0.5", "≥0.5", "INCONCLUSIVE"),
    ("> 0.5", "<0.5", "FAIL"),
    ("> 0.5", "≤0.5", "FAIL"),
    ("0.3–0.5", "0.29", "FAIL"),
    ("0.3–0.5", "0.3", "PASS"),
    ("0.3–0.5", "0.4", "PASS"),
    ("0.3–0.5", "0.5", "PASS"),
    ("0.3–0.5", "0.51", "FAIL"),
    ("0.3–0.5", "<0.2", "FAIL"),
    ("0.3–0.5", "<0.3", "FAIL"),
    ("0.3–0.5", "≤0.3", "INCONCLUSIVE"),
    ("0.3–0.5", "<0.4", "INCONCLUSIVE"),
    ("0.3–0.5", ">0.5", "FAIL"),
    ("0.3–0.5", "≥0.5", "INCONCLUSIVE"),
    ("0.3–0.5", "ND", "INCONCLUSIVE"),
]


@pytest.fixture(scope="module")
def at_the_limit(tmp_path_factory):
    books = rulebooks(tmp_path_factory.mktemp("books"), leaf_powder=book(*(text for _, text in LIMITS.values())))
    readings = [certificate(f"{rule} {said}", row(LIMITS[rule][0], said, MG)) for rule, said, _ in AT_THE_LIMIT]
    return judged(readings, books)


@pytest.mark.parametrize(("rule", "said", "outcome"), AT_THE_LIMIT)
def test_at_the_limit_and_one_digit_beside_it(at_the_limit, rule, said, outcome):
    assert finding(at_the_limit[f"{rule} {said}"], rule).outcome == outcome


def test_a_tenth_and_two_tenths_are_three_tenths(tmp_path):
    books = rulebooks(
        tmp_path,
        leaf_powder=book(
            limit("MOST", "7-oh-and-mp", "not more than 0.3 mg/kg", max="0.3", unit=MG),
            limit("LEAST", "7-oh-and-mp", "not less than 0.3 mg/kg", min="0.3", unit=MG),
            limit("LESS", "7-oh-and-mp", "less than 0.3 mg/kg", max="0.3", unit=MG, strict=True),
        ),
    )
    assert 0.1 + 0.2 != 0.3
    verdict = judged([certificate("L", row("7-OH", "0.1", MG), row("Mitragynine pseudoindoxyl", "0.2", MG))], books)[
        "L"
    ]
    assert finding(verdict, "MOST").interval.high == Decimal("0.3")
    assert [finding(verdict, rule).outcome for rule in ("MOST", "LEAST", "LESS")] == ["PASS", "PASS", "FAIL"]


# ---------------------------------------------------------------- derived quantities at the extremes of their operands

MILLI = "mg/g"
CORE = ("Paynantheine", "Speciogynine", "Speciociliatine")
DERIVED = {
    "mitragynine 9, 7-OH 0.3, MP not measured: the ratio is at most 30": (
        [("Mitragynine", "9"), ("7-OH", "0.3")],
        "RATIO",
        "FAIL",
    ),
    "mitragynine 12 and 7-OH 5 with nothing else measured: the share is proven too high": (
        [("Mitragynine", "12"), ("7-OH", "5")],
        "SHARE",
        "FAIL",
    ),
    "7-OH below 0.01 beside mitragynine 12: the share is proven low enough, whatever else is there": (
        [("Mitragynine", "12"), ("7-OH", "<0.01")],
        "SHARE",
        "PASS",
    ),
    "mitragynine 12 and 7-OH 0.2 alone: the rest of the core could be nothing or much": (
        [("Mitragynine", "10"), ("7-OH", "0.25")],
        "SHARE",
        "MISSING",
    ),
    "the same with the core measured": (
        [("Mitragynine", "10"), ("7-OH", "0.25"), *((name, "1") for name in CORE)],
        "SHARE",
        "PASS",
    ),
    "the same with the core below its LOQ": (
        [("Mitragynine", "10"), ("7-OH", "0.25"), *((name, "<1") for name in CORE)],
        "SHARE",
        "INCONCLUSIVE",
    ),
    "mitragynine 12, 7-OH and MP below 0.05: the ratio is above 120": (
        [("Mitragynine", "12"), ("7-OH", "<0.05"), ("MP", "<0.05")],
        "RATIO",
        "PASS",
    ),
    "7-OH 1.2 mg/g proves the sum too high without MP": ([("7-OH", "1.2")], "SUM", "FAIL"),
    "7-OH 0.6 mg/g alone leaves the sum open": ([("7-OH", "0.6")], "SUM", "MISSING"),
    "7-OH 0.6 and MP below 0.5: the worst is above": ([("7-OH", "0.6"), ("MP", "<0.5")], "SUM", "INCONCLUSIVE"),
    "7-OH 0.6 and MP below 0.4: the worst is just inside": ([("7-OH", "0.6"), ("MP", "<0.4")], "SUM", "PASS"),
}


@pytest.fixture(scope="module")
def derived(tmp_path_factory):
    books = rulebooks(
        tmp_path_factory.mktemp("books"),
        leaf_powder=book(
            limit("SHARE", "7-oh-share", "not more than 2 % of total alkaloids", max="2", unit="% of total alkaloids"),
            limit("RATIO", "mitragynine-to-7-oh-mp", "at least 100", min="100", unit="ratio"),
            limit("SUM", "7-oh-and-mp", "not more than 1 mg/g", max="1", unit="mg/g"),
        ),
    )
    return judged(
        [
            certificate(story, *(row(name, said, MILLI) for name, said in said))
            for story, (said, _, _) in DERIVED.items()
        ],
        books,
    )


@pytest.mark.parametrize("story", DERIVED)
def test_what_is_proven_counts_whatever_is_missing(derived, story):
    _, rule, outcome = DERIVED[story]
    assert finding(derived[story], rule).outcome == outcome
