"""Every limit with its source, as one page that a lawyer and a QA manager can read against the
texts themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.report.rendering import render
from kratom_qc.rulebooks import plainly
from kratom_qc.rulebooks.about import about
from kratom_qc.rulebooks.dates import stands
from kratom_qc.vocabulary import wording

_KINDS = {
    "product": "Our specifications",
    "market": "Markets",
    "standard": "Standards and shared rulebooks",
}
_ADDRESS = re.compile(r"https?://[^\s;,<>\"']+[^\s;,<>\"'.)]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One limit as the page shows it; `about` are its further facts by label."""

    limit: Limit
    asks: str
    standing: str
    decides: bool
    about: Mapping[str, str]


class Piece(NamedTuple):
    """A piece of a source: plain text, or an address to follow."""

    text: str
    address: str = ""


def limits_page(books: Mapping[str, Rulebook], *, day: date, program: str) -> str:
    """One self-contained page of the limits as they stand on a day. Same rulebooks, same day, same
    text."""
    entries = {
        book.id: [_entry(book, limit, books, day) for limit in book.limits]
        for book in books.values()
    }
    listed = list(books.values())
    by_kind = [
        (title, [book for book in listed if book.kind == kind]) for kind, title in _KINDS.items()
    ]
    limits = [entry for book in listed for entry in entries[book.id]]
    return render(
        "limits.html",
        title=f"All limits on {day.isoformat()}",
        day=day.isoformat(),
        groups=[(title, of_kind) for title, of_kind in by_kind if of_kind],
        entries=entries,
        pieces=pieces,
        evidence=wording.evidence_words,
        counts=(len(limits), sum(entry.decides for entry in limits), len(listed)),
        overdue=wording.overdue(listed, day),
        program=program,
    )


def _entry(book: Rulebook, limit: Limit, books: Mapping[str, Rulebook], day: date) -> Entry:
    return Entry(
        limit,
        plainly.asks(limit),
        plainly.standing(limit, day),
        stands(limit, day)[1],
        {**dict(about(book, limit, books, day)), "overrides": plainly.changed(limit)},
    )


def pieces(source: str) -> list[Piece]:
    """A source with its addresses told apart, so that only they become links."""
    parts, end = [], 0
    for address in _ADDRESS.finditer(source):
        parts += [Piece(source[end : address.start()]), Piece(address[0], address[0])]
        end = address.end()
    return [piece for piece in (*parts, Piece(source[end:])) if piece.text]
