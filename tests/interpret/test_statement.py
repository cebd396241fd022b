"""Properties of the grammar of results; what single strings mean stands in grammar.toml."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kratom_qc import vocabulary
from kratom_qc.domain.interval import Interval
from kratom_qc.interpret.measure import Measure
from kratom_qc.interpret.numbers import Ambiguous, decimal_mark, number, tidy
from kratom_qc.interpret.statement import LONGEST, Statement, Unreadable, statement
from kratom_qc.vocabulary.problems import problem
from tests.interpret.grammar import groups, means
from tests.tools.fuzz.fuzz_statements import LONG, read_all

MARKS = st.sampled_from([None, ".", ","])
NEAR_THE_GRAMMAR = st.text(
    alphabet="0123456789.,<>≤≥±()/% xX×·•^eE+-–⁴² \u00a0'NDLOQkgcfumginabsentU=*†~\u200b٣", max_size=16
)
ROWS = [row for group in groups() for row in group.rows]
AMOUNTS = st.decimals(min_value=Decimal("0.0001"), max_value=10**9, places=4)
MG_KG = vocabulary.unit("mg/kg")
SWAPPED = str.maketrans(".,", ",.")


def interval(found: Statement) -> Interval:
    """What a statement leaves possible for lead in mg/kg, with no LOD or LOQ in its row."""
    lod, loq = (bound.value if bound else None for bound in (found.lod, found.loq))
    return Measure(found, MG_KG, lod, loq, None, False, "mass").possible().interval


def read(said: str, mark: str | None) -> Statement | None:
    """The statement, or None where it is refused with a code that is explained; any other exception escapes."""
    try:
        return statement(said, mark)
    except Unreadable as error:
        code = error.code
    assert problem(code) is not None, code
    return None


def is_an_amount_or_refused(said: str, mark: str | None) -> bool:
    """A substance is never negative: whatever a statement says, it leaves such amounts only, and at least one."""
    found = read(said, mark)
    possible = interval(found) if found else None
    return possible is None or (possible.low >= 0 and (possible.high is None or possible.high >= possible.low))


@given(st.text(max_size=200), MARKS)
def test_any_text_is_a_statement_or_refused_with_a_code(said: str, mark: str | None) -> None:
    assert is_an_amount_or_refused(said, mark)


@given(NEAR_THE_GRAMMAR, MARKS)
@example("1\u200b2", None)
@example("0.5 ± ٣", ".")
def test_text_close_to_the_grammar_is_a_statement_or_refused_with_a_code(said: str, mark: str | None) -> None:
    assert is_an_amount_or_refused(said, mark)


@given(NEAR_THE_GRAMMAR, MARKS)
def test_the_decimal_mark_of_any_text_is_proven_or_contradicts(said: str, mark: str | None) -> None:
    with suppress(Ambiguous):
        assert decimal_mark([said]) in (None, ".", ",")
    with suppress(ValueError):  # Ambiguous is one; Decimal's own InvalidOperation is not
        assert number(said, mark).value >= 0


# ---------------------------------------------------------------- round trip


def printings(amount: Decimal) -> list[tuple[str, Decimal]]:
    """Every printed form of an amount with a decimal point, each with the step of its last digit."""
    step = Decimal(1).scaleb(int(amount.as_tuple().exponent))
    grouped = f"{amount:,f}"
    plain = [f"{amount:f}", grouped]
    # apostrophe and blanks group the whole part only
    plain += [grouped.replace(",", blank) for blank in (" ", "\u00a0", "\u2009", "\u202f", "'", "’")]
    mantissa, power = f"{amount:E}".split("E")
    raised = str(int(power)).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
    scientific = [
        f"{mantissa}E{power}",
        f"{mantissa}e{int(power)}",
        f"{mantissa} E{power}",
        f"{mantissa}x10^{int(power)}",
        f"{mantissa} x 10^{int(power)}",
        f"{mantissa}*10^({int(power)})",
        f"{mantissa} × 10{raised}",
        f"{mantissa}·10{raised}",
    ]
    return [(text, step) for text in plain + scientific]


@given(AMOUNTS)
@example(Decimal("1234.5000"))
def test_an_amount_survives_every_printed_form_with_its_last_digit(amount: Decimal) -> None:
    for text, step in printings(amount):
        found = read(text, ".")
        assert found is not None, text
        assert found.number is not None
        assert (found.kind, found.number.value, found.number.step) == ("value", amount, step), text


@given(AMOUNTS)
@example(Decimal("1234.5000"))
def test_a_file_of_points_and_the_same_file_of_commas_read_alike(amount: Decimal) -> None:
    for text, _ in printings(amount):
        for around in ("{}", "<{}", "{} mg/kg", "{} ± {}", "ND (LOD {})"):
            pointed = around.format(text, text)
            with_comma = pointed.translate(SWAPPED)
            # In a file of commas the mantissa 5.104 may have lost the height of its power.
            assert read(with_comma, ",") == read(pointed, "."), with_comma


# ---------------------------------------------------------------- monotone


@given(
    AMOUNTS,
    AMOUNTS,
    st.sampled_from(["{}", "<{}", "≤{}", ">{}", "≥{}", "ND<{}", "<LOQ ({})", "ND (LOD {})", "{} est."]),
)
def test_a_larger_printed_number_never_gives_a_lower_interval(one: Decimal, other: Decimal, form: str) -> None:
    low, high = (interval(statement(form.format(f"{amount:f}"), ".")) for amount in sorted((one, other)))
    assert low.low <= high.low
    assert high.high is None or (low.high is not None and low.high <= high.high)


@given(AMOUNTS, AMOUNTS, st.sampled_from(["<", "≤", "<=", ">", "≥", ">="]))
def test_a_sign_never_proves_more_than_the_number(amount: Decimal, other: Decimal, sign: str) -> None:
    text = f"{amount:f}"
    exact, signed = interval(statement(text, ".")), interval(statement(sign + text, "."))
    assert exact == Interval.exactly(amount)
    side = signed.low <= other and (signed.high is None or other <= signed.high)
    assert side == (other <= amount if sign in "<=≤" else other >= amount)


@given(AMOUNTS, AMOUNTS, st.sampled_from(["{} ± {}", "{} +/- {} (k=2)", "{} (± {})", "{} (U={})"]))
def test_an_uncertainty_never_moves_the_value(amount: Decimal, u: Decimal, form: str) -> None:
    found = statement(form.format(f"{amount:f}", f"{u:f}"), ".")
    assert found.number is not None
    assert found.uncertainty is not None
    assert (found.number.value, found.uncertainty.value) == (amount, u)
    assert interval(found) == Interval.exactly(amount)


# ---------------------------------------------------------------- never silently another

_KNOWN_ENDINGS = ("", "est.", "(est.)", "estimated", "(nd)", "(k=2)", "j", "(j)", "u", "uj")


@given(AMOUNTS, st.sampled_from(["", "<", ">"]), st.text(min_size=1, max_size=6))
@example(Decimal("2.1"), "", " x 102")
@example(Decimal("5"), "", "¹")
@example(Decimal("5"), "", " 1")
@example(Decimal("0.1"), "<", " [1]")
def test_what_is_appended_is_a_unit_a_power_an_uncertainty_or_refused(amount: Decimal, sign: str, more: str) -> None:
    assume(not more[0].isdigit() or not more[0].isascii())
    assume(more[0] not in ".,'’ \u00a0\u2009\u202feExX×*·∙⋅•±+(" or not any(c in "0123456789" for c in more))
    found = read(f"{sign}{amount:f}{more}", ".")
    if found is not None and found.portion is None:
        assert found.number is not None
        assert found.number.value == amount
        assert found.unit == more.strip() or (not found.unit and more.strip().casefold() in _KNOWN_ENDINGS)


def _digits(text: str) -> str:
    return "".join(c for c in tidy(text) if c in "0123456789")


@given(st.data(), st.sampled_from([row for row in ROWS if not row.means.startswith("held")]))
def test_one_slip_of_the_keyboard_never_invents_digits(data: st.DataObject, row: object) -> None:
    """Whatever is deleted, doubled or swapped, a value is made of the digits that stand there, scaled by what is written."""
    said = row.said  # type: ignore[attr-defined]
    assume(len(said) > 1)
    at = data.draw(st.integers(0, len(said) - 2))
    slipped = data.draw(
        st.sampled_from(
            [
                said[:at] + said[at + 1 :],
                said[: at + 1] + said[at:],
                said[:at] + said[at + 1] + said[at] + said[at + 2 :],
            ]
        )
    )
    found = read(slipped, row.mark or None)  # type: ignore[attr-defined]
    for part in (found.number, found.uncertainty, found.lod, found.loq) if found else ():
        if part is not None and part.value and "10" not in _digits(slipped):
            assert "".join(map(str, part.value.normalize().as_tuple().digits)) in _digits(slipped)


@given(st.sampled_from([row for row in ROWS if row.means.startswith("= ") or row.means.startswith("< ")]), st.data())
def test_a_deleted_mark_never_multiplies_a_number_below_one(row: object, data: st.DataObject) -> None:
    said = row.said  # type: ignore[attr-defined]
    at = [i for i, c in enumerate(said) if c in ".," and said[:i].lstrip(" \u00a0<≤") == "0"]
    assume(at)
    assert read(said[: at[0]] + said[at[0] + 1 :], data.draw(MARKS)) is None


_OTHER_DIGITS = ["٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９", "०१२३४५६७८९"]


@given(st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,2})?", fullmatch=True), st.sampled_from(_OTHER_DIGITS), st.data())
def test_a_number_with_one_digit_of_another_script_is_never_a_value(
    text: str, digits: str, data: st.DataObject
) -> None:
    at = data.draw(st.sampled_from([i for i, c in enumerate(text) if c.isdigit()]))
    assert read(text[:at] + digits[int(text[at])] + text[at + 1 :], ".") is None


@given(st.sampled_from(ROWS), st.sampled_from(["\u200b", "\ufeff", "\u202e", "\u00ad", "\x00"]), st.data())
def test_a_character_nobody_sees_is_never_part_of_a_result(row: object, unseen: str, data: st.DataObject) -> None:
    said = row.said.strip()  # type: ignore[attr-defined]
    assume(said)
    at = data.draw(st.integers(0, len(said)))
    assert means(said[:at] + unseen + said[at:], ".").startswith("held")


@pytest.mark.parametrize("unseen", ["\u200b", "\x07", "\ue000", "\ud800", "\u0378"])
def test_the_place_of_a_character_nobody_sees_is_told(unseen: str) -> None:
    assert why(f"0.5{unseen} mg/kg").startswith(f"an invisible character (U+{ord(unseen):04X}) is its character 4")


# ---------------------------------------------------------------- what the vendor is told


def why(said: str) -> str:
    """The sentence with which a cell is refused."""
    with pytest.raises(Unreadable) as caught:
        statement(said, ".")
    return str(caught.value)


def test_a_refusal_is_one_sentence() -> None:
    assert why("-0.5") == "an amount cannot be negative"


@pytest.mark.parametrize(
    ("said", "code", "near"),
    [
        ("Not Detectedd", "UNKNOWN-WORD", "not detected"),
        ("0.5 mg/kgg", "UNKNOWN-UNIT", "mg/kg"),
        ("nan", "NOT-A-NUMBER", None),  # no word was meant, so none is offered
        ("0.5 mg/kg*", "UNEXPLAINED-MARK", None),
    ],
)
def test_the_nearest_word_is_offered_where_a_word_was_meant(said: str, code: str, near: str | None) -> None:
    with pytest.raises(Unreadable) as caught:
        statement(said, ".")
    assert (caught.value.code, caught.value.near[:1]) == (code, (near,) if near else ())


# ---------------------------------------------------------------- time


@pytest.mark.parametrize("text", LONG, ids=lambda text: f"{text[:7]!r}")
def test_a_cell_of_sixteen_thousand_characters_is_read_or_refused(text: str) -> None:
    """No exception escapes any of the readers, and none of these is a statement. How long it takes is looked at by `make
    fuzz`."""
    read_all(text * 4)
    assert all(read(text * 4, mark) is None for mark in (None, ".", ","))


def test_more_than_any_laboratory_prints_is_no_statement() -> None:
    assert LONGEST == 160
    assert read("0.5" + " " * 152 + "mg/kg", ".") == Statement("value", number("0.5", "."), unit="mg/kg")
    assert read("0.5" + " " * 153 + "mg/kg", ".") is None
    assert read("ND", ".") == read(" " * 4000 + "ND", ".")
