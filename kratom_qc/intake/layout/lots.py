"""Which lots a file names that cannot be judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kratom_qc import vocabulary
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.labels import stated_in
from kratom_qc.intake.layout.page import Page
from kratom_qc.intake.sheets import Sheet

_MOST_LOTS = 100  # of one file; beyond that nobody looks through them one by one


def named_lots(file: str, sheets: Iterable[Sheet]) -> tuple[SourceText, ...]:
    """The lots that labels and headed columns name, each where it is first named. They are only
    looked for: a word too many holds nothing, where no certificate speaks of it."""
    found: dict[str, SourceText] = {}
    for sheet in sheets:
        page = Page(file, sheet)
        for row, cells in sheet.rows.items():
            stated = [fact.word for fact in stated_in(page, row, cells) if fact.name == "batch_id"]
            for word in (*stated, *_below_headers(page, row)):
                lot = vocabulary.stated_lot(word.text)
                if lot and not _is_header(lot) and len(found) < _MOST_LOTS:
                    found.setdefault(lot, SourceText(lot, word.ref))
    return tuple(found.values())


def _below_headers(page: Page, row: int) -> Iterator[SourceText]:
    """What stands below a column's heading for batches, as far as the column is filled."""
    cells = page.cells(row)
    if sum(map(_heads, cells.values())) < 2:
        return
    for column, cell in cells.items():
        at = row + 1
        while vocabulary.fact_name(cell.text) == "batch_id" and column in page.cells(at):
            yield page.peek(at, column)
            at += 1


def _heads(cell: Cell) -> bool:
    return _is_header(cell.text)


def _is_header(text: str) -> bool:
    return vocabulary.column_role(text) is not None or vocabulary.fact_name(text) is not None
