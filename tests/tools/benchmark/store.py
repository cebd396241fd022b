"""`python -m tests.tools.benchmark.store`: what a store costs as it grows.

    append    1,000 batches of 60 results join an archive, tables and ledger
    batch     one batch of many is read with all it was judged on: before compaction, after, and by plain DuckDB
    passes    a pass of five new files, in a new store and in one of 2,000 passes

`--results 10000000` says how large the archive is, `--passes` how many passes the last one has. Seconds of an idle
machine are compared with the figures of the issue; on a busy one only ratios say something.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# Everything else is imported where it is used: readers in their children import this module, within limits on memory.

RESULTS, BATCHES = 60, 5_000  # of a batch; of a pass


def clock() -> datetime:
    return datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def best(ask: Callable[[], Any], times: int = 5) -> tuple[float, float]:
    """The least milliseconds of some tries, by the clock and of the processors."""
    took = []
    for _ in range(times):
        started = time.perf_counter(), time.process_time()
        ask()
        took.append(((time.perf_counter() - started[0]) * 1000, (time.process_time() - started[1]) * 1000))
    return min(clock for clock, _ in took), min(computing for _, computing in took)


def append(folder: Path) -> None:
    from kratom_qc.app.store import Store
    from tests.tools.archives import add_pass

    store = Store(folder, clock)
    took, computing = best(lambda: add_pass(store, 0, 1_000, RESULTS), 3)
    print(f"append of 1,000 batches ({1000 * RESULTS:,} results): {took / 1000:.2f} s "
          f"({computing / 1000:.2f} s of CPU); wanted at most 2 s")  # fmt: skip


def batch(folder: Path, results: int) -> None:
    from kratom_qc.app.compaction import compact
    from tests.tools.archives import made_by_chance

    passes = max(2, round(results / RESULTS / BATCHES))
    started = time.perf_counter()
    store = made_by_chance(folder, passes, BATCHES, RESULTS, clock=clock)
    print(f"{passes * BATCHES * RESULTS:,} results of {passes * BATCHES:,} batches made in {_since(started)}")
    _one_batch(store.root, passes, "before")
    started = time.perf_counter()
    found = compact(store.root, "bench", clock)
    print(f"compacted in {_since(started)}: {found.before} files of each table, now {found.after}")
    _one_batch(store.root, passes, "after")
    size = sum(path.stat().st_size for path in (store.root / "archive" / "results").iterdir())
    print(f"bytes a result: {size / (passes * BATCHES * RESULTS):.1f} in the table of results")


def _one_batch(root: Path, passes: int, when: str) -> None:
    import duckdb

    from kratom_qc.app.store import history_of
    from kratom_qc.archive.recall import ResultFilter, recall
    from tests.tools.archives import batch_ids

    ids = batch_ids(passes // 2, BATCHES)

    def read(batch_id: str) -> int:
        history = history_of(root, [batch_id])
        (certificates,) = recall(history, history.verdicts, ResultFilter()).values()
        return sum(len(one.results) for one in certificates)

    assert read(ids[7]) == RESULTS
    chosen = iter(ids)
    ours, computing = best(lambda: read(next(chosen)), 9)
    sql = f"SELECT * FROM read_parquet('{root}/archive/results/*.parquet') WHERE batch_id = "
    plain, _ = best(lambda: duckdb.sql(f"{sql}'{next(chosen)}'").fetchall())
    print(f"one batch {when} compaction: {ours:.0f} ms with all it rests on ({computing:.0f} ms of CPU), "
          f"plain DuckDB {plain:.0f} ms; wanted 200 ms")  # fmt: skip


def passes(folder: Path, count: int) -> None:
    from kratom_qc.app.store import Store
    from tests.app.stores import policy
    from tests.tools.archives import made_by_chance

    by = policy(folder)
    new, old = Store(folder / "new", clock), made_by_chance(folder / "old", count, 5, RESULTS, clock=clock)
    took: dict[str, list[float]] = {"new": [], "old": []}
    for turn in range(9):
        for name, store in (("new", new), ("old", old)):
            took[name].append(_pass(folder / "inbox", store, by, f"{name}-{turn}"))
    first, last = (statistics.median(took[name][2:]) for name in took)
    print(f"a pass of 5 new files: {first:.2f} s of CPU in a new store, {last:.2f} s after {count:,} passes: "
          f"{last / first:.2f} times; wanted at most 1.2")  # fmt: skip


def _pass(inbox: Path, store: Any, by: Any, name: str) -> float:
    from kratom_qc.app.release import whole_pass
    from tests.app.stores import certificate

    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir()
    for number in range(5):
        (inbox / f"{name}-{number}.csv").write_bytes(certificate(f"{name}-{number}", "0.1"))
    started = time.process_time()
    assert len(whole_pass(inbox, store, by).rows) == 5
    return time.process_time() - started


def _since(started: float) -> str:
    return f"{time.perf_counter() - started:.0f} s"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--results", type=int, default=1_000_000)
    asked.add_argument("--passes", type=int, default=2_000)
    asked.add_argument("--only", choices=["append", "batch", "passes"])
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        if chosen.only in (None, "append"):
            append(root / "append")
        if chosen.only in (None, "batch"):
            batch(root / "batch", chosen.results)
        if chosen.only in (None, "passes"):
            (root / "passes").mkdir()
            passes(root / "passes", chosen.passes)


if __name__ == "__main__":
    main()
