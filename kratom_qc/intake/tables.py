"""Tables of results: one Line for every result below a header row, or a refusal for what cannot be mapped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kratom_qc import vocabulary
from kratom_qc.errors import Refusal
from kratom_qc.intake.headers import BRACKET, COMMA, Column, Header, Page
from kratom_qc.model import Cell, Line, Word

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
_ROW_WORDS = ("unit", "lod", "loq", "method", "limit")


@dataclass(frozen=True, slots=True)
class Row:
    """One line with the facts that stand in its own row of a long or wide table."""

    line: Line
    facts: dict[str, Word]


# ---------------------------------------------------------------- one result per row


def read_list(page: Page, header: Header, last: int) -> Iterator[Row]:
    """The rows under a list header, down to `last`; what cannot be mapped becomes a refusal of the page."""
    header = _settle(page, header, last)
    analyte = header.of("analyte")[0].number
    known = {column.number for column in header.columns}
    section = _section_above(page, header)
    for row in range(header.row + 1, last + 1):
        cells = page.sheet.rows.get(row, {})
        if not cells:
            continue
        if _is_heading(cells, header, analyte):
            section = page.word(row, next(iter(cells)))
            continue
        if analyte not in cells:
            slipped = next((number for number, cell in cells.items() if _may_answer(header, number, cell)), None)
            if slipped is not None:
                message = (
                    "this row has a result but no analyte in its column; repeat a merged name, or move the row back"
                )
                page.refuse("result-without-analyte", message, row, slipped, cells[slipped].said)
            continue
        page.refuse_outside(row, known)
        yield from _lines(page, header, row, section)


def _is_heading(cells: dict[int, Cell], header: Header, analyte: int) -> bool:
    """A row of one cell that names no analyte heads a section (or is a note under the table)."""
    if len(cells) != 1:
        return False
    number, cell = next(iter(cells.items()))
    if number == analyte:
        return vocabulary.analyte(cell.said) is None
    return all(number != column.number for column in header.of("result")) or not could_be_result(cell.said)


def _may_answer(header: Header, number: int, cell: Cell) -> bool:
    """Whether a cell of a row without an analyte may be a result or an analyte that slipped into another column."""
    if any(column.number == number and column.role in ("ignored", "panel") for column in header.columns):
        return False
    return could_be_result(cell.said) or vocabulary.analyte(cell.said) is not None


def could_be_result(text: str) -> bool:
    """Whether a text begins like a number or is a result word, and so may not be dropped in silence."""
    return re.match(r"^\s*[<>≤≥]?\s*[0-9]", text) is not None or vocabulary.status(text) is not None


def _section_above(page: Page, header: Header) -> Word | None:
    """A heading in the row right above the header: `Heavy metals, mg/kg`."""
    cells = page.sheet.rows.get(header.row - 1, {})
    if len(cells) == 1:
        number, cell = next(iter(cells.items()))
        if vocabulary.fact_name(cell.said.split(":")[0]) is None:
            return Word(cell.said, page.place(header.row - 1, number))
    return None


def _settle(page: Page, header: Header, last: int) -> Header:
    """Refuse unknown and repeated columns; of several result columns, one that holds only verdicts is a verdict."""
    columns = []
    results = header.of("result")
    for column in header.columns:
        if column.role == "unknown" or column.role.startswith("analyte:"):
            _unknown_header(page, column)
            column = Column(column.number, "ignored", column.header)  # noqa: PLW2901 - refused; the rest is still read
        if (
            column.role == "result"
            and (len(results) > 1 or not header.of("verdict"))
            and _only_verdicts(page, column, header.row, last)
            and len(results) > 1
        ):
            column = Column(column.number, "verdict", column.header)  # noqa: PLW2901 - the same column, understood
        columns.append(column)
    settled = Header(header.row, header.kind, tuple(columns))
    for role in _ONCE:
        for twin in settled.of(role)[1:]:
            page.refuse(
                "duplicate-header",
                f"two columns mean {role.replace('_', ' ')}: '{settled.of(role)[0].header.said}' "
                f"and '{twin.header.said}'",
                header.row,
                twin.number,
                twin.header.said,
            )
    units = [column.unit for column in settled.of("result")]
    if len(units) > 1 and len(set(units)) < len(units):
        twin = settled.of("result")[1]
        page.refuse(
            "duplicate-header",
            "two columns hold results and nothing tells them apart",
            header.row,
            twin.number,
            twin.header.said,
        )
    return settled


def _unknown_header(page: Page, column: Column) -> None:
    near = ", ".join(vocabulary.nearest_headers(column.header.said))
    page.refusals.append(
        Refusal(
            "unknown-header",
            f"the column '{column.header.said.strip()}' is not known"
            + (f" (nearest: {near})" if near else "")
            + "; rename it, or teach it in kratom_qc/words/headers.toml",
            column.header.place,
            column.header.said,
        )
    )


def _only_verdicts(page: Page, column: Column, first: int, last: int) -> bool:
    said = [
        cells[column.number].said
        for row in range(first + 1, last + 1)
        if column.number in (cells := page.sheet.rows.get(row, {})) and len(cells) > 1
    ]
    return bool(said) and all(
        vocabulary.status(text)
        in ("opinion_good", "opinion_bad", "opinion_conditional", "opinion_unsure", "not_evaluated", "not_tested")
        for text in said
    )


def _lines(page: Page, header: Header, row: int, section: Word | None) -> Iterator[Row]:
    words: dict[str, Word] = {}
    facts: dict[str, Word] = {}
    for column in header.columns:
        if column.role.startswith("fact:"):
            name = column.role.removeprefix("fact:")
            facts[name] = page.fact(row, column.number, name)
        elif column.role not in ("result", "ignored", "panel"):
            words[column.role] = page.word(row, column.number)
        elif column.role == "panel":
            section = page.word(row, column.number)
    if "lod_loq" in words:
        words["lod"], words["loq"] = _split(words.pop("lod_loq"))
    own = {role: _header_unit(header, role) for role in ("lod", "loq", "lod_loq", "uncertainty")}
    section_unit = _section_unit(section) if section is not None else None
    for column in header.of("result") or header.of("qualifier"):
        has_results = column.role == "result"
        line = Line(
            analyte=words["analyte"],
            result=page.word(row, column.number),
            unit=words.get("unit"),
            header_unit=Word(column.unit, column.header.place) if column.unit else None,
            section_unit=section_unit,
            qualifier=words.get("qualifier") if has_results else None,
            lod=words.get("lod"),
            loq=words.get("loq"),
            lod_unit=words.get("detection_unit") or own["lod"] or own["lod_loq"],
            loq_unit=words.get("detection_unit") or own["loq"] or own["lod_loq"],
            uncertainty=words.get("uncertainty"),
            uncertainty_unit=own["uncertainty"],
            method=words.get("method"),
            verdict=words.get("verdict"),
            limit=words.get("limit"),
            basis=words.get("basis"),
            portion=words.get("portion"),
            species=words.get("species"),
            replicate=words.get("replicate"),
            cas=words.get("cas"),
            section=section,
        )
        yield Row(line, facts)


def _header_unit(header: Header, role: str) -> Word | None:
    """The unit in the bracket of a column's header, for LOD, LOQ and uncertainty."""
    found = next((column for column in header.of(role) if column.unit), None)
    return Word(found.unit, found.header.place) if found else None


