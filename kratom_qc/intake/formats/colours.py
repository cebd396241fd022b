"""Colours of an xlsx workbook as a person sees them: by value, by theme and tint, or by number in a
palette."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable

from kratom_qc.domain.source import CellRef
from kratom_qc.intake.formats.markup import Attributes, scan

Colour = tuple[float, float, float]  # red, green, blue, each 0 to 1
Named = tuple[str, str, str]  # how the file names it: by what, which one, and its tint

BLACK, WHITE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
_LEAST_CONTRAST = 1.15  # by WCAG 2.2; 21 is black on white, and 4.5 is what easy reading needs
_THEME = (
    "lt1",
    "dk1",
    "lt2",
    "dk2",
    "accent1",
    "accent2",
    "accent3",
    "accent4",
    "accent5",
    "accent6",
    "hlink",
    "folHlink",
)
_OFFICE = "ffffff 000000 eeece1 1f497d 4f81bd c0504d 9bbb59 8064a2 4bacc6 f79646 0000ff 800080"
_FIRST = "000000 ffffff ff0000 00ff00 0000ff ffff00 ff00ff 00ffff"
_REST = (
    "800000 008000 000080 808000 800080 008080 c0c0c0 808080 9999ff 993366 ffffcc ccffff 660066 ff8080 0066cc ccccff "
    "000080 ff00ff ffff00 00ffff 800080 800000 008080 0000ff 00ccff ccffff ccffcc ffff99 99ccff ff99cc cc99ff ffcc99 "
    "3366ff 33cccc 99cc00 ffcc00 ff9900 ff6600 666699 969696 003366 339966 003300 333300 993300 993366 333399 333333"
)


def named(attributes: Attributes) -> Named | None:
    """How an element names a colour; None where it names none or leaves it to the program."""
    for kind in ("rgb", "theme", "indexed"):
        if kind in attributes:
            return kind, attributes[kind].strip().lower(), attributes.get("tint", "")
    return None


class Colours:
    """The theme and the palette of a workbook."""

    def __init__(self) -> None:
        self.theme = _OFFICE.split()
        self.palette = f"{_FIRST} {_FIRST} {_REST} 000000 ffffff".split()

    def read_theme(self, place: CellRef, chunks: Iterable[bytes]) -> None:
        """Take the colours of a theme part."""
        slot = ""

        def enter(name: str) -> None:
            nonlocal slot
            slot = name

        def value(attributes: Attributes) -> None:
            nonlocal slot
            said = attributes.get("lastClr") or attributes.get("val", "")
            if slot and len(said) == 6:
                self.theme[_THEME.index(slot)] = said.lower()
            slot = ""

        starts = {name: lambda _attributes, name=name: enter(name) for name in _THEME}
        scan(place, chunks, {**starts, "srgbClr": value, "sysClr": value})

    def seen(self, colour: Named | None) -> Colour | None:
        """The colour itself; None where it is not known."""
        if colour is None:
            return None
        kind, value, tint = colour
        if kind != "rgb":
            known = self.theme if kind == "theme" else self.palette
            number = (
                int(value) if value.isascii() and value.isdigit() and len(value) < 4 else len(known)
            )
            value = known[number] if number < len(known) else ""
        try:
            red, green, blue = (int(value[-6:][at : at + 2], 16) / 255 for at in (0, 2, 4))
            return _tinted((red, green, blue), float(tint or 0))
        except ValueError:
            return None


def _tinted(colour: Colour, tint: float) -> Colour:
    """ECMA-376 part 1, 18.8.19: a tint below 0 darkens, one above 0 lightens."""
    tint = min(1.0, max(-1.0, tint))
    hue, light, saturation = colorsys.rgb_to_hls(*colour)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return colorsys.hls_to_rgb(hue, light, saturation)


def alike(ink: Colour, grounds: Iterable[Colour]) -> bool:
    """Whether nobody can tell the ink from any of the colours behind it."""
    return all(
        _contrast(ink, ground) < _LEAST_CONTRAST and _distance(ink, ground) < 0.2
        for ground in grounds
    )


def _distance(one: Colour, other: Colour) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def _contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
