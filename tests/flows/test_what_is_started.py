"""Nothing outlives whoever started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_reports" / "certificates"
PATIENCE = 400  # seconds: a busy machine takes minutes to start Prefect and a run of its own


def started(*arguments: str, **settings: str) -> subprocess.Popen[bytes]:
    """A Python process of our own that speaks to no Prefect server but the one it starts."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")} | settings
    return subprocess.Popen([sys.executable, *arguments], env=environment, cwd=ROOT, stderr=subprocess.PIPE)


def eventually(holds: Callable[[], object], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, f"it did not happen: {what}"
        time.sleep(0.2)


def children_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def reads(process: subprocess.Popen[bytes]) -> bool:
    """Whether readers are at work: they are children of the fork server, which is a child of the process."""
    return any(child.ppid() != process.pid for child in children_of(process))


def left(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def all_end(processes: list[psutil.Process]) -> None:
    try:
        eventually(lambda: not left(processes), "the server ends")
    finally:
        for process in left(processes):
            process.kill()


WAITING = """
import sys, time
from pathlib import Path
from flows.server import prefect_server
with prefect_server(Path(sys.argv[1])) as answered:
    answered()
    Path(sys.argv[1], "up").touch()
    time.sleep(600)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_process_leaves_no_prefect_server_behind(tmp_path, how):
    """One with its database from a copy, one that finds the copy broken: it makes both again."""
    kept = tmp_path / "cache" / f"prefect-{version('prefect')}.db"
    settings = {"KRATOM_QC_CACHE": str(kept.parent)} if how == signal.SIGKILL else {}
    kept.parent.mkdir()
    kept.write_bytes(b"no database")
    parent = started("-c", WAITING, str(tmp_path), **settings)
    try:
        eventually((tmp_path / "up").exists, "a server that answers")
        assert not settings or kept.read_bytes().startswith(b"SQLite format 3")
        family = children_of(parent)
        assert family
    finally:
        parent.send_signal(how)
        parent.communicate(timeout=PATIENCE)
    all_end(family)


@pytest.mark.parametrize("way", [(), ("--prefect",)], ids=["in its own process", "as a flow"])
def test_a_pass_that_is_terminated_leaves_nothing_behind(tmp_path, way):
    """While its readers read, and Prefect's server waits."""
    store = tmp_path / "store"
    running = started("-m", "kratom_qc", "run", *way, "--inbox", str(SAMPLES), "--store", str(store))
    try:
        eventually(lambda: running.poll() is not None or reads(running), "a reader at work")
        assert running.poll() is None, running.stderr.read().decode()
        family = children_of(running)
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=PATIENCE)
    assert running.returncode == -signal.SIGTERM
    all_end(family)
    assert not list((store / "reports").iterdir())
