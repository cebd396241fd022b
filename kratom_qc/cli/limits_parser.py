"""`kratom-qc limits …`: its actions and options. What they do is imported only when one is asked
for."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path


def add_actions(parser: argparse.ArgumentParser, day: Callable[[str], date]) -> None:
    """Give the parser of `limits` its actions. `day` reads a date of the command line."""
    _instead(parser, {"default": False})
    parser.set_defaults(command=run, action="overview")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", parser_class=type(parser))

    listed = actions.add_parser("list", help="the limits that speak, and how they stand on a day")
    _instead(listed, {"default": argparse.SUPPRESS})
    listed.add_argument(
        "--on", type=day, metavar="DATE", help="the day, as 2026-11-22 (default: today, UTC)"
    )
    listed.add_argument(
        "--market",
        action="append",
        default=[],
        metavar="M",
        help="of this market and every rulebook it lies under (may be repeated)",
    )
    listed.add_argument(
        "--product", metavar="P", help="that speak of this product form, with its own rulebook"
    )
    listed.add_argument("--json", action="store_true", help="one object per limit and line")

    shown = actions.add_parser("show", help="everything about a limit or a rulebook")
    shown.add_argument("name", metavar="ID", help="the id of a limit or a rulebook")
    shown.add_argument(
        "--on", type=day, metavar="DATE", help="how it stands on this day (default: today, UTC)"
    )

    lint = actions.add_parser("lint", help="every mistake of every rulebook, with file and line")
    lint.add_argument(
        "drafts",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="rulebooks in the place of those of their name",
    )

    page = actions.add_parser("page", help="all limits with their sources as one page (HTML)")
    page.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    page.add_argument(
        "--on", type=day, metavar="DATE", help="how they stand on this day (default: today, UTC)"
    )
    page.add_argument(
        "--check", action="store_true", help="write nothing; end with 1 where FILE is not this page"
    )

    export = actions.add_parser("export", help="all limits as a workbook to review and propose in")
    export.add_argument("file", type=Path, metavar="FILE.xlsx")
    export.add_argument("--force", action="store_true", help="write over a file that is there")

    proposed = actions.add_parser(
        "import", help="what a workbook proposes, compared with the rulebooks"
    )
    proposed.add_argument("file", type=Path, metavar="FILE.xlsx")
    proposed.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="write the rulebooks that change as drafts into DIR",
    )
    proposed.add_argument("--json", action="store_true", help="one object per difference and line")

    diff = actions.add_parser(
        "diff", help="what differs between two folders, rulebooks or workbooks"
    )
    diff.add_argument("before", type=Path, metavar="A")
    diff.add_argument("after", type=Path, metavar="B")
    diff.add_argument("--json", action="store_true", help="one object per difference and line")

    suite = actions.add_parser(
        "suite", help="a rulebook as the Great Expectations suite that judges by it"
    )
    suite.add_argument("name", metavar="RULEBOOK")
    suite.add_argument("--json", action="store_true", help="the suite itself")
    suite.add_argument(
        "--docs", type=Path, metavar="DIR", help="render it as Great Expectations Data Docs (HTML)"
    )
    suite.add_argument(
        "--results",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="with what these certificates say",
    )

    for name, action in actions.choices.items():
        action.set_defaults(command=run, action=name)


def _instead(parser: argparse.ArgumentParser, more: dict[str, object]) -> None:
    """Options that list something else than limits, before or behind `list`."""
    parser.add_argument(
        "--analytes", action="store_true", help="list the known analytes instead", **more
    )  # type: ignore[arg-type]
    parser.add_argument(
        "--intake",
        action="store_true",
        help="list the limits on files instead: sizes, memory, time",
        **more,  # type: ignore[arg-type]
    )


def run(options: argparse.Namespace) -> int:
    """Do what one `limits` command asks. Returns the exit status."""
    from kratom_qc.cli import limits as do

    if options.intake:
        return do.intake()
    if options.analytes:
        return do.analytes()
    match options.action:
        case "overview":
            return do.overview()
        case "list":
            return do.listed(options.market, options.product, options.on, as_json=options.json)
        case "show":
            return do.show(options.name, options.on)
        case "lint":
            return do.lint(options.drafts)
        case "page":
            return do.page(options.output, options.on, check=options.check)
        case "suite":
            from kratom_qc.cli.suite import suite

            return suite(options.name, options.docs, options.results, as_json=options.json)
        case "export":
            from kratom_qc.cli import proposals as proposal

            return proposal.export(options.file, force=options.force)
        case "import":
            from kratom_qc.cli import proposals as proposal

            return proposal.propose(options.file, options.output, as_json=options.json)
        case _:
            from kratom_qc.cli import proposals as proposal

            return proposal.compare(options.before, options.after, as_json=options.json)
