"""The rows of the tables of findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.report import reasons
from kratom_qc.report.bars import Bar, bar
from kratom_qc.report.evidence import Evidence, where
from kratom_qc.report.reasons import Reach
from kratom_qc.vocabulary import wording


class Found(NamedTuple):
    """What was found, in the order its macro takes: its markup is kept from rule to rule."""

    outcome: str
    decides: bool
    conditional: str
    subject: str
    value: str
    also: str
    cell: str


class Against(NamedTuple):
    """The limit it was held against, in the order its macro takes: its markup is kept from page to
    page."""

    limit: str
    status: str
    source: str
    rule_id: str
    replaces: str
    decision_rule: str  # where it is not the page's
    why: str
    counted: tuple[str, ...]  # what `why` leaves to the small print
    bar: Bar | None


class FindingRow(NamedTuple):
    """One line of a table of findings."""

    found: Found
    limit: Against


@dataclass(frozen=True, slots=True)
class Book:
    """One rulebook's findings under its title."""

    id: str
    title: str
    rows: tuple[FindingRow, ...]


def books(
    findings: Iterable[Finding], reach: Reach, evidence: Evidence, rule: str
) -> tuple[Book, ...]:
    """Findings by rulebook; `rule` is the decision rule that the page tells once."""
    rows: dict[str, list[FindingRow]] = {}
    for finding in findings:
        rows.setdefault(finding.rulebook, []).append(
            _row(finding, evidence, rule, reasons.dates(finding))
        )
    return tuple(Book(book, reach.title(book), tuple(found)) for book, found in rows.items())


def shown(findings: Iterable[Finding], evidence: Evidence, rule: str) -> Iterator[FindingRow]:
    """Findings in one table, each with its rulebook: FAIL before what nobody can tell."""
    for finding in sorted(findings, key=lambda one: one.outcome is not Outcome.FAIL):
        advisory = finding.source.advisory if finding.source is not None else ""
        status = " · ".join(filter(None, (finding.rulebook, reasons.dates(finding), advisory)))
        found, against = _row(finding, evidence, rule, status)
        yield FindingRow(found, against._replace(counted=wording.without_counted(finding.why)[1]))


def _row(finding: Finding, evidence: Evidence, rule: str, status: str) -> FindingRow:
    limit, place = finding.source, finding.ref
    found = Found(
        outcome=finding.outcome.value,
        decides=finding.decides,
        conditional=finding.conditional,
        subject=reasons.subject(finding),
        value=reasons.understood(finding) or _quoted(finding, evidence),
        also=wording.also_words(finding.interval, finding.unit, limit) if limit is not None else "",
        cell=where(place) or place.file if place is not None else "",
    )
    against = Against(
        limit=finding.limit or (limit.text if limit is not None else ""),
        status=status,
        source=finding.because,
        rule_id=finding.rule_id,
        replaces=reasons.replaces(limit),
        decision_rule="" if finding.decision_rule == rule else finding.decision_rule,
        why="" if finding.outcome is Outcome.PASS else wording.without_counted(finding.why)[0],
        counted=(),
        bar=None if finding.outcome is Outcome.MISSING else bar(finding),
    )
    return FindingRow(found, against)


def _quoted(finding: Finding, evidence: Evidence) -> str:
    """The laboratory's words where they are no amount."""
    said = evidence.of(finding)
    return f"“{said[0].said}”" if said and said[0].said else ""
