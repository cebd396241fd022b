"""Verdicts by the crosscheck alone, and afterwards the same batches in one run of the engine, which must agree.

A property draws hundreds of batches, and a run of Great Expectations costs as much for one batch as for a thousand. So every
example is judged purely: plan, findings and verdicts are those of `kratom_qc.judge`, only the outcomes are read by the crosscheck
instead of the engine. What a property has judged is kept, and `Bench.engine_agrees` judges all of it again in one run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any, TypeVar

import numpy as np
from factory import DAY, REAL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Outcome
from kratom_qc.domain.limit import Limit, NumericLimit, Rulebook
from kratom_qc.domain.verdict import Verdict
from kratom_qc.judge import crosscheck
from kratom_qc.judge.plan import OUTCOMES, Codes, Group, plan
from kratom_qc.judge.verdicts import Judgement
from kratom_qc.rulebooks.load import load_rulebooks

T = TypeVar("T")
EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "200"))
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
    return {id(asked): _read(asked, group, batches) for group in groups for asked in group.asked}


def _read(asked: Any, group: Group, batches: Sequence[Batch]) -> Codes:
    codes = np.full(len(group.members), OUTCOMES.index(Outcome.MISSING), dtype=np.int8)
    if isinstance(asked.limit, NumericLimit):
        places = asked.column.answered
        outcomes = crosscheck.of_quantities(asked.limit, asked.column.present)
    else:
        places = range(len(group.members))
        outcomes = [crosscheck.of_batch(asked.limit, batches[index]) for index in group.members]
    for place, outcome in zip(places, outcomes, strict=True):
        codes[place] = OUTCOMES.index(outcome)
    return codes


@dataclass(slots=True)
class Bench:
    """Everything one property has judged."""

    cases: list[tuple[Case, list[Verdict]]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)  # decisions, and what the property itself counts

    def judge(self, case: Case) -> list[Verdict]:
        """The pure verdicts of a case, in the order of its batches."""
        groups = case.groups()
        verdicts = case.verdicts(groups, read(groups, case.batches))
        self.cases.append((case, verdicts))
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
        """One run of Great Expectations over everything judged: every finding of every verdict must be the same."""
        from kratom_qc.judge import engine

        planned = [(case, case.groups(), verdicts) for case, verdicts in self._merged()]
        together: list[Group] = []
        ahead = 0
        for case, groups, _ in planned:
            together += [replace(group, members=[ahead + member for member in group.members]) for group in groups]
            ahead += len(case.batches)
        codes = engine.outcomes(together)
        for case, groups, verdicts in planned:
            for by_engine, purely in zip(case.verdicts(groups, codes), verdicts, strict=True):
                assert _told(by_engine) == _told(purely), purely.batch.batch_id

    def _merged(self) -> Iterator[tuple[Case, list[Verdict]]]:
        """Batches that are judged alike as one case. Several rulebooks of one name share a suite: their rules are numbered."""
        merged: dict[tuple[object, ...], list[tuple[Case, list[Verdict]]]] = {}
        for case, verdicts in self.cases:
            merged.setdefault((id(case.books), case.markets, case.home, case.on), []).append((case, verdicts))
        books = {id(case.books): case.books for case, _ in self.cases}
        numbered = {key: _numbered(one, f"{at}:") for at, (key, one) in enumerate(books.items())}
        for (key, *_), group in merged.items():
            case = replace(group[0][0], batches=tuple(batch for one, _ in group for batch in one.batches))
            if len(books) == 1:
                yield case, [verdict for _, verdicts in group for verdict in verdicts]
            else:
                case = replace(case, books=numbered[key])
                groups = case.groups()
                yield case, case.verdicts(groups, read(groups, case.batches))


def _numbered(books: Mapping[str, Rulebook], ahead: str) -> Mapping[str, Rulebook]:
    def limits(book: Rulebook) -> tuple[Limit, ...]:
        return tuple(replace(limit, rule_id=ahead + limit.rule_id) for limit in book.limits)

    return {name: replace(book, limits=limits(book)) for name, book in books.items()}


def _told(verdict: Verdict) -> tuple[object, ...]:
    return verdict.decision, verdict.markets, verdict.standings, verdict.findings


def judged_property(
    *strategies: st.SearchStrategy[Any], saw: Sequence[str] = ("PASS", "HOLD", "FAIL")
) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """A property over `(bench, *drawn)`: holds for every example, tells something (`saw`), and the engine agrees."""

    def decorate(holds: Callable[..., None]) -> Callable[[], None]:
        def test() -> None:
            bench = Bench()

            def example(drawn: tuple[Any, ...]) -> None:
                holds(bench, *drawn)

            example.__name__ = example.__qualname__ = holds.__name__  # or all properties would draw alike
            usual = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
            usual(given(st.tuples(*strategies))(example))()
            few = EXAMPLES < 200
            assert few or set(saw) <= set(bench.seen), f"the batches made by chance tell little: {dict(bench.seen)}"
            bench.engine_agrees()

        test.__name__, test.__doc__, test.__module__ = holds.__name__, holds.__doc__, holds.__module__
        return test

    return decorate
