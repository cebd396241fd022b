"""Every figure we ship, at its edge: the value of the limit, one digit below and above it, and a hair beside it.

What must come out is read from the rows of the TOML files again, by the operator as it is printed there, and not from what the
loader made of them. Limits on what is computed from several results are met through results that were chosen for it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from kratom_qc.app.batches import judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.domain.batch import Claim, ProductFacts
from kratom_qc.domain.quantity import QuantityKey
from kratom_qc.domain.result import Result
from kratom_qc.interpret.batch import batches
from kratom_qc.interpret.facts import FactsFile
from kratom_qc.judge.plan import OUTCOMES, Group
from kratom_qc.judge.verdicts import Judgement
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.vocabulary.derived import formulas
from tests.factory import DAY, REAL, interpreted, result, span

Row = Mapping[str, Any]
# unit as a rulebook prints it: the unit results have, and how many of it one of the printed is
UNITS = {
    **dict.fromkeys(("mg/kg", "ppm", "ug/g", "µg/g", "mcg/g"), ("mg/kg", "1")),
    **dict.fromkeys(("ug/kg", "µg/kg", "ppb", "ng/g"), ("mg/kg", "0.001")),
    "mg/g": ("mg/kg", "1000"),
    **dict.fromkeys(("%", "% w/w"), ("mg/kg", "10000")),
    "% v/v": ("% v/v", "1"),
    "mg/mL": ("mg/mL", "1"),
    "mg/serving": ("mg/serving", "1"),
    "mg/container": ("mg/container", "1"),
    "mg/unit": ("mg/unit", "1"),
    "ug/day": ("mg/serving", "0.001"),
    "mg/day": ("mg/serving", "1"),
    "cfu/g": ("cfu/g", "1"),
    "cfu/mL": ("cfu/mL", "1"),
    "ratio": ("1", "1"),
    "aw": ("1", "1"),
    "% of total alkaloids": ("%", "1"),
    "% of label claim": ("%", "1"),
}
IN_PERCENT = {"moisture", "foreign-matter"}
HUNDRED = Decimal(100)
BASIS = {"mg/serving": "per serving", "mg/container": "per container", "mg/unit": "per unit"}
CLAIMED = ("mitragynine", "7-hydroxymitragynine", "total-alkaloids")
FACTS = ProductFacts(
    "*", servings_per_day=Decimal(1), claims=tuple(Claim(analyte, HUNDRED, "mg/serving") for analyte in CLAIMED)
)


def rows() -> Iterator[tuple[str, Row]]:
    """Every row on an amount as its file prints it, an override over the row that it overrides."""
    files = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(REAL.glob("*.toml"))}
    said = {row["id"]: {**file.get("defaults", {}), **row} for file in files.values() for row in file.get("limit", ())}
    for name, file in files.items():
        own = [said[row["id"]] for row in file.get("limit", ())]
        own += [{**said[row["id"]], **row} for row in file.get("override", ())]
        yield from ((name, row) for row in own if row["kind"] == "amount")


@dataclass(frozen=True)
class Edge:
    """One rule, and a value at or beside one of its ends, in the unit that the rulebook prints."""

    book: str
    row: Row
    value: Decimal

    @property
    def id(self) -> str:
        return f"{self.book} {self.row['id']} {self.value}"

    @property
    def passes(self) -> bool:
        """Whether the value conforms, by the printed operators (and rounding, where the row asks for it)."""
        return all(self._conforms(end, Decimal(str(self.row[end]))) for end in ("min", "max") if end in self.row)

    def _conforms(self, end: str, printed: Decimal) -> bool:
        edge = printed * (Decimal(str(self.row.get("multiplier", 1))) if end == "max" else 1)
        seen = self.value.quantize(edge, ROUND_HALF_UP) if self.row.get("rounding") == "usp-7.20" else self.value
        if seen == edge:
            return not self.row.get("strict", False)
        return seen > edge if end == "min" else seen < edge


def edges() -> Iterator[Edge]:
    for book, row in rows():
        for end in ("min", "max"):
            if end in row:
                at = Decimal(str(row[end])) * (Decimal(str(row.get("multiplier", 1))) if end == "max" else 1)
                digit = Decimal(1).scaleb(int(Decimal(str(row[end])).as_tuple().exponent))
                hair = at.scaleb(-20) if row["of"] in formulas() else Decimal(1).scaleb(at.adjusted() - 27)
                yield from (Edge(book, row, at + step) for step in (-digit, -hair, 0, hair, digit) if at + step > 0)


EDGES = {edge.id: edge for edge in edges()}


# ---------------------------------------------------------------- results that make a value


def stated(edge: Edge) -> list[Result]:
    """Results that together are the value: of one analyte, or of everything that the limit's subject is computed from."""
    unit, factor = ("%", "1") if edge.row["of"] in IN_PERCENT else UNITS[edge.row["unit"]]
    basis = BASIS.get(unit, "dry" if edge.row.get("basis") == "dry" else "as received")
    return _made(edge.row["of"], edge.value * Decimal(factor), unit, basis)


