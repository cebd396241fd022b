"""A file is delivered: it lies in the store, and the ledger says who sent it, before anybody looks
into it. The next pass reads it (`app.release`)."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path

from kratom_qc.app.store import Store
from kratom_qc.archive import disk
from kratom_qc.domain.errors import InputNotFound, UsageError
from kratom_qc.domain.source import visible_name
from kratom_qc.ledger.entries import Act
from kratom_qc.ledger.people import People

ARRIVING, ARRIVED = "arriving", "arrived"
_ABANDONED = 24 * 3600  # seconds after which half a file is of no use to anybody


def deliver(
    store: Store,
    arrived: Path,
    name: str,
    sha256: str,
    size: int,
    *,
    actor: str,
    route: str,
    vendor: str | None,
) -> bool:
    """Take a file that lies on the disk of the store, and write down who sent it. When this
    returns it survives a power cut. Returns whether it is new from this sender under this name.

    Raises StoreError where it cannot be kept or written down: then it was not delivered.
    """
    store.files.take(sha256, arrived)
    shown = visible_name(name)
    before = People(store.ledger).deliveries(sha256=sha256, vendor=vendor, count=1_000)
    if any((sent.name, sent.route, sent.vendor) == (shown, route, vendor) for sent in before):
        return False
    made = {"name": shown, "route": route, "size": size}
    whose = {"vendor": vendor} if vendor is not None else {}
    store.ledger.add(actor, Act("delivered", sha256, {**made, **whose}))
    wake(store.root)
    return True


def retry(store: Store, sha256: str, *, actor: str, because: str) -> None:
    """Have a refused file read again by the next pass. Raises InputNotFound for one that was not
    delivered, and UsageError for one that was not refused, or without a reason."""
    known = store.ledger.files([sha256]).get(sha256)
    if known is None:
        raise InputNotFound(f"no file with the SHA-256 {sha256} was delivered")
    if known.status != "refused":
        raise UsageError(f"{known.name} is {known.status}; only a refused file is read again")
    if not because.strip():
        raise UsageError("say why it is to be read again")
    store.ledger.add(actor, Act("retried", sha256, None, {"status": known.status}, because))
    wake(store.root)


def wake(root: Path) -> None:
    """Tell whoever waits for deliveries that there is one; without it they see it later."""
    with contextlib.suppress(OSError):
        (root / ARRIVED).touch()


def arriving(root: Path) -> Path:
    """The folder for files on their way in, without what was left there long ago."""
    folder = root / ARRIVING
    disk.make_folder(folder)
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED:
                shutil.rmtree(path)
    return folder
