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
    found = [_named(store, name) for name in names]
    acts = [Act("retried", one.sha256, {}, {"why": one.why}, because) for one in found]
    store.ledger.add(actor, *acts)
    wake(store.root)
    return found


def _named(store: Store, name: str) -> RefusedFile:
    known = quarantined(store)
    found = [one for one in known if len(name) >= _SHORTEST and one.sha256.startswith(name)]
    if len(found) != 1:
        raise UsageError(
            f"'{name}' names no file in quarantine; name one by at least {_SHORTEST} letters of "
            "its hash, as `kratom-qc quarantine` lists it"
        )
    return found[0]
