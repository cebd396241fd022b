"""What a batch holds of every subject a limit asks for: printed results, and what can be computed
from them.

Totals, shares, ratios, per serving, per container, per day and dry weight are taken at the extremes
of their operands. What is already proven counts whatever is missing; `Quantity.missing` names the
operands nobody measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.interval import ZERO, Interval
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.domain.result import Result
from kratom_qc.interpret.combine import any_detected, combine, tolerance
from kratom_qc.interpret.computed import computed, part_of_a_sum
from kratom_qc.interpret.converted import MOISTURE, converted
from kratom_qc.interpret.derived_quantity import relative_rounding, subject_name
from kratom_qc.interpret.fitness import counts, fitted
from kratom_qc.interpret.uncompared import uncompared
from kratom_qc.vocabulary.derived import formulas


class Quantities(NamedTuple):
    """What is known of a batch by the key of each quantity, and the causes to hold that came up."""

    known: dict[QuantityKey, Quantity]
    hold_reasons: list[HoldReason]


def quantities(
    results: Iterable[Result], facts: ProductFacts, wanted: Iterable[QuantityKey]
) -> Quantities:
    """Every wanted quantity that anything is known of, with the causes to hold that came up.

    Where several certificates speak, each is also taken by itself: what one of them proves alone
    stays proven. Where a sheet shows fewer digits than it stores, what is stored is taken by
    itself, for the same reason.
    """
    measured = fitted(
        result for result in results if result.known and result.measured and result.text is None
    )
    whole = Deriver(measured, facts)
    known: dict[QuantityKey, Quantity] = {}
    asked = dict.fromkeys(QuantityKey(*key) for key in wanted)
    for key in asked:
        if (quantity := whole.asked(key)) is not None:
            known[key] = quantity
    hold_reasons = [*whole.hold_reasons, *uncompared(whole, asked)]
    for witness in _witnesses(measured):
        alone = Deriver(witness, facts)
        for key, quantity in known.items():
            known[key] = _proven_by(quantity, alone.asked(key))
    return Quantities(known, list(dict.fromkeys(hold_reasons)))


def _witnesses(measured: list[Result]) -> list[list[Result]]:
    """The results that prove something by themselves: what is stored, by fit methods, and each
    certificate's own."""
    proving = [result for result in measured if counts(result)]
    rounded = any(result.shown_interval is not None for result in proving)
    stored = [replace(result, shown_interval=None) for result in proving] if rounded else proving
    by_certificate: dict[str, list[Result]] = {}
    for result in stored:
        by_certificate.setdefault(result.certificate, []).append(result)
    single = list(by_certificate.values()) if len(by_certificate) > 1 else []
    return [stored, *single] if rounded or len(proving) < len(measured) else single


def _proven_by(quantity: Quantity, single: Quantity | None) -> Quantity:
    """A quantity with the ends that a single witness proves too, where those are tighter."""
    if single is None:
        return quantity
    both = (quantity, single)
    low, low_open = max((part.proven_low, part.proven_low_open) for part in both)
    # Of two ends at one number the open one proves more.
    highs = (
        (part.proven_high, not part.proven_high_open)
        for part in both
        if part.proven_high is not None
    )
    high, closed = min(highs, default=(None, False))
    return replace(
        quantity,
        proven_low=low,
        proven_low_open=low_open,
        proven_high=high,
        proven_high_open=not closed,
        alone=(*quantity.alone, single),
    )


