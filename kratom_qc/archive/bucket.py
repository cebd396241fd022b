"""The tables of an archive in a bucket (S3 and what speaks like it), named by a URL.

    <url>/archive/<table>/<file>.parquet    as in a store; written once and never changed
    <url>/counted.json                      which of them count, by the ledger, with their hashes

Whoever reads takes `counted.json` first, and sees what counted at one moment. It is exchanged last
and in one step, only where it still is what this program read before: of two that publish at once
one is told. Files whose place compaction took go with the publishing after the next.

Credentials, region and address are those of the environment (`AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`). Needs the package
`obstore` (`pip install kratom-qc[bucket]`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.dataset as ds
import pyarrow.fs as pa_fs

from kratom_qc.archive import disk
from kratom_qc.archive.history import CHECKED, ArchiveTables
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import StoreError, UsageError

_COUNTED = "counted.json"


class Counted(NamedTuple):
    """What counts in a bucket: the head of the ledger that says so, the hash of every file by its
    path, the file in which the rows of each pass lie, and what was replaced the last time."""

    head: str
    files: Mapping[str, str]
    passes: Mapping[str, str]
    replaced: tuple[str, ...] = ()


class Bucket:
    """A bucket, or a folder in one. Raises UsageError without `obstore` or for a URL that names
    none."""

    def __init__(self, url: str):
        try:
            import obstore
            from obstore.store import from_url
        except ImportError:
            raise UsageError(
                "a bucket needs the package obstore: pip install 'kratom-qc[bucket]'"
            ) from None
        if not url.startswith("s3://"):
            raise UsageError(f"'{url}' is no bucket; write it as s3://bucket/folder")
        self.url = url
        self._obstore = obstore
        try:
            self._store = from_url(url)
        except Exception as error:  # obstore has a class of its own for every kind of URL
            raise UsageError(f"{url}: is no bucket that can be used: {error}") from None

    def counted(self) -> tuple[Counted, Any]:
        """What counts, with the mark of this state (none where nothing was ever published). Raises
        StoreError where it cannot be read."""
        try:
            with self._told("be read"):
                found = self._obstore.get(self._store, _COUNTED)
                made = json.loads(bytes(found.bytes()))
        except _Missing:
            return Counted("", {}, {}), None
        except ValueError:
            raise StoreError(f"{self.url}/{_COUNTED}: is damaged; publish again") from None
        mark = {name: found.meta[name] for name in ("e_tag", "version") if found.meta.get(name)}
        return Counted(**{**made, "replaced": tuple(made["replaced"])}), mark

    def publish(self, root: Path, new: Counted) -> int:
        """Bring a bucket to what counts; `new.files` lie in the store. Returns how many files were
        sent. Raises StoreError where it cannot, or where somebody else published meanwhile."""
        old, mark = self.counted()
        missing = [path for path in new.files if path not in old.files]
        for path in missing:
            self._send(root, path)
        gone = tuple(path for path in old.files if path not in new.files)
        if missing or gone or old.head != new.head:
            made = json.dumps(new._replace(replaced=gone)._asdict()).encode("ascii")
            with self._told("be written"):
                mode: Any = "create" if mark is None else mark
                self._obstore.put(self._store, _COUNTED, made, mode=mode)
            for path in old.replaced:
                if path not in new.files:
                    self._forget(path)
        return len(missing)

    def _send(self, root: Path, path: str) -> None:
        with disk.told(root / path, "cannot be read"):
            content = (root / path).read_bytes()
        try:
            with self._told("be written"):
                self._obstore.put(self._store, path, content, mode="create")
        except _Exists:  # from a publishing that was interrupted
            with self._told("be written"):
                if bytes(self._obstore.get(self._store, path).bytes()) != content:
                    self._obstore.put(self._store, path, content)

    def _forget(self, path: str) -> None:
        try:
            with self._told("be written"):
                self._obstore.delete(self._store, path)
        except _Missing:
            pass

    @contextmanager
    def _told(self, done: str) -> Any:
        from obstore import exceptions

        try:
            yield
        except (FileNotFoundError, exceptions.NotFoundError):
            raise _Missing(f"{self.url}: cannot {done}: no such bucket or file") from None
        except exceptions.AlreadyExistsError:
            raise _Exists(f"{self.url}: somebody else published just now; try again") from None
        except exceptions.PreconditionError:
            raise StoreError(f"{self.url}: somebody else published just now; try again") from None
        except exceptions.BaseError as error:
            first = str(error).strip().splitlines()[0]
            raise StoreError(f"{self.url}: cannot {done}: {first}") from None

    def files(self) -> pa_fs.FileSystem:
        """The bucket as Arrow reads it."""
        from obstore.fsspec import FsspecStore

        return pa_fs.PyFileSystem(pa_fs.FSSpecHandler(FsspecStore("s3")))


class _Missing(StoreError):
    """There is no such object."""


class _Exists(StoreError):
    """There is one already."""


@dataclass
class BucketTables(ArchiveTables):
    """The tables of an archive in a bucket."""

    bucket: Bucket = field(kw_only=True)

    def dataset(self, name: str, passes: Iterable[str]) -> ds.Dataset:
        """As in a store."""
        place = self.bucket.url.partition("://")[2].rstrip("/")
        stems = dict.fromkeys(self.lying.get(one, one) for one in passes)
        paths = [f"{place}/archive/{name}/{stem}.parquet" for stem in stems]
        files = self.bucket.files()
        return ds.dataset(paths, schema=SCHEMAS[name], format=CHECKED, filesystem=files)


def tables_in(bucket: Bucket) -> tuple[BucketTables, list[str]]:
    """The tables that count in a bucket, and their passes. Raises StoreError where nothing was
    published."""
    counted, mark = bucket.counted()
    if mark is None:
        raise StoreError(f"{bucket.url}: no archive was published here")
    tables = BucketTables(Path(bucket.url), lying=counted.passes, bucket=bucket)
    return tables, list(counted.passes)
