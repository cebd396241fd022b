"""The worker that stands ready: everything is loaded, and what arrives is judged within seconds.

    python -m flows.standing --store store --inbox inbox

It wakes when something happens in the inbox or is delivered into the store, and else now and then,
because a file system may tell nothing. It makes the same passes as everybody, under the same lock.

What is heavy is imported inside functions: each child that reads a file imports this module again.
"""

from __future__ import annotations

import argparse
import logging
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flows.children import end_with_the_parent
from flows.deployments import Schedule, options, parsed
from kratom_qc import logs, settings
from kratom_qc.domain.errors import KratomQCError, StoreBusy

if TYPE_CHECKING:
    from kratom_qc.app.release_pass import Progress
    from kratom_qc.app.store import Store
    from kratom_qc.app.today import Today

log = logging.getLogger("kratom_qc.flows")
_SWEEP_SECONDS = 20.0
_BEAT_SECONDS = 10.0
_DEBOUNCE, _LOOK_UP = 300, 300  # ms: what arrives together is one pass


def stand(schedule: Schedule, ends: threading.Event) -> None:
    """Make a pass whenever something arrives, until the event is set."""
    from kratom_qc.app.deliveries import wake
    from kratom_qc.app.reading import Readers
    from kratom_qc.app.store import Store
    from kratom_qc.app.today import Today

    store, today = Store(schedule.store), Today()
    with Readers(settings.caps()) as readers:  # what readers are forked from loads at the same time
        readers.start()
        from kratom_qc.judge import engine as _engine  # noqa: F401 - a second of import, now
    wake(store.root)
    for _ in _wakes(schedule, ends):
        while not ends.is_set() and not _one_pass(schedule, store, today):
            ends.wait(1)


def _wakes(schedule: Schedule, ends: threading.Event) -> Iterator[None]:
    """A word once everything is watched, then whenever something happens or nothing has for a
    while."""
    from kratom_qc.app.deliveries import ARRIVED

    paths = [schedule.store / ARRIVED, *([schedule.inbox] if schedule.inbox else [])]
    while not ends.is_set():
        existing = [path for path in paths if path.exists()]
        try:
            yield from _watched(existing, ends)
        except OSError as error:
            log.warning("cannot watch", extra={"why": str(error)})
            ends.wait(1)


def _watched(existing: list[Path], ends: threading.Event) -> Iterator[None]:
    """The same, until something of what is watched has gone."""
    from watchfiles import watch

    looked = -_SWEEP_SECONDS
    for happened in watch(
        *existing,
        debounce=_DEBOUNCE,
        rust_timeout=_LOOK_UP,
        yield_on_timeout=True,
        stop_event=ends,
        watch_filter=None,
    ):
        if happened or time.monotonic() - looked >= _SWEEP_SECONDS:
            yield
            looked = time.monotonic()
        if not all(path.exists() for path in existing):
            return


def _one_pass(schedule: Schedule, store: Store, today: Today) -> bool:
    """Whether a pass was made, or cannot be made now; not where another one is at work."""
    from kratom_qc.app.after import after_pass
    from kratom_qc.app.health import beat
    from kratom_qc.app.release import whole_pass

    beat(store.root, "standing", doing="pass")
    trouble = ""
    try:
        inbox = schedule.inbox if schedule.inbox and schedule.inbox.is_dir() else None
        policy = today.policy()
        done = whole_pass(inbox, store, policy, progress=_beating(store.root))
        if not done.was_idle:
            after_pass(store, policy)
    except StoreBusy:
        return False
    except KratomQCError as error:  # told, and tried again: by then somebody may have mended it
        log.error("pass not made", extra={"why": str(error)})
        trouble = str(error)
    beat(store.root, "standing", doing="waiting", trouble=trouble)
    return True


def _beating(root: Path) -> Progress:
    """Progress of a pass as a sign of life: one over ten thousand files takes minutes."""
    from kratom_qc.app.health import beat

    beaten_at = time.monotonic()

    def say(_stage: str, _done: int, _of: int) -> None:
        nonlocal beaten_at
        if time.monotonic() - beaten_at >= _BEAT_SECONDS:
            beat(root, "standing", doing="pass")
            beaten_at = time.monotonic()

    return say


def main() -> None:
    """Stand ready until this process is stopped."""
    schedule = parsed(options(argparse.ArgumentParser(description=__doc__)).parse_args())
    logs.configure()
    end_with_the_parent()
    ends = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ends.set())
    stand(schedule, ends)


if __name__ == "__main__":
    main()
