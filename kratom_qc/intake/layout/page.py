"""A sheet being read: it owns its cells. Each step claims the cells that it understands, and what
nobody claims is unread."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.source import Cell, CellRef, SourceText
from kratom_qc.intake.sheets import CellRange, Grid, Sheet, cell_name, row_and_column

_MOST_COVERED = 400_000
_COLONS = (":", "：")
_IDS = ("batch_id", "certificate_id", "sample_id", "lab_id")


class Around(NamedTuple):
    """What a cell in a row of results stands under, and beside: the heading of its column (empty
    where it has none) and the analyte of its row."""

    column: str
    row_of: str


@dataclass
class Page:
    """A sheet, or a part of one lying on its side (`turned`: rows are the sheet's columns and
    columns its rows)."""

    file: str
    sheet: Sheet
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    turned: bool = False
    # Every cell of the used rows that lies in a merged area.
    merges: dict[tuple[int, int], CellRange] = field(init=False)
    last_row: int = field(init=False)
    # Headers by row and columns.
    looked_at: dict[tuple[int, int, int | None], list[Any]] = field(default_factory=dict)
    # What cells were understood as, by row and column of the sheet; a turned page shares them.
    claims: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    # Parts of claimed cells that nothing has understood, each with the label before it.
    left: dict[tuple[int, int], list[tuple[str, str]]] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()  # of its labels (ISO 639-1), other than English
    # Cells that stand in a row of results, by row and column of the sheet, with what is around.
    around: dict[tuple[int, int], Around] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sheet = _without_colons(self.sheet)
        self.last_row = max(self.sheet.rows, default=0)
        self.merges = _covered(self.sheet)
        if len(self.merges) >= _MOST_COVERED:
            self.problems.append(
                Problem(
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
            column: cell
            for column, cell in cells.items()
            if left <= column and (right is None or column <= right)
        }

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """The cell whose text stands here: the first of the merged area, else the cell itself."""
        area = self.merges.get((row, column))
        return (area[0], area[1]) if area else (row, column)

    def leave(self, row: int, column: int, text: str, label: str) -> None:
        """Note a part of a claimed cell that nothing has understood, with the label before it."""
        if text.strip():
            self.left.setdefault(self._of_sheet(row, column), []).append((label, text))

    def claim(self, row: int, column: int, meaning: str) -> None:
        """Say what a cell was understood as: `result of Lead`, `unit`, `header: LOD`, `label`."""
        meanings = self.claims.setdefault(self._of_sheet(row, column), [])
        if meaning not in meanings:
            meanings.append(meaning)

    def claim_at(self, place: CellRef, meaning: str) -> None:
        """Claim a cell by the vendor's coordinates."""
        row, column = row_and_column(place.cell)
        meanings = self.claims.setdefault((row, column), [])
        if meaning not in meanings:
            meanings.append(meaning)

    def disclaim_at(self, place: CellRef) -> None:
        """Take back every claim of a cell, by the vendor's coordinates: it is read by a person."""
        self.claims.pop(row_and_column(place.cell), None)

    def is_claimed(self, row: int, column: int) -> bool:
        """Whether some step understood the cell."""
        return self._of_sheet(row, column) in self.claims

    def meanings(self, row: int, column: int) -> list[str]:
        """What a cell was understood as; nothing where no step did."""
        return self.claims.get(self._of_sheet(row, column), [])

    def unclaimed(self, row: int) -> dict[int, Cell]:
        """The cells of a row that nothing has understood so far, by column."""
        return {
            column: cell
            for column, cell in self.cells(row).items()
            if not self.is_claimed(row, column)
        }

    def _of_sheet(self, row: int, column: int) -> tuple[int, int]:
        return (column, row) if self.turned else (row, column)

    def stands(self, row: int, column: int, heading: str, row_of: str) -> None:
        """Note what is around a cell in a row of results."""
        self.around[self._of_sheet(row, column)] = Around(heading, row_of)

    def peek(self, row: int, column: int) -> SourceText:
        """A cell, or what a merged area says there, without understanding it."""
        anchor = self.anchor(row, column)
        row = anchor[0] if anchor[1] == column else row
        cell = self.sheet.rows.get(row, {}).get(column)
        place = self.place(row, column)
        return (
            SourceText(cell.text, place, cell.shown, cell.kind) if cell else SourceText("", place)
        )

    def word(self, row: int, column: int, meaning: str) -> SourceText:
        """A cell used as a word, and claimed. A cell that cannot be believed is a problem from the
        moment something uses it."""
        self.claim(row, column, meaning)
        cell = self.sheet.rows.get(row, {}).get(column)
        disbelieved = self.sheet.problems.get((row, column))
        if disbelieved is not None:
            self.problems.append(disbelieved)  # told once, however often it is used
        place = self.place(row, column)
        return (
            SourceText(cell.text, place, cell.shown, cell.kind) if cell else SourceText("", place)
        )

    def spread(self, row: int, column: int, meaning: str) -> SourceText:
        """A cell used as a word; a merged area says the same in every row that it covers."""
        anchor = self.anchor(row, column)
        return self.word(anchor[0] if anchor[1] == column else row, column, meaning)

    def fact(self, row: int, column: int, name: str) -> SourceText:
        """A cell that states a fact. An id that is stored as a date, a fraction or a number of more
        than 15 digits is not the id the laboratory typed: the spreadsheet has changed it."""
        anchor = self.anchor(row, column)
        row = anchor[0] if anchor[1] == column else row
        word = self.word(row, column, name.replace("_", " "))
        cell = self.sheet.rows.get(row, {}).get(column)
        if name == "batch_id":
            word = replace(word, text=vocabulary.lot(word.text))
        if cell is None or name not in _IDS:
            return word
        if cell.kind == "date" or (
            cell.kind == "number" and not re.fullmatch(r"[0-9]{1,15}", cell.text)
        ):
            what = f"the {name.replace('_', ' ')} is stored as the {cell.kind} {cell.text}"
            advice = "format the cell as text and type it again"
            message = f"{what}: the spreadsheet may have changed it; {advice}"
            self.trouble("ID-CHANGED", message, row, column, cell.text)
        return word

    def trouble(self, code: str, message: str, row: int, column: int, quoted: str = "") -> None:
        """Note a problem of a cell."""
        self.problems.append(Problem(code, message, self.place(row, column), quoted))

    def trouble_with(self, code: str, message: str, word: SourceText) -> None:
        """Note a problem of a word that was read."""
        self.problems.append(Problem(code, message, word.ref, word.text))


