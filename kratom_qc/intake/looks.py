"""A file's sheets as they look, for pictures of them. What the cells say is our own reading; bold,
fills and widths are openpyxl's, and a file of which it cannot tell them is drawn without.

Runs where hostile files are read: in a child.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string

from kratom_qc.domain.errors import Refused
from kratom_qc.domain.look import CellLook, SheetLook
from kratom_qc.intake import preflight
from kratom_qc.intake.sheets import Sheet, cell_name
from kratom_qc.intake.workbook import sheets_of_refused, workbook_of
from kratom_qc.settings import Caps

MOST = 4_000  # cells of a sheet; nobody looks at more of them in a picture
_WIDE = 60.0  # signs; a wider column is drawn as wide as this
_ALIGNED = ("center", "right")
_THEME_FILL = "f2f2f2"  # of a fill whose colour the file names by its theme


@dataclass(slots=True)
class _Style:
    bold: bool = False
    italic: bool = False
    fill: str = ""
    align: str = ""


@dataclass(slots=True)
class _Styles:
    cells: dict[tuple[int, int], _Style] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)


def looks(name: str, raw: bytes, caps: Caps) -> tuple[SheetLook, ...]:
    """The sheets of a file as they look, also of one that is refused as far as it can be read;
    none where it has no sheets (JSON)."""
    kind = preflight.likely_kind(raw)
    if kind is None or kind == "json":
        return ()
    try:
        sheets: Iterable[Sheet] = workbook_of(kind, name, raw, caps).sheets
    except Refused:
        sheets = sheets_of_refused(name, raw, caps)
    styles = _styles(raw) if kind == "xlsx" else {}
    return tuple(_look(sheet, styles.get(sheet.name, _Styles())) for sheet in sheets)


def _look(sheet: Sheet, styles: _Styles) -> SheetLook:
    spans = {
        (area.first_row, area.first_column): (
            area.last_row - area.first_row + 1,
            area.last_column - area.first_column + 1,
        )
        for area in sheet.merged
    }
    cells = []
    positions = {(row, column) for row, cells in sheet.rows.items() for column in cells}
    filled = {place for place, style in styles.cells.items() if style.fill and _near(place, sheet)}
    places = sorted(positions | filled)
    for row, column in islice(places, MOST):
        cell = sheet.rows.get(row, {}).get(column)
        style = styles.cells.get((row, column), _Style())
        rows, columns = spans.get((row, column), (1, 1))
        cells.append(
            CellLook(
                *(row, column, cell_name(row, column)),
                (cell.shown or cell.text) if cell else "",
                *(style.bold, style.italic, style.fill),
                style.align or ("right" if cell is not None and cell.kind == "number" else ""),
                *(rows, columns, cell is not None and cell.hidden),
            )
        )
    widths = tuple(sorted((column, min(wide, _WIDE)) for column, wide in styles.widths.items()))
    return SheetLook(sheet.name, tuple(cells), widths, max(0, len(places) - MOST))


def _near(place: tuple[int, int], sheet: Sheet) -> bool:
    """Whether a cell lies among those that say something: a fill of a whole column ends there."""
    last_column = max((max(cells) for cells in sheet.rows.values() if cells), default=0)
    return place[0] <= max(sheet.rows, default=0) and place[1] <= last_column


def _styles(raw: bytes) -> Mapping[str, _Styles]:
    """Bold, fills and widths by sheet; nothing where openpyxl cannot load the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it cannot carry over
            book = load_workbook(io.BytesIO(raw), rich_text=False)
            return {sheet.title: _styles_of(sheet) for sheet in book.worksheets}
    except MemoryError:
        raise
    except Exception:  # whatever it raises, the sheet is drawn plainly
        return {}


def _styles_of(sheet: Any) -> _Styles:
    styles = _Styles()
    for cell in islice((cell for cell in sheet._cells.values() if cell.has_style), 4 * MOST):
        font, fill = cell.font, cell.fill
        align = cell.alignment.horizontal or ""
        styles.cells[cell.row, cell.column] = _Style(
            bool(font.b), bool(font.i), _fill(fill), align if align in _ALIGNED else ""
        )
    for letters, dimension in sheet.column_dimensions.items():
        if dimension.width and dimension.customWidth and not dimension.hidden:
            styles.widths[column_index_from_string(letters)] = float(dimension.width)
    return styles


def _fill(fill: Any) -> str:
    if getattr(fill, "patternType", None) != "solid":
        return ""
    colour = fill.fgColor
    if colour.type == "rgb" and isinstance(colour.rgb, str) and len(colour.rgb) == 8:
        rgb = colour.rgb[2:].lower()
        return rgb if all(sign in "0123456789abcdef" for sign in rgb) else ""
    return _THEME_FILL
