"""Two batches, or two certificates of one, side by side: result by result and market by market."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import NamedTuple

from kratom_qc.domain.interval import Interval
from kratom_qc.trends import ends
from kratom_qc.trends.agreement import Value, e_n
from kratom_qc.trends.ends import Ends, minus


class Relation(StrEnum):
    """How the second side stands to the first."""

    SAME = "the same"
    HIGHER = "higher"
    LOWER = "lower"
    EITHER = "cannot be told apart"  # hidden values, or several, leave it open
    OTHER_WORDS = "other words"
    GONE = "only in the first"
    NEW = "only in the second"


class Subject(NamedTuple):
    """What a result is of. `portion` is that of a test for presence, in grams."""

    analyte: str
    species: str
    basis: str
    unit: str
    portion: str


@dataclass(frozen=True, slots=True)
class Stated:
    """One result as printed; `interval` is None where it is words only."""

    subject: Subject
    interval: Interval | None
    printed: str  # with its unit
    cell: str  # as `file sheet!cell`
    uncertainty: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One subject on both sides. The intervals are hulls of all that a side states; `difference` is
    second minus first, in the subject's unit; `e_n` where both state one value with its
    uncertainty (beyond ±1 they differ)."""

    subject: Subject
    first: tuple[Stated, ...]
    second: tuple[Stated, ...]
    first_interval: Interval | None
    second_interval: Interval | None
    relation: Relation
    difference: Ends | None
    e_n: Decimal | None


class Standing(NamedTuple):
    """What a market, or the batch's own verdict, says, and the rule that decides it ("": none)."""

    verdict: str
    says: str
    rule_id: str


class MarketLine(NamedTuple):
    """One market on both sides (None: the batch's own verdict); None where it was not judged."""

    market: str | None
    first: Standing | None
    second: Standing | None

    @property
    def differs(self) -> bool:
        """Whether the two sides say something else."""
        return self.first != self.second


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared. `name` is the batch or the file; `judged_on` is the day of the verdict, and
    `why_no_verdict` says why there is none."""

    name: str
    batch_id: str
    product: str
    laboratories: tuple[str, ...]
    certificates: tuple[str, ...]  # the laboratories' numbers
    tested_on: str
    judged_on: str
    why_no_verdict: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides with every result and every market."""

    first: Side
    second: Side
    results: tuple[ResultLine, ...]
    markets: tuple[MarketLine, ...]


def compared(first: Iterable[Stated], second: Iterable[Stated]) -> tuple[ResultLine, ...]:
    """Every subject that either side speaks of, in the order of the first."""
    ours, theirs = _by_subject(first), _by_subject(second)
    return tuple(
        _line(subject, tuple(ours.get(subject, ())), tuple(theirs.get(subject, ())))
        for subject in dict.fromkeys((*ours, *theirs))
    )


def _by_subject(stated: Iterable[Stated]) -> dict[Subject, list[Stated]]:
    by_subject: dict[Subject, list[Stated]] = {}
    for statement in stated:
        by_subject.setdefault(statement.subject, []).append(statement)
    return by_subject


def _line(subject: Subject, ours: tuple[Stated, ...], theirs: tuple[Stated, ...]) -> ResultLine:
    first, second = _hull(ours), _hull(theirs)
    difference = minus(ends.of(second), ends.of(first)) if first and second else None
    return ResultLine(
        subject=subject,
        first=ours,
        second=theirs,
        first_interval=first,
        second_interval=second,
        relation=_relation((ours, theirs), first, second),
        difference=difference,
        e_n=e_n(_value(theirs), _value(ours)) if len(ours) == len(theirs) == 1 else None,
    )


def _value(stated: Sequence[Stated]) -> Value:
    interval = stated[0].interval
    return Value(Ends(None, None) if interval is None else ends.of(interval), stated[0].uncertainty)


def _hull(stated: Sequence[Stated]) -> Interval | None:
    """Everything that a side leaves possible; None where it states no number."""
    intervals = [statement.interval for statement in stated if statement.interval is not None]
    return reduce(Interval.hull, intervals) if intervals else None


def _relation(
    sides: tuple[Sequence[Stated], Sequence[Stated]],
    first: Interval | None,
    second: Interval | None,
) -> Relation:
    if not all(sides):
        return Relation.GONE if sides[0] else Relation.NEW
    if first is None or second is None:
        ours, theirs = ({statement.printed.casefold() for statement in side} for side in sides)
        return Relation.SAME if ours == theirs else Relation.OTHER_WORDS
    if first == second:
        return Relation.SAME
    if first.meets(second):
        return Relation.EITHER
    # They do not meet: of two equal low ends the open one begins above the other.
    higher = (second.low, second.low_open) > (first.low, first.low_open)
    return Relation.HIGHER if higher else Relation.LOWER
