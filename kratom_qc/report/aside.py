"""What a page shows in lists: limits that are met and decide nothing, conditions for the seller,
what nobody tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from kratom_qc.domain.finding import Finding
from kratom_qc.domain.limit import DECIDING
from kratom_qc.report import reasons
from kratom_qc.report.evidence import where
from kratom_qc.report.reasons import Reach


class Listed(NamedTuple):
    """What one rulebook says in lines without a table, by the source that says it."""

    book: str
    title: str
    sources: tuple[
        tuple[str, str, tuple[tuple[str, str], ...]], ...
    ]  # dates, source, (text, rule id) of each


class Untested(NamedTuple):
    """Assays nobody reported and no limit requires, under one reason for silence."""

    because: str
    assays: tuple[tuple[str, tuple[str, ...]], ...]  # rulebooks, the analytes they alone speak of


def conditions(findings: Iterable[Finding], reach: Reach) -> tuple[Listed, ...]:
    """Attestations: what a market asks of the seller and no laboratory can show."""
    return _listed(((finding, finding.limit) for finding in findings), reach)


def met(findings: Iterable[Finding], reach: Reach, rule: str) -> tuple[Listed, ...]:
    """Limits that are met and decide nothing, each with the value and its cell; `rule` is the
    page's decision rule."""
    return _listed(((finding, _met(finding, rule)) for finding in findings), reach)


def _met(finding: Finding, rule: str) -> str:
    value, place = reasons.understood(finding), finding.ref
    cell = f"({where(place) or place.file})" if place is not None else ""
    said = f"{' '.join(filter(None, (reasons.subject(finding), value, cell)))}: {finding.limit or finding.why}"
    other = (
        f"decision rule: {finding.decision_rule}" if finding.decision_rule not in ("", rule) else ""
    )
    return "; ".join(filter(None, (said, other, reasons.replaces(finding.source))))


def _listed(told: Iterable[tuple[Finding, str]], reach: Reach) -> tuple[Listed, ...]:
    rows = tuple(
        (one.rulebook, reasons.dates(one), one.because, text, one.rule_id) for one, text in told
    )
    return tuple(Listed(book, reach.title(book), sources) for book, sources in _by_source(rows))


@lru_cache(512)  # what a market asks of the seller is the same for every batch of a product form
def _by_source(rows: tuple[tuple[str, str, str, str, str], ...]) -> tuple[tuple[str, Any], ...]:
    found: dict[str, dict[tuple[str, str], list[tuple[str, str]]]] = {}
    for book, dates, source, text, rule_id in rows:
        found.setdefault(book, {}).setdefault((dates, source), []).append((text, rule_id))
    return tuple(
        (book, tuple((*source, tuple(texts)) for source, texts in sources.items()))
        for book, sources in found.items()
    )


def untested(silent: Iterable[Finding]) -> tuple[Untested, ...]:
    """What nobody tested, by the reason why that does not hold the batch."""
    return _grouped(
        tuple((_silence(finding), reasons.subject(finding), finding.rulebook) for finding in silent)
    )


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
    in_force = finding.status in DECIDING
    return finding.why if in_force else reasons.dates(finding) or finding.why


def _by_books(names: Mapping[str, Iterable[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups: dict[str, list[str]] = {}
    for name, books in names.items():
        groups.setdefault(", ".join(books), []).append(name)
    return tuple((books, tuple(group)) for books, group in groups.items())
