"""`words/methods.toml` as pydantic models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from kratom_qc.domain.errors import RulebookError
from kratom_qc.vocabulary import lists
from kratom_qc.vocabulary.analyte_names import analytes
from kratom_qc.vocabulary.checked import Flag, Table, Text, checked, told
from kratom_qc.vocabulary.toml_lines import KeyPath, read


def _analyte(name: str) -> str:
    if name not in analytes():
        raise ValueError("is no analyte")
    return name


def _family(name: str) -> str:
    if name not in {analyte.family for analyte in analytes().values()}:
        raise ValueError("is no family of analytes")
    return name


_Analyte = Annotated[str, AfterValidator(_analyte)]
_Family = Annotated[str, AfterValidator(_family)]


class Technique(Table):
    """By what results are obtained. `initials` are spellings that may be a person's, `headings`
    says whether it counts outside a method column too, and `of` names the families of analytes it
    alone is used for."""

    id: Text
    name: Text
    spellings: tuple[str, ...] = Field(min_length=1)
    initials: tuple[str, ...] = ()
    qualitative: Flag = False
    headings: Flag = True
    of: tuple[_Family, ...] = ()

    @property
    def is_manner(self) -> bool:
        """Whether it says how (a screen), and leaves open by what a result was obtained."""
        return isinstance(self, Manner)


class Manner(Technique):
    """How a result was obtained, by whatever technique."""


class Unfit(Table):
    """Techniques whose results of some analytes bound nothing, with the source that says so;
    `unless` one of the others is named too."""

    techniques: tuple[str, ...] = Field(min_length=1)
    analytes: tuple[_Analyte, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    because: Text
    ask: Text
    source: Text


class MethodList(Table):
    """The list: techniques, manners, what a technique cannot tell, and words for families."""

    technique: tuple[Technique, ...]
    manner: tuple[Manner, ...] = ()
    unfit: tuple[Unfit, ...] = ()
    subjects: Mapping[_Family, tuple[str, ...]] = {}


def load() -> MethodList:
    """The list. Raises RulebookError with every mistake in it."""
    document = read(lists.WORDS / "methods.toml", "words/methods.toml")
    methods = checked(document, MethodList)
    techniques = {technique.id for technique in methods.technique}
    mistakes: list[tuple[KeyPath, str]] = [
        (("unfit", number, key), f"{key} '{name}' is no technique of the list")
        for number, row in enumerate(methods.unfit)
        for key, names in (("techniques", row.techniques), ("unless", row.unless))
        for name in names
        if name not in techniques
    ]
    if mistakes:
        raise RulebookError("\n".join(told(document, mistakes)))
    return methods
