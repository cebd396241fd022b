"""Tables and facts that a profile describes: the same blocks as those found by their words, with
the roles it gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import pairwise

from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import Cell, CellRef, SourceText
from kratom_qc.intake.layout.blocks import Block, table_end
from kratom_qc.intake.layout.headers import LIST, WIDE, Column, Header, meaning
from kratom_qc.intake.layout.page import SheetReading, turn
from kratom_qc.intake.layout.profiles import Profile, Table, cell_at, rows_of, squeezed
from kratom_qc.intake.sheets import CellRange, Workbook, cell_name


def blocks_of(profile: Profile, page: SheetReading) -> list[tuple[int, Block]]:
    """The tables that a profile describes on a sheet, each with its first row. What does not fit is
    a refusal."""
    found: list[tuple[int, Block]] = []
    for table in profile.tables:
        if fnmatchcase(page.sheet.name, table.sheet):
            found += (
                _aside(profile, table, page)
                if table.kind == "transposed"
                else _upright(profile, table, page)
            )
    found.sort(key=lambda one: one[0])
    following = [*(top for top, _ in found[1:]), page.last_row + 1]
    return [
        (top, block if block.page.turned else replace(block, last=min(block.last, end - 1)))
        for (top, block), end in zip(found, following, strict=False)
    ]


def _upright(profile: Profile, table: Table, page: SheetReading) -> Iterator[tuple[int, Block]]:
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
        yield row, block


def _aside(profile: Profile, table: Table, page: SheetReading) -> Iterator[tuple[int, Block]]:
    left = table.header if isinstance(table.header, int) else 1
    named = [
        row
        for row in sorted(page.sheet.rows)
        if (cell := page.cells(row).get(left)) is not None
        and (squeezed(cell.text) in table.columns or row in table.numbered)
    ]
    if not named:
        _mismatch(
            profile, page, "a table's names", f"do not stand in column {cell_name(1, left)[:-1]}"
        )
        return
    last = _last(table, page, named[0], max(page.sheet.rows))
    rows = [row for row in range(named[0], last + 1) if page.cells(row)]
    aside = turn(page, rows, left, {})
    yield named[0], _block(profile, table, aside, left, max(aside.sheet.rows), WIDE)


def _block(
    profile: Profile, table: Table, page: SheetReading, row: int, until: int, kind: str
) -> Block:
    columns = list(_columns(profile, table, page, row))
    header = Header(row, kind, tuple(columns), row)
    last = until if page.turned else _last(table, page, row + 1, until)
    block = Block(page, header, last)
    if not page.turned and not table.end:
        block = replace(block, last=table_end(block, until))
    _fill_down(table, block)
    return block


def _columns(profile: Profile, table: Table, page: SheetReading, row: int) -> Iterator[Column]:
    cells = page.cells(row)
    missing = set(table.columns)
    for number in sorted({*cells, *table.numbered}):
        cell = cells.get(number)
        text = squeezed(cell.text) if cell else ""
        missing.discard(text)
        given = table.numbered.get(number) or table.columns.get(text)
        role, unit = (given.role, given.unit) if given else meaning((text,))[:2]
        if given and not unit and role in ("result", "lod", "loq", "lod_loq", "uncertainty"):
            unit = _unit_in(text, role)
        header = (
            page.word(row, number)
            if given and role not in ("ignored", "fact:other")
            else _unread(page, row, number, cell)
        )
        yield Column(number, role, header, unit)
    for text in sorted(missing):
        _mismatch(profile, page, f"the column '{text}'", "stands nowhere in the header")


def _unit_in(text: str, role: str) -> str:
    """The unit that a header states by itself: `Wert (mg/kg)` keeps it, whatever `Wert` is."""
    found, unit, _ = meaning((text,))
    return unit if found == role or found.startswith("analyte:") else ""


def _unread(page: SheetReading, row: int, number: int, cell: Cell | None) -> SourceText:
    return SourceText(cell.text if cell else "", page.place(row, number))


def _last(table: Table, page: SheetReading, first: int, until: int) -> int:
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


def facts_of_profile(
    profile: Profile, book: Workbook, pages: list[SheetReading]
) -> dict[str, SourceText]:
    """The facts that a profile points at. One that is blank is a refusal: the laboratory has
    changed its layout."""
    found: dict[str, SourceText] = {}
    for name, at in profile.facts.items():
        page = next(
            (page for page in pages if at.on(page.sheet) and cell_at(page.sheet, at) is not None),
            None,
        )
        if page is not None:
            found[name] = page.fact(at.row, at.column, name)
        elif pages:
            what = name.replace("_", " ")
            message = f"the profile '{profile.id}' expects the {what} at {at}, where nothing stands"
            pages[0].refusals.append(
                Refusal(
                    "profile-mismatch",
                    message,
                    CellRef(book.file, at.sheet, cell_name(at.row, at.column)),
                )
            )
    return found


def _mismatch(profile: Profile, page: SheetReading, what: str, why: str) -> None:
    message = f"the profile '{profile.id}' does not fit: {what} {why}"
    page.refusals.append(Refusal("profile-mismatch", message, CellRef(page.file, page.sheet.name)))
