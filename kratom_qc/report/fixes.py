"""Everything a vendor can do about one file: its refusals, or what holds and fails its batches, and
the remarks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import PurePath

from kratom_qc import PROGRAM, vocabulary
from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report.reasons import Reach, against, subject
from kratom_qc.report.warned import number, sentences, warns
from kratom_qc.vocabulary import wording
from kratom_qc.vocabulary.problems import Fix, FixList, problem

_HOW = (
    "Correct the coloured cells, save this workbook and send it again; this sheet may stay in it.",
    "Click a cell's name to go to it; its comment says the same as its row here. Orange: refused or fails. Yellow: holds. "
    "Blue: a remark.",
)
_FINDINGS = {
    Outcome.FAIL: ("fail", "result-fails"),
    Outcome.INCONCLUSIVE: ("hold", "undecided"),
    Outcome.MISSING: ("hold", "not-tested"),
}


def fix_list(
    file: str, refusals: Sequence[Refusal], verdicts: Sequence[Verdict], on: date
) -> FixList:
    """What is wrong with a file, as `kratom-qc check --annotate` lists it; worst first is for
    whoever prints it."""
    fixes = [_refusal(refusal) for refusal in refusals]
    for verdict in verdicts:
        fixes += _of_verdict(
            verdict, file, f"Batch {verdict.batch.batch_id}: " if len(verdicts) > 1 else ""
        )
    name = PurePath(file).name
    sentences = (f"{name}, read on {on} by {PROGRAM}", *_outcome(refusals, verdicts))
    return FixList((*sentences, *(_HOW if fixes else ())), tuple(dict.fromkeys(fixes)))


def _outcome(refusals: Sequence[Refusal], verdicts: Sequence[Verdict]) -> list[str]:
    if refusals:
        count = "1 problem" if len(refusals) == 1 else f"{len(refusals)} problems"
        return [f"REFUSED: {count}. Nothing of this file counts until all are gone."]
    return [f"{_said_of(verdict)}, batch {verdict.batch.batch_id}" for verdict in verdicts]


def _said_of(verdict: Verdict) -> str:
    """`PASS, 2 warnings`: a batch with warnings never looks like one without."""
    return ", ".join(filter(None, (str(verdict.decision), number(len(sentences(verdict))))))


def _refusal(refusal: Refusal) -> Fix:
    return _fix(
        "refused", refusal.code, refusal.ref, refusal.message, refusal.quoted, near=refusal.near
    )


def _of_verdict(verdict: Verdict, file: str, whose: str) -> list[Fix]:
    """The causes that count in the batch's own verdict, then screens and remarks. Only this file
    can be fixed here."""
    reach = Reach(verdict)
    own, _ = against(verdict, reach)
    fixes = [_cause(findings, reach, file, whose) for findings in own]
    fixes += [
        _screen(finding, reach, file, whose) for finding in verdict.findings if warns(finding)
    ]
    return fixes + [
        _remark(remark) for remark in verdict.batch.remarks if remark.ref.file in ("", file)
    ]


def _cause(findings: Sequence[Finding], reach: Reach, file: str, whose: str) -> Fix:
    finding = findings[0]
    named = wording.subject_name(finding.analyte)
    why = f"{finding.conditional}: {finding.why}" if finding.conditional else finding.why
    wrong = whose + (f"{named}: {why}" if named and named not in why else why)
    place = _place(finding, file)
    if finding.rulebook not in reach.books:
        near = vocabulary.nearest_analytes(named) if finding.rule_id == "UNKNOWN-ANALYTE" else ()
        return _fix("hold", finding.rule_id, place, wrong, near=near)
    severity, code = _FINDINGS[finding.outcome]
    asked = dict.fromkeys(
        f"{one.limit} ({reach.title(one.rulebook)}, {one.rule_id})"
        for one in findings
        if reach.own(one)
    )
    return _fix(
        severity,
        code,
        place,
        wrong,
        _said(finding, place),
        expected="; ".join(asked).replace(wording.THIN, " "),
    )


def _screen(finding: Finding, reach: Reach, file: str, whose: str) -> Fix:
    place, published = (
        _place(finding, file),
        f"{finding.limit} ({reach.title(finding.rulebook)}, {finding.rule_id})",
    )
    wrong = f"{whose}{subject(finding)}: {finding.why}"
    return _fix(
        "warning",
        "outside-published-range",
        place,
        wrong,
        _said(finding, place),
        expected=published,
    )


def _place(finding: Finding, file: str) -> CellRef:
    """The cell a finding rests on; none where the point is what nobody measured."""
    lacking = finding.outcome is Outcome.MISSING and finding.quantity is not None
    if finding.ref is None or lacking or finding.ref.file != file:
        return CellRef(file)
    return finding.ref


def _said(finding: Finding, place: CellRef) -> str:
    results = finding.quantity.results if finding.quantity is not None else ()
    said = next((one for one in results if one.ref == place), None)
    if said is None:
        return ""
    return (
        said.reported
        if said.reported_unit in said.reported
        else f"{said.reported} {said.reported_unit}"
    )


def _remark(remark: Remark) -> Fix:
    return _fix(remark.severity, remark.code, remark.ref, remark.message)


def _fix(
    severity: str,
    code: str,
    place: CellRef,
    wrong: str,
    said: str = "",
    near: tuple[str, ...] = (),
    expected: str = "",
) -> Fix:
    listed = problem(code)
    usual = listed.expected if listed else ""
    return Fix(
        severity, code, place, said, wrong, expected or usual, listed.do if listed else "", near
    )
