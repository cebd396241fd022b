"""Files that no pass works on any more, because reading or judging them failed too often."""

from __future__ import annotations

from collections.abc import Sequence

from kratom_qc.app.deliveries import wake
from kratom_qc.app.store import Store
from kratom_qc.domain.errors import UsageError
from kratom_qc.ledger.entries import Act
from kratom_qc.ledger.ledger import RefusedFile

_SHORTEST = 8  # letters of a hash that name a file


def quarantined(store: Store) -> list[RefusedFile]:
    """The files in quarantine with why they are, the newest first."""
    return store.ledger.quarantined()


def retry(store: Store, names: Sequence[str], actor: str, because: str) -> list[RefusedFile]:
    """Let the next pass try files once more; `names` are beginnings of their hashes. Returns them.
    Raises UsageError for one that is not in quarantine, or without a reason."""
    if not because.strip():
        raise UsageError("a retry needs its reason: --because '…'")
    files = [_named(store, name) for name in names]
    acts = [Act("retried", file.sha256, {}, {"why": file.why}, because) for file in files]
    store.ledger.add(actor, *acts)
    wake(store.root)
    return files


def _named(store: Store, name: str) -> RefusedFile:
    known = quarantined(store)
    matches = [file for file in known if len(name) >= _SHORTEST and file.sha256.startswith(name)]
    if len(matches) != 1:
        raise UsageError(
            f"'{name}' names no file in quarantine; name one by at least {_SHORTEST} letters of "
            "its hash, as `kratom-qc quarantine` lists it"
        )
    return matches[0]
