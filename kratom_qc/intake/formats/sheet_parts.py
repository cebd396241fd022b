"""What belongs to a sheet of an xlsx workbook beside its cells: comments, drawings, charts and
tables, found by the relationships of its part."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from kratom_qc.domain.account import TextKind
from kratom_qc.domain.errors import Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats import cell_problems, drawings
from kratom_qc.intake.formats.addresses import cell_range
from kratom_qc.intake.formats.container import Container
from kratom_qc.intake.formats.drawings import Shape
from kratom_qc.intake.formats.markup import Attributes, scan
from kratom_qc.intake.formats.sheet_builder import SheetBuilder
from kratom_qc.intake.refusals import damaged
from kratom_qc.intake.sheets import CellRange, SheetText, cell_name, picture_text

_CHARTS = ("chart", "chartEx", "chartUserShapes", "diagramData")
_THREAD = "[Threaded comment]"
_THREAD_WORDS = ("Comment:", "Reply:")
_UNREADABLE = "a drawing that cannot be read lies on this sheet"


class Relationship(NamedTuple):
    """The last word of a relationship's type, and the part it points to."""

    type: str
    target: str


Relationships = Mapping[str, Relationship]
"""By their ids."""


def relationships(name: str, container: Container, part: str) -> dict[str, Relationship]:
    """A part's relationships; those to places outside the file are left out. Raises Refused where
    two have one id."""
    folder, base = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{base}.rels")
    by_key: dict[str, Relationship] = {}

    def relationship(attributes: Attributes) -> None:
        if attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "")
        if target.startswith("/"):
            target = target.lstrip("/")
        else:
            target = posixpath.normpath(posixpath.join(folder, target))
        key = attributes.get("Id", "")
        if key in by_key:
            raise damaged(name, "two relations of the workbook have the same name")
        by_key[key] = Relationship(attributes.get("Type", "").rpartition("/")[2], target)

    if path in container:
        scan(CellRef(name), container.inflate(path), {"Relationship": relationship})
    return by_key


class SheetParts:
    """The parts of one sheet, given to the builder of its cells."""

    def __init__(
        self,
        builder: SheetBuilder,
        container: Container,
        sheet: CellRef,
        altering_tables: Callable[[str], Iterable[str]],
    ) -> None:
        """`altering_tables` names the elements of a table style that change what is read."""
        self._builder, self._container, self._sheet = builder, container, sheet
        self._altering = altering_tables

    def add(self, part: str) -> None:
        """Everything that belongs to a sheet, once its cells are known. Raises Refused where a part
        is damaged."""
        related = relationships(self._sheet.file, self._container, part)
        for target in self._targets(related, "table"):
            self._builder.mark(self._styled(target), cell_problems.TABLE_STYLE)
        for target in self._targets(related, "drawing"):
            self._add_drawing(target)
        self._add_comments(related)
        for target in self._targets(related, "vmlDrawing"):
            self._add_legacy(target)

    def _targets(self, of: Relationships, kind: str) -> list[str]:
        """The parts of a kind that are there."""
        targets = (related.target for related in of.values() if related.type == kind)
        return [target for target in dict.fromkeys(targets) if target in self._container]

    def _styled(self, part: str) -> list[CellRange]:
        """The cells of a table whose style may show something else."""
        ranges: list[CellRange] = []
        area = CellRange(0, 0, 0, 0)

        def table(attributes: Attributes) -> None:
            nonlocal area
            area = cell_range(attributes.get("ref", ""))

        def style(attributes: Attributes) -> None:
            elements = self._altering(attributes.get("name", ""))
            ranges.extend(_part_of(area, element) for element in elements)

        scan(self._sheet, self._container.inflate(part), {"table": table, "tableStyleInfo": style})
        return ranges

    # ---------------------------------------------------------------- drawings

    def _add_drawing(self, part: str) -> None:
        related = relationships(self._sheet.file, self._container, part)
        for shape in drawings.shapes(self._sheet, self._container.inflate(part)):
            area = shape.cells
            cell = cell_name(area.first_row, area.first_column)
            self._builder.add_text(SheetText(TextKind.TEXT_BOX, shape.text, cell))
            if shape.is_picture:
                picture = self._picture(shape, related)
                self._builder.add_text(SheetText(TextKind.PICTURE, picture, cell))
            elif shape.opaque:
                self._builder.mark([area], cell_problems.UNDER_A_DRAWING)
            for key in shape.parts:
                if key in related and related[key].type in _CHARTS:
                    self._add_chart(related[key].target, cell)

    def _picture(self, shape: Shape, related: Relationships) -> str:
        """Which picture covers which cells; its fingerprint tells it from another one in the same
        place."""
        images = [related[key].target for key in shape.parts if key in related]
        digest = hashlib.sha256()
        for image in dict.fromkeys(image for image in images if image in self._container):
            digest.update(self._container.read(image))
        return picture_text(shape.cells, digest.hexdigest() if images else "")

    def _add_chart(self, part: str, cell: str, seen: tuple[str, ...] = ()) -> None:
        if part not in self._container or part in seen:
            return
        for text in drawings.chart_texts(self._sheet, self._container.inflate(part)):
            self._builder.add_text(SheetText(TextKind.CHART_TITLE, text, cell))
        for kind, target in relationships(self._sheet.file, self._container, part).values():
            if kind in _CHARTS:
                self._add_chart(target, cell, (*seen, part))

    def _add_legacy(self, part: str) -> None:
        """Programs have written drawings of this kind that are no XML."""
        try:
            texts = drawings.legacy_texts(self._sheet, self._container.inflate(part))
        except Refused:
            texts = [SheetText(TextKind.TEXT_BOX, _UNREADABLE)]
        for text in texts:
            self._builder.add_text(text)

    # ---------------------------------------------------------------- comments

    def _add_comments(self, relationships: Relationships) -> None:
        threaded = self._comments(relationships, "threadedComment")
        for comment in threaded:
            self._builder.add_text(comment)
        for comment in self._comments(relationships, "comments"):
            if not _repeats(comment, threaded):
                self._builder.add_text(comment)

    def _comments(self, relationships: Relationships, kind: str) -> list[SheetText]:
        parts = self._targets(relationships, kind)
        return [
            comment
            for part in parts
            for comment in drawings.comments(self._sheet, self._container.inflate(part))
        ]


def _part_of(area: CellRange, element: str) -> CellRange:
    """Where an element of a table style shows."""
    if element == "headerRow":
        return area._replace(last_row=area.first_row)
    return area._replace(first_row=area.last_row) if element == "totalRow" else area


def _repeats(comment: SheetText, threaded: Iterable[SheetText]) -> bool:
    """Whether an old comment only says what its thread says, for programs that know no threads."""
    if not comment.text.startswith(_THREAD):
        return False
    text = comment.text.partition(_THREAD_WORDS[0])[2]
    for phrase in (*_said_at(comment.cell, threaded), *_THREAD_WORDS):
        text = text.replace(phrase, "", 1 if phrase not in _THREAD_WORDS else -1)
    return not text.strip()


def _said_at(cell: str, threaded: Iterable[SheetText]) -> Iterator[str]:
    texts = (comment.text for comment in threaded if comment.cell == cell)
    return iter(sorted(texts, key=len, reverse=True))
