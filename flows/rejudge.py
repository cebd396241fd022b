"""The rejudge flow, daily after midnight (UTC): limits that began or ended, or a rulebook that
changed. Batches that are judged otherwise today are told, then judged again over their files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.states import Completed

from flows.release import TASKS, progress
from flows.telling import logged_by_prefect, passed, show_text, skipped
from kratom_qc.app import daily
from kratom_qc.app.policy import load_policy
from kratom_qc.app.store import Store
from kratom_qc.domain.errors import InputNotFound, StoreBusy


@flow(name="rejudge", validate_parameters=False)
def rejudge(store: str, facts: str | None = None) -> Any:
    """Judges again what today's limits judge otherwise."""
    kept, policy = Store(Path(store)), load_policy(facts=Path(facts) if facts else None)
    with logged_by_prefect():
        try:
            changes, done = daily.rejudge(kept, policy, progress(), TASKS)
        except InputNotFound:
            return Completed(name="Nothing judged yet")
        except StoreBusy as busy:
            return skipped(busy)
        if done is None:
            return Completed(name="Nothing turned")
        show_text(
            "rejudge", f"Judged otherwise on {policy.on}", [change.text for change in changes]
        )
        return passed(done, kept.root)
