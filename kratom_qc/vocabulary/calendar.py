"""Words of dates (`words/calendar.toml`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from kratom_qc.vocabulary.lists import word_list

_ACCENTS = re.compile("[\u0300-\u036f]")
_STROKES = str.maketrans({"ł": "l", "’": "'"})
MONTH = "@{}@"
"""What a month's name is replaced by: its number."""


def plain_letters(text: str) -> str:
    """Small letters without accents; Thai marks stay, since they tell months apart."""
    apart = unicodedata.normalize("NFD", text.casefold().translate(_STROKES))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))


@cache
def _months() -> Mapping[str, int]:
    rows = word_list("calendar.toml")["month"]
    return {
        plain_letters(word): number
        for number, row in enumerate(rows, start=1)
        for word in row["words"].split()
    }


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


@cache
def _month_pattern() -> re.Pattern[str]:
    thai = [word for word in _months() if not word.isascii()]
    latin = [word for word in _months() if word.isascii()]
    return re.compile(rf"(?<![a-z@])({_any_of(latin)})(?![a-z])\.?|({_any_of(thai)})\.?")


def with_month_numbers(text: str) -> str:
    """A text in small letters with `@3@` in place of `March`."""
    return _month_pattern().sub(lambda name: MONTH.format(_months()[name[1] or name[2]]), text)


@cache
def _words(name: str) -> tuple[str, ...]:
    return tuple(map(plain_letters, word_list("calendar.toml")[name]["words"].split()))


@cache
def weekday() -> re.Pattern[str]:
    """A weekday at the beginning of a date."""
    return re.compile(rf"^(?:{_any_of(_words('weekday'))})\.?,? *(?=\S)")


@cache
def filler() -> re.Pattern[str]:
    """Words around a day that add nothing to it."""
    return re.compile(rf"(?<![^\s@])(?:{_any_of(_words('filler'))})(?![^\s0-9@])")


@cache
def buddhist() -> re.Pattern[str]:
    """The sign of the Buddhist era before or behind a year."""
    return re.compile(rf"(?<![a-z])(?:{_any_of(_words('buddhist'))})(?![a-z])")


@cache
def span_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """(what stands between the days of a span, what stands before the first)."""
    words = word_list("calendar.toml")["span"]
    to, begin = (_any_of(map(plain_letters, words[name])) for name in ("to", "from"))
    return re.compile(rf"(?<=[\s@])(?:{to})(?=[\s@])"), re.compile(rf"^(?:{begin})\s+")


@cache
def _month_first_places() -> re.Pattern[str]:
    words = word_list("calendar.toml")["month_first"]
    states = "|".join(words["states"].split())
    return re.compile(rf"(?<!\w)(?:{_any_of(words['places'])})(?!\w)|\b(?:{states}) [0-9]{{5}}\b")


@lru_cache(8192)
def puts_month_first(text: str) -> bool:
    """Whether a text names a place where months stand before days: `Austin, Texas`, `San Diego, CA
    92121`."""
    return _month_first_places().search(text) is not None


_TIME = re.compile(
    r"[0-9]{1,2}[:.h][0-9]{2}(?:[:.][0-9.,]+)?(?: ?[ap]\.?m\b\.?)?(?: ?[a-z]{1,4}\b)?"
)
_NUMBERS = re.compile(r"[0-9@][0-9@ ./,:–—-]*")


@lru_cache(8192)
def is_day(text: str) -> bool:
    """Whether a text has the shape of a date, or of a span of dates: numbers, months, and what
    stands between them."""
    if len(text) > 80 or not any(map(str.isdigit, text)):
        return False
    plain = filler().sub(" ", weekday().sub("", plain_letters(text)))
    plain = span_words()[0].sub(" ", with_month_numbers(buddhist().sub(" ", plain)))
    bare = " ".join(plain.split())
    dated = _NUMBERS.match(bare)
    rest = bare[dated.end() :] if dated else bare
    is_whole = dated is not None and (not rest or _TIME.fullmatch(rest) is not None)
    return (is_whole or _NUMBERS.fullmatch(_TIME.sub("", bare).strip()) is not None) and (
        len(re.findall(r"[0-9]+", bare)) >= 2
    )
