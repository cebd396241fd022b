"""The texts of a batch that nobody has read, for pages, terminals and annotated workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kratom_qc.domain.account import AccountEntry, Fate
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.source import CellRef
from kratom_qc.report.finding_words import where

RULE = "TEXT-UNREAD"


class UnreadText(NamedTuple):
    """A text that nobody has read, with every place in which it stands."""

    text: str
    places: tuple[str, ...]
    file: str


def unread_entries(batch: Batch) -> Iterator[AccountEntry]:
    """Every place of a batch in which something stands that nobody has read."""
    for certificate in batch.certificates:
        yield from (entry for entry in certificate.texts if entry.fate is Fate.UNREAD)


def unread_texts(batch: Batch) -> tuple[UnreadText, ...]:
    """Each text that nobody has read once, in full, in the order of the certificates."""
    by_text: dict[tuple[str, str], list[CellRef]] = {}
    for entry in unread_entries(batch):
        ref = entry.source.ref
        by_text.setdefault((ref.file, entry.source.text), []).append(ref)
    return tuple(
        UnreadText(text, tuple(dict.fromkeys(map(where, refs))), file)
        for (file, text), refs in by_text.items()
    )
