"""A second, independent reading of the same limits, in exact decimals and plain Python.

It shares no code with the engine and knows nothing of pandas or Great Expectations. Where the two
disagree the batch is held, so that a silent engine bug becomes a visible HOLD.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from decimal import Decimal

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.finding import Outcome
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import Limit
from kratom_qc.domain.quantity import Quantity


def question(limit: Limit) -> Hashable:
    """All that `reads` takes from a limit on amounts or presence: limits alike in it are read
    alike."""
    precision = limit.decision_rule, limit.guard_factor, limit.default_uncertainty
    return (
        limit.kind,
        limit.acceptance_interval,
        *precision,
        limit.portion,
        limit.lod_at_most,
        limit.unit,
    )


def reads(
    limit: Limit, quantities: Sequence[Quantity], batches: Sequence[Batch] = ()
) -> list[Outcome]:
    """How answered quantities stand to their limit, read without the engine. A limit that asks for
    no amount is read from the batches themselves."""
    if limit.kind not in ("amount", "not_detected"):
        return [_other(limit, batch) for batch in batches]
    if limit.kind == "not_detected":
        return [_not_detected(limit, quantity) for quantity in quantities]
    if limit.acceptance_interval is None:
        raise ValueError(f"{limit.rule_id} has no interval to accept")
    if limit.decision_rule == "guarded":
        return [_guarded(limit, limit.acceptance_interval, quantity) for quantity in quantities]
    return _amounts(limit.acceptance_interval, quantities)


def _guarded(limit: Limit, acceptance_interval: Interval, quantity: Quantity) -> Outcome:
    """Both ends widened by the guard band w = r·U (ILAC-G8:09/2019 4.2.3); undecided where U is
    needed and unknown."""
    if any(_guarded(limit, acceptance_interval, one) is Outcome.FAIL for one in quantity.alone):
        return Outcome.FAIL  # by a certificate alone, with the uncertainty that it states
    value = quantity.interval
    width = Decimal(0)
    if quantity.how or any(
        result.interval.low == result.interval.high for result in quantity.results
    ):
        stated = quantity.uncertainty
        if stated is None and limit.default_uncertainty is not None and value.high is not None:
            stated = value.high * limit.default_uncertainty
        if stated is None:
            return Outcome.MISSING if quantity.missing else Outcome.INCONCLUSIVE
        width = stated * limit.guard_factor

    def down(end: Decimal) -> Decimal:
        return end - width if end > width else Decimal(0)

    def up(end: Decimal | None) -> Decimal | None:
        return None if end is None else end + width

    widened = replace(
        quantity,
        interval=Interval(down(value.low), up(value.high), value.low_open, value.high_open),
        proven_low=down(quantity.proven_low),
        proven_high=up(quantity.proven_high),
    )
    return _amounts(acceptance_interval, [widened])[0]


def _amounts(acceptance_interval: Interval, quantities: Sequence[Quantity]) -> list[Outcome]:
    """Every quantity against one interval, ends open or closed. One loop: it runs once per answered
    limit of a run."""
    least, least_open, most, most_open = (
        acceptance_interval.low,
        acceptance_interval.low_open,
        acceptance_interval.high,
        acceptance_interval.high_open,
    )
    found = []
    for quantity in quantities:
        # Too high: even the least that one certificate proves is more than the most allowed.
        at_least = quantity.proven_low
        if (
            most is not None
            and at_least >= most
            and (at_least > most or quantity.proven_low_open or most_open)
        ):
            found.append(Outcome.FAIL)
            continue
        # Too low: even the most that one certificate proves is less than the least allowed.
        at_most = quantity.proven_high
        if (
            at_most is not None
            and at_most <= least
            and (at_most < least or quantity.proven_high_open or least_open)
        ):
            found.append(Outcome.FAIL)
            continue
        value = quantity.interval
        low, high = value.low, value.high
        enough = low > least or (low == least and (value.low_open or not least_open))
        if enough and (
            most is None
            or (
                high is not None
                and (high < most or (high == most and (value.high_open or not most_open)))
            )
        ):
            found.append(Outcome.PASS)
        else:
            found.append(Outcome.MISSING if quantity.missing else Outcome.INCONCLUSIVE)
    return found


def _not_detected(limit: Limit, quantity: Quantity) -> Outcome:
    results = quantity.results
    unclear, deepest = False, None
    for result in results:
        if result.detected is True or result.interval.low > 0:
            return Outcome.FAIL
        unclear = unclear or result.detected is None
        if result.portion is not None and (deepest is None or result.portion > deepest):
            deepest = result.portion
    if unclear:
        return Outcome.INCONCLUSIVE
    if limit.portion is not None:
        return (
            Outcome.PASS
            if deepest is not None and deepest >= limit.portion
            else Outcome.INCONCLUSIVE
        )
    stated = [
        (result.detection_limit, result.unit)
        for result in results
        if result.detection_limit is not None
    ]
    if not stated:
        return Outcome.MISSING
    if limit.lod_at_most is None:
        return Outcome.PASS
    deep = any(size <= limit.lod_at_most for size, unit in stated if unit == limit.unit)
    return Outcome.PASS if deep else Outcome.INCONCLUSIVE


def _other(limit: Limit, batch: Batch) -> Outcome:
    """Bans, product forms, words of a certificate, descriptions, profiles: read from the batch, not
    from the plan's answers."""
    match limit.kind:
        case "ban":
            return Outcome.FAIL
        case "attestation" | "unread":
            return Outcome.INCONCLUSIVE
        case "product_class":
            if batch.product in limit.requires:
                return Outcome.PASS
            return Outcome.FAIL if batch.product else Outcome.INCONCLUSIVE
        case "certificate":
            stated = [_states(limit, certificate) for certificate in batch.certificates]
            return Outcome.PASS if stated and all(stated) else Outcome.MISSING
        case "described":
            return _description(limit, batch)
        case "profile":
            return _unnatural(limit, batch)
    raise ValueError(f"{limit.rule_id} is of the kind {limit.kind}, which nobody reads twice")


def _states(limit: Limit, certificate: InterpretedCertificate) -> bool:
    unsigned = [result for result in certificate.results if result.measured and not result.method]
    others = (getattr(certificate, name) for name in limit.requires if name != "method")
    return all(others) and not ("method" in limit.requires and unsigned)


def _description(limit: Limit, batch: Batch) -> Outcome:
    said = batch.described.get(limit.subject)
    if said is None or said.text is None:
        return Outcome.MISSING
    verdicts = {"unclear": Outcome.INCONCLUSIVE, "does-not-conform": Outcome.FAIL}
    return next((outcome for flag, outcome in verdicts.items() if flag in said.flags), Outcome.PASS)


def _unnatural(limit: Limit, batch: Batch) -> Outcome:
    """FAIL where `present` was found and every one of `absent` was looked for and not found."""
    results = [
        result
        for certificate in batch.certificates
        for result in certificate.results
        if result.known and result.measured
    ]
    there: set[str] = {
        result.analyte for result in results if result.detected is True or result.interval.low > 0
    }
    looked = {result.analyte for result in results}
    unsure = {
        result.analyte for result in results if result.detected is None and result.interval.low == 0
    }
    if not looked >= {limit.present, *limit.absent}:
        return Outcome.MISSING
    if there & set(limit.absent) or limit.present not in there | unsure:
        return Outcome.PASS
    return (
        Outcome.FAIL
        if limit.present in there and not unsure & set(limit.absent)
        else Outcome.INCONCLUSIVE
    )
