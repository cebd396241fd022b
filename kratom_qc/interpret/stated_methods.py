"""By what a result was obtained, where its method column names no technique: its section's heading,
or the paper, says it.

Only words that name a technique of `words/methods.toml` are taken, and the nearest to the result
count: its section's heading or its sheet's name, then the lines that state methods for the paper
(`Alkaloids by HPLC-DAD, residual solvents by GC-FID`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.account import PageText
from kratom_qc.domain.certificate import Certificate, ResultRow
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.results import ReadRow
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


class RowRef(NamedTuple):
    """A row of a sheet; 0 for what stands in no row."""

    sheet: str
    row: int


def with_methods(certificate: Certificate, rows: Iterable[ReadRow]) -> list[ReadRow]:
    """The rows, each result with the words that say by what it was obtained. What its own row says
    is never replaced."""
    paper = _Paper(certificate)
    return [ReadRow(row, paper.with_method(row, result)) for row, result in rows]


@dataclass(frozen=True, slots=True)
class _MethodLine:
    """A line outside the tables that states methods."""

    where: RowRef
    clauses: tuple[Clause, ...]

    def about(self, family: str) -> list[Clause]:
        """Its clauses about a family of analytes, or about nothing in particular."""
        return [
            clause for clause in self.clauses if family in clause.families or not clause.families
        ]


class _Paper:
    """Where a certificate names techniques, outside its method column."""

    def __init__(self, certificate: Certificate):
        refs = (_row_ref(row.cell.ref) for row in certificate.rows)
        self.result_rows = {ref for ref in refs if ref is not None}
        self.lines = list(_method_lines(certificate, self.result_rows))
        sheets = {ref.sheet for ref in self.result_rows}
        self._elsewhere = [line for line in self.lines if line.where.sheet not in sheets]
        self._rows_about: dict[tuple[str, str], list[int]] = {}
        self._nearest: dict[tuple[str, str, int], tuple[NamedTechnique, ...]] = {}

    def with_method(self, row: ResultRow, result: Result) -> Result:
        """The result with what its row, heading or paper says, where its method column names no
        technique."""
        if names_a_technique(result.method):
            return result
        further = self._further(row, result)
        if not further:
            return result
        return replace(result, method="; ".join(filter(None, (result.method, further))))

    def _further(self, row: ResultRow, result: Result) -> str:
        for heading in (row.section.text if row.section else "", result.ref.sheet):
            if names_a_technique(heading):
                return _words(
                    mention for mention in techniques_in(heading) if mention.technique.headings
                )
        return self._of_the_paper(result) if self.lines else ""

    def _of_the_paper(self, result: Result) -> str:
        """What the lines of the paper say of a result, where it matters by what that was
        measured."""
        known = vocabulary.analyte(result.analyte) if result.known else None
        family = known.family if known else ""
        sheet, row = _row_ref(result.ref) or RowRef(result.ref.sheet, 0)
        rows = self._rows_of_lines(family, sheet)
        before = bisect_left(rows, row)
        techniques = self._nearest_techniques(family, sheet, rows[before - 1] if before else 0)
        qualitative = any(mention.technique.qualitative for mention in techniques)
        matters = qualitative or concern(result.analyte) is not None
        return _words(techniques) if matters else ""

    def _rows_of_lines(self, family: str, sheet: str) -> list[int]:
        """The rows of a sheet in which lines that may speak of a family stand."""
        key = family, sheet
        if key not in self._rows_about:
            lines = (line for line in self._on(sheet) if line.about(family))
            self._rows_about[key] = sorted({line.where.row for line in lines})
        return self._rows_about[key]

    def _nearest_techniques(
        self, family: str, sheet: str, above: int
    ) -> tuple[NamedTechnique, ...]:
        """The nearest lines count: those right above the table, else those of the sheet, else those
        of sheets without results."""
        key = family, sheet, above
        if key not in self._nearest:
            places = (self._above(sheet, above), self._on(sheet), self._elsewhere)
            spoken = (_about(lines, family) for lines in places)
            clauses = next(filter(None, spoken), [])
            self._nearest[key] = tuple(
                mention for clause in clauses for mention in clause.techniques
            )
        return self._nearest[key]

    def _on(self, sheet: str) -> list[_MethodLine]:
        return [line for line in self.lines if line.where.sheet == sheet]

    def _above(self, sheet: str, last: int) -> list[_MethodLine]:
        """The lines between a table and the results before it."""
        before = (ref.row for ref in self.result_rows if ref.sheet == sheet and ref.row < last)
        first = max(before, default=0)
        return [line for line in self._on(sheet) if first < line.where.row <= last]


def _method_lines(certificate: Certificate, result_rows: set[RowRef]) -> Iterator[_MethodLine]:
    known = {
        cell.ref
        for row in certificate.rows
        for cell in (row.method, row.section)
        if cell is not None
    }
    for text in certificate.texts:
        ref = text.source.ref
        where = _row_ref(ref)
        if ref in known or where in result_rows or not _may_state(text):
            continue
        stated = clauses(_labelled(text))
        if stated:
            yield _MethodLine(where or RowRef(ref.sheet, 0), stated)


def _about(lines: Iterable[_MethodLine], family: str) -> list[Clause]:
    """What lines say of a family; where some name it, those that name nothing are about something
    else."""
    spoken = [clause for line in lines for clause in line.about(family)]
    return [clause for clause in spoken if clause.families] or spoken


def _words(techniques: Iterable[NamedTechnique]) -> str:
    return ", ".join(dict.fromkeys(mention.words for mention in techniques))


def _may_state(text: PageText) -> bool:
    """Whether a text may state methods: not a client or an analyst, whose initials may be GC; a
    comment may."""
    if not text.label:
        return True
    role, fact = vocabulary.column_role(text.label), vocabulary.fact_name(text.label)
    return role == "method" or (role is None) == (fact is None)


def _labelled(text: PageText) -> str:
    """`Method` beside `GC-MS` is one statement."""
    return (
        f"{text.label} {text.source.text}"
        if len(text.label) <= _LONGEST_LABEL
        else text.source.text
    )


def _row_ref(ref: CellRef) -> RowRef | None:
    """The row of a cell; None where the place is no cell of a sheet."""
    cell = _CELL.fullmatch(ref.cell)
    return RowRef(ref.sheet, int(cell[1])) if cell else None
