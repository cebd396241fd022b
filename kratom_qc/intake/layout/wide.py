"""Tables with one batch per row, and those on their side: a row for every analyte of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import ResultRow
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.blocks import Block
from kratom_qc.intake.layout.headers import Column
from kratom_qc.intake.layout.rows import (
    Row,
    facts_of,
    refuse_cells_outside,
    refuse_uneven,
    unknown_header,
)
from kratom_qc.intake.layout.tables import section_unit
from kratom_qc.intake.layout.transposed import ROW_WORDS

_OF_BATCH = ("method", "basis", "portion", "replicate")  # a column may say these of a whole batch


@dataclass(frozen=True, slots=True)
class _Body:
    rows: list[int]  # one batch each
    notes: dict[str, int]  # unit, lod, loq, method, limit, cas → the row that states it for all


def read_wide(block: Block) -> Iterator[Row]:
    """The rows under a wide header: a line for every analyte column of every batch."""
    page, body = block.page, _body(block)
    analytes = list(_analytes(block, body))
    _refuse_twins(block, analytes, body.notes.get("unit"))
    _refuse_misplaced(block, body)
    for row in body.rows:
        refuse_uneven(block, row)
        refuse_cells_outside(block, row)
        facts = facts_of(page, block.header, row)
        of_batch = {
            role: page.spread(row, column.number)
            for role in _OF_BATCH
            for column in block.header.of(role)[:1]
        }
        for column in analytes:
            yield Row(_line(block, body, row, column, of_batch), facts)


def _line(
    block: Block, body: _Body, row: int, column: Column, of_batch: dict[str, SourceText]
) -> ResultRow:
    page, notes = block.page, dict(body.notes)
    units_row = notes.pop("unit", None)
    extra = {role: page.word(note, column.number) for role, note in notes.items()}
    extra |= of_batch
    if column.cas is not None:
        extra.setdefault("cas", column.cas)
    unit = page.spread(units_row, column.number) if units_row is not None else None
    stated = section_unit(column.group)
    if stated is None and not column.unit and (unit is None or not unit.text.strip()):
        stated = block.unit
    return ResultRow(
        analyte=SourceText(column.role.removeprefix("analyte:"), column.header.ref),
        result=page.word(row, column.number),
        unit=unit,
        header_unit=column.header_unit,
        section_unit=stated,
        section=column.group,
        zero_is_censored=False,
        **extra,
    )


def _body(block: Block) -> _Body:
    body = _Body([], {})
    batch = next(
        (
            column.number
            for key in ("batch_id", "sample_id", "lab_id")
            for column in block.header.of(f"fact:{key}")
        ),
        0,
    )
    for row in block.body:
        cells = block.cells(row)
        label = next((cells[number].text for number in sorted(cells)), "")
        role = vocabulary.column_role(label)
        if role in ROW_WORDS and role not in body.notes:
            body.notes[role] = row
        elif not body.rows and batch not in cells and cells and _is_unit_row(cells):
            body.notes["unit"] = row
        elif (
            len(cells) > 1
            or _lacks_the_rest(block, row, cells, batch)
            or any(column.number in cells for column in block.header.columns if _is_analyte(column))
        ):
            body.rows.append(row)
    return body


def _lacks_the_rest(block: Block, row: int, cells: dict[int, Cell], batch: int) -> bool:
    """A line of a text file with a batch id and nothing more, not even the separators, among the
    other lines."""
    widths = block.page.sheet.widths
    alone = batch in cells and " " not in cells[batch].text.strip()
    return alone and widths.get(row, 0) == 1 and bool(block.cells(row - 1))


def _is_analyte(column: Column) -> bool:
    return column.role.startswith("analyte:")


def _is_unit_row(cells: dict[int, Cell]) -> bool:
    known = sum(vocabulary.unit(cell.text) is not None for cell in cells.values())
    return known >= 1 and known >= len(cells) - 1


def _analytes(block: Block, body: _Body) -> Iterator[Column]:
    """The columns of analytes, each with the section it stands in. A table on its side may have
    headings among them."""
    heading: SourceText | None = None
    for column in block.header.columns:
        blank = not any(
            column.number in block.cells(row) for row in (*body.rows, *body.notes.values())
        )
        if column.role == "unknown" and block.page.turned and blank:
            heading = column.header
        elif _is_analyte(column):
            yield replace(column, group=column.group or heading)
        elif column.role in ("unknown", "batch"):
            units_row = body.notes.get("unit")
            unit = block.page.word(units_row, column.number).text if units_row is not None else ""
            # An analyte nobody knows is kept under the laboratory's name, and held.
            if vocabulary.unit(unit) is not None:
                role = f"analyte:{column.header.text}"
                yield replace(column, role=role, group=column.group or heading)
            else:
                unknown_header(block.page, column)


def _refuse_twins(block: Block, analytes: list[Column], units_row: int | None) -> None:
    """Two columns of one analyte in one unit: nothing says which of them is the result."""
    seen: dict[tuple[str, str], Column] = {}
    for column in analytes:
        said = column.role.removeprefix("analyte:")
        known = vocabulary.analyte(said)
        unit = column.unit or (
            block.page.spread(units_row, column.number).text if units_row is not None else ""
        )
        twin = seen.setdefault((known.id if known else said, unit), column)
        if twin is not column:
            title = column.header.text.strip()
            message = f"the column '{title}' stands twice: at {twin.header.ref} and here"
            block.page.refuse_word("duplicate-header", message, column.header)


def _refuse_misplaced(block: Block, body: _Body) -> None:
    """A column of limits, units or results says nothing where every analyte has a column of its
    own."""
    silent = ("ignored", "analyte", "verdict", "unknown", "batch")
    for column in block.header.columns:
        if column.role in silent or column.role.startswith(("fact:", "analyte:")):
            continue
        twin = column in block.header.of(column.role)[1:]
        filled = any(column.number in block.cells(row) for row in body.rows)
        if filled and (twin or column.role not in _OF_BATCH):
            message = (
                f"nothing says which analyte the column '{column.header.text.strip()}' is about"
            )
            block.page.refuse_word("misplaced-header", message, column.header)
