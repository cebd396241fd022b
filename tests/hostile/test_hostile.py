"""Every named bad input ends as the facts say, in words a vendor can use; none ever passes in doubt."""

from __future__ import annotations

import re
from functools import cache

import pytest

from kratom_qc.app.reading import Reading
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.verdict import Decision, Verdict
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import REAL, judged, rules
from tests.hostile.cases import CASES, ELSEWHERE
from tests.hostile.expected import Case, Expected
from tests.hostile.runner import outcome

NOT_FOR_VENDORS = re.compile(
    r"Traceback|\b[A-Z]\w*(?:Error|Exception)\b|(?<!\w)/(?:[\w.-]+/)+|site-packages|\.py\b|0x[0-9a-f]{8}"
)


@cache
def _books() -> dict[str, Rulebook]:
    return load_rulebooks(REAL)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_ends_as_it_must(case: Case) -> None:
    readings = []
    for name, build in case.files.items():
        readings.append(outcome(name, build()).reading)
    refusals = [refusal for reading in readings for refusal in reading.refusals]
    _speaks_to_a_vendor(refusals)
    if case.expected.kind == "refused":
        _is_refused(refusals, case.expected)
    elif case.expected.kind != "no pass" or not refusals:
        assert not refusals, _told(refusals)
        _is_judged(readings, case.expected)


def _told(refusals: list[Problem]) -> list[str]:
    return [f"{refusal.ref.cell} {refusal.code}: {refusal.message}" for refusal in refusals]


def _speaks_to_a_vendor(refusals: list[Problem]) -> None:
    for refusal in refusals:
        assert refusal.code != "reader-failed", refusal.message
        assert re.fullmatch(r"[a-z]+(?:-[a-z]+)*", refusal.code)
        assert len(refusal.message) < 500
        assert not NOT_FOR_VENDORS.search(refusal.message), refusal.message
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", refusal.message), repr(refusal.message)


def _is_refused(refusals: list[Problem], expected: Expected) -> None:
    assert refusals, "it was read"
    assert {refusal.code for refusal in refusals} & set(expected.codes), _told(refusals)
    said = next(refusal for refusal in refusals if refusal.code in expected.codes)
    for words in expected.words:
        assert any(word in said.message for word in words.split("|")), said.message
    if expected.cell:
        assert {refusal.ref.cell for refusal in refusals} & set(expected.cell.split("|")), _told(refusals)


def _is_judged(readings: list[Reading], expected: Expected) -> None:
    verdicts = judged(readings, _books(), markets=["us"])
    assert verdicts
    decisions = {verdict.decision for verdict in verdicts.values()}
    if expected.kind == "no pass":
        assert Decision.PASS not in decisions
        return
    wanted = {"passes": Decision.PASS, "held": Decision.HOLD, "failed": Decision.FAIL}[expected.kind]
    causes = [rule for verdict in verdicts.values() for rule in rules(verdict)]
    assert decisions == {wanted}, causes
    for word in expected.codes:
        assert word in {*causes, *_facts(readings, verdicts)}
    told = [
        reason
        for reading in readings
        for certificate in reading.certificates
        for reason in certificate.hold_reasons
        if reason.rule_id in expected.codes
    ]
    for word in expected.words:
        assert any(word in reason.why for reason in told), told
    if expected.cell:
        assert {reason.ref.cell for reason in told} & set(expected.cell.split("|")), told


def _facts(readings: list[Reading], verdicts: dict[str, Verdict]) -> set[str]:
    """What a table may ask of a file that was read: its remarks, `=` its batch ids, `tested` its days."""
    certificates = [certificate for reading in readings for certificate in reading.certificates]
    return {
        *(remark.code for certificate in certificates for remark in certificate.remarks),
        *(f"={batch_id}" for batch_id in verdicts),
        *(f"tested {certificate.tested_on}" for certificate in certificates),
    }


def test_every_bad_input_of_the_facts_is_here_or_said_to_be_elsewhere() -> None:
    here = {case.number for case in CASES} - {"B00"}
    assert here | set(ELSEWHERE) == {f"B{number:02}" for number in range(1, 101)}
    assert not here & set(ELSEWHERE)
