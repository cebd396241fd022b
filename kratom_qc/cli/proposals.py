"""`kratom-qc limits export`, `import` and `diff`."""

from __future__ import annotations

import json
import sys
from collections import Counter
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
    """Write every limit into a workbook."""
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
    print(
        f"{sum(len(book.rows) for book in books.values())} limits of {len(books)} rulebooks: {file}",
        file=sys.stderr,
    )
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
    """Print what differs between two versions."""
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
    found = differences(before.plain, after.plain)
    old, new = by_place(before.books), by_place(after.books)
    known = bool(before.books and after.books)
    effects = {
        (one.rulebook, one.rule_id): effect(
            old.get((one.rulebook, one.rule_id)), new.get((one.rulebook, one.rule_id))
        )
        if known and one.rule_id
        else Effect()
        for one in found
    }
    if as_json:
        for one in found:
            sys.stdout.write(
                json.dumps(_as_object(one, effects[one.rulebook, one.rule_id]), ensure_ascii=False)
                + "\n"
            )
        return
    console = plain_console()
    for stem, of_book in groupby(found, key=lambda one: one.rulebook):
        console.print(f"[bold]{stem}[/]")
        for rule_id, of_limit in groupby(of_book, key=lambda one: one.rule_id):
            _print_limit(console, rule_id, list(of_limit), effects[stem, rule_id])
    counts = Counter((one.change, one.rulebook, one.rule_id) for one in found if one.rule_id)
    told = Counter(change for change, *_ in counts)
    heads = sum(not one.rule_id for one in found)
    summary = [
        f"{told[change]} {change}" for change in ("added", "removed", "changed") if told[change]
    ]
    summary += [f"{heads} in the heads of rulebooks"] if heads else []
    console.print(f"Limits: {', '.join(summary)}" if summary else "No difference")


def _print_limit(console: Console, rule_id: str, found: list[Difference], does: Effect) -> None:
    change = found[0].change
    title = escape(rule_id) if rule_id else "the rulebook itself"
    direction = f"  [{_STYLES[does.direction]}]{does.direction}[/]" if does.direction else ""
    why = f" [dim]({escape('; '.join(does.why))})[/]" if does.why else ""
    console.print(f"  {_MARKS[change]} {title}{direction}{why}")
    for one in found:
        if one.change == "changed":
            before, after = (
                f"'{escape(said)}'" if said else "not said" for said in (one.before, one.after)
            )
            console.print(f"      {one.key}: {before} → {after}")
        else:
            console.print(f"      {escape(one.after or one.before)}")


def _as_object(one: Difference, does: Effect) -> dict[str, object]:
    return {
        "rulebook": one.rulebook,
        "rule_id": one.rule_id or None,
        "change": one.change,
        "key": one.key,
        "before": one.before or None,
        "after": one.after or None,
        "direction": does.direction or None,
        "why": list(does.why),
    }
