"""Plain readers loop while passes are added and the archive is compacted: never a row twice, never one too few."""

from __future__ import annotations

import subprocess
import sys
import time

from kratom_qc.app.compaction import compact
from kratom_qc.app.verification import verify
from tests.app.stores import clock
from tests.tools.archives import add_pass, made_by_chance

BATCHES, RESULTS = 3, 40
# A pass is seen whole: its rows of `results` are there, all or none. Of a file that is gone a reader is told.
READERS = {
    "pandas": "import pandas; read = lambda: pandas.read_parquet(table, columns=['pass_id'])['pass_id'].tolist()",
    "pyarrow": "import pyarrow.dataset as ds; read = lambda: ds.dataset(table).to_table(['pass_id'])['pass_id'].to_pylist()",
    "duckdb": "import duckdb; read = lambda: [one for one, in duckdb.sql("
    "f\"SELECT pass_id FROM '{table}/*.parquet'\").fetchall()]",
    "polars": "import polars; read = lambda: polars.scan_parquet(f'{table}/*.parquet').select('pass_id')"
    ".collect()['pass_id'].to_list()",
}
LOOP = """
import sys, time
from collections import Counter
from pathlib import Path
table, stop, rows = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
{read}
reads = gone = least = 0
while not stop.exists():
    time.sleep(0.01)
    try:
        counts = Counter(read())
    except Exception as error:
        if not any(word in str(error) for word in ("No such file", "No files found", "not found", "Cannot open file")):
            raise
        gone += 1
        continue
    assert set(counts.values()) <= {{rows}}, counts
    assert len(counts) >= least, (len(counts), least)
    least, reads = len(counts), reads + 1
print(reads, gone, least)
"""


def test_four_readers_never_see_a_row_twice_or_miss_one(tmp_path):
    store = made_by_chance(tmp_path / "store", 4, BATCHES, RESULTS, clock=clock)
    table, stop = store.root / "archive" / "results", tmp_path / "stop"
    arguments = [str(table), str(stop), str(BATCHES * RESULTS)]
    readers = [
        subprocess.Popen([sys.executable, "-c", LOOP.format(read=read), *arguments], stdout=subprocess.PIPE, text=True)
        for read in READERS.values()
    ]
    try:
        time.sleep(2)  # until they have loaded
        for number in range(4, 16):
            add_pass(store, number, BATCHES, RESULTS)
            if number % 4 == 3:
                compact(store.root, "me", clock)
    finally:
        stop.touch()
        ended = [(one.communicate()[0].split(), one.returncode) for one in readers]
    assert [status for _, status in ended] == [0] * 4
    for name, (said, _) in zip(READERS, ended, strict=True):
        reads, gone, least = map(int, said[-3:])  # DuckDB may draw a bar before
        assert reads > 0, name
        assert gone <= 2 * 3, "a reader that listed before a generation took its place is told, once or twice"
        assert 4 <= least <= 16
    assert verify(store.root, replay=False).foreign == ()
