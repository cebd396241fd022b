"""What stands in a file and was understood as nothing: a person sees it, so nothing of it is
dropped in silence.

Every cell that no step claimed, every text beside the cells and every sheet's name is handed on as
a text of the certificates that it may speak of: those with a result in its row, else those with one
on its sheet, else all of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.domain.account import AccountEntry, Fate, PageText, TextKind
from kratom_qc.domain.certificate import Certificate
from kratom_qc.domain.source import Cell, CellRef, SourceText
from kratom_qc.intake.layout.owners import Owners
from kratom_qc.intake.layout.page import Page
from kratom_qc.intake.sheets import SheetText, row_and_column
from kratom_qc.vocabulary.names import is_role

_LONGEST_NAME = 60  # characters
# How the claims of header rows and of results begin.
_HEADER, _RESULT = "header", "result of "


def with_texts(
    pages: Sequence[Page], certificates: Sequence[Certificate]
) -> tuple[Certificate, ...]:
    """The certificates, each with the texts that may speak of it."""
    owners, lines = Owners(certificates), _Lines(certificates)
    texts: list[list[PageText]] = [[] for _ in certificates]
    for page in pages:
        for text in _texts_of(page, lines):
            for index in owners.of(text.source.ref):
                texts[index].append(text)
    return tuple(
        replace(certificate, texts=tuple(of_paper))
        for certificate, of_paper in zip(certificates, texts, strict=True)
    )


def claimed(pages: Sequence[Page]) -> Iterator[AccountEntry]:
    """Every cell that some step understood, with what it was understood as."""
    for page in pages:
        for (row, column), meanings in sorted(page.claims.items()):
            cell = page.sheet.rows.get(row, {}).get(column)
            if cell is not None and cell.text.strip():
                word = SourceText(cell.text, page.place(row, column), cell.shown, cell.kind)
                yield AccountEntry(word, Fate.UNDERSTOOD, "; ".join(meanings))


class _Lines:
    """The lines of results of all certificates, by where they stand."""

    def __init__(self, certificates: Sequence[Certificate]):
        self.analytes: dict[tuple[str, int], str] = {}  # of the first result, by sheet and row
        self.read: set[CellRef] = set()
        for line in (line for certificate in certificates for line in certificate.rows):
            ref = line.cell.ref
            row = row_and_column(ref.cell)[0]
            self.analytes.setdefault((ref.sheet, row), line.analyte.text.strip())
            for way in (line, *line.alternatives):
                self.read |= {word.ref for word in (way.analyte, way.result) if word is not None}


# ---------------------------------------------------------------- texts of a page


def _texts_of(page: Page, lines: _Lines) -> Iterator[PageText]:
    name = page.sheet.name
    if name.strip():
        yield PageText(SourceText(name, CellRef(page.file, name)), TextKind.SHEET_NAME)
    for text in page.sheet.texts:
        ref = CellRef(page.file, name, _place(text))
        yield PageText(SourceText(text.text, ref), text.kind)
    yield from _unclaimed(page, lines)
    for (row, column), left in page.left.items():
        for label, words in left:
            yield PageText(SourceText(words, page.place(row, column)), label=label)


def _place(text: SheetText) -> str:
    """`comment of B3`, `page header`: no cell, and told apart from all cells."""
    return f"{text.kind} of {text.cell}" if text.cell else str(text.kind)


def _unclaimed(page: Page, lines: _Lines) -> Iterator[PageText]:
    headings: Mapping[int, Cell] = {}
    last = 0  # the last row of headers: a header of several rows is one
    for row in sorted(page.sheet.rows):
        if _is_header(page, row):
            headings = {**(headings if last >= row - 2 else {}), **page.cells(row)}
            last = row
        analyte = lines.analytes.get((page.sheet.name, row), "")
        heads = not analyte and _heads_a_section(page, row)
        for column, cell in page.cells(row).items():
            meanings = page.claims.get((row, column), ())
            if cell.text.strip() and _may_say_more(page, (row, column), meanings, lines):
                yield _text_of(page, cell, (row, column), headings, analyte, in_table=heads)


def _may_say_more(
    page: Page, place: tuple[int, int], meanings: Sequence[str], lines: _Lines
) -> bool:
    """Whether a cell was read as nothing, as a heading only, which may be any words, or as a result
    that no certificate has."""
    if any(meaning.startswith(_RESULT) for meaning in meanings):
        return page.place(*place) not in lines.read
    return set(meanings) <= {"heading"}


def _text_of(
    page: Page,
    cell: Cell,
    place: tuple[int, int],
    headings: Mapping[int, Cell],
    analyte: str,
    *,
    in_table: bool,
) -> PageText:
    """A cell with what a person reads it by: its column's heading beside a result, nothing in a
    header row, elsewhere the words before it."""
    word = SourceText(cell.text, page.place(*place), cell.shown, cell.kind)
    row, column = place
    if headings.get(column) is cell:
        return PageText(word)
    if (analyte or in_table or place in page.around) and column in headings:
        beside = page.around[place].row_of if place in page.around else ""
        return PageText(word, column=headings[column].text, row_of=analyte or beside)
    label = _label(page.cells(row), column)
    if not analyte:
        signed = _signed_under(page, place) if _may_be_named(cell.text) else ""
        label = _label_over(page, place, label) or signed or label
    return PageText(word, label=label, row_of=analyte)


def _label_over(page: Page, place: tuple[int, int], beside: str) -> str:
    """The label over a cell, where labels stand above their values: `Test ID:` over `T0003188`."""
    row, column = place
    above = page.cells(row - 1)
    if column not in above or _is_label(beside) or not all(map(_is_label_cell, above.values())):
        return ""
    return above[column].text.strip()


def _signed_under(page: Page, place: tuple[int, int]) -> str:
    """Whose name stands over a line for a signature: `Technical Director` at most three rows below
    it, with days and times between."""
    row, column = place
    cells = (page.cells(below).get(column) for below in range(row + 1, row + 4))
    return next(filter(None, (_role_in(cell.text) for cell in cells if cell is not None)), "")


def _may_be_named(text: str) -> bool:
    """A quick look, since most cells of a sheet without results name nobody."""
    first = text.lstrip()[:1]
    return len(text) <= _LONGEST_NAME and first.isalpha() and not first.islower()


@lru_cache(4096)
def _role_in(text: str) -> str:
    """The label of a person that a line under a signature has: `PREPARED BY / DATE`, a role."""
    bare = text.strip(" :_")
    parts = [part.strip() for part in bare.split("/") if part.strip()]
    person = next((part for part in parts if vocabulary.plain_label(part) == "person"), "")
    return person or ("Signature" if bare and is_role(bare) else "")


def _is_label_cell(cell: Cell) -> bool:
    return cell.kind == "text" and _is_label(cell.text)


def _is_label(text: str) -> bool:
    return text.rstrip().endswith((":", "：")) or vocabulary.fact_name(text) is not None


def _heads_a_section(page: Page, row: int) -> bool:
    """Whether a cell of a row is a heading, beside which `5` is the number of a section."""
    return any(page.meanings(row, column) == ["heading"] for column in page.cells(row))


def _is_header(page: Page, row: int) -> bool:
    """A row with headers and no result: a table on its side has its names before their results."""
    meanings = [
        meaning for column in page.cells(row) for meaning in page.claims.get((row, column), ())
    ]
    heads = any(meaning.startswith(_HEADER) for meaning in meanings)
    return heads and not any(meaning.startswith(_RESULT) for meaning in meanings)


def _label(cells: Mapping[int, Cell], column: int) -> str:
    """The words before a cell in its row."""
    before = [number for number in cells if number < column]
    return cells[max(before)].text.strip() if before and cells[max(before)].kind == "text" else ""
