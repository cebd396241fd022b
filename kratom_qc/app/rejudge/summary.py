"""What is read of a rejudge: the summary page by people, and one line per batch by machines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from kratom_qc import settings
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.rejudge.comparison import Comparison, DecisionChange, MarketDecision
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.domain.product import forms_of
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Decision, Verdict
from kratom_qc.report import rejudged
from kratom_qc.report.rejudged import BatchLine, DraftRulebook, MarketChanges, RejudgedPage
from kratom_qc.rulebooks.changes import LimitChanges
from kratom_qc.rulebooks.scope import Rule
from kratom_qc.vocabulary import wording

CARDS, LINES = 100, 1_000  # batches that the page shows in full, and in a line
_NAMED = 6  # markets that a line names

FINDING_KEYS = (
    *("rule_id", "rulebook", "analyte", "outcome", "why", "limit", "because"),
    *("file", "sheet", "cell"),
)


@dataclass(frozen=True)
class Outcome:
    """A rejudge done: of an archive, or of certificates given. What is of a batch stands at its
    place in `comparison`."""

    name: str
    policy: JudgementPolicy
    drafts: tuple[DraftRulebook, ...]
    comparison: Comparison
    products: tuple[str | None, ...]
    judged_on: tuple[date, ...]  # the day of then
    verdicts: Mapping[int, Verdict]  # whole, of the first that change
    changes: tuple[LimitChanges, ...]
    every_limit: bool

    @cached_property
    def reasons(self) -> dict[Rule, str]:
        """The limits asked again, and those not asked any more: what has changed about them."""
        return {rule: why for some in self.changes for rule, why in some.reasons.items()}

    @cached_property
    def limits(self) -> dict[Rule, Limit]:
        """Every limit that is asked now."""
        return {rule: limit for some in self.changes for rule, limit in some.limits.items()}


def installed() -> dict[str, str]:
    """The hash of every rulebook that is in force in this house, by id."""
    files = settings.load().expectations.glob("*.toml")
    return {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def drafts_of(
    books: Mapping[str, Rulebook], installed: Mapping[str, str]
) -> tuple[DraftRulebook, ...]:
    """The rulebooks that are not those in force in this house, given as hashes by id."""
    return tuple(
        DraftRulebook(f"{book.id}.toml", book.sha256)
        for book in books.values()
        if installed.get(book.id) != book.sha256
    )


# ---------------------------------------------------------------- the page


def page(outcome: Outcome, *, kept: bool) -> RejudgedPage:
    """The view of the summary page; `kept` says whether tables stand beside it."""
    comparison, books = outcome.comparison, outcome.policy.books
    changes: dict[str | None, list[DecisionChange]] = {None: []}
    for change in comparison.changes():
        changes.setdefault(change.market, []).append(change)
    of_batches = _market_changes((), changes.pop(None), outcome)
    alike: dict[MarketChanges, list[tuple[str, str]]] = {}
    for market, of_market in changes.items():
        title = books[str(market)].title
        alike.setdefault(_market_changes((), of_market, outcome), []).append((str(market), title))
    return RejudgedPage(
        name=outcome.name,
        on=outcome.policy.on,
        then=(min(outcome.judged_on), max(outcome.judged_on)) if outcome.judged_on else None,
        drafts=outcome.drafts,
        batches=len(comparison.batch_ids),
        changed=len(comparison.changed),
        homes=outcome.policy.home,
        own=of_batches,
        markets=tuple(of._replace(markets=tuple(markets)) for of, markets in alike.items()),
        same_markets=tuple(market for market in comparison.markets if market not in changes),
        asked=() if outcome.every_limit else _changed_limits(outcome),
        everything=outcome.every_limit,
        cards=tuple(_card(outcome, batch) for batch in comparison.changed[:CARDS]),
        lines=tuple(batch_line(outcome, batch) for batch in comparison.changed[CARDS:][:LINES]),
        kept=kept,
        overdue=outcome.policy.overdue,
    )


def _market_changes(
    markets: tuple[tuple[str, str], ...], changes: Iterable[DecisionChange], outcome: Outcome
) -> MarketChanges:
    moves = tuple((_word(change.before), _word(change.after), change.batches) for change in changes)
    moved = sum(batches for _, _, batches in moves)
    return MarketChanges(markets, moves, len(outcome.comparison.batch_ids) - moved)


def _changed_limits(outcome: Outcome) -> tuple[rejudged.ChangedLimit, ...]:
    return tuple(rejudged.changed_limits(outcome.reasons, outcome.limits))


def _word(decision: Decision | None) -> str:
    return decision or rejudged.NOT_JUDGED


def _card(outcome: Outcome, batch: int) -> rejudged.BatchCard:
    comparison = outcome.comparison
    before = dict(zip((None, *comparison.markets), comparison.before[batch], strict=True))
    return rejudged.card(
        outcome.verdicts[batch],
        {market: then.decision for market, then in before.items()},
        {market: before[market].rule_id for market in comparison.changed_markets(batch)},
        outcome.reasons,
    )


def batch_line(outcome: Outcome, batch: int) -> BatchLine:
    """One batch that changes, in a line."""
    comparison = outcome.comparison
    markets: dict[str, list[str]] = {}
    rules: dict[str, None] = {}
    for market, (before, after) in comparison.changed_markets(batch).items():
        move = f"{_word(before.decision)} → {_word(after.decision)}"
        markets.setdefault(move, []).append(market)
        rules[after.rule_id] = None
    rules.pop("", None)
    return BatchLine(
        batch_id=comparison.batch_ids[batch],
        product=wording.product_name(outcome.products[batch]),
        before=_word(comparison.before[batch][0].decision),
        after=_word(comparison.after[batch][0].decision),
        markets="; ".join(f"{move} in {_first_names(where)}" for move, where in markets.items()),
        rules=_first_names(list(rules)) or "–",
    )


def _first_names(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


# ---------------------------------------------------------------- lines for machines


def finding_object(finding: Finding) -> dict[str, Any]:
    """A finding as machines read it."""
    cell = finding.ref or CellRef("")
    values = {name: getattr(finding, name, None) for name in FINDING_KEYS}
    return {**values, "outcome": str(finding.outcome), **cell._asdict()}


def batch_objects(
    outcome: Outcome, findings: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """One object per batch; `findings` are those on what was asked again, by batch."""
    comparison = outcome.comparison
    limits = {rule_id: limit for (_, rule_id), limit in outcome.limits.items()}
    changed = set(comparison.changed)
    for batch, batch_id in enumerate(comparison.batch_ids):
        yield {
            "batch_id": batch_id,
            "product": forms_of(outcome.products[batch])[0],
            "judged_on": outcome.judged_on[batch].isoformat(),
            "rejudged_on": outcome.policy.on.isoformat(),
            "before": comparison.before[batch][0].decision,
            "verdict": comparison.after[batch][0].decision,
            "changes": [
                _change_object(market, before, after, limits)
                for market, (before, after) in comparison.changed_markets(batch).items()
            ],
            "findings": list(findings.get(batch_id, ())) if batch in changed else [],
        }


def _change_object(
    market: str, before: MarketDecision, after: MarketDecision, limits: Mapping[str, Limit]
) -> dict[str, Any]:
    limit = limits.get(after.rule_id)
    return {
        "market": market,
        "before": before.decision,
        "after": after.decision,
        "says": after.status,
        "rule_id": after.rule_id or None,
        "rulebook": limit and limit.rulebook,
        "limit": limit and limit.text,
        "because": limit and limit.because,
        "rule_id_before": before.rule_id or None,
    }
