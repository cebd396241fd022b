"""The files of a store: what came, what was read and judged of it, and the pages.

    raw/ab/abcdef…                    every file as it came, by the SHA-256 of its bytes
    archive/<table>/<pass>.parquet    certificates, results, findings, verdicts
    archive/pages/<pass>.parquet      every page that a pass wrote, its own and those of its batches
    rulebooks/<sha256>/us.toml        every rulebook that judged something, as it stood
    registers/<sha256>/texts.toml     … and every register, of texts or laboratories.toml
    reports/…                         pages to look at; all of them can be made again
    passes/<pass>/…                   what a pass has written and does not count yet

A pass writes its tables and pages to a folder of its own. Once they are on the disk the ledger
makes them count, and then they move to where readers look. What a killed pass left behind moves
there too if the ledger names it, and is removed if not.
"""

from __future__ import annotations

import hashlib
import logging
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from kratom_qc import settings
from kratom_qc.archive import disk, fingerprint, rows, tables
from kratom_qc.archive.finding_rows import FindingRows
from kratom_qc.archive.fingerprint import Fingerprint
from kratom_qc.archive.generation import BESIDE, FOLDERS
from kratom_qc.archive.pages import FOLDER as PAGES
from kratom_qc.archive.pages import PageWriter
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.errors import Problem, StoreBusy, StoreError
from kratom_qc.domain.verdict import Verdict

log = logging.getLogger(__name__)
_FLUSH_ROWS = 20_000
# Whoever sees a verdict finds what it rests on: verdicts appear last.
_ORDER = ("certificates", "results", "findings", "verdicts")
_PASS = re.compile(r"\d{4}-\d\d-\d\d-\d{6,}")


class StoreFiles:
    """One folder that holds everything. Raises StoreError where it cannot be written."""

    def __init__(self, root: Path):
        self.root = root
        self.reports = root / "reports"
        self.passes = root / "passes"
        archive = (root / "archive" / name for name in FOLDERS)
        for folder in (root / "raw", self.reports, self.passes, *archive):
            disk.make_folder(folder)
        with disk.told(root, "the store cannot be written"), tempfile.TemporaryFile(dir=root):
            pass

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store for one pass. Raises StoreBusy at once where another pass holds it."""
        lock = FileLock(self.root / "pass.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise StoreBusy(
                f"{self.root}: another pass is writing to this store; try again when it has ended"
            ) from None
        try:
            yield
        finally:
            lock.release()

    # ------------------------------------------------------------ what came

    def keep(self, sha256: str, content: bytes) -> None:
        """Keep a file's bytes under their hash, on the disk when this returns. A damaged copy that
        lies there is mended. Raises StoreError where they cannot be written."""
        path = raw_path(self.root, sha256)
        if path.exists():
            if path.read_bytes() == content:
                disk.sync([path, path.parent])
                return
            log.warning("kept file was damaged, mended", extra={"sha256": sha256})
        disk.make_folder(path.parent)
        disk.write_synced(path, content)

    def take(self, sha256: str, arrived: Path) -> None:
        """Keep a file that lies on this disk, by moving it. Raises StoreError as `keep` does."""
        path = raw_path(self.root, sha256)
        if path.exists() and sha256_of(path) == sha256:
            disk.sync([path, path.parent])
            with disk.told(arrived, "cannot be removed"):
                arrived.unlink(missing_ok=True)
            return
        disk.make_folder(path.parent)
        with disk.told(path):
            arrived.replace(path)
        disk.sync([path, path.parent])

    def raw(self, sha256: str) -> bytes:
        """A kept file's bytes. Raises StoreError where they are gone, or not what came."""
        return raw(self.root, sha256)

    def keep_text(self, path: Path, text: str) -> None:
        """Keep the text of a rulebook or register at a path in the store, since a hash alone shows
        nobody in five years what was asked."""
        target = self.root / path
        if not target.exists():
            disk.make_folder(target.parent)
            disk.write_synced(target, text.encode("utf-8"))

    # ------------------------------------------------------------ passes that do not count yet

    def staged(self) -> list[str]:
        """The passes of which something lies where it does not count."""
        names = (path.name for path in self.passes.iterdir() if path.is_dir())
        return sorted(name for name in names if _PASS.fullmatch(name))

    def publish(self, pass_id: str) -> None:
        """Move what a pass wrote to where readers look. Raises StoreError where it cannot."""
        staging = self.passes / pass_id
        for path in kept_by(pass_id):
            target = self.root / path
            if (staging / path).exists():
                with disk.told(target):
                    (staging / path).replace(target)
                disk.sync([target.parent])
        self._remove_empty(staging)

    def discard(self, pass_id: str) -> None:
        """Remove what a pass wrote that never came to count; nothing else that lies there."""
        staging = self.passes / pass_id
        log.info("left by an interrupted pass, removed", extra={"pass_id": pass_id})
        for path in kept_by(pass_id):
            with disk.told(path, "cannot be removed"):
                (staging / path).unlink(missing_ok=True)
        self._remove_empty(staging)

    def _remove_empty(self, staging: Path) -> None:
        folders = sorted((path for path in staging.rglob("*") if path.is_dir()), reverse=True)
        for folder in (*folders, staging):
            try:
                folder.rmdir()
            except OSError:
                log.warning("not ours, left where it is", extra={"path": str(folder)})


