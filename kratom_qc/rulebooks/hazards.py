"""What limits say of families of hazards: which analytes a limit bounds, what a market says of each
family, and which limits a person must read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from kratom_qc.domain.limit import (
    AmountLimit,
    Ban,
    Evidence,
    Limit,
    NoStatute,
    NotDetectedLimit,
    ProductClassLimit,
    Rulebook,
    UnreadRule,
)
from kratom_qc.domain.quantity import Basis
from kratom_qc.rulebooks.dates import is_pending, stands
from kratom_qc.rulebooks.lineages import lineage
from kratom_qc.rulebooks.scope import markets_of
from kratom_qc.vocabulary.derived import bounded_by, operands
from kratom_qc.vocabulary.hazards import family_of, hazard_families

_OF_THE_SAMPLE = (Basis.AS_RECEIVED, Basis.DRY)


def bounded(limit: Limit) -> frozenset[str]:
    """The analytes of which a limit says how much there may be, whatever is declared of the
    product: of one per serving or day that is not certain."""
    if isinstance(limit, NotDetectedLimit):
        return frozenset({limit.subject})
    if not isinstance(limit, AmountLimit) or limit.acceptance_interval.high is None:
        return frozenset()
    if limit.declared_only or limit.basis not in _OF_THE_SAMPLE:
        return frozenset()
    return bounded_by(limit.subject)


# ---------------------------------------------------------------- what a market says of each family


class Gap(NamedTuple):
    """A market whose law says nothing of a family of hazards, and of which nobody has said that it
    says nothing."""

    market: str
    family: str


def gaps(books: Mapping[str, Rulebook]) -> Iterator[Gap]:
    """Every gap: for each market and family there must be a limit, a hold of the whole market, or
    `not_asked` with what was read. (Found without a limit, it holds by the product's rulebook.)"""
    for market in markets_of(books):
        limits = [limit for book in lineage(books, market) for limit in book.limits]
        if any(map(_holds_everything, books[market].limits)):
            continue
        answered = _families_of(limits)
        answered.update(name for silence in books[market].not_asked for name in silence.families)
        yield from (Gap(market, family) for family in hazard_families() if family not in answered)


def _holds_everything(limit: Limit) -> bool:
    whatever = isinstance(limit, Ban | UnreadRule) or (
        isinstance(limit, NoStatute) and not limit.confirmed_by
    )
    return whatever and limit.may_decide and not limit.products


def _families_of(limits: list[Limit]) -> set[str]:
    """The families of what limits speak of, in whatever basis."""
    subjects = {
        subject for limit in limits if limit.may_decide for subject in operands(limit.subject)
    }
    return {family.id for subject in subjects if (family := family_of(subject)) is not None}


# ---------------------------------------------------------------- what a person must read again


class Due(NamedTuple):
    """A limit that a person must compare with its source, and for how many days it has been due
    (negative: in so many days)."""

    book: Rulebook
    limit: Limit
    days: int
    harm: int  # the higher, the worse where it is wrong
    why: str


_UNKNOWN, _WHOLE_MARKET, _PRESENCE, _AMOUNT, _OTHER = 5, 4, 3, 2, 1


def due(books: Mapping[str, Rulebook], on: date) -> list[Due]:
    """The limits to read again: those whose text nobody knows, and those that decide and are older
    than they are good for. By harm, then by age."""
    rows = [
        _due(book, limit, on)
        for book in books.values()
        for limit in book.limits
        if stands(limit, on)[1] and (_unknown(limit, on) or limit.overdue(on))
    ]
    return sorted(rows, key=lambda row: (-row.harm, -row.days, row.book.id, row.limit.rule_id))


def _due(book: Rulebook, limit: Limit, on: date) -> Due:
    late = (on - (limit.checked_on or book.checked_on)).days - limit.max_age_days
    unknown = _unknown(limit, on)
    return Due(book, limit, late if limit.max_age_days else 0, _harm(limit, unknown), unknown)


def _unknown(limit: Limit, on: date) -> str:
    """Why nobody knows what a limit says or whether it stands; nothing where it is known."""
    if isinstance(limit, UnreadRule):
        return "text not located"
    if isinstance(limit, NoStatute) and not limit.confirmed_by:
        return "no law found, not confirmed"
    if limit.evidence in (Evidence.NEWS, Evidence.MEMORY):
        return "known from news only" if limit.evidence == Evidence.NEWS else "known from memory"
    return f"may stand since {limit.pending_from}" if is_pending(limit, on) else ""


def _harm(limit: Limit, unknown: str) -> int:
    """What is unknown may let everything pass, a wrong ban a whole market; then what may not be
    there at all."""
    if unknown:
        return _UNKNOWN
    if isinstance(limit, Ban | ProductClassLimit):
        return _WHOLE_MARKET
    if isinstance(limit, NotDetectedLimit):
        return _PRESENCE
    return _AMOUNT if isinstance(limit, AmountLimit) else _OTHER
