"""Copies of the archive elsewhere: Delta tables in a folder, and files in a bucket. What counts is
said by the ledger."""

from __future__ import annotations

from pathlib import Path

from kratom_qc.app.store import existing_store, ledger_of, tables_of
from kratom_qc.archive.delta import ExportedPass, export_delta
from kratom_qc.ledger.entries import Act


def export_to_delta(root: Path, folder: Path, actor: str, *, anew: bool = False) -> dict[str, int]:
    """Add what is new to Delta tables in a folder, and write into the journal that it was done.
    Returns how many passes each table got. Raises as `export_delta` does, and InputNotFound where
    there is no store."""
    ledger = ledger_of(existing_store(root))
    passes = [ExportedPass(one.pass_id, one.sequence) for one in ledger.passes()]
    added = export_delta(tables_of(root, ledger), passes, folder, anew=anew)
    if any(added.values()):
        ledger.add(actor, Act("exported", "delta", {"folder": str(folder), "passes": added}))
    return added
