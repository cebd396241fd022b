"""What lies over the cells of a sheet, known once all of them are: merged ranges, formulas of many
cells, conditional formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats import cell_problems
from kratom_qc.intake.formats.cell_problems import CellProblem
from kratom_qc.intake.sheets import CellRange, Grid, cell_name


@dataclass(frozen=True, slots=True)
class RangeProblems:
    """Adds to the problems of a sheet what its ranges do to their cells. `rows` and `problems` are
    the sheet's own, and are changed in place."""

    sheet: CellRef
    rows: Grid
    problems: dict[tuple[int, int], Refusal]

    def mark_merged(self, ranges: Iterable[CellRange]) -> None:
        """Of a merged range only the first cell is shown; the others become hidden."""
        for merged in ranges:
            for row, column in list(self._filled(merged)):
                if (row, column) != merged[:2]:
                    self.rows[row][column] = self.rows[row][column]._replace(hidden=True)
                    self.problems[row, column] = self._refusal(row, column, cell_problems.COVERED)

    def mark_formulas(self, ranges: Iterable[CellRange]) -> None:
        """Ranges that one formula fills: their cells hold what it last gave."""
        for filled in ranges:
            for row, column in self._filled(filled):
                self._mark(row, column, cell_problems.formula(self.rows[row][column].text))

    def mark_conditional(self, ranges: Iterable[CellRange]) -> None:
        """Ranges in which a conditional format may show something else."""
        for formatted in ranges:
            for row, column in self._filled(formatted):
                self._mark(row, column, cell_problems.CONDITIONAL)

    def _filled(self, cells: CellRange) -> Iterator[tuple[int, int]]:
        """The cells of a range that hold something."""
        top, left, bottom, right = cells
        rows = range(top, bottom + 1) if bottom - top < len(self.rows) else self.rows
        for row in rows:
            if top <= row <= bottom and row in self.rows:
                yield from ((row, column) for column in self.rows[row] if left <= column <= right)

    def _mark(self, row: int, column: int, problem: CellProblem) -> None:
        """An earlier problem stays: it says more of the cell itself."""
        self.problems.setdefault((row, column), self._refusal(row, column, problem))

    def _refusal(self, row: int, column: int, problem: CellProblem) -> Refusal:
        ref = CellRef(self.sheet.file, self.sheet.sheet, cell_name(row, column))
        return Refusal(*problem, ref, self.rows[row][column].text)
