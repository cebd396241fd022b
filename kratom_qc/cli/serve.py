"""`kratom-qc serve`: the portal, and what judges beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kratom_qc.cli.options import StoreFolder


def serve(
    store: StoreFolder = None,
    inbox: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A folder where certificates arrive as well.")
    ] = None,
    port: Annotated[
        int,
        typer.Option(metavar="N", min=0, max=65535, help="Where it listens; 0: where it is free."),
    ] = 8000,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="By default only this machine reaches it.")
    ] = "127.0.0.1",
    every: Annotated[
        int,
        typer.Option(
            metavar="SECONDS",
            min=10,
            help="How often a pass is made on a schedule; what arrives is judged at once anyhow.",
        ),
    ] = 900,
    schedule: Annotated[
        bool,
        typer.Option(
            help="Start a Prefect server and what runs on a schedule: passes, rejudging, digests, "
            "verification and backup."
        ),
    ] = True,
    behind_proxy: Annotated[
        bool,
        typer.Option(
            "--behind-proxy",
            help="A proxy on this machine ends TLS; believe what it says of address and scheme.",
        ),
    ] = False,
) -> int:
    """Serve the portal and judge what arrives, until Ctrl-C.

    \b
    Example:
      kratom-qc serve --store store --inbox inbox --port 8000
    """
    from flows.deployments import Schedule
    from kratom_qc import settings
    from kratom_qc.cli.serving import Served, run

    root = store or settings.load().store
    order = Schedule(root, inbox, every, is_scheduled=schedule)
    return run(Served(order, host, port, behind_proxy))
