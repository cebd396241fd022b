"""A second, independent reading of the same limits, in exact decimals and plain Python.

Read it from top to bottom. It shares no code with the plan, the answers and the engine, and knows
nothing of pandas or Great Expectations. Where the two readings differ the batch is held, so that a
silent fault of one becomes a visible HOLD.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import Enum, auto
from typing import assert_never

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.finding import Outcome
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import (
    AmountLimit,
    Attestation,
    Ban,
    CertificateLimit,
    DecisionRule,
    DescribedLimit,
    NoStatute,
    NotDetectedLimit,
    NumericLimit,
    OtherLimit,
    ProductClassLimit,
    ProfileLimit,
    UnreadRule,
)
from kratom_qc.domain.quantity import Quantity
from kratom_qc.domain.result import Result

# ---------------------------------------------------------------- limits on what was measured


def of_quantities(limit: NumericLimit, quantities: Sequence[Quantity]) -> list[Outcome]:
    """How what is known of a substance in each batch stands to a limit on it."""
    if isinstance(limit, NotDetectedLimit):
        return [_not_detected(limit, quantity) for quantity in quantities]
    if limit.decision_rule == DecisionRule.GUARDED:
        return [_guarded(limit, quantity) for quantity in quantities]
    return [_amount(limit.acceptance_interval, quantity) for quantity in quantities]


def _amount(accepted: Interval, quantity: Quantity) -> Outcome:
    """FAIL where a certificate proves it outside, PASS where every possible amount is inside."""
    if _proven_above(quantity, accepted) or _proven_below(quantity, accepted):
        return Outcome.FAIL
    if _lies_within(quantity.interval, accepted):
        return Outcome.PASS
    return Outcome.MISSING if quantity.missing else Outcome.INCONCLUSIVE


def _proven_above(quantity: Quantity, accepted: Interval) -> bool:
    """Whether the least that a certificate proves is more than the most accepted."""
    least, most = quantity.proven_low, accepted.high
    if most is None or least < most:
        return False
    # At the same number nothing is shared unless both ends are closed.
    return least > most or quantity.proven_low_open or accepted.high_open


def _proven_below(quantity: Quantity, accepted: Interval) -> bool:
    """Whether the most that a certificate proves is less than the least accepted."""
    most, least = quantity.proven_high, accepted.low
    if most is None or most > least:
        return False
    return most < least or quantity.proven_high_open or accepted.low_open


def _lies_within(value: Interval, accepted: Interval) -> bool:
    """Whether every amount of an interval is accepted."""
    if value.low < accepted.low:
        return False
    if value.low == accepted.low and accepted.low_open and not value.low_open:
        return False
    if accepted.high is None:
        return True
    if value.high is None or value.high > accepted.high:
        return False
    return value.high < accepted.high or value.high_open or not accepted.high_open


# ---------------------------------------------------------------- with a guard band


def _guarded(limit: AmountLimit, quantity: Quantity) -> Outcome:
    """The amount with both ends moved outward by the guard band w = r·U (ILAC-G8:09/2019 4.2.3);
    undecided where U is needed and unknown."""
    for single in quantity.alone:  # one certificate may prove a FAIL with its own uncertainty
        if _guarded(limit, single) is Outcome.FAIL:
            return Outcome.FAIL
    width = _guard_band(limit, quantity)
    if width is None:
        return Outcome.MISSING if quantity.missing else Outcome.INCONCLUSIVE
    return _amount(limit.acceptance_interval, _widened(quantity, width))


def _guard_band(limit: AmountLimit, quantity: Quantity) -> Decimal | None:
    """The width of the guard band in the quantity's unit; None where U is unknown.

    A censored result (`<0.05`) has no uncertainty of its own; a computed quantity has one.
    """
    exact = [result for result in quantity.results if result.interval.low == result.interval.high]
    if not exact and not quantity.how:
        return Decimal(0)
    if quantity.uncertainty is not None:
        return quantity.uncertainty * limit.guard_factor
    most = quantity.interval.high
    if limit.default_uncertainty is None or most is None:
        return None
    return most * limit.default_uncertainty * limit.guard_factor


def _widened(quantity: Quantity, width: Decimal) -> Quantity:
    """A quantity that may be less or more by a width; less than nothing there cannot be."""
    value, proven_high = quantity.interval, quantity.proven_high
    low = max(Decimal(0), value.low - width)
    high = None if value.high is None else value.high + width
    return replace(
        quantity,
        interval=Interval(low, high, value.low_open, value.high_open),
        proven_low=max(Decimal(0), quantity.proven_low - width),
        proven_high=None if proven_high is None else proven_high + width,
    )


# ---------------------------------------------------------------- what may not be there at all


def _not_detected(limit: NotDetectedLimit, quantity: Quantity) -> Outcome:
    """FAIL where any result found it; PASS where all looked in vain, and one looked well enough."""
    results = quantity.results
    if any(_was_detected(result) for result in results):
        return Outcome.FAIL
    if any(result.detected is None for result in results):
        return Outcome.INCONCLUSIVE
    if limit.portion is not None:
        return _in_portion(limit.portion, results)
    return _to_depth(limit, results)


def _was_detected(result: Result) -> bool:
    """More than nothing was found, whatever the words say."""
    return result.detected is True or result.interval.low > 0


def _in_portion(asked: Decimal, results: Sequence[Result]) -> Outcome:
    """Absence in a smaller portion than the limit's proves nothing."""
    portions = [result.portion for result in results if result.portion is not None]
    return Outcome.PASS if portions and max(portions) >= asked else Outcome.INCONCLUSIVE