def _without_colons(sheet: Sheet) -> Sheet:
    """A sheet without the colons that stand in cells of their own between labels and values."""
    rows = {
        row: {column: cell for column, cell in cells.items() if cell.text.strip() not in _COLONS}
        for row, cells in sheet.rows.items()
        if any(cell.text in _COLONS for cell in cells.values())
    }
    if not rows:
        return sheet
    whole = {row: rows.get(row, cells) for row, cells in sheet.rows.items()}
    return replace(sheet, rows={row: cells for row, cells in whole.items() if cells})


def _covered(sheet: Sheet) -> dict[tuple[int, int], CellRange]:
    covered: dict[tuple[int, int], CellRange] = {}
    if not sheet.merged or not sheet.rows:
        return covered
    last_row = max(sheet.rows)
    last_column = max(max(cells) for cells in sheet.rows.values() if cells)
    for area in sheet.merged:
        first, left, last, right = area
        for row in range(first, min(last, last_row) + 1):
            for column in range(left, min(right, last_column) + 1):
                covered[row, column] = area
            if len(covered) >= _MOST_COVERED:
                return covered
    return covered


def turn(page: Page, rows: list[int], left: int, names: dict[int, Cell]) -> Page:
    """The given rows from column `left` on, lying on their side; `names` replaces cells of the
    first row by column."""
    grid: Grid = {}
    for row in rows:
        for column, cell in page.cells(row, left).items():
            named = names.get(column, cell) if row == rows[0] else cell
            grid.setdefault(column, {})[row] = named
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
    return Page(
        page.file,
        sheet,
        page.problems,
        page.remarks,
        turned=True,
        claims=page.claims,
        around=page.around,
    )
