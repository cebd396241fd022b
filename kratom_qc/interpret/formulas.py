"""The derived quantities of `words/derived.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from kratom_qc import vocabulary


@dataclass(frozen=True, slots=True)
class Formula:
    """A row of `words/derived.toml`."""

    kind: str  # sum, share, ratio, claim, within
    of: tuple[str, ...]
    under: tuple[str, ...] = ()
    part: str = ""
    core: frozenset[str] = frozenset()
    ceiling: Decimal | None = None
    ceiling_of: str = ""


@cache
def formulas() -> Mapping[str, Formula]:
    """Every derived quantity by id."""
    rows: dict[str, Any] = tomllib.loads(
        (vocabulary.WORDS / "derived.toml").read_text(encoding="utf-8")
    )
    found = {}
    for row in rows["sum"]:
        ceiling = Decimal(row["ceiling"]) if "ceiling" in row else None
        found[row["id"]] = Formula(
            "sum",
            tuple(row["of"]),
            core=frozenset(row.get("core", row["of"])),
            ceiling=ceiling,
            ceiling_of=row.get("ceiling_of", ""),
        )
    for row in rows["share"]:
        found[row["id"]] = Formula("share", (row["of"],), part=row["part"])
    for row in rows["ratio"]:
        found[row["id"]] = Formula("ratio", tuple(row["over"]), tuple(row["under"]))
    for row in rows["claim"]:
        found[row["id"]] = Formula("claim", (row["of"],), (row.get("claimed", row["of"]),))
    for row in rows["within"]:
        found[row["id"]] = Formula("within", (row["of"],))
    return found


@cache
def operands(subject: str) -> frozenset[str]:
    """Every analyte whose results a quantity of this subject may rest on, moisture always: it turns
    dry into as received."""
    formula = formulas().get(subject)
    own = {subject, "moisture"}
    if formula is None:
        return frozenset(own)
    parts = {*formula.of, *formula.under, *filter(None, (formula.part, formula.ceiling_of))}
    return frozenset(own.union(*(operands(part) for part in parts)))
