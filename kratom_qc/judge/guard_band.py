"""The guard band of a decision rule: by how much a result is widened before it is compared."""

from __future__ import annotations

from decimal import Decimal

from kratom_qc.domain.interval import UNMEASURED, ZERO, Interval
from kratom_qc.domain.limit import AmountLimit, DecisionRule, NumericLimit
from kratom_qc.domain.quantity import Quantity


def guard_band(limit: AmountLimit, quantity: Quantity) -> Decimal | None:
    """By how much both ends are widened: r times the expanded uncertainty under a guarded decision
    rule (ILAC-G8:09/2019 4.2.3, w = r·U), 0 without one.

    None where the rule needs an uncertainty and none is stated. A censored result (`<0.05`) carries
    none of its own.
    """
    exact = any(result.interval.low == result.interval.high for result in quantity.results)
    if limit.decision_rule != DecisionRule.GUARDED or not (exact or quantity.how):
        return ZERO
    if quantity.uncertainty is not None:
        return quantity.uncertainty * limit.guard_factor
    if limit.default_uncertainty is not None and quantity.interval.high is not None:
        return quantity.interval.high * limit.default_uncertainty * limit.guard_factor
    return None


def judged_interval(limit: NumericLimit, quantity: Quantity) -> Interval:
    """What is compared with the limit: the hull, widened by the guard band where there is one."""
    value = quantity.interval
    if not isinstance(limit, AmountLimit) or limit.decision_rule != DecisionRule.GUARDED:
        return value
    width = guard_band(limit, quantity)
    if width is None:
        return UNMEASURED
    high = None if value.high is None else value.high + width
    return Interval(max(ZERO, value.low - width), high, value.low_open, value.high_open)
