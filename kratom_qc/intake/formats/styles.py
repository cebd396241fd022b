"""styles.xml → what a cell's style does to what a person sees of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats import marks
from kratom_qc.intake.formats.colours import BLACK, WHITE, Colour, Colours, Named, alike, named
from kratom_qc.intake.formats.markup import Attributes, End, Start, scan
from kratom_qc.intake.formats.numformat import BUILTIN, Trouble, is_date, shown_text

Grounds = tuple[Colour, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """One cell format: its number format, whether it strikes the text out, why else nobody reads in
    a cell of this style what it holds, and the colours behind."""

    pattern: str = "General"
    date: bool = False
    struck: bool = False
    veil: Trouble = None
    grounds: Grounds = (WHITE,)
    text_veil: Trouble = None  # why its number format does not show a text as it is


PLAIN = Style()
_OFF = ("0", "false")


@dataclass(slots=True)
class Styles:
    """The cell formats by number, and which conditional formats (by number) change what is shown."""

    cells: list[Style] = field(default_factory=list)
    disguises: set[int] = field(default_factory=set)
    colours: Colours = field(default_factory=Colours)

    def of(self, number: str | None) -> Style | None:
        """The format of a cell that names it, None where there is no such format; one that names
        none has the first."""
        if number is None:
            return self.cells[0] if self.cells else PLAIN
        index = _whole(number)
        return self.cells[index] if index < len(self.cells) else None

    def blend(self, inks: Iterable[Named], style: Style) -> bool:
        """Whether one of the inks is not to be told from what is behind a cell of this style."""
        seen = (self.colours.seen(ink) for ink in inks)
        return any(ink is not None and alike(ink, style.grounds) for ink in seen)


@dataclass(slots=True)
class _Font:
    struck: bool = False
    ink: Named | None = None
    veil: Trouble = None


@dataclass(slots=True)
class _Fill:
    pattern: str = ""
    front: Named | None = None
    back: Named | None = None
    stops: list[Named | None] = field(default_factory=list)


@dataclass(slots=True)
class _Differential:
    font: _Font | None = None
    fill: _Fill | None = None
    format: bool = False


def read_styles(place: CellRef, chunks: Iterable[bytes], colours: Colours | None = None) -> Styles:
    """The styles of a workbook with the colours of its theme. Raises Refused where the part is
    damaged."""
    reader = _Reader(colours or Colours())
    scan(place, chunks, reader.starts(), reader.ends())
    return reader.finished()


class _Reader:
    def __init__(self, colours: Colours) -> None:
        self.colours = colours
        self.own_palette: list[str] = []
        self.patterns: dict[str, str] = {}
        self.fonts: list[_Font] = []
        self.fills: list[_Fill] = []
        self.formats: list[
            tuple[str, int, int, bool]
        ] = []  # number format, font, fill, whether the text is repeated
        self.differentials: list[_Differential] = []
        self.list = ""
        self.font, self.fill = _Font(), _Fill()
        self.in_font = False

    def starts(self) -> dict[str, Start]:
        def enter(name: str) -> Start:
            return lambda _attributes: setattr(self, "list", name)

        return {
            **{
                name: enter(name)
                for name in ("fonts", "fills", "borders", "cellXfs", "cellStyleXfs", "dxfs")
            },
            "numFmt": self._pattern,
            "font": self._font,
            "strike": self._strike,
            "sz": self._size,
            "name": self._name,
            "color": self._colour,
            "fill": self._fill,
            "patternFill": self._pattern_fill,
            "fgColor": partial(self._ground, "front"),
            "bgColor": partial(self._ground, "back"),
            "xf": self._format,
            "alignment": self._alignment,
            "dxf": lambda _attributes: self.differentials.append(_Differential()),
            "rgbColor": lambda attributes: self.own_palette.append(
                attributes.get("rgb", "").lower()
            ),
        }

    def ends(self) -> dict[str, End]:
        return {"font": self._font_ends, "fill": self._fill_ends}

    def _pattern(self, attributes: Attributes) -> None:
        if self.list == "dxfs" and self.differentials:
            self.differentials[-1].format = True
        else:
            self.patterns[attributes.get("numFmtId", "")] = attributes.get("formatCode", "General")

    def _font(self, _attributes: Attributes) -> None:
        self.font, self.in_font = _Font(), True

    def _strike(self, attributes: Attributes) -> None:
        self.font.struck = attributes.get("val", "1") not in _OFF

    def _size(self, attributes: Attributes) -> None:
        self.font.veil = self.font.veil or marks.size(attributes.get("val", ""))

    def _name(self, attributes: Attributes) -> None:
        self.font.veil = self.font.veil or marks.font(attributes.get("val", ""))

    def _colour(self, attributes: Attributes) -> None:
        """Of a font, or a stop of a gradient; a border's colour is nothing here."""
        if self.in_font:
            self.font.ink = named(attributes)
        else:
            self.fill.stops.append(named(attributes))

    def _font_ends(self) -> None:
        self.in_font = False
        if self.list == "fonts":
            self.fonts.append(self.font)
        elif self.list == "dxfs" and self.differentials:
            self.differentials[-1].font = self.font

    def _fill(self, _attributes: Attributes) -> None:
        self.fill = _Fill()

    def _pattern_fill(self, attributes: Attributes) -> None:
        self.fill.pattern = attributes.get("patternType", "")

    def _ground(self, which: str, attributes: Attributes) -> None:
        setattr(self.fill, which, named(attributes))

    def _fill_ends(self) -> None:
        if self.list == "fills":
            self.fills.append(self.fill)
        elif self.list == "dxfs" and self.differentials:
            self.differentials[-1].fill = self.fill
        self.fill = _Fill()  # the colours of borders come next

    def _format(self, attributes: Attributes) -> None:
        if self.list == "cellXfs":
            self.formats.append(
                (
                    attributes.get("numFmtId", "0"),
                    _index(attributes, "fontId"),
                    _index(attributes, "fillId"),
                    False,
                )
            )

    def _alignment(self, attributes: Attributes) -> None:
        if self.list == "cellXfs" and self.formats and attributes.get("horizontal") == "fill":
            self.formats[-1] = (*self.formats[-1][:3], True)

    def finished(self) -> Styles:
        if self.own_palette:
            self.colours.palette[: len(self.own_palette)] = self.own_palette
        made = {key: self._style(*key) for key in dict.fromkeys(self.formats)}
        disguises = {
            number for number, found in enumerate(self.differentials) if self._disguises(found)
        }
        return Styles([made[key] for key in self.formats], disguises, self.colours)

    def _style(self, number: str, font_id: int, fill_id: int, repeated: bool) -> Style:
        pattern = self.patterns.get(number)
        if pattern is None:
            pattern = BUILTIN.get(int(number), "General") if number.isdigit() else "General"
        font = self.fonts[font_id] if font_id < len(self.fonts) else _Font()
        grounds = self._grounds(self.fills[fill_id] if fill_id < len(self.fills) else _Fill())
        ink = self.colours.seen(font.ink) or BLACK
        veil = font.veil or (marks.INVISIBLE if alike(ink, grounds) else None)
        return Style(
            pattern,
            is_date(pattern),
            font.struck,
            veil or (marks.REPEATED if repeated else None),
            grounds,
            shown_text(pattern),
        )

    def _grounds(self, fill: _Fill) -> Grounds:
        """Every colour behind a cell with this fill."""
        seen = self.colours.seen
        if fill.stops:
            return tuple(seen(stop) or WHITE for stop in fill.stops)
        if fill.pattern in ("", "none"):
            return (WHITE,)
        if fill.pattern == "solid":
            return (seen(fill.front) or WHITE,)
        return (seen(fill.front) or BLACK, seen(fill.back) or WHITE)

    def _disguises(self, found: _Differential) -> bool:
        """Whether a conditional format changes what is read: other words, a line through it, or ink
        like its ground."""
        font = found.font or _Font()
        if found.format or font.struck or font.veil:
            return True
        ink = self.colours.seen(font.ink)
        ground = self.colours.seen(found.fill.back or found.fill.front) if found.fill else None
        if ink is None and ground is None:
            return False
        return alike(ink or BLACK, (ground or WHITE,))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1 << 30


def _index(attributes: Attributes, name: str) -> int:
    text = attributes.get(name, "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
