"""One laboratory statement understood."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kratom_qc.domain.interval import Interval
from kratom_qc.domain.source import CellRef


@dataclass(frozen=True, slots=True)
class Result:
    """One laboratory statement understood: an interval in the canonical unit of its dimension.

    `interval` never includes the uncertainty. `shown` is what the sheet displays where that is a
    rounded form of what the cell stores, `shown_interval` what it would mean by itself: both are
    judged. `detected` is True, False or None (the words do not say);
    `readings` are the ways in which an ambiguous cell may be read, where there are several: then
    `interval` is their hull, and `detected` None unless all agree; `detection_limit` is how far
    down a non-detect reaches, where the certificate says so.
    """

    analyte: str  # the id, or the laboratory's own name where the analyte is unknown
    known: bool
    reported: str
    reported_unit: str
    interval: Interval
    unit: str
    basis: str
    measured: bool
    ref: CellRef
    detected: bool | None = None
    detection_limit: Decimal | None = None
    portion: Decimal | None = None  # grams (millilitres for liquids) of test portion
    lod: Decimal | None = None
    loq: Decimal | None = None
    uncertainty: Decimal | None = None  # expanded, in `unit`
    resolution: Decimal | None = None  # one unit of the last printed digit, in `unit`
    method: str = ""
    stated_verdict: str = ""
    species: str = ""
    replicate: str = ""
    text: str | None = None  # a described test's words
    flags: tuple[str, ...] = ()
    certificate: str = ""  # by `domain.certificate.witness`
    shown: str = ""
    shown_interval: Interval | None = None
    readings: tuple[Interval, ...] = ()
