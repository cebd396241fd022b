"""The keep flow, nightly: whether a store is whole, a backup, and what a person must read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed, Failed

from flows.telling import logged_by_prefect, show_text
from kratom_qc.app import upkeep
from kratom_qc.app.notices.worries import due_limits
from kratom_qc.app.policy import load_policy
from kratom_qc.app.store import Store

verified = task(name="verify", cache_policy=NO_CACHE)(upkeep.verified)
backed_up = task(name="back up", cache_policy=NO_CACHE)(upkeep.backed_up)


@flow(name="keep", validate_parameters=False)
def keep(store: str) -> Any:
    """Verifies a store and backs it up. Fails where something in it is damaged: then nothing is
    backed up, and somebody is told."""
    kept, policy = Store(Path(store)), load_policy()
    with logged_by_prefect():
        faults = verified(kept.root)
        lines = [*faults, *(f"to read again: {one}" for one in due_limits(policy))]
        if faults:
            upkeep.tell_damage(faults)
        else:
            lines.insert(0, backed_up(kept.root, policy.on))
        show_text("keep", f"Upkeep of {policy.on}", lines)
        if faults:
            return Failed(name="Damaged", message=faults[0])
        return Completed(name="Whole", message=lines[0])
