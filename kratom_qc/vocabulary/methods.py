"""By what a result was obtained (`words/methods.toml`): the techniques that a text names, and what
each of them cannot tell.

Laboratories write methods as they like (`SOP 44 (GC-MS/MS)`, `Alkaloids by HPLC-DAD`), so
techniques are looked for inside a text. A spelling may stand for one technique only; every mistake
of the list is told at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.errors import RulebookError
from kratom_qc.vocabulary.derived import evidence_for, formulas
from kratom_qc.vocabulary.lists import index, word_list

_LONGEST = 2000  # characters looked at; no method is told in more
_SIGNS = re.compile(r"[\W_]+")
_SENTENCE = re.compile(r"[;\n|•]+|(?<=[^\W\d])[.!?]\s+")
# What stands before a technique in prose; `G.C.` after them is a person all the same.
_BEFORE_A_TECHNIQUE = re.compile(
    r"(?:\b(?:by|via|using)\s+|\b(?:methods?|techniques?|instrument\w*|metod[ay]|methoden?)\W*)$"
)
_PARTS = re.compile(r",|&|\b(?:and|und)\b", re.IGNORECASE)
_TABLES = {
    "technique": {"id", "name", "spellings", "initials", "qualitative", "of"},
    "manner": {"id", "name", "spellings", "qualitative", "headings"},
    "unfit": {"techniques", "analytes", "because", "ask", "source", "unless"},
}
_NEEDED = {
    "technique": ("id", "name", "spellings"),
    "unfit": ("techniques", "analytes", "because", "ask", "source"),
}
_NEEDED["manner"] = _NEEDED["technique"]


@dataclass(frozen=True, slots=True)
class Technique:
    """A row of the list. A `manner` says how (qualitative, a screen), and by what a result was
    obtained it leaves open."""

    id: str
    name: str
    qualitative: bool = False
    headings: bool = True  # whether it counts outside a method column too
    of: frozenset[str] = frozenset()  # the families of analytes it alone is used for
    initials: frozenset[str] = (
        frozenset()
    )  # spellings, made comparable, that may be a person's initials
    manner: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A technique with the words that name it. `sure` is False where they may be a person's
    initials."""

    technique: Technique
    words: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Unfit:
    """Techniques whose results of some analytes bound nothing, with the source that says so."""

    techniques: frozenset[str]
    analytes: frozenset[str]  # as listed
    derived: frozenset[str]  # with everything that is computed from them
    unless: frozenset[str]
    because: str
    ask: str
    source: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a line that states methods: what it names, and the families of analytes that it
    speaks of (none: of all)."""

    named: tuple[Named, ...]
    subjects: frozenset[str]


# ---------------------------------------------------------------- what a text names


def named(text: str) -> tuple[Named, ...]:
    """Every technique that a text names, in its order: `GC-MS` and `HPLC` in `GC-MS / HPLC`."""
    return _named(text[:_LONGEST]) if text else ()


@lru_cache(8192)
def _named(text: str) -> tuple[Named, ...]:
    low = vocabulary.folded(text)
    source = (
        text if len(low) == len(text) else low
    )  # the words as printed, where folding kept them in place
    pattern, meanings = _techniques()
    found: dict[str, Named] = {}
    for match in pattern.finditer(low):
        technique = meanings[_key(match[0])]
        words, before = source[match.start() : match.end()], low[: match.start()]
        sure = _key(match[0]) not in technique.initials or (
            "." not in words and bool(_BEFORE_A_TECHNIQUE.search(before))
        )
        if technique.id not in found or (sure and not found[technique.id].sure):
            found[technique.id] = Named(technique, words, sure)
    return tuple(found.values())


def names_a_technique(text: str) -> bool:
    """Whether a text says by what a result was obtained, in words of the list."""
    return any(not one.technique.manner for one in named(text))


@lru_cache(8192)
def clauses(text: str) -> tuple[Clause, ...]:
    """The parts of a line that states methods, each about its own analytes: `Alkaloids by HPLC,
    residual solvents by GC-MS`.

    A part without a technique belongs to both its neighbours: nobody knows what it is a subject of.
    """
    return tuple(
        clause for sentence in _SENTENCE.split(text[:_LONGEST]) for clause in _clauses(sentence)
    )


def _clauses(sentence: str) -> list[Clause]:
    parts = _PARTS.split(sentence)
    told = [
        tuple(one for one in named(part) if one.sure and not one.technique.manner) for part in parts
    ]
    at = [index for index, said in enumerate(told) if said]
    found = []
    for before, here, after in zip([-1, *at], at, [*at[1:], len(parts)], strict=False):
        found.append(Clause(told[here], _subjects_in(" , ".join(parts[before + 1 : after]))))
    return [
        clause if clause.subjects else replace(clause, subjects=_usual(clause, found))
        for clause in found
    ]


def _subjects_in(text: str) -> frozenset[str]:
    pattern, meanings = _subjects()
    return frozenset(
        meanings[_key(match[0])] for match in pattern.finditer(vocabulary.folded(text))
    )


def _usual(clause: Clause, sentence: Sequence[Clause]) -> frozenset[str]:
    """What a clause without a subject speaks of: what its techniques alone are used for, else
    whatever its sentence does."""
    own = [one.technique.of for one in clause.named]
    return frozenset().union(*(own if all(own) else (other.subjects for other in sentence)))


# ---------------------------------------------------------------- what a technique cannot tell


@lru_cache(8192)
def unfit(method: str, analyte: str) -> Unfit | None:
    """Why a result of an analyte (or of what is derived from some) by these words bounds nothing;
    None where it does."""
    techniques = {one.technique.id for one in named(method)}
    return next(
        (
            row
            for row in _unfit()
            if analyte in row.derived
            and techniques & row.techniques
            and not techniques & row.unless
        ),
        None,
    )


@lru_cache(8192)
def screen(method: str) -> Technique | None:
    """The qualitative technique (or manner) that a method's words name."""
    return next((one.technique for one in named(method) if one.technique.qualitative), None)


