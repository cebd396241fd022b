"""One file read as the program reads it: in a confined child, so that a bomb that goes off takes no test session along.

`outcome` is the one place that knows how a file is read: exchange it, and every case runs another way.
"""

from __future__ import annotations

import atexit
import hashlib
import time
from dataclasses import dataclass
from functools import cache

from kratom_qc.app.reading import READ_BEFORE, Reading, read_content
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.sandbox import ReaderDied, Sandbox
from kratom_qc.settings import Caps

# A busy machine takes its time; what a bomb costs is bounded by its computing.
CAPS = Caps(wall_seconds=600)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a file, and the seconds of computing it took; where the child died of it, a refusal that says so."""

    reading: Reading
    seconds: float


def outcome(name: str, raw: bytes) -> Outcome:
    """Read a file's bytes in a child with the limits of the settings."""
    try:
        return Outcome(*_sandbox().submit(_read, name, raw).answer())
    except ReaderDied as died:
        fault = Problem(died.code, died.why, CellRef(name))
        return Outcome(Reading(name, hashlib.sha256(raw).hexdigest(), refusals=(fault,)), float(CAPS.cpu_seconds))


@cache
def _sandbox() -> Sandbox:
    sandbox = Sandbox(CAPS, preload=READ_BEFORE, workers=1)
    atexit.register(sandbox.stop)
    sandbox.submit(_read, "warm.csv", b"Batch,L-1\n\nAnalyte,Result,Unit\nLead,0.1,mg/kg\n").answer()
    return sandbox


def _read(name: str, raw: bytes) -> tuple[Reading, float]:
    before = time.process_time()
    reading = read_content(name, raw, CAPS)
    return reading, time.process_time() - before
