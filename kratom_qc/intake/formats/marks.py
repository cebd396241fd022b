"""Why a cell cannot be believed, in the same words for every file format."""

from __future__ import annotations

import re

from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.source import CellRef

Why = tuple[str, str]  # the code and the sentence of a refusal

RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
"""Raised digits as such: 10⁵ in a spreadsheet is the text 105 with a raised 5, and 0.2 with a footnote 1 is 0.21."""

HIDDEN: Why = (
    "hidden",
    "this cell is hidden, so nobody who looked at the sheet has seen it; unhide or delete it",
)
COVERED: Why = (
    "hidden",
    "this cell lies under a merged area, so nobody has seen it; unmerge the area and delete it",
)
STRUCK: Why = ("struck-out", "this cell is struck out; delete it or remove the line")
PARTLY_STRUCK: Why = ("struck-out", "a part of this cell's text is struck out; delete that part")
INVISIBLE: Why = (
    "invisible",
    "this cell is written in the colour of its background, so nobody sees it; recolour or delete it",
)
NO_ZEROS: Why = (
    "invisible",
    "this sheet does not show zeros, so nobody sees this cell; type what it should say as text",
)
TINY: Why = (
    "invisible",
    "this cell is written too small to be read; enlarge its font, or delete it",
)
TWO_TEXTS: Why = (
    "shown-differs",
    "this cell's text is stored in two versions, of which programs show different ones; type it again",
)
REPEATED: Why = (
    "shown-differs",
    "this cell is aligned to repeat its text until it is full, so 5 may read 555; align it otherwise",
)
_SYMBOLS = re.compile(
    r"symbol|wingdings|webdings|marlett|mt extra|zapf ?dingbats|opensymbol", re.IGNORECASE
)
_LEAST_SIZE = 3.0  # points
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def formula(last: str) -> Why:
    """A formula is never believed, whatever it showed when the file was saved."""
    showed = f" that last showed '{last}'" if last else " without a value"
    return ("formula", f"this cell is a formula{showed}; copy the sheet and paste values only")


def font(name: str) -> Why | None:
    """In a symbol font mg reads µγ."""
    if not _SYMBOLS.search(name) or name.lower().startswith("segoe"):
        return None
    message = f"this cell is written in the font '{name[:40]}', which shows other signs than its letters (m as µ)"
    return ("shown-differs", f"{message}; type what it should say in an ordinary font")


def size(points: str) -> Why | None:
    """Text of a height that nobody reads."""
    known = re.fullmatch(
        r"\s*[0-9]{0,9}\.?[0-9]{0,9}\s*", points, re.ASCII
    ) is not None and points.strip(" .")
    return TINY if known and float(points) < _LEAST_SIZE else None


def error_value(said: str) -> Why:
    """A cell that holds #DIV/0! and its kin."""
    return ("error-value", f"this cell shows the error {said}; type the value")


def shown_differs(held: str, shown: str) -> Why:
    """A cell whose stored value is not what a person reads."""
    sees = f"shows '{shown}'" if shown.strip() else "shows nothing"
    return (
        "shown-differs",
        f"this cell {sees}, but holds {held}; format the cell as text and type what it should say",
    )


def controls(text: str) -> Why | None:
    """A text with characters in it that nobody can type or see."""
    found = None if text.isprintable() else _CONTROL.search(text)
    if found is None:
        return None
    where = f"U+{ord(found[0]):04X} at position {found.start() + 1}"
    return ("control-character", f"the text holds the control character {where}; type it again")


def macros(name: str) -> Remark:
    """What is said of a workbook with macros."""
    message = "the workbook contains macros; they were not run, only its values were read"
    return Remark("macros-not-run", "warning", message, CellRef(name))
