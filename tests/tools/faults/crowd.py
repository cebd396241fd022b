"""Many at once: writers and readers of one ledger, and one file that comes fifty times by three routes."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from kratom_qc.app.deliveries import arriving, deliver
from kratom_qc.app.store import Store
from kratom_qc.domain.errors import StoreBusy
from kratom_qc.ledger.entries import Act
from kratom_qc.ledger.ledger import Ledger
from tests.app.stores import certificate, passed
from tests.ledger.server import postgresql_server
from tests.tools.faults.invariants import seen_wrong
from tests.tools.faults.world import Case, made, status_of

WRITERS, READERS = 4, 4
_TOGETHER = 3  # entries of one commit, which are seen together or not at all


def commits_in_sqlite(folder: Path, commits: int = 500) -> Iterator[Case]:
    """Writers and readers of a ledger in SQLite."""
    yield _commits(folder / "ledger.sqlite", commits, folder)


def commits_in_postgresql(folder: Path, commits: int = 500) -> Iterator[Case]:
    """The same in PostgreSQL."""
    with postgresql_server() as url:
        yield _commits(url, commits, folder)


def _commits(where: str | Path, commits: int, folder: Path) -> Case:
    ledger = Ledger(where)
    began, done = time.monotonic(), folder / "done"
    writers = [
        _child(folder, number, lambda number=number: _write(where, number, commits)) for number in range(WRITERS)
    ]
    readers = [_child(folder, WRITERS + number, lambda: _read(where, done)) for number in range(READERS)]
    problems = list(_ended(folder, writers))
    lasted = time.monotonic() - began
    done.touch()
    problems += _ended(folder, readers)
    done.unlink()
    head, entries = ledger.head(), WRITERS * commits * _TOGETHER
    if head.sequence != entries:
        problems.append(f"{entries} entries were written and {head.sequence} are there")
    problems += [f"entry {one.sequence} {one.what}" for one in ledger.faults([head])]
    problems += [f"the table {name} differs from the journal" for name in ledger.differences()]
    said = sum(int(line) for line in _said(folder, READERS))
    return Case(f"{WRITERS * commits:,} commits in {lasted:.0f} s, {said:,} readings meanwhile", problems)


def _write(where: str | Path, number: int, commits: int) -> None:
    ledger = Ledger(where)
    for commit in range(commits):
        name = f"{number} {commit}"
        sha256 = hashlib.sha256(name.encode()).hexdigest()
        made = {"name": name, "route": "inbox", "size": commit}
        refused = {"program": "p 1", "pass_id": name, "codes": [], "tries": 0, "name": name, "why": "no table"}
        ledger.add(name, Act("begun", name, {}), Act("delivered", sha256, made), Act("refused", sha256, refused))


def _read(where: str | Path, done: Path) -> int:
    ledger, readings, after = Ledger(where), 0, 0
    while not done.exists():
        head = ledger.head().sequence
        assert head >= after, "the journal became shorter"
        assert head % _TOGETHER == 0, "half a commit is seen"
        entries = list(ledger.entries(last=30 * _TOGETHER))
        assert all(b.previous == a.hash for a, b in pairwise(entries)), "a chain with a gap"
        refused = ledger.refused()
        assert len(refused) * _TOGETHER >= head, "a committed row is not seen"
        readings, after = readings + 1, head
    return readings


# ---------------------------------------------------------------- fifty deliveries


def deliveries(folder: Path, times: int = 50) -> Iterator[Case]:
    """One file that comes so many times at once: by the inbox and two others, while passes are made."""
    root, content = made(folder), certificate("L-9", "0.2")
    sha256 = hashlib.sha256(content).hexdigest()
    routes = ("inbox", "portal", "api")
    children = [
        _child(folder, number, lambda number=number: _deliver(root, routes[number % 3], number, content))
        for number in range(times)
    ]
    children += [_child(folder, times + number, lambda: _passes(root)) for number in range(3)]
    problems = list(_ended(folder, children))
    passed(root)
    store = Store(root / "store")
    files = [one for one in store.ledger.certificates(["L-9"])["L-9"] if one.sha256 == sha256]
    verdicts = store.ledger.verdicts_of(["L-9"])["L-9"]
    if (len(files), len(verdicts)) != (1, 1):
        problems.append(f"it is {len(files)} certificates and was judged {len(verdicts)} times")
    known = store.ledger.deliveries([sha256])
    if {route for *_, route in known} != set(routes) or len(known) != times:
        problems.append(f"{len(known)} deliveries are written down of {times}")
    entries = [one for one in store.ledger.entries(sha256) if one.act == "delivered"]
    if len(entries) != times:
        problems.append(f"{len(entries)} entries say that it came, and it came {times} times")
    problems += seen_wrong(root)
    yield Case(f"{times} deliveries by {', '.join(routes)}", problems)


def _deliver(root: Path, route: str, number: int, content: bytes) -> int:
    name = f"{number}.csv"
    if route == "inbox":
        part = root / "inbox" / f".{name}"
        part.write_bytes(content)
        part.rename(root / "inbox" / name)
        return 0
    store = Store(root / "store")
    arrived = arriving(store.root) / f"{number}.part"
    arrived.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    deliver(store, arrived, name, sha256, len(content), actor="v", route=route, vendor=None)
    return 0


def _passes(root: Path) -> int:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            passed(root)
            return 0
        except StoreBusy:
            time.sleep(0.05)
    return 0


# ---------------------------------------------------------------- children


def _child(folder: Path, number: int, work: Callable[[], int | None]) -> int:
    child = os.fork()
    if not child:
        told = folder / f"told {number}"
        os._exit(status_of(lambda: (folder / f"said {number}").write_text(str(work() or 0)), told))
    return child


def _ended(folder: Path, children: list[int]) -> Iterator[str]:
    for child in children:
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            yield from (path.read_text().strip().splitlines()[-1] for path in folder.glob("told *"))


def _said(folder: Path, readers: int) -> list[str]:
    return [(folder / f"said {WRITERS + number}").read_text() for number in range(readers)]
