"""The release flow with a real Prefect server, as the command starts it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pandas as pd

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
