"""`kratom-qc limits show`: everything about one limit or one rulebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from rich.console import Console
from rich.markup import escape

from kratom_qc import vocabulary
from kratom_qc.cli.console import plain_console
from kratom_qc.cli.limits.books import books_in_force, print_book, today
from kratom_qc.cli.tables import print_table
from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.limit import AmountLimit, Limit, Rulebook
from kratom_qc.rulebooks import plainly
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


def about(
    book: Rulebook, limit: Limit, books: Mapping[str, Rulebook], day: date
) -> list[tuple[str, str]]:
    """Everything there is to say of a limit: (label, words), blank ones left out."""
    labelled = [
        ("asks", plainly.asks(limit)),
        ("printed", f"“{limit.text}”"),
        ("speaks of", plainly.scope(limit) or _covered(book)),
        ("accepts", _accepted(limit)),
        ("of", _basis(limit)),
        ("decided by", plainly.decision(limit)),
        ("silence", plainly.silence(limit)),
        (f"on {day}", plainly.standing(limit, day)),
        ("dates", f"from {limit.effective_from} to {limit.effective_to}"),
        ("status", limit.status),
        ("evidence", f"{limit.evidence} ({wording.evidence_words(limit.evidence)})"),
        ("source", limit.because),
        ("checked on", str(limit.checked_on or book.checked_on)),
        ("overrides", f"{limit.overrides}: {'; '.join(limit.changes)}" if limit.overrides else ""),
        ("overridden in", ", ".join(_overriding(book, limit, books))),
        ("supersedes", ", ".join(limit.supersedes)),
        ("superseded by", ", ".join(_superseding(limit, books))),
    ]
    return [(label, words) for label, words in labelled if words]


def _accepted(limit: Limit) -> str:
    if not isinstance(limit, AmountLimit):
        return ""
    return wording.interval_words(limit.acceptance_interval, limit.unit)


def _basis(limit: Limit) -> str:
    """The basis of an amount where it is not the usual one."""
    if not isinstance(limit, AmountLimit) or limit.basis == "as received":
        return ""
    return limit.basis


def _overriding(book: Rulebook, limit: Limit, books: Mapping[str, Rulebook]) -> Iterator[str]:
    """The rulebooks that override a limit of this one."""
    for other in books.values():
        for theirs in other.limits:
            if theirs.overrides == book.id and theirs.rule_id == limit.rule_id:
                yield other.id


def _superseding(limit: Limit, books: Mapping[str, Rulebook]) -> Iterator[str]:
    for other in books.values():
        for later in other.limits:
            if limit.rule_id in later.supersedes:
                yield later.rule_id


def _covered(book: Rulebook) -> str:
    """The products a rulebook speaks of, in words."""
    names = [vocabulary.product_forms()[product].lower() for product in book.covers]
    return ", ".join(names) or "every product"
