"""Everything that runs by itself, until it is stopped (Ctrl-C or SIGTERM):

    python -m flows.serve --store store --inbox inbox

Three processes: a Prefect server (unless PREFECT_API_URL names one), the deployments that it runs
on a schedule, and the worker that stands ready and takes what arrives within seconds. Each is
started again where it dies, and none outlives this one.
"""

from __future__ import annotations

import argparse
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.children import Child, Family
from flows.deployments import Schedule, options, parsed
from flows.server import HOST, QUIET, free_port
from kratom_qc import logs

_GIVE_UP = 3  # deaths in a row after which the history of runs is put aside


@contextmanager
def scheduled(schedule: Schedule) -> Iterator[Family]:
    """Everything of a schedule, for as long as the block lasts. Returns at once: the server takes
    some seconds to answer, and the worker does not need it."""
    home = schedule.store.resolve() / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    environment = {name: os.environ.get(name, value) for name, value in QUIET.items()}
    environment["TZ"] = "UTC"
    environment["PREFECT_HOME"] = str(home)
    configured = os.environ.get("PREFECT_API_URL", "")
    port = 0 if configured else free_port()
    environment["PREFECT_API_URL"] = configured or f"http://{HOST}:{port}/api"
    arguments = schedule.arguments()
    # Its runs are children that keep the store's lock until they end: it may take them along.
    deployed = Child(
        "deployments", ["flows.deployments", *arguments], home / "deployments.log", environment
    )
    standing = Child("standing", ["flows.standing", *arguments], home / "standing.log", environment)
    if configured:
        with Family([standing, deployed]) as family:
            yield family
        return
    server = Child(
        "server",
        ["flows.server", str(port)],
        home / "server.log",
        {**environment, "PREFECT_SERVER_UI_ENABLED": "false"},
        before_restart=lambda deaths: _put_aside(home, deaths),
    )
    with Family([server, standing, deployed], depend_on_first=[deployed]) as family:
        yield family


def _put_aside(home: Path, deaths: int) -> None:
    """Put Prefect's database aside where the server cannot live with it: what counts stands in the
    ledger, and the deployments are registered again."""
    if deaths < _GIVE_UP:
        return
    for name in ("prefect.db", "prefect.db-wal", "prefect.db-shm"):
        broken = home / name
        if broken.exists():
            broken.replace(home / f"broken-{name}")


def main() -> None:
    """Serve a schedule until this process is stopped."""
    schedule = parsed(options(argparse.ArgumentParser(prog="python -m flows.serve")).parse_args())
    logs.configure()
    ends = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: ends.set())
    with scheduled(schedule):
        ends.wait()


if __name__ == "__main__":
    main()
