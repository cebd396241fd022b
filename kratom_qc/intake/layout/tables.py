"""Tables with one result per row: one Line for every result below a header, or a refusal for what
cannot be mapped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import ResultRow
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import Cell, SourceText
from kratom_qc.intake.layout.blocks import Block
from kratom_qc.intake.layout.headers import BRACKET, COMMA, Column, Header
from kratom_qc.intake.layout.labels import (
    StatedFact,
    could_be_result,
    state,
    stated_in,
    states_a_fact,
)
from kratom_qc.intake.layout.page import SheetReading
from kratom_qc.intake.layout.rows import (
    Row,
    facts_of,
    refuse_cells_outside,
    refuse_uneven,
    unknown_header,
)

_ONCE = (
    "analyte",
    "qualifier",
    "unit",
    "lod",
    "loq",
    "lod_loq",
    "uncertainty",
    "basis",
    "portion",
    "species",
    "replicate",
    "cas",
    "detection_unit",
)
_BOUNDS = ("lod", "loq", "uncertainty")  # may stand once for every unit that results are given in
_OF_ROW = (
    "unit",
    "lod",
    "loq",
    "uncertainty",
    "method",
    "verdict",
    "limit",
    "basis",
    "portion",
    "species",
    "replicate",
    "cas",
)
# What a merged area may say of every row that it covers. A merged number may be of all rows
# together.
_SPREAD = ("analyte", "unit", "method", "limit", "basis", "portion", "species", "cas")
_VERDICTS = (
    "opinion_good",
    "opinion_bad",
    "opinion_conditional",
    "opinion_unsure",
    "not_evaluated",
    "not_tested",
)


def read_list(block: Block, facts: dict[str, SourceText]) -> Iterator[Row]:
    """The rows of a list; what cannot be mapped becomes a refusal of the page. Facts stated by rows
    of their own in the table are added to `facts`, but for a batch, which is that of the rows below
    it."""
    page, header = block.page, _settle(block)
    analyte = header.of("analyte")[0].number
    section = _section_above(block)
    batch: dict[str, SourceText] = {}
    own = _own_units(header)
    for row in block.body:
        cells = block.cells(row)
        if not cells:
            continue
        if _is_fact_row(header, cells):
            _note_facts(facts, batch, stated_in(page, row, cells), page.refusals)
        elif _is_heading(page, row, cells, header, analyte):
            section = page.word(row, next(iter(cells)))
        elif _lacks_analyte(page, row, cells, analyte):
            _refuse_slipped(page, header, row, cells)
        else:
            refuse_uneven(block, row)
            refuse_cells_outside(block, row)
            for line in _lines(block, header, own, row, section):
                yield Row(line.line, {**batch, **line.facts})


def _note_facts(
    facts: dict[str, SourceText],
    batch: dict[str, SourceText],
    stated: list[StatedFact],
    refusals: list[Refusal],
) -> None:
    """Add what is stated to `facts`, but for a batch, which goes into `batch`."""
    batch |= {fact.name: fact.word for fact in stated if fact.name == "batch_id"}
    state(facts, [fact for fact in stated if fact.name != "batch_id"], refusals)


def _lacks_analyte(page: SheetReading, row: int, cells: dict[int, Cell], analyte: int) -> bool:
    name = page.spread(row, analyte).text
    return not name.strip() or (len(cells) == 1 and vocabulary.analyte(name) is None)


def _is_fact_row(header: Header, cells: dict[int, Cell]) -> bool:
    """A row of one or two cells that states a fact: `Lot: L-2` between results of two batches."""
    if len(cells) > 2 or not states_a_fact(cells):
        return False
    label = cells[min(cells)].text.partition(":")[0]
    return vocabulary.fact_name(label) not in (None, "other") and (
        len(cells) == 1 or header.of("analyte")[0].number in cells
    )


def _is_heading(
    page: SheetReading, row: int, cells: dict[int, Cell], header: Header, analyte: int
) -> bool:
    """A row of one cell that names no analyte heads a section (or is a note under the table)."""
    if len(cells) != 1:
        return False
    number, cell = next(iter(cells.items()))
    if number == analyte:
        return vocabulary.analyte(cell.text) is None and not re.fullmatch(
            r"[<>≤≥]?\s*[0-9][0-9.,]*", cell.text.strip()
        )
    if page.spread(row, analyte).text.strip() or any(
        column.number == number and column.role in ("ignored", "panel") for column in header.columns
    ):
        return False
    return all(number != column.number for column in header.of("result")) or not could_be_result(
        cell.text
    )


def _refuse_slipped(page: SheetReading, header: Header, row: int, cells: dict[int, Cell]) -> None:
    slipped = next(
        (number for number, cell in cells.items() if _may_answer(header, number, cell)), None
    )
    if slipped is not None:
        message = "this row has a result but no analyte in its column"
        advice = "repeat a merged name, or move the row back"
        text = cells[slipped].text
        page.refuse("result-without-analyte", f"{message}; {advice}", row, slipped, text)


def _may_answer(header: Header, number: int, cell: Cell) -> bool:
    """Whether a cell of a row without an analyte may be a result or an analyte that slipped into
    another column."""
    if any(
        column.number == number and column.role in ("ignored", "panel") for column in header.columns
    ):
        return False
    return could_be_result(cell.text) or vocabulary.analyte(cell.text) is not None


def _section_above(block: Block) -> SourceText | None:
    """A heading in the row right above the header, or merged over it: `Heavy metals, mg/kg`."""
    groups = {column.group for column in block.header.columns if column.group is not None}
    if len(groups) == 1:
        return groups.pop()
    above = block.header.top - 1
    cells = block.cells(above)
    if len(cells) == 1:
        number, cell = next(iter(cells.items()))
        if vocabulary.fact_name(cell.text.split(":")[0]) is None:
            return SourceText(cell.text, block.page.place(above, number))
    return None


# ---------------------------------------------------------------- columns


def _settle(block: Block) -> Header:
    """Refuse unknown and repeated columns; of several result columns, one that holds only verdicts
    is a verdict."""
    page, header = block.page, block.header
    several = len(header.of("result")) > 1
    columns = [_settled(block, column, several) for column in header.columns]
    settled = replace(header, columns=tuple(columns))
    _refuse_groups(page, settled)
    for role in _ONCE:
        if role not in _BOUNDS or not _one_per_unit(settled, role):
            _refuse_twins(page, settled.of(role), role)
    results = settled.of("result")
    if len({column.unit for column in results}) < len(results):
        message = "two columns hold results and nothing tells them apart"
        page.refuse_word("duplicate-header", message, results[1].header)
    return settled


def _settled(block: Block, column: Column, several_results: bool) -> Column:
    """The column; one that is refused is ignored, so that the rest is still read."""
    if column.role in ("unknown", "batch") or column.role.startswith("analyte:"):
        unknown_header(block.page, column)
        return replace(column, role="ignored")
    if column.role == "result" and several_results and _only_verdicts(block, column):
        return replace(column, role="verdict")
    return column


def _refuse_twins(page: SheetReading, columns: list[Column], role: str) -> None:
    for twin in columns[1:]:
        what, first = role.replace("_", " "), columns[0].header.text
        page.refuse_word(
            "duplicate-header",
            f"two columns mean {what}: '{first}' and '{twin.header.text}'",
            twin.header,
        )


def _one_per_unit(header: Header, role: str) -> bool:
    """Whether each of several columns of limits has a unit of its own, and each unit a column of
    results."""
    units = [vocabulary.unit_key(column.unit) for column in header.of(role)]
    return len(set(units)) == len(units) and set(units) <= {
        vocabulary.unit_key(column.unit) for column in header.of("result")
    }


def _refuse_groups(page: SheetReading, header: Header) -> None:
    """Two groups of results under names that mean nothing to us may be two batches."""
    results = header.of("result")
    if len({column.group.text if column.group else "" for column in results}) > 1:
        for column in results:
            if column.group is not None:
                unknown_header(page, replace(column, header=column.group))


def _only_verdicts(block: Block, column: Column) -> bool:
    said = [
        cells[column.number].text
        for row in block.body
        if column.number in (cells := block.cells(row)) and len(cells) > 1
    ]
    return bool(said) and all(vocabulary.status(text) in _VERDICTS for text in said)


# ---------------------------------------------------------------- rows


def _lines(
    block: Block,
    header: Header,
    own: dict[str, SourceText | None],
    row: int,
    section: SourceText | None,
) -> Iterator[Row]:
    """A row of results for each of its result columns."""
    page = block.page
    words = _words_of_row(page, header, row)
    section = words.pop("panel", section)
    columns = header.of("result") or header.of("qualifier")
    for column in columns:
        _refuse_merged(page, row, column.number)
    paired = {role: header.of(role) for role in _BOUNDS if len(header.of(role)) > 1}
    facts = facts_of(page, header, row)
    if words.get("detection_unit"):
        own = own | dict.fromkeys(("lod_unit", "loq_unit"), words["detection_unit"])
    for column in columns:
        heading_unit = section_unit(section)
        if heading_unit is None and not column.unit and not _says(words.get("unit")):
            heading_unit = block.unit
        for role, bounds in paired.items():
            words[role] = _paired_bound(page, row, column, bounds)
        others: dict[str, Any] = own | {role: words.get(role) for role in _OF_ROW}
        line = ResultRow(
            analyte=_whole_total(words["analyte"], section),
            result=page.word(row, column.number),
            header_unit=column.header_unit,
            section_unit=heading_unit,
            qualifier=words.get("qualifier") if column.role == "result" else None,
            section=section,
            **others,
        )
        yield Row(line, facts)


def _words_of_row(page: SheetReading, header: Header, row: int) -> dict[str, SourceText]:
    """The words of a row by the roles of their columns, results and facts left out."""
    words: dict[str, SourceText] = {}
    for column in header.columns:
        role, number = column.role, column.number
        if role == "method":
            words["method"] = _joined(words.get("method"), page.spread(row, number))
        elif role in (*_SPREAD, "panel"):
            words[role] = page.spread(row, number)
        elif role not in ("result", "ignored") and not role.startswith("fact:"):
            words[role] = page.word(row, number)
    if "lod_loq" in words:
        words["lod"], words["loq"] = _split(words.pop("lod_loq"))
    return words


def _paired_bound(page: SheetReading, row: int, result: Column, bounds: list[Column]) -> SourceText:
    """The limit in the column that has the unit of a column of results."""
    unit = vocabulary.unit_key(result.unit)
    for column in bounds:
        if vocabulary.unit_key(column.unit) == unit:
            return page.word(row, column.number)
    return SourceText("", result.header.ref)


def _joined(word: SourceText | None, further: SourceText) -> SourceText:
    """Two columns may say by what a result was obtained: `SOP 12`, and its instrument, `GC-MS`."""
    if word is None or not word.text.strip():
        return further
    return (
        replace(word, text=f"{word.text.strip()}; {further.text.strip()}")
        if further.text.strip()
        else word
    )


def _says(word: SourceText | None) -> bool:
    return word is not None and bool(word.text.strip())


def _own_units(header: Header) -> dict[str, SourceText | None]:
    """The units that a list states in the headers of its limits."""
    roles = ("lod", "loq", "lod_loq", "uncertainty")
    lod, loq, both, uncertainty = (_header_unit(header, role) for role in roles)
    return {"lod_unit": lod or both, "loq_unit": loq or both, "uncertainty_unit": uncertainty}


def _header_unit(header: Header, role: str) -> SourceText | None:
    """The unit in the bracket of a column's header, for LOD, LOQ and uncertainty."""
    columns = header.of(role)
    if len(columns) > 1:  # one for every unit of the results: each has the unit of its result
        return None
    return columns[0].header_unit if columns else None


