"""What a pass finds to do: new files of the inbox, what was delivered into the store, and known
content under another name. What decides is the ledger: a file is known by its content, never by its
name."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kratom_qc import PROGRAM, settings
from kratom_qc.app.inbox import scan
from kratom_qc.app.reading import Reading
from kratom_qc.app.store import Store, user
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.ledger.entries import Act

INBOX = "inbox"  # the route of a delivery
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that a pass reads: new in the inbox, or delivered before and not read to the end.
    `path` is None where it is in the store alone, `is_delivered` says whether the ledger knows that
    it came under this name."""

    name: str
    sha256: str
    size: int
    path: Path | None = None
    is_second_try: bool = False
    is_delivered: bool = False
    attempts: int = 0  # that ended before a pass counted (`app.suspects`)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What a pass finds: files to read, known content that came under another name, what was not
    taken from the inbox and why, how many files of the inbox there are, and how many new ones
    wait for the next pass."""

    new: list[Arrival]
    again: list[Arrival]
    left: list[Reading]
    seen: int
    waiting: int = 0


def arrivals(inbox: Path | None, store: Store) -> Arrivals:
    """What there is to do for a pass; without an inbox, what was delivered into the store. Nothing
    is written. Raises InputNotFound for an inbox that is not there."""
    config, caps = settings.load(), settings.caps()
    files, left = (
        scan(existing(inbox), caps.file_bytes, config.settle_seconds) if inbox else ([], [])
    )
    known = store.ledger.files([file.sha256 for file in files])
    delivered = store.ledger.deliveries(known)
    new = {
        file.sha256: Arrival(file.name, file.sha256, file.size, None, file.tries == 1, True)
        for file in store.ledger.to_read(PROGRAM)
    }
    repeats: list[Arrival] = []
    for file in files:
        arrival = Arrival(file.name, file.sha256, file.size, file.path)
        came = (file.sha256, file.name, INBOX) in delivered
        if file.sha256 in new and file.sha256 in known:  # told under the name it has now
            second = new[file.sha256].is_second_try
            new[file.sha256] = replace(arrival, is_second_try=second, is_delivered=came)
        elif file.sha256 not in known and file.sha256 not in new:
            new[file.sha256] = arrival
        elif not came:
            repeats.append(arrival)
    not_taken = [Reading(file_left.name, "", refusals=(file_left.problem,)) for file_left in left]
    for reading in not_taken:
        log.warning("file not taken", extra={"file": reading.file})
    taken = sorted(new.values(), key=_since)[: config.pass_files]
    ordered = sorted(taken, key=lambda arrival: (arrival.is_second_try, arrival.name))
    waiting = len(new) - len(ordered)
    return Arrivals(ordered, repeats, not_taken, len(files) + len(left), waiting)


def _since(arrival: Arrival) -> float:
    """Since when a file waits: what the ledger knows waits longest."""
    try:
        return arrival.path.lstat().st_ctime if arrival.path else 0.0
    except OSError:
        return 0.0  # it has gone, and that is told soonest


def existing(inbox: Path) -> Path:
    """An inbox that is there. Raises InputNotFound for one that is not, before a store is made."""
    if not inbox.is_dir():
        raise InputNotFound(f"{inbox}: no such folder; name the inbox with --inbox")
    return inbox


def delivered(store: Store, files: Iterable[Arrival]) -> None:
    """Write down that files came, by which route and under which names. The store holds them: what
    the ledger says has come may be taken out of the inbox."""
    acts = list(map(_told, files))
    if acts:
        store.ledger.add(user(), *acts)


def _told(arrival: Arrival) -> Act:
    """A folder of the inbox is a vendor's own."""
    vendor, inside, _ = arrival.name.partition("/")
    made = {"name": arrival.name, "route": INBOX, "size": arrival.size}
    return Act("delivered", arrival.sha256, {**made, "vendor": vendor} if inside else made)


def delivered_again(store: Store, files: Sequence[Arrival]) -> None:
    """Write down that content which the store holds came under another name. Of content that is not
    there, because its first file has vanished, the next pass takes the other."""
    kept = store.ledger.files([file.sha256 for file in files])
    delivered(store, [file for file in files if file.sha256 in kept])
