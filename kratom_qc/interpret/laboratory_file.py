"""The register of laboratories as a TOML file, by pydantic models."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from kratom_qc import vocabulary
from kratom_qc.domain.errors import RulebookError
from kratom_qc.interpret.laboratories import Laboratory
from kratom_qc.vocabulary.checked import Day, Table, Text, checked, told
from kratom_qc.vocabulary.toml_lines import KeyPath, read


def _scope(name: str) -> str:
    families = {analyte.family for analyte in vocabulary.analytes().values()}
    if name not in families and name not in vocabulary.analytes():
        known = ", ".join(sorted(families))
        raise ValueError(f"is no analyte and no family of analytes; families are {known}")
    return name


class _Row(Table):
    name: Text
    also: tuple[Text, ...] = ()
    accreditation: Text
    body: Text
    scope: frozenset[Annotated[str, AfterValidator(_scope)]] = Field(min_length=1)
    valid_until: Day
    qualified_until: Day
    qualified_because: Text


class _File(Table):
    laboratory: tuple[_Row, ...] = ()


def load(path: Path) -> tuple[tuple[Laboratory, ...], str, str]:
    """The laboratories of a register, and the hash and the text of its file.

    Raises RulebookError with every mistake; a name may be of one laboratory only.
    """
    document = read(path, str(path))
    rows = checked(document, _File).laboratory
    laboratories = tuple(Laboratory(**dict(row)) for row in rows)
    shared: list[tuple[KeyPath, str]] = [
        (("laboratory", second, "name"), f"goes by a name of {laboratories[first].name} too")
        for first, second in combinations(range(len(laboratories)), 2)
        if laboratories[first].shares_a_name(laboratories[second])
    ]
    if shared:
        raise RulebookError("\n".join(told(document, shared)))
    return laboratories, document.sha256, document.text
