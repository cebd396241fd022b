"""The closed lists of words that plain shapes are made of (`words/plain.toml`)."""

from __future__ import annotations

import re
from functools import cache

from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.lists import WORDS, word_list


@cache
def plain_words(table: str, kind: str) -> frozenset[str]:
    """The words of one list, in small letters without accents, with and without a full stop at
    their end."""
    words = [folded(word) for word in word_list("plain.toml")[table][kind]]
    return frozenset((*words, *(word.strip(".") for word in words)))


_WORD = re.compile(r"[^\W\d_]{3,}")
_SPEAKING = (
    "texts.toml",
    "adverse.toml",
    "statuses.toml",
    "conclusions.toml",
    "hazards.toml",
    "rows.toml",
)


@cache
def ordinary_words() -> frozenset[str]:
    """Every word of the lists that speak of results, papers and hazards: no name is made of
    these."""
    return frozenset(
        word
        for name in _SPEAKING
        for word in _WORD.findall(folded((WORDS / name).read_text("utf-8")))
    )
