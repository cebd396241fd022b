"""What `daily` prints."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from kratom_qc import settings
from kratom_qc.app import daily
from kratom_qc.app.policy import load_policy
from kratom_qc.app.store import Store, existing_store
from kratom_qc.cli.console import plain_console
from kratom_qc.cli.journal import DIFFERS


def _store(root: Path | None) -> Store:
    return Store(existing_store(root or settings.load().store))


def rejudged(root: Path | None, facts: Path | None) -> int:
    """Judge again what is judged otherwise today, and print what that is."""
    policy = load_policy(facts=facts)
    changes, _ = daily.rejudge(_store(root), policy)
    _print([change.text for change in changes] or [f"Nothing is judged otherwise on {policy.on}."])
    return 0


def kept(root: Path | None) -> int:
    """Verify, back up and compact, and print what was done."""
    done = daily.keep(_store(root), load_policy())
    _print(done.lines)
    return DIFFERS if done.faults else 0


def digested(root: Path | None, days: int) -> int:
    """Send a digest and print it."""
    made, _ = daily.tell_digest(_store(root), load_policy(), datetime.now(UTC), days)
    _print([made.title, *made.lines()])
    return 0


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        plain_console().print(line, markup=False, highlight=False, soft_wrap=True)
