"""The styles of an OpenDocument file (ODF 1.3 part 3, 16.2), as far as they decide what a person
sees of a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kratom_qc.intake.formats.cell_problems import CellProblem, font_size, symbol_font

_NS = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0 "
OFFICE, STYLE, TABLE, TEXT, DRAW = (
    _NS.format(part) for part in ("office", "style", "table", "text", "drawing")
)
FO = _NS.format("xsl-fo-compatible")
_ZERO_LENGTH = re.compile(r"0+(?:\.0+)?(?:[a-z]{2}|%)?", re.ASCII)
_LINE_THROUGH = (f"{STYLE}text-line-through-style", f"{STYLE}text-line-through-type")
_FONTS = (f"{STYLE}font-name", f"{FO}font-family")
_PROPERTIES = re.compile(rf"{re.escape(STYLE)}(?:[a-z]+-)*properties")
_WHITE = "#ffffff"


@dataclass(slots=True)
class _Style:
    parent: str
    properties: dict[str, str] = field(default_factory=dict)


class OdfStyles:
    """Named and automatic styles by (family, name); a style has its parent's properties where it
    sets none itself."""

    def __init__(self) -> None:
        self._styles: dict[tuple[str, str], _Style] = {}
        self._looked_up: dict[tuple[str, str, str], str] = {}
        self._open: _Style | None = None

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        """An element opens; those that are no part of a style are passed over."""
        if element == f"{STYLE}style":
            self._open = _Style(attributes.get(f"{STYLE}parent-style-name", ""))
            family, name = attributes.get(f"{STYLE}family", ""), attributes.get(f"{STYLE}name", "")
            self._styles[family, name] = self._open
        elif self._open is not None and _PROPERTIES.fullmatch(element):
            self._open.properties.update(attributes)

    def end(self, element: str) -> None:
        """An element closes."""
        if element == f"{STYLE}style":
            self._open = None

    def hides_table(self, name: str) -> bool:
        """Whether a sheet of this style is hidden."""
        return self._property("table", name, f"{TABLE}display") == "false"

    def has_no_size(self, family: str, name: str) -> bool:
        """Whether a row or column of this style is nothing high or wide."""
        size = f"{STYLE}row-height" if family == "table-row" else f"{STYLE}column-width"
        return _ZERO_LENGTH.fullmatch(self._property(family, name, size)) is not None

    def strikes(self, family: str, name: str) -> bool:
        """Whether text of this style is struck out."""
        lines = [self._property(family, name, line) for line in _LINE_THROUGH]
        return any(line not in ("", "none") for line in lines)

    def raises(self, family: str, name: str) -> bool:
        """Whether text of this style stands above the line."""
        position = self._property(family, name, f"{STYLE}text-position")
        above = re.match(r"[0-9]*[1-9]", position, re.ASCII) is not None
        return above or position.startswith("super")

    def is_invisible(self, name: str) -> bool:
        """Whether a cell of this style is written in the colour of its background, white on nothing
        included."""
        ink = self._property("table-cell", name, f"{FO}color").lower()
        background = self._property("table-cell", name, f"{FO}background-color").lower()
        if background in ("", "transparent"):
            background = _WHITE
        return ink != "" and ink == background

    def font_problem(self, family: str, name: str) -> CellProblem | None:
        """Why text of this style is not read as what it is: signs instead of letters, or nothing
        high."""
        for attribute in _FONTS:
            problem = symbol_font(self._property(family, name, attribute))
            if problem is not None:
                return problem
        size = self._property(family, name, f"{FO}font-size")
        return font_size(size[:-2]) if size.endswith("pt") else None

    def _property(self, family: str, name: str, attribute: str) -> str:
        """What the style or its nearest ancestor sets; every style stands before the first cell, so
        it is looked up once."""
        key = (family, name, attribute)
        if key not in self._looked_up:
            ancestry = self._ancestry(family, name)
            values = (style.properties.get(attribute) for style in ancestry)
            self._looked_up[key] = next((value for value in values if value is not None), "")
        return self._looked_up[key]

    def _ancestry(self, family: str, name: str) -> Iterator[_Style]:
        """The style and its ancestors; one that descends from itself ends there."""
        seen: set[str] = set()
        while name not in seen and (style := self._styles.get((family, name))) is not None:
            yield style
            seen.add(name)
            name = style.parent
