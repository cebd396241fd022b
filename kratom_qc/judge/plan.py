"""Limits × batches: what is asked of whom, and what the batches answer. The left join that makes
missing a row."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Outcome
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import (
    AmountLimit,
    DecisionRule,
    Limit,
    NotDetectedLimit,
    NumericLimit,
    OtherLimit,
    Rulebook,
)
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.judge import answers, ends
from kratom_qc.judge.ends import Floats
from kratom_qc.rulebooks.scope import Rule, questions

Codes = npt.NDArray[np.int8]
OUTCOMES = (  # what a code stands for
    Outcome.PASS,
    Outcome.FAIL,
    Outcome.INCONCLUSIVE,
    Outcome.MISSING,
)


class Column:
    """One quantity over the batches of a group. Every limit that asks for it shares the column and
    its floats.

    A `shared` column holds one answer that all batches of the group give: a ban asks nothing of
    them.
    """

    def __init__(self, answers: list[Quantity | None], *, shared: bool = False):
        self.answers = answers
        self.shared = shared
        self.answered = [place for place, answer in enumerate(answers) if answer is not None]
        self.present = [answer for answer in answers if answer is not None]
        self._depths: dict[object, Floats] = {}

    @cached_property
    def index(self) -> npt.NDArray[np.int64]:
        """The places of the answered ones."""
        return np.asarray(self.answered, dtype=np.int64)

    @cached_property
    def lacking(self) -> npt.NDArray[np.bool_]:
        """Which of the answered ones lack an operand: a straddle of theirs is MISSING."""
        return np.fromiter(
            (bool(answer.missing) for answer in self.present), dtype=bool, count=len(self.present)
        )

    def rows(self, limit: Limit) -> Floats:
        """The answered ones as floats before one limit, shape (8, answered): the hull's ends, then
        the proven ends; shared, so never written to."""
        if isinstance(limit, NotDetectedLimit):
            return self._rows_of_depths(limit)
        if not isinstance(limit, AmountLimit):
            return self._ends
        if limit.decision_rule == DecisionRule.GUARDED:
            return ends.table(ends.guarded_ends(limit, answer) for answer in self.present)
        return self._exact_at_edges(limit.acceptance_interval)

    @cached_property
    def _ends(self) -> Floats:
        once = {id(answer): answer for answer in self.present}  # some are the same for thousands
        floats = {key: ends.plain_ends(answer) for key, answer in once.items()}
        return ends.table(floats[id(answer)] for answer in self.present)

    def _rows_of_depths(self, limit: NotDetectedLimit) -> Floats:
        """Many markets want the same portion: one array serves all."""
        asked = limit.portion, limit.lod_at_most, limit.unit
        if asked not in self._depths:
            self._depths[asked] = ends.table(
                ends.detection_ends(limit, answer) for answer in self.present
            )
        return self._depths[asked]

    def _exact_at_edges(self, accepted: Interval) -> Floats:
        """The ends in the order of the decimals where one falls on an edge of the interval."""
        rows = self._ends
        for edge in (accepted.low, accepted.high):
            if not edge:  # the float of a decimal above 0 is above 0: nothing to put right
                continue
            for end, place in np.argwhere(self._ends[::2] == float(edge)):
                if rows is self._ends:
                    rows = rows.copy()
                answer = self.present[place]
                hull = answer.interval
                exact = hull.low, hull.high, answer.proven_low, answer.proven_high
                rows[2 * end, place] = ends.ordered(exact[end], edge)
        return rows


@dataclass(slots=True)
class Asked:
    """One limit asked of a group of batches; `start` is its first row in the frame."""

    limit: Limit
    book: Rulebook
    column: Column
    start: int = 0


@dataclass(slots=True)
class Group:
    """Batches of one product: they are asked the same limits."""

    product: str | None
    members: list[int]
    asked: list[Asked]


def plan(
    batches: Sequence[Batch],
    books: Mapping[str, Rulebook],
    markets: Sequence[str],
    only: Mapping[str | None, Container[Rule]] | None = None,
) -> list[Group]:
    """Every limit that speaks of a batch, asked of it; `only` names those to ask of a product where
    not all are. Raises UsageError for a market without a rulebook."""
    by_product: dict[str | None, list[int]] = {}
    for index, batch in enumerate(batches):
        by_product.setdefault(batch.judged_as, []).append(index)
    groups = []
    for product, members in by_product.items():
        limits = questions(books, markets, product)
        if only is not None:
            rules = only[product]
            limits = ((book, limit) for book, limit in limits if (book.id, limit.rule_id) in rules)
        columns = _Columns([batches[index] for index in members])
        asked = [Asked(limit, book, columns.of(limit)) for book, limit in limits]
        groups.append(Group(product, members, asked))
    return groups


class _Columns:
    """What the batches of a group answer, each quantity once."""

    def __init__(self, batches: Sequence[Batch]):
        self.batches = batches
        self.unknown = Column([None] * len(batches))  # of what no batch knows anything
        self.known: set[QuantityKey] = set().union(*(batch.quantities for batch in batches))
        self.columns: dict[tuple[QuantityKey, bool], Column] = {}

    def of(self, limit: Limit) -> Column:
        """The column that a limit asks for."""
        if isinstance(limit, NumericLimit):
            return self._numeric(limit)
        return self._unmeasured(limit)

    def _numeric(self, limit: NumericLimit) -> Column:
        key = limit.quantity_key
        if key not in self.known:
            return self.unknown
        needs_depth = isinstance(limit, NotDetectedLimit) and limit.portion is None
        column = self.columns.get((key, needs_depth))
        if column is None:
            quantities = [batch.quantities.get(key) for batch in self.batches]
            column = Column(_deep(quantities) if needs_depth else quantities)
            self.columns[key, needs_depth] = column
        return column

    def _unmeasured(self, limit: OtherLimit) -> Column:
        shared = answers.is_shared(limit)
        asked = self.batches[:1] if shared else self.batches
        return Column([answers.answer(limit, batch) for batch in asked], shared=shared)


def _deep(quantities: Iterable[Quantity | None]) -> list[Quantity | None]:
    """A non-detect that states no LOD says no more than silence: how deep the laboratory looked is
    unknown."""
    return [
        None
        if quantity and quantity.detected is False and quantity.detection_limit is None
        else quantity
        for quantity in quantities
    ]
