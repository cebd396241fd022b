"""The release flow: read what is new in the inbox, judge it, publish it. One pass at a time per
store.

On a schedule, with a Prefect server of its own unless PREFECT_API_URL names one:

    python -m flows.serve --inbox inbox --store store --cron "0 * * * *"

A batch that FAILs is a successful flow run; the flow fails only where the house is broken. A pass
takes everything that the store does not know yet, so a missed or repeated schedule does no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.logging.handlers import APILogHandler, APILogWorker

from kratom_qc import logs
from kratom_qc.app.policy import load_policy
from kratom_qc.app.reading import Reading
from kratom_qc.app.release import Arrival, Progress, ReleasePass, arrivals, delivered, named_batches
from kratom_qc.app.store import Store
from kratom_qc.report.summary import SummaryRow

CHUNK = 100  # files per task: the server costs some 20 ms of CPU for every task run
log = logging.getLogger("kratom_qc.flows")


def _unwatched(_stage: str, _done: int, _of: int) -> None:
    """A scheduled run shows its progress to nobody."""


watching: ContextVar[Progress] = ContextVar("watching", default=_unwatched)


def progress() -> Progress:
    """Who watches this run. The flow asks here because a served flow is pickled with everything its
    body names, and a ContextVar cannot be."""
    return watching.get()


class Done:
    """What a pass did. A plain object: Prefect walks into dataclasses and lists, this it leaves
    alone."""

    def __init__(self, rows: list[SummaryRow], refused: list[Reading]):
        self.rows = rows
        self.refused = refused


@contextmanager
def logged_by_prefect() -> Iterator[None]:
    """Send the program's log, from INFO on, to the flow run as well."""
    if not logs.ROOT.handlers:  # a process that Prefect started for a scheduled run
        logs.configure()
    handler = APILogHandler()
    handler.setFormatter(logs.TextLines("%(message)s"))
    level = logs.ROOT.level
    logs.ROOT.addHandler(handler)
    logs.ROOT.setLevel(min(logs.ROOT.getEffectiveLevel(), logging.INFO))
    try:
        yield
    finally:
        logs.ROOT.removeHandler(handler)
        logs.ROOT.setLevel(level)
        # Sent in the background: a server that ends with the run must have them before.
        APILogWorker.drain_all(timeout=30)


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
    again: list[str] | None = None,
) -> Done:
    """One pass over the inbox, and over the batches of the store that the patterns `again` name;
    where there are none of either, the store stays as it is.

    Raises what `load_policy` raises, InputNotFound without an inbox, UsageError for a pattern that
    names nothing, and StoreError where the store cannot be written or another pass holds it.
    """
    policy = load_policy(
        markets or (), date.fromisoformat(on) if on else None, Path(facts) if facts else None
    )
    kept = Store(Path(store))
    with logged_by_prefect(), kept.locked():
        found = arrivals(Path(inbox), kept)
        counts = {"new": len(found.new), "left": len(found.left), "files": found.seen}
        log.info("pass begun", extra={"inbox": inbox, **counts})
        delivered(kept, found.again)
        batches = named_batches(kept.ledger, again or ())
        if not (found.new or batches):
            return Done([], found.left)
        with ReleasePass(kept, policy, progress()) as current:
            for start in range(0, len(found.new), CHUNK):
                read(current, tuple(found.new[start : start + CHUNK]), len(found.new))
            for wave in current.gather(batches):
                judge(current, wave)
            done = publish(current)
            return Done(done.rows, [*done.refused, *found.left])
