"""Which limits speak of a product in which markets: the one place where limits × products are
enumerated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from kratom_qc import vocabulary
from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.limit import BookKind, Limit, NumericLimit, Rulebook
from kratom_qc.domain.product import forms_of, specification_of
from kratom_qc.domain.quantity import QuantityKey
from kratom_qc.rulebooks.lineages import lineage

Rule = tuple[str, str]  # ids of a rulebook and of a limit in it


# ---------------------------------------------------------------- rulebooks


def product_books(books: Mapping[str, Rulebook], product: str | None) -> tuple[Rulebook, ...]:
    """The rulebook of a product's specification and those it extends; none for an unknown form."""
    form = specification_of(product)
    book = books.get(form) if form else None
    return lineage(books, book.id) if book is not None and book.kind == BookKind.PRODUCT else ()


def market_books(books: Mapping[str, Rulebook], market: str) -> tuple[Rulebook, ...]:
    """A market's rulebook after those it lies under. Raises UsageError for a market without a
    rulebook."""
    book = books.get(market)
    if book is None or book.kind != BookKind.MARKET:
        known = markets_of(books)
        titles = {books[name].title.casefold(): name for name in known}
        called = next(iter(vocabulary.closest(market.casefold(), titles, 1)), "")
        near = vocabulary.nearest_hint(titles.get(called, market), known)
        raise UsageError(
            f"there is no rulebook for the market '{market}'{near}; "
            f"known markets: {', '.join(known) or 'none'}"
        )
    return lineage(books, market)


def markets_of(books: Mapping[str, Rulebook]) -> tuple[str, ...]:
    """Every market with a rulebook."""
    return tuple(book.id for book in books.values() if book.kind == BookKind.MARKET)


def applicable(
    books: Mapping[str, Rulebook], markets: Iterable[str], product: str | None
) -> tuple[Rulebook, ...]:
    """Every rulebook that speaks about a product in these markets, each once.

    A limit that one market overrides and another does not is asked; it decides in the other only
    (`Everywhere`).
    """
    speaking: dict[str, Rulebook] = {}
    lineages = [product_books(books, product), *(market_books(books, market) for market in markets)]
    for book in chain.from_iterable(lineages):
        known = speaking.setdefault(book.id, book)
        if known.limits != book.limits:
            speaking[book.id] = books[book.id]
    return tuple(speaking.values())


# ---------------------------------------------------------------- limits × products


def questions(
    books: Mapping[str, Rulebook], markets: Iterable[str], product: str | None
) -> Iterator[tuple[Rulebook, Limit]]:
    """Every limit that speaks of a product in these markets."""
    return asked(applicable(books, markets, product), product)


def asked(books: Iterable[Rulebook], product: str | None) -> Iterator[tuple[Rulebook, Limit]]:
    """Every limit of these rulebooks that speaks of a product.

    A rulebook that does not cover the product asks nothing of it (its silence is a finding of its
    own). Of an unknown form (None) the limits that speak of all forms are asked; of a capsule of
    extract those of a market that speak of capsules or of extract, and those of an extract's own
    specification.
    """
    forms = forms_of(product)
    for book in books:
        if not covers(book, product):
            continue
        spoken_of = forms if book.kind == BookKind.MARKET else (specification_of(product),)
        for limit in book.limits:
            if any(map(limit.speaks_of, spoken_of)):
                yield book, limit


def covers(book: Rulebook, product: str | None) -> bool:
    """Whether a rulebook speaks of a product, whichever of its forms a law takes it for; of an
    unknown one every rulebook does."""
    return not book.covers or product is None or {*forms_of(product)} <= {*book.covers}


def wanted(
    books: Mapping[str, Rulebook], markets: Sequence[str], product: str | None
) -> Iterator[QuantityKey]:
    """The quantities that the limits for a product in these markets ask for."""
    for _, limit in questions(books, markets, product):
        if isinstance(limit, NumericLimit):
            yield limit.quantity_key


def forms(names: Iterable[str]) -> frozenset[str]:
    """Product forms as rulebooks name them, where naming none means all of them."""
    return frozenset(names) or frozenset(vocabulary.product_forms())


def products_of_book(book: Rulebook, books: Mapping[str, Rulebook]) -> frozenset[str]:
    """The products a rulebook speaks of: what a market covers; what a product's rulebook is for,
    and those that extend it. All where that is not said, as with a standard that nobody extends."""
    if book.kind == BookKind.MARKET:
        return forms(book.covers)
    return forms(
        rulebook.id
        for rulebook in books.values()
        if rulebook.kind == BookKind.PRODUCT and book.id in _above(books, rulebook.id)
    )


def _above(books: Mapping[str, Rulebook], book_id: str) -> set[str]:
    return {book_id}.union(
        *(_above(books, parent) for parent in books[book_id].extends if parent in books)
    )


def products_of_limit(limit: Limit, of_book: Iterable[str]) -> frozenset[str]:
    """The products a limit speaks of, among those of its rulebook (none named means all)."""
    return forms(limit.products) & forms(of_book)
