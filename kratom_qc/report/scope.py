"""Which verdicts a rulebook's findings touch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from kratom_qc.domain.finding import Finding
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.verdict import Verdict

NAMED = 3  # markets named in a line; more are counted


class Lineages(NamedTuple):
    """Ids of the rulebooks that count for a product, for a batch's own verdict, in each market."""

    product: frozenset[str]
    own: frozenset[str]
    by_market: Mapping[str, frozenset[str]]


class RulebookScope:
    """Which verdict a rulebook's findings touch: the batch's own, or only some markets'."""

    def __init__(self, verdict: Verdict):
        self.books: Mapping[str, Rulebook] = {book.id: book for book in verdict.rulebooks}
        self._homes = frozenset(verdict.home_markets)
        books = tuple((book.id, book.kind, book.extends) for book in verdict.rulebooks)
        self._lineages = _lineages(books, verdict.home_markets, tuple(verdict.markets))

    @property
    def own_books(self) -> frozenset[str]:
        """The ids of the rulebooks that count in the batch's own verdict."""
        return self._lineages.own

    def is_own(self, finding: Finding) -> bool:
        """Whether it counts in the batch's own verdict. A rulebook nobody loaded (`integrity`)
        always does."""
        return (
            finding.rulebook in self._lineages.own
            or finding.rulebook not in self.books
            or finding.market in self._homes
        )

    def closed_markets(self, finding: Finding) -> str:
        """The markets a finding closes, in words."""
        book = finding.rulebook
        if book in self._lineages.product or book not in self.books:
            return "every market"
        by_market = self._lineages.by_market
        closed = sorted(market for market, books in by_market.items() if book in books)
        if len(closed) <= NAMED:
            return ", ".join(closed) or finding.market or ""
        if book in closed:
            return f"{book} and {len(closed) - 1} under it"
        return f"{closed[0]} and {len(closed) - 1} more"

    def title(self, book: str) -> str:
        """A rulebook's title; `integrity` has no file."""
        if book in self.books:
            return self.books[book].title
        return "Integrity of the certificates" if book == "integrity" else book


@lru_cache(256)  # the same for every batch of a product form
def _lineages(
    books: tuple[tuple[str, str, tuple[str, ...]], ...],
    homes: tuple[str, ...],
    markets: tuple[str, ...],
) -> Lineages:
    extends = {book: parents for book, _, parents in books}
    product = _with_parents(extends, [book for book, kind, _ in books if kind == "product"])
    counting = product | _with_parents(extends, homes)
    by_market = {market: _with_parents(extends, [market]) for market in markets}
    return Lineages(product, counting, by_market)


def _with_parents(extends: Mapping[str, tuple[str, ...]], starts: Iterable[str]) -> frozenset[str]:
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        book = waiting.pop()
        if book not in reached:
            reached.add(book)
            waiting += extends.get(book, ())
    return frozenset(reached)
