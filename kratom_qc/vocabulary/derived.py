"""The quantities that are computed from others (`words/derived.toml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from kratom_qc.vocabulary.lists import word_list


@dataclass(frozen=True, slots=True)
class Formula:
    """How a quantity is computed. The list states where a ceiling comes from.

    sum     `of` added up, each times its weight; unmeasured, a `core` summand is at most
            `ceiling` × `ceiling_of`, any other counts 0
    share   `part` as per cent of the one total in `of`
    ratio   the sum of `of` over the sum of `under`
    claim   the one quantity in `of` as per cent of what is declared of `claimed`
    within  a part that laboratories measure too; at most the one whole in `of`
    whole   what laboratories measure too; at least the greatest of its parts in `of`
    """

    kind: str
    of: tuple[str, ...]
    under: tuple[str, ...] = ()
    part: str = ""
    claimed: str = ""
    core: frozenset[str] = frozenset()
    ceiling: Decimal | None = None
    ceiling_of: str = ""
    weights: Mapping[str, Decimal] = field(default_factory=dict)

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
            weights={part: Decimal(weight) for part, weight in row.get("weights", {}).items()},
        )
    if kind == "whole":
        return Formula("whole", tuple(row["of"]))
    if kind == "ratio":
        return Formula("ratio", tuple(row["over"]), tuple(row["under"]))
    claimed = row.get("claimed", row["of"]) if kind == "claim" else ""
    return Formula(kind, (row["of"],), part=row.get("part", ""), claimed=claimed)


@cache
def derived_kinds() -> Mapping[str, str]:
    """Every quantity that is computed from others by id: whether it is a sum, a share, a ratio or a
    claim. A part and a whole are analytes like others: laboratories measure them too."""
    measured = ("within", "whole")
    return {
        name: formula.kind for name, formula in formulas().items() if formula.kind not in measured
    }


@cache
def operands(subject: str) -> frozenset[str]:
    """A subject with everything it is computed from. Of a part of a whole (`within`) the whole is
    none: it is another thing."""
    if subject not in derived_kinds():
        return frozenset({subject})
    return frozenset({subject}).union(*map(operands, formulas()[subject].parts))


@cache
def bounded_by(subject: str) -> frozenset[str]:
    """What is bounded where an upper limit bounds a subject: its summands, the part of a share, and
    the parts of a whole."""
    formula = formulas().get(subject)
    parts: tuple[str, ...] = ()
    if formula is not None and formula.kind in ("sum", "whole"):
        parts = formula.of
    if formula is not None and formula.kind == "share":
        parts = (formula.part,)
    within = (
        part
        for part, formula in formulas().items()
        if formula.kind == "within" and subject in formula.of
    )
    return frozenset({subject}).union(*map(bounded_by, (*parts, *within)))


@cache
def evidence_for(subject: str) -> frozenset[str]:
    """Every quantity whose results a quantity of this subject may rest on: its operands, the whole
    that it is part of, the sums that it is a summand of, and what a ceiling is taken of."""
    reached: set[str] = set()
    waiting = [subject]
    while waiting:
        quantity = waiting.pop()
        if quantity not in reached:
            reached.add(quantity)
            waiting += _next_to(quantity)
    return frozenset(reached)


def _next_to(subject: str) -> Iterator[str]:
    formula = formulas().get(subject)
    if formula is not None:
        yield from formula.parts
        if formula.ceiling_of:
            yield formula.ceiling_of
    yield from sums_of(subject)


@cache
def sums_of(subject: str) -> tuple[str, ...]:
    """The sums that a subject is a summand of and that tell something of it; one whose missing
    summands have a ceiling tells nothing."""
    return tuple(
        name
        for name, formula in formulas().items()
        if formula.kind == "sum" and formula.ceiling is None and subject in formula.of
    )
