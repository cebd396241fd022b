"""What a limit's text speaks of: substances and product forms, by the names the word lists know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from kratom_qc import vocabulary

_LONGEST_NAME = 5  # words
_LONGEST_FORM = 3
_TRIM = " ,;:.()[]"
_COMPARES = re.compile(r"[<>≤≥=]|(?<![\w-])\d+(?:[.,]\d+)?(?=\s|%|$)")
_DENIES = re.compile(
    r"\b(?:no|not|never|neither|nor|without|except|other than|excluding|prohibit\w*|banned)\b", re.I
)


@lru_cache(4096)
def substances_named(text: str) -> frozenset[str]:
    """The ids of the analytes that a text names, longest name first: `total mercury` is not also
    `mercury`.

    `As` and `Pb` are symbols, `as` and `be` are English: a name of one or two letters counts only
    as a symbol is written.
    """
    words = _COMPARES.sub(" ; ", re.sub(r"[()/+:,]", r" \g<0> ", text)).split()
    found: set[str] = set()
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
            name = " ".join(words[at : at + size]).strip(_TRIM)
            known = vocabulary.analyte(name) if name and _could_be_a_name(name) else None
            if known is not None:
                found.add(known.id)
                at += size - 1
                break
        at += 1
    return frozenset(found)


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
    found: dict[str, bool] = {}
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST_FORM, len(words) - at), 0, -1):
            form = _form(" ".join(words[at : at + size]).rstrip("."))
            if form is not None:
                before = " ".join(words[:at]).rpartition(";")[2]
                found[form] = len(_DENIES.findall(before)) % 2 == 0
                at += size - 1
                break
        at += 1
    return found


def _form(name: str) -> str | None:
    return vocabulary.product_form(name) or vocabulary.product_form(name.removesuffix("s"))