def foreign(root: Path, stems: Iterable[str]) -> list[Path]:
    """What lies among the tables of a store and is none of the files that count."""
    known = {f"{stem}.parquet" for stem in stems}
    folders = (root / "archive" / name for name in FOLDERS)
    every = (path for folder in folders for path in sorted(folder.iterdir()))
    return [path for path in every if path.name not in known]


def raw(root: Path, sha256: str) -> bytes:
    """A kept file's bytes. Raises StoreError where they are gone, or not what came."""
    path = lies_at(root, raw_path(Path(), sha256))
    with disk.told(path, "a kept file cannot be read"):
        content = path.read_bytes()
    actual = hashlib.sha256(content).hexdigest()
    if actual != sha256:
        raise StoreError(
            f"{path}: a kept file is not what came: its bytes have the SHA-256 {actual[:12]}…; "
            "restore it from a backup"
        )
    return content


def raw_path(root: Path, sha256: str) -> Path:
    """Where a store keeps the file with this hash."""
    return root / "raw" / sha256[:2] / sha256


def rulebook_path(root: Path, book_id: str, sha256: str) -> Path:
    """Where a store keeps the text of a rulebook that judged something."""
    return root / "rulebooks" / sha256 / f"{book_id}.toml"


def register_path(root: Path, name: str, sha256: str) -> Path:
    """Where a store keeps a register by which something was judged."""
    return root / "registers" / sha256 / f"{name}.toml"


def kept_by(pass_id: str) -> list[Path]:
    """Where in a store the files of a pass lie, in the order in which they appear."""
    return [Path("archive") / name / f"{pass_id}.parquet" for name in (*_ORDER, PAGES)]


def table_path(root: Path, name: str, stem: str) -> Path:
    """Where a file of a table, or of pages, lies."""
    return lies_at(root, Path("archive") / name / f"{stem}.parquet")


def lies_at(root: Path, path: Path) -> Path:
    """Where a file lies that belongs at this path of a store: a pass that was killed while its
    files moved has some of them still in its own folder, and of two generations of tables one lies
    beside the archive. What is only in the bucket of the settings is brought from there. Raises
    StoreError where that cannot be done."""
    staged, beside = root / "passes" / path.stem / path, root / BESIDE / path
    for place in (staged, root / path, beside):
        if place.exists():
            return place
    url = settings.load().bucket
    if url is not None:
        from kratom_qc.archive.bucket import Bucket  # loads obstore, which few have

        content = Bucket(url).read(path.as_posix())
        if content is not None:
            disk.make_folder((root / path).parent)
            disk.write_synced(root / path, content)
    return root / path


