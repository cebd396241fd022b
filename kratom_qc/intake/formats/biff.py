"""An old Excel file (.xls) before xlrd sees it: taken out of its container, measured, and reduced
to its cells.

xlrd reads values, fonts and formats well, but it trusts the file: it does not tell formulas, keeps
the last of two cells at one place, and builds a link a million cells wide cell by cell. So the
records are walked here first, and whatever does not make up cells is blanked out of the copy that
xlrd reads.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.sheets import cell_name
from kratom_qc.settings import Caps

BOF, EOF, BOUNDSHEET, FILEPASS, SST, WSBOOL, WINDOW2 = (
    0x0809,
    0x000A,
    0x0085,
    0x002F,
    0x00FC,
    0x0081,
    0x023E,
)
FORMULA, MULRK, LABELSST = 0x0006, 0x00BD, 0x00FD
_FORMULAS = {FORMULA, 0x0206, 0x0406}
_CELLS = {
    *_FORMULAS,
    MULRK,
    LABELSST,
    0x0203,
    0x0204,
    0x0205,
    0x027E,
    0x00D6,
}  # NUMBER LABEL BOOLERR RK RSTRING
# CONTINUE, then CODEPAGE DATEMODE FONT FORMAT XF PALETTE: what tells how cells look.
_GLOBAL = {BOF, EOF, BOUNDSHEET, SST, 0x003C, 0x0042, 0x0022, 0x0031, 0x041E, 0x00E0, 0x0092}
# STRING SHRFMLA ARRAY TABLEOP (they stand between a formula and its text), ROW COLINFO and the
# default sizes, MERGEDCELLS.
_SHEET = _CELLS | {BOF, EOF, 0x003C, 0x0207, 0x04BC, 0x0221, 0x0236}
_SHEET |= {0x0208, 0x007D, 0x0055, 0x0099, 0x0225, 0x00E5}
_IGNORED = struct.pack("<H", 0x00FF)  # EXTSST, an index that xlrd passes over
_LAST_ROW, _LAST_COLUMN = 65_536, 256
_OLD_BOFS = {0x0009, 0x0209, 0x0409}
_TOO_OLD = "written by an Excel older than 5.0"
_BIFF8, _BIFF5 = 0x0600, 0x0500

Spot = tuple[int, int]  # row and column, 1-based


@dataclass(slots=True)
class Records:
    """What the records of one worksheet tell: where its cells are, which of them are formulas,
    whether zeros are shown."""

    cells: set[Spot] = field(default_factory=set)
    formulas: set[Spot] = field(default_factory=set)
    shows_zeros: bool = True


@dataclass(frozen=True, slots=True)
class Stream:
    """The stream xlrd may read, the worksheets in its order, and whether anything in the file could
    run."""

    content: bytes
    sheets: tuple[Records, ...]
    macros: bool


def opened(name: str, raw: bytes, caps: Caps) -> Stream:
    """The workbook in an OLE file. Raises Refused where it is none, is encrypted, is damaged or is
    too large."""
    try:
        content, macros = _unpacked(name, raw)
        return _Walk(name, content, caps, macros).stream()
    except Refused:
        raise
    except Exception as error:  # whatever olefile or struct trips over, the file is damaged
        raise damaged(name, type(error).__name__) from None


def damaged(name: str, why: str) -> Refused:
    """The refusal of a file that cannot be opened."""
    return _refused(
        "damaged", f"the workbook cannot be opened ({why}); save it again as xlsx", CellRef(name)
    )


def _refused(code: str, message: str, place: CellRef) -> Refused:
    return Refused([Refusal(code, message, place)])


def _unpacked(name: str, raw: bytes) -> tuple[bytes, bool]:
    """The workbook's stream, and whether a VBA project lies beside it."""
    import olefile

    _check_header(name, raw)
    with olefile.OleFileIO(io.BytesIO(raw)) as container:
        if container.exists("EncryptedPackage"):
            raise _encrypted(name)
        stream = next((part for part in ("Workbook", "Book") if container.exists(part)), None)
        if stream is None:
            raise _refused(
                "not-a-spreadsheet",
                "this is a Microsoft Office file of another kind (a document, a presentation or a message), not a workbook; "
                "send the spreadsheet itself",
                CellRef(name),
            )
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
    return _refused(
        "encrypted", "the workbook is password-protected; send it without a password", CellRef(name)
    )


