"""How conformity was decided (ISO/IEC 17025:2017 7.8.6), which kind of undecided, and what replaced what: always told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.report import as_json
from kratom_qc.report.fixes import fix_list
from kratom_qc.report.markets import matrix
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.sentences import main_reason
from tests.report import report_batches as given
from tests.report.report_batches import MERCURY, finding, limit, span, verdict
from tests.report.test_report_html import findings_table, page

SIMPLE = "simple acceptance (ILAC-G8:09/2019 4.2.1)"
GUARDED = "guard band w = U (ILAC-G8:09/2019 4.2.3)"
LEAD = replace(given.GOOD_LEAD, decision_rule=SIMPLE)
MIT = replace(given.GOOD_MITRAGYNINE, decision_rule=SIMPLE)
RULE = limit("US-HG", "us", "mercury", "mercury below 0.25 ppm", span("0", "0.25", high_open=True))


def guarded(kind: str, rule_id: str = "US-HG", rulebook: str = "us", **more: object) -> Finding:
    rule = replace(RULE, rule_id=rule_id, rulebook=rulebook)
    return finding(
        rule,
        Outcome.INCONCLUSIVE,
        MERCURY,
        why="from 0.15 to 0.25 with U",
        conditional=kind,
        decision_rule=GUARDED,
        **more,
    )


def test_where_all_numbers_are_decided_alike_the_page_says_how_once() -> None:
    every = verdict(LEAD, MIT)
    assert page(every).text.count(SIMPLE) == 1
    assert f"Decision rule: {SIMPLE}, for every number." in findings_table(every)
    assert "ISO/IEC 17025:2017 7.8.6" in findings_table(every)


def test_a_number_decided_otherwise_says_so_in_its_card_and_its_line() -> None:
    mixed = verdict(LEAD, MIT, guarded("conditional pass"))
    text, table = page(mixed).text, findings_table(mixed)
    assert f"Decision rule: {SIMPLE}, unless a line names another; decision rule 2: {GUARDED}." in table
    assert "below 0.25 ppm US-HG (decision rule 2)" in table
    assert f"Decision rule: {GUARDED}." in text[: text.rindex("Every result")]
    assert text.count(SIMPLE) == 1


def test_what_decides_nothing_and_is_not_met_says_its_decision_rule_too() -> None:
    shown = replace(guarded("conditional fail", "GUIDE-2"), decides=False)
    assert "GUIDE-2 (decision rule 2)" in page(verdict(LEAD, MIT, MIT, shown)).text


def test_a_page_without_numbers_names_no_decision_rule() -> None:
    assert "Decision rule" not in page(verdict(given.AGE_CONDITION)).text


@pytest.mark.parametrize("kind", ["conditional pass", "conditional fail"])
def test_a_conditional_outcome_is_a_kind_of_inconclusive_wherever_outcomes_are_shown(kind: str) -> None:
    held = verdict(LEAD, guarded(kind))
    assert main_reason(held) == f"Mercury 0.2 mg/kg, {kind} – us: mercury below 0.25 ppm"
    text = page(held).text
    assert f"INCONCLUSIVE {kind} Mercury 0.2 mg/kg" in text[: text.rindex("Why some markets are closed")]
    assert f"Mercury 0.2 mg/kg; INCONCLUSIVE {kind}" in findings_table(held)
    (undecided,) = matrix(held, RulebookScope(held))[1:]
    assert [rule.conditional for rule in undecided.rules] == [kind]
    assert as_json.finding_object(held.findings[1])["conditional"] == kind
    wrong = [fix.wrong for fix in fix_list(given.FILE, (), [held], date(2026, 11, 22)).fixes]
    assert wrong == [f"Mercury: {kind}: from 0.15 to 0.25 with U"]


def test_limits_of_one_cause_that_are_conditional_in_two_ways_each_say_theirs() -> None:
    held = verdict(LEAD, guarded("conditional pass"), guarded("conditional fail", "RI-HG", "us-ri", market="us-ri"))
    text = page(held).text
    card = text[text.index("Reasons worst first") : text.index("Why some markets are closed")]
    assert "INCONCLUSIVE Mercury" in card
    assert "mercury below 0.25 ppm conditional pass" in card
    assert "mercury below 0.25 ppm conditional fail" in card


OVERRIDDEN = replace(
    given.PB_SPEC, rule_id="USP-232-PB", overrides="usp", changes=("status: guidance → adopted", "max: 1.5 → 1.2")
)
REPLACES = "from usp, max: 1.5 → 1.2"


def test_what_a_limit_replaces_is_told_where_it_fails_a_batch() -> None:
    failed = finding(OVERRIDDEN, Outcome.FAIL, given.LEAD)
    assert page(verdict(LEAD, failed)).text.count(REPLACES) == 1
    told = as_json.finding_object(failed)
    assert (told["overrides"], told["changes"]) == ("usp", ["status: guidance → adopted", "max: 1.5 → 1.2"])


def test_a_limit_that_replaces_nothing_says_nothing() -> None:
    assert "from usp" not in page(verdict(LEAD)).text
    assert (as_json.finding_object(LEAD)["overrides"], as_json.finding_object(LEAD)["changes"]) == ("", [])


def test_a_source_that_prints_no_operator_says_so_in_the_card() -> None:
    silent = replace(given.HG_SPEC, operator_printed=False)
    assert "the source prints no operator" in page(verdict(finding(silent, Outcome.FAIL, MERCURY))).text
    assert "the source prints no operator" not in page(verdict(finding(given.HG_SPEC, Outcome.FAIL, MERCURY))).text
