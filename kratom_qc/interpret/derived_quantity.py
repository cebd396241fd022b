"""A quantity that was computed, and what its sentences and tolerances need."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from kratom_qc import vocabulary
from kratom_qc.domain.interval import UNMEASURED, ZERO, Interval
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.domain.result import Result
from kratom_qc.interpret.fitness import is_unfit


def derived_quantity(
    key: QuantityKey,
    interval: Interval,
    results: Iterable[Result],
    missing: Iterable[str],
    how: str,
) -> Quantity:
    """A quantity that rests on results and proves its whole interval.

    `missing` names the operands nobody measured or declared. By an unfit method something was
    measured after all: then the method leaves it open, not silence.
    """
    distinct = tuple(dict.fromkeys(results))
    detected = interval.low > 0 or any(result.detected for result in distinct)
    return Quantity(
        subject=key.subject,
        unit=key.unit,
        basis=key.basis,
        interval=interval,
        proven_low=interval.low,
        proven_low_open=interval.low_open,
        proven_high=interval.high,
        proven_high_open=interval.high_open,
        results=distinct,
        detected=True if detected else None,
        missing=() if is_unfit(distinct) else tuple(dict.fromkeys(missing)),
        how=how,
    )


def undeclared(key: QuantityKey, source: Quantity, what: str) -> Quantity:
    """A quantity that needs something of the product that nobody declared."""
    how = f"needs the {what}, which nobody declared"
    return derived_quantity(key, UNMEASURED, source.results, (*source.missing, what), how)


def subject_name(subject: str) -> str:
    """An analyte's or derived quantity's name for a sentence."""
    known = vocabulary.analytes().get(subject)
    return known.name if known else subject.replace("-", " ")


def relative_rounding(results: Iterable[Result]) -> Decimal:
    """By what share a product or quotient of printed numbers may be off, by rounding alone: the sum
    of one last digit over each number (propagation of relative errors, to first order)."""
    return sum(
        (
            result.resolution / result.interval.low
            for result in results
            if result.resolution and result.interval.low
        ),
        ZERO,
    )
