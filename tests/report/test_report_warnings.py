"""Screens and warnings: near the verdict, with what has been published, and never part of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Decision
from kratom_qc.report import as_json
from kratom_qc.report.fixes import fix_list
from kratom_qc.report.screening import sentences
from kratom_qc.report.summary import summary_row
from tests.report import report_batches as given
from tests.report.report_batches import GOOD_LEAD, MITRAGYNINE, finding, limit, result, span, verdict
from tests.report.test_report_html import findings_table, page, summary

SEVEN = result("7-hydroxymitragynine", "0.09", span("900", "900"), "C5", reported_unit="%")
RANGE = limit(
    "WARN-LEAF-7OH",
    "us",
    "7-hydroxymitragynine",
    "7-OH not more than 0.04 % w/w",
    span("0", "400"),
    status="guidance",
    evidence="secondary",
    because="leaf of twelve origins, PMC9648690",
    screen=True,
)
BEYOND = finding(RANGE, Outcome.FAIL, SEVEN, why="0.09 % lies wholly above the limit")
PROFILE = limit(
    "WARN-PROFILE",
    "us",
    "",
    "7-OH comes with speciociliatine",
    kind="profile",
    absent=("speciociliatine",),
    unit="",
    status="guidance",
    because="a study of leaf",
    screen=True,
)
ALONE = finding(PROFILE, Outcome.FAIL, why="7-Hydroxymitragynine was found without Speciociliatine")
SWAPPED = Remark("lod-above-loq", "warning", "LOD of Lead is above its LOQ", CellRef(given.FILE, "Results", "D4"))
NOTE = Remark("basis-unstated", "note", "nothing says the basis", CellRef(given.FILE, "Results", "A1"))


def test_signs_of_adulteration_stand_with_the_published_range_and_lead_to_its_source() -> None:
    seen = page(verdict(GOOD_LEAD, BEYOND, ALONE))
    told = seen.text[seen.text.index("Signs of adulteration") : seen.text.rindex("Every result")]
    for words in (
        "7-Hydroxymitragynine 900 mg/kg (0.09 %) Results!C5",
        "7-OH not more than 0.04 % w/w WARN-LEAF-7OH 0.09 % lies wholly above the limit · secondary source",
        "Alkaloid profile : 7-OH comes with speciociliatine WARN-PROFILE 7-Hydroxymitragynine was found without Speciociliatine",
    ):
        assert words in told
    assert seen.text.count("WARN-LEAF-7OH") == 1
    assert ("a", "href", "limits.html#us-WARN-LEAF-7OH") in seen.attributes


def test_a_warning_is_left_for_a_person_on_the_first_screen() -> None:
    text = page(verdict(GOOD_LEAD, BEYOND, ALONE)).text
    assert "2 warnings . Look into them before you release or reject." in text[: text.rindex("Reasons")]


@pytest.mark.parametrize(
    ("findings", "remarks", "said"),
    [
        ((), (), "PASS LOT-2411"),
        ((), (NOTE,), "PASS LOT-2411"),
        ((BEYOND,), (), "PASS , 1 warning LOT-2411"),
        ((), (SWAPPED, NOTE), "PASS , 1 warning LOT-2411"),
        ((BEYOND, ALONE), (SWAPPED,), "PASS , 3 warnings LOT-2411"),
    ],
)
def test_a_pass_with_warnings_says_so(findings: tuple[Finding, ...], remarks: tuple[Remark, ...], said: str) -> None:
    warned = verdict(GOOD_LEAD, *findings, remarks=remarks)
    assert warned.decision is Decision.PASS
    text = page(warned).text
    assert said in text[: text.index("judged on 2026-11-22")]


@pytest.mark.parametrize(
    "silent",
    [
        replace(BEYOND, outcome=Outcome.PASS),
        replace(BEYOND, outcome=Outcome.INCONCLUSIVE),
        replace(BEYOND, outcome=Outcome.MISSING),
        replace(BEYOND, status="proposed"),
        replace(BEYOND, status="expired"),
        given.RATIO_WOULD_FAIL,
    ],
    ids=lambda one: f"{one.rule_id} {one.outcome} {one.status}",
)
def test_only_a_screen_that_counts_today_and_is_not_met_warns(silent: Finding) -> None:
    quiet = verdict(GOOD_LEAD, silent)
    assert sentences(quiet) == ()
    assert "Signs of adulteration" not in page(quiet).text
    counted = silent.outcome in (Outcome.PASS, Outcome.MISSING)
    assert counted or silent.rule_id in page(quiet).text


def test_warnings_of_certificates_stand_near_the_verdict_and_other_remarks_at_the_end() -> None:
    text = page(verdict(GOOD_LEAD, remarks=(SWAPPED, NOTE))).text
    first, last = text.index("LOD of Lead is above its LOQ"), text.index("nothing says the basis")
    assert text.rindex("Reasons") < text.rindex("Warnings") < first < text.rindex("Every result") < last
    assert text.rindex("Remarks") < last


def test_a_screen_stands_in_no_table_of_limits() -> None:
    table = findings_table(verdict(GOOD_LEAD, BEYOND))
    assert "WARN-LEAF-7OH" not in table


def test_warnings_in_a_line() -> None:
    warned = verdict(GOOD_LEAD, BEYOND, ALONE, remarks=(SWAPPED, NOTE))
    assert sentences(warned) == (
        "7-Hydroxymitragynine 0.09 % – us: 7-OH not more than 0.04 % w/w",
        "Alkaloid profile: 7-Hydroxymitragynine was found without Speciociliatine – us: 7-OH comes with speciociliatine",
        "LOD of Lead is above its LOQ",
    )
    assert summary_row(warned, "").warnings == sentences(warned)


def test_the_summary_and_json_and_the_list_for_the_vendor_tell_them_too() -> None:
    warned = verdict(GOOD_LEAD, BEYOND, remarks=(SWAPPED,))
    text = summary(warned).text
    assert "PASS 2 warnings" in text
    assert "Warning: 7-Hydroxymitragynine 0.09 % – us: 7-OH not more than 0.04 % w/w" in text
    assert as_json.market_object(warned)["warnings"] == list(sentences(warned))
    assert as_json.finding_object(BEYOND)["screen"] is True
    assert as_json.finding_object(GOOD_LEAD)["screen"] is False
    listed = fix_list(given.FILE, (), [warned], date(2026, 11, 22))
    assert "PASS, 2 warnings, batch LOT-2411" in listed.sentences
    screen = next(fix for fix in listed.fixes if fix.code == "outside-published-range")
    assert (screen.severity, screen.ref.cell, screen.said) == ("warning", "C5", "0.09 %")
    assert screen.expected == "7-OH not more than 0.04 % w/w (Rules of us, WARN-LEAF-7OH)"


def test_a_fail_keeps_its_reasons_and_its_warnings() -> None:
    failed = verdict(
        finding(replace(given.MIT_SPEC, acceptance_interval=span("3000", "10000")), Outcome.FAIL, MITRAGYNINE),
        GOOD_LEAD,
        BEYOND,
    )
    text = page(failed).text
    assert failed.decision is Decision.FAIL
    assert "FAIL , 1 warning" in text
    assert text.index("SPEC-LEAF-MIT") < text.index("Signs of adulteration")
