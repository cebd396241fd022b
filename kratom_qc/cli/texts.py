"""`kratom-qc texts`: what nobody has read, and keeping that somebody has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from kratom_qc.cli.options import Files, Json, On


class ListsByDefault(TyperGroup):
    """`texts FILE…` is `texts list FILE…`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """The arguments, with the name of the command where it is left out."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


texts = typer.Typer(
    name="texts",
    cls=ListsByDefault,
    rich_markup_mode=None,
    help="Texts that nobody has read: list and accept them."
    "\n\n\b\nExample:\n  kratom-qc texts certificate.xlsx\n"
    '  kratom-qc texts accept certificate.xlsx --all --because "boilerplate" --by "J. Doe"',
)


@texts.command("list")
def listed(files: Files, as_json: Json = False) -> int:
    """List the texts that nobody has read, with their cells.

    \b
    Example:
      kratom-qc texts list certificate.xlsx
    """
    from kratom_qc.cli.reading_texts import show

    return show(files, as_json=as_json)


@texts.command()
def accept(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    because: Annotated[str, typer.Option(help="Why the texts say nothing of any batch.")],
    by: Annotated[str, typer.Option(help="Who has read them.")],
    cell: Annotated[
        list[str] | None,
        typer.Option(metavar="CELL", help="Where one stands, as `texts` lists it (repeatable)."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every unread text that needs no release decision.")
    ] = False,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="For every laboratory, not only for this one.")
    ] = False,
    on: On = None,
) -> int:
    """Keep in the register of texts that somebody has read them.

    The register is the file that KRATOM_QC_TEXTS names. A text that names a result, a verdict or
    a lot is never accepted: its batch needs a release decision.

    \b
    Example:
      kratom-qc texts accept certificate.xlsx --all --because "boilerplate" --by "J. Doe"
    """
    from kratom_qc.cli.reading_texts import keep

    return keep(file, cell or (), because, by, on, every=every, everywhere=everywhere)
