"""ods (OpenDocument spreadsheets) → sheets of cells, in one pass over content.xml."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import Cell, CellRef
from kratom_qc.intake.formats import marks
from kratom_qc.intake.formats.container import Container
from kratom_qc.intake.formats.markup import Attributes, walk
from kratom_qc.intake.formats.numformat import Trouble
from kratom_qc.intake.formats.odf_styles import DRAW, OFFICE, STYLE, TABLE, TEXT, Styles
from kratom_qc.intake.formats.odf_text import OpenCell
from kratom_qc.intake.formats.odf_values import Value, value_of
from kratom_qc.intake.sheets import Area, Grid, Sheet, cell_name
from kratom_qc.settings import Caps

_MANIFEST = "META-INF/manifest.xml"
_COUNT = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_CELL, _COVERED, _ROW, _COLUMN = (
    f"{TABLE}{tag}" for tag in ("table-cell", "covered-table-cell", "table-row", "table-column")
)
_SPANS = {
    f"{TABLE}number-{kind}{what}-spanned"
    for kind in ("", "matrix-")
    for what in ("rows", "columns")
}
_GROUP = {f"{TABLE}table-row-group", f"{TABLE}table-column-group"}
# What holds text or tables that are no cells: comments, drawings, the history of changes, other
# files' data.
_ASIDE = {f"{OFFICE}annotation", f"{OFFICE}forms", f"{TEXT}ruby-text", f"{TABLE}shapes"}
_ASIDE |= {
    f"{TABLE}{tag}" for tag in ("tracked-changes", "dde-links", "content-validations", "detective")
}


def read(name: str, raw: bytes, caps: Caps) -> tuple[list[Sheet], list[Remark]]:
    """An ods workbook's sheets. Raises Refused where it cannot be opened safely or is too large."""
    container = Container(name, raw, caps)
    if _MANIFEST in container and b"encryption-data" in container.read(_MANIFEST):
        message = "the workbook is password-protected; send it without a password"
        raise Refused([Refusal("encrypted", message, CellRef(name))])
    content = _Content(name, caps)
    if "styles.xml" in container:
        walk(
            CellRef(name), container.inflate("styles.xml"), content.styles.start, content.styles.end
        )
    if "content.xml" not in container:
        raise _damaged(name, "the workbook's main part is missing")
    walk(
        CellRef(name),
        container.inflate("content.xml"),
        content.start,
        content.end,
        content.characters,
    )
    if not content.is_spreadsheet:
        message = "this is an OpenDocument file of another kind (a text or a presentation); send the spreadsheet itself"
        raise Refused([Refusal("not-a-spreadsheet", message, CellRef(name))])
    macros = any(part.startswith(("Basic/", "Scripts/")) for part in container.names)
    return content.sheets, [marks.macros(name)] if macros else []


def _damaged(name: str, why: str) -> Refused:
    return Refused(
        [
            Refusal(
                "damaged",
                f"{why}; open the workbook, save it anew and send it again",
                CellRef(name),
            )
        ]
    )


@dataclass(frozen=True, slots=True)
class _Column:
    hidden: bool
    style: str


@dataclass(frozen=True, slots=True)
class _Filled:
    """A cell that holds something, before it is repeated."""

    first: int  # column
    repeats: int
    value: Value
    style: str
    struck: bool
    covered: bool
    veil: marks.Why | None


class _Table:
    """A sheet between its tags: rows and columns count on, filled or not; only what is filled is
    kept."""

    def __init__(self, name: str, hidden: bool) -> None:
        self.name, self.hidden = name, hidden
        self.columns: list[_Column] = []
        self.row = self.column = 0  # the last one done
        self.in_row = False
        self.row_hidden, self.row_style, self.row_repeats = False, "", 1
        self.line: list[_Filled] = []
        self.cells = 0
        self.rows: Grid = {}
        self.problems: dict[tuple[int, int], Refusal] = {}
        self.merged: list[Area] = []
        self.matrices: list[Area] = []


