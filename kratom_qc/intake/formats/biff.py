"""An old Excel file (.xls) before xlrd sees it: taken out of its container, measured, and reduced
to its cells.

xlrd reads values, fonts and formats well, but it trusts the file: it does not tell formulas, keeps
the last of two cells at one place, and builds a link a million cells wide cell by cell. So the
records ([MS-XLS] 2.3) are walked here first, and whatever does not make up cells is blanked out of
the copy that xlrd reads.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from kratom_qc.domain.errors import Refused
from kratom_qc.intake.formats.biff_texts import (
    CONTINUE,
    DRAWING_GROUP,
    Beside,
    BesideReader,
    short_string,
)
from kratom_qc.intake.refusals import refused
from kratom_qc.intake.sheets import cell_name
from kratom_qc.settings import Caps

MOST_ROWS, MOST_COLUMNS = 65_536, 256
_BOF, _EOF, _BOUNDSHEET, _FILEPASS, _SST = 0x0809, 0x000A, 0x0085, 0x002F, 0x00FC
_WSBOOL, _WINDOW2 = 0x0081, 0x023E
_FORMULA, _MULRK, _LABELSST = 0x0006, 0x00BD, 0x00FD
_FORMULAS = {_FORMULA, 0x0206, 0x0406}
# NUMBER LABEL BOOLERR RK RSTRING
_CELLS = _FORMULAS | {_MULRK, _LABELSST, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6}
# CONTINUE, then CODEPAGE DATEMODE FONT FORMAT XF PALETTE: what tells how cells look.
_IN_GLOBALS = {_BOF, _EOF, _BOUNDSHEET, _SST}
_IN_GLOBALS |= {0x003C, 0x0042, 0x0022, 0x0031, 0x041E, 0x00E0, 0x0092}
# STRING SHRFMLA ARRAY TABLEOP (they stand between a formula and its text), ROW COLINFO and the
# default sizes, MERGEDCELLS.
_IN_SHEET = _CELLS | {_BOF, _EOF, 0x003C, 0x0207, 0x04BC, 0x0221, 0x0236}
_IN_SHEET |= {0x0208, 0x007D, 0x0055, 0x0099, 0x0225, 0x00E5}
_IGNORED = struct.pack("<H", 0x00FF)  # EXTSST, an index that xlrd passes over
_OLD_BOFS = {0x0009, 0x0209, 0x0409}
_TOO_OLD = "written by an Excel older than 5.0"
_VERSIONS = (0x0500, 0x0600)  # BIFF5, BIFF8
_WORKSHEET, _MACRO_SHEET, _CHART, _VBA_MODULE = 0, 1, 2, 6  # types of BOUNDSHEET
_DIALOGUE = _SHOWS_ZEROS = 0x10  # flags of WSBOOL and of WINDOW2

Position = tuple[int, int]
"""Row and column, 1-based."""


@dataclass(slots=True)
class SheetRecords:
    """What the records of one worksheet tell: where its cells are, which of them are formulas,
    whether zeros are shown, what stands beside the cells."""

    cells: set[Position] = field(default_factory=set)
    formulas: set[Position] = field(default_factory=set)
    shows_zeros: bool = True
    beside: Beside = field(default_factory=Beside)


@dataclass(frozen=True, slots=True)
class WorkbookStream:
    """The stream xlrd may read, the worksheets in its order, the sheets of charts, and whether
    anything in the file could run."""

    content: bytes
    sheets: tuple[SheetRecords, ...]
    charts: tuple[tuple[str, Beside], ...]  # sheets that are one chart: title and texts
    macros: bool


def open_stream(name: str, raw: bytes, caps: Caps) -> WorkbookStream:
    """The workbook in an OLE file. Raises Refused where it is none, is encrypted, is damaged or is
    too large."""
    try:
        content, macros = _unpacked(name, raw)
        return _StreamReader(name, content, caps, macros).stream()
    except Refused:
        raise
    except Exception as error:  # whatever olefile or struct trips over, the file is damaged
        raise damaged(name, type(error).__name__) from None


def damaged(name: str, why: str) -> Refused:
    """The refusal of a file that cannot be opened."""
    message = f"the workbook cannot be opened ({why}); save it again as xlsx"
    return refused(name, "damaged", message)


def _unpacked(name: str, raw: bytes) -> tuple[bytes, bool]:
    """The workbook's stream, and whether a VBA project lies beside it."""
    import olefile

    _check_header(name, raw)
    with olefile.OleFileIO(io.BytesIO(raw)) as container:
        if container.exists("EncryptedPackage"):
            raise _encrypted(name)
        stream = next((part for part in ("Workbook", "Book") if container.exists(part)), None)
        if stream is None:
            message = (
                "this is a Microsoft Office file of another kind (a document, a presentation or a "
                "message), not a workbook; send the spreadsheet itself"
            )
            raise refused(name, "not-a-spreadsheet", message)
        macros = any(container.exists(part) for part in ("_VBA_PROJECT_CUR", "VBA", "Macros"))
        return container.openstream(stream).read(), macros


