"""A refused file: everything that is wrong in it, and what to do next."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from kratom_qc.cli.console import fields_line
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import CellRef
from kratom_qc.vocabulary import problems

_MOST_LINES = 5  # rows or columns that are named; of more the sheet alone is
_NEEDS_A_LAYOUT = ("no-table",)


class _Problem(NamedTuple):
    """The same problem in one cell or in many. What to do is said with the first of its kind."""

    where: str
    message: str
    code: str
    hint: str


def print_refused(
    console: Console, file: str, refusals: Sequence[Problem], *, path: str = ""
) -> None:
    """Print a refused file with all its problems; into a pipe each is one line. `path` is where the
    file lies, if that is not its name."""
    if not console.is_terminal:
        for line in refused_lines(file, refusals, path=path):
            console.file.write(line + "\n")  # rich would make blanks of the tabs
        return
    count = "1 problem" if len(refusals) == 1 else f"{len(refusals)} problems"
    console.print(f"[bold red]REFUSED[/] {escape(file)}: {count}")
    for problem in _problems(refusals):
        where, message, code, hint = map(escape, problem)
        console.print(f"  {where}  {message}  [dim]{code}[/]")
        if hint:
            console.print(Padding(f"[dim]{hint}[/]", (0, 0, 0, 6), expand=False))
    for advice in _advice(path or file, refusals):
        console.print(f"  [dim]{escape(advice)}[/]", soft_wrap=True)


def refused_lines(file: str, refusals: Sequence[Problem], *, path: str = "") -> Iterator[str]:
    """A refused file for a pipe: `REFUSED`, file, cell, problem and what to do, code."""
    for problem in _problems(refusals):
        sentence = ". ".join(filter(None, (problem.message, problem.hint)))
        yield fields_line("REFUSED", file, problem.where, sentence, problem.code)
    for advice in _advice(path or file, refusals):
        yield fields_line("advice", file, "", advice, "")


def _advice(path: str, refusals: Iterable[Problem]) -> Iterator[str]:
    """The commands that help with a refused file; none that read standard input once more."""
    refusals = tuple(refusals)
    codes = {refusal.code for refusal in refusals}
    if not codes or path == "-":
        return
    file = shlex.quote(path)
    if any(refusal.ref.cell for refusal in refusals):
        yield f"To see every problem in its cell: kratom-qc check {file} --annotate to-fix.xlsx"
    if codes.intersection(_NEEDS_A_LAYOUT):
        yield f"To describe its layout in a profile: kratom-qc layout draft {file}"


# ---------------------------------------------------------------- problems that repeat


def _problems(refusals: Sequence[Problem]) -> Iterator[_Problem]:
    """Every problem where it is first met: the same one in many cells of a row or a column is told
    once."""
    explained: set[str] = set()
    for same in _grouped(refusals):
        first = same[0]
        hint = _hint(first, explained=first.code in explained)
        explained.add(first.code)
        one_message = len({refusal.message for refusal in same}) == 1
        for where, count in _areas(same):
            between = ": " if one_message else ", the first: "
            message = f"{count}{between}{first.message}" if count else first.message
            yield _Problem(where, message, first.code, hint)
            hint = ""


def _grouped(refusals: Sequence[Problem]) -> Iterable[Sequence[Problem]]:
    """Refusals that say the same, or the same of what the file says."""
    repeated = Counter((refusal.code, refusal.message) for refusal in refusals)
    alike: dict[tuple[str, ...], list[Problem]] = {}
    for refusal in refusals:
        code, message = refusal.code, refusal.message
        subject = message if repeated[code, message] > 1 else refusal.quoted or message
        key = (code, refusal.ref.sheet, subject, *refusal.near)
        alike.setdefault(key, []).append(refusal)
    return alike.values()


def _hint(refusal: Problem, *, explained: bool) -> str:
    """The known words nearest to what the file says, what was expected, and what to do."""
    near = f"Nearest known words: {', '.join(refusal.near)}." if refusal.near else ""
    listed = problems.problem(refusal.code)
    if explained or listed is None:
        return near
    return " ".join(filter(None, (near, f"Expected: {listed.expected}. {listed.do}")))


def _areas(same: Sequence[Problem]) -> Iterator[tuple[str, str]]:
    """(where, how many cells) of one problem: by rows or by columns, whichever is told shorter."""
    refs = [refusal.ref for refusal in same]
    sheet, cells = refs[0].sheet, [ref.cell for ref in refs]
    if len(refs) == 1 or not all(cells):
        yield from ((_where(ref), "") for ref in refs)
        return
    kind, lines = _rows_or_columns(cells)
    if same[0].message.startswith("this cell is hidden"):
        kind = f"hidden {kind}"
    if len(lines) > _MOST_LINES:
        yield sheet or "file", f"{len(cells)} cells from {cells[0]} to {cells[-1]}"
        return
    for name, inside in lines.items():
        yield _line(sheet, inside, f"{kind} {name}")


def _line(sheet: str, cells: Sequence[str], line: str) -> tuple[str, str]:
    if len(cells) == 1:
        return str(CellRef("", sheet, cells[0])), ""
    area = f"{cells[0]}:{cells[-1]}"
    return str(CellRef("", sheet, area)), f"{len(cells)} cells in {line}"


def _where(ref: CellRef) -> str:
    return str(ref) if ref.sheet or ref.cell else "file"


def _rows_or_columns(cells: Iterable[str]) -> tuple[str, dict[str, list[str]]]:
    rows: dict[str, list[str]] = {}
    columns: dict[str, list[str]] = {}
    for cell in cells:
        column = cell.rstrip("0123456789")
        rows.setdefault(cell.removeprefix(column), []).append(cell)
        columns.setdefault(column, []).append(cell)
    return ("row", rows) if len(rows) <= len(columns) else ("column", columns)
