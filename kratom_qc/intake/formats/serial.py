"""Day numbers of spreadsheets."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from kratom_qc.intake.formats.numformat import LITERAL, Trouble, section_of

TIME_VALUE = (
    "time-value",
    "Excel has made a time of this cell; format it as text and type it again",
)

# Locales that bring a calendar with them, by the third and fourth digit from the end of a long
# number, and its name.
_OTHER_YEARS = re.compile(r"\[\$-[0-9a-f]{0,2}(?!0[01])[0-9a-f]{2}[0-9a-f]{4}\]|\[~", re.IGNORECASE)


def day_of(serial: float, pattern: str, *, since_1904: bool) -> tuple[str, Trouble]:
    """A stored day number as ISO text, or why it is none. In the 1900 system day 60 is 29 February
    1900, which never was."""
    if re.search(r"\[[hms]+\]", pattern, re.IGNORECASE) or 0 <= serial < 1:
        return str(serial), TIME_VALUE
    if not 1 <= serial < 2_958_466 or (not since_1904 and 60 <= serial < 61):
        return str(serial), (
            "date-impossible",
            f"the day number {serial:g} is no date; type the date as 2026-03-04",
        )
    epoch = (
        datetime(1904, 1, 1, tzinfo=UTC)
        if since_1904
        else datetime(1899, 12, 30 if serial > 60 else 31, tzinfo=UTC)
    )
    moment = epoch + timedelta(seconds=round(serial * 86_400))
    if round(serial * 86_400) // 86_400 != int(serial) and round(serial, 8) < int(serial) + 1:
        return str(serial), (
            "date-impossible",
            f"the day number {serial!r} is a moment before midnight; type the date",
        )
    said = (
        moment.date().isoformat()
        if moment.time() == time()
        else moment.replace(tzinfo=None).isoformat(" ")
    )
    return said, _day_shown(section_of(pattern, Decimal(repr(serial))))


@lru_cache(4096)
def _day_shown(section: str) -> Trouble:
    """Why a day under this section of a format is not the day that a person reads."""
    codes = LITERAL.sub("", section).lower()
    words = "".join(LITERAL.findall(section))
    if re.search(r"[hs]", codes) and not re.search(r"[dye]", codes):
        return TIME_VALUE
    if not re.search(r"[ye]", codes) or "m" not in codes or "d" not in codes:
        return _differs(
            "the number format shows no day, month and year, but the cell holds all three"
        )
    if (
        re.search(r"[0-9]", re.sub(r"\[\$[^\]]*\]", "", words))
        or re.search(r"[b~g]", codes)
        or _OTHER_YEARS.search(words)
    ):
        return _differs("the number format shows another date than the cell holds")
    return None


def _differs(why: str) -> tuple[str, str]:
    return ("shown-differs", f"{why}; format the cell as text and type the date as 2026-03-04")
