"""`kratom-qc limits show`: everything about one limit or one rulebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rich.console import Console
from rich.markup import escape

from kratom_qc import vocabulary
from kratom_qc.cli.console import plain_console
from kratom_qc.cli.limits.books import books_in_force, print_book, today
from kratom_qc.cli.tables import print_table
from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.rulebooks.about import about
from kratom_qc.vocabulary import wording


def show(name: str, on: date | None) -> int:
    """Print a rulebook's limits, or everything about one limit. Raises UsageError with the nearest
    names for one that is neither."""
    books, day, console = books_in_force(), on or today(), plain_console()
    if name in books:
        print_book(console, books[name], books[name].limits, day)
        for label, words in _about_book(books[name], day):
            console.print(f"[dim]{label}[/]  {escape(words)}")
        return 0
    every = [(book, limit) for book in books.values() for limit in book.limits]
    rules = [limit.rule_id for _, limit in every]
    if name not in rules:
        near = ", ".join(vocabulary.closest(name, [*books, *rules], 3))
        raise UsageError(
            f"'{name}' is no rulebook and no rule (nearest: {near or 'none'}); "
            "see `kratom-qc limits list`"
        )
    for book, limit in every:
        if limit.rule_id == name:
            _print(console, book, limit, about(book, limit, books, day))
    return 0


def _print(
    console: Console, book: Rulebook, limit: Limit, labelled: Sequence[tuple[str, str]]
) -> None:
    console.print(
        f"[bold]{escape(limit.rule_id)}[/]  {escape(book.title)} ({book.id}.toml:{limit.line})"
    )
    rows = [(f"[dim]{label}[/]", escape(words)) for label, words in labelled]
    print_table(console, ("", ""), rows)


def _about_book(book: Rulebook, day: date) -> Iterator[tuple[str, str]]:
    yield "extends", ", ".join(book.extends) or "nothing"
    yield "speaks of", ", ".join(book.covers) or "every product"
    yield "checked on", f"{book.checked_on}, good for {book.max_age_days} days"
    yield from (("overdue", sentence) for sentence in wording.overdue([book], day))
