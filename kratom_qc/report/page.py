"""Everything a batch page prints, computed once so that the template only loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report import aside, markets, papers, reasons, tables, warned
from kratom_qc.report.aside import Listed, Untested
from kratom_qc.report.evidence import Evidence
from kratom_qc.report.markets import Group, Rule
from kratom_qc.report.papers import BookLine, Paper
from kratom_qc.report.parts import Parts
from kratom_qc.report.reasons import Causes, Reach
from kratom_qc.report.tables import Book, FindingRow
from kratom_qc.report.warned import Sign
from kratom_qc.vocabulary import wording


@dataclass(frozen=True, slots=True)
class Count:
    """How many limits decide, and how they came out. `open` is undecided: a reason to hold."""

    what: str
    decide: int
    passed: int
    failed: int
    open: int
    untested: int


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
    shown: tuple[FindingRow, ...]
    met: tuple[Listed, ...]
    conditions: tuple[Listed, ...]
    untested: tuple[Untested, ...]
    elsewhere: tuple[
        tuple[int, str, str], ...
    ]  # how many findings are told elsewhere: what they are, the section's id
    decision_rule: str  # of every number that names no other
    differing: int  # numbers decided by another one
    books: tuple[Book, ...]
    papers: tuple[Paper, ...]
    remarks: tuple[tuple[str, str, str, str], ...]  # the others
    declared: tuple[tuple[str, str], ...]
    facts_sha256: str
    rulebooks: tuple[BookLine, ...]
    overdue: tuple[str, ...]


def batch_page(verdict: Verdict) -> BatchPage:
    """The view of one verdict."""
    reach, evidence = Reach(verdict), Evidence(verdict)
    parts = Parts(verdict, reach)
    own, other = reasons.against(verdict, reach)
    batch = verdict.batch
    named = dict.fromkeys(
        certificate.product_name for certificate in batch.certificates if certificate.product_name
    )
    rulebooks = tuple(papers.book_line(book, verdict.judged_on) for book in verdict.rulebooks)
    stands = markets.matrix(verdict, reach)
    rule, differing = _decision_rule([*parts.table, *parts.warned, *parts.shown, *parts.met])
    signs, remarks = warned.signs(parts.warned, reach, rule), tuple(warned.remarks(verdict))
    cautions = warned.rows(remarks, warnings=True)
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
        counts=_counts([*parts.table, *parts.law], parts.silent, reach),
        warned=len(signs) + len(cautions),
        signs=signs,
        cautions=cautions,
        closing=markets.rules(parts.closing, reach),
        own=once.causes(reasons.causes(own, evidence, reach)),
        other=once.causes(reasons.causes(parts.without_law(other), evidence, reach)),
        shown=once.rows(tables.shown(parts.shown, evidence, rule)),
        met=aside.met(parts.met, reach, rule),
        conditions=aside.conditions(parts.conditions, reach),
        untested=aside.untested(parts.silent),
        elsewhere=parts.elsewhere(),
        decision_rule=rule,
        differing=differing,
        books=tables.books(parts.table, reach, evidence, rule),
        papers=tuple(papers.paper(certificate) for certificate in batch.certificates),
        remarks=warned.rows(remarks, warnings=False),
        declared=papers.declared(batch.facts),
        facts_sha256=batch.facts.sha256 if batch.facts else "",
        rulebooks=rulebooks,
        overdue=wording.overdue(verdict.rulebooks, verdict.judged_on),
    )


def laboratories(verdict: Verdict) -> str:
    """Every laboratory of a batch, once."""
    named = dict.fromkeys(
        certificate.laboratory
        for certificate in verdict.batch.certificates
        if certificate.laboratory
    )
    return " · ".join(named) or "laboratory not stated"


def _decision_rule(findings: Iterable[Finding]) -> tuple[str, int]:
    """How numbers are decided on this page, and how many are decided otherwise (ISO/IEC 17025:2017
    7.8.6)."""
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
                replace(cause, counted=self._new(cause.counted)) if cause.counted else cause
                for cause in found.reasons
            ),
            unanswered=tuple(
                replace(row, counted=self._new(row.counted)) if row.counted else row
                for row in found.unanswered
            ),
        )

    def rows(self, rows: Iterable[FindingRow]) -> tuple[FindingRow, ...]:
        return tuple(
            row._replace(limit=row.limit._replace(counted=self._new(row.limit.counted)))
            if row.limit.counted
            else row
            for row in rows
        )

    def _new(self, counted: tuple[str, ...]) -> tuple[str, ...]:
        new = tuple(words for words in counted if words not in self._told)
        self._told.update(new)
        return new


def _counts(
    answered: Sequence[Finding], silent: Sequence[Finding], reach: Reach
) -> tuple[Count, ...]:
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
