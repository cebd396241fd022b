"""Headings and legends: words that say what a part of a certificate is about, or what its
abbreviations mean, and nothing of what was found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.methods import techniques_in
from kratom_qc.vocabulary.plain_words import plain_words
from kratom_qc.vocabulary.rows import heading

_LONGEST = 300  # characters; no heading needs more
_MOST_WORDS = 6  # of an analyte's name
_BETWEEN = re.compile(r"[\s,;:()\[\]|&_]+|(?<=\w)[-–—](?=\s)")
_NUMBERING = re.compile(r"^\s*(?:[0-9]{1,2}|[A-Z]|[IVX]{1,4})[.)]\s+")  # `2. Heavy metals`
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"


@lru_cache(8192)
def is_heading(text: str) -> bool:
    """Whether a text names analytes, families of them and methods, and says nothing of them: `Heavy
    Metals by ICP-MS`, `Alkaloids (% w/w)`. A unit alone names nothing."""
    if len(text) > _LONGEST:
        return False
    said = heading(text)
    names = said.is_understood and any(map(str.isalpha, "".join(said.subjects)))
    if names and not said.unit and not vocabulary.basis_in(text)[0]:
        return True
    text = _NUMBERING.sub("", text)
    rest, techniques = f" {folded(text)} ", techniques_in(text)
    for named in techniques:
        rest = rest.replace(folded(named.words), " ")
    words = [word for word in _BETWEEN.split(rest) if any(c.isalnum() for c in word) or word == "%"]
    names_something, at = bool(techniques), 0
    while at < len(words):
        ways = range(min(len(words), at + _MOST_WORDS), at, -1)
        end = next((end for end in ways if _is_of_a_heading(" ".join(words[at:end]))), 0)
        if not end:
            return False
        names_something = names_something or vocabulary.unit(" ".join(words[at:end])) is None
        at = end
    return names_something


def _is_of_a_heading(phrase: str) -> bool:
    bare = phrase.strip(".")
    if bare in plain_words("heading", "words") or vocabulary.analyte(bare) is not None:
        return True
    return vocabulary.unit(phrase) is not None


# ---------------------------------------------------------------- legends


_LEGEND_PARTS = re.compile(r"[;,\n|]|\s{2,}")
_DEFINES = re.compile(
    r"\s*(?:=|:|\s[-–—]\s|\s(?:means|denotes|indicates|stands for|znamená|bedeutet|significa"
    r"|signifie|oznacza|betekent|berarti)\s)\s*"
)
_MOST_LETTERS = 4  # of what a legend explains
_SAFELY_DEFINED = ("not_detected", "below_loq", "below_lod", "not_tested", "not_evaluated", "final")


@lru_cache(4096)
def is_legend(text: str) -> bool:
    """Abbreviations with what everybody means by them: `ND = Not Detected, LOQ: Limit of
    Quantitation`. Both sides must mean the same in our own words."""
    parts = [part for part in _LEGEND_PARTS.split(text.strip(" .()[]*")) if part.strip()]
    # What defines a good verdict and a bad one says neither.
    verdicts = {vocabulary.status(_DEFINES.split(part.strip())[-1]) for part in parts}
    both = {"opinion_good", "opinion_bad"} <= verdicts
    return bool(parts) and all(_is_definition(part, safe=both) for part in parts)


def defined(texts: Iterable[str]) -> dict[str, str]:
    """What legends say of each abbreviation (folded): `V = vyhovuje, X = nehodnoceno`. One that
    is explained in two ways is not."""
    found: dict[str, set[str]] = {}
    for text in texts:
        for part in _LEGEND_PARTS.split(text) if len(text) <= _LONGEST else ():
            name, *said = _DEFINES.split(part.strip(" ."), maxsplit=1)
            if said and 0 < len(name) <= _MOST_LETTERS:
                found.setdefault(folded(name), set()).add(said[0])
    return {name: words.pop() for name, words in found.items() if len(words) == 1}


def _is_definition(part: str, *, safe: bool) -> bool:
    sides = [side.strip(" .\"'“”()") for side in _DEFINES.split(part.strip(" *"))]
    if len(sides) == 1 and sides[0].split(" ")[0].isupper():  # `ND Not Detected`
        sides = sides[0].split(" ", 1)
    if len(sides) < 2 or not all(sides):
        return False
    meanings = [_meanings(side) for side in sides]
    shared = set.intersection(*meanings)
    if not shared:
        return _is_equation(sides)
    safe = safe or "=" in part
    return any(kind != "status" or safe or meaning in _SAFELY_DEFINED for kind, meaning in shared)


def _meanings(text: str) -> set[tuple[str, str]]:
    known = vocabulary.analyte(text)
    found = {
        "status": vocabulary.status(text),
        "column": vocabulary.column_role(text),
        "analyte": known.id if known else None,
    }
    return {(kind, meaning) for kind, meaning in found.items() if meaning}


def _is_equation(sides: Iterable[str]) -> bool:
    """`1 ppm = 1 mg/kg = 1000 ppb`."""
    amounts = []
    for side in sides:
        match = re.fullmatch(rf"(?P<number>{_NUMBER})?\s*(?P<unit>\D.*)", side)
        unit = vocabulary.unit(match["unit"]) if match else None
        if match is None or unit is None or unit.log10:
            return False
        number = Decimal((match["number"] or "1").replace(",", "."))
        amounts.append((unit.canonical, unit.factor * number))
    return len(set(amounts)) == 1
