"""`kratom-qc run`: one release pass over a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from kratom_qc.cli.options import Facts, Json, Market, On, StoreFolder


def run(
    inbox: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where certificates arrive (default: ./inbox)."),
    ] = None,
    store: StoreFolder = None,
    market: Market = None,
    on: On = None,
    facts: Facts = None,
    again: Annotated[
        list[str] | None,
        typer.Option(
            metavar="BATCH",
            show_default=False,
            help="Judge these batches of the store again, by the rulebooks, registers and settings "
            "of now; * stands for anything (may be repeated).",
        ),
    ] = None,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End as `check` does: by the worst verdict.")
    ] = False,
    wait: Annotated[
        int,
        typer.Option(
            metavar="SECONDS",
            min=0,
            help="How long to wait where another pass is at work on the store; then the run ends "
            "with 73. A run that finds nothing new does not wait.",
        ),
    ] = 60,
    prefect: Annotated[
        bool,
        typer.Option(
            "--prefect",
            help="Make the pass as a Prefect flow, on a server of its own that keeps the history "
            "of its runs in the store; where PREFECT_API_URL names a server, it is always one.",
        ),
    ] = False,
) -> int:
    """One pass over the inbox: read, judge, archive, report.

    What is new is known by content, never by name. With --json every batch judged and every file
    refused is one object a line.

    \b
    Example:
      kratom-qc run --inbox inbox --store store
      kratom-qc run --inbox inbox --store store --strict --quiet
      kratom-qc run --again "HB-*"
    """
    from kratom_qc import settings
    from kratom_qc.app.arrivals import existing
    from kratom_qc.app.policy import load_policy
    from kratom_qc.app.store import Store
    from kratom_qc.cli import passes

    config = settings.load()
    inbox, store, markets = inbox or config.inbox, store or config.store, tuple(market or ())
    policy = load_policy(markets, on, facts)  # mistakes are told before anything starts
    order = passes.Order(existing(inbox), store, markets, on, facts, tuple(again or ()), wait)
    kept = Store(store)
    as_flow = prefect or bool(os.environ.get("PREFECT_API_URL"))
    done = passes.release(order, kept, policy, as_flow=as_flow, shown=not quiet)
    if (not done.was_idle or config.notify) and not (as_flow and done.rows):  # else the flow did so
        from kratom_qc.app.after import after_pass

        after_pass(kept, policy)
    status = passes.worst_status(done) if strict else 0
    if quiet:
        return status
    if as_json:
        passes.print_objects(done, kept.ledger)
    else:
        passes.print_result(done, order, policy.overdue)
        passes.print_judged_otherwise(kept.ledger)
    return status
