"""A rulebook's TOML as a proposal wants it: comments and layout stay, only what was proposed
changes.

Rows are edited one by one: a row's block of lines is a TOML document of its own, which tomlkit
changes without touching the rest. The result is read again and must say exactly what was proposed.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    """The TOML of a rulebook as `wanted`, from the text it has today; a new one without. Raises
    RulebookError where the text would not say what is wanted."""
    if written is None:
        parts, kept = [_new_head(wanted)], set[str]()
    else:
        head, blocks = _blocks(text, written)
        kept = {row.id for row, _ in blocks if _is_wanted(wanted, row, _table_of(row, written))}
        parts = [_edited_head(head, wanted)]
        parts += [_edited(block, row, wanted, written) for row, block in blocks]
    new = [_new_row(rule_id, row) for rule_id, row in wanted.rows.items() if rule_id not in kept]
    whole = "\n".join(["".join(parts).rstrip("\n") + "\n", *new])
    _must_say(whole, wanted)
    return whole


def _blocks(text: str, written: Written) -> tuple[str, list[tuple[Row, str]]]:
    """A file up to its first row, and every row with its lines and those behind it."""
    lines = text.splitlines(keepends=True)
    rows = sorted(written.rows, key=lambda row: row.line)
    starts = [*(row.line - 1 for row in rows), len(lines)]
    blocks = ["".join(lines[begin:end]) for begin, end in pairwise(starts)]
    return "".join(lines[: starts[0]]), list(zip(rows, blocks, strict=True))


def _table_of(row: Row, written: Written) -> str:
    return "limit" if any(row is limit for limit in written.limits) else "override"


def _is_wanted(wanted: PlainBook, row: Row, table: str) -> bool:
    return row.id in wanted.rows and wanted.rows[row.id].table == table


def _edited(block: str, row: Row, wanted: PlainBook, written: Written) -> str:
    """The block of a row with its changes; of a row that is gone, only the comments behind it."""
    table = _table_of(row, written)
    if not _is_wanted(wanted, row, table):
        return _behind(block)
    asked = wanted.rows[row.id].keys
    before = own_keys(row)
    if table == "limit":
        before = {**plain_book(written).defaults, **before}
    document = tomlkit.parse(block)
    keys: Table = document[table][0]
    changed = [key for key in {**before, **asked} if before.get(key) != asked.get(key)]
    for key in changed:
        if key in asked:
            keys[key] = _item(key, asked[key])
        elif key in keys:
            del keys[key]
    return _tidied(tomlkit.dumps(document)) if changed else block


def _behind(block: str) -> str:
    """The blank lines and comments behind a row."""
    lines = block.splitlines(keepends=True)
    return "".join(lines[_statements(lines)[-1] + 1 :]).lstrip("\n")


def _tidied(block: str) -> str:
    """New keys stand with the others, before the blank line and the comments that end a block."""
    lines = block.splitlines(keepends=True)
    statements = _statements(lines)
    first, last = statements[0], statements[-1]
    gap = next((number for number in range(first, last) if not lines[number].strip()), None)
    if gap is None:
        return block
    loose = [number for number in range(gap, last) if number not in statements]
    kept = [line for number, line in enumerate(lines[: last + 1]) if number not in loose]
    return "".join((*kept, *(lines[number] for number in loose), *lines[last + 1 :]))


def _statements(lines: Sequence[str]) -> list[int]:
    """The numbers of the lines that are neither blank nor a comment."""
    return [
        number
        for number, line in enumerate(lines)
        if line.strip() and not line.lstrip().startswith("#")
    ]


def _edited_head(head: str, wanted: PlainBook) -> str:
    document = tomlkit.parse(head)
    table: Any = document["rulebook"]
    for key in HEAD:
        text = wanted.head.get(key)
        if text is None:
            table.pop(key, None)
        elif key not in table or text_of(table[key].unwrap()) != text:
            table[key] = _item(key, text)
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
    rows = read.rows
    if dict(read.head) != dict(wanted.head) or dict(rows) != dict(wanted.rows):
        names = sorted({*rows, *wanted.rows})
        differing = [name for name in names if rows.get(name) != wanted.rows.get(name)]
        raise RulebookError(
            f"{wanted.stem}: the draft would not say what was proposed ({', '.join(differing[:5])})"
        )
