"""Texts made comparable: equal keys are one word, however a laboratory types it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Nothing is called by more; a hostile cell of 30,000 blanks costs nothing.
LONGEST_NAME = 200

_GREEK = str.maketrans(
    {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "λ": "lambda", "ω": "omega"}
)
# What answers or doubts a name, a heading or a label that it stands beside: `Salmonella ✗`
MARKS = "☐☑☒✓✔✕✖✗✘❌✅🗴🗵🗷🗸🗹↑↓▲▼⚠"
_ANSWERED = re.compile(rf"[!?{MARKS}]")
# Thai letters and marks stay as they are.
_NOT_NAME = re.compile(rf"[^a-z0-9+!?\u0e00-\u0e7f{MARKS}]")
_NOT_HEADER = re.compile(rf"[^a-z0-9%±<>#\u0e00-\u0e7f{MARKS}]")
_BLANKS = re.compile(r"\s+")
_AFTER_SIGN = re.compile(r"(?<=[<>≤≥=]) ")
# Typographic twins of one sign; laboratories and spreadsheets swap them freely.
_TWINS = {"–": "-", "—": "-", "−": "-", "‑": "-", "＜": "<", "’": "'", "´": "'"}
# Letters that Unicode does not take apart into a plain one and its mark.
_STROKES = {"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe"}
_PLAIN = str.maketrans(_TWINS | _STROKES)


def is_answered(text: str) -> bool:
    """Whether a mark or a sign in a text answers or doubts it: `Lead ?`, `Salmonella ✗`."""
    return _ANSWERED.search(text) is not None


def folded(text: str) -> str:
    """Small letters without accents, in Unicode NFKC: for words looked for inside a text."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    apart = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in apart if not unicodedata.combining(c))


def one_blank(text: str) -> str:
    """A text with every run of blanks made one."""
    return _BLANKS.sub(" ", text)


@lru_cache(16384)
def name_key(text: str) -> str:
    """An analyte's name made comparable: `7-OH Mitragynine` and `7-oh-mitragynine` are one."""
    small = folded(text)
    latin = small if small.isascii() else small.translate(_GREEK)
    return _NOT_NAME.sub("", latin.replace("&", "and"))


@lru_cache(16384)
def header_key(text: str) -> str:
    """A header word or label made comparable: `Lot/Batch No.` and `LOT / BATCH NO` are one."""
    return _NOT_HEADER.sub("", folded(text))


def word_key(text: str) -> str:
    """A result or status word made comparable: `Not  Detected.` and `not detected` are one."""
    return _AFTER_SIGN.sub("", one_blank(folded(text)).strip(" .*"))


@lru_cache(8192)
def unit_key(text: str) -> str:
    """A unit made comparable; the micro sign U+00B5, Greek mu U+03BC and plain u are one."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text).casefold().replace("μ", "u"))
