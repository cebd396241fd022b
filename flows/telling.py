"""What a flow run shows of itself in Prefect: its log, the name of its last state, events and
artifacts."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect import runtime
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.logging.handlers import APILogHandler, APILogWorker
from prefect.states import Completed

from kratom_qc import logs
from kratom_qc.app.release import Done
from kratom_qc.domain.errors import StoreBusy

_ROWS = 200  # of a table artifact; the report has all


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


def passed(done: Done, store: Path) -> State[Done]:
    """The last state of a run that made a pass, once its verdicts stand in Prefect too."""
    if done.rows or done.refused:
        show_verdicts(done, store)
    emit_verdicts(done)
    return Completed(name=_name(done), message=_message(done), data=done)


def _name(done: Done) -> str:
    if done.was_idle:
        return "Nothing new"
    return "With failures" if any(row.decision == "FAIL" for row in done.rows) else "Completed"


def _message(done: Done) -> str:
    counts = Counter(str(row.decision) for row in done.rows)
    counted = [f"{count} {verdict}" for verdict, count in counts.items()]
    refused = [f"{len(done.refused)} not taken or refused"] if done.refused else []
    return ", ".join([*counted, *refused]) or "nothing to do"


def skipped(busy: StoreBusy) -> State[None]:
    """The last state of a scheduled run that found another at work. Whoever made the run himself is
    told by the error."""
    if runtime.deployment.id is None:
        raise busy
    return Completed(name="Skipped", message=str(busy), data=None)


def show_verdicts(done: Done, store: Path) -> None:
    """The verdicts of a pass as a table, and a link to its reports."""
    rows = [
        {"batch": row.batch_id, "verdict": str(row.decision), "why": row.reason}
        for row in done.rows
    ]
    rows += [
        {"batch": "", "verdict": "REFUSED", "why": f"{file.file}: {file.refusals[0].message}"}
        for file in done.refused
    ]
    what = f"Pass {done.pass_id or '(nothing judged)'}: {_message(done)}"
    create_table_artifact(table=rows[:_ROWS], key="verdicts", description=what)
    index = (store / "reports" / "index.html").resolve().as_uri()
    create_link_artifact(link=index, link_text="Reports", key="reports", description=what)


def show_text(key: str, title: str, lines: list[str]) -> None:
    """A text as it stands, as an artifact."""
    body = "\n".join(f"    {line}" for line in lines)
    create_markdown_artifact(markdown=f"# {title}\n\n{body}", key=key, description=title)


def emit_verdicts(done: Done) -> None:
    """An event for each verdict and each refused file, for whoever listens in Prefect."""
    for row in done.rows:
        payload = {"verdict": str(row.decision), "pass_id": done.pass_id, "reason": row.reason}
        _emit(f"kratom-qc.batch.{str(row.decision).lower()}", f"batch.{row.batch_id}", payload)
    for file in done.refused:
        codes = list(dict.fromkeys(refusal.code for refusal in file.refusals))
        _emit("kratom-qc.file.refused", f"file.{file.sha256 or file.file}", {"codes": codes})


def _emit(event: str, about: str, payload: dict[str, Any]) -> None:
    resource = {"prefect.resource.id": f"kratom-qc.{about}"}
    emit_event(event=event, resource=resource, payload=payload)
