"""The engine and the crosscheck read the same limits independently; floats keep the order of the exact decimals."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from factory import DAY, analysis, batches_of, book, limit, result, rulebooks, span
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kratom_qc.interpret.combine import combine
from kratom_qc.job import Terms, judge_batches
from kratom_qc.judge.plan import Asked, Column, bands, key_of, rows_of
from kratom_qc.model import Analysis, Interval, Result

MG = "mg/kg"

# Every shape of limit at numbers that floats cannot hold, over eight analytes.
SHAPES = {
    "lead": {"max": "0.3"},
    "cadmium": {"max": "0.3", "strict": True},
    "nickel": {"min": "0.3"},
    "arsenic": {"min": "0.3", "strict": True},
    "mercury": {"min": "0.1", "max": "0.3"},
    "zinc": {"min": "0.3", "max": "0.3"},
    "copper": {"max": "0.3", "decision_rule": "guarded"},
    "chromium": {"min": "0.1", "max": "0.3", "decision_rule": "guarded", "default_uncertainty": "10"},
}
WORDS = {
    ("max", False): "not more than {max} mg/kg",
    ("max", True): "less than {max} mg/kg",
    ("min", False): "not less than {min} mg/kg",
    ("min", True): "more than {min} mg/kg",
}


def _text(shape) -> str:
    if "min" in shape and "max" in shape:
        return f"{shape['min']}–{shape['max']} mg/kg"
    return WORDS["max" if "max" in shape else "min", shape.get("strict", False)].format(**shape)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    limits = [limit(of.upper(), of, _text(shape), unit=MG, **shape) for of, shape in SHAPES.items()]
    limits += [
        limit("ANY", "mgm-15", "not detected", kind="not_detected"),
        limit("DEEP", "mgm-16", "not detected, LOD 0.3 mg/kg or less", kind="not_detected", lod_at_most="0.3", unit=MG),
        limit("SALM", "salmonella", "absent in 25 g", kind="not_detected", portion="25"),
    ]
    return Books(rulebooks(tmp_path_factory.mktemp("books"), leaf_powder=book(*limits)))


class Books(dict):
    """Rulebooks that a failing example does not print."""

    def __repr__(self) -> str:
        return "the rulebooks above"


# Ends on, next to and between the limits' numbers, near enough that floats cannot tell them apart.
NEAR = [
    "0",
    "0.1",
    "0.2",
    "0.3",
    "0.4",
    "0.30000000000000000001",
    "0.29999999999999999999",
    "0.10000000000000000001",
    "0.09999999999999999999",
    "0.3000000000000001",
    "1E+30",
    "0.00000000000000000000001",
]


class Chance:
    """Statements by chance from a seed: one engine run is dear, so that every example is a run over many batches."""

    def __init__(self, seed: int):
        self.of = random.Random(seed)

    def end(self) -> Decimal:
        if self.of.random() < 0.6:
            return Decimal(self.of.choice(NEAR))
        return Decimal(self.of.randrange(601)) / 1000

    def interval(self) -> Interval:
        low, high = sorted((self.end(), self.end()))
        return self.of.choice(
            [
                Interval(low, low),
                Interval(low, low),
                Interval.below(high or Decimal("0.3")),
                span("0", high),
                span(low, None, True),
                span(low, None),
                span(low, high, low < high, low < high),
                span("0", None),
            ]
        )

    def result(self, of: str, certificate: str) -> Result:
        value = self.interval()
        more: dict[str, Any] = {
            "uncertainty": self.of.choice([None, Decimal("0.05"), Decimal("0.1"), Decimal("0.2")]),
            "resolution": self.of.choice([None, Decimal("0.1"), Decimal("0.001")]),
            "replicate": self.of.choice(["", "1", "2"]),
        }
        if of in ("mgm-15", "mgm-16", "salmonella"):
            more["detected"] = True if value.low > 0 else self.of.choice([True, False, None])
            more["detection_limit"] = value.high if more["detected"] is False else None
            more["portion"] = self.of.choice([None, Decimal(1), Decimal(25), Decimal(100)])
        return result(of, value, "cfu/g" if of == "salmonella" else MG, certificate * 64, **more)

    def analyses(self, batch_id: str) -> list[Analysis]:
        """One batch over up to two certificates, with up to two results per analyte."""
        found = [
            self.result(of, certificate)
            for of in (*SHAPES, "mgm-15", "mgm-16", "salmonella")
            for certificate in self.of.choice(["", "a", "a", "ab", "aa"])
        ]
        return [
            analysis(batch_id, *(one for one in found if one.certificate == sha), sha256=sha)
            for sha in ("a" * 64, "b" * 64)
        ]


@settings(max_examples=4, deadline=None, derandomize=True, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_the_engine_and_the_crosscheck_agree(books, seed):
    chance = Chance(seed)
    analyses = [one for number in range(150) for one in chance.analyses(f"B{number}")]
    judgement = judge_batches(batches_of(analyses, books), Terms(dict(books), (), (), DAY))
    doubted = [
        (limit.rule_id, str(engine), str(again), judgement.batches[number].quantities[key_of(limit)].results)
        for number, found in judgement.doubted.items()
        for limit, engine, again in found
    ]
    assert doubted == []


# ---------------------------------------------------------------- floats keep the order of the decimals

plain = st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False, places=12)


@st.composite
def beside(draw) -> tuple[Decimal, Decimal]:
    """A limit's number and a value that may differ from it in the 25th digit only."""
    edge = draw(plain.filter(bool))
    step = draw(st.sampled_from([-1, 0, 1])) * Decimal(1).scaleb(draw(st.integers(-25, 0)))
    return edge, max(Decimal(0), edge + step)


@settings(max_examples=400, deadline=None)
@given(beside())
def test_the_frames_floats_keep_the_order_of_the_exact_decimals(books, pair):
    edge, value = pair
    lead = next(one for one in books["leaf_powder"].limits if one.rule_id == "LEAD")
    answer, _ = combine([result("lead", Interval.exactly(value), uncertainty=Decimal(0))])
    for rule in ("simple", "guarded"):
        limit = replace(lead, accept=span("0", edge), decision_rule=rule)
        row, end = rows_of(Asked(limit, books["leaf_powder"], Column([answer])))[0], bands(limit)[0][2]
        for column in (0, 2, 4, 6):
            assert (row[column] > end, row[column] < end) == (value > edge, value < edge)


@settings(max_examples=200, deadline=None)
@given(beside(), plain)
def test_both_ends_of_a_limit_keep_their_order(books, pair, other):
    edge, value = pair
    low, high = sorted((edge, other))
    lead = next(one for one in books["leaf_powder"].limits if one.rule_id == "LEAD")
    limit = replace(lead, accept=span(low, high))
    answer, _ = combine([result("lead", Interval.exactly(value))])
    row, (at_low, _, at_high, _) = rows_of(Asked(limit, books["leaf_powder"], Column([answer])))[0], bands(limit)[0]
    assert (row[0] < at_low, row[0] > at_high) == (value < low, value > high)
