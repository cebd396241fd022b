"""`kratom-qc quarantine`: files that no pass works on any more."""

from __future__ import annotations

from typing import Annotated

import typer

from kratom_qc.cli.options import Json, StoreFolder

quarantine = typer.Typer(name="quarantine", rich_markup_mode=None)


@quarantine.callback(invoke_without_command=True)
def listed(context: typer.Context, store: StoreFolder = None, as_json: Json = False) -> None:
    """Files that no pass works on any more: list, retry.

    \b
    Example:
      kratom-qc quarantine --store store
    """
    if context.invoked_subcommand is None:
        from kratom_qc.cli.waiting_files import print_quarantined

        raise typer.Exit(print_quarantined(store, as_json=as_json))


@quarantine.command()
def retry(
    files: Annotated[
        list[str],
        typer.Argument(metavar="HASH", show_default=False, help="At least 8 letters of it."),
    ],
    because: Annotated[str, typer.Option(metavar="WHY", help="Kept in the journal.")],
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Default: who runs this.")] = None,
    store: StoreFolder = None,
) -> int:
    """Let the next pass try files once more.

    \b
    Example:
      kratom-qc quarantine retry 5f3a9c21 --because "a newer reader" --store store
    """
    from kratom_qc.cli.waiting_files import retried

    return retried(store, files, by, because)
