"""`kratom-qc limits due`: what a person must read again, the most harmful first."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Any

from rich.markup import escape

from kratom_qc.cli.console import plain_console
from kratom_qc.cli.limits.books import books_in_force, today
from kratom_qc.cli.tables import print_table
from kratom_qc.rulebooks import plainly
from kratom_qc.rulebooks.hazards import Due, due


def print_due(on: date | None, *, as_json: bool) -> int:
    """Print every limit that is due on a day."""
    day = on or today()
    limits = due(books_in_force(), day)
    if as_json:
        for limit in limits:
            sys.stdout.write(json.dumps(_as_object(limit), ensure_ascii=False) + "\n")
        return 0
    console = plain_console()
    print_table(console, ("limit", "asks", "why", "look here"), list(map(_row, limits)))
    console.print(f"{len(limits)} limits to read again on {day}, the most harmful first")
    return 0


def _row(due: Due) -> tuple[str, str, str, str]:
    return (
        escape(f"{due.limit.rule_id}\n{due.book.id}"),
        escape(plainly.asks(due.limit)),
        escape(_why(due)),
        escape(due.limit.locator or due.limit.because),
    )


def _why(due: Due) -> str:
    age = f"{due.days} days over" if due.days > 0 else ""
    return "; ".join(filter(None, (due.why, age)))


def _as_object(due: Due) -> dict[str, Any]:
    limit = due.limit
    return {
        "rule_id": limit.rule_id,
        "rulebook": due.book.id,
        "harm": due.harm,
        "why": _why(due),
        "days_over": due.days,
        "checked_on": (limit.checked_on or due.book.checked_on).isoformat(),
        "evidence": limit.evidence,
        "locator": limit.locator,
        "because": limit.because,
    }
