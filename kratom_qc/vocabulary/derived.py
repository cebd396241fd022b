"""The quantities that are computed from others (`words/derived.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from kratom_qc.vocabulary.lists import word_list


@dataclass(frozen=True, slots=True)
class Formula:
    """How a quantity is computed. The list states where a ceiling comes from.

    sum     `of` added up; unmeasured, a `core` summand is at most `ceiling` × `ceiling_of`,
            any other counts 0
    share   `part` as per cent of the one total in `of`
    ratio   the sum of `of` over the sum of `under`
    claim   the one quantity in `of` as per cent of what is declared of `claimed`
    within  a part that laboratories measure too; at most the one whole in `of`
    """

    kind: str
    of: tuple[str, ...]
    under: tuple[str, ...] = ()
    part: str = ""
    claimed: str = ""
    core: frozenset[str] = frozenset()
    ceiling: Decimal | None = None
    ceiling_of: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The quantities that it is computed from."""
        return (*self.of, *self.under, *((self.part,) if self.part else ()))


@cache
def formulas() -> Mapping[str, Formula]:
    """Every derived quantity by id, in the order of the list."""
    tables = word_list("derived.toml").items()
    return {row["id"]: _formula(kind, row) for kind, rows in tables for row in rows}


def _formula(kind: str, row: Mapping[str, Any]) -> Formula:
    if kind == "sum":
        return Formula(
            "sum",
            tuple(row["of"]),
            core=frozenset(row.get("core", row["of"])),
            ceiling=Decimal(row["ceiling"]) if "ceiling" in row else None,
            ceiling_of=row.get("ceiling_of", ""),
        )
    if kind == "ratio":
        return Formula("ratio", tuple(row["over"]), tuple(row["under"]))
    claimed = row.get("claimed", row["of"]) if kind == "claim" else ""
    return Formula(kind, (row["of"],), part=row.get("part", ""), claimed=claimed)


@cache
def derived_kinds() -> Mapping[str, str]:
    """Every quantity that is computed from others by id: whether it is a sum, a share, a ratio or a
    claim. A part of a whole (`within`) is an analyte like others: laboratories measure it too."""
    return {name: formula.kind for name, formula in formulas().items() if formula.kind != "within"}


@cache
def operands(subject: str) -> frozenset[str]:
    """A subject with everything it is computed from. Of a part of a whole (`within`) the whole is
    none: it is another thing."""
    if subject not in derived_kinds():
        return frozenset({subject})
    return frozenset({subject}).union(*map(operands, formulas()[subject].parts))


@cache
def evidence_for(subject: str) -> frozenset[str]:
    """Every quantity whose results a quantity of this subject may rest on: its operands, the whole
    that it is part of, and what a ceiling is taken of."""
    formula = formulas().get(subject)
    if formula is None:
        return frozenset({subject})
    ceiling_of = (formula.ceiling_of,) if formula.ceiling_of else ()
    return frozenset({subject}).union(*map(evidence_for, (*formula.parts, *ceiling_of)))
