"""Profiles: one TOML file per laboratory's layout that header words alone cannot read.

A profile says how its files are recognised, which columns mean what, where the facts stand, and
what the laboratory's numbers and dates look like. Everything it does not say is read, or refused,
as in any other file. Its classes are pydantic models: readers are forked with them loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from kratom_qc import settings, vocabulary
from kratom_qc.domain.errors import RulebookError
from kratom_qc.domain.source import Cell
from kratom_qc.intake.layout.sense import squeezed
from kratom_qc.intake.sheets import Sheet, Workbook, cell_name
from kratom_qc.vocabulary import checked
from kratom_qc.vocabulary.checked import Mistakes, Text

LAYOUTS = Path(__file__).parent / "layouts"
_CELL = re.compile(r"(?:(?P<sheet>.*)!)?(?P<letters>[A-Z]{1,3})(?P<row>[1-9][0-9]{0,6})")
_NUMBERED = re.compile(r"column (?P<letters>[A-Z]{1,3})|row (?P<row>[1-9][0-9]{0,6})")
_NEVER_FILLED = ("result", "qualifier", "lod", "loq", "lod_loq", "uncertainty")
_COLUMNS = "columns"  # where mistakes about columns are told
_ONCE = ("analyte", "fact:batch_id", "unit", "lod", "loq", "qualifier")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


# ---------------------------------------------------------------- what a profile is made of


@dataclass(frozen=True, slots=True)
class CellAddress:
    """A cell by its sheet (a glob; nothing where any sheet will do), row and column from 1."""

    sheet: str
    row: int
    column: int

    def on(self, sheet: Sheet) -> bool:
        """Whether the sheet is the one."""
        return not self.sheet or fnmatchcase(sheet.name, self.sheet)

    def __str__(self) -> str:
        cell = cell_name(self.row, self.column)
        return f"{self.sheet}!{cell}" if self.sheet else cell


def _cell_address(text: object) -> CellAddress:
    match = _CELL.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError('must be a cell, as "Results!B4" or "B4"')
    return CellAddress(match["sheet"] or "", int(match["row"]), _column_number(match["letters"]))


def _fact_name(name: str) -> str:
    if name not in vocabulary.fact_names():
        raise Mistakes([("", f"'{name}' is no fact: {', '.join(vocabulary.fact_names())}")])
    return name


def _role(role: str) -> str:
    kind, _, name = role.partition(":")
    of_fact = kind == "fact" and name in vocabulary.fact_names()
    of_analyte = kind == "analyte" and vocabulary.analyte(name) is not None
    if not (of_fact or of_analyte or role in vocabulary.column_roles()):
        raise ValueError("is an unknown role")
    return role


def _unit(unit: str) -> str:
    if unit and vocabulary.unit(unit) is None:
        raise ValueError("is an unknown unit")
    return unit


_Address = Annotated[CellAddress, BeforeValidator(_cell_address)]
_FactName = Annotated[str, AfterValidator(_fact_name)]


class Meaning(checked.Table):
    """What a profile says of one column: its role, and its unit where the header states none."""

    role: Annotated[str, AfterValidator(_role)]
    unit: Annotated[str, AfterValidator(_unit)] = ""

    @model_validator(mode="before")
    @classmethod
    def _of_a_role_alone(cls, meaning: object) -> object:
        return {"role": meaning} if isinstance(meaning, str) else meaning


class Table(checked.Table):
    """One table of a profile. `header` is a row, the texts that stand in it, or for a transposed
    table a column. `end` is `blank`, a glob for a text in the first row below the table, or
    nothing."""

    sheet: str = "*"
    kind: Literal["list", "wide", "transposed"] = "list"
    header: int | tuple[str, ...]
    meanings: Mapping[str, Meaning] = Field(default_factory=dict, alias="columns")
    fill_down: tuple[str, ...] = ()
    end: str = ""

    @cached_property
    def columns(self) -> Mapping[str, Meaning]:
        """What columns mean by the text of their header."""
        by_name = {squeezed(name): meaning for name, meaning in self.meanings.items()}
        return {name: meaning for name, meaning in by_name.items() if not _NUMBERED.fullmatch(name)}

    @cached_property
    def numbered(self) -> Mapping[int, Meaning]:
        """What columns (in a transposed table rows) mean by their number."""
        matches = ((_NUMBERED.fullmatch(name), meaning) for name, meaning in self.meanings.items())
        return {
            _column_number(match["letters"] or "") or int(match["row"]): meaning
            for match, meaning in matches
            if match
        }

    @field_validator("header", mode="before")
    @classmethod
    def _is_a_header(cls, header: object, row: ValidationInfo) -> object:
        if row.data.get("kind") == "transposed":
            if not (isinstance(header, str) and re.fullmatch(r"[A-Z]{1,3}", header)):
                raise ValueError('must be the column that holds the names, as "A"')
            return _column_number(header)
        is_row = type(header) is int and header > 0
        is_texts = isinstance(header, list) and bool(header)
        if not (is_row or is_texts):
            raise ValueError("must be a row, or a list of texts that stand in it")
        return header

    @field_validator("fill_down")
    @classmethod
    def _is_squeezed(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(squeezed, names))

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Table:
        mistakes = [
            *self._roles_in_conflict(),
            *self._counted_the_wrong_way(),
            *self._filled_measurements(),
        ]
        if mistakes:
            raise Mistakes(mistakes)
        return self

    def _roles_in_conflict(self) -> Iterator[tuple[str, str]]:
        roles = [meaning.role for meaning in self.meanings.values()]
        for role in _ONCE:
            if roles.count(role) > 1:
                yield _COLUMNS, f"columns name {role} twice"
        if self.kind == "list" and any(role.startswith("analyte:") for role in roles):
            yield _COLUMNS, "columns name single analytes, which a list has in its rows"
        if self.kind != "list" and "result" in roles:
            has = f"a {self.kind} table has under its analytes"
            yield _COLUMNS, f"columns name a result, which {has}"

    def _counted_the_wrong_way(self) -> Iterator[tuple[str, str]]:
        counted = "row" if self.kind == "transposed" else "column"
        for name in self.meanings:
            if _NUMBERED.fullmatch(name) and not name.startswith(counted):
                yield _COLUMNS, f"columns '{name}' must name a {counted}"

    def _filled_measurements(self) -> Iterator[tuple[str, str]]:
        for name in self.fill_down:
            role = self.columns[name].role if name in self.columns else ""
            if role in _NEVER_FILLED or role.startswith("analyte:"):
                yield "fill_down", f"fill_down '{name}' holds measurements: a blank one is blank"


class Recognise(checked.Table):
    """The conditions by which a profile recognises a file; all of them must be met."""

    sheets: tuple[str, ...] = ()  # globs
    cells: Mapping[str, str] = Field(default_factory=dict)  # address → glob for its text
    headers: tuple[str, ...] = ()

    @field_validator("cells")
    @classmethod
    def _are_cells(cls, cells: Mapping[str, str]) -> Mapping[str, str]:
        for address in cells:
            _cell_address(address)
        return cells

    @model_validator(mode="after")
    def _states_a_condition(self) -> Recognise:
        if not (self.sheets or self.cells or self.headers):
            raise ValueError("states no condition; a profile that recognises every file is none")
        return self

    def failing(self, book: Workbook) -> Iterator[str]:
        """The conditions that a workbook does not meet, in words."""
        names = [sheet.name for sheet in book.sheets]
        for glob in self.sheets:
            if not any(fnmatchcase(name, glob) for name in names):
                yield f"no sheet is named '{glob}'"
        for text, glob in self.cells.items():
            yield from _without_text(book, _cell_address(text), glob)
        if self.headers and not any(any(rows_of(sheet, self.headers)) for sheet in book.sheets):
            yield f"no row holds the headers {', '.join(self.headers)}"


def _without_text(book: Workbook, address: CellAddress, glob: str) -> Iterator[str]:
    """The condition that some sheet's cell at the address has a text, where none has."""
    cells = (cell_at(sheet, address) for sheet in book.sheets if address.on(sheet))
    texts = [squeezed(cell.text) for cell in cells if cell is not None]
    if not any(fnmatchcase(text, glob) for text in texts):
        instead = f" but '{texts[0]}'" if texts else ""
        yield f"the cell {address} does not say '{glob}'{instead}"


