"""Rulebooks as a workbook that is comfortable to review: one row per limit, filters, drop-downs,
and only text.

Every cell is text, so that a spreadsheet program cannot make 1000 of 1E3, a day of 2026-04 or 0.05
of 0.050.
"""

from __future__ import annotations

import io
import itertools
import math
import re
from collections.abc import Container, Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from kratom_qc.app.proposal.columns import (
    BOOK_COLUMNS,
    BOOKS,
    LIMIT_COLUMNS,
    LIMITS,
    README,
    WORDS,
    Column,
    words,
)
from kratom_qc.app.proposal.plain import EMPTY_LIST, EMPTY_TEXT, PlainBook
from kratom_qc.domain.limit import DECIDING

_WRAPPED = 24  # columns as wide as this wrap their texts
_LAST_ROW = 5000  # drop-downs reach as far
_INK, _PALE, _GREY = "FF1F3864", "FFEAF1FB", "FF7A828C"
_LINE = Border(bottom=Side(style="hair", color="FFB7C4D6"))
_HELP = f"""\
How to propose a change
1. Change cells, add rows at the end, or delete whole rows of the sheet Limits. Rows may be sorted \
and filtered.
2. Save the workbook and run: kratom-qc limits import FILE.xlsx
   It prints every difference, says whether a limit becomes tighter or looser, and checks the \
whole like a rulebook.
3. kratom-qc limits import FILE.xlsx --output DIR writes the changed rulebooks as drafts. What a \
draft would do to the
   batches that are judged already: kratom-qc rejudge --with DIR/RULEBOOK.toml
Nothing is in force before a person has put a draft in the place of its rulebook.

Every cell is text and must stay so: no formulas, no numbers, no dates. A limit shows what it \
takes from its rulebook's
defaults; an override shows only what it changes. A blank cell is a key that is not there;
{EMPTY_TEXT} is an empty text and {EMPTY_LIST} an empty list, with which an override takes \
something back.
A rulebook that is on neither sheet is left as it is.

The columns of the sheet Limits""".splitlines()


def workbook(books: Sequence[PlainBook]) -> bytes:
    """The rulebooks as an xlsx file."""
    book = Workbook()
    _add_styles(book)
    _readme(book.worksheets[0])
    lists = words(tuple(book.stem for book in books))
    limits = book.create_sheet(LIMITS)
    heads = book.create_sheet(BOOKS)
    _words(book.create_sheet(WORDS), lists)
    rows = [
        {"rulebook": book.stem, "entry": row.table, "id": rule_id, **row.keys}
        for book in books
        for rule_id, row in book.rows.items()
    ]
    grey = {number for number, row in enumerate(rows) if row.get("status", "") not in DECIDING}
    _table(limits, LIMIT_COLUMNS, rows, lists, frozen="D2", grey=grey)
    head_rows = [{"rulebook": book.stem, **book.head} for book in books]
    _table(heads, BOOK_COLUMNS, head_rows, lists, frozen="B2")
    book.active = 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _style(*, grey: bool, wrapped: bool) -> str:
    """The name of the style of a cell."""
    return f"{'no limit' if grey else 'limit'}{', wrapped' if wrapped else ''}"


def _add_styles(book: Workbook) -> None:
    """The styles of cells by name: a font, border and alignment set on each of 40,000 cells cost
    five times as much."""
    for grey, wrapped in itertools.product((False, True), repeat=2):
        book.add_named_style(
            NamedStyle(
                name=_style(grey=grey, wrapped=wrapped),
                number_format="@",
                font=_font(color=_GREY) if grey else _font(),
                border=_LINE,
                alignment=Alignment(vertical="top", wrap_text=wrapped),
            )
        )


