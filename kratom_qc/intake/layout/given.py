"""Tables and facts that a profile describes: the same blocks as those found by their words, with
the roles it gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import pairwise

from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.intake.layout.blocks import Block
from kratom_qc.intake.layout.headers import LIST, WIDE, Column, Header
from kratom_qc.intake.layout.page import Page, turn
from kratom_qc.intake.layout.profiles import Profile, Table, cell_at, rows_of
from kratom_qc.intake.layout.sense import Sense, sense, squeezed
from kratom_qc.intake.sheets import CellRange, Workbook, cell_name


def blocks_of(profile: Profile, page: Page) -> list[Block]:
    """The tables that a profile describes on a sheet. What does not fit is a problem."""
    blocks: list[Block] = []
    for table in profile.tables:
        if fnmatchcase(page.sheet.name, table.sheet):
            blocks += (
                _aside(profile, table, page)
                if table.kind == "transposed"
                else _upright(profile, table, page)
            )
    blocks.sort(key=lambda block: block.top)
    following = [*(block.top for block in blocks[1:]), page.last_row + 1]
    return [
        block if block.page.turned else replace(block, last=min(block.last, end - 1))
        for block, end in zip(blocks, following, strict=False)
    ]


def _upright(profile: Profile, table: Table, page: Page) -> Iterator[Block]:
    """A table at each row that holds its header: it may be repeated on every page."""
    rows = (
        [table.header] if isinstance(table.header, int) else list(rows_of(page.sheet, table.header))
    )
    rows = [row for row in rows if page.cells(row) or table.numbered]
    if not rows:
        _mismatch(profile, page, "a table's header", "does not stand where it is expected")
    for row, following in pairwise([*rows, page.last_row + 1]):
        block = _block(
            profile, table, page, row, following - 1, LIST if table.kind == "list" else WIDE
        )
        if block.header.kind == LIST and not (
            block.header.of("analyte")
            and (block.header.of("result") or block.header.of("qualifier"))
        ):
            _mismatch(profile, page, "the table", "has no column of analytes and of results")
            continue
        yield block


def _aside(profile: Profile, table: Table, page: Page) -> Iterator[Block]:
    left = table.header if isinstance(table.header, int) else 1
    rows_named = [
        row
        for row in sorted(page.sheet.rows)
        if (cell := page.cells(row).get(left)) is not None
        and (squeezed(cell.text) in table.columns or row in table.numbered)
    ]
    if not rows_named:
        _mismatch(
            profile, page, "a table's names", f"do not stand in column {cell_name(1, left)[:-1]}"
        )
        return
    last = _last(table, page, rows_named[0], max(page.sheet.rows))
    rows = [row for row in range(rows_named[0], last + 1) if page.cells(row)]
    aside = turn(page, rows, left, {})
    yield _block(profile, table, aside, left, max(aside.sheet.rows), WIDE)


def _block(profile: Profile, table: Table, page: Page, row: int, until: int, kind: str) -> Block:
    columns = list(_columns(profile, table, page, row))
    header = Header(row, kind, tuple(columns), row)
    last = until if page.turned else _last(table, page, row + 1, until)
    block = Block(page, header, last)
    _fill_down(table, block)
    return block


def _columns(profile: Profile, table: Table, page: Page, row: int) -> Iterator[Column]:
    cells = page.cells(row)
    missing = set(table.columns)
    for number in sorted({*cells, *table.numbered}):
        cell = cells.get(number)
        text = squeezed(cell.text) if cell else ""
        missing.discard(text)
        given = table.numbered.get(number) or table.columns.get(text)
        head = Sense(given.role, given.unit) if given else sense(text)
        unit = head.unit
        if given and not unit and head.role in ("result", "lod", "loq", "lod_loq", "uncertainty"):
            unit = _unit_in(text, head.role)
        header = page.word(row, number, f"header: {head.role}") if given else page.peek(row, number)
        yield Column(number, head.role, header, unit, end=number)
    for text in sorted(missing):
        _mismatch(profile, page, f"the column '{text}'", "stands nowhere in the header")


def _unit_in(text: str, role: str) -> str:
    """The unit that a header states by itself: `Wert (mg/kg)` keeps it, whatever `Wert` is."""
    head = sense(text)
    return head.unit if head.role == role or head.role.startswith("analyte:") else ""


def _last(table: Table, page: Page, first: int, until: int) -> int:
    """The last row of a table whose end the profile describes."""
    for row in range(first, until + 1):
        cells = page.cells(row)
        if table.end == "blank" and not cells:
            return row - 1
        if table.end not in ("", "blank") and any(
            fnmatchcase(squeezed(cell.text), table.end) for cell in cells.values()
        ):
            return row - 1
    return until


def _fill_down(table: Table, block: Block) -> None:
    """A blank cell of such a column says what the cell above it says, as a merged cell would."""
    wanted = [
        column for column in block.header.columns if squeezed(column.header.text) in table.fill_down
    ]
    for column in wanted:
        anchor = 0
        for row in block.body:
            if column.number in block.page.cells(row):
                anchor = row
            elif anchor and block.page.cells(row):
                area = CellRange(anchor, column.number, row, column.number)
                block.page.merges.setdefault((row, column.number), area)


def facts_of_profile(profile: Profile, book: Workbook, pages: list[Page]) -> dict[str, SourceText]:
    """The facts that a profile points at. One that is blank is a problem: the laboratory has
    changed its layout."""
    facts: dict[str, SourceText] = {}
    for name, ref in profile.facts.items():
        page = next(
            (page for page in pages if ref.on(page.sheet) and cell_at(page.sheet, ref) is not None),
            None,
        )
        if page is not None:
            facts[name] = page.fact(ref.row, ref.column, name)
        elif pages:
            what = name.replace("_", " ")
            message = (
                f"the profile '{profile.id}' expects the {what} at {ref}, where nothing stands"
            )
            pages[0].problems.append(
                Problem(
                    "PROFILE-MISMATCH",
                    message,
                    CellRef(book.file, ref.sheet, cell_name(ref.row, ref.column)),
                )
            )
    return facts


def _mismatch(profile: Profile, page: Page, what: str, why: str) -> None:
    message = f"the profile '{profile.id}' does not fit: {what} {why}"
    page.problems.append(Problem("PROFILE-MISMATCH", message, CellRef(page.file, page.sheet.name)))
