"""Old Excel files (BIFF8 in an OLE container) written byte by byte, for nobody else writes them any more."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

AUTOMATIC = 0x7FFF
WHITE, RED = 9, 10
_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass(frozen=True)
class Look:
    """How a cell looks. A number as its pattern is a format that Excel knows by number; a fill is the index of its colour."""

    pattern: str | int = "General"
    strike: bool = False
    raised: bool = False
    colour: int = AUTOMATIC
    fill: int | None = None
    height: int = 200  # twips


@dataclass(frozen=True)
class Dressed:
    """A value with a look."""

    value: Any
    look: Look


@dataclass(frozen=True)
class Formula:
    """A formula with the result it had when it was saved."""

    cached: Any


@dataclass(frozen=True)
class Rich:
    """A text whose characters from each start on have a look of their own."""

    text: str
    runs: tuple[tuple[int, Look], ...]


@dataclass(frozen=True)
class Broken:
    """A cell that holds an error, by its number: 0x07 is #DIV/0!, 0x2A is #N/A."""

    number: int


@dataclass(frozen=True)
class XlsSheet:
    """Rows from A1 on; None is no cell. `placed` are further cells by 0-based row and column. Sizes are in twips and 1/256."""

    name: str = "Results"
    rows: Sequence[Sequence[Any]] = ()
    placed: Sequence[tuple[int, int, Any]] = ()
    visibility: int = 0
    kind: int = 0
    row_shapes: Mapping[int, tuple[int, bool]] = field(default_factory=dict)  # height, hidden
    columns: Mapping[int, tuple[int, bool]] = field(default_factory=dict)  # width, hidden
    merged: Sequence[tuple[int, int, int, int]] = ()
    shows_zeros: bool = True
    extra: bytes = b""

    def cells(self) -> list[tuple[int, int, Any]]:
        listed = [(r, c, value) for r, row in enumerate(self.rows) for c, value in enumerate(row) if value is not None]
        return [*listed, *self.placed]


def record(code: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", code, len(content)) + content


def xls_bytes(*sheets: XlsSheet, since_1904: bool = False, extra: bytes = b"", parts: Sequence[str] = ()) -> bytes:
    """A workbook; `extra` records stand in its globals, `parts` are further streams of the container."""
    return ole_bytes(
        {"Workbook": stream_bytes(*sheets, since_1904=since_1904, extra=extra), **dict.fromkeys(parts, b"x")}
    )


def stream_bytes(*sheets: XlsSheet, since_1904: bool = False, extra: bytes = b"") -> bytes:
    """The workbook's stream without its container."""
    writer = _Writer()
    bodies = [writer.sheet(sheet) for sheet in sheets]
    start = _BOOK + extra + record(0x0042, struct.pack("<H", 1200)) + record(0x0022, struct.pack("<H", since_1904))
    start += writer.looks()
    names = [_short(sheet.name) for sheet in sheets]
    offset = len(start) + sum(10 + len(name) for name in names) + len(writer.texts()) + 4
    for sheet, name, body in zip(sheets, names, bodies, strict=True):
        start += record(0x0085, struct.pack("<IBB", offset, sheet.visibility, sheet.kind) + name)
        offset += len(body)
    return start + writer.texts() + record(0x000A) + b"".join(bodies)


_BOOK = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
_BODY = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))


def _characters(text: str) -> tuple[int, bytes]:
    """(flag, bytes) of a text in UTF-16."""
    return 1, text.encode("utf-16-le")


def _short(text: str) -> bytes:
    flag, raw = _characters(text)
    return struct.pack("<BB", len(text), flag) + raw


