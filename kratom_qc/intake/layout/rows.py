"""What tables of every shape have in common: a row with its facts, and what no row may hold."""

from __future__ import annotations

from dataclasses import dataclass

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import ResultRow
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import SourceText
from kratom_qc.intake.layout.blocks import Block
from kratom_qc.intake.layout.headers import Column, Header
from kratom_qc.intake.layout.page import SheetReading

# Two columns of one row may state these twice, in the same words only.
_ONE_TRUTH = ("batch_id", "form", "certificate_id", "laboratory", "sample_id", "lab_id", "status")


@dataclass(frozen=True, slots=True)
class Row:
    """One line with the facts that stand in its own row of a long or wide table."""

    line: ResultRow
    facts: dict[str, SourceText]


def facts_of(page: SheetReading, header: Header, row: int) -> dict[str, SourceText]:
    """The facts that a row's own columns state. Two columns that state one fact differently are a
    refusal."""
    facts: dict[str, SourceText] = {}
    for column in header.columns:
        name = fact_of(column, header)
        if name is None:
            continue
        word = page.fact(row, column.number, name)
        known = facts.get(name)
        if known is None or not known.text.strip():
            facts[name] = word
        elif name in _ONE_TRUTH and word.text.strip() and word.text.strip() != known.text.strip():
            message = (
                f"two columns state the {name.replace('_', ' ')}: '{known.text}' and '{word.text}'"
            )
            page.refuse("fact-contradicts", message, row, column.number, word.text)
        elif name == "tested_on" and word.text.strip():
            facts[name] = word  # testing started, testing completed: the later one counts
    return facts


def fact_of(column: Column, header: Header) -> str | None:
    """The fact a column states; the verdict column of a wide table is the status of the whole
    batch."""
    if column.role == "verdict" and header.kind != "list":
        return "status"
    return column.role.removeprefix("fact:") if column.role.startswith("fact:") else None


def refuse_cells_outside(block: Block, row: int) -> None:
    """Refuse the cells of a table's row that stand in a column without a header."""
    known = {column.number for column in block.header.columns}
    for number, cell in block.cells(row).items():
        if number not in known:
            message = f"'{cell.text}' stands in a column without a header"
            block.page.refuse("value-outside-columns", message, row, number, cell.text)


def refuse_uneven(block: Block, row: int) -> None:
    """Refuse a line of a text file that lacks fields of its header, or has more: its cells may have
    slipped."""
    widths = block.page.sheet.widths
    if not widths:
        return
    needed, has = max(column.number for column in block.header.columns), widths.get(row, 0)
    if has < needed:
        advice = "write an empty field for what is blank"
        message = f"row {row} has {has} fields, the header has {needed}; {advice}"
        block.page.refuse("short-row", message, row, min(block.cells(row)))
    wide = widths.get(block.header.row, needed)
    extra = (
        [number for number in block.cells(row) if number > max(needed, wide)]
        if block.right is None
        else []
    )
    if extra:
        advice = "a separator inside a field needs quotes around it"
        message = f"row {row} has {has} fields, the header has {wide}; {advice}"
        block.page.refuse("long-row", message, row, extra[0], block.cells(row)[extra[0]].text)


def unknown_header(page: SheetReading, column: Column) -> None:
    """Refuse a column that nobody knows, and name what is near."""
    near = vocabulary.nearest_headers(column.header.text)
    title, ref = column.header.text, column.header.ref
    advice = "rename it, or describe the layout in a profile"
    message = f"the column '{title.strip()}' is not known; {advice}"
    page.refusals.append(Refusal("unknown-header", message, ref, title, near))
