"""The processes of `serve`: the portal's server in this one, and beside it what judges and what
runs on a schedule. All end together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kratom_qc.app.policy import load_policy
from kratom_qc.app.store import Store


@dataclass(frozen=True, slots=True)
class Served:
    """What `serve` is asked for."""

    store: Path
    inbox: Path | None
    host: str
    port: int
    behind_proxy: bool
    every: int
    is_scheduled: bool


def run(order: Served) -> int:
    """Serve until somebody ends it. Raises StoreError and RulebookError before it starts."""
    import uvicorn

    from flows.deployments import Schedule
    from flows.serve import scheduled
    from kratom_qc.portal.application import application

    load_policy()  # mistakes are told before anything starts
    Store(order.store)
    app = application(order.store, order.inbox)
    config = uvicorn.Config(
        app, **server_settings(order.host, order.port, behind_proxy=order.behind_proxy)
    )
    schedule = Schedule(order.store, order.inbox, order.every, is_scheduled=order.is_scheduled)
    with scheduled(schedule):
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
