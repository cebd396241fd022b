"""`kratom-qc reports`: the pages of a store, which can all be made again."""

from __future__ import annotations

from typing import Annotated

import typer

from kratom_qc.cli.options import On, StoreFolder

reports = typer.Typer(
    name="reports",
    rich_markup_mode=None,
    help="The pages of a store: rebuild, groups, compare, page.\n\n"
    "\b\nExample:\n  kratom-qc reports rebuild --store store",
)


@reports.command()
def rebuild(store: StoreFolder = None) -> int:
    """Make every page of a store again.

    From the ledger and the pages that passes kept: the index, one page per pass and the newest of
    every batch.

    \b
    Example:
      kratom-qc reports rebuild --store store
    """
    from kratom_qc import settings
    from kratom_qc.cli.pages import print_rebuilt

    return print_rebuilt(store or settings.load().store)


@reports.command()
def groups(store: StoreFolder = None, on: On = None) -> int:
    """Make the pages of every vendor, laboratory and product.

    Each says how its batches stand, what holds and fails them most often, and shows the trend of
    every analyte with its control limits. The index of the store leads to them.

    \b
    Example:
      kratom-qc reports groups --store store
    """
    from kratom_qc import settings
    from kratom_qc.cli.pages import print_groups

    return print_groups(store or settings.load().store, on)


@reports.command()
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
) -> int:
    """Print a page with two batches side by side.

    Or, with --batch, a certificate of one with its correction.

    \b
    Example:
      kratom-qc reports compare HB-260814-A MV-0926-117 --store store > compared.html
    """
    from kratom_qc import settings
    from kratom_qc.cli.pages import print_comparison

    return print_comparison(store or settings.load().store, first, other, batch)


@reports.command()
def page(
    batch: Annotated[str, typer.Argument(metavar="BATCH", show_default=False)],
    of_pass: Annotated[
        int | None, typer.Option("--pass", metavar="NUMBER", help="That of an earlier pass.", min=1)
    ] = None,
    store: StoreFolder = None,
) -> int:
    """Print the page of a batch, as a pass wrote it.

    \b
    Example:
      kratom-qc reports page HB-260814-A --store store > page.html
    """
    from kratom_qc import settings
    from kratom_qc.cli.pages import print_page

    return print_page(store or settings.load().store, batch, of_pass)
