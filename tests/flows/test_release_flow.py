"""A pass of the command: as a flow with a real Prefect server, and in its own process, which must do the same."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from kratom_qc.app.store import LEDGER
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.ledger.ledger import Ledger

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_reports" / "certificates"


def kratom_qc(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_API")}
    environment["COLUMNS"] = "140"
    command = [sys.executable, "-m", "kratom_qc", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)


def test_a_pass_over_an_inbox_with_a_failing_batch_and_a_bad_file_completes_and_the_next_has_nothing_to_do(
    demo, tmp_path
):
    for word in ("HB-260814-A", "PASS", "ZL-7741", "FAIL", "REFUSED", "no-batch-id"):
        assert word in demo.printed
    assert {"index.html", "limits.html"} <= {path.name for path in (demo.store / "reports").iterdir()}
    runs = demo.store / "prefect" / "prefect.db"
    assert runs.exists(), "a real server kept the history of the run"
    with closing(sqlite3.connect(runs)) as database:
        lines = [message for (message,) in database.execute("SELECT message FROM log WHERE flow_run_id IS NOT NULL")]
    for event in ("pass begun", "file read", "file refused", "batch judged", "wave judged", "pass committed"):
        assert any(line.startswith(event) for line in lines), f"the run's log in Prefect lacks '{event}'"
    certificates = pd.read_parquet(demo.store / "archive" / "certificates")
    assert Counter(certificates.status) == {"judged": 28, "refused": 1}
    store = shutil.copytree(demo.store, tmp_path / "store")
    second = kratom_qc("run", "--inbox", str(SAMPLES), "--store", str(store), "--on", "2026-11-22")
    assert second.returncode == 0
    assert "Nothing new" in second.stdout


def in_its_own_process(inbox: Path, store: Path) -> subprocess.CompletedProcess[str]:
    """`make demo` without `--prefect`, in a process that must end without Prefect."""
    facts = str(ROOT / "sample_reports" / "products.toml")
    command = ["run", "--inbox", str(inbox), "--store", str(store), "--facts", facts, "--on", "2026-11-22"]
    script = (
        "import sys\nfrom kratom_qc.cli.main import main\n"
        f"try: main({command!r})\nexcept SystemExit as end: assert end.code == 0\n"
        "assert 'prefect' not in sys.modules\n"
    )
    environment = {**os.environ, "COLUMNS": "140", "KRATOM_QC_MAX_WALL_SECONDS": "600"}  # a machine may be busy
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, cwd=ROOT, check=False
    )


def rows(store: Path, table: str) -> list[dict[str, Any]]:
    """What a table of the archive holds, but the hour."""
    kept = pq.read_table(store / "archive" / table).to_pylist()
    return sorted(({**row, "judged_at": None} for row in kept), key=repr)


def acts(store: Path) -> list[tuple[Any, ...]]:
    """What the journal says was done, without the hours and the hashes of what has hours in it."""
    found = []
    for entry in Ledger(store / LEDGER).entries():
        made = {**entry.made, "judged_at": None, "holds": sorted(entry.made.get("holds", ()))}
        found.append((entry.sequence, entry.act, entry.subject, made, entry.before, entry.reason))
    return found


# When an act was journaled: two passes never at one moment.
_TIMES = re.compile(rb"20[0-9]{2}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?Z?")


def test_a_pass_in_its_own_process_does_what_the_flow_does(demo, tmp_path):
    done = in_its_own_process(SAMPLES, tmp_path / "store")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "store" / "prefect").exists()
    for table in SCHEMAS:
        assert rows(tmp_path / "store", table) == rows(demo.store, table), table
        assert rows(demo.store, table)
    assert acts(tmp_path / "store") == acts(demo.store)
    for folder in ("reports", "raw", "rulebooks"):
        kept = [
            {
                path.relative_to(store / folder): _TIMES.sub(b"", path.read_bytes())
                for path in (store / folder).rglob("*")
                if path.is_file()
            }
            for store in (tmp_path / "store", demo.store)
        ]
        assert kept[0], folder
        assert kept[0] == kept[1]


def test_nothing_new_is_found_before_prefect_or_great_expectations_is_loaded(tmp_path):
    (tmp_path / "inbox").mkdir()
    script = (
        "import sys\nfrom kratom_qc.cli.main import main\n"
        f"try: main(['run', '--inbox', {str(tmp_path / 'inbox')!r}, '--store', {str(tmp_path / 'store')!r}])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "loaded = {'prefect', 'great_expectations', 'pandas'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert "Nothing new" in done.stdout


def test_help_loads_nothing_heavy():
    script = (
        "import sys\nfrom kratom_qc.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit as end: assert end.code == 0\n"
        "loaded = {'prefect', 'great_expectations', 'pandas', 'pyarrow', 'openpyxl', 'rich', 'numpy'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
