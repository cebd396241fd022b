"""The vendor's own workbook back: every cell as it was, the bad ones coloured and commented, and a
first sheet that lists everything with links.

An xlsx keeps its formulas, formats, hidden state and other sheets (pictures and charts are not
carried over). Other formats become a fresh workbook of text. Nothing a vendor wrote ever becomes a
formula here.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from typing import Any

from openpyxl import Workbook as Book
from openpyxl.cell.cell import MergedCell
from openpyxl.cell.rich_text import CellRichText
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kratom_qc.domain.errors import Refused
from kratom_qc.domain.source import Cell
from kratom_qc.intake import preflight
from kratom_qc.intake.giveback.marking import AUTHOR, COLOURS, finished, free_title, write
from kratom_qc.intake.own_sheets import is_fix_list
from kratom_qc.intake.sheets import Sheet, Workbook
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.settings import Caps
from kratom_qc.vocabulary.problems import FixList

_COPIED = (
    "This workbook could not be carried over as it is: its cells stand here as text, without "
    "formats and formulas."
)


def annotated(name: str, raw: bytes, listing: FixList, caps: Caps) -> bytes:
    """The workbook to send back, as the bytes of an xlsx. Pure and picklable, so that it can run
    where hostile files are read.

    A file that cannot be opened safely gives a workbook with the list alone.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of what it cannot carry over
        opened: Workbook | None = None
        try:
            kind = preflight.kind_of(name, raw, caps)
            if kind == "json":
                return list_alone(listing)
            opened = open_workbook(name, raw, caps)
            if kind == "xlsx":
                return _vendors_own(raw, listing)
        except Refused:
            return list_alone(listing)
        except Exception:  # whatever openpyxl cannot load or save is copied from our own reading
            listing = replace(listing, sentences=(*listing.sentences, _COPIED))
        return _copy(opened, listing)


def list_alone(listing: FixList) -> bytes:
    """A workbook with the list and nothing of the vendor's, where their file cannot be opened at
    all."""
    return _copy(None, listing)


class _AsStored(ExcelReader):
    """Loads a workbook without making dates of numbers: a stored number goes back as it came, with
    its format."""

    def read_worksheets(self) -> None:
        vars(self.wb).update(_date_formats=set(), _timedelta_formats=set())
        super().read_worksheets()


def _loaded(raw: bytes, *, rich: bool) -> Book:
    reader = _AsStored(io.BytesIO(raw), keep_vba=False, keep_links=True, rich_text=rich)
    reader.read()
    return reader.wb


def _vendors_own(raw: bytes, listing: FixList) -> bytes:
    book, rich = _loaded(raw, rich=False), _loaded(raw, rich=True)
    for chart in book.chartsheets:  # miscounted by openpyxl where a name belongs to one sheet
        book.remove(chart)
    for sheet in book.worksheets:
        _keep_values(sheet, rich[sheet.title])
        _remove_annotations(book, sheet)
    return finished(book, {sheet.title: sheet for sheet in book.worksheets}, listing)


def _keep_values(sheet: Worksheet, rich: Worksheet) -> None:
    """Keep raised and coloured letters where openpyxl reads all of them, and numbers to their last
    digit: it writes 16. Changes the cells of `sheet`."""
    for position, cell in sheet._cells.items():
        if isinstance(cell, MergedCell):
            continue
        rich_text: Any = rich._cells[position].value if position in rich._cells else None
        if isinstance(rich_text, CellRichText) and str(rich_text) == cell.value:
            _set(cell, rich_text)
        elif isinstance(cell.value, float):
            _set(cell, repr(cell.value))
        elif cell.value in (None, ""):
            cell.data_type = "n"  # a blank cell with its format, whatever it is called in the file


def _set(cell: Any, value: object) -> None:
    """A cell's value as it will be written; its kind stays."""
    cell._value = value


def _remove_annotations(book: Book, sheet: Worksheet) -> None:
    """Take out what an earlier annotation left: our list, our comments and their colours."""
    if is_fix_list(_as_read(sheet)):
        book.remove(sheet)
        return
    for cell in list(sheet._cells.values()):
        if cell.comment is not None and cell.comment.author == AUTHOR:
            cell.comment = None
            if cell.fill.fgColor.rgb in COLOURS.values():
                cell.fill = PatternFill()


def _as_read(sheet: Worksheet) -> Sheet:
    rows: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sorted(sheet._cells.items()):
        if cell.value is not None:
            rows.setdefault(row, {})[column] = Cell(str(cell.value), "text", row, column)
    return Sheet(sheet.title, rows, {})


def _copy(opened: Workbook | None, listing: FixList) -> bytes:
    """A new workbook with the file's cells as text; only the list where the file was not opened."""
    book = Book()
    book.remove(book.worksheets[0])
    sheets: dict[str, Worksheet] = {}
    for sheet in opened.sheets if opened else ():
        if not is_fix_list(sheet):
            sheets[sheet.name] = _copied(book, sheet)
    return finished(book, sheets, listing)


def _copied(book: Book, source: Sheet) -> Worksheet:
    sheet: Worksheet = book.create_sheet(free_title(book, source.name or "Certificate"))
    widths = sheet.column_dimensions
    for cells in source.rows.values():
        for cell in cells.values():
            write(sheet, cell.row, cell.column, cell.text).number_format = "@"
            letter = get_column_letter(cell.column)
            widths[letter].width = max(widths[letter].width, min(len(cell.text) + 2, 45))
    for top, left, bottom, right in source.merged:
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    return sheet
