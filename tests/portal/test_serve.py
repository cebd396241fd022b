"""`kratom-qc serve` as somebody starts it: an upload is judged by the worker that stands ready, what was not judged before a
crash is judged after it, and everything that was started ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from kratom_qc.app.accounts import add_token, add_user
from kratom_qc.app.store import Store
from kratom_qc.ledger.people import People
from tests.app.stores import certificate, policy
from tests.portal.serving import PASSWORD

PATIENCE = 120  # seconds


@contextmanager
def serving(root: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command and the address that it prints, without a Prefect server."""
    policy(root)  # writes the rulebooks
    environment = {**os.environ, "KRATOM_QC_EXPECTATIONS": str(root / "rules 0.5")}
    command = [
        sys.executable,
        "-m",
        "kratom_qc",
        "serve",
        "--store",
        str(root / "store"),
        "--port",
        "0",
        "--no-schedule",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()


def judged(client: httpx.Client, address: str) -> dict[str, object]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        answer = client.get(address).json()
        if answer["status"] != "waiting":
            return answer
        time.sleep(0.2)
    raise AssertionError("it was never judged")


@pytest.mark.slow
def test_an_upload_is_judged_and_everything_ends(tmp_path: Path) -> None:
    people = People(Store(tmp_path / "store").ledger)
    add_user(people, "test", "ann", "vendor", PASSWORD, vendor="Acme")
    headers = {"Authorization": f"Bearer {add_token(people, 'test', 'ann')}"}
    with serving(tmp_path) as (process, address), httpx.Client(base_url=address, headers=headers, timeout=30) as client:
        sent = client.post("/api/v1/certificates?name=a.csv", content=certificate("SERVED-1", "0.4"))
        assert sent.status_code == 202
        # Nobody had the time to judge it: the whole family is killed.
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(family, timeout=PATIENCE)
        assert alive == []
    with serving(tmp_path) as (process, address), httpx.Client(base_url=address, headers=headers, timeout=30) as client:
        answer = judged(client, sent.json()["address"])
        assert [one["verdict"] for one in answer["batches"]] == ["PASS"]
        family = psutil.Process(process.pid).children(recursive=True)
        assert family
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        _, alive = psutil.wait_procs(family, timeout=PATIENCE)
        assert alive == []


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "kratom_qc", "serve", "--store", str(tmp_path / "store"), "--port", port, "--no-schedule"],
            capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
    assert done.returncode == 64
    assert f"127.0.0.1:{port} cannot be listened on" in done.stderr
