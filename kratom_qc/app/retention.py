"""Retention: which batches' records are due to go, and their deletion by somebody's word.

Nothing is deleted by itself, and nothing before its term (`kratom_qc.domain.retention`). What goes:
the batch's rows in every table, its pages, and its certificates, unless one speaks of another batch
too. What stays for ever: the journal, with every hash, verdict and decision. From a bucket they go
with the next publishing; copies in backups and Delta tables are for those who made them to delete.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from kratom_qc.app import reports
from kratom_qc.app.compaction import acts_of, parts_of
from kratom_qc.app.store import Store, existing_store, ledger_of, tables_of, user
from kratom_qc.archive import disk, generation
from kratom_qc.archive.compaction import Without, files_of, merge
from kratom_qc.archive.store import raw_path
from kratom_qc.domain.errors import InputNotFound, UsageError
from kratom_qc.domain.retention import YEARS, Kept, kept_until
from kratom_qc.ledger.entries import Act, Entry
from kratom_qc.ledger.ledger import Clock, KnownBatch, Ledger, now
from kratom_qc.report.html import page_name

_DELETED = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Deleted</title>
<p>This page was deleted with records whose term has passed. The journal keeps what was decided.</p>
</html>
"""
_SHORTEST = 3  # letters of a reason
_CHANGES = ("judged", "decided", "amended", "reopened")  # what was done with a batch
_DAYS = ("distributed", "best_before")


class Retained(NamedTuple):
    """A batch, and until when its records are kept."""

    batch: KnownBatch
    kept: Kept


@dataclass(frozen=True, slots=True)
class Word:
    """Who asks for something, and why."""

    by: str
    because: str

    def __post_init__(self) -> None:
        if len(self.because.strip()) < _SHORTEST or not self.by.strip():
            raise UsageError("say why (--because) and who you are (--by)")


def retained(
    root: Path, batch_ids: Collection[str] | None = None, years: int = YEARS
) -> list[Retained]:
    """Every batch of a store, or some, with its term; the next to go first. Raises InputNotFound
    for a batch that the store does not know, UsageError for fewer years than the rules ask for."""
    if years < YEARS:
        raise UsageError(f"records are kept for at least {YEARS} years")
    ledger = ledger_of(existing_store(root))
    batches = _known(root, ledger, batch_ids)
    entries: dict[str, list[Entry]] = {}
    for entry in ledger.about(list(batches)):
        entries.setdefault(entry.subject, []).append(entry)
    terms = [
        Retained(batch, _term(batch, entries[batch_id], years))
        for batch_id, batch in batches.items()
    ]
    return sorted(
        terms,
        key=lambda retained_batch: (
            retained_batch.kept.until or date.max,
            retained_batch.batch.batch_id,
        ),
    )


def _known(root: Path, ledger: Ledger, ids: Collection[str] | None) -> dict[str, KnownBatch]:
    batches = ledger.batches(ids)
    for batch_id in ids or ():
        if batch_id not in batches:
            raise InputNotFound(f"'{batch_id}' is no batch of {root}")
    return batches


def _term(batch: KnownBatch, entries: Sequence[Entry], years: int) -> Kept:
    done = [date.fromisoformat(entry.at[:10]) for entry in entries if entry.act in _CHANGES]
    distributions = [entry.made for entry in entries if entry.act == "distributed"]
    # The newest of each: who corrects one day does not take the other back.
    days = {
        name: date.fromisoformat(made[name])
        for made in distributions
        for name in _DAYS
        if made[name]
    }
    return kept_until(batch.disposition, max(done), years=years, **days)


def distributed(
    root: Path, batch_ids: Sequence[str], day: date, best_before: date | None, word: Word
) -> None:
    """Write down when the last of some batches was distributed, and their shelf-life date. Raises
    InputNotFound for a batch that the store does not know."""
    ledger = ledger_of(existing_store(root))
    _known(root, ledger, batch_ids)
    made = {
        "distributed": day.isoformat(),
        "best_before": best_before.isoformat() if best_before else None,
        "account": user(),
    }
    ledger.add(
        word.by,
        *(Act("distributed", batch_id, made, reason=word.because) for batch_id in batch_ids),
    )


