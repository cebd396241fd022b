"""Profiles: one TOML file per laboratory's layout that header words alone cannot read.

A profile says how its files are recognised, which columns mean what, where the facts stand, and
what the laboratory's numbers and dates look like. Everything it does not say is read, or refused,
as in any other file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kratom_qc import settings, vocabulary
from kratom_qc.domain.errors import RulebookError
from kratom_qc.intake.sheets import Sheet, Workbook, cell_name

LAYOUTS = Path(__file__).parent / "layouts"
KINDS = ("list", "wide", "transposed")
_CELL = re.compile(r"^(?:(?P<sheet>.*)!)?(?P<letters>[A-Z]{1,3})(?P<row>[1-9][0-9]{0,6})$")
_LINE = re.compile(r"^(?:column (?P<letters>[A-Z]{1,3})|row (?P<row>[1-9][0-9]{0,6}))$")
_MARKS = (",", ".")
_ORDERS = {"day-first": True, "month-first": False}
_NEVER_FILLED = ("result", "qualifier", "lod", "loq", "lod_loq", "uncertainty")


@dataclass(frozen=True, slots=True)
class At:
    """A cell by its sheet (a glob; nothing where any sheet will do), row and column."""

    sheet: str
    row: int
    column: int

    def on(self, sheet: Sheet) -> bool:
        """Whether the sheet is the one."""
        return not self.sheet or fnmatchcase(sheet.name, self.sheet)

    def __str__(self) -> str:
        return (
            f"{self.sheet}!{cell_name(self.row, self.column)}"
            if self.sheet
            else cell_name(self.row, self.column)
        )


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a profile says of one column: its role, and its unit where the header states none."""

    role: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a profile. `header` is a row, the texts that stand in it, or for a transposed
    table a column."""

    sheet: str
    kind: str
    header: int | tuple[str, ...]
    columns: Mapping[str, Meaning]  # by the text of the header
    numbered: Mapping[int, Meaning]  # by the column's number; the row's in a transposed table
    fill_down: tuple[str, ...]
    end: str  # `blank`, a glob for a text in the first row below the table, or nothing


@dataclass(frozen=True, slots=True)
class Profile:
    """One laboratory's layout."""

    id: str
    laboratory: str
    title: str
    sheets: tuple[str, ...]
    cells: tuple[tuple[At, str], ...]
    headers: tuple[str, ...]
    decimal_mark: str | None
    day_first: bool | None
    facts: Mapping[str, At]
    tables: tuple[Table, ...]

    def failing(self, book: Workbook) -> Iterator[str]:
        """The conditions that a workbook does not meet; none where the profile recognises it."""
        for glob in self.sheets:
            if not any(fnmatchcase(sheet.name, glob) for sheet in book.sheets):
                yield f"no sheet is named '{glob}'"
        for at, text in self.cells:
            said = [
                squeezed(cell.text)
                for sheet in book.sheets
                if at.on(sheet) and (cell := cell_at(sheet, at)) is not None
            ]
            if not any(fnmatchcase(one, text) for one in said):
                yield f"the cell {at} does not say '{text}'" + (f" but '{said[0]}'" if said else "")
        if self.headers and not any(
            True for sheet in book.sheets for _ in rows_of(sheet, self.headers)
        ):
            yield f"no row holds the headers {', '.join(self.headers)}"

    def recognises(self, book: Workbook) -> bool:
        """Whether every condition is met."""
        return next(self.failing(book), None) is None


def squeezed(text: str) -> str:
    """A text with its blanks made one."""
    return " ".join(text.split())


def cell_at(sheet: Sheet, at: At) -> Any:
    """The cell at a place, or None."""
    return sheet.rows.get(at.row, {}).get(at.column)


def rows_of(sheet: Sheet, texts: Sequence[str]) -> Iterator[int]:
    """The rows that hold all the texts, from the top."""
    wanted = {squeezed(text) for text in texts}
    for row in sorted(sheet.rows):
        cells = sheet.rows[row]
        if len(cells) >= len(wanted) and wanted <= {squeezed(cell.text) for cell in cells.values()}:
            yield row


# ---------------------------------------------------------------- loading


def load() -> tuple[Profile, ...]:
    """The shipped profiles and the user's own. Raises RulebookError with every mistake of every
    file at once."""
    own = settings.layouts()
    return _load((LAYOUTS, *([own] if own else [])))


