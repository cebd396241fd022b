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
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.rulebooks.dates import bound, stands
from kratom_qc.rulebooks.lineages import lineage
from kratom_qc.rulebooks.rulebook_file import Written


def mistakes(books: Mapping[str, Rulebook], written: Mapping[str, Written]) -> Iterator[str]:
    """Every rulebook that silence could pass. A rulebook with rows that could not be read is left
    for when they can."""
    unread = {stem for stem, book in written.items() if len(book.rows) != len(books[stem].limits)}
    whole = [
        book for book in books.values() if not unread & {one.id for one in lineage(books, book.id)}
    ]
    markets = [book for book in whole if book.kind == "market"]
    for book in whole:
        if book.kind != "product":
            continue
        where = f"{written[book.id].head_where('kind')} [rulebook]"
        if book.id not in vocabulary.product_forms():
            known = ", ".join(vocabulary.product_forms())
            yield f"{where}: '{book.id}' is no product ({known}); nothing would ever be judged by it"
            continue
        own = [limit for limit in _limits(lineage(books, book.id)) if limit.speaks_of(book.id)]
        if any(_always(limit) for limit in own):
            continue
        empty = next(
            (day for day in _days(own, book.checked_on) if not _held(own, day, book.id)), None
        )
        if empty is not None:
            yield f"{where}: on {empty} no limit decides and holds a batch of which nothing was tested"
        for market in markets:
            yield from _silent_pass(book, own, market, books, where)


def _silent_pass(
    book: Rulebook,
    own: Sequence[Limit],
    market: Rulebook,
    books: Mapping[str, Rulebook],
    where: str,
) -> Iterator[str]:
    above = lineage(books, market.id)
    if any(one.covers and book.id not in one.covers for one in above):
        return  # the rulebook does not speak of the product: that holds
    asked = [*own, *(limit for limit in _limits(above) if limit.speaks_of(book.id))]
    if any(_always(limit) for limit in asked):
        return
    for day in _days(asked, date.min):
        passes = [
            limit.rule_id
            for limit in asked
            if stands(limit, day)[1] and _passes_on_silence(limit, book.id)
        ]
        if passes and not _held(asked, day, book.id):
            yield (
                f"{where}: on {day} a batch of which nothing was tested would PASS in {market.id}: "
                f"only {', '.join(passes)} decides"
            )
            return


def _limits(books: Iterable[Rulebook]) -> Iterator[Limit]:
    for book in books:
        yield from book.limits


def _days(limits: Iterable[Limit], since: date) -> list[date]:
    """The first day, and every later one on which a limit begins or has just ended."""
    found = {since}
    for limit in limits:
        found.add(bound(limit.effective_from, first=True))
        if limit.effective_to not in ("open", "unknown"):
            found.add(bound(limit.effective_to, first=False) + timedelta(days=1))
    return sorted(day for day in found if day >= since)


def _always(limit: Limit) -> bool:
    """Whether a limit holds on silence, on every day there is."""
    dated = limit.effective_from != "unknown" or limit.effective_to not in ("open", "unknown")
    return not dated and stands(limit, date.max)[1] and _holds_on_silence(limit)


def _holds_on_silence(limit: Limit) -> bool:
    if limit.kind in ("amount", "not_detected", "described"):
        return limit.when_missing == "hold" and not limit.applies
    return limit.kind in ("ban", "unread")


def _held(limits: Iterable[Limit], day: date, product: str) -> bool:
    """Whether some limit that decides on a day keeps an untested batch of a product from passing."""
    return any(
        (
            _holds_on_silence(limit)
            or (limit.kind == "product_class" and product not in limit.requires)
        )
        and stands(limit, day)[1]
        for limit in limits
    )


def _passes_on_silence(limit: Limit, product: str) -> bool:
    """A product's form and the words of a certificate are known before anything was tested."""
    return limit.kind == "certificate" or (
        limit.kind == "product_class" and product in limit.requires
    )
