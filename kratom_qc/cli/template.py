"""`kratom-qc template`: a blank certificate to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kratom_qc.cli.options import Force, complete_markets, complete_products


def template(
    product: Annotated[
        str,
        typer.Option(
            metavar="P",
            autocompletion=complete_products,
            show_default=False,
            help="The product's form, such as leaf_powder.",
        ),
    ],
    market: Annotated[
        list[str] | None,
        typer.Option(
            metavar="M",
            autocompletion=complete_markets,
            help="With a row for what this market asks for (may be repeated; default: the home "
            "markets).",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Default: ./certificate-P.xlsx.")
    ] = None,
    force: Force = False,
) -> int:
    """Write a blank certificate to fill in.

    Its drop-downs have the valid words; it has a row for every test that holds a batch of the
    product where nobody reports it.

    \b
    Example:
      kratom-qc template --product leaf_powder --market us-tx
    """
    from kratom_qc.app.policy import load_policy
    from kratom_qc.cli.blank import write_blank

    policy = load_policy(market or (), product=product)
    path = output or Path(f"certificate-{product.replace('_', '-')}.xlsx")
    write_blank(product, policy, path, force=force)
    return 0
