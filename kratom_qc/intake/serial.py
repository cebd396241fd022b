"""Day numbers of spreadsheets."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

from kratom_qc.intake.numformat import Trouble

TIME_VALUE = ("time-value", "Excel has made a time of this cell; format it as text and type it again")


def day_of(serial: float, pattern: str, *, since_1904: bool) -> tuple[str, Trouble]:
    """A stored day number as ISO text, or why it is none. In the 1900 system day 60 is 29 February 1900, which never was."""
    if re.search(r"\[[hms]+\]", pattern, re.IGNORECASE) or 0 <= serial < 1:
        return str(serial), TIME_VALUE
    if not 1 <= serial < 2_958_466 or (not since_1904 and 60 <= serial < 61):
        return str(serial), ("date-impossible", f"the day number {serial:g} is no date; type the date as 2026-03-04")
    epoch = (
        datetime(1904, 1, 1, tzinfo=UTC) if since_1904 else datetime(1899, 12, 30 if serial > 60 else 31, tzinfo=UTC)
    )
    moment = epoch + timedelta(seconds=round(serial * 86_400))
    return (moment.date().isoformat() if moment.time() == time() else moment.replace(tzinfo=None).isoformat(" ")), None
