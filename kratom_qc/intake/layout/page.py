"""A sheet being read: where its words come from, and where its problems and remarks gather."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.source import Cell, CellRef, SourceText
from kratom_qc.intake.sheets import CellRange, Grid, Sheet, cell_name

_MOST_COVERED = 400_000
_IDS = ("batch_id", "certificate_id", "sample_id", "lab_id")


@dataclass
class SheetReading:
    """A sheet, or a part of one lying on its side (`turned`: rows are the sheet's columns and
    columns its rows)."""

    file: str
    sheet: Sheet
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    strays: list[Refusal] = field(default_factory=list)  # rows like results outside every table
    turned: bool = False
    # Every cell of the used rows that lies in a merged area.
    merges: dict[tuple[int, int], CellRange] = field(init=False)
    last_row: int = field(init=False)
    # Headers by row and columns.
    looked_at: dict[tuple[int, int, int | None], list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.last_row = max(self.sheet.rows, default=0)
        self.merges = _covered(self.sheet)
        if len(self.merges) >= _MOST_COVERED:
            self.refusals.append(
                Refusal(
                    "too-large",
                    "the sheet has too many merged cells",
                    CellRef(self.file, self.sheet.name),
                )
            )

    def place(self, row: int, column: int) -> CellRef:
        """A cell in the vendor's coordinates."""
        return CellRef(
            self.file,
            self.sheet.name,
            cell_name(column, row) if self.turned else cell_name(row, column),
        )

    def cells(self, row: int, left: int = 1, right: int | None = None) -> dict[int, Cell]:
        """The cells of a row by column, in order; between two columns where they are given."""
        cells = self.sheet.rows.get(row, {})
        if left <= 1 and right is None:
            return cells
        return {
            at: cell for at, cell in cells.items() if left <= at and (right is None or at <= right)
        }

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """The cell whose text stands here: the first of the merged area, else the cell itself."""
        area = self.merges.get((row, column))
        return (area[0], area[1]) if area else (row, column)

    def word(self, row: int, column: int) -> SourceText:
        """A cell used as a word. A cell that cannot be believed is a refusal from the moment
        something uses it."""
        cell = self.sheet.rows.get(row, {}).get(column)
        trouble = self.sheet.problems.get((row, column))
        if trouble is not None:
            self.refusals.append(trouble)  # told once in the end, however often it is used
        place = self.place(row, column)
        return (
            SourceText(cell.text, place, cell.shown, cell.kind) if cell else SourceText("", place)
        )

    def spread(self, row: int, column: int) -> SourceText:
        """A cell used as a word; a merged area says the same in every row that it covers."""
        at = self.anchor(row, column)
        return self.word(at[0], column) if at[1] == column else self.word(row, column)

    def fact(self, row: int, column: int, name: str) -> SourceText:
        """A cell that states a fact. An id that is stored as a date, a fraction or a number of more
        than 15 digits is not the id the laboratory typed: the spreadsheet has changed it."""
        at = self.anchor(row, column)
        row = at[0] if at[1] == column else row
        word = self.word(row, column)
        cell = self.sheet.rows.get(row, {}).get(column)
        if cell is None or name not in _IDS:
            return word
        if cell.kind == "date" or (
            cell.kind == "number" and not re.fullmatch(r"[0-9]{1,15}", cell.text)
        ):
            what = f"the {name.replace('_', ' ')} is stored as the {cell.kind} {cell.text}"
            advice = "format the cell as text and type it again"
            message = f"{what}: the spreadsheet may have changed it; {advice}"
            self.refuse("id-changed", message, row, column, cell.text)
        return word

    def refuse(self, code: str, message: str, row: int, column: int, said: str = "") -> None:
        """Note a problem of a cell."""
        self.refusals.append(Refusal(code, message, self.place(row, column), said))

    def refuse_word(self, code: str, message: str, word: SourceText) -> None:
        """Note a problem of a word that was read."""
        self.refusals.append(Refusal(code, message, word.ref, word.text))


def _covered(sheet: Sheet) -> dict[tuple[int, int], CellRange]:
    found: dict[tuple[int, int], CellRange] = {}
    if not sheet.merged or not sheet.rows:
        return found
    last_row = max(sheet.rows)
    last_column = max(max(cells) for cells in sheet.rows.values() if cells)
    for area in sheet.merged:
        first, left, last, right = area
        for row in range(first, min(last, last_row) + 1):
            for column in range(left, min(right, last_column) + 1):
                found[row, column] = area
            if len(found) >= _MOST_COVERED:
                return found
    return found


def turn(page: SheetReading, rows: list[int], left: int, names: dict[int, Cell]) -> SheetReading:
    """The given rows from column `left` on, lying on their side; `names` replaces cells of the
    first row by column."""
    grid: Grid = {}
    for row in rows:
        for column, cell in page.cells(row, left).items():
            said = names.get(column, cell) if row == rows[0] else cell
            grid.setdefault(column, {})[row] = said
    wanted = set(rows)
    problems = {
        (column, row): trouble
        for (row, column), trouble in page.sheet.problems.items()
        if row in wanted and column >= left
    }
    merged = tuple(
        CellRange(area.first_column, area.first_row, area.last_column, area.last_row)
        for area in page.sheet.merged
    )
    sheet = Sheet(page.sheet.name, grid, problems, merged)
    return SheetReading(page.file, sheet, page.refusals, page.remarks, page.strays, turned=True)
