"""Which number a text is, and what proves a file's decimal mark."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.interpret.numbers import Ambiguous, decimal_mark, number

AMOUNTS = st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False, places=4)


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["0.05"], "."),
        (["0,05"], ","),
        (["0,050"], ","),  # nobody writes a thousand as 0,050
        (["12,5"], ","),
        (["1.200,5"], ","),
        (["1,200.5"], "."),
        (["1234,567"], ","),  # four digits before the mark: no group
        (["1,200,300"], "."),  # two equal marks can only be groups
        (["1.200.300"], ","),
        (["1,200E3"], ","),  # nobody groups digits before an exponent
        (["1.2·10⁴"], "."),
        (["ND", "", "<LOQ", "1200", "105"], None),
        (["1,234"], None),
        (["1.234"], None),
        (["<1,234 CFU/g", "12,345"], None),
        (["1,234", "0.05"], "."),
        (["1,234", "0,05"], ","),
        (["0.5 ± 0.05", "1,234"], "."),
        (["4,7.10^3"], ","),
        (["9,6.104"], None),  # a flattened exponent proves nothing
    ],
)
def test_a_decimal_mark_is_proven_not_assumed(texts: list[str], mark: str | None) -> None:
    assert decimal_mark(texts) == mark


@pytest.mark.parametrize("texts", [["0.05", "0,05"], ["1,200.5", "1.200,5"], ["12.5 mg/g", "<0,1"]])
def test_a_file_that_proves_both_marks_contradicts_itself(texts: list[str]) -> None:
    with pytest.raises(Ambiguous, match=r"decimal point and .* decimal comma"):
        decimal_mark(texts)


@given(AMOUNTS, st.sampled_from(["{}", "{:,}", "{:.3f}", "{:E}"]))
def test_a_number_survives_its_printing_with_a_point(amount: Decimal, pattern: str) -> None:
    printed = pattern.format(amount)
    assert number(printed, ".").value == Decimal(printed.replace(",", ""))


@given(AMOUNTS)
def test_a_number_survives_its_printing_with_a_comma(amount: Decimal) -> None:
    printed = f"{amount:,}".translate(str.maketrans(".,", ",."))
    assert number(printed, ",").value == amount


@given(st.decimals(min_value=1, max_value=999, places=2), st.integers(-9, 9))
def test_a_power_of_ten_is_exact_in_every_spelling(mantissa: Decimal, power: int) -> None:
    exact = mantissa.scaleb(power)
    raised = str(power).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
    spellings = [
        f"{mantissa}E{power:+d}",
        f"{mantissa}x10^{power}",
        f"{mantissa} × 10{raised}",
        f"{mantissa}·10{raised}",
    ]
    assert [number(text, ".").value for text in spellings] == [exact] * 4


@given(st.lists(AMOUNTS, min_size=1, max_size=6), st.booleans())
def test_a_file_written_with_one_mark_never_proves_the_other(amounts: list[Decimal], comma: bool) -> None:
    texts = [f"{amount.normalize():,f}" for amount in amounts]
    if comma:
        texts = [text.translate(str.maketrans(".,", ",.")) for text in texts]
    assert decimal_mark(texts) in (None, "," if comma else ".")


@pytest.mark.parametrize("text", ["1E31", "1E-31", "10^14", "1E-13", "99999999999999"])
def test_a_number_no_laboratory_can_mean_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no laboratory result"):
        number(text, ".")


@pytest.mark.parametrize(
    ("text", "step"), [("0.50", "0.01"), ("0.5", "0.1"), ("12", "1"), ("1.2x10^3", "100"), ("10^3", "1000")]
)
def test_the_last_printed_digit_is_kept(text: str, step: str) -> None:
    assert number(text, ".").step == Decimal(step)
