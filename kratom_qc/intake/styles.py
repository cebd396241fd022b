"""styles.xml → what a cell's style does to what a person sees of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kratom_qc.intake.markup import Attributes, End, Start, scan
from kratom_qc.intake.numformat import BUILTIN, is_date
from kratom_qc.model import Place


@dataclass(frozen=True, slots=True)
class Style:
    """One cell format: its number format, and whether it strikes the text out or writes it in its background's colour."""

    pattern: str = "General"
    date: bool = False
    struck: bool = False
    invisible: bool = False


PLAIN = Style()
_OFF = ("0", "false")
_WHITE = {"rgb:ffffff", "theme:0", "indexed:1", "indexed:9"}


@dataclass(slots=True)
class Styles:
    """The cell formats by number, and which conditional formats (by number) change what is shown."""

    cells: list[Style]
    disguises: set[int]


def read_styles(place: Place, chunks: Iterable[bytes]) -> Styles:
    """The styles of a workbook. Raises Refused where the part is damaged."""
    reader = _Reader()
    scan(place, chunks, reader.starts(), reader.ends())
    return reader.finished()


class _Reader:
    def __init__(self) -> None:
        self.patterns: dict[str, str] = {}
        self.fonts: list[tuple[bool, str]] = []  # struck, colour
        self.fills: list[str] = []  # the colour behind, or nothing
        self.formats: list[tuple[str, int, int]] = []
        self.disguises: set[int] = set()
        self.list = ""
        self.struck, self.colour, self.fill, self.solid = False, "", "", False
        self.differential = -1

    def starts(self) -> dict[str, Start]:
        def enter(name: str) -> Start:
            return lambda _attributes: setattr(self, "list", name)

        return {
            "fonts": enter("fonts"),
            "fills": enter("fills"),
            "cellXfs": enter("cellXfs"),
            "cellStyleXfs": enter("cellStyleXfs"),
            "dxfs": enter("dxfs"),
            "numFmt": self._pattern,
            "font": self._font,
            "strike": self._strike,
            "color": self._colour,
            "fill": self._fill,
            "patternFill": self._pattern_fill,
            "fgColor": self._foreground,
            "xf": self._format,
            "dxf": self._differential,
        }

    def ends(self) -> dict[str, End]:
        return {"font": self._font_ends, "fill": self._fill_ends}

    def _pattern(self, attributes: Attributes) -> None:
        if self.list == "dxfs":
            self.disguises.add(self.differential)
        else:
            self.patterns[attributes.get("numFmtId", "")] = attributes.get("formatCode", "General")

    def _font(self, _attributes: Attributes) -> None:
        self.struck, self.colour = False, ""

    def _strike(self, attributes: Attributes) -> None:
        self.struck = attributes.get("val", "1") not in _OFF
        if self.list == "dxfs" and self.struck:
            self.disguises.add(self.differential)

    def _colour(self, attributes: Attributes) -> None:
        if self.list == "fonts":
            self.colour = _named(attributes)

    def _font_ends(self) -> None:
        if self.list == "fonts":
            self.fonts.append((self.struck, self.colour))

    def _fill(self, _attributes: Attributes) -> None:
        self.fill, self.solid = "", False

    def _pattern_fill(self, attributes: Attributes) -> None:
        self.solid = attributes.get("patternType") == "solid"

    def _foreground(self, attributes: Attributes) -> None:
        self.fill = _named(attributes) if self.solid else "patterned"

    def _fill_ends(self) -> None:
        if self.list == "fills":
            self.fills.append(self.fill)

    def _format(self, attributes: Attributes) -> None:
        if self.list == "cellXfs":
            self.formats.append(
                (attributes.get("numFmtId", "0"), _index(attributes, "fontId"), _index(attributes, "fillId"))
            )

    def _differential(self, _attributes: Attributes) -> None:
        self.differential += 1

    def finished(self) -> Styles:
        made: dict[tuple[str, int, int], Style] = {}
        for key in self.formats:
            if key not in made:
                made[key] = self._style(*key)
        return Styles([made[key] for key in self.formats], self.disguises)

    def _style(self, number: str, font: int, fill: int) -> Style:
        pattern = self.patterns.get(number)
        if pattern is None:
            pattern = BUILTIN.get(int(number), "General") if number.isdigit() else "General"
        struck, colour = self.fonts[font] if font < len(self.fonts) else (False, "")
        behind = self.fills[fill] if fill < len(self.fills) else ""
        invisible = bool(colour) and (colour == behind or (colour in _WHITE and (not behind or behind in _WHITE)))
        return Style(pattern, is_date(pattern), struck, invisible)


def _named(attributes: Attributes) -> str:
    """A colour as `rgb:ffffff`, `theme:0` or `indexed:9`; a tint makes it another colour."""
    tint = attributes.get("tint", "")
    for kind in ("rgb", "theme", "indexed"):
        if kind in attributes:
            value = attributes[kind].lower()
            return f"{kind}:{value[-6:] if kind == 'rgb' else value}" + (f" {tint}" if tint.strip("0.-") else "")
    return ""


def _index(attributes: Attributes, name: str) -> int:
    text = attributes.get(name, "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
