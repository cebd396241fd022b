"""The styles of an OpenDocument file (ODF 1.3 part 3, 16.2), as far as they decide what a person
sees of a cell."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from kratom_qc.intake.formats.cell_problems import INVISIBLE, CellProblem, font_size, symbol_font
from kratom_qc.intake.formats.colours import BLACK, WHITE, Colour, colour_of, indistinguishable
from kratom_qc.intake.formats.serial import WORD

_NS = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0 "
OFFICE, STYLE, TABLE, TEXT, DRAW = (
    _NS.format(part) for part in ("office", "style", "table", "text", "drawing")
)
FO, SVG, _NUMBER = (
    _NS.format(part) for part in ("xsl-fo-compatible", "svg-compatible", "datastyle")
)
_LENGTH = re.compile(r"([0-9]{0,9}\.?[0-9]{1,9})(pt|cm|mm|in|px|pc|%)?", re.ASCII)
# Points in a unit of length; a percentage is of the usual ten points.
_POINTS = {"pt": 1.0, "cm": 28.35, "mm": 2.835, "in": 72.0, "px": 0.75, "pc": 12.0, "%": 0.1}
_LEAST_SIZE = 4.0  # points of a row or column; nobody sees what is smaller
_COMPARISON = re.compile(r"value\(\)\s*(<=|>=|!=|<|>|=)\s*(-?[0-9]{1,20}(?:\.[0-9]{1,20})?)")
_COMPARE = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
    "!=": operator.ne,
}  # fmt: skip
_DATA = "data"  # the family of number formats, which have no name for it
_LINE_THROUGH = (f"{STYLE}text-line-through-style", f"{STYLE}text-line-through-type")
_FONTS = (f"{STYLE}font-name", f"{FO}font-family")
DATA_STYLE, MASTER_PAGE = f"{STYLE}data-style-name", f"{STYLE}master-page-name"
_DISPLAY_NAME, _AUTOMATIC = f"{STYLE}display-name", f"{STYLE}use-window-font-color"
_GENERAL = ("N0",)  # the number format that shows a number as it is
_PROPERTIES = re.compile(rf"{re.escape(STYLE)}(?:[a-z]+-)*properties")


def points(length: str) -> float:
    """A length in points; 0 where the text is none."""
    match = _LENGTH.fullmatch(length.strip())
    return float(match[1]) * _POINTS[match[2] or "pt"] if match else 0.0


@dataclass(slots=True)
class _Style:
    parent: str
    properties: dict[str, str] = field(default_factory=dict)
    maps: list[tuple[str, str]] = field(default_factory=list)  # condition, the style it applies
    words: str = ""  # that a number format writes


class TextLook(NamedTuple):
    """What a style does to a text: whether it strikes it out or raises it, and why else it is not
    read as what it is: signs instead of letters, or nothing high."""

    struck: bool = False
    raised: bool = False
    problem: CellProblem | None = None


class CellLook(NamedTuple):
    """What a style does to a cell: whether it strikes it out, why else nobody sees what it holds,
    whether its date format writes words, whether its number format names colours, and whether a
    condition of its own may show something else."""

    struck: bool
    problem: CellProblem | None
    words: bool
    coloured: bool
    altered: bool


class OdfStyles:
    """Named and automatic styles by (family, name); a style has its parent's properties where it
    sets none itself."""

    def __init__(self) -> None:
        self._styles: dict[tuple[str, str], _Style] = {}
        # Every style stands before the first cell, so each is looked at once.
        self._looks: dict[tuple[str, str], TextLook] = {}
        self._cell_looks: dict[str, CellLook] = {}
        self._open: _Style | None = None

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        """An element opens; those that are no part of a style are passed over."""
        name = attributes.get(f"{STYLE}name", "")
        if element == f"{STYLE}style":
            self._open = _Style(attributes.get(f"{STYLE}parent-style-name", ""))
            self._open.properties.update(
                (key, attributes[key]) for key in (DATA_STYLE, MASTER_PAGE) if key in attributes
            )
            family = attributes.get(f"{STYLE}family", "")
            self._styles[family, name] = self._open
            self._styles.setdefault((family, attributes.get(_DISPLAY_NAME, name)), self._open)
        elif element.startswith(_NUMBER) and element.endswith("-style"):
            self._open = self._styles[_DATA, name] = _Style("")
        elif self._open is not None and element == f"{STYLE}map":
            applied = attributes.get(f"{STYLE}apply-style-name", "")
            self._open.maps.append((attributes.get(f"{STYLE}condition", ""), applied))
        elif self._open is not None and _PROPERTIES.fullmatch(element):
            self._open.properties.update(attributes)

    def end(self, element: str) -> None:
        """An element closes."""
        is_format = element.startswith(_NUMBER) and element.endswith("-style")
        if element == f"{STYLE}style" or is_format:
            self._open = None

    def characters(self, text: str) -> None:
        """Text between tags; only number formats hold any."""
        if self._open is not None:
            self._open.words += f" {text}"

    def hides_table(self, name: str) -> bool:
        """Whether a sheet of this style is hidden."""
        return self._property("table", name, f"{TABLE}display") == "false"

    def master_page(self, name: str) -> str:
        """The master page of a sheet of this style."""
        return self._property("table", name, MASTER_PAGE) or "Default"

    def is_filled(self, name: str, by_default: bool) -> bool:
        """Whether nobody sees through a drawing of this style; `by_default` where it does not
        say."""
        fill = self._property("graphic", name, f"{DRAW}fill")
        return fill != "none" if fill else by_default

    def has_no_size(self, family: str, name: str) -> bool:
        """Whether a row or column of this style is too low or too narrow for anybody to see."""
        size = f"{STYLE}row-height" if family == "table-row" else f"{STYLE}column-width"
        stated = self._property(family, name, size)
        return _LENGTH.fullmatch(stated) is not None and points(stated) < _LEAST_SIZE

    def look(self, family: str, name: str) -> TextLook:
        """What a style does to a text."""
        key = (family, name)
        if key not in self._looks:
            self._looks[key] = TextLook(
                self._strikes(family, name), self._raises(family, name), self._problem(family, name)
            )
        return self._looks[key]

    def cell_look(self, name: str) -> CellLook:
        """What a style does to a cell."""
        if name not in self._cell_looks:
            self._cell_looks[name] = self._cell_look(name)
        return self._cell_looks[name]

    def _cell_look(self, name: str) -> CellLook:
        look = self.look("table-cell", name)
        problem = look.problem
        if problem is None and self.is_lost("table-cell", name, name):
            problem = INVISIBLE
        data_style = self._property("table-cell", name, DATA_STYLE)
        ancestry = self._ancestry("table-cell", name)
        return CellLook(
            look.struck,
            problem,
            words=WORD.search(self._words(data_style)) is not None,
            coloured=any(self._colours(data_style)),
            altered=any(self.alters(applied) for style in ancestry for _, applied in style.maps),
        )

    def _strikes(self, family: str, name: str) -> bool:
        lines = [self._property(family, name, line) for line in _LINE_THROUGH]
        return any(line not in ("", "none") for line in lines)

    def _raises(self, family: str, name: str) -> bool:
        position = self._property(family, name, f"{STYLE}text-position")
        above = re.match(r"[0-9]*[1-9]", position, re.ASCII) is not None
        return above or position.startswith("super")

    def _problem(self, family: str, name: str) -> CellProblem | None:
        for attribute in _FONTS:
            problem = symbol_font(self._property(family, name, attribute))
            if problem is not None:
                return problem
        size = self._property(family, name, f"{FO}font-size")
        return font_size(f"{points(size):.3f}") if _LENGTH.fullmatch(size) else None

    def is_lost(self, family: str, name: str, cell: str) -> bool:
        """Whether text of this style has the colour of the background of a cell of style `cell`."""
        if self._property(family, name, _AUTOMATIC) == "true":
            return False
        return self._is_lost(self._property(family, name, f"{FO}color"), cell)

    def _is_lost(self, colour: str, cell: str) -> bool:
        ink = colour_of(colour.lstrip("#")) if colour else None
        return ink is not None and indistinguishable(ink, (self._background(cell),))

    def _background(self, name: str) -> Colour:
        stated = self._property("table-cell", name, f"{FO}background-color")
        return colour_of(stated.lstrip("#")) or WHITE

    def is_lost_by_its_format(self, name: str, value: Decimal | None) -> bool:
        """Whether the number format of a cell of this style writes a value in the colour of its
        background; `value` is None where it is no number."""
        data_style = self._property("table-cell", name, DATA_STYLE)
        style = self._styles.get((_DATA, data_style))
        if style is None:
            return False
        applied = next((name for when, name in style.maps if _holds(when, value)), "")
        chosen = self._styles.get((_DATA, applied), style)
        return self._is_lost(chosen.properties.get(f"{FO}color", ""), name)

    def _words(self, data_style: str) -> str:
        style = self._styles.get((_DATA, data_style))
        return style.words if style else ""

    def _colours(self, data_style: str) -> Iterator[str]:
        """The colours that a number format names, those under conditions too."""
        style = self._styles.get((_DATA, data_style))
        for name in (data_style, *(applied for _, applied in style.maps)) if style else ():
            part = self._styles.get((_DATA, name))
            yield part.properties.get(f"{FO}color", "") if part else ""

    def alters(self, name: str) -> bool:
        """Whether a conditional format of this style changes what is read: other words, a line
        through it, or ink like its background."""
        if self._property("table-cell", name, DATA_STYLE) not in ("", *_GENERAL):
            return True
        is_black = not self._property("table-cell", name, f"{FO}color")
        if is_black and indistinguishable(BLACK, (self._background(name),)):
            return True
        look = self.look("table-cell", name)
        return look.struck or look.problem is not None or self.is_lost("table-cell", name, name)

    def _property(self, family: str, name: str, attribute: str) -> str:
        """What the style or its nearest ancestor sets."""
        values = (style.properties.get(attribute) for style in self._ancestry(family, name))
        return next((value for value in values if value is not None), "")

    def _ancestry(self, family: str, name: str) -> Iterator[_Style]:
        """The style and its ancestors; one that descends from itself ends there."""
        seen: set[str] = set()
        while name not in seen and (style := self._styles.get((family, name))) is not None:
            yield style
            seen.add(name)
            name = style.parent


def _holds(condition: str, value: Decimal | None) -> bool:
    """Whether a number format's condition holds; one that cannot be read may."""
    match = _COMPARISON.fullmatch(condition.strip())
    if match is None:
        return True
    return value is not None and bool(_COMPARE[match[1]](value, Decimal(match[2])))
