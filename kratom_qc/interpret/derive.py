"""What a batch holds of every subject a limit asks for: printed results, and what can be computed
from them.

Totals, shares, ratios, per serving, per container, per day and dry weight are taken at the extremes
of their operands. What is already proven counts whatever is missing; `Quantity.missing` names the
operands nobody measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.interval import UNMEASURED, ZERO, Interval, plain
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.domain.result import Result
from kratom_qc.interpret.arithmetic import (
    HUNDRED,
    complement,
    percent_share,
    product,
    quotient,
    total,
)
from kratom_qc.interpret.combine import combine, tolerance
from kratom_qc.interpret.fitness import counts, fitted, is_unfit
from kratom_qc.interpret.formulas import Formula, formulas

Key = QuantityKey
_THOUSAND = Decimal(1000)
_SCALES = (
    ("as received", "mg/kg"),
    ("as received", "mg/mL"),
    ("per serving", "mg/serving"),
    ("per unit", "mg/unit"),
    ("dry", "mg/kg"),
)


def quantities(
    results: Iterable[Result], facts: ProductFacts, wanted: Iterable[Key]
) -> tuple[dict[Key, Quantity], list[HoldReason]]:
    """Every wanted key that anything is known of, with the doubts that came up.

    Where several certificates speak, each is also taken by itself: what one of them proves alone
    stays proven. Where a sheet shows fewer digits than it stores, what is stored is taken by
    itself, for the same reason.
    """
    measured = fitted(
        result for result in results if result.known and result.measured and result.text is None
    )
    keys = list(dict.fromkeys(wanted))
    whole = _Deriver(measured, facts)
    found = {key: quantity for key in keys if (quantity := whole.asked(key)) is not None}
    for witness in _witnesses(measured):
        alone = _Deriver(witness, facts)
        for key, quantity in found.items():
            found[key] = _proven_by(quantity, alone.asked(key))
    return found, whole.hold_reasons


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
    if single is None:
        return quantity
    low = max(
        (quantity.proven_low, quantity.proven_low_open), (single.proven_low, single.proven_low_open)
    )
    # Of two ends at one number the open one proves more.
    highs = [
        (one.proven_high, not one.proven_high_open)
        for one in (quantity, single)
        if one.proven_high is not None
    ]
    high, closed = min(highs, default=(None, False))
    proven = replace(
        quantity,
        proven_low=low[0],
        proven_low_open=low[1],
        proven_high=high,
        proven_high_open=not closed,
    )
    return replace(proven, alone=(*quantity.alone, single))


@dataclass(frozen=True, slots=True)
class _Declared:
    """What the vendor declares and a conversion multiplies by: its size, name, unit, and the factor
    between units."""

    amount: Decimal | None
    what: str
    unit: str
    factor: Decimal


class _Deriver:
    """Finds quantities over one set of results, each at most once."""

    def __init__(self, results: list[Result], facts: ProductFacts, above: _Deriver | None = None):
        self.facts = facts
        self._above = above  # never itself: a hundred thousand batches would wait for the collector
        self.results = results
        self.hold_reasons: list[HoldReason] = []
        self.memo: dict[Key, Quantity | None] = {}
        grouped: dict[Key, list[Result]] = {}
        for result in results:
            grouped.setdefault(Key(result.analyte, result.basis, result.unit), []).append(result)
        self.printed: dict[Key, Quantity] = {}
        for key, group in grouped.items():
            self.printed[key], hold_reasons = combine(group)
            self.hold_reasons += hold_reasons

    def asked(self, key: Key) -> Quantity | None:
        """What a limit asks for: a quantity, or the lower bound of a sum."""
        if not key.is_lower_bound:
            return self.find(key)
        as_printed = key.as_printed
        self.find(as_printed)  # for its doubts: what contradicts itself does so as it is printed
        found = self._lower.find(as_printed)
        return found and replace(
            found, how=f"lower bound: what is below its limit counts 0; {found.how}"
        )

    @property
    def as_printed(self) -> _Deriver:
        """The same results where what is below its limit is not counted 0."""
        return self._above or self

    @cached_property
    def _lower(self) -> _Deriver:
        """The same results, each below its limit counted 0 (Commission Regulation (EU) 2023/915,
        lower-bound sums)."""
        return _Deriver([_at_its_least(result) for result in self.results], self.facts, self)

    def find(self, key: Key) -> Quantity | None:
        if key in self.memo:
            return self.memo[key]
        self.memo[key] = None  # a conversion may not come back to where it started
        subject = key[0]
        if key.is_detection:
            quantity = self._detection(key)
            self.memo[key] = quantity
            return quantity
        quantity = (
            self._computed(key)
            if subject in formulas()
            else self._agreed(self.printed.get(key), key)
        )
        self.memo[key] = quantity
        return quantity

    def _detection(self, key: Key) -> Quantity | None:
        """Whether a subject was found at all, in whatever unit and basis: a limit `not detected`
        needs no conversion."""
        results = [
            result
            for (subject, _, _), quantity in self.printed.items()
            if subject == key[0]
            for result in quantity.results
        ]
        if not results:
            return None
        same_unit = [result for result in results if result.unit == key[2]]
        combined, _ = combine(same_unit or results)
        detections = {result.detected for result in results}
        return replace(
            combined,
            detected=True if True in detections else False if detections == {False} else None,
            results=tuple(results),
        )

    # ------------------------------------------------------------ totals, shares, ratios, claims

    def _computed(self, key: Key) -> Quantity | None:
        subject, basis, unit = key
        formula = formulas()[subject]
        quantity: Quantity | None
        if formula.kind == "sum":
            total_of = self._sum(key, formula, formula.of)
            quantity = total_of if total_of.results else None
        elif formula.kind == "share":
            quantity = self._share(key, formula)
        elif formula.kind == "ratio":
            quantity = self._ratio(key, formula)
        elif formula.kind == "within":
            return self._within(key, formula)
        else:
            return self._claim(key, formula)
        printed = self.printed.get(key)
        return self._with_printed(quantity, printed) if printed else quantity

    def _sum(self, key: Key, formula: Formula, of: tuple[str, ...]) -> Quantity:
        _, basis, unit = key
        policy: list[Interval] = []
        parts: list[str] = []
        absent: list[str] = []
        missing: list[str] = []
        results: list[Result] = []
        for analyte in of:
            quantity = self.find(Key(analyte, basis, unit))
            if quantity is not None and not quantity.missing:
                policy.append(quantity.interval)
                parts.append(_name(analyte))
                results += quantity.results
            elif (
                analyte in formula.core or quantity is not None
            ):  # measured, and only a factor is lacking: that is not 0
                missing += [_name(analyte)] if quantity is None else quantity.missing
                results += (
                    () if quantity is None else quantity.results
                )  # measured, and lacking a factor only
                policy.append(self._ceiling(formula, basis, unit))
            else:
                absent.append(_name(analyte))
        how = "sum of " + (", ".join(parts) or "what cannot be told")
        if missing:
            how += "; not measured and of unknown size: " + ", ".join(dict.fromkeys(missing))
        if absent:
            how += f"; not measured and counted as 0: {', '.join(absent)}"
        return _quantity(key, total(policy), tuple(results), tuple(missing), how)

    def _ceiling(self, formula: Formula, basis: str, unit: str) -> Interval:
        """The most an unmeasured core summand can be: a published ceiling times another, else
        unbounded."""
        base = (
            None
            if formula.ceiling is None
            else self.as_printed.find(Key(formula.ceiling_of, basis, unit))
        )
        if base is None or formula.ceiling is None:
            return UNMEASURED
        most = base.interval.scaled(formula.ceiling)
        return Interval(ZERO, most.high, False, most.high_open)

    def _share(self, key: Key, formula: Formula) -> Quantity | None:
        whole = formulas()[formula.of[0]]
        basis, unit = self._scale(formula.part)
        part = self.find(Key(formula.part, basis, unit))
        others = self._sum(
            Key(formula.of[0], basis, unit), whole, tuple(a for a in whole.of if a != formula.part)
        )
        if part is None and not others.results:
            return None
        missing = (*((_name(formula.part),) if part is None else part.missing), *others.missing)
        interval = percent_share(part.interval if part else UNMEASURED, others.interval)
        results = (*(part.results if part else ()), *others.results)
        return _quantity(
            key,
            interval,
            results,
            missing,
            f"{_name(formula.part)} ÷ total alkaloids ({others.how})",
        )

    def _scale(self, *subjects: str) -> tuple[str, str]:
        """The basis and unit in which a share or ratio is computed: the first that the certificate
        prints."""
        for basis, unit in _SCALES:
            if any((subject, basis, unit) in self.printed for subject in subjects):
                return basis, unit
        return _SCALES[0]

    def _ratio(self, key: Key, formula: Formula) -> Quantity | None:
        basis, unit = self._scale(*formula.of, *formula.under)
        everything = replace(formula, kind="sum", core=frozenset((*formula.of, *formula.under)))
        over = self._sum(Key("over", basis, unit), everything, formula.of)
        under = self._sum(Key("under", basis, unit), everything, formula.under)
        if not over.results and not under.results:
            return None
        names = [" + ".join(map(_name, of)) for of in (formula.of, formula.under)]
        return _quantity(
            key,
            quotient(over.interval, under.interval),
            (*over.results, *under.results),
            (*over.missing, *under.missing),
            f"({names[0]}) ÷ ({names[1]})",
        )

    def _claim(self, key: Key, formula: Formula) -> Quantity | None:
        (analyte,), (claimed,) = formula.of, formula.under
        claim = next((claim for claim in self.facts.claims if claim[0] == claimed), None)
        if claim is None:
            return None
        _, amount, unit = claim
        basis = {
            "mg/serving": "per serving",
            "mg/container": "per container",
            "mg/unit": "per unit",
        }.get(unit, "as received")
        found = self.find(Key(analyte, basis, unit))
        how = f"{_name(analyte)} found as per cent of the {amount} {unit} claimed"
        how += f" of {_name(claimed)}" if claimed != analyte else ""
        if found is None:
            return _quantity(key, UNMEASURED, (), (_name(analyte),), how)
        return _quantity(
            key,
            quotient(found.interval.scaled(HUNDRED), Interval.exactly(amount)),
            found.results,
            found.missing,
            how,
        )

    def _within(self, key: Key, formula: Formula) -> Quantity | None:
        """A part by itself where a laboratory told it apart, else at most the whole."""
        own = self._agreed(self.printed.get(key), key)
        whole = self.find(key._replace(subject=formula.of[0]))
        if whole is None or (own is not None and not own.missing):
            return own
        most = Interval(ZERO, whole.interval.high, False, whole.interval.high_open)
        how = f"at most the whole of {_name(formula.of[0])}: {_name(key[0])} was not told apart"
        return _quantity(
            key, most, whole.results, whole.missing, f"{how}; {whole.how}" if whole.how else how
        )

    def _with_printed(self, computed: Quantity | None, printed: Quantity) -> Quantity:
        """A printed total is intersected with the derived one; if nothing is left, the batch is
        held."""
        if computed is None:
            return printed
        slack = _slack(printed, computed)
        widened = Interval(
            max(ZERO, printed.interval.low - slack),
            None if printed.interval.high is None else printed.interval.high + slack,
        )
        if not widened.meets(computed.interval):
            self.hold_reasons.append(
                HoldReason(
                    "TOTAL-CONTRADICTS",
                    f"the printed '{printed.results[0].reported}' of {_name(printed.subject)} does not agree with "
                    f"the {computed.how}",
                    printed.results[0].ref,
                    printed.subject,
                )
            )
            return computed
        if not computed.missing or not printed.interval.meets(computed.interval):
            return replace(computed, results=(*computed.results, *printed.results))
        # Where summands are missing, the printed total says how much they can be together.
        low, low_open = max(
            (computed.interval.low, computed.interval.low_open),
            (printed.interval.low, printed.interval.low_open),
        )
        high, high_open = computed.interval.high, computed.interval.high_open
        if printed.interval.high is not None and (high is None or printed.interval.high <= high):
            high, high_open = printed.interval.high, printed.interval.high_open
        return _quantity(
            Key(printed.subject, printed.basis, printed.unit),
            Interval(low, high, low_open, high_open),
            (*computed.results, *printed.results),
            (),
            computed.how + "; narrowed by the printed total",
        )

    # ------------------------------------------------------------ other bases and other dimensions

    def _agreed(self, printed: Quantity | None, key: Key) -> Quantity | None:
        """What is printed as asked, else converted. Where both are there and cannot both be true,
        the hull and a doubt."""
        converted = self._converted(key)
        if printed is None or converted is None:
            return printed or converted
        slack = tolerance(printed.results) + (converted.interval.high or ZERO) * _relative(
            converted.results
        )
        low = max(ZERO, converted.interval.low - slack)
        high = None if converted.interval.high is None else converted.interval.high + slack
        if Interval(low, high).meets(printed.interval):
            return printed
        said = f"'{printed.results[0].reported}' and '{converted.results[0].reported}'"
        why = f"{said} of {_name(key[0])} cannot both be true: {converted.how}"
        self.hold_reasons.append(
            HoldReason("RESULTS-CONTRADICT", why, printed.results[0].ref, key[0])
        )
        return replace(printed, interval=printed.interval.hull(converted.interval))

    def _converted(self, key: Key) -> Quantity | None:
        subject, basis, unit = key
        facts = self.facts
        if unit == "ug/day":
            per_day = _Declared(facts.servings_per_day, "servings per day", "", _THOUSAND)
            return self._scaled_from(Key(subject, "per serving", "mg/serving"), key, per_day)
        if unit == "mg/container":
            return self._per_container(key)
        if unit == "mg/serving":
            return self._per_mass(key, facts.serving_g, facts.serving_ml, "serving size")
        if unit == "mg/kg" and basis == "as received":
            return self._from_dry(key) or self._from_volume(key) or self._from_serving(key)
        if unit == "mg/kg" and basis == "dry":
            return self._to_dry(key)
        if unit == "mg/mL" and basis == "as received":
            density = _Declared(facts.density_g_per_ml, "density", " g/mL", Decimal("0.001"))
            return self._scaled_from(Key(subject, basis, "mg/kg"), key, density)
        return None

    def _per_mass(
        self, key: Key, grams: Decimal | None, millilitres: Decimal | None, what: str
    ) -> Quantity | None:
        by_volume = Key(key[0], "as received", "mg/mL")
        if millilitres is not None and (by_volume in self.printed or grams is None):
            return self._scaled_from(
                by_volume, key, _Declared(millilitres, what, " mL", Decimal(1))
            )
        return self._scaled_from(
            Key(key[0], "as received", "mg/kg"), key, _Declared(grams, what, " g", Decimal("0.001"))
        )

    def _per_container(self, key: Key) -> Quantity | None:
        facts = self.facts
        if (
            facts.net_g is None
            and facts.net_ml is None
            and facts.servings_per_container is not None
        ):
            servings = _Declared(
                facts.servings_per_container, "servings per container", "", Decimal(1)
            )
            return self._scaled_from(Key(key[0], "per serving", "mg/serving"), key, servings)
        return self._per_mass(key, facts.net_g, facts.net_ml, "net content")

    def _scaled_from(self, source: Key, key: Key, by: _Declared) -> Quantity | None:
        """`source` times what is declared; where it is not declared, that is what is missing."""
        found = self.find(source)
        if found is None:
            return None
        if by.amount is None:
            missing = (*found.missing, by.what)
            return _quantity(
                key,
                UNMEASURED,
                found.results,
                missing,
                f"needs the {by.what}, which nobody declared",
            )
        how = f"{_name(key[0])} × {by.what} of {plain(by.amount)}{by.unit}" + (
            f" ({found.how})" if found.how else ""
        )
        return _quantity(
            key, found.interval.scaled(by.amount * by.factor), found.results, found.missing, how
        )

    def _from_serving(self, key: Key) -> Quantity | None:
        found = self.printed.get(Key(key[0], "per serving", "mg/serving"))
        if found is None:
            return None
        if not self.facts.serving_g:
            return _quantity(
                key,
                UNMEASURED,
                found.results,
                ("serving size",),
                "needs the serving size, which nobody declared",
            )
        interval = quotient(found.interval, Interval.exactly(self.facts.serving_g)).scaled(
            _THOUSAND
        )
        return _quantity(
            key,
            interval,
            found.results,
            (),
            f"{_name(key[0])} per serving ÷ {self.facts.serving_g} g",
        )

    def _from_volume(self, key: Key) -> Quantity | None:
        found = self.printed.get(Key(key[0], "as received", "mg/mL"))
        if found is None:
            return None
        if not self.facts.density_g_per_ml:
            return _quantity(
                key,
                UNMEASURED,
                found.results,
                ("density",),
                "needs the density, which nobody declared",
            )
        interval = quotient(found.interval, Interval.exactly(self.facts.density_g_per_ml)).scaled(
            _THOUSAND
        )
        return _quantity(
            key,
            interval,
            found.results,
            (),
            f"{_name(key[0])} ÷ density of {self.facts.density_g_per_ml} g/mL",
        )

    def _from_dry(self, key: Key) -> Quantity | None:
        """A dry result meets an as-received limit through moisture only."""
        return self._through_moisture(
            self.printed.get(Key(key[0], "dry", "mg/kg")), key, product, "× (1 − moisture)"
        )

    def _to_dry(self, key: Key) -> Quantity | None:
        return self._through_moisture(
            self.find(Key(key[0], "as received", "mg/kg")), key, quotient, "÷ (1 − moisture)"
        )

    def _through_moisture(
        self, found: Quantity | None, key: Key, operation: Any, how: str
    ) -> Quantity | None:
        if found is None:
            return None
        moisture = self.find(Key("moisture", "as received", "%"))
        if moisture is None:
            return _quantity(
                key,
                UNMEASURED,
                found.results,
                (*found.missing, "moisture"),
                "needs the moisture, not measured",
            )
        interval = operation(found.interval, complement(moisture.interval))
        return _quantity(
            key,
            interval,
            (*found.results, *moisture.results),
            found.missing,
            f"{_name(key[0])} {how}",
        )


def _quantity(
    key: Key, interval: Interval, results: tuple[Result, ...], missing: tuple[str, ...], how: str
) -> Quantity:
    subject, basis, unit = key
    detected = True if interval.low > 0 or any(result.detected for result in results) else None
    return Quantity(
        subject,
        unit,
        basis,
        interval,
        interval.low,
        interval.low_open,
        interval.high,
        interval.high_open,
        tuple(dict.fromkeys(results)),
        detected=detected,
        # By an unfit method something was measured after all: what leaves it open is the method,
        # not silence.
        missing=() if is_unfit(results) else tuple(dict.fromkeys(missing)),
        how=how,
    )


def _at_its_least(result: Result) -> Result:
    """0 for a summand below a known limit. A non-detect that names no limit bounds nothing, here
    too; nor is a printed total below its limit a summand."""
    span = result.interval
    if span.low > 0 or span.high is None or result.analyte in formulas():
        return result
    return replace(result, interval=Interval.exactly(ZERO), shown_interval=None)


def _slack(printed: Quantity, computed: Quantity) -> Decimal:
    """How far a printed total, share or ratio may lie from what its printed parts give, by rounding
    alone."""
    own = tolerance(printed.results)
    if formulas()[printed.subject].kind == "sum":
        return own + tolerance(computed.results)
    return own + (computed.interval.high or ZERO) * _relative(computed.results)


def _relative(results: tuple[Result, ...]) -> Decimal:
    """By what share a product or quotient of printed numbers may be off, by rounding alone."""
    return sum(
        (r.resolution / r.interval.low for r in results if r.resolution and r.interval.low), ZERO
    )


def _name(subject: str) -> str:
    known = vocabulary.analytes().get(subject)
    return known.name if known else subject.replace("-", " ")
