"""Everything a batch page prints, computed once so that the template only loops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kratom_qc import wording
from kratom_qc.model import Analysis, Decision, Finding, Outcome, ProductFacts, Remark, Result, Rulebook, Verdict, plain
from kratom_qc.report import reasons
from kratom_qc.report.bars import Bar, bar
from kratom_qc.report.evidence import Evidence, where
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


@dataclass(frozen=True, slots=True)
class Untested:
    """Assays nobody reported and no limit requires, under one reason for silence."""

    because: str
    assays: tuple[tuple[str, tuple[str, ...]], ...]  # rulebooks, the analytes they alone speak of


@dataclass(frozen=True, slots=True)
class FindingRow:
    outcome: str
    subject: str
    value: str
    also: str
    cell: str
    limit: str
    rule_id: str
    why: str
    source: str
    bar: Bar | None
    decides: bool
    status: str


@dataclass(frozen=True, slots=True)
class Book:
    """One rulebook's findings under its title."""

    id: str
    title: str
    rows: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True)
class ResultRow:
    analyte: str
    detail: str
    known: bool
    said: str
    unit: str
    understood: str
    also: str
    basis: str
    lod: str
    loq: str
    uncertainty: str
    method: str
    stated: str
    cell: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One certificate: where it came from and what it says."""

    file: str
    sha256: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[ResultRow, ...]
    has: frozenset[str]  # optional columns that are not empty


@dataclass(frozen=True, slots=True)
class BookLine:
    id: str
    title: str
    version: str
    checked_on: str
    sha256: str
    stale: str


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
    own, other = reasons.against(verdict, reach)
    batch = verdict.batch
    named = dict.fromkeys(analysis.product_name for analysis in batch.analyses if analysis.product_name)
    rulebooks = tuple(_book_line(book, verdict.judged_on) for book in verdict.rulebooks)
    return BatchPage(
        batch_id=batch.batch_id,
        product=wording.product_name(batch.product),
        product_said=" · ".join(named),
        decision=verdict.decision.value,
        judged_on=verdict.judged_on.isoformat(),
        laboratories=laboratories(verdict),
        homes=", ".join(verdict.home_markets),
        markets=_markets(verdict, reach),
        counts=_counts(verdict, reach),
        own=reasons.causes(own, evidence, reach),
        other=reasons.causes(other, evidence, reach),
        shown=_shown(verdict.findings, reach),
        attestations=_attestations(verdict.findings, reach),
        untested=_untested(verdict.findings),
        books=_books(verdict.findings, reach, evidence),
        papers=tuple(_paper(analysis) for analysis in batch.analyses),
        remarks=_remarks(verdict),
        declared=_declared(batch.facts),
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


def _counts(verdict: Verdict, reach: Reach) -> tuple[Count, ...]:
    own = [finding for finding in verdict.findings if reach.own(finding)]
    first = _count("for the verdict", own)
    return (first,) if len(own) == len(verdict.findings) else (first, _count("with every market", verdict.findings))


def _count(what: str, findings: Iterable[Finding]) -> Count:
    passed = failed = undecided = untested = 0
    for finding in findings:
        if not finding.decides:
            untested += reasons.silent(finding)
        elif finding.outcome is Outcome.PASS:
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
            rows.append(Shown(finding.outcome.value, reasons.subject(finding), line, advisory))
    return tuple(sorted(rows, key=lambda row: row.outcome != Outcome.FAIL.value))


def _attestations(findings: Iterable[Finding], reach: Reach) -> tuple[LimitLine, ...]:
    return tuple(reasons.limit_line(finding, reach) for finding in findings if reasons.attested(finding))


def _untested(findings: Iterable[Finding]) -> tuple[Untested, ...]:
    """Silence by its reason, so that sixty pesticides are one line and not sixty."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for finding in findings:
        if not reasons.silent(finding):
            continue
        because = _silence(finding)
        names = found.setdefault(because, {})
        names.setdefault(reasons.subject(finding), {})[finding.rulebook] = None
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
        subject=reasons.subject(finding),
        value=value,
        also=wording.also_words(finding.interval, finding.unit, limit) if limit is not None else "",
        cell=cell,
        limit=finding.limit or (limit.text if limit is not None else ""),
        rule_id=finding.rule_id,
        why="" if finding.outcome is Outcome.PASS or reasons.silent(finding) else finding.why,
        source=finding.because,
        bar=bar(finding),
        decides=finding.decides,
        status=reasons.dates(finding),
    )


