"""Why a cell cannot be believed, in the same words for every file format."""

from __future__ import annotations

import re
from typing import NamedTuple

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.source import CellRef

SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
"""Raised digits as such: 10⁵ in a spreadsheet is the text 105 with a raised 5, and 0.2 with a
footnote 1 is 0.21."""


class CellProblem(NamedTuple):
    """Why a cell is not believed: the code and the sentence of its refusal."""

    code: str
    message: str


class CellValue(NamedTuple):
    """What a cell says: its text (a number in full), how the file stores it, why it cannot be
    believed, and what the sheet shows where that is a rounded form of the text."""

    text: str
    kind: str
    problem: CellProblem | None = None
    shown: str = ""


HIDDEN = CellProblem(
    "hidden",
    "this cell is hidden, so nobody who looked at the sheet has seen it; unhide or delete it",
)
COVERED = CellProblem(
    "hidden",
    "this cell lies under a merged area, so nobody has seen it; unmerge the area and delete it",
)
UNDER_A_DRAWING = CellProblem(
    "hidden",
    "this cell lies under a text box or drawing, so nobody has seen it; move the drawing away",
)
STRUCK = CellProblem("struck-out", "this cell is struck out; delete it or remove the line")
PARTLY_STRUCK = CellProblem(
    "struck-out", "a part of this cell's text is struck out; delete that part"
)
INVISIBLE = CellProblem(
    "invisible",
    "this cell is written in the colour of its background, so nobody sees it; "
    "recolour or delete it",
)
NO_ZEROS = CellProblem(
    "invisible",
    "this sheet does not show zeros, so nobody sees this cell; type what it should say as text",
)
TINY = CellProblem(
    "invisible", "this cell is written too small to be read; enlarge its font, or delete it"
)
TWO_TEXTS = CellProblem(
    "shown-differs",
    "this cell's text is stored in two versions, of which programs show different ones; "
    "type it again",
)
REPEATED = CellProblem(
    "shown-differs",
    "this cell is aligned to repeat its text until it is full, so 5 may read 555; "
    "align it otherwise",
)
LAST_LINE = CellProblem(
    "cut-off",
    "the file ends with this cell and without a line end, so it may be cut short here; "
    "export the file again, or put a line end behind it",
)
TIME_VALUE = CellProblem(
    "time-value", "Excel has made a time of this cell; format it as text and type it again"
)
CONDITIONAL = CellProblem(
    "shown-differs",
    "a conditional format may show something else here than the cell holds; remove it",
)
TABLE_STYLE = CellProblem(
    "shown-differs",
    "the style of this table may show something else here than the cell holds; choose another one",
)
NOT_FINITE = CellProblem("not-a-number", "this cell holds no finite number")

_SYMBOL_FONTS = re.compile(
    r"symbol|wingdings|webdings|marlett|mt extra|zapf ?dingbats|opensymbol", re.IGNORECASE
)
_LEAST_POINTS = 4.0
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_POINTS = re.compile(r"\s*[0-9]{0,9}\.?[0-9]{0,9}\s*", re.ASCII)


def formula(cached: str) -> CellProblem:
    """A formula is never believed, whatever value it had when the file was saved."""
    value = f" that last showed '{cached}'" if cached else " without a value"
    message = f"this cell is a formula{value}; copy the sheet and paste values only"
    return CellProblem("formula", message)


def symbol_font(name: str) -> CellProblem | None:
    """The problem of a font of symbols, in which mg reads µγ."""
    if not _SYMBOL_FONTS.search(name) or name.lower().startswith("segoe"):
        return None
    message = (
        f"this cell is written in the font '{name[:40]}', which shows other signs than its "
        "letters (m as µ); type what it should say in an ordinary font"
    )
    return CellProblem("shown-differs", message)


def font_size(points: str) -> CellProblem | None:
    """The problem of text too small to be read; a size that is no number is no problem."""
    is_number = _POINTS.fullmatch(points) is not None and points.strip(" .") != ""
    return TINY if is_number and float(points) < _LEAST_POINTS else None


def error_value(text: str) -> CellProblem:
    """A cell that holds #DIV/0! and its kin."""
    return CellProblem("error-value", f"this cell shows the error {text}; type the value")


def shown_differs(held: str, shown: str) -> CellProblem:
    """A cell whose stored value is not what a person reads."""
    sees = f"shows '{shown}'" if shown.strip() else "shows nothing"
    advice = "format the cell as text and type what it should say"
    return CellProblem("shown-differs", f"this cell {sees}, but holds {held}; {advice}")


def no_date(text: str) -> CellProblem:
    """A cell that should hold a day and holds none."""
    message = f"'{text}' is no date; type the date as 2026-03-04"
    return CellProblem("date-impossible", message)


def control_character(text: str) -> CellProblem | None:
    """The problem of a text with characters in it that nobody can type or see."""
    match = None if text.isprintable() else _CONTROL.search(text)
    if match is None:
        return None
    where = f"U+{ord(match[0]):04X} at position {match.start() + 1}"
    message = f"the text holds the control character {where}; type it again"
    return CellProblem("control-character", message)


def macros(file: str) -> Remark:
    """The remark on a workbook with macros."""
    message = "the workbook contains macros; they were not run, only its values were read"
    return Remark("macros-not-run", "warning", message, CellRef(file))
