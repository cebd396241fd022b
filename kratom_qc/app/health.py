"""Whether a store is well: what `/health` answers, and what a monitor asks."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kratom_qc import PROGRAM, settings
from kratom_qc.app.notices.worries import WARN_FREE, free_mib
from kratom_qc.app.store import ledger_of
from kratom_qc.archive import disk
from kratom_qc.domain.errors import KratomQCError
from kratom_qc.ledger.ledger import Ledger

BEATS = "beats"  # a folder of the store: what stands ready says here that it lives
_SILENT = 120.0  # seconds after which whoever beats is taken for dead

Checks = dict[str, dict[str, Any]]


def health(root: Path, inbox: Path | None = None) -> dict[str, Any]:
    """`status` is ok, warning (somebody should look) or failing (nothing is judged any more), with
    every check beside it. Never raises."""
    checks: Checks = {"disk": _disk(root), "workers": _workers(root)}
    try:
        ledger = ledger_of(root)
        checks |= {"ledger": _ok(entries=ledger.head().sequence), "queue": _queue(ledger, inbox)}
        checks |= {"passes": _passes(ledger), "quarantine": _quarantine(ledger)}
    except KratomQCError as error:
        checks["ledger"] = {"status": "failing", "why": str(error)}
    worst = {check["status"] for check in checks.values()}
    status = next(status for status in ("failing", "warning", "ok") if status in {*worst, "ok"})
    return {"status": status, "program": PROGRAM, "checks": checks}


def _ok(**more: Any) -> dict[str, Any]:
    return {"status": "ok", **more}


def _disk(root: Path) -> dict[str, Any]:
    least = settings.load().min_free_mib
    try:
        free = free_mib(root)
    except OSError as error:
        return {"status": "failing", "why": error.strerror}
    below = "failing" if free < least else "warning"
    status = "ok" if free >= WARN_FREE * least else below
    return {"status": status, "free_mib": free, "least_mib": least}


def _queue(ledger: Ledger, inbox: Path | None) -> dict[str, Any]:
    files = ledger.files_by_status()
    queue: dict[str, Any] = {"waiting": files.get("waiting", 0)}
    if inbox is not None:
        queue["inbox"] = "there" if inbox.is_dir() else "gone"
    return {"status": "failing" if queue.get("inbox") == "gone" else "ok", **queue}


def _passes(ledger: Ledger) -> dict[str, Any]:
    newest = next(iter(ledger.newest_passes(1)), None)
    if newest is None:
        return _ok(newest=None)
    age = datetime.now(UTC) - datetime.fromisoformat(newest.judged_at)
    return _ok(newest=newest.pass_id, age_seconds=int(age.total_seconds()))


def _quarantine(ledger: Ledger) -> dict[str, Any]:
    files = len(ledger.quarantined())
    return {"status": "warning" if files else "ok", "files": files}


# ---------------------------------------------------------------- who stands ready


def beat(root: Path, name: str, **more: Any) -> None:
    """Say that somebody lives and what it does. What cannot be written is seen as silence."""
    with suppress(OSError, KratomQCError):
        disk.make_folder(root / BEATS)
        text = json.dumps({"at": time.time(), "pid": os.getpid(), **more})
        disk.write(root / BEATS / f"{name}.json", text.encode("ascii"))


def _workers(root: Path) -> dict[str, Any]:
    """Who stands ready; well where nobody does, because then passes are somebody else's."""
    workers: dict[str, Any] = {}
    for path in sorted((root / BEATS).glob("*.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            beat = json.loads(path.read_bytes())
            age = time.time() - beat.pop("at")
            workers[path.stem] = {**beat, "silent_seconds": int(age)}
    silent = [name for name, worker in workers.items() if worker["silent_seconds"] > _SILENT]
    troubled = any(worker.get("trouble") for worker in workers.values())
    status = "failing" if silent else "warning" if troubled else "ok"
    return {"status": status, **workers}
