"""Which points break which rule: pictures, each one point short of a signal and complete."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.trends import charts, rules
from kratom_qc.trends.charts import Baseline
from kratom_qc.trends.ends import Ends, exactly
from tests.trends.reference import values

STANDARD = Baseline(exactly(Decimal(0)), exactly(Decimal(1)), exactly(Decimal(1)), 20)  # centre 0, σ 1


def told(text: str, base: Baseline = STANDARD) -> list[str]:
    return [
        f"{one.rule} {one.side} {one.first}-{one.last}{'' if one.certain else ' possibly'}".replace("  ", " ")
        for one in rules.signals(values(text), base)
    ]


# (rule, points of which the last completes it, the signal)
PICTURES = [
    ("Nelson 1", "0 1 -1 3.01", "above 3-3"),
    ("Nelson 1", "0 1 -1 -3.01", "below 3-3"),
    ("Nelson 2", "-1 .1 .9 .1 .2 .3 .2 .1 .2 .1", "above 1-9"),
    ("Nelson 3", "0 -1 -.5 0 .5 1 1.5", "rising 1-6"),
    ("Nelson 3", "0 1 .5 0 -.5 -1 -1.5", "falling 1-6"),
    ("Nelson 4", "0 0 .9 -.9 .9 -.9 .9 -.9 .9 -.9 .9 -.9 .9 -.9 .9", "1-14"),
    ("Nelson 5", "0 2.1 -1 2.1", "above 1-3"),
    ("Nelson 6", "0 1.1 1.1 -1 1.1 1.1", "above 1-5"),
    ("Nelson 7", "2 .5 -.5 .4 -.4 .3 .3 .5 -.5 .4 -.4 .3 .3 .5 -.5 .5", "1-15"),
    ("Nelson 8", "0 1.1 -1.1 1.5 1.1 -1.1 -1.5 1.1 1.2", "1-8"),
    ("Western Electric 1", "0 1 -1 3.01", "above 3-3"),
    ("Western Electric 2", "0 -2.1 1 -2.1", "below 1-3"),
    ("Western Electric 3", "0 -1.1 -1.1 1 -1.1 -1.1", "below 1-5"),
    ("Western Electric 4", "1 -.1 -.9 -.1 -.2 -.3 -.2 -.1 -.2", "below 1-8"),
]


@pytest.mark.parametrize(("rule", "points", "signal"), PICTURES, ids=lambda one: one[:20])
def test_a_rule_signals_at_the_point_that_completes_it(rule, points, signal):
    assert f"{rule} {signal}" in told(points)
    short = points.rpartition(" ")[0]
    assert [one for one in told(short) if one.startswith(rule)] == []


def test_eight_on_one_side_are_western_electrics_nine_are_nelsons():
    eight = "1 -.1 -.9 -.1 -.2 -.3 -.2 -.1 -.2"
    assert told(eight) == ["Western Electric 4 below 1-8"]
    assert told(f"{eight} -.1") == ["Nelson 2 below 1-9", "Western Electric 4 below 1-9"]


@pytest.mark.parametrize(
    "points",
    [
        "0 3 -3",  # on a limit is not beyond it
        "0 .1 .2 .1 .2 0 .1 .2 .1 .2",  # on the centre is on neither side
        "0 .1 .2 .3 .3 .4 .5",  # a tie neither rises nor falls
        "0 2.1 -2.1 0",  # two of three, on two sides
        "0 1.5 1.5 1.5 0 0 0",
    ],
)
def test_no_signal(points):
    assert told(points) == []


@pytest.mark.parametrize("side", ["1.5 1.1 ", "-1.5 -1.1 "])
def test_eight_beyond_one_sigma_on_one_side_are_no_mixture(side):
    assert not any(one.startswith("Nelson 8") for one in told(side * 4))


# ---------------------------------------------------------------- hidden values

HIDDEN = [
    ("0 0 3.5:4", ["Nelson 1 above 2-2", "Western Electric 1 above 2-2"]),
    ("0 0 2.5:4", ["Nelson 1 above 2-2 possibly", "Western Electric 1 above 2-2 possibly"]),
    ("0 0 -1:1", []),
    ("0 .1 .15:.2 .2:.22 .23:.24 .25", ["Nelson 3 rising 0-5 possibly"]),
    ("0 .1 .15:.19 .2:.22 .23:.24 .25", ["Nelson 3 rising 0-5"]),
    # each may lie above the one before it, and not all of them: the third lies above 0.3, the fourth below
    ("0 .3 .1:.4 .1:.29 .32 .2:.5", []),
]


@pytest.mark.parametrize(("points", "signals"), HIDDEN)
def test_a_rule_signals_where_it_does_at_both_ends_and_possibly_where_it_may(points, signals):
    assert told(points) == signals


def test_what_is_not_bounded_signals_nothing_for_certain():
    assert [one for one in told("0 0 :") if "possibly" not in one] == []


hidden = st.tuples(st.integers(-40, 40), st.sampled_from([0, 0, 0, 3, 15])).map(
    lambda pair: Ends(Decimal(pair[0]) / 10, Decimal(pair[0] + pair[1]) / 10)
)


@given(st.lists(hidden, min_size=20, max_size=30), st.randoms(use_true_random=False))
def test_whatever_hidden_values_are_certain_signals_stand_and_no_signal_is_left_out(series: list[Ends], random: Random):
    """Also where centre and limits rest on the hidden values themselves."""
    true = [exactly(_between(one, random)) for one in series]
    of_hidden, of_true = every(series), every(true)
    assert all(one.certain for one in of_true)
    assert [one for one in of_hidden if one.certain and not covered(one, of_true)] == []
    assert [one for one in of_true if not covered(one, of_hidden)] == []


def _between(one: Ends, random: Random) -> Decimal:
    assert one.low is not None
    assert one.high is not None
    return one.low + (one.high - one.low) * Decimal(random.randint(0, 10)) / 10


def every(series: list[Ends]) -> tuple[rules.Signal, ...]:
    base = charts.baseline(series)
    averages, sums = charts.ewma(series, base), charts.cusum(series, base)
    return (*rules.signals(series, base), *rules.ewma_signals(averages), *rules.cusum_signals(sums))


def covered(one: rules.Signal, by: tuple[rules.Signal, ...]) -> bool:
    """Whether the point that completes a signal is told by a signal of the same rule and side."""
    return any((it.rule, it.side) == (one.rule, one.side) and it.first <= one.last <= it.last for it in by)
