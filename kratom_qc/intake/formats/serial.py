"""Day numbers of spreadsheets."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from kratom_qc.intake.formats.cell_problems import TIME_VALUE, CellProblem, CellValue
from kratom_qc.intake.formats.numformat import LITERAL, section_of

# Locales that bring a calendar with them, by the third and fourth digit from the end of a long
# number, and its name.
_OTHER_YEARS = re.compile(r"\[\$-[0-9a-f]{0,2}(?!0[01])[0-9a-f]{2}[0-9a-f]{4}\]|\[~", re.IGNORECASE)
WORD = re.compile(r"(?!UTC)[^\W\d_]{3}")  # `de` and `T` stand between the parts of a date
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_DAYS = range(1, 2_958_466)  # to 31 December 9999
_SECONDS = 86_400  # of a day


def day_of(serial: float, pattern: str, *, since_1904: bool) -> CellValue:
    """A stored day number as ISO text, or why it is none. In the 1900 system day 60 is 29 February
    1900, which never was."""
    problem = _serial_problem(serial, pattern, since_1904)
    if problem is not None:
        return CellValue(str(serial), "date", problem)
    epoch = datetime(1899, 12, 30 if serial > 60 else 31, tzinfo=UTC)
    if since_1904:
        epoch = datetime(1904, 1, 1, tzinfo=UTC)
    moment = epoch + timedelta(seconds=round(serial * _SECONDS))
    if moment.time() == time():
        text = moment.date().isoformat()
    else:
        text = moment.replace(tzinfo=None).isoformat(" ")
    return CellValue(text, "date", _section_problem(section_of(pattern, Decimal(repr(serial)))))


def _serial_problem(serial: float, pattern: str, since_1904: bool) -> CellProblem | None:
    if _ELAPSED.search(pattern) or 0 <= serial < 1:
        return TIME_VALUE
    if not _DAYS.start <= serial < _DAYS.stop or (not since_1904 and 60 <= serial < 61):
        message = f"the day number {serial:g} is no date; type the date as 2026-03-04"
        return CellProblem("date-impossible", message)
    day = int(serial)
    if round(serial * _SECONDS) // _SECONDS != day and round(serial, 8) < day + 1:
        message = f"the day number {serial!r} is a moment before midnight; type the date"
        return CellProblem("date-impossible", message)
    return None


@lru_cache(4096)
def _section_problem(section: str) -> CellProblem | None:
    """Why a day under this section of a format is not the day that a person reads."""
    codes = LITERAL.sub("", section).lower()
    if re.search(r"[hs]", codes) and not re.search(r"[dye]", codes):
        return TIME_VALUE
    if not (re.search(r"[ye]", codes) and "m" in codes and "d" in codes):
        return _differs(
            "the number format shows no day, month and year, but the cell holds all three"
        )
    literals = "".join(LITERAL.findall(section))
    if WORD.search(re.sub(r"\[[^\]]*\]", "", literals)):
        return WORDS_BESIDE_A_DATE
    digits_shown = re.search(r"[0-9]", re.sub(r"\[\$[^\]]*\]", "", literals))
    if digits_shown or re.search(r"[b~g]", codes) or _OTHER_YEARS.search(literals):
        return _differs("the number format shows another date than the cell holds")
    return None


def _differs(why: str) -> CellProblem:
    advice = "format the cell as text and type the date as 2026-03-04"
    return CellProblem("shown-differs", f"{why}; {advice}")


WORDS_BESIDE_A_DATE = _differs("the number format shows words beside the date that the cell holds")
