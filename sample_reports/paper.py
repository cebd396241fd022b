"""What a laboratory's paper is made of: titles, label/value blocks, panels, tables, footers; in xlsx or csv.

Used by the `stories_*.py` beside it. Two runs give identical bytes: creation dates are fixed, and the parts of a
workbook are stored and not deflated, so that the zlib at hand has no say.
"""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

os.environ["OPENPYXL_LXML"] = "False"  # lxml writes the same sheet in other bytes; its presence must not matter

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

_WRITTEN = datetime(2026, 11, 20, 12, 0, 0)  # noqa: DTZ001 - a workbook's dates have no zone
_ZIP_DATE = (2026, 11, 20, 12, 0, 0)
_THIN = Side(style="thin", color="FF9AA5B1")


class Shown(NamedTuple):
    """A number stored as a number, with the digits that the laboratory shows."""

    value: float
    digits: str


def shown(text: str) -> Shown:
    """`0.420` as a numeric cell that shows `0.420`; `1,200` as one that shows its group."""
    places = len(text.partition(".")[2])
    digits = ("#,##0" if "," in text else "0") + ("." + "0" * places if places else "")
    return Shown(float(text.replace(",", "")), digits)


LEGEND = "ND = not detected. LOD = limit of detection. LOQ = limit of quantitation. CFU = colony forming units."
ONLY_SAMPLE = "Results relate only to the sample as received. This report may be reproduced only in full."

Value = str | int | float | date | Shown | None
Row = Sequence[Value]

STORIES: dict[str, Callable[[], bytes]] = {}


def paper(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Registers the function that makes the file `name`."""

    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        STORIES[name] = make
        return make

    return register


class Style(NamedTuple):
    """How one laboratory's paper looks."""

    font: str = "Calibri"
    size: int = 10
    colour: str = "1F4E79"
    header_fill: str = "DCE6F1"
    ink: str = "000000"


class Page:
    """One sheet, written from the top down."""

    def __init__(self, book: Workbook, title: str, style: Style, columns: int, widths: Sequence[int] = ()):
        self.sheet = book.create_sheet(title)
        self.style, self.columns, self.row = style, columns, 0
        for number in range(1, columns + 1):
            self.sheet.column_dimensions[get_column_letter(number)].width = (
                widths[number - 1] if number <= len(widths) else 16
            )
        self.sheet.page_setup.orientation = "landscape" if columns > 7 else "portrait"
        self.sheet.page_setup.fitToWidth = 1

    def gap(self, rows: int = 1) -> Page:
        self.row += rows
        return self

    def title(self, text: str, size: int = 16, centre: bool = False) -> Page:
        """A merged row across the page."""
        cell = self._across(text)
        cell.font = Font(name=self.style.font, size=size, bold=True, color="FF" + self.style.colour)
        cell.alignment = Alignment(horizontal="center" if centre else "left", vertical="center")
        self.sheet.row_dimensions[self.row].height = size * 1.6
        return self

    def line(self, text: str, italic: bool = False, bold: bool = False) -> Page:
        """A merged row of small print."""
        cell = self._across(text)
        cell.font = Font(name=self.style.font, size=self.style.size - 1, italic=italic, bold=bold)
        cell.alignment = Alignment(wrap_text=len(text) > 90, vertical="top")
        if len(text) > 90:
            self.sheet.row_dimensions[self.row].height = 26
        return self

    def lines(self, *texts: str) -> Page:
        for text in texts:
            self.line(text, italic=True)
        return self

    def section(self, text: str) -> Page:
        """A panel's heading, merged across, on a coloured bar."""
        cell = self._across(text)
        cell.font = Font(name=self.style.font, size=self.style.size + 1, bold=True, color="FFFFFFFF")
        cell.fill = PatternFill("solid", fgColor="FF" + self.style.colour)
        return self

    def facts(self, facts: Iterable[tuple[str, Value]], pairs: int = 1, step: int = 2) -> Page:
        """Label/value cells, `pairs` of them side by side, `step` columns apart."""
        waiting = list(facts)
        while waiting:
            self.row += 1
            for number, (label, value) in enumerate(waiting[:pairs]):
                self._put(1 + number * step, label, bold=True)
                self._put(2 + number * step, value)
            del waiting[:pairs]
        return self

    def table(self, header: Row, rows: Iterable[Row], second: Row | None = None) -> Page:
        """A header row (two, with `second` below it) and its lines."""
        for names in (header, second):
            if names is None:
                continue
            self.row += 1
            for column, name in enumerate(names, start=1):
                cell = self._put(column, name, bold=True)
                cell.fill = PatternFill("solid", fgColor="FF" + self.style.header_fill)
                cell.border = Border(bottom=_THIN)
                cell.alignment = Alignment(wrap_text=True, vertical="center")
        for row in rows:
            self.row += 1
            for column, value in enumerate(row, start=1):
                self._put(column, value).border = Border(bottom=Side(style="hair", color="FF9AA5B1"))
        return self

    def signed(self, who: str, role: str, label: str = "Authorized By") -> Page:
        """The signature lines at the foot."""
        self.gap()
        return self.facts([(label, who), ("Title", role)])

    def _across(self, text: str) -> Cell:
        self.row += 1
        self.sheet.merge_cells(start_row=self.row, end_row=self.row, start_column=1, end_column=self.columns)
        return self._put(1, text)

    def _put(self, column: int, value: Value, bold: bool = False) -> Cell:
        cell = self.sheet.cell(self.row, column)
        if isinstance(value, Shown):
            cell.value, cell.number_format = value.value, value.digits
        elif isinstance(value, date):
            cell.value, cell.number_format = value, "yyyy-mm-dd"
        else:
            cell.value = value
            if isinstance(value, str):
                cell.number_format = "@"
        cell.font = Font(name=self.style.font, size=self.style.size, bold=bold, color="FF" + self.style.ink)
        return cell


def book() -> Workbook:
    """An empty workbook, without the sheet openpyxl begins with."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    return workbook


def xlsx(workbook: Workbook, author: str) -> bytes:
    """The workbook's bytes, the same on every run."""
    workbook.properties.creator = author
    workbook.properties.created = _WRITTEN
    saved = io.BytesIO()
    workbook.save(saved)
    return _settled(saved.getvalue())


def _settled(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as settled:
        for part in parts.infolist():
            content = parts.read(part)
            if part.filename == "docProps/core.xml":  # openpyxl writes the moment of saving here
                stamp = _WRITTEN.isoformat().encode() + b"Z"
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(part.filename, _ZIP_DATE)
            entry.create_system, entry.external_attr = 0, 0
            settled.writestr(entry, content)
    return out.getvalue()


def csv_file(rows: Iterable[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A csv file with the line ends Excel writes."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)
