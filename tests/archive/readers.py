"""Readers that refuse, die or outgrow their limits. A child imports this module, within its limits on memory and
time: it imports no more than a reader needs."""

from __future__ import annotations

import os
from dataclasses import replace

from kratom_qc.app.reading import Reading, read_content
from kratom_qc.settings import Caps


def refuse_the_spiked(name: str, raw: bytes, caps: Caps, _account: bool = False) -> Reading:
    """A reader of a later version, which refuses what an earlier one read."""
    if b"9.9,mg/kg" in raw:
        return read_content(name, raw, replace(caps, file_bytes=10))
    return read_content(name, raw, caps)


def read_or_die(name: str, raw: bytes, caps: Caps, _account: bool = False) -> Reading:
    """A reader whose child aborts, hangs or eats memory on files of that name, as native readers have been seen to do."""
    if "abort" in name:
        os.abort()
    while "hang" in name:
        pass
    if "eat" in name:
        return Reading(name, "x" * caps.memory_bytes)
    return read_content(name, raw, caps)


def read_or_die_of_the_limits(name: str, raw: bytes, caps: Caps, _account: bool = False) -> Reading:
    """A reader that is killed once, or always, or needs more than the limits of a first try."""
    first_try = caps.wall_seconds == Caps().wall_seconds
    if name == "always.csv" or (name in ("once.csv", "earlier.csv") and first_try):
        os.abort()
    return read_content(name, raw, caps)
