"""Copies of what counts elsewhere: all of a store in a bucket, and Delta tables in a folder. What
counts is said by the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import chain, groupby
from pathlib import Path

from kratom_qc.app.backup import named
from kratom_qc.app.store import existing_store, ledger_of, tables_of
from kratom_qc.archive import disk
from kratom_qc.archive.bucket import TOGETHER, Bucket, Counted
from kratom_qc.archive.delta import ExportedPass, export_delta
from kratom_qc.archive.store import lies_at, raw_path
from kratom_qc.domain.errors import StoreError
from kratom_qc.ledger.entries import BEGINNING, Act, Entry, Head
from kratom_qc.ledger.ledger import Ledger


def publish_to_bucket(root: Path, url: str, actor: str) -> int:
    """Bring a bucket to what counts in a store, from where the last publishing ended: certificates,
    tables, pages, rulebooks, registers and the journal. Returns how many files were sent, which the
    journal is told.

    Raises UsageError for a URL that names no bucket, InputNotFound where there is no store,
    StoreError where something cannot be read or written, is not what was committed, or where the
    bucket is that of another store.
    """
    bucket, ledger = Bucket(url), ledger_of(existing_store(root))
    old, mark = bucket.counted()
    before, head = Head(*old.head) if mark else BEGINNING, ledger.head()
    block = max(before.sequence - 1, 0) // TOGETHER * TOGETHER
    entries = [entry for entry in ledger.since(block) if entry.sequence <= head.sequence]
    if mark and before not in (Head(entry.sequence, entry.hash) for entry in entries):
        raise StoreError(f"{url}: holds the archive of another store; name an empty folder")
    new = [entry for entry in entries if entry.sequence > before.sequence]
    files = dict(named(new))
    for path, sha256 in files.items():
        bucket.keep(path, _content(root, path, sha256))
    for number, some in groupby(entries, lambda entry: (entry.sequence - 1) // TOGETHER):
        bucket.keep_journal(number, map(list, some))
    counted = _counted(ledger, head)
    replaced = tuple(path for path in old.files if path not in counted.files)
    deleted = _deleted(new)
    # Readers that have begun find what was replaced until the next time; what was deleted goes now.
    bucket.count(counted._replace(replaced=() if deleted else replaced), mark)
    for path in (*old.replaced, *deleted, *(replaced if deleted else ())):
        bucket.forget(path)
    if files:
        made = {"url": url, "files": len(files), "head": str(head)}
        ledger.add(actor, Act("exported", "bucket", made))
    return len(files)


def _deleted(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The certificates whose records were deleted."""
    retired = (entry.made["files"] for entry in entries if entry.act == "retired")
    return tuple(raw_path(Path(), sha256).as_posix() for sha256 in chain.from_iterable(retired))


def _content(root: Path, path: str, sha256: str) -> bytes:
    place = lies_at(root, Path(path))
    with disk.told(place, "cannot be read"):
        content = place.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StoreError(f"{place}: is not what was committed; restore it from a backup")
    return content


def _counted(ledger: Ledger, head: Head) -> Counted:
    """What counts: the files of the archive, and in which the rows of each pass lie."""
    passes, lying = ledger.passes(), ledger.lying()
    held = [item for known in passes for item in known.holds.items()]
    files = {path: sha256 for path, sha256 in held if path.startswith("archive/")}
    stems = {known.pass_id: lying.get(known.pass_id, known.pass_id) for known in passes}
    return Counted(head, files, stems)


def export_to_delta(root: Path, folder: Path, actor: str, *, anew: bool = False) -> dict[str, int]:
    """Add what is new to Delta tables in a folder, and write into the journal that it was done.
    Returns how many passes each table got. Raises as `export_delta` does, and InputNotFound where
    there is no store."""
    ledger = ledger_of(existing_store(root))
    passes = [ExportedPass(known.pass_id, known.sequence) for known in ledger.passes()]
    added = export_delta(tables_of(root, ledger), passes, folder, anew=anew)
    if any(added.values()):
        ledger.add(actor, Act("exported", "delta", {"folder": str(folder), "passes": added}))
    return added
