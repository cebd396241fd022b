"""The keep flow, nightly: whether a store is whole, a backup, compaction, and what a person must
read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed, Failed

from flows.telling import logged_by_prefect, show_text
from kratom_qc.app import daily
from kratom_qc.app.policy import load_policy
from kratom_qc.app.store import Store

verified_and_backed_up = task(name="verify and back up", cache_policy=NO_CACHE)(daily.keep)


@flow(name="keep", validate_parameters=False)
def keep(store: str) -> Any:
    """Verifies a store, backs it up and compacts it. Fails where something in it is damaged: then
    neither is done, and somebody is told."""
    kept, policy = Store(Path(store)), load_policy()
    with logged_by_prefect():
        done = verified_and_backed_up(kept, policy)
        show_text("keep", f"Upkeep of {policy.on}", done.lines)
        if done.faults:
            return Failed(name="Damaged", message=done.faults[0])
        return Completed(name="Whole", message=done.lines[0])
