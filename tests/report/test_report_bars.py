"""A bar shows the value where it lies on its limit's scale."""

from __future__ import annotations

from dataclasses import replace

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.interval import Interval
from kratom_qc.report.bars import LIMIT_AT, bar
from tests.report import report_batches as given
from tests.report.report_batches import finding, span


def at(percent: str) -> float:
    return float(percent.removesuffix("%"))


def drawn(acceptance_interval: Interval, value: Interval, outcome: Outcome = Outcome.PASS) -> Finding:
    rule = replace(given.HG_CZ, acceptance_interval=acceptance_interval)
    return finding(rule, outcome, replace(given.MERCURY, interval=value))


def test_every_limit_stands_at_the_same_place() -> None:
    limits = (span("0", "2"), span("0", "10000000"), span("100", None), span("0.3", "3"))
    bars = [bar(drawn(limit, span("1", "1"))) for limit in limits]
    assert [one.edges[-1] for one in bars if one] == [f"{LIMIT_AT}%"] * 4


def test_a_value_inside_its_limit_lies_inside_the_band_and_one_above_beyond_it() -> None:
    inside, above = bar(drawn(span("0", "2"), span("1", "1"))), bar(drawn(span("0", "2"), span("2.5", "2.5")))
    assert inside
    assert above
    assert at(inside.dot) == LIMIT_AT / 2
    assert at(inside.dot) < at(inside.edges[0]) == at(inside.band_w)
    assert at(above.dot) > at(above.edges[0])


def test_a_value_far_beyond_its_limit_stays_on_the_bar() -> None:
    far = bar(drawn(span("0", "2"), span("2000", "2000")))
    assert far
    assert at(far.edges[0]) < at(far.dot) < 100


def test_a_value_without_an_upper_end_reaches_the_edge() -> None:
    open_ended = bar(drawn(span("0", "2"), span("1", None)))
    assert open_ended
    assert at(open_ended.range_x) + at(open_ended.range_w) == 100
    assert not open_ended.dot


def test_a_lower_limit_allows_everything_above_it() -> None:
    least = bar(drawn(span("100", None), span("120", "120")))
    assert least
    assert at(least.band_x) + at(least.band_w) == 100
    assert at(least.band_x) < at(least.dot)


def test_a_limit_with_two_ends_has_both_drawn() -> None:
    spec = bar(given.GOOD_MITRAGYNINE)
    assert spec
    assert spec.edges == ("7.0%", "70.0%")
    assert at(spec.band_x) == 7


def test_a_guard_band_is_a_whisker_around_the_number_measured() -> None:
    whisker = bar(replace(drawn(span("0", "0.5"), span("0.45", "0.45")), interval=span("0.35", "0.55")))
    assert whisker
    assert at(whisker.range_x) < at(whisker.dot) < at(whisker.range_x) + at(whisker.range_w)


def test_no_bar_where_nothing_is_known_or_units_differ_and_none_overflows() -> None:
    assert bar(given.NICKEL_SILENT) is None
    assert bar(replace(given.GOOD_LEAD, unit="mg/mL")) is None
    assert bar(drawn(span("0", "0"), span("1", "1"))) is None
    huge = bar(drawn(span("0", "1"), span("1e400", "1e400")))
    tiny = bar(drawn(span("0", "1"), span("0", "1e-400", high_open=True)))
    assert huge
    assert at(huge.dot) <= 100
    assert tiny
    assert at(tiny.range_w) <= 100
