"""The digest flow, daily and weekly: what quality assurance reads in the morning."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.states import Completed

from flows.telling import logged_by_prefect, show_text
from kratom_qc.app.digest import digest as digest_of
from kratom_qc.app.notices.telling import send_now
from kratom_qc.app.policy import load_policy
from kratom_qc.app.store import ledger_of


@flow(name="digest", validate_parameters=False)
def digest(store: str, days: int = 1) -> Any:
    """Tells what arrived, what was judged, what waits for a person, and which limits are due."""
    with logged_by_prefect():
        made = digest_of(ledger_of(Path(store)), load_policy(), datetime.now(UTC), days)
        lines = list(made.lines())
        show_text("digest", made.title, lines)
        sent = send_now(made.title, lines)
        return Completed(name="Sent" if sent else "Not sent", message=made.title)
