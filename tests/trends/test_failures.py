"""How often a laboratory's batches FAIL: a wrong threshold shows within 50 batches."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from kratom_qc.trends import words
from kratom_qc.trends.failures import failures, p_limits
from tests.trends.reference import numbers

ORANGE_JUICE = "12 15 8 10 4 7 16 9 14 10 5 6 17 12 22 8 10 5 13 11 20 18 24 15 9 12 7 13 9 6"  # of 50 each, from qcc


def every(share: int, count: int) -> list[bool]:
    """One in so many batches FAILs."""
    return [place % share == share - 1 for place in range(count)]


EIGHT_PER_CENT = [place % 25 in (3, 17) for place in range(100)]


def test_the_p_chart_of_qccs_orange_juice():
    counts = numbers(ORANGE_JUICE)
    share = sum(counts) / (50 * len(counts))
    lower, upper = p_limits(share, 50)
    assert [round(one, 8) for one in (share, upper, lower)] == numbers("0.23133333 0.41023912 0.05242755")
    assert p_limits(Decimal("0.01"), 50)[0] == 0


def test_a_laboratory_that_finds_nothing_any_more_is_told_within_50_batches():
    """The Immensa laboratory, 2021: a wrong threshold, some 39,000 false negatives, found by other people's tests."""
    found = failures("Immensa", EIGHT_PER_CENT + [False] * 50)
    assert found.rate == Decimal("0.08")
    assert found.fell is not None
    assert found.fell < 100 + 50
    assert (found.rose, found.why_not) == (None, "")
    assert "far fewer since about batch 147" in words.failures(found)


def test_a_rate_that_doubles_is_told():
    found = failures("A", EIGHT_PER_CENT + every(6, 100))
    assert (found.fell, found.rose) == (None, 177)


def test_false_alarms_are_rare():
    """Some 560 batches on average, for a fall, while nothing changes."""
    random = Random(4)
    waited = [
        failures("A", EIGHT_PER_CENT + [random.random() < 0.08 for _ in range(1500)]).fell or 1600 for _ in range(60)
    ]
    assert sum(waited) / len(waited) - 100 > 400


@pytest.mark.parametrize(
    ("failed", "why"),
    [
        (every(12, 99), "too few: 99 batches, 100 are needed"),
        (every(40, 200), "2 of the first 100 batches FAIL: no rate to compare with"),
        ([True] * 200, "100 of the first 100 batches FAIL: no rate to compare with"),
    ],
)
def test_why_nothing_is_told(failed, why):
    found = failures("A", failed)
    assert (found.why_not, found.rate, found.groups, found.fell) == (why, None, (), None)
    assert why in words.failures(found)


def test_groups_of_fifty_are_points_of_the_p_chart():
    found = failures("A", EIGHT_PER_CENT + every(2, 70))
    assert [(one.batches, one.failed) for one in found.groups] == [(50, 4), (50, 4), (50, 25)]
    assert found.groups[2].failed / 50 > found.groups[2].upper
