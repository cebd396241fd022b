"""Dates as laboratories print them, each with all days that it may mean.

`03/04/2026` is 4 March and 3 April, until something proves the order; `March 2026` is every day of
it; of a span, the last day counts.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from kratom_qc.domain.certificate import DateSpan
from kratom_qc.vocabulary import calendar

_CLOCK = r"(?:[01]?[0-9]|2[0-4])(?:[:.h][0-5][0-9](?:[:.][0-5][0-9](?:[.,][0-9]{1,9})?)?)"
_ZONE = (
    r"(?: ?(?:[ap]\.?m\.?))?"
    r"(?: ?\(?(?:z|utc|gmt|ces?t|[ecmp][sd]?t|ak[sd]t|hst|bst|ict|wib|wita|wit|sgt|sec|selc"
    r"|mesz|mez|uhr|hod|hrs?|h|น)?\.?\)?)?(?: ?\(?(?:utc|gmt)?[+-][0-9]{1,2}(?::?[0-9]{2})?\)?)?"
)
_TIME = re.compile(rf"(?<=[0-9@])(?:t|,? (?:at )?){_CLOCK}{_ZONE}$")
_DAY, _YEAR = r"(?P<d>[0-9]{1,2})", r"(?P<y>[0-9]{4}|[0-9]{2})"
_NAME, _ROMAN = r"@(?P<m>[0-9]+)@", r"(?P<r>x|i{1,3}|i?v|vi{1,3}|ix|xi{1,2})"
_LONG_YEAR = r"(?P<y>[0-9]{4})"
_ISO = re.compile(r"^(?P<y>[0-9]{4})([-/. ])(?P<m>[0-9]{1,2})\2(?P<d>[0-9]{1,2})$")
_COMPACT = re.compile(r"^(?P<y>(?:19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?:[0-9]{4,6})?$")
_DOTTED = re.compile(rf"^{_DAY}\. ?(?P<m>[0-9]{{1,2}})\. ?{_YEAR}\.?$")
_SLASHED = re.compile(r"^([0-9]{1,2}) ?([/-]) ?([0-9]{1,2}) ?\2 ?([0-9]{4}|[0-9]{2})$")
_NAMED = (
    re.compile(rf"^{_DAY}(?:st|nd|rd|th|er|o|º|\.)?[ ./-]*{_NAME}[ .,/-]*{_YEAR}$"),
    re.compile(rf"^{_NAME}[ ./-]*{_DAY}(?:st|nd|rd|th)?(?:,? |[-/]){_LONG_YEAR}$"),
    re.compile(rf"^{_LONG_YEAR}[ ./-]*{_NAME}[ ./-]*{_DAY}$"),
    re.compile(rf"^{_DAY}[ ./-]+{_ROMAN}[ ./-]+{_LONG_YEAR}$"),
)
_MONTHS = (
    re.compile(rf"^{_NAME}[ .,/-]*{_LONG_YEAR}$"),
    re.compile(rf"^{_LONG_YEAR}[ .,/-]*{_NAME}$"),
    re.compile(r"^(?P<m>[0-9]{1,2}) ?[./-] ?(?P<y>[0-9]{4})$"),
    re.compile(r"^(?P<y>[0-9]{4})[/-](?P<m>[0-9]{1,2})$"),
)
_ROMAN_MONTHS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
# `Sep 11-23, 2026`: the month stands once, before both days.
_DAYS_OF_MONTH = re.compile(rf"^{_NAME} ?(?P<first>[0-9]{{1,2}}) ?[-–—] ?{_DAY},? {_LONG_YEAR}$")
_BETWEEN = re.compile(
    r" ?[–—;] ?|(?<=\S) ?- |(?<=[0-9.@])-(?=[0-9@])|, (?=[0-9@])| ?& ?|(?<=[0-9])/(?=[0-9]{4}-)"
)
_PARTIAL_DAY = re.compile(r"^([0-9]{1,2})(?:st|nd|rd|th|\.)?$")
_PARTIAL_NUMBERS = re.compile(r"^([0-9]{1,2}) ?([./-]) ?([0-9]{1,2})\.?$")
_PARTIAL_NAMED = re.compile(
    r"^(?:([0-9]{1,2})(?:st|nd|rd|th|\.)? ?@([0-9]+)@|@([0-9]+)@ ?([0-9]{1,2}))$"
)
_BLANKS = re.compile(r"\s+")
_TWICE = re.compile(r"(?P<one>[^()]*[0-9]{4}[^()]*?)\s*\((?P<other>[^()]*[0-9]{4})\)")
_WITH_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_THAI = re.compile("[\u0e00-\u0e7f]")
_LONGEST, _MOST_DATE_WORDS = 80, 8
# A certificate of a kratom product, its lot's making and its expiry lie well within.
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_BUDDHIST = 543
_LAST_SHORT = 60  # nothing expires in 2060
_OVER_NEW_YEAR = timedelta(days=92)  # a span of days without years, at most


class UnreadableDate(ValueError):
    """A date that is none."""


class Calendar(NamedTuple):
    """How a file writes its dates: the order of day and month (None where nothing proves it), and
    whether its years may be those of the Buddhist era."""

    first_is_day: bool | None = None
    buddhist: bool = False


UNPROVEN = Calendar()


_BETWEEN_DAYS = re.compile(
    r"\s+(?:to|until|till|through|thru|bis|au|al|a|do|tot|tot en met|t/m|t\.e\.m\.|s/d|s\.d\."
    r"|sampai|až|–|—)\s+",
    re.IGNORECASE,
)


@lru_cache(8192)
def read_date(text: str, use: Calendar = UNPROVEN) -> DateSpan:
    """The days that a text may mean.

    Raises UnreadableDate where it is no date, or an impossible one.
    """
    if len(text) > _LONGEST:
        raise UnreadableDate("not a date")
    if twice := _TWICE.fullmatch(text.strip()):
        return _one_day(read_date(twice["one"], use), twice["other"], use)
    if len(ends := _BETWEEN_DAYS.split(text.strip())) == 2 and all(map(_WITH_YEAR.search, ends)):
        first, last = (read_date(end, use) for end in ends)
        if first.earliest > last.latest:
            raise UnreadableDate("it ends before it begins")
        return last
    printed, era = _tidy(text)
    use = use._replace(buddhist=use.buddhist or era or _THAI.search(text) is not None)
    try:
        return _whole(printed, use) or _span(printed, use)
    except UnreadableDate:
        raise
    except ValueError as error:
        raise UnreadableDate(f"no such day ({error})") from None


def _one_day(span: DateSpan, other: str, use: Calendar) -> DateSpan:
    """A day that is printed twice, in two calendars: `22 กันยายน 2569 (22 Sep 2026)`."""
    same = read_date(other, use)
    both = DateSpan(max(span.earliest, same.earliest), min(span.latest, same.latest))
    if both.earliest > both.latest:
        raise UnreadableDate(f"'{other}' in brackets is another day")
    return both


def is_dated(text: str) -> bool:
    """Whether a text, wherever it stands, can be nothing but a day: with a year of four digits."""
    return _WITH_YEAR.search(text) is not None and _is_day(text)


@lru_cache(16384)
def _is_day(text: str) -> bool:
    try:
        day = read_date(text)
    except UnreadableDate:
        return False
    return (day.latest - day.earliest).days < 366


@lru_cache(4096)
def days_within(text: str) -> tuple[str, ...]:
    """The dates in a heading: `Heavy Metals   Analyzed Sep 21, 2026`."""
    words, dates, start = text.split(), list[str](), 0
    while start < len(words):
        ends = range(min(len(words), start + _MOST_DATE_WORDS), start, -1)
        end = next((end for end in ends if is_dated(" ".join(words[start:end]).strip(".,;()"))), 0)
        if end:
            dates.append(" ".join(words[start:end]).strip(".,;()"))
        start = end or start + 1
    return tuple(dates)


def orders(texts: Iterable[str]) -> dict[bool, str]:
    """Which orders of day and month some texts prove, each with one that does: True where the day
    stands first."""
    proof: dict[bool, str] = {}
    for text in texts:
        for first, second in _number_pairs(_tidy(text[:_LONGEST])[0]):
            if second > 12 >= first:
                proof.setdefault(False, text)
            elif first > 12 >= second:
                proof.setdefault(True, text)
    return proof


def _number_pairs(text: str) -> Iterator[tuple[int, int]]:
    """The first two numbers of every slashed date of a text with a year of four digits, or none."""
    for part in _parts(text):
        match = _SLASHED.match(part)
        if match and (len(match[4]) == 4 or int(match[1]) <= 12):
            yield int(match[1]), int(match[3])
        partial = _PARTIAL_NUMBERS.match(part)
        if partial and partial[2] == "/":
            yield int(partial[1]), int(partial[3])


def _tidy(text: str) -> tuple[str, bool]:
    """(a date in small letters with numbers for months, whether it names the Buddhist era)."""
    plain = _BLANKS.sub(" ", calendar.plain_letters(unicodedata.normalize("NFC", text))).strip()
    bare = calendar.buddhist().sub(" ", plain)
    era = bare != plain
    bare = calendar.weekday().sub("", bare)
    bare = calendar.with_month_numbers(calendar.filler().sub(" ", bare))
    return _BLANKS.sub(" ", bare).strip(" ,:"), era


# ---------------------------------------------------------------- one day, or one month


def _whole(text: str, use: Calendar) -> DateSpan | None:
    """The days of a text that is one date; None where it has not the shape of one."""
    text = _TIME.sub("", text)
    if match := _SLASHED.match(text):
        return _slashed(match, use)
    for shape in (_ISO, _COMPACT, _DOTTED, *_NAMED):
        if match := shape.match(text):
            return _on(_date(match.groupdict(), use))
    for shape in _MONTHS:
        if match := shape.match(text):
            year, month = _year(match["y"], use), _month(match["m"])
            return DateSpan(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    return None


def _on(day: date) -> DateSpan:
    return DateSpan(day, day)


def _date(parts: dict[str, str], use: Calendar) -> date:
    month = _ROMAN_MONTHS.index(parts["r"]) + 1 if parts.get("r") else _month(parts["m"])
    return date(_year(parts["y"], use), month, int(parts["d"]))


def _month(number: str) -> int:
    if not 1 <= int(number) <= 12:
        raise UnreadableDate(f"{number} is no month")
    return int(number)


def _slashed(match: re.Match[str], use: Calendar) -> DateSpan:
    """A date of two numbers and a year, in every order that is possible."""
    first, second, year = match[1], match[3], match[4]
    readings = []
    if use.first_is_day in (None, True):
        readings.append((year, second, first))
    if use.first_is_day in (None, False):
        readings.append((year, first, second))
    if len(first) == len(year) == 2 and int(first) > 12:
        readings.append((first, second, year))  # 26/03/22 may begin with its year
    days = list(_possible(readings, use))
    if not days:
        raise UnreadableDate("no such day" + _order_told(use))
    return DateSpan(min(days), max(days))


def _order_told(use: Calendar) -> str:
    if use.first_is_day is None:
        return ""
    return f", where the {'day' if use.first_is_day else 'month'} stands first in this file"


def _possible(readings: Iterable[tuple[str, str, str]], use: Calendar) -> Iterator[date]:
    for year, month, day in readings:
        try:
            yield _date({"y": year, "m": month, "d": day}, use)
        except ValueError:  # not in this order
            continue


def _year(printed: str, use: Calendar) -> int:
    year = int(printed)
    if len(printed) == 2 and use.buddhist and year >= _LAST_SHORT:  # `69` is 2569
        return 2500 - _BUDDHIST + year
    if len(printed) == 2:
        year += 2000 if year < _LAST_SHORT else 1900
    if _FIRST_YEAR <= year <= _LAST_YEAR:
        return year
    if not _FIRST_YEAR <= year - _BUDDHIST <= _LAST_YEAR:
        raise UnreadableDate(f"no certificate is of the year {year}")
    if use.buddhist:
        return year - _BUDDHIST
    meant = f"{year} seems to be a year of the Buddhist era, and nothing here is Thai"
    raise UnreadableDate(f"{meant}: is {year - _BUDDHIST} meant")


# ---------------------------------------------------------------- a span of days


def _span(text: str, use: Calendar) -> DateSpan:
    """The last day of a span, whose first day may leave out what the last one says."""
    if match := _DAYS_OF_MONTH.match(text):
        last = _date(match.groupdict(), use)
        return _after(_on(last.replace(day=int(match["first"]))), _on(last))
    for first, rest in _cuts(text):
        try:
            last_days = _whole(rest, use)
        except UnreadableDate:
            continue
        if last_days is not None:
            return _after(_beginning(first, last_days, use), last_days)
    raise UnreadableDate(_why_not(text))


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    """A text cut in two wherever a span may be cut."""
    to, begin = calendar.span_words()
    text = begin.sub("", text)
    for pattern in (_BETWEEN, to):
        for match in pattern.finditer(text):
            yield text[: match.start()].strip(), text[match.end() :].strip()


def _parts(text: str) -> list[str]:
    """A text and what it can be cut into."""
    parts = [text, *(part for cut in _cuts(text) for part in cut)]
    return list(dict.fromkeys(_TIME.sub("", part) for part in parts))


def _beginning(text: str, last: DateSpan, use: Calendar) -> DateSpan:
    """The first day of a span: `1. 3.`, `29 December`, `09/11`, or a date of its own."""
    if match := _PARTIAL_DAY.match(text):
        return _on(last.latest.replace(day=int(match[1])))
    if match := _PARTIAL_NAMED.match(text):
        day, month = match[1] or match[4], match[2] or match[3]
        return _on(_before_or_on(int(month), int(day), last))
    if match := _PARTIAL_NUMBERS.match(text):
        days = list(_partial(match, last, use))
        if days:
            return DateSpan(min(days), max(days))
    first = _whole(text, use)
    if first is None:
        raise UnreadableDate(_why_not(text))
    return first


def _partial(match: re.Match[str], last: DateSpan, use: Calendar) -> Iterator[date]:
    """The days that two numbers without a year may be."""
    first, second = int(match[1]), int(match[3])
    first_is_day = True if match[2] == "." else use.first_is_day
    if first_is_day in (None, True) and second <= 12:
        yield _before_or_on(second, first, last)
    if first_is_day in (None, False) and first <= 12:
        yield _before_or_on(first, second, last)


def _before_or_on(month: int, day: int, last: DateSpan) -> date:
    """A day without a year before the last day of its span: of the same year, or of the one before
    where that is near."""
    same = date(last.latest.year, month, day)
    before = date(last.latest.year - 1, month, day)
    return before if same > last.latest and last.latest - before <= _OVER_NEW_YEAR else same


def _after(first: DateSpan, last: DateSpan) -> DateSpan:
    if first.earliest > last.latest:
        raise UnreadableDate(f"the span from {first} to {last} runs backwards")
    return last


def _why_not(text: str) -> str:
    if re.match(r"^[0-9]{5}(?:\.[0-9]+)?$", text) and 30000 <= int(text[:5]) <= 60000:
        day = date(1899, 12, 30) + timedelta(days=int(text[:5]))
        return f"a bare number is no date, though a spreadsheet may count the days to {day} so"
    return "not a date"
