"""Limits × batches: what is asked of whom, and what the batches answer. The left join that makes
missing a row."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Outcome
from kratom_qc.domain.interval import ZERO, Interval, portion_bound
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.domain.quantity import Quantity
from kratom_qc.judge import answers
from kratom_qc.rulebooks.scope import NUMERIC, Rule, key_of, questions

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
OUTCOMES = (
    Outcome.PASS,
    Outcome.FAIL,
    Outcome.INCONCLUSIVE,
    Outcome.MISSING,
)  # what a code stands for
# Stands for "any stated detection limit will do": every finite bound lies inside, an unknown one
# does not.
_ANY_BOUND = float(np.finfo(float).max)


class Column:
    """One quantity over the batches of a group. Every limit that asks for it shares the column and
    its floats.

    A `shared` column holds one answer that all batches of the group give: a ban asks nothing of
    them.
    """

    def __init__(self, answers: list[Quantity | None], *, shared: bool = False):
        self.answers = answers
        self.shared = shared
        self.answered = [at for at, answer in enumerate(answers) if answer is not None]
        self.present = [answer for answer in answers if answer is not None]
        self._depths: dict[tuple[Decimal | None, Decimal | None, str | None], Floats] = {}

    def depths(self, limit: Limit) -> Floats:
        """The ends for a limit *not detected*, shape (8, answered). Many markets want the same
        portion: one array serves all."""
        asked = limit.portion, limit.lod_at_most, limit.unit
        if asked not in self._depths:
            self._depths[asked] = _columns(_detection_row(limit, answer) for answer in self.present)
        return self._depths[asked]

    @cached_property
    def index(self) -> npt.NDArray[np.int64]:
        """The places of the answered ones."""
        return np.asarray(self.answered, dtype=np.int64)

    @cached_property
    def ends(self) -> Floats:
        """The ends of the answered ones as floats, shape (8, answered); shared, so never written
        to."""
        return _columns(answer.ends for answer in self.present)

    @cached_property
    def lacking(self) -> npt.NDArray[np.bool_]:
        """Which of the answered ones lack an operand: a straddle of theirs is MISSING."""
        return np.fromiter(
            (bool(answer.missing) for answer in self.present), dtype=bool, count=len(self.present)
        )


@dataclass(slots=True)
class Asked:
    """One limit asked of a group of batches of one product; `start` is its first row in the frame."""

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
    not all are."""
    by_product: dict[str | None, list[int]] = {}
    for index, batch in enumerate(batches):
        by_product.setdefault(batch.product, []).append(index)
    groups = []
    for product, members in by_product.items():
        held = [batches[index].quantities for index in members]
        known = set().union(*held)
        unknown = Column([None] * len(held))
        columns: dict[tuple[tuple[str, str, str], bool], Column] = {}
        asked = []
        for book, limit in questions(books, markets, product):
            if only is not None and (book.id, limit.rule_id) not in only[product]:
                continue
            if limit.kind not in NUMERIC:
                shared = limit.kind in answers.ALIKE
                said = [
                    answers.answer(limit, batches[index])
                    for index in (members[:1] if shared else members)
                ]
                asked.append(Asked(limit, book, Column(said, shared=shared)))
                continue
            key, needs_depth = key_of(limit), limit.kind == "not_detected" and limit.portion is None
            if key not in known:
                asked.append(Asked(limit, book, unknown))
                continue
            if (key, needs_depth) not in columns:
                found = [quantities.get(key) for quantities in held]
                if needs_depth:
                    found = [None if _says_nothing(answer) else answer for answer in found]
                columns[key, needs_depth] = Column(found)
            asked.append(Asked(limit, book, columns[key, needs_depth]))
        groups.append(Group(product, members, asked))
    return groups


def _says_nothing(answer: Quantity | None) -> bool:
    """A non-detect that states no LOD says no more than silence: how deep the laboratory looked is
    unknown."""
    return answer is not None and answer.detected is False and answer.detection_limit is None


# ---------------------------------------------------------------- the frame's numbers


def rows_of(asked: Asked) -> Floats:
    """The answered rows of one limit as floats, shape (8, rows): the hull's ends, then the proven
    ends.

    The floats keep the order of the exact decimals: where a value differs from its limit but their
    floats do not, the float is nudged to the right side.
    """
    limit, present = asked.limit, asked.column.present
    if limit.kind == "not_detected":
        return asked.column.depths(limit)
    if limit.decision_rule == "guarded":
        return _columns(_guarded_row(limit, answer) for answer in present)
    rows = asked.column.ends
    own = False
    for edge in (
        (limit.acceptance_interval.low, limit.acceptance_interval.high)
        if limit.acceptance_interval
        else ()
    ):
        if (
            edge is None or edge == 0
        ):  # the float of a decimal above 0 is above 0: nothing to put right
            continue
        for end, at in zip(*np.nonzero(rows[::2] == float(edge)), strict=True):
            rows, own = (rows, own) if own else (rows.copy(), True)
            answer = present[at]
            exact = answer.interval.low, answer.interval.high, answer.proven_low, answer.proven_high
            rows[2 * end, at] = _ordered(exact[end], edge)
    return rows


def _columns(rows: Iterable[Sequence[object]]) -> Floats:
    """Rows of eight ends, the first of every row first: shape (8, rows)."""
    return np.ascontiguousarray(
        np.fromiter(chain.from_iterable(rows), dtype=float).reshape(-1, 8).T
    )


