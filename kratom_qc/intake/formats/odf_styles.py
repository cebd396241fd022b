"""The styles of an OpenDocument file, as far as they decide what a person sees of a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kratom_qc.intake.formats.marks import Why, font
from kratom_qc.intake.formats.marks import size as points

_NS = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0 "
OFFICE, STYLE, TABLE, TEXT, DRAW = (
    _NS.format(part) for part in ("office", "style", "table", "text", "drawing")
)
FO = _NS.format("xsl-fo-compatible")
_NOTHING = re.compile(r"0+(?:\.0+)?(?:[a-z]{2}|%)?", re.ASCII)
_LINES = (f"{STYLE}text-line-through-style", f"{STYLE}text-line-through-type")
_PROPERTIES = re.compile(rf"{re.escape(STYLE)}(?:[a-z]+-)*properties")
_WHITE = "#ffffff"

Properties = dict[str, str]


@dataclass(slots=True)
class _Style:
    parent: str
    properties: Properties = field(default_factory=dict)


class Styles:
    """Named and automatic styles by (family, name); a style has its parent's properties where it
    says nothing itself."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Style] = {}
        self._said: dict[tuple[str, str, str], str] = {}
        self._open: _Style | None = None

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        """An element opens; those that tell no style are passed over."""
        if element == f"{STYLE}style":
            self._open = _Style(attributes.get(f"{STYLE}parent-style-name", ""))
            self._known[
                attributes.get(f"{STYLE}family", ""), attributes.get(f"{STYLE}name", "")
            ] = self._open
        elif self._open is not None and _PROPERTIES.fullmatch(element):
            self._open.properties.update(attributes)

    def end(self, element: str) -> None:
        """An element closes."""
        if element == f"{STYLE}style":
            self._open = None

    def hides_table(self, name: str) -> bool:
        """Whether a sheet of this style is hidden."""
        return self._says("table", name, f"{TABLE}display") == "false"

    def flattens(self, family: str, name: str) -> bool:
        """Whether a row or column of this style is nothing high or wide."""
        size = f"{STYLE}row-height" if family == "table-row" else f"{STYLE}column-width"
        return _NOTHING.fullmatch(self._says(family, name, size)) is not None

    def strikes(self, family: str, name: str) -> bool:
        """Whether text of this style is struck out."""
        return any(self._says(family, name, line) not in ("", "none") for line in _LINES)

    def raises(self, family: str, name: str) -> bool:
        """Whether text of this style stands above the line."""
        position = self._says(family, name, f"{STYLE}text-position")
        return (
            position.startswith("super") or re.match(r"[0-9]*[1-9]", position, re.ASCII) is not None
        )

    def blinds(self, name: str) -> bool:
        """Whether a cell of this style is written in the colour of its ground, white on nothing
        included."""
        ink = self._says("table-cell", name, f"{FO}color").lower()
        ground = self._says("table-cell", name, f"{FO}background-color").lower()
        return ink != "" and ink == (_WHITE if ground in ("", "transparent") else ground)

    def veils(self, family: str, name: str) -> Why | None:
        """Why text of this style is not read as what it is: signs instead of letters, or nothing
        high."""
        faces = (
            self._says(family, name, what) for what in (f"{STYLE}font-name", f"{FO}font-family")
        )
        size = self._says(family, name, f"{FO}font-size")
        return next((why for face in faces if (why := font(face))), None) or (
            points(size[:-2]) if size.endswith("pt") else None
        )

    def _says(self, family: str, name: str, what: str) -> str:
        """What the style or its nearest ancestor says; every style stands before the first cell, so
        it is looked up once."""
        key = (family, name, what)
        if key not in self._said:
            said = (
                style.properties[what]
                for style in self._line(family, name)
                if what in style.properties
            )
            self._said[key] = next(said, "")
        return self._said[key]

    def _line(self, family: str, name: str) -> Iterator[_Style]:
        """The style and its ancestors; one that descends from itself ends there."""
        seen: set[str] = set()
        while name not in seen and (style := self._known.get((family, name))) is not None:
            yield style
            seen.add(name)
            name = style.parent
