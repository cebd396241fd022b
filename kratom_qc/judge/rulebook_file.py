"""One file of `expectations/` as it is written: its head and its rows, each with the line it stands on.

Only the shape is checked here; what a row means is read by `kratom_qc.judge.specification`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.errors import RulebookError
from kratom_qc.judge.checks import BOOK_KEYS, BOOK_KINDS, is_list_of_texts

_TABLES = {"rulebook": dict, "defaults": dict, "limit": list, "override": list}
_HEADER = re.compile(r"^\s*\[\[\s*(limit|override)\s*\]\]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One `[[limit]]` or `[[override]]`: its own keys, and the line of its header."""

    keys: Mapping[str, Any]
    line: int

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

    def where(self, row: Row) -> str:
        """The file, line and id that a mistake is told with."""
        return f"{self.name}:{row.line} {row.id}"

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
    misshapen = [
        f"{file.name}: [{name}] is not written as a {'list of tables' if shape is list else 'table'}"
        for name, shape in _TABLES.items()
        if not isinstance(data.get(name, shape()), shape)
    ]
    if misshapen:
        raise RulebookError("\n".join(misshapen))
    head = data.get("rulebook", {})
    wrong = [f"{file.name}: {mistake}" for mistake in (*_head_mistakes(head), *_table_mistakes(data))]
    if wrong:
        raise RulebookError("\n".join(wrong))
    limits, overrides = (_rows(file.name, text, name, data.get(name, [])) for name in ("limit", "override"))
    digest = hashlib.sha256(raw).hexdigest()
    return Written(file.name, file.stem, digest, head, data.get("defaults", {}), limits, overrides, text)


def _table_mistakes(data: Mapping[str, Any]) -> list[str]:
    return [f"does not know the table '{key}'" for key in data.keys() - _TABLES.keys()]


def _head_mistakes(head: Mapping[str, Any]) -> list[str]:
    wrong = [f"[rulebook] has no '{key}'" for key in ("title", "kind", "version", "checked_on") if key not in head]
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
    """Rows with the lines of their headers. TOML readers keep no lines, so every row needs a header of its own."""
    lines = [at for at, line in enumerate(text.splitlines(), 1) if (found := _HEADER.match(line)) and found[1] == table]
    if len(lines) != len(rows):
        raise RulebookError(f"{name}: write every {table} as a table of its own, under [[{table}]]")
    return tuple(Row(row, line) for row, line in zip(rows, lines, strict=True))