class Numbers(checked.Table):
    """What the laboratory's numbers look like."""

    decimal_mark: Literal[",", "."] | None = None


class Dates(checked.Table):
    """What the laboratory's dates look like."""

    order: Literal["day-first", "month-first"] | None = None


def _id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text):
        raise ValueError("must be small letters and digits with hyphens")
    return text


class Profile(checked.Table):
    """One laboratory's layout."""

    id: Annotated[str, AfterValidator(_id)]
    laboratory: Text
    title: Text
    recognise: Recognise
    numbers: Numbers = Numbers()
    dates: Dates = Dates()
    facts: Mapping[_FactName, _Address] = Field(default_factory=dict)
    tables: tuple[Table, ...] = Field(default=(), alias="table")

    @model_validator(mode="after")
    def _says_something(self) -> Profile:
        if not self.tables and not self.facts:
            raise ValueError("[[table]] is missing, and so is [facts]: the profile says nothing")
        return self

    @property
    def decimal_mark(self) -> str | None:
        """The laboratory's decimal mark, where the profile states it."""
        return self.numbers.decimal_mark

    @property
    def day_first(self) -> bool | None:
        """Whether its dates put the day before the month, where the profile states it."""
        return None if self.dates.order is None else self.dates.order == "day-first"

    def failing(self, book: Workbook) -> Iterator[str]:
        """The conditions that a workbook does not meet; none where the profile recognises it."""
        yield from self.recognise.failing(book)

    def recognises(self, book: Workbook) -> bool:
        """Whether every condition is met."""
        return next(self.failing(book), None) is None


