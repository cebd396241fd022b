"""`kratom-qc limits`, `limits list` and `limits lint`. Nothing here decides anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from kratom_qc import settings, vocabulary
from kratom_qc.app.limits import limit_object, limits_asked
from kratom_qc.cli.console import json_line, plain_console, write_lines
from kratom_qc.cli.limits.books import books_in_force, print_book, today
from kratom_qc.cli.tables import print_table
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.rulebooks.dates import decides
from kratom_qc.rulebooks.hazards import gaps
from kratom_qc.rulebooks.scope import covers, market_books, markets_of
from kratom_qc.vocabulary.hazards import hazard_families

_MORE = (
    "\nMore: limits list · show ID · lint · due · page · schema · export FILE.xlsx · "
    "import FILE.xlsx · diff A B · suite RULEBOOK"
)


def print_overview() -> int:
    """The rulebooks, and what to ask next."""
    console = plain_console()
    rows = [
        (book.id, book.kind, str(len(book.limits)), str(book.checked_on), escape(book.title))
        for book in books_in_force().values()
    ]
    print_table(console, ("rulebook", "kind", "limits", "checked", "title"), rows)
    console.print(_MORE)
    return 0


def print_intake() -> int:
    """What a file may be and what reading it may cost, with the variable that sets each."""
    console = plain_console()
    rows = [
        (name, f"{value:,}", what, variable)
        for name, value, what, variable in settings.caps().described()
    ]
    print_table(console, ("limit", "", "what it bounds", "set by"), rows)
    console.print(
        "A file over a limit is REFUSED; nothing is ever cut short. "
        "Readers have no network and write no file."
    )
    return 0


def print_analytes() -> int:
    """Every analyte by the id that a limit names it with."""
    console = plain_console()
    for analyte in vocabulary.analytes().values():
        console.print(f"{analyte.id}  [dim]{escape(analyte.name)} ({analyte.family})[/]")
    return 0


# ---------------------------------------------------------------- list


def print_limits(
    markets: Sequence[str], product: str | None, on: date | None, *, as_json: bool
) -> int:
    """Every limit that speaks, by rulebook, and how it stands on a day. Raises UsageError for an
    unknown market or product."""
    day = on or today()
    books = books_in_force()
    asked = limits_asked(books, markets, product)
    if as_json:
        return write_lines((json_line(limit_object(book, limit, day)) for book, limit in asked), 0)
    console = plain_console()
    everything = not (markets or product)
    by_book: dict[str, list[Limit]] = {name: [] for name in books if everything}
    for book, limit in asked:
        by_book.setdefault(book.id, []).append(limit)
    for name, limits in by_book.items():
        print_book(console, books[name], limits, day)
    if product is not None:
        _print_silent(console, books, markets, product)
    return 0


def _print_silent(
    console: Console, books: Mapping[str, Rulebook], markets: Sequence[str], product: str
) -> None:
    for market in markets:
        for book in market_books(books, market):
            if not covers(book, product):
                console.print(f"{book.id} does not speak of {product}: a batch of it is held there")


# ---------------------------------------------------------------- lint


def print_lint(drafts: Sequence[Path]) -> int:
    """The good news, or the markets that leave a family of hazards unsaid, which ends with 1; other
    mistakes are raised where rulebooks are loaded."""
    books, console = books_in_force(drafts), plain_console()
    unsaid = _unsaid(books)
    limits = [limit for book in books.values() for limit in book.limits]
    deciding = sum(map(decides, limits))
    kinds = Counter(limit.kind for limit in limits)
    products = [book.id for book in books.values() if book.kind == "product"]
    state = f"{len(unsaid)} markets are incomplete" if unsaid else "no mistake found"
    console.print(f"{len(books)} rulebooks with {len(limits)} limits: {state}")
    console.print(", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
    console.print(
        f"Every printed text says what its data say. {deciding} limits decide while they are in "
        "force; each amount can be met and can be missed. A batch of which nothing was tested "
        f"passes on no day in {len(products)} products × {len(markets_of(books))} markets."
    )
    for market, families in unsaid.items():
        console.print(
            f"{market}.toml: no limit, no hold and no \\[\\[not_asked]] of {', '.join(families)}"
        )
    if not unsaid:
        console.print(
            f"Of {len(hazard_families())} families of hazards every market has a limit, a hold, or "
            "says that its law asks nothing."
        )
    return int(bool(unsaid) and not drafts)  # a draft is asked for its own mistakes


def _unsaid(books: Mapping[str, Rulebook]) -> dict[str, list[str]]:
    """The families that a market neither limits nor holds, nor says are not asked, by market."""
    unsaid: dict[str, list[str]] = {}
    for market, family in gaps(books):
        unsaid.setdefault(market, []).append(family)
    return unsaid
