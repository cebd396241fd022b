"""Header rows: which cell of a row names which column.

Columns are found by their words, never by their place: laboratories order LOD, LOQ, limit, result and unit as they like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.errors import Refusal
from kratom_qc.intake.sheets import Sheet, cell_name
from kratom_qc.model import Cell, Place, Remark, Word

# No header is longer, and on what is longer these patterns would take the square of its length.
_SHORT = r"^(?=[\s\S]{0,200}\Z)"
BRACKET = re.compile(_SHORT + r"(?P<name>.*?)\s*[(\[]\s*(?P<inside>[^()\[\]]+(?:\([^()]*\))?[^()\[\]]*?)\s*[)\]]\s*$")
COMMA = re.compile(_SHORT + r"(?P<name>.+?)\s*[,:]\s*(?P<inside>.+)$")
_LAST_WORD = re.compile(_SHORT + r"(?P<name>.+?)\s+(?P<inside>\S+)$")
_UNIT_ROLES = ("result", "lod", "loq", "lod_loq", "uncertainty", "limit")


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
        place = self.place(row, column)
        return Word(cell.said, place, cell.shown, cell.kind) if cell else Word("", place)

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

    def refuse_outside(self, row: int, known: set[int]) -> None:
        """Refuse the cells of a table's row that stand in a column without a header."""
        for number, cell in self.sheet.rows[row].items():
            if number not in known:
                message = f"'{cell.said}' stands in a column without a header"
                self.refuse("value-outside-columns", message, row, number, cell.said)

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
    for pattern in (BRACKET, COMMA, _LAST_WORD):
        parts = pattern.match(text)
        if not parts:
            continue
        role, inside = vocabulary.column_role(parts["name"]), parts["inside"].strip()
        readable = vocabulary.unit(inside) is not None or vocabulary.basis_in(inside)[0] is not None
        if role in _UNIT_ROLES and readable:
            return role, inside
        if role and role not in _UNIT_ROLES and pattern is BRACKET:
            return role, ""
        fact = vocabulary.fact_name(parts["name"])
        if fact and pattern is BRACKET and not readable:
            return f"fact:{fact}", ""
    if vocabulary.unit(text) is not None and vocabulary.analyte(text) is None:
        return "result", text
    return _analyte_meaning(text)


def _analyte_meaning(text: str) -> tuple[str, str]:
    """A column named after an analyte, with its unit in brackets, after a comma or as the last word."""
    for pattern in (BRACKET, COMMA, _LAST_WORD):
        parts = pattern.match(text)
        if parts and vocabulary.unit(parts["inside"]) and (vocabulary.analyte(parts["name"]) or pattern is BRACKET):
            share = vocabulary.analyte(text)  # "7-OH (% of total alkaloids)" is an analyte of its own
            if share is None or share is vocabulary.analyte(parts["name"]):
                return f"analyte:{parts['name']}", parts["inside"]
    return (f"analyte:{text}", "") if vocabulary.analyte(text) else ("unknown", "")
