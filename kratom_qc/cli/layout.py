"""`kratom-qc layout`: profiles of laboratories' layouts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kratom_qc.cli.options import Files

layout = typer.Typer(
    name="layout",
    rich_markup_mode=None,
    help="Profiles of laboratories' layouts: draft, test, list.\n\n"
    "\b\nExample:\n  kratom-qc layout draft certificate.xlsx",
)


@layout.command()
def draft(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    output: Annotated[
        Path | None, typer.Option(metavar="TOML", help="A new file (default: standard output).")
    ] = None,
) -> int:
    """Write a profile of a file that was not understood.

    \b
    Example:
      kratom-qc layout draft certificate.xlsx --output acme.toml
    """
    from kratom_qc.cli.layout_trial import layout_draft

    return layout_draft(file, output)


@layout.command()
def test(
    profile: Annotated[Path, typer.Argument(metavar="PROFILE", show_default=False)], files: Files
) -> int:
    """Show what a profile makes of files.

    \b
    Example:
      kratom-qc layout test acme.toml certificate.xlsx
    """
    from kratom_qc.cli.layout_trial import layout_test

    return layout_test(profile, files)


@layout.command("list")
def listed() -> int:
    """List the profiles in force.

    \b
    Example:
      kratom-qc layout list
    """
    from kratom_qc.cli.layout_trial import layout_list

    return layout_list()
