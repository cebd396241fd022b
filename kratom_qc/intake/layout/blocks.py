"""Cut a sheet into blocks: rectangular tables, stacked or side by side, and the facts that stand
between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from kratom_qc import vocabulary
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.headers import KEYS, LIST, SAMPLES, WIDE, Header, headers_at
from kratom_qc.intake.layout.labels import StatedFact, could_be_result, stated_in, states_a_fact
from kratom_qc.intake.layout.page import SheetReading
from kratom_qc.intake.layout.transposed import transposed_at


@dataclass(frozen=True, slots=True)
class Block:
    """One table: its header, its last row, and the columns that are its own (`right` is None for
    the rest of the sheet)."""

    page: SheetReading
    header: Header
    last: int
    left: int = 1
    right: int | None = None
    unit: SourceText | None = None  # said of the whole table above it: `All results in mg/kg`

    def cells(self, row: int) -> dict[int, Cell]:
        """The cells of a row that belong to this table."""
        return self.page.cells(row, self.left, self.right)

    @property
    def body(self) -> range:
        """The rows below the header."""
        return range(self.header.row + 1, self.last + 1)


@dataclass(slots=True)
class Band:
    """The tables that begin in one row, with the paragraphs of facts above them since the band
    before."""

    head: list[list[StatedFact]] = field(default_factory=list)
    touching: bool = False  # the first paragraph follows the tables before without a blank row
    blocks: list[Block] = field(default_factory=list)


def bands(page: SheetReading, given: Iterable[tuple[int, Block]] = ()) -> list[Band]:
    """A sheet from top to bottom. The last band has no blocks: its head is what stands under the
    last table.

    `given` are blocks that a profile describes; all others are found by their words.
    """
    found = _found(page, list(given))
    result, band, table_cells = [], Band(), _TableCells(found)
    numbers = sorted(page.sheet.rows)
    starts = {top for top, _ in found}
    before: int | None = None
    for row in numbers:
        if row in starts:
            band.blocks = [
                replace(block, unit=_unit_above(page, block, top))
                for top, block in found
                if top == row
            ]
            result.append(band)
            band, before = Band(), None
        cells = table_cells.rest(page, row)
        if not cells:
            continue
        stated = stated_in(page, row, cells)
        if not band.head or before is None or row > before + 1:
            band.touching = band.touching or (not band.head and row - 1 in table_cells.rows)
            band.head.append([])
        band.head[-1] += stated
        before = row
    return [*result, band]


class _TableCells:
    """Which cells belong to a table."""

    def __init__(self, found: list[tuple[int, Block]]):
        self.rows: dict[int, list[Block]] = {}
        for top, block in found:
            for row in _rows_of(top, block):
                self.rows.setdefault(row, []).append(block)

    def rest(self, page: SheetReading, row: int) -> dict[int, Cell]:
        """The cells of a row that belong to no table."""
        own = self.rows.get(row, ())
        return {
            at: cell
            for at, cell in page.cells(row).items()
            if not any(
                _first_column(block) <= at and (block.right is None or at <= block.right)
                for block in own
            )
        }


def _first_column(block: Block) -> int:
    return block.header.row if block.page.turned else block.left


def _rows_of(top: int, block: Block) -> Iterator[int]:
    if block.page.turned:  # its columns are the sheet's rows
        return iter(sorted({row for cells in block.page.sheet.rows.values() for row in cells}))
    return iter(range(top, block.last + 1))


# ---------------------------------------------------------------- finding


def _found(page: SheetReading, given: list[tuple[int, Block]]) -> list[tuple[int, Block]]:
    """Every block with its first row, from top to bottom and left to right."""
    described = {row for one in given for row in _rows_of(*one)}
    found, run = list(given), list[int]()
    for row in sorted(page.sheet.rows):
        if row not in described:
            run.append(row)
        elif run:
            found += _TableFinder(page, aside=False).through(run)
            run = []
    found += _TableFinder(page, aside=not given).through(run)
    return sorted(found, key=lambda one: (one[0], one[1].left))


@dataclass(slots=True)
class _OpenTable:
    """A table whose last row is not known yet."""

    top: int
    header: Header
    left: int
    right: int | None


class _TableFinder:
    """Looks for headers from row to row. A table lasts until another one begins in its columns."""

    def __init__(self, page: SheetReading, *, aside: bool):
        self.page = page
        self.aside = aside  # whether to look for tables on their side too
        self.open: list[_OpenTable] = []
        self.found: list[tuple[int, Block]] = []

    def through(self, rows: list[int]) -> list[tuple[int, Block]]:
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
            found = transposed_at(page, row)
            if found is not None:
                top, aside, header = found
                block = Block(aside, header, aside.last_row)
                self._close(top - 1)
                self.found.append((top, block))
                return max(_rows_of(top, block))
        ranges = [(one.left, one.right) for one in self.open] if len(self.open) > 1 else []
        if any(headers_at(page, row, *one) for one in ranges) and self._new_columns(row, ranges):
            ranges = []
        last = max((self._begin(row, left, right) for left, right in ranges), default=0)
        return last or self._begin(row, 1, None) or row

    def _new_columns(self, row: int, ranges: list[tuple[int, int | None]]) -> bool:
        """Whether words of a header stand beside those of a table that begins here: then all the
        columns are new."""
        beside = [
            cell
            for one in ranges
            if not headers_at(self.page, row, *one)
            for cell in self.page.cells(row, *one).values()
        ]
        return any(
            vocabulary.column_role(cell.text) or vocabulary.fact_name(cell.text) for cell in beside
        )

    def _begin(self, row: int, left: int, right: int | None) -> int:
        """Open the tables whose headers begin here; the last row of the headers, or 0."""
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
            self.open.append(
                _OpenTable(header.top, header, starts[index] if index else left, own_right)
            )
        return headers[0].row

    def _close(self, until: int, left: int = 1, right: int | None = None) -> None:
        for one in [one for one in self.open if _overlap((one.left, one.right), (left, right))]:
            self.open.remove(one)
            block = Block(self.page, one.header, until, one.left, one.right)
            self.found.append((one.top, replace(block, last=table_end(block, until))))


def _overlap(one: tuple[int, int | None], other: tuple[int, int | None]) -> bool:
    return (one[1] is None or other[0] <= one[1]) and (other[1] is None or one[0] <= other[1])


def _is_table(page: SheetReading, header: Header) -> bool:
    """Labels alone, or a label beside one analyte (`Lot: NA`), are a header only where values stand
    below them."""
    analytes = [column.number for column in header.columns if column.role.startswith("analyte:")]
    if header.kind == LIST or (header.kind == WIDE and len(analytes) > 1):
        return True
    if header.kind not in (WIDE, SAMPLES):
        return False
    key = next(column.number for column in header.columns if column.role in KEYS)
    for row in range(header.row + 1, header.row + 4):  # rows of units and limits may stand between
        below = page.cells(row)
        if not below or key in below:
            break
    named = key in below and vocabulary.fact_name(below[key].text.partition(":")[0]) is None
    return named and all(at in below and could_be_result(below[at].text) for at in analytes)


def _names_batch(page: SheetReading, row: int) -> bool:
    cells = page.cells(row)
    return vocabulary.fact_name(cells[min(cells)].text) == "batch_id"


def table_end(block: Block, last: int) -> int:
    """The last row of a table. A row that states a fact instead of a result ends it, after a blank
    row or a note."""
    previous, gap = block.header.row, False
    for row in range(block.header.row + 1, last + 1):
        cells = block.cells(row)
        if not cells:
            gap = True
        elif len(cells) == 1 and not states_a_fact(cells) and not _has_result(block.header, cells):
            gap = gap or row > block.header.row + 1  # a heading, or a note under the table
        elif gap and states_a_fact(cells) and not _has_result(block.header, cells):
            return previous
        else:
            previous, gap = row, False
    return previous


def _has_result(header: Header, cells: dict[int, Cell]) -> bool:
    """Whether a row belongs to the table: it has a batch or an analyte's value, or a result beside
    two other cells."""
    if header.kind != LIST:
        columns = [
            column
            for column in header.columns
            if column.role.startswith(("analyte:", "fact:batch_id"))
        ]
        return any(column.number in cells for column in columns)
    results = [cells[column.number] for column in header.of("result") if column.number in cells]
    return bool(results) and (
        len(cells) > 2 or (len(cells) == 1 and could_be_result(results[0].text))
    )


def _unit_above(page: SheetReading, block: Block, top: int) -> SourceText | None:
    """The unit that a line right above a table, or two rows above it, states of all its results."""
    for row in range(top - 1, max(top - 4, 0), -1):
        cells = page.cells(row, block.left, block.right) or page.cells(row)
        for column, cell in cells.items():
            said = vocabulary.unit_line(cell.text)
            if said:
                page.word(row, column)
                return SourceText(said, page.place(row, column))
        numbers = sorted(cells)
        if (
            len(numbers) == 2
            and vocabulary.column_role(cells[numbers[0]].text.rstrip(" :")) == "unit"
        ):
            value = page.word(row, numbers[1])
            return value if vocabulary.unit(value.text) is not None else None
    return None
