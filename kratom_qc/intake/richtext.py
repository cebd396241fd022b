"""The text of a string with its runs: raised digits stay raised, and what is struck out is noticed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kratom_qc.intake.marks import RAISED
from kratom_qc.intake.markup import Attributes, End, Start

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ON = ("1", "true")


@dataclass(frozen=True, slots=True)
class Text:
    """A string of the workbook; `struck` where a part of it is struck out."""

    said: str
    struck: bool = False


class RichText:
    """The text of a string with its runs: raised digits stay raised, readings of East Asian text are left out."""

    def __init__(self) -> None:
        self.begin({})

    def begin(self, _attributes: Attributes) -> None:
        self.pieces: list[str] = []
        self.piece: list[str] | None = None
        self.raised = self.run_struck = self.struck = self.phonetic = False

    def starts(self) -> dict[str, Start]:
        return {
            "t": self._text,
            "r": self._run,
            "rPh": self._phonetic,
            "vertAlign": self._align,
            "strike": self._strike,
        }

    def ends(self) -> dict[str, End]:
        return {"t": self._text_ends, "rPh": self._phonetic_ends}

    def add(self, text: str) -> None:
        if self.piece is not None:
            self.piece.append(text)

    def _run(self, _attributes: Attributes) -> None:
        self.raised = self.run_struck = False

    def _phonetic(self, _attributes: Attributes) -> None:
        self.phonetic = True

    def _phonetic_ends(self) -> None:
        self.phonetic = False

    def _align(self, attributes: Attributes) -> None:
        self.raised = attributes.get("val") == "superscript"

    def _strike(self, attributes: Attributes) -> None:
        self.run_struck = attributes.get("val", "1") in _ON

    def _text(self, _attributes: Attributes) -> None:
        self.piece = []

    def _text_ends(self) -> None:
        text = "".join(self.piece or ())
        self.piece = None
        if not self.phonetic:
            self.pieces.append(text.translate(RAISED) if self.raised else text)
            self.struck = self.struck or (self.run_struck and bool(text.strip()))

    def taken(self) -> Text:
        return Text(unescaped("".join(self.pieces)), self.struck)


def unescaped(text: str) -> str:
    """`_x000D_` is how the format writes a character that XML cannot hold."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