class _Content:
    """What the elements of content.xml mean."""

    def __init__(self, name: str, caps: Caps) -> None:
        self.name, self.caps = name, caps
        self.styles = Styles()
        self.sheets: list[Sheet] = []
        self.is_spreadsheet = False
        self._titles: set[str] = set()
        self._aside = 0  # how deep in something that is no cell
        self._groups: list[
            bool
        ] = []  # whether each open group of rows or columns is folded away, by itself or by another
        self._table: _Table | None = None
        self._cell: OpenCell | None = None

    def start(self, element: str, attributes: Attributes) -> None:
        """An element opens."""
        if self._aside or element in _ASIDE or element.startswith(DRAW):
            self._aside += 1
        elif self._cell is not None:
            if element.startswith(TABLE):
                raise _damaged(self.name, "a table within a cell")
            self._cell.start(element, attributes)
        elif self._table is not None:
            self._start_in_table(self._table, element, attributes)
        elif element == f"{TABLE}table":
            self._start_table(attributes)
        elif element == f"{OFFICE}spreadsheet":
            self.is_spreadsheet = True
        elif element.startswith(STYLE):
            self.styles.start(element, attributes)

    def end(self, element: str) -> None:
        """An element closes."""
        if self._aside:
            self._aside -= 1
        elif self._cell is not None and element not in (_CELL, _COVERED):
            self._cell.end(element)
        elif self._table is not None:
            self._end_in_table(self._table, element)
        else:
            self.styles.end(element)

    def characters(self, text: str) -> None:
        """Text between tags."""
        if self._cell is not None and not self._aside:
            self._cell.characters(text)

    def _start_table(self, attributes: Attributes) -> None:
        if len(self.sheets) == self.caps.sheets:
            raise self._too_large(f"more than {self.caps.sheets} sheets")
        hidden = self.styles.hides_table(attributes.get(f"{TABLE}style-name", ""))
        title = attributes.get(f"{TABLE}name", "")
        if title.casefold() in self._titles:
            raise _damaged(self.name, "two sheets have the same name")
        self._titles.add(title.casefold())
        self._table = _Table(title, hidden)

    def _start_in_table(self, table: _Table, element: str, attributes: Attributes) -> None:
        if (element in (_CELL, _COVERED)) != table.in_row and element in (_CELL, _COVERED, _ROW):
            raise _damaged(self.name, "cells and rows do not stand in each other as they must")
        if element in (_CELL, _COVERED):
            self._cell = OpenCell(attributes, element == _COVERED, self.styles, self.caps.cell_text)
        elif element == _ROW:
            table.row_hidden = self._is_hidden("table-row", attributes)
            table.row_style = attributes.get(f"{TABLE}default-cell-style-name", "")
            table.row_repeats = self._count(attributes, "number-rows-repeated")
            table.column, table.in_row = 0, True
        elif element == _COLUMN:
            column = _Column(
                self._is_hidden("table-column", attributes),
                attributes.get(f"{TABLE}default-cell-style-name", ""),
            )
            repeats = self._count(attributes, "number-columns-repeated")
            table.columns += [column] * min(repeats, self.caps.columns - len(table.columns))
        elif element in _GROUP:
            self._groups.append(self._folded() or attributes.get(f"{TABLE}display") == "false")
        elif element == f"{TABLE}table":
            raise _damaged(self.name, "a table within a table")

    def _end_in_table(self, table: _Table, element: str) -> None:
        if self._cell is not None:
            cell, self._cell = self._cell, None
            self._end_cell(table, cell)
        elif element == _ROW:
            self._end_row(table)
        elif element in _GROUP:
            self._groups.pop()
        elif element == f"{TABLE}table":
            self._end_table(table)

    def _is_hidden(self, family: str, attributes: Attributes) -> bool:
        return (
            attributes.get(f"{TABLE}visibility", "visible") != "visible"
            or self._folded()
            or self.styles.flattens(family, attributes.get(f"{TABLE}style-name", ""))
        )

    def _folded(self) -> bool:
        return bool(self._groups) and self._groups[-1]

    def _count(self, attributes: Attributes, what: str) -> int:
        said = attributes.get(f"{TABLE}{what}")
        if said is None:
            return 1
        if not _COUNT.fullmatch(said):
            raise _damaged(self.name, f"{what} is '{said[:20]}'")
        return int(said)

    def _end_cell(self, table: _Table, cell: OpenCell) -> None:
        """A cell goes into its line; a blank one only moves on."""
        first, repeats = table.column + 1, self._count(cell.attributes, "number-columns-repeated")
        table.column += repeats
        self._note_areas(table, cell.attributes, first)
        value = value_of(cell.attributes, cell.text, cell.paragraphs > 0)
        if max(len(value.text), len(cell.text)) > self.caps.cell_text:
            name = cell_name(table.row + 1, first)
            raise self._too_large(
                f"cell {name} holds more than {self.caps.cell_text:,} characters, which is the limit"
            )
        if not value.text.strip() and value.trouble is None:
            return
        if table.column > self.caps.columns:
            raise self._too_large(
                f"sheet '{table.name}' spans {table.column:,} columns; the limit is {self.caps.columns}"
            )
        style = cell.attributes.get(f"{TABLE}style-name") or table.row_style
        table.line.append(
            _Filled(first, repeats, value, style, cell.struck, cell.covered, cell.veil)
        )

    def _note_areas(self, table: _Table, attributes: Attributes, left: int) -> None:
        """The areas a cell stands for: merged, or filled by one formula whose other cells hold bare
        values."""
        if _SPANS.isdisjoint(attributes):
            return
        for areas, kind in ((table.merged, "number"), (table.matrices, "number-matrix")):
            rows, columns = (
                self._count(attributes, f"{kind}-{what}-spanned") for what in ("rows", "columns")
            )
            if rows > 1 or columns > 1:
                bottom, right = table.row + rows, left + columns - 1
                areas.append(
                    (
                        table.row + 1,
                        left,
                        min(bottom, self.caps.rows),
                        min(right, self.caps.columns),
                    )
                )

    def _end_row(self, table: _Table) -> None:
        first, table.row, table.in_row = table.row + 1, table.row + table.row_repeats, False
        if table.line and table.row > self.caps.rows:
            raise self._too_large(
                f"sheet '{table.name}' is filled down to row {table.row:,} at least; the limit is {self.caps.rows:,}"
            )
        table.cells += table.row_repeats * sum(filled.repeats for filled in table.line)
        if table.cells > self.caps.cells:
            raise self._too_large(
                f"a sheet holds more than {self.caps.cells:,} cells, which is the limit"
            )
        for row in range(first, table.row + 1) if table.line else ():
            for filled in table.line:
                for column in range(filled.first, filled.first + filled.repeats):
                    self._put(table, row, column, filled)
        table.line = []

    def _put(self, table: _Table, row: int, column: int, filled: _Filled) -> None:
        shape = table.columns[column - 1] if column <= len(table.columns) else _Column(False, "")
        hidden = table.hidden or table.row_hidden or shape.hidden or filled.covered
        value, style = filled.value, filled.style or shape.style
        table.rows.setdefault(row, {})[column] = Cell(
            value.text, value.kind, row, column, hidden, value.shown
        )
        trouble = marks.HIDDEN if hidden else self._look(style, filled)
        if trouble:
            table.problems[row, column] = self._problem(table, row, column, trouble, value.text)

    def _look(self, style: str, filled: _Filled) -> Trouble:
        """Why a cell that is not hidden cannot be believed: by its style, or else by what it holds."""
        if self.styles.strikes("table-cell", style):
            return marks.STRUCK
        trouble = filled.value.trouble or (marks.PARTLY_STRUCK if filled.struck else None)
        trouble = trouble or filled.veil or self.styles.veils("table-cell", style)
        return trouble or (marks.INVISIBLE if self.styles.blinds(style) else None)

    def _problem(
        self, table: _Table, row: int, column: int, trouble: marks.Why, said: str
    ) -> Refusal:
        return Refusal(*trouble, CellRef(self.name, table.name, cell_name(row, column)), said)

    def _end_table(self, table: _Table) -> None:
        for top, left, bottom, right in table.matrices:
            for row in range(top, min(bottom, table.row) + 1):
                for column in sorted(
                    set(table.rows.get(row, ()))
                    & set(range(left, min(right, self.caps.columns) + 1))
                ):
                    problem = self._problem(
                        table,
                        row,
                        column,
                        marks.formula(table.rows[row][column].text),
                        table.rows[row][column].text,
                    )
                    table.problems.setdefault((row, column), problem)
        self.sheets.append(Sheet(table.name, table.rows, table.problems, tuple(table.merged)))
        self._table = None

    def _too_large(self, message: str) -> Refused:
        return Refused([Refusal("too-large", f"{message}. Split the file", CellRef(self.name))])
