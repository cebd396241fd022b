"""`kratom-qc limits`: its actions and options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kratom_qc.cli.options import Force, Json, ListedMarket, StandingOn, complete_products

limits = typer.Typer(name="limits", rich_markup_mode=None)

Analytes = Annotated[bool, typer.Option("--analytes", help="List the known analytes instead.")]
Intake = Annotated[
    bool, typer.Option("--intake", help="List the limits on files instead: sizes, memory, time.")
]


@limits.callback(invoke_without_command=True)
def overview(context: typer.Context, analytes: Analytes = False, intake: Intake = False) -> None:
    """The rulebooks: list, show, lint, export, diff and more.

    \b
    Example:
      kratom-qc limits
      kratom-qc limits --analytes
    """
    if analytes or intake:
        raise typer.Exit(_listed_instead(analytes=analytes))
    if context.invoked_subcommand is None:
        from kratom_qc.cli.limits.listing import print_overview

        raise typer.Exit(print_overview())


def _listed_instead(*, analytes: bool) -> int:
    from kratom_qc.cli.limits import listing

    return listing.print_analytes() if analytes else listing.print_intake()


@limits.command("list")
def listed(
    market: ListedMarket = None,
    product: Annotated[
        str | None,
        typer.Option(
            metavar="P",
            autocompletion=complete_products,
            help="That speak of this product form, with its own rulebook.",
        ),
    ] = None,
    on: StandingOn = None,
    as_json: Json = False,
    analytes: Analytes = False,
    intake: Intake = False,
) -> int:
    """List the limits that speak, and how they stand on a day.

    \b
    Example:
      kratom-qc limits list --market us-tx --product extract --on 2026-12-01
    """
    from kratom_qc.cli.limits.listing import print_limits

    if analytes or intake:
        return _listed_instead(analytes=analytes)
    return print_limits(market or (), product, on, as_json=as_json)


@limits.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID", show_default=False, help="The id of a limit or of a rulebook."
        ),
    ],
    on: StandingOn = None,
) -> int:
    """Show everything about a limit or a rulebook.

    \b
    Example:
      kratom-qc limits show us-tx
    """
    from kratom_qc.cli.limits.showing import show as print_one

    return print_one(name, on)


@limits.command()
def due(on: StandingOn = None, as_json: Json = False) -> int:
    """List the limits to read again, the most harmful first, and where.

    \b
    Example:
      kratom-qc limits due --on 2026-12-31
    """
    from kratom_qc.cli.limits.due import print_due

    return print_due(on, as_json=as_json)


@limits.command()
def lint(
    drafts: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Rulebooks in the place of those of their name."),
    ] = None,
) -> int:
    """Tell every mistake of every rulebook, with file and line.

    \b
    Example:
      kratom-qc limits lint drafts/us.toml
    """
    from kratom_qc.cli.limits.listing import print_lint

    return print_lint(drafts or ())


@limits.command()
def page(
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Default: standard output.")
    ] = None,
    on: StandingOn = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; end with 1 where FILE is not this page.")
    ] = False,
) -> int:
    """Write all limits with their sources as one page (HTML).

    \b
    Example:
      kratom-qc limits page --output limits.html
    """
    from kratom_qc.cli.limits.page import write_page

    return write_page(output, on, check=check)


@limits.command()
def schema() -> int:
    """Print the schema by which an editor checks a rulebook.

    \b
    Example:
      kratom-qc limits schema > expectations/schema.json
    """
    from kratom_qc.rulebooks.json_schema import schema_text

    sys.stdout.write(schema_text())
    return 0


@limits.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", show_default=False)],
    force: Force = False,
) -> int:
    """Write all limits as a workbook to review and propose in.

    \b
    Example:
      kratom-qc limits export limits.xlsx
    """
    from kratom_qc.cli import proposals

    return proposals.export(file, force=force)


@limits.command("import")
def imported(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the rulebooks that change as drafts into DIR."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Compare what a workbook proposes with the rulebooks.

    \b
    Example:
      kratom-qc limits import limits.xlsx --output drafts
    """
    from kratom_qc.cli import proposals

    return proposals.propose(file, output, as_json=as_json)


@limits.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", show_default=False)],
    after: Annotated[Path, typer.Argument(metavar="B", show_default=False)],
    as_json: Json = False,
) -> int:
    """Tell what differs between two folders, rulebooks or workbooks.

    \b
    Example:
      kratom-qc limits diff limits.xlsx drafts/us.toml
    """
    from kratom_qc.cli import proposals

    return proposals.compare(before, after, as_json=as_json)


@limits.command()
def suite(
    name: Annotated[str, typer.Argument(metavar="RULEBOOK", show_default=False)],
    certificates: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="More certificates for --results.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The suite itself.")] = False,
    docs: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Render it as Great Expectations Data Docs (HTML)."),
    ] = None,
    results: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="With what this certificate says (and those behind it)."),
    ] = None,
) -> int:
    """Show a rulebook as the Great Expectations suite that judges by it.

    \b
    Example:
      kratom-qc limits suite leaf_powder
      kratom-qc limits suite leaf_powder --docs docs --results certificate.xlsx
    """
    from kratom_qc.cli.limits.suite import suite as show_suite

    files = [*(results or ()), *(certificates or ())]
    return show_suite(name, docs, files, as_json=as_json)
