"""How a batch stands to a limit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kratom_qc.domain.interval import UNMEASURED, Interval
from kratom_qc.domain.limit import Limit
from kratom_qc.domain.quantity import Quantity
from kratom_qc.domain.source import CellRef


class Outcome(StrEnum):
    """How one batch stands to one limit."""

    PASS = "PASS"
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one batch stands to one limit, with the cell it rests on."""

    rule_id: str
    rulebook: str
    market: str | None
    analyte: str | None
    outcome: Outcome
    decides: bool
    why: str
    because: str
    limit: str = ""
    unit: str = ""
    interval: Interval = UNMEASURED
    when_missing: str = "hold"
    status: str = "in_force"
    ref: CellRef | None = None
    source: Limit | None = None
    quantity: Quantity | None = None
    # A kind of INCONCLUSIVE: "conditional pass" or "conditional fail" (ILAC-G8:09/2019 4.2.3).
    conditional: str = ""
    decision_rule: str = ""  # how conformity was decided, in words (ISO/IEC 17025 7.8.6)
