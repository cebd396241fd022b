"""Everything a batch page prints, computed once so that the template only loops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from kratom_qc import wording
from kratom_qc.model import Decision, Finding, Outcome, Verdict
from kratom_qc.report import papers, reasons
from kratom_qc.report.bars import Bar, bar
from kratom_qc.report.evidence import Evidence, where
from kratom_qc.report.papers import BookLine, Paper
from kratom_qc.report.reasons import Causes, LimitLine, Reach


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
class Markets:
    """The markets of one decision."""

    decision: str
    says: str
    chips: tuple[tuple[str, str], ...]  # market, title


@dataclass(frozen=True, slots=True)
class Shown:
    """A limit that decides nothing today and would not be met."""

    outcome: str
    subject: str
    limit: LimitLine
    advisory: str
    counted: tuple[str, ...]


class Untested(NamedTuple):
    """Assays nobody reported and no limit requires, under one reason for silence."""

    because: str
    assays: tuple[tuple[str, tuple[str, ...]], ...]  # rulebooks, the analytes they alone speak of


class FindingRow(NamedTuple):
    """One line of the table of findings, in the order its macro takes: its markup is kept from page to page."""

    outcome: str
    decides: bool
    subject: str
    value: str
    also: str
    cell: str
    limit: str
    status: str
    source: str
    rule_id: str
    why: str
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Book:
    """One rulebook's findings under its title."""

    id: str
    title: str
    rows: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True)
class BatchPage:
    batch_id: str
    product: str
    product_said: str
    decision: str
    judged_on: str
    laboratories: str
    homes: str
    markets: tuple[Markets, ...]
    counts: tuple[Count, ...]
    own: Causes
    other: Causes
    shown: tuple[Shown, ...]
    attestations: tuple[LimitLine, ...]
    untested: tuple[Untested, ...]
    silent: int  # findings that stand under `untested` only
    books: tuple[Book, ...]
    papers: tuple[Paper, ...]
    remarks: tuple[tuple[str, str, str, str], ...]
    declared: tuple[tuple[str, str], ...]
    facts_sha256: str
    rulebooks: tuple[BookLine, ...]
    stale: tuple[BookLine, ...]


_SAYS = {
    Decision.PASS: "may be sold there today",
    Decision.HOLD: "not before it is cleared up",
    Decision.FAIL: "may not be sold there",
}


def batch_page(verdict: Verdict) -> BatchPage:
    """The view of one verdict."""
    reach, evidence = Reach(verdict), Evidence(verdict)
    answered, silent = _parted(verdict.findings)
    own, other = reasons.against(verdict, reach)
    batch = verdict.batch
    named = dict.fromkeys(analysis.product_name for analysis in batch.analyses if analysis.product_name)
    rulebooks = tuple(papers.book_line(book, verdict.judged_on) for book in verdict.rulebooks)
    once = _Once()
    return BatchPage(
        batch_id=batch.batch_id,
        product=wording.product_name(batch.product),
        product_said=" · ".join(named),
        decision=verdict.decision.value,
        judged_on=verdict.judged_on.isoformat(),
        laboratories=laboratories(verdict),
        homes=", ".join(verdict.home_markets),
        markets=_markets(verdict, reach),
        counts=_counts(answered, silent, reach),
        own=once.causes(reasons.causes(own, evidence, reach)),
        other=once.causes(reasons.causes(other, evidence, reach)),
        shown=once.shown(_shown(answered, reach)),
        attestations=_attestations(answered, reach),
        untested=_untested(silent),
        silent=len(silent),
        books=_books(answered, reach, evidence),
        papers=tuple(papers.paper(analysis) for analysis in batch.analyses),
        remarks=papers.remarks(verdict),
        declared=papers.declared(batch.facts),
        facts_sha256=batch.facts.sha256 if batch.facts else "",
        rulebooks=rulebooks,
        stale=tuple(line for line in rulebooks if line.stale),
    )


def laboratories(verdict: Verdict) -> str:
    """Every laboratory of a batch, once."""
    named = dict.fromkeys(analysis.laboratory for analysis in verdict.batch.analyses if analysis.laboratory)
    return " · ".join(named) or "laboratory not stated"


