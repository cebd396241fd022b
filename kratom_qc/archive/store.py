"""The store on disk: raw files by hash, one immutable Parquet file per table and pass, and the
pages.

    raw/ab/abcdef…                    every file as it came, by the SHA-256 of its bytes
    archive/<table>/<pass>.parquet    certificates, results, findings, verdicts
    rulebooks/<sha256>/us.toml        every rulebook that judged something, as it stood
    reports/…html                     one page per batch, the summary of the newest pass, all limits

A pass is committed when its certificates file appears: it is written last, after the other tables
are on disk and flushed. What an interrupted pass left behind without it is removed by the next one.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from kratom_qc.archive import rows, tables
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.errors import MACHINE_TROUBLE, Problem, StoreError
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.verdict import Verdict

log = logging.getLogger(__name__)
_FLUSH_ROWS = 20_000
_ORDER = ("results", "findings", "verdicts", "certificates")


@dataclass(frozen=True, slots=True)
class Known:
    """What the store already holds, by the hash of the file.

    What one version of the program refused, another may read. A refusal for a trouble of the
    machine is no verdict about the file: it is tried once more, and refused after that.
    """

    judged: frozenset[str]
    refused: frozenset[str]  # by this very program: not to be read again
    to_try_again: frozenset[str]  # refused by it once, for a trouble of the machine
    names: dict[str, str]
    by_batch: dict[str, tuple[str, ...]]  # hashes of a batch's files, in the order they came
    by_trace: dict[str, frozenset[str]]  # ids of the batches that share what certificates share
    # Files whose newest reading refused them, with everything that was wrong in them.
    refused_files: tuple[tuple[str, tuple[Problem, ...]], ...]


class Store:
    """One folder that holds everything. Raises StoreError where it cannot be written."""

    def __init__(self, root: Path):
        self.root = root
        self.reports = root / "reports"
        try:
            for folder in (
                root / "raw",
                self.reports,
                *(root / "archive" / name for name in tables.SCHEMAS),
            ):
                folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=root):
                pass
        except OSError as error:
            raise StoreError(f"{root}: the store cannot be written: {error.strerror}") from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store for one pass. Raises StoreError at once where another pass holds it."""
        lock = FileLock(self.root / "pass.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise StoreError(
                f"{self.root}: another pass is writing to this store; try again when it has ended"
            ) from None
        try:
            self._sweep()
            yield
        finally:
            lock.release()

    def _sweep(self) -> None:
        """Remove what interrupted passes left: tables without their certificates file, and
        half-written files."""
        committed = {
            path.name for path in (self.root / "archive" / "certificates").glob("*.parquet")
        }
        for name in tables.SCHEMAS:
            for path in (self.root / "archive" / name).iterdir():
                if path.suffix != ".parquet" or path.name not in committed:
                    log.info("left by an interrupted pass, removed", extra={"path": str(path)})
                    path.unlink()

    def known(self, program: str) -> Known:
        """Everything the store already holds."""
        return known(self.root, program)

    def raw(self, sha256: str) -> bytes:
        """A kept file's bytes. Raises StoreError where they are gone."""
        return raw(self.root, sha256)

    def write_page(self, name: str, text: str) -> None:
        """Write one page of the reports. Raises StoreError where it cannot be written."""
        write_whole(self.reports / name, text.encode("utf-8"))


def known(root: Path, program: str) -> Known:
    """Everything that the store in a folder holds."""
    names: dict[str, str] = {}
    refusals: dict[str, list[bool]] = {}  # of every try: whether the machine was to blame
    by_batch: dict[str, dict[str, None]] = {}
    by_trace: dict[str, set[str]] = {}
    waiting: dict[str, tuple[str, tuple[Problem, ...]]] = {}
    for row in _certificate_rows(root):
        sha256, batch_id = row["sha256"], row["batch_id"]
        names.setdefault(sha256, row["file"])
        if row["status"] == "judged":
            by_batch.setdefault(batch_id, {})[sha256] = None
            for trace in row["traces"] or ():
                by_trace.setdefault(trace, set()).add(batch_id)
            waiting.pop(sha256, None)
            continue
        waiting[sha256] = (row["file"], tuple(rows.problems(row["file"], row["refusals"])))
        if row["program"] == program:
            refusals.setdefault(sha256, []).append(_is_machine_trouble(row["refusals"]))
    to_try_again = {sha256 for sha256, tries in refusals.items() if tries == [True]}
    return Known(
        judged=frozenset(chain.from_iterable(by_batch.values())),
        refused=frozenset(refusals.keys() - to_try_again),
        to_try_again=frozenset(to_try_again),
        names=names,
        by_batch={batch_id: tuple(shas) for batch_id, shas in by_batch.items()},
        by_trace={trace: frozenset(batch_ids) for trace, batch_ids in by_trace.items()},
        refused_files=tuple(waiting.values()),
    )


