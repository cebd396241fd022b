"""Everything a batch page prints, computed once so that the template only loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report import finding_tables, markets, not_deciding, provenance, reasons, screening
from kratom_qc.report.evidence import Evidence
from kratom_qc.report.finding_tables import FindingRow, LimitCells, RulebookTable
from kratom_qc.report.markets import Group, Rule
from kratom_qc.report.not_deciding import BookLines, Untested, UntestedFamily
from kratom_qc.report.provenance import CertificateSection, RulebookLine
from kratom_qc.report.reasons import Causes, Reason, Unanswered
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.screening import WARNING, Sign
from kratom_qc.report.sections import Elsewhere, Sections
from kratom_qc.report.unread import UnreadText, unread_texts
from kratom_qc.vocabulary import wording
from kratom_qc.vocabulary.hazards import hazard_families

Counting = TypeVar("Counting", Reason, Unanswered, LimitCells)  # has summands counted as 0


class Count(NamedTuple):
    """How many limits decide, and how they came out. `open` is undecided: a reason to hold."""

    what: str
    decide: int
    passed: int
    failed: int
    open: int
    untested: int


class DecisionRule(NamedTuple):
    """How most numbers of a page are decided, and how many are decided otherwise (ISO/IEC
    17025:2017 7.8.6)."""

    usual: str
    differing: int


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
    beside_headline: tuple[str, ...]  # the states counted, and that local bans are not complete
    markets: tuple[Group, ...]
    counts: tuple[Count, ...]
    warned: int
    signs: tuple[Sign, ...]
    cautions: tuple[Remark, ...]  # remarks of severity warning
    unread: tuple[UnreadText, ...]
    closing: tuple[Rule, ...]  # what closes a market whatever a laboratory finds, and decides none
    own: Causes
    other: Causes
    shown: tuple[FindingRow, ...]
    met: tuple[BookLines, ...]
    conditions: tuple[BookLines, ...]
    families: tuple[UntestedFamily, ...]  # of hazards, what was neither tested nor required
    panel: str  # what a reader of a PASS must know first: that no adulterant was looked for
    compared: str  # when the limits that decide were last compared with their sources
    untested: tuple[Untested, ...]
    elsewhere: tuple[Elsewhere, ...]
    decision_rule: str  # of every number that names no other
    differing: int  # numbers decided by another one
    books: tuple[RulebookTable, ...]
    certificates: tuple[CertificateSection, ...]
    remarks: tuple[Remark, ...]  # the others
    declared: tuple[tuple[str, str], ...]
    facts_sha256: str
    rulebooks: tuple[RulebookLine, ...]
    overdue: tuple[str, ...]


def batch_page(verdict: Verdict) -> BatchPage:
    """The view of one verdict."""
    scope, evidence, batch = RulebookScope(verdict), Evidence(verdict), verdict.batch
    sections = Sections(verdict, scope)
    against = reasons.against(verdict, scope)
    groups = markets.matrix(verdict, scope)
    numeric = (*sections.table, *sections.warned, *sections.shown, *sections.met)
    rule = _decision_rule(numeric)
    remarks = screening.remarks(verdict)
    cautions = tuple(remark for remark in remarks if remark.severity == WARNING)
    signs = screening.signs(sections.warned, scope, rule.usual)
    once = _FirstMention()
    return BatchPage(
        batch_id=batch.batch_id,
        product=wording.product_name(batch.product),
        product_said=_each_once(certificate.product_name for certificate in batch.certificates),
        decision=verdict.decision.value,
        judged_on=verdict.judged_on.isoformat(),
        laboratories=laboratories(verdict),
        homes=", ".join(verdict.home_markets),
        headline=markets.headline(groups),
        beside_headline=markets.beside_headline(groups),
        markets=groups,
        counts=_counts([*sections.table, *sections.law], sections.untested, scope),
        warned=len(signs) + len(cautions),
        signs=signs,
        cautions=cautions,
        unread=unread_texts(batch),
        closing=markets.rules(sections.closing, scope),
        own=once.causes(reasons.causes(against.own, evidence, scope)),
        other=once.causes(reasons.causes(sections.without_law(against.markets), evidence, scope)),
        shown=once.rows(finding_tables.not_met_rows(sections.shown, evidence, rule.usual)),
        met=not_deciding.met(sections.met, scope, rule.usual),
        conditions=not_deciding.conditions(sections.conditions, scope),
        families=not_deciding.families(sections.untested, batch),
        panel=_panel(batch),
        compared=_compared([*sections.table, *sections.law]),
        untested=not_deciding.untested(sections.untested),
        elsewhere=sections.elsewhere(),
        decision_rule=rule.usual,
        differing=rule.differing,
        books=finding_tables.rulebook_tables(sections.table, scope, evidence, rule.usual),
        certificates=tuple(map(provenance.certificate_section, batch.certificates)),
        remarks=tuple(remark for remark in remarks if remark.severity != WARNING),
        declared=provenance.declared(batch.facts),
        facts_sha256=batch.facts.sha256 if batch.facts else "",
        rulebooks=tuple(
            provenance.rulebook_line(book, verdict.judged_on) for book in verdict.rulebooks
        ),
        overdue=wording.overdue(verdict.rulebooks, verdict.judged_on),
    )


def _panel(batch: Batch) -> str:
    adulterants = hazard_families()["adulterants"]
    tested = any(
        result.measured and result.analyte in adulterants.members
        for certificate in batch.certificates
        for result in certificate.results
    )
    return "" if tested else "no adulterant panel was tested"


def _compared(deciding: Iterable[Finding]) -> str:
    """When the limits that decide were last compared with their sources: `3 on 2026-10-10, 41 on
    2026-11-22`, the oldest first."""
    sources = (finding.source for finding in deciding if finding.decides)
    days = Counter(limit.checked_on for limit in sources if limit and limit.checked_on)
    return ", ".join(f"{count} on {day}" for day, count in sorted(days.items()))


def laboratories(verdict: Verdict) -> str:
    """Every laboratory of a batch, once."""
    names = (certificate.laboratory for certificate in verdict.batch.certificates)
    return _each_once(names) or "laboratory not stated"


def _each_once(names: Iterable[str]) -> str:
    return " · ".join(dict.fromkeys(filter(None, names)))


def _decision_rule(findings: Iterable[Finding]) -> DecisionRule:
    rules = Counter(finding.decision_rule for finding in findings if finding.decision_rule)
    if not rules:
        return DecisionRule("", 0)
    ((usual, count),) = rules.most_common(1)
    return DecisionRule(usual, rules.total() - count)


class _FirstMention:
    """Long lists of what was not measured stand once on a page: where the reader meets them first.
    Remembers what it has let through."""

    def __init__(self) -> None:
        self._mentioned: set[str] = set()

    def causes(self, causes: Causes) -> Causes:
        return causes._replace(
            reasons=tuple(map(self._once, causes.reasons)),
            unanswered=tuple(map(self._once, causes.unanswered)),
        )

    def rows(self, rows: Iterable[FindingRow]) -> tuple[FindingRow, ...]:
        return tuple(row._replace(limit=self._once(row.limit)) for row in rows)

    def _once(self, record: Counting) -> Counting:
        return record._replace(counted=self._new(record.counted))

    def _new(self, counted: tuple[str, ...]) -> tuple[str, ...]:
        new = tuple(words for words in counted if words not in self._mentioned)
        self._mentioned.update(new)
        return new


def _counts(
    answered: Sequence[Finding], untested: Sequence[Finding], scope: RulebookScope
) -> tuple[Count, ...]:
    own = [finding for finding in answered if scope.is_own(finding)]
    own_untested = sum(map(scope.is_own, untested))
    first = _count("for the verdict", own, own_untested)
    if len(own) == len(answered) and own_untested == len(untested):
        return (first,)
    return (first, _count("with every market", answered, len(untested)))


def _count(what: str, answered: Iterable[Finding], untested: int) -> Count:
    outcomes = Counter(finding.outcome for finding in answered if finding.decides)
    passed, failed = outcomes[Outcome.PASS], outcomes[Outcome.FAIL]
    decide = outcomes.total()
    return Count(what, decide, passed, failed, decide - passed - failed, untested)
