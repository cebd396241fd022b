"""Families of hazards (`words/hazards.toml`): what may do harm where it is found, and what of it
may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from kratom_qc.vocabulary.lists import word_list

_ANYWHERE = ""


@dataclass(frozen=True, slots=True)
class HazardFamily:
    """Things that do harm alike. `members` are ids of analytes; `harmless` those of them that may
    be found in a product form (`""`: in any) although no limit decides on them."""

    id: str
    name: str
    members: frozenset[str]
    harmless: Mapping[str, frozenset[str]]

    def holds(self, analyte: str, product: str | None) -> bool:
        """Whether a member must not be found in a product form unless a limit decides on it."""
        nowhere = frozenset[str]()
        anywhere, in_form = (
            self.harmless.get(form, nowhere) for form in (_ANYWHERE, product or "")
        )
        return analyte in self.members and analyte not in anywhere | in_form


@cache
def hazard_families() -> Mapping[str, HazardFamily]:
    """Every family by id, in the order of the list."""
    analytes = word_list("analytes.toml")["analyte"]
    families = {}
    for row in word_list("hazards.toml")["family"]:
        of_class = {analyte["id"] for analyte in analytes if analyte["class"] == row.get("class")}
        harmless: dict[str, set[str]] = {}
        for exception in row.get("harmless", ()):
            for product in exception.get("products", [_ANYWHERE]):
                harmless.setdefault(product, set()).update(exception["of"])
        families[row["id"]] = HazardFamily(
            id=row["id"],
            name=row["name"],
            members=frozenset(of_class | set(row.get("also", ()))),
            harmless={product: frozenset(ids) for product, ids in harmless.items()},
        )
    return families


@dataclass(frozen=True, slots=True)
class Depth:
    """How deep a method must look before `not detected` says that nothing is there, in the unit
    that the substance is measured in (mg/kg; CFU/g of microbes), and why."""

    lod_at_most: Decimal
    because: str


@cache
def depth_of(analyte: str) -> Depth | None:
    """How deep a non-detect of an analyte must have looked; None for what is in no family."""
    family = family_of(analyte)
    if family is None:
        return None
    rows = word_list("hazards.toml")["depth"]
    rows_of = [row for row in rows if analyte in row.get("of", ())]
    row = next(iter(rows_of or [row for row in rows if family.id in row.get("families", ())]), None)
    return None if row is None else Depth(Decimal(row["lod_at_most"]), row["because"])


@cache
def family_of(analyte: str) -> HazardFamily | None:
    """The family of hazards that an analyte belongs to; None for what does no harm, such as
    moisture."""
    return next(
        (family for family in hazard_families().values() if analyte in family.members), None
    )


def is_hazard(analyte: str, product: str | None) -> bool:
    """Whether finding an analyte in a product form needs a decision where no limit speaks of it."""
    family = family_of(analyte)
    return family is not None and family.holds(analyte, product)
