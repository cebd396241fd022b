"""Compaction of a store's archive: what counts stays the same, in fewer and sorted files."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from kratom_qc.app import reports
from kratom_qc.app.store import Store, existing_store, tables_of
from kratom_qc.archive import generation
from kratom_qc.archive.compaction import Merged, Part, files_of, merge, plan, rows_of
from kratom_qc.ledger.entries import Act
from kratom_qc.ledger.ledger import Clock, KnownPass, now


class Compacted(NamedTuple):
    """How many files each table had before and has now."""

    before: int
    after: int


def compact(root: Path, actor: str, clock: Clock = now) -> Compacted:
    """Merge the small files of an archive into larger ones, and write into the journal which took
    whose place. Pages of passes to which nothing leads are found there alone.

    Raises InputNotFound where there is no store, StoreError where another pass holds it, where a
    table is damaged or cannot be written, and where the file system cannot exchange folders: then
    everything is as it was.
    """
    store = Store(existing_store(root), clock)
    with store.locked():
        passes = store.ledger.passes()
        parts = parts_of(passes)
        tables = tables_of(root, store.ledger)
        groups = list(plan(parts, rows_of(tables, parts)))
        if not groups:
            reports.tidy(root, store.ledger)
            return Compacted(len(parts), len(parts))
        ours = store.ledger.ever_tables()
        generation.begin(root, ours)
        written = dict(chain.from_iterable(known.holds.items() for known in passes))
        merged = [merge(tables, group, written) for group in groups]
        replaced = {part.stem for group in groups for part in group}
        stays = [part for part in parts if part.stem not in replaced]
        linked = files_of(root, stays, written).values()
        generation.complete(root, linked, [part.part.stem for part in merged])
        generation.mark_ready(root)
        store.ledger.add(actor, *acts_of(merged))
        generation.take_place(root, ours)
        reports.tidy(root, store.ledger)
        return Compacted(len(parts), len(stays) + len(merged))


def parts_of(passes: Iterable[KnownPass]) -> list[Part]:
    """The files of an archive, in the order of their passes."""
    by_stem: dict[str, list[KnownPass]] = {}
    for known in passes:
        stems = (Path(path).stem for path in known.holds if path.startswith("archive/"))
        by_stem.setdefault(next(stems, known.pass_id), []).append(known)
    return [
        Part(
            stem,
            some[0].judged_on[:7],
            min(known.sequence for known in some),
            max(known.sequence for known in some),
            tuple(known.pass_id for known in some),
        )
        for stem, some in by_stem.items()
    ]


def acts_of(merged: Iterable[Merged]) -> list[Act]:
    """What the journal is told of new files."""
    return list(map(_act, merged))


def _act(merged: Merged) -> Act:
    made = {"passes": list(merged.part.passes), "holds": dict(merged.holds)}
    return Act("compacted", merged.part.stem, made, {"holds": dict(merged.replaces)})
