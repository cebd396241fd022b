"""What lies over the cells of an xlsx sheet: text boxes, shapes, pictures and charts, with the
cells they cover (ECMA-376 part 1, 20.5 and 21.2).

Names are taken without their namespace and alternatives are all read: whatever program shows which
of them, its text is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kratom_qc.domain.account import TextKind
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats.addresses import whole_number
from kratom_qc.intake.formats.markup import Attributes, walk
from kratom_qc.intake.sheets import CellRange, SheetText

_ANCHORS = ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor")
_FILLS = ("solidFill", "gradFill", "blipFill", "pattFill", "grpFill")
_CORNERS = ("from", "to")
_CELL_PARTS = ("col", "row", "colOff", "rowOff")
_ROW, _COLUMN = 190_500, 609_600  # a row and a column of the usual size, in English Metric Units
_EDGE = 12_700  # a point: what reaches no further into a cell does not cover it
_COMMENTS = ("comment", "threadedComment")
_SHOWN_PARTS = tuple(f"/relationships {name}" for name in ("id", "embed", "dm"))
# What holds the names of a chart's series and categories; its numbers stand in others.
_LABELS = {"tx", "strCache", "strLit", "strDim"}


@dataclass(slots=True)
class Shape:
    """Something drawn: its text, the ids of the parts that it shows, whether it is a picture, and
    whether cells below it can be seen."""

    text: str = ""
    parts: list[str] = field(default_factory=list)
    is_picture: bool = False
    opaque: bool = False
    corners: dict[str, dict[str, int]] = field(default_factory=dict)
    size: tuple[int, int] = (0, 0)  # height and width, where no second corner is stated

    @property
    def cells(self) -> CellRange:
        """The cells it lies over; by rows and columns of the usual size where only its height and
        width are stated."""
        first, last = self.corners.get("from", {}), self.corners.get("to")
        top, left = first.get("row", 0) + 1, first.get("col", 0) + 1
        if last is None:
            height, width = self.size
            bottom, right = top + max(0, height - 1) // _ROW, left + max(0, width - 1) // _COLUMN
        else:
            bottom = last.get("row", 0) + (last.get("rowOff", 0) > _EDGE)
            right = last.get("col", 0) + (last.get("colOff", 0) > _EDGE)
        return CellRange(top, left, max(top, bottom), max(left, right))


def shapes(part: CellRef, chunks: Iterable[bytes]) -> list[Shape]:
    """Everything drawn on a sheet. Raises Refused where the part is damaged."""
    reader = _DrawingReader()
    walk(part, chunks, reader.start, reader.end, reader.characters)
    return reader.shapes


class _DrawingReader:
    def __init__(self) -> None:
        self.shapes: list[Shape] = []
        self._shape = Shape()
        self._open: list[str] = []
        self._corner: dict[str, int] = {}
        self._text: list[str] = []
        self._number = ""
        self._filled: bool | None = None  # the single shape that is open, where that is said

    def start(self, element: str, attributes: Attributes) -> None:
        name = element.rpartition(" ")[2]
        parent = self._open[-1] if self._open else ""
        self._open.append(name)
        self._number = ""
        if name in _ANCHORS:
            self._shape, self._text, self._corner = Shape(), [], {}
        elif parent in _ANCHORS:
            self._place(name, attributes)
        elif name in ("p", "br"):
            self._text.append("\n")
        else:
            self._dress(name, parent, attributes)
        if name == "sp":
            self._filled = None
        parts = (value for key, value in attributes.items() if key.endswith(_SHOWN_PARTS))
        self._shape.parts.extend(parts)

    def end(self, element: str) -> None:
        name = element.rpartition(" ")[2]
        self._open.pop()
        if name in _CELL_PARTS:
            self._corner[name] = max(0, whole_number(self._number.strip(), 9))
        elif name == "sp":
            self._shape.opaque = self._shape.opaque or bool(self._filled)
        elif name in _ANCHORS:
            self._shape.text = "".join(self._text).strip()
            self.shapes.append(self._shape)
            self._shape = Shape()

    def characters(self, text: str) -> None:
        name = self._open[-1]
        if name == "t":
            self._text.append(text)
        elif name in _CELL_PARTS:
            self._number += text

    def _place(self, name: str, attributes: Attributes) -> None:
        """What an anchor holds: corners, or a place and a size, and what is drawn there."""
        shape = self._shape
        if name in _CORNERS:
            self._corner = shape.corners.setdefault(name, {})
        elif name == "ext":
            shape.size = (_length(attributes, "cy"), _length(attributes, "cx"))
        elif name == "pos":
            y, x = _length(attributes, "y"), _length(attributes, "x")
            shape.corners["from"] = {"row": y // _ROW, "col": x // _COLUMN}
        shape.is_picture = shape.is_picture or name == "pic"
        shape.opaque = shape.opaque or name == "graphicFrame"

    def _dress(self, name: str, parent: str, attributes: Attributes) -> None:
        """Whether a shape is filled: by its own properties, else by its style."""
        if name == "pic":  # in a group
            self._shape.is_picture = True
        elif parent == "spPr" and name in _FILLS:
            self._filled = True
        elif parent == "spPr" and name == "noFill":
            self._filled = False
        elif name == "fillRef" and self._filled is None:
            self._filled = attributes.get("idx", "0") != "0"


def _length(attributes: Attributes, name: str) -> int:
    return max(0, whole_number(attributes.get(name), 9))


def chart_texts(part: CellRef, chunks: Iterable[bytes]) -> list[str]:
    """What is written in a chart or in another drawing: titles, labels, the names of series and
    categories. Raises Refused where the part is damaged."""
    reader = _ChartReader()
    walk(part, chunks, reader.start, reader.end, reader.characters)
    return list(dict.fromkeys(reader.texts()))


class _ChartReader:
    def __init__(self) -> None:
        self._open: list[str] = []
        self._pieces: list[str] = []
        self._found: list[str] = []

    def start(self, element: str, _attributes: Attributes) -> None:
        self._open.append(element.rpartition(" ")[2])
        if self._open[-1] in ("p", "v", "pt"):
            self._flush()

    def end(self, _element: str) -> None:
        if self._open.pop() in ("p", "v", "pt"):
            self._flush()

    def characters(self, text: str) -> None:
        name = self._open[-1]
        is_label = name in ("v", "pt") and not _LABELS.isdisjoint(self._open)
        if name == "t" or is_label:
            self._pieces.append(text)

    def _flush(self) -> None:
        self._found.append("".join(self._pieces).strip())
        self._pieces = []

    def texts(self) -> Iterator[str]:
        self._flush()
        return (text for text in self._found if text)


def comments(part: CellRef, chunks: Iterable[bytes]) -> list[SheetText]:
    """The comments of a sheet, old (`comments`) or threaded. Raises Refused where the part is
    damaged."""
    texts: list[SheetText] = []
    pieces: list[str] = []
    opened: list[str] = []
    cell = ""

    def start(element: str, attributes: Attributes) -> None:
        nonlocal cell
        opened.append(element.rpartition(" ")[2])
        if opened[-1] in _COMMENTS:
            cell = attributes.get("ref", "")
            pieces.clear()

    def end(_element: str) -> None:
        if opened.pop() in _COMMENTS:
            texts.append(SheetText(TextKind.COMMENT, "".join(pieces).strip(), cell))

    def characters(text: str) -> None:
        is_run = opened[-1] == "t" and "rPh" not in opened
        if is_run or opened[-2:] == ["threadedComment", "text"]:
            pieces.append(text)

    walk(part, chunks, start, end, characters)
    return texts


def legacy_texts(part: CellRef, chunks: Iterable[bytes]) -> list[SheetText]:
    """The captions of buttons and boxes, and pictures, in a drawing of the old kind (VML). Raises
    Refused where it is damaged."""
    texts: list[SheetText] = []
    pieces: list[str] = []
    opened: list[str] = []

    def start(element: str, _attributes: Attributes) -> None:
        opened.append(element.rpartition(" ")[2])
        if opened[-1] == "imagedata":
            texts.append(SheetText(TextKind.PICTURE, "a picture whose place is not told"))

    def end(_element: str) -> None:
        if opened.pop() == "shape":
            texts.append(SheetText(TextKind.TEXT_BOX, "".join(pieces).strip()))
            pieces.clear()

    def characters(text: str) -> None:
        if "textbox" in opened:
            pieces.append(text)

    walk(part, chunks, start, end, characters)
    return texts
