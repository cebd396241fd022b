"""Warnings: screens that a batch does not meet, and what its certificates warn of. They never
change a verdict.

A screen compares with published ranges (`screen = true` in a rulebook): a result outside is a sign
of adulteration and proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import DECIDING
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report import finding_words
from kratom_qc.report.finding_words import where
from kratom_qc.report.sentences import WIDTH, sentence
from kratom_qc.vocabulary.wording import one_line, without_counted

WARNING = "warning"  # of a remark; the others are notes
_STATUSES = (*DECIDING, "guidance", "compendial", "industry")  # of screens that count today


class Sign(NamedTuple):
    """One screen not met, with the published range it rests on."""

    rule_id: str
    limit: str
    subject: str
    value: str
    also: str
    cell: str
    file: str
    why: str
    evidence: str
    address: str  # of the range on the page of limits
    decision_rule: str  # where it is not the page's


def warns(finding: Finding) -> bool:
    """Whether it is a screen that counts today and is not met."""
    screen = finding.source is not None and finding.source.screen
    return screen and finding.outcome is Outcome.FAIL and finding.status in _STATUSES


def signs(findings: Iterable[Finding], rule: str) -> tuple[Sign, ...]:
    """Screens that warn, ready to print; `rule` is the decision rule that the page states once."""
    return tuple(_sign(finding, rule) for finding in findings)


def _sign(finding: Finding, rule: str) -> Sign:
    return Sign(
        rule_id=finding.rule_id,
        limit=finding.limit,
        subject=finding_words.subject(finding),
        value=finding_words.understood(finding),
        also=finding_words.in_printed_unit(finding),
        cell=where(finding.ref),
        file=finding_words.file_of(finding.ref),
        why=without_counted(finding.why)[0],
        evidence=finding_words.evidence(finding.source),
        address=finding_words.address(finding),
        decision_rule=finding_words.own_rule(finding, rule),
    )


def remarks(verdict: Verdict) -> list[Remark]:
    """Every remark of a batch and of its certificates, each once."""
    batch = verdict.batch
    of_certificates = chain.from_iterable(certificate.remarks for certificate in batch.certificates)
    return list(dict.fromkeys((*batch.remarks, *of_certificates)))


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
