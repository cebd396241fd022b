"""How often batches FAIL at one laboratory: a threshold set wrongly, or a laboratory that finds
nothing any more, shows in its rate long before anybody is harmed.

A cumulative sum of log-likelihood ratios (the Bernoulli CUSUM of Reynolds and Stoumbos, 1999)
tells after every batch; a p-chart of groups shows the course. The rate before is that of the first
batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kratom_qc.domain.interval import ZERO

BASELINE, FEWEST = 100, 4  # batches that give the rate before; FAILs among them, of fewer none
GROUP = 50  # batches of a point of the p-chart
_FALLEN, _RISEN = Decimal("0.1"), Decimal(2)  # times the rate before: what is looked for
# One false alarm in some 600 batches at a rate of 8 %; a fall to nothing is told after 47.
_DECISION = Decimal("3.5")


@dataclass(frozen=True, slots=True)
class Group:
    """Consecutive batches: how many, how many FAIL, and the p-chart's limits of the share."""

    batches: int
    failed: int
    lower: Decimal
    upper: Decimal


@dataclass(frozen=True, slots=True)
class Failures:
    """The course of one laboratory's FAILs. `rate` is the share before; `fell` and `rose` are the
    places of the batches that tell of another one, or None; `why_not` says why nothing is told."""

    laboratory: str
    batches: int
    failed: int
    rate: Decimal | None
    groups: tuple[Group, ...]
    fell: int | None
    rose: int | None
    why_not: str


def p_limits(share: Decimal, size: int) -> tuple[Decimal, Decimal]:
    """p̄ ± 3√(p̄(1 − p̄)/n), between 0 and 1."""
    away = 3 * (share * (1 - share) / size).sqrt()
    return max(ZERO, share - away), min(Decimal(1), share + away)


def failures(laboratory: str, failed: Sequence[bool]) -> Failures:
    """The course of batches in their order, each with whether it FAILs."""
    before = failed[:BASELINE]
    why = ""
    if len(before) < BASELINE:
        why = f"too few: {len(failed)} batches, {BASELINE} are needed"
    elif not FEWEST <= sum(before) < len(before):
        why = f"{sum(before)} of the first {BASELINE} batches FAIL: no rate to compare with"
    if why:
        return Failures(laboratory, len(failed), sum(failed), None, (), None, None, why)
    rate = Decimal(sum(before)) / len(before)
    after = failed[BASELINE:]
    return Failures(
        laboratory=laboratory,
        batches=len(failed),
        failed=sum(failed),
        rate=rate,
        groups=tuple(_groups(failed, rate)),
        fell=_place(_alarm(after, rate, rate * _FALLEN)),
        rose=_place(_alarm(after, rate, min(rate * _RISEN, (1 + rate) / 2))),
        why_not="",
    )


def _groups(failed: Sequence[bool], rate: Decimal) -> list[Group]:
    starts = range(0, len(failed) - GROUP + 1, GROUP)
    return [
        Group(GROUP, sum(failed[start : start + GROUP]), *p_limits(rate, GROUP)) for start in starts
    ]


def _place(alarm: int | None) -> int | None:
    return None if alarm is None else alarm + BASELINE


def _alarm(failed: Sequence[bool], rate: Decimal, other: Decimal) -> int | None:
    """The first batch after which another rate is much likelier than the one before."""
    for_fail, for_pass = (other / rate).ln(), ((1 - other) / (1 - rate)).ln()
    likelier = ZERO
    for place, fails in enumerate(failed):
        likelier = max(ZERO, likelier + (for_fail if fails else for_pass))
        if likelier > _DECISION:
            return place
    return None
