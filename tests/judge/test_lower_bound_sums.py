"""Lower-bound sums: summands below their limit count 0, because the limit's source says so, and nothing else does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.factory import book, certificate, finding, judged, limit, lot, row, rulebooks

UG = "ug/kg"
PAH = ("Benzo(a)pyrene", "Benz(a)anthracene", "Benzo(b)fluoranthene", "Chrysene")


def parts(*said: str) -> list[dict[str, str]]:
    return [row(name, text, UG) for name, text in zip(PAH, said, strict=False)]


#     said: rows, lower-bound sum in µg/kg, its outcome against 2 µg/kg, the outcome of the plain sum
SUMS = {
    "all measured": (parts("0.5", "0.5", "0.5", "0.5"), "2", "PASS", "PASS"),
    "all measured, a hair too much": (parts("0.5", "0.5", "0.5", "0.5001"), "2.0001", "FAIL", "FAIL"),
    "three below 1: the plain sum cannot tell": (parts("0.9", "<1", "<1", "<1"), "0.9", "PASS", "INCONCLUSIVE"),
    "all below 1": (parts("<1", "<1", "<1", "<1"), "0", "PASS", "INCONCLUSIVE"),
    "at most 1 is below a limit as well": (parts("0.9", "≤1", "≤1", "≤1"), "0.9", "PASS", "INCONCLUSIVE"),
    "one alone proves too much": (parts("2.1", "<1", "<1", "<1"), "2.1", "FAIL", "FAIL"),
    "one is above what it prints": (parts(">2", "<1", "<1", "<1"), "2", "FAIL", "FAIL"),
    "one above a smaller number": (parts(">0.5", "<1", "<1", "<1"), "0.5", "INCONCLUSIVE", "INCONCLUSIVE"),
    "not detected and nobody knows how far down": (
        parts("0.5", "ND", "<1", "<1"),
        "0.5",
        "INCONCLUSIVE",
        "INCONCLUSIVE",
    ),
    "one was not tested": (parts("0.5", "<1", "<1"), "0.5", "MISSING", "MISSING"),
    "one was not tested, the rest is too much": (parts("2.5", "<1", "<1"), "2.5", "FAIL", "FAIL"),
    "a total alone": ([row("PAH4", "1.9", UG)], "1.9", "PASS", "PASS"),
    "a total alone that is below its own limit is no summand": (
        [row("PAH4", "<4", UG)],
        "0",
        "INCONCLUSIVE",
        "INCONCLUSIVE",
    ),
    "a total below what the limits of its parts add up to": (
        [*parts("0.9", "<1", "<1", "<1"), row("PAH4", "<4", UG)],
        "0.9",
        "PASS",
        "INCONCLUSIVE",
    ),
    "a total printed as an upper bound": (
        [*parts("0.9", "<1", "<1", "<1"), row("PAH4", "3.9", UG)],
        "0.9",
        "PASS",
        "INCONCLUSIVE",
    ),
    "a total printed as a lower bound": (
        [*parts("0.9", "<1", "<1", "<1"), row("PAH4", "0.9", UG)],
        "0.9",
        "PASS",
        "INCONCLUSIVE",
    ),
}


@pytest.fixture(scope="module")
def sums(tmp_path_factory):
    def pah(name: str, **more: str) -> str:
        return limit(name, "pah4", "not more than 2 ug/kg", max="2", unit=UG, **more)

    books = rulebooks(
        tmp_path_factory.mktemp("books"),
        leaf_powder=book(pah("LOWER", sum="lower_bound", sum_because="(EU) 2023/915, annex I")),
        capsule=book(pah("PLAIN")),
    )
    forms = {"LOWER": "leaf powder", "PLAIN": "leaf capsules"}
    readings = [
        certificate(lot(f"{rule} {said}"), *rows, form=form)
        for rule, form in forms.items()
        for said, (rows, *_) in SUMS.items()
    ]
    return judged(readings, books)


@pytest.mark.parametrize("said", SUMS)
def test_what_is_below_its_limit_counts_nothing_in_a_lower_bound_sum(sums, said):
    _, least, outcome, plainly = SUMS[said]
    found, plain = finding(sums[lot(f"LOWER {said}")], "LOWER"), finding(sums[lot(f"PLAIN {said}")], "PLAIN")
    assert (found.interval.low * 1000, found.outcome, plain.outcome) == (Decimal(least), outcome, plainly)
    assert "lower-bound sum" in found.decision_rule
    assert "lower-bound sum" not in plain.decision_rule


@pytest.mark.parametrize("said", SUMS)
def test_a_lower_bound_sum_finds_no_contradiction_of_its_own(sums, said):
    """A total that agrees with its parts as the laboratory states them does not contradict them counted 0."""
    hold_reasons = {
        rule: {hold_reason.rule_id for hold_reason in sums[lot(f"{rule} {said}")].batch.hold_reasons}
        for rule in ("LOWER", "PLAIN")
    }
    assert hold_reasons == {"LOWER": set(), "PLAIN": set()}


@pytest.mark.parametrize("rule", ["LOWER", "PLAIN"])
def test_a_total_that_its_parts_contradict_holds_either_way(tmp_path, rule):
    more = {"sum": "lower_bound", "sum_because": "(EU) 2023/915"} if rule == "LOWER" else {}
    books = rulebooks(
        tmp_path, leaf_powder=book(limit("PAH", "pah4", "not more than 20 ug/kg", max="20", unit=UG, **more))
    )
    verdict = judged([certificate("L", *parts("1", "1", "1", "<1"), row("PAH4", "9", UG))], books)["L"]
    assert [hold_reason.rule_id for hold_reason in verdict.batch.hold_reasons] == ["TOTAL-CONTRADICTS"]
    assert verdict.decision == "HOLD"


def test_the_ceiling_of_what_nobody_measured_is_no_summand(tmp_path):
    """Nothing exceeds mitragynine, of which there may be up to 1 mg/g: counting it 0 does not make the rest nothing."""
    books = rulebooks(
        tmp_path,
        leaf_powder=book(
            limit(
                "TA",
                "total-alkaloids",
                "not more than 2 mg/g",
                max="2",
                unit="mg/g",
                sum="lower_bound",
                sum_because="x",
            )
        ),
    )
    rows = [row("Mitragynine", "<1", "mg/g"), row("7-OH", "0.1", "mg/g")]
    found = finding(judged([certificate("L", *rows)], books)["L"], "TA")
    assert (found.outcome, str(found.interval.high)) == ("MISSING", "3100.0")
