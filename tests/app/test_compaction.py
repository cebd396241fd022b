"""Compaction: fewer files, the same rows, the same answers; readers and crashes at any moment."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from kratom_qc.app import reports
from kratom_qc.app.archive_query import ask
from kratom_qc.app.backup import back_up, restore
from kratom_qc.app.compaction import compact
from kratom_qc.app.compare import compare
from kratom_qc.app.evidence import export_batch
from kratom_qc.app.groups import Groups
from kratom_qc.app.review import dossier
from kratom_qc.app.shown import Shown
from kratom_qc.app.store import Store, history_of, ledger_of
from kratom_qc.app.trends.report import trends
from kratom_qc.app.trends.statements import Wanted, statements_before
from kratom_qc.app.verification import verify
from kratom_qc.archive import compaction, generation
from kratom_qc.archive.recall import ResultFilter, recall
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import StoreError
from tests.app.stores import DAY, LEAD, certificate, clock, passed, verdicts


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Four passes; L-HOLD is judged three times."""
    root = tmp_path_factory.mktemp("compaction")
    passed(root, **{batch: certificate(batch, lead, Laboratory="Z lab") for batch, lead in LEAD.items()})
    passed(root, b=certificate("L-HOLD", "0.3", Laboratory="A lab"))
    passed(root, c=certificate("A-NEW", "0.3"), refused=b"no,certificate\n1,2\n")
    passed(root, d=certificate("L-HOLD", "0.8", Laboratory="A lab"))
    return root


@pytest.fixture
def root(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "place"))


def everything(store: Path) -> dict[str, list]:
    """Every row of every table as DuckDB reads it, and what our own readers say."""
    rows = {name: sorted(map(repr, ask(store, f"SELECT * FROM {name}").rows)) for name in SCHEMAS}
    history = history_of(store)
    rows["recalled"] = sorted(map(repr, recall(history, history.verdicts, ResultFilter()).items()))
    rows["verdicts judged"] = list(map(repr, history.verdicts))
    rows["dossier"] = [repr(dossier(store, "L-HOLD"))]
    ledger = ledger_of(store)
    judged = [(entry.subject, entry.made["pass_id"]) for entry in ledger.acts("judged")]
    rows["pages"] = [reports.page(store, ledger, batch_id, pass_id) for batch_id, pass_id in judged]
    return rows


def files(store: Path) -> list[str]:
    return sorted(path.relative_to(store / "archive").as_posix() for path in (store / "archive").glob("*/*"))


def test_after_compaction_everything_is_answered_as_before(root):
    store = root / "store"
    before, batches = everything(store), ledger_of(store).batches()
    assert compact(store, "me", clock) == (4, 1)
    assert len(files(store)) == 5
    assert everything(store) == before
    assert ledger_of(store).batches() == batches
    found = verify(store, replay=True)
    assert (found.differences, found.foreign, found.replayed) == ((), (), 4)
    assert compact(store, "me", clock) == (1, 1), "there is nothing to merge"
    assert ledger_of(store).differences() == {}
    assert verdicts(passed(root, e=certificate("L-PASS", "0.9"))) == ["L-PASS FAIL"]
    assert len(files(store)) == 10
    assert compact(store, "me", clock) == (2, 1)
    assert verify(store, replay=True).differences == ()


def questions(store: Path) -> dict[str, object]:
    """What a comparison, the trends, the pages of a laboratory and the list of files answer."""
    ledger = ledger_of(store)
    groups = Groups(store, ledger, DAY)
    (refused,) = [one for one in ledger.refused() if one.name == "refused.csv"]
    return {
        "compared": compare(store, "L-HOLD", "L-PASS"),
        "papers": compare(store, "L-HOLD.csv", "b.csv", "L-HOLD"),
        "trends": trends(store, Wanted(), DAY),
        "before": statements_before(store, ledger.batches()["L-PASS"], 9),
        "card": groups.card("laboratory", "A lab"),
        "refusals": Shown(Store(store, clock), None).file(refused.sha256).refusals,
    }


def test_every_reader_finds_the_rows_also_when_the_files_of_before_are_gone(root):
    store = root / "store"
    before = questions(store)
    compact(store, "me", clock)
    generation.clear(store, ledger_of(store).ever_tables())  # as the next generation begins
    assert questions(store) == before


def test_rows_are_sorted_and_every_page_has_a_checksum(root):
    compact(root / "store", "me", clock)
    for name, schema in SCHEMAS.items():
        (path,) = (root / "store" / "archive" / name).iterdir()
        assert path.name.startswith("2026-11_")
        assert pq.read_schema(path).equals(schema)
        table = pd.read_parquet(path).astype({"batch_id": str} | ({"laboratory": str} if name == "results" else {}))
        order = ["laboratory", "batch_id"] if name == "results" else ["batch_id"]
        assert table.index.equals(table.sort_values(order, kind="stable").index)
        column = pq.read_metadata(path).row_group(0).column(schema.names.index("batch_id"))
        last = column.dictionary_page_offset + column.total_compressed_size - 1
        content = path.read_bytes()
        path.write_bytes(content[:last] + bytes([content[last] ^ 1]) + content[last + 1 :])
        with pytest.raises(OSError, match="CRC"), pq.ParquetFile(path, page_checksum_verification=True) as file:
            file.read()


