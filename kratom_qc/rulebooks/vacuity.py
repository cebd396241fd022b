"""No rulebook may be empty of meaning: silence never passes.

Proved from the limits, for every product, every market and every day: a batch of which nothing was
tested is never a PASS, and a product's own rulebook always asks for something. Where a limit that
is in force for ever holds on silence, one look is enough; else every day on which some limit begins
or has ended is looked at, because nothing changes in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from kratom_qc import vocabulary
from kratom_qc.domain.limit import (
    AmountLimit,
    Ban,
    BookKind,
    CertificateLimit,
    DescribedLimit,
    Limit,
    NoStatute,
    NotDetectedLimit,
    ProductClassLimit,
    Rulebook,
    UnreadRule,
    WhenMissing,
)
from kratom_qc.rulebooks.dates import bound, stands
from kratom_qc.rulebooks.lineages import lineage
from kratom_qc.rulebooks.rulebook_file import Written
from kratom_qc.rulebooks.scope import asked, covers


def mistakes(books: Mapping[str, Rulebook], written: Mapping[str, Written]) -> Iterator[str]:
    """Every rulebook that silence could pass. A rulebook with rows that could not be read is left
    for when they can."""
    unread = {stem for stem, book in written.items() if len(book.rows) != len(books[stem].limits)}
    whole = [
        book
        for book in books.values()
        if unread.isdisjoint(parent.id for parent in lineage(books, book.id))
    ]
    markets = [book for book in whole if book.kind == BookKind.MARKET]
    for book in whole:
        if book.kind == BookKind.PRODUCT:
            where = f"{written[book.id].head_where('kind')} [rulebook]"
            yield from (f"{where}: {sentence}" for sentence in _of_product(book, markets, books))


def _of_product(
    book: Rulebook, markets: Sequence[Rulebook], books: Mapping[str, Rulebook]
) -> Iterator[str]:
    """What is wrong with a product's rulebook, by itself and under every market."""
    forms = vocabulary.product_forms()
    if book.id not in forms:
        yield f"'{book.id}' is no product ({', '.join(forms)}); nothing would ever be judged by it"
        return
    product_limits = [limit for _, limit in asked(lineage(books, book.id), book.id)]
    if any(_always(limit) for limit in product_limits):
        return
    for day in _days(product_limits, book.checked_on):
        if not _held(product_limits, day, book.id):
            yield f"on {day} no limit decides and holds a batch of which nothing was tested"
            break
    for market in markets:
        above = lineage(books, market.id)
        # A rulebook that does not speak of the product holds it.
        if all(covers(parent, book.id) for parent in above):
            limits = [*product_limits, *(limit for _, limit in asked(above, book.id))]
            yield from _silent_pass(limits, book.id, market.id)


def _silent_pass(limits: Sequence[Limit], product: str, market: str) -> Iterator[str]:
    """The first day on which a batch of which nothing was tested would pass."""
    if any(_always(limit) for limit in limits):
        return
    for day in _days(limits, date.min):
        deciding = [limit for limit in limits if stands(limit, day)[1]]
        passes = [limit.rule_id for limit in deciding if _passes_on_silence(limit, product)]
        if passes and not _held(limits, day, product):
            yield (
                f"on {day} a batch of which nothing was tested would PASS in {market}: only "
                f"{', '.join(passes)} decides"
            )
            return


def _days(limits: Iterable[Limit], since: date) -> list[date]:
    """The first day, and every later one on which a limit begins or has just ended."""
    days = {since}
    for limit in limits:
        days.add(bound(limit.effective_from, first=True))
        if limit.pending_from:
            days.add(bound(limit.pending_from, first=True))
        if limit.effective_to not in ("open", "unknown"):
            days.add(bound(limit.effective_to, first=False) + timedelta(days=1))
    return sorted(day for day in days if day >= since)


def _always(limit: Limit) -> bool:
    """Whether a limit holds on silence, on every day there is."""
    ends = limit.effective_to not in ("open", "unknown")
    dated = ends or limit.pending_from or limit.effective_from != "unknown"
    return not dated and stands(limit, date.max)[1] and _holds_on_silence(limit)


def _holds_on_silence(limit: Limit) -> bool:
    if isinstance(limit, AmountLimit) and limit.declared_only:
        return False
    if isinstance(limit, AmountLimit | NotDetectedLimit | DescribedLimit):
        return limit.when_missing == WhenMissing.HOLD
    return isinstance(limit, Ban | UnreadRule) or is_unconfirmed(limit)


def is_unconfirmed(limit: Limit) -> bool:
    """Whether nobody has confirmed that there is no law on kratom."""
    return isinstance(limit, NoStatute) and not limit.confirmed_by


def _held(limits: Iterable[Limit], day: date, product: str) -> bool:
    """Whether a limit that decides on a day keeps an untested batch of a product from passing."""
    return any(
        stands(limit, day)[1] and (_holds_on_silence(limit) or _excludes(limit, product))
        for limit in limits
    )


def _excludes(limit: Limit, product: str) -> bool:
    return isinstance(limit, ProductClassLimit) and product not in limit.requires


def _passes_on_silence(limit: Limit, product: str) -> bool:
    """A product's form and the words of a certificate are known before anything was tested."""
    if isinstance(limit, NoStatute):
        return not is_unconfirmed(limit)
    is_of_class = isinstance(limit, ProductClassLimit) and product in limit.requires
    return is_of_class or isinstance(limit, CertificateLimit)
