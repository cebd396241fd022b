"""What a batch is known to hold of one subject."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from kratom_qc.domain.interval import Interval
from kratom_qc.domain.result import Result


class Basis(StrEnum):
    """What an amount is an amount of."""

    AS_RECEIVED = "as received"
    DRY = "dry"
    PER_SERVING = "per serving"
    PER_CONTAINER = "per container"
    PER_DAY = "per day"
    PER_UNIT = "per unit"


# What a vendor declares of a product, by the words that say it is missing.
DECLARATIONS = frozenset(
    ("serving size", "net content", "density", "servings per day", "servings per container")
)
_DETECTION = "any"  # a substance is there or not, whatever the basis
_LOWER_BOUND = "lower bound of "


class QuantityKey(NamedTuple):
    """What a quantity is of: the same for the limit that asks and the batch that answers."""

    subject: str  # an analyte or derived quantity
    basis: str
    unit: str  # canonical

    @classmethod
    def detection(cls, subject: str, unit: str) -> QuantityKey:
        """Whether a substance is there at all, looked for on any basis."""
        return cls(subject, _DETECTION, unit)

    @classmethod
    def lower_bound(cls, subject: str, basis: str, unit: str) -> QuantityKey:
        """A sum whose summands below their bound count 0."""
        return cls(_LOWER_BOUND + subject, basis, unit)

    @property
    def is_detection(self) -> bool:
        """Whether it asks for presence, not for an amount."""
        return self.basis == _DETECTION

    @property
    def is_lower_bound(self) -> bool:
        """Whether it is a lower-bound sum."""
        return self.subject.startswith(_LOWER_BOUND)

    @property
    def as_printed(self) -> QuantityKey:
        """The key of the sum itself, which a laboratory may print."""
        if not self.is_lower_bound:
            return self
        return self._replace(subject=self.subject.removeprefix(_LOWER_BOUND))


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a batch is known to hold of one subject, over all its certificates.

    `interval` is the hull of everything said. `proven_low` and `proven_high` are the tightest ends
    that a single certificate proves by itself: they keep an earlier FAIL from being washed out by a
    later, better result.
    """

    subject: str
    unit: str
    basis: str
    interval: Interval
    proven_low: Decimal
    proven_low_open: bool
    proven_high: Decimal | None
    proven_high_open: bool
    results: tuple[Result, ...]
    detected: bool | None = None
    detection_limit: Decimal | None = None
    uncertainty: Decimal | None = None
    missing: tuple[str, ...] = ()  # operands nobody measured: a straddle of theirs is MISSING
    how: str = ""  # how a derived quantity was computed, in words
    alone: tuple[Quantity, ...] = ()  # by each certificate where several speak: it may prove more
