"""A copy of a store that can be trusted, and a store made of it again.

    manifest.json    the SHA-256 of every file below, and the head of the journal; written last
    journal.jsonl    every entry of the journal, a JSON list a line
    raw/ archive/ rulebooks/ registers/ rejudged/    as in the store

The journal is read first, and everything that it names is immutable: a pass may run meanwhile.
Whatever database holds the ledger, the backup is the same. Reports are made again from it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from kratom_qc import settings
from kratom_qc.app import reports
from kratom_qc.app.store import LEDGER, Store, existing_store, ledger_of
from kratom_qc.archive import disk
from kratom_qc.archive.store import lies_at, raw_path, sha256_of
from kratom_qc.domain.errors import InputNotFound, StoreError
from kratom_qc.ledger.entries import BEGINNING, Act, Entry, Head, faults
from kratom_qc.ledger.ledger import Clock, Ledger, now

MANIFEST, JOURNAL = "manifest.json", "journal.jsonl"
_BESIDE = ("rejudged",)  # not named by the journal, and copied as they are
_TAKEN = 10_000  # entries taken over at once


def back_up(root: Path, target: Path, actor: str) -> tuple[Head, int]:
    """Copy a store to a new folder, and write into its ledger that it was done. Returns the head of
    the copied journal and how many files there are.

    Raises InputNotFound where there is no store, and StoreError where something in it is damaged or
    cannot be copied: then there is no backup.
    """
    ledger = ledger_of(existing_store(root))
    with disk.new_folder(target) as part:
        entries = list(ledger.entries())
        lines = "".join(json.dumps(list(entry)) + "\n" for entry in entries)
        disk.write(part / JOURNAL, lines.encode("ascii"))
        for path, sha256 in (*named(entries), *((path, "") for path in _beside(root))):
            copy = partial(shutil.copyfile, lies_at(root, Path(path)))
            _copy(copy, str(root / path), part / path, sha256)
        hashes = _hashes(part)
        head = Head(entries[-1].sequence, entries[-1].hash) if entries else BEGINNING
        manifest = json.dumps({"head": list(head), "files": hashes}, indent=0, sort_keys=True)
        disk.sync(part / path for path in hashes)
        disk.write_synced(part / MANIFEST, manifest.encode("ascii"))
    ledger.add(actor, Act("backed up", str(target), {"head": str(head), "files": len(hashes)}))
    return head, len(hashes)


class Source(NamedTuple):
    """What a store is made of: its journal up to a head, the hash of every file by its path, and
    how one is copied to a place. The journal was verified, and no file was looked at yet."""

    name: str
    head: Head
    entries: list[Entry]
    files: Mapping[str, str]
    copy: Callable[[str, Path], object]


def restore(backup: Path | str, root: Path, actor: str, clock: Clock = now) -> tuple[Head, int]:
    """Make a store of a backup, or of the bucket at a URL, in a folder where there is none. Returns
    as `back_up` does.

    Raises InputNotFound where there is no backup, UsageError for a URL that names no bucket, and
    StoreError where anything in it is not what was backed up, or the ledger of the settings is not
    empty: then no store is made.
    """
    source = _in_folder(backup) if isinstance(backup, Path) else _in_bucket(backup)
    with disk.new_folder(root) as part:
        for path, sha256 in source.files.items():
            _copy(partial(source.copy, path), f"{source.name}/{path}", part / path, sha256)
        disk.sync(part / path for path in source.files)
        _take_over(Ledger(settings.load().ledger or part / LEDGER, clock), source.entries)
    store = Store(root, clock)
    store.ledger.add(actor, Act("restored", source.name, {"head": str(source.head)}))
    store.export_head()
    reports.rebuild(root, store.ledger)
    return source.head, len(source.files)


def _take_over(ledger: Ledger, entries: list[Entry]) -> None:
    with ledger.writing() as writer:
        if writer.head() != BEGINNING:
            raise StoreError("the ledger that KRATOM_QC_LEDGER names is not empty")
        for start in range(0, len(entries), _TAKEN):
            writer.take(entries[start : start + _TAKEN])


def named(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """(path in the store, SHA-256) of every file that the journal names and that no later entry
    replaces."""
    entries = list(entries)
    retired = {path for entry in entries if entry.act == "retired" for path in entry.made["files"]}
    named: dict[str, str] = {}
    for entry in entries:
        if entry.act == "delivered" and entry.subject not in retired:
            named[raw_path(Path(), entry.subject).as_posix()] = entry.subject
        elif entry.act == "compacted":
            replaced = json.loads(entry.before)["holds"]
            named = {path: sha for path, sha in named.items() if path not in replaced}
            named |= entry.made["holds"]
        elif entry.act in ("committed", "terms changed"):
            named |= entry.made["holds"]
    yield from named.items()


def _beside(root: Path) -> Iterator[str]:
    for name in _BESIDE:
        for path in sorted((root / name).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(root).as_posix()


def _copy(copy: Callable[[Path], object], name: str, target: Path, sha256: str) -> None:
    """Copy a file once. Raises StoreError where it is not there, or not what it should be."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with disk.told(Path(name), "cannot be copied"):
        copy(target)
    if sha256 and sha256_of(target) != sha256:
        raise StoreError(f"{name}: is not what it was when it was written")


def _hashes(folder: Path) -> dict[str, str]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in paths}


def _in_folder(backup: Path) -> Source:
    manifest = _manifest(backup)
    files: dict[str, str] = manifest["files"]
    head = Head(*manifest["head"])
    entries = _entries(backup, files.pop(JOURNAL, ""), head)

    def copy(path: str, target: Path) -> None:
        shutil.copyfile(backup / path, target)

    return Source(str(backup), head, entries, files, copy)


def _in_bucket(url: str) -> Source:
    from kratom_qc.archive.bucket import Bucket

    bucket = Bucket(url)
    counted, mark = bucket.counted()
    if mark is None:
        raise InputNotFound(f"{url}: nothing was published here")
    head = Head(*counted.head)
    entries = _chained(f"{url}/journal", bucket.journal(head.sequence), head)

    def copy(path: str, target: Path) -> None:
        content = bucket.read(path)
        if content is None:
            raise StoreError(f"{url}/{path}: is not there")
        target.write_bytes(content)

    return Source(url, head, entries, dict(named(entries)), copy)


def _manifest(backup: Path) -> dict[str, Any]:
    path = backup / MANIFEST
    if not path.is_file():
        raise InputNotFound(f"{backup}: no backup is here")
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        Head(*manifest["head"]), manifest["files"].items()
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreError(f"{path}: is damaged") from None
    return manifest


def _entries(backup: Path, sha256: str, head: Head) -> list[Entry]:
    """The entries of a backup's journal, which end at its head."""
    path = backup / JOURNAL
    if sha256_of(path) != sha256:
        raise StoreError(f"{path}: is not what was backed up")
    lines = path.read_text(encoding="ascii").splitlines()
    return _chained(str(path), map(json.loads, lines), head)


def _chained(name: str, rows: Iterable[Iterable[Any]], head: Head) -> list[Entry]:
    """The entries of a journal, which end at a head. Raises StoreError where they are not those."""
    try:
        entries = [Entry(*row) for row in rows]
        fault = next(faults(entries, [head] if head != BEGINNING else []), None)
    except (TypeError, AttributeError):
        raise StoreError(f"{name}: is damaged") from None
    if fault:
        raise StoreError(f"{name}: entry {fault.sequence} {fault.what}")
    return entries
