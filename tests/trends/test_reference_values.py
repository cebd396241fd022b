"""Every formula against values that somebody else published."""

from __future__ import annotations

from decimal import Decimal
from statistics import mean, stdev

import pytest

from kratom_qc.trends import charts
from kratom_qc.trends.agreement import duplicate_spread, horwitz, relative_difference
from kratom_qc.trends.capability import index, width
from kratom_qc.trends.charts import Baseline
from kratom_qc.trends.ends import exactly, mean_of
from kratom_qc.trends.rules import cusum_signals
from kratom_qc.trends.trend import autocorrelation
from tests.trends import reference
from tests.trends.reference import STRD, numbers, values


def at(center: str, sigma: str) -> Baseline:
    return Baseline(exactly(Decimal(center)), exactly(Decimal(sigma)), exactly(Decimal(0)), 0)


@pytest.mark.parametrize(
    ("what", "published"),
    [("center", "50.81"), ("mean_range", "1.8778"), ("sigma", "1.66470"), ("upper", "55.8041"), ("lower", "45.8159"),
     ("range_upper", "6.1347")],
)  # fmt: skip
def test_individuals_and_moving_range_of_nist_6_3_2_2(what, published):
    flow = values(reference.FLOW_RATE)
    computed = getattr(charts.individuals(flow, charts.baseline(flow)), what)
    assert computed.is_exact
    assert round(computed.low, len(published.partition(".")[2])) == Decimal(published)


def test_ewma_of_nist_6_3_2_4():
    chart = charts.ewma(values(reference.EWMA), at("50", "2.0539"), Decimal("0.3"))
    # The 15th is printed 49.34 there; the recursion gives 49.378.
    assert [round(one.low, 4) for one in chart.values] == numbers(
        "50.6000 49.5200 50.5640 50.1848 50.1594 49.2116 49.7481 49.8537 50.2576 50.3303 "
        "50.1112 49.3578 49.5205 50.0543 49.3780 49.9246 50.7272 51.2291 51.9403 51.9882"
    )
    assert float(chart.upper[-1].low) == pytest.approx(52.5884, abs=1e-4)
    assert float(chart.lower[-1].low) == pytest.approx(47.4115, abs=1e-4)
    first = Decimal("0.3") * 3 * Decimal("2.0539")  # after one value the average moves by λσ
    assert chart.upper[0] == exactly(50 + first)


def test_cusum_of_nist_6_3_2_3():
    chart = charts.cusum(values(reference.CUSUM), at("325", "0.635"), decision=Decimal("4.1959") / Decimal("0.635"))
    assert [round(one.low, 2) for one in chart.above] == numbers(
        "0 0 0 0 0.03 0 0 0 0 0 0 0 3.01 4.94 7.45 10.63 11.99 14.44 16.00 19.04"
    )
    assert [one.low for one in chart.below][:11] == numbers("0 0.0075 0 0.3325 0 0 0.5575 0.7150 0.1725 0.2550 0.3125")
    (signal,) = cusum_signals(chart)
    assert (signal.first + 1, signal.side, signal.certain) == (14, "above", True)


@pytest.mark.parametrize("name", STRD)
def test_strd(name):
    data, average, spread, lag = STRD[name]
    assert mean(numbers(data)) == Decimal(average)
    assert mean_of(values(data)) == exactly(Decimal(average))
    assert float(stdev(numbers(data))) == pytest.approx(float(spread), rel=1e-14)
    assert float(autocorrelation(numbers(data))) == pytest.approx(float(lag), abs=1e-14)


@pytest.mark.parametrize(
    ("lower", "upper", "center", "sigma", "cp", "cpk"),
    [
        ("8", "20", "16", "2", "1.0", "0.6667"),  # NIST 6.1.6
        (None, "20", "16", "2", None, "0.6667"),  # Cpu
        ("8", None, "16", "2", None, "1.3333"),  # Cpl
        ("73.95", "74.05", "74.001176", "0.0097850", "1.7033", "1.6632"),  # Montgomery's piston rings, as in qcc
        (None, "20", "21", "2", None, "-0.1667"),  # the mean is beyond the limit
    ],
)
def test_capability_indices(lower, upper, center, sigma, cp, cpk):
    lower, upper = (None if one is None else Decimal(one) for one in (lower, upper))
    assert round(index(lower, upper, Decimal(center), Decimal(sigma)), 4) == Decimal(cpk)
    if cp is not None:
        assert round(width(lower, upper, Decimal(sigma)), 4) == Decimal(cp)


def test_duplicates_of_fda_lib_4578():
    """Published: mean 1.1672, standard deviation 0.074, 6.31 %."""
    pairs = [tuple(numbers(pair)) for pair in reference.CONTROL]
    single = [one for pair in pairs for one in pair]
    assert mean(single) == Decimal("1.1672")
    assert round(stdev(single), 6) == Decimal("0.073705")
    assert round(100 * stdev(single) / mean(single), 4) == Decimal("6.3147")
    # √(Σd²/2n) of differences 0.067, 0.072, 0.229, 0.034, 0.030
    assert round(duplicate_spread(pairs), 5) == Decimal("0.08011")
    differences = [round(relative_difference(*map(exactly, pair)).low, 2) for pair in pairs]
    assert differences == numbers("5.86 6.28 18.98 2.78 2.69")


@pytest.mark.parametrize(
    ("mass_fraction", "expected"),
    [("0.01", "4.00"), ("0.001", "5.66"), ("0.0004", "6.49"), ("1e-6", "16.0"), ("1e-7", "22.6"), ("1e-8", "32.0")],
)
def test_horwitz(mass_fraction, expected):
    assert round(horwitz(Decimal(mass_fraction)), len(expected.partition(".")[2])) == Decimal(expected)
