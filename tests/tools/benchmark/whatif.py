"""What if FR Doc 2026-20943 were law? Asked of an archive by `kratom-qc rejudge`, and by hand in DuckDB.

By hand means: somebody who knows the archive and the two limits writes the SQL for them, with the interval semantics, and counts
which batches move in every market. It writes no verdict, no finding and no page, and knows nothing of conversions, of a
certificate that proves more alone, or of what else a rulebook may ask.

A process of its own for each; prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import psutil

from tests.tools.benchmark.archived import ON, store
from tests.tools.benchmark.measure import Stopwatch, run

BOOKS = Path(__file__).resolve().parents[3] / "expectations"
CORES = 2
BY_HAND = """
WITH newest AS (
    SELECT batch_id, max(pass_id) AS pass_id FROM '{verdicts}' WHERE market IS NULL GROUP BY batch_id
), said AS (
    SELECT batch_id, analyte, max(low_float) AS low, max(coalesce(high_float, 'inf'::DOUBLE)) AS high
    FROM '{results}'
    WHERE analyte IN ('mitragynine', '7-hydroxymitragynine', 'mitragynine-pseudoindoxyl')
      AND measured AND unit = 'mg/kg' AND basis = 'as received'
    GROUP BY batch_id, analyte
), ends AS (
    SELECT batch_id,
        max(low) FILTER (analyte = 'mitragynine') AS mit_low,
        max(high) FILTER (analyte = 'mitragynine') AS mit_high,
        coalesce(max(low) FILTER (analyte = '7-hydroxymitragynine'), 0)
            + coalesce(max(low) FILTER (analyte = 'mitragynine-pseudoindoxyl'), 0) AS low,
        coalesce(max(high) FILTER (analyte = '7-hydroxymitragynine'), 'inf'::DOUBLE)
            + coalesce(max(high) FILTER (analyte = 'mitragynine-pseudoindoxyl'), 'inf'::DOUBLE) AS high
    FROM said GROUP BY batch_id
), proposed AS (
    SELECT batch_id, CASE
        WHEN low > 1000 OR (low > 0 AND mit_high / low < 100) THEN 'FAIL'
        WHEN high <= 1000 AND mit_low / high >= 100 THEN 'PASS'
        ELSE 'HOLD' END AS decision
    FROM ends
), moved AS (
    SELECT v.market, v.verdict AS before, CASE
        WHEN 'FAIL' IN (v.verdict, p.decision) THEN 'FAIL'
        WHEN 'HOLD' IN (v.verdict, p.decision) THEN 'HOLD'
        ELSE 'PASS' END AS after
    FROM '{verdicts}' v JOIN newest n USING (batch_id, pass_id) JOIN proposed p USING (batch_id)
    WHERE v.market IS NULL OR v.market = 'us' OR v.market LIKE 'us-%'
)
SELECT coalesce(market, ''), before, after, count(*) FROM moved WHERE before <> after GROUP BY ALL ORDER BY ALL
"""


def draft(folder: Path) -> Path:
    """The federal rulebook with the proposal in force, as a user makes it."""
    rows = (BOOKS / "us.toml").read_text(encoding="utf-8").split("[[limit]]")
    there = [
        row.replace('status = "proposed"', 'status = "in_force"') if "-2026-20943-" in row else row for row in rows
    ]
    (folder / "us.toml").write_text("[[limit]]".join(there), encoding="utf-8")
    return folder / "us.toml"


def ours(root: Path) -> None:
    """The command as a user types it; memory is the sum over its processes, looked at ten times a second."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        words = [sys.executable, "-m", "kratom_qc", "rejudge", "--store", str(root), "--with", str(draft(out))]
        started, peak = time.perf_counter(), 0.0
        with subprocess.Popen([*words, "--on", str(ON), "--output", folder], stdout=subprocess.DEVNULL) as process:
            while process.poll() is None:
                peak = max(peak, _held(process.pid))
                time.sleep(0.1)
        seconds = time.perf_counter() - started
        if process.returncode:
            raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
        (answer,) = out.glob("*/verdicts.parquet")
        told = duckdb.sql(
            f"SELECT coalesce(market, ''), split_part(reason, ' → ', 1), verdict, count(*) FROM '{answer}' "
            "WHERE reason IS NOT NULL GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        batches = json.loads((answer.parent / "terms.json").read_text(encoding="utf-8"))["batches"]
    print(json.dumps({"seconds": {"whatif": seconds}, "peak": peak, "moved": told, "batches": batches}))


def _held(pid: int) -> float:
    try:
        top = psutil.Process(pid)
        return sum(one.memory_info().rss for one in (top, *top.children(recursive=True))) / 2**20
    except psutil.NoSuchProcess:
        return 0.0


def by_hand(root: Path) -> None:
    """The same question in SQL."""
    watch = Stopwatch()
    tables = {name: f"{root}/archive/{name}/*.parquet" for name in ("verdicts", "results")}
    with watch("duckdb"):
        base = duckdb.connect(config={"threads": CORES})
        moved = base.execute(BY_HAND.format(**tables)).fetchall()
    watch.report(moved=moved)


def measured(batches: int) -> dict[str, Any]:
    """Both ways over one archive, and whether they count the same."""
    root = store(batches)
    here, there = run("whatif", "ours", root), run("whatif", "by_hand", root)
    return {
        "batches": here["batches"],
        "seconds": here["seconds"]["whatif"],
        "peak": here["peak"],
        "duckdb": there["seconds"]["duckdb"],
        "moved": sum(count for market, _, _, count in here["moved"] if not market),
        "agree": here["moved"] == there["moved"],
    }


if __name__ == "__main__":
    os.environ["DO_NOT_TRACK"] = "1"
    if sys.argv[1] in ("ours", "by_hand"):
        {"ours": ours, "by_hand": by_hand}[sys.argv[1]](Path(sys.argv[2]))
    else:
        print(json.dumps(measured(int(sys.argv[1]))))
