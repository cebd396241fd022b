"""Findings → verdicts: a batch's own, and one per market. A verdict can be recomputed from its
findings by anyone."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.domain.verdict import Verdict
from kratom_qc.judge import crosscheck
from kratom_qc.judge.findings import Findings, first_words
from kratom_qc.judge.integrity import Integrity, disagreement
from kratom_qc.judge.markets import Everywhere
from kratom_qc.judge.plan import OUTCOMES, Codes, Group, plan
from kratom_qc.rulebooks.scope import NUMERIC, Rule


@dataclass(slots=True)
class Judgement:
    """A whole run judged. Verdicts are made one at a time, so that ten thousand batches need not be
    held as findings."""

    batches: Sequence[Batch]
    books: Mapping[str, Rulebook]
    markets: tuple[str, ...]
    home: tuple[str, ...]
    on: date
    groups: list[Group]
    codes: Mapping[int, Codes]  # id(asked) → per member, into OUTCOMES
    doubted: dict[
        int, list[tuple[Limit, Outcome, Outcome]]
    ]  # batch → where the crosscheck disagrees
    hold_overdue: bool

    def verdicts(self) -> Iterator[Verdict]:
        """Every verdict, in the order of the batches."""
        for judge, index, at in self._places():
            yield judge.everywhere.verdict(
                self.batches[index], judge.findings(index, at), self.home, self.on
            )

    def findings(self) -> Iterator[list[Finding]]:
        """The findings on what was asked of every batch, in the order of the batches."""
        for judge, index, at in self._places():
            yield judge.findings(index, at)

    def _places(self) -> Iterator[tuple[_Judge, int, int]]:
        judges = [_Judge(self, group) for group in self.groups]
        where = {member: (judge, at) for judge in judges for at, member in enumerate(judge.members)}
        for index in range(len(self.batches)):
            judge, at = where[index]
            yield judge, index, at


class _Judge:
    """The verdicts of one group: batches of one product are asked the same limits and sold in the
    same markets."""

    def __init__(self, run: Judgement, group: Group):
        self.run = run
        self.members = group.members
        self.asked = [(Findings(asked, run.on), run.codes[id(asked)]) for asked in group.asked]
        self.integrity = Integrity(
            run.books, run.markets, group.product, run.on, overdue=run.hold_overdue
        )
        self.everywhere = Everywhere(run.books, run.markets, group.product)

    def findings(self, index: int, at: int) -> list[Finding]:
        """The findings of one batch; `at` is its place in the group."""
        batch = self.run.batches[index]
        said = first_words(batch)
        findings = [
            about.finding(at, batch, said, OUTCOMES[codes[at]]) for about, codes in self.asked
        ]
        findings += self.integrity.findings(batch)
        return findings + [disagreement(*readings) for readings in self.run.doubted.get(index, ())]


def judge(
    batches: Sequence[Batch],
    books: Mapping[str, Rulebook],
    *,
    markets: Sequence[str],
    home: Sequence[str],
    on: date,
    hold_overdue: bool = False,
    only: Mapping[str | None, Container[Rule]] | None = None,
) -> Judgement:
    """Judge many batches in one run of the engine.

    `only` names the limits to ask, by product, where not all are: what is found then is a part of
    what is known of the batches. `markets` are reported; `home` are those that the batch's own
    verdict includes beside its product rulebook. `hold_overdue` lets a rulebook hold that nobody
    has compared with its sources for too long. Raises UsageError for a market without a rulebook
    and EngineError where the engine did not do what was planned.
    """
    from kratom_qc.judge import engine  # Great Expectations takes two seconds to import

    everywhere = tuple(dict.fromkeys((*markets, *home)))
    groups = plan(batches, books, everywhere, only)
    codes = engine.outcomes(groups)
    doubted = _read_twice(groups, codes, batches)
    return Judgement(
        batches, books, tuple(everywhere), tuple(home), on, groups, codes, doubted, hold_overdue
    )


def _read_twice(
    groups: Sequence[Group], codes: Mapping[int, Codes], batches: Sequence[Batch]
) -> dict[int, list[tuple[Limit, Outcome, Outcome]]]:
    """Batch → (limit, the engine's outcome, the crosscheck's) wherever the two readings differ."""
    doubted: dict[int, list[tuple[Limit, Outcome, Outcome]]] = {}
    for group in groups:
        read: dict[
            tuple[int, Hashable], Codes
        ] = {}  # forty markets ask the same of a quantity: it is read once
        for asked in group.asked:
            limit, column, places = asked.limit, asked.column, np.arange(len(group.members))
            if limit.kind in NUMERIC:
                places = column.index
                question = id(column), crosscheck.question(limit)
                if question not in read:
                    read[question] = _coded(crosscheck.reads(limit, column.present))
                again = read[question]
            elif column.shared:
                again = np.repeat(
                    _coded(crosscheck.reads(limit, (), [batches[group.members[0]]])), len(places)
                )
            else:
                again = _coded(
                    crosscheck.reads(limit, (), [batches[index] for index in group.members])
                )
            said = codes[id(asked)][places]
            for at in np.flatnonzero(said != again):
                readings = limit, OUTCOMES[said[at]], OUTCOMES[again[at]]
                doubted.setdefault(group.members[places[at]], []).append(readings)
    return doubted


def _coded(outcomes: Sequence[Outcome]) -> Codes:
    return np.fromiter(map(OUTCOMES.index, outcomes), dtype=np.int8, count=len(outcomes))
