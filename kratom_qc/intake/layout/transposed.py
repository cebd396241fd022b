"""Tables on their side: analytes down the first column, one batch per column. Turned, they are wide
tables."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.headers import (
    LIST,
    TURNED,
    WIDE,
    Column,
    Header,
    headers_at,
    looks_like_header,
)
from kratom_qc.intake.layout.page import Page, turn
from kratom_qc.intake.layout.sense import could_be_result, is_whole, sense

ROW_WORDS = ("unit", "lod", "loq", "method", "limit", "cas")


class TransposedTable(NamedTuple):
    """A table on its side: the sheet's first row of it, the table upright, its header there."""

    top: int
    upright: Page
    header: Header


def transposed_at(page: Page, row: int) -> TransposedTable | None:
    """A table on its side that begins here: analytes down the first column, a batch per column."""
    header = next((header for header in headers_at(page, row) if header.kind == TURNED), None)
    if header is not None:
        return _under_names(page, header)
    cells = page.cells(row)
    left = min(cells)
    if vocabulary.fact_name(cells[left].text) != "batch_id":
        return None
    beside = {column: cell for column, cell in cells.items() if column != left}
    values = {
        column
        for column, cell in beside.items()
        if vocabulary.column_role(cell.text) not in ROW_WORDS
    }
    if not values or any(_is_label(beside[column].text) for column in values):
        return None
    if all(vocabulary.status_of_paper(beside[column].text) for column in values):
        return None  # `Batch | Pass` in a summary
    first = _column_of_analytes(page, row, left, values)
    rows = _run(page, row, first, values, least=2)
    above = _rows_above(page, row, left, values) if rows else []
    key = "fact:batch_id"
    return _on_its_side(page, row, [*above, *rows], first, {}, key, aside=left)


def _column_of_analytes(page: Page, row: int, left: int, values: set[int]) -> int:
    """Where the analytes of lots stand: below the label of the lots, or left of it, where the next
    row heads the result of each lot: `Parameter | Unit | Result | Result`, the label above
    `Unit`."""
    for header in headers_at(page, row + 1)[:1]:
        first = header.columns[0].number
        if header.kind == LIST and {column.number for column in header.of("result")} == values:
            return min(first, left)
    return left


def _under_names(page: Page, header: Header) -> TransposedTable | None:
    """Under a header that names batches, `Lot L-1`, or samples, `2610-0044`."""
    batches = {
        column.number: page.cells(header.row)[column.number]._replace(text=column.unit)
        for column in header.columns
        if column.role == "batch"
    }
    samples = {column.number for column in header.columns if column.role == "unknown"}
    left = header.columns[0].number
    rows = _run(page, header.row, left, set(batches) or samples, least=1)
    if not batches and any(_names_batches(page, row, left, samples) for row in rows):
        return None  # found by that row
    _claim_words_above(page, header)
    key = "fact:batch_id" if batches else "fact:sample_id"
    return _on_its_side(page, header.row, rows, left, batches, key)


def _claim_words_above(page: Page, header: Header) -> None:
    """Claim the words above the names of batches: `Parameter | Unit | Result | Method`."""
    for row in range(header.top, header.row):
        for column, cell in page.cells(row).items():
            meaning = sense(cell.text)
            if meaning.is_known and is_whole(cell.text):
                page.word(row, column, f"header: {meaning.role}")


def _names_batches(page: Page, row: int, left: int, columns: set[int]) -> bool:
    cells = page.cells(row)
    is_named = left in cells and vocabulary.fact_name(cells[left].text) == "batch_id"
    return is_named and bool(columns & cells.keys())


def _is_label(text: str) -> bool:
    return vocabulary.fact_name(text) is not None or vocabulary.analyte(text) is not None


def _run(page: Page, first: int, left: int, values: set[int], *, least: int) -> list[int]:
    """The rows of a table on its side, from its row of batches down; none where fewer than `least`
    analytes are in it."""
    rows, headings, analytes, gap = [first], list[int](), 0, False
    for row in range(first + 1, page.last_row + 1):
        if not page.cells(row):
            gap = True
            continue
        part = _part_of_run(page, row, left, values, gap)
        if part == "end" or (part == "slipped" and len(rows) == 1):
            break
        if part == "unnamed" and analytes:
            break
        if part == "heading":
            headings.append(row)
            continue
        rows += [*headings, row]
        headings = []
        if part != "slipped":
            analytes += part == "analyte"
            gap = False
    return rows if analytes >= least else []


