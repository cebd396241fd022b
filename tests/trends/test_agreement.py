"""Duplicates, and laboratories that tested the same batches."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kratom_qc.trends.agreement import BETWEEN, Value, bias, e_n, pair, relative_difference
from kratom_qc.trends.ends import Ends, exactly
from tests.trends.reference import values


def value(text: str, uncertainty: str | None = None, loq: str | None = None) -> Value:
    given = (None if one is None else Decimal(one) for one in (uncertainty, loq))
    return Value(values(text)[0], *given)


def shown(one: Ends) -> tuple[str | None, str | None]:
    low, high = (None if end is None else f"{end:.2f}" for end in one)
    return low, high


@pytest.mark.parametrize(
    ("one", "other", "rpd"),
    [
        ("1.2", "1.0", ("18.18", "18.18")),
        ("0", "0", ("0.00", "0.00")),
        ("0", "1", ("200.00", "200.00")),
        ("0:0.05", "0.1", ("66.67", "200.00")),  # 0.05 against 0.1, up to 0 against 0.1
        ("0:0.05", "0:0.05", ("0.00", "200.00")),
        ("0.09:0.11", "0.1", ("0.00", "10.53")),
        ("2:", "1", ("66.67", "200.00")),
    ],
)
def test_relative_percent_difference(one, other, rpd):
    assert shown(relative_difference(value(one).ends, value(other).ends)) == rpd
    assert shown(relative_difference(value(other).ends, value(one).ends)) == rpd


@pytest.mark.parametrize(
    ("one", "other", "loq", "agree"),
    [
        ("1.0", "1.2", None, True),
        ("1.0", "1.3", None, False),
        ("1.0", "1.3", "0.3", True),  # below 5 LOQ: no further apart than the LOQ
        ("1.0", "1.4", "0.3", False),
        ("10", "13", "0.3", False),  # above it RPD counts
        ("0:0.05", "0.04", "0.05", True),
        ("0:0.05", "0.07", "0.05", None),  # it depends on the hidden value
        ("0:0.05", "0.11", "0.05", False),
        ("0:", "0.11", None, None),
    ],
)
def test_duplicates_agree_or_it_depends(one, other, loq, agree):
    assert pair("B", value(one, loq=loq), value(other)).agree is agree


def test_laboratories_may_lie_further_apart_than_duplicates():
    split = (value("1.0"), value("1.3"))
    assert (pair("B", *split).agree, pair("B", *split, BETWEEN).agree) == (False, True)


def test_e_n_needs_both_uncertainties_and_both_values():
    assert e_n(value("1.3", "0.3"), value("1.0", "0.4")) == Decimal("0.6")
    assert e_n(value("1.3", "0.3"), value("1.0")) is None
    assert e_n(value("1.3", "0.3"), value("0:1", "0.4")) is None


def test_bias_of_known_pairs():
    """Differences of 10 % with a spread of 1 %: t(5) = 2.5706, ± 2.5706·s/√6."""
    ratios = ["1.11", "1.10", "1.09", "1.10", "1.12", "1.11"]
    found = bias("A", "B", [pair(f"B{place}", value(one), value("1")) for place, one in enumerate(ratios)])
    differences = [200 * (float(one) - 1) / (float(one) + 1) for one in ratios]
    middle = sum(differences) / 6
    spread = (sum((one - middle) ** 2 for one in differences) / 5) ** 0.5
    assert float(found.difference.low) == pytest.approx(middle)
    assert float(found.low) == pytest.approx(middle - 2.570582 * spread / 6**0.5, rel=1e-6)
    assert float(found.high) == pytest.approx(middle + 2.570582 * spread / 6**0.5, rel=1e-6)
    assert found.is_shown


def test_hidden_values_and_few_pairs_give_no_confidence():
    few = [pair("B", value("1.1"), value("1"))] * 5
    assert bias("A", "B", few).why_no_confidence == "too few: 5 batches tested by both, 6 are needed"
    hidden = [*few, pair("B", value("0:0.05"), value("1"))]
    found = bias("A", "B", hidden)
    assert found.why_no_confidence == "1 of 6 pairs have hidden values"
    assert (found.low, found.high, found.is_shown) == (None, None, False)
    assert not found.difference.is_exact
    assert bias("A", "B", [pair("B", Value(exactly(Decimal(0))), value("0"))] * 6).difference == exactly(Decimal(0))
