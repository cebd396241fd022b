"""What a person reads of a rejudge: the summary page's view, and one line per batch for machines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kratom_qc import settings
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.rejudge.comparing import DECISIONS, SAYS, Comparison
from kratom_qc.domain import finding as domain
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report import rejudged
from kratom_qc.report.rejudged import Drafts, Line, MarketMoves, RejudgedPage
from kratom_qc.rulebooks.scope import Rule
from kratom_qc.vocabulary import wording

CARDS, LINES = 100, 1_000  # batches that the page shows in full, and in a line
_NAMED = 6  # markets that a line names

Finding = dict[str, Any]
TOLD = (
    "rule_id",
    "rulebook",
    "analyte",
    "outcome",
    "why",
    "limit",
    "because",
    "file",
    "sheet",
    "cell",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A rejudge done: of an archive, or of certificates given."""

    name: str
    policy: JudgementPolicy
    drafts: tuple[Drafts, ...]
    comparison: Comparison
    products: tuple[str | None, ...]
    then: tuple[date, ...]  # the day on which each batch was judged
    verdicts: Mapping[int, Verdict]  # whole, of the first that change
    why: Mapping[Rule, str]  # limits asked again, and what has changed about them
    limits: Mapping[Rule, Limit]
    everything: bool

    @property
    def shown(self) -> tuple[int, ...]:
        """The batches that the page shows in full."""
        return self.comparison.changed[:CARDS]


def installed() -> dict[str, str]:
    """The hash of every rulebook that is in force in this house, by id."""
    files = settings.load().expectations.glob("*.toml")
    return {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def drafts_of(books: Mapping[str, Rulebook], installed: Mapping[str, str]) -> tuple[Drafts, ...]:
    """The rulebooks that are not those in force in this house, given as hashes by id."""
    others = (one for one in books.values() if installed.get(one.id) != one.sha256)
    return tuple(Drafts(f"{one.id}.toml", one.sha256) for one in others)


def page(outcome: Outcome, *, kept: bool) -> RejudgedPage:
    """The view of the summary page; `kept` says whether tables stand beside it."""
    comparison, books = outcome.comparison, outcome.policy.books
    total = len(comparison.batch_ids)
    by_market: dict[str | None, list[tuple[str, str, int]]] = {
        None: [],
        **{one: [] for one in comparison.markets},
    }
    for moved in comparison.moved():
        by_market[moved.market].append((_word(moved.before), _word(moved.after), moved.batches))
    own, moving = (
        by_market.pop(None),
        {market: tuple(moves) for market, moves in by_market.items() if moves},
    )
    alike: dict[tuple[tuple[str, str, int], ...], list[tuple[str, str]]] = {}
    for market, moves in moving.items():
        alike.setdefault(moves, []).append((str(market), books[str(market)].title))
    return RejudgedPage(
        name=outcome.name,
        on=outcome.policy.on,
        then=(min(outcome.then), max(outcome.then)) if outcome.then else None,
        drafts=outcome.drafts,
        batches=total,
        changed=len(comparison.changed),
        homes=outcome.policy.home,
        own=_moves((), own, total),
        markets=tuple(_moves(markets, moves, total) for moves, markets in alike.items()),
        same_markets=tuple(market for market in comparison.markets if market not in moving),
        asked=()
        if outcome.everything
        else tuple(rejudged.asked_again(outcome.why, outcome.limits)),
        everything=outcome.everything,
        cards=tuple(_card(outcome, at) for at in outcome.shown),
        lines=tuple(line(outcome, at) for at in comparison.changed[CARDS : CARDS + LINES]),
        kept=kept,
        overdue=outcome.policy.overdue,
    )


def _moves(
    markets: Sequence[tuple[str, str]], moves: Sequence[tuple[str, str, int]], total: int
) -> MarketMoves:
    return MarketMoves(tuple(markets), tuple(moves), total - sum(count for _, _, count in moves))


def _word(decision: str | None) -> str:
    return decision or rejudged.NOT_JUDGED


def _card(outcome: Outcome, at: int) -> rejudged.Card:
    comparison = outcome.comparison
    columns = [column for column in comparison.columns(at) if column]
    was = {comparison.markets[column - 1]: comparison.before.rule(at, column) for column in columns}
    before = comparison.before_of(at)
    return rejudged.card(outcome.verdicts[at], before, list(was), was, outcome.why)


def line(outcome: Outcome, at: int) -> Line:
    """One batch that changes, in a line."""
    comparison = outcome.comparison
    before, after = comparison.before.decisions[at], comparison.after.decisions[at]
    groups: dict[str, list[str]] = {}
    columns = [column for column in comparison.columns(at) if column]
    for column in columns:
        move = f"{_word(DECISIONS[before[column]])} → {_word(DECISIONS[after[column]])}"
        groups.setdefault(move, []).append(comparison.markets[column - 1])
    rules = dict.fromkeys(filter(None, (comparison.after.rule(at, column) for column in columns)))
    return Line(
        batch_id=comparison.batch_ids[at],
        product=wording.product_name(outcome.products[at]),
        before=_word(DECISIONS[before[0]]),
        after=_word(DECISIONS[after[0]]),
        markets="; ".join(f"{move} in {_named(markets)}" for move, markets in groups.items()),
        rules=_named(list(rules)) or "–",
    )


def _named(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def told(finding: domain.Finding) -> Finding:
    """A finding as machines read it."""
    where = finding.ref or CellRef("")
    values = {name: getattr(finding, name, None) for name in TOLD}
    return {
        **values,
        "outcome": str(finding.outcome),
        "file": where.file,
        "sheet": where.sheet,
        "cell": where.cell,
    }


def lines(outcome: Outcome, findings: Mapping[str, Sequence[Finding]]) -> Iterator[dict[str, Any]]:
    """One object per batch; `findings` are those on what was asked again, by batch."""
    comparison = outcome.comparison
    by_id = {rule: limit for (_, rule), limit in outcome.limits.items()}
    changed = set(comparison.changed)
    for at, batch_id in enumerate(comparison.batch_ids):
        columns = [column for column in comparison.columns(at) if column]
        yield {
            "batch_id": batch_id,
            "product": outcome.products[at],
            "judged_on": outcome.then[at].isoformat() if outcome.then else None,
            "rejudged_on": outcome.policy.on.isoformat(),
            "before": DECISIONS[comparison.before.decisions[at, 0]],
            "verdict": DECISIONS[comparison.after.decisions[at, 0]],
            "changes": [_change(comparison, at, column, by_id) for column in columns],
            "findings": list(findings.get(batch_id, ())) if at in changed else [],
        }


def _change(
    comparison: Comparison, at: int, column: int, limits: Mapping[str, Limit]
) -> dict[str, Any]:
    rule = comparison.after.rule(at, column)
    limit = limits.get(rule)
    return {
        "market": comparison.markets[column - 1],
        "before": DECISIONS[comparison.before.decisions[at, column]],
        "after": DECISIONS[comparison.after.decisions[at, column]],
        "says": str(SAYS[comparison.says[at, column - 1]]),
        "rule_id": rule or None,
        "rulebook": limit.rulebook if limit is not None else None,
        "limit": limit.text if limit is not None else None,
        "because": limit.because if limit is not None else None,
        "rule_id_before": comparison.before.rule(at, column) or None,
    }
