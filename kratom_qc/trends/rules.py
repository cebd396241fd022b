"""Rules by which the points of a chart tell of a change, by the name of who wrote them.

Nelson (Journal of Quality Technology 16, 1984) and Western Electric (Statistical Quality Control
Handbook, 1956) share some rules and differ in others: nine points on one side of the centre are
Nelson's, eight are Western Electric's.

A point may be known by its ends only. A rule signals *for certain* where it would whatever the
hidden values are, and *possibly* where it would for some of them. A point on a line is not beyond
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from kratom_qc.trends.charts import Baseline, Cusum, Ewma
from kratom_qc.trends.ends import Ends, above, below

RULES = {  # what each says, by its name
    "Nelson 1": "one point beyond 3σ",
    "Nelson 2": "nine in a row on one side of the centre",
    "Nelson 3": "six in a row rising or falling",
    "Nelson 4": "fourteen in a row up and down by turns",
    "Nelson 5": "two of three beyond 2σ on one side",
    "Nelson 6": "four of five beyond 1σ on one side",
    "Nelson 7": "fifteen in a row within 1σ",
    "Nelson 8": "eight in a row beyond 1σ, on both sides",
    "Western Electric 1": "one point beyond 3σ",
    "Western Electric 2": "two of three beyond 2σ on one side",
    "Western Electric 3": "four of five beyond 1σ on one side",
    "Western Electric 4": "eight in a row on one side of the centre",
    "EWMA": "the moving average beyond its limits",
    "CUSUM": "a small shift has summed up",
}


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule that the points from index `first` to `last` break. `side` is `above`, `below`,
    `rising`, `falling` or empty; `certain`: whatever the hidden values are."""

    rule: str
    first: int
    last: int
    side: str
    certain: bool

    @property
    def means(self) -> str:
        """What the rule says."""
        return RULES[self.rule]


class _Flags(NamedTuple):
    """Of every point whether something holds of it: for certain, possibly."""

    certain: tuple[bool, ...]
    possible: tuple[bool, ...]


class _Pattern(NamedTuple):
    """A rule as `needed` of `of` points in a row with a flag, the last of them among these."""

    rule: str
    side: str
    flags: _Flags
    needed: int
    of: int


def signals(values: Sequence[Ends], base: Baseline) -> tuple[Signal, ...]:
    """Every signal of both sets of rules, in the order of the rules; one that goes on from point to
    point is one signal. Where it is certain in one part and possible in more, both are told."""
    seen: list[Signal] = []
    for pattern in _patterns(values, base):
        seen += _signals(pattern)
    seen += _neighbours(values)
    seen += _on_both_sides(values, base)
    rules = list(RULES)
    seen.sort(key=lambda signal: (rules.index(signal.rule), signal.first, not signal.certain))
    return tuple(seen)


def chart_signals(rule: str, lines: Iterable[tuple[Ends, Ends, Ends]]) -> tuple[Signal, ...]:
    """Where a chart's value lies beyond its limits; `lines` are (value, lower, upper)."""
    lines = list(lines)
    over = _flags(above(value, upper) for value, _, upper in lines)
    under = _flags(below(value, lower) for value, lower, _ in lines)
    return (
        *_signals(_Pattern(rule, "above", over, 1, 1)),
        *_signals(_Pattern(rule, "below", under, 1, 1)),
    )


def ewma_signals(chart: Ewma) -> tuple[Signal, ...]:
    """Where the moving average lies beyond its limits."""
    return chart_signals("EWMA", zip(chart.values, chart.lower, chart.upper, strict=True))


def cusum_signals(chart: Cusum) -> tuple[Signal, ...]:
    """Where a sum lies beyond the decision line."""
    over = _flags(above(value, chart.decision) for value in chart.above)
    under = _flags(above(value, chart.decision) for value in chart.below)
    return (
        *_signals(_Pattern("CUSUM", "above", over, 1, 1)),
        *_signals(_Pattern("CUSUM", "below", under, 1, 1)),
    )


# ---------------------------------------------------------------- the rules


def _patterns(values: Sequence[Ends], base: Baseline) -> Iterator[_Pattern]:
    """The rules that look at where points lie."""
    for side, beyond, away in (("above", above, 1), ("below", below, -1)):
        zone = {
            sigmas: _flags(beyond(value, base.line(away * sigmas)) for value in values)
            for sigmas in (1, 2, 3)
        }
        off = _flags(beyond(value, base.center) for value in values)
        yield _Pattern("Nelson 1", side, zone[3], 1, 1)
        yield _Pattern("Nelson 2", side, off, 9, 9)
        yield _Pattern("Nelson 5", side, zone[2], 2, 3)
        yield _Pattern("Nelson 6", side, zone[1], 4, 5)
        yield _Pattern("Western Electric 1", side, zone[3], 1, 1)
        yield _Pattern("Western Electric 2", side, zone[2], 2, 3)
        yield _Pattern("Western Electric 3", side, zone[1], 4, 5)
        yield _Pattern("Western Electric 4", side, off, 8, 8)
    yield _Pattern("Nelson 7", "", _flags(_within(value, base) for value in values), 15, 15)


