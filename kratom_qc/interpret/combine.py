"""The same thing said twice: results of one key become one quantity, and a contradiction holds the
batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from itertools import combinations
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.interval import ZERO, Interval
from kratom_qc.domain.quantity import Quantity
from kratom_qc.domain.result import Result

_CROWD = 12  # distinct results of one thing; beyond, nobody reads every pair


class Combined(NamedTuple):
    """One quantity, and the contradictions of its results."""

    quantity: Quantity
    contradictions: list[HoldReason]


def combine(results: Sequence[Result]) -> Combined:
    """One quantity over results of the same analyte, basis and unit.

    Results that agree at the coarser printed resolution are one statement, and the finer one is
    judged. Otherwise the judged interval is the hull of all, so that a mean never hides a
    replicate, and a contradiction holds the batch. Where a sheet shows fewer digits than its cell
    holds, both are judged; only what is stored proves anything.
    """
    if len(results) == 1:  # nearly always: nothing to compare
        return Combined(_alone(results[0]), [])
    one_statement = _all_one_statement(results)
    judged = [_finest(results)] if one_statement else results
    shown = [result.shown_interval for result in judged if result.shown_interval is not None]
    low, low_open, high, high_open = _proven(judged)
    limits = [
        result.detection_limit
        for result in results
        if result.detected is False and result.detection_limit is not None
    ]
    first = results[0]
    quantity = Quantity(
        subject=first.analyte,
        unit=first.unit,
        basis=first.basis,
        interval=reduce(Interval.hull, shown, _hull(judged)),
        proven_low=low,
        proven_low_open=low_open,
        proven_high=high,
        proven_high_open=high_open,
        results=tuple(results),
        detected=any_detected(results),
        detection_limit=min(limits, default=None),
        uncertainty=_uncertainty(results),
    )
    return Combined(quantity, _contradictions(results))


def _alone(result: Result) -> Quantity:
    measured, shown = result.interval, result.shown_interval
    return Quantity(
        subject=result.analyte,
        unit=result.unit,
        basis=result.basis,
        interval=measured if shown is None else measured.hull(shown),
        proven_low=measured.low,
        proven_low_open=measured.low_open,
        proven_high=measured.high,
        proven_high_open=measured.high_open or measured.high is None,
        results=(result,),
        detected=result.detected,
        detection_limit=result.detection_limit if result.detected is False else None,
        uncertainty=result.uncertainty if is_exact(result) else None,
    )


def any_detected(results: Iterable[Result]) -> bool | None:
    """True where any result was detected, False where all were not, else None."""
    detections = {result.detected for result in results}
    if True in detections:
        return True
    return False if detections == {False} else None


def is_exact(result: Result) -> bool:
    """Whether a result is one number, not censored."""
    return result.interval.low == result.interval.high


def _hull(results: Iterable[Result]) -> Interval:
    return reduce(Interval.hull, (result.interval for result in results))


def _finest(results: Sequence[Result]) -> Result:
    return min(results, key=lambda result: result.resolution or ZERO)


def _all_one_statement(results: Sequence[Result]) -> bool:
    """One result printed in two units. Two numbers in one unit are two measurements, however near;
    so are replicates."""
    units = {vocabulary.unit_key(result.reported_unit) for result in results}
    if len(set(map(_repeat, results))) > 1:
        return False
    if len(units) < len({result.interval for result in results}):
        return False
    pairs = combinations(_distinct(results), 2)
    return all(map(is_exact, results)) and all(_agree(*pair) for pair in pairs)


class _Repeat(NamedTuple):
    """What may tell two results of one analyte apart."""

    portion: Decimal | None
    species: str
    replicate: str


def _repeat(result: Result) -> _Repeat:
    return _Repeat(result.portion, result.species, result.replicate)


def _distinct(results: Iterable[Result]) -> list[Result]:
    """One result of those that agree with the same others: a file may say one thing twenty thousand
    times."""
    distinct: dict[object, Result] = {}
    for result in results:
        key = (result.interval, result.resolution, result.detected, result.portion)
        distinct.setdefault(key, result)
    return list(distinct.values())


def _agree(first: Result, second: Result) -> bool:
    """Equal at the coarser printed resolution; where one is censored, that both can be true."""
    if is_exact(first) and is_exact(second):
        step = max(first.resolution or ZERO, second.resolution or ZERO)
        return abs(first.interval.low - second.interval.low) <= step / 2
    in_portion = first.portion is not None or second.portion is not None
    if in_portion and {first.detected, second.detected} == {True, False}:
        return False
    return first.interval.meets(second.interval)


def _contradictions(results: Sequence[Result]) -> list[HoldReason]:
    repeats: dict[_Repeat, list[Result]] = {}
    for result in results:
        repeats.setdefault(_repeat(result), []).append(result)
    groups = map(_distinct, repeats.values())
    return [reason for group in groups for reason in _contradicting(group)]


def _contradicting(distinct: Sequence[Result]) -> list[HoldReason]:
    """A cause to hold for every two that cannot both be true; of a crowd, the two that lie furthest
    apart speak for all."""
    if len(distinct) <= _CROWD:
        return [_contradiction(*pair) for pair in combinations(distinct, 2) if not _agree(*pair)]
    by_size = sorted(distinct, key=_ends)
    furthest = _contradiction(by_size[0], by_size[-1])
    why = f"{len(distinct)} different results of one thing: {furthest.why}"
    return [replace(furthest, why=why)]


def _ends(result: Result) -> tuple[Decimal, Decimal]:
    return result.interval.low, result.interval.high or Decimal("Infinity")


def _contradiction(first: Result, second: Result) -> HoldReason:
    why = (
        f"'{first.reported}' at {_where(first, second)} and '{second.reported}' at "
        f"{_where(second, first)} cannot both be the result; the laboratory must say which is "
        "right, and a mean does not settle it"
    )
    return HoldReason("RESULTS-CONTRADICT", why, second.ref, first.analyte)


def _where(result: Result, other: Result) -> str:
    """Sheet and cell; the file too where the other result stands in another one."""
    same = result.ref.file == other.ref.file
    return str(result.ref) if same else f"{result.ref} of {result.ref.file}"


def _proven(results: Sequence[Result]) -> tuple[Decimal, bool, Decimal | None, bool]:
    """(low, low open, high, high open): the tightest ends that one certificate proves by itself. A
    later, better result never removes an earlier FAIL."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.certificate, []).append(result)
    hulls = [_hull(group) for group in groups.values()]
    low, low_open = max((hull.low, hull.low_open) for hull in hulls)
    bounded = [(hull.high, not hull.high_open) for hull in hulls if hull.high is not None]
    high, closed = min(bounded, default=(None, False))
    return low, low_open, high, not closed


def _uncertainty(results: Sequence[Result]) -> Decimal | None:
    """The largest stated expanded uncertainty; None where any measured value states none."""
    stated = [result.uncertainty for result in results if is_exact(result)]
    sizes = [size for size in stated if size is not None]
    return max(sizes, default=None) if len(sizes) == len(stated) else None


def tolerance(results: Iterable[Result]) -> Decimal:
    """How far a printed total may lie from the sum of its printed parts by rounding alone: half a
    last digit each."""
    return sum((result.resolution / 2 for result in results if result.resolution is not None), ZERO)
