"""What is not as it should be, whether or not anything happened: batches on hold for too long,
rulebooks that nobody has read again, a disk that fills."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from kratom_qc import settings
from kratom_qc.app.notices.news import Notice, one_line
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.ledger.ledger import Ledger
from kratom_qc.rulebooks.hazards import due

_MIB = 1024 * 1024
WARN_FREE = 5  # times the space below which nothing is taken: somebody is told before


def free_mib(root: Path) -> int:
    """MiB that are free on the disk of a store."""
    return shutil.disk_usage(root).free // _MIB


def disk(root: Path) -> Iterator[Notice]:
    """A word where the disk fills."""
    least, free = settings.load().min_free_mib, free_mib(root)
    if free < WARN_FREE * least:
        what = f"{free} MiB are free on the disk of the store; below {least} nothing new is taken"
        yield Notice("disk", "disk", what)


def daily(ledger: Ledger, policy: JudgementPolicy) -> Iterator[Notice]:
    """What somebody should be told of a day."""
    yield from old_holds(ledger, policy.on)
    overdue = [book.id for book in policy.books.values() if any(book.overdue(policy.on))]
    if overdue:
        yield Notice("rulebook", ", ".join(overdue), "; ".join(policy.overdue))


def old_holds(ledger: Ledger, on: date) -> Iterator[Notice]:
    """Batches on hold for longer than the settings allow."""
    days = settings.load().notify_hold_days
    for batch_id, since_when, reason in ledger.on_hold():
        if (on - date.fromisoformat(since_when[:10])).days > days:
            since = f"since {since_when[:10]}, more than {days} days"
            text = f"batch {one_line(batch_id)}: on hold {since}: {one_line(reason)}"
            yield Notice("hold", batch_id, text)


def due_limits(policy: JudgementPolicy) -> list[str]:
    """The limits that a person must read again, the most harmful first."""
    limits = due(policy.books, policy.on)
    return [f"{limit.limit.rule_id} ({limit.book.id}): {limit.why}" for limit in limits]
