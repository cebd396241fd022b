"""`kratom-qc problems`: what every code means."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def problems(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="Explain this one only.")
    ] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="The page of all codes.")] = False,
) -> int:
    """Explain what a code means, and what to do about it.

    \b
    Example:
      kratom-qc problems ambiguous-number
    """
    from rich.markup import escape

    from kratom_qc import vocabulary
    from kratom_qc.cli.console import plain_console
    from kratom_qc.domain.errors import UsageError
    from kratom_qc.vocabulary.problems import markdown, problem
    from kratom_qc.vocabulary.problems import problems as every_problem

    if as_markdown:
        sys.stdout.write(markdown())
        return 0
    console = plain_console()
    if code is None:
        for listed in every_problem().values():
            title = escape(listed.title)
            console.print(f"[bold]{listed.code}[/]  {listed.severity}  [dim]{title}[/]")
        return 0
    explained = problem(code) or problem(code.upper())
    if explained is None:
        near = vocabulary.nearest_hint(code, every_problem(), 3)
        raise UsageError(f"'{code}' is no code of a problem{near}. See `kratom-qc problems`")
    kind = f"({explained.kind}, {explained.severity})"
    console.print(f"[bold]{explained.code}[/] {kind}: {escape(explained.title)}")
    console.print(escape(explained.means))
    console.print(f"Expected: {escape(explained.expected)}")
    console.print(f"What to do: {escape(explained.do)}")
    return 0