class _Writer:
    def __init__(self) -> None:
        self.known: list[Look] = [Look()]
        self.strings: list[Rich] = []

    def look(self, look: Look) -> int:
        if look not in self.known:
            self.known.append(look)
        return self.known.index(look)

    def font(self, look: Look) -> int:
        """Fonts stand in the order of the looks; no font has the number 4."""
        index = self.look(look)
        return index if index < 4 else index + 1

    def looks(self) -> bytes:
        fonts = b"".join(
            record(0x0031, struct.pack("<HHHHHBBBB", look.height, 8 * look.strike, look.colour, 400, look.raised, 0, 0, 0, 0)
                   + _short("Arial"))
            for look in self.known
        )  # fmt: skip
        formats = b"".join(
            record(0x041E, struct.pack("<HHB", 164 + index, len(look.pattern), 1) + look.pattern.encode("utf-16-le"))
            for index, look in enumerate(self.known)
            if isinstance(look.pattern, str)
        )
        style = record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 164, 0xFFF5, 0x20, 0, 0, 0, 0, 0, 64 | 65 << 7))
        return fonts + formats + style + b"".join(self.form(look) for look in self.known)

    def form(self, look: Look) -> bytes:
        pattern, colour = (0, 64) if look.fill is None else (1, look.fill)
        number = look.pattern if isinstance(look.pattern, int) else 164 + self.look(look)
        fields = self.font(look), number, 0, 0x20, 0, 0, 0xFC, 0, pattern << 26, colour | 65 << 7
        return record(0x00E0, struct.pack("<HHHBBBBIIH", *fields))

    def texts(self) -> bytes:
        body = struct.pack("<II", len(self.strings), len(self.strings))
        for rich in self.strings:
            flag, raw = _characters(rich.text)
            body += struct.pack("<HB", len(rich.text), flag | 8 * bool(rich.runs))
            body += struct.pack("<H", len(rich.runs)) if rich.runs else b""
            body += raw + b"".join(struct.pack("<HH", start, self.font(look)) for start, look in rich.runs)
        return record(0x00FC, body)

    def sheet(self, sheet: XlsSheet) -> bytes:
        body = _BODY + b"".join(
            record(0x007D, struct.pack("<HHHHHH", column, column, width, 1, hidden, 0))
            for column, (width, hidden) in sheet.columns.items()
        )
        body += b"".join(
            record(0x0208, struct.pack("<HHHHHHI", row, 0, 256, height, 0, 0, 0x0100 | 0x20 * hidden))
            for row, (height, hidden) in sheet.row_shapes.items()
        )
        body += b"".join(self.cell(*placed) for placed in sheet.cells()) + sheet.extra
        body += record(0x023E, struct.pack("<HHHHHHHI", 0x06A6 | 0x10 * sheet.shows_zeros, 0, 0, 64, 0, 0, 0, 0))
        areas = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in sheet.merged)
        return body + record(0x00E5, struct.pack("<H", len(sheet.merged)) + areas) + record(0x000A)

    def cell(self, row: int, column: int, value: Any) -> bytes:
        look = value.look if isinstance(value, Dressed) else Look()
        value = value.value if isinstance(value, Dressed) else value
        head = struct.pack("<HHH", row, column, 1 + self.look(look))
        if value == "":
            return record(0x0201, head)
        if isinstance(value, Formula):
            return self.formula(head, value.cached)
        if isinstance(value, bool | Broken):
            return record(
                0x0205, head + struct.pack("<BB", *((value, 0) if isinstance(value, bool) else (value.number, 1)))
            )
        if isinstance(value, str | Rich):
            self.strings.append(value if isinstance(value, Rich) else Rich(value, ()))
            for _, run in self.strings[-1].runs:
                self.look(run)
            return record(0x00FD, head + struct.pack("<I", len(self.strings) - 1))
        return record(0x0203, head + struct.pack("<d", value))

    def formula(self, head: bytes, cached: Any) -> bytes:
        tokens = struct.pack("<HBH", 3, 0x1E, 1)  # the number 1
        if not isinstance(cached, str):
            return record(0x0006, head + struct.pack("<d", cached) + struct.pack("<HI", 0, 0) + tokens)
        flag, raw = _characters(cached)
        result = b"\x00" * 6 + b"\xff\xff"
        text = record(0x0207, struct.pack("<HB", len(cached), flag) + raw)
        return record(0x0006, head + result + struct.pack("<HI", 0, 0) + tokens) + text


def ole_bytes(streams: Mapping[str, bytes]) -> bytes:
    """A compound file of version 3 with these streams, each filled up to the 4,096 bytes below which they would be shared."""
    padded = {name: raw.ljust(4096, b"\x00") for name, raw in streams.items()}
    sizes = [-(-len(raw) // _SECTOR) for raw in padded.values()]
    directory = -(-(1 + len(padded)) * 128 // _SECTOR)
    tables = 1
    while tables * 128 < tables + directory + sum(sizes):
        tables += 1
    chains = [_FAT] * tables + _chain(tables, directory)
    entries = _entry("Root Entry", 5, _FREE, 1, _END, 0)
    for number, (name, raw) in enumerate(padded.items(), start=1):
        entries += _entry(name, 2, number + 1 if number < len(padded) else _FREE, _FREE, len(chains), len(raw))
        chains += _chain(len(chains), sizes[number - 1])
    table = struct.pack(f"<{len(chains)}I", *chains).ljust(tables * _SECTOR, b"\xff")
    body = table + entries.ljust(directory * _SECTOR, b"\x00")
    body += b"".join(raw.ljust(size * _SECTOR, b"\x00") for raw, size in zip(padded.values(), sizes, strict=True))
    return _ole_header(tables) + body


def _chain(start: int, length: int) -> list[int]:
    return [*range(start + 1, start + length), _END]


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    head = raw.ljust(64, b"\x00") + struct.pack("<HBBIII", len(raw) + 2, kind, 1, _FREE, right, child)
    return head + b"\x00" * 36 + struct.pack("<III", start, size, 0)


def _ole_header(tables: int) -> bytes:
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\x00" * 6
    )
    head += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, _END, 0, _END, 0)
    return head + struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
