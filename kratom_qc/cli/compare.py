"""`kratom-qc compare`: two batches, or two certificates of one, side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from kratom_qc.cli.options import Json, StoreFolder


def compare(
    first: Annotated[str, typer.Argument(metavar="BATCH", show_default=False)],
    other: Annotated[str, typer.Argument(metavar="BATCH", show_default=False)],
    batch: Annotated[
        str | None,
        typer.Option(
            metavar="BATCH",
            help="Compare two certificates of this batch, named by file or hash, instead.",
        ),
    ] = None,
    store: StoreFolder = None,
    as_json: Json = False,
) -> int:
    """Compare two batches, or a certificate with its correction.

    Result by result as intervals, then every market in which the verdicts differ. A certificate
    stands with the newest verdict that rested on it and not on the other one.

    \b
    Example:
      kratom-qc compare HB-260814-A MV-0926-117 --store store
      kratom-qc compare a.xlsx corrected.xlsx --batch HB-260814-A --store store
    """
    from kratom_qc import settings
    from kratom_qc.app.compare import compare as compared
    from kratom_qc.cli.comparisons import print_comparison

    comparison = compared(store or settings.load().store, first, other, batch)
    return print_comparison(comparison, as_json=as_json)
