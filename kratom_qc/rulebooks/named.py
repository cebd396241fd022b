"""What a limit's text speaks of: substances and product forms, by the names the word lists know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from kratom_qc import vocabulary

_LONGEST_NAME = 5  # words
_LONGEST_FORM = 3
_TRIM = " ,;:.()[]"
_COMPARES = re.compile(r"[<>≤≥=]|(?<![\w-])\d+(?:[.,]\d+)?(?=\s|%|$)")
_DENIES = re.compile(
    r"\b(?:no|not|never|neither|nor|without|except|other than|excluding|prohibit\w*|banned)\b", re.I
)


def _meanings(
    words: Sequence[str], longest: int, meaning: Callable[[str], str | None]
) -> Iterator[tuple[int, str]]:
    """What names among words mean, each with the place of its first word; the longest name counts:
    `total mercury` is not also `mercury`."""
    place = 0
    while place < len(words):
        for size in range(min(longest, len(words) - place), 0, -1):
            meant = meaning(" ".join(words[place : place + size]))
            if meant is not None:
                yield place, meant
                place += size - 1
                break
        place += 1


@lru_cache(4096)
def substances_named(text: str) -> frozenset[str]:
    """The ids of the analytes that a text names.

    `As` and `Pb` are symbols, `as` and `be` are English: a name of one or two letters counts only
    as a symbol is written.
    """
    words = _COMPARES.sub(" ; ", re.sub(r"[()/+:,]", r" \g<0> ", text)).split()
    return frozenset(analyte for _, analyte in _meanings(words, _LONGEST_NAME, _substance))


def _substance(name: str) -> str | None:
    name = name.strip(_TRIM)
    known = vocabulary.analyte(name) if name and _could_be_a_name(name) else None
    return known.id if known is not None else None


def _could_be_a_name(name: str) -> bool:
    return len(name) > 3 or name != name.lower()


def names_in_words(subject: str, text: str) -> bool:
    """Whether a text holds every word of a substance's name: `fentanyl and its analogues` names
    fentanyl and analogues."""
    known = vocabulary.analytes().get(subject)
    words = set(re.findall(r"\w+", vocabulary.folded(text)))
    return known is not None and words >= set(re.findall(r"\w+", vocabulary.folded(known.name)))


@lru_cache(4096)
def forms_named(text: str) -> Mapping[str, bool]:
    """The product forms a text names, each with whether the text allows it: `no product that is not
    leaf powder` does, `no extracts` does not. What counts is how often its sentence denies before
    the name."""
    words = re.findall(r"[^\s,;:()]+|;", text)
    allowed: dict[str, bool] = {}
    for place, form in _meanings(words, _LONGEST_FORM, _form):
        before = " ".join(words[:place]).rpartition(";")[2]
        allowed[form] = len(_DENIES.findall(before)) % 2 == 0
    return allowed


def _form(name: str) -> str | None:
    name = name.rstrip(".")
    return vocabulary.product_form(name) or vocabulary.product_form(name.removesuffix("s"))
