"""The summary of a rejudge: which limits were asked again, how many batches changed from what to
what, and why, worst first."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import Limit
from kratom_qc.domain.verdict import Decision, Standing, Verdict
from kratom_qc.report import finding_words, page, reasons
from kratom_qc.report.evidence import Evidence, Quoted
from kratom_qc.report.rendering import render
from kratom_qc.report.scope import RulebookScope
from kratom_qc.vocabulary import wording

Rule = tuple[str, str]  # ids of a rulebook and of a limit in it
Market = tuple[str, str]  # id and title
NOT_JUDGED = "not judged"


class ChangedLimit(NamedTuple):
    """A limit that was asked again, and what has changed; its text and source are empty where it is
    not asked any more."""

    book: str
    rule_id: str
    why: str
    text: str
    source: str


class MarketChanges(NamedTuple):
    """How many batches changed from what to what, in markets where as many did; `same` stay as they
    were."""

    markets: tuple[Market, ...]
    moves: tuple[tuple[str, str, int], ...]
    same: int


class DraftRulebook(NamedTuple):
    """A rulebook that is not law: its file's name and hash."""

    name: str
    sha256: str


class BatchLine(NamedTuple):
    """One batch that changes, in a line: beyond the first, a page would be too long to read."""

    batch_id: str
    product: str
    before: str
    after: str
    markets: str
    rules: str


@dataclass(frozen=True, slots=True)
class Cause:
    """The finding that decides now, or one that stands beside it."""

    outcome: str
    subject: str
    limit: str
    rule_id: str
    book: str
    source: str
    dates: str
    why: str
    changed: str  # what has changed about the limit since then
    statements: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class MarketMove:
    """Markets that changed alike."""

    before: str
    after: str
    says: str
    markets: tuple[Market, ...]


@dataclass(frozen=True, slots=True)
class CauseMoves:
    """Everything that one cause changes; no cause where every limit is met now. `was` are the rules
    that decided then, and what has changed about them."""

    cause: Cause | None
    moves: tuple[MarketMove, ...]
    was: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BatchCard:
    """One batch that changes. `clear` is what else was asked again and stands against it: to be
    cleared up too."""

    batch_id: str
    product: str
    laboratories: str
    before: str
    after: str
    moves: tuple[CauseMoves, ...]
    clear: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class RejudgedPage:
    """Everything the summary prints. `then` are the first and the last day on which the batches
    were judged; `kept` says whether tables stand beside the page."""

    name: str
    on: date
    then: tuple[date, date] | None
    drafts: tuple[DraftRulebook, ...]
    batches: int
    changed: int
    homes: tuple[str, ...]
    own: MarketChanges
    markets: tuple[MarketChanges, ...]
    same_markets: tuple[str, ...]
    asked: tuple[ChangedLimit, ...]
    everything: bool
    cards: tuple[BatchCard, ...]
    lines: tuple[BatchLine, ...]
    kept: bool
    overdue: tuple[str, ...]


def changed_limits(why: Mapping[Rule, str], limits: Mapping[Rule, Limit]) -> Iterable[ChangedLimit]:
    """The limits of a rejudge, in the order of `why`, which says what has changed about each."""
    for (book, rule_id), changed in why.items():
        limit = limits.get((book, rule_id))
        text, source = ("", "") if limit is None else (limit.text, limit.because)
        yield ChangedLimit(book, rule_id, changed, text, source)


def rejudged_page(view: RejudgedPage, *, program: str) -> str:
    """The summary as one self-contained page. Same answer, same text."""
    title = "What if" if view.drafts else "Judged again"
    title += f": {view.changed} of {view.batches} batches change"
    return render("rejudged.html", page=view, title=title, program=program)


# ---------------------------------------------------------------- one batch


def card(
    verdict: Verdict,
    before: Mapping[str | None, Decision | None],
    rules_before: Mapping[str, str],
    why: Mapping[Rule, str],
) -> BatchCard:
    """A batch that changes. `before` is what was decided then, by market (None is its own verdict);
    `rules_before` names the markets that changed, with the rule that decided there then ("": none),
    and `why` what has changed about limits since."""
    causes = _Causes(verdict, why)
    standings = {standing.market: standing for standing in verdict.standings}
    alike: dict[Rule | None, list[Standing]] = {}  # by what decides now
    for market in rules_before:
        finding = standings[market].finding
        alike.setdefault(_rule(finding), []).append(standings[market])
    return BatchCard(
        batch_id=verdict.batch.batch_id,
        product=wording.product_name(verdict.batch.judged_as),
        laboratories=page.laboratories(verdict),
        before=_word(before[None]),
        after=verdict.decision.value,
        moves=tuple(
            CauseMoves(
                causes.of(group[0].finding),
                _moves(group, before),
                causes.changed(rules_before[standing.market] for standing in group),
            )
            for group in alike.values()
        ),
        clear=tuple(causes.beside(alike)),
    )


class _Causes:
    """Findings on one batch as causes to change, with what has changed about their limits."""

    def __init__(self, verdict: Verdict, why: Mapping[Rule, str]):
        self.verdict, self.why = verdict, why
        self.evidence, self.reach = Evidence(verdict), RulebookScope(verdict)

    def of(self, finding: Finding | None) -> Cause | None:
        return None if finding is None else self._cause(finding)

    def _cause(self, finding: Finding) -> Cause:
        line = reasons.limit_line(finding, self.reach)
        return Cause(
            outcome=finding.outcome.value,
            subject=finding_words.subject(finding),
            limit=line.text,
            rule_id=finding.rule_id,
            book=finding.rulebook,
            source=finding.because,
            dates=line.dates,
            why=line.why,
            changed=self.why.get((finding.rulebook, finding.rule_id), ""),
            statements=self.evidence.of_all([finding])[0],
        )

    def changed(self, rule_ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Rules with what has changed about them, each once."""
        why = {rule_id: changed for (_, rule_id), changed in self.why.items()}
        return tuple((rule, why.get(rule, "")) for rule in dict.fromkeys(rule_ids) if rule)

    def beside(self, deciding: Container[Rule | None]) -> Iterable[Cause]:
        """What was asked again, decides nothing alone and stands against the batch, worst first."""
        against = [
            finding
            for finding in self.verdict.findings
            if finding.decides
            and finding.outcome is not Outcome.PASS
            and _rule(finding) in self.why
            and _rule(finding) not in deciding
        ]
        against.sort(key=lambda finding: finding.outcome is not Outcome.FAIL)
        return map(self._cause, against)


def _moves(
    standings: Iterable[Standing], before: Mapping[str | None, Decision | None]
) -> tuple[MarketMove, ...]:
    alike: dict[tuple[str, str, str], list[Market]] = {}
    for standing in standings:
        move = _word(before[standing.market]), standing.decision.value, str(standing.status)
        alike.setdefault(move, []).append((standing.market, standing.title))
    return tuple(MarketMove(*move, tuple(markets)) for move, markets in alike.items())


def _rule(finding: Finding | None) -> Rule | None:
    return None if finding is None else (finding.rulebook, finding.rule_id)


def _word(decision: Decision | None) -> str:
    return NOT_JUDGED if decision is None else decision.value
