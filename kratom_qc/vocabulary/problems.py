"""Every problem we may name, in the vendor's terms: what its code means, what was expected, and
what to do about it.

The words stand in `words/problems.toml`, one table per code. The code says where, this says why and
how on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kratom_qc.domain.source import CellRef

if TYPE_CHECKING:
    from kratom_qc.vocabulary.problem_list import ExplainedProblem

FILE = Path(__file__).parent / "words" / "problems.toml"

_KINDS = {
    "refusal": "Refusals: nothing can be judged; in capitals, the cell holds its batch",
    "doubt": "Doubts: the file was read, the batch is held",
    "finding": "Findings: how a batch stands to its limits",
    "remark": "Remarks: worth knowing, they change no verdict",
}


@dataclass(frozen=True, slots=True)
class Fix:
    """A problem at its place: what stands there, what is wrong with it, and what to do."""

    severity: str  # refused, fail, hold, warning, note
    code: str
    ref: CellRef
    said: str
    wrong: str
    expected: str
    do: str
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FixList:
    """Everything to say about one file: a few sentences about it as a whole, then each problem,
    worst first."""

    sentences: tuple[str, ...]
    fixes: tuple[Fix, ...]


@cache
def problems() -> Mapping[str, ExplainedProblem]:
    """Every problem by its code. Raises RulebookError that names every mistake of the list."""
    from kratom_qc.vocabulary.problem_list import load

    return load(FILE)


def problem(code: str) -> ExplainedProblem | None:
    """What a code means; None for one that is not listed (a test lets none be).

    A code in capitals holds what the same one in small letters refuses: a cell that cannot be
    believed does either, by whether there is anything to judge.
    """
    listed = problems()
    return listed.get(code) or (listed.get(code.lower()) if code.isupper() else None)


def markdown() -> str:
    """The page of all codes, `words/PROBLEMS.md`."""
    lines = [
        "# Every problem kratom_qc names",
        "",
        "Made from `problems.toml` beside it by `kratom-qc problems --markdown`; do not edit."
        " Codes are stable.",
    ]
    for kind, heading in _KINDS.items():
        lines += ["", f"## {heading}"]
        for explained in problems().values():
            if explained.kind == kind:
                lines += ["", *_entry(explained)]
    return "\n".join(lines) + "\n"


def _entry(explained: ExplainedProblem) -> list[str]:
    return [
        f"### `{explained.code}`: {explained.title}",
        "",
        f"*{explained.severity}* · {explained.means}",
        "",
        f"* Expected: {explained.expected}",
        f"* What to do: {explained.do}",
    ]
