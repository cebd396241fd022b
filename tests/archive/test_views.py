"""The views answer over tables of today and of earlier versions alike."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from kratom_qc.archive.views import views
from tests.app.stores import LEAD, certificate, passed


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """L-HOLD is judged twice, on one day."""
    root = tmp_path_factory.mktemp("views")
    passed(root, **{batch: certificate(batch, lead) for batch, lead in LEAD.items()})
    passed(root, more=certificate("L-HOLD", "0.8"))
    return root


@pytest.mark.parametrize("older", [(), (0,), (0, 1)], ids=["today's", "the first of an earlier version", "both"])
def test_the_newest_verdict_of_every_batch_with_what_decided_it_and_its_results(root, tmp_path, older):
    archive = tmp_path / "archive"
    for name in ("certificates", "results", "findings", "verdicts"):
        (archive / name).mkdir(parents=True)
        for number, path in enumerate(sorted((root / "store" / "archive" / name).iterdir())):
            table = pq.read_table(path)
            lacking = ["judged_at", "sequence"] if number in older else []
            pq.write_table(table.drop_columns(lacking), archive / name / path.name)
    database = duckdb.connect()
    database.execute(views(tmp_path))
    own = "SELECT batch_id, verdict FROM latest_verdicts WHERE market IS NULL ORDER BY batch_id"
    assert database.execute(own).fetchall() == [("L-FAIL", "FAIL"), ("L-HOLD", "FAIL"), ("L-PASS", "PASS")]
    decided = "SELECT DISTINCT batch_id, rule_id, outcome FROM findings_that_decided WHERE rule_id = 'PB' ORDER BY ALL"
    assert database.execute(decided).fetchall() == [("L-FAIL", "PB", "FAIL"), ("L-HOLD", "PB", "FAIL")]
    results = "SELECT batch_id, said FROM results_current ORDER BY ALL"
    assert database.execute(results).fetchall() == [
        ("L-FAIL", "0.9"), ("L-HOLD", "0.8"), ("L-HOLD", "<1.0"), ("L-PASS", "0.4"),
    ]  # fmt: skip