def _flags(pairs: Iterable[tuple[bool, bool]]) -> _Flags:
    pairs = list(pairs)
    return _Flags(tuple(certain for certain, _ in pairs), tuple(possible for _, possible in pairs))


def _within(value: Ends, base: Baseline) -> tuple[bool, bool]:
    """Whether a value lies inside one standard deviation."""
    under, over = below(value, base.line(1)), above(value, base.line(-1))
    return under[0] and over[0], under[1] and over[1]


def _signals(pattern: _Pattern) -> Iterator[Signal]:
    """The signals of a pattern; what is certain is not told as possible again."""
    certain = list(_completed(pattern.flags.certain, pattern.needed, pattern.of))
    possible = list(_completed(pattern.flags.possible, pattern.needed, pattern.of))
    yield from _ending_at(pattern.rule, pattern.side, pattern.of, certain, possible)


def _completed(flags: Sequence[bool], needed: int, of: int) -> Iterator[int]:
    """The points that complete a pattern."""
    for last, flag in enumerate(flags):
        if flag and sum(flags[max(0, last + 1 - of) : last + 1]) >= needed:
            yield last


def _ending_at(
    rule: str, side: str, of: int, certain: Sequence[int], possible: Sequence[int]
) -> Iterator[Signal]:
    """Signals that end at these points; those that follow each other are one."""
    known = set(certain)
    more = [end for end in possible if end not in known]
    for ends, is_certain in ((certain, True), (more, False)):
        run: list[int] = []
        for end in ends:
            if run and end != run[-1] + 1:
                yield Signal(rule, max(0, run[0] + 1 - of), run[-1], side, is_certain)
                run = []
            run.append(end)
        if run:
            yield Signal(rule, max(0, run[0] + 1 - of), run[-1], side, is_certain)


def _neighbours(values: Sequence[Ends]) -> Iterator[Signal]:
    """Nelson 3 and 4: how neighbours lie to each other, whatever the limits."""
    rises = _flags(above(after, before) for before, after in pairwise(values))
    falls = _flags(below(after, before) for before, after in pairwise(values))
    yield from _steady("rising", rises, values)
    yield from _steady("falling", falls, values)
    turns = [_turns(rises, falls, first) for first in (0, 1)]
    certain, possible = (
        sorted({pair + 1 for flags in both for pair in _completed(flags, 13, 13)})
        for both in zip(*turns, strict=True)
    )
    yield from _ending_at("Nelson 4", "", 14, certain, possible)


def _steady(side: str, pairs: _Flags, values: Sequence[Ends]) -> Iterator[Signal]:
    """Nelson 3 on one side. Neighbour by neighbour is not enough for what is possible: one hidden
    value must suit both its neighbours."""
    certain, possible = ([pair + 1 for pair in _completed(flags, 5, 5)] for flags in pairs)
    possible = [last for last in possible if _can(side, values[last - 5 : last + 1])]
    yield from _ending_at("Nelson 3", side, 6, certain, possible)


def _can(side: str, values: Sequence[Ends]) -> bool:
    """Whether values may rise, or fall, from each to the next."""
    lowest: Decimal | None = None  # the least that the value reached may be
    for value in values if side == "rising" else reversed(values):
        if lowest is not None and value.high is not None and value.high <= lowest:
            return False
        if value.low is not None:
            lowest = value.low if lowest is None else max(lowest, value.low)
    return True


def _turns(rises: _Flags, falls: _Flags, first: int) -> _Flags:
    """Of every pair of neighbours whether it rises and falls by turns; `first` 0 begins with a
    rise."""
    return _Flags(
        *(
            tuple(
                both[(place + first) % 2] for place, both in enumerate(zip(up, down, strict=True))
            )
            for up, down in zip(rises, falls, strict=True)
        )
    )


def _on_both_sides(values: Sequence[Ends], base: Baseline) -> Iterator[Signal]:
    """Nelson 8: eight in a row of which none lies within 1σ, and not all on one side."""
    over = _flags(above(value, base.line(1)) for value in values)
    under = _flags(below(value, base.line(-1)) for value in values)
    certain, possible = (
        [
            last
            for last in _completed(
                [over_it or under_it for over_it, under_it in zip(up, down, strict=True)], 8, 8
            )
            if any(up[last - 7 : last + 1]) and any(down[last - 7 : last + 1])
        ]
        for up, down in zip(over, under, strict=True)
    )
    yield from _ending_at("Nelson 8", "", 8, certain, possible)
