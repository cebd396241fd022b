"""`kratom-qc run`: one pass of the release flow over a folder."""

from __future__ import annotations

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
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End as `check` does: by the worst verdict.")
    ] = False,
) -> int:
    """One pass over the inbox: read, judge, archive, report.

    What is new is known by content, never by name. With --json every batch judged and every file
    refused is one object a line.

    \b
    Example:
      kratom-qc run --inbox inbox --store store
      kratom-qc run --inbox inbox --store store --strict --quiet
    """
    from kratom_qc import settings
    from kratom_qc.app.policy import load_policy
    from kratom_qc.app.release import arrivals, delivered, existing
    from kratom_qc.app.store import Store
    from kratom_qc.cli import passes

    config = settings.load()
    inbox, store, markets = inbox or config.inbox, store or config.store, tuple(market or ())
    policy = load_policy(markets, on, facts)  # mistakes are told before anything starts
    kept = Store(store)
    found = arrivals(existing(inbox), kept)
    order = passes.Order(inbox, store, markets, on, facts)
    if found.new:
        done = passes.release(order, shown=not quiet)
        rows, refused = done.rows, done.refused
    else:
        delivered(kept, found.again)
        rows, refused = [], found.left
    if as_json and not quiet:
        batches = kept.ledger.batches([row.batch_id for row in rows])
        passes.print_objects(rows, refused, batches)
    elif not quiet:
        passes.print_result(rows, refused, order, policy.overdue)
        if not found.new:
            passes.print_nothing_new(inbox, store, found.seen - len(found.left))
    return passes.worst_status(rows, refused) if strict else 0
