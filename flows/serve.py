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
    children = _children(schedule)
    by_name = {child.name: child for child in children}
    # A server that starts again may have forgotten what is deployed: then it is deployed again.
    dependent = [by_name["deployments"]] if "server" in by_name else []
    with Family(children, depend_on_first=dependent) as family:
        yield family


def _children(schedule: Schedule) -> list[Child]:
    home = schedule.store.resolve() / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    configured = os.environ.get("PREFECT_API_URL", "")
    port = free_port()
    environment = {
        **{name: os.environ.get(name, value) for name, value in QUIET.items()},
        "TZ": "UTC",
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": configured or f"http://{HOST}:{port}/api",
    }

    def child(name: str, *arguments: str) -> Child:
        return Child(name, [f"flows.{name}", *arguments], home / f"{name}.log", environment)

    children = [child("standing", *schedule.arguments())]
    if schedule.is_scheduled:
        children.append(child("deployments", *schedule.arguments()))
    if schedule.is_scheduled and not configured:
        server = child("server", str(port))
        server.before_restart = lambda deaths: _put_aside(home, deaths)
        children.insert(0, server)
    return children


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
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ends.set())
    with scheduled(schedule):
        ends.wait()


if __name__ == "__main__":
    main()