def _part_of_run(page: Page, row: int, left: int, values: set[int], gap: bool) -> str:
    """What a row is to a table on its side: its `end`, a `heading`, an `analyte`, another `row`,
    `slipped`: a value without a name, or `unnamed`: words of each lot under a label nobody knows,
    which may stand above the first analyte."""
    cells = page.cells(row)
    has_value = any(could_be_result(cells[column].text) for column in values & cells.keys())
    if min(cells) != left:
        return "slipped" if min(cells) > left and not gap and has_value else "end"
    if not values & cells.keys() and looks_like_header(cells.values()):
        return "row"  # `Analyte`, `Unit`: what the other columns hold
    if _is_upright(page, row, values):
        return "end"
    if len(cells) == 1:
        return "heading"
    role = sense(cells[left].text).role
    if role == "fact:batch_id" or (gap and role.startswith("fact:")):
        return "end"
    if has_value:
        return "analyte" if role.startswith("analyte:") else "row"
    return _part_without_value(cells, values, role)


def _part_without_value(cells: dict[int, Cell], values: set[int], role: str) -> str:
    """What a row is whose lots have words and no values, under a label of this role."""
    if role not in ("unknown", "analyte"):
        return "row"
    if not values <= cells.keys():
        return "end"
    if role == "unknown":
        return "unnamed"
    of_each = len(values) > 1 and all(
        sense(cells[column].text).role == "result" for column in values
    )
    return "row" if of_each else "end"


def _claim_results(page: Page, row: int) -> None:
    """Claim `Found | Found` beside the word over the analytes."""
    for column, cell in page.cells(row).items():
        if sense(cell.text).role == "result" and is_whole(cell.text):
            page.word(row, column, "header: result")


def _is_upright(page: Page, row: int, values: set[int]) -> bool:
    """Whether a table with its analytes in rows or in columns begins here. `Parameter | Unit |
    Found | Found | Method` below a row of lots heads the result of each lot, and no other."""
    for header in headers_at(page, row)[:1]:
        results = {column.number for column in header.of("result")}
        of_each = len(values) > 1 and results == values
        return header.kind in (LIST, WIDE) and not of_each
    return False


def _rows_above(page: Page, row: int, left: int, values: set[int]) -> list[int]:
    """The rows right above the row of batches that belong to the table: further facts of each
    batch, names of columns."""
    rows: list[int] = []
    for above in range(row - 1, 0, -1):
        cells = page.cells(above)
        if _heads_others(cells, left, values):
            rows.insert(0, above)
            break
        if not cells or min(cells) != left:
            break
        label, filled = cells[left].text, values & set(cells)
        of_each = (
            len(filled) > 1
            and vocabulary.fact_name(label)
            and not any(_is_label(cells[column].text) for column in filled)
        )
        if not of_each and not (sense(label).role == "analyte" and filled):
            break
        rows.insert(0, above)
    return rows


def _upright_column(page: Page, row: int, label_column: int, *, of_each: bool) -> Column:
    """A row of a table on its side as a column of the table upright, by the label in column `at`;
    `of_each` where it stands above the row that names the lots."""
    cell = page.cells(row).get(label_column)
    meaning = sense(cell.text if cell else "")
    role = meaning.role
    if role == "analyte":
        fact = _fact_of_each(page, row, label_column) if of_each else None
        role = f"fact:{fact}" if fact else "ignored"
    if role == "ignored" and meaning.role == "analyte":
        _claim_results(page, row)
    header = SourceText(cell.text if cell else "", page.place(row, label_column))
    return Column(row, role, header, meaning.unit, end=row)


def _fact_of_each(page: Page, row: int, column: int) -> str | None:
    """What a label states of each lot that may head analytes too: `Description | White powder`."""
    cells = page.cells(row)
    if any(sense(cell.text).role == "result" for number, cell in cells.items() if number > column):
        return None
    return vocabulary.fact_name(cells[column].text)


def _claim_label(page: Page, row: int, column: int, label: Cell) -> None:
    if is_whole(label.text):
        page.word(row, column, "label")


def _heads_others(cells: dict[int, Cell], left: int, values: set[int]) -> bool:
    """`Sample 1 | Sample 2 | Units | MRL` above labels and lots, with nothing above the labels:
    what the columns beside those of the lots hold."""
    texts = [cell.text for column, cell in cells.items() if column not in values]
    return (
        left not in cells
        and values <= cells.keys()
        and bool(texts)
        and all(vocabulary.column_role(text) in ROW_WORDS for text in texts)
    )


def _on_its_side(
    page: Page,
    lot_row: int,
    rows: list[int],
    left: int,
    names: dict[int, Cell],
    key: str,
    aside: int = 0,
) -> TransposedTable | None:
    """The rows as a wide table; row `named` holds the names of batches or samples. Down to that row
    the labels stand in column `aside`, where that is not the first."""
    if not rows:
        return None
    aside = aside or left
    upright = turn(page, rows, left, names)
    columns = []
    for row in rows:
        edge = aside if row <= lot_row else left
        if edge != left and (label := upright.sheet.rows[edge].pop(row, None)) is not None:
            _claim_label(page, row, edge, label)
        column = _upright_column(page, row, edge, of_each=row < lot_row)
        columns.append(replace(column, role=key, unit="") if row == lot_row else column)
    return TransposedTable(rows[0], upright, Header(left, WIDE, tuple(columns), left))
