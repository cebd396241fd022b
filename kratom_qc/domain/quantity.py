"""What a batch is known to hold of one subject."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from kratom_qc.domain.interval import Interval
from kratom_qc.domain.result import Result

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
    missing: tuple[
        str, ...
    ] = ()  # operands nobody measured: a straddle is then MISSING, not INCONCLUSIVE
    how: str = ""  # how a derived quantity was computed, in words
    alone: tuple[
        Quantity, ...
    ] = ()  # by each certificate where several speak: with its own uncertainty it may prove more
    # The same ends as floats (low, low_open, high, high_open, then the proven four), made once: ten
    # thousand batches reach the validation engine as arrays of these. Each is the double nearest
    # its decimal; the engine restores the order where that is not enough.
    ends: tuple[float, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        hull = self.interval
        object.__setattr__(
            self,
            "ends",
            (
                float(hull.low),
                float(hull.low_open),
                _float_end(hull.high),
                float(hull.high_open),
                float(self.proven_low),
                float(self.proven_low_open),
                _float_end(self.proven_high),
                float(self.proven_high_open),
            ),
        )


def _float_end(high: Decimal | None) -> float:
    return float("inf") if high is None else float(high)