def _refuse_merged(page: SheetReading, row: int, column: int) -> None:
    """One number merged over several results may be their sum, or the result of one of them."""
    area = page.merges.get((row, column))
    if area is None:
        return
    first, left, last, right = area
    said = page.word(first, left).text
    if (last > first or right > left) and could_be_result(said):
        message = (
            f"'{said}' is merged over several cells; unmerge them and repeat what holds for each"
        )
        page.refuse("merged-result", message, first, left, said)


def _whole_total(word: SourceText, section: SourceText | None) -> SourceText:
    """A bare `Total` is the total of its section where that is a known analyte: aflatoxins, for
    instance."""
    if section is None or not vocabulary.is_bare_total(word.text):
        return word
    heading = re.split(r"[(\[,:]", section.text)[0].strip()
    found = {
        analyte.id
        for text in (f"Total {heading}", f"Sum of {heading}", f"{heading}, total")
        if (analyte := vocabulary.analyte(text)) is not None
    }
    return replace(word, text=vocabulary.analytes()[found.pop()].name) if len(found) == 1 else word


def _split(word: SourceText) -> tuple[SourceText, SourceText]:
    """`0.02/0.06` in a column LOD/LOQ; a unit behind the second is the unit of both."""
    lod, _, loq = word.text.partition("/")
    shared = re.match(r"^\s*[0-9][0-9.,]*(?![0-9.,])\s*(?P<unit>[^0-9.,\s].*)$", loq)
    unit = (
        f" {shared['unit'].strip()}" if shared and re.fullmatch(r"\s*[0-9][0-9.,]*\s*", lod) else ""
    )
    return SourceText(f"{lod.strip()}{unit}", word.ref), SourceText(loq.strip(), word.ref)


def section_unit(section: SourceText | None) -> SourceText | None:
    """The unit in a section heading: `Heavy metals (mg/kg)` or `Alkaloids, % w/w`."""
    if section is None:
        return None
    for pattern in (BRACKET, COMMA):
        parts = pattern.match(section.text.strip())
        if parts and vocabulary.unit(parts["inside"]):
            return SourceText(parts["inside"], section.ref)
    return None
