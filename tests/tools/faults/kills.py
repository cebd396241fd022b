"""`kill -9` at every call of the system that changes the store, and at random moments."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.app.stores import passed
from tests.tools.faults import traced
from tests.tools.faults.invariants import lost, seen_wrong, wrong_after_the_next_pass
from tests.tools.faults.moments import Moments, count
from tests.tools.faults.world import Case, copied, in_child, made, status_of


def at_every_call(folder: Path, every: int = 1) -> Iterator[Case]:
    """A pass killed as it makes a call on the store, for every call or every so many."""
    template, place = made(folder), folder / "copy"
    root = copied(template, place)
    calls = traced.calls(lambda: passed(root), folder / "log", root / "store")
    for call in calls[::every]:
        copied(template, place)
        status = traced.run(lambda: passed(place), folder / "log", *traced.killed_at(call))
        problems = [] if status == -signal.SIGKILL else [f"it was not killed and ended with {status}"]
        yield Case(f"{call.name} {call.number} {call.said}", [*problems, *_wrong(place)])


def at_moments(folder: Path, every: int = 1) -> Iterator[Case]:
    """The same where there is no strace: killed before a file is opened, renamed or removed, and around every wait for the
    disk."""
    template, place = made(folder), folder / "copy"
    root = copied(template, place)
    for number in range(0, count(root / "store", lambda: passed(root)), every):
        copied(template, place)
        status = in_child(partial(_dying, place, number))
        problems = [] if status == -signal.SIGKILL else [f"it was not killed and ended with {status}"]
        yield Case(f"moment {number}", [*problems, *_wrong(place)])


def _dying(root: Path, number: int) -> None:
    Moments(root / "store", lambda moment: os.kill(os.getpid(), signal.SIGKILL) if moment == number else None)
    passed(root)


def at_random(folder: Path, times: int) -> Iterator[Case]:
    """A pass killed at any moment, while three others work on stores of their own."""
    rng, template = random.Random(20261130), made(folder)
    load = [_working(copied(template, folder / f"load {number}")) for number in range(3)]
    try:
        began = time.monotonic()
        with_load = _started(copied(template, folder / "copy"))
        os.waitpid(with_load, 0)
        lasts = time.monotonic() - began
        for _ in range(times):
            place = copied(template, folder / "copy")
            child, moment = _started(place), rng.uniform(0, lasts)
            time.sleep(moment)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            yield Case(f"after {moment:.3f} s", list(_wrong(place)))
    finally:
        for child in load:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _wrong(place: Path) -> Iterator[str]:
    yield from seen_wrong(place)
    yield from lost(place)
    yield from wrong_after_the_next_pass(place)


def _started(root: Path) -> int:
    child = os.fork()
    if not child:
        os._exit(status_of(lambda: passed(root)))
    return child


def _working(root: Path) -> int:
    """A child that makes passes until it is killed."""
    child = os.fork()
    while not child:
        work = copied(root, root.with_name(f"{root.name} at work"))
        status_of(lambda work=work: passed(work))  # type: ignore[misc]
    return child
