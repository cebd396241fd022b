"""A statement and everything its row adds (unit, LOD, LOQ, portion) → an interval in the canonical
unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from kratom_qc.domain.interval import UNMEASURED, ZERO, Interval, portion_bound
from kratom_qc.interpret.statement import UNREAD, Statement
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


class Possible(NamedTuple):
    """Every amount that a statement leaves possible, whether it was detected (None: the words do
    not say), and the limit down to which a non-detect looked."""

    interval: Interval
    detected: bool | None = None
    detection_limit: Decimal | None = None


_PRESENT = Possible(Interval(ZERO, None, True, True), True)


@dataclass(frozen=True, slots=True)
class Measure:
    """A statement with everything its row adds, ready to become an interval. LOD and LOQ are in the
    canonical unit, the portion in grams or millilitres; `measure` is the analyte's."""

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
        is_zero = self.stated.kind == "value" and number is not None and not number.value
        return self.zero_is_censored and is_zero

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
        """The canonical unit of the interval; empty where the row states none."""
        if self.in_portion:
            return "cfu/g"
        if self.unit is None:
            return "1" if self.measure == "number" else ""
        return self.unit.canonical

    @property
    def out_of_range(self) -> bool:
        """A logarithm that no count of organisms can have."""
        is_logarithm = self.unit is not None and self.unit.log10
        numbers = filter(None, (self.stated.number, self.stated.upper))
        return is_logarithm and any(not -12 <= number.value <= 13 for number in numbers)

    @property
    def _surely_found(self) -> bool:
        """Whether a number shows, in whatever unit, that something was found."""
        number, kind = self.stated.number, self.stated.kind
        some = number is not None and bool(number.value)
        return kind == "above" or (kind in ("value", "between") and some)

    @property
    def resolution(self) -> Decimal | None:
        """One unit of the last printed digit, in the canonical unit."""
        number = self.stated.number
        if number is None or self.unit is None or self.out_of_range:
            return None
        if self.unit.log10:
            in_canonical, half = self.unit.in_canonical, number.step / 2
            return in_canonical(number.value + half) - in_canonical(number.value - half)
        return number.step * self.unit.factor

    @property
    def flags(self) -> tuple[str, ...]:
        """What a reader of the interval must know of it."""
        if self.censored_zero:
            return ("censoring-unknown",)
        flag_names = {"too_many": "too-many-to-count", UNREAD: "unread"}
        return (flag_names[self.stated.kind],) if self.stated.kind in flag_names else ()

    def possible(self) -> Possible:
        """What the statement leaves possible, in the canonical unit."""
        kind = self.stated.kind
        if kind in NO_VALUE or kind == UNREAD:
            return Possible(UNMEASURED)
        if self.censored_zero:
            return Possible(Interval.below(self.loq))
        if self.qualitative:
            return self._in_portion(present=kind == "present")
        if kind in ("value", "below", "above", "between"):
            return self._numeric()
        return self._by_word(kind)

    def _by_word(self, kind: str) -> Possible:
        lod, loq = self.lod, self.loq
        not_detected = Possible(Interval.below(lod if lod is not None else loq), False, lod)
        words = {
            "not_detected": not_detected,
            "absent": not_detected,
            "below_lod": Possible(Interval.below(lod), False, lod),
            "below_loq": Possible(Interval.below(loq)),
            "detected_below_loq": Possible(Interval(ZERO, loq, True, True), True),
            "too_many": Possible(UNMEASURED, True),
        }
        return words.get(kind, _PRESENT)

    def _in_portion(self, *, present: bool) -> Possible:
        if present:
            return _PRESENT
        bound = None if self.portion is None else portion_bound(self.portion)
        return Possible(Interval.below(bound), False, bound)

    def _count_in_portion(self, amount: Decimal, portion: Decimal) -> Possible:
        """A number with the unit `/25 g`: none is absence, some is presence, `<3` does not say."""
        kind, closed = self.stated.kind, self.stated.closed
        if self._surely_found:
            return self._in_portion(present=True)
        if kind == "between":
            return Possible(UNMEASURED)
        if kind == "value" or (amount <= 1 and not closed):
            return self._in_portion(present=False)
        return Possible(Interval.below(amount * portion_bound(portion), open_=not closed))

    def _numeric(self) -> Possible:
        if self.stated.number is None:
            raise ValueError("the statement grammar gives these kinds a number")
        if (self.unit is None and self.measure != "number") or self.out_of_range:
            return Possible(UNMEASURED, self._surely_found or None)
        amount, open_ = self.stated.number.value, not self.stated.closed
        if self.unit is not None and self.unit.portion is not None:
            return self._count_in_portion(amount, self.unit.portion)
        value = amount if self.unit is None else self.unit.in_canonical(amount)
        if self.stated.kind == "above":
            return Possible(Interval(value, None, open_, True), True)
        if self.stated.kind == "below":
            return Possible(Interval.below(value, open_=open_), False, value)
        if self.stated.kind == "between":
            return self._between(value)
        return self._value(value)

    def _between(self, low: Decimal) -> Possible:
        if self.stated.upper is None:
            raise ValueError("the statement grammar gives a range its upper end")
        upper = self.stated.upper.value
        high = upper if self.unit is None else self.unit.in_canonical(upper)
        return Possible(Interval(low, high), True if low else None)

    def _value(self, value: Decimal) -> Possible:
        """Zero is no measurement: beside a printed LOD it is a non-detect, alone it says nothing
        about the amount. A number below its own LOD tells no more than that something was found."""
        if self.lod is not None and ZERO < value < self.lod:
            return Possible(Interval(ZERO, self.lod, True, True), True)
        if value or self.measure in ("percent", "number"):
            return Possible(Interval.exactly(value), bool(value))
        if self.lod is not None:
            return Possible(Interval.below(self.lod), False, self.lod)
        return Possible(Interval.below(self.loq))
