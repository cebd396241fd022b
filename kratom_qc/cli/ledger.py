"""`kratom-qc ledger`: the journal of a store."""

from __future__ import annotations

from typing import Annotated

import typer

from kratom_qc.cli.options import Json, StoreFolder

ledger = typer.Typer(
    name="ledger",
    rich_markup_mode=None,
    help="The journal of a store: show, verify, rebuild.\n\n"
    "\b\nExample:\n  kratom-qc ledger verify --store store",
)


@ledger.command()
def show(
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="SUBJECT",
            show_default=False,
            help="A batch, a file's SHA-256 or a pass (default: the newest entries).",
        ),
    ] = None,
    last: Annotated[int, typer.Option(metavar="N", min=1, help="So many, the newest.")] = 20,
    store: StoreFolder = None,
    as_json: Json = False,
) -> int:
    """Show who did what when.

    \b
    Example:
      kratom-qc ledger show --last 50 --store store
      kratom-qc ledger show HB-260814-A --store store --json
    """
    from kratom_qc import settings
    from kratom_qc.cli.journal import print_entries

    return print_entries(store or settings.load().store, subject, last, as_json=as_json)


@ledger.command()
def verify(
    head: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SEQUENCE:HASH",
            help="A head that was written down elsewhere (may be repeated), besides those of "
            "heads.jsonl.",
        ),
    ] = None,
    store: StoreFolder = None,
) -> int:
    """Check that nothing of the journal was changed.

    Ends with 1 where something differs, and names it. `archive verify` checks the rest of a store.

    \b
    Example:
      kratom-qc ledger verify --store store
    """
    from kratom_qc import settings
    from kratom_qc.cli.journal import print_verified

    return print_verified(store or settings.load().store, head or [])


@ledger.command()
def rebuild(store: StoreFolder = None) -> int:
    """Make the current state again from the journal.

    Tells what differed, which is nothing unless somebody else wrote to the database.

    \b
    Example:
      kratom-qc ledger rebuild --store store
    """
    from kratom_qc import settings
    from kratom_qc.cli.journal import print_rebuilt

    return print_rebuilt(store or settings.load().store)
