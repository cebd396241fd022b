"""Many small files of passes become few larger ones, whose rows are sorted: a batch, a month or a
laboratory is read without the rest.

A file holds passes of one month. Its rows stand in the order of their batches (results by
laboratory first), which the least and greatest values of every row group tell a reader. What is
written is read back and compared before it can count, checksums and all. How the files take the
place of those before is told in `kratom_qc.archive.generation`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from kratom_qc.archive import disk
from kratom_qc.archive.generation import BESIDE, FOLDERS
from kratom_qc.archive.history import ArchiveTables, among
from kratom_qc.archive.pages import FOLDER as PAGES
from kratom_qc.archive.pages import Page
from kratom_qc.archive.pages import merge as merge_pages
from kratom_qc.archive.store import lies_at, sha256_of, table_writer
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import StoreError

FULL = 1_000_000  # rows of its largest table: such a file is not merged again
GROUP = 16_384  # rows of a row group: so many are read for one batch
_ORDER = {"results": ("laboratory", "batch_id")}
_BATCH = ("batch_id",)


class Part(NamedTuple):
    """A file of each table, and the passes whose rows lie in it; `first` and `last` are their
    numbers in the ledger."""

    stem: str
    month: str
    first: int
    last: int
    passes: tuple[str, ...]

    @property
    def is_sorted(self) -> bool:
        """Whether it was merged before."""
        return (self.stem,) != self.passes


class Without(NamedTuple):
    """Batches that are not kept any more, and the passes whose own pages list them, with what takes
    the place of such a page."""

    batches: frozenset[str] = frozenset()
    passes: frozenset[str] = frozenset()
    instead: str = ""

    def page(self, page: Page) -> Page | None:
        """What stays of a page."""
        if page.batch_id is None and page.pass_id in self.passes:
            return page._replace(page=self.instead)
        return None if page.batch_id in self.batches else page


NOTHING = Without()


class Merged(NamedTuple):
    """A new part, the hashes of its files and of those whose place they take, by path."""

    part: Part
    holds: Mapping[str, str]
    replaces: Mapping[str, str]


def plan(parts: Iterable[Part], rows: Mapping[str, int]) -> Iterator[list[Part]]:
    """What to merge with what; `rows` are those of the largest table, by the name of the part."""
    open_parts = [part for part in parts if not (part.is_sorted and rows[part.stem] >= FULL)]
    ordered = sorted(open_parts, key=attrgetter("month", "first"))
    for _, of_month in groupby(ordered, attrgetter("month")):
        group: list[Part] = []
        for part in of_month:
            group.append(part)
            if sum(rows[part.stem] for part in group) >= FULL:
                yield group
                group = []
        if len(group) > 1 or any(_wants_order(part, rows) for part in group):
            yield group


def _wants_order(part: Part, rows: Mapping[str, int]) -> bool:
    """Whether sorting a single pass helps a reader."""
    return not part.is_sorted and rows[part.stem] > GROUP


def rows_of(tables: ArchiveTables, parts: Iterable[Part]) -> dict[str, int]:
    """How many rows the largest table of each part has. Raises StoreError where one cannot be
    read."""
    counts: dict[str, int] = {}
    for part in parts:
        for name in SCHEMAS:
            path = tables.path(name, part.passes[0])
            with _readable(path):
                counts[part.stem] = max(counts.get(part.stem, 0), pq.read_metadata(path).num_rows)
    return counts


# ---------------------------------------------------------------- writing


def merge(
    tables: ArchiveTables,
    group: Sequence[Part],
    written: Mapping[str, str],
    without: Without = NOTHING,
) -> Merged:
    """Write the rows and pages of some parts as one, beside the archive. `written` has the hash of
    every file as it was committed. Raises StoreError where one is not that, or where what was
    written does not read back as it was."""
    replaces = _checked(tables.root, group, written)
    passes = tuple(pass_id for part in group for pass_id in part.passes)
    names = [*passes, *replaces.values(), *sorted(without.batches)]
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()
    first, last = min(part.first for part in group), max(part.last for part in group)
    stem = f"{group[0].month}_{first:06d}-{last:06d}_{digest[:12]}"
    kept = [tables.root / path for path in replaces if path.startswith(f"archive/{PAGES}/")]
    holds: dict[str, str] = {}
    for name in FOLDERS if kept else SCHEMAS:
        path = Path("archive") / name / f"{stem}.parquet"
        if name == PAGES:
            merge_pages(kept, tables.root / BESIDE / path, without.page)
        else:
            rows = _sorted(tables, name, passes, without.batches)
            _write(rows, name, tables.root / BESIDE / path)
        holds[path.as_posix()] = sha256_of(tables.root / BESIDE / path)
    return Merged(Part(stem, group[0].month, first, last, passes), holds, replaces)


def files_of(root: Path, parts: Iterable[Part], written: Collection[str]) -> dict[str, Path]:
    """Where the files of some parts lie, by the path that was `written`; not every one has
    pages."""
    every = (f"archive/{name}/{part.stem}.parquet" for part in parts for name in FOLDERS)
    return {path: lies_at(root, Path(path)) for path in every if path in written}


def _checked(root: Path, group: Iterable[Part], written: Mapping[str, str]) -> dict[str, str]:
    files = files_of(root, group, written)
    for path, place in files.items():
        if sha256_of(place) != written[path]:
            raise StoreError(f"{place}: is not what was committed; restore it from a backup")
    return {path: written[path] for path in files}


def _sorted(
    tables: ArchiveTables, name: str, passes: Sequence[str], without: Collection[str]
) -> pa.Table:
    """All rows of some passes; those of one batch in the order in which they came."""
    with _readable(tables.root / "archive" / name):
        stays = ~among("batch_id", without) | ds.field("batch_id").is_null()
        table = tables.dataset(name, passes).to_table(filter=stays if without else None)
    keys = _ORDER.get(name, _BATCH)
    plain = pa.table({column: table[column].cast(pa.string()) for column in keys})
    order = pc.sort_indices(plain, sort_keys=[(column, "ascending") for column in keys])
    return table.unify_dictionaries().take(order)


def _write(table: pa.Table, name: str, path: Path) -> None:
    with disk.told(path), table_writer(path, name) as file:
        file.write_table(table, row_group_size=GROUP)
    start = 0
    with _readable(path), pq.ParquetFile(path, page_checksum_verification=True) as read:
        for number in range(read.num_row_groups):
            group = read.read_row_group(number)
            if _decoded(group) != _decoded(table.slice(start, group.num_rows)):
                raise StoreError(f"{path}: does not read back as it was written")
            start += group.num_rows
    if start != table.num_rows:
        raise StoreError(f"{path}: does not read back as it was written")


def _decoded(table: pa.Table) -> pa.Table:
    """A table whose texts stand in full, however they were encoded."""
    columns = [
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, table.column_names)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{path}: the archive cannot be read: {error}") from None
