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
    found = due(books_in_force(), day)
    if as_json:
        for one in found:
            sys.stdout.write(json.dumps(_as_object(one), ensure_ascii=False) + "\n")
        return 0
    console = plain_console()
    print_table(console, ("limit", "asks", "why", "look here"), list(map(_row, found)))
    console.print(f"{len(found)} limits to read again on {day}, the most harmful first")
    return 0


def _row(one: Due) -> tuple[str, str, str, str]:
    return (
        escape(f"{one.limit.rule_id}\n{one.book.id}"),
        escape(plainly.asks(one.limit)),
        escape(_why(one)),
        escape(one.limit.locator or one.limit.because),
    )


def _why(one: Due) -> str:
    age = f"{one.days} days over" if one.days > 0 else ""
    return "; ".join(filter(None, (one.why, age)))


def _as_object(one: Due) -> dict[str, Any]:
    limit = one.limit
    return {
        "rule_id": limit.rule_id,
        "rulebook": one.book.id,
        "harm": one.harm,
        "why": _why(one),
        "days_over": one.days,
        "checked_on": (limit.checked_on or one.book.checked_on).isoformat(),
        "evidence": limit.evidence,
        "locator": limit.locator,
        "because": limit.because,
    }
