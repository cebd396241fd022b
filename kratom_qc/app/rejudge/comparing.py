"""What was said of batches beside what is said now: how many moved from what to what, and whom to
look at first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kratom_qc.domain.verdict import Decision, MarketStatus, Verdict

Codes = npt.NDArray[np.int8]
Rules = npt.NDArray[np.int32]
DECISIONS = (
    None,
    Decision.FAIL,
    Decision.HOLD,
    Decision.PASS,
)  # what a code stands for; 0: not judged there
CODES = {decision: code for code, decision in enumerate(DECISIONS)}
SAYS = tuple(MarketStatus)
# Worst first. What somebody has already sold comes before what somebody wanted to sell, and what
# opens comes last.
_ORDER = (
    ("PASS", "FAIL"), ("HOLD", "FAIL"), ("PASS", "HOLD"), (None, "FAIL"), (None, "HOLD"), ("FAIL", None), ("HOLD", None),
    ("PASS", None), ("FAIL", "HOLD"), ("HOLD", "PASS"), ("FAIL", "PASS"),
)  # fmt: skip
_SAME = len(_ORDER)


class Moved(NamedTuple):
    """So many batches moved from one decision to another, in one market; None is the batch's own
    verdict, or not judged."""

    market: str | None
    before: Decision | None
    after: Decision | None
    batches: int


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of every batch: column 0 is its own verdict, the others are the markets in their
    order.

    `decisions` are codes into DECISIONS, `rules` places in `names` of the rules that decide (-1:
    none does).
    """

    decisions: Codes
    rules: Rules
    names: tuple[str, ...]

    def rule(self, batch: int, column: int) -> str:
        """The rule that decides, or nothing."""
        place = int(self.rules[batch, column])
        return "" if place < 0 else self.names[place]


@dataclass(frozen=True)
class Comparison:
    """Then beside now, a row per batch. `says` are codes into SAYS, a column per market."""

    batch_ids: tuple[str, ...]
    markets: tuple[str, ...]
    before: Said
    after: Said
    says: Codes

    @cached_property
    def _ranks(self) -> Codes:
        """How bad every move is, as a place in `_ORDER`. A market that a batch was not judged for
        and may be sold in is no news to act upon."""
        rank = np.full((len(DECISIONS), len(DECISIONS)), _SAME, np.int8)
        for place, (before, after) in enumerate(_ORDER):
            rank[_code(before), _code(after)] = place
        found: Codes = rank[self.before.decisions, self.after.decisions]
        return found

    @cached_property
    def changed(self) -> tuple[int, ...]:
        """The batches that change, worst first: by their own verdict, then by the worst market,
        then by how many markets."""
        ranks = self._ranks
        moves = (ranks < _SAME).sum(axis=1)
        found = np.nonzero(moves)[0]
        order = np.lexsort(
            (found, -moves[found], ranks[found, 1:].min(axis=1, initial=_SAME), ranks[found, 0])
        )
        return tuple(int(at) for at in found[order])

    def moved(self) -> Iterator[Moved]:
        """How many batches moved, by market (the batches' own verdicts first) and worst first."""
        for column, market in enumerate((None, *self.markets)):
            pairs = (
                self.before.decisions[:, column].astype(np.int64) * len(DECISIONS)
                + self.after.decisions[:, column]
            )
            counts = np.bincount(pairs, minlength=len(DECISIONS) ** 2).reshape(len(DECISIONS), -1)
            moves = [
                Moved(market, DECISIONS[before], DECISIONS[after], int(counts[before, after]))
                for before, after in zip(*np.nonzero(counts), strict=True)
                if before != after
            ]
            yield from sorted(moves, key=lambda one: _rank(one.before, one.after))

    def columns(self, batch: int) -> list[int]:
        """The columns in which a batch changes: 0 is its own verdict."""
        return [int(column) for column in np.nonzero(self._ranks[batch] < _SAME)[0]]

    def before_of(self, batch: int) -> dict[str | None, Decision | None]:
        """What was said of a batch, by market; None is its own verdict."""
        names = (None, *self.markets)
        return {
            name: DECISIONS[code]
            for name, code in zip(names, self.before.decisions[batch].tolist(), strict=True)
        }

    def agrees(self, batch: int, verdict: Verdict) -> bool:
        """Whether a whole verdict says what the comparison says."""
        said = [
            CODES[one]
            for one in (verdict.decision, *(verdict.markets[market] for market in self.markets))
        ]
        return bool(self.after.decisions[batch].tolist() == said)


def _code(decision: str | None) -> int:
    return CODES[None if decision is None else Decision(decision)]


def _rank(before: Decision | None, after: Decision | None) -> int:
    pair = (before and before.value, after and after.value)
    return _ORDER.index(pair) if pair in _ORDER else _SAME


def said(verdicts: Sequence[Verdict | None], markets: Sequence[str]) -> tuple[Said, Codes]:
    """Whole verdicts as a table, and what their markets say; None is a batch that was not judged."""
    names: dict[str, int] = {}
    decisions = np.zeros((len(verdicts), len(markets) + 1), np.int8)
    rules, says = (
        np.full(decisions.shape, -1, np.int32),
        np.zeros((len(verdicts), len(markets)), np.int8),
    )
    for at, verdict in enumerate(verdicts):
        if verdict is None:
            continue
        decisions[at, 0] = CODES[verdict.decision]
        stands = {standing.market: standing for standing in verdict.standings}
        for column, market in enumerate(markets):
            standing = stands.get(market)
            if standing is None:
                continue
            decisions[at, column + 1] = CODES[standing.decision]
            says[at, column] = SAYS.index(standing.status)
            if standing.finding is not None:
                rules[at, column + 1] = names.setdefault(standing.finding.rule_id, len(names))
    return Said(decisions, rules, tuple(names)), says


def with_verdicts(comparison: Comparison, verdicts: Mapping[int, Verdict]) -> Comparison:
    """The comparison with some batches judged another way."""
    if not verdicts:
        return comparison
    places = list(verdicts)
    more, says = said(list(verdicts.values()), comparison.markets)
    names = {
        name: at for at, name in enumerate(dict.fromkeys((*comparison.after.names, *more.names)))
    }
    of = np.array([*(names[name] for name in more.names), -1], np.int32)
    for whole, part in (
        (comparison.after.decisions, more.decisions),
        (comparison.after.rules, of[more.rules]),
        (comparison.says, says),
    ):
        whole[places] = part
    after = Said(comparison.after.decisions, comparison.after.rules, tuple(names))
    return Comparison(
        comparison.batch_ids, comparison.markets, comparison.before, after, comparison.says
    )
