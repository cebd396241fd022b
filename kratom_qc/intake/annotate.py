"""The vendor's own workbook back: every cell as it was, the bad ones coloured and commented, and a first sheet that lists
everything with links.

An xlsx keeps its formulas, formats, hidden state and other sheets (pictures and charts are not carried over). Other formats
become a fresh workbook of text. Nothing a vendor wrote ever becomes a formula here.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from openpyxl import Workbook as Book
from openpyxl.cell.rich_text import CellRichText
from openpyxl.comments import Comment
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from kratom_qc.errors import Refused
from kratom_qc.intake import preflight
from kratom_qc.intake.ours import LIST_COLUMNS, LIST_TITLE, SEVERITIES, is_list
from kratom_qc.intake.sheets import Sheet, Workbook
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.problems import Fix, FixList
from kratom_qc.settings import Caps

AUTHOR = "kratom_qc"
# Told apart without colours too: each comment and row begins with its severity.
_ORANGE, _YELLOW, _BLUE = "FFF8CBAD", "FFFFE699", "FFDDEBF7"
_COLOURS = {"refused": _ORANGE, "fail": _ORANGE, "hold": _YELLOW, "warning": _BLUE, "note": _BLUE}
_CELL = re.compile(r"^[A-Z]{1,3}[1-9][0-9]{0,6}$")
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_TITLE = re.compile(r"[\\*?:/\[\]]")
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS = (10, 22, 14, 7, 24, 46, 40, 20, 46)
_LINE = 15  # points
_RULED = Border(bottom=Side(style="thin", color="FFD9D9D9"))
_QUOTED = 300  # signs of a cell that are quoted in a comment or in the list; the cell itself is one click away
Places = Mapping[str, Worksheet]  # the sheet's name in the file → its sheet in the annotated workbook


def annotated(name: str, raw: bytes, listing: FixList, caps: Caps) -> bytes:
    """The workbook to send back. Pure and picklable, so that it can run where hostile files are read.

    A file that cannot be opened safely gives a workbook with the list alone.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of what it cannot carry over
        try:
            kind, opened = _opened(name, raw, caps)
            if kind == "xlsx":
                return _vendors_own(raw, listing)
        except Refused:
            opened = None
        except Exception:  # noqa: S110 - whatever openpyxl cannot load or save is written afresh from our own reading
            pass
        return _fresh(opened, listing)


def _opened(name: str, raw: bytes, caps: Caps) -> tuple[str, Workbook | None]:
    kind = preflight.kind_of(name, raw, caps)
    return kind, None if kind == "json" else open_workbook(name, raw, caps)


# ---------------------------------------------------------------- the workbook


class _AsStored(ExcelReader):
    """Loads a workbook without making dates of numbers: a stored number goes back as it came, with its format."""

    def read_worksheets(self) -> None:
        vars(self.wb).update(_date_formats=set(), _timedelta_formats=set())
        super().read_worksheets()


def _loaded(raw: bytes, *, rich: bool) -> Book:
    reader = _AsStored(io.BytesIO(raw), keep_vba=False, keep_links=True, rich_text=rich)
    reader.read()
    return reader.wb


def _vendors_own(raw: bytes, listing: FixList) -> bytes:
    book, rich = _loaded(raw, rich=False), _loaded(raw, rich=True)
    for chart in book.chartsheets:  # openpyxl counts them wrongly when it saves names that belong to one sheet
        book.remove(chart)
    for sheet in book.worksheets:
        _keep_values(sheet, rich[sheet.title])
        _forget(book, sheet)
    return _finished(book, {sheet.title: sheet for sheet in book.worksheets}, listing)


def _keep_values(sheet: Worksheet, rich: Worksheet) -> None:
    """Raised and coloured letters kept where openpyxl reads all of them, and numbers to their last digit: it writes 16."""
    for at, cell in sheet._cells.items():
        twin: Any = rich._cells[at].value if at in rich._cells else None
        if isinstance(twin, CellRichText) and str(twin) == cell.value:
            _set(cell, twin)
        elif isinstance(cell.value, float):
            _set(cell, repr(cell.value))
        elif cell.value in (None, ""):
            cell.data_type = "n"  # a blank cell with its format, whatever it is called in the file


def _set(cell: Any, value: object) -> None:
    """A cell's value as it will be written; its kind stays."""
    cell._value = value


