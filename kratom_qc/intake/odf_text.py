"""The text of an OpenDocument cell, put together from its paragraphs, spans and marks."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kratom_qc.intake.marks import RAISED
from kratom_qc.intake.odf_styles import TEXT, Styles

_BLANKS = re.compile(r"[ \t\r\n]+")
_PARAGRAPH, _SPAN = {f"{TEXT}p", f"{TEXT}h"}, f"{TEXT}span"
_MARKS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}


class OpenCell:
    """A cell between its tags: its attributes, and its text so far."""

    def __init__(self, attributes: dict[str, str], covered: bool, styles: Styles, longest: int) -> None:
        self.attributes, self.covered = attributes, covered
        self.struck = False  # in part at least
        self.paragraphs = 0
        self._styles, self._longest = styles, longest
        self._pieces: list[str] = []
        self._spans: list[str] = []
        self._in_paragraph = False

    @property
    def text(self) -> str:
        """The text as a person sees it, paragraphs as lines."""
        return "".join(self._pieces)

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        """An element opens within the cell."""
        if element in _PARAGRAPH:
            self._pieces += ["\n"] if self.paragraphs else []
            self.paragraphs, self._in_paragraph = self.paragraphs + 1, True
        elif element == _SPAN:
            self._spans.append(attributes.get(f"{TEXT}style-name", ""))
        elif element == f"{TEXT}s":
            self._pieces.append(" " * self._spaces(attributes.get(f"{TEXT}c", "1")))
        elif element in _MARKS:
            self._pieces.append(_MARKS[element])

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
        if any(self._styles.raises("text", span) for span in self._spans):
            text = text.translate(RAISED)
        if text:
            self._pieces.append(text)
            self.struck = self.struck or any(self._styles.strikes("text", span) for span in self._spans)

    def _spaces(self, said: str) -> int:
        """How many blanks a text:s stands for; more than a cell may hold are refused with the cell anyway."""
        known = said.isascii() and said.isdigit() and len(said) < 10
        return min(int(said), self._longest + 1) if known else 1