def _made(subject: str, amount: Decimal, unit: str, basis: str) -> list[Result]:
    formula = formulas().get(subject)
    if formula is None or formula.kind in ("within", "whole"):
        return [_result(subject, amount, unit, basis)]
    if formula.kind == "sum":
        few = amount / 1000
        rest = [_result(part, few, unit, basis) for part in formula.of[1:]]
        others = sum((few * formula.weights.get(part, 1) for part in formula.of[1:]), Decimal(0))
        return [_result(formula.of[0], amount - others, unit, basis), *rest]
    if formula.kind == "share":
        return _share(formula.part, formulas()[formula.of[0]].of, amount)
    if formula.kind == "ratio":
        under = [_result(part, Decimal(1) / len(formula.under), "mg/kg", basis) for part in formula.under]
        return [*(_result(part, amount / len(formula.of), "mg/kg", basis) for part in formula.of), *under]
    return _made(formula.of[0], amount, "mg/serving", "per serving")  # a claim of 100: so many per cent are so many mg


def _share(part: str, of: tuple[str, ...], percent: Decimal) -> list[Result]:
    """So many in a hundred."""
    others = [name for name in of if name != part]
    rest = [_result(name, Decimal("0.01"), "mg/kg", "as received") for name in others[1:]]
    most = HUNDRED - percent - Decimal("0.01") * len(rest)
    return [_result(part, percent, "mg/kg", "as received"), _result(others[0], most, "mg/kg", "as received"), *rest]


def _result(analyte: str, amount: Decimal, unit: str, basis: str) -> Result:
    return result(analyte, span(amount, amount), unit, basis=basis, uncertainty=Decimal(0), detected=True, method="LC")


# ---------------------------------------------------------------- judged all at once, every rulebook as a market


def _confirmed(one):
    return replace(one, evidence="primary", pending_from="")


@pytest.fixture(scope="module")
def judged():
    """Every rulebook is asked as a market of its own, figures from memory or news as if somebody had confirmed them, and
    what may stand as if it did not."""
    books = {
        name: replace(book, kind="market", limits=tuple(map(_confirmed, book.limits)))
        for name, book in load_rulebooks(REAL).items()
    }
    asked = [one for book in books.values() for one in book.limits if one.kind in ("amount", "not_detected")]
    facts = FactsFile((("*", "*", FACTS),))
    forms = {(one.rulebook, one.rule_id): one.products for one in asked}
    keys: dict[str, list[QuantityKey]] = {}
    for key in {one.quantity_key for one in asked}:
        keys.setdefault(key.as_printed.subject, []).append(key)
    found = []
    for name, edge in EDGES.items():
        covered = books[edge.book].covers or ("leaf_powder",)
        products = forms[edge.book, edge.row["id"]]
        product = next((one for one in products if one in covered), None) or products[0] if products else covered[0]
        certificate = interpreted(name, *stated(edge), product=product)
        found += batches([certificate], lambda _, wanted=keys[edge.row["of"]]: wanted, facts)
    return judge_batches(found, JudgementPolicy(books, tuple(books), (), DAY))


def test_every_rule_on_an_amount_is_met_at_every_end():
    limits = {
        (one.rulebook, one.rule_id)
        for book in load_rulebooks(REAL).values()
        for one in book.limits
        if one.kind == "amount"
    }
    assert {(edge.book, edge.row["id"]) for edge in EDGES.values()} == limits
    assert len(EDGES) > 4 * len(limits)


def test_at_the_edge(judged):
    printed = {name: ["PASS" if edge.passes else "FAIL"] for name, edge in EDGES.items()}
    outcomes = {name: list(_outcomes(judged, group, place)) for name, (group, place) in _places(judged).items()}
    assert outcomes.keys() == EDGES.keys()
    assert {name: outcome for name, outcome in outcomes.items() if outcome != printed[name]} == {}


def _places(judged: Judgement) -> dict[str, tuple[Group, int]]:
    """Every batch's group, and its place in it. The findings of all rulebooks on it need not be written for this."""
    return {
        judged.batches[member].batch_id: (group, place)
        for group in judged.groups
        for place, member in enumerate(group.members)
    }


def _outcomes(judged: Judgement, group: Group, place: int) -> Iterator[str]:
    """How a batch stands to the rule whose edge it is at."""
    edge = EDGES[judged.batches[group.members[place]].batch_id]
    for asked in group.asked:
        if (asked.book.id, asked.limit.rule_id) == (edge.book, edge.row["id"]):
            yield str(OUTCOMES[judged.codes[id(asked)][place]])


def test_the_engine_and_the_crosscheck_agree_at_every_edge(judged):
    assert [judged.batches[index].batch_id for index in judged.doubted] == []