class Deriver:
    """Finds quantities over one set of results, each at most once."""

    def __init__(
        self, results: list[Result], facts: ProductFacts, as_printed: Deriver | None = None
    ):
        self.facts = facts
        self.results = results
        self.hold_reasons: list[HoldReason] = []
        # Never itself: a hundred thousand batches would wait for the collector of cycles.
        self._as_printed = as_printed
        self._found: dict[QuantityKey, Quantity | None] = {}
        grouped: dict[QuantityKey, list[Result]] = {}
        for result in results:
            key = QuantityKey(result.analyte, result.basis, result.unit)
            grouped.setdefault(key, []).append(result)
        self.printed: dict[QuantityKey, Quantity] = {}
        for key, group in grouped.items():
            self.printed[key], hold_reasons = combine(group)
            self.hold_reasons += hold_reasons
        # Most limits ask for what a certificate does not speak of, which is soon said.
        subjects = {key.subject for key in grouped}
        parts = (formulas()[subject].of for subject in subjects & formulas().keys())
        self._spoken_of = subjects.union(formulas().keys(), *parts)

    @property
    def as_printed(self) -> Deriver:
        """The same results where what is below its limit is not counted 0."""
        return self._as_printed or self

    @cached_property
    def _lower(self) -> Deriver:
        """The same results, each below its limit counted 0 (Commission Regulation (EU) 2023/915,
        lower-bound sums)."""
        return Deriver([_at_its_least(result) for result in self.results], self.facts, self)

    def asked(self, key: QuantityKey) -> Quantity | None:
        """What a limit asks for: a quantity, or the lower bound of a sum."""
        if not key.is_lower_bound:
            return self.find(key)
        # For its causes to hold: results contradict themselves as the laboratory prints them.
        self.find(key.as_printed)
        lower = self._lower.find(key.as_printed)
        if lower is None:
            return None
        how = f"lower bound: what is below its limit counts 0; {lower.how}"
        return replace(lower, how=how)

    def find(self, key: QuantityKey) -> Quantity | None:
        """A quantity as printed, converted or computed; None where nothing is known of it."""
        if key not in self._found:
            self._found[key] = None  # a conversion may not come back to where it started
            if key.subject in self._spoken_of:
                self._found[key] = self._find(key)
        return self._found[key]

    def _find(self, key: QuantityKey) -> Quantity | None:
        if key.is_detection:
            return self._detection(key)
        formula = formulas().get(key.subject)
        quantity = self.agreed(key) if formula is None else computed(self, key, formula)
        return quantity or part_of_a_sum(self, key)

    def _detection(self, key: QuantityKey) -> Quantity | None:
        """Whether a subject was found at all, in whatever unit and basis: a limit `not detected`
        needs no conversion."""
        printed = [quantity for of, quantity in self.printed.items() if of.subject == key.subject]
        results = [result for quantity in printed for result in quantity.results]
        if not results:
            of_a_sum = part_of_a_sum(self, key._replace(basis="as received"))
            return of_a_sum if of_a_sum is not None and of_a_sum.detected else None
        same_unit = [result for result in results if result.unit == key.unit]
        combined = combine(same_unit or results).quantity
        return replace(combined, detected=any_detected(results), results=tuple(results))

    def agreed(self, key: QuantityKey) -> Quantity | None:
        """What is printed as asked, else converted. Where both are there and cannot both be true,
        the hull and a cause to hold."""
        printed, from_other = self.printed.get(key), converted(self, key)
        if printed is None or from_other is None:
            return printed or from_other
        contradiction = self.contradiction(printed, from_other)
        if not contradiction:
            return printed
        self.hold_reasons += contradiction
        return replace(printed, interval=printed.interval.hull(from_other.interval))

    def contradiction(self, printed: Quantity, from_other: Quantity) -> list[HoldReason]:
        """Why a printed quantity and one converted from another cannot both be true; nothing where
        they can."""
        end = from_other.interval.high
        slack = tolerance(printed.results)
        slack += (end or ZERO) * relative_rounding(from_other.results)
        low = max(ZERO, from_other.interval.low - slack)
        if Interval(low, None if end is None else end + slack).meets(printed.interval):
            return []
        both = f"'{printed.results[0].reported}' and '{from_other.results[0].reported}'"
        why = f"{both} of {subject_name(printed.subject)} cannot both be true: {from_other.how}"
        ref = printed.results[0].ref
        return [HoldReason("RESULTS-CONTRADICT", why, ref, printed.subject)]

    def converted_alone(self, source: QuantityKey, key: QuantityKey) -> Quantity | None:
        """A quantity from one printed otherwise, and from no other; None where nothing leads
        there."""
        only = [*self.printed[source].results, *self._moisture()]
        return converted(Deriver(only, self.facts), key)

    def _moisture(self) -> tuple[Result, ...]:
        printed = self.printed.get(MOISTURE)
        return printed.results if printed is not None else ()


def _at_its_least(result: Result) -> Result:
    """0 for a summand below a known limit. A non-detect that names no limit bounds nothing, here
    too; nor is a printed total below its limit a summand."""
    span = result.interval
    if span.low > 0 or span.high is None or result.analyte in formulas():
        return result
    return replace(result, interval=Interval.exactly(ZERO), shown_interval=None)
