"""What the records of an old Excel sheet ([MS-XLS] 2.4) tell beside its cells: comments, drawings
and what they cover, charts, page headers, prompts, conditional formats."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from kratom_qc.domain.account import TextKind
from kratom_qc.intake.formats.page_strings import page_texts
from kratom_qc.intake.sheets import CellRange, SheetText, cell_name, picture_text

CONTINUE, DRAWING_GROUP = 0x003C, 0x00EB
_HEADER, _FOOTER, _MORE_PAGE_TEXTS, _BACKGROUND = 0x0014, 0x0015, 0x089C, 0x00E9
_NOTE, _OBJECT, _TEXT_OBJECT, _DRAWING = 0x001C, 0x005D, 0x01B6, 0x00EC
_SERIES_TEXT, _PROMPT = 0x100D, 0x01BE
_CONDITIONAL, _RULE, _CONDITIONAL_12, _RULE_12 = 0x01B0, 0x01B1, 0x0879, 0x087A
_SHOWS_PROMPT = 1 << 18  # of the flags of a prompt
_BARS, _ICONS = 4, 6  # kinds of conditional formats, which may show no number
_GROUP, _LINE, _RECTANGLE, _OVAL, _CHART, _BOX, _PICTURE, _POLYGON, _COMMENT, _SHAPE = (
    0, 1, 2, 3, 5, 6, 8, 9, 0x19, 0x1E,
)  # fmt: skip
_FILLABLE = {_RECTANGLE, _OVAL, _BOX, _POLYGON, _SHAPE}
_WORDLESS = {_GROUP, _LINE, _CHART, _PICTURE, _COMMENT, 0x14}  # the last is a drop-down list
_BEGINS, _PROPERTIES, _ANCHOR = 0xF00A, 0xF00B, 0xF010  # records of a shape
_IMAGE, _FILL_FLAGS = 0x0104, 0x01BF  # properties of a shape
_FILLED, _STATES_FILLED = 1 << 4, 1 << 20
_NUMBER_FORMAT, _FONT, _ALIGNMENT, _BORDER, _PATTERN = (1 << bit for bit in range(25, 30))
_FONT_SIZE_IN_BYTES = 118
_STRUCK = 0x80
_LEAST_TWIPS = 80  # of a font: four points
_UNREADABLE = "a drawing that cannot be read lies on this sheet"


class ConditionalLook(NamedTuple):
    """What a rule of a conditional format changes: whether other words or a line through the text
    show, and colours by their numbers, None where it leaves one."""

    ranges: tuple[CellRange, ...]
    alters: bool
    ink: int | None = None
    fills: tuple[int, ...] = ()


@dataclass(slots=True)
class Beside:
    """What stands beside the cells of a sheet."""

    texts: list[SheetText] = field(default_factory=list)
    covered: list[CellRange] = field(default_factory=list)  # by drawings
    conditional: list[ConditionalLook] = field(default_factory=list)


class BesideReader:
    """Takes the records of a sheet in their order, those of its charts included."""

    def __init__(self, wide: bool) -> None:
        """`wide` where strings are Unicode, as from Excel 97 on."""
        self._wide = wide
        self._beside = Beside()
        self._ranges: tuple[CellRange, ...] = ()  # of the conditional format that is open
        self._object, self._kind = -1, _GROUP  # the last one, and what it is
        self._area: CellRange | None = None  # of the last shape
        self._filled = True
        self._left = 0  # characters of a text that are still to come
        self._said: dict[int, str] = {}  # by object
        self._places: dict[int, str] = {}
        self._notes: dict[int, str] = {}  # cells of comments by object
        self._pictures: list[CellRange] = []
        self._previous = 0

    def take(self, code: int, data: bytes) -> None:
        """A record. What is said by one that is cut short nobody knows, and that is said."""
        try:
            self._take(code, data)
        except (struct.error, IndexError):
            self._beside.texts.append(SheetText(TextKind.TEXT_BOX, _UNREADABLE))

    def take_from_chart(self, code: int, data: bytes) -> None:
        """A record of a chart upon the sheet, whose page is never printed by itself."""
        if code in (_SERIES_TEXT, _TEXT_OBJECT, CONTINUE):
            self.take(code, data)

    def _take(self, code: int, data: bytes) -> None:
        if code == CONTINUE:
            self._continue(data)
            return
        self._previous = code
        self._left = 0
        if code in (_HEADER, _FOOTER):
            kind = TextKind.PAGE_HEADER if code == _HEADER else TextKind.PAGE_FOOTER
            if data:
                self._beside.texts += page_texts(kind, self._string(data, 0)[0])
        elif code == _MORE_PAGE_TEXTS:
            self._more_page_texts(data)
        elif code == _BACKGROUND:
            text = SheetText(TextKind.PICTURE, "a picture lies behind the cells")
            self._beside.texts.append(text)
        elif code == _SERIES_TEXT:
            title = short_string(data, 2, self._wide)
            self._beside.texts.append(SheetText(TextKind.CHART_TITLE, title))
        elif code == _PROMPT:
            self._prompt(data)
        elif code in (_CONDITIONAL, _CONDITIONAL_12):
            self._ranges = _ranges(data[12:] if code == _CONDITIONAL_12 else data)
        elif code in (_RULE, _RULE_12):
            self._beside.conditional.append(_look(self._ranges, data, code == _RULE_12))
        else:
            self._take_drawn(code, data)

    def _take_drawn(self, code: int, data: bytes) -> None:
        if code == _DRAWING:
            self._shape(data)
        elif code == _OBJECT:
            self._new_object(data)
        elif code == _TEXT_OBJECT:
            self._left = int(struct.unpack_from("<H", data, 10)[0])
            self._said.setdefault(self._object, "")
        elif code == _NOTE:
            self._note(data)

    def beside(self, images: bytes | bytearray) -> Beside:
        """What was found; `images` is what the workbook holds of pictures."""
        beside = self._beside
        for key, texts in self._said.items():
            kind = TextKind.COMMENT if key in self._notes else TextKind.TEXT_BOX
            cell = self._notes.get(key) or self._places.get(key, "")
            beside.texts.append(SheetText(kind, texts.strip(), cell))
        fingerprint = hashlib.sha256(images).hexdigest()
        for area in self._pictures:
            cell = cell_name(area.first_row, area.first_column)
            text = picture_text(area, fingerprint)
            beside.texts.append(SheetText(TextKind.PICTURE, text, cell))
        return beside

    # ---------------------------------------------------------------- strings

    def _string(self, data: bytes, start: int) -> tuple[str, int]:
        """A string with its length in front, and where it ends."""
        if not self._wide:
            return short_string(data, start, wide=False), start + 1 + data[start]
        count, flags = struct.unpack_from("<HB", data, start)
        end = start + 3 + (2 * count if flags & 1 else count)
        return _decoded(data[start + 3 : end], flags), end

    def _more_page_texts(self, data: bytes) -> None:
        """Headers and footers of even pages and of the first one."""
        counts = struct.unpack_from("<4H", data, 30)
        position = 38
        kinds = (TextKind.PAGE_HEADER, TextKind.PAGE_FOOTER) * 2
        for kind, count in zip(kinds, counts, strict=True):
            if count:
                text, position = self._string(data, position)
                self._beside.texts += page_texts(kind, text)

    def _prompt(self, data: bytes) -> None:
        flags = struct.unpack_from("<I", data)[0]
        title, end = self._string(data, 4)
        _, end = self._string(data, end)
        prompt, _ = self._string(data, end)
        if flags & _SHOWS_PROMPT:
            text = ": ".join(filter(None, (title.strip("\0"), prompt.strip("\0"))))
            self._beside.texts.append(SheetText(TextKind.COMMENT, text))

    # ---------------------------------------------------------------- drawings

    def _continue(self, data: bytes) -> None:
        if self._previous == _TEXT_OBJECT and self._left > 0 and data:
            piece = _decoded(data[1:], data[0])[: self._left]
            self._left -= len(piece)
            self._said[self._object] += piece.replace("\r", "\n")
        elif self._previous == _DRAWING:
            self._shape(data)

    def _shape(self, data: bytes) -> None:
        """The shape whose object comes next: where it lies and whether it is filled."""
        for code, content in _drawn(data):
            if code == _BEGINS:
                self._filled = True  # unless it says something else
            elif code == _ANCHOR and len(content) >= 18:
                left, _, top, _, right, dx, bottom, dy = struct.unpack_from("<8H", content, 2)
                last_row, last_column = bottom + (dy > 0), right + (dx > 0)
                self._area = CellRange(
                    top + 1, left + 1, max(top + 1, last_row), max(left + 1, last_column)
                )
            elif code == _PROPERTIES:
                for number, value in _properties(content):
                    if number == _FILL_FLAGS and value & _STATES_FILLED:
                        self._filled = bool(value & _FILLED)

    def _new_object(self, data: bytes) -> None:
        self._kind, self._object = struct.unpack_from("<HH", data, 4)
        area, self._area = self._area, None
        if not self._wide:
            if self._kind not in _WORDLESS:
                self._beside.texts.append(SheetText(TextKind.TEXT_BOX, _UNREADABLE))
            return
        if area is None:
            return
        self._places[self._object] = cell_name(area.first_row, area.first_column)
        if self._kind == _PICTURE:
            self._pictures.append(area)
        elif self._kind == _CHART or (self._kind in _FILLABLE and self._filled):
            self._beside.covered.append(area)

    def _note(self, data: bytes) -> None:
        row, column, third, key = struct.unpack_from("<4H", data)
        cell = cell_name(row + 1, column + 1)
        if self._wide:
            self._notes[key] = cell
            return
        text = data[6 : 6 + third].decode("cp1252", "replace")  # `third` is its length
        self._beside.texts.append(SheetText(TextKind.COMMENT, text, cell))


def short_string(data: bytes, start: int, wide: bool) -> str:
    """A string whose length takes one byte; `wide` where it is Unicode."""
    count = data[start]
    if not wide:
        return data[start + 1 : start + 1 + count].decode("cp1252", "replace")
    flags = data[start + 1]
    return _decoded(data[start + 2 : start + 2 + (2 * count if flags & 1 else count)], flags)


def _decoded(data: bytes, flags: int) -> str:
    """Unicode, or its letters below 256 in a byte each."""
    return data.decode("utf-16-le", "replace") if flags & 1 else data.decode("latin-1")


def _drawn(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a drawing, those in containers too."""
    position = 0
    while position + 8 <= len(data):
        version, code, length = struct.unpack_from("<HHI", data, position)
        position += 8
        if version & 0xF != 0xF:
            yield code, data[position : position + length]
            position += length


