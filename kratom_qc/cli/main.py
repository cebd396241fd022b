"""`kratom-qc …`: the command line. Heavy libraries are imported only by the commands that need
them."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from kratom_qc import PROGRAM, settings
from kratom_qc.cli import limits_parser
from kratom_qc.domain.errors import KratomQCError

EXIT_HELP = """exit status, highest first:
  3 some file was refused · 1 some batch FAILs · 2 some batch is on HOLD · 0 every batch PASSes
  64 wrong usage · 66 input not found · 70 internal, a rulebook or a setting is broken · 73 store not writable
  `run` ends with 0 whenever the pass completed, whatever the verdicts."""


class _Parser(argparse.ArgumentParser):
    """argparse ends wrong usage with 2, which is HOLD here."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(64)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its status."""
    _speak_any_letter()
    # One command, then the process ends: what is read stays until it is judged, and looking for
    # garbage among it costs a tenth of a run and finds none.
    gc.disable()
    options = _parser().parse_args(arguments)
    try:
        status = options.command(options)
        sys.stdout.flush()
    except KratomQCError as error:
        print(f"kratom-qc: {error}", file=sys.stderr)
        status = error.exit_status
    except (
        BrokenPipeError
    ):  # whoever reads us has gone: no verdict reached them, so none is claimed
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 70
    except Exception as error:  # never a traceback, and never exit status 1, which means FAIL
        if os.environ.get("KRATOM_QC_DEBUG"):
            raise
        print(
            f"kratom-qc: internal error ({type(error).__name__}: {error}); nothing was half written. "
            "Set KRATOM_QC_DEBUG=1 to see where, and report it",
            file=sys.stderr,
        )
        status = 70
    except KeyboardInterrupt:
        print("kratom-qc: interrupted; nothing was half written", file=sys.stderr)
        status = 130
    raise SystemExit(status)


