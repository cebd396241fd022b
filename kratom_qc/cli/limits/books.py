"""The rulebooks that `limits` speaks of, and the day on which it does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from kratom_qc import settings, vocabulary
from kratom_qc.cli.tables import print_table
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.rulebooks import plainly
from kratom_qc.rulebooks.dates import stands
from kratom_qc.rulebooks.load import load_rulebooks


def books_in_force(drafts: Sequence[Path] = ()) -> dict[str, Rulebook]:
    """The rulebooks of the settings by id. Raises RulebookError for every mistake in them and in
    the word lists."""
    vocabulary.check_all()
    return load_rulebooks(settings.load().expectations, drafts)


def today() -> date:
    """The day, where none is named (UTC)."""
    return datetime.now(UTC).date()


def print_book(console: Console, book: Rulebook, limits: Sequence[Limit], day: date) -> None:
    """Print a rulebook with some of its limits, and how each stands on a day."""
    console.print(
        f"[bold]{book.id}[/]  {book.kind}, {len(book.limits)} limits, "
        f"version {escape(book.version)}, checked {book.checked_on}  "
        f"[dim]{escape(book.title)}[/]"
    )
    headings = ("limit", "asks", f"on {day}")
    print_table(console, headings, [_row(limit, day) for limit in limits])
    console.print()


def _row(limit: Limit, day: date) -> tuple[str, str, str]:
    scope = plainly.scope(limit)
    asks = escape(plainly.asks(limit))
    if scope:
        asks += f" [dim]({escape(scope)})[/]"
    if limit.overrides:
        asks += f" [cyan]overrides {escape(plainly.changed(limit))}[/]"
    standing = escape(plainly.standing(limit, day))
    decides = stands(limit, day)[1]
    return escape(limit.rule_id), asks, standing if decides else f"[dim]{standing}[/]"
