"""What `quarantine` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from kratom_qc import settings
from kratom_qc.app.quarantine import quarantined, retry
from kratom_qc.app.store import Store, existing_store, user
from kratom_qc.cli.console import json_line, plain_console, write_lines
from kratom_qc.cli.tables import print_table


def _store(root: Path | None) -> Store:
    return Store(existing_store(root or settings.load().store))


def print_quarantined(root: Path | None, *, as_json: bool) -> int:
    """Print every file in quarantine with why it is there."""
    files = quarantined(_store(root))
    if as_json:
        return write_lines((json_line(file._asdict()) for file in files), 0)
    rows = [(file.sha256[:12], escape(file.name), escape(file.why)) for file in files]
    if not rows:
        plain_console().print("No file is in quarantine.")
        return 0
    print_table(plain_console(), ("file", "came as", "why"), rows)
    return 0


def retried(root: Path | None, files: Sequence[str], by: str | None, because: str) -> int:
    """Let files be tried once more, and print which."""
    for file in retry(_store(root), files, by or user(), because):
        plain_console().print(f"{escape(file.name)}: the next pass tries it once more.")
    return 0
