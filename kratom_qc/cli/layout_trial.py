"""What `layout draft`, `layout test` and `layout list` do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.markup import escape

from kratom_qc import settings, vocabulary
from kratom_qc.app.layout_draft import draft
from kratom_qc.app.reading import READ_BEFORE
from kratom_qc.cli.console import plain_console
from kratom_qc.cli.exit_status import REFUSED
from kratom_qc.cli.refusals import print_refused
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.errors import Problem, Refused, UsageError
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.layout.certificates import certificates
from kratom_qc.intake.layout.profiles import load, read_profile
from kratom_qc.intake.sandbox import ReaderDied, in_a_child
from kratom_qc.intake.workbook import open_workbook, read_bytes
from kratom_qc.interpret.certificate import interpret

T = TypeVar("T")


def layout_draft(file: Path, output: Path | None) -> int:
    """Write a profile of a file to standard output, or to a new file. Returns the exit status."""
    vocabulary.check_all()
    try:
        text = _in_a_child(drafted, file)
    except Refused as refused:
        return _refused(plain_console(), file, refused.refusals)
    if output is None:
        print(text, end="")
        return 0
    if output.exists():
        raise UsageError(f"{output} exists already; a draft never overwrites a profile")
    output.write_text(text, encoding="utf-8")
    print(
        f"{output}: check every line marked `# ?`, "
        f"then try it with `kratom-qc layout test {output} {file}`"
    )
    return 0


def layout_test(profile_file: Path, files: Sequence[Path]) -> int:
    """Show for each file whether a profile recognises it, and what is read of it. Returns the worst
    exit status."""
    vocabulary.check_all()
    read_bytes(profile_file)  # says that it is not there
    read_profile(profile_file)  # and what is wrong with it
    console = plain_console()
    return max((_test_one(console, profile_file, file) for file in files), default=0)


def drafted(name: str, raw: bytes, caps: settings.Caps) -> str:
    """A profile of a file's bytes. Raises Refused where it cannot be opened."""
    return draft(open_workbook(name, raw, caps))


def tried(
    name: str, raw: bytes, caps: settings.Caps, profile_file: Path
) -> tuple[list[str], tuple[InterpretedCertificate, ...]]:
    """(why a profile does not recognise a file, what is read of it). Raises Refused where the file
    is not read."""
    book, profile = open_workbook(name, raw, caps), read_profile(profile_file)
    failing = list(profile.failing(book))
    if failing:
        return failing, ()
    reading = certificates(book, (profile,))
    if reading.refusals:
        raise Refused(list(reading.refusals))
    return [], interpret(reading.certificates)


def _test_one(console: Console, profile_file: Path, file: Path) -> int:
    try:
        failing, interpreted_certificates = _in_a_child(tried, file, profile_file)
    except Refused as refused:
        return _refused(console, file, refused.refusals)
    if failing:
        console.print(
            f"[bold red]not recognised[/] {escape(str(file))}: {escape('; '.join(failing))}"
        )
        return REFUSED
    console.print(f"[bold green]read[/] {escape(str(file))}")
    for certificate in interpreted_certificates:
        console.print(
            f"  {escape(certificate.batch_id)}: {len(certificate.results)} results, "
            f"{len(certificate.hold_reasons)} doubts"
        )
        for result in certificate.results:
            name = result.analyte if result.known else f"{result.analyte} (unknown)"
            console.print(
                f"    {escape(name)}  {escape(result.reported)} "
                f"{escape(result.reported_unit)}  [dim]{escape(str(result.ref))}[/]"
            )
    return 0


def layout_list() -> int:
    """List the profiles in force."""
    vocabulary.check_all()
    console = plain_console()
    for profile in load():
        console.print(
            f"[bold]{profile.id}[/]  {escape(profile.laboratory)}  [dim]{escape(profile.title)}[/]"
        )
    return 0


def _in_a_child(work: Callable[..., T], file: Path, *arguments: object) -> T:
    """Work on a vendor's file where it can do no harm. Raises Refused where the child dies."""
    caps = settings.caps()
    try:
        return in_a_child(caps, READ_BEFORE, work, file.name, read_bytes(file), caps, *arguments)
    except ReaderDied as died:
        raise Refused([Problem(died.code, died.why, CellRef(file.name))]) from None


def _refused(console: Console, file: Path, refusals: Sequence[Problem]) -> int:
    print_refused(console, str(file), refusals)
    return REFUSED
