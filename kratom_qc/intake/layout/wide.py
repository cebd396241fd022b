"""Tables with one batch per row, and those on their side: a row for every analyte of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import ResultRow
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.blocks import Block
from kratom_qc.intake.layout.bounds import bound_at
from kratom_qc.intake.layout.headers import KEYS, Column, claim_header, looks_like_header
from kratom_qc.intake.layout.page import Page
from kratom_qc.intake.layout.rows import (
    Row,
    Section,
    as_quality_control,
    cas_at,
    claim_heading,
    facts_of,
    hold_unclear,
    is_aside,
    note_cells,
    quality_of,
    section_of,
    total_of,
)
from kratom_qc.intake.layout.sense import BRACKET, could_be_result, is_whole_date, sense, squeezed
from kratom_qc.intake.layout.transposed import ROW_WORDS
from kratom_qc.vocabulary.rows import heading

_OF_BATCH = ("method", "basis", "portion", "replicate")  # a column may say these of a whole batch
_FREE = ("method", "replicate")  # may be any words
_UNITS_OF_BOUNDS = ("lod_unit", "loq_unit")


@dataclass(slots=True)
class _Body:
    rows: list[int] = field(default_factory=list)  # one batch each
    # unit, lod, loq, method, limit, cas → the row that states it for all; `unit of lod`
    notes: dict[str, int] = field(default_factory=dict)
    # The cells before rows of results that state the unit of all of them: `%`, `mg/g`
    units: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Analyte:
    """A column of results with the section that it stands in."""

    column: Column
    section: Section

    @property
    def name(self) -> str:
        """The analyte as its header names it."""
        return self.column.role.removeprefix("analyte:")


def read_wide(block: Block, above: Section) -> Iterator[Row]:
    """The rows under a wide header: a line for every analyte column of every batch. `above` is what
    the heading above it says."""
    yield from _WideReader(block, above).rows()


class _WideReader:
    def __init__(self, block: Block, above: Section):
        self.block, self.page, self.body, self.above = block, block.page, _body(block), above
        if self.body.rows:  # words over nothing head no table: `Moisture | Salmonella found`
            claim_header(block.page, block.header)
        self.row_unit: SourceText | None = None
        self.groups = self._alike()
        self.beside = _of_analytes(block)
        for row in self.body.notes.values():
            number = min(block.cells(row))
            role = sense(block.cells(row)[number].text.rstrip(" :：")).role
            if role in ROW_WORDS:
                self.page.claim(row, number, f"header: {role}" if self.page.turned else "label")

    def rows(self) -> Iterator[Row]:
        """The results of each batch, from top to bottom."""
        for row in self.body.rows:
            cells = self.block.cells(row)
            quality = quality_of(self.block.header, cells) or self.above.quality
            note_cells(self.block, row, "")
            self.row_unit = self._unit_before(row)
            if quality == "yes":
                as_quality_control(self.block, row, cells)
                continue
            if quality == "perhaps":
                hold_unclear(self.page, self.page.peek(row, min(cells)))
            facts = facts_of(self.page, self.block.header, row)
            yield from (Row(line, facts) for line in self._lines(row, self._of_batch(row)))

    def _unit_before(self, row: int) -> SourceText | None:
        """The unit that stands before a row, of all its results."""
        number = self.body.units.get(row)
        return None if number is None else self.page.word(row, number, "unit")

    def _of_batch(self, row: int) -> dict[str, SourceText]:
        """What columns say of all results of a batch."""
        words = {}
        for role in _OF_BATCH:
            for column in self.block.header.of(role)[:1]:
                look = self.page.peek(row, column.number)
                free = role in _FREE
                words[role] = look if free else self.page.spread(row, column.number, role)
        return words

    def _lines(self, row: int, of_batch: dict[str, SourceText]) -> Iterator[ResultRow]:
        for alike in self.groups:
            section = alike[0].section
            if section.quality == "yes":
                as_quality_control(self.block, row, [analyte.column.number for analyte in alike])
                continue
            lines = [self._line(row, analyte, of_batch) for analyte in alike]
            if section.quality == "perhaps" and not self.above.quality:
                hold_unclear(self.page, lines[0].cell)
            yield lines[0] if len(lines) == 1 else replace(lines[0], alternatives=tuple(lines[1:]))

    def _line(self, row: int, analyte: _Analyte, of_batch: dict[str, SourceText]) -> ResultRow:
        page, column = self.page, analyte.column
        words: dict[str, Any] = of_batch | self._notes(column) | self._beside(row, analyte)
        if column.cas is not None:
            words.setdefault("cas", column.cas)
        unit = self.row_unit or words.pop("unit", None)
        words.pop("unit", None)
        stated = analyte.section.unit
        if stated is None and not column.unit and (unit is None or not unit.text.strip()):
            stated = self.block.unit
        return ResultRow(
            analyte=SourceText(analyte.name, column.header.ref),
            result=page.word(row, column.number, f"result of {analyte.name}"),
            unit=unit,
            header_unit=column.header_unit,
            section_unit=stated,
            section=analyte.section.word,
            **words,
        )

    def _notes(self, column: Column) -> dict[str, SourceText]:
        """What rows under the header say of an analyte: its unit, its LOD with its own unit."""
        return {
            role: self.page.spread(row, column.number, "unit")
            if role in ("unit", *_UNITS_OF_BOUNDS)
            else _noted(self.page, row, column.number, role)
            for role, row in self.body.notes.items()
        }

    def _beside(self, row: int, analyte: _Analyte) -> dict[str, Any]:
        """What columns of their own say of one analyte: `Lead LOQ (ppm)`."""
        words: dict[str, Any] = {}
        for role, columns in self.beside.items():
            column = columns.get(_named(analyte.name))
            if column is not None:
                words[role] = _noted(self.page, row, column.number, role)
                if role in ("lod", "loq"):
                    words[f"{role}_unit"] = column.header_unit
        return words

    def _alike(self) -> list[list[_Analyte]]:
        """The columns of analytes; those of one analyte that nothing tells apart are other readings
        of one result."""
        groups: dict[tuple[str, str, str], list[_Analyte]] = {}
        for analyte in self._in_sections():
            unit = analyte.column.unit or self._unit_below(analyte.column)
            key = (_named(analyte.name), vocabulary.unit_key(unit), analyte.column.basis)
            groups.setdefault(key, []).append(analyte)
        return list(groups.values())

    def _in_sections(self) -> Iterator[_Analyte]:
        turned, section = self.page.turned, self.above
        for column in _with_totals(self.block.header.columns):
            if column.role == "unknown" and turned and not self._has_cells(column):
                section = section_of(column.header, section, in_body=True)
                claim_heading(self.page, self.block.header.row, column.number)
            elif column.role == "unknown" and turned and not column.title:
                _hold_nameless(self.block, self.body, column)
            elif _is_analyte(column) or self._is_unknown_analyte(column):
                role = column.role if _is_analyte(column) else f"analyte:{column.header.text}"
                section_word = (
                    section_of(column.group, self.above, in_body=True) if column.group else section
                )
                yield _Analyte(replace(column, role=role), section_word)

    def _has_cells(self, column: Column) -> bool:
        used = (*self.body.rows, *self.body.notes.values())
        return any(column.number in self.block.cells(row) for row in used)

    def _is_unknown_analyte(self, column: Column) -> bool:
        """An analyte nobody knows is kept under the laboratory's name, and held: it has a unit."""
        known = vocabulary.unit(self._unit_below(column)) is not None
        return column.role in ("unknown", "batch") and known

    def _unit_below(self, column: Column) -> str:
        row = self.body.notes.get("unit")
        return "" if row is None else self.page.peek(row, column.number).text


