"""ods (OpenDocument spreadsheets) → sheets of cells, in one pass over content.xml (ODF 1.3 part 3,
9)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.errors import Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats import cell_problems
from kratom_qc.intake.formats.addresses import cell_range
from kratom_qc.intake.formats.cell_problems import CellProblem, CellValue
from kratom_qc.intake.formats.container import Container
from kratom_qc.intake.formats.markup import Attributes, walk
from kratom_qc.intake.formats.odf_cells import TableCell
from kratom_qc.intake.formats.odf_styles import DRAW, OFFICE, TABLE, TEXT, OdfStyles
from kratom_qc.intake.formats.odf_texts import Aside, MasterPages
from kratom_qc.intake.formats.odf_values import plain_number, value_of
from kratom_qc.intake.formats.serial import WORDS_BESIDE_A_DATE
from kratom_qc.intake.formats.sheet_builder import SheetBuilder
from kratom_qc.intake.refusals import PartlyRead, damaged, refused
from kratom_qc.intake.sheets import CellRange, Sheet, SheetText, cell_name
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
# What holds text or tables that are no cells and that nobody sees: readings of East Asian text, the
# history of changes, other files' data.
_UNSEEN = {f"{TEXT}ruby-text"}
_UNSEEN |= {f"{TABLE}{tag}" for tag in ("tracked-changes", "dde-links", "detective")}
# What is seen beside the cells; drawings are too.
_ASIDE = {f"{OFFICE}annotation", f"{OFFICE}forms", f"{TABLE}help-message"}
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_ADDRESS = re.compile(r"\.\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\S*?\.\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_BLACK = re.compile(r"#0{6}")


def read(name: str, raw: bytes, caps: Caps) -> tuple[list[Sheet], list[Remark]]:
    """An ods workbook's sheets, and a remark where it holds macros. Raises Refused where it cannot
    be opened safely or is too large."""
    container = Container(name, raw, caps)
    if _MANIFEST in container and b"encryption-data" in container.read(_MANIFEST):
        message = "the workbook is password-protected; send it without a password"
        raise refused(name, "encrypted", message)
    content = _ContentReader(name, caps, container)
    ref = CellRef(name)
    if "styles.xml" in container:
        chunks = container.inflate("styles.xml")
        walk(ref, chunks, content.style_starts, content.style_ends, content.style_text)
    if "content.xml" not in container:
        raise damaged(name, "the workbook's main part is missing")
    try:
        chunks = container.inflate("content.xml")
        walk(ref, chunks, content.start, content.end, content.characters)
    except Refused as refusal:
        raise PartlyRead(refusal.refusals, content.so_far()) from None
    if not content.is_spreadsheet:
        what = "an OpenDocument file of another kind (a text or a presentation)"
        message = f"this is {what}; send the spreadsheet itself"
        raise refused(name, "not-a-spreadsheet", message)
    has_macros = any(part.startswith(("Basic/", "Scripts/")) for part in container.names)
    return content.sheets, [cell_problems.macros(name)] if has_macros else []


@dataclass(frozen=True, slots=True)
class _Column:
    hidden: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class _FilledCell:
    """A cell that holds something, before it is repeated."""

    first: int  # column
    repeats: int
    value: CellValue
    style: str
    struck: bool
    covered: bool
    problem: CellProblem | None  # of a part of its text
    dressed: tuple[tuple[str, str], ...]  # styles of parts of its text, by family and name


class _Table:
    """A sheet between its tags: rows and columns count on, filled or not; only what is filled is
    kept."""

    def __init__(self, builder: SheetBuilder, hidden: bool) -> None:
        self.builder, self.hidden = builder, hidden
        self.columns: list[_Column] = []
        self.row = self.column = 0  # the last one that has ended
        self.in_row = False
        self.row_hidden, self.row_style, self.row_repeats = False, "", 1
        self.row_cells: list[_FilledCell] = []
        self.count = 0  # of cells that hold something
        self.matrices: list[CellRange] = []  # filled by one formula
        self.covered: list[CellRange] = []  # by drawings
        self.altered: list[CellRange] = []  # by conditional formats


class _ContentReader:
    """What the elements of content.xml mean."""

    def __init__(self, name: str, caps: Caps, container: Container) -> None:
        self.styles = OdfStyles()
        self.pages = MasterPages()
        self._container = container
        self._prompts: list[SheetText] = []  # which any sheet may show
        self.sheets: list[Sheet] = []
        self.is_spreadsheet = False
        self._name, self._caps = name, caps
        self._titles: set[str] = set()
        self._unseen = 0  # how deep in something that nobody sees
        self._aside: Aside | None = None  # what is open beside the cells
        self._ranges: list[CellRange] = []  # of the conditional format that is open
        # Whether each open group of rows or columns is folded away, by itself or by another.
        self._groups: list[bool] = []
        self._table: _Table | None = None
        self._cell: TableCell | None = None

    def start(self, element: str, attributes: Attributes) -> None:
        """An element opens."""
        if self._unseen or element in _UNSEEN:
            self._unseen += 1
        elif self._aside is not None:
            self._aside.start(element, attributes)
        elif element in _ASIDE or element.startswith(DRAW):
            self._aside = Aside(element, attributes, self._anchor(), self.styles)
        elif self._cell is not None:
            if element.startswith(TABLE):
                raise damaged(self._name, "a table within a cell")
            self._cell.start(element, attributes)
        elif self._table is not None:
            self._start_in_table(self._table, element, attributes)
        elif element == f"{TABLE}table":
            self._table = self._new_table(attributes)
        elif element == f"{OFFICE}spreadsheet":
            self.is_spreadsheet = True
        else:
            self.styles.start(element, attributes)

    def end(self, element: str) -> None:
        """An element closes."""
        if self._unseen:
            self._unseen -= 1
        elif self._aside is not None:
            if self._aside.end():
                self._end_aside(self._aside)
        elif self._cell is not None and element not in (_CELL, _COVERED):
            self._cell.end(element)
        elif self._table is not None:
            self._end_in_table(self._table, element)
        else:
            self.styles.end(element)

    def characters(self, text: str) -> None:
        """Text between tags."""
        if self._unseen:
            return
        if self._aside is not None:
            self._aside.characters(text)
        elif self._cell is not None:
            self._cell.characters(text)
        elif self._table is None:
            self.styles.characters(text)

    def style_starts(self, element: str, attributes: Attributes) -> None:
        """An element of styles.xml opens."""
        self.styles.start(element, attributes)
        self.pages.start(element, attributes)

    def style_ends(self, element: str) -> None:
        """An element of styles.xml closes."""
        self.styles.end(element)
        self.pages.end(element)

    def style_text(self, text: str) -> None:
        """Text between tags of styles.xml."""
        self.styles.characters(text)
        self.pages.characters(text)

    # ---------------------------------------------------------------- beside the cells

    def _anchor(self) -> tuple[int, int] | None:
        """The cell that is open."""
        if self._table is None or self._cell is None:
            return None
        return self._table.row + 1, self._table.column + 1

    def _end_aside(self, aside: Aside) -> None:
        self._aside = None
        texts = list(aside.texts(self._container))
        if self._table is None:  # prompts are told before the sheets
            self._prompts += texts
            return
        for text in texts:
            self._table.builder.add_text(text)
        if aside.opaque:
            self._table.covered.append(aside.cells())

    def _condition(self, table: _Table, element: str, attributes: Attributes) -> None:
        """A conditional format: what it applies to, and whether it changes what is read."""
        name = element.removeprefix(_CALC)
        if name == "conditional-format":
            addresses = _ADDRESS.findall(attributes.get(f"{_CALC}target-range-address", ""))
            self._ranges = [_range(*address) for address in addresses]
            return
        style = attributes.get(f"{_CALC}apply-style-name") or attributes.get(f"{_CALC}style")
        conceals = attributes.get(f"{_CALC}show-value") == "false"
        blackens = _BLACK.fullmatch(attributes.get(f"{_CALC}color", "")) is not None
        if conceals or blackens or (style and self.styles.alters(style)):
            table.altered += self._ranges

    def so_far(self) -> list[Sheet]:
        """The sheets as far as they have been read."""
        return [*self.sheets, *([self._table.builder.sheet()] if self._table else [])]

    # ---------------------------------------------------------------- tables

    def _new_table(self, attributes: Attributes) -> _Table:
        if len(self.sheets) == self._caps.sheets:
            raise self._too_large(f"more than {self._caps.sheets} sheets")
        title = attributes.get(f"{TABLE}name", "")
        if title.casefold() in self._titles:
            raise damaged(self._name, "two sheets have the same name")
        self._titles.add(title.casefold())
        style = attributes.get(f"{TABLE}style-name", "")
        builder = SheetBuilder(self._name, title)
        for text in (*self.pages.of_page(self.styles.master_page(style)), *self._prompts):
            builder.add_text(text)
        return _Table(builder, self.styles.hides_table(style))

    def _start_in_table(self, table: _Table, element: str, attributes: Attributes) -> None:
        is_cell = element in (_CELL, _COVERED)
        if is_cell != table.in_row and (is_cell or element == _ROW):
            raise damaged(self._name, "cells and rows do not stand in each other as they must")
        if is_cell:
            longest = self._caps.cell_text
            self._cell = TableCell(attributes, element == _COVERED, self.styles, longest)
        elif element == _ROW:
            table.row_hidden = self._is_hidden("table-row", attributes)
            table.row_style = attributes.get(f"{TABLE}default-cell-style-name", "")
            table.row_repeats = self._count(attributes, "number-rows-repeated")
            table.column, table.in_row = 0, True
        elif element == _COLUMN:
            self._add_columns(table, attributes)
        elif element in _GROUP:
            self._groups.append(self._is_folded() or attributes.get(f"{TABLE}display") == "false")
        elif element.startswith(_CALC):
            self._condition(table, element, attributes)
        elif element == f"{TABLE}table":
            raise damaged(self._name, "a table within a table")

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

    def _add_columns(self, table: _Table, attributes: Attributes) -> None:
        hidden = self._is_hidden("table-column", attributes)
        column = _Column(hidden, attributes.get(f"{TABLE}default-cell-style-name", ""))
        repeats = self._count(attributes, "number-columns-repeated")
        table.columns += [column] * min(repeats, self._caps.columns - len(table.columns))

    def _is_hidden(self, family: str, attributes: Attributes) -> bool:
        return (
            attributes.get(f"{TABLE}visibility", "visible") != "visible"
            or self._is_folded()
            or self.styles.has_no_size(family, attributes.get(f"{TABLE}style-name", ""))
        )

    def _is_folded(self) -> bool:
        return bool(self._groups) and self._groups[-1]

    def _count(self, attributes: Attributes, attribute: str) -> int:
        stated = attributes.get(f"{TABLE}{attribute}")
        if stated is None:
            return 1
        if not _COUNT.fullmatch(stated):
            raise damaged(self._name, f"{attribute} is '{stated[:20]}'")
        return int(stated)

    def _end_cell(self, table: _Table, cell: TableCell) -> None:
        """A cell goes into its row; a blank one only moves on."""
        first, repeats = table.column + 1, self._count(cell.attributes, "number-columns-repeated")
        table.column += repeats
        self._note_ranges(table, cell.attributes, first)
        value = value_of(cell.attributes, cell.text, cell.paragraphs > 0)
        caps = self._caps
        if max(len(value.text), len(cell.text)) > caps.cell_text:
            name = cell_name(table.row + 1, first)
            limit = f"more than {caps.cell_text:,} characters, which is the limit"
            raise self._too_large(f"cell {name} holds {limit}")
        if not value.text.strip() and value.problem is None:
            return
        if table.column > caps.columns:
            spans = f"sheet '{table.builder.title}' spans {table.column:,} columns"
            raise self._too_large(f"{spans}; the limit is {caps.columns}")
        style = cell.attributes.get(f"{TABLE}style-name") or table.row_style
        table.row_cells.append(
            _FilledCell(
                first,
                repeats,
                value,
                style,
                cell.struck,
                cell.covered,
                cell.problem,
                tuple(cell.dressed),
            )
        )

    def _note_ranges(self, table: _Table, attributes: Attributes, left: int) -> None:
        """The ranges a cell stands for: merged, or filled by one formula whose other cells hold
        bare values."""
        if _SPANS.isdisjoint(attributes):
            return
        for ranges, kind in ((table.builder.merged, "number"), (table.matrices, "number-matrix")):
            rows = self._count(attributes, f"{kind}-rows-spanned")
            columns = self._count(attributes, f"{kind}-columns-spanned")
            if rows > 1 or columns > 1:
                bottom = min(table.row + rows, self._caps.rows)
                right = min(left + columns - 1, self._caps.columns)
                ranges.append(CellRange(table.row + 1, left, bottom, right))

    def _end_row(self, table: _Table) -> None:
        first, table.row, table.in_row = table.row + 1, table.row + table.row_repeats, False
        cells, table.row_cells = table.row_cells, []
        if not cells:
            return
        caps = self._caps
        if table.row > caps.rows:
            fills = f"sheet '{table.builder.title}' is filled down to row {table.row:,} at least"
            raise self._too_large(f"{fills}; the limit is {caps.rows:,}")
        table.count += table.row_repeats * sum(cell.repeats for cell in cells)
        if table.count > caps.cells:
            limit = f"more than {caps.cells:,} cells, which is the limit"
            raise self._too_large(f"a sheet holds {limit}")
        for row in range(first, table.row + 1):
            for cell in cells:
                for column in range(cell.first, cell.first + cell.repeats):
                    self._put(table, row, column, cell)

    def _put(self, table: _Table, row: int, column: int, cell: _FilledCell) -> None:
        in_column = table.columns[column - 1] if column <= len(table.columns) else _Column()
        hidden = table.hidden or table.row_hidden or in_column.hidden or cell.covered
        problem = self._problem(cell.style or in_column.style, cell)
        table.builder.add(row, column, cell.value, problem, hidden)

    def _problem(self, style: str, cell: _FilledCell) -> CellProblem | None:
        """Why a cell that is not hidden cannot be believed: by its style, or by what it holds."""
        look = self.styles.cell_look(style)
        if look.struck:
            return cell_problems.STRUCK
        if cell.value.problem is not None:
            return cell.value.problem
        if cell.struck:
            return cell_problems.PARTLY_STRUCK
        if look.words and cell.value.kind == "date":
            return WORDS_BESIDE_A_DATE
        if self._is_lost(style, cell, coloured=look.coloured):
            return cell_problems.INVISIBLE
        return cell.problem or look.problem or (cell_problems.CONDITIONAL if look.altered else None)

    def _is_lost(self, style: str, cell: _FilledCell, *, coloured: bool) -> bool:
        """Whether a part of a cell's text, or its number format, has the colour of its
        background."""
        if any(self.styles.is_lost(family, name, style) for family, name in cell.dressed):
            return True
        if not coloured:
            return False
        number = plain_number(cell.value.text) if cell.value.kind == "number" else None
        return self.styles.is_lost_by_its_format(style, number)

    def _end_table(self, table: _Table) -> None:
        table.builder.hide_merged()
        table.builder.mark_formulas(table.matrices)
        table.builder.mark(table.altered, cell_problems.CONDITIONAL)
        table.builder.mark(table.covered, cell_problems.UNDER_A_DRAWING)
        self.sheets.append(table.builder.sheet())
        self._table = None

    def _too_large(self, message: str) -> Refused:
        return refused(self._name, "too-large", f"{message}. Split the file")


def _range(left: str, top: str, right: str, bottom: str) -> CellRange:
    return cell_range(f"{left}{top}:{right or left}{bottom or top}")