def concern(analyte: str) -> Unfit | None:
    """The first row about an analyte: for some it matters by what they were measured."""
    return next((row for row in _unfit() if analyte in row.analytes), None)


def unfit_names(row: Unfit) -> str:
    """The first technique of a row in words."""
    return next(
        technique.name for technique in _techniques()[1].values() if technique.id in row.techniques
    )


def unfit_words(method: str, analyte: str) -> str:
    """A sentence for a person: what was said, why it cannot tell, what to ask for. Empty where
    nothing is wrong with it."""
    row = unfit(method, analyte)
    if row is None:
        return ""
    techniques = [one.technique for one in named(method) if not one.technique.manner]
    culprit = next(technique.name for technique in techniques if technique.id in row.techniques)
    several = " does not say which technique measured it, and" if len(techniques) > 1 else ":"
    return f"'{method}'{several} {culprit} {row.because}; ask the laboratory for {row.ask}"


# ---------------------------------------------------------------- the list


def check() -> None:
    """Load the list, so that a mistake in it is an error at start. Raises RulebookError."""
    _rows()
    for load in (_techniques, _subjects, _unfit):
        load()


@cache
def _rows() -> Mapping[str, Any]:
    data = word_list("methods.toml")
    wrong = [
        f"does not know the table '{table}'"
        for table in data.keys() - _TABLES.keys() - {"subjects"}
    ]
    for table, known in _TABLES.items():
        for position, row in enumerate(data.get(table, ()), start=1):
            where = f"[[{table}]] {row.get('id', position)}"
            wrong += [f"{where} has no '{key}'" for key in _NEEDED[table] if not row.get(key)]
            wrong += [f"{where} does not know '{key}'" for key in sorted(row.keys() - known)]
    wrong += _unknown(data)
    if wrong:
        raise RulebookError("\n".join(f"words/methods.toml: {mistake}" for mistake in wrong))
    return data


def _unknown(data: Mapping[str, Any]) -> list[str]:
    """Names of techniques, analytes and families that do not exist."""
    families = {analyte.family for analyte in vocabulary.analytes().values()}
    techniques = {row.get("id") for row in data.get("technique", ())}
    said: list[tuple[str, Iterable[str], Iterable[str]]] = [
        ("[subjects]", data.get("subjects", {}), families)
    ]
    said += [
        (f"of of {row.get('id')}", row.get("of", ()), families) for row in data.get("technique", ())
    ]
    for row in data.get("unfit", ()):
        said += [
            (f"{key} of an unfit row", row.get(key, ()), techniques)
            for key in ("techniques", "unless")
        ]
        said.append(
            ("analytes of an unfit row", row.get("analytes", ()), vocabulary.analytes().keys())
        )
    return [
        f"{what} names '{name}', which is none"
        for what, names, known in said
        for name in names
        if name not in known
    ]


def _key(text: str) -> str:
    return _SIGNS.sub("", text)


def _finder(rows: Sequence[tuple[str, str]]) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """A pattern of all spellings (meaning, spelling), the longest first, and what each means. Signs
    between words are free."""
    keyed = [(_key(vocabulary.folded(spelling)), meaning, spelling) for meaning, spelling in rows]
    meanings = index(keyed, "words/methods.toml")
    words: dict[str, list[str]] = {}
    for key, _, spelling in keyed:  # of `LC` and `L.C.`, the one that leaves more room
        words[key] = max(
            words.get(key, []), _SIGNS.sub(" ", vocabulary.folded(spelling)).split(), key=len
        )
    patterns = [
        r"[\W_]*".join(map(re.escape, words[key]))
        + (r"(?![^\W\d_])" if key[-1].isalpha() else r"(?![^\W_])")
        for key in sorted(words, key=len, reverse=True)
    ]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(patterns)})"), meanings


@cache
def _techniques() -> tuple[re.Pattern[str], Mapping[str, Technique]]:
    by_id = {
        row["id"]: Technique(
            row["id"],
            row["name"],
            row.get("qualitative", False),
            row.get("headings", True),
            frozenset(row.get("of", ())),
            frozenset(_key(vocabulary.folded(word)) for word in row.get("initials", ())),
            table == "manner",
        )
        for table in ("technique", "manner")
        for row in _rows()[table]
    }
    rows = [row for table in ("technique", "manner") for row in _rows()[table]]
    spelt = [
        (row["id"], word) for row in rows for word in (*row["spellings"], *row.get("initials", ()))
    ]
    pattern, meanings = _finder(spelt)
    return pattern, {key: by_id[meaning] for key, meaning in meanings.items()}


@cache
def _subjects() -> tuple[re.Pattern[str], Mapping[str, str]]:
    return _finder(
        [(family, word) for family, words in _rows()["subjects"].items() for word in words]
    )


@cache
def _unfit() -> tuple[Unfit, ...]:
    return tuple(
        Unfit(
            frozenset(row["techniques"]),
            frozenset(row["analytes"]),
            _with_derived(row["analytes"]),
            frozenset(row.get("unless", ())),
            row["because"],
            row["ask"],
            row["source"],
        )
        for row in _rows()["unfit"]
    )


def _with_derived(analytes: Iterable[str]) -> frozenset[str]:
    """These, and every quantity that is computed from one of them, however far down."""
    listed = frozenset(analytes)
    return listed.union(name for name in formulas() if listed & evidence_for(name))