def _check_header(name: str, raw: bytes) -> None:
    """A sector table larger than the file has sectors would cost time and memory before olefile
    notices."""
    if struct.unpack_from("<H", raw.ljust(2))[0] in _OLD_BOFS:
        raise damaged(name, _TOO_OLD)
    if len(raw) < 512:
        raise damaged(name, "cut short")
    shift, tables = struct.unpack_from("<H", raw, 30)[0], struct.unpack_from("<I", raw, 44)[0]
    if shift not in (9, 12) or tables * (1 << shift) > len(raw):
        raise damaged(name, "its sector table does not fit the file")


def _encrypted(name: str) -> Refused:
    message = "the workbook is password-protected; send it without a password"
    return refused(name, "encrypted", message)


class _Record(NamedTuple):
    """A record: the offset of its data in the stream, its code, and the length of its data."""

    data: int
    code: int
    length: int

    @property
    def end(self) -> int:
        return self.data + self.length


class _StreamReader:
    """One pass over the records of a stream. `_copy` is what is left of it for xlrd."""

    def __init__(self, name: str, content: bytes, caps: Caps, macros: bool) -> None:
        self._name, self._content, self._caps, self._macros = name, content, caps, macros
        self._copy = bytearray(content)
        self._strings = 0  # how many texts cells may point to
        self._wide = True
        self._images = bytearray()
        self._in_images = False
        self._charts: list[tuple[str, int]] = []  # titles, and where the sheets start

    def stream(self) -> WorkbookStream:
        offsets, end = self._globals()
        sheets: dict[int, SheetRecords] = {}
        for offset in sorted(offsets):
            if offset < end:
                raise damaged(self._name, "two sheets at one place")
            sheets[offset], end = self._sheet(offsets.index(offset) + 1, offset)
        in_order = tuple(sheets[offset] for offset in offsets)
        charts = tuple((title, self._chart_sheet(offset)) for title, offset in self._charts)
        return WorkbookStream(bytes(self._copy), in_order, charts, self._macros)

    def _records(self, start: int, beside: BesideReader | None = None) -> Iterator[_Record]:
        """Each record of a substream, the closing EOF included; what does not belong to cells, and
        any chart within, is blanked out of the copy. `beside` hears of the charts."""
        wanted = _IN_SHEET if start else _IN_GLOBALS
        depth = 0  # of substreams
        for record in self._every_record(start):
            code = record.code
            if depth == 0:
                self._check_start(code)
            depth += (code == _BOF) - (code == _EOF)
            inner = depth > 1 or (depth == 1 and code == _EOF)
            if inner or code not in wanted:
                self._copy[record.data - 4 : record.data - 2] = _IGNORED
            if not inner:
                yield record
            elif beside is not None:
                beside.take_from_chart(code, self._data(record))
            if depth == 0:
                return
        raise damaged(self._name, "cut short")

    def _every_record(self, position: int) -> Iterator[_Record]:
        while position + 4 <= len(self._content):
            record = _Record(position + 4, *struct.unpack_from("<HH", self._content, position))
            if record.end > len(self._content):
                return
            yield record
            position = record.end

    def _check_start(self, code: int) -> None:
        if code in _OLD_BOFS:
            raise damaged(self._name, _TOO_OLD)
        if code != _BOF:
            raise damaged(self._name, "a sheet does not start where the workbook says")

    def _globals(self) -> tuple[list[int], int]:
        """Where the worksheets start, in their order, and where the globals end."""
        offsets: list[int] = []
        end = 0
        for record in self._records(0):
            end = record.end
            if record.code == _BOUNDSHEET:
                offset, kind = struct.unpack_from("<IxB", self._content, record.data)
                self._macros = self._macros or kind in (_MACRO_SHEET, _VBA_MODULE)
                offsets += [offset] if kind == _WORKSHEET else []
                if kind == _CHART:
                    title = short_string(self._data(record), 6, self._wide)
                    self._charts.append((title, offset))
            else:
                self._check_global(record)
        count = len(offsets) + len(self._charts)
        if count > self._caps.sheets:
            message = f"{count:,} sheets; the limit is {self._caps.sheets:,}"
            raise self._too_large(f"{message}. Split the file")
        return offsets, end

    def _check_global(self, record: _Record) -> None:
        """Refuse other versions and passwords; note how many strings there are, and the
        pictures."""
        if record.code == _BOF and self._number("<H", record.data) not in _VERSIONS:
            raise damaged(self._name, _TOO_OLD)
        if record.code == _BOF:
            self._wide = self._number("<H", record.data) == _VERSIONS[1]
        self._in_images = record.code == DRAWING_GROUP or (
            self._in_images and record.code == CONTINUE
        )
        if self._in_images:
            self._images += self._data(record)
        if record.code == _FILEPASS:
            raise _encrypted(self._name)
        if record.code == _SST:
            self._strings = self._number("<I", record.data + 4)
            if self._strings > len(self._content) // 3:
                raise damaged(self._name, "it claims more texts than it can hold")

    def _sheet(self, number: int, offset: int) -> tuple[SheetRecords, int]:
        """The records of a worksheet, and where they end."""
        records, end = SheetRecords(), 0
        beside = BesideReader(self._wide)
        for record in self._records(offset, beside):
            end = record.end
            if record.code in _CELLS:
                self._add_cells(records, record)
            elif record.code == _WSBOOL:
                self._macros = self._macros or bool(self._content[record.data] & _DIALOGUE)
            elif record.code == _WINDOW2:
                records.shows_zeros = bool(self._content[record.data] & _SHOWS_ZEROS)
            else:
                beside.take(record.code, self._data(record))
        self._check_size(number, records)
        records.beside = beside.beside(self._images)
        return records, end

    def _chart_sheet(self, start: int) -> Beside:
        """What a sheet that is one chart says."""
        reader, depth = BesideReader(self._wide), 0
        for record in self._every_record(start):
            if not depth:
                self._check_start(record.code)
            depth += (record.code == _BOF) - (record.code == _EOF)
            if not depth:
                break
            reader.take(record.code, self._data(record))
        return reader.beside(self._images)

    def _data(self, record: _Record) -> bytes:
        return self._content[record.data : record.end]

    def _add_cells(self, records: SheetRecords, record: _Record) -> None:
        row, first = struct.unpack_from("<HH", self._content, record.data)
        last = first if record.code != _MULRK else self._number("<H", record.end - 2)
        if not first <= last < MOST_COLUMNS:
            raise damaged(self._name, f"a cell in column {last + 1}")
        if record.code == _LABELSST and self._number("<I", record.data + 6) >= self._strings:
            raise damaged(self._name, "a cell has a text that is not there")
        for column in range(first, last + 1):
            if (row + 1, column + 1) in records.cells:
                name = cell_name(row + 1, column + 1)
                message = f"cell {name} appears twice in the file; save it anew"
                raise refused(self._name, "cell-twice", message)
            records.cells.add((row + 1, column + 1))
        if record.code in _FORMULAS:
            records.formulas.add((row + 1, first + 1))
        if len(records.cells) > self._caps.cells:
            message = f"a sheet holds more than {self._caps.cells:,} cells, which is the limit"
            raise self._too_large(f"{message}. Split the file")

    def _number(self, layout: str, offset: int) -> int:
        number: int = struct.unpack_from(layout, self._content, offset)[0]
        return number

    def _check_size(self, number: int, records: SheetRecords) -> None:
        rows = max((row for row, _ in records.cells), default=0)
        columns = max((column for _, column in records.cells), default=0)
        spans = f"sheet {number} spans {rows:,} rows and {columns:,} columns"
        if rows == MOST_ROWS or columns == MOST_COLUMNS:
            message = (
                f"{spans}, the most an .xls can hold: the program that wrote it may have cut the "
                "rest, so send it as xlsx"
            )
            raise self._too_large(message)
        caps = self._caps
        if rows > caps.rows or columns > caps.columns:
            limits = f"the limits are {caps.rows:,} rows and {caps.columns} columns"
            raise self._too_large(f"{spans}; {limits}. Split the file")

    def _too_large(self, message: str) -> Refused:
        return refused(self._name, "too-large", message)
