"""`kratom-qc markets`: where a batch may be sold."""

from __future__ import annotations

from typing import Annotated

import typer

from kratom_qc.cli.options import Facts, Json, Market, On, Product, StoreFolder


def markets(
    batches: Annotated[
        list[str],
        typer.Argument(
            metavar="BATCH",
            show_default=False,
            help="The id of a batch in the store, or a certificate file.",
        ),
    ],
    store: StoreFolder = None,
    product: Product = None,
    market: Market = None,
    on: On = None,
    facts: Facts = None,
    as_json: Json = False,
) -> int:
    """Tell where a batch may be sold and what stops it.

    A batch of the store is read again from its certificates and judged as a pass would judge it,
    with what the vendor declared of it then unless --facts is given. Nothing is written.

    \b
    Example:
      kratom-qc markets certificate.xlsx --on 2026-11-22
      kratom-qc markets HB-260814-A --store store
    """
    from kratom_qc import settings
    from kratom_qc.app.policy import load_policy
    from kratom_qc.cli.standings import show

    policy = load_policy(market or (), on, facts, product)
    return show(batches, store or settings.load().store, policy, as_json=as_json)
