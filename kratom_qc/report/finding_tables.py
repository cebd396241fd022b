"""The rows of the tables of findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.report import finding_words
from kratom_qc.report.bars import Bar, bar
from kratom_qc.report.evidence import Evidence
from kratom_qc.report.finding_words import where
from kratom_qc.report.scope import RulebookScope
from kratom_qc.vocabulary import wording


class FoundCells(NamedTuple):
    """What was found, in the order its macro takes: its markup is kept from rule to rule."""

    outcome: str
    decides: bool
    conditional: str
    subject: str
    value: str
    also: str
    cell: str


class LimitCells(NamedTuple):
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

    found: FoundCells
    limit: LimitCells


@dataclass(frozen=True, slots=True)
class RulebookTable:
    """One rulebook's findings under its title."""

    id: str
    title: str
    rows: tuple[FindingRow, ...]


def rulebook_tables(
    findings: Iterable[Finding], scope: RulebookScope, evidence: Evidence, rule: str
) -> tuple[RulebookTable, ...]:
    """Findings by rulebook; `rule` is the decision rule that the page states once."""
    books: dict[str, list[FindingRow]] = {}
    for finding in findings:
        row = _row(finding, evidence, rule, finding_words.dates(finding))
        books.setdefault(finding.rulebook, []).append(row)
    return tuple(
        RulebookTable(book, scope.title(book), tuple(rows)) for book, rows in books.items()
    )


def not_met_rows(findings: Iterable[Finding], evidence: Evidence, rule: str) -> list[FindingRow]:
    """Findings that decide nothing in one table, each with its rulebook: FAIL before what nobody
    can tell."""
    rows = []
    for finding in sorted(findings, key=lambda finding: finding.outcome is not Outcome.FAIL):
        advisory = finding.source.advisory if finding.source is not None else ""
        parts = (finding.rulebook, finding_words.dates(finding), advisory)
        found, limit = _row(finding, evidence, rule, " · ".join(filter(None, parts)))
        counted = wording.without_counted(finding.why)[1]
        rows.append(FindingRow(found, limit._replace(counted=counted)))
    return rows


def _row(finding: Finding, evidence: Evidence, rule: str, status: str) -> FindingRow:
    limit, ref, outcome = finding.source, finding.ref, finding.outcome
    found = FoundCells(
        outcome=outcome.value,
        decides=finding.decides,
        conditional=finding.conditional,
        subject=finding_words.subject(finding),
        value=finding_words.understood(finding) or _quoted(finding, evidence),
        also=finding_words.in_printed_unit(finding),
        cell=where(ref) or finding_words.file_of(ref),
    )
    limit_cells = LimitCells(
        limit=finding_words.limit_text(finding),
        status=status,
        source=finding.because,
        rule_id=finding.rule_id,
        replaces=finding_words.replaces(limit),
        decision_rule=finding_words.own_rule(finding, rule),
        why="" if outcome is Outcome.PASS else wording.without_counted(finding.why)[0],
        counted=(),
        bar=None if outcome is Outcome.MISSING else bar(finding),
    )
    return FindingRow(found, limit_cells)


def _quoted(finding: Finding, evidence: Evidence) -> str:
    """The laboratory's words where they are no amount."""
    statements = evidence.of(finding)
    said = statements[0].said if statements else ""
    return f"“{said}”" if said else ""
