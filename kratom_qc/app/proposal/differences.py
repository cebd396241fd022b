"""What differs between two versions of the rulebooks: added, removed, changed, key by key, and what
it does to a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kratom_qc.app.proposal.plain import PlainBook, PlainRow
from kratom_qc.domain.limit import Limit, Rulebook
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

    @property
    def place(self) -> tuple[str, str]:
        """The ids of the rulebook and of the limit."""
        return self.rulebook, self.rule_id


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
        difference
        for stem in dict.fromkeys((*before, *after))
        for difference in _of_books(stem, before.get(stem), after.get(stem))
    ]


def _of_books(stem: str, before: PlainBook | None, after: PlainBook | None) -> Iterator[Difference]:
    old, new = before or PlainBook(stem, {}, {}), after or PlainBook(stem, {}, {})
    if before is None or after is None:
        title, new_title = old.head.get("title", ""), new.head.get("title", "")
        yield Difference(stem, "", _change(before, after), "title", title, new_title)
    else:
        yield from _of_keys(stem, "", old.head, new.head)
    for rule_id in dict.fromkeys((*old.rows, *new.rows)):
        yield from _of_rows(stem, rule_id, old.rows.get(rule_id), new.rows.get(rule_id))


def _change(before: object, after: object) -> str:
    if before is None:
        return "added"
    return "removed" if after is None else "changed"


def _of_rows(
    stem: str, rule_id: str, before: PlainRow | None, after: PlainRow | None
) -> Iterator[Difference]:
    if before is None or after is None:
        old = before.keys.get("text", "") if before else ""
        new = after.keys.get("text", "") if after else ""
        yield Difference(stem, rule_id, _change(before, after), "text", old, new)
        return
    if before.table != after.table:
        yield Difference(stem, rule_id, "changed", "entry", before.table, after.table)
    yield from _of_keys(stem, rule_id, before.keys, after.keys)


def _of_keys(
    stem: str, rule_id: str, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key, ""), after.get(key, "")
        if old != new:
            yield Difference(stem, rule_id, "changed", key, old, new)


# ---------------------------------------------------------------- tighter, looser


def by_place(books: Mapping[str, Rulebook]) -> Limits:
    """Every limit by its rulebook and id."""
    return {(book.id, limit.rule_id): limit for book in books.values() for limit in book.limits}


def effect(before: Limit | None, after: Limit | None) -> Effect:
    """Whether a limit could release more batches than before, or fewer.

    Only limits that decide count; what is not told here (a text, a source, another substance)
    changes no verdict or asks another question.
    """
    old, new = _deciding(before), _deciding(after)
    if old is None and new is None:
        return Effect()
    if old is None:
        why = "one more limit decides" if before is None else "it decides now"
        return Effect("tighter", (why,))
    if new is None:
        return Effect("looser", ("it decides no more",))
    if _question(old) != _question(new):
        return Effect("", ("it asks another question",))
    looser, tighter = _looser(old, new), _looser(new, old)
    if looser:
        return Effect("tighter and looser" if tighter else "looser", looser)
    return Effect("tighter") if tighter else Effect()


def _deciding(limit: Limit | None) -> Limit | None:
    return limit if limit is not None and decides(limit) else None


def _question(limit: Limit) -> tuple[str, ...]:
    return limit.kind, limit.subject, limit.unit, limit.basis


def _looser(before: Limit, after: Limit) -> tuple[str, ...]:
    everyone = set(product_forms())
    fewer = (set(before.products) or everyone) - (set(after.products) or everyone)
    ways = tuple(overriding.ways_looser(before, after))
    return (*ways, "it would speak of fewer products") if fewer else ways
