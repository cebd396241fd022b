"""What a chemist reads from a certificate (`NAME.truth.json`), compared with what the reader reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.result import Result

SETS = Path(__file__).parent
# Names that the writers use for what the vocabulary calls otherwise.
_IDS = {
    "aflatoxins-total": "total-aflatoxins",
    "inorganic-arsenic": "arsenic-inorganic",
    "pesticides": "pesticide-residues",
    "unit-weight": "average-weight",
    "yeast": "yeasts",
    "mold": "moulds",
}
_FORMS = {"capsules": "capsule", "tablets": "capsule", "leaf": "crushed_leaf"}
# What a person calls by the wider name.
_WIDER = {
    "presumptive-bacillus-cereus": "bacillus-cereus",
    "listeria-monocytogenes": "listeria",
    "coagulase-positive-staphylococci": "staphylococcus-aureus",
    "tapped-density": "bulk-density",
}
_AS_PRINTED = Decimal("0.0005")  # how far a share, rounded when it was printed, may lie off


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate with its truth."""

    path: Path
    truth: dict[str, Any]

    @property
    def honest(self) -> bool:
        """Whether a chemist would read it without a question."""
        return bool(self.truth["should_read"] == "yes")

    @property
    def trap(self) -> bool:
        """Whether nobody may release a lot on it."""
        return not self.honest or bool(self.truth["must_not_pass"])


def papers() -> Iterator[Paper]:
    """Every certificate of every set, in order."""
    for path in sorted(SETS.glob("*/*.truth.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        yield Paper(path.with_name(truth["file"]), truth)


def form_of(lot: dict[str, Any]) -> str | None:
    """The product form of a lot, by our id; a matrix of leaf is said to be no more than that."""
    form: str | None = lot["form"]
    return _FORMS.get(form or "", form)


def differences(expected: dict[str, Any], results: list[Result], stated: Set[str] = frozenset()) -> Iterator[str]:
    """What is lost or wrong in the results of one lot; `stated` are facts of the product that it has instead."""
    for wanted in expected["results"]:
        analyte = _id(wanted["analyte"])
        own = [result for result in results if analyte in (result.analyte, _WIDER.get(result.analyte))]
        if wanted["op"] in ("nt", "complies") or analyte in stated:
            continue
        if not own:
            yield f"lost: {wanted['analyte']} {wanted['printed']}"
        elif not any(_equal(wanted, result) for result in own):
            read = [f"{result.reported} = {result.interval}" for result in own]
            yield f"wrong: {wanted['analyte']} {wanted['printed']} {wanted.get('unit')} is read as {read}"


def _id(name: str) -> str:
    known = vocabulary.analyte(_IDS.get(name, name)) or vocabulary.analyte(name.replace("-", " "))
    return known.id if known else name


def _equal(wanted: dict[str, Any], result: Result) -> bool:
    low, high = result.interval.low, result.interval.high
    amounts = _amounts(wanted)
    match wanted["op"]:
        case "=":
            return _is_one(low, amounts) and _is_one(high, amounts)
        case "<" | "<=":
            return low == 0 and _is_one(high, amounts)
        case ">" | ">=":
            return high is None and _is_one(low, amounts)
        case "nd" | "absent":
            return low == 0 and result.measured and result.detected is not True
        case _:
            return result.detected is True


def _amounts(wanted: dict[str, Any]) -> set[Decimal]:
    if wanted.get("value") is None:
        return set()
    value, unit = Decimal(str(wanted["value"])), vocabulary.unit(wanted.get("unit") or "")
    return {value} if unit is None else {value, unit.in_canonical(value)}


def _is_one(read: Decimal | None, amounts: set[Decimal]) -> bool:
    return read is not None and any(abs(read - amount) <= abs(amount) * _AS_PRINTED for amount in amounts)
