"""What a store needs every night: its verification, a backup and compaction."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from kratom_qc import settings
from kratom_qc.app.backup import MANIFEST, back_up
from kratom_qc.app.compaction import compact
from kratom_qc.app.store import user
from kratom_qc.app.verification import verify
from kratom_qc.domain.errors import StoreError, UsageError

KEPT = 14  # daily backups; older ones are removed once a newer one is whole


def verified(root: Path) -> list[str]:
    """Everything in a store that is not what the ledger says of it."""
    return list(verify(root, replay=False).differences)


def backed_up(root: Path, on: date) -> str:
    """Back a store up into the folder of the settings, once a day. Returns what was done, in a
    sentence. Raises StoreError where it cannot."""
    folder = settings.load().backups
    if folder is None:
        return "No backup: KRATOM_QC_BACKUPS names no folder."
    target = folder / on.isoformat()
    if (target / MANIFEST).exists():
        return f"The backup of {on} is there."
    folder.mkdir(parents=True, exist_ok=True)
    head, files = back_up(root, target, user())
    _remove_old(folder)
    return f"Backed up: {files} files, journal to entry {head.sequence}."


def compacted(root: Path) -> str:
    """Merge the archive's small files. Returns what was done, or why it was not, in a sentence: it
    can wait for another night, and the backup is there."""
    try:
        counts = compact(root, user())
    except StoreError as error:
        return f"Not compacted: {error}"
    return f"Compacted: {counts.before} files of each table before, {counts.after} now."


def published(root: Path) -> str:
    """Bring the bucket of the settings to what counts. Returns what was done, or why it was not, in
    a sentence: the store is whole without it."""
    url = settings.load().bucket
    if url is None:
        return "No bucket: KRATOM_QC_BUCKET names none."
    from kratom_qc.app.publishing import publish_to_bucket  # loads what few need

    try:
        return f"Published: {publish_to_bucket(root, url, user())} files sent to the bucket."
    except (StoreError, UsageError) as error:
        return f"Not published: {error}"


def _remove_old(folder: Path) -> None:
    whole = sorted(path.parent for path in folder.glob(f"????-??-??/{MANIFEST}"))
    for old in whole[:-KEPT]:
        shutil.rmtree(old)
