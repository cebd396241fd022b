"""One file of `expectations/` as it is written: its head and its rows, each with the line it stands
on.

Only the shape is checked here; what a row means is read by `kratom_qc.judge.specification`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.errors import RulebookError
from kratom_qc.rulebooks.checks import BOOK_KEYS, BOOK_KINDS, is_list_of_texts

_TABLES = {"rulebook": dict, "defaults": dict, "limit": list, "override": list}
_HEADER = re.compile(r"^\s*\[\[\s*(limit|override)\s*\]\]", re.ASCII)
_KEY = re.compile(r"^\s*[\"']?(\w+)[\"']?\s*=", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One `[[limit]]` or `[[override]]`: its own keys, the line of its header, and the line of
    every key."""

    keys: Mapping[str, Any]
    line: int
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.keys.get("id", "(limit without id)"))


@dataclass(frozen=True, slots=True)
class Written:
    """A rulebook's file: head, defaults and rows, before anything is made of them."""

    name: str
    stem: str
    sha256: str
    head: Mapping[str, Any]
    defaults: Mapping[str, Any]
    limits: tuple[Row, ...]
    overrides: tuple[Row, ...]
    text: str
    head_lines: Mapping[str, int] = field(
        default_factory=dict
    )  # of the keys of [rulebook]; "" is its header

    def head_where(self, key: str = "") -> str:
        """The file and line that a mistake in the head is told with."""
        return f"{self.name}:{self.head_lines.get(key, self.head_lines.get('', 1))}"

    def where(self, row: Row, key: str = "") -> str:
        """The file, line and id that a mistake is told with: the line of the key concerned, else
        the header's."""
        return f"{self.name}:{row.lines.get(key, row.line)} {row.id}"

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every limit and override."""
        return (*self.limits, *self.overrides)

    @property
    def extends(self) -> tuple[str, ...]:
        return tuple(self.head.get("extends", ()))


def read(file: Path) -> Written:
    """A file's head and rows. Raises RulebookError naming every mistake in its shape."""
    try:
        raw = file.read_bytes()
        text = raw.decode("utf-8")
        data = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise RulebookError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise RulebookError(f"{file.name}: not readable as TOML: {error}") from None
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = at[1] if at else len(text.splitlines())
        raise RulebookError(f"{file.name}:{line}: not readable as TOML: {error}") from None
    told = text.splitlines()
    misshapen = [
        f"{file.name}:{_table_line(told, name)}: [{name}] is not written as a {'list of tables' if shape is list else 'table'}"
        for name, shape in _TABLES.items()
        if not isinstance(data.get(name, shape()), shape)
    ]
    if misshapen:
        raise RulebookError("\n".join(misshapen))
    head = data.get("rulebook", {})
    begin = _table_line(told, "rulebook")
    lines = _key_lines(told, begin, head)
    wrong = [
        f"{file.name}:{lines.get(_key_named(mistake, lines), begin)}: {mistake}"
        for mistake in _head_mistakes(head)
    ]
    wrong += [
        f"{file.name}:{_table_line(told, name)}: does not know the table '{name}'"
        for name in data.keys() - _TABLES.keys()
    ]
    if wrong:
        raise RulebookError("\n".join(wrong))
    limits, overrides = (
        _rows(file.name, text, name, data.get(name, [])) for name in ("limit", "override")
    )
    digest = hashlib.sha256(raw).hexdigest()
    lines = {"": begin, **lines}
    return Written(
        file.name, file.stem, digest, head, data.get("defaults", {}), limits, overrides, text, lines
    )


def _table_line(told: Sequence[str], name: str) -> int:
    """The line of a table's header, else the first of the file."""
    header = re.compile(rf"^\s*\[{{1,2}}\s*{re.escape(name)}\b")
    return next((at for at, line in enumerate(told, 1) if header.match(line)), 1)


def _head_mistakes(head: Mapping[str, Any]) -> list[str]:
    wrong = [
        f"[rulebook] has no '{key}'"
        for key in ("title", "kind", "version", "checked_on")
        if key not in head
    ]
    wrong += [f"[rulebook] does not know '{key}'" for key in head.keys() - BOOK_KEYS]
    if head.get("kind") not in BOOK_KINDS:
        wrong.append(f"kind '{head.get('kind')}' is none of {', '.join(BOOK_KINDS)}")
    if not isinstance(head.get("checked_on"), date):
        wrong.append("checked_on must be a date")
    wrong += [
        f"{key} must be a number of days above 0"
        for key in ("max_age_days", "certificate_max_age_days")
        if key in head and (type(head[key]) is not int or head[key] <= 0)
    ]
    lists = [key for key in ("covers", "extends") if not is_list_of_texts(head.get(key, []))]
    wrong += [f"{key} must be a list of texts" for key in lists]
    if "covers" not in lists:
        wrong += [
            f"covers '{product}', which is no product"
            for product in head.get("covers", ())
            if product not in vocabulary.product_forms()
        ]
    return wrong


def _rows(name: str, text: str, table: str, rows: list[Any]) -> tuple[Row, ...]:
    """Rows with the lines of their headers and keys. TOML readers keep no lines, so every row needs
    a header of its own."""
    told = text.splitlines()
    lines = [
        at
        for at, line in enumerate(told, 1)
        if (found := _HEADER.match(line)) and found[1] == table
    ]
    if len(lines) != len(rows):
        raise RulebookError(f"{name}: write every {table} as a table of its own, under [[{table}]]")
    return tuple(
        Row(row, line, _key_lines(told, line, row)) for row, line in zip(rows, lines, strict=True)
    )


def _key_lines(told: Sequence[str], header: int, row: Mapping[str, Any]) -> dict[str, int]:
    """The line of every key of the table whose header stands on a line (1-based)."""
    found: dict[str, int] = {}
    for at, line in enumerate(told[header:], header + 1):
        if line.lstrip().startswith("["):
            break
        key = _KEY.match(line)
        if key and key[1] in row:
            found.setdefault(key[1], at)
    return found


def pointed(mistakes: Iterable[str], books: Iterable[Written]) -> list[str]:
    """Mistakes in the order of files and lines, told with the line of the key that they name first
    where they were told with their row's header.

    A mistake reads `us-ut.toml:34 US-UT-…: status 'x' is none of …`; the key may also stand in
    quotes: `has no 'because'`.
    """
    rows = {f"{book.name}:{row.line} {row.id}": (book, row) for book in books for row in book.rows}
    lines = [line for mistake in mistakes for line in mistake.splitlines()]
    return sorted((_pointed(mistake, rows) for mistake in lines), key=_file_and_line)


def _file_and_line(mistake: str) -> tuple[str, int]:
    found = re.match(r"([^:]+):(\d+)", mistake)
    return (found[1], int(found[2])) if found else (mistake.partition(":")[0], 0)


def _pointed(mistake: str, rows: Mapping[str, tuple[Written, Row]]) -> str:
    where, colon, message = mistake.partition(": ")
    if where not in rows:
        return mistake
    book, row = rows[where]
    return book.where(row, _key_named(message, row.lines)) + colon + message


def _key_named(message: str, keys: Container[str]) -> str:
    """The key that a mistake names first, before any that it only quotes."""
    bare = re.findall(r"\w+", re.sub(r"'[^']*'", "", message))
    return next((word for word in (*bare, *re.findall(r"'(\w+)'", message)) if word in keys), "")
