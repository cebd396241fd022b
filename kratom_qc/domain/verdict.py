"""What is said of a batch on one day, and where it may be sold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.limit import Rulebook


class Decision(StrEnum):
    """What is decided of a batch, worst first."""

    FAIL = "FAIL"
    HOLD = "HOLD"
    PASS = "PASS"


class MarketStatus(StrEnum):
    """What a market says of a batch."""

    SOLD = "may be sold"
    NOT_SOLD = "may not be sold"
    UNDECIDED = "undecided"
    BANNED = "banned"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a batch stands in one market, with the finding that decides it; none where every limit is
    met."""

    market: str
    title: str
    decision: Decision
    status: MarketStatus
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a batch on one day, recomputable by anyone from its findings."""

    batch: Batch
    judged_on: date
    decision: Decision
    markets: Mapping[str, Decision]
    findings: tuple[Finding, ...]
    home_markets: tuple[str, ...]
    rulebooks: tuple[Rulebook, ...]
    standings: tuple[Standing, ...] = ()
