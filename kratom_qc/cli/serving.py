"""The processes of `serve`: the portal's server in this one, and one that stands by for deliveries.
Both end together."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kratom_qc.app.policy import load_policy
from kratom_qc.app.store import Store

_AGAIN_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Served:
    """What `serve` is asked for."""

    store: Path
    inbox: Path | None
    host: str
    port: int
    behind_proxy: bool


def run(order: Served) -> int:
    """Serve until somebody ends it. Raises StoreError and RulebookError before it starts."""
    import uvicorn

    from kratom_qc.portal.application import application

    load_policy()  # mistakes are told before anything starts
    Store(order.store)
    app = application(order.store, order.inbox)
    config = uvicorn.Config(
        app, **server_settings(order.host, order.port, behind_proxy=order.behind_proxy)
    )
    with standing_by(order.store):
        print(f"http://{order.host}:{order.port}", flush=True)
        server = uvicorn.Server(config)
        server.run()
    return 0


def server_settings(host: str, port: int, *, behind_proxy: bool) -> dict[str, Any]:
    """How uvicorn serves: it says nothing of itself, keeps no log of addresses (a token might stand
    in one), and believes a proxy only where there is one."""
    return {
        "host": host,
        "port": port,
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "proxy_headers": behind_proxy,
        "forwarded_allow_ips": "127.0.0.1",
        "timeout_keep_alive": 15,
        "timeout_graceful_shutdown": 5,
        "h11_max_incomplete_event_size": 32 * 1024,
    }


@contextmanager
def standing_by(store: Path) -> Iterator[None]:
    """A process that judges what is delivered, for as long as the block lasts; one that dies is
    replaced."""
    over = threading.Event()
    watcher = threading.Thread(target=_keep_one, args=(store, over))
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _keep_one(store: Path, over: threading.Event) -> None:
    while not over.is_set():
        process = subprocess.Popen(  # noqa: S603 - our own interpreter with fixed arguments
            [sys.executable, "-m", "kratom_qc.app.standing", str(store)], stdin=subprocess.PIPE
        )
        while not over.wait(0.2) and process.poll() is None:
            pass
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(timeout=30 if over.is_set() else 0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if not over.is_set():
            over.wait(_AGAIN_SECONDS)
