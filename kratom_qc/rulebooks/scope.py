"""Which limits speak of a product in which markets: the one place where limits × products are
enumerated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.limit import LOWER_BOUND, Limit, Rulebook
from kratom_qc.domain.quantity import QuantityKey
from kratom_qc.rulebooks.lineages import lineage
from kratom_qc.vocabulary import nearest_hint

Rule = tuple[str, str]  # ids of a rulebook and of a limit in it


NUMERIC = ("amount", "not_detected")


DETECTION = "any"


def key_of(limit: Limit) -> QuantityKey:
    """The quantity a numeric limit asks for."""
    subject = LOWER_BOUND + limit.subject if limit.sum else limit.subject
    basis = DETECTION if limit.kind == "not_detected" else limit.basis
    return QuantityKey(subject, basis, limit.unit)


def product_books(books: Mapping[str, Rulebook], product: str | None) -> tuple[Rulebook, ...]:
    """The rulebook of a product form and those it extends; none for an unknown form."""
    book = books.get(product) if product else None
    return lineage(books, book.id) if book is not None and book.kind == "product" else ()


def market_books(books: Mapping[str, Rulebook], market: str) -> tuple[Rulebook, ...]:
    """A market's rulebook after those it lies under. Raises UsageError for a market without a
    rulebook."""
    book = books.get(market)
    if book is None or book.kind != "market":
        known = markets_of(books)
        raise UsageError(
            f"there is no rulebook for the market '{market}'{nearest_hint(market, known)}; "
            f"known markets: {', '.join(known) or 'none'}"
        )
    return lineage(books, market)


def markets_of(books: Mapping[str, Rulebook]) -> tuple[str, ...]:
    """Every market with a rulebook."""
    return tuple(book.id for book in books.values() if book.kind == "market")


def wanted(
    books: Mapping[str, Rulebook], markets: Sequence[str], product: str | None
) -> Iterator[QuantityKey]:
    """The quantities that the limits for a product in these markets ask for."""
    for _, limit in questions(books, markets, product):
        if limit.kind in NUMERIC:
            yield key_of(limit)


def applicable(
    books: Mapping[str, Rulebook], markets: Iterable[str], product: str | None
) -> tuple[Rulebook, ...]:
    """Every rulebook that speaks about a product in these markets, each once.

    A limit that one market overrides and another does not is asked; it decides in the other only
    (`Everywhere`).
    """
    found: dict[str, Rulebook] = {}
    for book in chain(
        product_books(books, product), *(market_books(books, market) for market in markets)
    ):
        known = found.setdefault(book.id, book)
        if known.limits != book.limits:
            found[book.id] = books[book.id]
    return tuple(found.values())


def questions(
    books: Mapping[str, Rulebook], markets: Iterable[str], product: str | None
) -> Iterator[tuple[Rulebook, Limit]]:
    """Every limit that speaks of a product in these markets. A rulebook that does not cover the
    product asks nothing of it (its silence is a finding of its own)."""
    for book in applicable(books, markets, product):
        if book.covers and product is not None and product not in book.covers:
            continue
        for limit in book.limits:
            if limit.speaks_of(product):
                yield book, limit
