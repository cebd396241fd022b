"""`kratom-qc limits export`, `import` and `diff`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from kratom_qc.app.proposal import versions
from kratom_qc.app.proposal.differences import Difference, Effect, by_place, differences, effect
from kratom_qc.app.proposal.versions import Version
from kratom_qc.cli.console import plain_console, write_file
from kratom_qc.domain.errors import RulebookError, StoreError, UsageError

_MARKS = {"added": "[green]+[/]", "removed": "[red]-[/]", "changed": "[yellow]~[/]"}
_STYLES = {"looser": "bold red", "tighter and looser": "bold red", "tighter": "green"}


def export(file: Path, *, force: bool) -> int:
    """Write every limit into a workbook. Raises UsageError for a file of another kind, or one that
    is there already, and StoreError where it cannot be written."""
    from kratom_qc.app.proposal.export import workbook

    if file.suffix.lower() != ".xlsx":
        raise UsageError(
            f"limits are exported as an xlsx workbook; '{file.name}' must end with .xlsx"
        )
    if file.exists() and not force:
        raise UsageError(
            f"{file} is there already; name another file, or write over it with --force"
        )
    books = versions.in_force().plain
    write_file(file, workbook(list(books.values())))
    limits = sum(len(book.rows) for book in books.values())
    print(f"{limits} limits of {len(books)} rulebooks: {file}", file=sys.stderr)
    return 0


def propose(file: Path, output: Path | None, *, as_json: bool) -> int:
    """Print what a workbook proposes, lint the whole, and write drafts of the rulebooks that change
    where asked to.

    Raises RulebookError with every mistake of what is proposed, behind the differences; then
    nothing is written.
    """
    if file.suffix.lower() == ".toml" or file.is_dir():
        raise UsageError(
            f"limits import reads a workbook; compare {file} with `kratom-qc limits diff`"
        )
    base = versions.in_force()
    proposed = versions.of_workbook(file, base)
    _print(base, proposed, as_json=as_json)
    _refuse_mistakes(proposed)
    console = Console(stderr=True, highlight=False)
    if output is None:
        if proposed.drafts:
            console.print("No mistake found. Write the drafts with --output DIR")
        return 0
    _write(proposed, output)
    for stem in proposed.drafts:
        console.print(f"Draft: {escape(str(output / f'{stem}.toml'))}")
    return 0


def _write(proposed: Version, output: Path) -> None:
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{output}: cannot be written: {error.strerror}") from None
    for stem, text in proposed.drafts.items():
        write_file(output / f"{stem}.toml", text.encode())


def compare(before: Path, after: Path, *, as_json: bool) -> int:
    """Print what differs between two versions. Raises InputNotFound for one that is not there, and
    RulebookError with every mistake in them, behind the differences."""
    old, new = versions.of(before), versions.of(after)
    _print(old, new, as_json=as_json)
    _refuse_mistakes(old)
    _refuse_mistakes(new)
    return 0


def _refuse_mistakes(version: Version) -> None:
    if version.mistakes:
        raise RulebookError("\n".join(version.mistakes))


# ---------------------------------------------------------------- what is printed


def _print(before: Version, after: Version, *, as_json: bool) -> None:
    """Print the differences of two versions, and what each change of a limit does."""
    changes = differences(before.plain, after.plain)
    effects = _effects(changes, before, after)
    if as_json:
        for difference in changes:
            line = _as_object(difference, effects[difference.place])
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    console = plain_console()
    for rulebook, of_book in groupby(changes, key=lambda difference: difference.rulebook):
        console.print(f"[bold]{rulebook}[/]")
        for place, of_limit in groupby(of_book, key=lambda difference: difference.place):
            _print_limit(console, list(of_limit), effects[place])
    console.print(_summary(changes))


def _effects(
    changes: Sequence[Difference], before: Version, after: Version
) -> dict[tuple[str, str], Effect]:
    """What the changes of every limit do; nothing where a version has mistakes."""
    effects = {difference.place: Effect() for difference in changes}
    if before.books and after.books:
        old, new = by_place(before.books), by_place(after.books)
        for place in effects:
            effects[place] = effect(old.get(place), new.get(place))
    return effects


def _summary(differences: Sequence[Difference]) -> str:
    changes = {(field.change, field.place) for field in differences if field.rule_id}
    counts = Counter(change for change, _ in changes)
    parts = [f"{counts[change]} {change}" for change in _MARKS if counts[change]]
    heads = sum(not field.rule_id for field in differences)
    if heads:
        parts.append(f"{heads} in the heads of rulebooks")
    return f"Limits: {', '.join(parts)}" if parts else "No difference"


def _print_limit(console: Console, differences: Sequence[Difference], does: Effect) -> None:
    first = differences[0]
    title = escape(first.rule_id) or "the rulebook itself"
    if does.direction:
        title += f"  [{_STYLES[does.direction]}]{does.direction}[/]"
    if does.why:
        title += f" [dim]({escape('; '.join(does.why))})[/]"
    console.print(f"  {_MARKS[first.change]} {title}")
    for field in differences:
        if field.change == "changed":
            console.print(f"      {field.key}: {_quoted(field.before)} → {_quoted(field.after)}")
        else:
            console.print(f"      {escape(field.after or field.before)}")


def _quoted(text: str) -> str:
    return f"'{escape(text)}'" if text else "not said"


def _as_object(difference: Difference, does: Effect) -> dict[str, object]:
    return {
        "rulebook": difference.rulebook,
        "rule_id": difference.rule_id or None,
        "change": difference.change,
        "key": difference.key,
        "before": difference.before or None,
        "after": difference.after or None,
        "direction": does.direction or None,
        "why": list(does.why),
    }
