"""What a reviewer checks and a first reader does not need: every limit with its outcome, by what it
is about, and what decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import DECIDING, AmountLimit
from kratom_qc.domain.verdict import MarketStatus, Verdict
from kratom_qc.report import finding_words
from kratom_qc.report.evidence import Evidence
from kratom_qc.report.figures import NO_FIGURES, Figures, figures, of_finding
from kratom_qc.report.finding_words import subject, where
from kratom_qc.report.reasons import RANK
from kratom_qc.report.scope import RulebookScope
from kratom_qc.vocabulary import wording
from kratom_qc.vocabulary.derived import operands
from kratom_qc.vocabulary.hazards import HazardFamily, family_of, hazard_families

_FEW = 8  # names that fit a line
_OTHERS = "other markets"
_NO_AMOUNT = "no daily amount is declared"  # as limits per day say it
_OF_A_DAY = ("serving size", "servings per day")


_About = tuple[str, str, str, str]  # subject, value, value in the printed unit, cell
_Texts = dict[tuple[str, tuple[str, ...]], list[Finding]]  # by the limit's text and its notes
_Alike = dict[tuple[Outcome, str, str], _Texts]  # by outcome, condition and why


class DecisionRule(NamedTuple):
    """How most numbers of a page are decided, and how the others are (ISO/IEC 17025:2017 7.8.6)."""

    usual: str
    others: tuple[str, ...]  # each line that one of them decides says so by its number


class LimitsInOneText(NamedTuple):
    """Limits in one text with the ids of their rules, and what is to be said beside them; the text
    is empty where only the page of limits has it."""

    text: str
    rule_ids: tuple[str, ...]
    notes: tuple[str, ...]
    accepts: Figures  # of an amount

    @property
    def told(self) -> str:
        """All of it but the figures."""
        words = " ".join((self.text, *self.rule_ids) if self.text else self.rule_ids)
        return f"{words} ({', '.join(self.notes)})" if self.notes else words


class Outcomes(NamedTuple):
    """The limits that came out alike, for one reason where they are not met."""

    outcome: str
    conditional: str
    why: str
    limits: tuple[LimitsInOneText, ...]

    @property
    def told(self) -> str:
        """Its limits in a line: `As < 2 µg/g SPEC-METALS-AS, US-RI-AS US-UT-AS (pending)`."""
        return ", ".join([limit.told for limit in self.limits])


class Entry(NamedTuple):
    """One value with every limit that it was held against."""

    subject: str
    value: str
    also: str
    cell: str
    figures: Figures
    outcomes: tuple[Outcomes, ...]


class UntestedFamily(NamedTuple):
    """What of a family of hazards was neither tested nor required."""

    name: str
    tested: int  # how many of its members a certificate states
    untested: int  # how many a limit would judge and nobody tested
    names: tuple[str, ...]  # of these, where they are few


def entries(
    findings: Iterable[Finding], evidence: Evidence, scope: RulebookScope, rule: DecisionRule
) -> tuple[Entry, ...]:
    """Findings by the value they are about; `rule` are the decision rules that the page states
    once. Limits of single markets are named by their ids alone."""
    by_value: dict[_About, _Alike] = {}
    for finding in findings:
        outcomes = by_value.setdefault(_about(finding, evidence), {})
        by_text = outcomes.setdefault((finding.outcome, finding.conditional, _why(finding)), {})
        by_text.setdefault((_text(finding, scope), _notes(finding, rule)), []).append(finding)
    return tuple([Entry(*about, *_held_against(alike)) for about, alike in by_value.items()])


def _held_against(alike: _Alike) -> tuple[Figures, tuple[Outcomes, ...]]:
    """The figures of the value, and its outcomes, the worst first."""
    outcomes = [
        Outcomes(outcome.value, conditional, why, _by_text(by_text))
        for (outcome, conditional, why), by_text in alike.items()
    ]
    if len(outcomes) > 1:
        outcomes.sort(key=lambda outcome: RANK[Outcome(outcome.outcome)])
    first = next(iter(next(iter(alike.values())).values()))[0]
    return of_finding(first), tuple(outcomes)


def _about(finding: Finding, evidence: Evidence) -> _About:
    ref = finding.ref
    return (
        subject(finding),
        finding_words.understood(finding) or _quoted(finding, evidence),
        finding_words.in_printed_unit(finding),
        where(ref) or finding_words.file_of(ref),
    )


def _quoted(finding: Finding, evidence: Evidence) -> str:
    """The laboratory's words where they are no amount."""
    statements = evidence.of(finding)
    printed = statements[0].said if statements else ""
    return f"“{printed}”" if printed else ""


