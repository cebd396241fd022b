"""An archive of many batches: one real pass over generated certificates, then copies of it under other ids.

Reading a hundred thousand certificates takes twenty minutes, and a what-if reads none of them: copies of a pass are as long
for it as passes of their own. Kept in the system's temp folder, so that a second run finds it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import random
import sys
import tempfile
from collections.abc import Iterable
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kratom_qc import PROGRAM
from kratom_qc.app import terms
from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import load_policy
from kratom_qc.app.reading import Reading, read_content
from kratom_qc.archive.tables import SCHEMAS, PassStamp
from kratom_qc.interpret.compare import CrossCertificateChecks
from tests.factory.archived import published, writer
from tests.tools.benchmark.generate import COLUMNS, SEED, paper

ON = date(2026, 11, 22)
PASS, WAVE = 5_000, 1_000


def store(batches: int, base: int = PASS) -> Path:
    """A store whose archive holds so many batches, made now or found from before."""
    base = min(base, batches)
    books = load_policy((), ON).books
    made_by = "".join(
        (PROGRAM, str(SCHEMAS), *(book.sha256 for book in books.values()), Path(__file__).read_text(encoding="utf-8"))
    )
    version = hashlib.sha256(made_by.encode()).hexdigest()[:10]
    root = Path(tempfile.gettempdir()) / f"kratom-qc-archive-{version}-{base}-{batches}"
    if not (root / "complete").exists():
        _first_pass(root, base)
        for copy in range(1, batches // base):
            _copied_pass(root, copy)
        (root / "complete").touch()
    return root


def _first_pass(root: Path, count: int) -> None:
    with get_context("spawn").Pool() as readers:
        readings = [one for one in readers.imap(_read, range(count), chunksize=50) if one.certificates]
    policy = load_policy((), ON)
    written = writer(root, PassStamp("pass-0", ON))
    for start in range(0, len(readings), WAVE):
        batches = collect(readings[start : start + WAVE], policy, beside=CrossCertificateChecks())
        for verdict in judge_batches(batches, policy).verdicts():
            written.add_verdict(verdict, "")
    for reading in readings:
        for certificate in reading.certificates:
            written.add_analysis(certificate)
    terms.keep(written.files, policy)
    published(written)


def _read(number: int) -> Reading:
    """One generated certificate in the shape that is read fastest."""
    made = paper(random.Random(SEED * 1_000_003 + number), number)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*made.facts, "Test Category", *COLUMNS])
    for assay, said in made.results:
        row = (assay.section, assay.name, said, assay.unit, assay.lod, assay.loq, assay.method)
        writer.writerow([*made.facts.values(), *row])
    return read_content(f"{number:05d}.csv", out.getvalue().encode())


def _copied_pass(root: Path, copy: int) -> None:
    for name in SCHEMAS:
        folder = root / "archive" / name
        first = pq.ParquetFile(folder / "pass-0.parquet")
        with pq.ParquetWriter(folder / f"pass-{copy}.parquet", SCHEMAS[name], compression="zstd") as writer:
            for group in range(first.num_row_groups):
                writer.write_table(_renamed(first.read_row_group(group), copy).cast(SCHEMAS[name]))


def _renamed(table: pa.Table, copy: int) -> pa.Table:
    """The same rows of other batches and files."""
    changes = {
        "pass_id": lambda _: pa.array([f"pass-{copy}"] * len(table)),
        "batch_id": lambda column: _each(column, lambda said: f"{said}-{copy}"),
        "sha256": lambda column: _each(column, lambda said: _sha(said, copy)),
        "witness": lambda column: _each(column, lambda said: _sha(said, copy)),
        "certificates": lambda column: pa.array(
            [shas and [_sha(sha, copy) for sha in shas] for shas in column.to_pylist()], pa.list_(pa.string())
        ),
    }
    for at, name in enumerate(table.column_names):
        if name in changes:
            table = table.set_column(at, name, changes[name](table.column(name)))
    return table


def _sha(said: str, copy: int) -> str:
    return f"{copy:04x}{said[4:]}"


def _each(column: pa.ChunkedArray, change: object) -> pa.Array:
    """A text column with every distinct value changed once."""
    coded = pc.dictionary_encode(column.cast(pa.string())).combine_chunks()
    values: Iterable[str | None] = coded.dictionary.to_pylist()
    return pa.array([value if value is None else change(value) for value in values]).take(coded.indices)  # type: ignore[operator]


if __name__ == "__main__":
    print(store(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else PASS))
