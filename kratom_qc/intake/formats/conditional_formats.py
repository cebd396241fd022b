"""Where the conditional formats of an xlsx sheet change what is read (ECMA-376 part 1, 18.3.1.18,
and the extension x14 of newer programs)."""

from __future__ import annotations

from collections.abc import Iterator

from kratom_qc.intake.formats.addresses import cell_range, whole_number
from kratom_qc.intake.formats.colours import BLACK, colour_reference, indistinguishable
from kratom_qc.intake.formats.markup import OFF, Attributes, StartHandler
from kratom_qc.intake.formats.styles import StyleSheet
from kratom_qc.intake.sheets import CellRange

_X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"


class ConditionalFormats:
    """Gathers the ranges of conditional formats that show something else than the cells hold."""

    def __init__(self, styles: StyleSheet) -> None:
        """`styles` tells which differential formats change what is read."""
        self._styles = styles
        self._ranges = ""  # of the conditional format that is open
        self._x14_alters = False
        self._altered: list[str] = []

    def starts(self) -> dict[str, StartHandler]:
        """What to do where the elements of conditional formats open."""
        return {
            "conditionalFormatting": self._begin,
            "cfRule": self._rule,
            "iconSet": self._icons,
            "dataBar": self._icons,
            f"{_X14} dxf": self._x14_format,
            f"{_X14} iconSet": self._x14_icons,
            f"{_X14} dataBar": self._x14_icons,
        }

    def colour(self, attributes: Attributes) -> None:
        """A colour of a scale or bar; the text upon it is black."""
        colour = self._styles.colours.resolve(colour_reference(attributes))
        if colour is not None and indistinguishable(BLACK, (colour,)):
            self._altered.append(self._ranges)

    def x14_ranges(self, ranges: str) -> None:
        """The ranges of an x14 conditional format, which stand behind its rules."""
        if self._x14_alters:
            self._altered.append(ranges)
        self._x14_alters = False

    def altered(self) -> Iterator[CellRange]:
        """The ranges in which something else may be shown."""
        for ranges in dict.fromkeys(self._altered):
            yield from map(cell_range, ranges.split())

    def _begin(self, attributes: Attributes) -> None:
        self._ranges = attributes.get("sqref", "")

    def _rule(self, attributes: Attributes) -> None:
        if whole_number(attributes.get("dxfId"), 11) in self._styles.altering:
            self._altered.append(self._ranges)

    def _icons(self, attributes: Attributes) -> None:
        if attributes.get("showValue", "1") in OFF:
            self._altered.append(self._ranges)

    def _x14_format(self, _attributes: Attributes) -> None:
        self._x14_alters = True  # its font is not looked into

    def _x14_icons(self, attributes: Attributes) -> None:
        self._x14_alters = self._x14_alters or attributes.get("showValue", "1") in OFF
