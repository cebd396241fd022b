"""The release flow: the pass of `kratom_qc.app.release`, its stages as tasks of Prefect's. One pass
at a time per store.

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
from kratom_qc.app.release import PLAIN, Done, Progress, Stages, unwatched, whole_pass
from kratom_qc.app.store import Store

TASKS = Stages(
    task(name="read certificates", cache_policy=NO_CACHE)(PLAIN.read),
    task(name="judge batches", cache_policy=NO_CACHE)(PLAIN.judge),
    task(name="publish summary and archive", cache_policy=NO_CACHE)(PLAIN.publish),
)
watching: ContextVar[Progress] = ContextVar("watching", default=unwatched)


def progress() -> Progress:
    """Who watches this run. The flow asks here because a served flow is pickled with everything its
    body names, and a ContextVar cannot be."""
    return watching.get()


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


@flow(name="release", validate_parameters=False)
def release(
    inbox: str,
    store: str,
    markets: list[str] | None = None,
    on: str | None = None,
    facts: str | None = None,
    again: list[str] | None = None,
) -> Done:
    """One whole pass. Raises what `load_policy` and `whole_pass` raise."""
    policy = load_policy(
        markets or (), date.fromisoformat(on) if on else None, Path(facts) if facts else None
    )
    with logged_by_prefect():
        return whole_pass(Path(inbox), Store(Path(store)), policy, again or (), progress(), TASKS)