def _ordered(value: Decimal | None, edge: Decimal) -> float:
    """The float nearest `value` that lies on the same side of `edge`'s float as the decimals do."""
    if value is None:
        return float("inf")
    near, at = float(value), float(edge)
    if value < edge and near >= at:
        return float(np.nextafter(at, -np.inf))
    if value > edge and near <= at:
        return float(np.nextafter(at, np.inf))
    return near


_UNKNOWN = (0.0, 0.0, float("inf"), 1.0)  # [0, ∞): low, is it open, high, is it open
_FOUND = (0.0, 1.0, float("inf"), 1.0)  # (0, ∞)


def _guarded_row(limit: Limit, answer: Quantity) -> tuple[float, ...]:
    """The ends widened by the guard band (ILAC-G8:09/2019 4.2.3, w = r·U); unknown where U is.

    What one certificate proves with its own uncertainty stays proven, whatever the others leave
    out.
    """
    value = answer.interval
    hull = _widened(
        limit, (value.low, value.low_open, value.high, value.high_open), guard(limit, answer)
    )
    proven = [
        _widened(
            limit,
            (one.proven_low, one.proven_low_open, one.proven_high, one.proven_high_open),
            guard(limit, one),
        )
        for one in (answer, *answer.alone)
    ]
    low = max(ends[:2] for ends in proven)
    high, closed = min((ends[2], -ends[3]) for ends in proven)
    return *hull, *low, high, -closed


def _widened(
    limit: Limit, ends: tuple[Decimal, bool, Decimal | None, bool], width: Decimal | None
) -> tuple[float, float, float, float]:
    if width is None:
        return _UNKNOWN
    low, low_open, high, high_open = ends
    edges = (
        (limit.acceptance_interval.low, limit.acceptance_interval.high)
        if limit.acceptance_interval
        else (ZERO, None)
    )
    most = float("inf") if high is None else _beside(high + width, edges)
    return _beside(max(ZERO, low - width), edges), float(low_open), most, float(high_open)


def _beside(value: Decimal, edges: tuple[Decimal | None, ...]) -> float:
    """The float of a value, on the right side of whichever edge of its limit it would otherwise
    fall on."""
    edge = next((edge for edge in edges if edge is not None and float(edge) == float(value)), None)
    return float(value) if edge is None else _ordered(value, edge)


def guard(limit: Limit, answer: Quantity) -> Decimal | None:
    """By how much both ends are widened: r times the expanded uncertainty under a guarded decision
    rule, 0 without one.

    None where the rule needs an uncertainty and none is stated. A censored result (`<0.05`) carries
    none of its own.
    """
    exact = [result for result in answer.results if result.interval.low == result.interval.high]
    if limit.decision_rule != "guarded" or not (exact or answer.how):
        return ZERO
    if answer.uncertainty is not None:
        return answer.uncertainty * limit.guard_factor
    if limit.default_uncertainty is not None and answer.interval.high is not None:
        return answer.interval.high * limit.default_uncertainty * limit.guard_factor
    return None


def judged_interval(limit: Limit, answer: Quantity) -> Interval:
    """What is compared with the limit: the hull, widened by the uncertainty where the limit's
    decision rule is guarded."""
    value = answer.interval
    if limit.kind != "amount" or limit.decision_rule != "guarded":
        return value
    width = guard(limit, answer)
    if width is None:
        return Interval(ZERO, None, False, True)
    high = None if value.high is None else value.high + width
    return Interval(max(ZERO, value.low - width), high, value.low_open, value.high_open)


def _detection_row(limit: Limit, answer: Quantity) -> tuple[float, ...]:
    """`Not detected` as an interval: found is (0, ∞), not found reaches down to its detection
    limit, unclear is [0, ∞)."""
    reach = detection_reach(limit, answer)
    if answer.detected is True:
        ends = _FOUND
    elif answer.detected is None or reach is None:
        ends = _UNKNOWN
    else:
        edge = detection_bound(limit)
        ends = 0.0, 0.0, float(reach) if edge is None else _ordered(reach, edge), 0.0
    return *ends, *ends


def detection_reach(limit: Limit, answer: Quantity) -> Decimal | None:
    """How far down the deepest non-detect looked, in the limit's terms: 1/portion, or a LOD in the
    limit's unit."""
    if limit.portion is not None:
        portions = [result.portion for result in answer.results if result.portion is not None]
        return portion_bound(max(portions)) if portions else None
    same_unit = limit.lod_at_most is None or answer.unit == limit.unit
    return answer.detection_limit if same_unit else None


def detection_bound(limit: Limit) -> Decimal | None:
    """How deep a limit `not detected` wants the method to look; None where any stated depth will
    do."""
    return portion_bound(limit.portion) if limit.portion is not None else limit.lod_at_most


def bands(limit: Limit) -> tuple[list[float], list[float]]:
    """A limit's ends for the two questions: the band a result may not miss, and the band that must
    hold all of it."""
    if limit.kind == "not_detected":
        bound = detection_bound(limit)
        return [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, _ANY_BOUND if bound is None else float(bound), 0.0]
    acceptance_interval = (
        answers.ACCEPT if limit.acceptance_interval is None else limit.acceptance_interval
    )
    high = float("inf") if acceptance_interval.high is None else float(acceptance_interval.high)
    ends = [
        float(acceptance_interval.low),
        float(acceptance_interval.low_open),
        high,
        float(acceptance_interval.high_open),
    ]
    return ends, ends