def _to_depth(limit: NotDetectedLimit, results: Sequence[Result]) -> Outcome:
    """A non-detect without a detection limit says no more than silence."""
    depths = [
        (result.detection_limit, result.unit)
        for result in results
        if result.detection_limit is not None
    ]
    if not depths:
        return Outcome.MISSING
    if limit.lod_at_most is None:
        return Outcome.PASS
    deep = any(depth <= limit.lod_at_most for depth, unit in depths if unit == limit.unit)
    return Outcome.PASS if deep else Outcome.INCONCLUSIVE


# ---------------------------------------------------------------- limits on anything else


def of_batch(limit: OtherLimit, batch: Batch) -> Outcome:
    """How a batch stands to a limit that asks for no amount."""
    match limit:
        case Ban():
            return Outcome.FAIL
        case Attestation() | UnreadRule():
            return Outcome.INCONCLUSIVE
        case NoStatute():
            return Outcome.PASS if limit.confirmed_by else Outcome.INCONCLUSIVE
        case ProductClassLimit():
            return _product_class(limit, batch)
        case CertificateLimit():
            return _certificate(limit, batch)
        case DescribedLimit():
            return _description(limit, batch)
        case ProfileLimit():
            return _profile(limit, batch)
    assert_never(limit)


def _product_class(limit: ProductClassLimit, batch: Batch) -> Outcome:
    if batch.product is None:
        return Outcome.INCONCLUSIVE
    if batch.judged_as == "extract_capsule":  # a capsule to some laws and an extract to others
        allowed = "capsule" in limit.requires and "extract" in limit.requires
    else:
        allowed = batch.product in limit.requires
    return Outcome.PASS if allowed else Outcome.FAIL


def _certificate(limit: CertificateLimit, batch: Batch) -> Outcome:
    """There must be a certificate, and every one must state everything."""
    complete = [_states_all(limit, certificate) for certificate in batch.certificates]
    return Outcome.PASS if complete and all(complete) else Outcome.MISSING


def _states_all(limit: CertificateLimit, certificate: InterpretedCertificate) -> bool:
    for field in limit.requires:
        if field == "method":
            if any(result.measured and not result.method for result in certificate.results):
                return False
        elif not getattr(certificate, field):
            return False
    return True


def _description(limit: DescribedLimit, batch: Batch) -> Outcome:
    described = batch.described.get(limit.subject)
    if described is None or described.text is None:
        return Outcome.MISSING
    if "unclear" in described.flags:
        return Outcome.INCONCLUSIVE
    return Outcome.FAIL if "does-not-conform" in described.flags else Outcome.PASS


def _profile(limit: ProfileLimit, batch: Batch) -> Outcome:
    """FAIL where the subject was found and every other was looked for and not found."""
    subject = _presence(limit.subject, batch)
    others = [_presence(analyte, batch) for analyte in limit.absent]
    if Presence.NOT_LOOKED_FOR in (subject, *others):
        return Outcome.MISSING
    if subject is Presence.ABSENT or Presence.THERE in others:
        return Outcome.PASS
    if subject is Presence.UNSURE or Presence.UNSURE in others:
        return Outcome.INCONCLUSIVE
    return Outcome.FAIL


class Presence(Enum):
    """What all results of an analyte say together."""

    NOT_LOOKED_FOR = auto()
    THERE = auto()
    UNSURE = auto()
    ABSENT = auto()


def _presence(analyte: str, batch: Batch) -> Presence:
    """One result that found it counts more than any that did not."""
    results = [result for result in _measured(batch) if result.analyte == analyte]
    if not results:
        return Presence.NOT_LOOKED_FOR
    if any(_was_detected(result) for result in results):
        return Presence.THERE
    unsure = any(result.detected is None for result in results)
    return Presence.UNSURE if unsure else Presence.ABSENT


def _measured(batch: Batch) -> list[Result]:
    """Every measured result of a known analyte."""
    results = [result for certificate in batch.certificates for result in certificate.results]
    return [result for result in results if result.known and result.measured]


# ---------------------------------------------------------------- asking less often


def question(limit: NumericLimit) -> Hashable:
    """All that `of_quantities` takes from a limit: limits alike in it need one reading."""
    if isinstance(limit, NotDetectedLimit):
        return limit.kind, limit.portion, limit.lod_at_most, limit.unit
    rule = limit.decision_rule, limit.guard_factor, limit.default_uncertainty
    return limit.kind, limit.acceptance_interval, *rule