def _weighed(column: Column) -> Column:
    """`Unit Weight (g)` beside columns of results, which is a label elsewhere: one of them."""
    stated = BRACKET.match(column.title) if column.role == "fact:other" else None
    known = vocabulary.analyte_in_table(stated["name"]) if stated else None
    if stated is None or known is None or vocabulary.unit(stated["inside"]) is None:
        return column
    return replace(column, role=f"analyte:{stated['name']}", unit=stated["inside"])


def _with_totals(columns: Iterable[Column]) -> Iterator[Column]:
    """The columns, where a bare `Total` behind analytes of one kind is the total of that kind."""
    names: list[str] = []
    for column in map(_weighed, columns):
        name = column.role.removeprefix("analyte:") if _is_analyte(column) else column.title
        whole = total_of(names) if vocabulary.is_bare_total(name) else None
        if whole is not None:
            yield replace(column, role=f"analyte:{whole}")
            continue
        names = [*names, name] if _is_analyte(column) else []
        yield column


def _noted(page: Page, row: int, column: int, role: str) -> SourceText:
    """What a row of limits, methods or CAS numbers says of one analyte."""
    if role in ("lod", "loq"):
        return bound_at(page, row, column, role)
    if role == "cas":
        return cas_at(page, row, column)
    return page.peek(row, column) if role == "method" else page.word(row, column, role)


def _named(name: str) -> str:
    known = vocabulary.analyte(name)
    return known.id if known else name


