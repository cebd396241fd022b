"""A statement and everything its row adds (unit, LOD, LOQ, portion) → an interval in the canonical
unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kratom_qc.domain.interval import UNMEASURED, ZERO, Interval, portion_bound
from kratom_qc.interpret.statement import Statement
from kratom_qc.vocabulary import Unit

# Statements that hold no amount: nothing was measured, or only an opinion is given.
NO_VALUE = (
    "not_tested",
    "blank",
    "opinion_good",
    "opinion_bad",
    "opinion_conditional",
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
    zero_is_censored: bool = False

    @property
    def censored_zero(self) -> bool:
        """A zero of a format that writes zero for non-detects: it measures nothing, and proves no
        absence either."""
        number = self.stated.number
        return (
            self.zero_is_censored
            and self.stated.kind == "value"
            and number is not None
            and not number.value
        )

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
    def in_portion(self) -> bool:
        """Whether the answer is given for a portion as a whole. A plate count is not, however much
        was plated."""
        return self.qualitative or (self.unit is not None and self.unit.portion is not None)

    @property
    def canonical(self) -> str:
        if self.in_portion:
            return "cfu/g"
        if self.unit is None:
            return "1" if self.measure == "number" else ""
        return self.unit.canonical

    @property
    def needs_unit(self) -> bool:
        if self.unit is not None or self.measure == "number" or self.qualitative:
            return False
        return self.stated.number is not None

    @property
    def out_of_range(self) -> bool:
        """A logarithm that no count of organisms can have."""
        number = self.stated.number
        return (
            self.unit is not None
            and self.unit.log10
            and number is not None
            and not -12 <= number.value <= 13
        )

    @property
    def resolution(self) -> Decimal | None:
        """One unit of the last printed digit, in the canonical unit."""
        number = self.stated.number
        if number is None or self.unit is None:
            return None
        if self.unit.log10:
            half = number.step / 2
            return self.unit.in_canonical(number.value + half) - self.unit.in_canonical(
                number.value - half
            )
        return number.step * self.unit.factor

    @property
    def flags(self) -> tuple[str, ...]:
        if self.censored_zero:
            return ("censoring-unknown",)
        return ("too-many-to-count",) if self.stated.kind == "too_many" else ()

    def interval(self) -> tuple[Interval, bool | None, Decimal | None]:
        """(what is possible, whether it was detected, how far down a non-detect reaches)."""
        kind = self.stated.kind
        if kind in NO_VALUE:
            return UNMEASURED, None, None
        if self.censored_zero:
            return Interval.below(self.loq), None, None
        if self.qualitative:
            return self._in_portion(kind)
        if kind in ("value", "below", "above"):
            return self._numeric()
        if kind in ("not_detected", "absent"):
            return Interval.below(self.lod if self.lod is not None else self.loq), False, self.lod
        if kind == "below_lod":
            return Interval.below(self.lod), False, self.lod
        if kind == "below_loq":
            return Interval.below(self.loq), None, None
        if kind == "detected_below_loq":
            return Interval(ZERO, self.loq, True, True), True, None
        if kind == "too_many":
            return UNMEASURED, True, None
        return Interval(ZERO, None, True, True), True, None  # present

    def _in_portion(self, kind: str) -> tuple[Interval, bool | None, Decimal | None]:
        if kind == "present":
            return Interval(ZERO, None, True, True), True, None
        reach = None if self.portion is None else portion_bound(self.portion)
        return Interval.below(reach), False, reach

    def _count_in_portion(
        self, amount: Decimal, portion: Decimal
    ) -> tuple[Interval, bool | None, Decimal | None]:
        """A number with the unit `/25 g`: none is absence, some is presence, `<3` does not say."""
        if self.stated.kind == "above" or (self.stated.kind == "value" and amount):
            return self._in_portion("present")
        if self.stated.kind == "value" or (amount <= 1 and not self.stated.closed):
            return self._in_portion("absent")
        return (
            Interval.below(amount * portion_bound(portion), open_=not self.stated.closed),
            None,
            None,
        )

    def _numeric(self) -> tuple[Interval, bool | None, Decimal | None]:
        if self.stated.number is None:
            raise ValueError("the statement grammar gives these kinds a number")
        amount = self.stated.number.value
        if self.unit is not None and self.unit.portion is not None:
            return self._count_in_portion(amount, self.unit.portion)
        value = amount if self.unit is None else self.unit.in_canonical(amount)
        if self.stated.kind == "above":
            return Interval(value, None, not self.stated.closed, True), True, None
        if self.stated.kind == "below":
            return Interval.below(value, open_=not self.stated.closed), False, value
        if value or self.measure in ("percent", "number"):
            return Interval.exactly(value), bool(value), None
        # Zero is no measurement: beside a printed LOD it is a non-detect, alone it says nothing
        # about the amount.
        bound = self.lod if self.lod is not None else self.loq
        return Interval.below(bound), False if self.lod is not None else None, self.lod
