"""Names of fields, as laboratory software exports them (`words/fields.toml`): `RECD_DATE`,
`lab_anl_method_name` and `ReleasedDt` in words that people print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from kratom_qc.vocabulary.lists import word_list

_NAME = re.compile(r"(?=[A-Za-z][A-Za-z0-9_]{2,60}\Z).*(?:_|[a-z][A-Z]).*")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@cache
def _table(name: str) -> Mapping[str, str]:
    words: Mapping[str, str] = word_list("fields.toml")[name]
    return words


@lru_cache(8192)
def spelled_out(text: str) -> tuple[str, ...]:
    """The ways to say the name of a field in words, the nearest first; none where a text is no name
    of a field."""
    text = text.strip()
    if _NAME.fullmatch(text) is None:
        return ()
    parts = [part for piece in text.split("_") for part in _WORD.findall(piece)]
    words = [_table("abbreviation").get(part.lower(), part.lower()) for part in parts]
    return tuple(dict.fromkeys(_ways(words)))


def _ways(words: list[str]) -> Iterator[str]:
    """As it stands, without the software's own words before and behind, and with `date` in the
    other place."""
    first = {word for word, place in _table("dropped").items() if place == "before"}
    last = {word for word, place in _table("dropped").items() if place == "behind"}
    for start in (0, 1, 2):
        if start and (start >= len(words) or words[start - 1] not in first):
            return
        own = words[start:]
        yield from _turned(own)
        if len(own) > 1 and own[-1] in last:
            yield from _turned(own[:-1])


def _turned(words: list[str]) -> Iterator[str]:
    yield " ".join(words)
    if len(words) > 1 and words[-1] == "date":
        yield " ".join(["date", *words[:-1]])
    if len(words) > 1 and words[0] == "date":
        yield " ".join([*words[1:], "date"])
