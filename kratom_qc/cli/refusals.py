"""A refused file: everything that is wrong in it, and what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from kratom_qc.cli.console import fields_line
from kratom_qc.domain.errors import Refusal
from kratom_qc.vocabulary import problems

_MOST_GROUPS = 5  # rows or columns that are named; in more of them the sheet is named alone
_NEEDS_A_LAYOUT = ("no-table", "unknown-header")


class _Group(NamedTuple):
    """The same problem in one cell, or in many."""

    where: str
    message: str
    code: str
    near: tuple[str, ...]


def print_refused(
    console: Console, file: str, refusals: Sequence[Refusal], *, path: str = ""
) -> None:
    """Print a refused file on a terminal with all its problems; what to do is said once for each
    kind. Into a pipe each problem is one line. `path` is where the file lies, if that is not its
    name."""
    if not console.is_terminal:
        for line in refused_lines(file, refusals, path=path):
            console.file.write(line + "\n")  # rich would make blanks of the tabs
        return
    count = "1 problem" if len(refusals) == 1 else f"{len(refusals)} problems"
    console.print(f"[bold red]REFUSED[/] {escape(file)}: {count}")
    explained: set[str] = set()
    for group in _grouped(refusals):
        console.print(
            f"  {escape(group.where)}  {escape(group.message)}  [dim]{escape(group.code)}[/]"
        )
        hint = _hint(group, explained=group.code in explained)
        if hint:
            console.print(Padding(f"[dim]{escape(hint)}[/]", (0, 0, 0, 6), expand=False))
        explained.add(group.code)
    for advice in _advice(path or file, refusals):
        console.print(f"  [dim]{escape(advice)}[/]", soft_wrap=True)


def refused_lines(file: str, refusals: Sequence[Refusal], *, path: str = "") -> Iterator[str]:
    """A refused file for a pipe: `REFUSED`, file, cell, problem and what to do, code."""
    for group in _grouped(refusals):
        sentence = ". ".join(filter(None, (group.message, _hint(group, explained=False))))
        yield fields_line("REFUSED", file, group.where, sentence, group.code)
    for advice in _advice(path or file, refusals):
        yield fields_line("advice", file, "", advice, "")


def _hint(group: _Group, *, explained: bool) -> str:
    """The known words nearest to what the file says, what was expected, and what to do."""
    near = f"Nearest known words: {', '.join(group.near)}." if group.near else ""
    problem = problems.problem(group.code)
    if explained or problem is None:
        return near
    return " ".join(filter(None, (near, f"Expected: {problem.expected}. {problem.do}")))


def _advice(path: str, refusals: Iterable[Refusal]) -> Iterator[str]:
    """The commands that help with a refused file; none that read standard input once more."""
    codes = {refusal.code for refusal in refusals}
    if not codes or path == "-":
        return
    file = shlex.quote(path)
    yield f"To see every problem in its cell: kratom-qc check {file} --annotate to-fix.xlsx"
    if codes.intersection(_NEEDS_A_LAYOUT):
        yield f"To describe its layout in a profile: kratom-qc layout draft {file}"


# ---------------------------------------------------------------- problems that repeat


def _grouped(refusals: Iterable[Refusal]) -> Iterator[_Group]:
    """The same problem in many cells of a row or a column is told once, where it is first met."""
    alike: dict[tuple[str, str, str, tuple[str, ...]], list[Refusal]] = {}
    for refusal in refusals:
        key = (refusal.code, refusal.message, refusal.ref.sheet, refusal.near)
        alike.setdefault(key, []).append(refusal)
    for (code, message, sheet, near), same in alike.items():
        for where, count in _areas(sheet, same):
            yield _Group(where, f"{count}{message}", code, near)


def _areas(sheet: str, same: Sequence[Refusal]) -> Iterator[tuple[str, str]]:
    """(where, how many cells) of one problem: by rows or by columns, whichever is told shorter."""
    refs = [refusal.ref for refusal in same]
    if len(refs) == 1 or not all(ref.cell for ref in refs):
        yield from ((str(ref) if ref.sheet or ref.cell else "file", "") for ref in refs)
        return
    rows: dict[str, list[str]] = {}
    columns: dict[str, list[str]] = {}
    for ref in refs:
        column = ref.cell.rstrip("0123456789")
        rows.setdefault(ref.cell.removeprefix(column), []).append(ref.cell)
        columns.setdefault(column, []).append(ref.cell)
    kind, areas = ("row", rows) if len(rows) <= len(columns) else ("column", columns)
    if len(areas) > _MOST_GROUPS:
        yield sheet or "file", f"{len(refs)} cells from {refs[0].cell} to {refs[-1].cell}: "
        return
    hidden = "hidden " if same[0].message.startswith("this cell is hidden") else ""
    for name, cells in areas.items():
        area = cells[0] if len(cells) == 1 else f"{cells[0]}:{cells[-1]}"
        count = "" if len(cells) == 1 else f"{len(cells)} cells in {hidden}{kind} {name}: "
        yield f"{sheet}!{area}" if sheet else area, count
