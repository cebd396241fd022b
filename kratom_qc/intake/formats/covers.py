"""What lies over the cells of a sheet, known once all of them are: merged areas, formulas of many
cells, conditional formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats import marks
from kratom_qc.intake.formats.addresses import area_of
from kratom_qc.intake.sheets import Area, Grid, cell_name

_CONDITIONAL = (
    "shown-differs",
    "a conditional format may show something else here than the cell holds; remove it",
)


@dataclass(frozen=True, slots=True)
class Covers:
    """The cells of a sheet and why some of them are not believed; `place` names file and sheet."""

    ref: CellRef
    rows: Grid
    problems: dict[tuple[int, int], Refusal]

    def merge(self, areas: Iterable[Area]) -> None:
        """What a merged area covers is not shown: only its first cell is."""
        for area in areas:
            for row, column in list(self._within(area)):
                if (row, column) != area[:2]:
                    self.rows[row][column] = self.rows[row][column]._replace(hidden=True)
                    self.problems[row, column] = self._refusal(row, column, marks.COVERED)

    def compute(self, areas: Iterable[str]) -> None:
        """Areas that one formula fills: their cells hold what it last gave."""
        for said in areas:
            for row, column in self._within(area_of(said)):
                self._mark(row, column, marks.formula(self.rows[row][column].text))

    def disguise(self, lists: Iterable[str]) -> None:
        """Lists of areas in which a conditional format may show something else."""
        for areas in dict.fromkeys(lists):
            for said in areas.split():
                for row, column in self._within(area_of(said)):
                    self._mark(row, column, _CONDITIONAL)

    def _within(self, area: Area) -> Iterator[tuple[int, int]]:
        """The cells of an area that hold something."""
        top, left, bottom, right = area
        rows = range(top, bottom + 1) if bottom - top < len(self.rows) else self.rows
        for row in rows:
            if top <= row <= bottom and row in self.rows:
                yield from ((row, column) for column in self.rows[row] if left <= column <= right)

    def _mark(self, row: int, column: int, why: marks.Why) -> None:
        """An earlier reason stays: it says more of the cell itself."""
        self.problems.setdefault((row, column), self._refusal(row, column, why))

    def _refusal(self, row: int, column: int, why: marks.Why) -> Refusal:
        place = CellRef(self.ref.file, self.ref.sheet, cell_name(row, column))
        return Refusal(*why, place, self.rows[row][column].text)
