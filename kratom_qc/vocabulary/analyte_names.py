"""The things laboratories test for (`words/analytes.toml`), by name and by CAS number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from kratom_qc.vocabulary.keys import LONGEST_NAME, name_key
from kratom_qc.vocabulary.lists import closest, index, word_list

# `Name (abbreviation)`, `Abbreviation - name` and `Name, abbreviation`
_NAMED_TWICE = tuple(
    map(re.compile, (r"^(.+?)\s*[(\[](.+)[)\]]$", r"^(.+?)\s+[-–/]\s+(.+)$", r"^(.+?)\s*,\s*(.+)$"))
)


@dataclass(frozen=True, slots=True)
class Analyte:
    """A thing laboratories test for. `measure`: mass, count, presence, percent, number or
    described."""

    id: str
    name: str
    family: str
    measure: str
    cas: tuple[str, ...]

    @property
    def alarming(self) -> bool:
        """Whether finding it needs a decision even where no limit speaks of it: an adulterant, a
        pathogen."""
        pathogen = self.family == "microbe" and self.measure == "presence"
        return self.family == "adulterant" or pathogen


@cache
def analytes() -> Mapping[str, Analyte]:
    """Every analyte by id."""
    return {
        row["id"]: Analyte(
            id=row["id"],
            name=row["name"],
            family=row["class"],
            measure=row.get("measure", "mass"),
            cas=tuple(row.get("cas", ())),
        )
        for row in word_list("analytes.toml")["analyte"]
    }


@cache
def analyte_spellings() -> Mapping[str, str]:
    """Every spelling's key → id. Raises RulebookError where one stands for two analytes."""
    rows = (
        (name_key(spelling), row["id"], spelling)
        for row in word_list("analytes.toml")["analyte"]
        for spelling in (row["id"], row["name"], *row.get("spellings", ()))
    )
    return index(rows, "words/analytes.toml")


@cache
def cas_numbers() -> Mapping[str, str]:
    """CAS number → id. Raises RulebookError where one stands for two analytes."""
    numbers = (
        (number, analyte.id, number) for analyte in analytes().values() for number in analyte.cas
    )
    return index(numbers, "words/analytes.toml")


@cache
def ambiguous_names() -> Mapping[str, tuple[str, ...]]:
    """The key of every name that laboratories use for several things → what it may mean."""
    names = word_list("analytes.toml")["ambiguous_names"]
    return {name_key(name): tuple(meanings) for name, meanings in names.items()}


def analyte_by_cas(number: str) -> Analyte | None:
    """The analyte with this CAS registry number."""
    known = cas_numbers().get(number.strip())
    return analytes()[known] if known else None


@lru_cache(8192)
def analyte(text: str) -> Analyte | None:
    """The analyte a laboratory's name stands for, or None. `Lead (Pb)` is read; `Mercury (methyl)`
    is not guessed."""
    if len(text) > LONGEST_NAME:
        return None
    spellings = analyte_spellings()
    if whole := spellings.get(name_key(text)):
        return analytes()[whole]
    for pattern in _NAMED_TWICE:
        parts = pattern.match(text.strip())
        meanings = {spellings.get(name_key(part)) for part in parts.groups()} if parts else set()
        meaning = meanings.pop() if len(meanings) == 1 else None
        if meaning is not None:
            return analytes()[meaning]
    return None


def meanings_of(text: str) -> tuple[str, ...]:
    """What a name may mean that laboratories use for several things, such as `LOD`; empty for every
    other name."""
    return ambiguous_names().get(name_key(text), ())


def nearest_analytes(text: str) -> tuple[str, ...]:
    """Up to three known names near an unknown one, for the person who must decide."""
    spellings = analyte_spellings()
    near = closest(name_key(text[:LONGEST_NAME]), spellings, 6)
    return tuple(dict.fromkeys(analytes()[spellings[key]].name for key in near))[:3]
