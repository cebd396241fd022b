"""The summary of a rejudge: which limits were asked again, how many batches moved where, and why,
worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import Limit
from kratom_qc.domain.verdict import Decision, Standing, Verdict
from kratom_qc.report import finding_words, page, reasons
from kratom_qc.report.evidence import Evidence, Quoted
from kratom_qc.report.rendering import render
from kratom_qc.report.scope import RulebookScope
from kratom_qc.vocabulary import wording

Rule = tuple[str, str]  # ids of a rulebook and of a limit in it
NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """A limit that was asked again, and what has changed; its text and source are empty where it is
    not asked any more."""

    book: str
    rule_id: str
    why: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class MarketMoves:
    """How many batches moved from what to what, in markets where as many did; the others stay as
    they were."""

    markets: tuple[tuple[str, str], ...]  # id and title
    moves: tuple[tuple[str, str, int], ...]
    same: int


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
class Move:
    """Markets that moved alike."""

    before: str
    after: str
    says: str
    markets: tuple[tuple[str, str], ...]  # id and title


@dataclass(frozen=True, slots=True)
class Moves:
    """Everything that one cause moves; no cause where every limit is met now."""

    cause: Cause | None
    moves: tuple[Move, ...]
    was: tuple[tuple[str, str], ...]  # the rules that decided then, and what has changed about them


@dataclass(frozen=True, slots=True)
class Card:
    """One batch that changes."""

    batch_id: str
    product: str
    laboratories: str
    before: str
    after: str
    moves: tuple[Moves, ...]
    clear: tuple[
        Cause, ...
    ]  # what else was asked again and stands against it: to be cleared up too


@dataclass(frozen=True, slots=True)
class Line:
    """One batch that changes, in a line: beyond the first, a page would be too long to read."""

    batch_id: str
    product: str
    before: str
    after: str
    markets: str
    rules: str


@dataclass(frozen=True, slots=True)
class Drafts:
    """A rulebook that is not law: its file's name and hash."""

    name: str
    sha256: str


def card(
    verdict: Verdict,
    before: Mapping[str | None, Decision | None],
    changed: Sequence[str],
    was: Mapping[str, str],
    why: Mapping[Rule, str],
) -> Card:
    """A batch that changes. `before` is what was said then, by market (None is its own verdict);
    `changed` names the markets that moved, `was` the rules that decided there then, and `why` what
    has changed about limits since."""
    evidence, reach = Evidence(verdict), RulebookScope(verdict)

    def cause(finding: Finding) -> Cause:
        line = reasons.limit_line(finding, reach)
        return Cause(
            outcome=finding.outcome.value,
            subject=finding_words.subject(finding),
            limit=line.text,
            rule_id=finding.rule_id,
            book=finding.rulebook,
            source=finding.because,
            dates=line.dates,
            why=line.why,
            changed=why.get((finding.rulebook, finding.rule_id), ""),
            statements=evidence.of_all([finding])[0],
        )

    stands = {standing.market: standing for standing in verdict.standings}
    moves = tuple(
        _moves(markets, stands, before, was, why, cause) for markets in _by_cause(changed, stands)
    )
    told = {(group.cause.book, group.cause.rule_id) for group in moves if group.cause is not None}
    return Card(
        batch_id=verdict.batch.batch_id,
        product=wording.product_name(verdict.batch.product),
        laboratories=page.laboratories(verdict),
        before=_word(before[None]),
        after=verdict.decision.value,
        moves=moves,
        clear=tuple(
            cause(finding) for finding in _against(verdict, why) if _rule(finding) not in told
        ),
    )


def _by_cause(changed: Iterable[str], stands: Mapping[str, Standing]) -> Iterable[list[str]]:
    """Markets in which the same finding decides now."""
    groups: dict[Rule | None, list[str]] = {}
    for market in changed:
        finding = stands[market].finding
        groups.setdefault(None if finding is None else _rule(finding), []).append(market)
    return groups.values()


def _moves(
    markets: Sequence[str],
    stands: Mapping[str, Standing],
    before: Mapping[str | None, Decision | None],
    was: Mapping[str, str],
    why: Mapping[Rule, str],
    cause: Callable[[Finding], Cause],
) -> Moves:
    alike: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for market in markets:
        stand = stands[market]
        move = _word(before[market]), stand.decision.value, str(stand.status)
        alike.setdefault(move, []).append((market, stand.title))
    finding = stands[markets[0]].finding
    gone = {rule: told for (_, rule), told in why.items()}
    return Moves(
        None if finding is None else cause(finding),
        tuple(Move(*move, tuple(there)) for move, there in alike.items()),
        tuple(dict.fromkeys((was[one], gone.get(was[one], "")) for one in markets if was.get(one))),
    )


def _rule(finding: Finding) -> Rule:
    return finding.rulebook, finding.rule_id


def _against(verdict: Verdict, why: Mapping[Rule, str]) -> Iterable[Finding]:
    """What was asked again and now stands against a batch, worst first."""
    found = [
        one
        for one in verdict.findings
        if one.decides and one.outcome is not Outcome.PASS and _rule(one) in why
    ]
    return sorted(found, key=lambda one: one.outcome is not Outcome.FAIL)


def _word(decision: Decision | None) -> str:
    return NOT_JUDGED if decision is None else decision.value


def asked_again(why: Mapping[Rule, str], limits: Mapping[Rule, Limit]) -> list[AskedAgain]:
    """The limits of a rejudge, in their order."""
    return [
        AskedAgain(book, rule, told, limits[book, rule].text, limits[book, rule].because)
        if (book, rule) in limits
        else AskedAgain(book, rule, told, "", "")
        for (book, rule), told in why.items()
    ]


@dataclass(frozen=True, slots=True)
class RejudgedPage:
    """Everything the summary prints."""

    name: str
    on: date
    then: (
        tuple[date, date] | None
    )  # the first and last day on which the batches were judged; none for files
    drafts: tuple[Drafts, ...]
    batches: int
    changed: int
    homes: tuple[str, ...]
    own: MarketMoves
    markets: tuple[MarketMoves, ...]
    same_markets: tuple[str, ...]
    asked: tuple[AskedAgain, ...]
    everything: bool
    cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    kept: bool  # whether tables stand beside the page
    overdue: tuple[str, ...]


def rejudged_page(view: RejudgedPage, *, program: str) -> str:
    """The summary as one self-contained page. Same answer, same text."""
    asked = "What if" if view.drafts else "Judged again"
    title = f"{asked}: {view.changed} of {view.batches} batches change"
    return render("rejudged.html", page=view, title=title, program=program)
