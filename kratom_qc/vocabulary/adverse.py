"""Words against a sample or its paper (`words/adverse.toml`).

They never decide about a batch: text that nobody has read holds it, whatever its words. They keep
plain shapes plain, and a laboratory's own entries of the register of texts harmless.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kratom_qc.vocabulary.analyte_names import analyte
from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.labels import fact_name
from kratom_qc.vocabulary.lists import word_list
from kratom_qc.vocabulary.statuses import status
from kratom_qc.vocabulary.units import unit

BAD = ("opinion_bad", "opinion_unsure", "preliminary", "present", "too_many")
_LONGEST = 4000  # characters looked at: a cell has no more
_HEADINGS = 6  # words that an analyte's name may have before its result
_WORD = re.compile(r"[^\W\d_]+")
# No sentence ends behind the initial of a species (`E. coli`) or behind `sp.` and `spp.`.
_SENTENCE = re.compile(
    r"[;\n|•]+|(?<=[^\W\d]{2})(?<!\bsp)(?<!\bspp)\.\s+|(?<=[^\W\d])[!?]\s+", re.IGNORECASE
)
_DEFINED = re.compile(
    r"[^,;]{0,25}?(?:\s=\s?|=\s?|\s(?:means|denotes|indicates|stands for)\s)[^,]*"
)
_LETTER = re.compile(r"(?:^|,)\s*[a-z✓✗]\s*[:–-]\s*[^,]*")
_BATCH = re.compile(r"(?P<label>[^0-9:#]{2,40}?)\s*[:#\s]\s*(?P<id>\S*[0-9]\S*)")
_VALUE = re.compile(r"[<>≤≥=~≈+]?\s*[0-9]")


@lru_cache(8192)
def has_adverse_word(text: str) -> bool:
    """Whether any word of a text may speak against a sample, as no name, address or identifier
    does."""
    low = folded(text)
    words = (word for word in _WORD.findall(low) if len(word) > 1 or not word.isascii())
    return any(map(_is_adverse, words)) or any(part in low for part in _inside())


def _is_adverse(word: str) -> bool:
    return word in _whole_words() or word.startswith(_beginnings())


@cache
def _whole_words() -> frozenset[str]:
    bad = (word for kind in BAD for word in word_list("statuses.toml")[kind])
    return frozenset(map(folded, (*word_list("adverse.toml")["words"], *bad)))


@cache
def _beginnings() -> tuple[str, ...]:
    listed = word_list("adverse.toml")["words"]
    return tuple(folded(word[:-1]) for word in listed if word.endswith("-"))


@cache
def _inside() -> tuple[str, ...]:
    return tuple(folded(part) for part in word_list("adverse.toml")["inside"])


# ---------------------------------------------------------------- statements


def objection(text: str) -> str:
    """Why a laboratory's entry of the register may not make a text harmless: it names a result, a
    verdict or a lot. Empty where it may.
    """
    parts = _SENTENCE.split(text[:_LONGEST])
    if any(map(_names_a_lot, parts)):
        return "it names a lot"
    if any(map(_names_a_result, parts)):
        return "it names a result"
    if status(text) in BAD or any(_is_against(folded(part)) for part in parts):
        return "it speaks against the sample"
    return ""


def _names_a_lot(text: str) -> bool:
    words = text.split()
    tails = (" ".join(words[start:]) for start in range(len(words)))
    matches = (_BATCH.match(tail) for tail in tails)
    return any(match and fact_name(match["label"]) == "batch_id" for match in matches)


def _names_a_result(text: str) -> bool:
    """`Lead 9.9 mg/kg`, `Salmonella: present`: an analyte with a value or a word for one."""
    words = re.split(r"\s+|(?<=[^\W\d])\s*[:=]\s*", text.strip())
    for start in range(len(words)):
        for count in range(min(len(words) - start, _HEADINGS), 0, -1):
            name = " ".join(words[start : start + count]).strip(" :=–-.,()")
            is_word = len(name) < 3 and name.islower()  # `as received`: no symbol of an element
            known = None if is_word else analyte(name)
            if known is not None and _has_value(words[:start] + words[start + count :]):
                return True
    return False


def _has_value(words: list[str]) -> bool:
    """Whether words beside an analyte's name are a value, or say what was found of it."""
    bare = [word.strip(" :=–-.,()") for word in words]
    pairs = zip(bare, [*bare[1:], ""], strict=False)
    return any(
        has_adverse_word(word)
        or folded(word) in _words_of_finding()
        or (_VALUE.match(word) and unit(after) is not None)
        for word, after in pairs
    )


@cache
def _words_of_finding() -> frozenset[str]:
    return frozenset(map(folded, word_list("adverse.toml")["finding"]))


@cache
def _phrases(kind: str) -> re.Pattern[str]:
    listed = {folded(phrase) for phrase in word_list("adverse.toml")[kind]}
    longest_first = sorted(listed, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


@cache
def _negations() -> frozenset[str]:
    return frozenset(folded(word) for word in word_list("adverse.toml")["negation"])


def _is_against(sentence: str) -> bool:
    """Whether a sentence says so outright: not in a legend, taken back by a `not`, or for the case
    that something happens."""
    plain = _phrases("harmless").sub(" ", _without_legends(sentence))
    for match in _phrases("against").finditer(plain):
        before, after = plain[: match.start()], plain[match.end() :]
        near = re.findall(r"[^\W\d]+(?=(?:\s+[^\W\d]+)?\s+$)", before)
        negated = any(word in _negations() for word in near[-2:])
        conditional = _phrases("condition").search(before) or _phrases("condition").match(
            after.lstrip()
        )
        if not negated and not conditional:
            return True
    return False


def _without_legends(sentence: str) -> str:
    """`F = fail`, `N: nevyhovuje`: a legend says what a word would mean, not that it holds."""
    phrase = _LETTER.sub(" ", sentence)
    return _DEFINED.sub(lambda match: " " if _is_code(match[0]) else match[0], phrase)


def _is_code(definition: str) -> bool:
    left = re.split(r"=|\s(?:means|denotes|indicates|stands)\s", definition)[0].strip(" '\"“”,([")
    names = analyte(left) or fact_name(left)
    return names is None and (len(left) <= 4 or status(left) is not None)
