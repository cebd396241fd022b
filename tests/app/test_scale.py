"""Files that are read by Dask's workers give what is read here: a real scheduler with two workers of this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kratom_qc.app.policy import load_policy
from kratom_qc.app.release import whole_pass
from kratom_qc.app.scale import DaskReaders
from kratom_qc.app.store import Store, ledger_of
from kratom_qc.domain.errors import StoreError
from kratom_qc.settings import Caps
from tests.app.stores import DAY, clock

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "sample_reports" / "certificates").glob("*"))


@pytest.fixture(scope="module")
def scheduler() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a scheduler with two workers, which are processes of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    address = f"tcp://127.0.0.1:{port}"
    quiet = ("--no-dashboard",)
    command = {
        "scheduler": [
            sys.executable,
            "-m",
            "distributed.cli.dask_scheduler",
            "--port",
            str(port),
            "--host",
            "127.0.0.1",
            *quiet,
        ],
        "worker": [
            sys.executable,
            "-m",
            "distributed.cli.dask_worker",
            address,
            "--nworkers",
            "2",
            "--nthreads",
            "1",
            *quiet,
        ],
    }
    started = [subprocess.Popen(one, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL) for one in command.values()]
    yield address, started[1]
    for one in reversed(started):
        for child in psutil.Process(one.pid).children(recursive=True):
            child.kill()
        one.kill()
        one.wait()


def verdicts(root: Path) -> dict[str, tuple[str, str]]:
    """Of every batch the verdict and the hash of all that it rests on."""
    return {one.batch_id: (str(one.verdict), one.basis) for one in ledger_of(root).batches().values()}


def test_workers_elsewhere_give_the_same_verdicts_on_the_same_basis(tmp_path, monkeypatch, scheduler):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for path in SAMPLES:
        shutil.copy(path, inbox)
    whole_pass(inbox, Store(tmp_path / "here", clock), load_policy(on=DAY))
    monkeypatch.setenv("KRATOM_QC_DASK", scheduler[0])
    done = whole_pass(inbox, Store(tmp_path / "there", clock), load_policy(on=DAY))
    assert len(verdicts(tmp_path / "here")) == len(done.rows)
    assert verdicts(tmp_path / "there") == verdicts(tmp_path / "here")


def test_a_worker_that_is_killed_loses_no_file(scheduler):
    files = [(f"{number}-{path.name}", path.read_bytes()) for number in range(8) for path in SAMPLES]
    with DaskReaders(Caps(wall_seconds=600, cpu_seconds=600), scheduler[0]) as readers:
        found = readers.read(iter(files))
        names = [next(found).file]
        for child in psutil.Process(scheduler[1].pid).children():
            child.kill()
            break
        names += [one.file for one in found]
    assert names == [name for name, _ in files]


def test_no_scheduler_is_an_error_that_says_where(monkeypatch):
    monkeypatch.setattr("kratom_qc.app.scale._CONNECT_SECONDS", 1)
    with pytest.raises(StoreError, match=r"tcp://127.0.0.1:9: no Dask scheduler answers"):
        DaskReaders(Caps(), "tcp://127.0.0.1:9").start()
