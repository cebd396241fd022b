"""What was decided of batches beside what is decided now: how many changed from what to what, and
which to look at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from kratom_qc.domain.verdict import Decision, MarketStatus, Standing, Verdict

# Worst first. What somebody has already sold comes before what somebody wanted to sell, and what
# opens comes last. A market that a batch was not judged for (None) and may be sold in is no change
# to act upon.
_SEVERITY = {
    ("PASS", "FAIL"): 0,
    ("HOLD", "FAIL"): 1,
    ("PASS", "HOLD"): 2,
    (None, "FAIL"): 3,
    (None, "HOLD"): 4,
    ("FAIL", None): 5,
    ("HOLD", None): 6,
    ("PASS", None): 7,
    ("FAIL", "HOLD"): 8,
    ("HOLD", "PASS"): 9,
    ("FAIL", "PASS"): 10,
}
_NO_CHANGE = len(_SEVERITY)


class MarketDecision(NamedTuple):
    """What is decided of a batch, in one market or by its own verdict; None: it was not judged
    there. `status` is what the market says (an archive is not asked for it), and `rule_id` the rule
    that decides in it ("": none does)."""

    decision: Decision | None
    status: MarketStatus | None = None
    rule_id: str = ""


NOT_JUDGED = MarketDecision(None)
Decisions = tuple[MarketDecision, ...]  # of one batch: its own verdict, then the markets in order


class DecisionChange(NamedTuple):
    """So many batches whose decision changed, in one market (None: the batches' own verdicts).
    Before and after are None where they were not judged."""

    market: str | None
    before: Decision | None
    after: Decision | None
    batches: int


class _Rank(NamedTuple):
    """How bad a batch's changes are; the smallest comes first."""

    own_verdict: int
    worst_market: int
    more_changes: int  # how many there are, as a negative number


@dataclass(frozen=True)
class Comparison:
    """Then beside now; every batch has its decisions of both at its place."""

    markets: tuple[str, ...]
    batch_ids: tuple[str, ...]
    before: tuple[Decisions, ...]
    after: tuple[Decisions, ...]

    @cached_property
    def changed(self) -> tuple[int, ...]:
        """The batches that change, worst first: by their own verdict, then by the worst market,
        then by how many markets."""
        ranked: list[tuple[_Rank, int]] = []
        for (before, after), batches in self.alike.items():
            rank = _rank(before, after)
            if rank.more_changes:
                ranked += [(rank, batch) for batch in batches]
        return tuple(batch for _, batch in sorted(ranked))

    @cached_property
    def alike(self) -> dict[tuple[Decisions, Decisions], list[int]]:
        """The batches by what was decided of them before and after."""
        alike: dict[tuple[Decisions, Decisions], list[int]] = {}
        for batch, decisions in enumerate(zip(self.before, self.after, strict=True)):
            alike.setdefault(decisions, []).append(batch)
        return alike

    def changes(self) -> Iterator[DecisionChange]:
        """How many batches changed, by market (the batches' own verdicts first) and worst first."""
        for column, market in enumerate((None, *self.markets)):
            counts: Counter[tuple[Decision | None, Decision | None]] = Counter()
            for (before, after), batches in self.alike.items():
                counts[before[column].decision, after[column].decision] += len(batches)
            changes = [
                DecisionChange(market, before, after, batches)
                for (before, after), batches in counts.items()
                if before != after
            ]
            yield from sorted(changes, key=lambda change: _worst_first(change.before, change.after))

    def changed_markets(self, batch: int) -> dict[str, tuple[MarketDecision, MarketDecision]]:
        """(before, after) of the markets in which a batch changes."""
        markets = zip(self.markets, self.before[batch][1:], self.after[batch][1:], strict=True)
        return {
            market: (before, after)
            for market, before, after in markets
            if _severity(before, after) < _NO_CHANGE
        }

    def agrees(self, batch: int, verdict: Verdict) -> bool:
        """Whether a whole verdict decides what the comparison says."""
        whole = decisions_of(verdict, self.markets)
        return [ruling.decision for ruling in whole] == [
            ruling.decision for ruling in self.after[batch]
        ]


def _severity(before: MarketDecision, after: MarketDecision) -> int:
    return _worst_first(before.decision, after.decision)


def _worst_first(before: Decision | None, after: Decision | None) -> int:
    return _SEVERITY.get((before, after), _NO_CHANGE)


def _rank(before: Decisions, after: Decisions) -> _Rank:
    severities = list(map(_severity, before, after))
    changes = sum(severity < _NO_CHANGE for severity in severities)
    return _Rank(severities[0], min(severities[1:], default=_NO_CHANGE), -changes)


def decisions_of(verdict: Verdict, markets: Sequence[str]) -> Decisions:
    """What a verdict decides: the batch itself, then markets in their order."""
    standings = {standing.market: standing for standing in verdict.standings}
    batch_decision = MarketDecision(verdict.decision)
    return batch_decision, *(_market_decision(standings.get(market)) for market in markets)


def _market_decision(standing: Standing | None) -> MarketDecision:
    if standing is None:
        return NOT_JUDGED
    rule_id = "" if standing.finding is None else standing.finding.rule_id
    return MarketDecision(standing.decision, standing.status, rule_id)
