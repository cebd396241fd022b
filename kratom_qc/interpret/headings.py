"""Headings and legends: words that say what a part of a certificate is about, or what its
abbreviations mean, and nothing of what was found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache, lru_cache

from kratom_qc import vocabulary
from kratom_qc.vocabulary.keys import folded, is_answered, one_blank
from kratom_qc.vocabulary.lists import word_list
from kratom_qc.vocabulary.methods import techniques_in
from kratom_qc.vocabulary.plain_words import plain_words
from kratom_qc.vocabulary.rows import heading, without_exception

_LONGEST = 300  # characters; no heading needs more
_MOST_WORDS = 6  # of an analyte's name
_BETWEEN = re.compile(r"[\s,;:()\[\]|&_]+|(?<=\w)[-–—](?=\s)")
_NUMBERING = re.compile(r"^\s*(?:[0-9]{1,2}|[A-Z]|[IVX]{1,4})[.)]\s+")  # `2. Heavy metals`
_FURTHER_NUMBER = re.compile(r"[0-9]{3,4}\.[0-9]{2}|[0-9]{4,5}(?:-[0-9]{1,2})?|<[0-9]{2,4}>")
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
# `Control sample`, `Results of other lots`, `Client results`: whose results, if not this sample's
_WHOSE = re.compile(
    r"\b(?:batch(?:es)?|lots?|client|customer|order|control|other samples?|second sample)\b"
)
_OF_WHOSE = re.compile(
    r"(?:\b(?:batch|lot|client|customer|order|sample|product|quality control|chain|custody"
    r"|information|info|details|description|identification|data|number|no|id|name|overview"
    r"|summary|and|of|the|for)\b|\W)*"
)
_SPECIMEN = re.compile(r"sample (?:coa|certificate|report)\b.*|(?:certificate|coa|report) sample")


def _is_of_something_else(text: str) -> bool:
    """Whether words of headings may say that results are not of this sample, or are an example."""
    low = one_blank(folded(text)).strip()
    whose = _WHOSE.search(low) and not _OF_WHOSE.fullmatch(low)
    answered = re.search(r":\s*\w$", low)  # `Salmonella: Y`
    return bool(whose or answered or _SPECIMEN.fullmatch(low) or low == "control")


@lru_cache(8192)
def is_heading(text: str) -> bool:
    """Whether a text names analytes, families of them and methods, and says nothing of them: `Heavy
    Metals by ICP-MS`, `Alkaloids (% w/w)`. A unit alone names nothing."""
    if len(text) > _LONGEST or is_answered(text) or _is_of_something_else(text):
        return False
    line = heading(text)
    names = line.is_understood and any(map(str.isalpha, "".join(line.subjects)))
    if names and not line.unit and not vocabulary.basis_in(text)[0]:
        return True
    text = without_exception(_NUMBERING.sub("", text))
    rest, techniques = f" {folded(text)} ", techniques_in(text)
    for mention in techniques:
        rest = rest.replace(folded(mention.words), " ")
    words = [word for word in _BETWEEN.split(rest) if any(c.isalnum() for c in word) or word == "%"]
    if techniques:  # `AOAC 990.12, 2014.05`: a further number of the same body
        words = [word for word in words if not _FURTHER_NUMBER.fullmatch(word)]
    return _are_of_headings(words, has_name=bool(techniques))


def _are_of_headings(words: Sequence[str], *, has_name: bool) -> bool:
    """Whether words are phrases of headings, and something is `named`, or named by them."""
    start = 0
    while start < len(words):
        ways = range(min(len(words), start + _MOST_WORDS), start, -1)
        end = next((end for end in ways if _is_of_a_heading(" ".join(words[start:end]))), 0)
        if not end:
            return False
        has_name = has_name or vocabulary.unit(" ".join(words[start:end])) is None
        start = end
    return has_name


def _is_of_a_heading(phrase: str) -> bool:
    bare = phrase.strip(".")
    if bare in plain_words("heading", "words"):
        return True
    if len(bare) > 1 and vocabulary.analyte(bare) is not None:  # `Salmonella: Y` is no yttrium
        return True
    return vocabulary.unit(phrase) is not None


# ---------------------------------------------------------------- legends


_LEGEND_PARTS = re.compile(r"[;,\n|]|\s{2,}")
_DEFINES = re.compile(
    r"\s*(?:=|:|\s[-–—]\s|\s(?:means|denotes|indicates|stands for|znamená|bedeutet|significa"
    r"|signifie|oznacza|betekent|berarti)\s)\s*"
)
_LEGEND = re.compile(
    r"legend|key|abbreviations|definitions|footnotes?|notes?|remarks?|vysvetlivky|zkratky|legenda|poznamk[ay]|legende|abkurzungen"
    r"|anmerkung(?:en)?|abreviations|leyenda|abreviaturas|notas?|legenda|objasnienia|skroty|abbreviazioni|afkortingen"
    r"|keterangan|catatan|singkatan|หมายเหตุ"
)
_MOST_LETTERS = 4  # of what a legend explains
_SAFELY_DEFINED = ("not_detected", "below_loq", "below_lod", "not_tested", "not_evaluated", "final")


@lru_cache(4096)
def is_legend(text: str) -> bool:
    """Abbreviations with what everybody means by them: `ND = Not Detected, LOQ: Limit of
    Quantitation`. Both sides must mean the same in our own words."""
    text = text.strip(" .*†‡")
    for opening, closing in ("()", "[]"):
        if text.startswith(opening) and text.endswith(closing):
            text = text[1:-1]
    label, colon, rest = text.partition(":")
    if colon and _LEGEND.fullmatch(folded(label).strip()):  # `Legend: ND = not detected`
        text = rest
    parts = [part for part in _LEGEND_PARTS.split(text) if part.strip()]
    # What defines a good verdict and a bad one says neither.
    verdicts = {vocabulary.status(_DEFINES.split(part.strip())[-1]) for part in parts}
    both = {"opinion_good", "opinion_bad"} <= verdicts
    return bool(parts) and all(_is_definition(part, safe=both) for part in parts)


def defined(texts: Iterable[str]) -> dict[str, str]:
    """What legends say of each abbreviation (folded): `V = vyhovuje, X = nehodnoceno`. One that
    is explained in two ways is not."""
    meanings: dict[str, set[str]] = {}
    for text in texts:
        for part in _LEGEND_PARTS.split(text) if len(text) <= _LONGEST else ():
            name, *meaning = _DEFINES.split(part.strip(" ."), maxsplit=1)
            if meaning and 0 < sum(map(str.isalnum, name)) <= _MOST_LETTERS:
                meanings.setdefault(folded(name.strip(" .'\"„“”")), set()).add(meaning[0])
    return {name: words.pop() for name, words in meanings.items() if len(words) == 1}


def _is_definition(part: str, *, safe: bool) -> bool:
    sides = [_bare(side) for side in _sides(part.strip(" *"))]
    if len(sides) == 1 and sides[0].split(" ")[0].isupper():  # `ND Not Detected`
        sides = sides[0].split(" ", 1)
    if len(sides) < 2 or not all(sides):
        return False
    meanings = [_meanings(side) for side in sides]
    shared = set.intersection(*meanings)
    if {meaning for each in meanings for _, meaning in each} == _MAY_BE_DETECTED:
        return True  # `<LOQ` is read as detected or not
    if not shared:
        return _is_equation(sides)
    safe = safe or "=" in part
    return any(kind != "status" or safe or meaning in _SAFELY_DEFINED for kind, meaning in shared)


_BELOW = ("<", "≤", "smaller", "less than")
_MAY_BE_DETECTED = {"below_loq", "detected_below_loq"}
# `not detected (below LOD)`, `expanded uncertainty (k = 2)`: what is meant, said again
_SAID_AGAIN = re.compile(
    r"\s*[(,;]\s*(?:(?:below|under|less than|at or below|<|unter|pod|sous|por debajo de"
    r"|abaixo d[eo])\s*(?:the\s+|der\s+)?"
    r"(?:LOD|LOQ|MDL|RL|NG|BG|LD|LQ|LC|limit of (?:detection|quantitation|quantification)"
    r"|detection limit|reporting limit|Nachweisgrenze)"
    r"|k\s*=\s*2(?:[.,]0+)?(?:\s*,\s*(?:approx\.?\s*)?95\s*%.{0,12})?|(?:95\s*%.{0,30})"
    r"|for this (?:test|method|analysis|sample)|(?:by|of|in) the laboratory|reported as"
    r"|dry basis)\s*\)?$"
    r"|\s+(?:set|given|stated|specified|requested|provided)\s+by\s+(?:the\s+)?(?:client|customer)$",
    re.IGNORECASE,
)


@cache
def _said_alike() -> dict[str, frozenset[int]]:
    """What each abbreviation and phrase of a legend means, as the numbers of its lines."""
    meanings: dict[str, set[int]] = {}
    for number, line in enumerate(word_list("plain.toml")["legend"]["same"]):
        for phrase in line.split(" | "):
            meanings.setdefault(one_blank(folded(phrase)).strip(" ."), set()).add(number)
    return {phrase: frozenset(numbers) for phrase, numbers in meanings.items()}


def _sides(part: str) -> list[str]:
    """The sides of a definition; what stands in brackets defines nothing."""
    sides, start = [], 0
    for sign in _DEFINES.finditer(part):
        if part.count("(", 0, sign.start()) == part.count(")", 0, sign.start()):
            sides.append(part[start : sign.start()])
            start = sign.end()
    return [*sides, part[start:]]


def _bare(side: str) -> str:
    """One side of a definition without its quotes, and the brackets around all of it."""
    bare = side.strip(" .\"'“”„«»")
    return bare[1:-1] if bare.startswith("(") and bare.endswith(")") else bare


def _meanings(text: str) -> set[tuple[str, str]]:
    text = _SAID_AGAIN.sub("", text)
    if text in _BELOW:
        return {("status", "below_lod"), ("status", "below_loq")}
    known = vocabulary.analyte(text)
    by_kind = {
        "status": vocabulary.status(text),
        "column": vocabulary.column_role(text),
        "analyte": known.id if known else None,
    }
    alike = _said_alike().get(one_blank(folded(text)).strip(" ."), frozenset())
    return {
        *((kind, meaning) for kind, meaning in by_kind.items() if meaning),
        *(("phrase", str(number)) for number in alike),
    }


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
