"""xlsx → sheets of cells."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from kratom_qc.errors import Refusal, Refused
from kratom_qc.intake.numformat import Trouble, shown_number
from kratom_qc.intake.sheets import Grid, Sheet, cell_name
from kratom_qc.model import Cell, Place, Remark
from kratom_qc.settings import Caps

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


def read(name: str, raw: bytes, caps: Caps) -> tuple[list[Sheet], list[Remark]]:
    """An xlsx workbook's sheets."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), data_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises a dozen kinds on damaged files; each of them refuses the file
        raise Refused(
            [
                Refusal(
                    "damaged",
                    f"the workbook cannot be opened ({type(error).__name__}); save it again as xlsx",
                    Place(name),
                )
            ]
        ) from None
    return [_read_sheet(name, sheet, caps) for sheet in book.worksheets], []


def _read_sheet(name: str, sheet: Worksheet, caps: Caps) -> Sheet:
    title = sheet.title
    if sheet.max_row > caps.rows or sheet.max_column > caps.columns or sheet.max_row * sheet.max_column > caps.cells:
        raise Refused(
            [
                Refusal(
                    "too-large",
                    f"sheet '{title}' spans {sheet.max_row:,} rows and {sheet.max_column:,} columns; "
                    f"the limits are {caps.rows:,} rows, {caps.columns} columns and {caps.cells:,} cells",
                    Place(name, title),
                )
            ]
        )
    hidden_sheet = sheet.sheet_state != "visible"
    hidden_rows = {row for row, shape in sheet.row_dimensions.items() if shape.hidden}
    hidden_columns = {
        number
        for shape in sheet.column_dimensions.values()
        if shape.hidden
        for number in range(shape.min or 0, (shape.max or 0) + 1)
    }
    rows: Grid = {}
    problems: dict[tuple[int, int], Refusal] = {}
    struck: dict[int, bool] = {}
    for line in sheet.iter_rows():
        for source in line:
            if source.value is None:
                continue
            row, column = source.row, source.column
            said, kind, trouble = _shown(source)
            if not said.strip() and trouble is None:
                continue
            hidden = hidden_sheet or row in hidden_rows or column in hidden_columns
            rows.setdefault(row, {})[column] = Cell(said, kind, row, column, hidden)
            place = Place(name, title, cell_name(row, column))
            if hidden:
                trouble = (
                    "hidden",
                    "this cell is hidden, so nobody who looked at the sheet has seen it; unhide or delete it",
                )
            elif _struck(source, struck):
                trouble = ("struck-out", "this cell is struck out; delete it or remove the line")
            if trouble:
                problems[row, column] = Refusal(trouble[0], trouble[1], place, said)
    merged = tuple((area.min_row, area.min_col, area.max_row, area.max_col) for area in sheet.merged_cells.ranges)
    return Sheet(title, rows, problems, merged)


def _struck(source: Any, known: dict[int, bool]) -> bool:
    """Whether a cell is struck out, looked up once per style: the style objects are costly to build."""
    if not source.has_style:
        return False
    style = source.style_id
    if style not in known:
        known[style] = bool(source.font.strike)
    return known[style]


def _shown(source: Any) -> tuple[str, str, Trouble]:
    """(what a person reads, how it is stored, why it cannot be believed)."""
    value, kind = source.value, source.data_type
    if kind == "f":
        return str(value), "formula", ("formula", "this cell is a formula; copy the sheet and paste values only")
    if kind == "e":
        return str(value), "error", ("error-value", f"this cell shows the error {value}")
    if kind == "b":
        return ("TRUE" if value else "FALSE"), "boolean", None
    if isinstance(value, dt.datetime):
        return (value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")), "date", None
    if isinstance(value, dt.date):
        return value.isoformat(), "date", None
    if isinstance(value, dt.time | dt.timedelta):
        return (
            str(value),
            "date",
            ("time-value", "Excel has made a time of this cell; format it as text and type it again"),
        )
    if isinstance(value, int | float):
        return shown_number(value, source.number_format or "General")
    return str(value), "text", None
