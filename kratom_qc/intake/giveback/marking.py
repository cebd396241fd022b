"""What an annotated workbook adds: colours and comments on the cells, and the list of what to fix.
All of it is text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from openpyxl import Workbook as Book
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from kratom_qc.intake.own_sheets import LIST_COLUMNS, LIST_TITLE, MARK_LINES, SEVERITIES
from kratom_qc.vocabulary.problems import Fix, FixList

AUTHOR = "kratom_qc"
# Told apart without colours too: each comment and row begins with its severity.
_ORANGE, _YELLOW, _BLUE = "FFF8CBAD", "FFFFE699", "FFDDEBF7"
COLOURS = {"refused": _ORANGE, "fail": _ORANGE, "hold": _YELLOW, "warning": _BLUE, "note": _BLUE}
_CELL = re.compile(r"^(?:comment of )?(?P<name>[A-Z]{1,3}[1-9][0-9]{0,6})$")
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_TITLE = re.compile(r"[\\*?:/\[\]]")
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS = (10, 22, 14, 7, 24, 46, 40, 20, 46)
_LINE = 15  # points
_RULED = Border(bottom=Side(style="thin", color="FFD9D9D9"))
# Characters of a cell that are quoted in a comment or in the list; the cell itself is one click
# away.
_QUOTED = 300
SheetsByName = Mapping[str, Worksheet]
"""The sheets of the annotated workbook by their names in the vendor's file."""


def free_title(book: Book, wanted: str) -> str:
    """A title Excel allows that no other sheet has."""
    base = _NO_TITLE.sub(" ", clean(wanted)).strip("' ")[:31] or "Sheet"
    used = {title.casefold() for title in book.sheetnames}
    titles = [base, *(f"{base[:26]} ({number})" for number in range(2, 1000))]
    return next(title for title in titles if title.casefold() not in used)


