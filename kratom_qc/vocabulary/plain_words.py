"""The closed lists of words that plain shapes are made of (`words/plain.toml`)."""

from __future__ import annotations

from functools import cache

from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.lists import word_list


@cache
def plain_words(table: str, kind: str) -> frozenset[str]:
    """The words of one list, in small letters without accents, with and without a full stop at
    their end."""
    words = [folded(word) for word in word_list("plain.toml")[table][kind]]
    return frozenset((*words, *(word.strip(".") for word in words)))