def _of_analytes(block: Block) -> dict[str, dict[str, Column]]:
    """Columns that say something of one analyte (`Lead LOQ`), by role and analyte."""
    by_role: dict[str, dict[str, Column]] = {}
    for column in block.header.columns:
        role, of, name = column.role.partition(" of:")
        if of:
            by_role.setdefault(role, {})[_named(name)] = column
    return by_role


def _body(block: Block) -> _Body:
    body = _Body()
    keys = [column.number for key in KEYS for column in block.header.of(key)]
    batch = keys[0] if keys else 0
    before = ""  # what the row before states of all analytes
    for row in block.body:
        cells = block.cells(row)
        label = squeezed(next((cells[number].text for number in sorted(cells)), ""))
        role = sense(label.rstrip(" :：")).role
        noted = _noted_by(body, before, role, cells, is_of_batch=batch in cells)
        before = role
        if noted:
            body.notes[noted] = row
        elif _is_batch(block, row, cells, batch) and not _is_title(block, row, cells):
            body.rows.append(row)
            body.units |= {} if batch else _unit_of_row(row, cells)
    _drop_bounds_without_unit(body)
    return body


def _unit_of_row(row: int, cells: dict[int, Cell]) -> dict[int, int]:
    """The column of the unit that stands before the results of a row, by the row."""
    first = min(cells)
    is_unit = len(cells) > 1 and vocabulary.unit(cells[first].text) is not None
    return {row: first} if is_unit else {}


def _drop_bounds_without_unit(body: _Body) -> None:
    """Beside rows of several units nobody can say which of them a bound is in."""
    for bound in ("lod", "loq") if len(body.units) > 1 else ():
        if f"{bound}_unit" not in body.notes:
            body.notes.pop(bound, None)


def _noted_by(
    body: _Body, before: str, role: str, cells: dict[int, Cell], *, is_of_batch: bool
) -> str:
    """What a row states of all analytes; empty where it states nothing of the kind."""
    if role in ROW_WORDS and role not in body.notes:
        return role
    if is_of_batch or not cells or not _is_unit_row(cells):
        return ""
    if before in ("lod", "loq") and f"{before}_unit" not in body.notes:
        return f"{before}_unit"
    return "" if body.rows else "unit"


def _is_title(block: Block, row: int, cells: dict[int, Cell]) -> bool:
    """`Heavy Metals | PASSED` right above the header of the next table."""
    first, *rest = sorted(cells)
    following = block.page.cells(row + 1, block.left, block.right)
    return (
        row == block.last
        and bool(rest)
        and heading(cells[first].text).is_understood
        and all(is_aside(cells[number].text) for number in rest)
        and looks_like_header(following.values())
    )


def _is_batch(block: Block, row: int, cells: dict[int, Cell], batch: int) -> bool:
    """Whether a row holds the results of a batch, or of nobody knows which: a value stands under an
    analyte, or anything beside a batch."""
    texts = [
        cells[column.number].text
        for column in block.header.columns
        if _is_analyte(column) and column.number in cells
    ]
    if _is_signed(cells, batch):
        return False
    is_named = batch in cells and not _is_signature(cells[batch].text)
    answers = any(map(could_be_result, texts)) or (bool(texts) and is_named)
    return answers or _lacks_the_rest(block, row, cells, batch)


def _is_signed(cells: dict[int, Cell], batch: int) -> bool:
    """`Reviewed by: | J. Doe | 2026-10-12` below a table, the name in the column of its batches:
    words and days only."""
    first, *further = sorted(cells) or [batch]
    label = cells[first].text.strip() if cells else ""
    person = vocabulary.plain_label(label) == "person"
    return (
        (label.endswith((":", "：")) or person)
        and first != batch
        and vocabulary.fact_name(label) not in (None, "batch_id")
        and all(
            is_whole_date(cells[number].text) or not could_be_result(cells[number].text)
            for number in further
        )
    )


def _is_signature(text: str) -> bool:
    """`Analysed by: J. Doe` below a table, in the column of its batches."""
    label, colon, rest = text.partition(":")
    return bool(colon) and rest[:1].isspace() and vocabulary.fact_name(label) != "batch_id"


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


def _hold_nameless(block: Block, body: _Body, column: Column) -> None:
    """Hold a value without a name in a table on its side."""
    for row in body.rows:
        cell = block.cells(row).get(column.number)
        if cell is not None and could_be_result(cell.text):
            message = "this value has no name beside it; repeat a merged name, or move the row back"
            text = cell.text
            block.page.trouble("RESULT-WITHOUT-ANALYTE", message, row, column.number, text)
            return
