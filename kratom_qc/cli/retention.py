"""What `archive retain` does and prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.markup import escape

from kratom_qc.app.retention import Retained, Word, distributed, retained, retire
from kratom_qc.cli.console import plain_console
from kratom_qc.cli.tables import print_table
from kratom_qc.domain.errors import UsageError
from kratom_qc.ledger.ledger import now


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed."""

    store: Path
    batches: Sequence[str]
    distributed: date | None
    best_before: date | None
    by: str
    because: str


def retention(asked: Asked, *, delete: bool) -> int:
    """List terms, note a distribution, or delete. Raises UsageError for more than one of them."""
    notes = asked.distributed is not None or asked.best_before is not None
    if delete and notes:
        raise UsageError("first note the distribution, then delete")
    if (delete or notes) and not asked.batches:
        raise UsageError("name the batches")
    if delete:
        files = retire(asked.store, asked.batches, Word(asked.by, asked.because))
        plain_console().print(f"{len(asked.batches)} batches and {files} certificates deleted")
        return 0
    if notes:
        if asked.distributed is None:
            raise UsageError("--best-before needs --distributed beside it")
        word = Word(asked.by, asked.because)
        distributed(asked.store, asked.batches, asked.distributed, asked.best_before, word)
    return _listed(retained(asked.store, asked.batches or None))


def _listed(batches: Sequence[Retained]) -> int:
    today = now().date()
    rows = [
        (
            escape(retained.batch.batch_id),
            str(retained.batch.disposition),
            str(retained.kept.until or ""),
            "due" if retained.kept.until and retained.kept.until <= today else "kept",
            escape(retained.kept.why),
        )
        for retained in batches
    ]
    headings = ("batch", "stands", "kept until", "", "because")
    print_table(plain_console(), headings, rows)
    return 0
