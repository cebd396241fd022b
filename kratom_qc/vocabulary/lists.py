"""The word lists (`words/*.toml`): read once, indexed by comparable keys, and searched for near
words.

A spelling is a row of data. It may stand for one thing only; a list that uses one twice is refused.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from kratom_qc.domain.errors import RulebookError

WORDS = Path(__file__).parent / "words"
_LONGEST_WORD = 60
_SHORT = 2  # letters
_LETTERS = re.compile(r"[^\W\d_]+")


@cache
def word_list(name: str) -> Mapping[str, Any]:
    """The content of one list of `words/`, by its file's name."""
    return tomllib.loads((WORDS / name).read_text(encoding="utf-8"))


@cache
def _words_of_lists() -> frozenset[str]:
    """Every word of every list, in small letters."""
    texts = (path.read_text(encoding="utf-8").casefold() for path in WORDS.glob("*.toml"))
    return frozenset(word for text in texts for word in _LETTERS.findall(text))


@lru_cache(4096)
def is_unheard(text: str) -> bool:
    """Whether a text is of words alone, none of which stands in any of our lists: so it is of a
    language that we do not read. Words of one or two letters say nothing either way."""
    words = _LETTERS.findall(text.casefold())
    long = [word for word in words if len(word) > _SHORT]
    is_words = not any(map(str.isdigit, text)) and len(text) <= _LONGEST_WORD
    return is_words and bool(long) and not any(word in _words_of_lists() for word in long)


def index(rows: Iterable[tuple[str, str, str]], file: str) -> Mapping[str, str]:
    """(key, meaning, spelling) rows as key → meaning.

    Raises RulebookError with every blank key and every key of two meanings.
    """
    meanings: dict[str, str] = {}
    wrong: list[str] = []
    for key, meaning, spelling in rows:
        if not key:
            wrong.append(f"'{spelling}' of {meaning} has nothing to compare")
        elif meanings.setdefault(key, meaning) != meaning:
            wrong.append(f"'{spelling}' stands for {meanings[key]} and for {meaning}")
    if wrong:
        raise RulebookError(f"{file}: a spelling may stand for one thing only: " + "; ".join(wrong))
    return meanings


def closest(key: str, known: Iterable[str], most: int) -> list[str]:
    """The known keys nearest to a key, nearest first. rapidfuzz, because a file may hold 20,000
    unknown words."""
    matches = process.extract(key, list(known), scorer=fuzz.ratio, limit=most, score_cutoff=60)
    return [near for near, _, _ in matches]


def nearest_hint(name: str, known: Iterable[str], most: int = 1) -> str:
    """`; nearest: us-tx`: the end of a sentence about a name that nobody knows. Names that begin
    with it come first, in capitals or not; nothing where none is near."""
    key, every = name.casefold(), {word.casefold(): word for word in known}
    longer = [word for word in every if key and word.startswith(key)]
    near = [every[word] for word in dict.fromkeys([*longer, *closest(key, every, most)])][:most]
    return f"; nearest: {', '.join(near)}" if near else ""


def nearest(key: str, spellings: Mapping[str, str]) -> tuple[str, ...]:
    """Up to three spellings (by their keys) near a key. A text longer than any word is near none: a
    file full of prose must cost nothing."""
    if len(key) > _LONGEST_WORD:
        return ()
    return tuple(spellings[near] for near in closest(key, spellings, 3))
