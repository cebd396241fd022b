"""What `ledger` prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.markup import escape

from kratom_qc.app.heads import exported_heads, journal_faults
from kratom_qc.app.store import existing_store, ledger_of
from kratom_qc.cli.console import json_line, plain_console, write_lines
from kratom_qc.cli.tables import print_table
from kratom_qc.domain.errors import UsageError
from kratom_qc.ledger.entries import Entry, Head

DIFFERS = 1  # the exit status of a check that found something
_HEAD = re.compile(r"(\d+):([0-9a-f]{64})")


def print_entries(root: Path, subject: str | None, last: int, *, as_json: bool) -> int:
    """Print entries of the journal, the oldest first."""
    entries = ledger_of(existing_store(root)).entries(subject, last)
    if as_json:
        return write_lines((json_line(entry._asdict()) for entry in entries), 0)
    headings = ("", "when", "who", "did", "to what", "why")
    print_table(plain_console(), headings, _rows(entries))
    return 0


def _rows(entries: Iterator[Entry]) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        texts = (entry.actor, entry.act, entry.subject, entry.reason)
        yield str(entry.sequence), entry.at, *map(escape, texts)


def print_verified(root: Path, heads: Sequence[str]) -> int:
    """Print what is wrong with the journal, or that nothing is."""
    ledger = ledger_of(existing_store(root))
    noted = list(map(head_of, heads))
    known = [*exported_heads(root), *noted]
    faults = journal_faults(root, ledger, noted)
    console = plain_console()
    for fault in faults:
        console.print(f"entry {fault.sequence} {fault.what}")
    if faults:
        return DIFFERS
    newest = ledger.head()
    console.print(f"Whole: {newest.sequence} entries, {len(known)} heads agree")
    console.print(f"Head: {newest}")
    return 0


def head_of(text: str) -> Head:
    """A head as it is written down. Raises UsageError for a text that is none."""
    match = _HEAD.fullmatch(text)
    if not match:
        raise UsageError(f"'{text}' is no head; write it as SEQUENCE:HASH")
    return Head(int(match[1]), match[2])


def print_rebuilt(root: Path) -> int:
    """Make the state again and print what differed."""
    differing = ledger_of(existing_store(root)).rebuild()
    console = plain_console()
    for table, count in differing.items():
        console.print(f"{table}: {count} rows differed")
    if not differing:
        console.print("The current state is what the journal says.")
    return 0
