"""styles.xml → what a cell's format does to what a person sees of it (ECMA-376 part 1, 18.8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats import cell_problems
from kratom_qc.intake.formats.addresses import whole_number
from kratom_qc.intake.formats.cell_problems import CellProblem
from kratom_qc.intake.formats.colours import (
    BLACK,
    WHITE,
    Colour,
    ColourReference,
    ColourScheme,
    colour_reference,
    indistinguishable,
)
from kratom_qc.intake.formats.markup import OFF, Attributes, EndHandler, StartHandler, scan
from kratom_qc.intake.formats.numformat import BUILTIN, is_date, shown_text

_LISTS = ("fonts", "fills", "borders", "cellXfs", "cellStyleXfs", "dxfs")


@dataclass(frozen=True, slots=True)
class CellFormat:
    """One cell format: its number format, whether it strikes the text out, why else nobody reads in
    such a cell what it holds, and the colours behind the text."""

    pattern: str = "General"
    date: bool = False
    struck: bool = False
    problem: CellProblem | None = None
    backgrounds: tuple[Colour, ...] = (WHITE,)
    text_problem: CellProblem | None = None  # why its number format does not show a text as it is


DEFAULT_FORMAT = CellFormat()


@dataclass(slots=True)
class StyleSheet:
    """The cell formats by number, and which differential formats (by number), those of conditional
    formats, change what is read; of table styles (by name), which elements do."""

    cell_formats: list[CellFormat] = field(default_factory=list)
    altering: set[int] = field(default_factory=set)
    table_styles: dict[str, list[str]] = field(default_factory=dict)
    colours: ColourScheme = field(default_factory=ColourScheme)

    def cell_format(self, number: str | None) -> CellFormat | None:
        """The format of a cell that names it, None where there is no such format; one that names
        none has the first."""
        if number is None:
            return self.cell_formats[0] if self.cell_formats else DEFAULT_FORMAT
        index = whole_number(number, 6)
        return self.cell_formats[index] if 0 <= index < len(self.cell_formats) else None

    def altering_in(self, table_style: str) -> Sequence[str]:
        """The elements of a table style that change what is read."""
        return self.table_styles.get(table_style, ())

    def hides(self, inks: Iterable[ColourReference], cell_format: CellFormat) -> bool:
        """Whether one of the inks cannot be told from what is behind a cell of this format."""
        colours = [self.colours.resolve(ink) for ink in inks]
        return any(
            colour is not None and indistinguishable(colour, cell_format.backgrounds)
            for colour in colours
        )


@dataclass(slots=True)
class _Font:
    struck: bool = False
    ink: ColourReference | None = None
    problem: CellProblem | None = None


@dataclass(slots=True)
class _Fill:
    pattern: str = ""
    foreground: ColourReference | None = None
    background: ColourReference | None = None
    stops: list[ColourReference | None] = field(default_factory=list)  # of a gradient


@dataclass(slots=True)
class _DifferentialFormat:
    font: _Font = field(default_factory=_Font)
    fill: _Fill = field(default_factory=_Fill)
    has_number_format: bool = False


@dataclass(frozen=True, slots=True)
class _FormatRecord:
    """An `xf` of `cellXfs`: numbers of a number format, a font and a fill."""

    number_format: str
    font: int
    fill: int
    repeats_text: bool = False


def read_styles(
    part: CellRef, chunks: Iterable[bytes], colours: ColourScheme | None = None
) -> StyleSheet:
    """The styles of a workbook with the colours of its theme. Raises Refused where the part is
    damaged."""
    reader = _Reader(colours or ColourScheme())
    scan(part, chunks, reader.starts(), reader.ends())
    return reader.style_sheet()


class _Reader:
    def __init__(self, colours: ColourScheme) -> None:
        self._colours = colours
        self._own_palette: list[str] = []
        self._patterns: dict[str, str] = {}
        self._fonts: list[_Font] = []
        self._fills: list[_Fill] = []
        self._records: list[_FormatRecord] = []
        self._differentials: list[_DifferentialFormat] = []
        self._list = ""  # the element of _LISTS that is open
        self._font, self._fill = _Font(), _Fill()
        self._in_font = False
        self._elements: list[tuple[str, int]] = []  # of the table style that is open
        self._table_styles: dict[str, list[tuple[str, int]]] = {}

    def starts(self) -> dict[str, StartHandler]:
        return {
            **{name: partial(self._enter, name) for name in _LISTS},
            "numFmt": self._number_format,
            "font": self._font_starts,
            "strike": self._strike,
            "sz": self._size,
            "name": self._font_name,
            "color": self._colour,
            "fill": self._fill_starts,
            "patternFill": self._pattern_fill,
            "fgColor": self._foreground,
            "bgColor": self._background,
            "xf": self._format_record,
            "alignment": self._alignment,
            "dxf": self._differential,
            "rgbColor": self._palette_colour,
            "tableStyle": self._table_style,
            "tableStyleElement": self._table_style_element,
        }

    def ends(self) -> dict[str, EndHandler]:
        return {"font": self._font_ends, "fill": self._fill_ends}

    def _enter(self, name: str, _attributes: Attributes) -> None:
        self._list = name

    def _number_format(self, attributes: Attributes) -> None:
        if self._list == "dxfs" and self._differentials:
            self._differentials[-1].has_number_format = True
        else:
            number = attributes.get("numFmtId", "")
            self._patterns[number] = attributes.get("formatCode", "General")

    def _font_starts(self, _attributes: Attributes) -> None:
        self._font, self._in_font = _Font(), True

    def _strike(self, attributes: Attributes) -> None:
        self._font.struck = attributes.get("val", "1") not in OFF

    def _size(self, attributes: Attributes) -> None:
        size = attributes.get("val", "")
        self._font.problem = self._font.problem or cell_problems.font_size(size)

    def _font_name(self, attributes: Attributes) -> None:
        name = attributes.get("val", "")
        self._font.problem = self._font.problem or cell_problems.symbol_font(name)

    def _colour(self, attributes: Attributes) -> None:
        """Of a font, or a stop of a gradient; a border's colour is nothing here."""
        if self._in_font:
            self._font.ink = colour_reference(attributes)
        else:
            self._fill.stops.append(colour_reference(attributes))

    def _font_ends(self) -> None:
        self._in_font = False
        if self._list == "fonts":
            self._fonts.append(self._font)
        elif self._list == "dxfs" and self._differentials:
            self._differentials[-1].font = self._font

    def _fill_starts(self, _attributes: Attributes) -> None:
        self._fill = _Fill()

    def _pattern_fill(self, attributes: Attributes) -> None:
        self._fill.pattern = attributes.get("patternType", "")

    def _foreground(self, attributes: Attributes) -> None:
        self._fill.foreground = colour_reference(attributes)

    def _background(self, attributes: Attributes) -> None:
        self._fill.background = colour_reference(attributes)

    def _fill_ends(self) -> None:
        if self._list == "fills":
            self._fills.append(self._fill)
        elif self._list == "dxfs" and self._differentials:
            self._differentials[-1].fill = self._fill
        self._fill = _Fill()  # the colours of borders come next

    def _format_record(self, attributes: Attributes) -> None:
        if self._list == "cellXfs":
            font, fill = (
                max(0, whole_number(attributes.get(name), 6)) for name in ("fontId", "fillId")
            )
            self._records.append(_FormatRecord(attributes.get("numFmtId", "0"), font, fill))

    def _alignment(self, attributes: Attributes) -> None:
        if self._list == "cellXfs" and self._records and attributes.get("horizontal") == "fill":
            self._records[-1] = replace(self._records[-1], repeats_text=True)

    def _differential(self, _attributes: Attributes) -> None:
        self._differentials.append(_DifferentialFormat())

    def _palette_colour(self, attributes: Attributes) -> None:
        self._own_palette.append(attributes.get("rgb", "").lower())

    def _table_style(self, attributes: Attributes) -> None:
        self._table_styles[attributes.get("name", "")] = self._elements = []

    def _table_style_element(self, attributes: Attributes) -> None:
        number = whole_number(attributes.get("dxfId"), 11)
        self._elements.append((attributes.get("type", ""), number))

    def style_sheet(self) -> StyleSheet:
        """What has been read; the workbook's own palette replaces the first colours of the usual
        one."""
        self._colours.palette[: len(self._own_palette)] = self._own_palette
        formats = {record: self._cell_format(record) for record in dict.fromkeys(self._records)}
        altering = {
            number
            for number, differential in enumerate(self._differentials)
            if self._alters(differential)
        }
        table_styles = {
            name: [element for element, number in elements if number in altering]
            for name, elements in self._table_styles.items()
        }
        cell_formats = [formats[record] for record in self._records]
        return StyleSheet(cell_formats, altering, table_styles, self._colours)

    def _cell_format(self, record: _FormatRecord) -> CellFormat:
        font = self._fonts[record.font] if record.font < len(self._fonts) else _Font()
        fill = self._fills[record.fill] if record.fill < len(self._fills) else _Fill()
        backgrounds = self._backgrounds(fill)
        problem = font.problem
        if problem is None and indistinguishable(
            self._colours.resolve(font.ink) or BLACK, backgrounds
        ):
            problem = cell_problems.INVISIBLE
        if problem is None and record.repeats_text:
            problem = cell_problems.REPEATED
        pattern = self._pattern(record.number_format)
        return CellFormat(
            pattern, is_date(pattern), font.struck, problem, backgrounds, shown_text(pattern)
        )

    def _pattern(self, number: str) -> str:
        if number in self._patterns:
            return self._patterns[number]
        return BUILTIN.get(int(number), "General") if number.isdigit() else "General"

    def _backgrounds(self, fill: _Fill) -> tuple[Colour, ...]:
        """Every colour behind a cell with this fill."""
        resolve = self._colours.resolve
        if fill.stops:
            return tuple(resolve(stop) or WHITE for stop in fill.stops)
        if fill.pattern in ("", "none"):
            return (WHITE,)
        if fill.pattern == "solid":
            return (resolve(fill.foreground) or WHITE,)
        return (resolve(fill.foreground) or BLACK, resolve(fill.background) or WHITE)

    def _alters(self, differential: _DifferentialFormat) -> bool:
        """Whether a conditional format changes what is read: other words, a line through it, or ink
        like its background."""
        font, fill = differential.font, differential.fill
        if differential.has_number_format or font.struck or font.problem:
            return True
        ink = self._colours.resolve(font.ink) or BLACK
        background = self._colours.resolve(fill.background or fill.foreground) or WHITE
        return indistinguishable(ink, (background,))