def _forget(book: Book, sheet: Worksheet) -> None:
    """Take out what an earlier annotation left: our list, our comments and their colours."""
    if is_list(_as_read(sheet)):
        book.remove(sheet)
        return
    for cell in list(sheet._cells.values()):
        if cell.comment is not None and cell.comment.author == AUTHOR:
            cell.comment = None
            if cell.fill.fgColor.rgb in _COLOURS.values():
                cell.fill = PatternFill()


def _as_read(sheet: Worksheet) -> Sheet:
    from kratom_qc.model import Cell

    rows: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sorted(sheet._cells.items()):
        if cell.value is not None:
            rows.setdefault(row, {})[column] = Cell(str(cell.value), "text", row, column)
    return Sheet(sheet.title, rows, {})


def _fresh(opened: Workbook | None, listing: FixList) -> bytes:
    """A new workbook with the file's cells as text; only the list where the file was not opened."""
    book = Book()
    book.remove(book.worksheets[0])
    places: dict[str, Worksheet] = {}
    for sheet in opened.sheets if opened else ():
        if not is_list(sheet):
            places[sheet.name] = _copied(book, sheet)
    return _finished(book, places, listing)


def _copied(book: Book, sheet: Sheet) -> Worksheet:
    made: Worksheet = book.create_sheet(_title(book, sheet.name or "Certificate"))
    for cells in sheet.rows.values():
        for cell in cells.values():
            _write(made, cell.row, cell.column, cell.said).number_format = "@"
            letter = get_column_letter(cell.column)
            width = max(made.column_dimensions[letter].width, min(len(cell.said) + 2, 45))
            made.column_dimensions[letter].width = width
    for first_row, first_column, last_row, last_column in sheet.merged:
        made.merge_cells(start_row=first_row, start_column=first_column, end_row=last_row, end_column=last_column)
    return made


def _title(book: Book, wanted: str) -> str:
    """A title Excel allows that no other sheet has."""
    base = _NO_TITLE.sub(" ", _clean(wanted)).strip("' ")[:31] or "Sheet"
    taken = {title.casefold() for title in book.sheetnames}
    tries = (base if number == 1 else f"{base[:26]} ({number})" for number in range(1, 1000))
    return next(title for title in tries if title.casefold() not in taken)


