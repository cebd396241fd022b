"""What becomes of every file under a folder: read, or refused and by which code; how long, in how much memory, and is any
taken for a good certificate.

    python -m tests.tools.benchmark.census FOLDER [--limit N] [--code CODE] [--jobs N]

Files go through the confined children one after another, as in a pass. What was read is judged file by file, with the real
rulebooks. Ends with status 1 where something is there that must not be: a reader that failed or died, a file that took too
long, or a PASS.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import JudgementPolicy, load_policy
from kratom_qc.app.reading import READ_BEFORE, Reading, read_content
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Decision
from kratom_qc.intake.sandbox import ReaderDied, Sandbox
from kratom_qc.settings import Caps

TOO_LONG = 10.0  # seconds for one file
NEVER = ("reader-failed", "reader-died", "reader-too-slow", "reader-too-large")
CAPS = Caps()


@dataclass(frozen=True, slots=True)
class Told:
    """One file: what was read of it, the seconds it took, and the most memory its child has ever held, in MiB."""

    name: str
    reading: Reading
    seconds: float
    memory: int


def read_one(name: str, raw: bytes) -> tuple[Reading, float, int]:
    """Runs in a child."""
    before = time.perf_counter()
    reading = read_content(name, raw, CAPS)
    return reading, time.perf_counter() - before, _memory()


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def files_under(folder: Path, limit: int | None) -> list[Path]:
    """Every file, in a stable order; with a limit, as many spread evenly over all."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return found if limit is None else found[:: max(1, len(found) // limit)][:limit]


def read_all(folder: Path, paths: Iterable[Path], jobs: int) -> Iterator[Told]:
    """Every file's reading; a child that dies tells so in the refusal of its file."""
    sandbox = Sandbox(CAPS, preload=READ_BEFORE, workers=jobs)
    for path in paths:
        name = path.relative_to(folder).as_posix()
        before = time.perf_counter()
        try:
            yield Told(name, *sandbox.submit(read_one, path.name, path.read_bytes()).answer())
        except ReaderDied as died:
            fault = Problem(died.code, died.why, CellRef(path.name))
            yield Told(name, Reading(path.name, "", refusals=(fault,)), time.perf_counter() - before, 0)
    sandbox.close()


def verdicts_of(told: Told, policy: JudgementPolicy) -> list[str]:
    """The decisions about the batches of one file."""
    found = collect([told.reading], policy)
    return (
        [f"{verdict.decision.value} {told.name}" for verdict in judge_batches(found, policy).verdicts()]
        if found
        else []
    )


def _codes(told: Told) -> set[str]:
    return {refusal.code for refusal in told.reading.refusals}


def _remarks(told: Told) -> set[str]:
    return {remark.code for certificate in told.reading.certificates for remark in certificate.remarks}


def _table(title: str, counted: Counter[str]) -> None:
    print(f"\n{title}")
    for what, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        print(f"  {count:5} {what}")


def _listed(title: str, lines: Iterable[str]) -> int:
    """Print lines under a title, or that there is none; how many there were."""
    lines = list(lines)
    print(f"\n{title}: {len(lines) or 'none'}")
    for line in lines:
        print(f"  {line}")
    return len(lines)


def report(told: list[Told], seconds: float, judged: list[str]) -> int:
    """Print the census. Returns how many things are there that must not be."""
    read = [one for one in told if not one.reading.refusals]
    print(f"{len(told)} files in {seconds:.1f} s: {len(read)} read, {len(told) - len(read)} refused")
    print(f"most memory of a child {max(one.memory for one in told)} MiB, of this process {_memory()} MiB")
    _table("Refused, files by code (a file may have several)", Counter(code for one in told for code in _codes(one)))
    _table("Read, files by remark", Counter(code for one in read for code in _remarks(one)))
    _table("Read, batches by verdict", Counter(line.split()[0] for line in judged))
    _listed("Files read", (one.name for one in read))
    slowest = sorted(told, key=lambda one: -one.seconds)[:5]
    _listed("The slowest", (f"{one.seconds:6.2f} s  {one.name}" for one in slowest))
    wrong = _listed(f"Longer than {TOO_LONG:.0f} s", (one.name for one in told if one.seconds > TOO_LONG))
    faults = [
        f"{one.name}: {refusal.code}: {refusal.message}"
        for one in told
        for refusal in one.reading.refusals
        if refusal.code in NEVER
    ]
    wrong += _listed("Readers that failed or died", faults)
    return wrong + _listed("PASS", (line for line in judged if line.startswith(Decision.PASS.value)))


def main() -> int:
    """Take the census of a folder."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--limit", type=int, help="so many files, spread evenly over the folder")
    options.add_argument("--code", help="also list the files refused with this code, with its message")
    options.add_argument("--jobs", type=int, default=1, help="children")
    asked = options.parse_args()
    start = time.perf_counter()
    told = list(read_all(asked.folder, files_under(asked.folder, asked.limit), asked.jobs))
    seconds = time.perf_counter() - start
    if not told:
        print("no files", file=sys.stderr)
        return 66
    policy = load_policy(on=datetime.now(UTC).date())
    wrong = report(
        told, seconds, [line for one in told if one.reading.certificates for line in verdicts_of(one, policy)]
    )
    if asked.code:
        _listed(
            f"Refused with {asked.code}",
            (
                f"{one.name} {refusal.ref}: {refusal.message[:200]}"
                for one in told
                for refusal in one.reading.refusals
                if refusal.code == asked.code
            ),
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
