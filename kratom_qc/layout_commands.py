"""`kratom-qc layout draft|test|list`: profiles of laboratories' layouts, drafted from a file, tried on files, listed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from kratom_qc import settings, vocabulary
from kratom_qc.commands import REFUSED, print_refused
from kratom_qc.errors import Refusal, Refused, UsageError
from kratom_qc.intake.layout import certificates
from kratom_qc.intake.profiles import Profile, load, read_profile
from kratom_qc.intake.sheets import Workbook
from kratom_qc.intake.workbook import open_workbook, read_bytes
from kratom_qc.interpret.certificate import interpret
from kratom_qc.layout_draft import draft
from kratom_qc.vendor import plain_console


def layout_draft(file: Path, output: Path | None) -> int:
    """Write a profile of a file to standard output, or to a new file. Returns the exit status."""
    vocabulary.check_all()
    try:
        text = draft(_opened(file))
    except Refused as refused:
        return _refused(plain_console(), file, refused.refusals)
    if output is None:
        print(text, end="")
        return 0
    if output.exists():
        raise UsageError(f"{output} exists already; a draft never overwrites a profile")
    output.write_text(text, encoding="utf-8")
    print(f"{output}: check every line marked `# ?`, then try it with `kratom-qc layout test {output} {file}`")
    return 0


def layout_test(profile_file: Path, files: Sequence[Path]) -> int:
    """Show for each file whether a profile recognises it, and what is read of it. Returns the worst exit status."""
    vocabulary.check_all()
    read_bytes(profile_file)  # says that it is not there
    profile = read_profile(profile_file)
    console = plain_console()
    return max((_test_one(console, profile, file) for file in files), default=0)


def _test_one(console: Console, profile: Profile, file: Path) -> int:
    try:
        book = _opened(file)
    except Refused as refused:
        return _refused(console, file, refused.refusals)
    failing = list(profile.failing(book))
    if failing:
        console.print(f"[bold red]not recognised[/] {escape(str(file))}: {escape('; '.join(failing))}")
        return REFUSED
    found = certificates(book, (profile,))
    analyses, refusals = interpret(found.certificates) if found.certificates else ((), ())
    every = tuple(dict.fromkeys((*found.refusals, *refusals)))
    if every:
        console.print(f"[bold]recognised[/] {escape(str(file))}")
        return _refused(console, file, every)
    console.print(f"[bold green]read[/] {escape(str(file))}")
    for analysis in analyses:
        console.print(f"  {escape(analysis.batch_id)}: {len(analysis.results)} results, {len(analysis.doubts)} doubts")
        for result in analysis.results:
            name = result.analyte if result.known else f"{result.analyte} (unknown)"
            console.print(
                f"    {escape(name)}  {escape(result.said)} {escape(result.unit_said)}  [dim]{escape(str(result.place))}[/]"
            )
    return 0


def layout_list() -> int:
    """List the profiles in force."""
    vocabulary.check_all()
    console = plain_console()
    for profile in load():
        console.print(f"[bold]{profile.id}[/]  {escape(profile.laboratory)}  [dim]{escape(profile.title)}[/]")
    return 0


def _opened(file: Path) -> Workbook:
    return open_workbook(file.name, read_bytes(file), settings.caps())


def _refused(console: Console, file: Path, refusals: Sequence[Refusal]) -> int:
    print_refused(console, str(file), refusals)
    return REFUSED
