"""One sheet of an xlsx workbook: one pass over its XML, in which everything is counted, checked and
read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kratom_qc.domain.account import TextKind
from kratom_qc.domain.errors import Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats import cell_problems
from kratom_qc.intake.formats.addresses import (
    EXCEL_COLUMNS,
    EXCEL_ROWS,
    cell_range,
    position,
    whole_number,
)
from kratom_qc.intake.formats.conditional_formats import ConditionalFormats
from kratom_qc.intake.formats.markup import OFF, Attributes, EndHandler, scan
from kratom_qc.intake.formats.page_strings import page_texts
from kratom_qc.intake.formats.richtext import StringItem, StringItemReader, unescaped
from kratom_qc.intake.formats.sheet_builder import SheetBuilder
from kratom_qc.intake.formats.styles import DEFAULT_FORMAT, CellFormat
from kratom_qc.intake.formats.worksheet_cells import (
    NUMBER,
    SharedParts,
    SheetView,
    StoredCell,
    value_of,
)
from kratom_qc.intake.refusals import refused
from kratom_qc.intake.sheets import CellRange, SheetText, cell_name

_PAGE_TEXTS = {
    **dict.fromkeys(("oddHeader", "evenHeader", "firstHeader"), TextKind.PAGE_HEADER),
    **dict.fromkeys(("oddFooter", "evenFooter", "firstFooter"), TextKind.PAGE_FOOTER),
}
_X14_VALIDATION = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main dataValidation"
_X14_RANGES = "http://schemas.microsoft.com/office/excel/2006/main sqref"
_LEAST_HEIGHT, _LEAST_WIDTH = 4.0, 0.6  # points and characters; nobody sees what is smaller


class WorksheetReader:
    """One pass over a sheet's XML."""

    def __init__(self, parts: SharedParts, title: str, hidden: bool):
        self._parts, self._title, self._hidden = parts, title, hidden
        self.builder = SheetBuilder(parts.name, title)
        self._filled_by_formula: list[str] = []  # ranges
        self._conditional = ConditionalFormats(parts.styles)
        self._formats: dict[str | None, CellFormat] = {}  # already looked up
        self._view = SheetView()
        self._count = 0  # of cells that hold something
        self._rows_hidden = self._row_hidden = False  # as a rule; this row
        self._hidden_columns: set[int] = set()
        self._row = self._column = 0
        self._seen_rows: set[int] = set()
        self._seen_columns: set[int] = set()
        self._cell = StoredCell("n", DEFAULT_FORMAT)  # the last one that opened
        self._text: list[str] | None = None  # of the element that is open
        self._inline = StringItemReader()
        self._has_inline = False
        self._in_data = self._data_ended = self._in_row = self._in_cell = False

    def read(self, chunks: Iterator[bytes]) -> None:
        """Give the sheet to its builder. Raises Refused where its part is damaged or a cap is
        passed."""
        starts = {
            "sheetData": self._data,
            "sheetView": self._sheet_view,
            "sheetFormatPr": self._defaults,
            "col": self._columns,
            "row": self._row_starts,
            "c": self._cell_starts,
            "v": self._text_starts,
            "f": self._formula_starts,
            "is": self._inline_starts,
            "mergeCell": self._merge,
            _X14_RANGES: self._text_starts,
            "picture": self._background,
            "dataValidation": self._prompt,
            _X14_VALIDATION: self._prompt,
            **dict.fromkeys(_PAGE_TEXTS, self._text_starts),
            **self._inline.starts(),
            **self._conditional.starts(),
            "color": self._colour,
        }
        ends: dict[str, EndHandler] = {
            "sheetData": self._data_ends,
            "row": self._row_ends,
            "c": self._cell_ends,
            "v": self._value_ends,
            "f": self._formula_ends,
            _X14_RANGES: self._x14_ranges_end,
            **{name: partial(self._page_text_ends, kind) for name, kind in _PAGE_TEXTS.items()},
            **self._inline.ends(),
        }
        part = CellRef(self._parts.name, self._title)
        scan(part, chunks, starts, ends, self._add_text, self._unknown_element)
        self.builder.hide_merged()
        self.builder.mark_formulas(map(cell_range, self._filled_by_formula))
        self.builder.mark(self._conditional.altered(), cell_problems.CONDITIONAL)

    # ---------------------------------------------------------------- text and elements

    def _text_starts(self, _attributes: Attributes) -> None:
        self._text = []

    def _add_text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)
        else:
            self._inline.add(text)

    def _text_ends(self) -> str:
        text, self._text = "".join(self._text or ()), None
        return text

    def _unknown_element(self, tag: str, is_ours: bool) -> None:
        """Within the cells nothing else may stand: one program passes over it, another one reads
        what is in it."""
        foreign_before_data = not (is_ours or self._data_ended or self._in_data)
        if foreign_before_data or (self._in_data and self._cell.type != "inlineStr"):
            name = tag.rpartition(" ")[2][:40]
            raise self._damaged(f"the sheet holds an unknown element '{name}'; save the file anew")

    # ---------------------------------------------------------------- the sheet

    def _check_before_data(self) -> None:
        if self._in_data or self._data_ended:
            message = "the parts of the sheet do not stand in their order; save the file anew"
            raise self._damaged(message)

    def _data(self, _attributes: Attributes) -> None:
        self._check_before_data()
        self._in_data = True

    def _data_ends(self) -> None:
        self._in_data, self._data_ended = False, True

    def _sheet_view(self, attributes: Attributes) -> None:
        self._check_before_data()
        if attributes.get("showZeros", "1") in OFF:
            self._view.shows_zeros = False
        if attributes.get("showFormulas", "0") not in OFF:
            self._view.shows_formulas = True

    def _defaults(self, attributes: Attributes) -> None:
        self._check_before_data()
        no_height = _is_less(attributes.get("defaultRowHeight"), _LEAST_HEIGHT)
        self._rows_hidden = attributes.get("zeroHeight", "0") not in OFF or no_height
        if _is_less(attributes.get("defaultColWidth"), _LEAST_WIDTH):
            self._hidden_columns.update(range(1, self._parts.caps.columns + 1))

    def _columns(self, attributes: Attributes) -> None:
        self._check_before_data()
        no_width = _is_less(attributes.get("width"), _LEAST_WIDTH)
        if attributes.get("hidden", "0") not in OFF or no_width:
            first, last = (
                whole_number(attributes.get("min"), 11),
                whole_number(attributes.get("max"), 11),
            )
            self._hidden_columns.update(range(max(1, first), min(last, EXCEL_COLUMNS) + 1))

    def _merge(self, attributes: Attributes) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        (top, left), (bottom, right) = position(first), position(last or first)
        caps = self._parts.caps
        if top and bottom:
            merged = CellRange(top, left, min(bottom, caps.rows), min(right, caps.columns))
            self.builder.merged.append(merged)
        if len(self.builder.merged) > caps.cells:
            raise self._refused("too-large", f"more than {caps.cells:,} merged areas")

    def _colour(self, attributes: Attributes) -> None:
        if self._in_cell:
            self._inline.colour(attributes)
        elif self._data_ended:
            self._conditional.colour(attributes)

    def _background(self, _attributes: Attributes) -> None:
        self.builder.add_text(SheetText(TextKind.PICTURE, "a picture lies behind the cells"))

    def _prompt(self, attributes: Attributes) -> None:
        """What is shown to whoever goes to a cell with a rule for its values."""
        if attributes.get("showInputMessage", "0") in OFF:
            return
        texts = (unescaped(attributes.get(name, "")) for name in ("promptTitle", "prompt"))
        first = attributes.get("sqref", "").partition(" ")[0].partition(":")[0]
        prompt = ": ".join(filter(None, texts))
        self.builder.add_text(SheetText(TextKind.COMMENT, prompt, first))

    def _page_text_ends(self, kind: TextKind) -> None:
        for text in page_texts(kind, unescaped(self._text_ends())):
            self.builder.add_text(text)

    def _x14_ranges_end(self) -> None:
        self._conditional.x14_ranges(self._text_ends())

    # ---------------------------------------------------------------- rows

    def _row_starts(self, attributes: Attributes) -> None:
        if not self._in_data or self._in_row:
            raise self._damaged("a row stands where none may; save the file anew")
        self._in_row = True
        self._row, self._column = self._row_number(attributes.get("r")), 0
        height = attributes.get("ht")
        self._row_hidden = (
            attributes.get("hidden", "0") not in OFF
            or _is_less(height, _LEAST_HEIGHT)
            or (self._rows_hidden and height is None)
        )
        self._seen_columns = set()

    def _row_number(self, stated: str | None) -> int:
        number = self._row + 1 if stated is None else whole_number(stated, 11)
        if number < 1:
            raise self._damaged(f"the row number '{stated}' is not valid; save the file anew")
        if number > EXCEL_ROWS:
            message = f"row number {number}; the limit is {self._parts.caps.rows:,} rows"
            raise self._refused("too-large", message)
        if number in self._seen_rows:
            message = f"row {number} appears twice in the file; save it anew"
            raise self._refused("cell-twice", message)
        self._seen_rows.add(number)
        return number

    def _row_ends(self) -> None:
        self._in_row = False
        cells = self.builder.rows.get(self._row, {})
        if list(cells) != sorted(cells):  # nearly always in order already
            self.builder.rows[self._row] = dict(sorted(cells.items()))

    # ---------------------------------------------------------------- cells

    def _cell_starts(self, attributes: Attributes) -> None:
        if not self._in_row or self._in_cell:
            raise self._damaged("a cell stands where none may; save the file anew")
        self._in_cell, self._has_inline = True, False
        self._column = self._column_number(attributes.get("r"))
        kind = attributes.get("t", "n")
        if "vm" in attributes and kind != "e":
            kind = "rich"
        self._cell = StoredCell(kind, self._format(attributes.get("s") or None))

    def _column_number(self, stated: str | None) -> int:
        column = self._column + 1
        if stated is not None:
            row, column = position(stated)
            if row != self._row or not column:
                message = f"the cell address '{stated}' is not valid; save the file anew"
                raise self._damaged(message)
        if column in self._seen_columns:
            name = cell_name(self._row, column)
            message = f"cell {name} appears twice in the file; save it anew"
            raise self._refused("cell-twice", message, name)
        self._seen_columns.add(column)
        return column

    def _format(self, number: str | None) -> CellFormat:
        if number not in self._formats:
            cell_format = self._parts.styles.cell_format(number)
            if cell_format is None:
                message = "a cell has a format that the file does not hold; save the file anew"
                raise self._damaged(message, self._cell_name())
            self._formats[number] = cell_format
        return self._formats[number]

    def _formula_starts(self, attributes: Attributes) -> None:
        self._text = []
        if "ref" in attributes and attributes.get("t") in ("array", "dataTable"):
            self._filled_by_formula.append(attributes["ref"])

    def _inline_starts(self, attributes: Attributes) -> None:
        if self._cell.type != "inlineStr" or not self._in_cell or self._has_inline:
            raise self._two_values()
        self._has_inline = True
        self._inline.begin(attributes)

    def _value_ends(self) -> None:
        cell = self._cell
        if cell.value is not None or not self._in_cell or cell.type == "inlineStr":
            raise self._two_values()
        cell.value = self._text_ends()

    def _formula_ends(self) -> None:
        if self._cell.formula is not None or not self._in_cell:
            raise self._two_values()
        self._cell.formula = self._text_ends()

    def _cell_ends(self) -> None:
        self._in_cell = False
        self._cell.string = self._string()
        cell_value = value_of(self._cell, self._parts, self._view)
        if cell_value is None:
            return
        self._check_caps(cell_value.text)
        self._count += 1
        cell_format = self._cell.format
        problem = cell_value.problem or cell_format.problem
        if cell_format.struck:
            problem = cell_problems.STRUCK
        hidden = self._hidden or self._row_hidden or self._column in self._hidden_columns
        self.builder.add(self._row, self._column, cell_value, problem, hidden)

    def _string(self) -> StringItem | None:
        cell = self._cell
        if cell.type == "inlineStr":
            return self._inline.item() if self._has_inline else StringItem("")
        if cell.type != "s" or not cell.value:
            return None
        index = whole_number(cell.value, 11)
        if not 0 <= index < len(self._parts.strings):
            message = "a cell points to a text that the file does not hold; save the file anew"
            raise self._damaged(message)
        return self._parts.strings[index]

    def _check_caps(self, text: str) -> None:
        caps = self._parts.caps
        if self._row > caps.rows:
            message = f"row number {self._row}; the limit is {caps.rows:,} rows. Split the file"
        elif self._column > caps.columns:
            limit = f"the limit is {caps.columns} columns"
            message = f"column number {self._column}; {limit}. Split the file"
        elif self._count >= caps.cells:
            raise self._refused("too-large", f"more than {caps.cells:,} cells; split the file")
        elif len(text) > caps.cell_text:
            limit = f"the limit is {caps.cell_text:,}"
            message = f"this cell holds {len(text):,} characters; {limit}. Shorten it"
        else:
            return
        raise self._refused("too-large", message, self._cell_name())

    def _cell_name(self) -> str:
        return cell_name(self._row, self._column)

    def _two_values(self) -> Refused:
        message = "a cell holds two values, or a text in a wrong place; save the file anew"
        return self._damaged(message, self._cell_name())

    def _damaged(self, message: str, cell: str = "") -> Refused:
        return self._refused("damaged", message, cell)

    def _refused(self, code: str, message: str, cell: str = "") -> Refused:
        return refused(self._parts.name, code, message, self._title, cell)


def _is_less(text: str | None, least: float) -> bool:
    """Whether a size is below what can be seen; one that is no number is no size."""
    if text is None:
        return False
    return not NUMBER.fullmatch(text.strip()) or float(text) < least
