"""Dates as laboratories print them; an ambiguous day/month is resolved by the file's own evidence or refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january leden ledna",
            "feb february únor února",
            "mar march březen března",
            "apr april duben dubna",
            "may květen května",
            "jun june červen června",
            "jul july červenec července",
            "aug august srpen srpna",
            "sep sept september září",
            "oct october říjen října",
            "nov november listopad listopadu",
            "dec december prosinec prosince",
        ),
        start=1,
    )
    for name in names.split()
}
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$", re.ASCII)
_CZECH = re.compile(r"^(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})(?:\s+\d{1,2}:\d{2}.*)?$", re.ASCII)
_SLASHED = re.compile(r"^(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})(?:[ ,].*)?$", re.ASCII)
_DAY_FIRST = re.compile(
    r"^(?:[^\W\d]+,\s*)?(\d{1,2})\.?(?:st|nd|rd|th)?[ -]([^\W\d]+)\.?,?[ -](\d{4}|\d{2})(?:[ ,].*)?$"
)
_MONTH_FIRST = re.compile(r"^(?:[^\W\d]+,\s*)?([^\W\d]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:[ ,].*)?$")
_SPAN = re.compile(r"\s+(?:-|–|to|až)\s+|(?<=\d{4})\s*[-–]\s*(?=\d{1,2}[. ])")


_DAYS = re.compile(
    r"^[0-9]{1,2}\.?\s*[-–]\s*(?P<last>[0-9]{1,2}\.?\s+[^\W\d].*|[0-9]{1,2}\.\s*[0-9]{1,2}\.\s*[0-9]{4})$"
)


class UnreadableDate(ValueError):
    """A date that is none, or one of two."""


def day_first(texts: Iterable[str]) -> bool | None:
    """Whether the file writes day before month in slashed dates: True, False, or None where nothing proves it.

    Raises UnreadableDate where the file proves both orders.
    """
    proof: dict[bool, str] = {}
    for text in texts:
        for part in _SPAN.split(text.strip()):
            match = _SLASHED.match(part)
            if match:
                first, second = int(match[1]), int(match[2])
                if first > 12 >= second:
                    proof.setdefault(True, text)
                elif second > 12 >= first:
                    proof.setdefault(False, text)
    if len(proof) == 2:
        raise UnreadableDate(f"'{proof[True]}' puts the day first and '{proof[False]}' the month")
    return next(iter(proof), None)


def read_date(text: str, *, first_is_day: bool | None) -> date:
    """The date a text states; of a span, its last day.

    Raises UnreadableDate where it is no date, an impossible one, or one of two.
    """
    days = _DAYS.match(text.strip())
    if days:  # "23-26 February 2022", "2.-4. 3. 2026"
        return read_date(days["last"], first_is_day=first_is_day)
    parts = [part for part in _SPAN.split(text.strip()) if part]
    if len(parts) == 2:
        return read_date(parts[1], first_is_day=first_is_day)
    said = text.strip().rstrip(".")
    try:
        return _read(said, first_is_day)
    except UnreadableDate:
        raise
    except ValueError as error:
        raise UnreadableDate(f"no such day ({error})") from None


def _read(said: str, first_is_day: bool | None) -> date:
    if match := _ISO.match(said):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _CZECH.match(said):
        return date(int(match[3]), int(match[2]), int(match[1]))
    if match := _SLASHED.match(said):
        first, second, year = int(match[1]), int(match[2]), _year(match[3])
        if first > 12 or second > 12:
            return date(year, second, first) if first > 12 else date(year, first, second)
        if first != second and first_is_day is None:
            raise UnreadableDate("day and month cannot be told apart, and nothing in the file proves the order")
        return date(year, second, first) if first_is_day else date(year, first, second)
    if match := _DAY_FIRST.match(said):
        return date(_year(match[3]), _month(match[2]), int(match[1]))
    if match := _MONTH_FIRST.match(said):
        return date(int(match[3]), _month(match[1]), int(match[2]))
    raise UnreadableDate("not a date")


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _month(word: str) -> int:
    found = _MONTHS.get(word.casefold().rstrip("."))
    if found is None:
        raise UnreadableDate(f"'{word}' is no month")
    return found
