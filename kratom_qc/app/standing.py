"""Stands by for deliveries: a process that keeps the engine loaded and makes a pass as soon as a
file was delivered into a store.

    python -m kratom_qc.app.standing STORE

It ends when its standard input closes, so that it never outlives whoever started it. What was
delivered while nobody stood by is taken up at its start.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from pathlib import Path

from kratom_qc import PROGRAM, logs
from kratom_qc.app.deliveries import ARRIVED
from kratom_qc.app.release import whole_pass
from kratom_qc.app.store import Store
from kratom_qc.app.today import Today
from kratom_qc.domain.errors import KratomQCError, StoreError
from kratom_qc.ledger.people import People

log = logging.getLogger(__name__)
_LOOK = 0.1  # seconds between two looks at the mark that a delivery leaves
_ANYHOW = 60.0  # seconds after which the ledger is asked without a mark
_AGAIN = 0.5  # seconds until a store is tried again that another pass holds


def stand_by(root: Path, until: threading.Event) -> None:
    """Make a pass for every delivery until the event is set. A pass that fails is logged and tried
    again: deliveries stay where they are."""
    from kratom_qc.judge import engine as _engine  # noqa: F401 - two seconds that nobody waits for

    store, today, seen, asked = Store(root), Today(), -1, 0.0
    while not until.is_set():
        mark = _mark(root)
        if mark == seen and time.monotonic() - asked < _ANYHOW:
            until.wait(_LOOK)
            continue
        seen, asked = mark, time.monotonic()
        try:
            if store.ledger.to_read(PROGRAM) or People(store.ledger).passed_of_several():
                whole_pass(None, store, today.policy())
        except StoreError as error:  # another pass holds the store, or the disk is full
            log.info("store not free, tried again", extra={"why": str(error)})
            seen = -1
            until.wait(_AGAIN)
        except KratomQCError as error:  # a broken rulebook: people mend it
            log.error("pass not made", extra={"why": str(error)})
            until.wait(_AGAIN)


def _mark(root: Path) -> int:
    try:
        return (root / ARRIVED).stat().st_mtime_ns
    except OSError:
        return 0


def main() -> None:
    """Stand by for the store that the first argument names."""
    logs.configure()
    done = threading.Event()

    def end_with_the_parent() -> None:
        sys.stdin.buffer.read()
        done.set()

    threading.Thread(target=end_with_the_parent, daemon=True).start()
    stand_by(Path(sys.argv[1]), done)


if __name__ == "__main__":
    main()
