"""Cut a sheet into blocks: rectangular tables, stacked or side by side, upright or lying."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kratom_qc import vocabulary
from kratom_qc.domain.source import Cell, CellRef, SourceText
from kratom_qc.intake.layout.headers import (
    KEYS,
    LIST,
    SAMPLES,
    WIDE,
    Column,
    Header,
    headers_at,
    looks_like_header,
)
from kratom_qc.intake.layout.page import Page
from kratom_qc.intake.layout.sense import could_be_result, sense, squeezed
from kratom_qc.intake.layout.transposed import transposed_at
from kratom_qc.vocabulary.rows import heading


@dataclass(frozen=True, slots=True)
class Block:
    """One table: its header, the last row that may belong to it, and the columns that are its own
    (`right` is None for the rest of the sheet)."""

    page: Page
    header: Header
    last: int
    left: int = 1
    right: int | None = None
    # Said of the whole table above it, `All results in mg/kg`, or by the name of its sheet
    unit: SourceText | None = None

    def cells(self, row: int) -> dict[int, Cell]:
        """The cells of a row that belong to this table."""
        return self.page.cells(row, self.left, self.right)

    @property
    def body(self) -> range:
        """The rows below the header."""
        return range(self.header.row + 1, self.last + 1)

    @property
    def top(self) -> int:
        """The sheet's row in which it begins; a table on its side has the sheet's rows as its
        columns."""
        return self.header.columns[0].number if self.page.turned else self.header.top


def blocks_on(page: Page, given: Iterable[Block] = ()) -> list[Block]:
    """Every block of a sheet, from top to bottom and left to right. `given` are blocks that a
    profile describes; all others are found by their words and what stands below them."""
    described = list(given)
    taken = {row for block in described for row in rows_of(block)}
    blocks, run = list(described), list[int]()
    for row in sorted(page.sheet.rows):
        if row not in taken:
            run.append(row)
        elif run:
            blocks += _TableFinder(page, aside=False).through(run)
            run = []
    blocks += _TableFinder(page, aside=not described).through(run)
    blocks.sort(key=lambda block: (block.top, block.left))
    of_sheet = _unit_of_sheet(page)
    return [replace(block, unit=_unit_above(page, block) or of_sheet) for block in blocks]


def rows_of(block: Block) -> Iterator[int]:
    """The rows of the sheet that a block lies in."""
    if block.page.turned:  # its columns are the sheet's rows
        return iter(sorted({row for cells in block.page.sheet.rows.values() for row in cells}))
    return iter(range(block.header.top, block.last + 1))


@dataclass(slots=True)
class _OpenTable:
    """A table whose last row is not known yet."""

    header: Header
    left: int
    right: int | None


class _TableFinder:
    """Looks for headers from row to row. A table lasts until another header stands in its columns,
    whether or not that begins a table."""

    def __init__(self, page: Page, *, aside: bool):
        self.page = page
        self.aside = aside  # whether to look for tables on their side too
        self.open: list[_OpenTable] = []
        self.found: list[Block] = []

    def through(self, rows: list[int]) -> list[Block]:
        """The blocks in the rows."""
        skip = 0
        for row in rows:
            if row > skip:
                skip = self._at(row)
        self._close(rows[-1] if rows else 0)
        return self.found

    def _at(self, row: int) -> int:
        """Look at one row; the last row that belongs to what was found there."""
        page, after_gap = self.page, row - 1 not in self.page.sheet.rows
        if after_gap and len(self.open) > 1 and headers_at(page, row):
            self._close(row - 1)
        if self.aside and (not self.open or after_gap or _names_batch(page, row)):
            table = transposed_at(page, row)
            if table is not None:
                block = Block(table.upright, table.header, table.upright.last_row)
                self._close(table.top - 1)
                self.found.append(block)
                return max(rows_of(block))
        return self._begun(row) or self._ended(row)

    def _begun(self, row: int) -> int:
        """Open the tables whose headers begin here; the last row of the headers, or 0."""
        page = self.page
        ranges = [(table.left, table.right) for table in self.open] if len(self.open) > 1 else []
        if any(headers_at(page, row, *span) for span in ranges) and self._new_columns(row, ranges):
            ranges = []
        last = max((self._begin(row, left, right) for left, right in ranges), default=0)
        return last or self._begin(row, 1, None)

    def _ended(self, row: int) -> int:
        """Close the tables in whose columns a header stands that begins none."""
        for table in list(self.open):
            cells = self.page.cells(row, table.left, table.right)
            if looks_like_header(cells.values()) and not _is_of_body(table.header, cells):
                self._close(row - 1, table.left, table.right)
        return row

    def _new_columns(self, row: int, ranges: list[tuple[int, int | None]]) -> bool:
        """Whether words of a header stand beside those of a table that begins here: then all the
        columns are new."""
        beside = [
            cell
            for span in ranges
            if not headers_at(self.page, row, *span)
            for cell in self.page.cells(row, *span).values()
        ]
        return any(
            vocabulary.column_role(cell.text) or vocabulary.fact_name(cell.text) for cell in beside
        )

    def _begin(self, row: int, left: int, right: int | None) -> int:
        if any(self._goes_on(table, row) for table in self.open):
            return 0
        headers = [
            header
            for header in headers_at(self.page, row, left, right)
            if _is_table(self.page, header)
        ]
        if not headers:
            return 0
        self._close(headers[0].top - 1, left, right)
        starts = [header.columns[0].number for header in headers]
        for index, header in enumerate(headers):
            own_right = starts[index + 1] - 1 if index + 1 < len(headers) else right
            self.open.append(_OpenTable(header, starts[index] if index else left, own_right))
        return headers[0].row

    def _goes_on(self, table: _OpenTable, row: int) -> bool:
        if table.header.kind != LIST or row - 1 not in self.page.sheet.rows:
            return False
        cells = self.page.cells(row)
        numbers = {column.number for column in table.header.columns}
        return cells.keys() <= numbers and _is_result_row(table.header, cells)

    def _close(self, until: int, left: int = 1, right: int | None = None) -> None:
        for old in [old for old in self.open if _overlap((old.left, old.right), (left, right))]:
            self.open.remove(old)
            last = max(until, old.header.row)
            self.found.append(Block(self.page, old.header, last, old.left, old.right))


def _overlap(span: tuple[int, int | None], other: tuple[int, int | None]) -> bool:
    return (span[1] is None or other[0] <= span[1]) and (other[1] is None or span[0] <= other[1])


def _is_of_body(header: Header, cells: dict[int, Cell]) -> bool:
    """Whether a row of header words is a row of the table all the same: it names an analyte, or is
    a row of units or limits of a wide table."""
    if header.kind != LIST:
        first = cells[min(cells)]
        return sense(first.text).role in ("unit", "lod", "loq", "method", "limit", "cas")
    return any(_is_analyte_cell(cells, column) for column in header.of("analyte"))


def _is_result_row(header: Header, cells: dict[int, Cell]) -> bool:
    """Whether a row of an open list holds an analyte and its result, whatever its other words head
    elsewhere: `Odor | Characteristic | Conforms | Organoleptic`."""
    answers = [
        cells[column.number].text for column in header.of("result") if column.number in cells
    ]
    is_named = any(_is_analyte_cell(cells, column) for column in header.of("analyte"))
    return is_named and any(could_be_result(text) for text in answers)


def _is_analyte_cell(cells: dict[int, Cell], column: Column) -> bool:
    cell = cells.get(column.number)
    return cell is not None and vocabulary.analyte(squeezed(cell.text)) is not None


def _is_table(page: Page, header: Header) -> bool:
    """Labels alone, or names of analytes alone, are a header only where values stand below them."""
    if header.kind == LIST:
        return not _has_row_of_batches(page, header)
    if header.kind not in (WIDE, SAMPLES):
        return False
    analytes = [column.number for column in header.columns if column.role.startswith("analyte:")]
    key = next((column.number for column in header.columns if column.role in KEYS), None)
    # rows of units and limits may stand between
    rows = [page.cells(row) for row in range(header.row + 1, header.row + 4)]
    if key is None:
        return any(_answers(cells, number) for cells in rows for number in analytes)
    return len(analytes) > 1 or _is_keyed(rows, key, analytes)


def _is_keyed(rows: list[dict[int, Cell]], key: int, analytes: list[int]) -> bool:
    """Whether a batch or sample stands below its label, with a result under each analyte."""
    below = next((cells for cells in rows if not cells or key in cells), {})
    is_named = key in below and vocabulary.fact_name(below[key].text.partition(":")[0]) is None
    return is_named and all(_answers(below, number) for number in analytes)


def _answers(cells: dict[int, Cell], column: int) -> bool:
    return column in cells and could_be_result(cells[column].text)


def _has_row_of_batches(page: Page, header: Header) -> bool:
    """Whether a row below names a batch for columns that nothing else tells apart: then the table
    lies on its side."""
    results = header.of("result")
    if len(results) < 2 and not any(column.inferred for column in results):
        return False
    first = header.columns[0].number
    for row in range(header.row + 1, header.row + 6):
        cells = page.cells(row)
        label = cells.get(first)
        if label is not None and vocabulary.fact_name(label.text) == "batch_id":
            return any(column.number in cells for column in results)
    return False


def _names_batch(page: Page, row: int) -> bool:
    cells = page.cells(row)
    return vocabulary.fact_name(cells[min(cells)].text) == "batch_id"


def _unit_of_sheet(page: Page) -> SourceText | None:
    """The unit that the name of the sheet states of all its results: `Metals (ppm)`."""
    name = page.sheet.name
    said = heading(name)
    is_stated = said.is_understood and said.unit
    return SourceText(said.unit, CellRef(page.file, name)) if is_stated else None


def _unit_above(page: Page, block: Block) -> SourceText | None:
    """The unit that a line right above a table, or two rows above it, states of all its results."""
    for row in range(block.top - 1, max(block.top - 4, 0), -1):
        cells = page.cells(row, block.left, block.right) or page.cells(row)
        for column, cell in cells.items():
            unit = vocabulary.unit_line(cell.text)
            if unit:
                page.word(row, column, "unit of the table")
                return SourceText(unit, page.place(row, column))
        numbers = sorted(cells)
        label = cells[numbers[0]].text.rstrip(" :") if numbers else ""
        if len(numbers) == 2 and vocabulary.column_role(label) == "unit":
            if vocabulary.unit(cells[numbers[1]].text) is None:
                return None
            page.claim(row, numbers[0], "label")
            return page.word(row, numbers[1], "unit of the table")
    return None
