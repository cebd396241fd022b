"""`kratom-qc …`: the command line. A command imports what it works with when it is run, so that
help and completion answer at once."""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Annotated, NoReturn, ParamSpec

import typer

from kratom_qc import PROGRAM, logs, settings
from kratom_qc.cli import exit_status
from kratom_qc.cli.archive import archive, backup, restore
from kratom_qc.cli.check import check
from kratom_qc.cli.compare import compare
from kratom_qc.cli.daily import daily
from kratom_qc.cli.layout import layout
from kratom_qc.cli.ledger import ledger
from kratom_qc.cli.limits.commands import limits
from kratom_qc.cli.markets import markets
from kratom_qc.cli.problems import problems
from kratom_qc.cli.quarantine import quarantine
from kratom_qc.cli.read import read
from kratom_qc.cli.rejudge_options import rejudge
from kratom_qc.cli.report import report
from kratom_qc.cli.reports import reports
from kratom_qc.cli.review import amend, batches, decide, review
from kratom_qc.cli.run import run
from kratom_qc.cli.serve import serve
from kratom_qc.cli.template import template
from kratom_qc.cli.texts import texts
from kratom_qc.cli.tokens import tokens
from kratom_qc.cli.trends import trends
from kratom_qc.cli.users import users
from kratom_qc.domain.errors import KratomQCError

NAME = "kratom-qc"
P = ParamSpec("P")
# Commands whose status says nothing of a file, a batch or a rulebook.
_ONLY_TELL = frozenset(
    {
        *(
            "problems",
            "layout list",
            "reports page",
            "reports compare",
            "report",
            "trends",
            "compare",
        ),
        *(f"archive {name}" for name in ("views", "columns", "query")),
        *(f"limits {name}" for name in ("list", "show", "due", "schema")),
    }
)
_COMMANDS = (
    *(check, read, run, markets, batches, report, review, decide, amend, trends, compare),
    *(rejudge, backup, restore, template, problems, serve),
)


_AT_ITS_END = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EAGAIN, errno.EIO)
_GROUPS = (*(limits, layout, texts, ledger, archive, reports), *(quarantine, daily, users, tokens))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its status."""
    _speak_any_letter()
    # A command ends its process. Without the collector `check` takes a fifth less CPU time for 1 %
    # more memory (1 file: 5.8 → 4.7 s, 100 files: 7.1 → 5.7 s), most of it while the engine loads.
    gc.disable()
    raise SystemExit(_status(sys.argv[1:] if arguments is None else list(arguments)))


def _status(arguments: list[str]) -> int:
    """What a command line ends with; every failure is told in a sentence, never in a traceback."""
    command = _parser(_program())
    try:
        status = command.main(arguments, prog_name=NAME, standalone_mode=False)
    except typer.TyperException as error:
        return _wrong_usage(error)
    except KratomQCError as error:
        print(f"{NAME}: {error}", file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:
        return _ended_unread(decides=False)  # of help or an overview: `_ending` has the commands
    except SystemExit as end:
        # typer ends help with 1 where the reader of a pipe has left; that would say FAIL. No
        # command comes here with 1: `_ending` has told what that means.
        return 0 if end.code == 1 else _certain(end.code)
    except Exception as error:
        if os.environ.get("KRATOM_QC_DEBUG"):
            raise
        print(f"{NAME}: {_unforeseen(error)}", file=sys.stderr)
        return exit_status.INTERNAL
    if status == exit_status.INTERRUPTED:
        print(f"{NAME}: interrupted; nothing was half written", file=sys.stderr)
    return _certain(status)


def _unforeseen(error: Exception) -> str:
    """What is said of an error that nobody foresaw: a machine at its end is no fault of ours."""
    if isinstance(error, MemoryError) or getattr(error, "errno", None) in _AT_ITS_END:
        lacks = getattr(error, "strerror", None) or "too little memory"
        return f"this machine cannot go on: {lacks}; nothing was half written. Try again"
    return (
        f"internal error ({type(error).__name__}: {error}); nothing was half written. "
        "Set KRATOM_QC_DEBUG=1 to see where, and report it"
    )


def _certain(status: object) -> int:
    """A status as a command gives it; one that gives none has not said that all is well."""
    return status if isinstance(status, int) else exit_status.INTERNAL


def _ended_unread(*, decides: bool) -> int:
    """The reader of a command's output has left: nobody was told a verdict by one that `decides`;
    any other one may end as it pleases its reader."""
    from kratom_qc.cli.console import discard_output

    discard_output()
    return exit_status.INTERNAL if decides else 0


def _wrong_usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    if context is not None:
        print(context.get_usage(), file=sys.stderr)
    path = context.command_path if context is not None else NAME
    print(f"{path}: {error.format_message()}", file=sys.stderr)
    return exit_status.WRONG_USAGE


def _speak_any_letter() -> None:
    """A terminal that cannot print µ or ř gets `\\xb5` in its place, never an error instead of a
    verdict."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@cache
def _program() -> typer.Typer:
    """All commands, made once: those of groups are wrapped where they stand. Help is plain text:
    rendering it in colours costs a fifth of a second."""
    program = typer.Typer(
        rich_markup_mode=None,
        epilog=exit_status.HELP,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    program.callback()(_about)
    for command in _COMMANDS:
        program.command(command.__name__)(_ending(command, command.__name__))
    for group in _GROUPS:
        for registered in group.registered_commands:
            if registered.callback is not None:
                path = f"{group.info.name} {registered.name or registered.callback.__name__}"
                registered.callback = _ending(registered.callback, path)
        program.add_typer(group)
    return program


_parser = cache(typer.main.get_command)


def _ending(command: Callable[P, int], path: str) -> Callable[P, int]:
    """A command that starts with its settings' names checked and its log set up, and that never
    ends with 1 where the reader of its output leaves, as typer and rich would: that says FAIL."""

    decides = path not in _ONLY_TELL

    @wraps(command)
    def ended(*arguments: P.args, **options: P.kwargs) -> int:
        settings.check_names()
        logs.configure()
        try:
            status = command(*arguments, **options)
            sys.stdout.flush()
        except BrokenPipeError:
            return _ended_unread(decides=decides)
        except SystemExit as end:
            if end.code != 1:
                raise
            return _ended_unread(decides=decides)
        return status

    return ended


def _version(asked: bool) -> None:
    if asked:
        print(PROGRAM)
        raise typer.Exit


def _about(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Reads kratom certificates of analysis, judges every batch, keeps the evidence.

    \b
    Example:
      kratom-qc check certificate.xlsx
    """
