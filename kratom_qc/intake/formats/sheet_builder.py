"""A sheet being put together: its cells, and what lies over them once all of them are known: merged
ranges, formulas of many cells, conditional formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kratom_qc.domain.account import TextKind
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import Cell, CellRef, visible
from kratom_qc.intake.formats import cell_problems
from kratom_qc.intake.formats.cell_problems import CellProblem, CellValue
from kratom_qc.intake.own_sheets import without_own_marks
from kratom_qc.intake.sheets import CellRange, Grid, Sheet, SheetText, cell_name


class SheetBuilder:
    """Gathers the cells of a sheet and why some of them are not believed. Rows and columns are
    1-based."""

    def __init__(self, file: str, title: str) -> None:
        self.title = title
        self.rows: Grid = {}
        self.merged: list[CellRange] = []
        self._texts: dict[SheetText, None] = {}  # each once, in their order
        self._file = file
        self._problems: dict[tuple[int, int], Problem] = {}

    def add(
        self, row: int, column: int, value: CellValue, problem: CellProblem | None, hidden: bool
    ) -> None:
        """Add a cell; one that is hidden has no other problem than that."""
        cell = Cell(visible(value.text), value.kind, row, column, hidden, value.shown)
        self.rows.setdefault(row, {})[column] = cell
        problem = cell_problems.HIDDEN if hidden else problem
        if problem is not None:
            self._problems[row, column] = self._refusal(row, column, problem)

    def sheet(self) -> Sheet:
        """The sheet as it is now."""
        return Sheet(
            self.title, self.rows, self._problems, tuple(self.merged), texts=tuple(self._texts)
        )

    def add_text(self, text: SheetText) -> None:
        """Add a text that stands in no cell; a blank one, and what we ourselves added to a comment,
        is nothing."""
        typed = without_own_marks(text.text) if text.kind is TextKind.COMMENT else text.text
        if typed.strip():
            self._texts[text._replace(text=visible(typed.strip()))] = None

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

    def mark(self, ranges: Iterable[CellRange], problem: CellProblem) -> None:
        """Ranges in which something lies over the cells, or may show something else."""
        for area in dict.fromkeys(ranges):
            for row, column in self._filled(area):
                self._mark(row, column, problem)

    def _filled(self, cells: CellRange) -> Iterator[tuple[int, int]]:
        """The cells of a range that hold something."""
        top, left, bottom, right = cells
        rows = range(top, bottom + 1) if bottom - top < len(self.rows) else self.rows
        for row in rows:
            if top <= row <= bottom and row in self.rows:
                yield from ((row, column) for column in self.rows[row] if left <= column <= right)

    def _mark(self, row: int, column: int, problem: CellProblem) -> None:
        """An earlier problem stays: it says more of the cell itself."""
        if (row, column) not in self._problems:
            self._problems[row, column] = self._refusal(row, column, problem)

    def _refusal(self, row: int, column: int, problem: CellProblem) -> Problem:
        ref = CellRef(self._file, self.title, cell_name(row, column))
        return Problem(*problem, ref, self.rows[row][column].text)