def _write(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """Text as text, whatever it begins with: a vendor's `=cmd|…` stays a word."""
    cell = sheet.cell(row, column)
    cell.value = _clean(text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_ACTIVE)
    return cell


def _clean(text: str) -> str:
    """Text an xlsx can carry."""
    return _NO_XML.sub("\ufffd", text)


# ---------------------------------------------------------------- cells and list


def _finished(book: Book, places: Places, listing: FixList) -> bytes:
    order = {name: number for number, name in enumerate(places)}
    fixes = sorted(listing.fixes, key=lambda fix: _order(fix, order))
    seen = [_with_cell(fix, places) for fix in fixes]
    for fix in seen:
        cell = _cell(fix, places)
        if cell is not None:
            _mark(cell, fix)
    _list(book, places, listing.sentences, seen)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _order(fix: Fix, sheets: Mapping[str, int]) -> tuple[int, int, int, str, str]:
    column, row = coordinate_from_string(fix.place.cell) if _CELL.match(fix.place.cell) else ("", 0)
    return SEVERITIES.index(fix.severity), sheets.get(fix.place.sheet, -1), row, column.rjust(3), fix.code


def _cell(fix: Fix, places: Places) -> Any:
    """The cell a problem rests on, the first one of a merged area; None where there is no such cell."""
    sheet = places.get(fix.place.sheet)
    if sheet is None or not _CELL.match(fix.place.cell):
        return None
    area = next((area for area in sheet.merged_cells.ranges if fix.place.cell in area), None)
    return sheet[fix.place.cell] if area is None else sheet.cell(area.min_row, area.min_col)


def _with_cell(fix: Fix, places: Places) -> Fix:
    """The problem with what its cell says, and by what the cell is hidden."""
    cell = _cell(fix, places)
    if cell is None:
        return fix
    said = fix.said or ("" if cell.value is None else str(cell.value))
    hidden = _hidden(cell)
    return replace(fix, said=said, wrong=f"{fix.wrong} ({' and '.join(hidden)})" if hidden else fix.wrong)


def _hidden(cell: Any) -> list[str]:
    sheet = cell.parent
    columns = [
        shape
        for shape in sheet.column_dimensions.values()
        if shape.hidden and (shape.min or 0) <= cell.column <= (shape.max or 0)
    ]
    found = [f"sheet '{sheet.title}' is hidden"] if sheet.sheet_state != "visible" else []
    found += [f"row {cell.row} is hidden"] if sheet.row_dimensions[cell.row].hidden else []
    return found + ([f"column {cell.column_letter} is hidden"] if columns else [])


def _mark(cell: Any, fix: Fix) -> None:
    """Colour a cell and say in its comment what is wrong; a comment that is there already stays, ours comes after it."""
    before = cell.comment
    ours = "\n".join(_sentences(fix))
    if before is None or before.author != AUTHOR:  # the worst problem comes first and gives the colour
        cell.fill = PatternFill("solid", fgColor=_COLOURS[fix.severity])
    text = ours if before is None else f"{before.text}\n\n{ours}"
    author = AUTHOR if before is None else before.author
    note = Comment(text[:32000], author)
    note.width, note.height = 380, min(90 + 18 * (text.count("\n") + len(text) // 55), 500)
    cell.comment = note


def _sentences(fix: Fix) -> Iterable[str]:
    yield f"{fix.severity.upper()} {fix.code}"
    if fix.said:
        yield f"It says: {_quoted(fix.said)}"
    yield f"What is wrong: {_quoted(fix.wrong, 900)}"
    if fix.expected:
        yield f"Expected: {_quoted(fix.expected, 900)}"
    if fix.near:
        yield f"Nearest known words: {', '.join(fix.near)}"
    yield f"What to do: {fix.do}"


def _quoted(text: str, length: int = _QUOTED) -> str:
    clean = _clean(text)
    return clean if len(clean) <= length else f"{clean[: length - 1]}…"


def _list(book: Book, places: Places, sentences: Iterable[str], fixes: Iterable[Fix]) -> None:
    sheet: Worksheet = book.create_sheet(_title(book, LIST_TITLE), 0)
    _write(sheet, 1, 1, LIST_TITLE).font = Font(bold=True, size=16)
    row = 2
    for row, sentence in enumerate(sentences, start=2):
        _write(sheet, row, 1, sentence)
    header = row + 2
    for column, (word, width) in enumerate(zip(LIST_COLUMNS, _WIDTHS, strict=True), start=1):
        cell = _write(sheet, header, column, word)
        cell.font, cell.fill = Font(bold=True, color="FFFFFFFF"), PatternFill("solid", fgColor="FF1F3864")
        sheet.column_dimensions[get_column_letter(column)].width = width
    for at, fix in enumerate(fixes, start=header + 1):
        _list_row(sheet, at, fix, _cell(fix, places))
    sheet.freeze_panes = f"A{header + 1}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    _open_at(book, sheet)


def _list_row(sheet: Worksheet, row: int, fix: Fix, target: Any) -> None:
    place = fix.place
    sheet_name = target.parent.title if target is not None else place.sheet
    texts = [fix.severity, fix.code, sheet_name, place.cell, _quoted(fix.said), fix.wrong]
    texts += [fix.expected, ", ".join(fix.near), fix.do]
    for column, text in enumerate(texts, start=1):
        cell = _write(sheet, row, column, text)
        cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), _RULED
    lines = max(_lines(text, width) for text, width in zip(texts, _WIDTHS, strict=True))
    sheet.row_dimensions[row].height = min(_LINE * lines, 400)  # Excel allows 409 points
    sheet.cell(row, 1).fill = PatternFill("solid", fgColor=_COLOURS[fix.severity])
    if target is not None:
        link = sheet.cell(row, 4)
        title = target.parent.title.replace("'", "''")
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{title}'!{target.coordinate}")
        link.font = Font(color="FF0563C1", underline="single")


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column of so many signs; words are not cut, so a little less fits."""
    return sum(1 + int(len(part) / (width * 0.9)) for part in text.split("\n"))


def _open_at(book: Book, sheet: Worksheet) -> None:
    """Open the workbook at the list, and at it alone: sheets that stay selected together are edited together."""
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = book.index(sheet)
