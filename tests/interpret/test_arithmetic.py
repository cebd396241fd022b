"""Interval arithmetic: whatever the operands really are, the derived interval holds what follows from them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kratom_qc.domain.interval import UNMEASURED, Interval
from kratom_qc.interpret.arithmetic import complement, percent_share, product, quotient, total
from tests.factory.sheets import span, told

AMOUNT = st.decimals(min_value=0, max_value=1000, places=2) | st.sampled_from([Decimal(0), Decimal(1)])
_SLACK = Fraction(1, 10**26)  # ends are rounded to 28 digits


@st.composite
def operand(draw: st.DrawFn) -> tuple[Interval, Fraction]:
    """An interval that is not empty, and one amount in it: an end where it is closed, or something between."""
    low, high = sorted((draw(AMOUNT), draw(AMOUNT)))
    low_open, high_open, bounded = draw(st.booleans()), draw(st.booleans()), draw(st.integers(0, 4)) > 0
    if not bounded:
        point = Fraction(low) + draw(st.sampled_from([Fraction(1, 10**9), Fraction(1), Fraction(10**9)]))
        return Interval(low, None, low_open, True), point if low_open else draw(st.sampled_from([Fraction(low), point]))
    if low == high:
        return Interval.exactly(low), Fraction(low)
    between = Fraction(low) + Fraction(high - low) * draw(
        st.sampled_from([Fraction(1, 10**9), Fraction(1, 2), 1 - Fraction(1, 10**9)])
    )
    points = [between, *([] if low_open else [Fraction(low)]), *([] if high_open else [Fraction(high)])]
    return Interval(low, high, low_open, high_open), draw(st.sampled_from(points))


def holds(interval: Interval, amount: Fraction) -> bool:
    """Whether the amount lies in the interval; an end that had to be rounded may miss it by its rounding."""
    low = Fraction(interval.low)
    if amount == low:
        return not interval.low_open
    if amount < low * (1 - _SLACK):
        return False
    if interval.high is None:
        return True
    high = Fraction(interval.high)
    return not interval.high_open if amount == high else amount <= high * (1 + _SLACK)


@given(st.lists(operand(), max_size=5))
def test_a_sum_holds_the_sum_of_any_amounts_in_its_terms(policy: list[tuple[Interval, Fraction]]) -> None:
    assert holds(total(interval for interval, _ in policy), sum((amount for _, amount in policy), Fraction(0)))


@given(operand(), operand())
def test_a_product_holds_the_product_of_any_amounts(
    one: tuple[Interval, Fraction], other: tuple[Interval, Fraction]
) -> None:
    assert holds(product(one[0], other[0]), one[1] * other[1])


@given(operand(), operand())
def test_a_quotient_holds_the_quotient_of_any_amounts(
    over: tuple[Interval, Fraction], under: tuple[Interval, Fraction]
) -> None:
    assume(under[1] > 0)
    assert holds(quotient(over[0], under[0]), over[1] / under[1])


@given(operand(), operand())
def test_a_share_holds_the_share_of_any_amounts(
    part: tuple[Interval, Fraction], others: tuple[Interval, Fraction]
) -> None:
    assume(part[1] + others[1] > 0)
    assert holds(percent_share(part[0], others[0]), 100 * part[1] / (part[1] + others[1]))


@given(operand())
def test_what_is_left_holds_whatever_the_moisture_is(moisture: tuple[Interval, Fraction]) -> None:
    assume(moisture[1] <= 100)
    assert holds(complement(moisture[0]), 1 - moisture[1] / 100)


@given(operand(), operand())
def test_a_share_is_never_outside_0_and_100(part: tuple[Interval, Fraction], others: tuple[Interval, Fraction]) -> None:
    share = percent_share(part[0], others[0])
    assert 0 <= share.low <= 100
    assert share.high is not None
    assert share.low <= share.high <= 100


@given(operand(), operand())
def test_a_hull_holds_both_and_no_more_than_it_must(
    one: tuple[Interval, Fraction], other: tuple[Interval, Fraction]
) -> None:
    hull = one[0].hull(other[0])
    assert holds(hull, one[1])
    assert holds(hull, other[1])
    assert hull.low in (one[0].low, other[0].low)
    assert hull.high in (one[0].high, other[0].high)
    assert hull == other[0].hull(one[0])
    assert hull.hull(one[0]) == hull


@given(operand(), operand())
def test_two_intervals_meet_where_an_amount_lies_in_both(
    one: tuple[Interval, Fraction], other: tuple[Interval, Fraction]
) -> None:
    if holds(other[0], one[1]):
        assert one[0].meets(other[0])
        assert other[0].meets(one[0])


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [("0.2", "0.2", True), ("0.2", "0.3", False), ("[0, 0.2)", "0.2", False), ("[0, 0.2]", "0.2", True), ("[0, ∞)", "5", True),
     ("(0.2, ∞)", "0.2", False), ("[0, 0.2)", "[0.2, 1]", False)],
)  # fmt: skip
def test_open_ends_do_not_touch(one: str, other: str, meet: bool) -> None:
    assert span(one).meets(span(other)) is meet
    assert span(other).meets(span(one)) is meet


@pytest.mark.parametrize(
    ("one", "other", "hull"),
    [("0.2", "0.3", "[0.2, 0.3]"), ("[0, 0.2)", "0.2", "[0, 0.2]"), ("(0, 1)", "[0, 0.5]", "[0, 1)"), ("[0, 1)",
    "[5, ∞)", "[0, ∞)"),
     ("(0, 1)", "(0, 1)", "(0, 1)"), ("0.2", "0.2", "0.2")],
)  # fmt: skip
def test_a_hull_keeps_the_end_that_reaches_further(one: str, other: str, hull: str) -> None:
    assert told(span(one).hull(span(other))) == hull


@pytest.mark.parametrize(
    ("part", "others", "share"),
    [  # the part stands in both places: generic division would say [0, 300] of [1, 3] in 1
        ("1", "1", "50"), ("[1, 3]", "1", "[50, 75]"), ("[0, 3)", "1", "[0, 75)"), ("1", "[1, 3)", "(25, 50]"), ("1",
        "[0, ∞)", "[0, 100]"),
        ("[0, ∞)", "1", "[0, 100)"), ("0", "5", "0"), ("5", "0", "100"),
    ],
)  # fmt: skip
def test_a_share_is_taken_at_the_extremes_of_its_part(part: str, others: str, share: str) -> None:
    assert told(percent_share(span(part), span(others))) == share


# What the properties above cannot see: an end that is closed where it might be open still holds every amount.
_UNBOUNDED = Interval(Decimal(2), None, False, True)
EXACT_ENDS: list[tuple[Callable[[], Interval], str]] = [
    (lambda: total([span("(1, 2)"), span("3")]), "(4, 5)"),
    (lambda: total([span("3"), span("[1, 2)")]), "[4, 5)"),
    (lambda: product(span("(1, 2)"), span("3")), "(3, 6)"),
    (lambda: product(span("3"), span("[1, 2)")), "[3, 6)"),
    (lambda: quotient(span("[1, 2)"), span("[2, 4]")), "[0.25, 1)"),
    (lambda: quotient(span("[1, 2]"), span("(2, 4)")), "(0.25, 1)"),
    (lambda: product(span("0"), span("(1, 2)")), "0"),
    (lambda: product(span("(1, 2)"), span("0")), "0"),
    (lambda: quotient(span("0"), span("(2, 4)")), "0"),
    (lambda: percent_share(span("(1, 3)"), span("0")), "100"),
    (lambda: percent_share(span("(1, 3)"), span("1")), "(50, 75)"),
    (lambda: complement(span("[50, 100)")), "(0, 0.5]"),
    (lambda: complement(span("[50, 100]")), "[0, 0.5]"),
    (lambda: complement(span("[50, ∞)")), "[0, 0.5]"),
    (lambda: complement(span("(50, ∞)")), "[0, 0.5)"),
    (lambda: complement(span("(100, 150]")), "0"),
]


@pytest.mark.parametrize(("derived", "believed"), EXACT_ENDS)
def test_an_end_is_open_exactly_where_nothing_reaches_it(derived: Callable[[], Interval], believed: str) -> None:
    assert told(derived()) == believed


def test_without_an_upper_end_nothing_above_is_excluded() -> None:
    assert product(span("[1, ∞)"), span("2")) == product(span("2"), span("[1, ∞)")) == _UNBOUNDED
    assert quotient(span("[1, 2]"), span("0")) == UNMEASURED