@cache
def _load(folders: tuple[Path, ...]) -> tuple[Profile, ...]:
    wrong: list[str] = []
    found: dict[str, Profile] = {}
    for folder in folders:
        if not folder.is_dir():
            wrong.append(f"KRATOM_QC_LAYOUTS: {folder.name} is no folder")
            continue
        for path in sorted(folder.glob("*.toml")):
            try:
                profile = read_profile(path)
            except RulebookError as error:
                wrong.append(str(error))
                continue
            if profile.id in found:
                wrong.append(f"{path.name}: the id '{profile.id}' is taken")
            found[profile.id] = profile
    if wrong:
        raise RulebookError("; ".join(wrong))
    return tuple(found.values())


def read_profile(path: Path) -> Profile:
    """One profile. Raises RulebookError with every mistake in it."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulebookError(f"{path.name}: this is no TOML: {error}") from None
    except OSError as error:
        raise RulebookError(f"{path.name}: cannot be read: {error.strerror}") from None
    reader = _Reader(path.name)
    profile = reader.profile(content)
    if reader.wrong:
        raise RulebookError("; ".join(reader.wrong))
    return profile


class _Reader:
    """Reads a profile's content, and gathers what is wrong in it by file and key."""

    def __init__(self, file: str):
        self.file = file
        self.wrong: list[str] = []

    def no(self, key: str, why: str) -> None:
        self.wrong.append(f"{self.file}: {key} {why}")

    def profile(self, content: dict[str, Any]) -> Profile:
        self.only(
            content,
            "",
            ("id", "laboratory", "title", "recognise", "numbers", "dates", "facts", "table"),
        )
        recognise = self.section(content, "recognise", ("sheets", "cells", "headers"))
        numbers = self.section(content, "numbers", ("decimal_mark",))
        dates = self.section(content, "dates", ("order",))
        if not recognise:
            self.no(
                "[recognise]", "states no condition; a profile that recognises every file is none"
            )
        cells = self.mapping("recognise.cells", recognise.get("cells", {}))
        tables = content.get("table", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.no("table", "must be written as [[table]]")
            tables = []
        if not tables and not content.get("facts"):
            self.no("[[table]]", "is missing, and so is [facts]: the profile says nothing")
        return Profile(
            id=self.text(content, "id", r"[a-z0-9]+(?:-[a-z0-9]+)*"),
            laboratory=self.text(content, "laboratory"),
            title=self.text(content, "title"),
            sheets=self.texts("recognise.sheets", recognise.get("sheets", [])),
            cells=tuple(
                (at, str(text))
                for key, text in cells.items()
                if (at := self.at(f"recognise.cells '{key}'", key))
            ),
            headers=self.texts("recognise.headers", recognise.get("headers", [])),
            decimal_mark=self.one_of("numbers.decimal_mark", numbers.get("decimal_mark"), _MARKS),
            day_first=_ORDERS.get(
                self.one_of("dates.order", dates.get("order"), tuple(_ORDERS)) or ""
            ),
            facts=self.facts(self.section(content, "facts", vocabulary.fact_names())),
            tables=tuple(
                self.table(f"table {number}", table) for number, table in enumerate(tables, start=1)
            ),
        )

    def table(self, key: str, said: dict[str, Any]) -> Table:
        self.only(said, key, ("sheet", "kind", "header", "columns", "fill_down", "end"))
        kind = self.one_of(f"{key}.kind", said.get("kind"), KINDS) or "list"
        columns = self.mapping(f"{key}.columns", said.get("columns", {}))
        meanings = {
            name: self.meaning(f"{key}.columns '{name}'", value) for name, value in columns.items()
        }
        fill_down = self.texts(f"{key}.fill_down", said.get("fill_down", []))
        for name in fill_down:
            meaning = meanings.get(name)
            if meaning is not None and (
                meaning.role in _NEVER_FILLED or meaning.role.startswith("analyte:")
            ):
                self.no(f"{key}.fill_down '{name}'", "holds measurements: a blank one is blank")
        self.contradictions(key, kind, meanings)
        unit = "row" if kind == "transposed" else "column"
        numbered = {name: _LINE.match(name) for name in meanings}
        for name, match in numbered.items():
            if match and not match["row" if kind == "transposed" else "letters"]:
                self.no(f"{key}.columns '{name}'", f"must name a {unit}")
        return Table(
            sheet=self.plain(f"{key}.sheet", said.get("sheet", "*")),
            kind=kind,
            header=self.header(f"{key}.header", said.get("header"), kind),
            columns=MappingProxyType(
                {squeezed(name): meanings[name] for name, match in numbered.items() if not match}
            ),
            numbered=MappingProxyType(
                {_line(match): meanings[name] for name, match in numbered.items() if match}
            ),
            fill_down=tuple(squeezed(name) for name in fill_down),
            end=self.plain(f"{key}.end", said.get("end", "")),
        )

    def contradictions(self, key: str, kind: str, meanings: Mapping[str, Meaning]) -> None:
        roles = [meaning.role for meaning in meanings.values()]
        for role in ("analyte", "fact:batch_id", "unit", "lod", "loq", "qualifier"):
            if roles.count(role) > 1:
                self.no(f"{key}.columns", f"name {role} twice")
        if kind == "list" and any(role.startswith("analyte:") for role in roles):
            self.no(f"{key}.columns", "name single analytes, which a list has in its rows")
        if kind != "list" and "result" in roles:
            self.no(f"{key}.columns", f"name a result, which a {kind} table has under its analytes")

    def header(self, key: str, said: Any, kind: str) -> int | tuple[str, ...]:
        if kind == "transposed":
            if isinstance(said, str) and re.fullmatch(r"[A-Z]{1,3}", said):
                return _number(said)
            self.no(key, 'must be the column that holds the names, as "A"')
        elif isinstance(said, int) and not isinstance(said, bool) and said > 0:
            return said
        elif isinstance(said, list) and said and all(isinstance(text, str) for text in said):
            return tuple(said)
        else:
            self.no(key, "must be a row, or a list of texts that stand in it")
        return 1

    def meaning(self, key: str, said: Any) -> Meaning:
        if isinstance(said, str):
            said = {"role": said}
        if not isinstance(said, dict):
            self.no(key, 'must be a role, or { role = "…", unit = "…" }')
            return Meaning("ignored")
        self.only(said, key, ("role", "unit"))
        role, unit = (
            self.plain(f"{key}.role", said.get("role", "")),
            self.plain(f"{key}.unit", said.get("unit", "")),
        )
        kind, _, rest = role.partition(":")
        known = (
            (kind == "fact" and rest in vocabulary.fact_names())
            or (kind == "analyte" and bool(rest) and vocabulary.analyte(rest) is not None)
            or role in vocabulary.column_roles()
        )
        if not known:
            self.no(key, f"names the unknown role '{role}'")
        if unit and vocabulary.unit(unit) is None:
            self.no(key, f"names the unknown unit '{unit}'")
        return Meaning(role if known else "ignored", unit)

    def facts(self, said: dict[str, Any]) -> Mapping[str, At]:
        found = {name: self.at(f"facts.{name}", text) for name, text in said.items()}
        return MappingProxyType({name: at for name, at in found.items() if at is not None})

    def at(self, key: str, said: Any) -> At | None:
        match = _CELL.match(said) if isinstance(said, str) else None
        if match is None:
            self.no(key, 'must be a cell, as "Results!B4" or "B4"')
            return None
        return At(match["sheet"] or "", int(match["row"]), _number(match["letters"]))

    def only(self, said: Mapping[str, Any], key: str, known: Sequence[str]) -> None:
        for name in said:
            if name not in known:
                self.no(f"{key}.{name}".lstrip("."), f"is not a key; known are {', '.join(known)}")

    def section(self, content: dict[str, Any], key: str, known: Sequence[str]) -> dict[str, Any]:
        said = content.get(key, {})
        if not isinstance(said, dict):
            self.no(key, f"must be written as [{key}]")
            return {}
        self.only(said, key, known)
        return said

    def mapping(self, key: str, said: Any) -> dict[str, Any]:
        if not isinstance(said, dict):
            self.no(key, "must be a table of keys and values")
            return {}
        return said

    def text(self, content: dict[str, Any], key: str, pattern: str = r"\S.*") -> str:
        said = content.get(key)
        if isinstance(said, str) and re.fullmatch(pattern, said):
            return said
        self.no(key, "is missing" if said is None else f"is '{said}', which will not do")
        return ""

    def plain(self, key: str, said: Any) -> str:
        if isinstance(said, str):
            return said
        self.no(key, "must be a text")
        return ""

    def texts(self, key: str, said: Any) -> tuple[str, ...]:
        if isinstance(said, list) and all(isinstance(text, str) for text in said):
            return tuple(said)
        self.no(key, "must be a list of texts")
        return ()

    def one_of(self, key: str, said: Any, known: Sequence[str]) -> str | None:
        if said is None or (isinstance(said, str) and said in known):
            return said
        self.no(key, f"is '{said}'; it must be {' or '.join(known)}")
        return None


def _line(match: re.Match[str] | None) -> int:
    if match is None:
        return 0
    return _number(match["letters"]) if match["letters"] else int(match["row"])


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
