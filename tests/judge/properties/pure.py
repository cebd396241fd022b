"""Verdicts by the crosscheck alone, and afterwards the same batches in one run of the engine, which must agree.

A property draws hundreds of batches, and a run of Great Expectations costs as much for one batch as for a thousand. So every
example is judged purely: plan, findings and verdicts are those of `kratom_qc.judge`, only the outcomes are read by the crosscheck
instead of the engine. What a property has judged is kept, and `Bench.engine_agrees` judges all of it again in one run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any, TypeVar

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Outcome
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.verdict import Verdict
from kratom_qc.judge.plan import OUTCOMES, Asked, Codes, Group, plan
from kratom_qc.judge.verdicts import Judgement, _SecondReader
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import DAY, REAL

T = TypeVar("T")
USUAL, ENOUGH = 30, 200  # examples of a property; so many, drawn anew, see every decision
EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", USUAL))
RANK = {"PASS": 0, "MISSING": 1, "INCONCLUSIVE": 1, "HOLD": 1, "FAIL": 2}  # outcomes and decisions, by severity


@cache
def real() -> Mapping[str, Rulebook]:
    """The rulebooks we ship."""
    return load_rulebooks(REAL)


@cache
def _places(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


def pick(draw: st.DrawFn, options: Sequence[T]) -> T:
    """One of some options, the first where an example shrinks: `sampled_from` costs a strategy per draw."""
    return options[draw(_places(len(options)))]


@dataclass(frozen=True, slots=True)
class Case:
    """Some batches and what they are judged by."""

    batches: tuple[Batch, ...]
    books: Mapping[str, Rulebook]
    markets: tuple[str, ...] = ()
    home: tuple[str, ...] = ()
    on: date = DAY

    def groups(self) -> list[Group]:
        return plan(self.batches, self.books, tuple(dict.fromkeys((*self.markets, *self.home))))

    def verdicts(self, groups: list[Group], codes: Mapping[int, Codes]) -> list[Verdict]:
        """The verdicts that these outcomes make."""
        markets = tuple(dict.fromkeys((*self.markets, *self.home)))
        made = Judgement(self.batches, self.books, markets, self.home, self.on, groups, codes, {}, hold_overdue=False)
        return list(made.verdicts())


def read(groups: Sequence[Group], batches: Sequence[Batch]) -> dict[int, Codes]:
    """Every outcome by the crosscheck: id(asked) → codes into `OUTCOMES`, as the engine gives them."""
    codes: dict[int, Codes] = {}
    for group in groups:
        reader = _SecondReader([batches[index] for index in group.members])
        for asked in group.asked:
            places, outcomes = reader.read(asked)
            codes[id(asked)] = np.full(len(group.members), OUTCOMES.index(Outcome.MISSING), dtype=np.int8)
            codes[id(asked)][places] = outcomes
    return codes


@dataclass(slots=True)
class Bench:
    """Everything one property has judged."""

    cases: list[Case] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)  # decisions, and what the property itself counts

    def judge(self, case: Case) -> list[Verdict]:
        """The pure verdicts of a case, in the order of its batches."""
        groups = case.groups()
        verdicts = case.verdicts(groups, read(groups, case.batches))
        self.cases.append(case)
        for verdict in verdicts:
            self.seen.update({str(verdict.decision), *map(str, verdict.markets.values())})
        return verdicts

    def pure(
        self,
        batches: Sequence[Batch],
        books: Mapping[str, Rulebook],
        markets: Sequence[str] = (),
        home: Sequence[str] | None = None,
        on: date = DAY,
    ) -> list[Verdict]:
        """The pure verdicts of batches; every market is a home market unless told otherwise."""
        return self.judge(Case(tuple(batches), books, tuple(markets), tuple(markets if home is None else home), on))

    def engine_agrees(self) -> None:
        """One run of Great Expectations over everything judged: the outcome of every limit must be the crosscheck's, and
        with it all that verdicts are made of."""
        from kratom_qc.judge import engine

        planned = [(case.batches, case.groups()) for case in self._merged()]
        by_engine = engine.outcomes(list(_beside_each_other(planned)))
        for batches, groups in planned:
            purely = read(groups, batches)
            for group in groups:
                for asked in group.asked:
                    for place in np.flatnonzero(by_engine[id(asked)] != purely[id(asked)]):
                        both = [OUTCOMES[codes[id(asked)][place]] for codes in (by_engine, purely)]
                        raise AssertionError((batches[group.members[place]].batch_id, asked.limit.rule_id, *both))

    def _merged(self) -> Iterator[Case]:
        """Batches that are judged alike as one case. Several rulebooks of one name share a suite: theirs are told apart."""
        merged: dict[tuple[object, ...], list[Case]] = {}
        for case in self.cases:
            merged.setdefault((id(case.books), case.markets, case.home), []).append(case)
        for cases in merged.values():
            yield replace(cases[0], batches=tuple(batch for case in cases for batch in case.batches))


def _beside_each_other(planned: Iterable[tuple[Sequence[Batch], list[Group]]]) -> Iterator[Group]:
    """The groups of several cases as groups of one run, which knows limits by rulebook and id and batches by number."""
    ahead = 0
    for batches, groups in planned:
        apart = {asked.book.id: replace(asked.book, id=f"{ahead}:{asked.book.id}") for asked in _asked(groups)}
        for asked in _asked(groups):
            asked.book = apart[asked.book.id]
        for group in groups:
            yield replace(group, members=[ahead + member for member in group.members])
        ahead += len(batches)


def _asked(groups: Sequence[Group]) -> Iterator[Asked]:
    return (asked for group in groups for asked in group.asked)


def judged_property(
    *strategies: st.SearchStrategy[Any], saw: Sequence[str] = ("PASS", "HOLD", "FAIL"), times: int = 1
) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """A property over `(bench, *drawn)`: holds for every example, tells something (`saw`), and the engine agrees.
    One that rarely sees a decision tries so many `times` as many examples."""

    def decorate(holds: Callable[..., None]) -> Callable[[], None]:
        def test() -> None:
            bench = Bench()

            def example(drawn: tuple[Any, ...]) -> None:
                holds(bench, *drawn)

            example.__name__ = example.__qualname__ = holds.__name__  # or all properties would draw alike
            usual = settings(max_examples=EXAMPLES * times, suppress_health_check=list(HealthCheck))
            usual(given(st.tuples(*strategies))(example))()
            enough = USUAL if settings.default.derandomize else ENOUGH
            assert enough > EXAMPLES or set(saw) <= set(bench.seen), (
                f"the batches made by chance tell little: {dict(bench.seen)}"
            )
            bench.engine_agrees()

        test.__name__, test.__doc__, test.__module__ = holds.__name__, holds.__doc__, holds.__module__
        return test

    return decorate
