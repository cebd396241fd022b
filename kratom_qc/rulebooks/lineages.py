"""Rulebooks and those they lie under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kratom_qc.domain.limit import Rulebook


def lineage(books: Mapping[str, Rulebook], book_id: str) -> tuple[Rulebook, ...]:
    """A rulebook after those it lies under, without the limits that one of them overrides."""
    ordered: dict[str, Rulebook] = {}

    def visit(current: str) -> None:
        for parent in books[current].extends:
            visit(parent)
        ordered[current] = books[current]

    visit(book_id)
    replaced = {
        (limit.overrides, limit.rule_id)
        for book in ordered.values()
        for limit in book.limits
        if limit.overrides
    }
    if not replaced:
        return tuple(ordered.values())
    return tuple(
        replace(
            book,
            limits=tuple(
                limit for limit in book.limits if (book.id, limit.rule_id) not in replaced
            ),
        )
        for book in ordered.values()
    )
