"""Dates as laboratories print them; an ambiguous day/month is resolved by the file's own evidence
or refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

# Czech, German, Spanish and Indonesian besides English; compared without accents.
_MONTH_NAMES = (
    "jan january leden ledna januar janner januari ene enero",
    "feb february unor unora februar februari febrero",
    "mar march brezen brezna marz maerz maret marzo",
    "apr april duben dubna abr abril",
    "may kveten kvetna mai mei mayo",
    "jun june cerven cervna juni junio",
    "jul july cervenec cervence juli julio",
    "aug august srpen srpna ago agosto agu agustus",
    "sep sept september zari septiembre",
    "oct october rijen rijna okt oktober octubre",
    "nov november listopad listopadu noviembre",
    "dec december prosinec prosince dez dezember dic diciembre des desember",
)
_MONTHS = {
    name: month for month, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()
}
_WEEKDAY_NAMES = (
    "mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday "
    "sat saturday sun sunday "
    "po pondeli ut utery st streda ct ctvrtek pa patek so sobota ne nedele "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag "
    "lunes martes miercoles jueves viernes sabado domingo "
    "senin selasa rabu kamis jumat sabtu minggu"
)
_WEEKDAYS = frozenset(_WEEKDAY_NAMES.split())
_CLOCK = r"(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
_ZONE = r"(?: ?(?:[AaPp]\.?[Mm]\.?))?(?: ?(?:Z|UTC|GMT|CES?T|[ECMP][SD]T|[+-][0-9]{2}:?[0-9]{2}))?"
_TIME = rf"(?:(?:T|,? ){_CLOCK}{_ZONE})?$"
_LETTERS = r"[^\W\d_]+"
_ISO = re.compile(rf"^([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}")
_CZECH = re.compile(rf"^([0-9]{{1,2}})\. ?([0-9]{{1,2}})\. ?([0-9]{{4}}){_TIME}")
_SLASHED = re.compile(rf"^([0-9]{{1,2}})([/-])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}}){_TIME}")
_WEEKDAY = re.compile(rf"^({_LETTERS}), ?")
_DAY_FIRST = re.compile(
    rf"^([0-9]{{1,2}})\.?(?:st|nd|rd|th)?[ -](?:de )?({_LETTERS})\.?,?[ -](?:de )?"
    rf"([0-9]{{4}}|[0-9]{{2}}){_TIME}"
)
_MONTH_FIRST = re.compile(rf"^({_LETTERS})\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?,? ([0-9]{{4}}){_TIME}")
_SPAN = re.compile(r" (?:-|–|to|až|bis) |(?<=[0-9]{4}) ?[-–] ?(?=[0-9]{1,2}[. ])")
_DAYS = re.compile(
    rf"^(?P<first>[0-9]{{1,2}})\.? ?[-–] ?"
    rf"(?P<last>[0-9]{{1,2}}\.? {_LETTERS}\.? [0-9]{{4}}"
    rf"|[0-9]{{1,2}}\. ?[0-9]{{1,2}}\. ?[0-9]{{4}})$"
)
_PART = re.compile(
    rf"^([0-9]{{1,2}})\. ?(?:([0-9]{{1,2}})\.?)?$|^([0-9]{{1,2}})\.? ({_LETTERS})\.?$"
)
_BLANKS = re.compile(r"[ \u00a0\u2009\u202f]+")
_LONGEST = 80
# A certificate of a kratom product, its lot's making and its expiry lie well within.
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_BUDDHIST = 543


class UnreadableDate(ValueError):
    """A date that is none, or one of two."""


def day_first(texts: Iterable[str]) -> bool | None:
    """Whether the file writes day before month in slashed dates: True, False, or None where nothing
    proves it.

    Raises UnreadableDate where the file proves both orders.
    """
    proof: dict[bool, str] = {}
    for text in texts:
        for part in _SPAN.split(_tidy(text)):
            order = _order(part)
            if order is not None:
                proof.setdefault(order, text)
    if len(proof) == 2:
        raise UnreadableDate(f"'{proof[True]}' puts the day first and '{proof[False]}' the month")
    return next(iter(proof), None)


def _order(text: str) -> bool | None:
    match = _SLASHED.match(text)
    if match is None:
        return None
    first, second = int(match[1]), int(match[3])
    if second > 12 >= first:
        return False
    # 26/03/22 may begin with its year; four digits at the end leave no such doubt
    return True if first > 12 >= second and len(match[4]) == 4 else None


def read_date(text: str, *, first_is_day: bool | None) -> date:
    """The date a text states; of a span, its last day.

    Raises UnreadableDate where it is no date, an impossible one, or one of two.
    """
    printed = _tidy(text)
    if len(printed) > _LONGEST:
        raise UnreadableDate("not a date")
    try:
        return _read_span(printed, first_is_day)
    except UnreadableDate:
        raise
    except ValueError as error:
        raise UnreadableDate(f"no such day ({error})") from None


def _tidy(text: str) -> str:
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text).strip())


def _read_span(text: str, first_is_day: bool | None) -> date:
    days = _DAYS.match(text)
    if days:  # "23-26 February 2022", "2.-4. 3. 2026"
        last = _read(days["last"], first_is_day)
        return _after(last.replace(day=int(days["first"])), last)
    parts = [part for part in _SPAN.split(text) if part]
    if len(parts) == 2:
        last = _read(parts[1], first_is_day)
        return _after(_beginning(parts[0], last, first_is_day), last)
    return _read(text, first_is_day)


def _beginning(text: str, last: date, first_is_day: bool | None) -> date:
    """The first day of a span, which may leave out what its last day says: `1. 3.`, `29
    December`."""
    part = _PART.match(text)
    if part is None:
        return _read(text, first_is_day)
    if part[4]:
        return date(last.year, _month(part[4]), int(part[3]))
    return date(last.year, int(part[2] or last.month), int(part[1]))


def _after(first: date, last: date) -> date:
    if first > last:
        raise UnreadableDate(f"the span from {first} to {last} runs backwards")
    return last


def _read(text: str, first_is_day: bool | None) -> date:
    day = _written(text.rstrip("."), first_is_day)
    if _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return day
    meant = day.year - _BUDDHIST
    if _FIRST_YEAR <= meant <= _LAST_YEAR:
        buddhist = f"{day.year} seems to be a year of the Buddhist era"
        raise UnreadableDate(f"{buddhist}: {meant} is meant")
    raise UnreadableDate(f"no certificate is of the year {day.year}")


def _written(text: str, first_is_day: bool | None) -> date:
    if match := _ISO.match(text):
        return date(int(match[1]), int(match[3]), int(match[4]))
    if match := _CZECH.match(text):
        return date(int(match[3]), int(match[2]), int(match[1]))
    if match := _SLASHED.match(text):
        return _slashed(int(match[1]), int(match[3]), match[4], first_is_day)
    weekday = _WEEKDAY.match(text)
    if weekday and _key(weekday[1]) in _WEEKDAYS:
        text = text[weekday.end() :]
    if match := _DAY_FIRST.match(text):
        return date(_year(match[3]), _month(match[2]), int(match[1]))
    if match := _MONTH_FIRST.match(text):
        return date(int(match[3]), _month(match[1]), int(match[2]))
    raise UnreadableDate(_why_not(text))


def _slashed(first: int, second: int, year: str, first_is_day: bool | None) -> date:
    """A date of two numbers and a year; without a proven order only where the numbers prove it."""
    if first_is_day is None:
        if first > 12 and len(year) == 2 and int(year) <= 31:
            which = "which number is the year cannot be told"
            raise UnreadableDate(f"{which}, and nothing in the file proves the order")
        if first <= 12 and second <= 12 and first != second:
            which = "day and month cannot be told apart"
            raise UnreadableDate(f"{which}, and nothing in the file proves the order")
        first_is_day = first > 12
    day, month = (first, second) if first_is_day else (second, first)
    return date(_year(year), month, day)


def _why_not(text: str) -> str:
    if re.match(r"^[0-9]{5}(?:\.[0-9]+)?$", text) and 30000 <= int(text[:5]) <= 60000:
        day = date(1899, 12, 30) + timedelta(days=int(text[:5]))
        return f"a bare number is no date, though a spreadsheet may count the days to {day} so"
    if re.match(r"^(?:19|20)[0-9]{6}(?:[0-9]{6})?$", text):
        return f"a bare number is no date; {text[:4]}-{text[4:6]}-{text[6:8]} would be one"
    return "not a date"


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _key(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _month(word: str) -> int:
    month = _MONTHS.get(_key(word))
    if month is None:
        raise UnreadableDate(f"'{word}' is no month")
    return month
