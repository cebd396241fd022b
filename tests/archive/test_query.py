"""`archive query`: SQL over what counts, and over nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kratom_qc.app.archive_query import ask
from kratom_qc.app.store import Store
from kratom_qc.archive.query import plain
from kratom_qc.cli.main import main
from kratom_qc.domain.errors import InputNotFound, StoreError, UsageError
from tests.app.stores import LEAD, certificate, clock, passed

OWN = "SELECT batch_id, verdict FROM latest_verdicts WHERE market IS NULL ORDER BY batch_id"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """L-HOLD is judged twice."""
    root = tmp_path_factory.mktemp("query")
    passed(root, **{batch: certificate(batch, lead) for batch, lead in LEAD.items()})
    passed(root, more=certificate("L-HOLD", "0.8"))
    return root / "store"


def rows(store: Path, sql: str) -> list[tuple]:
    return list(ask(store, sql).rows)


def test_tables_and_views_answer(made):
    assert rows(made, OWN) == [("L-FAIL", "FAIL"), ("L-HOLD", "FAIL"), ("L-PASS", "PASS")]
    assert rows(made, "SELECT count(*) FROM verdicts WHERE market IS NULL") == [(4,)]
    answer = ask(made, "SELECT high, judged_on, rulebooks FROM results_current r JOIN latest_verdicts v "
                       "USING (batch_id, judged_on) WHERE batch_id = 'L-PASS' AND v.market IS NULL")  # fmt: skip
    high, day, books = map(plain, next(answer.rows))
    assert (high, day) == ("0.4", "2026-11-22")
    assert {"id", "version", "sha256"} == set(books[0])


@pytest.mark.parametrize("sql", [
    "COPY results TO '{there}'", "ATTACH '{there}'", "CREATE TABLE x AS SELECT 1", "SELECT 1; SELECT 2", "",
    "SELECT * FROM '{there}'", "SELECT * FROM read_csv('{there}')", "SELECT nothing FROM results", "SELEC 1",
    "EXPLAIN ANALYZE COPY results TO '{there}'", "INSTALL httpfs", "SET enable_external_access = true",
])  # fmt: skip
def test_nothing_is_written_and_no_other_file_is_read(made, tmp_path, sql):
    there = tmp_path / "there.csv"
    with pytest.raises(UsageError):
        rows(made, sql.format(there=there))
    assert not there.exists()


def test_what_does_not_count_is_not_seen(made, tmp_path):
    """A table of a pass that was never committed, and a stranger's file among the tables."""
    store = Path(shutil.copytree(made, tmp_path / "store"))
    verdicts = store / "archive" / "verdicts"
    first = next(verdicts.iterdir())
    shutil.copy(first, verdicts / "2026-11-22-999999.parquet")
    shutil.copy(first, verdicts / "mine.parquet")
    assert rows(store, "SELECT count(*) FROM verdicts WHERE market IS NULL") == [(4,)]


def test_a_flipped_byte_is_an_error_and_no_answer(made, tmp_path):
    store = Path(shutil.copytree(made, tmp_path / "store"))
    path = max((store / "archive" / "findings").iterdir())
    content = path.read_bytes()
    path.write_bytes(content[:300] + bytes([content[300] ^ 1]) + content[301:])
    with pytest.raises(StoreError, match="the archive cannot be read"):
        rows(store, "SELECT * FROM findings")


def test_a_store_without_a_pass_has_empty_tables(tmp_path):
    Store(tmp_path / "store", clock)
    assert rows(tmp_path / "store", OWN) == []
    with pytest.raises(InputNotFound):
        rows(tmp_path / "no store", OWN)


@pytest.mark.parametrize(("output", "said"), [
    ("table", 'L-FAIL\tFAIL\t\t["us"]\n'), ("csv", 'batch_id,verdict,market,home_markets\nL-FAIL,FAIL,,"[""us""]"\n'),
    ("json", '{"batch_id":"L-FAIL","verdict":"FAIL","market":null,"home_markets":["us"]}\n'),
])  # fmt: skip
def test_the_command_prints_a_table_csv_or_json(made, capsys, output, said):
    sql = "SELECT batch_id, verdict, market, home_markets FROM verdicts WHERE market IS NULL AND batch_id = 'L-FAIL'"
    with pytest.raises(SystemExit) as ended:
        main(["archive", "query", sql, "--output", output, "--store", str(made)])
    assert (ended.value.code, capsys.readouterr().out) == (0, said)
    if output == "json":
        assert json.loads(said)["market"] is None
