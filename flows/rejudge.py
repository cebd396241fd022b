"""The rejudge flow, daily after midnight (UTC): limits that began or ended, or a rulebook that
changed. Batches that are judged otherwise today are told first, then judged again over their files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.states import Completed

from flows.release import TASKS, progress
from flows.telling import logged_by_prefect, passed, show_text, skipped
from kratom_qc.app.after import after_pass
from kratom_qc.app.notices.telling import send_now
from kratom_qc.app.policy import load_policy
from kratom_qc.app.release import whole_pass
from kratom_qc.app.store import Store
from kratom_qc.app.turned import turned
from kratom_qc.domain.errors import InputNotFound, StoreBusy


@flow(name="rejudge", validate_parameters=False)
def rejudge(store: str, facts: str | None = None) -> Any:
    """Judges again what today's limits judge otherwise."""
    kept, policy = Store(Path(store)), load_policy(facts=Path(facts) if facts else None)
    with logged_by_prefect():
        try:
            found = turned(kept.root, policy)
        except InputNotFound:
            return Completed(name="Nothing judged yet")
        if not found:
            return Completed(name="Nothing turned")
        title = f"kratom_qc: {len(found)} batches are judged otherwise on {policy.on}"
        lines = [one.text for one in found]
        show_text("rejudge", title, lines)
        send_now(title, lines)
        try:
            batches = [one.batch_id for one in found]
            done = whole_pass(None, kept, policy, batches, progress(), TASKS)
        except StoreBusy as busy:
            return skipped(busy)
        after_pass(kept, policy)
        return passed(done, kept.root)
