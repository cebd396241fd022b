"""Texts of an OpenDocument sheet that stand in no cell: comments, what is drawn over the cells, and
the headers and footers of its pages (ODF 1.3 part 3, 9.4, 10 and 16.9)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from kratom_qc.domain.account import TextKind
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats.addresses import position
from kratom_qc.intake.formats.container import Container
from kratom_qc.intake.formats.markup import Attributes, walk
from kratom_qc.intake.formats.odf_styles import (
    DRAW,
    OFFICE,
    STYLE,
    SVG,
    TABLE,
    TEXT,
    OdfStyles,
    points,
)
from kratom_qc.intake.sheets import CellRange, SheetText, cell_name, picture_text

_HREF = "http://www.w3.org/1999/xlink href"
_FORM_LABEL = "urn:oasis:names:tc:opendocument:xmlns:form:1.0 label"
_PARAGRAPHS = (f"{TEXT}p", f"{TEXT}h", f"{TEXT}line-break")
_ROW, _COLUMN = 12.8, 64.3  # points; of the usual size
_EDGE = 1.0  # a point: what reaches no further into a cell does not cover it
_LINES = tuple(f"{DRAW}{name}" for name in ("line", "connector", "measure", "path", "polyline"))
_UNFILLED = f"{DRAW}frame"  # unless its style fills it
_PAGE_PARTS = {
    f"{STYLE}{what}{which}": kind
    for what, kind in (("header", TextKind.PAGE_HEADER), ("footer", TextKind.PAGE_FOOTER))
    for which in ("", "-left", "-first")
}
_COUNTS = (f"{TEXT}page-number", f"{TEXT}page-count")
_FIELDS = tuple(
    f"{TEXT}{name}"
    for name in (
        "sheet-name", "file-name", "date", "time", "title", "modification-date", "creation-date",
    )
)  # fmt: skip


class Aside:
    """Something beside the cells, between its tags: a comment, a drawing, prompts, controls."""

    def __init__(
        self,
        element: str,
        attributes: Attributes,
        anchor: tuple[int, int] | None,
        styles: OdfStyles,
    ) -> None:
        """`anchor` is the cell it is tied to, if it is; rows and columns are 1-based."""
        self.parts: list[str] = []  # of the container: pictures, charts
        self.has_object = False
        self.opaque = False
        self._is_comment = element in (f"{OFFICE}annotation", f"{TABLE}help-message")
        self._anchor, self._styles = anchor, styles
        self._attributes = attributes
        self._pieces = [attributes.get(f"{TABLE}title", "")]  # of a prompt
        self._open: list[str] = []
        self.start(element, attributes)

    def start(self, element: str, attributes: Attributes) -> None:
        """An element opens, this one included."""
        self._open.append(element)
        if element in _PARAGRAPHS:
            self._pieces.append("\n")
        elif element in (f"{DRAW}image", f"{DRAW}object"):
            self.parts.append(attributes.get(_HREF, "").removeprefix("./"))
            self.has_object = self.has_object or element == f"{DRAW}object"
        elif element == f"{TEXT}s":
            self._pieces.append(" ")
        if _FORM_LABEL in attributes:
            self._pieces.append(f"\n{attributes[_FORM_LABEL]}")
        is_shape = element.startswith(DRAW) and element not in _LINES
        style = attributes.get(f"{DRAW}style-name")
        if is_shape and style is not None and self._styles.is_filled(style, element != _UNFILLED):
            self.opaque = True

    def end(self) -> bool:
        """An element closes. Whether it is this one."""
        self._open.pop()
        return not self._open

    def characters(self, text: str) -> None:
        """Text between tags; it counts in paragraphs only."""
        if any(element in _PARAGRAPHS for element in self._open):
            self._pieces.append(text)

    def cells(self) -> CellRange:
        """The cells it lies over; where no end is stated, by rows and columns of the usual size."""
        attributes = self._attributes
        row, column = self._anchor or (
            1 + int(points(attributes.get(f"{SVG}y", "")) / _ROW),
            1 + int(points(attributes.get(f"{SVG}x", "")) / _COLUMN),
        )
        end = attributes.get(f"{TABLE}end-cell-address", "").rpartition(".")[2].replace("$", "")
        bottom, right = position(end)
        if bottom:
            bottom -= points(attributes.get(f"{TABLE}end-y", "")) < _EDGE
            right -= points(attributes.get(f"{TABLE}end-x", "")) < _EDGE
        else:
            bottom = row + int(points(attributes.get(f"{SVG}height", "")) / _ROW)
            right = column + int(points(attributes.get(f"{SVG}width", "")) / _COLUMN)
        return CellRange(row, column, max(row, bottom), max(column, right))

    def texts(self, container: Container) -> Iterator[SheetText]:
        """What it says. Raises Refused where a part that it shows is damaged."""
        cells = self.cells()
        cell = cell_name(cells.first_row, cells.first_column)
        kind = TextKind.COMMENT if self._is_comment else TextKind.TEXT_BOX
        yield SheetText(kind, "".join(self._pieces).strip(), cell if self._anchor else "")
        parts = [part for part in self.parts if part]
        if self.has_object:
            for text in _object_texts(container, parts):
                yield SheetText(TextKind.CHART_TITLE, text, cell)
        elif parts:
            digest = hashlib.sha256()
            for part in parts:
                digest.update(container.read(part) if part in container else part.encode())
            yield SheetText(TextKind.PICTURE, picture_text(cells, digest.hexdigest()), cell)


def _object_texts(container: Container, folders: Iterable[str]) -> Iterator[str]:
    """What is written in embedded charts; the tables behind them hold what the cells do."""
    for folder in folders:
        part = f"{folder}/content.xml"
        if part in container:
            reader = _ObjectReader()
            walk(CellRef(part), container.inflate(part), reader.start, reader.end, reader.text)
            yield from (text for text in reader.texts if text)


class _ObjectReader:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self._open: list[str] = []

    def start(self, element: str, _attributes: Attributes) -> None:
        self._open.append(element)
        if element in _PARAGRAPHS:
            self.texts.append("")

    def end(self, _element: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        in_paragraph = any(element in _PARAGRAPHS for element in self._open)
        if in_paragraph and f"{TABLE}table" not in self._open:
            self.texts[-1] += text


class MasterPages:
    """The headers and footers of styles.xml, by the name of their master page."""

    def __init__(self) -> None:
        self._pages: dict[str, list[SheetText]] = {}
        self._page = ""
        self._kind: TextKind | None = None  # of the header or footer that is open
        self._written = False  # anything besides page numbers, dates and names
        self._pieces: list[str] = []
        self._open: list[str] = []

    def of_page(self, name: str) -> list[SheetText]:
        """What the pages of a master page say beside the sheet."""
        return self._pages.get(name, [])

    def start(self, element: str, attributes: Attributes) -> None:
        """An element opens."""
        self._open.append(element)
        if element == f"{STYLE}master-page":
            self._page = attributes.get(f"{STYLE}name", "")
            self._pages[self._page] = []
        elif element in _PAGE_PARTS:
            shown = attributes.get(f"{STYLE}display", "true") != "false"
            self._kind = _PAGE_PARTS[element] if shown else None
            self._pieces, self._written = [], False
        elif element in _PARAGRAPHS:
            self._pieces.append("\n")
        elif element in _COUNTS:
            self._pieces.append("1")
        elif element == f"{DRAW}image" and self._kind:
            picture = SheetText(TextKind.PICTURE, f"a picture in the {self._kind}")
            self._pages[self._page].append(picture)

    def end(self, element: str) -> None:
        """An element closes."""
        self._open.pop()
        if element not in _PAGE_PARTS:
            return
        if self._kind is not None and self._written:
            text = "".join(self._pieces).strip()
            self._pages[self._page].append(SheetText(self._kind, text))
        self._kind = None

    def characters(self, text: str) -> None:
        """Text between tags; it counts in paragraphs of headers and footers only."""
        if self._kind is None or self._open[-1] in (*_COUNTS, *_FIELDS):
            return
        if any(element in _PARAGRAPHS for element in self._open):
            self._pieces.append(text)
            self._written = self._written or any(letter.isalnum() for letter in text)
