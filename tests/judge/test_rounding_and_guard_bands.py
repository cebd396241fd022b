"""Rounding and guard bands move the limit, not the result."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.factory import book, certificate, finding, judged, limit, row, rulebooks

# ---------------------------------------------------------------- USP General Notices 7.20

USP = {
    "≥ 98.0 %": (
        "Dry matter",
        limit("≥ 98.0 %", "dry-matter", "not less than 98.0 %", min="98.0", unit="%", rounding="usp-7.20"),
    ),
    "≤ 101.5 %": (
        "Moisture",
        limit("≤ 101.5 %", "moisture", "not more than 101.5 %", max="101.5", unit="%", rounding="usp-7.20"),
    ),
    "≤ 0.02 %": (
        "Total ash",
        limit("≤ 0.02 %", "total-ash", "not more than 0.02 %", max="0.02", unit="%", rounding="usp-7.20"),
    ),
    "≤ 3 ppm": ("Lead", limit("≤ 3 ppm", "lead", "not more than 3 ppm", max="3", unit="ppm", rounding="usp-7.20")),
    "≤ 0.0003 %": (
        "Cadmium",
        limit("≤ 0.0003 %", "cadmium", "not more than 0.0003 %", max="0.0003", unit="%", rounding="usp-7.20"),
    ),
    "≤ 1.2": (
        "Arsenic",
        limit("≤ 1.2", "arsenic", "not more than 1.2 ppm", max="1.2", unit="ppm", rounding="usp-7.20"),
    ),
    "< 1.2": (
        "Mercury",
        limit("< 1.2", "mercury", "less than 1.2 ppm", max="1.2", unit="ppm", strict=True, rounding="usp-7.20"),
    ),
    "> 1.2": (
        "Nickel",
        limit("> 1.2", "nickel", "more than 1.2 ppm", min="1.2", unit="ppm", strict=True, rounding="usp-7.20"),
    ),
}
ROUNDED = [
    ("≥ 98.0 %", "97.96", "%", "PASS"),
    ("≥ 98.0 %", "97.92", "%", "FAIL"),
    ("≥ 98.0 %", "97.95", "%", "PASS"),
    ("≥ 98.0 %", "97.9499999", "%", "FAIL"),
    ("≤ 101.5 %", "101.55", "%", "FAIL"),
    ("≤ 101.5 %", "101.46", "%", "PASS"),
    ("≤ 101.5 %", "101.45", "%", "PASS"),
    ("≤ 101.5 %", "101.5499999", "%", "PASS"),
    ("≤ 0.02 %", "0.025", "%", "FAIL"),
    ("≤ 0.02 %", "0.015", "%", "PASS"),
    ("≤ 0.02 %", "0.027", "%", "FAIL"),
    ("≤ 3 ppm", "0.00035", "%", "FAIL"),
    ("≤ 3 ppm", "0.00025", "%", "PASS"),
    ("≤ 3 ppm", "0.00028", "%", "PASS"),
    ("≤ 0.0003 %", "0.00035", "%", "FAIL"),
    ("≤ 0.0003 %", "0.00025", "%", "PASS"),
    ("≤ 0.0003 %", "3.4999", "ppm", "PASS"),
    ("≤ 1.2", "1.2499999", "ppm", "PASS"),
    ("≤ 1.2", "1.25", "ppm", "FAIL"),
    ("≤ 1.2", "<1.25", "ppm", "PASS"),
    ("< 1.2", "1.1499999", "ppm", "PASS"),
    ("< 1.2", "1.15", "ppm", "FAIL"),
    ("> 1.2", "1.25", "ppm", "PASS"),
    ("> 1.2", "1.2499999", "ppm", "FAIL"),
]


@pytest.fixture(scope="module")
def rounded(tmp_path_factory):
    books = rulebooks(tmp_path_factory.mktemp("books"), leaf_powder=book(*(text for _, text in USP.values())))
    return judged(
        [certificate(f"{rule} {said}", row(USP[rule][0], said, unit)) for rule, said, unit, _ in ROUNDED], books
    )


@pytest.mark.parametrize(("rule", "said", "unit", "outcome"), ROUNDED)
def test_usp_rounding_is_half_up_at_the_limits_last_digit(rounded, rule, said, unit, outcome):
    found = finding(rounded[f"{rule} {said}"], rule)
    assert found.outcome == outcome, unit


def test_without_a_rounding_rule_the_printed_digits_count(tmp_path):
    books = rulebooks(
        tmp_path, leaf_powder=book(limit("AS", "arsenic", "not more than 1.2 ppm", max="1.2", unit="ppm"))
    )
    said = ("1.20", "1.2000", "1.21", "1.2001")
    verdicts = judged([certificate(text, row("Arsenic", text, "ppm")) for text in said], books)
    assert [finding(verdicts[text], "AS").outcome for text in said] == ["PASS", "PASS", "FAIL", "FAIL"]


# ---------------------------------------------------------------- ILAC-G8:09/2019, TL = 1.2, U = 0.2

COND_PASS, COND_FAIL = "conditional pass", "conditional fail"
ILAC = [  # y, 4.2.1 (w = 0), 4.2.3 with w = U, 4.2.3 with w = 0.5·U; 4.2.2 is 4.2.3 read as pass or not pass
    ("0.9", "PASS", "PASS", "PASS"),
    ("1.0", "PASS", "PASS", "PASS"),
    ("1.0000001", "PASS", COND_PASS, "PASS"),
    ("1.1", "PASS", COND_PASS, "PASS"),
    ("1.1000001", "PASS", COND_PASS, COND_PASS),
    ("1.2", "PASS", COND_PASS, COND_PASS),
    ("1.2000001", "FAIL", COND_FAIL, COND_FAIL),
    ("1.3", "FAIL", COND_FAIL, COND_FAIL),
    ("1.3000001", "FAIL", COND_FAIL, "FAIL"),
    ("1.4", "FAIL", COND_FAIL, "FAIL"),
    ("1.4000001", "FAIL", "FAIL", "FAIL"),
    ("1.5", "FAIL", "FAIL", "FAIL"),
]
# The mirror, at least 1.2: every value as far on the other side.
MIRROR = [(str(Decimal("2.4") - Decimal(y)), *outcomes) for y, *outcomes in ILAC]
RULES = {"simple": {}, "guarded": {"decision_rule": "guarded"}, "half": {"decision_rule": "guarded", "guard": "0.5"}}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    def pair(name: str, of: str, **more: str) -> list[str]:
        return [
            limit(f"{name} {rule}", of, f"not {name} than 1.2 mg/kg", unit="mg/kg", **more, **how)
            for rule, how in RULES.items()
        ]

    books = rulebooks(
        tmp_path_factory.mktemp("books"),
        leaf_powder=book(*pair("more", "lead", max="1.2"), *pair("less", "nickel", min="1.2")),
        capsule=book(
            limit(
                "share",
                "lead",
                "not more than 1.2 mg/kg",
                unit="mg/kg",
                max="1.2",
                decision_rule="guarded",
                default_uncertainty="10",
            ),
            limit("low", "nickel", "not less than 0.25 mg/kg", unit="mg/kg", min="0.25", decision_rule="guarded"),
        ),
    )
    readings = [certificate(f"more {said}", row("Lead", said, "mg/kg", Uncertainty="0.2")) for said, *_ in ILAC]
    readings += [certificate(f"less {said}", row("Nickel", f"{said} ± 0.2", "mg/kg")) for said, *_ in MIRROR]
    readings += [
        certificate(f"share {said}", row("Lead", said, "mg/kg"), form="leaf capsules")
        for said in ("1.09", "1.0909", "1.0910", "1.34")
    ]
    readings += [certificate("low 0.1 ± 0.2", row("Nickel", "0.1 ± 0.2", "mg/kg"), form="leaf capsules")]
    readings += [
        certificate(f"{sort} without U", row(name, said, "mg/kg"))
        for sort, name, said in (("more", "Lead", "0.1"), ("less", "Nickel", "9"), ("far more", "Lead", "9"))
    ]
    readings += [certificate("censored", row("Lead", "<1.2", "mg/kg"))]
    readings += [
        certificate(
            "two replicates",
            row("Lead", "1.19", "mg/kg", Uncertainty="0.2", Replicate="1"),
            row("Lead", "1.11", "mg/kg", Uncertainty="0.2", Replicate="2"),
        )
    ]
    readings += [certificate("in ppb", row("Lead", "1100", "ug/kg", Uncertainty="± 10 %"))]
    return judged(readings, books)


def _told(found) -> str:
    return found.conditional or str(found.outcome)


@pytest.mark.parametrize(("said", "outcomes"), [(said, outcomes) for said, *outcomes in ILAC])
def test_the_guard_band_below_a_maximum(guarded, said, outcomes):
    assert [_told(finding(guarded[f"more {said}"], f"more {rule}")) for rule in RULES] == outcomes


@pytest.mark.parametrize(("said", "outcomes"), [(said, outcomes) for said, *outcomes in MIRROR])
def test_the_guard_band_above_a_minimum(guarded, said, outcomes):
    assert [_told(finding(guarded[f"less {said}"], f"less {rule}")) for rule in RULES] == outcomes


def test_what_is_conditional_is_inconclusive_and_says_by_which_rule(guarded):
    found = [finding(guarded[f"more {said}"], "more guarded") for said in ("1.1", "1.3")]
    assert [(str(one.outcome), one.conditional) for one in found] == [
        ("INCONCLUSIVE", COND_PASS),
        ("INCONCLUSIVE", COND_FAIL),
    ]
    assert guarded["more 1.1"].decision == "HOLD"
    rules = {rule: finding(guarded["more 1.1"], f"more {rule}").decision_rule for rule in RULES}
    assert rules == {
        "simple": "simple acceptance (ILAC-G8:09/2019 4.2.1)",
        "guarded": "guard band w = U (ILAC-G8:09/2019 4.2.3)",
        "half": "guard band w = 0.5·U (ILAC-G8:09/2019 4.2.3)",
    }


@pytest.mark.parametrize(("name", "rule"), [("more", "more"), ("less", "less"), ("far more", "more")])
def test_without_an_uncertainty_a_guard_band_decides_nothing(guarded, name, rule):
    """However far the value lies from its limit: the rule needs U, and nobody states it."""
    plainly, banded = (finding(guarded[f"{name} without U"], f"{rule} {how}") for how in ("simple", "guarded"))
    assert plainly.outcome in ("PASS", "FAIL")
    assert (str(banded.outcome), banded.conditional) == ("INCONCLUSIVE", "")
    assert "needs the measurement uncertainty, and none is stated" in banded.why


def test_a_censored_result_needs_no_uncertainty(guarded):
    assert [_told(finding(guarded["censored"], f"more {rule}")) for rule in RULES] == ["PASS"] * 3


@pytest.mark.parametrize(
    ("said", "outcome"), [("1.09", "PASS"), ("1.0909", "PASS"), ("1.0910", "INCONCLUSIVE"), ("1.34", "FAIL")]
)
def test_a_default_uncertainty_is_a_share_of_the_value(guarded, said, outcome):
    assert finding(guarded[f"share {said}"], "share").outcome == outcome


def test_a_result_never_includes_its_uncertainty_and_a_finding_does_as_its_limit_says(guarded):
    verdict = guarded["more 1.1"]
    assert verdict.batch.certificates[0].results[0].interval.high == Decimal("1.1")
    assert finding(verdict, "more simple").interval.high == Decimal("1.1")
    assert finding(verdict, "more guarded").interval.high == Decimal("1.3")


def test_a_relative_uncertainty_is_read_in_the_results_unit(guarded):
    assert finding(guarded["in ppb"], "more guarded").interval.high == Decimal("1.21")


def test_an_uncertainty_larger_than_the_value_leaves_a_minimum_open(guarded):
    """0.1 ± 0.2 can be 0.3: it does not prove less than 0.25."""
    verdict = guarded["low 0.1 ± 0.2"]
    assert finding(verdict, "low").outcome == "INCONCLUSIVE"
    assert "CROSSCHECK-DISAGREES" not in {found.rule_id for found in verdict.findings}


def test_replicates_do_not_lose_their_uncertainty(guarded):
    """Each of 1.19 ± 0.2 and 1.11 ± 0.2 alone is a conditional pass; two of them are no better."""
    assert finding(guarded["two replicates"], "more guarded").outcome == "INCONCLUSIVE"


MOST, LEAST = ("not more than 1 mg/kg", {"max": "1"}), ("not less than 1 mg/kg", {"min": "1"})
WITNESSES = [  # the limit, the results of two certificates with their uncertainties: the outcome under w = U, and why
    (MOST, ("1.3", "0.2"), ("0.9", ""), "FAIL", "one certificate alone proves at least 1.3 mg/kg, above the limit"),
    (MOST, ("1.3", "0.2"), ("1.1", ""), "FAIL", "one certificate alone proves at least 1.3 mg/kg, above the limit"),
    (MOST, ("1.3", "0.2"), ("1.1", "0.5"), "FAIL", "one certificate alone proves"),
    (MOST, ("1.3", "0.2"), ("", ""), "FAIL", "lies wholly above the limit"),
    (MOST, ("1.3", "0.3"), ("0.9", ""), "INCONCLUSIVE", "needs the measurement uncertainty"),
    (MOST, ("1.3", ""), ("0.9", "0.05"), "INCONCLUSIVE", "needs the measurement uncertainty"),
    (MOST, ("0.5", "0.1"), ("0.9", ""), "INCONCLUSIVE", "needs the measurement uncertainty"),
    (MOST, ("0.5", "0.1"), ("0.9", "0.1"), "PASS", "lies wholly within the limit"),
    (LEAST, ("0.7", "0.2"), ("1.1", ""), "FAIL", "one certificate alone proves"),
    (LEAST, ("0.7", "0.2"), ("1.1", "0.5"), "FAIL", "one certificate alone proves"),
    (LEAST, ("0.7", "0.3"), ("1.1", ""), "INCONCLUSIVE", "needs the measurement uncertainty"),
    (LEAST, ("0.7", "0.2"), ("", ""), "FAIL", "lies wholly below the limit"),
    (LEAST, ("1.7", "0.2"), ("1.4", ""), "INCONCLUSIVE", "needs the measurement uncertainty"),
]  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("asked", "one", "other", "outcome", "why"), WITNESSES)
def test_what_a_certificate_proves_with_its_own_uncertainty_stays_proven(
    tmp_path, asked, one, other, outcome, why, order
):
    (text, ends), lead = asked, ("Lead", "mg/kg")
    books = rulebooks(
        tmp_path, leaf_powder=book(limit("PB", "lead", text, unit="mg/kg", decision_rule="guarded", **ends))
    )
    papers = [
        certificate("L", row(lead[0], said, lead[1], U=u), name=f"{at}.csv", Certificate=f"C-{at}")
        for at, (said, u) in enumerate((one, other))
        if said
    ]
    found = finding(judged(papers[::order], books)["L"], "PB")
    assert str(found.outcome) == outcome
    assert why in found.why
