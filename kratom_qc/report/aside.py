"""What a page shows and what decides nothing: limits that would not be met, conditions for the seller, what nobody tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from kratom_qc import wording
from kratom_qc.model import Finding, Outcome
from kratom_qc.report import reasons
from kratom_qc.report.reasons import LimitLine, Reach
from kratom_qc.report.warned import warns


@dataclass(frozen=True, slots=True)
class Shown:
    """A limit that decides nothing today and would not be met, or of which nobody can tell."""

    outcome: str
    subject: str
    limit: LimitLine
    advisory: str
    counted: tuple[str, ...]


class Conditions(NamedTuple):
    """What one rulebook asks of the seller and no laboratory can show, by the source that asks it."""

    book: str
    title: str
    sources: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]  # dates, source, (text, rule id) of each


class Untested(NamedTuple):
    """Assays nobody reported and no limit requires, under one reason for silence."""

    because: str
    assays: tuple[tuple[str, tuple[str, ...]], ...]  # rulebooks, the analytes they alone speak of


def shown(findings: Iterable[Finding], reach: Reach) -> tuple[Shown, ...]:
    """What would not be met, before what nobody can tell; screens that warn stand near the verdict instead."""
    rows = []
    for finding in findings:
        unmet = finding.outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE)
        if unmet and not finding.decides and not warns(finding):
            advisory = finding.source.advisory if finding.source is not None else ""
            line = reasons.limit_line(finding, reach)
            rows.append(Shown(finding.outcome.value, reasons.subject(finding), line, advisory, line.counted))
    return tuple(sorted(rows, key=lambda row: row.outcome != Outcome.FAIL.value))


def conditions(findings: Iterable[Finding], reach: Reach) -> tuple[Conditions, ...]:
    """Attestations by rulebook and source."""
    asked = tuple((one.rulebook, reasons.dates(one), one.because, one.limit, one.rule_id) for one in findings)
    return tuple(Conditions(book, reach.title(book), sources) for book, sources in _by_source(asked))


@lru_cache(512)  # what a market asks of the seller is the same for every batch of a product form
def _by_source(asked: tuple[tuple[str, str, str, str, str], ...]) -> tuple[tuple[str, Any], ...]:
    found: dict[str, dict[tuple[str, str], list[tuple[str, str]]]] = {}
    for book, dates, source, text, rule_id in asked:
        found.setdefault(book, {}).setdefault((dates, source), []).append((text, rule_id))
    return tuple(
        (book, tuple((*source, tuple(texts)) for source, texts in sources.items())) for book, sources in found.items()
    )


def untested(silent: Iterable[Finding]) -> tuple[Untested, ...]:
    """What nobody tested, by the reason why that does not hold the batch."""
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
