"""The numbers in a limit's printed text. `7-OH`, `B1`, `USP <467>` and `R70-580-5` hold digits and
are none.

Sources print `10,000`, `10 000`, `0,5` (a decimal comma), `10^7`, `1 × 10⁵`, `two`, `two (2)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

_SPELT = "zero one two three four five six seven eight nine ten eleven twelve"
_WORDS = {word: Decimal(number) for number, word in enumerate(_SPELT.split())}
_WORD = "|".join(_WORDS)
_PLAIN = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d{1,3}(?:\ \d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?"
_POWER = rf"(?:(?:{_PLAIN})\ ?[×x·*]\ ?)?10\ ?\^\ ?\d+|\d+(?:\.\d+)?e\+?\d+(?!\w)"
_NAME = r"""
    \b\d{4}-\d\d(?:-\d\d)?(?![\d.])                      # a date
  | \b\w+(?:-[\w.]*\w){2,}                               # a section: R70-580-5, 21-28.12-3
    # 7-OH, 1,2-dichloroethane; not a 25-g portion
  | \b\d+(?:[,'′.]\d+)*[-‑–—](?!(?:[kmµu]?g|m?l)\b)[^\W\d_][\w-]*
  | (?<![\w.])(?!10\b)[^\W\d_]+-?\d\w*                   # B1, MGM-15
"""
_TOKEN = re.compile(
    rf"""(?P<name>{_NAME})
      | \b(?P<word>{_WORD})\ ?\(\ ?(?P<same>{_PLAIN})(?P<sign>\ ?%)?\ ?\)
      | (?<![\w.^])(?P<power>{_POWER})
      | (?<![\w.^])(?P<plain>{_PLAIN})
      | \b(?P<spelt>{_WORD})\b""",
    re.VERBOSE | re.IGNORECASE,
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_BLANKS = str.maketrans("\u00a0\u2007\u2009\u202f", "    ")


def levelled(text: str) -> str:
    """A text whose raised digits stand after ^, whose blanks are plain, and whose chapters
    (`<467>`) are blanked out: their brackets are no operators."""
    level = re.sub(
        r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda power: "^" + power[0].translate(_RAISED), text
    ).translate(_BLANKS)
    return re.sub(r"<\s?\d+[a-z]?>", lambda chapter: " " * len(chapter[0]), level)


class Number(NamedTuple):
    """A number of a text, and where it stands."""

    value: Decimal
    begin: int
    end: int


def numbers(text: str) -> Iterator[Number]:
    """Every number in a levelled text. Raises ValueError for `two (3)`."""
    for token in _TOKEN.finditer(text):
        if token["word"]:
            number = _decimal(token["same"])
            if number != _WORDS[token["word"].casefold()]:
                raise ValueError(f"says '{token['word']}' and '{token['same']}' of one thing")
            end = token.start("sign") if token["sign"] else token.end()
            yield Number(number, token.start(), end)
        elif token["power"]:
            yield Number(_power(token["power"]), token.start(), token.end())
        elif token["plain"]:
            yield Number(_decimal(token["plain"]), token.start(), token.end())
        elif token["spelt"]:
            yield Number(_WORDS[token["spelt"].casefold()], token.start(), token.end())


def _power(text: str) -> Decimal:
    if "^" not in text:
        return Decimal(text)
    base, _, exponent = text.rpartition("^")
    factor = re.match(rf"(?P<factor>{_PLAIN})\ ?[×x·*]", base, re.IGNORECASE | re.VERBOSE)
    return (_decimal(factor["factor"]) if factor else Decimal(1)).scaleb(int(exponent))


def _decimal(text: str) -> Decimal:
    """10,000 and 10 000 have groups of thousands, 0,5 and 2,50 a decimal comma."""
    if re.fullmatch(r"\d+,\d+", text) and not re.fullmatch(r"[1-9]\d{0,2},\d{3}", text):
        return Decimal(text.replace(",", "."))
    return Decimal(text.replace(",", "").replace(" ", ""))
