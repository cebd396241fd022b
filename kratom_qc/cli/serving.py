"""The processes of `serve`: the portal in this one, and what judges and runs by itself beside it
(`flows.serve`). They end together."""

from __future__ import annotations

import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flows.deployments import Schedule
from flows.serve import scheduled
from kratom_qc.app.policy import load_policy
from kratom_qc.domain.errors import UsageError


@dataclass(frozen=True, slots=True)
class Served:
    """What `serve` is asked for."""

    schedule: Schedule
    host: str
    port: int
    behind_proxy: bool


def run(order: Served) -> int:
    """Serve until Ctrl-C or SIGTERM. Raises UsageError where the address cannot be listened on, and
    StoreError and RulebookError, all before anything starts."""
    import uvicorn

    from kratom_qc.portal.application import application

    load_policy()  # mistakes are told before anything starts
    app = application(order.schedule.store, order.schedule.inbox)
    settings = server_settings(order.host, order.port, behind_proxy=order.behind_proxy)
    signal.signal(signal.SIGTERM, _ended)
    with _listening(order.host, order.port) as listening, scheduled(order.schedule):
        app.state.house.looker.start()
        print(f"http://{order.host}:{listening.getsockname()[1]}", flush=True)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(uvicorn.Config(app, **settings)).run([listening])
    return 0


def _ended(*_: object) -> None:
    """What the server leaves to us after it has ended in order: the block is left, children end."""
    raise KeyboardInterrupt


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise UsageError(
            f"{host}:{port} cannot be listened on: {error.strerror}; name another with --port"
        ) from None
    return listening


def server_settings(host: str, port: int, *, behind_proxy: bool) -> dict[str, Any]:
    """How uvicorn serves: it says nothing of itself, keeps no log of addresses (a token might stand
    in one), and believes a proxy only where there is one."""
    from kratom_qc.portal.protocol import BoundedProtocol

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
        "http": BoundedProtocol,
        "ws": "none",
        "limit_concurrency": 500,
        "h11_max_incomplete_event_size": 32 * 1024,
    }
