"""What decides nothing, in lists: limits that are met, conditions for the seller, what nobody
tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.limit import DECIDING
from kratom_qc.report import finding_words
from kratom_qc.report.finding_words import subject, where
from kratom_qc.report.scope import RulebookScope
from kratom_qc.vocabulary.derived import operands
from kratom_qc.vocabulary.hazards import HazardFamily, family_of, hazard_families

_FEW = 8  # names that fit a line


class SourceLines(NamedTuple):
    """What one source says in lines, each with the id of its rule."""

    dates: str
    source: str
    lines: tuple[tuple[str, str], ...]


class BookLines(NamedTuple):
    """What one rulebook says in lines without a table, by the source that says it."""

    book: str
    title: str
    sources: tuple[SourceLines, ...]


class Untested(NamedTuple):
    """Assays nobody reported and no limit requires, under one reason for silence."""

    because: str
    assays: tuple[tuple[str, tuple[str, ...]], ...]  # rulebooks, the analytes they alone speak of


class UntestedFamily(NamedTuple):
    """What of a family of hazards was neither tested nor required."""

    name: str
    tested: int  # how many of its members a certificate states
    untested: int  # how many a limit would judge and nobody tested
    names: tuple[str, ...]  # of these, where they are few


class _Line(NamedTuple):
    book: str
    dates: str
    source: str
    text: str
    rule_id: str


def conditions(findings: Iterable[Finding], scope: RulebookScope) -> tuple[BookLines, ...]:
    """Attestations: what a market asks of the seller and no laboratory can show."""
    return _book_lines([(finding, finding.limit) for finding in findings], scope)


def met(findings: Iterable[Finding], scope: RulebookScope, rule: str) -> tuple[BookLines, ...]:
    """Limits that are met and decide nothing, each with the value and its cell; `rule` is the
    page's decision rule."""
    return _book_lines([(finding, _met(finding, rule)) for finding in findings], scope)


def _met(finding: Finding, rule: str) -> str:
    ref = finding.ref
    cell = "" if ref is None else f"({where(ref) or ref.file})"
    value = " ".join(filter(None, (subject(finding), finding_words.understood(finding), cell)))
    other = finding_words.own_rule(finding, rule)
    parts = (
        f"{value}: {finding.limit or finding.why}",
        other and f"decision rule: {other}",
        finding_words.replaces(finding.source),
    )
    return "; ".join(filter(None, parts))


def _book_lines(
    texts: Iterable[tuple[Finding, str]], scope: RulebookScope
) -> tuple[BookLines, ...]:
    lines = tuple(
        _Line(
            finding.rulebook, finding_words.dates(finding), finding.because, text, finding.rule_id
        )
        for finding, text in texts
    )
    by_book = _by_source(lines)
    return tuple(BookLines(book, scope.title(book), sources) for book, sources in by_book)


@lru_cache(512)  # what a market asks of the seller is the same for every batch of a product form
def _by_source(lines: tuple[_Line, ...]) -> Sequence[tuple[str, tuple[SourceLines, ...]]]:
    books: dict[str, dict[tuple[str, str], list[tuple[str, str]]]] = {}
    for line in lines:
        sources = books.setdefault(line.book, {})
        sources.setdefault((line.dates, line.source), []).append((line.text, line.rule_id))
    return [
        (book, tuple(SourceLines(*source, tuple(texts)) for source, texts in sources.items()))
        for book, sources in books.items()
    ]


def families(silent: Iterable[Finding], batch: Batch) -> tuple[UntestedFamily, ...]:
    """What was neither tested nor required, a line for each family of hazards."""
    tested = {
        result.analyte
        for certificate in batch.certificates
        for result in certificate.results
        if result.measured
    }
    unasked: dict[str, dict[str, None]] = {}
    for finding in silent:
        family = _family(finding)
        if family is not None and finding.analyte not in tested:
            unasked.setdefault(family.id, {})[subject(finding)] = None
    lines = []
    for family in hazard_families().values():
        names = tuple(unasked.get(family.id, ()))
        few = names if len(names) <= _FEW else ()
        lines.append(UntestedFamily(family.name, len(family.members & tested), len(names), few))
    return tuple(line for line in lines if line.untested)


def _family(finding: Finding) -> HazardFamily | None:
    """The family of what a finding is about, be it a sum of its members."""
    of_parts = (family_of(one) for one in sorted(operands(finding.analyte or "")))
    return family_of(finding.analyte or "") or next(filter(None, of_parts), None)


def untested(silent: Iterable[Finding]) -> tuple[Untested, ...]:
    """What else nobody tested, by the reason why that does not hold the batch."""
    return _by_reason(
        tuple(
            (_silence(finding), subject(finding), finding.rulebook)
            for finding in silent
            if _family(finding) is None
        )
    )


@lru_cache(512)  # batches of one product form differ little in what nobody tests
def _by_reason(silent: tuple[tuple[str, str, str], ...]) -> tuple[Untested, ...]:
    """Silence by its reason, so that sixty pesticides are one line and not sixty."""
    reasons: dict[str, dict[str, dict[str, None]]] = {}
    for because, name, book in silent:
        reasons.setdefault(because, {}).setdefault(name, {})[book] = None
    return tuple(Untested(because, _by_books(names)) for because, names in reasons.items())


def _silence(finding: Finding) -> str:
    limit = finding.source
    if limit is not None and finding.when_missing == "note" and limit.silence_because:
        return limit.silence_because
    if finding.status in DECIDING:
        return finding.why
    return finding_words.dates(finding) or finding.why


def _by_books(names: Mapping[str, Iterable[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups: dict[str, list[str]] = {}
    for name, books in names.items():
        groups.setdefault(", ".join(books), []).append(name)
    return tuple((books, tuple(group)) for books, group in groups.items())
