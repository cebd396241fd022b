"""A rulebook's TOML as a proposal wants it: comments and layout stay, only what was proposed
changes.

Rows are edited one by one: a row's block of lines is a TOML document of its own, which tomlkit
changes without touching the rest. The result is read again and must say exactly what was proposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomlkit
from tomlkit.items import Table

from kratom_qc.app.proposal.plain import (
    HEAD,
    KEYS,
    PlainBook,
    PlainRow,
    own_keys,
    plain_book,
    text_of,
    value_of,
)
from kratom_qc.domain.errors import RulebookError
from kratom_qc.rulebooks import rulebook_file
from kratom_qc.rulebooks.rulebook_file import Row, Written


def drafted(wanted: PlainBook, text: str = "", written: Written | None = None) -> str:
    """The TOML of a rulebook as `wanted`, from the text it has today; a new one without."""
    parts = _Parts(text, written)
    head = _edited_head(parts.head, wanted) if written is not None else _new_head(wanted)
    blocks = [
        _edited(parts.blocks[row.line], row, wanted, written)
        for row in parts.rows
        if written is not None
    ]
    kept = {
        row.id
        for row in parts.rows
        if written and _table_of(row, written) == _table_wanted(wanted, row.id)
    }
    new = [_new_row(rule_id, row) for rule_id, row in wanted.rows.items() if rule_id not in kept]
    whole = "\n".join([("".join([head, *blocks])).rstrip("\n") + "\n", *new])
    _must_say(whole, wanted)
    return whole


class _Parts:
    """A file up to its first row, and the block of every row with what stands behind it."""

    def __init__(self, text: str, written: Written | None):
        lines = text.splitlines(keepends=True)
        self.rows: list[Row] = (
            sorted(written.rows, key=lambda row: row.line) if written is not None else []
        )
        starts = [*(row.line - 1 for row in self.rows), len(lines)]
        self.head = "".join(lines[: starts[0]])
        self.blocks = {
            row.line: "".join(lines[begin:end])
            for row, (begin, end) in zip(self.rows, pairwise(starts), strict=True)
        }


def _table_of(row: Row, written: Written) -> str:
    return "limit" if any(row is one for one in written.limits) else "override"


def _table_wanted(wanted: PlainBook, rule_id: str) -> str:
    return wanted.rows[rule_id].table if rule_id in wanted.rows else ""


def _edited(block: str, row: Row, wanted: PlainBook, written: Written) -> str:
    """The block of a row with its changes; of a row that is gone, only the comments behind it."""
    asked = wanted.rows.get(row.id)
    if asked is None or asked.table != _table_of(row, written):
        return _behind(block)
    before = {**(plain_book(written).defaults if asked.table == "limit" else {}), **own_keys(row)}
    changes = {
        key: asked.keys.get(key)
        for key in (*before, *asked.keys)
        if before.get(key) != asked.keys.get(key)
    }
    if not changes:
        return block
    document = tomlkit.parse(block)
    table: Table = document[asked.table][0]
    for key, text in changes.items():
        if text is not None:
            table[key] = _item(key, text)
        elif key in table:
            del table[key]
    return _tidied(tomlkit.dumps(document))


def _behind(block: str) -> str:
    lines = block.splitlines(keepends=True)
    return "".join(lines[_says(lines)[-1] + 1 :]).lstrip("\n")


def _tidied(block: str) -> str:
    """New keys stand with the others, before the blank line and the comments that end a block."""
    lines = block.splitlines(keepends=True)
    says = _says(lines)
    gap = next((at for at in range(says[0], says[-1]) if not lines[at].strip()), None)
    if gap is None:
        return block
    loose = [at for at in range(gap, says[-1]) if at not in says]
    kept = [line for at, line in enumerate(lines[: says[-1] + 1]) if at not in loose]
    return "".join((*kept, *(lines[at] for at in loose), *lines[says[-1] + 1 :]))


def _says(lines: Sequence[str]) -> list[int]:
    """The lines that are neither blank nor a comment."""
    return [
        at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")
    ]


def _edited_head(head: str, wanted: PlainBook) -> str:
    document = tomlkit.parse(head)
    table: Any = document["rulebook"]
    for key in HEAD:
        said = wanted.head.get(key)
        if said is None:
            table.pop(key, None)
        elif key not in table or text_of(table[key].unwrap()) != said:
            table[key] = _item(key, said)
    return tomlkit.dumps(document)


def _new_head(wanted: PlainBook) -> str:
    document = tomlkit.document()
    table = tomlkit.table()
    for key in HEAD:
        if key in wanted.head:
            table[key] = _item(key, wanted.head[key])
    document["rulebook"] = table
    return tomlkit.dumps(document)


def _new_row(rule_id: str, row: PlainRow) -> str:
    table = tomlkit.table()
    table["id"] = rule_id
    for key in KEYS:
        if key in row.keys:
            table[key] = _item(key, row.keys[key])
    rows = tomlkit.aot()
    rows.append(table)
    document = tomlkit.document()
    document[row.table] = rows
    return tomlkit.dumps(document)


def _item(key: str, text: str) -> Any:
    return tomlkit.item(value_of(key, text))


def _must_say(whole: str, wanted: PlainBook) -> None:
    """The draft, read again, must be what was proposed: nothing is written that says something
    else."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{wanted.stem}.toml"
        file.write_text(whole, encoding="utf-8")
        read = plain_book(rulebook_file.read(file))
    rows: Mapping[str, PlainRow] = read.rows
    if dict(read.head) != dict(wanted.head) or dict(rows) != dict(wanted.rows):
        differing = [
            name for name in {*rows, *wanted.rows} if rows.get(name) != wanted.rows.get(name)
        ]
        raise RulebookError(
            f"{wanted.stem}: the draft would not say what was proposed ({', '.join(sorted(differing)[:5])})"
        )
