"""One file of `expectations/` as it is written: its head and its rows, each with its line.

Only the shape is checked here; what a row means is read by `kratom_qc.rulebooks.load`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kratom_qc.domain.errors import RulebookError
from kratom_qc.domain.limit import NotAsked
from kratom_qc.rulebooks.schema import Head, RulebookFile
from kratom_qc.vocabulary import checked, toml_lines
from kratom_qc.vocabulary.toml_lines import Document, KeyPath


@dataclass(frozen=True, slots=True)
class Row:
    """One `[[limit]]` or `[[override]]`: its own keys, the line of its header and of every key."""

    path: KeyPath  # ("limit", 3)
    keys: Mapping[str, Any]
    line: int
    lines: Mapping[str, int]

    @property
    def id(self) -> str:
        """The limit's id, or what a person finds it by where it has none."""
        return str(self.keys.get("id", "(limit without id)"))


@dataclass(frozen=True)
class Written:
    """A rulebook's file: head, defaults and rows, before anything is made of them."""

    stem: str
    document: Document
    about: Head
    defaults: Mapping[str, Any]
    not_asked: tuple[NotAsked, ...] = ()

    @property
    def name(self) -> str:
        """The file's name."""
        return self.document.name

    @property
    def head(self) -> Mapping[str, Any]:
        """The keys of [rulebook] as they are written."""
        head: Mapping[str, Any] = self.document.data["rulebook"]
        return head

    @cached_property
    def limits(self) -> tuple[Row, ...]:
        """Every [[limit]]."""
        return self._rows("limit")

    @cached_property
    def overrides(self) -> tuple[Row, ...]:
        """Every [[override]]."""
        return self._rows("override")

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every limit and override."""
        return (*self.limits, *self.overrides)

    def _rows(self, table: str) -> tuple[Row, ...]:
        lines = self.document.lines
        rows = []
        for number, keys in enumerate(self.document.data.get(table, ())):
            path = (table, number)
            key_lines = {key: lines[*path, key] for key in keys}
            rows.append(Row(path, keys, lines[path], key_lines))
        return tuple(rows)

    def head_where(self, key: str = "") -> str:
        """The file and line that a mistake in the head is told with."""
        return f"{self.name}:{self.document.line(('rulebook', key))}"

    def where(self, row: Row, key: str = "") -> str:
        """The file, line and id that a mistake is told with: the line of the key concerned, else
        the header's."""
        return f"{self.name}:{row.lines.get(key, row.line)} {row.id}"


def read(file: Path) -> Written:
    """A file's head and rows. Raises RulebookError naming every mistake in its shape."""
    document = toml_lines.read(file)
    shape = checked.checked(document, RulebookFile)
    for table in ("limit", "override", "not_asked"):
        inline = [path for path in _paths(document, table) if path not in document.lines]
        if inline:  # they have no line of their own
            raise RulebookError(
                f"{document.where((table,))}: write every {table} as a table of its own, "
                f"under [[{table}]]"
            )
    silent = tuple(NotAsked(silence.families, silence.because) for silence in shape.not_asked)
    return Written(file.stem, document, shape.rulebook, shape.defaults, silent)


def _paths(document: Document, table: str) -> list[KeyPath]:
    return [(table, number) for number in range(len(document.data.get(table, ())))]