def cell_at(sheet: Sheet, address: CellAddress) -> Cell | None:
    """The cell at an address, or None."""
    return sheet.rows.get(address.row, {}).get(address.column)


def rows_of(sheet: Sheet, texts: Sequence[str]) -> Iterator[int]:
    """The rows (from 1) that hold all the texts, from the top."""
    wanted = set(map(squeezed, texts))
    for row in sorted(sheet.rows):
        cells = sheet.rows[row]
        if len(cells) >= len(wanted) and wanted <= {squeezed(cell.text) for cell in cells.values()}:
            yield row


# ---------------------------------------------------------------- loading


def load() -> tuple[Profile, ...]:
    """The shipped profiles and the user's own. Raises RulebookError with every mistake of every
    file at once."""
    folder = settings.layouts()
    return load_folders((LAYOUTS, folder), _state(folder)) if folder else load_folders((LAYOUTS,))


def _state(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells that a profile was changed: readers are forked for days from one process."""
    known = ((path.name, path.stat()) for path in sorted(folder.glob("*.toml")))
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in known)


@cache
def load_folders(folders: tuple[Path, ...], _as_they_are: object = None) -> tuple[Profile, ...]:
    """The profiles of some folders. Raises RulebookError with every mistake of every file."""
    wrong: list[str] = []
    profiles: dict[str, Profile] = {}
    for folder in folders:
        if not folder.is_dir():
            wrong.append(f"KRATOM_QC_LAYOUTS: {folder.name} is no folder")
        for path in sorted(folder.glob("*.toml")):
            try:
                profile = read_profile(path)
            except RulebookError as error:
                wrong.append(str(error))
                continue
            if profile.id in profiles:
                wrong.append(f"{path.name}: the id '{profile.id}' is taken")
            profiles[profile.id] = profile
    if wrong:
        raise RulebookError("\n".join(wrong))
    return tuple(profiles.values())


def read_profile(path: Path) -> Profile:
    """One profile. Raises RulebookError with every mistake in it, each with its line."""
    return checked.load(path, Profile)
