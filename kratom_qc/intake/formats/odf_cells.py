"""The text of a `table:table-cell`, put together from its paragraphs and spans."""

from __future__ import annotations

import re

from kratom_qc.intake.formats.addresses import whole_number
from kratom_qc.intake.formats.cell_problems import SUPERSCRIPTS, CellProblem
from kratom_qc.intake.formats.markup import Attributes
from kratom_qc.intake.formats.odf_styles import TEXT, OdfStyles

_BLANKS = re.compile(r"[ \t\r\n]+")
_PARAGRAPH, _SPAN = {f"{TEXT}p", f"{TEXT}h"}, f"{TEXT}span"
_CHARACTERS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}


class TableCell:
    """A cell between its tags: its attributes, and its text so far."""

    def __init__(
        self, attributes: Attributes, covered: bool, styles: OdfStyles, longest: int
    ) -> None:
        """`longest` is the most characters that a cell may hold."""
        self.attributes, self.covered = attributes, covered
        self.struck = False  # in part at least
        self.problem: CellProblem | None = None  # of a part
        self.paragraphs = 0
        self._styles = styles
        self._room = longest + 1  # one character more tells that the text is too long
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
            self.paragraphs += 1
            self._in_paragraph = True
        elif element == _SPAN:
            self._start_span(attributes.get(f"{TEXT}style-name", ""))
        elif element == f"{TEXT}s":
            count = whole_number(attributes.get(f"{TEXT}c"), 9)
            self._add(" " * min(abs(count), self._room))
        elif element in _CHARACTERS:
            self._add(_CHARACTERS[element])

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
        self._add(text.translate(SUPERSCRIPTS) if raised else text)

    def _start_span(self, style: str) -> None:
        struck, raised = self._spans[-1]
        self.problem = self.problem or self._styles.font_problem("text", style)
        struck = struck or self._styles.strikes("text", style)
        raised = raised or self._styles.raises("text", style)
        self._spans.append((struck, raised))

    def _add(self, text: str) -> None:
        piece = text[: self._room]
        self._room -= len(piece)
        if piece:
            self._pieces.append(piece)