@dataclass(slots=True)
class PassWriter:
    """Gathers one pass in a folder of its own; rows go to disk in blocks, which keeps memory
    flat."""

    files: StoreFiles
    stamp: tables.PassStamp
    program: str
    rows: dict[str, list[tables.Values]] = field(
        default_factory=lambda: {name: [] for name in tables.SCHEMAS if name != "findings"}
    )
    findings: FindingRows = field(default_factory=FindingRows)
    writers: dict[str, pq.ParquetWriter] = field(default_factory=dict)
    pages: PageWriter = field(init=False)

    def __post_init__(self) -> None:
        for path in kept_by(self.stamp.pass_id):
            disk.make_folder((self.folder / path).parent)
        self.pages = PageWriter(self._path(PAGES))

    @property
    def folder(self) -> Path:
        """Where the pass writes."""
        return self.files.passes / self.stamp.pass_id

    def add_refused(self, file: str, sha256: str, refusals: Iterable[Problem]) -> None:
        """A file that never became data."""
        self._add("certificates", rows.refused_row(file, sha256, refusals, self.program))

    def add_analysis(
        self,
        certificate: InterpretedCertificate,
        traces: Iterable[str] = (),
        same_as: str | None = None,
    ) -> None:
        """One new certificate of one batch, with its results; by its traces a later one finds it
        again. `same_as` names the file that says the same: then nothing is counted twice."""
        self._add("certificates", rows.certificate_row(certificate, self.program, traces, same_as))
        for row in rows.result_rows(certificate) if same_as is None else ():
            self._add("results", row)

    def add_verdict(self, verdict: Verdict, reason: str) -> Fingerprint:
        """One verdict with its findings. Returns the hashes of what it rests on."""
        batch_id = verdict.batch.batch_id
        marks = self.findings.add(batch_id, verdict.findings)
        if len(self.findings) >= _FLUSH_ROWS:
            self._flush("findings")
        verdicts = list(rows.verdict_rows(verdict, reason, self.program))
        for row in verdicts:
            self._add("verdicts", row)
        return fingerprint.of_marks(verdicts, marks)

    def _add(self, name: str, row: tables.Row) -> None:
        waiting = self.rows[name]
        waiting.append(tables.values(name, row))
        if len(waiting) >= _FLUSH_ROWS:
            self._flush(name)

    def _flush(self, name: str) -> None:
        path = self._path(name)
        with disk.told(path):
            if name not in self.writers:
                self.writers[name] = table_writer(path, name)
            self.writers[name].write_table(self._waiting(name))

    def _waiting(self, name: str) -> pa.Table:
        """The rows of a table that wait to be written; then none wait any more."""
        if name == "findings":
            return self.findings.table(self.stamp)
        waiting, self.rows[name] = self.rows[name], []
        return tables.arrow(name, waiting, self.stamp)

    def _path(self, name: str) -> Path:
        return self.folder / "archive" / name / f"{self.stamp.pass_id}.parquet"

    def finish(self) -> dict[str, str]:
        """Have everything whole and on the disk. Returns the hash of every file, by the path at
        which readers will find it. Raises StoreError where anything cannot be written."""
        for name in _ORDER:
            self._flush(name)
            with disk.told(self._path(name)):
                self.writers[name].close()
        self.pages.close()
        paths = [self.folder / path for path in kept_by(self.stamp.pass_id)]
        disk.sync([*paths, *(path.parent for path in paths), self.folder / "archive", self.folder])
        return {path.relative_to(self.folder).as_posix(): sha256_of(path) for path in paths}


def table_writer(path: Path, name: str) -> pq.ParquetWriter:
    """Writes one table of the archive; every page carries a checksum, which readers verify."""
    return pq.ParquetWriter(
        path, tables.SCHEMAS[name], compression="zstd", write_page_checksum=True
    )


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file. Raises StoreError where it cannot be read."""
    with disk.told(path, "cannot be read"), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