def _properties(data: bytes) -> Iterator[tuple[int, int]]:
    for start in range(0, len(data) - 5, 6):
        number, value = struct.unpack_from("<HI", data, start)
        yield number & 0x3FFF, value


# ---------------------------------------------------------------- conditional formats


def _ranges(data: bytes) -> tuple[CellRange, ...]:
    count = struct.unpack_from("<H", data, 12)[0]
    ranges = []
    for number in range(min(count, (len(data) - 14) // 8)):
        top, bottom, left, right = struct.unpack_from("<4H", data, 14 + 8 * number)
        ranges.append(CellRange(top + 1, left + 1, bottom + 1, right + 1))
    return tuple(ranges)


def _look(ranges: tuple[CellRange, ...], data: bytes, is_newer: bool) -> ConditionalLook:
    """A rule by its differential format ([MS-XLS] 2.5.91); it stands behind the rule's kind and the
    lengths of its formulas."""
    start = 12 if is_newer else 0
    if is_newer and data[start] in (_BARS, _ICONS):
        return ConditionalLook(ranges, alters=True)
    start += 6
    if is_newer:
        if not struct.unpack_from("<I", data, start)[0]:
            return ConditionalLook(ranges, alters=False)
        start += 4
    flags = struct.unpack_from("<I", data, start)[0]
    if flags & _NUMBER_FORMAT:
        return ConditionalLook(ranges, alters=True)
    start += 6
    struck, ink = False, None
    if flags & _FONT:
        size, style = struct.unpack_from("<iI", data, start + 64)
        colour = struct.unpack_from("<i", data, start + 80)[0]
        unchanged = struct.unpack_from("<I", data, start + 88)[0]
        struck = bool(style & _STRUCK and not unchanged & _STRUCK) or 0 <= size < _LEAST_TWIPS
        ink = colour if colour >= 0 else None
        start += _FONT_SIZE_IN_BYTES
    start += 8 * bool(flags & _ALIGNMENT) + 8 * bool(flags & _BORDER)
    fills: tuple[int, ...] = ()
    if flags & _PATTERN:
        colours = struct.unpack_from("<H", data, start + 2)[0]
        stated = ((colours & 0x7F, flags & 1 << 17), (colours >> 7 & 0x7F, flags & 1 << 18))
        fills = tuple(number for number, unchanged in stated if not unchanged)
    return ConditionalLook(ranges, struck, ink, fills)
