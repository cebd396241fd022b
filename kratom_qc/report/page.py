"""Everything a batch page prints, computed once so that the template only loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from kratom_qc import wording
from kratom_qc.model import Finding, Outcome, Verdict
from kratom_qc.report import aside, markets, papers, reasons, warned
from kratom_qc.report.aside import Conditions, Shown, Untested
from kratom_qc.report.bars import Bar, bar
from kratom_qc.report.evidence import Evidence, where
from kratom_qc.report.markets import Group, Rule
from kratom_qc.report.papers import BookLine, Paper
from kratom_qc.report.reasons import Causes, Reach
from kratom_qc.report.warned import Sign


@dataclass(frozen=True, slots=True)
class Count:
    """How many limits decide, and how they came out. `open` is undecided: a reason to hold."""

    what: str
    decide: int
    passed: int
    failed: int
    open: int
    untested: int


class FindingRow(NamedTuple):
    """One line of the table of findings, in the order its macro takes: its markup is kept from page to page."""

    outcome: str
    decides: bool
    conditional: str
    subject: str
    value: str
    also: str
    cell: str
    limit: str
    status: str
    source: str
    rule_id: str
    replaces: str
    decision_rule: str  # where it is not the page's
    why: str
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Book:
    """One rulebook's findings under its title."""

    id: str
    title: str
    rows: tuple[FindingRow, ...]


class Elsewhere(NamedTuple):
    """How many findings stand in lists of their own and not in the table."""

    silent: int
    conditions: int
    law: int


@dataclass(frozen=True, slots=True)
class BatchPage:
    """One batch, ready to print."""

    batch_id: str
    product: str
    product_said: str
    decision: str
    judged_on: str
    laboratories: str
    homes: str
    headline: str
    markets: tuple[Group, ...]
    counts: tuple[Count, ...]
    warned: int
    signs: tuple[Sign, ...]
    cautions: tuple[tuple[str, str, str, str], ...]  # remarks of severity warning
    closing: tuple[Rule, ...]  # what closes a market whatever a laboratory finds, and decides none
    own: Causes
    other: Causes
    shown: tuple[Shown, ...]
    conditions: tuple[Conditions, ...]
    untested: tuple[Untested, ...]
    elsewhere: Elsewhere
    decision_rule: str  # of every number that names no other
    differing: int  # numbers decided by another one
    books: tuple[Book, ...]
    papers: tuple[Paper, ...]
    remarks: tuple[tuple[str, str, str, str], ...]  # the others
    declared: tuple[tuple[str, str], ...]
    facts_sha256: str
    rulebooks: tuple[BookLine, ...]
    stale: tuple[BookLine, ...]


def batch_page(verdict: Verdict) -> BatchPage:
    """The view of one verdict."""
    reach, evidence = Reach(verdict), Evidence(verdict)
    parts = _Parts(verdict, reach)
    own, other = reasons.against(verdict, reach)
    batch = verdict.batch
    named = dict.fromkeys(analysis.product_name for analysis in batch.analyses if analysis.product_name)
    rulebooks = tuple(papers.book_line(book, verdict.judged_on) for book in verdict.rulebooks)
    stands = markets.matrix(verdict, reach)
    signs, remarks = warned.signs(verdict, reach), tuple(warned.remarks(verdict))
    cautions = warned.rows(remarks, warnings=True)
    rule, differing = _decision_rule(verdict.findings)
    once = _Once()
    return BatchPage(
        batch_id=batch.batch_id,
        product=wording.product_name(batch.product),
        product_said=" · ".join(named),
        decision=verdict.decision.value,
        judged_on=verdict.judged_on.isoformat(),
        laboratories=laboratories(verdict),
        homes=", ".join(verdict.home_markets),
        headline=markets.headline(stands),
        markets=stands,
        counts=_counts(parts.answered, parts.silent, reach),
        warned=len(signs) + len(cautions),
        signs=signs,
        cautions=cautions,
        closing=markets.rules(parts.closing, reach),
        own=once.causes(reasons.causes(own, evidence, reach)),
        other=once.causes(reasons.causes(parts.without_law(other), evidence, reach)),
        shown=once.shown(aside.shown(parts.table, reach)),
        conditions=aside.conditions(parts.conditions, reach),
        untested=aside.untested(parts.silent),
        elsewhere=Elsewhere(len(parts.silent), len(parts.conditions), len(parts.law)),
        decision_rule=rule,
        differing=differing,
        books=_books(parts.table, reach, evidence, rule),
        papers=tuple(papers.paper(analysis) for analysis in batch.analyses),
        remarks=warned.rows(remarks, warnings=False),
        declared=papers.declared(batch.facts),
        facts_sha256=batch.facts.sha256 if batch.facts else "",
        rulebooks=rulebooks,
        stale=tuple(line for line in rulebooks if line.stale),
    )


def laboratories(verdict: Verdict) -> str:
    """Every laboratory of a batch, once."""
    named = dict.fromkeys(analysis.laboratory for analysis in verdict.batch.analyses if analysis.laboratory)
    return " · ".join(named) or "laboratory not stated"