def test_a_compacted_store_is_backed_up_restored_and_exported(root):
    store = root / "store"
    before = everything(store)
    compact(store, "me", clock)
    back_up(store, root / "backup", "me")
    assert len(list((root / "backup" / "archive").glob("*/*"))) == 5
    shutil.rmtree(store)
    restore(root / "backup", store, "me", clock)
    assert everything(store) == before
    assert verify(store, replay=False).differences == ()
    export_batch(store, "L-HOLD", root / "evidence", "me")


def test_what_is_not_ours_stays_where_it_is(root):
    archive = root / "store" / "archive"
    (archive / "results" / "mine.parquet").write_bytes(b"mine")
    (archive / ".ipynb_checkpoints").mkdir()
    (archive / ".ipynb_checkpoints" / "x").write_text("x")
    (archive / "findings" / "@eaDir").mkdir()
    for number in range(2):
        compact(root / "store", "me", clock)
        passed(root, **{f"more{number}": certificate(f"M-{number}", "0.1")})
    assert (archive / "results" / "mine.parquet").read_bytes() == b"mine"
    assert (archive / ".ipynb_checkpoints" / "x").read_text() == "x"
    assert (archive / "findings" / "@eaDir").is_dir()
    assert len(verify(root / "store", replay=False).foreign) == 2


def test_a_damaged_table_is_not_merged_and_nothing_changes(root):
    store = root / "store"
    path = min((store / "archive" / "findings").iterdir())
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"?")
    before = files(store)
    with pytest.raises(StoreError, match="archive cannot be read"):
        compact(store, "me", clock)
    assert files(store) == before
    path.write_bytes(content)
    assert compact(store, "me", clock) == (4, 1)


def test_what_does_not_read_back_as_it_was_written_never_counts(root, monkeypatch):
    whole, calls = compaction._decoded, count()
    monkeypatch.setattr(compaction, "_decoded", lambda table: whole(table).slice(next(calls) % 2))
    with pytest.raises(StoreError, match="does not read back"):
        compact(root / "store", "me", clock)
    assert len(files(root / "store")) == 20


class Killed(BaseException):
    """The process is gone."""


def killed(*_: object) -> None:
    raise Killed


@pytest.mark.parametrize(("where", "what", "counts"), [
    (compaction, "merge", False), (generation, "complete", False), ("ledger", "add", False),
    (generation, "_exchange second", True), (generation, "_bring_back second", True), (generation, "give_up", True),
])  # fmt: skip
def test_a_compaction_that_was_killed_is_finished_or_forgotten(root, monkeypatch, where, what, counts):
    store = root / "store"
    before = everything(store)
    (store / "archive" / "results" / "mine.txt").write_text("mine")
    with monkeypatch.context() as patch:
        kill(patch, where, what)
        with pytest.raises(Killed):
            compact(store, "me", clock)
    assert everything(store) == before, "before anybody mends anything"
    assert own_verdicts(store) == 6
    assert bool(ledger_of(store).lying()) is counts
    with Store(store, clock).locked():
        pass
    assert everything(store) == before
    assert len(files(store)) == (6 if counts else 21)
    assert own_verdicts(store) == 6
    assert verify(store, replay=False).differences == ()
    assert compact(store, "me", clock).after == 1
    assert everything(store) == before
    assert (store / "archive" / "results" / "mine.txt").read_text() == "mine"


def own_verdicts(store: Path) -> int:
    """As a plain reader counts them."""
    sql = f"SELECT count(*) FROM '{store}/archive/verdicts/*.parquet' WHERE market IS NULL"
    return duckdb.sql(sql).fetchall()[0][0]


def kill(patch: pytest.MonkeyPatch, where: object, what: str) -> None:
    """Let a function end the process instead; with `second` the last of its calls."""
    if where == "ledger":
        patch.setattr("kratom_qc.ledger.ledger.Ledger.add", killed)
        return
    name, _, second = what.partition(" ")
    target = "kratom_qc.app.compaction.merge" if what == "merge" else f"kratom_qc.archive.generation.{name}"
    if not second:
        patch.setattr(target, killed)
        return
    real = getattr(where, name)

    def later(*arguments: object) -> None:
        if generation.ready(Path(str(arguments[0])).parents[1 if name == "_exchange" else 0]) or (
            name == "_bring_back" and generation.ready(Path(str(arguments[0])))
        ):
            raise Killed
        real(*arguments)

    patch.setattr(target, later)
