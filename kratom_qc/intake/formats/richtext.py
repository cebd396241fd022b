"""The text of a string with its runs: raised digits stay raised, and what is struck out is noticed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kratom_qc.intake.formats import marks
from kratom_qc.intake.formats.colours import Named, named
from kratom_qc.intake.formats.markup import Attributes, End, Start
from kratom_qc.intake.formats.numformat import Trouble

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_OFF = ("0", "false")
_SAME_IN_EVERY_FONT = frozenset("0123456789.,+-<>=()%/ ")


@dataclass(frozen=True, slots=True)
class Text:
    """A string of the workbook; `struck` where a part of it is struck out, `veil` why else a part
    is not what it looks like, `inks` the colours of its parts."""

    text: str
    struck: bool = False
    veil: Trouble = None
    inks: tuple[Named, ...] = ()


class RichText:
    """The text of a string with its runs: raised digits stay raised, readings of East Asian text
    are left out."""

    def __init__(self) -> None:
        self.begin({})

    def begin(self, _attributes: Attributes) -> None:
        self.pieces: list[str] = []
        self.piece: list[str] | None = None
        self.raised = self.run_struck = self.struck = self.phonetic = False
        self.room = True  # for one text, in the string itself or in each of its runs
        self.veil: Trouble = None
        self.inks: list[Named] = []
        self.run_veil: Trouble = None
        self.run_ink: Named | None = None

    def starts(self) -> dict[str, Start]:
        return {
            "t": self._text,
            "r": self._run,
            "rPh": self._phonetic,
            "vertAlign": self._align,
            "strike": self._strike,
            "rFont": self._font,
            "sz": self._size,
            "color": self._colour,
        }

    def ends(self) -> dict[str, End]:
        return {"t": self._text_ends, "rPh": self._phonetic_ends}

    def add(self, text: str) -> None:
        if self.piece is not None:
            self.piece.append(text)

    def _run(self, _attributes: Attributes) -> None:
        self.room = True
        self.raised = self.run_struck = False
        self.run_veil = self.run_ink = None

    def _phonetic(self, _attributes: Attributes) -> None:
        self.phonetic = True

    def _phonetic_ends(self) -> None:
        self.phonetic = False

    def _align(self, attributes: Attributes) -> None:
        self.raised = attributes.get("val") == "superscript"

    def _strike(self, attributes: Attributes) -> None:
        self.run_struck = attributes.get("val", "1") not in _OFF

    def _font(self, attributes: Attributes) -> None:
        self.run_veil = self.run_veil or marks.font(attributes.get("val", ""))

    def _size(self, attributes: Attributes) -> None:
        self.run_veil = self.run_veil or marks.size(attributes.get("val", ""))

    def _colour(self, attributes: Attributes) -> None:
        self.run_ink = named(attributes)

    def _text(self, _attributes: Attributes) -> None:
        self.piece = []
        if not self.phonetic:
            if not self.room:
                self.veil = marks.TWO_TEXTS
            self.room = False

    def _text_ends(self) -> None:
        text = "".join(self.piece or ())
        self.piece = None
        if not self.phonetic:
            self.pieces.append(text.translate(marks.RAISED) if self.raised else text)
            if (self.run_struck or self.run_veil or self.run_ink) and text.strip():
                self._note(text)

    def _note(self, text: str) -> None:
        """What the run that holds this text does to it."""
        self.struck = self.struck or self.run_struck
        if self.run_veil is not None and (
            self.run_veil == marks.TINY or not _SAME_IN_EVERY_FONT.issuperset(text)
        ):
            self.veil = self.run_veil
        if self.run_ink is not None and self.run_ink not in self.inks:
            self.inks.append(self.run_ink)

    def taken(self) -> Text:
        if len(self.pieces) == 1 and not (self.struck or self.veil or self.inks):
            return _plain(self.pieces[0])
        said = unescaped("".join(self.pieces))
        return Text(said, self.struck, self.veil or marks.controls(said), tuple(self.inks))


@lru_cache(16384)
def _plain(text: str) -> Text:
    """Most strings, and most of them again and again: a unit stands in every row."""
    said = unescaped(text)
    return Text(said, veil=marks.controls(said))


def unescaped(text: str) -> str:
    """`_x000D_` is how the format writes a character that XML cannot hold."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
