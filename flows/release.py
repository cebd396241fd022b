"""The release flow: the pass of `kratom_qc.app.release`, its stages as tasks of Prefect's. One pass
at a time per store; a scheduled run that finds another at work is skipped.

A batch that FAILs is a successful flow run; the flow fails only where the house is broken. A pass
takes everything that the store does not know yet, so a missed or repeated schedule does no harm.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.telling import logged_by_prefect, passed, skipped
from kratom_qc.app.after import after_pass
from kratom_qc.app.policy import load_policy
from kratom_qc.app.release import PLAIN, Stages, whole_pass
from kratom_qc.app.release_pass import Progress, unwatched
from kratom_qc.app.store import Store
from kratom_qc.domain.errors import StoreBusy

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


@flow(name="release", validate_parameters=False)
def release(
    store: str,
    inbox: str | None = None,
    markets: list[str] | None = None,
    on: str | None = None,
    facts: str | None = None,
    again: list[str] | None = None,
) -> Any:
    """Reads, judges, archives and reports everything that is new. Raises what `load_policy` and
    `whole_pass` raise."""
    kept, arriving = Store(Path(store)), Path(inbox) if inbox else None
    day, declared = date.fromisoformat(on) if on else None, Path(facts) if facts else None
    policy = load_policy(markets or (), day, declared)
    with logged_by_prefect():
        try:
            done = whole_pass(arriving, kept, policy, again or (), progress(), TASKS)
        except StoreBusy as busy:
            return skipped(busy)
        after_pass(kept, policy)
        return passed(done, kept.root)
