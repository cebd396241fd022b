"""The text of a `table:table-cell`, put together from its paragraphs and spans."""

from __future__ import annotations

import re
from typing import NamedTuple

from kratom_qc.intake.formats.addresses import whole_number
from kratom_qc.intake.formats.cell_problems import SUPERSCRIPTS, CellProblem
from kratom_qc.intake.formats.markup import Attributes
from kratom_qc.intake.formats.odf_styles import TEXT, OdfStyles

_BLANKS = re.compile(r"[ \t\r\n]+")
_PARAGRAPH, _SPAN = {f"{TEXT}p", f"{TEXT}h"}, f"{TEXT}span"
_CHARACTERS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}


class _Span(NamedTuple):
    """What a paragraph or span does to the text in it."""

    struck: bool = False
    raised: bool = False
    style: tuple[str, str] | None = None  # family and name


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
        # Styles of its paragraphs and spans, by family and name, that dress any text.
        self.dressed: dict[tuple[str, str], None] = {}
        self._spans = [_Span()]  # those that are open, one in the other
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
            self._start_span("paragraph", attributes.get(f"{TEXT}style-name", ""))
        elif element == _SPAN:
            self._start_span("text", attributes.get(f"{TEXT}style-name", ""))
        elif element == f"{TEXT}s":
            count = whole_number(attributes.get(f"{TEXT}c"), 9)
            self._add(" " * min(abs(count), self._room))
        elif element in _CHARACTERS:
            self._add(_CHARACTERS[element])

    def end(self, element: str) -> None:
        """An element closes within the cell."""
        if element in _PARAGRAPH:
            self._in_paragraph = False
            self._spans.pop()
        elif element == _SPAN:
            self._spans.pop()

    def characters(self, text: str) -> None:
        """Text between tags: it counts in paragraphs only, and a run of blanks is one."""
        if not self._in_paragraph:
            return
        text = _BLANKS.sub(" ", text)
        if not self._pieces or self._pieces[-1][-1:] in (" ", "\n"):
            text = text.removeprefix(" ")
        span = self._spans[-1]
        self.struck = self.struck or (span.struck and bool(text))
        if span.style is not None and text.strip():
            self.dressed[span.style] = None
        self._add(text.translate(SUPERSCRIPTS) if span.raised else text)

    def _start_span(self, family: str, name: str) -> None:
        around = self._spans[-1]
        if not name:
            self._spans.append(around)
            return
        look = self._styles.look(family, name)
        self.problem = self.problem or look.problem
        struck, raised = around.struck or look.struck, around.raised or look.raised
        self._spans.append(_Span(struck, raised, (family, name)))

    def _add(self, text: str) -> None:
        piece = text[: self._room]
        self._room -= len(piece)
        if piece:
            self._pieces.append(piece)
