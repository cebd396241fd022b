"""Tables of results: which cell of a header row means what, and one Line for every result below it.

Columns are found by their words, never by their place: laboratories order LOD, LOQ, limit, result and unit as they like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.errors import Refusal
from kratom_qc.intake.workbook import Sheet, cell_name
from kratom_qc.model import Cell, Line, Place, Remark, Word

_BRACKET = re.compile(r"^(?P<name>.*?)\s*[(\[]\s*(?P<inside>[^()\[\]]+(?:\([^()]*\))?[^()\[\]]*?)\s*[)\]]\s*$")
_COMMA = re.compile(r"^(?P<name>.+?)\s*[,:]\s*(?P<inside>.+)$")
_LAST_WORD = re.compile(r"^(?P<name>.+?)\s+(?P<inside>\S+)$")
_UNIT_ROLES = ("result", "lod", "loq", "lod_loq", "uncertainty", "limit")
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


@dataclass
class Page:
    """A sheet being read: where its problems and remarks gather."""

    file: str
    sheet: Sheet
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    strays: list[Refusal] = field(default_factory=list)  # rows like results outside every table

    def place(self, row: int, column: int) -> Place:
        return Place(self.file, self.sheet.name, cell_name(row, column))

    def word(self, row: int, column: int) -> Word:
        """A cell used as a word. A cell that cannot be believed is a refusal from the moment something uses it."""
        cell = self.sheet.rows.get(row, {}).get(column)
        trouble = self.sheet.problems.get((row, column))
        if trouble is not None and trouble not in self.refusals:
            self.refusals.append(trouble)
        return Word(cell.said if cell else "", self.place(row, column))

    def fact(self, row: int, column: int, name: str) -> Word:
        """A cell that states a fact. An id that is stored as a date, a fraction or a number of more than 15 digits is not
        the id the laboratory typed: the spreadsheet has changed it."""
        word = self.word(row, column)
        cell = self.sheet.rows.get(row, {}).get(column)
        if cell is None or name not in ("batch_id", "certificate_id"):
            return word
        if cell.kind == "date" or (cell.kind == "number" and not re.fullmatch(r"[0-9]{1,15}", cell.said)):
            message = (
                f"the {name.replace('_', ' ')} is stored as the {cell.kind} {cell.said}: the spreadsheet may have changed it; "
                "format the cell as text and type it again"
            )
            self.refuse("id-changed", message, row, column, cell.said)
        return word

    def refuse(self, code: str, message: str, row: int, column: int, said: str = "") -> None:
        self.refusals.append(Refusal(code, message, self.place(row, column), said))


@dataclass(frozen=True, slots=True)
class Column:
    """What a header cell says of the cells below it: a role of `words/headers.toml`, `fact:<name>` or `analyte:<text>`."""

    number: int
    role: str
    header: Word
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line with the facts that stand in its own row of a long or wide table."""

    line: Line
    facts: dict[str, Word]


@dataclass(frozen=True, slots=True)
class Header:
    """A header row: `kind` is `list` (one result per row) or `wide` (one batch per row)."""

    row: int
    kind: str
    columns: tuple[Column, ...]

    def of(self, role: str) -> list[Column]:
        return [column for column in self.columns if column.role == role]


def find_header(page: Page, row: int) -> Header | None:
    """The row as a header, or None. A header of a list names an analyte and a result column; a wide one names a batch
    and at least two analytes."""
    cells = page.sheet.rows[row]
    if len(cells) < 2 or any(cell.kind not in ("text", "boolean") for cell in cells.values()):
        return None
    columns = [_column(page, cell) for cell in cells.values()]
    roles = [column.role for column in columns]
    kind = ""
    if "analyte" in roles and ("result" in roles or "qualifier" in roles):
        kind = "list"
    elif "fact:batch_id" in roles and sum(role.startswith("analyte:") for role in roles) >= 2:
        kind = "wide"
    if not kind:
        return None
    for column in columns:  # a header nobody could see is not believed
        if column.role not in ("ignored", "fact:other"):
            page.word(row, column.number)
    return Header(row, kind, tuple(columns))


def _column(page: Page, cell: Cell) -> Column:
    role, unit = _meaning(" ".join(cell.said.split()))
    return Column(cell.column, role, Word(cell.said, page.place(cell.row, cell.column)), unit)


@lru_cache(8192)
def _meaning(text: str) -> tuple[str, str]:
    """(role, unit) of a header text. Every row of text is a possible header, so each text is looked at once."""
    role = vocabulary.column_role(text)
    if role:
        return role, ""
    fact = vocabulary.fact_name(text)
    if fact:
        return f"fact:{fact}", ""
    for pattern in (_BRACKET, _COMMA, _LAST_WORD):
        parts = pattern.match(text)
        if not parts:
            continue
        role, inside = vocabulary.column_role(parts["name"]), parts["inside"].strip()
        readable = vocabulary.unit(inside) is not None or vocabulary.basis_in(inside)[0] is not None
        if role in _UNIT_ROLES and readable:
            return role, inside
        if role and role not in _UNIT_ROLES and pattern is _BRACKET:
            return role, ""
        fact = vocabulary.fact_name(parts["name"])
        if fact and pattern is _BRACKET and not readable:
            return f"fact:{fact}", ""
    if vocabulary.unit(text) is not None and vocabulary.analyte(text) is None:
        return "result", text
    return _analyte_meaning(text)


def _analyte_meaning(text: str) -> tuple[str, str]:
    """A column named after an analyte, with its unit in brackets, after a comma or as the last word."""
    for pattern in (_BRACKET, _COMMA, _LAST_WORD):
        parts = pattern.match(text)
        if parts and vocabulary.unit(parts["inside"]) and (vocabulary.analyte(parts["name"]) or pattern is _BRACKET):
            share = vocabulary.analyte(text)  # "7-OH (% of total alkaloids)" is an analyte of its own
            if share is None or share is vocabulary.analyte(parts["name"]):
                return f"analyte:{parts['name']}", parts["inside"]
    return (f"analyte:{text}", "") if vocabulary.analyte(text) else ("unknown", "")


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
        for number, cell in cells.items():
            if number not in known:
                page.refuse(
                    "value-outside-columns",
                    f"'{cell.said}' stands in a column without a header",
                    row,
                    number,
                    cell.said,
                )
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
    for pattern in (_BRACKET, _COMMA):
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
        for number, cell in page.sheet.rows[row].items():
            if number not in known:
                page.refuse(
                    "value-outside-columns",
                    f"'{cell.said}' stands in a column without a header",
                    row,
                    number,
                    cell.said,
                )
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
            yield Row(Line(analyte=analyte, result=result, unit=unit, header_unit=header_unit, **extra), facts)


def _fact_of(column: Column) -> str | None:
    """The fact a column of a wide table states; its verdict column is the status of the whole batch."""
    if column.role == "verdict":
        return "status"
    return column.role.removeprefix("fact:") if column.role.startswith("fact:") else None


def _is_unit_row(cells: dict[int, Cell]) -> bool:
    known = sum(vocabulary.unit(cell.said) is not None for cell in cells.values())
    return known >= 1 and known >= len(cells) - 1
