"""One file read in a child process, so that a bomb that goes off takes no test session along.

`outcome` is the one place that knows how a file is read: exchange it, and every case runs another way.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from concurrent.futures import TimeoutError
from dataclasses import dataclass
from functools import cache
from typing import Any

from pebble import ProcessExpired, ProcessPool

from kratom_qc.job import Reading, read_content
from kratom_qc.settings import Caps

MEMORY = 768 * 1024 * 1024  # of the child's address space; the tests' own modules take part of it
SECONDS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a file: its reading, or None where the child died of it, and the seconds of work it took."""

    reading: Reading | None
    seconds: float
    died: str = ""


def outcome(name: str, raw: bytes) -> Outcome:
    """Read a file's bytes in a child with little memory and little time."""
    future = _pool().schedule(_read, args=[name, raw], timeout=SECONDS)
    try:
        reading, seconds = future.result()
    except (ProcessExpired, TimeoutError, MemoryError) as end:
        return Outcome(None, float(SECONDS), type(end).__name__)
    return Outcome(reading, seconds)


@cache
def _pool() -> Any:
    return ProcessPool(
        max_workers=1, max_tasks=0, initializer=_confine, context=multiprocessing.get_context("forkserver")
    )


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    read_content("warm.csv", b"Batch,L-1\n\nAnalyte,Result,Unit\nLead,0.1,mg/kg\n")


def _read(name: str, raw: bytes) -> tuple[Reading, float]:
    before = time.process_time()
    reading = read_content(name, raw, Caps())
    return reading, time.process_time() - before
