"""One series: when it has a chart, what its newest batch breaks, and how that is told."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from kratom_qc.trends import as_data, charts, words
from kratom_qc.trends.capability import Specification
from kratom_qc.trends.series import Point, Series, SeriesKey
from kratom_qc.trends.trend import out_of_trend, trend
from tests.trends.reference import values

LEAD = SeriesKey("leaf_powder", "Acme Labs", "", "lead", "", "as received", "mg/kg", "ICP-MS")
COUNT = LEAD._replace(analyte="tamc", unit="cfu/g", method="plate count")


def series(text: str, key: SeriesKey = LEAD) -> Series:
    said = text.split()
    return Series(
        key,
        tuple(
            Point(f"B-{place}", date(2026, 1, 1) + timedelta(place), one, said[place], f"b{place}.csv C2")
            for place, one in enumerate(values(text))
        ),
    )


def usual(count: int, seed: int = 3) -> str:
    random = Random(seed)
    return " ".join(f"{random.gauss(0.2, 0.02):.3f}" for _ in range(count))


@pytest.mark.parametrize(
    ("points", "why"),
    [
        (usual(19), "too few: 19 values, 20 are needed"),
        ("0:0.05 " * 20, "no value is known exactly"),
        (f"{usual(19)} 0:", "nothing bounds 1 of 20 values"),
        ("0.2 " * 20, "all values are equal"),
        (f"{usual(19)} 0:0.05", ""),
    ],
)
def test_why_there_is_no_chart(points, why):
    found = trend(series(points))
    assert found.why_no_chart == why
    assert (found.chart is None) == bool(why)


def test_a_changed_loq_makes_no_trend():
    """Non-detects to 0.01, then to 0.05: nobody knows whether anything has changed."""
    found = trend(series(" ".join(["0:0.01"] * 15 + ["0:0.05"] * 15 + ["0.02"])))
    assert found.chart is not None
    assert [one for one in found.chart.signals if one.certain] == []
    assert [one for one in found.chart.signals if not one.certain] != []


def test_hidden_values_give_the_limits_two_ends_that_hold_those_of_every_value():
    hidden = trend(series(f"{usual(25)} 0:0.1")).chart
    assert hidden is not None
    for said in ("0", "0.05", "0.1"):
        known = trend(series(f"{usual(25)} {said}")).chart
        assert known is not None
        for line in ("center", "sigma", "lower", "upper"):
            exact, ends = getattr(known.individuals, line), getattr(hidden.individuals, line)
            assert ends.low <= exact.low <= ends.high


def test_counts_are_charted_as_logarithms_and_zero_bounds_nothing():
    counts = " ".join(str(10 ** (2 + place % 3)) for place in range(24))
    found = trend(series(counts, COUNT), Specification(upper=Decimal(10000), upper_rule="TAMC"))
    assert found.chart is not None
    assert found.chart.individuals.center.low == 3
    assert found.why_no_capability == "too few: 24 values, 25 are needed"
    assert trend(series(f"{counts} 500 500", COUNT), Specification(upper=Decimal(9))).why_no_capability == (
        "not computed of counts"
    )
    assert trend(series(f"{counts} 0:10", COUNT)).why_no_chart == "nothing bounds 1 of 25 values"


def test_limits_may_rest_on_the_first_batches_only():
    moved = series(f"{usual(25)} " + " ".join(["0.25"] * 9))
    alone, all_of_them = trend(moved, baseline=25).chart, trend(moved).chart
    assert alone is not None
    assert all_of_them is not None
    assert (alone.baseline, all_of_them.baseline) == (25, 34)
    assert alone.individuals.upper.high < all_of_them.individuals.upper.high


# ---------------------------------------------------------------- out of trend


@pytest.mark.parametrize(
    ("points", "rules"),
    [
        (f"{usual(24)} 0.21", []),
        (f"{usual(24)} 0.40", ["Nelson 1 above"]),
        (f"{usual(24)} 0:0.05", ["Nelson 1 below"]),
        (f"{usual(24)} 0:0.40", []),
        (f"{usual(24)} 0:", []),
        (f"{usual(24)} 0.40 0.21", []),  # it was the batch before
        (f"{usual(24)} 0.13 0.15 0.17 0.19 0.21 0.23", ["Nelson 3 rising"]),
        (f"{usual(19)} 0.40", []),  # too few before it
        (f"{usual(20)} 0.40", ["Nelson 1 above"]),
    ],
)
def test_the_newest_batch_is_compared_with_those_before_it(points, rules):
    assert [f"{one.rule} {one.side}" for one in out_of_trend(series(points))] == rules


def test_the_newest_batch_does_not_widen_the_limits_it_is_judged_by():
    (found,) = out_of_trend(series(f"{usual(24)} 0.40"))
    base = charts.baseline(values(usual(24)))
    assert (found.lower, found.upper, found.before) == (base.line(-3), base.line(3), 24)


def test_what_is_out_of_trend_is_told_with_the_laboratorys_words_and_cell():
    (found,) = out_of_trend(series(f"{usual(24)} 0.40"))
    told = words.out_of_trend(found)
    assert told.startswith("Out of trend: Lead of B-24 is 0.4 mg/kg ('0.40' at b24.csv C2); by the 24 batches before")
    assert told.endswith("(Nelson 1, one point beyond 3σ). It warns and changes no verdict.")


def test_neighbours_that_are_alike_are_told():
    rising = " ".join(f"{0.2 + place / 100:.2f}" for place in range(25))
    assert any("Neighbouring batches are alike" in one for one in words.sentences(trend(series(rising))))
    assert not any("alike" in one for one in words.sentences(trend(series(usual(25)))))


def test_both_sets_of_rules_are_named_where_they_say_the_same():
    told = list(words.sentences(trend(series(f"{usual(30)} 0.40"))))
    assert "Nelson 1 and Western Electric 1 (one point beyond 3σ): B-30 above." in told


def test_as_data_every_number_is_a_decimal_string_and_no_bound_is_null():
    text = f"{usual(30)} 0.40"
    found = as_data.trend_object(trend(series(text), Specification(upper=Decimal("0.5"), upper_rule="PB")))
    assert found["points"][-1] == {
        "batch_id": "B-30", "day": "2026-01-31", "low": "0.4", "high": "0.4", "said": "0.40", "cell": "b30.csv C2",
        "statements": 1,
    }  # fmt: skip
    assert found["capability"]["why_no_cpk"] == "not steady: Nelson 1, Nelson 2"
    assert found["capability"]["ppk"].keys() == {"value", "low", "high"}
    assert found["out_of_trend"][0]["rule"] == "Nelson 1"
    unbounded = as_data.trend_object(trend(series(f"{usual(3)} 0:")))
    assert (unbounded["chart"], unbounded["points"][-1]["high"]) == (None, None)
