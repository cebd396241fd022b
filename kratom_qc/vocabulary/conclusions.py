"""Whether a laboratory's own verdict is plainly good: a closed vocabulary of words
(`words/statuses.toml`) and of sentences (`words/conclusions.toml`)."""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache

from kratom_qc.vocabulary.headers import asks_for_a_yes
from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.labels import status_of_paper
from kratom_qc.vocabulary.lists import word_list
from kratom_qc.vocabulary.texts import OwnWords, ReadText, TextRegister, unread_sentences

_LONGEST = 300  # characters; no conclusion that says one thing needs more
_OF_SAMPLE = ("opinion_good", "final")
_OF_PAPER = (*_OF_SAMPLE, "good")
_AND = re.compile(r"\s*[,;/&+]\s*|\s+[-–—]\s+|\s+(?:and|a|und|et|y|e|i|en|dan|และ)\s+")
_SHORTEST = 4  # letters of a word that stands beside another: `V, N` are a legend
_YES = frozenset(
    map(folded, ("y", "yes", "true", "t", "ja", "ano", "oui", "sí", "sim", "tak", "sì", "ya", "ใช่"))
)


@lru_cache(8192)
def is_good_verdict(text: str, heading: str = "", *, of_paper: bool = False) -> bool:
    """Whether a text calls a sample or a result good, and says nothing else: `The lot meets all
    specifications.`, or `Y` under a heading that asks `Conforms?`; of a paper `Complete, issued`,
    too. A mark beside it may take it back, so such a text is none."""
    bare = text.strip()
    if not bare or len(bare) > _LONGEST or "*" in bare:
        return False
    if folded(bare.strip(" .")) in _YES:
        return asks_for_a_yes(heading)
    good = _OF_PAPER if of_paper else _OF_SAMPLE
    return not unread_sentences(bare, lambda sentence: _is_good(sentence, good))


def _is_good(sentence: str, good: tuple[str, ...]) -> bool:
    bare = sentence.strip(" .!✓✔")
    if _is_one(bare, good):
        return True
    parts = _AND.split(bare)
    several = len(parts) > 1 and min(map(len, parts)) >= _SHORTEST
    return several and all(_is_one(part, good) for part in parts)


def _is_one(part: str, good: tuple[str, ...]) -> bool:
    return status_of_paper(part) in good or _sentences().find(part, OwnWords()) is not None


@cache
def _sentences() -> TextRegister:
    rows = word_list("conclusions.toml").values()
    written = (text for texts in rows for text in texts)
    return TextRegister(ReadText(text, "a good verdict", "", date.min) for text in written)
