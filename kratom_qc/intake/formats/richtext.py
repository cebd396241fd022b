"""The text of a string item (ECMA-376 part 1, 18.4.8) with its runs: raised digits stay raised, and
what is struck out is noticed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kratom_qc.intake.formats import cell_problems
from kratom_qc.intake.formats.cell_problems import CellProblem
from kratom_qc.intake.formats.colours import ColourReference, colour_reference
from kratom_qc.intake.formats.markup import OFF, Attributes, EndHandler, StartHandler

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SAME_IN_EVERY_FONT = frozenset("0123456789.,+-<>=()%/ ")


@dataclass(frozen=True, slots=True)
class StringItem:
    """A string of the workbook; `struck` where a part of it is struck out, `problem` why else a
    part is not what it looks like, `colours` those of its parts."""

    text: str
    struck: bool = False
    problem: CellProblem | None = None
    colours: tuple[ColourReference, ...] = ()


class StringItemReader:
    """Reads one string item after the other; readings of East Asian text are left out."""

    def __init__(self) -> None:
        self.begin({})

    def begin(self, _attributes: Attributes) -> None:
        """A string item opens."""
        self._pieces: list[str] = []
        self._piece: list[str] | None = None
        self._raised = self._run_struck = self._struck = self._phonetic = False
        self._has_room = True  # for one text, in the item itself or in each of its runs
        self._problem: CellProblem | None = None
        self._colours: list[ColourReference] = []
        self._run_problem: CellProblem | None = None
        self._run_colour: ColourReference | None = None

    def starts(self) -> dict[str, StartHandler]:
        """What to do where the elements of an item open."""
        return {
            "t": self._text,
            "r": self._run,
            "rPh": self._phonetic_run,
            "vertAlign": self._align,
            "strike": self._strike,
            "rFont": self._font,
            "sz": self._size,
            "color": self.colour,
        }

    def ends(self) -> dict[str, EndHandler]:
        """What to do where the elements of an item close."""
        return {"t": self._text_ends, "rPh": self._phonetic_run_ends}

    def add(self, text: str) -> None:
        """Text between tags."""
        if self._piece is not None:
            self._piece.append(text)

    def item(self) -> StringItem:
        """The item that has been read."""
        if len(self._pieces) == 1 and not (self._struck or self._problem or self._colours):
            return _plain_item(self._pieces[0])
        text = unescaped("".join(self._pieces))
        problem = self._problem or cell_problems.control_character(text)
        return StringItem(text, self._struck, problem, tuple(self._colours))

    def _run(self, _attributes: Attributes) -> None:
        self._has_room = True
        self._raised = self._run_struck = False
        self._run_problem = self._run_colour = None

    def _phonetic_run(self, _attributes: Attributes) -> None:
        self._phonetic = True

    def _phonetic_run_ends(self) -> None:
        self._phonetic = False

    def _align(self, attributes: Attributes) -> None:
        self._raised = attributes.get("val") == "superscript"

    def _strike(self, attributes: Attributes) -> None:
        self._run_struck = attributes.get("val", "1") not in OFF

    def _font(self, attributes: Attributes) -> None:
        problem = cell_problems.symbol_font(attributes.get("val", ""))
        self._run_problem = self._run_problem or problem

    def _size(self, attributes: Attributes) -> None:
        problem = cell_problems.font_size(attributes.get("val", ""))
        self._run_problem = self._run_problem or problem

    def colour(self, attributes: Attributes) -> None:
        """The colour of a run."""
        self._run_colour = colour_reference(attributes)

    def _text(self, _attributes: Attributes) -> None:
        self._piece = []
        if not self._phonetic:
            if not self._has_room:
                self._problem = cell_problems.TWO_TEXTS
            self._has_room = False

    def _text_ends(self) -> None:
        text = "".join(self._piece or ())
        self._piece = None
        if self._phonetic:
            return
        self._pieces.append(text.translate(cell_problems.SUPERSCRIPTS) if self._raised else text)
        if text.strip():
            self._note_run(text)

    def _note_run(self, text: str) -> None:
        """What the run that holds this text does to it."""
        self._struck = self._struck or self._run_struck
        problem = self._run_problem
        if problem is not None and (
            problem == cell_problems.TINY or not _SAME_IN_EVERY_FONT.issuperset(text)
        ):
            self._problem = problem
        if self._run_colour is not None and self._run_colour not in self._colours:
            self._colours.append(self._run_colour)


@lru_cache(16384)
def _plain_item(text: str) -> StringItem:
    """Most strings, and most of them again and again: a unit stands in every row."""
    text = unescaped(text)
    return StringItem(text, problem=cell_problems.control_character(text))


def unescaped(text: str) -> str:
    """`_x000D_` is how the format writes a character that XML cannot hold."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
