"""Findings → verdicts: a batch's own, and one per market. A verdict can be recomputed from its
findings by anyone."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import Limit, NumericLimit, Rulebook
from kratom_qc.domain.product import forms_of
from kratom_qc.domain.verdict import Verdict
from kratom_qc.judge import crosscheck
from kratom_qc.judge.findings import Findings, first_words
from kratom_qc.judge.integrity import Integrity, disagreement
from kratom_qc.judge.markets import Everywhere
from kratom_qc.judge.open_product import OpenProduct
from kratom_qc.judge.plan import OUTCOMES, Asked, Codes, Group, plan
from kratom_qc.rulebooks.scope import Rule


class Readings(NamedTuple):
    """A limit that was read twice, with a different outcome."""

    limit: Limit
    engine: Outcome
    crosscheck: Outcome


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
    doubted: dict[int, list[Readings]]  # batch → where the crosscheck disagrees
    hold_overdue: bool
    required_panels: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def verdicts(self) -> Iterator[Verdict]:
        """Every verdict, in the order of the batches."""
        for judge, index, place in self._places():
            yield judge.everywhere.verdict(
                self.batches[index], judge.findings(index, place), self.home, self.on
            )

    def findings(self) -> Iterator[list[Finding]]:
        """The findings on what was asked of every batch, in the order of the batches."""
        for judge, index, place in self._places():
            yield judge.findings(index, place)

    def _places(self) -> Iterator[tuple[_Judge, int, int]]:
        """For every batch its group's judge, its index and its place in the group."""
        judges = [_Judge(self, group) for group in self.groups]
        places = {
            member: (judge, place) for judge in judges for place, member in enumerate(judge.members)
        }
        for index in range(len(self.batches)):
            judge, place = places[index]
            yield judge, index, place


class _Judge:
    """The verdicts of one group: batches of one product are asked the same limits and sold in the
    same markets."""

    def __init__(self, run: Judgement, group: Group):
        self.run = run
        self.members = group.members
        self.asked = [(Findings(asked, run.on), run.codes[id(asked)]) for asked in group.asked]
        self.integrity = Integrity(
            run.books,
            run.markets,
            group.product,
            run.on,
            overdue=run.hold_overdue,
            panels=_panels(run.required_panels, group.product),
        )
        self.everywhere = Everywhere(run.books, run.markets, group.product)
        self.open = OpenProduct(run.books, run.markets, group.product, run.on)

    def findings(self, index: int, place: int) -> list[Finding]:
        """The findings of one batch; `place` is its place in the group."""
        batch = self.run.batches[index]
        first = first_words(batch)
        findings = [
            writer.finding(place, batch, first, OUTCOMES[codes[place]])
            for writer, codes in self.asked
        ]
        if batch.may_be:
            findings = [self.open.believed(finding, batch.may_be) for finding in findings]
        findings += self.integrity.findings(batch)
        return findings + [disagreement(*readings) for readings in self.run.doubted.get(index, ())]


def _panels(required: Mapping[str, Sequence[str]], product: str | None) -> list[str]:
    """The families that must have been tested in a product, whichever of its forms they are asked
    of."""
    asked = (required.get(form or "", ()) for form in forms_of(product))
    return list(dict.fromkeys(chain.from_iterable(asked)))


def judge(
    batches: Sequence[Batch],
    books: Mapping[str, Rulebook],
    *,
    markets: Sequence[str],
    home: Sequence[str],
    on: date,
    hold_overdue: bool = False,
    required_panels: Mapping[str, Sequence[str]] | None = None,
    only: Mapping[str | None, Container[Rule]] | None = None,
) -> Judgement:
    """Judge many batches in one run of the engine.

    `only` names the limits to ask, by product, where not all are: what is found then is a part of
    what is known of the batches. `markets` are reported; `home` are those that the batch's own
    verdict includes beside its product rulebook. `hold_overdue` lets a rulebook hold that nobody
    has compared with its sources for too long; `required_panels` names the families of hazards of
    which something must have been tested, by product form. Raises UsageError for a market without a
    rulebook and EngineError where the engine did not do what was planned.
    """
    from kratom_qc.judge import engine  # Great Expectations takes two seconds to import

    everywhere = tuple(dict.fromkeys((*markets, *home)))
    groups = plan(batches, books, everywhere, only)
    codes = engine.outcomes(groups)
    doubted = _read_twice(groups, codes, batches)
    return Judgement(
        batches,
        books,
        tuple(everywhere),
        tuple(home),
        on,
        groups,
        codes,
        doubted,
        hold_overdue,
        required_panels or {},
    )


def _read_twice(
    groups: Sequence[Group], codes: Mapping[int, Codes], batches: Sequence[Batch]
) -> dict[int, list[Readings]]:
    """Batch → every limit that the engine and the crosscheck read differently."""
    doubted: dict[int, list[Readings]] = {}
    for group in groups:
        reader = _SecondReader([batches[index] for index in group.members])
        for asked in group.asked:
            places, second = reader.read(asked)
            first = codes[id(asked)][places]
            for row in np.flatnonzero(first != second):
                readings = Readings(asked.limit, OUTCOMES[first[row]], OUTCOMES[second[row]])
                doubted.setdefault(group.members[places[row]], []).append(readings)
    return doubted


class _SecondReader:
    """The crosscheck over the batches of a group. Forty markets ask the same of a quantity: it is
    read once."""

    def __init__(self, batches: Sequence[Batch]):
        self.batches = batches
        self.all = np.arange(len(batches))
        self.known: dict[tuple[int, Hashable], Codes] = {}

    def read(self, asked: Asked) -> tuple[npt.NDArray[np.int64], Codes]:
        """The places in the group that were read, and the outcome at each."""
        limit, column = asked.limit, asked.column
        if isinstance(limit, NumericLimit):
            question = id(column), crosscheck.question(limit)
            if question not in self.known:
                self.known[question] = _coded(crosscheck.of_quantities(limit, column.present))
            return column.index, self.known[question]
        if column.shared:
            (code,) = _coded([crosscheck.of_batch(limit, self.batches[0])])
            return self.all, np.repeat(code, len(self.batches))
        return self.all, _coded([crosscheck.of_batch(limit, batch) for batch in self.batches])


def _coded(outcomes: Sequence[Outcome]) -> Codes:
    return np.fromiter(map(OUTCOMES.index, outcomes), dtype=np.int8, count=len(outcomes))