class _Parts:
    """Findings by where the page tells them. Three kinds stand in lists of their own, and the table has all others: what
    nobody tested and no limit requires, conditions for the seller, and what closes a market whatever a laboratory finds."""

    def __init__(self, verdict: Verdict, reach: Reach):
        self.silent: list[Finding] = []
        self.conditions: list[Finding] = []
        self.law: list[Finding] = []
        self.table: list[Finding] = []
        deciding, self.closing = markets.law(verdict, reach)
        self._told = {id(finding) for finding in (*deciding, *self.closing)}
        for finding in verdict.findings:
            self._part(finding).append(finding)

    def _part(self, finding: Finding) -> list[Finding]:
        if reasons.silent(finding):
            return self.silent
        if reasons.attested(finding):
            return self.conditions
        return self.law if id(finding) in self._told else self.table

    @property
    def answered(self) -> list[Finding]:
        """Every finding that says something of the batch."""
        return [*self.table, *self.law]

    def without_law(self, causes: list[list[Finding]]) -> list[list[Finding]]:
        """Causes without what stands in a list of its own."""
        left = ([finding for finding in cause if id(finding) not in self._told] for cause in causes)
        return [cause for cause in left if cause]


def _decision_rule(findings: Iterable[Finding]) -> tuple[str, int]:
    """How numbers are decided on this page, and how many are decided otherwise (ISO/IEC 17025:2017 7.8.6)."""
    rules = Counter(finding.decision_rule for finding in findings if finding.decision_rule)
    if not rules:
        return "", 0
    ((usual, count),) = rules.most_common(1)
    return usual, rules.total() - count


class _Once:
    """Long lists of what was not measured stand once on a page: where the reader meets them first."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def causes(self, found: Causes) -> Causes:
        return found._replace(
            reasons=tuple(
                replace(cause, counted=self._new(cause.counted)) if cause.counted else cause for cause in found.reasons
            ),
            unanswered=tuple(
                replace(row, counted=self._new(row.counted)) if row.counted else row for row in found.unanswered
            ),
        )

    def shown(self, rows: Iterable[Shown]) -> tuple[Shown, ...]:
        return tuple(replace(row, counted=self._new(row.counted)) if row.counted else row for row in rows)

    def _new(self, counted: tuple[str, ...]) -> tuple[str, ...]:
        new = tuple(words for words in counted if words not in self._told)
        self._told.update(new)
        return new


def _counts(answered: Sequence[Finding], silent: Sequence[Finding], reach: Reach) -> tuple[Count, ...]:
    own = [finding for finding in answered if reach.own(finding)]
    quiet = sum(map(reach.own, silent))
    first = _count("for the verdict", own, quiet)
    if len(own) == len(answered) and quiet == len(silent):
        return (first,)
    return (first, _count("with every market", answered, len(silent)))


def _count(what: str, answered: Iterable[Finding], untested: int) -> Count:
    passed = failed = undecided = 0
    for finding in answered:
        if not finding.decides:
            continue
        if finding.outcome is Outcome.PASS:
            passed += 1
        elif finding.outcome is Outcome.FAIL:
            failed += 1
        else:
            undecided += 1
    return Count(what, passed + failed + undecided, passed, failed, undecided, untested)


def _books(findings: Iterable[Finding], reach: Reach, evidence: Evidence, rule: str) -> tuple[Book, ...]:
    rows: dict[str, list[FindingRow]] = {}
    for finding in findings:
        rows.setdefault(finding.rulebook, []).append(_finding_row(finding, evidence, rule))
    return tuple(Book(book, reach.title(book), tuple(found)) for book, found in rows.items())


def _finding_row(finding: Finding, evidence: Evidence, usual_rule: str) -> FindingRow:
    limit = finding.source
    place = finding.place
    cell = where(place) or place.file if place is not None else ""
    value = reasons.understood(finding)
    if not value and (said := evidence.of(finding)):
        value = f"“{said[0].said}”" if said[0].said else ""
    return FindingRow(
        outcome=finding.outcome.value,
        decides=finding.decides,
        conditional=finding.conditional,
        subject=reasons.subject(finding),
        value=value,
        also=wording.also_words(finding.interval, finding.unit, limit) if limit is not None else "",
        cell=cell,
        limit=finding.limit or (limit.text if limit is not None else ""),
        status=reasons.dates(finding),
        source=finding.because,
        rule_id=finding.rule_id,
        replaces=reasons.replaces(limit),
        decision_rule="" if finding.decision_rule == usual_rule else finding.decision_rule,
        why="" if finding.outcome is Outcome.PASS else wording.without_counted(finding.why)[0],
        bar=bar(finding) if _telling(finding) else None,
    )


def _telling(finding: Finding) -> bool:
    """Whether a bar says more than the words do: not of a limit that decides nothing and is met, nor of half a value."""
    if finding.outcome is Outcome.MISSING:
        return False
    return finding.decides or finding.outcome is not Outcome.PASS
