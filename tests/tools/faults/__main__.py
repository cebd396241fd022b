"""`make faults`: everything that can happen to a store while a pass works on it, and what was wrong afterwards.

    python -m tests.tools.faults [--every N] [--random N] [--only NAME] [--sample]

Every line of the table is one fault at many places. `--every 1` tries each call of the system and takes an hour on two
cores, the default every fifth. Ends with 1 where anything was wrong, and says what.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.tools.faults import crowd, damage, disk_errors, inbox_faults, kills, powercut
from tests.tools.faults.world import Case

Fault = Callable[[Path], Iterator[Case]]


def faults(every: int, times: int) -> dict[str, tuple[Fault, str]]:
    """Every fault by its name, each with why it cannot be tried here ("" where it can)."""
    no_strace = "" if shutil.which("strace") else "strace is missing"
    no_mount = powercut.possible()
    return {
        "kill -9 at a call of the system": (lambda at: kills.at_every_call(at, every), no_strace),
        "kill -9 at a moment that Python announces": (lambda at: kills.at_moments(at, every), ""),
        "kill -9 at any moment, under load": (lambda at: kills.at_random(at, times), ""),
        "power cut (ext4 image)": (lambda at: powercut.cuts(at, 50), no_mount),
        "a call answered with an error": (lambda at: disk_errors.answered(at, every), no_strace),
        "a full disk": (disk_errors.full, no_mount),
        "a read-only disk": (disk_errors.read_only, no_mount),
        "limits on files": (disk_errors.limited, ""),
        "4 writers, 4 readers (SQLite)": (crowd.commits_in_sqlite, ""),
        "4 writers, 4 readers (PostgreSQL)": (crowd.commits_in_postgresql, ""),
        "50 deliveries of one file at once": (crowd.deliveries, ""),
        "files still being copied": (inbox_faults.being_copied, ""),
        "files cut off for good": (inbox_faults.cut_at_rest, ""),
        "an inbox with everything odd": (inbox_faults.odd, ""),
        "letters of a journal changed": (lambda at: damage.journal(at, every), ""),
        "bits of the ledger's file flipped": (damage.database, ""),
        "bytes of tables and kept files changed": (lambda at: damage.files(at, every), ""),
        "a million entries verified": (damage.million, ""),
    }


# Without what waits for a clock: a busy machine lets a file lie for longer than a pass waits.
SAMPLE: dict[str, tuple[Fault, str]] = {
    "kill -9 at a moment that Python announces": (lambda at: kills.at_moments(at, 37), ""),
    "limits on files": (lambda at: disk_errors.limited(at, 12), ""),
    "4 writers, 4 readers (SQLite)": (lambda at: crowd.commits_in_sqlite(at, 10), ""),
    "12 deliveries of one file at once": (lambda at: crowd.deliveries(at, 12), ""),
    "files cut off for good": (inbox_faults.cut_at_rest, ""),
    "an inbox with everything odd": (inbox_faults.odd, ""),
    "bits of the ledger's file flipped": (lambda at: damage.database(at, 20), ""),
    "bytes of tables and kept files changed": (lambda at: damage.files(at, 2_000), ""),
}


def main() -> int:
    """Try the faults, print the table."""
    asked = argparse.ArgumentParser(prog="tests.tools.faults")
    asked.add_argument("--every", type=int, default=5)
    asked.add_argument("--random", type=int, default=1000)
    asked.add_argument("--only", default="")
    asked.add_argument("--sample", action="store_true")
    options = asked.parse_args()
    logging.disable()  # what a pass finds damaged is told here
    chosen = SAMPLE if options.sample else faults(options.every, options.random)
    tried = [_tried(name, *fault) for name, fault in chosen.items() if options.only in name]
    sys.stdout.write("\n".join(line for _, line in tried) + "\n")
    return 1 if not tried or any(broken for broken, _ in tried) else 0


def _tried(name: str, fault: Fault, why_not: str) -> tuple[int, str]:
    """How many cases went wrong, and a line of the table."""
    if why_not:
        return 0, f"{name:45} not tried: {why_not}"
    began, count, broken, said = time.monotonic(), 0, 0, ""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        for case in fault(Path(folder)):
            count += 1
            broken += bool(case.problems)
            said = case.name if count == 1 else ""
            for problem in case.problems:
                sys.stdout.write(f"  {name}, {case.name[:150]}: {problem[:400]}\n")
                sys.stdout.flush()
    line = f"{name:45} {count:6,} cases {broken:6,} broken {time.monotonic() - began:8.0f} s"
    return broken, f"{line}  {said}".rstrip()


if __name__ == "__main__":
    raise SystemExit(main())
