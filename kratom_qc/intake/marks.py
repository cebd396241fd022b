"""Why a cell cannot be believed, in the same words for every file format: (code, sentence) pairs of a Refusal."""

from __future__ import annotations

from kratom_qc.intake.numformat import Trouble

Why = tuple[str, str]  # code, sentence

RAISED = str.maketrans("0123456789+-−()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾")
"""Raised digits as such: 10⁵ in a spreadsheet is the text 105 with a raised 5, and 0.2 with a footnote 1 is 0.21."""

HIDDEN: Why = ("hidden", "this cell is hidden, so nobody who looked at the sheet has seen it; unhide or delete it")
STRUCK_OUT: Why = ("struck-out", "this cell is struck out; delete it or remove the line")
FORMULA: Why = ("formula", "this cell is a formula; copy the sheet and paste values only")
TIME: Why = ("time-value", "Excel has made a time of this cell; format it as text and type it again")
INVISIBLE: Why = (
    "invisible",
    "this cell shows nothing to whoever looks at the sheet (its number format or its colour hides it); show or delete it",
)


def error_value(said: str) -> Why:
    """A cell that holds #DIV/0! and its kin."""
    return "error-value", f"this cell shows the error {said}"


def shown_differs(stored: str, shown: str) -> Why:
    """A cell whose stored value is not what a person reads."""
    sees = f"shows '{shown}'" if shown.strip() else "shows nothing"
    return (
        "shown-differs",
        f"this cell {sees} but holds {stored}; format the cell as General and type what it should say",
    )


def date_impossible(said: str) -> Why:
    """A number under a date format that is no day of any calendar."""
    return "date-impossible", f"this cell is a date, but {said} is no day of the calendar; type the date again"


def text_trouble(pattern: str) -> Trouble:
    """What a number format does to a text: its fourth section may show nothing of it, or something else."""
    sections = pattern.split(";")
    if len(sections) < 4 or "@" in sections[3] or sections[3].strip().lower() == "general":
        return None
    if not sections[3].strip():
        return INVISIBLE
    return (
        "shown-differs",
        f"the number format '{pattern}' shows something else than the text of this cell; format it as General",
    )
