"""`archive export --delta`: other engines read the same rows, and nothing twice."""

from __future__ import annotations

import polars
import pyarrow.dataset as ds
import pytest
from deltalake import DeltaTable

from kratom_qc.app.archive_query import ask
from kratom_qc.app.compaction import compact
from kratom_qc.app.publishing import export_to_delta
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.cli.main import main
from tests.app.stores import clock
from tests.tools.archives import add_pass, made_by_chance


def test_what_is_new_is_added_once_and_reads_as_in_the_archive(tmp_path):
    store = made_by_chance(tmp_path / "store", 3, 4, 5, clock=clock)
    delta = tmp_path / "delta"
    assert export_to_delta(store.root, delta, "me") == dict.fromkeys(SCHEMAS, 3)
    compact(store.root, "me", clock)
    add_pass(store, 40, 4, 5)
    assert export_to_delta(store.root, delta, "me") == dict.fromkeys(SCHEMAS, 1)
    assert export_to_delta(store.root, delta, "me") == dict.fromkeys(SCHEMAS, 0)
    for name in SCHEMAS:
        sql = f"SELECT pass_id, batch_id, count(*) FROM {name} GROUP BY ALL ORDER BY ALL"
        rows = polars.scan_delta(str(delta / name)).group_by("pass_id", "batch_id").len().sort("pass_id", "batch_id")
        assert rows.collect().rows() == list(ask(store.root, sql).rows)
    table = DeltaTable(str(delta / "results"))
    assert {one["judged_month"] for one in table.partitions()} == {"2026-01", "2026-02"}
    sql = "SELECT sum(low), max(judged_at) FROM results"
    arrow = ds.dataset(table.file_uris(), format="parquet").to_table(columns=["low", "judged_at"])
    assert [(sum(arrow["low"].to_pylist()), max(arrow["judged_at"].to_pylist()))] == list(ask(store.root, sql).rows)
    assert [entry.subject for entry in store.ledger.acts("exported")] == ["delta", "delta"]
    assert export_to_delta(store.root, delta, "me", anew=True) == dict.fromkeys(SCHEMAS, 4)
    assert polars.scan_delta(str(delta / "verdicts")).select(polars.len()).collect().item() == 16


def test_the_command_says_what_was_added(tmp_path, capsys):
    store = made_by_chance(tmp_path / "store", 1, 2, 3, clock=clock)
    with pytest.raises(SystemExit) as ended:
        main(["archive", "export", "--delta", str(tmp_path / "delta"), "--store", str(store.root)])
    assert (ended.value.code, "1 passes" in capsys.readouterr().out) == (0, True)
    with pytest.raises(SystemExit) as ended:
        main(["archive", "export", "--store", str(store.root)])
    assert ended.value.code == 64
