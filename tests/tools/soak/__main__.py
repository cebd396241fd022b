"""`make soak`: certificates arrive one a second, one in twenty is poison, and every minute the worker is killed.

At the end: nothing lost, nothing doubled, no memory gained, and how long it took from arrival to verdict.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import psutil

from flows.deployments import Schedule
from flows.serve import scheduled
from kratom_qc.app.store import ledger_of
from kratom_qc.app.verification import verify
from tests.app.stores import certificate

KILLED_EVERY = 60  # seconds
POISON = (b"PK\x03\x04 no zip", b"no,certificate\n1,2\n", b"\x00" * 2_000, b"Batch,Analyte\n=cmd|' /C calc'!A0,1\n")


def dropped(inbox: Path, number: int, chance: random.Random) -> tuple[str, bool]:
    """One file, written as a slow copy is: first under a hidden name in its place. Returns its name and whether it is poison."""
    is_poison = chance.random() < 0.05
    content = POISON[number % 4] + str(number).encode() if is_poison else certificate(f"L-{number:05d}", "0.4")
    folder = inbox / f"vendor {number % 3}"
    folder.mkdir(exist_ok=True)
    name = f"{number:05d}.{'xlsx' if number % 4 == 0 and is_poison else 'csv'}"
    (folder / f".{name}").write_bytes(content)
    (folder / f".{name}").rename(folder / name)
    return f"{folder.name}/{name}", is_poison


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=1_800)
    parser.add_argument("--every", type=float, default=1.0, help="seconds from one certificate to the next")
    options = parser.parse_args()
    chance = random.Random(20261130)
    root = Path(tempfile.mkdtemp(prefix="soak-"))
    (root / "inbox").mkdir()
    arrived: dict[str, float] = {}
    poison: set[str] = set()
    memory: list[float] = []
    kills = 0
    with scheduled(Schedule(root / "store", root / "inbox", 300)) as family:
        standing = next(child for child in family.children if child.name == "standing")
        while not (root / "store" / "beats").exists():
            time.sleep(0.2)  # until it stands ready
        began = time.time()
        while time.time() - began < options.seconds:
            name, is_poison = dropped(root / "inbox", len(arrived), chance)
            arrived[name] = time.time()
            poison |= {name} if is_poison else set()
            if standing.process is not None and standing.is_up:
                memory.append(psutil.Process(standing.process.pid).memory_info().rss / 2**20)
                if time.time() - began > (kills + 1) * KILLED_EVERY:
                    standing.process.kill()
                    kills += 1
            time.sleep(max(0.0, began + len(arrived) * options.every - time.time()))
        settled = _settle(root / "store", len(arrived))
    return _told(root, arrived, poison, memory, kills, settled)


def _settle(store: Path, count: int) -> float:
    """Wait until the ledger has an answer for every file; seconds that it took."""
    began = time.time()
    while time.time() - began < 300:
        files = ledger_of(store).files_by_status()
        if files.get("judged", 0) + files.get("refused", 0) >= count and not files.get("waiting"):
            break
        time.sleep(1)
    return time.time() - began


def _told(
    root: Path, arrived: dict[str, float], poison: set[str], memory: list[float], kills: int, settled: float
) -> int:
    entries = ledger_of(root / "store").since()
    names = {one.subject: one.made["name"] for one in entries if one.act == "delivered"}
    answers: dict[str, list[tuple[str, float]]] = {}
    for one in entries:
        if one.act in ("read", "refused"):
            answers.setdefault(names[one.subject], []).append((one.act, datetime.fromisoformat(one.at).timestamp()))
    waited = sorted(answers[name][-1][1] - at for name, at in arrived.items() if name in answers)
    judged = [one.subject for one in entries if one.act == "judged"]
    faults = {
        "lost": [name for name in arrived if name not in answers],
        "doubled": [name for name, found in answers.items() if [act for act, _ in found].count("read") > 1],
        "judged twice": [batch for batch in set(judged) if judged.count(batch) > 1],
        "poison that was read": [name for name in poison if answers.get(name, [("", 0)])[-1][0] == "read"],
        "good that was refused": [n for n, found in answers.items() if n not in poison and found[-1][0] == "refused"],
        "not whole": list(verify(root / "store", replay=False).differences),
    }
    early, late = memory[len(memory) // 4 : len(memory) // 2], memory[-len(memory) // 4 :]
    print(f"{len(arrived)} files, {len(poison)} of them poison, {kills} kills, settled after {settled:.0f} s; {root}")
    print(f"arrival to verdict: p50 {statistics.median(waited):.1f} s, p95 {waited[int(len(waited) * 0.95)]:.1f} s, "
          f"longest {waited[-1]:.1f} s")  # fmt: skip
    print(f"memory of the worker: {statistics.median(early):.0f} MiB early, {statistics.median(late):.0f} MiB late")
    for what, found in faults.items():
        print(f"{what}: {len(found)} {found[:5] if found else ''}")
    return 1 if any(faults.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
