"""Serial numbers of days, as spreadsheets store dates, and what a person reads of them."""

from __future__ import annotations

import datetime as dt
import math
import re

from kratom_qc.intake import marks
from kratom_qc.intake.numformat import Trouble

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[\$[^\]]*\]|\[[A-Za-z]{3,}[0-9]*\]')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_LAST_DAY = dt.datetime(9999, 12, 31)  # noqa: DTZ001 - what a spreadsheet stores has no zone


def shown_date(serial: float, pattern: str, since_1904: bool) -> tuple[str, str, Trouble]:
    """(ISO date, kind, why it cannot be believed) of a number under a date format.

    Days count from 1900, with a 29 February 1900 that never was as day 60, or from 1 January 1904. A moment within the
    first day, or a format that shows hours only, is a time: Excel makes one of a ratio such as 1:10.
    """
    if not math.isfinite(serial) or serial < 0 or (not since_1904 and (serial == 0 or 60 <= serial < 61)):
        return _plain(serial), "date", marks.date_impossible(_plain(serial))
    if _only_time(pattern) or 0 < serial < 1:
        return str(_clock(serial)), "date", marks.TIME
    moment = _moment(serial, since_1904)
    if moment is None:
        return _plain(serial), "date", marks.date_impossible(_plain(serial))
    return (moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(" ")), "date", None


def _moment(serial: float, since_1904: bool) -> dt.datetime | None:
    first = dt.datetime(1904, 1, 1) if since_1904 else dt.datetime(1899, 12, 31 if serial < 60 else 30)  # noqa: DTZ001
    if serial > (_LAST_DAY - first).days + 1:
        return None
    try:
        return first + _clock(serial)
    except OverflowError:
        return None


def _clock(serial: float) -> dt.timedelta:
    """To the millisecond, which is as fine as a serial number tells: 1:10 is 0.0486111111111111."""
    return dt.timedelta(milliseconds=round(serial * 86_400_000))


def _only_time(pattern: str) -> bool:
    if _ELAPSED.search(pattern):
        return True
    letters = set(_LITERAL.sub("", pattern.split(";")[0]).lower())
    return bool(letters & set("hs")) and not letters & set("dy")


def _plain(serial: float) -> str:
    return repr(int(serial)) if math.isfinite(serial) and serial == int(serial) else repr(serial)
