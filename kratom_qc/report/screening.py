"""Warnings: screens that a batch does not meet, and what its certificates warn of. They never
change a verdict.

A screen compares with published ranges (`screen = true` in a rulebook): a result outside is a sign
of adulteration and proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import DECIDING
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report import finding_words
from kratom_qc.report.bars import Bar, bar
from kratom_qc.report.finding_words import file_of, where
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.sentences import WIDTH, sentence
from kratom_qc.vocabulary.wording import one_line, without_counted

WARNING = "warning"  # of a remark; the others are notes
_STATUSES = (*DECIDING, "guidance", "compendial", "industry")  # of screens that count today


class Sign(NamedTuple):
    """One screen not met, with the published range it rests on."""

    subject: str
    value: str
    also: str
    cell: str
    file: str
    limit: str
    why: str
    source: str
    evidence: str
    dates: str
    book: str
    rule_id: str
    decision_rule: str  # where it is not the page's
    bar: Bar | None


class RemarkLine(NamedTuple):
    """One remark, ready to print."""

    severity: str
    message: str
    file: str
    cell: str


def warns(finding: Finding) -> bool:
    """Whether it is a screen that counts today and is not met."""
    screen = finding.source is not None and finding.source.screen
    return screen and finding.outcome is Outcome.FAIL and finding.status in _STATUSES


def signs(findings: Iterable[Finding], scope: RulebookScope, rule: str) -> tuple[Sign, ...]:
    """Screens that warn, ready to print; `rule` is the decision rule that the page states once."""
    return tuple(_sign(finding, scope, rule) for finding in findings)


def _sign(finding: Finding, scope: RulebookScope, rule: str) -> Sign:
    return Sign(
        subject=finding_words.subject(finding),
        value=finding_words.understood(finding),
        also=finding_words.in_printed_unit(finding),
        cell=where(finding.ref),
        file=file_of(finding.ref),
        limit=finding.limit,
        why=without_counted(finding.why)[0],
        source=finding.because,
        evidence=finding_words.evidence(finding.source),
        dates=finding_words.dates(finding),
        book=scope.title(finding.rulebook),
        rule_id=finding.rule_id,
        decision_rule=finding_words.own_rule(finding, rule),
        bar=bar(finding),
    )


def remarks(verdict: Verdict) -> Iterator[Remark]:
    """Every remark of a batch and of its certificates, each once."""
    unique: dict[Remark, None] = dict.fromkeys(verdict.batch.remarks)
    for certificate in verdict.batch.certificates:
        unique.update(dict.fromkeys(certificate.remarks))
    return iter(unique)


def remark_lines(of: Iterable[Remark], *, warnings: bool) -> tuple[RemarkLine, ...]:
    """Warnings, or the other remarks."""
    return tuple(
        RemarkLine(remark.severity, remark.message, remark.ref.file, where(remark.ref))
        for remark in of
        if (remark.severity == WARNING) is warnings
    )


def sentences(verdict: Verdict) -> tuple[str, ...]:
    """Every warning in a line of its own, screens first."""
    lines = [sentence(finding) for finding in verdict.findings if warns(finding)]
    lines += [remark.message for remark in remarks(verdict) if remark.severity == WARNING]
    return tuple(one_line(line, WIDTH) for line in lines)


def number(warnings: int) -> str:
    """`2 warnings`, or nothing."""
    if not warnings:
        return ""
    return "1 warning" if warnings == 1 else f"{warnings} warnings"
