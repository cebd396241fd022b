"""Every page that a pass wrote, as one Parquet file: what somebody saw in five years is the page of
today, though a newer one has taken its place among the reports.

Pages of one pass are much alike: together they take four kilobytes each, half of it for what PDF
and XLSX are made from.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from kratom_qc.archive import disk
from kratom_qc.domain.errors import StoreError

_SCHEMA = pa.schema(
    [
        pa.field("name", pa.string(), nullable=False),
        pa.field("batch_id", pa.string()),  # null: the pass itself
        pa.field("page", pa.large_string(), nullable=False),
        pa.field(
            "kept", pa.large_string()
        ),  # null: the pass itself, and passes of earlier versions
    ]
)
_TOGETHER = 200  # pages that are compressed, and read, at once


class Page(NamedTuple):
    """One page of HTML: its place in the folder of reports, and what it speaks of. `kept` is the
    same content as JSON (`report.kept`), from which other formats are made."""

    name: str
    batch_id: str | None
    page: str
    kept: str | None = None


class PageWriter:
    """Writes the pages of one pass, some at a time. Raises StoreError where it cannot."""

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
        rows = [page._asdict() for page in self._waiting]
        with disk.told(self._path):
            self._writer.write_table(pa.Table.from_pylist(rows, _SCHEMA))
        self._waiting = []

    def close(self) -> None:
        """Write what waits, and end the file."""
        self._flush()
        with disk.told(self._path):
            self._writer.close()


def pages(path: Path) -> Iterator[Page]:
    """Every page of a pass. Raises StoreError where they cannot be read."""
    with _opened(path) as file:
        for group in range(file.num_row_groups):
            yield from _of_group(file, group)


def page_of(path: Path, batch_id: str | None) -> Page | None:
    """The page of one batch, or of the pass itself. Raises StoreError as above."""
    with _opened(path) as file:
        for group in range(file.num_row_groups):
            if batch_id in file.read_row_group(group, ["batch_id"])["batch_id"].to_pylist():
                return next(page for page in _of_group(file, group) if page.batch_id == batch_id)
    return None


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
