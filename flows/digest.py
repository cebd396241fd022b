"""The digest flow, daily and weekly: what quality assurance reads in the morning."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.states import Completed

from flows.telling import logged_by_prefect, show_text
from kratom_qc.app import daily
from kratom_qc.app.policy import load_policy
from kratom_qc.app.store import Store


@flow(name="digest", validate_parameters=False)
def digest(store: str, days: int = 1) -> Any:
    """Tells what arrived, what was judged, what waits for a person, and which limits are due."""
    with logged_by_prefect():
        now = datetime.now(UTC)
        made, sent = daily.tell_digest(Store(Path(store)), load_policy(), now, days)
        show_text("digest", made.title, list(made.lines()))
        return Completed(name="Made" if sent else "Not sent", message=made.title)
