"""What a result cell says, by itself: the grammar of statements as one table."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kratom_qc.interpret.statement import Statement, Unreadable, statement
from kratom_qc.model import plain

_SIGNS = {
    ("below", False): "<",
    ("below", True): "≤",
    ("above", False): ">",
    ("above", True): "≥",
    ("value", False): "=",
}


def told(found: Statement) -> str:
    """A statement in a few words: `< 0.05 mg/kg`, `absent in 25`, `= 0.5 ± 0.1`, `not_detected lod 0.02`."""
    words = [_SIGNS.get((found.kind, found.closed), found.kind)]
    if found.number is not None:
        words.append(plain(found.number.value))
    if found.uncertainty is not None:
        words.append(f"± {plain(found.uncertainty.value)}{' %' if found.relative else ''}")
    for name, bound in (("lod", found.lod), ("loq", found.loq)):
        if bound is not None:
            words.append(f"{name} {plain(bound.value)}")
    if found.portion is not None:
        words.append(f"in {plain(found.portion)}")
    return " ".join([*words, *([found.unit] if found.unit else []), *found.flags])


def believed(said: str, mark: str | None) -> str:
    """What the reader believes, or `refused: <code>`."""
    try:
        return told(statement(said, mark))
    except Unreadable as error:
        return f"refused: {error.code}"


# notation.md section 2, tried without any proof of the decimal mark elsewhere in the file.
THIRTY_SIX = [
    ("ND", "not_detected"),
    ("N.D.", "not_detected"),
    ("nd", "not_detected"),
    ("Not Detected", "not_detected"),
    ("BDL", "below_lod"),
    ("BRL", "below_loq"),
    ("Trace", "detected_below_loq"),
    ("<LOQ", "below_loq"),
    ("< LOQ", "below_loq"),
    ("<0.05", "< 0.05"),
    ("< 0,05", "< 0.05"),  # a leading zero: no thousands group starts so
    ("<10", "< 10"),
    (">2419.6", "> 2419.6"),
    ("0,05", "= 0.05"),
    ("1,000", "refused: ambiguous-number"),
    ("1.200,5", "= 1200.5"),  # two marks, three digits between them: only the comma can be decimal
    ("1 000", "= 1000"),  # no language uses a blank as its decimal mark
    ("1,200 CFU/g", "refused: ambiguous-number"),
    ("1.2E+03", "= 1200"),
    ("1.2x10^3", "= 1200"),
    ("0.0500", "= 0.05"),
    ("-0.02", "refused: negative"),
    ("Absent/25g", "absent in 25"),
    ("Negative", "absent"),
    ("PASS", "opinion_good"),
    ("TNTC", "too_many"),
    ("Na", "not_tested"),
    ("NA", "not_tested"),
    ("N/A", "not_tested"),
    ("None", "not_tested"),
    ("", "blank"),
    ("0.5 ± 0.1", "= 0.5 ± 0.1"),
    ("0.4-0.6", "refused: range"),
    ("1.2%", "= 1.2 %"),
    ("12 ppb", "= 12 ppb"),
    ("２.５", "refused: unknown-word"),
]


def test_the_thirty_six_strings_are_thirty_six() -> None:
    assert len({said for said, _ in THIRTY_SIX}) == 36


@pytest.mark.parametrize(("said", "means"), THIRTY_SIX)
def test_each_of_the_thirty_six_strings_is_read_so(said: str, means: str) -> None:
    assert believed(said, None) == means


EXACT = [
    ("0.2", ".", "= 0.2"),
    ("  0.2\u00a0", ".", "= 0.2"),
    ("0,2", ",", "= 0.2"),
    ("1,234", ".", "= 1234"),
    ("1,234", ",", "= 1.234"),
    ("1.234", ".", "= 1.234"),
    ("1.234", ",", "= 1234"),
    ("1,234,567", None, "= 1234567"),
    ("1.234.567,8", None, "= 1234567.8"),
    ("1'234.5", ".", "= 1234.5"),
    ("1\u00a0234,5", ",", "= 1234.5"),
    ("1\u202f234\u202f567", None, "= 1234567"),
    ("10^5", None, "= 100000"),
    ("10⁵", None, "= 100000"),
    ("1.2e3", ".", "= 1200"),
    ("1.2E-3", ".", "= 0.0012"),
    ("1.2 x 10^3", ".", "= 1200"),
    ("1.2×10³", ".", "= 1200"),
    ("1,2·10⁴", ",", "= 12000"),
    ("1,2·10⁴", None, "= 12000"),
    ("4,7.10^3", ",", "= 4700"),
    ("3 · 10⁻²", None, "= 0.03"),
    ("1.2x10^(3)", ".", "= 1200"),
    ("1.2x10^3 CFU/g", ".", "= 1200 CFU/g"),
    ("13.1 ppm", ".", "= 13.1 ppm"),
    ("0.51400 aw", ".", "= 0.514 aw"),
    ("1,52 % hm.", ",", "= 1.52 % hm."),
    ("1200 est.", None, "= 1200 estimated"),
    ("0.30000000000000004", ".", "= 0.30000000000000004"),
]
UNCERTAIN = [
    ("0.5±0.1", ".", "= 0.5 ± 0.1"),
    ("0,5 ± 0,1", ",", "= 0.5 ± 0.1"),
    ("0.5 +/- 0.1 mg/kg", ".", "= 0.5 ± 0.1 mg/kg"),
    ("0.5 mg/kg ± 0.1 mg/kg", ".", "= 0.5 ± 0.1 mg/kg"),
    ("2.2 ± 0.3 (k=2)", ".", "= 2.2 ± 0.3"),
    ("2.2 (U=0.3)", ".", "= 2.2 ± 0.3"),
    ("12 mg/g ± 10 %", ".", "= 12 ± 10 % mg/g"),
    ("1.35 % ± 0.10 %", ".", "= 1.35 ± 0.1 %"),
    ("2.2 ± 0.3 (k=1)", ".", "refused: coverage"),
    ("2.2 ± 0.3 (k=3)", ".", "refused: coverage"),
]
CENSORED = [
    ("< 0.05", ".", "< 0.05"),
    ("≤0.05", ".", "≤ 0.05"),
    ("<=0.05", ".", "≤ 0.05"),
    (">1500", None, "> 1500"),
    ("≥1500", None, "≥ 1500"),
    (">=1500", None, "≥ 1500"),
    (">490000 CFU/g", None, "> 490000 CFU/g"),
    ("<10 cfu/g", None, "< 10 cfu/g"),
    ("< 1.0E1", ".", "< 10"),
    ("<10 est.", None, "< 10 estimated"),
    ("<0.05 (ND)", ".", "< 0.05"),
    ("ND<0.001", ".", "< 0.001"),
    ("ND (<0.001 mg/kg)", ".", "< 0.001 mg/kg"),
    ("ND (LOD 0.02)", ".", "not_detected lod 0.02"),
    ("ND (LOD = 0.02 mg/kg)", ".", "not_detected lod 0.02 mg/kg"),
    ("ND (LOQ 0.05)", ".", "not_detected loq 0.05"),
    ("<LOQ (0.05)", ".", "below_loq loq 0.05"),
    ("<LOD (0.02)", ".", "below_lod lod 0.02"),
]
WORDS = [
    ("ND*", "not_detected"),
    ("n/d", "not_detected"),
    ("None Detected", "not_detected"),
    ("Non-Detect", "not_detected"),
    ("Not  Present", "not_detected"),
    ("nedetekováno", "not_detected"),
    ("nezjištěno", "not_detected"),
    ("BLQ", "below_loq"),
    ("BQL *", "below_loq"),
    ("<LLOQ", "below_loq"),
    ("<RL", "below_loq"),
    ("Below Reporting Limit", "below_loq"),
    ("pod mezí stanovitelnosti", "below_loq"),
    ("<MS", "below_loq"),
    ("<LOD", "below_lod"),
    ("< LOD", "below_lod"),
    ("<MDL", "below_lod"),
    ("pod mezí detekce", "below_lod"),
    ("Detected Not Quantified", "detected_below_loq"),
    ("Present Below Quantification Limit", "detected_below_loq"),
    ("stopy", "detected_below_loq"),
    ("<LOQ (detected)", "detected_below_loq"),
    ("Absent", "absent"),
    ("Neg.", "absent"),
    ("negativní", "absent"),
    ("nepřítomno", "absent"),
    ("Present", "present"),
    ("Positive", "present"),
    ("+", "present"),
    ("Detected", "present"),
    ("Presumptive positive", "present"),
    ("pozitivní", "present"),
    ("spreader", "too_many"),
    ("confluent", "too_many"),
    ("Complies", "opinion_good"),
    ("Conforms", "opinion_good"),
    ("✔ Pass", "opinion_good"),
    ("vyhovuje", "opinion_good"),
    ("Fail", "opinion_bad"),
    ("nevyhovuje", "opinion_bad"),
    ("NT", "not_tested"),
    ("N/T", "not_tested"),
    ("Not Tested", "not_tested"),
    ("NR", "not_tested"),
    ("No Cq", "not_tested"),
    ("-", "not_tested"),
    ("–", "not_tested"),
    ("---", "not_tested"),
    ("nezkoušeno", "not_tested"),
    ("nehodnoceno", "not_evaluated"),
    ("   ", "blank"),
    ("\u00a0", "blank"),
]
PORTIONS = [
    ("Absent in 25 g", "absent in 25"),
    ("Absence in 100g", "absent in 100"),
    ("Negative/1g", "absent in 1"),
    ("0/25 g", "absent in 25"),
    ("ND/25g", "absent in 25"),
    ("None detected in 25 g", "absent in 25"),
    ("No detection in 1 gram", "absent in 1"),
    ("Not Detected in 10 grams", "absent in 10"),
    ("negativní v 25 g", "absent in 25"),
    ("nepřítomno [v 25 g]", "absent in 25"),
    ("Absent (25 g)", "absent in 25"),
    ("Absent in 10 mL", "absent in 10"),
    ("Present in 10 g", "present in 10"),
    ("Positive/25g", "present in 25"),
    ("Absent in 0 g", "refused: not-a-number"),
]
REFUSED = [
    # a raised exponent that lost its height is a thousandfold error waiting to happen
    ("2.1 x 102", ".", "ambiguous-number"),
    ("<2.1 x 102", ".", "ambiguous-number"),
    ("9,6.104", ",", "ambiguous-number"),
    ("4,7.103", ",", "ambiguous-number"),
    # one of two numbers
    ("1.234", None, "ambiguous-number"),
    ("<1,234", None, "ambiguous-number"),
    ("0,05", ".", "ambiguous-number"),
    ("0.05", ",", "ambiguous-number"),
    # no number of the grammar, whatever Python's own parsers make of it
    ("1_0", ".", "unknown-unit"),
    ("٣", ".", "unknown-word"),
    ("１２.５", ".", "unknown-word"),
    ("nan", ".", "unknown-word"),
    ("inf", ".", "unknown-word"),
    ("1e400", ".", "not-a-number"),
    ("0x10", ".", "unknown-unit"),
    ("1/2", ".", "unknown-unit"),
    ("0.2.3", ".", "not-a-number"),
    ("0,2,1", ".", "not-a-number"),
    ("12,34.5", ".", "not-a-number"),
    ("5²", ".", "not-a-number"),
    ("½", ".", "unknown-word"),
    ("5１", ".", "not-a-number"),
    ("5¹", ".", "not-a-number"),
    ("5 1", ".", "not-a-number"),
    # more than a result, or less than one
    ("0.4–0.6", ".", "range"),
    ("0.4 to 0.6", ".", "range"),
    ("-0.02", ".", "negative"),
    ("−0.02", ".", "negative"),
    ("0.2*", ".", "unknown-unit"),
    ("0.2 J", ".", "unknown-unit"),
    ("~0.2", ".", "unknown-word"),
    ("＜0.05", ".", "unknown-word"),
    ("12 parsecs", ".", "unknown-unit"),
    ("see note 2", ".", "unknown-word"),
    ("#N/A", ".", "unknown-word"),
    ("TRUE", ".", "unknown-word"),
    # one letter is a qualifier or a Czech verdict, never a result
    ("U", ".", "unknown-word"),
    ("N", ".", "unknown-word"),
    ("X", ".", "unknown-word"),
    ("V", ".", "unknown-word"),
]


@pytest.mark.parametrize(("said", "mark", "means"), EXACT + UNCERTAIN + CENSORED)
def test_a_number_is_read_as_printed(said: str, mark: str | None, means: str) -> None:
    assert believed(said, mark) == means


@pytest.mark.parametrize(("said", "means"), WORDS + PORTIONS)
def test_a_word_means_one_thing(said: str, means: str) -> None:
    assert believed(said, None) == means


@pytest.mark.parametrize(("said", "mark", "code"), REFUSED)
def test_what_cannot_be_read_truthfully_is_refused(said: str, mark: str | None, code: str) -> None:
    assert believed(said, mark) == f"refused: {code}"


@pytest.mark.parametrize("said", ["0.5 100", "1200 300", "<0.5 100", "12 3456", "0.2 0.3"])
def test_two_numbers_in_one_cell_are_not_one_with_a_group_blank(said: str) -> None:
    assert believed(said, ".") in ("refused: not-a-number", "refused: unknown-unit")


@pytest.mark.parametrize("said", ["500 mg/kg ± 1 mg/g", "0.5 ± 0.1 fathoms"])
def test_an_uncertainty_in_another_unit_than_its_value_is_refused(said: str) -> None:
    assert believed(said, ".") in ("refused: unknown-unit", "refused: unit-contradicts")


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=20), st.sampled_from([None, ".", ","]))
def test_any_text_is_a_statement_or_refused_with_a_code(said: str, mark: str | None) -> None:
    assert believed(said, mark)  # anything else than Unreadable would escape


@settings(deadline=None, max_examples=150)
@given(
    st.text(alphabet="0123456789.,<>≤≥±()/% xX×·^eE+-–⁴ NDLOQkgcfumginabsentU=", max_size=14),
    st.sampled_from([None, ".", ","]),
)
def test_text_close_to_the_grammar_is_a_statement_or_refused_with_a_code(said: str, mark: str | None) -> None:
    assert believed(said, mark)


_OTHER_DIGITS = ["٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９", "०१२३४५६७८९"]


@settings(deadline=None, max_examples=100)
@given(st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,2})?", fullmatch=True), st.sampled_from(_OTHER_DIGITS), st.data())
def test_a_number_with_one_digit_of_another_script_is_never_a_value(
    text: str, digits: str, data: st.DataObject
) -> None:
    at = data.draw(st.sampled_from([i for i, c in enumerate(text) if c.isdigit()]))
    said = text[:at] + digits[int(text[at])] + text[at + 1 :]
    assert believed(said, ".").startswith("refused: ")
