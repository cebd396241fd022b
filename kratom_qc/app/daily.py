"""What is done every day, by a flow or by any other scheduler: `kratom-qc daily …`."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from kratom_qc.app import upkeep
from kratom_qc.app.after import after_pass
from kratom_qc.app.digest import Digest, digest
from kratom_qc.app.notices.telling import send_now
from kratom_qc.app.notices.worries import due_limits
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.release import PLAIN, Done, Stages, whole_pass
from kratom_qc.app.release_pass import Progress, unwatched
from kratom_qc.app.store import Store
from kratom_qc.app.turned import Turned, turned


class Rejudged(NamedTuple):
    """Batches that are judged otherwise today, and the pass that judged them again."""

    found: list[Turned]
    done: Done | None


class Kept(NamedTuple):
    """What was found damaged in a store; what was done, and what is due."""

    faults: list[str]
    lines: list[str]


def rejudge(
    store: Store, policy: JudgementPolicy, progress: Progress = unwatched, stages: Stages = PLAIN
) -> Rejudged:
    """Tell which batches today's limits judge otherwise, then judge them again over their files.
    Raises InputNotFound where nothing was judged yet, and what `whole_pass` raises."""
    changes = turned(store.root, policy)
    if not changes:
        return Rejudged(changes, None)
    # Told first: whoever is told twice after a crash is better off than who is never told.
    send_now(
        f"kratom_qc: {len(changes)} batches are judged otherwise on {policy.on}", _said(changes)
    )
    batches = [change.batch_id for change in changes]
    done = whole_pass(None, store, policy, batches, progress, stages)
    after_pass(store, policy)
    return Rejudged(changes, done)


def _said(changes: list[Turned]) -> list[str]:
    return [change.text for change in changes]


def keep(store: Store, policy: JudgementPolicy) -> Kept:
    """Verify a store, and back it up and compact it where it is whole; else tell everybody. Raises
    StoreError where the backup cannot be written."""
    faults = upkeep.verified(store.root)
    due = [f"to read again: {limit}" for limit in due_limits(policy)]
    if faults:
        send_now(f"kratom_qc: the store is damaged in {len(faults)} places", faults)
        return Kept(faults, [*faults, *due])
    backed_up = upkeep.backed_up(store.root, policy.on)
    done = [backed_up, upkeep.compacted(store.root), upkeep.published(store.root)]
    return Kept(faults, [*done, *due])


def tell_digest(
    store: Store, policy: JudgementPolicy, until: datetime, days: int
) -> tuple[Digest, bool]:
    """Send the digest of some days. Returns it, and whether every address took it."""
    made = digest(store.ledger, policy, until, days)
    return made, send_now(made.title, list(made.lines()))
