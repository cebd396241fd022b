"""A statement and everything its row adds (unit, LOD, LOQ, portion) → an interval in the canonical unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from kratom_qc.interpret.statement import Statement
from kratom_qc.model import UNMEASURED, ZERO, Interval, portion_bound
from kratom_qc.vocabulary import Unit

# Statements that hold no amount: nothing was measured, or only an opinion is given.
NO_VALUE = (
    "not_tested",
    "blank",
    "opinion_good",
    "opinion_bad",
    "opinion_unsure",
    "not_evaluated",
    "final",
    "preliminary",
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A statement with everything its row adds, ready to become an interval."""

    stated: Statement
    unit: Unit | None
    lod: Decimal | None
    loq: Decimal | None
    portion: Decimal | None
    microbe: bool
    measure: str

    @property
    def qualitative(self) -> bool:
        """Present or absent in a portion: microbes by word, or ND where no count unit is given."""
        if not self.microbe:
            return False
        if self.stated.kind in ("absent", "present"):
            return True
        counted = self.unit is not None and self.unit.portion is None
        return self.stated.kind == "not_detected" and (self.portion is not None or not counted)

    @property
    def canonical(self) -> str:
        if self.qualitative or (self.unit is not None and self.unit.portion is not None):
            return "cfu/g"
        if self.unit is None:
            return "1" if self.measure == "number" else ""
        if self.measure == "percent" and self.unit.canonical == "mg/kg":
            return "%"
        return self.unit.canonical

    @property
    def needs_unit(self) -> bool:
        if self.unit is not None or self.measure == "number" or self.qualitative:
            return False
        return self.stated.number is not None

    @property
    def factor(self) -> Decimal:
        if self.unit is None:
            return Decimal(1)
        return (
            self.unit.factor / 10000 if self.canonical == "%" and self.unit.canonical == "mg/kg" else self.unit.factor
        )

    def interval(self) -> tuple[Interval, bool | None, Decimal | None]:
        """(what is possible, whether it was detected, how far down a non-detect reaches)."""
        kind = self.stated.kind
        if kind in NO_VALUE:
            return UNMEASURED, None, None
        if self.qualitative:
            return self._in_portion(kind)
        if kind in ("value", "below", "above"):
            return self._numeric()
        lod, loq = (None if bound is None else bound * self._percent for bound in (self.lod, self.loq))
        if kind in ("not_detected", "absent"):
            return Interval.below(lod if lod is not None else loq), False, lod
        if kind == "below_lod":
            return Interval.below(lod), False, lod
        if kind == "below_loq":
            return Interval.below(loq), None, None
        if kind == "detected_below_loq":
            return Interval(ZERO, loq, True, True), True, None
        if kind == "too_many":
            return UNMEASURED, True, None
        return Interval(ZERO, None, True, True), True, None  # present

    @property
    def _percent(self) -> Decimal:
        # LOD and LOQ are already scaled by the unit; a percent measure counts in % and not in mg/kg
        return (
            Decimal(1) / 10000 if self.canonical == "%" and self.unit and self.unit.canonical == "mg/kg" else Decimal(1)
        )

    def _in_portion(self, kind: str) -> tuple[Interval, bool | None, Decimal | None]:
        if kind == "present":
            return Interval(ZERO, None, True, True), True, None
        reach = None if self.portion is None else portion_bound(self.portion)
        return Interval.below(reach), False, reach

    def _numeric(self) -> tuple[Interval, bool | None, Decimal | None]:
        assert self.stated.number is not None  # noqa: S101 - the statement grammar gives these kinds a number
        amount = self.stated.number.value
        if self.unit is not None and self.unit.portion is not None:  # "0" or "1" with the unit "/25 g"
            if self.stated.kind == "value" and amount:
                return Interval(ZERO, None, True, True), True, None
            return self._in_portion("absent")
        value = power_of_ten(amount) if self.unit is not None and self.unit.log10 else amount * self.factor
        if self.stated.kind == "above":
            return Interval(value, None, not self.stated.closed, True), True, None
        if self.stated.kind == "below":
            return Interval.below(value, open_=not self.stated.closed), False, value
        if value or self.measure in ("percent", "number"):
            return Interval.exactly(value), bool(value), None
        # Zero is no measurement: beside a printed LOD it is a non-detect, alone it says nothing about the amount.
        bound = self.lod if self.lod is not None else self.loq
        return Interval.below(bound), False if self.lod is not None else None, self.lod


def power_of_ten(exponent: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = 28
        return Decimal(10) ** exponent
