"""Every limit with its source, as one page that a lawyer and a QA manager can read against the
texts themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.report.rendering import render
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


def limits_page(
    books: Sequence[Rulebook], entries: Mapping[str, Sequence[Entry]], *, day: date, program: str
) -> str:
    """One self-contained page. Same rulebooks, same day, same text."""
    by_kind = [
        (title, [book for book in books if book.kind == kind]) for kind, title in _KINDS.items()
    ]
    limits = [entry for book in books for entry in entries[book.id]]
    return render(
        "limits.html",
        title=f"All limits on {day.isoformat()}",
        day=day.isoformat(),
        groups=[(title, of_kind) for title, of_kind in by_kind if of_kind],
        entries=entries,
        pieces=pieces,
        evidence=wording.evidence_words,
        counts=(len(limits), sum(entry.decides for entry in limits), len(books)),
        overdue=wording.overdue(books, day),
        program=program,
    )


def pieces(source: str) -> list[Piece]:
    """A source with its addresses told apart, so that only they become links."""
    parts, end = [], 0
    for address in _ADDRESS.finditer(source):
        parts += [Piece(source[end : address.start()]), Piece(address[0], address[0])]
        end = address.end()
    return [piece for piece in (*parts, Piece(source[end:])) if piece.text]
