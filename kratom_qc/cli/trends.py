"""`kratom-qc trends`: control charts, capability and agreement of laboratories over a store."""

from __future__ import annotations

from typing import Annotated

import typer

from kratom_qc.cli.options import Json, StandingOn, StoreFolder, complete_products


def trends(
    store: StoreFolder = None,
    product: Annotated[
        str | None,
        typer.Option(metavar="P", autocompletion=complete_products, help="Of this product form."),
    ] = None,
    laboratory: Annotated[
        str | None, typer.Option(metavar="L", help="Of this laboratory, as certificates print it.")
    ] = None,
    vendor: Annotated[str | None, typer.Option(metavar="V", help="Of this vendor.")] = None,
    analyte: Annotated[str | None, typer.Option(metavar="A", help="Of this analyte.")] = None,
    last: Annotated[
        int,
        typer.Option(metavar="N", min=2, help="Of each laboratory so many batches, the newest."),
    ] = 500,
    baseline: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=20, help="Take limits from the first N batches (default: from all)."
        ),
    ] = None,
    on: StandingOn = None,
    as_json: Json = False,
) -> int:
    """Show how results move from batch to batch.

    One chart for each product, laboratory, vendor, method and analyte: which rules of Nelson and of
    Western Electric it breaks, EWMA, CUSUM, capability; then duplicates and laboratories that
    tested the same batches. It warns and changes no verdict.

    \b
    Example:
      kratom-qc trends --store store
      kratom-qc trends --store store --product leaf_powder --analyte lead --json
    """
    from kratom_qc import settings
    from kratom_qc.app.trends.report import trends as report
    from kratom_qc.app.trends.statements import Wanted
    from kratom_qc.cli.trend_tables import print_trends

    wanted = Wanted(product, laboratory, vendor, analyte, last)
    trend_report = report(store or settings.load().store, wanted, on, baseline)
    return print_trends(trend_report, as_json=as_json)
