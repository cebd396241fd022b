"""Every page that passes wrote, as Parquet beside the tables: what somebody sees in five years is
the page of today, though a newer one has taken its place among the reports.

Pages are much alike: 200 together take two kilobytes each, half of it for what PDF and XLSX are
made from. Those of many passes lie in one file after compaction, in the order of their passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from kratom_qc.archive import disk
from kratom_qc.domain.errors import StoreError

_SCHEMA = pa.schema(
    [
        pa.field("pass_id", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("batch_id", pa.string()),  # null: the pass itself
        pa.field("page", pa.large_string(), nullable=False),
        pa.field("kept", pa.large_string()),  # null: the pass itself
    ]
)
FOLDER = "pages"  # in the archive
_TOGETHER = 200  # pages that are compressed, and read, at once


class Page(NamedTuple):
    """One page of HTML: the pass that wrote it, its place in the folder of reports, and the batch
    of which it speaks. `kept` is the same content as JSON (`report.kept`), from which other formats
    are made."""

    pass_id: str
    name: str
    batch_id: str | None
    page: str
    kept: str | None = None


class PageWriter:
    """Writes a file of pages, some at a time. Raises StoreError where it cannot."""

    def __init__(self, path: Path):
        self._path = path
        with disk.told(path):
            self._writer = pq.ParquetWriter(
                path,
                _SCHEMA,
                compression="zstd",
                compression_level=9,
                use_dictionary=False,
                data_page_size=1 << 26,  # one for all that are compressed together
                write_page_checksum=True,
            )
        self._waiting: list[Page] = []

    def add(self, page: Page) -> None:
        """Add a page."""
        self._waiting.append(page)
        if len(self._waiting) >= _TOGETHER:
            self._flush()

    def _flush(self) -> None:
        columns = zip(*self._waiting, strict=True) if self._waiting else [()] * len(_SCHEMA)
        arrays = [pa.array(values, of.type) for values, of in zip(columns, _SCHEMA, strict=True)]
        with disk.told(self._path):
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=_SCHEMA))
        self._waiting = []

    def close(self) -> None:
        """Write what waits, and end the file."""
        self._flush()
        with disk.told(self._path):
            self._writer.close()


def pages(path: Path) -> Iterator[Page]:
    """Every page of a file. Raises StoreError where they cannot be read."""
    with _opened(path) as file:
        for group in range(file.num_row_groups):
            yield from _of_group(file, group)


def batches_of(path: Path) -> list[str]:
    """The batches of which the pages of a file speak. Raises StoreError as above."""
    with _opened(path) as file:
        return [name for name in file.read(["batch_id"])["batch_id"].to_pylist() if name]


def page_of(path: Path, pass_id: str, batch_id: str | None) -> Page | None:
    """The page of a batch that a pass wrote, or of the pass itself. Raises StoreError as above."""
    wanted = {"pass_id": pass_id, "batch_id": batch_id}
    with _opened(path) as file:
        for group in _of_pass(file, pass_id):
            names = file.read_row_group(group, list(wanted)).to_pylist()
            if wanted in names:
                return next(islice(_of_group(file, group), names.index(wanted), None))
    return None


def merge(paths: Iterable[Path], target: Path, change: Callable[[Page], Page | None]) -> None:
    """Write the pages of some files as one, each as `change` makes it (none: without it). Raises
    StoreError as above, and where what was written does not read back as it was."""
    paths = list(paths)
    writer = PageWriter(target)
    for page in _changed(paths, change):
        writer.add(page)
    writer.close()
    for page, page_found in zip_longest(_changed(paths, change), pages(target)):
        if page != page_found:
            raise StoreError(f"{target}: does not read back as it was written")


def _changed(paths: Iterable[Path], change: Callable[[Page], Page | None]) -> Iterator[Page]:
    for page in chain.from_iterable(map(pages, paths)):
        changed = change(page)
        if changed is not None:
            yield changed


def _of_pass(file: pq.ParquetFile, pass_id: str) -> Iterator[int]:
    """The row groups that may hold pages of a pass, by their least and greatest values."""
    for group in range(file.num_row_groups):
        known = file.metadata.row_group(group).column(0).statistics
        if known is None or known.min <= pass_id <= known.max:
            yield group


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            yield file
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{path}: the pages cannot be read: {error}") from None


def _of_group(file: pq.ParquetFile, group: int) -> Iterator[Page]:
    for row in file.read_row_group(group).to_pylist():
        yield Page(**row)