def _markets(verdict: Verdict, reach: Reach) -> tuple[Markets, ...]:
    rows = []
    for decision in (Decision.PASS, Decision.HOLD, Decision.FAIL):
        chips = tuple((market, reach.title(market)) for market, said in verdict.markets.items() if said is decision)
        if chips:
            rows.append(Markets(decision.value, _SAYS[decision], chips))
    return tuple(rows)


def _parted(findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Findings that say something, and those about what nobody tested and no limit requires."""
    answered: list[Finding] = []
    silent: list[Finding] = []
    for finding in findings:
        (silent if reasons.silent(finding) else answered).append(finding)
    return answered, silent


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


def _shown(findings: Iterable[Finding], reach: Reach) -> tuple[Shown, ...]:
    rows = []
    for finding in findings:
        unmet = finding.outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE)
        if unmet and not finding.decides and not reasons.attested(finding):
            advisory = finding.source.advisory if finding.source is not None else ""
            line = reasons.limit_line(finding, reach)
            rows.append(Shown(finding.outcome.value, reasons.subject(finding), line, advisory, line.counted))
    return tuple(sorted(rows, key=lambda row: row.outcome != Outcome.FAIL.value))


def _attestations(findings: Iterable[Finding], reach: Reach) -> tuple[LimitLine, ...]:
    return tuple(reasons.limit_line(finding, reach) for finding in findings if reasons.attested(finding))


def _untested(silent: Iterable[Finding]) -> tuple[Untested, ...]:
    return _grouped(tuple((_silence(finding), reasons.subject(finding), finding.rulebook) for finding in silent))


@lru_cache(512)  # batches of one product form differ little in what nobody tests
def _grouped(silent: tuple[tuple[str, str, str], ...]) -> tuple[Untested, ...]:
    """Silence by its reason, so that sixty pesticides are one line and not sixty."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for because, subject, book in silent:
        found.setdefault(because, {}).setdefault(subject, {})[book] = None
    return tuple(Untested(because, _by_books(names)) for because, names in found.items())


def _silence(finding: Finding) -> str:
    limit = finding.source
    if limit is not None and finding.when_missing == "note" and limit.silence_because:
        return limit.silence_because
    in_force = finding.status in wording.DECIDING
    return finding.why if in_force else reasons.dates(finding) or finding.why


def _by_books(names: Mapping[str, Iterable[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups: dict[str, list[str]] = {}
    for name, books in names.items():
        groups.setdefault(", ".join(books), []).append(name)
    return tuple((books, tuple(group)) for books, group in groups.items())


def _books(findings: Iterable[Finding], reach: Reach, evidence: Evidence) -> tuple[Book, ...]:
    rows: dict[str, list[FindingRow]] = {}
    for finding in findings:
        rows.setdefault(finding.rulebook, []).append(_finding_row(finding, evidence))
    return tuple(Book(book, reach.title(book), tuple(found)) for book, found in rows.items())


def _finding_row(finding: Finding, evidence: Evidence) -> FindingRow:
    limit = finding.source
    place = finding.place
    cell = where(place) or place.file if place is not None else ""
    value = reasons.understood(finding)
    if not value and (said := evidence.of(finding)):
        value = f"“{said[0].said}”" if said[0].said else ""
    return FindingRow(
        outcome=finding.outcome.value,
        decides=finding.decides,
        subject=reasons.subject(finding),
        value=value,
        also=wording.also_words(finding.interval, finding.unit, limit) if limit is not None else "",
        cell=cell,
        limit=finding.limit or (limit.text if limit is not None else ""),
        status=reasons.dates(finding),
        source=finding.because,
        rule_id=finding.rule_id,
        why="" if finding.outcome is Outcome.PASS else wording.without_counted(finding.why)[0],
        bar=bar(finding) if _telling(finding) else None,
    )


def _telling(finding: Finding) -> bool:
    """Whether a bar says more than the words do: not of a limit that decides nothing and is met, nor of half a value."""
    if finding.outcome is Outcome.MISSING:
        return False
    return finding.decides or finding.outcome is not Outcome.PASS
