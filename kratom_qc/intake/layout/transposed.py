"""Tables on their side: analytes down the first column, one batch per column. Turned, they are wide
tables."""

from __future__ import annotations

from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.source import Cell
from kratom_qc.intake.layout.headers import LIST, TURNED, WIDE, Column, Header, headers_at, meaning
from kratom_qc.intake.layout.labels import could_be_result
from kratom_qc.intake.layout.page import SheetReading, turn

ROW_WORDS = ("unit", "lod", "loq", "method", "limit", "cas")


class TransposedTable(NamedTuple):
    """A table on its side: the sheet's first row of it, the table upright, its header there."""

    top: int
    upright: SheetReading
    header: Header


def transposed_at(page: SheetReading, row: int) -> TransposedTable | None:
    """A table on its side that begins here: analytes down the first column, a batch per column."""
    header = next((header for header in headers_at(page, row) if header.kind == TURNED), None)
    if header is not None:
        names = {
            column.number: _as_batch(page, header.row, column)
            for column in header.columns
            if column.role == "batch"
        }
        rows = _run(page, header.row, header.columns[0].number, set(names))
        return _on_its_side(page, header.row, header.row, rows, header.columns[0].number, names)
    cells = page.cells(row)
    left = min(cells)
    if vocabulary.fact_name(cells[left].text) != "batch_id":
        return None
    others = {at: cell for at, cell in cells.items() if at != left}
    values = {
        at for at, cell in others.items() if vocabulary.column_role(cell.text) not in ROW_WORDS
    }
    if not values or any(_is_label(others[at].text) for at in values):
        return None
    rows = _run(page, row, left, values)
    above = _rows_above(page, row, left, values) if rows else []
    return _on_its_side(page, above[0] if above else row, row, [*above, *rows], left, {})


def _as_batch(page: SheetReading, row: int, column: Column) -> Cell:
    """A header like `Lot L-1` as the batch id that it names."""
    cell = page.cells(row)[column.number]
    return cell._replace(text=column.unit)


def _is_label(text: str) -> bool:
    return vocabulary.fact_name(text) is not None or vocabulary.analyte(text) is not None


def _run(page: SheetReading, first: int, left: int, values: set[int]) -> list[int]:
    """The rows of a table on its side, from its row of batches down; none where fewer than two
    analytes are in it."""
    rows, headings, analytes, gap = [first], list[int](), 0, False
    for row in range(first + 1, page.last_row + 1):
        if not page.cells(row):
            gap = True
            continue
        part = _part_of_run(page, row, left, values, gap)
        if part == "end" or (part == "slipped" and len(rows) == 1):
            break
        if part == "heading":
            headings.append(row)
            continue
        rows += [*headings, row]
        headings = []
        if part != "slipped":
            analytes += part == "analyte"
            gap = False
    return rows if analytes >= 2 else []


def _part_of_run(page: SheetReading, row: int, left: int, values: set[int], gap: bool) -> str:
    """What a row is to a table on its side: its `end`, a `heading`, an `analyte`, another `row`, or
    `slipped`: a value without a name, refused when the table is read."""
    cells = page.cells(row)
    has_value = any(could_be_result(cells[column].text) for column in values & cells.keys())
    if min(cells) > left and not gap and has_value:
        return "slipped"
    if min(cells) != left or _is_upright(page, row):
        return "end"
    if len(cells) == 1:
        return "heading"
    role = meaning((" ".join(cells[left].text.split()),))[0]
    if role == "fact:batch_id" or (gap and role.startswith("fact:")):
        return "end"
    if not has_value and role in ("unknown", "analyte"):
        return "end"
    return "analyte" if role.startswith("analyte:") else "row"


def _is_upright(page: SheetReading, row: int) -> bool:
    """Whether a table with its analytes in rows or in columns begins here."""
    return any(header.kind in (LIST, WIDE) for header in headers_at(page, row)[:1])


def _rows_above(page: SheetReading, row: int, left: int, values: set[int]) -> list[int]:
    """The rows right above the row of batches that belong to the table: further facts of each
    batch, names of columns."""
    found: list[int] = []
    for above in range(row - 1, 0, -1):
        cells = page.cells(above)
        if not cells or min(cells) != left:
            break
        label, own = cells[left].text, values & set(cells)
        of_each = (
            len(own) > 1
            and vocabulary.fact_name(label)
            and not any(_is_label(cells[at].text) for at in own)
        )
        if not of_each and not (vocabulary.column_role(label) == "analyte" and own):
            break
        found.insert(0, above)
    return found


def _on_its_side(
    page: SheetReading, top: int, batches: int, rows: list[int], left: int, names: dict[int, Cell]
) -> TransposedTable | None:
    if not rows:
        return None
    aside = turn(page, rows, left, names)
    columns = []
    for row in rows:
        cell = page.cells(row).get(left)
        role, unit, _ = meaning((" ".join(cell.text.split()),)) if cell else ("unknown", "", False)
        if row == batches:
            role, unit = "fact:batch_id", ""
        elif role == "analyte":
            role = "ignored"
        columns.append(Column(row, role, aside.word(left, row), unit))
    header = Header(left, WIDE, tuple(columns), left)
    return TransposedTable(top, aside, header)
