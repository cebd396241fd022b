"""The text of an OpenDocument cell, put together from its paragraphs, spans and marks."""

from __future__ import annotations

import re

from kratom_qc.intake.formats.marks import RAISED, Why
from kratom_qc.intake.formats.markup import Attributes
from kratom_qc.intake.formats.odf_styles import TEXT, Styles

_BLANKS = re.compile(r"[ \t\r\n]+")
_PARAGRAPH, _SPAN = {f"{TEXT}p", f"{TEXT}h"}, f"{TEXT}span"
_MARKS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}


class OpenCell:
    """A cell between its tags: its attributes, and its text so far."""

    def __init__(self, attributes: Attributes, covered: bool, styles: Styles, longest: int) -> None:
        self.attributes, self.covered = attributes, covered
        self.struck = False  # in part at least
        self.veil: Why | None = None  # of a part
        self.paragraphs = 0
        self._styles, self._room = (
            styles,
            longest + 1,
        )  # one more than is allowed tells that it is too long
        self._pieces: list[str] = []
        self._spans = [(False, False)]  # struck, raised: within each open span
        self._in_paragraph = False

    @property
    def text(self) -> str:
        """The text as a person sees it, paragraphs as lines."""
        return "".join(self._pieces)

    def start(self, element: str, attributes: Attributes) -> None:
        """An element opens within the cell."""
        if element in _PARAGRAPH:
            self._add("\n" if self.paragraphs else "")
            self.paragraphs, self._in_paragraph = self.paragraphs + 1, True
        elif element == _SPAN:
            name, (struck, raised) = attributes.get(f"{TEXT}style-name", ""), self._spans[-1]
            self.veil = self.veil or self._styles.veils("text", name)
            self._spans.append(
                (
                    struck or self._styles.strikes("text", name),
                    raised or self._styles.raises("text", name),
                )
            )
        elif element == f"{TEXT}s":
            self._add(" " * self._spaces(attributes.get(f"{TEXT}c", "1")))
        elif element in _MARKS:
            self._add(_MARKS[element])

    def end(self, element: str) -> None:
        """An element closes within the cell."""
        if element in _PARAGRAPH:
            self._in_paragraph = False
        elif element == _SPAN:
            self._spans.pop()

    def characters(self, text: str) -> None:
        """Text between tags: it counts in paragraphs only, and a run of blanks is one."""
        if not self._in_paragraph:
            return
        text = _BLANKS.sub(" ", text)
        if not self._pieces or self._pieces[-1][-1:] in (" ", "\n"):
            text = text.removeprefix(" ")
        struck, raised = self._spans[-1]
        self.struck = self.struck or (struck and bool(text))
        self._add(text.translate(RAISED) if raised else text)

    def _add(self, text: str) -> None:
        piece = text[: self._room]
        self._room -= len(piece)
        if piece:
            self._pieces.append(piece)

    def _spaces(self, said: str) -> int:
        known = said.isascii() and said.isdigit() and len(said) < 10
        return min(int(said), self._room) if known else 1
