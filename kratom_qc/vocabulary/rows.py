"""Words that say what rows and columns of results are about (`words/rows.toml`): headings of
sections, quality control, replicates, averages and extremes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from kratom_qc.vocabulary.analyte_names import Analyte, analyte
from kratom_qc.vocabulary.calendar import is_day
from kratom_qc.vocabulary.field_names import spelled_out
from kratom_qc.vocabulary.keys import LONGEST_NAME, folded, is_answered
from kratom_qc.vocabulary.lists import index, word_list
from kratom_qc.vocabulary.methods import techniques_in
from kratom_qc.vocabulary.statuses import status
from kratom_qc.vocabulary.units import unit

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_BRACKET = re.compile(r"[(\[]((?:[^()\[\]]|\([^()]*\))*)[)\]]")
_PARTS = re.compile(r"\s[-–—]\s|\s*[–—:;,|\n]\s*|\s{2,}")
# The number of a laboratory's own method: `SOP TA-LC-014`; and a temperature
_OWN_METHOD = re.compile(
    r"(?:[A-Z]{2,5}-)?(?:SOP|[Mm]ethod|TM|WI|MET|AM)[\s:#-]*(?=[A-Z-]*[0-9]|[A-Z-]+[0-9])(?:[A-Z]{1,4}[-./])*[A-Z]{0,3}[0-9]{1,5}"
    r"(?:[-./][0-9A-Z]{1,4})*|[0-9]{1,4}\s?°\s?C"
)
# A published method by its number: `SW6020B`, `EPA 6020B`, `ČSN EN ISO 4833-1:2013`
_PUBLISHED = re.compile(
    r"(?:(?:US\s?)?EPA(?:\s?SW)?|SW(?:-?846)?|SM|APHA|ASTM|NIOSH|OSHA|AOAC(?:\sOMA)?|AOCS|AACC"
    r"|GB(?:/T)?|SNI|(?:(?:ČSN|STN|DIN|ÖNORM|SN|PN|NF|UNE|UNI|BS|NEN|NBN|NP|MSZ|TCVN)[ -]?)?"
    r"(?:EN[ -]?)?(?:ISO(?:/T[SR])?)?)[\s-]{0,2}"
    r"(?P<number>[A-Z]?[0-9]{3,5}(?:\.[0-9]{1,3})?[A-Z]?(?:-[0-9]{1,3})?)"
    r"(?:\s?:\s?[0-9]{4}(?:-[0-9]{2})?)?"
    r"|(?:§\s?64\s)?(?:LFGB\s|ASU\s){1,2}[A-Z]\s?[0-9]{2}\.[0-9]{2}-[0-9]{1,3}"
    r"|NMKL\s?(?:No\.?\s)?[0-9]{1,3}"
)
# The unit of a heading is that of every row below which states none
_UNLESS = re.compile(
    r"[\s,;]*\b(?:unless\s+(?:otherwise\s+)?(?:stated|noted|indicated|specified|given|shown|listed)(?:\s+otherwise)?"
    r"|wenn nicht anders angegeben|sofern nicht anders angegeben|není-li uvedeno jinak"
    r"|pokud není uvedeno jinak|sauf indication contraire|sauf mention contraire"
    r"|salvo indicación contraria)\b[\s,;:]*",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![0-9])(?:19|20|25)[0-9]{2}(?![0-9])")
_GOOD = ("opinion_good", "final")
# `2. Heavy metals`, `3.1 Microbiology`, `B) Alkaloids`: the number of a section
_NUMBERING = re.compile(
    r"^\s*(?:(?:section|part|table|teil|abschnitt|část|partie|sección|parte|część|deel|bagian)\s+)?"
    r"(?:[0-9]{1,2}(?:\.[0-9]{1,2}){0,2}[.):]?|[A-Z][.)]|[IVX]{1,4}[.)])\s+(?=[^\W\d])",
    re.IGNORECASE,
)


class Heading(NamedTuple):
    """What a line above or among the rows of a table says of them.

    `subjects` are its parts without unit, method and verdict: `Heavy metals`. `unit` is the one
    unit it states, else empty. `is_understood` tells whether every word of it is one of headings:
    then it says nothing else.
    """

    subjects: tuple[str, ...]
    unit: str
    is_understood: bool


@cache
def row_words(table: str) -> Mapping[str, str]:
    """The key of every phrase of a table of `words/rows.toml` → the list it stands in. Raises
    RulebookError where a phrase stands in two."""
    lists = word_list("rows.toml")[table]
    words = ((_key(word), name, word) for name, words in lists.items() for word in words)
    return index(words, f"words/rows.toml [{table}]")


@lru_cache(8192)
def _key(text: str) -> str:
    return " ".join(_WORD.findall(folded(text)))


# ---------------------------------------------------------------- headings


@lru_cache(8192)
def heading(text: str) -> Heading:
    """A line read as a heading: `Heavy metals – results in mg/kg`, `Alkaloids [% w/w]`,
    `HME - Heavy Metals (ICP-MS, mg/kg)   Pass`."""
    if len(text) > LONGEST_NAME or is_answered(text):
        return Heading((), "", False)
    bare = _NUMBERING.sub("", text)
    if bare != text and analyte(text) is None:  # `E. coli` has no number
        return heading(bare)
    split = [_with_unit(part) for part in _parts(without_exception(text))]
    units = {unit_text.casefold(): unit_text for _, unit_text in split if unit_text}
    words = [words for words, _ in split if words]
    subjects = [part for part in words if not _is_aside(part)]
    understood = bool(split) and len(units) < 2 and all(map(_is_of_headings, words))
    only = next(iter(units.values())) if len(units) == 1 else ""
    return Heading(tuple(subjects), only, understood)


def _is_aside(part: str) -> bool:
    """What a heading says besides its subject: a verdict, a method, the day of the tests."""
    return status(part) in _GOOD or is_method(part) or _is_dated(part)


def _is_dated(part: str) -> bool:
    """`10/12/2026`, `tested 10/12/2026`."""
    words = part.split() if _YEAR.search(part) is not None else []
    starts = (at for at in range(len(words)) if is_day(" ".join(words[at:])))
    at = next(starts, None)
    return at is not None and all(_is_word(_key(word)) for word in words[:at])


@lru_cache(8192)
def analyte_of_heading(text: str) -> Analyte | None:
    """The analyte of a row that is named like a heading: `MOISTURE TEST RESULT - 10/09/2026`."""
    said = heading(text)
    if len(said.subjects) != 1 or said.unit:
        return None
    words = said.subjects[0].split()
    for count in range(len(words), 0, -1):
        known = analyte(" ".join(words[:count]))
        if known is not None:
            return known
        if _key(words[count - 1]) not in row_words("of_result"):
            return None
    return None


def without_exception(text: str) -> str:
    """A heading without its `unless otherwise stated`, which each row keeps to anyway."""
    return _UNLESS.sub(" ", text)


def _parts(text: str) -> Iterator[str]:
    """The parts of a heading: what brackets, dashes, commas and wide blanks set apart."""
    outside = _BRACKET.sub("  ", text)
    inside = [match[1] for match in _BRACKET.finditer(text)]
    for piece in (outside, *inside):
        for part in _PARTS.split(piece):
            if part.strip():
                yield part.strip()


def _with_unit(part: str) -> tuple[str, str]:
    """The words of a part of a heading, and the unit that it states: all of it, or what stands last
    in it (`results in mg/kg`). `1`, the unit of ratios, is a number here."""
    if not part.isdigit() and unit(part) is not None:
        return "", part
    words = part.split()
    all_words = True  # of headings, so far
    for start, before in enumerate(map(_key, words[:-1]), start=1):
        has_in = row_words("heading").get(before) == "in"
        all_words = all_words and _is_word(before)
        unit_text = " ".join(words[start:]) if has_in or all_words else ""
        known = unit(unit_text) if unit_text else None
        if known is not None and known.portion is None:
            return " ".join(words[: start - has_in]), unit_text
    return part, ""


def _is_word(key: str) -> bool:
    return not key or key in row_words("heading")


def _is_of_headings(part: str) -> bool:
    if len(part) == 1:
        return status(part) in _GOOD  # `Salmonella: Y` is no yttrium
    if _is_aside(part) or analyte(part) is not None:
        return True
    if row_words("heading").get(_key(part)) == "phrase":
        return True
    words = part.split()
    while words and status(words[-1]) in _GOOD:
        words.pop()
    return all(all(map(_is_word, _key(word).split())) or is_method(word) for word in words)


@lru_cache(8192)
def is_method(part: str) -> bool:
    """Whether a text is a technique or the number of a method, and no other word: `ICP-MS`, `USP
    <2021>`."""
    words = " ".join(mention.words for mention in techniques_in(part))
    known = set(_WORD.findall(folded(words)))
    rest = [word for word in _WORD.findall(folded(part)) if word not in known]
    if _OWN_METHOD.fullmatch(part.strip()) or _is_published(part.strip()):
        return True
    return all(word.isdigit() or row_words("heading").get(word) == "norm" for word in rest) and (
        bool(known) or any(not word.isdigit() for word in rest)
    )


def _is_published(text: str) -> bool:
    """A body or a country of standards, and a number: a number alone is none."""
    match = _PUBLISHED.fullmatch(text)
    return match is not None and match.start("number") != 0


# ---------------------------------------------------------------- samples of the laboratory's own


Quality = Literal["yes", "perhaps", ""]


@lru_cache(8192)
def quality_control(text: str, *, is_id: bool = False, of_method: bool = False) -> Quality:
    """Whether a text beside a result says that it is of the laboratory's quality control, not of
    the sample: `yes` where it says nothing else, `perhaps` where it says it among other words.

    A method, and the number of a sample, may be an abbreviation (`MS`, `MB-2610`) that means
    nothing of the kind.
    """
    if len(text) > LONGEST_NAME:
        return ""
    words = _WORD.findall(folded(text))
    kinds, rest = _phrases(words)
    if not kinds or (kinds == {"alone"} and (len(words) > 1 or of_method)):
        return ""
    if is_id and "phrase" not in kinds and len(words) > 1:
        return "perhaps" if "abbreviation" in kinds else ""
    beside = [word for word in rest if not any(c.isdigit() for c in word)]
    if analyte(" ".join(beside)) is not None or all(map(_is_beside, beside)):
        return "yes"
    return "perhaps" if "phrase" in kinds else ""


def is_sample_word(text: str) -> bool:
    """Whether a text in a column of kinds of samples names the sample itself, not a control."""
    return row_words("sample").get(_key(text)) is not None


def is_control_code(text: str) -> bool:
    """Whether a text in a column of kinds of samples is a code of quality control: `LR`, `LB1`."""
    key = _key(text)
    if row_words("quality_control").get(key) == "code":
        return True
    numbered = key.rstrip("0123456789")
    kind = row_words("quality_control").get(numbered) if numbered != key else None
    return kind in ("code", "alone", "abbreviation")


def _phrases(words: list[str]) -> tuple[set[str], list[str]]:
    """The kinds of phrases of quality control among words, and the other words."""
    known, start = row_words("quality_control"), 0
    kinds: set[str] = set()
    rest: list[str] = []
    while start < len(words):
        for length in range(min(5, len(words) - start), 0, -1):
            kind = known.get(" ".join(words[start : start + length]))
            if kind is not None and kind not in ("beside", "code"):
                kinds.add(kind)
                start += length
                break
        else:
            rest.append(words[start])
            start += 1
    return kinds, rest


def _is_beside(word: str) -> bool:
    return row_words("quality_control").get(word) == "beside" or analyte(word) is not None


# ---------------------------------------------------------------- several results of one row


@lru_cache(8192)
def writing(text: str) -> str | None:
    """Whether a column of results holds them as `reported` or `raw`, unrounded; None where its
    header says neither."""
    for spelling in (text, *spelled_out(text)):
        kind = row_words("writing").get(_key(spelling.replace("_", " ")))
        if kind is not None:
            return kind
    return None


@lru_cache(8192)
def repetition(text: str) -> str | None:
    """What a column beside others of its kind holds: `replicate`, `mean`, `highest`, `lowest` or
    `spread`; None for every other header."""
    words = _WORD.findall(folded(text))
    kind = row_words("repetition").get(" ".join(words))
    if kind is None and words and (words[-1].isdigit() or len(words[-1]) == 1):
        kind = row_words("repetition").get(" ".join(words[:-1]))
        return kind if kind == "replicate" else None
    if kind is None and words:
        joined = re.fullmatch(r"([^\W\d]+)\d{1,2}", "".join(words))
        kind = row_words("repetition").get(joined[1]) if joined else None
        return kind if kind == "replicate" else None
    return kind if kind != "replicate" else None