# ---------------------------------------------------------------- certificates


_OPTIONAL = ("basis", "lod", "loq", "uncertainty", "method", "stated")


def _paper(analysis: Analysis) -> Paper:
    rows = tuple(_result_row(result) for result in analysis.results)
    dated = [("received", analysis.received_on), ("tested", analysis.tested_on), ("issued", analysis.issued_on)]
    facts = [
        ("Laboratory", analysis.laboratory),
        ("Accreditation", analysis.accreditation),
        ("Certificate", analysis.certificate_id),
        ("Batch", analysis.batch_id),
        ("Product as printed", analysis.product_name),
        ("Dates", ", ".join(f"{what} {day.isoformat()}" for what, day in dated if day)),
        *((name.replace("_", " ").capitalize(), said) for name, said in analysis.declared.items()),
    ]
    has = frozenset(name for name in _OPTIONAL if any(getattr(row, name) for row in rows))
    stated = tuple((name, said or "not stated") for name, said in facts)
    return Paper(analysis.file, analysis.sha256, stated, rows, has)


def _result_row(result: Result) -> ResultRow:
    name = wording.subject_name(result.analyte) if result.known else result.analyte
    if result.text is not None and not result.unit:
        understood = "described" if result.known else "not understood"
    else:
        understood = wording.value_words(result.interval, result.unit, (result,)) if result.measured else "no value"
    basis = "" if result.basis == "as received" else result.basis
    portion = f"in {wording.shown(result.portion)}{wording.THIN}g" if result.portion else ""
    detail = " · ".join(filter(None, (result.species, f"replicate {result.replicate}" if result.replicate else "")))
    return ResultRow(
        analyte=name,
        detail=detail,
        known=result.known,
        said=result.said,
        unit=result.unit_said,
        understood=understood,
        also=wording.also_words(result.interval, result.unit, None),
        basis=" · ".join(filter(None, (basis, portion))),
        lod=wording.shown(result.lod) if result.lod is not None else "",
        loq=wording.shown(result.loq) if result.loq is not None else "",
        uncertainty=f"±{wording.THIN}{wording.shown(result.uncertainty)}" if result.uncertainty is not None else "",
        method=result.method,
        stated=result.stated_verdict,
        cell=where(result.place),
    )


def _remarks(verdict: Verdict) -> tuple[tuple[str, str, str, str], ...]:
    """Warnings before notes; a remark told by the batch and its certificate stands once."""
    every: dict[Remark, None] = dict.fromkeys(verdict.batch.remarks)
    for analysis in verdict.batch.analyses:
        every.update(dict.fromkeys(analysis.remarks))
    ordered = sorted(every, key=lambda remark: remark.severity != "warning")
    return tuple((remark.severity, remark.message, remark.place.file, where(remark.place)) for remark in ordered)


# ---------------------------------------------------------------- provenance

_FACTS = (
    ("serving_g", "Serving", "g"),
    ("serving_ml", "Serving", "mL"),
    ("servings_per_day", "Servings per day", ""),
    ("servings_per_container", "Servings per container", ""),
    ("net_g", "Net content", "g"),
    ("net_ml", "Net content", "mL"),
    ("density_g_per_ml", "Density", "g/mL"),
)


def _declared(facts: ProductFacts | None) -> tuple[tuple[str, str], ...]:
    if facts is None:
        return ()
    rows = [("Applies to", facts.match)] if facts.match else []
    rows += [("Form", wording.product_name(facts.form))] if facts.form else []
    for field, name, unit in _FACTS:
        number = getattr(facts, field)
        if number is not None:
            rows.append((name, f"{plain(number)}{wording.THIN}{unit}" if unit else plain(number)))
    rows += [(f"Claims {wording.subject_name(name)}", wording.amount(much, unit)) for name, much, unit in facts.claims]
    return tuple(rows)


def _book_line(book: Rulebook, judged_on: date) -> BookLine:
    overdue = book.overdue(judged_on)
    return BookLine(book.id, book.title, book.version, book.checked_on.isoformat(), book.sha256, overdue)
