"""Good answers to tests that are described in words (`words/described.toml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from kratom_qc.domain.errors import RulebookError
from kratom_qc.vocabulary.analyte_names import analytes
from kratom_qc.vocabulary.keys import folded, word_key
from kratom_qc.vocabulary.lists import word_list
from kratom_qc.vocabulary.statuses import status

_EVERY = "every"
_BETWEEN = re.compile(r"[\s,;:/()&+]+|\.(?=\s|$)")
_NUMBER = re.compile(r"[<>≤≥=~±]*[0-9][0-9.,]*%?")
_LONGEST = 200  # characters; a longer answer tells a story


class GoodAnswers(NamedTuple):
    """What a good answer to a test is made of: words, whole answers, and whether numbers may stand
    among the words."""

    words: frozenset[str]
    answers: frozenset[str]
    numbers: bool


@cache
def good_answers() -> Mapping[str, GoodAnswers]:
    """By the id of a described test. Raises RulebookError where the list and the analytes do not
    name the same tests."""
    tables = word_list("described.toml")
    described = {known.id for known in analytes().values() if known.measure == "described"}
    unlike = described ^ (set(tables) - {_EVERY})
    if unlike:
        ids = ", ".join(sorted(unlike))
        raise RulebookError(f"words/described.toml: not the described tests of the list: {ids}")
    return {test: _of(tables, test) for test in described}


def _of(tables: Mapping[str, Mapping[str, list[str]]], test: str) -> GoodAnswers:
    names = (_EVERY, test, *tables[test].get("include", ()))
    words = (word for name in names for word in tables[name].get("words", ()))
    answers = (answer for name in names for answer in tables[name].get("answers", ()))
    return GoodAnswers(
        frozenset(map(folded, words)),
        frozenset(map(word_key, answers)),
        bool(tables[test].get("numbers")),
    )


def described_well(test: str, text: str) -> bool:
    """Whether an answer to a described test is known good."""
    if len(text) > _LONGEST:
        return False
    good = good_answers()[test]
    if status(text) == "opinion_good" or word_key(text) in good.answers:
        return True
    words = [word for word in _BETWEEN.split(folded(text)) if word]
    return bool(words) and all(_is_good(word, good) for word in words)


def _is_good(word: str, good: GoodAnswers) -> bool:
    """A word, or several joined by hyphens."""
    if word in good.words or (good.numbers and _NUMBER.fullmatch(word)):
        return True
    return "-" in word and all(part in good.words for part in word.split("-"))
