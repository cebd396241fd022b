"""Colours of an xlsx workbook as a person sees them: by value, by theme and tint, or by number in a
palette (ECMA-376 part 1, 18.8.19 and 18.8.27)."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable
from typing import NamedTuple

from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats.addresses import whole_number
from kratom_qc.intake.formats.markup import Attributes, scan

# By WCAG 2.2, where 21 is black on white and 4.5 what easy reading needs. Below the first nobody
# reads anything (yellow on white is 1.07), below the second only what differs in hue.
_NO_CONTRAST, _LEAST_CONTRAST = 1.1, 1.3
_LEAST_DISTANCE = 0.35  # of one channel, from 0 to 1
_SLOTS = "lt1 dk1 lt2 dk2 accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink"
_THEME = _SLOTS.split()
_OFFICE = "ffffff 000000 eeece1 1f497d 4f81bd c0504d 9bbb59 8064a2 4bacc6 f79646 0000ff 800080"
_FIRST = "000000 ffffff ff0000 00ff00 0000ff ffff00 ff00ff 00ffff"
_REST = (
    "800000 008000 000080 808000 800080 008080 c0c0c0 808080 9999ff 993366 ffffcc ccffff "
    "660066 ff8080 0066cc ccccff 000080 ff00ff ffff00 00ffff 800080 800000 008080 0000ff "
    "00ccff ccffff ccffcc ffff99 99ccff ff99cc cc99ff ffcc99 3366ff 33cccc 99cc00 ffcc00 "
    "ff9900 ff6600 666699 969696 003366 339966 003300 333300 993300 993366 333399 333333"
)


class Colour(NamedTuple):
    """A colour by its channels, each from 0 to 1."""

    red: float
    green: float
    blue: float


BLACK, WHITE = Colour(0.0, 0.0, 0.0), Colour(1.0, 1.0, 1.0)


# What number formats call colours; `Color 1` to `Color 56` are the palette's own, in its order.
_NAMED = {
    "black": "000000", "white": "ffffff", "red": "ff0000", "green": "00ff00",
    "blue": "0000ff", "yellow": "ffff00", "magenta": "ff00ff", "cyan": "00ffff",
}  # fmt: skip


def colour_of(rgb: str) -> Colour | None:
    """The colour of six hexadecimal digits, or of the last six of eight; None where they are
    none."""
    try:
        red, green, blue = (int(rgb[-6:][start : start + 2], 16) / 255 for start in (0, 2, 4))
    except ValueError:
        return None
    return Colour(red, green, blue)


def named_colour(name: str) -> Colour | None:
    """The colour that `[Red]` or `[Color 3]` of a number format names; None for any other word."""
    word = name.strip().lower()
    number = whole_number(word.removeprefix("color").strip(), 2) if word.startswith("color") else 0
    palette = f"{_FIRST} {_REST}".split()
    rgb = palette[number - 1] if 0 < number <= len(palette) else _NAMED.get(word)
    return colour_of(rgb) if rgb else None


class ColourReference(NamedTuple):
    """How a file names a colour: by `rgb`, `theme` or `indexed`, which one, and its tint."""

    kind: str
    value: str
    tint: str


def colour_reference(attributes: Attributes) -> ColourReference | None:
    """How an element names a colour; None where it names none or leaves it to the program."""
    for kind in ("rgb", "theme", "indexed"):
        if kind in attributes:
            value = attributes[kind].strip().lower()
            return ColourReference(kind, value, attributes.get("tint", ""))
    return None


class ColourScheme:
    """The theme and the palette of a workbook: six hexadecimal digits for each colour."""

    def __init__(self) -> None:
        self.theme = _OFFICE.split()
        self.palette = f"{_FIRST} {_FIRST} {_REST} 000000 ffffff".split()

    def read_theme(self, part: CellRef, chunks: Iterable[bytes]) -> None:
        """Take the colours of a theme part. Raises Refused where the part is damaged."""
        slot = ""

        def enter(name: str) -> None:
            nonlocal slot
            slot = name

        def value(attributes: Attributes) -> None:
            nonlocal slot
            rgb = attributes.get("lastClr") or attributes.get("val", "")
            if slot and len(rgb) == 6:
                self.theme[_THEME.index(slot)] = rgb.lower()
            slot = ""

        starts = {name: lambda _attributes, name=name: enter(name) for name in _THEME}
        scan(part, chunks, {**starts, "srgbClr": value, "sysClr": value})

    def resolve(self, reference: ColourReference | None) -> Colour | None:
        """The colour itself; None where it is not known."""
        if reference is None:
            return None
        rgb = reference.value
        if reference.kind != "rgb":
            colours = self.theme if reference.kind == "theme" else self.palette
            number = whole_number(rgb, 3)
            rgb = colours[number] if 0 <= number < len(colours) else ""
        colour = colour_of(rgb)
        try:
            return _tinted(colour, float(reference.tint or 0)) if colour else None
        except ValueError:
            return None


def _tinted(colour: Colour, tint: float) -> Colour:
    """ECMA-376 part 1, 18.8.19: a tint below 0 darkens, one above 0 lightens."""
    tint = min(1.0, max(-1.0, tint))
    hue, light, saturation = colorsys.rgb_to_hls(*colour)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return Colour(*colorsys.hls_to_rgb(hue, light, saturation))


def indistinguishable(ink: Colour, backgrounds: Iterable[Colour]) -> bool:
    """Whether nobody can tell the ink from any of the colours behind it."""
    return all(_is_lost(ink, background) for background in backgrounds)


def _is_lost(ink: Colour, background: Colour) -> bool:
    contrast = _contrast(ink, background)
    is_alike = _distance(ink, background) < _LEAST_DISTANCE
    return contrast < _NO_CONTRAST or (contrast < _LEAST_CONTRAST and is_alike)


def _distance(ink: Colour, background: Colour) -> float:
    return max(abs(a - b) for a, b in zip(ink, background, strict=True))


def _contrast(ink: Colour, background: Colour) -> float:
    """The contrast ratio of WCAG 2.2."""
    light, dark = sorted((_luminance(ink), _luminance(background)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    """The relative luminance of WCAG 2.2."""
    red, green, blue = map(_linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