def _table(
    sheet: Worksheet,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, str]],
    lists: Mapping[str, Sequence[str]],
    *,
    frozen: str,
    grey: Container[int] = (),
) -> None:
    """Fill a sheet: a heading, then the rows; those in `grey` decide nothing."""
    for number, column in enumerate(columns, 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = column.width
        # rows that are added below are text too
        sheet.column_dimensions[letter].number_format = "@"
        head = _text(sheet, 1, number, column.key)
        head.font = _font(bold=True, color="FFFFFFFF")
        head.fill = PatternFill("solid", fgColor=_INK)
        head.alignment = Alignment(vertical="center")
        _offer(sheet, column, f"{letter}2:{letter}{_LAST_ROW}", lists)
    for number, texts in enumerate(rows):
        for place, column in enumerate(columns, 1):
            cell = _text(sheet, number + 2, place, texts.get(column.key, ""))
            cell.style = _style(grey=number in grey, wrapped=column.width >= _WRAPPED)
        sheet.row_dimensions[number + 2].height = 13.5 * _lines(columns, texts)
    sheet.freeze_panes = frozen
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"
    sheet.row_dimensions[1].height = 20
    sheet.print_title_rows = "1:1"
    _print_one_page_wide(sheet)


def _lines(columns: Sequence[Column], texts: Mapping[str, str]) -> int:
    """How many lines the longest wrapped text of a row takes."""
    wrapped = (column for column in columns if column.width >= _WRAPPED)
    lines = [math.ceil(len(texts.get(column.key, "")) / (column.width - 2)) for column in wrapped]
    return max(1, *lines)


def _print_one_page_wide(sheet: Worksheet) -> None:
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _font(*, bold: bool = False, size: int = 10, color: str = "FF000000") -> Font:
    return Font(name="Calibri", bold=bold, size=size, color=color)


def _offer(
    sheet: Worksheet, column: Column, cells: str, lists: Mapping[str, Sequence[str]]
) -> None:
    """A drop-down where the column has one, and what the column says beside the chosen cell."""
    formula = f'"{",".join(column.offers)}"' if column.offers else ""
    if column.from_list:
        letter = get_column_letter(list(lists).index(column.from_list) + 1)
        formula = f"'{WORDS}'!${letter}$2:${letter}${len(lists[column.from_list]) + 1}"
    rule = DataValidation(
        type="list" if formula else None, formula1=formula or None, allow_blank=True
    )
    rule.showInputMessage, rule.promptTitle, rule.prompt = True, column.key, column.says
    rule.showErrorMessage = bool(formula) and not column.free
    rule.errorTitle, rule.error = (
        "Not in the list",
        f"{column.key} takes one of the words of its list.",
    )
    rule.add(cells)
    sheet.add_data_validation(rule)


def _words(sheet: Worksheet, lists: Mapping[str, Iterable[str]]) -> None:
    for number, (heading, listed) in enumerate(lists.items(), 1):
        _text(sheet, 1, number, heading).font = _font(bold=True)
        for row, word in enumerate(listed, 2):
            _text(sheet, row, number, word)
        sheet.column_dimensions[get_column_letter(number)].width = 32
    sheet.freeze_panes = "A2"


def _readme(sheet: Worksheet) -> None:
    sheet.title = README
    _text(sheet, 1, 1, "All limits").font = _font(bold=True, size=16, color=_INK)
    for row, line in enumerate(_HELP, 3):
        bold = bool(line) and row in (3, 3 + len(_HELP) - 1)
        _text(sheet, row, 1, line).font = _font(bold=bold)
    for row, column in enumerate(LIMIT_COLUMNS, 3 + len(_HELP)):
        _text(sheet, row, 1, column.key).fill = PatternFill("solid", fgColor=_PALE)
        _text(sheet, row, 2, column.says)
    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["B"].width = 90
    _print_one_page_wide(sheet)


def _text(sheet: Worksheet, row: int, column: int, text: str):  # type: ignore[no-untyped-def]
    """A text cell: `=1` and `+3` are texts too, and so is `_x0041_`, which the format would read as
    a letter."""
    cell = sheet.cell(row, column)
    cell.number_format = "@"
    if text:
        cell.value = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
        cell.data_type = "s"
    return cell
