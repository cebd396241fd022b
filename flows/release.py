"""The release flow: read what is new in the inbox, judge it, publish it. One pass at a time per
store.

    from flows.release import release
    release.serve(name="hourly", cron="0 * * * *", parameters={"inbox": "inbox", "store": "store"})

A batch that FAILs is a successful flow run; the flow fails only where the house is broken. A pass
takes everything that the store does not know yet, so a missed or repeated schedule does no harm.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import date
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from kratom_qc.app.policy import load_policy
from kratom_qc.app.reading import Reading
from kratom_qc.app.release import Arrival, Progress, ReleasePass, arrivals
from kratom_qc.archive.store import Store
from kratom_qc.report.summary import SummaryRow

CHUNK = 100  # files per task: the server costs some 20 ms of CPU for every task run


def _unwatched(_stage: str, _done: int, _of: int) -> None:
    """A scheduled run shows its progress to nobody."""


watching: ContextVar[Progress] = ContextVar("watching", default=_unwatched)


class Done:
    """What a pass did. A plain object: Prefect walks into dataclasses and lists, this it leaves
    alone."""

    def __init__(self, rows: list[SummaryRow], refused: list[Reading]):
        self.rows = rows
        self.refused = refused


@task(name="read certificates", cache_policy=NO_CACHE)
def read(current: ReleasePass, chunk: tuple[Arrival, ...], total: int) -> None:
    """Keep and read some files."""
    current.read(chunk, total)


@task(name="judge batches", cache_policy=NO_CACHE)
def judge(current: ReleasePass, wave: tuple[str, ...]) -> None:
    """Judge some batches and write their pages."""
    current.judge(wave)


@task(name="publish summary and archive", cache_policy=NO_CACHE)
def publish(current: ReleasePass) -> Done:
    """Write the summary and commit the archive."""
    return Done(current.publish(), current.refused)


@flow(name="release", validate_parameters=False)
def release(
    inbox: str,
    store: str,
    markets: list[str] | None = None,
    on: str | None = None,
    facts: str | None = None,
) -> Done:
    """One pass over the inbox."""
    policy = load_policy(
        markets or (), date.fromisoformat(on) if on else None, Path(facts) if facts else None
    )
    shelf = Store(Path(store))
    with shelf.locked():
        new, _ = arrivals(Path(inbox), shelf)
        with ReleasePass(shelf, policy, watching.get()) as current:
            for start in range(0, len(new), CHUNK):
                read(current, tuple(new[start : start + CHUNK]), len(new))
            for wave in current.gather():
                judge(current, wave)
            return publish(current)
