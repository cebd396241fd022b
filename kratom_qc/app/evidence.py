"""All that there is about one batch, in a folder that somebody who distrusts us can check without
our software.

    verify.py             checks everything below; `kratom_qc/archive/standalone.py`
    manifest.json         the SHA-256 of every other file, and the head of the journal
    originals/…           every certificate as it came, and under which name
    certificates.jsonl    what was read of them, and every result; rows of the archive
    results.jsonl
    findings.jsonl        what the newest verdict rests on
    verdicts.jsonl
    page.html             the page of the newest verdict
    journal.jsonl         what was done with the batch, its files, its passes and terms, each entry
                          with the proof that it stands in the journal; the head is the last
    rulebooks/ registers/ by which it was judged
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.dataset as ds

from kratom_qc.app import heads, reports
from kratom_qc.app.store import existing_store, known_batch, ledger_of, tables_of
from kratom_qc.archive import disk, standalone
from kratom_qc.archive.history import ArchiveTables, among
from kratom_qc.archive.query import plain
from kratom_qc.archive.store import lies_at, raw, rulebook_path
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import StoreError
from kratom_qc.ledger.entries import Act, Entry, Head
from kratom_qc.ledger.ledger import KnownBatch, Ledger, now
from kratom_qc.ledger.tree import Tree, proofs

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Exported(NamedTuple):
    """What was exported: how many files, the hash of the manifest, and the head with the tree."""

    files: int
    manifest: str
    head: Head
    tree: str


class _JudgedBy(NamedTuple):
    terms: list[str]
    contents: dict[str, bytes]  # by path


def export_batch(root: Path, batch_id: str, target: Path, actor: str) -> Exported:
    """Write the evidence of a batch into a new folder, and into the journal that it was done.

    Raises InputNotFound for a batch that the store does not know, and StoreError where anything is
    damaged or cannot be written: then there is no folder.
    """
    ledger = ledger_of(existing_store(root))
    batch = known_batch(root, ledger, batch_id)
    files, tables = ledger.files_of([batch_id])[batch_id], tables_of(root, ledger)
    by = _judged_by(root, ledger, tables, batch)
    head, tree = heads.export(root, ledger, now())
    journal = _journal(ledger, head, [batch_id, *files, *_passes(batch, files), *by.terms])
    contents = {
        **_originals(root, ledger, files),
        **_tables(tables, batch, files),
        **by.contents,
        "page.html": reports.page(root, ledger, batch_id).page.encode(),
        "journal.jsonl": _lines(journal),
        "verify.py": Path(standalone.__file__).read_bytes(),
    }
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in contents.items()}
    contents["manifest.json"] = _manifest(batch_id, head, tree, hashes)
    with disk.new_folder(target) as part:
        for path, content in contents.items():
            (part / path).parent.mkdir(parents=True, exist_ok=True)
            disk.write(part / path, content)
        disk.sync(part / path for path in contents)
    manifest = hashlib.sha256(contents["manifest.json"]).hexdigest()
    made = {"manifest": manifest, "head": str(head), "tree": tree.root}
    ledger.add(actor, Act("exported", batch_id, made))
    return Exported(len(contents), manifest, head, tree.root)


def _passes(batch: KnownBatch, files: Mapping[str, str]) -> Iterator[str]:
    yield from dict.fromkeys((*files.values(), batch.pass_id))


def _judged_by(root: Path, ledger: Ledger, tables: ArchiveTables, batch: KnownBatch) -> _JudgedBy:
    """The rulebooks that a verdict names, and the registers of its terms."""
    is_batch_row = among("batch_id", [batch.batch_id]) & ds.field("market").is_null()
    (row,) = tables.table("verdicts", batch.pass_id, ("rulebooks",), is_batch_row).to_pylist()
    holds = {
        rulebook_path(Path(), book["id"], book["sha256"]).as_posix(): book["sha256"]
        for book in row["rulebooks"]
    }
    terms = [
        known.terms for known in ledger.passes() if known.pass_id == batch.pass_id and known.terms
    ]
    for name in terms:
        held = ledger.terms()[name]["holds"].items()
        holds |= {path: sha256 for path, sha256 in held if path.startswith("registers/")}
    contents: dict[str, bytes] = {}
    for path, sha256 in holds.items():
        place = lies_at(root, Path(path))
        with disk.told(place, "cannot be read"):
            contents[path] = place.read_bytes()
        if hashlib.sha256(contents[path]).hexdigest() != sha256:
            raise StoreError(f"{root / path}: is not what was committed")
    return _JudgedBy(terms, contents)


def _originals(root: Path, ledger: Ledger, files: Iterable[str]) -> dict[str, bytes]:
    return {
        f"originals/{file.sha256[:12]}-{_UNSAFE.sub('-', file.name)[-80:]}": raw(root, file.sha256)
        for file in ledger.files(list(files)).values()
    }


def _tables(tables: ArchiveTables, batch: KnownBatch, files: Mapping[str, str]) -> dict[str, bytes]:
    """The rows of a batch, by the name of their file."""
    ours = among("batch_id", [batch.batch_id])
    passes = {name: set(files.values()) for name in ("certificates", "results")}
    passes |= {name: {batch.pass_id} for name in ("findings", "verdicts")}
    rows = {
        name: tables.table(name, passes[name], schema.names, ours).to_pylist()
        for name, schema in SCHEMAS.items()
    }
    return {f"{name}.jsonl": _lines(map(plain, rows_of)) for name, rows_of in rows.items()}


def _journal(ledger: Ledger, head: Head, subjects: Iterable[str]) -> list[dict[str, Any]]:
    """The entries on subjects and the head, each with its proof."""
    hashes = islice(ledger.hashes(), head.sequence)  # somebody may write meanwhile
    entries = {entry.sequence: entry for entry in ledger.about(list(subjects))}
    entries |= {entry.sequence: entry for entry in _keys(ledger, entries.values())}
    entries[head.sequence] = ledger.entry(head.sequence)
    places = [sequence - 1 for sequence in sorted(entries) if sequence <= head.sequence]
    beside = proofs(hashes, places)
    return [{"entry": list(entries[place + 1]), "proof": beside[place]} for place in places]


def _keys(ledger: Ledger, entries: Iterable[Entry]) -> list[Entry]:
    """The entries that say whose keys entries were signed by."""
    signers = {entry.made["record"]["user"] for entry in entries if '"signature"' in entry.after}
    return [
        entry
        for entry in ledger.about(signers)
        if entry.act == "user changed" and '"public_key"' in entry.after
    ]


def _lines(rows: Iterable[Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode("ascii")


def _manifest(batch_id: str, head: Head, tree: Tree, hashes: Mapping[str, str]) -> bytes:
    made = {"batch": batch_id, "head": {**head._asdict(), "tree": tree.root}, "files": hashes}
    return (json.dumps(made, indent=1, sort_keys=True) + "\n").encode("ascii")
