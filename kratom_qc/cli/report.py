"""`kratom-qc report`: one batch of a store as a file to print, keep or send."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kratom_qc.cli.options import StoreFolder
from kratom_qc.report.formats import Format, Paper, Request


def report(
    batch: Annotated[str, typer.Argument(metavar="BATCH", show_default=False)],
    form: Annotated[
        Format | None,
        typer.Option("--format", help="Default: what the name of --to ends in, else html."),
    ] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write it (default: print it).")
    ] = None,
    paper: Annotated[Paper, typer.Option(help="What a PDF is printed on.")] = Paper.A4,
    annex: Annotated[
        bool, typer.Option("--annex", help="With every limit and every market, in a PDF.")
    ] = False,
    of_pass: Annotated[
        int | None, typer.Option("--pass", metavar="NUMBER", help="That of an earlier pass.", min=1)
    ] = None,
    store: StoreFolder = None,
) -> int:
    """Write the report of a batch as HTML, PDF or XLSX.

    All three say the same; each names the same hash of its content. A PDF is PDF/A and tagged, and
    in a workbook numbers are numbers, with their units beside them.

    \b
    Example:
      kratom-qc report HB-260814-A --to HB-260814-A.pdf --store store
      kratom-qc report HB-260814-A --to batch.xlsx --store store
    """
    from kratom_qc import settings
    from kratom_qc.cli.reporting import print_report

    asked = Request(form, to, paper, annex)
    return print_report(store or settings.load().store, batch, of_pass, asked)
