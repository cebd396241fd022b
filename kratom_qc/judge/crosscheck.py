"""A second, independent reading of the same limits, in exact decimals and plain Python.

It shares no code with the engine and knows nothing of pandas or Great Expectations. Where the two disagree the batch is
held, so that a silent engine bug becomes a visible HOLD.
"""

from __future__ import annotations

from decimal import Decimal

from kratom_qc.model import Limit, Outcome, Quantity


def reads(limit: Limit, quantity: Quantity) -> Outcome:
    """How an answered quantity stands to its limit, read without the engine."""
    if limit.kind == "not_detected":
        return _not_detected(limit, quantity)
    return _amount(limit, quantity)


def _amount(limit: Limit, quantity: Quantity) -> Outcome:
    accept, value = limit.accept, quantity.interval
    if accept is None:
        raise ValueError(f"{limit.rule_id} has no interval to accept")
    low, high, width = value.low, value.high, Decimal(0)
    proven_low, proven_high = quantity.proven_low, quantity.proven_high
    if limit.decision_rule == "guarded":
        measured = any(result.interval.low == result.interval.high for result in quantity.results)
        if measured or quantity.how:
            stated = quantity.uncertainty
            if stated is None and limit.default_uncertainty is not None and high is not None:
                stated = high * limit.default_uncertainty
            if stated is None:
                return Outcome.MISSING if quantity.missing else Outcome.INCONCLUSIVE
            width = stated
    # Too high: even the least it can be is more than the most allowed.
    if accept.high is not None:
        least = max(Decimal(0), proven_low - width)
        strictly = quantity.proven_low_open or accept.high_open
        if least > accept.high or (strictly and least == accept.high):
            return Outcome.FAIL
    # Too low: even the most it can be is less than the least allowed.
    if proven_high is not None:
        most = proven_high + width
        strictly = quantity.proven_high_open or accept.low_open
        if most < accept.low or (strictly and most == accept.low):
            return Outcome.FAIL
    reaches_down = low - width if low - width > 0 else Decimal(0)
    enough = reaches_down > accept.low or (reaches_down == accept.low and (value.low_open or not accept.low_open))
    if accept.high is None:
        within = True
    elif high is None:
        within = False
    else:
        reaches_up = high + width
        within = reaches_up < accept.high or (reaches_up == accept.high and (value.high_open or not accept.high_open))
    if enough and within:
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
