"""Which reason comes first, what is grouped, and the one sentence of the summary."""

from __future__ import annotations

from dataclasses import replace

from kratom_qc.domain.verdict import Decision, Verdict
from kratom_qc.report.evidence import Evidence
from kratom_qc.report.reasons import Causes, against, causes
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.sentences import main_reason
from tests.report import report_batches as given
from tests.report.report_batches import CADMIUM_OPEN, CZ_FAILS, GOOD_LEAD, MERCURY_MISSING, verdict


def told(of: Verdict) -> tuple[Causes, Causes]:
    scope, evidence = RulebookScope(of), Evidence(of)
    own, other = against(of, scope)
    return causes(own, evidence, scope), causes(other, evidence, scope)


def test_reasons_stand_worst_first_whatever_the_order_of_findings() -> None:
    own, _ = told(given.SPIKED)
    assert [reason.outcome for reason in own.reasons] == ["FAIL", "INCONCLUSIVE"]
    assert [row.subject for row in own.unanswered] == ["Mercury"]


def test_the_same_missing_assay_in_three_rulebooks_is_one_reason() -> None:
    own, other = told(verdict(*MERCURY_MISSING, GOOD_LEAD))
    assert [line.rulebook for line in own.unanswered[0].limits] == ["leaf_powder", "cz", "us-ri"]
    assert other == Causes((), (), "")


def test_what_only_closes_a_market_stands_apart_from_the_batchs_own_reasons() -> None:
    own, other = told(given.MERCURY_IN_CZ)
    assert own == Causes((), (), "")
    assert [(reason.subject, reason.limits[0].stops) for reason in other.reasons] == [("Mercury", "cz")]


def test_a_limit_says_whether_it_counts_in_the_batchs_own_verdict() -> None:
    own, _ = told(verdict(*MERCURY_MISSING))
    assert [(line.address, line.own) for line in own.unanswered[0].limits] == [
        ("leaf_powder-SPEC-METALS-HG", True),
        ("cz-CZ-448-HG", False),
        ("us-ri-US-RI-HG", False),
    ]


def test_a_home_rulebook_counts_for_the_batch_and_closes_every_market_under_it() -> None:
    rule = replace(given.HG_CZ, rulebook="us", rule_id="US-HG")
    failed = verdict(GOOD_LEAD, given.finding(rule, given.Outcome.FAIL, given.MERCURY))
    own, other = told(failed)
    assert [reason.limits[0].stops for reason in own.reasons] == ["us, us-ri"]
    assert not other.reasons


def test_two_doubts_about_one_analyte_stay_two_reasons() -> None:
    hold_reasons = (
        given.trouble("RESULTS-CONTRADICT", "0.3 and 0.6", "C14", "mercury"),
        given.trouble("LABORATORY-SAID-FAIL", "its verdict is 'Fail'", "F14", "mercury"),
    )
    own, _ = told(verdict(*hold_reasons, results=(given.MERCURY,)))
    assert [reason.why for reason in own.reasons] == ["0.3 and 0.6", "its verdict is 'Fail'"]
    assert [reason.statements[0].said for reason in own.reasons] == ["0,2", "0,2"]  # quoted from its row


def test_a_result_that_disagrees_with_another_is_quoted_beside_it() -> None:
    other = replace(given.MERCURY, reported="0.58", ref=given.MERCURY.ref._replace(cell="C44"))
    hold_reason = given.trouble("RESULTS-CONTRADICT", "they disagree", "C44", "mercury")
    own, _ = told(verdict(hold_reason, results=(given.MERCURY, other)))
    assert [(said.said, said.where) for said in own.reasons[0].statements] == [
        ("0.58", "Results!C44"),
        ("0,2", "Results!C14"),
    ]


# ---------------------------------------------------------------- main reason


def test_fail_goes_before_inconclusive_before_missing() -> None:
    assert main_reason(given.SPIKED).startswith("Mitragynine 1.39 % – leaf_powder: mitragynine 0.3–1 % w/w")
    held = verdict(*MERCURY_MISSING, CADMIUM_OPEN, GOOD_LEAD)
    assert main_reason(held) == "Cadmium below 1 mg/kg, undecided – leaf_powder: Cd < 0.82 µg/g (and 1 more)"


def test_the_batchs_own_hold_goes_before_another_markets_fail() -> None:
    held = verdict(GOOD_LEAD, CZ_FAILS, CADMIUM_OPEN)
    assert held.decision is Decision.HOLD
    assert main_reason(held).startswith("Cadmium")


def test_missing_assays_are_named_together() -> None:
    lead = given.finding(given.PB_SPEC, given.Outcome.MISSING)
    assert main_reason(verdict(*MERCURY_MISSING)) == "Mercury not measured; leaf_powder asks: Hg < 0.4 µg/g"
    assert main_reason(verdict(*MERCURY_MISSING, lead)) == "2 required assays not measured: Mercury, Lead"


def test_a_doubt_speaks_for_itself() -> None:
    hold_reason = given.trouble("UNKNOWN-ANALYTE", "'Mitragynol B' is not a known analyte", "A33", "Mitragynol B")
    assert main_reason(verdict(GOOD_LEAD, hold_reason)) == "'Mitragynol B' is not a known analyte"


def test_a_pass_counts_what_was_met_what_was_not_tested_and_where_it_may_not_go() -> None:
    assert main_reason(given.CLEAN) == "all 3 limits met; 1 not tested"
    assert main_reason(given.MERCURY_IN_CZ) == "all 2 limits met; 1 not tested; not for cz"


def test_nothing_decided_is_never_told_as_met() -> None:
    nothing = verdict(given.NICKEL_SILENT)
    assert nothing.decision is Decision.HOLD
    assert main_reason(nothing) == "nothing proves this batch: no limit that decides was met"


def test_a_main_reason_is_one_short_line_even_of_hostile_words() -> None:
    hold_reason = given.trouble("UNKNOWN-ANALYTE", "line\nbreak \x1b[31m " + "very long " * 60, "A33")
    reason = main_reason(verdict(hold_reason, CADMIUM_OPEN))
    assert len(reason) <= 120
    assert reason.isprintable()
    assert reason.endswith("… (and 1 more)")
