"""The same thing said twice: results of one key become one quantity, and a contradiction becomes a
doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from itertools import combinations

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.interval import ZERO, Interval
from kratom_qc.domain.quantity import Quantity
from kratom_qc.domain.result import Result

_CROWD = 12  # distinct results of one thing; beyond, nobody reads every pair


def combine(results: Sequence[Result]) -> tuple[Quantity, list[HoldReason]]:
    """One quantity over results of the same analyte, basis and unit.

    Results that agree at the coarser printed resolution are one statement, and the finer one is
    judged. Otherwise the judged interval is the hull of all, so that a mean never hides a
    replicate, and a doubt holds the batch. Where a sheet shows fewer digits than its cell holds,
    both are judged; only what is stored proves anything.
    """
    if len(results) == 1:  # nearly always: nothing to compare
        return _alone(results[0]), []
    hold_reasons = _contradictions(results)
    spoken = [_finest(results)] if len(results) > 1 and _all_one_statement(results) else results
    hull = _hull(spoken, as_shown=True)
    low, low_open, high, high_open = _proven(spoken)
    detections = {result.detected for result in results}
    detected = True if True in detections else False if detections == {False} else None
    reaches = [
        result.detection_limit
        for result in results
        if result.detected is False and result.detection_limit is not None
    ]
    first = results[0]
    return Quantity(
        first.analyte,
        first.unit,
        first.basis,
        hull,
        low,
        low_open,
        high,
        high_open,
        tuple(results),
        detected,
        min(reaches, default=None),
        _uncertainty(results),
    ), hold_reasons


def _alone(result: Result) -> Quantity:
    own, shown = result.interval, result.shown_interval
    reach = result.detection_limit if result.detected is False else None
    return Quantity(
        result.analyte,
        result.unit,
        result.basis,
        own if shown is None else own.hull(shown),
        own.low,
        own.low_open,
        own.high,
        own.high_open or own.high is None,
        (result,),
        result.detected,
        reach,
        result.uncertainty if _exact(result) else None,
    )


def _hull(results: Sequence[Result], *, as_shown: bool = False) -> Interval:
    stored = [result.interval for result in results]
    shown = [
        result.shown_interval
        for result in results
        if as_shown and result.shown_interval is not None
    ]
    return reduce(Interval.hull, (*stored, *shown))


def _finest(results: Sequence[Result]) -> Result:
    return min(results, key=lambda result: result.resolution or ZERO)


def _all_one_statement(results: Sequence[Result]) -> bool:
    """One result printed in two units. Two numbers in one unit are two measurements, however near;
    so are replicates."""
    if len({_repeat(result) for result in results}) > 1:
        return False
    if len({vocabulary.unit_key(result.reported_unit) for result in results}) < len(
        {result.interval for result in results}
    ):
        return False
    return all(_exact(result) for result in results) and all(
        _agree(one, other) for one, other in combinations(_distinct(results), 2)
    )


def _repeat(result: Result) -> tuple[Decimal | None, str, str]:
    """What may tell two results of one analyte apart: another test portion, species or replicate."""
    return result.portion, result.species, result.replicate


def _distinct(results: Iterable[Result]) -> list[Result]:
    """One result of those that agree with the same others: a file may say one thing twenty thousand
    times."""
    found: dict[object, Result] = {}
    for result in results:
        found.setdefault(
            (result.interval, result.resolution, result.detected, result.portion), result
        )
    return list(found.values())


def _exact(result: Result) -> bool:
    return result.interval.low == result.interval.high


def _agree(one: Result, other: Result) -> bool:
    """Equal at the coarser printed resolution; where one is censored, that both can be true."""
    if _exact(one) and _exact(other):
        step = max(one.resolution or ZERO, other.resolution or ZERO)
        return abs(one.interval.low - other.interval.low) <= step / 2
    in_portion = one.portion is not None or other.portion is not None
    if in_portion and {one.detected, other.detected} == {True, False}:
        return False
    return one.interval.meets(other.interval)


def _contradictions(results: Sequence[Result]) -> list[HoldReason]:
    groups: dict[tuple[Decimal | None, str, str], list[Result]] = {}
    for result in results:
        groups.setdefault(_repeat(result), []).append(result)
    return [
        hold_reason for group in groups.values() for hold_reason in _contradicting(_distinct(group))
    ]


def _contradicting(distinct: Sequence[Result]) -> list[HoldReason]:
    """A doubt for every two that cannot both be true; of a crowd, the two that lie furthest apart
    speak for all."""
    if len(distinct) <= _CROWD:
        return [_contradiction(*pair) for pair in combinations(distinct, 2) if not _agree(*pair)]
    by_size = sorted(
        distinct,
        key=lambda result: (result.interval.low, result.interval.high or Decimal("Infinity")),
    )
    hold_reason = _contradiction(by_size[0], by_size[-1])
    return [
        replace(
            hold_reason, why=f"{len(distinct)} different results of one thing: {hold_reason.why}"
        )
    ]


def _contradiction(one: Result, other: Result) -> HoldReason:
    why = (
        f"'{one.reported}' at {_where(one, other)} and '{other.reported}' at {_where(other, one)} cannot both be the "
        "result; the laboratory must say which is right, and a mean does not settle it"
    )
    return HoldReason("RESULTS-CONTRADICT", why, other.ref, one.analyte)


def _where(result: Result, beside: Result) -> str:
    """Sheet and cell; the file too where the other result stands in another one."""
    same = result.ref.file == beside.ref.file
    return str(result.ref) if same else f"{result.ref} of {result.ref.file}"


def _proven(results: Sequence[Result]) -> tuple[Decimal, bool, Decimal | None, bool]:
    """The tightest ends that one certificate proves by itself: a later, better result never removes
    an earlier FAIL."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.certificate, []).append(result)
    hulls = [_hull(group) for group in groups.values()]
    low, low_open = max((hull.low, hull.low_open) for hull in hulls)
    bounded = [(hull.high, not hull.high_open) for hull in hulls if hull.high is not None]
    if not bounded:
        return low, low_open, None, True
    high, closed = min(bounded)
    return low, low_open, high, not closed


def _uncertainty(results: Sequence[Result]) -> Decimal | None:
    """The largest stated expanded uncertainty; None where any measured value states none."""
    stated = [result.uncertainty for result in results if _exact(result)]
    return (
        None if None in stated else max((size for size in stated if size is not None), default=None)
    )


def tolerance(results: Iterable[Result]) -> Decimal:
    """How far a printed total may lie from the sum of its printed parts by rounding alone: half a
    last digit each."""
    return sum((result.resolution / 2 for result in results if result.resolution is not None), ZERO)
