"""What stands on a sheet and is read as nothing: a person sees it, so nothing of it is dropped in
silence.

Every cell that no result, fact, label or header was read from is handed on as a note of the
certificates that it may speak of: those with a result in its row, else those with one on its sheet,
else all of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from string import ascii_uppercase

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Certificate, Note, ResultRow
from kratom_qc.domain.source import Cell, CellRef, SourceText
from kratom_qc.intake.layout.blocks import Block
from kratom_qc.intake.layout.headers import Column
from kratom_qc.intake.layout.page import SheetReading

# Words of a line that are kept, and judged by nobody.
_QUOTED = ("method", "section", "section_unit", "replicate")
# Read as numbers where they are any, and left alone where they are not: an LOD of a microbe may say
# anything.
_LENIENT = ("lod", "loq", "uncertainty", "limit")
_VERDICTS = ("verdict",)
_NAMES = ("product_name",)  # facts that are free text


def with_notes(
    pages: Sequence[SheetReading], blocks: Iterable[Block], certificates: Sequence[Certificate]
) -> tuple[Certificate, ...]:
    """The certificates, each with the notes that may speak of it."""
    blocks = list(blocks)
    read = {ref for certificate in certificates for ref in _read(certificate)}
    read |= {ref for block in blocks for ref in _of_header(block)}
    rows = [_rows_of(certificate) for certificate in certificates]
    where = _columns(blocks, set().union(*rows)) | _bounds(certificates)
    owners = _NoteOwners(rows)
    notes: list[list[Note]] = [[] for _ in certificates]
    for page in pages:
        for note in _notes(page, read, where):
            for index in owners.of(note.source.ref):
                notes[index].append(note)
    return tuple(
        replace(certificate, notes=tuple(own))
        for certificate, own in zip(certificates, notes, strict=True)
    )


def _notes(page: SheetReading, read: set[CellRef], where: Mapping[CellRef, str]) -> Iterator[Note]:
    """The cells of a sheet that nothing was read from."""
    for row, cells in page.sheet.rows.items():
        for column, cell in cells.items():
            ref = page.place(row, column)
            if ref in read or not cell.text.strip() or _is_label(cell.text):
                continue
            word = SourceText(cell.text, ref, cell.shown, cell.kind)
            if ref in where:
                yield Note(word, where[ref])
            else:
                label = _label(cells, column)
                yield Note(word, _beside(label), label)


def _bounds(certificates: Sequence[Certificate]) -> dict[CellRef, str]:
    lines = [line for certificate in certificates for line in certificate.rows]
    words = (getattr(line, name) for line in lines for name in _LENIENT)
    return {word.ref: "bound" for word in words if word}


def _read(certificate: Certificate) -> Iterator[CellRef]:
    """Where words stand that decide something. A verdict in words that nobody knows decides
    nothing: it is a note."""
    for line in certificate.rows:
        for name in _WORDS_OF_LINE:
            word = getattr(line, name)
            if isinstance(word, SourceText) and not (
                name in _VERDICTS and vocabulary.status(word.text) is None
            ):
                yield word.ref
    for name, word in certificate.facts.items():
        if name not in _NAMES and not (name == "status" and vocabulary.status(word.text) is None):
            yield word.ref


def _of_header(block: Block) -> Iterator[CellRef]:
    """The words that name columns: the header's own, analytes and units in further rows of it."""
    header = block.header
    for column in header.columns:
        yield column.header.ref
        for row in range(header.top, header.row + 1):
            cell = block.cells(row).get(column.number)
            if cell is not None and (vocabulary.analyte(cell.text) or vocabulary.unit(cell.text)):
                yield block.page.place(row, column.number)


_WORDS_OF_LINE = tuple(
    field.name for field in fields(ResultRow) if field.name not in (*_QUOTED, *_LENIENT)
)


def _rows_of(certificate: Certificate) -> set[tuple[str, int]]:
    words = [word for line in certificate.rows for word in (line.analyte, line.result)]
    return {_row_of(word.ref) for word in words if word is not None}


def _row_of(place: CellRef) -> tuple[str, int]:
    return place.sheet, int(place.cell.strip(ascii_uppercase))


class _NoteOwners:
    """The certificates that a cell may speak of, by their number."""

    def __init__(self, rows: Sequence[set[tuple[str, int]]]):
        self.all = range(len(rows))
        self.beside: dict[tuple[str, int], list[int]] = {}
        self.around: dict[str, list[int]] = {}
        for index, own in enumerate(rows):
            for row in own:
                self.beside.setdefault(row, []).append(index)
            for sheet in {sheet for sheet, _ in own}:
                self.around.setdefault(sheet, []).append(index)

    def of(self, place: CellRef) -> Sequence[int]:
        return self.beside.get(_row_of(place)) or self.around.get(place.sheet) or self.all


def _is_label(text: str) -> bool:
    """A header word or a label by itself says nothing; nor does a heading that is also a verdict
    word escape as one."""
    if not any(c.isalnum() for c in text):
        return False  # the sign `<` heads a column of signs, and is one
    known = vocabulary.column_role(text) is not None or vocabulary.fact_name(text) is not None
    return known and vocabulary.status(text) not in ("opinion_bad", "opinion_unsure", "preliminary")


def _label(cells: dict[int, Cell], column: int) -> str:
    """The words before a cell."""
    before = [at for at in cells if at < column]
    return cells[max(before)].text if before and cells[max(before)].kind == "text" else ""


def _beside(label: str) -> str:
    """A number is no result where the label before it says what it is: `Storage`, `Quantity`; but
    for `Notes`."""
    name = vocabulary.fact_name(label)
    return "column" if name == "other" and vocabulary.column_role(label) != "ignored" else "free"


def _columns(blocks: Iterable[Block], rows: set[tuple[str, int]]) -> dict[CellRef, str]:
    """The cells beside results in columns of methods, initials or dilutions. Notes are none of
    these."""
    found: dict[CellRef, str] = {}
    for block in blocks:
        numbers = {column.number for column in block.header.columns if _is_bookkeeping(column)}
        for row in block.body:
            places = (block.page.place(row, number) for number in numbers & block.cells(row).keys())
            found |= {place: "column" for place in places if _row_of(place) in rows}
    return found


def _is_bookkeeping(column: Column) -> bool:
    is_note = column.role == "ignored" and vocabulary.fact_name(column.header.text) == "other"
    is_fact = column.role.startswith("fact:") and column.role != "fact:status"
    return is_fact or (column.role in ("ignored", "panel", "method", "replicate") and not is_note)
