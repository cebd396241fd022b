"""A store's files in a bucket (S3 and what speaks like it), named by a URL.

    <url>/raw/ archive/ rulebooks/ registers/    as in a store; written once and never changed
    <url>/journal/<number>.jsonl    the journal, 2,000 entries a file, a JSON list a line
    <url>/counted.json              which files of the archive count, with their hashes, and the
                                    head of the journal that says so

Whoever reads takes `counted.json` first, and sees what counted at one moment. It is exchanged last
and in one step, only where it still is what this program read before: of two that publish at once
one is told. Files whose place compaction took go with the publishing after the next.

Credentials, region and address are those of the environment (`AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`). Needs the package
`obstore` (`pip install kratom-qc[bucket]`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.dataset as ds
import pyarrow.fs as pa_fs

from kratom_qc.archive.history import CHECKED, ArchiveTables
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import StoreError, UsageError

TOGETHER = 2_000  # entries of the journal in one file
_COUNTED, _JOURNAL = "counted.json", "journal/{:06d}.jsonl"


class Counted(NamedTuple):
    """What counts in a bucket: the head of the journal that says so, the hash of every file of the
    archive by its path, the file in which the rows of each pass lie, and what was replaced the last
    time."""

    head: tuple[int, str]
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
                reply = self._obstore.get(self._store, _COUNTED)
                made = json.loads(bytes(reply.bytes()))
        except _Missing:
            return Counted((0, ""), {}, {}), None
        except ValueError:
            raise StoreError(
                f"{self.url}/{_COUNTED}: is damaged; delete it and publish again"
            ) from None
        mark = {name: reply.meta[name] for name in ("e_tag", "version") if reply.meta.get(name)}
        head = made["head"][0], made["head"][1]
        return Counted(**{**made, "head": head, "replaced": tuple(made["replaced"])}), mark

    def count(self, counted: Counted, mark: Any) -> None:
        """Let something else count, where `mark` is still the state. Raises StoreError where it
        cannot be written, or where somebody else published meanwhile."""
        mode: Any = "create" if mark is None else mark
        with self._told("be written"):
            made = json.dumps(counted._asdict()).encode("ascii")
            self._obstore.put(self._store, _COUNTED, made, mode=mode)

    def keep(self, path: str, content: bytes) -> None:
        """Keep a file that never changes. Raises StoreError where it cannot be written."""
        try:
            with self._told("be written"):
                self._obstore.put(self._store, path, content, mode="create")
        except _Exists:  # from a publishing that was interrupted
            if self.read(path) != content:
                self.put(path, content)

    def put(self, path: str, content: bytes) -> None:
        """Write a file. Raises StoreError where it cannot be written."""
        with self._told("be written"):
            self._obstore.put(self._store, path, content)

    def keep_journal(self, number: int, entries: Iterable[Sequence[Any]]) -> None:
        """Write one file of the journal, the last of which grows. Raises StoreError as above."""
        lines = "".join(f"{json.dumps(entry)}\n" for entry in entries)
        self.put(_JOURNAL.format(number), lines.encode("ascii"))

    def journal(self, head: int) -> list[list[Any]]:
        """The entries of the journal up to the head. Raises StoreError where one is not there or
        cannot be read."""
        entries: list[list[Any]] = []
        for number in range(-(-head // TOGETHER)):
            path = _JOURNAL.format(number)
            content = self.read(path)
            try:
                entries += map(json.loads, (content or b"").splitlines())
            except ValueError:
                raise StoreError(f"{self.url}/{path}: is damaged") from None
        return entries[:head]

    def read(self, path: str) -> bytes | None:
        """A file; none where it is not there. Raises StoreError where it cannot be read."""
        try:
            with self._told("be read"):
                return bytes(self._obstore.get(self._store, path).bytes())
        except _Missing:
            return None

    def forget(self, path: str) -> None:
        """Delete a file, if it is there. Raises StoreError where it cannot be deleted."""
        try:
            with self._told("be deleted"):
                self._obstore.delete(self._store, path)
        except _Missing:
            pass

    @contextmanager
    def _told(self, done: str) -> Iterator[None]:
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
        stems = dict.fromkeys(self.lying.get(pass_id, pass_id) for pass_id in passes)
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
