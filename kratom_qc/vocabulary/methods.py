"""By what a result was obtained (`words/methods.toml`): the techniques that a text names, and what
each of them cannot tell.

Laboratories write methods as they like (`SOP 44 (GC-MS/MS)`, `Alkaloids by HPLC-DAD`), so
techniques are looked for inside a text. A spelling may stand for one technique only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kratom_qc.vocabulary.derived import evidence_for, formulas
from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.lists import index

if TYPE_CHECKING:
    from kratom_qc.vocabulary.method_list import MethodList, Technique, Unfit

_LONGEST = 2000  # characters looked at; no method is told in more
_SIGNS = re.compile(r"[\W_]+")
_SENTENCE = re.compile(r"[;\n|•]+|(?<=[^\W\d])[.!?]\s+")
# What stands before a technique in prose; `G.C.` after them is a person all the same.
_BEFORE_A_TECHNIQUE = re.compile(
    r"(?:\b(?:by|via|using)\s+|\b(?:methods?|techniques?|instrument\w*|metod[ay]|methoden?)\W*)$"
)
_PARTS = re.compile(r",|&|\b(?:and|und)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedTechnique:
    """A technique with the words that name it. `sure` is False where they may be a person's
    initials."""

    technique: Technique
    words: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a line that states methods: what it names, and the families of analytes that it
    speaks of (none: of all)."""

    techniques: tuple[NamedTechnique, ...]
    families: frozenset[str]


# ---------------------------------------------------------------- what a text names


def techniques_in(text: str) -> tuple[NamedTechnique, ...]:
    """Every technique that a text names, in its order: `GC-MS` and `HPLC` in `GC-MS / HPLC`."""
    return _techniques_in(text[:_LONGEST]) if text else ()


@lru_cache(8192)
def _techniques_in(text: str) -> tuple[NamedTechnique, ...]:
    low = folded(text)
    # the words as printed, where folding kept them in place
    printed = text if len(low) == len(text) else low
    finder, by_id = _technique_finder(), _techniques()
    mentions: dict[str, NamedTechnique] = {}
    for match in finder.pattern.finditer(low):
        key, words = _key(match[0]), printed[match.start() : match.end()]
        after_by = "." not in words and _BEFORE_A_TECHNIQUE.search(low[: match.start()])
        sure = key not in _initials() or bool(after_by)
        technique = by_id[finder.meanings[key]]
        if technique.id not in mentions or (sure and not mentions[technique.id].sure):
            mentions[technique.id] = NamedTechnique(technique, words, sure)
    return tuple(mentions.values())


def names_a_technique(text: str) -> bool:
    """Whether a text says by what a result was obtained, in words of the list."""
    return any(not mention.technique.is_manner for mention in techniques_in(text))


@lru_cache(8192)
def clauses(text: str) -> tuple[Clause, ...]:
    """The parts of a line that states methods, each about its own analytes: `Alkaloids by HPLC,
    residual solvents by GC-MS`.

    A part without a technique belongs to both its neighbours: nobody knows what it is a subject of.
    """
    sentences = _SENTENCE.split(text[:_LONGEST])
    return tuple(clause for sentence in sentences for clause in _clauses(sentence))


def _clauses(sentence: str) -> list[Clause]:
    parts = _PARTS.split(sentence)
    techniques = list(map(_sure_techniques, parts))
    naming = [position for position, mentions in enumerate(techniques) if mentions]
    stated = []
    for before, place, after in zip([-1, *naming], naming, [*naming[1:], len(parts)], strict=False):
        families = _families_in(" , ".join(parts[before + 1 : after]))
        stated.append(Clause(techniques[place], families))
    return [
        clause if clause.families else replace(clause, families=_usual_families(clause, stated))
        for clause in stated
    ]


def _sure_techniques(part: str) -> tuple[NamedTechnique, ...]:
    mentions = techniques_in(part)
    return tuple(
        mention for mention in mentions if mention.sure and not mention.technique.is_manner
    )


def _families_in(text: str) -> frozenset[str]:
    finder = _family_finder()
    matches = finder.pattern.finditer(folded(text))
    return frozenset(finder.meanings[_key(match[0])] for match in matches)


def _usual_families(clause: Clause, sentence: Sequence[Clause]) -> frozenset[str]:
    """What a clause without a subject speaks of: what its techniques alone are used for, else
    whatever its sentence does."""
    uses = [frozenset(mention.technique.of) for mention in clause.techniques]
    if all(uses):
        return frozenset().union(*uses)
    return frozenset().union(*(clause.families for clause in sentence))


