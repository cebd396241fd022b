"""Quantities on another basis or in another dimension than the laboratory printed, by what is
declared of the product and by moisture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from kratom_qc.domain.interval import UNMEASURED, Interval, plain
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.interpret.arithmetic import complement, product, quotient
from kratom_qc.interpret.derived_quantity import derived_quantity, subject_name, undeclared

if TYPE_CHECKING:
    from kratom_qc.interpret.derive import Deriver

_THOUSAND, _ONE = Decimal(1000), Decimal(1)
_PER_THOUSAND = Decimal("0.001")
MOISTURE = QuantityKey("moisture", "as received", "%")


class _Declared(NamedTuple):
    """What is declared and multiplies a quantity: its size, name, unit, and the factor between
    units."""

    amount: Decimal | None
    what: str
    unit: str
    factor: Decimal


def converted(known: Deriver, key: QuantityKey) -> Quantity | None:
    """A quantity from one printed otherwise; None where nothing that leads to it is printed."""
    convert = _BY_UNIT.get(key.unit) or _BY_BASIS_AND_UNIT.get((key.basis, key.unit))
    return None if convert is None else convert(known, key)


# ---------------------------------------------------------------- multiplied by what is declared


def _per_day(known: Deriver, key: QuantityKey) -> Quantity | None:
    servings = _Declared(known.facts.servings_per_day, "servings per day", "", _THOUSAND)
    return _multiplied(known, _per_serving_key(key), key, servings)


def _per_serving(known: Deriver, key: QuantityKey) -> Quantity | None:
    facts = known.facts
    return _per_size(known, key, facts.serving_g, facts.serving_ml, "serving size")


def _per_container(known: Deriver, key: QuantityKey) -> Quantity | None:
    facts = known.facts
    servings = facts.servings_per_container
    if facts.net_g is None and facts.net_ml is None and servings is not None:
        declared = _Declared(servings, "servings per container", "", _ONE)
        return _multiplied(known, _per_serving_key(key), key, declared)
    return _per_size(known, key, facts.net_g, facts.net_ml, "net content")


def _per_size(
    known: Deriver, key: QuantityKey, grams: Decimal | None, millilitres: Decimal | None, what: str
) -> Quantity | None:
    """By volume where it is declared and the result is printed so, or no mass is declared."""
    per_ml = QuantityKey(key.subject, "as received", "mg/mL")
    if millilitres is not None and (per_ml in known.printed or grams is None):
        return _multiplied(known, per_ml, key, _Declared(millilitres, what, " mL", _ONE))
    per_kg = QuantityKey(key.subject, "as received", "mg/kg")
    return _multiplied(known, per_kg, key, _Declared(grams, what, " g", _PER_THOUSAND))


def _per_volume(known: Deriver, key: QuantityKey) -> Quantity | None:
    density = _Declared(known.facts.density_g_per_ml, "density", " g/mL", _PER_THOUSAND)
    return _multiplied(known, QuantityKey(key.subject, key.basis, "mg/kg"), key, density)


def _multiplied(
    known: Deriver, source_key: QuantityKey, key: QuantityKey, by: _Declared
) -> Quantity | None:
    """A quantity times what is declared; where it is not declared, that is what is missing."""
    source = known.find(source_key)
    if source is None:
        return None
    if by.amount is None:
        return undeclared(key, source, by.what)
    interval = source.interval.scaled(by.amount * by.factor)
    how = f"{subject_name(key.subject)} × {by.what} of {plain(by.amount)}{by.unit}"
    how += f" ({source.how})" if source.how else ""
    return derived_quantity(key, interval, source.results, source.missing, how)


def _per_serving_key(key: QuantityKey) -> QuantityKey:
    return QuantityKey(key.subject, "per serving", "mg/serving")


# ---------------------------------------------------------------- divided, and through moisture


def _per_mass(known: Deriver, key: QuantityKey) -> Quantity | None:
    return _from_dry(known, key) or _from_volume(known, key) or _from_serving(known, key)


def _from_serving(known: Deriver, key: QuantityKey) -> Quantity | None:
    size, printed = known.facts.serving_g, known.printed.get(_per_serving_key(key))
    how = f"{subject_name(key.subject)} per serving ÷ {size} g"
    return _divided(printed, key, size, "serving size", how)


def _from_volume(known: Deriver, key: QuantityKey) -> Quantity | None:
    density = known.facts.density_g_per_ml
    printed = known.printed.get(QuantityKey(key.subject, "as received", "mg/mL"))
    how = f"{subject_name(key.subject)} ÷ density of {density} g/mL"
    return _divided(printed, key, density, "density", how)


def _divided(
    printed: Quantity | None, key: QuantityKey, by: Decimal | None, what: str, how: str
) -> Quantity | None:
    """A printed quantity in mg over what is declared in g, in mg/kg."""
    if printed is None:
        return None
    if not by:
        return undeclared(key, printed, what)
    interval = quotient(printed.interval, Interval.exactly(by)).scaled(_THOUSAND)
    return derived_quantity(key, interval, printed.results, (), how)


def _from_dry(known: Deriver, key: QuantityKey) -> Quantity | None:
    """A dry result meets an as-received limit through moisture only."""
    dry = known.printed.get(QuantityKey(key.subject, "dry", "mg/kg"))
    return _through_moisture(known, dry, key, product, "× (1 − moisture)")


def _to_dry(known: Deriver, key: QuantityKey) -> Quantity | None:
    as_received = known.find(QuantityKey(key.subject, "as received", "mg/kg"))
    return _through_moisture(known, as_received, key, quotient, "÷ (1 − moisture)")


def _through_moisture(
    known: Deriver,
    source: Quantity | None,
    key: QuantityKey,
    operation: Callable[[Interval, Interval], Interval],
    how: str,
) -> Quantity | None:
    if source is None:
        return None
    moisture = known.find(MOISTURE)
    if moisture is None:
        missing = (*source.missing, "moisture")
        needs = "needs the moisture, not measured"
        return derived_quantity(key, UNMEASURED, source.results, missing, needs)
    interval = operation(source.interval, complement(moisture.interval))
    results = (*source.results, *moisture.results)
    how = f"{subject_name(key.subject)} {how}"
    return derived_quantity(key, interval, results, source.missing, how)


_Convert = Callable[["Deriver", QuantityKey], Quantity | None]
_BY_UNIT: Mapping[str, _Convert] = {
    "ug/day": _per_day,
    "mg/container": _per_container,
    "mg/serving": _per_serving,
}
_BY_BASIS_AND_UNIT: Mapping[tuple[str, str], _Convert] = {
    ("as received", "mg/kg"): _per_mass,
    ("dry", "mg/kg"): _to_dry,
    ("as received", "mg/mL"): _per_volume,
}
