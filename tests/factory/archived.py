"""One pass written to an archive without judging files, and without a ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from kratom_qc import PROGRAM
from kratom_qc.archive.store import PassWriter, StoreFiles
from kratom_qc.archive.tables import PassStamp

STAMP = PassStamp("2026-11-22-000001", date(2026, 11, 22), datetime(2026, 11, 22, 8, 30, tzinfo=UTC), 1)


def writer(root: Path, stamp: PassStamp = STAMP, program: str = PROGRAM) -> PassWriter:
    """Who writes a pass to the archive of a folder."""
    return PassWriter(StoreFiles(root), stamp, program)


def published(written: PassWriter) -> Path:
    """The folder in which everybody reads what was written."""
    written.finish()
    written.files.publish(written.stamp.pass_id)
    return written.files.root
