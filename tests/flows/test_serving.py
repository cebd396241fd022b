"""Everything that runs by itself: a real Prefect server, the deployments on their schedule, the worker that stands
ready. One test with steps in the order of a day, because tests that share a server may be given to several processes."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from kratom_qc.app.health import health
from kratom_qc.app.store import ledger_of
from tests.app.stores import certificate

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_reports" / "certificates"
PATIENCE = 400  # seconds: a busy machine takes minutes to start Prefect and a run of its own
OFTEN = 150
DEPLOYED = {"release", "rejudge", "keep", "digest-daily"}


class Serving(NamedTuple):
    process: subprocess.Popen[bytes]
    inbox: Path
    store: Path
    backups: Path

    def children(self) -> dict[str, psutil.Process]:
        """The processes that it keeps alive, by what they are."""
        found = psutil.Process(self.process.pid).children()
        return {name: one for one in found for name in one.cmdline() if name.startswith("flows.")}

    def runs(self) -> dict[str, set[tuple[str, str]]]:
        """(kind, name) of the states of every run that has begun, by deployment."""
        database = self.store / "prefect" / "prefect.db"
        asked = (
            "SELECT d.name, f.state_type, f.state_name FROM flow_run f JOIN deployment d ON d.id = f.deployment_id "
            "WHERE f.state_type NOT IN ('SCHEDULED', 'PENDING', 'RUNNING')"
        )
        found: dict[str, set[tuple[str, str]]] = {}
        try:
            with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
                for name, kind, state in connection.execute(asked):
                    found.setdefault(name, set()).add((kind, state))
        except sqlite3.OperationalError:  # not made yet, or busy
            pass
        return found

    def judged(self) -> set[str]:
        return set(ledger_of(self.store).batches()) if (self.store / "archive" / "verdicts").exists() else set()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    (tmp_path / "inbox" / "Acme").mkdir(parents=True)
    shutil.copy(next(SAMPLES.glob("01-clean*")), tmp_path / "inbox" / "Acme")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    environment["KRATOM_QC_BACKUPS"] = str(tmp_path / "backups")
    command = [
        sys.executable,
        "-m",
        "flows.serve",
        "--store",
        str(tmp_path / "store"),
        "--inbox",
        str(tmp_path / "inbox"),
    ]
    command += ["--every", str(OFTEN)]
    for name in DEPLOYED - {"release"}:
        command += ["--time", f"{name}={OFTEN}"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        yield Serving(process, tmp_path / "inbox", tmp_path / "store", tmp_path / "backups")
    finally:
        process.kill()
        process.wait()


def eventually(holds: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"it did not happen: {what}"
        time.sleep(0.2)


def what_lies_in_the_inbox_is_judged_without_prefect_and_the_vendor_has_it_back(serving: Serving) -> None:
    eventually(lambda: "HB-260814-A" in serving.judged(), "the sample is judged")
    assert [one.made["vendor"] for one in ledger_of(serving.store).since() if one.act == "delivered"] == ["Acme"]
    page = serving.store / "outbox" / "Acme"
    eventually(lambda: page.is_dir() and "HB-260814-A" in next(page.iterdir()).name, "its page is in the outbox")


def a_run_of_every_deployment_begins_on_its_schedule_and_completes(serving: Serving) -> None:
    eventually(lambda: serving.runs().keys() >= DEPLOYED, "a run of each")
    assert {kind for states in serving.runs().values() for kind, _ in states} == {"COMPLETED"}
    assert {name for states in serving.runs().values() for _, name in states} <= {
        "Nothing new", "Nothing turned", "Whole", "Made", "Skipped",
    }  # fmt: skip
    assert [path.name for path in serving.backups.iterdir() if (path / "manifest.json").exists()]
    with closing(sqlite3.connect(serving.store / "prefect" / "prefect.db")) as database:
        texts = " ".join(data for (data,) in database.execute("SELECT data FROM artifact"))
    assert "Awaiting review: 1 batches" in texts, "the digest is an artifact"


def a_file_that_is_dropped_is_judged_at_once(serving: Serving) -> None:
    (serving.inbox / "Bounty").mkdir()
    (serving.inbox / "Bounty" / "second.csv").write_bytes(certificate("L-SECOND", "0.4"))
    eventually(lambda: "L-SECOND" in serving.judged(), "the second file is judged", 60)
    eventually(lambda: health(serving.store)["checks"]["workers"].get("standing"), "the worker says that it lives")


def whatever_dies_is_started_again_and_no_file_waits_two_minutes_also_without_what_prefect_remembers(
    serving: Serving,
) -> None:
    eventually(lambda: len(serving.children()) == 3, "server, deployments and worker")
    for child in serving.children().values():
        child.kill()
    for database in (serving.store / "prefect").glob("prefect.db*"):
        database.unlink()
    began = time.monotonic()
    (serving.inbox / "third.csv").write_bytes(certificate("L-THIRD", "0.4"))
    eventually(lambda: "L-THIRD" in serving.judged(), "the third file is judged", 120)
    assert time.monotonic() - began < 120
    eventually(lambda: len(serving.children()) == 3, "all three are up again")
    eventually((serving.store / "prefect" / "prefect.db").exists, "the server has a database again")
    assert len(serving.judged()) == 3
    committed = [one.made for one in ledger_of(serving.store).since() if one.act == "committed"]
    assert len(committed) == 3, "each file was judged once"


def nothing_outlives_it(serving: Serving) -> None:
    family = psutil.Process(serving.process.pid).children(recursive=True)
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(timeout=PATIENCE) == 0
    _, left = psutil.wait_procs(family, timeout=30)
    assert not left


def test_everything_runs_by_itself_and_ends_with_what_started_it(serving):
    what_lies_in_the_inbox_is_judged_without_prefect_and_the_vendor_has_it_back(serving)
    a_run_of_every_deployment_begins_on_its_schedule_and_completes(serving)
    a_file_that_is_dropped_is_judged_at_once(serving)
    whatever_dies_is_started_again_and_no_file_waits_two_minutes_also_without_what_prefect_remembers(serving)
    nothing_outlives_it(serving)
