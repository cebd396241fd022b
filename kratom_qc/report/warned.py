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
from kratom_qc.report.bars import Bar, bar
from kratom_qc.report.evidence import where
from kratom_qc.report.reasons import Reach, dates, evidence, subject, understood
from kratom_qc.report.sentences import WIDTH, sentence
from kratom_qc.vocabulary.wording import also_words, one_line, without_counted

WARNING = "warning"  # of a remark; the others are notes


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


def warns(finding: Finding) -> bool:
    """Whether it is a screen that counts today and is not met."""
    screen = finding.source is not None and finding.source.screen
    return (
        screen
        and finding.outcome is Outcome.FAIL
        and finding.status in (*DECIDING, "guidance", "compendial", "industry")
    )


def signs(findings: Iterable[Finding], reach: Reach, rule: str) -> tuple[Sign, ...]:
    """Screens that warn, ready to print; `rule` is the decision rule that the page tells once."""
    return tuple(_sign(finding, reach, rule) for finding in findings)


def _sign(finding: Finding, reach: Reach, rule: str) -> Sign:
    place, limit = finding.ref, finding.source
    return Sign(
        subject=subject(finding),
        value=understood(finding),
        also=also_words(finding.interval, finding.unit, limit) if limit is not None else "",
        cell=where(place) if place is not None else "",
        file=place.file if place is not None else "",
        limit=finding.limit,
        why=without_counted(finding.why)[0],
        source=finding.because,
        evidence=evidence(limit),
        dates=dates(finding),
        book=reach.title(finding.rulebook),
        rule_id=finding.rule_id,
        decision_rule="" if finding.decision_rule == rule else finding.decision_rule,
        bar=bar(finding),
    )


def remarks(verdict: Verdict) -> Iterator[Remark]:
    """Every remark of a batch and of its certificates, each once."""
    every: dict[Remark, None] = dict.fromkeys(verdict.batch.remarks)
    for certificate in verdict.batch.certificates:
        every.update(dict.fromkeys(certificate.remarks))
    return iter(every)


def rows(found: Iterable[Remark], *, warnings: bool) -> tuple[tuple[str, str, str, str], ...]:
    """Warnings or the other remarks: severity, message, file, cell."""
    return tuple(
        (one.severity, one.message, one.ref.file, where(one.ref))
        for one in found
        if (one.severity == WARNING) is warnings
    )


def sentences(verdict: Verdict) -> tuple[str, ...]:
    """Every warning in a line of its own, screens first."""
    found = [sentence(finding) for finding in verdict.findings if warns(finding)]
    found += [remark.message for remark in remarks(verdict) if remark.severity == WARNING]
    return tuple(one_line(one, WIDTH) for one in found)


def number(warnings: int) -> str:
    """`2 warnings`, or nothing."""
    return f"{warnings} warning{'s' if warnings > 1 else ''}" if warnings else ""
