"""Everything a vendor can do about one file: its refusals, or what holds and fails its batches, and
the remarks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import PurePath

from kratom_qc import PROGRAM, vocabulary
from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report.finding_words import subject
from kratom_qc.report.reasons import CauseGroup, against
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.screening import number, sentences, warns
from kratom_qc.report.unread import RULE, unread_entries
from kratom_qc.vocabulary import wording
from kratom_qc.vocabulary.problems import Fix, FixList, problem

_HOW = (
    "Correct the coloured cells, save this workbook and send it again; this sheet may stay in it.",
    "Click a cell's name to go to it; its comment says the same as its row here. "
    "Orange: refused or fails. Yellow: holds. Blue: a remark.",
)
_FINDINGS = {
    Outcome.FAIL: ("fail", "result-fails"),
    Outcome.INCONCLUSIVE: ("hold", "undecided"),
    Outcome.MISSING: ("hold", "not-tested"),
}


def fix_list(
    file: str, refusals: Sequence[Problem], verdicts: Sequence[Verdict], on: date
) -> FixList:
    """What is wrong with a file, as `kratom-qc check --annotate` lists it; worst first is for
    whoever prints it."""
    fixes = [_refusal(refusal) for refusal in refusals]
    for verdict in verdicts:
        prefix = f"Batch {verdict.batch.batch_id}: " if len(verdicts) > 1 else ""
        fixes += _VerdictFixes(verdict, file, prefix).fixes()
    name = PurePath(file).name
    lines = [f"{name}, read on {on} by {PROGRAM}", *_outcome(refusals, verdicts)]
    return FixList((*lines, *(_HOW if fixes else ())), tuple(dict.fromkeys(fixes)))


def _outcome(refusals: Sequence[Problem], verdicts: Sequence[Verdict]) -> list[str]:
    if refusals:
        count = "1 problem" if len(refusals) == 1 else f"{len(refusals)} problems"
        return [f"REFUSED: {count}. Nothing of this file counts until all are gone."]
    return [f"{_decision(verdict)}, batch {verdict.batch.batch_id}" for verdict in verdicts]


def _decision(verdict: Verdict) -> str:
    """`PASS, 2 warnings`: a batch with warnings never looks like one without."""
    return ", ".join(filter(None, (str(verdict.decision), number(len(sentences(verdict))))))


def _refusal(refusal: Problem) -> Fix:
    return _fix(
        "refused", refusal.code, refusal.ref, refusal.message, refusal.quoted, near=refusal.near
    )


class _VerdictFixes:
    """What one verdict asks to be fixed in one file; `prefix` names the batch where the file has
    several."""

    def __init__(self, verdict: Verdict, file: str, prefix: str):
        self.verdict, self.file, self.prefix = verdict, file, prefix
        self.scope = RulebookScope(verdict)

    def fixes(self) -> list[Fix]:
        """The causes that count in the batch's own verdict, then screens and remarks."""
        causes = against(self.verdict, self.scope).own
        # Each text that nobody has read is told at its own cell.
        fixes = [self._cause(cause) for cause in causes if cause[0].rule_id != RULE]
        fixes += [self._screen(finding) for finding in self.verdict.findings if warns(finding)]
        fixes += [
            _fix(
                "hold",
                RULE,
                entry.source.ref,
                f"{self.prefix}nobody has read this",
                entry.source.text,
            )
            for entry in unread_entries(self.verdict.batch)
            if entry.source.ref.file == self.file
        ]
        remarks = self.verdict.batch.remarks
        return fixes + [_remark(remark) for remark in remarks if remark.ref.file in ("", self.file)]

    def _cause(self, cause: CauseGroup) -> Fix:
        finding = cause[0]
        subject = wording.subject_name(finding.analyte)
        why = f"{finding.conditional}: {finding.why}" if finding.conditional else finding.why
        wrong = self.prefix + (f"{subject}: {why}" if subject and subject not in why else why)
        ref = self._ref(finding)
        if finding.rulebook not in self.scope.books:
            unknown = finding.rule_id == "UNKNOWN-ANALYTE"
            near = vocabulary.nearest_analytes(subject) if unknown else ()
            return _fix("hold", finding.rule_id, ref, wrong, near=near)
        severity, code = _FINDINGS[finding.outcome]
        own_findings = filter(self.scope.is_own, cause)
        limits = "; ".join(dict.fromkeys(map(self._limit, own_findings)))
        expected = limits.replace(wording.THIN, " ")
        return _fix(severity, code, ref, wrong, _quoted(finding, ref), expected=expected)

    def _screen(self, finding: Finding) -> Fix:
        wrong = f"{self.prefix}{subject(finding)}: {finding.why}"
        ref, published = self._ref(finding), self._limit(finding)
        quoted = _quoted(finding, ref)
        return _fix("warning", "outside-published-range", ref, wrong, quoted, expected=published)

    def _limit(self, finding: Finding) -> str:
        return f"{finding.limit} ({self.scope.title(finding.rulebook)}, {finding.rule_id})"

    def _ref(self, finding: Finding) -> CellRef:
        """The cell a finding rests on; none where the point is what nobody measured."""
        lacking = finding.outcome is Outcome.MISSING and finding.quantity is not None
        if finding.ref is None or lacking or finding.ref.file != self.file:
            return CellRef(self.file)
        return finding.ref


def _quoted(finding: Finding, ref: CellRef) -> str:
    """What the laboratory wrote in a cell, with its unit."""
    results = finding.quantity.results if finding.quantity is not None else ()
    for result in results:
        if result.ref == ref:
            text, unit = result.reported, result.reported_unit
            return text if unit in text else f"{text} {unit}"
    return ""


def _remark(remark: Remark) -> Fix:
    return _fix(remark.severity, remark.code, remark.ref, remark.message)


def _fix(
    severity: str,
    code: str,
    ref: CellRef,
    wrong: str,
    quoted: str = "",
    near: tuple[str, ...] = (),
    expected: str = "",
) -> Fix:
    listed = problem(code)
    usual, advice = (listed.expected, listed.do) if listed else ("", "")
    return Fix(severity, code, ref, quoted, wrong, expected or usual, advice, near)
