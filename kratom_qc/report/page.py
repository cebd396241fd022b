"""Everything a batch page says, computed once: whoever renders it only loops. It is plain data, so
that a store keeps it (`kept`) and HTML, PDF and XLSX say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report import (
    annex,
    lead,
    market_words,
    markets,
    picture,
    provenance,
    reasons,
    screening,
    us_map,
)
from kratom_qc.report.annex import DecisionRule, Entry, UntestedFamily
from kratom_qc.report.evidence import Evidence
from kratom_qc.report.lead import Task
from kratom_qc.report.market_words import Elsewhere
from kratom_qc.report.markets import Closed, MarketLine
from kratom_qc.report.picture import Picture
from kratom_qc.report.provenance import CertificateSection, EarlierVerdict, Rulebooks
from kratom_qc.report.reasons import Causes
from kratom_qc.report.scope import RulebookScope
from kratom_qc.report.screening import WARNING, Sign
from kratom_qc.report.sections import Sections
from kratom_qc.vocabulary import wording


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """What decides in ten seconds."""

    decision: str
    warned: int
    sentences: tuple[str, ...]
    tasks: tuple[Task, ...]
    picture: Picture
    map: tuple[us_map.Answer, ...]
    elsewhere: Elsewhere
    cautions: tuple[str, ...]  # about places within states


class Compared(NamedTuple):
    """When somebody last compared the limits that decide with their sources."""

    own: tuple[tuple[str, tuple[str, ...]], ...]  # each day, oldest first, with the rulebooks
    others: tuple[str, ...]  # the first and the last day of those of other markets


@dataclass(frozen=True, slots=True)
class BatchPage:
    """One batch, ready to print."""

    batch_id: str
    product: str
    product_said: str
    laboratories: str
    judged_on: str
    homes: str
    first: FirstScreen
    own: Causes
    signs: tuple[Sign, ...]
    cautions: tuple[Remark, ...]  # remarks of severity warning
    certificates: tuple[CertificateSection, ...]
    closed: tuple[Closed, ...]
    decision_rule: DecisionRule
    compared: Compared
    undeclared: tuple[str, ...]  # what stands where no daily amount is declared
    deciding: tuple[Entry, ...]
    shown: tuple[Entry, ...]  # not met or undecided, and deciding nothing
    met: tuple[tuple[str, int], ...]  # how many limits are met and decide nothing, by standing
    families: tuple[UntestedFamily, ...]  # of hazards, what was neither tested nor required
    conditions: tuple[tuple[str, int], ...]  # for the seller: where, how many
    remarks: tuple[Remark, ...]  # the others
    declared: tuple[tuple[str, str], ...]
    facts_sha256: str
    rulebooks: Rulebooks
    standings: tuple[MarketLine, ...]  # what every market says
    earlier: tuple[EarlierVerdict, ...]
    program: str


def batch_page(
    verdict: Verdict, *, program: str = "", earlier: Iterable[EarlierVerdict] = ()
) -> BatchPage:
    """The view of one verdict; `earlier` are those before it."""
    scope, evidence, batch = RulebookScope(verdict), Evidence(verdict), verdict.batch
    sections = Sections(verdict, scope)
    groups = markets.matrix(verdict, scope)
    own = reasons.against(verdict, scope).own
    rule = _decision_rule((*sections.deciding, *sections.warned, *sections.shown))
    remarks = screening.remarks(verdict)
    cautions = tuple(remark for remark in remarks if remark.severity == WARNING)
    signs = screening.signs(sections.warned, rule.usual)
    warned = len(signs) + len(cautions)
    return BatchPage(
        batch_id=batch.batch_id,
        product=wording.product_name(batch.judged_as),
        product_said=_each_once(certificate.product_name for certificate in batch.certificates),
        laboratories=laboratories(verdict),
        judged_on=verdict.judged_on.isoformat(),
        homes=", ".join(verdict.home_markets),
        first=FirstScreen(
            decision=verdict.decision.value,
            warned=warned,
            sentences=lead.spoken(verdict, own, scope),
            tasks=lead.tasks(verdict, own, evidence.unread, warned),
            picture=picture.picture(filter(scope.is_own, sections.deciding)),
            map=us_map.answers(verdict),
            elsewhere=market_words.elsewhere(verdict),
            cautions=market_words.cautions(groups),
        ),
        own=reasons.causes(own, evidence, scope),
        signs=signs,
        cautions=cautions,
        certificates=tuple(map(provenance.certificate_section, batch.certificates)),
        closed=markets.closed(groups, sections.closing, sections.idle, scope),
        decision_rule=rule,
        compared=_compared((*sections.deciding, *sections.law), scope),
        undeclared=annex.undeclared(sections.untested),
        deciding=annex.entries(sections.deciding, evidence, scope, rule),
        shown=annex.entries(sections.shown, evidence, scope, rule),
        met=tuple(Counter(annex.standing(finding) for finding in sections.met).items()),
        families=annex.families(sections.untested, batch),
        conditions=annex.conditions(sections.conditions, verdict),
        remarks=tuple(remark for remark in remarks if remark.severity != WARNING),
        declared=provenance.declared(batch.facts),
        facts_sha256=batch.facts.sha256 if batch.facts else "",
        rulebooks=provenance.rulebooks(verdict.rulebooks, scope.own_books),
        standings=markets.market_lines(verdict),
        earlier=tuple(earlier),
        program=program,
    )


def _compared(deciding: Iterable[Finding], scope: RulebookScope) -> Compared:
    own: dict[date, dict[str, None]] = {}
    others: set[date] = set()
    for finding in deciding:
        limit = finding.source
        if not (finding.decides and limit and limit.checked_on):
            continue
        if scope.is_own(finding):
            own.setdefault(limit.checked_on, {})[finding.rulebook] = None
        else:
            others.add(limit.checked_on)
    return Compared(
        tuple((day.isoformat(), tuple(own[day])) for day in sorted(own)),
        (min(others).isoformat(), max(others).isoformat()) if others else (),
    )


def laboratories(verdict: Verdict) -> str:
    """Every laboratory of a batch, once."""
    names = (certificate.laboratory for certificate in verdict.batch.certificates)
    return _each_once(names) or "laboratory not stated"


def _each_once(names: Iterable[str]) -> str:
    return " · ".join(dict.fromkeys(filter(None, names)))


def _decision_rule(findings: Iterable[Finding]) -> DecisionRule:
    rules = Counter(finding.decision_rule for finding in findings if finding.decision_rule)
    usual, *others = [rule for rule, _ in rules.most_common()] or [""]
    return DecisionRule(usual, tuple(others))