# ---------------------------------------------------------------- deletion


def retire(
    root: Path, batch_ids: Sequence[str], word: Word, clock: Clock = now, years: int = YEARS
) -> int:
    """Delete the records of batches whose term has passed, and write into the journal what they
    were. Returns how many certificates were deleted.

    Raises UsageError where one is not due, InputNotFound for a batch that the store does not know,
    StoreError where a table is damaged or cannot be written: then nothing was deleted.
    """
    store = Store(existing_store(root), clock)
    with store.locked():
        _sweep(root, store.ledger)
        for term in retained(root, batch_ids, years):
            if term.kept.until is None or term.kept.until > clock().date():
                until = f"until {term.kept.until}: " if term.kept.until else ""
                raise UsageError(f"batch {term.batch.batch_id} is kept {until}{term.kept.why}")
        batches = store.ledger.batches(batch_ids)
        files = _files(store.ledger, batch_ids)
        ours = store.ledger.ever_tables()
        generation.begin(root, ours)
        acts = _rewritten(root, store.ledger, batch_ids)
        acts += (_act(batch, files[batch.batch_id], word) for batch in batches.values())
        generation.mark_ready(root)
        store.ledger.add(word.by, *acts)
        generation.take_place(root, ours)
        generation.clear(root, ours)
        _sweep(root, store.ledger)
        store.export_head()
        return len(set(chain.from_iterable(files.values())))


def _files(ledger: Ledger, batch_ids: Collection[str]) -> dict[str, list[str]]:
    """Of every batch the files that speak of it, and of no batch that stays."""
    speaking: dict[str, set[str]] = {}
    for batch_id, files in ledger.files_of(list(ledger.batches())).items():
        for sha256 in files:
            speaking.setdefault(sha256, set()).add(batch_id)
    gone = set(batch_ids)
    return {
        batch_id: [sha256 for sha256 in files if speaking[sha256] <= gone]
        for batch_id, files in ledger.files_of(batch_ids).items()
    }


def _act(batch: KnownBatch, files: Iterable[str], word: Word) -> Act:
    made = {"files": list(files), "account": user()}
    columns = ("verdict", "disposition", "basis", "outcome", "pass_id")
    was = {name: str(getattr(batch, name)) for name in columns}
    return Act("retired", batch.batch_id, made, was, word.because)


def _rewritten(root: Path, ledger: Ledger, batch_ids: Collection[str]) -> list[Act]:
    """Write every file that has rows of the batches without them, and link the others."""
    passes = ledger.passes()
    tables, parts = tables_of(root, ledger), parts_of(passes)
    written = dict(chain.from_iterable(known.holds.items() for known in passes))
    of_batches = _passes_of(ledger, batch_ids)
    without = Without(frozenset(batch_ids), frozenset(of_batches), _DELETED)
    touched = {tables.lying.get(pass_id, pass_id) for pass_id in of_batches}
    merged = [merge(tables, [part], written, without) for part in parts if part.stem in touched]
    stays = [part for part in parts if part.stem not in touched]
    linked = files_of(root, stays, written).values()
    generation.complete(root, linked, [part.part.stem for part in merged])
    return acts_of(merged)


def _passes_of(ledger: Ledger, batch_ids: Collection[str]) -> set[str]:
    """The passes that wrote something about batches."""
    verdicts = chain.from_iterable(ledger.verdicts_of(batch_ids).values())
    judged = (entry.made["pass_id"] for entry in verdicts)
    read = (pass_id for files in ledger.files_of(batch_ids).values() for pass_id in files.values())
    return {*judged, *read}


def _sweep(root: Path, ledger: Ledger) -> None:
    """Delete the certificates and pages that are not kept any more; a deletion that was interrupted
    goes on."""
    batches = ledger.batches()
    gone = [raw_path(root, sha256) for sha256 in ledger.retired_files()]
    gone += (
        root / "reports" / page_name(entry.subject)
        for entry in ledger.acts("retired")
        if entry.subject not in batches
    )
    left = [path for path in gone if path.exists()]
    for path in left:
        with disk.told(path, "cannot be deleted"):
            path.unlink()
    if left:
        reports.rebuild(root, ledger)