def _certificate_rows(root: Path) -> Iterator[tables.Row]:
    columns = ["sha256", "file", "status", "batch_id", "program", "traces", "refusals"]
    for path in committed(root):
        # by the schema of today: a column that an earlier version did not write is null
        yield from pq.read_table(path, columns=columns, schema=tables.CERTIFICATES).to_pylist()


def _is_machine_trouble(refusals: Iterable[tables.Row] | None) -> bool:
    return any(refusal["code"] in MACHINE_TROUBLE for refusal in refusals or ())


def committed(root: Path) -> list[Path]:
    """The certificates file of every pass that counts, in the order the passes were made."""
    folder = root / "archive" / "certificates"
    return sorted(folder.glob("*.parquet"), key=lambda path: (path.stat().st_mtime_ns, path.name))


def raw(root: Path, sha256: str) -> bytes:
    """A kept file's bytes. Raises StoreError where they are gone."""
    path = raw_path(root, sha256)
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: a kept file cannot be read: {error.strerror}") from None


def raw_path(root: Path, sha256: str) -> Path:
    """Where a store keeps the file with this hash."""
    return root / "raw" / sha256[:2] / sha256


def keep(root: Path, sha256: str, content: bytes) -> None:
    """Keep a file's bytes under their hash. Raises StoreError where they cannot be written."""
    path = raw_path(root, sha256)
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        write_whole(path, content)


def rulebook_path(root: Path, book_id: str, sha256: str) -> Path:
    """Where a store keeps the text of a rulebook that judged something."""
    return root / "rulebooks" / sha256 / f"{book_id}.toml"


def keep_rulebook(root: Path, book: Rulebook) -> None:
    """Keep a rulebook's own text: a hash alone shows nobody in five years what was asked."""
    path = rulebook_path(root, book.id, book.sha256)
    if book.text and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, book.text.encode("utf-8"))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: under a temporary name, then renamed. `PassWriter.commit`
    sees it to the disk. Raises StoreError where it cannot be written."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from None


@dataclass(slots=True)
class PassWriter:
    """Gathers one pass and commits it at the end; rows go to disk in blocks, which keeps memory
    flat."""

    store: Store
    pass_id: str
    judged_on: date
    program: str
    rows: dict[str, list[tables.Values]] = field(
        default_factory=lambda: {name: [] for name in tables.SCHEMAS}
    )
    writers: dict[str, pq.ParquetWriter] = field(default_factory=dict)

    def add_refused(self, file: str, sha256: str, refusals: Iterable[Problem]) -> None:
        """A file that never became data."""
        self._add("certificates", rows.refused_row(file, sha256, refusals, self.program))

    def add_analysis(self, certificate: InterpretedCertificate, traces: Iterable[str] = ()) -> None:
        """One new certificate of one batch, with its results; by its traces a later one finds it
        again."""
        self._add("certificates", rows.certificate_row(certificate, self.program, traces))
        for result in certificate.results:
            self._add("results", rows.result_row(result, certificate.sha256, certificate.batch_id))

    def add_verdict(self, verdict: Verdict, reason: str) -> None:
        """One verdict with its findings."""
        batch_id = verdict.batch.batch_id
        for finding in verdict.findings:
            self._add("findings", rows.finding_row(finding, batch_id))
        for row in rows.verdict_rows(verdict, reason, self.program):
            self._add("verdicts", row)

    def _add(self, name: str, row: tables.Row) -> None:
        waiting = self.rows[name]
        waiting.append(tables.values(name, row))
        if len(waiting) >= _FLUSH_ROWS:
            self._flush(name)

    def _flush(self, name: str) -> None:
        if name not in self.writers:
            self.writers[name] = pq.ParquetWriter(
                self._path(name, ".part"), tables.SCHEMAS[name], compression="zstd"
            )
        self.writers[name].write_table(
            tables.arrow(name, self.rows[name], self.pass_id, self.judged_on)
        )
        self.rows[name] = []

    def _path(self, name: str, suffix: str) -> Path:
        return self.store.root / "archive" / name / f"{self.pass_id}{suffix}"

    def commit(self) -> None:
        """Make the pass part of the archive: every table whole and on disk, certificates last.

        Everything the pass has written (kept files, pages, tables) is on disk before the file that
        makes it count: one sync for all of them, where one per page would cost more than writing
        the pages. Raises StoreError where anything cannot be written.
        """
        try:
            for name in _ORDER:
                self._flush(name)
                self.writers[name].close()
            for name in _ORDER[:-1]:
                self._path(name, ".part").replace(self._path(name, ".parquet"))
            os.sync()
            self._path(_ORDER[-1], ".part").replace(self._path(_ORDER[-1], ".parquet"))
            os.sync()
        except (OSError, pa.ArrowException) as error:
            raise StoreError(
                f"{self.store.root}: the pass could not be archived: {error}"
            ) from None
