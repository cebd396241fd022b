"""Copies of the archive elsewhere: Delta tables in a folder, and files in a bucket. What counts is
said by the ledger."""

from __future__ import annotations

from pathlib import Path

from kratom_qc.app.store import existing_store, ledger_of, tables_of
from kratom_qc.archive.delta import ExportedPass, export_delta
from kratom_qc.ledger.entries import Act


def publish_to_bucket(root: Path, url: str, actor: str) -> int:
    """Bring the tables in a bucket to what counts in a store, and write into the journal that it
    was done. Returns how many files were sent. Raises UsageError for a URL that names no bucket,
    InputNotFound where there is no store, StoreError where something cannot be read or written."""
    from kratom_qc.archive.bucket import Bucket, Counted

    bucket, ledger = Bucket(url), ledger_of(existing_store(root))
    head, passes = ledger.head(), ledger.passes()
    files = {
        path: sha256
        for one in passes
        for path, sha256 in one.holds.items()
        if path.startswith("archive/")
    }
    lying = ledger.lying()
    stems = {one.pass_id: lying.get(one.pass_id, one.pass_id) for one in passes}
    sent = bucket.publish(root, Counted(str(head), files, stems))
    if sent:
        ledger.add(actor, Act("exported", "bucket", {"url": url, "files": sent, "head": str(head)}))
    return sent


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