def _split(word: Word) -> tuple[Word, Word]:
    """`0.02/0.06` in a column LOD/LOQ; a unit behind the second is the unit of both."""
    lod, _, loq = word.said.partition("/")
    shared = re.match(r"^\s*[0-9][0-9.,]*(?![0-9.,])\s*(?P<unit>[^0-9.,\s].*)$", loq)
    unit = f" {shared['unit'].strip()}" if shared and re.fullmatch(r"\s*[0-9][0-9.,]*\s*", lod) else ""
    return Word(f"{lod.strip()}{unit}", word.place), Word(loq.strip(), word.place)


def _section_unit(section: Word) -> Word | None:
    """The unit in a section heading: `Heavy metals (mg/kg)` or `Alkaloids, % w/w`."""
    for pattern in (BRACKET, COMMA):
        parts = pattern.match(section.said.strip())
        if parts and vocabulary.unit(parts["inside"]):
            return Word(parts["inside"], section.place)
    return None


# ---------------------------------------------------------------- one batch per row


def read_wide(page: Page, header: Header, last: int) -> Iterator[Row]:
    """The rows under a wide header: a line for every analyte column of every batch."""
    notes: dict[str, int] = {}  # unit, lod, loq, method, limit → the row that states it for every column
    batch = header.of("fact:batch_id")[0].number
    body: list[int] = []
    for row in range(header.row + 1, last + 1):
        cells = page.sheet.rows.get(row, {})
        label = next((cells[number].said for number in sorted(cells)), "")
        role = vocabulary.column_role(label)
        if role in _ROW_WORDS and role not in notes:
            notes[role] = row
        elif not body and batch not in cells and cells and _is_unit_row(cells):
            notes["unit"] = row
        elif len(cells) > 1 or any(
            column.number in cells for column in header.columns if column.role[:8] == "analyte:"
        ):
            body.append(row)
    units_row = notes.get("unit")
    analytes = []
    for column in header.columns:
        if column.role.startswith("analyte:"):
            analytes.append(column)
        elif column.role == "unknown":
            has_unit = units_row is not None and vocabulary.unit(page.word(units_row, column.number).said) is not None
            if has_unit:  # an analyte nobody knows: kept under the laboratory's name, and the batch is held
                analytes.append(Column(column.number, f"analyte:{column.header.said}", column.header))
            else:
                _unknown_header(page, column)
    known = {column.number for column in header.columns}
    for row in body:
        page.refuse_outside(row, known)
        facts = {
            name: page.fact(row, column.number, name)
            for column in header.columns
            if (name := _fact_of(column)) is not None
        }
        for column in analytes:
            extra = {role: page.word(at, column.number) for role, at in notes.items() if role != "unit"}
            header_unit = Word(column.unit, column.header.place) if column.unit else None
            unit = page.word(units_row, column.number) if units_row is not None else None
            analyte = Word(column.role.removeprefix("analyte:"), column.header.place)
            result = page.word(row, column.number)
            line = Line(analyte, result, unit, header_unit=header_unit, zero_is_censored=False, **extra)
            yield Row(line, facts)


def _fact_of(column: Column) -> str | None:
    """The fact a column of a wide table states; its verdict column is the status of the whole batch."""
    if column.role == "verdict":
        return "status"
    return column.role.removeprefix("fact:") if column.role.startswith("fact:") else None


def _is_unit_row(cells: dict[int, Cell]) -> bool:
    known = sum(vocabulary.unit(cell.said) is not None for cell in cells.values())
    return known >= 1 and known >= len(cells) - 1