def write(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """Text as text, whatever it begins with: a vendor's `=cmd|…` stays a word."""
    cell = sheet.cell(row, column)
    cell.value = clean(text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_ACTIVE)
    return cell


def clean(text: str) -> str:
    """Text an xlsx can carry."""
    return _NO_XML.sub("\ufffd", text)


def finished(book: Book, sheets: SheetsByName, listing: FixList) -> bytes:
    """Mark every problem in the workbook, put the list in front, and hand back its bytes."""
    order = {name: number for number, name in enumerate(sheets)}
    rows: list[tuple[Fix, Any]] = []
    for fix in sorted(listing.fixes, key=lambda fix: _order(fix, order)):
        cell = _cell(fix, sheets)
        rows.append((fix if cell is None else _with_cell(fix, cell), cell))
    for fix, cell in rows:
        if cell is not None:
            _mark(cell, fix)
    _add_list(book, listing.sentences, rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _order(fix: Fix, sheets: Mapping[str, int]) -> tuple[int, int, int, str, str]:
    place = _CELL.match(fix.ref.cell)
    column, row = coordinate_from_string(place["name"]) if place else ("", 0)
    return (
        SEVERITIES.index(fix.severity),
        sheets.get(fix.ref.sheet, -1),
        row,
        column.rjust(3),
        fix.code,
    )


def _cell(fix: Fix, sheets: SheetsByName) -> Any:
    """The cell a problem rests on, the first one of a merged area; None where there is no such
    cell."""
    sheet, place = sheets.get(fix.ref.sheet), _CELL.match(fix.ref.cell)
    if sheet is None or place is None:
        return None
    for area in sheet.merged_cells.ranges:
        if place["name"] in area:
            return sheet.cell(area.min_row, area.min_col)
    return sheet[place["name"]]


def _with_cell(fix: Fix, cell: Any) -> Fix:
    """The problem with what its cell says, and by what the cell is hidden."""
    text = "" if cell.value is None else str(cell.value)
    hidden = " and ".join(_hidden(cell))
    wrong = f"{fix.wrong} ({hidden})" if hidden else fix.wrong
    return replace(fix, said=fix.said or text, wrong=wrong)


def _hidden(cell: Any) -> Iterator[str]:
    sheet = cell.parent
    if sheet.sheet_state != "visible":
        yield f"sheet '{sheet.title}' is hidden"
    if sheet.row_dimensions[cell.row].hidden:
        yield f"row {cell.row} is hidden"
    for columns in sheet.column_dimensions.values():
        if columns.hidden and (columns.min or 0) <= cell.column <= (columns.max or 0):
            yield f"column {cell.column_letter} is hidden"
            return


def _mark(cell: Any, fix: Fix) -> None:
    """Colour a cell and say in its comment what is wrong; a comment that is there already stays,
    ours comes after it."""
    before = cell.comment
    ours = "\n".join(_sentences(fix))
    # The worst problem comes first and gives the colour.
    if before is None or before.author != AUTHOR:
        cell.fill = PatternFill("solid", fgColor=COLOURS[fix.severity])
    text = ours if before is None else f"{before.text}\n\n{ours}"
    author = AUTHOR if before is None else before.author
    note = Comment(text[:32000], author)
    note.width, note.height = 380, min(90 + 18 * (text.count("\n") + len(text) // 55), 500)
    cell.comment = note


def _sentences(fix: Fix) -> Iterable[str]:
    yield f"{fix.severity.upper()} {fix.code}"
    texts = (fix.said, fix.wrong, fix.expected, ", ".join(fix.near), fix.do)
    lengths = (_QUOTED, 900, 900, 900, 900)
    for begins, text, length in zip(MARK_LINES, texts, lengths, strict=True):
        if text:  # on one line, by which it is known as ours when it comes back
            yield f"{begins}{_quoted(' '.join(text.split()), length)}"


def _quoted(text: str, length: int = _QUOTED) -> str:
    whole = clean(text)
    return whole if len(whole) <= length else f"{whole[: length - 1]}…"


def _add_list(book: Book, sentences: Iterable[str], rows: Iterable[tuple[Fix, Any]]) -> None:
    """Put the list in front of a workbook: sentences, then each problem with its cell."""
    sheet: Worksheet = book.create_sheet(free_title(book, LIST_TITLE), 0)
    write(sheet, 1, 1, LIST_TITLE).font = Font(bold=True, size=16)
    row = 2
    for row, sentence in enumerate(sentences, start=2):
        write(sheet, row, 1, sentence)
    header = row + 2
    for column, (word, width) in enumerate(zip(LIST_COLUMNS, _WIDTHS, strict=True), start=1):
        cell = write(sheet, header, column, word)
        cell.font = Font(bold=True, color="FFFFFFFF")
        cell.fill = PatternFill("solid", fgColor="FF1F3864")
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, (fix, target) in enumerate(rows, start=header + 1):
        _add_fix(sheet, row, fix, target)
    sheet.freeze_panes = f"A{header + 1}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    # Open the workbook at the list, and at it alone: sheets that stay selected together are edited
    # together.
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = book.index(sheet)


def _add_fix(sheet: Worksheet, row: int, fix: Fix, target: Any) -> None:
    title = target.parent.title if target is not None else fix.ref.sheet
    texts = [fix.severity, fix.code, title, fix.ref.cell, _quoted(fix.said), fix.wrong]
    texts += [fix.expected, ", ".join(fix.near), fix.do]
    for column, text in enumerate(texts, start=1):
        cell = write(sheet, row, column, text)
        cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), _RULED
    lines = max(_lines(text, width) for text, width in zip(texts, _WIDTHS, strict=True))
    sheet.row_dimensions[row].height = min(_LINE * lines, 400)  # Excel allows 409 points
    sheet.cell(row, 1).fill = PatternFill("solid", fgColor=COLOURS[fix.severity])
    if target is not None:
        link = sheet.cell(row, 4)
        location = f"{quote_sheetname(title)}!{target.coordinate}"
        link.hyperlink = Hyperlink(ref=link.coordinate, location=location)
        link.font = Font(color="FF0563C1", underline="single")


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column of so many characters; words are not cut, so a little
    less fits."""
    return sum(1 + int(len(part) / (width * 0.9)) for part in text.split("\n"))
