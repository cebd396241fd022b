"""What goes back to a vendor: a folder each, with the page of every batch that is wholly theirs and
every refused file as a workbook with its problems marked.

    outbox/<vendor>/<batch>.html
    outbox/<vendor>/<file>.problems.xlsx

A batch of which another sent a certificate too goes to nobody: its page shows both.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

from kratom_qc import settings
from kratom_qc.app import reports
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.store import Store
from kratom_qc.archive import disk
from kratom_qc.ledger.ledger import Ledger

_CURSOR = "outbox.json"  # up to which entry of the journal it is filled
_UNSAFE = re.compile(r"[^\w .-]")
_LONGEST = 80


def give_back(store: Store, policy: JudgementPolicy) -> None:
    """Fill the outbox with what the journal says since it was filled. Raises StoreError where it
    cannot be written; then the next call does it again."""
    since = _filled(store)
    head = store.ledger.head().sequence
    refused: dict[str, None] = {}
    batches: dict[str, None] = {}
    for entry in store.ledger.since(since):
        if entry.act == "refused":
            refused[entry.subject] = None
        elif entry.act == "judged":
            batches[entry.subject] = None
    _give_pages(store, batches)
    _give_problems(store, refused, policy.on)
    disk.write_synced(store.root / _CURSOR, json.dumps({"sequence": head}).encode("ascii"))


def _filled(store: Store) -> int:
    try:
        return int(json.loads((store.root / _CURSOR).read_bytes())["sequence"])
    except (OSError, ValueError, KeyError, TypeError):
        newest = store.ledger.newest_passes(1)
        return newest[0].sequence if newest else 0


def folder_of(root: Path, vendor: str) -> Path:
    """A vendor's folder. Two vendors never share one, however they are written."""
    safe = _UNSAFE.sub("-", vendor)[:_LONGEST]
    if safe != vendor or safe.startswith("."):
        digest = hashlib.sha256(vendor.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        safe = f"{safe.replace('.', '-', safe.startswith('.'))}-{digest}"
    return (settings.load().outbox or root / "outbox") / safe


def _senders(ledger: Ledger, sha256: str) -> dict[str | None, str]:
    """Who sent a file, and under which name; None: somebody who is no vendor."""
    deliveries = (entry.made for entry in ledger.entries(sha256) if entry.act == "delivered")
    return {made.get("vendor"): made["name"] for made in deliveries}


def _give_pages(store: Store, batch_ids: Collection[str]) -> None:
    files = store.ledger.files_of(batch_ids)
    for batch_id in batch_ids:
        for vendor in _owners(store.ledger, files.get(batch_id, ())):
            page = reports.page(store.root, store.ledger, batch_id)
            _write(folder_of(store.root, vendor) / page.name, page.page.encode("utf-8"))


def _owners(ledger: Ledger, files: Iterable[str]) -> Iterator[str]:
    """The vendors who sent every file of a batch."""
    senders = [set(_senders(ledger, sha256)) for sha256 in files]
    shared = set.intersection(*senders) if senders else set()
    yield from sorted(vendor for vendor in shared if vendor is not None)


def _give_problems(store: Store, files: Iterable[str], on: date) -> None:
    theirs = [
        (vendor, name, sha256)
        for sha256 in files
        for vendor, name in _senders(store.ledger, sha256).items()
        if vendor is not None
    ]
    if not theirs:
        return
    from kratom_qc.app.giveback import problems_marked  # loads the readers

    for vendor, name, sha256 in theirs:
        content = problems_marked(name, store.files.raw(sha256), on)
        flat = _UNSAFE.sub("-", name.removeprefix(f"{vendor}/"))[:_LONGEST].lstrip(".")
        target = f"{flat}-{sha256[:8]}.problems.xlsx"
        _write(folder_of(store.root, vendor) / target, content)


def _write(path: Path, content: bytes) -> None:
    disk.make_folder(path.parent)
    disk.write_synced(path, content)
