"""Words in place of a number (`words/statuses.toml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from kratom_qc.vocabulary.keys import word_key
from kratom_qc.vocabulary.lists import index, nearest, word_list

_TWICE = re.compile(r"([^()/]{2,40}?)\s*(?:/\s*([^()/]{2,40})|\(([^()]{2,40})\))")

# Of two words for what was not found, the one that says less counts: `ND (<LOQ)` looked down to
# the LOQ.
_LONGEST = 80
_FROM_WEAKEST = ("below_loq", "below_lod", "not_detected", "absent")


@cache
def status_words() -> Mapping[str, str]:
    """Every word's key → its meaning. Raises RulebookError where a word has two."""
    rows = word_list("statuses.toml").items()
    words = ((word_key(word), meaning, word) for meaning, words in rows for word in words)
    return index(words, "words/statuses.toml")


@lru_cache(8192)
def status(text: str) -> str | None:
    """What a word in place of a number, or in a verdict column, means (a key of
    `words/statuses.toml`). Two words that mean the same are one: `ไม่พบ / Not detected`."""
    return status_words().get(word_key(text)) or _said_twice(text) or _below_a_bound(text)


def _below_a_bound(text: str) -> str | None:
    """`kleiner BG`, `below the reporting limit of the method`: a word for below before the name of
    a limit of detection or quantitation."""
    below = _below().fullmatch(word_key(text)) if len(text) <= _LONGEST else None
    return _bounds().get(below["bound"]) if below else None


@cache
def _below() -> re.Pattern[str]:
    words = map(word_key, word_list("headers.toml")["phrase"]["below"])
    longest_first = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(
        rf"(?:{longest_first})\s*(?P<bound>\S.*?)(?: of the (?:method|test|laboratory))?"
    )


@cache
def _bounds() -> Mapping[str, str]:
    columns = word_list("headers.toml")["column"]
    return {word_key(word): f"below_{role}" for role in ("lod", "loq") for word in columns[role]}


def _said_twice(text: str) -> str | None:
    parts = _TWICE.fullmatch(text.strip())
    if parts is None:
        return None
    meanings = {status_words().get(word_key(part)) for part in parts.groups() if part}
    if len(meanings) > 1 and meanings <= {*_FROM_WEAKEST}:
        return next(meaning for meaning in _FROM_WEAKEST if meaning in meanings)
    return meanings.pop() if len(meanings) == 1 else None


@cache
def _printed_statuses() -> Mapping[str, Mapping[str, str]]:
    """Every word's key → the word, by its first letter."""
    by_letter: dict[str, dict[str, str]] = {}
    for word in (word for group in word_list("statuses.toml").values() for word in group):
        key = word_key(word)
        by_letter.setdefault(key[0], {})[key] = word
    return by_letter


@lru_cache(8192)
def nearest_statuses(text: str) -> tuple[str, ...]:
    """Up to three known result words near an unknown one, with the same first letter: a file may
    hold 20,000 such words."""
    key = word_key(text)
    return nearest(key, _printed_statuses().get(key[:1], {}))