# ---------------------------------------------------------------- what a technique cannot tell


@lru_cache(8192)
def unfit(method: str, analyte: str) -> Unfit | None:
    """Why a result of an analyte (or of what is derived from some) by these words bounds nothing;
    None where it does."""
    techniques = {mention.technique.id for mention in techniques_in(method)}
    for row in _list().unfit:
        concerned = analyte in _with_derived(row.analytes)
        if concerned and techniques & {*row.techniques} and not techniques & {*row.unless}:
            return row
    return None


@lru_cache(8192)
def screen(method: str) -> Technique | None:
    """The qualitative technique (or manner) that a method's words name."""
    techniques = (mention.technique for mention in techniques_in(method))
    return next((technique for technique in techniques if technique.qualitative), None)


def concern(analyte: str) -> Unfit | None:
    """The first row about an analyte: for some it matters by what they were measured."""
    return next((row for row in _list().unfit if analyte in row.analytes), None)


def unfit_names(row: Unfit) -> str:
    """The first technique of a row in words; of several, the one that the list names first."""
    listed = _techniques().values()
    return next(technique.name for technique in listed if technique.id in row.techniques)


def unfit_words(method: str, analyte: str) -> str:
    """A sentence for a person: what was said, why it cannot tell, what to ask for. Empty where
    nothing is wrong with it."""
    row = unfit(method, analyte)
    if row is None:
        return ""
    techniques = [
        mention.technique for mention in techniques_in(method) if not mention.technique.is_manner
    ]
    culprit = next(technique.name for technique in techniques if technique.id in row.techniques)
    several = " does not say which technique measured it, and" if len(techniques) > 1 else ":"
    return f"'{method}'{several} {culprit} {row.because}; ask the laboratory for {row.ask}"


# ---------------------------------------------------------------- the list


def check() -> None:
    """Load the list, so that a mistake in it is an error at start. Raises RulebookError."""
    for load in (_technique_finder, _family_finder):
        load()


@cache
def _list() -> MethodList:
    from kratom_qc.vocabulary.method_list import load

    return load()


@cache
def _techniques() -> Mapping[str, Technique]:
    return {row.id: row for row in (*_list().technique, *_list().manner)}


@cache
def _initials() -> frozenset[str]:
    rows = _techniques().values()
    return frozenset(_key(folded(initials)) for row in rows for initials in row.initials)


@cache
def _with_derived(analytes: tuple[str, ...]) -> frozenset[str]:
    """These, and every quantity that is computed from one of them, however far down."""
    listed = frozenset(analytes)
    return listed.union(name for name in formulas() if listed & evidence_for(name))


class _Finder(NamedTuple):
    """A pattern of spellings, and what each means by its key."""

    pattern: re.Pattern[str]
    meanings: Mapping[str, str]


@cache
def _technique_finder() -> _Finder:
    rows = _techniques().values()
    return _finder((row.id, word) for row in rows for word in (*row.spellings, *row.initials))


@cache
def _family_finder() -> _Finder:
    subjects = _list().subjects.items()
    return _finder((family, word) for family, words in subjects for word in words)


def _finder(rows: Iterable[tuple[str, str]]) -> _Finder:
    """Finds all spellings of (meaning, spelling) rows, the longest first. Signs between words are
    free. Raises RulebookError where a spelling has two meanings."""
    keyed = [(_key(folded(spelling)), meaning, spelling) for meaning, spelling in rows]
    meanings = index(keyed, "words/methods.toml")
    words: dict[str, list[str]] = {}
    for key, _, spelling in keyed:  # of `LC` and `L.C.`, the one that leaves more room
        parts = _SIGNS.sub(" ", folded(spelling)).split()
        words[key] = max(words.get(key, []), parts, key=len)
    by_letter: dict[str, list[str]] = {}  # so that hundreds are not tried at every word
    for key in sorted(words, key=len, reverse=True):
        by_letter.setdefault(re.escape(words[key][0][0]), []).append(_pattern(key, words[key]))
    patterns = "|".join(f"(?={letter})(?:{'|'.join(alike)})" for letter, alike in by_letter.items())
    return _Finder(re.compile(rf"(?<![^\W_])(?:{patterns})"), meanings)


def _pattern(key: str, words: Iterable[str]) -> str:
    end = r"(?![^\W\d_])" if key[-1].isalpha() else r"(?![^\W_])"
    return r"[\W_]*".join(map(re.escape, words)) + end


def _key(text: str) -> str:
    return _SIGNS.sub("", text)
