"""A sheet being put together: its cells, and what lies over them once all of them are known: merged
ranges, formulas of many cells, conditional formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import Cell, CellRef
from kratom_qc.intake.formats import cell_problems
from kratom_qc.intake.formats.cell_problems import CellProblem, CellValue
from kratom_qc.intake.sheets import CellRange, Grid, Sheet, cell_name


class SheetBuilder:
    """Gathers the cells of a sheet and why some of them are not believed. Rows and columns are
    1-based."""

    def __init__(self, file: str, title: str) -> None:
        self.title = title
        self.rows: Grid = {}
        self.merged: list[CellRange] = []
        self._file = file
        self._problems: dict[tuple[int, int], Refusal] = {}

    def add(
        self, row: int, column: int, value: CellValue, problem: CellProblem | None, hidden: bool
    ) -> None:
        """Add a cell; one that is hidden has no other problem than that."""
        cell = Cell(value.text, value.kind, row, column, hidden, value.shown)
        self.rows.setdefault(row, {})[column] = cell
        problem = cell_problems.HIDDEN if hidden else problem
        if problem is not None:
            self._problems[row, column] = self._refusal(row, column, problem)

    def sheet(self) -> Sheet:
        """The sheet as it is now."""
        return Sheet(self.title, self.rows, self._problems, tuple(self.merged))

    def hide_merged(self) -> None:
        """Of a merged range only the first cell is shown; the others become hidden."""
        for merged in self.merged:
            for row, column in list(self._filled(merged)):
                if (row, column) != merged[:2]:
                    self.rows[row][column] = self.rows[row][column]._replace(hidden=True)
                    refusal = self._refusal(row, column, cell_problems.COVERED)
                    self._problems[row, column] = refusal

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
        self._problems.setdefault((row, column), self._refusal(row, column, problem))

    def _refusal(self, row: int, column: int, problem: CellProblem) -> Refusal:
        ref = CellRef(self._file, self.title, cell_name(row, column))
        return Refusal(*problem, ref, self.rows[row][column].text)
