"""Every problem we may name, in the vendor's terms: what its code means, what was expected, and
what to do about it.

The words stand in `words/problems.toml`, one table per code. The code says where, this says why and
how on.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType

from kratom_qc.domain.errors import RulebookError
from kratom_qc.domain.source import CellRef

FILE = Path(__file__).parent / "words" / "problems.toml"

# What a kind of problem does to its file or batch, and how severe it may therefore be.
SEVERITIES = {
    "refusal": ("error",),
    "doubt": ("hold",),
    "finding": ("fail", "hold"),
    "remark": ("warning", "note"),
}
_KINDS = {
    "refusal": "Refusals: the file cannot be read truthfully and never becomes data",
    "doubt": "Doubts: the file was read, the batch is held",
    "finding": "Findings: how a batch stands to its limits",
    "remark": "Remarks: worth knowing, they change no verdict",
}
_LOWER, _UPPER = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$"), re.compile(r"^[A-Z0-9]+(-[A-Z0-9]+)*$")


@dataclass(frozen=True, slots=True)
class Problem:
    """One code explained. `do` is what the vendor or the laboratory does about it."""

    code: str
    kind: str  # a key of SEVERITIES
    severity: str
    title: str
    means: str
    expected: str
    do: str


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


_WORDS = tuple(field.name for field in fields(Problem) if field.name != "code")


@cache
def problems() -> Mapping[str, Problem]:
    """Every problem by its code. Raises RulebookError that names every mistake of the list."""
    return MappingProxyType(load(FILE.read_text(encoding="utf-8")))


def load(text: str) -> dict[str, Problem]:
    """Problems from TOML. Raises RulebookError with all mistakes at once."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"words/problems.toml: {error}") from None
    wrong = [
        f"[{code}] {mistake}"
        for code, table in tables.items()
        for mistake in _mistakes(code, table)
    ]
    if wrong:
        raise RulebookError("words/problems.toml: " + "; ".join(wrong))
    return {code: Problem(code, **table) for code, table in tables.items()}


def problem(code: str) -> Problem | None:
    """What a code means; None for one that is not listed (a test lets none be)."""
    return problems().get(code)


def _mistakes(code: str, table: object) -> list[str]:
    if not isinstance(table, dict):
        return ["is no table"]
    wrong = [f"has an unknown field '{name}'" for name in table if name not in _WORDS]
    wrong += [f"lacks the text '{name}'" for name in _WORDS if not _is_text(table.get(name))]
    kind, severity = table.get("kind"), table.get("severity")
    if not isinstance(kind, str) or kind not in SEVERITIES:
        return [*wrong, f"is of no known kind: {', '.join(SEVERITIES)}"]
    if severity not in SEVERITIES[kind]:
        wrong.append(f"is a {kind}, so its severity is {' or '.join(SEVERITIES[kind])}")
    if not (_UPPER if kind == "doubt" else _LOWER).match(code):
        wrong.append(
            f"is written in {'capitals' if kind == 'doubt' else 'small letters'} with hyphens"
        )
    wrong += [
        f"must end '{name}' with a full stop"
        for name in ("means", "do")
        if not _is_sentence(table.get(name))
    ]
    return wrong


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value == value.strip()


def _is_sentence(value: object) -> bool:
    return isinstance(value, str) and value.endswith(".")


def markdown() -> str:
    """The page of all codes, `words/PROBLEMS.md`."""
    lines = [
        "# Every problem kratom_qc names",
        "",
        "Made from `problems.toml` beside it by `kratom-qc problems --markdown`; do not edit. Codes are stable.",
    ]
    for kind, heading in _KINDS.items():
        lines += ["", f"## {heading}"]
        for one in problems().values():
            if one.kind == kind:
                lines += ["", *_entry(one)]
    return "\n".join(lines) + "\n"


def _entry(one: Problem) -> list[str]:
    return [
        f"### `{one.code}`: {one.title}",
        "",
        f"*{one.severity}* · {one.means}",
        "",
        f"* Expected: {one.expected}",
        f"* What to do: {one.do}",
    ]
