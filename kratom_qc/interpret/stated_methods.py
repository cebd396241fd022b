"""By what a result was obtained, where its method column names no technique: its section's heading,
or the paper, says it.

Only words that name a technique of `words/methods.toml` are taken, and the nearest to the result
count: its section's heading or its sheet's name, then the lines that state methods for the paper
(`Alkaloids by HPLC-DAD, residual solvents by GC-FID`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Certificate, Note, ResultRow
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.vocabulary.methods import (
    Clause,
    NamedTechnique,
    clauses,
    concern,
    names_a_technique,
    techniques_in,
)

_CELL = re.compile(r"[A-Z]+([0-9]+)")
_LONGEST_LABEL = 60

At = tuple[str, int]  # sheet and row


def with_methods(
    certificate: Certificate, rows: Sequence[tuple[ResultRow, Result]]
) -> list[tuple[ResultRow, Result]]:
    """The rows, each result with the words that say by what it was obtained. What its own row says
    is never replaced."""
    paper = _Paper(certificate)
    return [(line, paper.with_method(line, result)) for line, result in rows]


@dataclass(frozen=True, slots=True)
class _Statement:
    """A line outside the tables that states methods."""

    at: At
    clauses: tuple[Clause, ...]

    def of(self, family: str) -> list[Clause]:
        return [
            clause for clause in self.clauses if family in clause.families or not clause.families
        ]


class _Paper:
    """Where a certificate names techniques, outside its method column."""

    def __init__(self, certificate: Certificate):
        self.rows = {at for line in certificate.rows if (at := _at(line.cell.ref)) is not None}
        known = {
            word.ref
            for line in certificate.rows
            for word in (line.method, line.section)
            if word is not None
        }
        self.statements = [
            _Statement(_at(place) or (place.sheet, 0), said)
            for note in certificate.notes
            if (place := note.word.ref) not in known
            and _at(place) not in self.rows
            and _may_state(note)
            and (said := clauses(_labelled(note)))
        ]
        self._rows_of: dict[tuple[str, str], list[int]] = {}
        self._told_of: dict[tuple[str, str, int], tuple[NamedTechnique, ...]] = {}

    def with_method(self, line: ResultRow, result: Result) -> Result:
        """The result with what its row, heading or paper says, where its method column names no
        technique."""
        further = "" if names_a_technique(result.method) else self._further(line, result)
        return (
            replace(result, method="; ".join(filter(None, (result.method, further))))
            if further
            else result
        )

    def _further(self, line: ResultRow, result: Result) -> str:
        for heading in (line.section, SourceText(result.ref.sheet, result.ref)):
            if heading is not None and names_a_technique(heading.text):
                return _words(one for one in techniques_in(heading.text) if one.technique.headings)
        return self._told(result) if self.statements else ""

    def _told(self, result: Result) -> str:
        """What the lines of the paper say of a result, where it matters by what that was measured."""
        known = vocabulary.analyte(result.analyte) if result.known else None
        family, (sheet, row) = (
            known.family if known else "",
            _at(result.ref) or (result.ref.sheet, 0),
        )
        lines = self._lines(family, sheet)
        above = bisect_left(lines, row) - 1
        said = self._said(family, sheet, lines[above] if above >= 0 else 0)
        turns = concern(result.analyte) is not None or any(
            one.technique.qualitative for one in said
        )
        return _words(said) if turns else ""

    def _lines(self, family: str, sheet: str) -> list[int]:
        """The rows of a sheet in which lines that may speak of a family stand."""
        key = family, sheet
        if key not in self._rows_of:
            self._rows_of[key] = sorted(
                {one.at[1] for one in self.statements if one.at[0] == sheet and one.of(family)}
            )
        return self._rows_of[key]

    def _said(self, family: str, sheet: str, above: int) -> tuple[NamedTechnique, ...]:
        """The nearest lines count: those right above the table, else those of the sheet, else those
        of sheets without results."""
        key = family, sheet, above
        if key not in self._told_of:
            here = [one for one in self.statements if one.at[0] == sheet]
            elsewhere = [
                one for one in self.statements if one.at[0] not in {of for of, _ in self.rows}
            ]
            found = next(
                filter(
                    None,
                    (_of(lines, family) for lines in (self._above(sheet, above), here, elsewhere)),
                ),
                [],
            )
            self._told_of[key] = tuple(one for clause in found for one in clause.techniques)
        return self._told_of[key]

    def _above(self, sheet: str, last: int) -> list[_Statement]:
        """The lines between a table and the results before it."""
        first = max((row for of, row in self.rows if of == sheet and row < last), default=0)
        return [one for one in self.statements if one.at[0] == sheet and first < one.at[1] <= last]


def _of(statements: Iterable[_Statement], family: str) -> list[Clause]:
    """What lines say of a family; where some name it, those that name nothing are about something
    else."""
    found = [clause for statement in statements for clause in statement.of(family)]
    return [clause for clause in found if clause.families] or found


def _words(said: Iterable[NamedTechnique]) -> str:
    return ", ".join(dict.fromkeys(one.words for one in said))


def _may_state(note: Note) -> bool:
    """Whether a note may state methods: not a client or an analyst, whose initials may be GC; a
    comment may."""
    if not note.label:
        return True
    role, fact = vocabulary.column_role(note.label), vocabulary.fact_name(note.label)
    return role == "method" or (role is None) == (fact is None)


def _labelled(note: Note) -> str:
    """`Method` beside `GC-MS` is one statement."""
    return f"{note.label} {note.word.text}" if len(note.label) <= _LONGEST_LABEL else note.word.text


def _at(place: CellRef) -> At | None:
    """Sheet and row of a cell; None where the place is no cell of a sheet."""
    cell = _CELL.fullmatch(place.cell)
    return (place.sheet, int(cell[1])) if cell else None