def _why(finding: Finding) -> str:
    """Why a limit is not met. Of one that nobody has confirmed, and of one that decides nothing,
    only that: the rest stands on the page of limits."""
    if finding.outcome is Outcome.PASS:
        return ""
    why = wording.without_counted(finding.why)[0]
    settled = finding.decides and not finding_words.unsettled(finding.source)
    return why if settled else finding_words.gist(why)


def _text(finding: Finding, scope: RulebookScope) -> str:
    """What a limit asks of its subject, which stands before it; nothing for one of a single market
    elsewhere."""
    if finding.market is not None and not scope.is_own(finding):
        return ""
    text, about = finding_words.limit_text(finding), f"{subject(finding)} "
    return text[len(about) :] if text.casefold().startswith(about.casefold()) else text


def _by_text(texts: _Texts) -> tuple[LimitsInOneText, ...]:
    return tuple(
        [
            LimitsInOneText(
                text, tuple([finding.rule_id for finding in alike]), notes, _accepts(text, alike[0])
            )
            for (text, notes), alike in texts.items()
        ]
    )


def _accepts(text: str, finding: Finding) -> Figures:
    limit = finding.source
    if not text or not isinstance(limit, AmountLimit):
        return NO_FIGURES
    return figures(limit.acceptance_interval, limit.unit)


def _notes(finding: Finding, rule: DecisionRule) -> tuple[str, ...]:
    stands = "" if finding.status in DECIDING else standing(finding)
    decided = finding.decision_rule
    other = f"decision rule {rule.others.index(decided) + 2}" if decided in rule.others else ""
    return tuple(filter(None, (stands, other)))


def standing(finding: Finding) -> str:
    """How a finding's limit stands: `in force`, `compendial`."""
    return finding.status.replace("_", " ")


def conditions(findings: Iterable[Finding], verdict: Verdict) -> tuple[tuple[str, int], ...]:
    """How many conditions no laboratory can test: where the batch may be sold by market, then those
    of all other rulebooks together."""
    open_markets = {
        standing.market: standing.title
        for standing in verdict.standings
        if standing.status is MarketStatus.SOLD
    }
    numbers = Counter(open_markets.get(finding.rulebook, _OTHERS) for finding in findings)
    return tuple(sorted(numbers.items(), key=lambda number: number[0] == _OTHERS))


def undeclared(silent: Iterable[Finding]) -> tuple[str, ...]:
    """What stands instead, where something was measured and nobody declared what a limit needs: the
    figure per gram where no daily amount is declared."""
    lines: dict[str, None] = {}
    for finding in silent:
        limit, quantity = finding.source, finding.quantity
        if isinstance(limit, AmountLimit) and limit.declared_only and quantity is not None:
            lines[_declared_in_part(quantity.missing, limit.silence_because)] = None
    return tuple(filter(None, lines))


def _declared_in_part(missing: Sequence[str], silence_because: str) -> str:
    """What stands instead; where some of what makes a day is declared, with what is not: servings a
    day without the size of a serving are no amount."""
    if not missing or {*_OF_A_DAY} <= {*missing}:
        return silence_because
    lacking = " and ".join(f"the {what}" for what in missing)
    return silence_because.replace(
        _NO_AMOUNT, f"no daily amount is known, because {lacking} is not declared"
    )


def families(silent: Iterable[Finding], batch: Batch) -> tuple[UntestedFamily, ...]:
    """What was neither tested nor required, a line for each family of hazards and one for the
    rest."""
    tested = {
        result.analyte
        for certificate in batch.certificates
        for result in certificate.results
        if result.measured
    }
    unasked: dict[str, list[Finding]] = {}
    about = {finding.analyte or subject(finding): finding for finding in silent}
    for finding in about.values():  # many a limit is of one analyte
        family = _family(finding.analyte or "")
        if family is None or finding.analyte not in tested:
            unasked.setdefault(family.id if family else "", []).append(finding)
    lines = [
        _untested(family.name, len(family.members & tested), unasked.get(family.id, ()))
        for family in hazard_families().values()
    ]
    lines.append(_untested("other properties", 0, unasked.get("", ())))
    return tuple(line for line in lines if line.untested)


def _untested(name: str, tested: int, silent: Sequence[Finding]) -> UntestedFamily:
    names = tuple(map(subject, silent)) if len(silent) <= _FEW else ()
    return UntestedFamily(name, tested, len(silent), names)


@lru_cache(8192)  # asked for every finding of every batch
def _family(analyte: str) -> HazardFamily | None:
    """The family of what a finding is about, be it a sum of its members."""
    of_parts = (family_of(part) for part in sorted(operands(analyte)))
    return family_of(analyte) or next(filter(None, of_parts), None)
