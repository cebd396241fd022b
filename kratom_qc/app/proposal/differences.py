"""What differs between two versions of the rulebooks: added, removed, changed, key by key, and what
it does to a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kratom_qc.app.proposal.plain import PlainBook, PlainRow
from kratom_qc.domain.limit import AmountLimit, Limit, NotDetectedLimit, Rulebook
from kratom_qc.rulebooks import overriding
from kratom_qc.rulebooks.dates import decides
from kratom_qc.vocabulary import product_forms

Limits = Mapping[tuple[str, str], Limit]


@dataclass(frozen=True, slots=True)
class Difference:
    """One key of one limit (or of a rulebook's head, where `rule_id` is "") before and after; ""
    where it is not said.

    A limit that was added or removed is one difference, of its text.
    """

    rulebook: str
    rule_id: str
    change: str  # added, removed, changed
    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does, where it can be told: `tighter`, `looser`, `tighter and looser`, or
    nothing; with the reasons."""

    direction: str = ""
    why: tuple[str, ...] = ()


def differences(
    before: Mapping[str, PlainBook], after: Mapping[str, PlainBook]
) -> list[Difference]:
    """Every difference, rulebooks and limits in their order."""
    return [
        one
        for stem in dict.fromkeys((*before, *after))
        for one in _of_books(stem, before.get(stem), after.get(stem))
    ]


def _of_books(stem: str, before: PlainBook | None, after: PlainBook | None) -> Iterator[Difference]:
    old_head, new_head = (before.head if before else {}), (after.head if after else {})
    if before is None or after is None:
        change = "added" if before is None else "removed"
        yield Difference(
            stem, "", change, "title", old_head.get("title", ""), new_head.get("title", "")
        )
    else:
        yield from _of_keys(stem, "", old_head, new_head)
    old, new = (before.rows if before else {}), (after.rows if after else {})
    for rule_id in dict.fromkeys((*old, *new)):
        yield from _of_rows(stem, rule_id, old.get(rule_id), new.get(rule_id))


def _of_rows(
    stem: str, rule_id: str, before: PlainRow | None, after: PlainRow | None
) -> Iterator[Difference]:
    if before is None or after is None:
        there = after or before
        told = there.keys.get("text", "") if there else ""
        change = "added" if before is None else "removed"
        yield Difference(
            stem,
            rule_id,
            change,
            "text",
            told if after is None else "",
            told if before is None else "",
        )
        return
    if before.table != after.table:
        yield Difference(stem, rule_id, "changed", "entry", before.table, after.table)
    yield from _of_keys(stem, rule_id, before.keys, after.keys)


def _of_keys(
    stem: str, rule_id: str, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        if before.get(key, "") != after.get(key, ""):
            yield Difference(stem, rule_id, "changed", key, before.get(key, ""), after.get(key, ""))


# ---------------------------------------------------------------- tighter, looser


def by_place(books: Mapping[str, Rulebook]) -> Limits:
    """Every limit by its rulebook and id."""
    return {(book.id, limit.rule_id): limit for book in books.values() for limit in book.limits}


def effect(before: Limit | None, after: Limit | None) -> Effect:
    """Whether a limit could release more batches than before, or fewer.

    Only limits that decide count; what is not told here (a text, a source, another substance)
    changes no verdict or asks another question.
    """
    if before is None or after is None:
        one = after or before
        if one is None or not decides(one):
            return Effect()
        return (
            Effect("tighter", ("one more limit decides",))
            if before is None
            else Effect("looser", ("it decides no more",))
        )
    if not decides(before) or not decides(after):
        if not decides(before) and not decides(after):
            return Effect()
        return (
            Effect("tighter", ("it decides now",))
            if decides(after)
            else Effect("looser", ("it decides no more",))
        )
    if _question(before) != _question(after):
        return Effect("", ("it asks another question",))
    looser, tighter = _looser(before, after), _looser(after, before)
    if looser and tighter:
        return Effect("tighter and looser", looser)
    return Effect("looser", looser) if looser else Effect("tighter") if tighter else Effect()


def _question(limit: Limit) -> tuple[str, ...]:
    match limit:
        case AmountLimit():
            return limit.kind, limit.subject, limit.unit, limit.basis
        case NotDetectedLimit():
            return limit.kind, limit.subject, limit.unit
    return limit.kind, limit.subject


def _looser(before: Limit, after: Limit) -> tuple[str, ...]:
    everyone = set(product_forms())
    fewer = (set(before.products) or everyone) - (set(after.products) or everyone)
    told = tuple(overriding.ways_looser(before, after))
    return (*told, "it would speak of fewer products") if fewer else told
