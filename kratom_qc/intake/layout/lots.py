"""Lots that stand in no place of their own: in the name of a sample, and in files that cannot be
judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.labels import stated_in
from kratom_qc.intake.layout.page import Page
from kratom_qc.intake.sheets import Sheet

_MOST_LOTS = 100  # of one file; beyond that nobody looks through them one by one

_CODE = r"(?=[^\s]*[0-9])[\w./#-]{3,30}"
_LABELLED = re.compile(
    rf"(?:^|[\s,;(–-])(?P<label>lot|batch|b\.?\s?no|charge|ch\.\s?b|šarže|lote|lotto|partia"
    rf"|partij|bets|l\.?n|kode produksi)"
    rf"\s*(?:no\.?|nr\.?|number|č\.|n\.?[º°]?)?\s*[:#.]?\s*(?P<lot>{_CODE})\)?",
    re.IGNORECASE,
)
_WITH_WORDS = re.compile(rf"(?P<lot>{_CODE})(?:\s*[(,;:–-]\s*|\s+)(?P<rest>[^\d]{{3,60}}?)\)?")
_WHOLE = re.compile(_CODE)


class LotWithin(NamedTuple):
    """A lot in the name of a sample, whether it stands there with its label, and the other words:
    the product."""

    lot: str
    labelled: bool
    product: str = ""


@lru_cache(4096)
def lot_within(text: str) -> LotWithin | None:
    """The lot in what a client calls a sample: `Lot BB-09 crushed leaf`, `HDK powder, lot HDK-2`,
    `CGH-K-19 (kratom leaf, milled)`, `YB-2609-07`. What else stands there is a product's name."""
    labelled = _LABELLED.search(text)
    if labelled is not None:
        rest = f"{text[: labelled.start()]} {text[labelled.end() :]}".strip(" ,;()–-")
        several = _LABELLED.search(text, labelled.end()) is not None
        return (
            LotWithin(labelled["lot"].rstrip("."), True, rest)
            if not several and _is_product(rest)
            else None
        )
    bare = vocabulary.lot(text)
    if _WHOLE.fullmatch(bare):
        return LotWithin(bare, bare != text.strip())
    match = _WITH_WORDS.fullmatch(text.strip())
    if match is None or not _is_product(match["rest"]):
        return None
    return LotWithin(match["lot"], False, match["rest"])


def _is_product(text: str) -> bool:
    """Whether nothing but words of a product is left beside a lot; a vendor's own initials may
    stand among them."""
    words = " ".join(word for word in text.split() if not re.fullmatch("[A-Z]{2,5}", word))
    return not words or not vocabulary.form_words(words).left


def named_lots(file: str, sheets: Iterable[Sheet]) -> tuple[SourceText, ...]:
    """The lots that labels and headed columns name, each where it is first named. They are only
    looked for: a word too many holds nothing, where no certificate speaks of it."""
    lots: dict[str, SourceText] = {}
    for sheet in sheets:
        page = Page(file, sheet)
        for row, cells in sheet.rows.items():
            stated = [fact.word for fact in stated_in(page, row, cells) if fact.name == "batch_id"]
            for word in (*stated, *_within(page, row), *_below_headers(page, row)):
                lot = vocabulary.lot(word.text)
                if lot and not _is_header(lot) and len(lots) < _MOST_LOTS:
                    lots.setdefault(lot, SourceText(lot, word.ref))
    return tuple(lots.values())


def _within(page: Page, row: int) -> Iterator[SourceText]:
    """The lots that stand in the names of samples with their label."""
    for column, cell in page.cells(row).items():
        lot = lot_within(cell.text)
        if lot is not None and lot.labelled:
            yield SourceText(lot.lot, page.place(row, column))


def _below_headers(page: Page, row: int) -> Iterator[SourceText]:
    """What stands below a column's heading for batches, as far as the column is filled."""
    cells = page.cells(row)
    if sum(map(_heads, cells.values())) < 2:
        return
    for column, cell in cells.items():
        below = row + 1
        while vocabulary.fact_name(cell.text) == "batch_id" and column in page.cells(below):
            yield page.peek(below, column)
            below += 1


def _heads(cell: Cell) -> bool:
    return _is_header(cell.text)


def _is_header(text: str) -> bool:
    return vocabulary.column_role(text) is not None or vocabulary.fact_name(text) is not None
