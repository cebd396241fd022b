"""Capability is told with its confidence, or with the reason why there is none."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from scipy.special import nctdtr

from kratom_qc.trends import charts, rules
from kratom_qc.trends.capability import Capability, Specification, capability, range_freedom, why_not
from kratom_qc.trends.ends import Ends, exactly
from tests.trends.reference import values

AT_MOST = Specification(upper=Decimal(13), upper_rule="SPEC-PB")
STEADY = "10 11 9 10 12 10 9 11 10 8 10 11 9 10 12 10 9 11 10 8 10 11 9 10 12"


def of(numbers: list[Ends], specification: Specification, *, steady: bool = False) -> Capability:
    base = charts.baseline(numbers)
    return capability(numbers, base, specification, () if steady else rules.signals(numbers, base))


def normal(random: Random, count: int) -> list[Ends]:
    return [exactly(Decimal(f"{random.gauss(10, 1):.6f}")) for _ in range(count)]


@pytest.mark.parametrize(
    ("points", "specification", "why"),
    [
        (STEADY, Specification(), "no limit in force asks for it in this unit"),
        (STEADY.replace("12", "8:12"), AT_MOST, "3 of 25 values are known by their bounds only"),
        (STEADY[:-3], AT_MOST, "too few: 24 values, 25 are needed"),
        ("10 " * 25, AT_MOST, "all values are equal"),
        (STEADY, AT_MOST, ""),
    ],
)
def test_why_there_is_no_capability(points, specification, why):
    assert why_not(values(points), specification) == why


def test_the_nearer_limit_counts_and_both_give_the_width():
    one_limit = of(values(STEADY), AT_MOST)
    assert (one_limit.cp, one_limit.pp) == (None, None)
    both = of(values(STEADY), Specification(Decimal(8), Decimal(13)))
    assert both.cp is not None
    assert both.pp is not None
    assert both.outside == 0
    assert both.ppk.value == (both.mean - 8) / (3 * both.overall)
    assert both.pp.value == 5 / (6 * both.overall)
    assert of(values(STEADY), Specification(Decimal(9), Decimal(11))).outside == 5  # 8, 8, 12, 12, 12


def test_a_process_that_is_not_steady_has_ppk_only():
    moved = values(f"{STEADY} 15 15 15 15")
    found = of(moved, AT_MOST)
    assert (found.cp, found.cpk, found.why_no_cpk) == (None, None, "not steady: Nelson 1")
    assert found.ppk.low < found.ppk.value < found.ppk.high
    assert found.outside == 4


def test_the_confidence_of_ppk_is_the_noncentral_t_of_n_less_one():
    found = of(values(STEADY), AT_MOST)
    root = 3 * 25**0.5
    t = root * float(found.ppk.value)
    assert nctdtr(24, root * float(found.ppk.low), t) == pytest.approx(0.975, abs=1e-5)
    assert nctdtr(24, root * float(found.ppk.high), t) == pytest.approx(0.025, abs=1e-5)


def test_what_moving_ranges_know_is_their_own_degrees_of_freedom():
    """The spread of σ = MR̄/d2 over many samples is that of so many degrees of freedom: CV² = 1/(2ν)."""
    random = Random(1)
    sigmas = []
    for _ in range(2000):
        sample = [random.gauss(0, 1) for _ in range(25)]
        ranges = [abs(after - one) for one, after in pairwise(sample)]
        sigmas.append(sum(ranges) / len(ranges) / 1.128379)
    mean = sum(sigmas) / len(sigmas)
    relative = sum((one - mean) ** 2 for one in sigmas) / (len(sigmas) - 1) / mean**2
    assert range_freedom(25) == pytest.approx(1 / (2 * relative), rel=0.08)
    assert range_freedom(25) == pytest.approx(14.71, abs=0.01)


@pytest.mark.parametrize("limits", [Specification(upper=Decimal(14)), Specification(Decimal(6), Decimal(14))])
def test_the_true_index_lies_in_the_confidence_interval_as_often_as_it_says(limits):
    """Cpk = 4/3 of normal values; 95 % of 400 intervals hold it, within three standard errors."""
    random = Random(2)
    truth = Decimal(4) / 3
    samples = [of(normal(random, 30), limits, steady=True) for _ in range(400)]
    for of_index in ([one.ppk for one in samples], [one.cpk for one in samples if one.cpk]):
        held = sum(one.low <= truth <= one.high for one in of_index) / len(of_index)
        assert 0.917 <= held <= 0.983
