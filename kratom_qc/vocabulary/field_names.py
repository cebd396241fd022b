"""Names of fields, as laboratory software exports them (`words/fields.toml`): `RECD_DATE`,
`lab_anl_method_name` and `ReleasedDt` in words that people print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from kratom_qc.vocabulary.lists import word_list

_NAME = re.compile(r"(?=[A-Za-z][A-Za-z0-9_]{2,60}\Z).*(?:_|[a-z][A-Z]).*")
_WORDS = re.compile(r"[A-Za-z]{2,15}(?: [A-Za-z]{2,15}){1,3}")
_GLUED = re.compile(r"[a-z]{5,30}")  # `receiveddt`
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@lru_cache(4096)
def _unglued(text: str) -> tuple[str, ...]:
    """The words that a name without `_` or capitals is glued of: `sample desc`; none where it is
    one word, or not of words that we know."""
    ways: list[tuple[str, ...] | None] = [(), *(None for _ in text)]
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - 12), end):
            before = ways[start]
            if before is not None and text[start:end] in _glued_words():
                ways[end] = min((*before, text[start:end]), ways[end] or (text,) * 9, key=len)
    words_found = ways[-1] or ()
    return words_found if 1 < len(words_found) <= 4 else ()


def _abbreviated(text: str) -> list[str]:
    """The words of `Received Dt`: some of them as software shortens them."""
    words = text.split() if _WORDS.fullmatch(text) else []
    return words if any(word.lower() in _table("abbreviation") for word in words) else []


@cache
def _glued_words() -> frozenset[str]:
    return frozenset(word_list("fields.toml")["glued"]["words"])


@cache
def _table(name: str) -> Mapping[str, str]:
    words: Mapping[str, str] = word_list("fields.toml")[name]
    return words


@lru_cache(8192)
def spelled_out(text: str) -> tuple[str, ...]:
    """The ways to say the name of a field in words, the nearest first; none where a text is no name
    of a field."""
    text = text.strip()
    if _NAME.fullmatch(text) is not None:
        parts = [part for piece in text.split("_") for part in _WORD.findall(piece)]
        parts = [word for part in parts for word in _unglued(part.lower()) or (part,)]
    else:
        parts = list(_unglued(text)) if _GLUED.fullmatch(text) else _abbreviated(text)
    if not parts:
        return ()
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
        kept = words[start:]
        yield from _turned(kept)
        if len(kept) > 1 and kept[-1] in last:
            yield from _turned(kept[:-1])


def _turned(words: list[str]) -> Iterator[str]:
    yield " ".join(words)
    if len(words) > 1 and words[-1] == "date":
        yield " ".join(["date", *words[:-1]])
    if len(words) > 1 and words[0] == "date":
        yield " ".join([*words[1:], "date"])
