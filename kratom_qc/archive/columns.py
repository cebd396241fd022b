"""What every column of the archive means (`columns.toml`), and the page that says so."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from kratom_qc.archive.tables import PASS, SCHEMAS

_KINDS = {"string": "text", "bool": "true or false", "date32[day]": "date"}


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))


def explained(name: str) -> Iterator[tuple[str, str, str]]:
    """(column, type, meaning) of every column of a table, without those of the pass. Raises
    KeyError for one that nobody explained."""
    words = _words()
    for field in list(SCHEMAS[name])[len(PASS) :]:
        meaning = words[name].get(field.name) or words["interval"].get(field.name)
        yield field.name, _kind(field.type), meaning or words["cell"][field.name]


def columns_page() -> str:
    """The page in Markdown. Same schemas, same text."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    words = _words()
    of_pass = ((field.name, _kind(field.type), words["pass"][field.name]) for field in PASS)
    yield from (
        *("# Every column of the archive", ""),
        *("Made by `kratom-qc archive columns`. First in every table are those of the pass:", ""),
        *_table(of_pass),
    )
    for name in SCHEMAS:
        yield from ("", f"## {name}", "", f"One row is {words['rows'][name]}.", "")
        yield from _table(explained(name))


def _table(rows: Iterator[tuple[str, str, str]]) -> Iterator[str]:
    yield from ("| column | type | |", "|---|---|---|")
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _kind(kind: Any) -> str:
    if pa.types.is_dictionary(kind):
        return "text"
    if not pa.types.is_list(kind):
        return _KINDS.get(str(kind), str(kind))
    inner = kind.value_type
    names = [field.name for field in inner] if pa.types.is_struct(inner) else ["text"]
    return f"list of {', '.join(names)}"
