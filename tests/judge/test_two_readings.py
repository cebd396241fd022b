"""The engine and the crosscheck read the same limits independently; floats keep the order of the exact decimals.

Every kind of limit, and every limit of every rulebook we ship, is read both ways over batches made by chance.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kratom_qc.app.batches import judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import AmountLimit, Limit, LimitKind, NumericLimit, Rulebook
from kratom_qc.domain.result import Result
from kratom_qc.interpret.combine import combine
from kratom_qc.judge.ends import bands
from kratom_qc.judge.plan import OUTCOMES, Column
from kratom_qc.judge.verdicts import Judgement
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.vocabulary.derived import derived_kinds, formulas
from tests.factory import DAY, REAL, batches_of, book, interpreted, limit, result, rulebooks, span

MG, UG, CFU = "mg/kg", "ug/kg", "cfu/g"
GUARDED = {"decision_rule": "guarded"}

# Every shape of limit at numbers that floats cannot hold.
SHAPES = {
    "lead": {"max": "0.3"},
    "cadmium": {"max": "0.3", "strict": True},
    "nickel": {"min": "0.3"},
    "arsenic": {"min": "0.3", "strict": True},
    "mercury": {"min": "0.1", "max": "0.3"},
    "zinc": {"min": "0.3", "max": "0.3"},
    "copper": {"max": "0.3", **GUARDED},
    "chromium": {"min": "0.1", "max": "0.3", **GUARDED, "default_uncertainty": "10"},
    "iron": {"max": "0.3", **GUARDED, "guard": "0.7"},
    "calcium": {"max": "0.3", "rounding": "usp-7.20"},
}
WORDS = {
    ("max", False): "not more than {max} mg/kg",
    ("max", True): "less than {max} mg/kg",
    ("min", False): "not less than {min} mg/kg",
    ("min", True): "more than {min} mg/kg",
}
PROFILE = {"present": "7-hydroxymitragynine", "absent": ["speciogynine"], "screen": True}
OTHERS = [
    limit("ANY", "mgm-15", "not detected", kind="not_detected"),
    limit("DEEP", "mgm-16", "not detected, LOD 0.3 mg/kg or less", kind="not_detected", lod_at_most="0.3", unit=MG),
    limit("SALM", "salmonella", "absent in 25 g", kind="not_detected", portion="25"),
    limit("TAMC", "tamc", "not more than 0.3 cfu/g", max="0.3", unit=CFU, multiplier="2", multiplier_because="USP"),
    limit("SUM", "7-oh-and-mp", "not more than 0.3 mg/kg", max="0.3", unit=MG),
    limit("LOWER", "7-oh-and-mp", "not more than 0.3 mg/kg", max="0.3", unit=MG, sum="lower_bound", sum_because="x"),
    limit("GUARDED SUM", "7-oh-and-mp", "not more than 0.3 mg/kg", max="0.3", unit=MG, **GUARDED),
    limit("BAN", text="may not be sold", kind="ban"),
    limit("CLASS", text="leaf powder only", kind="product_class", requires=["leaf_powder"]),
    limit("OTHER CLASS", text="extract only", kind="product_class", requires=["extract"]),
    limit("TRUE", text="not sold to children", kind="attestation"),
    limit("UNREAD", text="nobody has read it", kind="unread"),
    limit("NO LAW", text="no statute found", kind="no_statute", searched="the code"),
    limit("SURELY NO LAW", text="no statute found", kind="no_statute", searched="the code", confirmed_by="J. Doe"),
    limit("PAPER", text="laboratory, method", kind="certificate", requires=["laboratory", "method"]),
    limit("ODOUR", "odour", "characteristic", kind="described"),
    limit("PROFILE", text="7-OH without speciogynine", kind="profile", **PROFILE),
]


def _text(shape) -> str:
    if "min" in shape and "max" in shape:
        return f"{shape['min']}–{shape['max']} mg/kg"
    return WORDS["max" if "max" in shape else "min", shape.get("strict", False)].format(**shape)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    limits = [limit(of.upper(), of, _text(shape), unit=MG, **shape) for of, shape in SHAPES.items()]
    return Books(rulebooks(tmp_path_factory.mktemp("books"), leaf_powder=book(*limits, *OTHERS)))


class Books(dict):
    """Rulebooks that a failing example does not print."""

    def __repr__(self) -> str:
        return "the rulebooks above"


# Ends on, next to and between the limits' numbers, near enough that floats cannot tell them apart.
BESIDE = tuple(map(Decimal, ("0", "1E-20", "-1E-20", "1E-16", "0.1", "-0.1")))
FAR = (Decimal(0), Decimal("1E+30"), Decimal("1E-23"))


class Chance(random.Random):
    """Statements by chance from a seed: one engine run is dear, so that every example is a run over many batches."""

    def end(self, edges: tuple[Decimal, ...]) -> Decimal:
        if self.random() < 0.1:
            return self.choice(FAR)
        return max(Decimal(0), self.choice(edges) * (1 + self.choice(BESIDE)))

    def interval(self, edges: tuple[Decimal, ...]) -> Interval:
        low, high = sorted((self.end(edges), self.end(edges)))
        exactly, below = Interval(low, low), Interval.below(high or edges[0])
        spans = [span("0", high), span(low, None, True), span(low, None), span(low, high, low < high, low < high)]
        return self.choice([exactly, exactly, below, *spans, span("0", None)])

    def result(self, of: str, unit: str, basis: str, edges: tuple[Decimal, ...], sha: str) -> Result:
        value = self.interval(edges)
        found = True if value.low > 0 else self.choice([True, False, False, None])
        more: dict[str, Any] = {
            "basis": basis,
            "detected": found,
            "detection_limit": value.high if found is False else None,
            "portion": self.choice([None, Decimal(1), Decimal(25), Decimal(100)]) if unit.startswith("cfu") else None,
            "uncertainty": self.choice([None, Decimal("0.05"), Decimal("0.1"), Decimal("0.2")]),
            "resolution": self.choice([None, Decimal("0.1"), Decimal("0.001")]),
            "replicate": self.choice(["", "1", "2"]),
            "method": self.choice(["HPLC", "HPLC", "HPLC", ""]) if self.random() < 0.02 else "HPLC",
        }
        return result(of, value, unit, sha, **more)

    def described(self, of: str, sha: str) -> Result:
        flags = self.choice([(), (), ("unclear",), ("does-not-conform",)])
        return result(of, span("0", None), "", sha, text=self.choice(["brown", None]), flags=flags, method="eye")

    def certificates(
        self, batch_id: str, asked: Asking, product: str | None = "leaf_powder"
    ) -> list[InterpretedCertificate]:
        """One batch over up to two certificates, with up to two results of each kind per analyte."""
        found = []
        for of, scales in asked.items():
            for sha in self.choice(["", "a", "a", "ab", "aa"]):
                unit, basis, edges = self.choice(scales)
                one = self.result(of, unit, basis, edges, sha * 64) if unit else self.described(of, sha * 64)
                found.append(one)
        papers = [
            interpreted(batch_id, *(one for one in found if one.certificate == sha), product=product, sha256=sha)
            for sha in ("a" * 64, "b" * 64)
        ]
        return [replace(paper, laboratory=self.choice(["Lab", "Lab", ""])) for paper in papers]


# What limits ask about: analyte → (unit, basis, the numbers to be near) of every limit that rests on it; unit "" for a text.
Asking = Mapping[str, list[tuple[str, str, tuple[Decimal, ...]]]]
ANYWHERE = (Decimal("0.3"), Decimal(5))


def asking(limits: list[Limit]) -> Asking:
    found: dict[str, list[tuple[str, str, tuple[Decimal, ...]]]] = {}
    for one in limits:
        amount = isinstance(one, AmountLimit)
        ends = (one.acceptance_interval.low, one.acceptance_interval.high) if amount else ()
        edges = tuple(end for end in ends if end) or ANYWHERE
        unit, basis = ("", "") if one.kind == "described" else _scale(one)
        for of in _operands(one.subject):
            scale = (unit, basis, edges) if of == one.subject else (MG, "as received", (*edges, *ANYWHERE))
            found.setdefault(of, []).append(scale)
    return found


def _scale(limit: Limit) -> tuple[str, str]:
    unit = limit.unit if isinstance(limit, NumericLimit) else ""
    return unit or MG, limit.basis if isinstance(limit, AmountLimit) else "as received"


def _operands(subject: str) -> tuple[str, ...]:
    if subject not in derived_kinds():  # a part and a whole are measured
        return (subject,) if subject else ()
    return tuple(dict.fromkeys(one for part in formulas()[subject].parts for one in _operands(part)))


def disagreements(judgement: Judgement) -> list[tuple[str, str, str, str]]:
    return [
        (judgement.batches[at].batch_id, limit.rule_id, str(engine), str(again))
        for at, found in judgement.doubted.items()
        for limit, engine, again in found
    ]


def outcomes(judgement: Judgement) -> dict[str, set[str]]:
    """kind → the outcomes that were seen of it."""
    seen: dict[str, Counter[str]] = {}
    for group in judgement.groups:
        for asked in group.asked:
            codes = judgement.codes[id(asked)].tolist()
            seen.setdefault(asked.limit.kind, Counter()).update(str(OUTCOMES[code]) for code in codes)
    return {kind: set(found) for kind, found in seen.items()}


ALL = {"PASS", "FAIL", "INCONCLUSIVE", "MISSING"}
SEEN = {  # kind → what can come of it
    "amount": ALL,
    "not_detected": ALL,
    "described": ALL,
    "profile": ALL,
    "ban": {"FAIL"},
    "attestation": {"INCONCLUSIVE"},
    "unread": {"INCONCLUSIVE"},
    "no_statute": {"PASS", "INCONCLUSIVE"},
    "product_class": {"PASS", "FAIL", "INCONCLUSIVE"},
    "certificate": {"PASS", "MISSING"},
}
FEW = settings(max_examples=4, deadline=None, derandomize=True, phases=[Phase.generate])


@FEW
@given(seed=st.integers(0, 2**32))
def test_the_engine_and_the_crosscheck_agree_on_every_kind_of_limit(books, seed):
    chance, asked = Chance(seed), asking(list(books["leaf_powder"].limits))
    asked = {**asked, "speciogynine": asked["7-hydroxymitragynine"]}
    found = batches_of([one for number in range(150) for one in chance.certificates(f"B{number}", asked)], books)
    found += [replace(one, batch_id=f"{one.batch_id} ?", product=None) for one in found[:5]]
    law = {"zz": replace(books["leaf_powder"], id="zz", kind="market")}
    judgement = judge_batches(found, JudgementPolicy(law, ("zz",), (), DAY))
    assert disagreements(judgement) == []
    assert outcomes(judgement) == SEEN
    assert set(SEEN) == set(LimitKind)


@cache
def shipped() -> Mapping[str, Rulebook]:
    """Every rulebook we ship, as a market of its own: standards, products and screens are asked of every batch too."""
    return {name: replace(one, kind="market") for name, one in load_rulebooks(REAL).items()}


PRODUCTS = ("leaf_powder", "crushed_leaf", "extract", "capsule", "liquid", "edible", None)


@settings(FEW, max_examples=1)
@given(seed=st.integers(0, 2**32))
def test_the_engine_and_the_crosscheck_agree_on_every_limit_we_ship(seed):
    chance, law = Chance(seed), shipped()
    asked = asking([one for book in law.values() for one in book.limits])
    papers = [
        one
        for at in range(12)
        for product in PRODUCTS
        for one in chance.certificates(f"{product} {at}", asked, product)
    ]
    judgement = judge_batches(batches_of(papers, law), JudgementPolicy(dict(law), tuple(law), (), DAY))
    assert disagreements(judgement) == []
    read = {(asked.book.id, asked.limit.rule_id) for group in judgement.groups for asked in group.asked}
    assert read == {(name, one.rule_id) for name, book in law.items() for one in book.limits}
    seen = outcomes(judgement)
    assert {kind: SEEN[kind] for kind in ("amount", "not_detected")} == {
        kind: seen[kind] for kind in ("amount", "not_detected")
    }


# ---------------------------------------------------------------- floats keep the order of the decimals

plain = st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False, places=12)


@st.composite
def beside(draw) -> tuple[Decimal, Decimal]:
    """A limit's number and a value that may differ from it in the 25th digit only."""
    edge = draw(plain.filter(bool))
    step = draw(st.sampled_from([-1, 0, 1])) * Decimal(1).scaleb(draw(st.integers(-25, 0)))
    return edge, max(Decimal(0), edge + step)


@given(beside())
def test_the_frames_floats_keep_the_order_of_the_exact_decimals(books, pair):
    edge, value = pair
    lead = next(one for one in books["leaf_powder"].limits if one.rule_id == "LEAD")
    answer, _ = combine([result("lead", Interval.exactly(value), uncertainty=Decimal(0))])
    for rule in ("simple", "guarded"):
        limit = replace(lead, acceptance_interval=span("0", edge), decision_rule=rule)
        row, end = Column([answer]).rows(limit)[:, 0], bands(limit)[0][2]
        for column in (0, 2, 4, 6):
            assert (row[column] > end, row[column] < end) == (value > edge, value < edge)


@given(beside(), plain)
def test_both_ends_of_a_limit_keep_their_order(books, pair, other):
    edge, value = pair
    low, high = sorted((edge, other))
    lead = next(one for one in books["leaf_powder"].limits if one.rule_id == "LEAD")
    limit = replace(lead, acceptance_interval=span(low, high))
    answer, _ = combine([result("lead", Interval.exactly(value))])
    row, (at_low, _, at_high, _) = Column([answer]).rows(limit)[:, 0], bands(limit)[0]
    assert (row[0] < at_low, row[0] > at_high) == (value < low, value > high)
