"""A second, independent reading of the same limits, in exact decimals and plain Python.

It shares no code with the engine and knows nothing of pandas or Great Expectations. Where the two disagree the batch is
held, so that a silent engine bug becomes a visible HOLD.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kratom_qc.model import Interval, Limit, Outcome, Quantity


def reads(limit: Limit, quantities: Sequence[Quantity]) -> list[Outcome]:
    """How answered quantities stand to their limit, read without the engine."""
    if limit.kind == "not_detected":
        return [_not_detected(limit, quantity) for quantity in quantities]
    if limit.accept is None:
        raise ValueError(f"{limit.rule_id} has no interval to accept")
    if limit.decision_rule == "guarded":
        return [_guarded(limit, limit.accept, quantity) for quantity in quantities]
    return [
        _amount(
            limit.accept,
            quantity,
            quantity.interval.low,
            quantity.interval.high,
            quantity.proven_low,
            quantity.proven_high,
        )
        for quantity in quantities
    ]


def _guarded(limit: Limit, accept: Interval, quantity: Quantity) -> Outcome:
    """Both ends widened by the expanded uncertainty (ILAC-G8:09/2019 4.2.3); undecided where it is needed and unknown."""
    low, high = quantity.interval.low, quantity.interval.high
    width = Decimal(0)
    if quantity.how or any(result.interval.low == result.interval.high for result in quantity.results):
        stated = quantity.uncertainty
        if stated is None and limit.default_uncertainty is not None and high is not None:
            stated = high * limit.default_uncertainty
        if stated is None:
            return Outcome.MISSING if quantity.missing else Outcome.INCONCLUSIVE
        width = stated
    nothing = Decimal(0)
    return _amount(
        accept,
        quantity,
        max(nothing, low - width),
        None if high is None else high + width,
        max(nothing, quantity.proven_low - width),
        None if quantity.proven_high is None else quantity.proven_high + width,
    )


def _amount(
    accept: Interval,
    quantity: Quantity,
    low: Decimal,
    high: Decimal | None,
    proven_low: Decimal,
    proven_high: Decimal | None,
) -> Outcome:
    least, most = accept.low, accept.high
    # Too high: even the least it can be is more than the most allowed.
    if most is not None and proven_low >= most and (proven_low > most or quantity.proven_low_open or accept.high_open):
        return Outcome.FAIL
    # Too low: even the most it can be is less than the least allowed.
    if (
        proven_high is not None
        and proven_high <= least
        and (proven_high < least or quantity.proven_high_open or accept.low_open)
    ):
        return Outcome.FAIL
    value = quantity.interval
    enough = low > least or (low == least and (value.low_open or not accept.low_open))
    if enough and (
        most is None
        or (high is not None and (high < most or (high == most and (value.high_open or not accept.high_open))))
    ):
        return Outcome.PASS
    return Outcome.MISSING if quantity.missing else Outcome.INCONCLUSIVE


def _not_detected(limit: Limit, quantity: Quantity) -> Outcome:
    if any(result.detected is True or result.interval.low > 0 for result in quantity.results):
        return Outcome.FAIL
    if any(result.detected is None for result in quantity.results):
        return Outcome.INCONCLUSIVE
    if limit.portion is not None:
        portions = [result.portion for result in quantity.results if result.portion is not None]
        return Outcome.PASS if portions and max(portions) >= limit.portion else Outcome.INCONCLUSIVE
    stated = [
        (result.detection_limit, result.unit) for result in quantity.results if result.detection_limit is not None
    ]
    if not stated:
        return Outcome.MISSING
    if limit.lod_at_most is None:
        return Outcome.PASS
    deep = any(size <= limit.lod_at_most for size, unit in stated if unit == limit.unit)
    return Outcome.PASS if deep else Outcome.INCONCLUSIVE