class _Walk:
    """One pass over the records of a stream; `copy` is what is left of it for xlrd."""

    def __init__(self, name: str, content: bytes, caps: Caps, macros: bool) -> None:
        self.name, self.content, self.caps, self.macros = name, content, caps, macros
        self.copy = bytearray(content)
        self.texts = 0  # how many texts cells may point to

    def stream(self) -> Stream:
        offsets, end = self._globals()
        found: dict[int, Records] = {}
        for offset in sorted(offsets):
            if offset < end:
                raise damaged(self.name, "two sheets at one place")
            found[offset], end = self._sheet(offsets.index(offset) + 1, offset)
        return Stream(bytes(self.copy), tuple(found[offset] for offset in offsets), self.macros)

    def _records(self, start: int) -> Iterator[tuple[int, int, int]]:
        """(position of its data, code, length) of each record of a substream, the closing EOF
        included; what does not belong to cells, and any chart within, is blanked out of the copy.
        """
        depth, wanted = 0, _SHEET if start else _GLOBAL
        position = start
        while position + 4 <= len(self.content):
            code, length = struct.unpack_from("<HH", self.content, position)
            data, position = position + 4, position + 4 + length
            if position > len(self.content):
                break
            if depth == 0 and code in _OLD_BOFS:
                raise damaged(self.name, _TOO_OLD)
            if depth == 0 and code != BOF:
                raise damaged(self.name, "a sheet does not start where the workbook says")
            depth += (code == BOF) - (code == EOF)
            inner = depth > 1 or (depth == 1 and code == EOF)
            if inner or code not in wanted:
                self.copy[data - 4 : data - 2] = _IGNORED
            if not inner:
                yield data, code, length
            if depth == 0:
                return
        raise damaged(self.name, "cut short")

    def _globals(self) -> tuple[list[int], int]:
        """Where the worksheets start, in their order, and where the globals end."""
        offsets, end = [], 0
        for data, code, length in self._records(0):
            end = data + length
            if code == BOF and struct.unpack_from("<H", self.content, data)[0] not in (
                _BIFF5,
                _BIFF8,
            ):
                raise damaged(self.name, _TOO_OLD)
            if code == FILEPASS:
                raise _encrypted(self.name)
            if code == SST:
                self.texts = struct.unpack_from("<I", self.content, data + 4)[0]
                if self.texts > len(self.content) // 3:
                    raise damaged(self.name, "it claims more texts than it can hold")
            if code == BOUNDSHEET:
                offset, kind = struct.unpack_from("<IxB", self.content, data)
                self.macros = self.macros or kind in (1, 6)
                offsets += [offset] if kind == 0 else []
        if len(offsets) > self.caps.sheets:
            raise self._too_large(
                f"{len(offsets):,} sheets; the limit is {self.caps.sheets:,}. Split the file"
            )
        return offsets, end

    def _sheet(self, number: int, offset: int) -> tuple[Records, int]:
        records, end = Records(), 0
        for data, code, length in self._records(offset):
            end = data + length
            if code in _CELLS:
                self._cells(records, code, data, length)
            elif code == WSBOOL:
                self.macros = self.macros or bool(self.content[data] & 0x10)  # a dialogue
            elif code == WINDOW2:
                records.shows_zeros = bool(self.content[data] & 0x10)
        self._check_size(number, records)
        return records, end

    def _cells(self, records: Records, code: int, data: int, length: int) -> None:
        row, first = struct.unpack_from("<HH", self.content, data)
        last = (
            struct.unpack_from("<H", self.content, data + length - 2)[0] if code == MULRK else first
        )
        if not first <= last < _LAST_COLUMN:
            raise damaged(self.name, f"a cell in column {last + 1}")
        if code == LABELSST and struct.unpack_from("<I", self.content, data + 6)[0] >= self.texts:
            raise damaged(self.name, "a cell has a text that is not there")
        for column in range(first, last + 1):
            if (row + 1, column + 1) in records.cells:
                name = cell_name(row + 1, column + 1)
                raise _refused(
                    "cell-twice",
                    f"cell {name} appears twice in the file; save it anew",
                    CellRef(self.name),
                )
            records.cells.add((row + 1, column + 1))
        if code in _FORMULAS:
            records.formulas.add((row + 1, first + 1))
        if len(records.cells) > self.caps.cells:
            raise self._too_large(
                f"a sheet holds more than {self.caps.cells:,} cells, which is the limit. Split the file"
            )

    def _check_size(self, number: int, records: Records) -> None:
        rows = max((row for row, _ in records.cells), default=0)
        columns = max((column for _, column in records.cells), default=0)
        if rows == _LAST_ROW or columns == _LAST_COLUMN:
            raise self._too_large(
                f"sheet {number} spans {rows:,} rows and {columns:,} columns, the most an .xls can hold: the program that "
                "wrote it may have cut the rest, so send it as xlsx"
            )
        if rows > self.caps.rows or columns > self.caps.columns:
            raise self._too_large(
                f"sheet {number} spans {rows:,} rows and {columns:,} columns; the limits are {self.caps.rows:,} rows "
                f"and {self.caps.columns} columns. Split the file"
            )

    def _too_large(self, message: str) -> Refused:
        return _refused("too-large", message, CellRef(self.name))
