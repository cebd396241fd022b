"""What `archive verify`, `archive export`, `backup` and `restore` print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from kratom_qc.app.backup import back_up, restore
from kratom_qc.app.compaction import compact
from kratom_qc.app.evidence import export_batch
from kratom_qc.app.publishing import export_to_delta, publish_to_bucket
from kratom_qc.app.store import user
from kratom_qc.app.verification import verify
from kratom_qc.cli.console import plain_console
from kratom_qc.cli.journal import DIFFERS, head_of
from kratom_qc.domain.errors import UsageError


def print_verified(root: Path, heads: Sequence[str], *, replay: bool) -> int:
    """Check a store and print everything that differs, or that nothing does."""
    result = verify(root, [head_of(text) for text in heads], replay=replay)
    console = plain_console()
    for difference in result.differences:
        console.print(escape(difference))
    for path in result.foreign:
        console.print(f"not ours, left where it is: {escape(path)}")
    if result.differences:
        return DIFFERS
    console.print(
        f"Whole: {result.entries} entries, {result.files} kept files, "
        f"{result.tables} tables, rulebooks and registers"
    )
    if replay:
        console.print(
            f"Judged again alike: {result.replayed} batches; {result.unanswered} cannot be: "
            "another version judged them, or what they were judged by was not kept"
        )
    return 0


def print_backed_up(root: Path, target: Path) -> int:
    """Back a store up and print the head of the journal that was copied."""
    head, files = back_up(root, target, user())
    plain_console().print(f"{files} files in {escape(str(target))}; head {head}")
    return 0


def print_restored(backed_up: str, root: Path) -> int:
    """Restore a store and print where its journal stands."""
    source = backed_up if "://" in backed_up else Path(backed_up)
    head, files = restore(source, root, user())
    plain_console().print(f"{files} files in {escape(str(root))}; the journal ends at {head}")
    return 0


def print_exported(root: Path, batch_id: str, target: Path) -> int:
    """Export the evidence of a batch and print how it is checked."""
    proof = export_batch(root, batch_id, target, user())
    console = plain_console()
    console.print(f"{proof.files} files in {escape(str(target))}; to check them:")
    tree = f"{proof.head.sequence}:{proof.tree}"
    console.print(
        f"python {escape(str(target / 'verify.py'))} --tree {tree} --manifest {proof.manifest}"
    )
    return 0


def print_compacted(root: Path) -> int:
    """Compact an archive and print how many files there were and are."""
    files = compact(root, user())
    plain_console().print(f"{files.before} files of each table before, {files.after} now")
    return 0


def print_exported_to_delta(root: Path, folder: Path) -> int:
    """Export an archive as Delta tables and print what is new in them."""
    added = export_to_delta(root, folder, user())
    plain_console().print(f"{max(added.values())} passes added to {escape(str(folder))}")
    return 0


def print_published(root: Path, url: str | None) -> int:
    """Publish an archive in a bucket and print what was sent. Raises UsageError where nothing names
    one."""
    if url is None:
        raise UsageError("name a bucket, or set KRATOM_QC_BUCKET")
    sent = publish_to_bucket(root, url, user())
    plain_console().print(f"{sent} files sent to {escape(url)}")
    return 0