def _speak_any_letter() -> None:
    """A terminal that cannot print µ or ř gets `\\xb5` in its place, never an error instead of a
    verdict."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="kratom-qc",
        description="Reads kratom certificates of analysis, judges every batch, keeps the evidence.",
        epilog=EXIT_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=PROGRAM)
    commands = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND", parser_class=_Parser
    )

    check = commands.add_parser("check", help="judge certificates without keeping anything")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    check.add_argument("--product", help="the product's form where certificates do not say it")
    check.add_argument(
        "--json", action="store_true", help="one object per file and line, on standard output"
    )
    check.add_argument(
        "--annotate",
        type=Path,
        metavar="OUT.xlsx",
        help="write the file as a workbook with every problem marked in its cell and listed on the first sheet",
    )
    _judging(check)
    check.set_defaults(command=_check)

    read = commands.add_parser("read", help="a certificate as understood, without judgement")
    read.add_argument("file", type=Path, metavar="FILE")
    read.add_argument("--json", action="store_true", help="one object on standard output")
    read.set_defaults(command=_read)

    run = commands.add_parser("run", help="one pass of the release flow over a folder")
    run.add_argument(
        "--inbox", type=Path, metavar="DIR", help="where certificates arrive (default: ./inbox)"
    )
    run.add_argument(
        "--store", type=Path, metavar="DIR", help="where everything is kept (default: ./store)"
    )
    _judging(run)
    run.set_defaults(command=_run)

    markets = commands.add_parser(
        "markets", help="where a batch may be sold, and what stops it elsewhere"
    )
    markets.add_argument(
        "batches",
        nargs="+",
        metavar="BATCH",
        help="the id of a batch in the store, or a certificate file",
    )
    markets.add_argument(
        "--store", type=Path, metavar="DIR", help="where batches are kept (default: ./store)"
    )
    markets.add_argument("--product", help="the product's form where certificates do not say it")
    markets.add_argument(
        "--json", action="store_true", help="one object per batch and line, on standard output"
    )
    _judging(markets)
    markets.set_defaults(command=_markets)

    _rejudge_parser(
        commands.add_parser(
            "rejudge", help="which batches change on another day, or by a draft rulebook"
        )
    )

    template = commands.add_parser(
        "template", help="a blank certificate to fill in, with drop-downs of the valid words"
    )
    template.add_argument(
        "--product", required=True, metavar="P", help="the product's form, such as leaf_powder"
    )
    template.add_argument(
        "--market",
        action="append",
        default=[],
        metavar="M",
        help="with a row for what this market asks for (may be repeated; default: the home markets)",
    )
    template.add_argument(
        "--output", type=Path, metavar="FILE", help="default: ./certificate-P.xlsx"
    )
    template.add_argument("--force", action="store_true", help="write over a file that is there")
    template.set_defaults(command=_template)

    problems = commands.add_parser(
        "problems", help="what every code of a problem means, and what to do about it"
    )
    problems.add_argument("code", nargs="?", metavar="CODE", help="explain this one only")
    problems.add_argument("--markdown", action="store_true", help="the page of all codes")
    problems.set_defaults(command=_problems)

    limits = commands.add_parser(
        "limits", help="the rulebooks: list, show, lint, page, export, import, diff, suite"
    )
    limits_parser.add_actions(limits, _day)
    _layout_parser(
        commands.add_parser("layout", help="profiles of laboratories' layouts: draft, test, list")
    )
    return parser


def _rejudge_parser(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="certificates (default: the whole archive)",
    )
    parser.add_argument(
        "--store",
        type=Path,
        metavar="DIR",
        help="the store whose archive is judged again (default: ./store)",
    )
    parser.add_argument(
        "--with", dest="drafts", action="append", default=[], type=Path, metavar="RULEBOOK.toml",
        help="a draft that takes the place of the rulebook of its name, or stands beside them (may be repeated)",
    )  # fmt: skip
    _judging(parser)
    parser.add_argument(
        "--then",
        type=_day,
        metavar="DATE",
        help="with files: the day to compare with (default: today, UTC)",
    )
    parser.add_argument(
        "--every-limit",
        action="store_true",
        help="ask every limit again, also those that have not changed",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="where the answer is kept (default: STORE/rejudged)",
    )
    parser.add_argument(
        "--json", action="store_true", help="one object per batch and line, on standard output"
    )
    parser.set_defaults(command=_rejudge)


def _rejudge(options: argparse.Namespace) -> int:
    from kratom_qc.cli.rejudge import RejudgeOptions, rejudge

    return rejudge(
        RejudgeOptions(
            files=tuple(options.files),
            store=options.store or settings.load().store,
            drafts=tuple(options.drafts),
            on=options.on,
            then=options.then,
            markets=tuple(options.market),
            facts=options.facts,
            output=options.output,
            every_limit=options.every_limit,
            as_json=options.json,
        )
    )


def _layout_parser(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(
        title="actions", required=True, metavar="ACTION", parser_class=_Parser
    )
    draft = actions.add_parser("draft", help="write a profile of a file that was not understood")
    draft.add_argument("file", type=Path, metavar="FILE")
    draft.add_argument(
        "--output", type=Path, metavar="TOML", help="a new file (default: standard output)"
    )
    test = actions.add_parser("test", help="show what a profile makes of files")
    test.add_argument("profile", type=Path, metavar="PROFILE")
    test.add_argument("files", nargs="+", type=Path, metavar="FILE")
    listed = actions.add_parser("list", help="the profiles in force")
    for action, name in ((draft, "draft"), (test, "test"), (listed, "list")):
        action.set_defaults(command=_layout, action=name)


def _layout(options: argparse.Namespace) -> int:
    from kratom_qc.cli import layout as layout_commands

    if options.action == "draft":
        return layout_commands.layout_draft(options.file, options.output)
    if options.action == "test":
        return layout_commands.layout_test(options.profile, options.files)
    return layout_commands.layout_list()


def _judging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--market",
        action="append",
        default=[],
        metavar="M",
        help="judge for this market (may be repeated; default: all known for the market list, and the home "
        "markets for the verdict)",
    )
    parser.add_argument(
        "--on",
        type=_day,
        metavar="DATE",
        help="the day of judgement, as 2026-11-22 (default: today, UTC)",
    )
    parser.add_argument(
        "--facts", type=Path, metavar="FILE", help="what the vendor declares about products (TOML)"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not a date; write it as 2026-11-22"
        ) from None


def _check(options: argparse.Namespace) -> int:
    from kratom_qc.app.policy import load_policy
    from kratom_qc.cli.commands import check

    policy = load_policy(options.market, options.on, options.facts, options.product)
    return check(options.files, policy, as_json=options.json, annotate=options.annotate)


def _markets(options: argparse.Namespace) -> int:
    from kratom_qc.app.policy import load_policy
    from kratom_qc.cli.markets import markets

    policy = load_policy(options.market, options.on, options.facts, options.product)
    store = options.store or settings.load().store
    return markets(options.batches, store, policy, as_json=options.json)


def _read(options: argparse.Namespace) -> int:
    from kratom_qc.cli.commands import read

    return read(options.file, as_json=options.json)


def _run(options: argparse.Namespace) -> int:
    from kratom_qc.cli.commands import run

    config = settings.load()
    return run(
        options.inbox or config.inbox,
        options.store or config.store,
        options.market,
        options.on,
        options.facts,
    )


def _template(options: argparse.Namespace) -> int:
    from kratom_qc.cli.vendor import template

    return template(options.product, options.market, options.output, force=options.force)


def _problems(options: argparse.Namespace) -> int:
    from kratom_qc.cli.vendor import list_problems

    return list_problems(options.code, as_markdown=options.markdown)
