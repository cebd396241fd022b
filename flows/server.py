"""A Prefect server for one command, where none is configured: started on a free port of this
machine, stopped at the end.

Prefect's own ephemeral server gives up after twenty seconds on a loaded machine and loses part of
the history; this one is waited for, keeps its database in the store, and listens on 127.0.0.1 only.
"""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flows import database
from flows.children import Child, end_with_the_parent
from kratom_qc.domain.errors import EngineError

HOST = "127.0.0.1"
START_SECONDS = 180
# Nothing is reported to anyone, and the console stays ours.
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_UI_ENABLED": "false",
}


@contextmanager
def prefect_server(home: Path) -> Iterator[Callable[[], None]]:
    """A Prefect API for the block: the configured one, or a server that lives as long as the block,
    and no longer than this process however that ends. It starts no run on a schedule.

    Yields a function that waits until it answers, so that the heavy imports can be made while it
    starts; its address is in the environment from the first moment, because Prefect reads its
    settings when it is imported. Raises EngineError where the server does not come up.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if os.environ.get("PREFECT_API_URL", ""):
        yield lambda: None
        return
    port = free_port()
    address = f"http://{HOST}:{port}/api"
    os.environ.update(PREFECT_HOME=str(home.resolve()), PREFECT_API_URL=address)
    unscheduled = {"PREFECT__SERVER_WEBSERVER_ONLY": "1"}
    server = Child("server", [__name__, str(port)], home / "server.log", unscheduled)
    server.start()
    try:
        yield lambda: _wait(server, f"{address}/health")
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.stop()


def free_port() -> int:
    """A port of this machine on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait(server: Child, health: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if not server.is_up:
            how = f"ended with status {server.status}"
            raise EngineError(f"the Prefect server {how}; see {server.log_file}")
        try:
            # a fixed http address on this machine
            with urllib.request.urlopen(health, timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    how = f"did not answer within {START_SECONDS} s"
    raise EngineError(f"the Prefect server {how}; see {server.log_file}")


# ---------------------------------------------------------------- in the server's process


def _serve(port: int) -> None:
    import uvicorn

    end_with_the_parent()
    database.make(Path(os.environ["PREFECT_HOME"]))
    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host=HOST,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
