"""A store with a batch that PASSes, one on HOLD and one that FAILs, made by a pass over small rulebooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.release import Done, whole_pass
from kratom_qc.app.store import Store
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import book, limit, long_csv, row, written

DAY = date(2026, 11, 22)
LEAD = {"L-PASS": "0.4", "L-HOLD": "<1.0", "L-FAIL": "0.9"}


def clock() -> datetime:
    """An hour of that day, always the same."""
    return datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def policy(root: Path, lead: str = "0.5") -> JudgementPolicy:
    """One limit for lead, in mg/kg."""
    pb = limit("PB", "lead", f"not more than {lead} mg/kg", max=lead, unit="mg/kg")
    us = book(limit("AGE", kind="attestation", text="sold to adults only"), kind="market")
    folder = written(root / f"rules {lead}", leaf_powder=book(pb), us=us)
    return JudgementPolicy(load_rulebooks(folder), ("us",), ("us",), DAY)


def certificate(batch: str, lead: str, **more: str) -> bytes:
    """A certificate of one result."""
    facts = {"Batch": batch, "Form": "leaf powder", "Date Issued": "2026-11-01", **more}
    return long_csv([row("Lead", lead, "mg/kg", LOD="0.01")], **facts)


def passed(
    root: Path, *, lead: str = "0.5", by: JudgementPolicy | None = None, again: Sequence[str] = (), **files: bytes
) -> Done:
    """One pass over these files, given by their names without the ending, and what the inbox holds already; `by` another
    policy than that of one limit, `again` what to judge again."""
    inbox = root / "inbox"
    inbox.mkdir(exist_ok=True)
    for name, content in files.items():
        (inbox / f"{name}.csv").write_bytes(content)
    return whole_pass(inbox, Store(root / "store", clock), by or policy(root, lead), again)


def verdicts(current: Done) -> list[str]:
    return [f"{one.batch_id} {one.decision}" for one in current.rows]
