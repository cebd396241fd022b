"""A rulebook's TOML as a proposal wants it: comments and layout stay, only what was proposed changes.

Rows are edited one by one: a row's block of lines is a TOML document of its own, which tomlkit changes without touching the
rest. The result is read again and must say exactly what was proposed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomlkit
from tomlkit.items import Table

from kratom_qc.errors import RulebookError
from kratom_qc.judge import rulebook_file
from kratom_qc.judge.rulebook_file import Row, Written
from kratom_qc.proposal.plain import HEAD, KEYS, PlainBook, PlainRow, own_keys, plain_book, text_of, value_of

_TABLE = re.compile(r"^\s*\[\[?\s*[\w.-]+\s*\]\]?\s*(?:#.*)?$")


def drafted(wanted: PlainBook, text: str = "", written: Written | None = None) -> str:
    """The TOML of a rulebook as `wanted`, from the text it has today; a new one without."""
    lines = text.splitlines() if written is not None else []
    parts = _Parts(lines, written)
    head = _edited_head(parts.head, wanted) if written is not None else _new_head(wanted)
    blocks = [_edited(parts, row, wanted, written) for row in parts.rows] if written is not None else []
    known = set() if written is None else {row.id for row in parts.rows}
    known -= {row.id for row in parts.rows if written and _table_of(row, written) != _wanted_table(wanted, row.id)}
    new = [_new_row(rule_id, row) for rule_id, row in wanted.rows.items() if rule_id not in known]
    whole = "\n".join(part.strip("\n") + "\n" for part in (head, *blocks, *new) if part.strip())
    _must_say(whole, wanted, written)
    return whole


class _Parts:
    """The lines of a file: up to its first row, and the block of every row with what stands behind it."""

    def __init__(self, lines: list[str], written: Written | None):
        self.rows: list[Row] = sorted(written.rows, key=lambda row: row.line) if written is not None else []
        starts = [row.line - 1 for row in self.rows]
        ends = [*starts[1:], len(lines)]
        self.head = "\n".join(lines[: starts[0] if starts else len(lines)])
        self.blocks = {
            row.line: "\n".join(lines[start:end]) for row, start, end in zip(self.rows, starts, ends, strict=True)
        }


def _table_of(row: Row, written: Written) -> str:
    return "limit" if any(row is one for one in written.limits) else "override"


def _wanted_table(wanted: PlainBook, rule_id: str) -> str:
    return wanted.rows[rule_id].table if rule_id in wanted.rows else ""


def _edited(parts: _Parts, row: Row, wanted: PlainBook, written: Written | None) -> str:
    """The block of a row with its changes; of a row that is gone, only the comments behind it."""
    block = parts.blocks[row.line]
    asked = wanted.rows.get(row.id)
    if asked is None or written is None or asked.table != _table_of(row, written):
        return _behind(block)
    before = {**(plain_book(written).defaults if asked.table == "limit" else {}), **own_keys(row)}
    changes = {key: asked.keys.get(key) for key in (*before, *asked.keys) if before.get(key) != asked.keys.get(key)}
    if not changes:
        return block
    document = tomlkit.parse(block)
    table: Table = document[asked.table][0]  # type: ignore[index, assignment]
    for key, text in changes.items():
        if text is not None:
            table[key] = _item(key, text)
        elif key in table:
            del table[key]
    return _tidied(tomlkit.dumps(document))


def _behind(block: str) -> str:
    lines = block.splitlines()
    last = max(at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))
    return "\n".join(lines[last + 1 :])


def _tidied(block: str) -> str:
    """New keys stand with the others, before the blank line and the comments that end a block."""
    lines = block.splitlines()
    rows = [at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")]
    gaps = [at for at in range(rows[0], rows[-1]) if not lines[at].strip()]
    if not gaps:
        return block
    loose = [at for at in range(gaps[0], rows[-1]) if not lines[at].strip() or lines[at].lstrip().startswith("#")]
    kept = [line for at, line in enumerate(lines) if at not in loose]
    return "\n".join((*kept, *(lines[at] for at in loose)))


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


def _must_say(whole: str, wanted: PlainBook, written: Written | None) -> None:
    """The draft, read again, must be what was proposed: nothing is written that says something else."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{wanted.stem}.toml"
        file.write_text(whole, encoding="utf-8")
        read = plain_book(rulebook_file.read(file))
    rows: Mapping[str, PlainRow] = read.rows
    if dict(read.head) != dict(wanted.head) or dict(rows) != dict(wanted.rows):
        differing = [name for name in {*rows, *wanted.rows} if rows.get(name) != wanted.rows.get(name)]
        raise RulebookError(f"{wanted.stem}: the draft would not say what was proposed ({', '.join(sorted(differing)[:5])})")
