"""One line of a certificate → one result: what is possible, whether it was found, how far down a non-detect reaches."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.app.reading import Reading
from kratom_qc.domain.interval import plain
from tests.factory.sheets import codes, held, one, read_csv, read_line, results, told


def doubts(reading: Reading) -> list[str]:
    """Why what was read holds, but for the certificate's missing dates."""
    return [rule for rule in held(reading) if rule != "UNDATED"]


# The table of design.md, in full: said, LOD, LOQ → what is possible, detected, how far down a non-detect reaches.
LEAD = [
    ("0.2", "", "", "0.2", True, None),
    ("0.2", "0.02", "0.05", "0.2", True, None),
    ("<0.05", "", "", "[0, 0.05)", False, "0.05"),
    ("≤0.05", "", "", "[0, 0.05]", False, "0.05"),
    ("<0.05", "0.02", "0.05", "[0, 0.05)", False, "0.05"),
    (">1500", "", "", "(1500, ∞)", True, None),
    ("≥1500", "", "", "[1500, ∞)", True, None),
    ("ND", "0.02", "0.05", "[0, 0.02)", False, "0.02"),
    ("ND", "0.02", "", "[0, 0.02)", False, "0.02"),
    ("ND", "", "0.05", "[0, 0.05)", False, None),
    ("ND", "", "", "[0, ∞)", False, None),
    ("ND", "NA", "-", "[0, ∞)", False, None),
    ("ND (LOD 0.02)", "", "", "[0, 0.02)", False, "0.02"),
    ("ND (LOD 0.02)", "0.020", "0.05", "[0, 0.02)", False, "0.02"),
    ("<LOD", "0.02", "", "[0, 0.02)", False, "0.02"),
    ("<LOD", "", "0.05", "[0, ∞)", False, None),
    ("<LOQ", "0.02", "0.05", "[0, 0.05)", None, None),
    ("<LOQ", "", "", "[0, ∞)", None, None),
    ("BLQ", "", "0.05", "[0, 0.05)", None, None),
    ("<LOQ (0.05)", "", "", "[0, 0.05)", None, None),
    ("Trace", "0.02", "0.05", "(0, 0.05)", True, None),
    ("Trace", "", "", "(0, ∞)", True, None),
    ("Detected", "", "", "(0, ∞)", True, None),
    ("TNTC", "", "", "[0, ∞)", True, None),
    ("0.45 ± 0.1", "", "", "0.45", True, None),
    # zero is no measurement
    ("0", "0.02", "0.05", "[0, 0.02)", False, "0.02"),
    ("0.00", "", "0.05", "[0, 0.05)", None, None),
    ("0.00", "", "", "[0, ∞)", None, None),
]


@pytest.mark.parametrize(("said", "lod", "loq", "possible", "detected", "reach"), LEAD)
def test_a_mass_said_so_is_believed_so(
    said: str, lod: str, loq: str, possible: str, detected: bool | None, reach: str | None
) -> None:
    found = one("Lead", said, "mg/kg", LOD=lod, LOQ=loq)
    assert (told(found.interval), found.unit, found.measured) == (possible, "mg/kg", True)
    assert found.detected is detected
    assert (found.detection_limit and plain(found.detection_limit)) == reach


@pytest.mark.parametrize(
    "said", ["Complies", "Pass", "Conforms", "Fail", "NT", "Not Tested", "N/A", "-", "", "nehodnoceno"]
)
def test_an_opinion_or_nothing_is_never_a_value(said: str) -> None:
    found = one("Lead", said, "mg/kg", LOD="0.02")
    assert (found.measured, told(found.interval), found.detected, found.reported) == (False, "[0, ∞)", None, said)


def test_a_fail_without_a_number_holds_the_batch() -> None:
    reading = read_line("Lead", "Fail", "mg/kg")
    assert doubts(reading) == ["LABORATORY-SAID-FAIL"]


def test_a_fail_beside_a_good_number_holds_the_batch() -> None:
    reading = read_line("Lead", "0.1", "mg/kg", Status="Fail")
    assert doubts(reading) == ["LABORATORY-SAID-FAIL"]


MICROBES = [
    ("Salmonella", "Absent in 25 g", "", "[0, 0.04)", False, "25"),
    ("Salmonella", "Negative", "/25 g", "[0, 0.04)", False, "25"),
    ("Salmonella", "Negative", "in 25 g", "[0, 0.04)", False, "25"),
    ("Salmonella", "ND", "/25 g", "[0, 0.04)", False, "25"),
    ("Salmonella in 25 g", "Negative", "", "[0, 0.04)", False, "25"),
    ("Salmonella (25 g)", "negativní", "", "[0, 0.04)", False, "25"),
    ("Salmonella", "0/25 g", "", "[0, 0.04)", False, "25"),
    ("Salmonella", "0", "/25 g", "[0, 0.04)", False, "25"),
    ("Salmonella", "Negative", "", "[0, ∞)", False, None),
    ("Salmonella", "ND", "", "[0, ∞)", False, None),
    ("Salmonella", "Absent in 25 g", "CFU/g", "[0, 0.04)", False, "25"),
    ("Salmonella", "Present in 25 g", "", "(0, ∞)", True, "25"),
    ("Salmonella", "Positive", "", "(0, ∞)", True, None),
    ("Salmonella", "+", "", "(0, ∞)", True, None),
    ("Salmonella", "Presumptive positive", "/25 g", "(0, ∞)", True, "25"),
    ("Salmonella", "1", "/25 g", "(0, ∞)", True, "25"),
    ("Salmonella", "TNTC", "/25 g", "[0, ∞)", True, "25"),
    ("E. coli", "<10", "CFU/g", "[0, 10)", False, None),
    ("E. coli", "10", "CFU/10 g", "1", True, None),
    ("E. coli", "<3", "MPN/g", "[0, 3)", False, None),
    ("TAMC", "1.2x10^3", "CFU/g", "1200", True, None),
    ("TAMC", "1.2x10³ CFU/g", "", "1200", True, None),
    ("TAMC", "4", "log CFU/g", "10000", True, None),
    ("TAMC", "<1", "log CFU/g", "[0, 10)", False, None),
    ("TAMC", "TNTC", "CFU/g", "[0, ∞)", True, None),
    ("TAMC", ">490000 CFU/g", "", "(490000, ∞)", True, None),
    ("TAMC", "ND", "CFU/g", "[0, ∞)", False, None),
]


@pytest.mark.parametrize(("analyte", "said", "unit", "possible", "detected", "portion"), MICROBES)
def test_a_microbe_said_so_is_believed_so(
    analyte: str, said: str, unit: str, possible: str, detected: bool | None, portion: str | None
) -> None:
    found = one(analyte, said, unit)
    assert (told(found.interval), found.detected) == (possible, detected)
    assert (found.portion and plain(found.portion)) == portion


@pytest.mark.parametrize("said", [">10", ">0", "≥1", "> 100"])
def test_more_than_some_in_a_portion_is_presence(said: str) -> None:
    assert one("Salmonella", said, "/25 g").detected is True


@pytest.mark.parametrize("said", ["<10", "<3", "≤1", "<1.8"])
def test_fewer_than_a_few_in_a_portion_is_not_absence(said: str) -> None:
    """`<10` in 25 g may be nine in 25 g: only `<1` says that none was there."""
    reading = read_line("Salmonella", said, "/25 g")
    if not codes(reading):
        (found,) = results(reading)
        assert found.interval.high is None or found.interval.high >= Decimal(1) / 25 * Decimal(said.lstrip("<≤"))


@pytest.mark.parametrize("said", ["ND (LOD 1)", "<LOQ (1)", "ND (LOQ 1)"])
def test_a_detection_limit_inside_the_cell_is_in_the_unit_of_the_row(said: str) -> None:
    assert told(one("TAMC", said, "log CFU/g").interval) == "[0, 10)"


def test_a_logarithm_no_laboratory_can_mean_holds() -> None:
    assert doubts(read_line("TAMC", "400", "log CFU/g")) == ["NOT-A-NUMBER"]


@pytest.mark.parametrize(
    ("columns", "portion"),
    [
        ({"Portion": "25 g"}, "25"),
        ({"Portion": "25"}, "25"),
        ({"Portion": "NA"}, None),
        ({"Test_Portion": "10 mL"}, "10"),
    ],
)
def test_a_portion_may_stand_in_its_own_column(columns: dict[str, str], portion: str | None) -> None:
    found = one("Salmonella", "Absent", "", **columns)
    assert (found.portion and plain(found.portion)) == portion


@pytest.mark.parametrize(
    ("analyte", "said", "unit", "columns", "code"),
    [
        ("Salmonella", "Absent in 25 g", "/10 g", {}, "PORTION-CONTRADICTS"),
        ("Salmonella in 25 g", "Absent in 10 g", "", {}, "PORTION-CONTRADICTS"),
        ("Salmonella", "Absent in 25 g", "", {"Portion": "10 g"}, "PORTION-CONTRADICTS"),
        ("Salmonella", "Absent", "", {"Portion": "a spoon"}, "PORTION"),
        ("Lead", "0.2", "", {}, "UNIT-MISSING"),
        ("Lead", "0.2", "fathom", {}, "UNKNOWN-UNIT"),
        ("Lead", "0.2 ppb", "mg/kg", {}, "UNIT-CONTRADICTS"),
        ("Lead (ppb)", "0.2", "mg/kg", {}, "UNIT-CONTRADICTS"),
        ("Lead", "ND", "mg/kg", {"LOD": "ND"}, "NOT-A-NUMBER"),
        ("Lead", "ND", "mg/kg", {"LOD": "0.02 CFU/g"}, "UNIT-CONTRADICTS"),
        ("Lead", "ND", "mg/kg", {"LOD": "about 0.02"}, "UNKNOWN-WORD"),
        ("Lead", "ND (LOD 0.02)", "mg/kg", {"LOD": "9"}, "LIMIT-CONTRADICTS"),
        ("Lead", "<LOQ (0.03)", "mg/kg", {"LOQ": "0.05"}, "LIMIT-CONTRADICTS"),
        ("MGM-15", "<1/25 g", "", {}, "UNKNOWN-UNIT"),
        ("Lead", "0", "/25 g", {}, "UNKNOWN-UNIT"),
        ("Lead", "0.2", "mg/kg", {"CAS": "7440-43-9"}, "CAS-CONTRADICTS-NAME"),
        ("Lead", "0.2", "mg/kg", {"Basis": "in a dream"}, "UNKNOWN-BASIS"),
        ("Lead", "0.2", "mg/kg", {"Qualifier": "Q"}, "UNKNOWN-QUALIFIER"),
        ("Lead", "0.2", "mg/kg", {"Uncertainty": "some"}, "UNKNOWN-WORD"),
        ("TAMC", "3.2 CFU/g", "log CFU/g", {}, "UNIT-CONTRADICTS"),
        ("TAMC", "3.2 log CFU/g", "CFU/g", {}, "UNIT-CONTRADICTS"),
        ("Lead", "0.2", "mg/kg dry weight", {"Basis": "as received"}, "BASIS-CONTRADICTS"),
    ],
)  # fmt: skip
def test_what_a_line_contradicts_itself_in_or_cannot_be_read_holds(
    analyte: str, said: str, unit: str, columns: dict[str, str], code: str
) -> None:
    """It gives a result all the same, which never claims a small amount that nobody can read."""
    reading = read_line(analyte, said, unit, **columns)
    assert code in doubts(reading)
    (found,) = results(reading)
    assert found.reported == said


@pytest.mark.parametrize(
    ("analyte", "said", "unit", "columns", "possible", "detected"),
    [
        ("Lead", "0.2", "", {}, "[0, ∞)", True),
        ("Lead", "0", "fathom", {}, "[0, ∞)", None),
        ("Lead", "<0.2", "fathom", {}, "[0, ∞)", None),
        ("Lead", "0.2 ppb", "mg/kg", {}, "[0, ∞)", True),
        ("Lead", "1 2345", "mg/kg", {}, "[0, ∞)", None),
        ("MGM-15", "Present", "fathom", {}, "(0, ∞)", True),
        ("Salmonella", "Present", "fathom", {}, "(0, ∞)", True),
        ("Salmonella", "Absent in 25 g", "/10 g", {}, "[0, ∞)", False),
        ("Lead", "ND", "mg/kg", {"LOD": "about 0.02"}, "[0, ∞)", False),
        ("Lead", "9", "mg/kg", {"LOD": "about 0.02"}, "9", True),
        ("Lead", "9", "mg/kg", {"Basis": "in a dream"}, "9", True),
        ("Lead", "9", "mg/kg", {"Qualifier": "Q"}, "[0, ∞)", None),
        ("Lead", "4-6", "mg/kg", {}, "[4, 6]", True),
        ("TAMC", "400", "log CFU/g", {}, "[0, ∞)", True),
        ("Salmonella", "2-3", "/25 g", {}, "(0, ∞)", True),
        ("Salmonella", "0-3", "/25 g", {}, "[0, ∞)", None),
    ],
)
def test_of_a_line_that_holds_everything_else_is_used(
    analyte: str, said: str, unit: str, columns: dict[str, str], possible: str, detected: bool | None
) -> None:
    reading = read_line(analyte, said, unit, **columns)
    (found,) = results(reading)
    assert (told(found.interval), found.detected, found.measured) == (possible, detected, True)
    assert doubts(reading) != []


@pytest.mark.parametrize(("verdict", "rule"), [("Fail", "LABORATORY-SAID-FAIL"), ("Pass", "")])
def test_a_verdict_counts_beside_a_result_that_cannot_be_read(verdict: str, rule: str) -> None:
    said = doubts(read_line("Lead", "0.2", "fathom", Status=verdict))
    assert [one for one in said if one != "UNKNOWN-UNIT"] == [rule][: bool(rule)]


def test_what_is_not_understood_names_its_cell_and_the_nearest_words() -> None:
    (certificate,) = read_line("Lead", "0.2", "mg/kgg").certificates
    (reason,) = [reason for reason in certificate.hold_reasons if reason.rule_id == "UNKNOWN-UNIT"]
    assert (str(reason.ref), reason.analyte) == ("C5", "lead")
    assert "'mg/kgg'" in reason.why
    assert "nearest known: mg/kg" in reason.why


QUALIFIERS = [
    ("<", "0.05", "[0, 0.05)", False),
    ("≤", "0.05", "[0, 0.05]", False),
    (">", "1500", "(1500, ∞)", True),
    ("≥", "1500", "[1500, ∞)", True),
    ("U", "0.05", "[0, 0.05)", False),
    ("LT", "0.05", "[0, 0.05)", False),
    ("ND", "0.05", "[0, 0.05)", False),
    ("ND", "", "[0, ∞)", False),
    ("", "0.05", "0.05", True),
    ("=", "0.05", "0.05", True),
    ("J", "0.05", "0.05", True),
    ("<LOQ", "", "[0, ∞)", None),
    ("<", "ND", "[0, ∞)", False),
    ("Trace", "", "(0, ∞)", True),
]


@pytest.mark.parametrize(("qualifier", "said", "possible", "detected"), QUALIFIERS)
def test_a_qualifier_belongs_to_the_value_beside_it(
    qualifier: str, said: str, possible: str, detected: bool | None
) -> None:
    found = one("Lead", said, "mg/kg", Qualifier=qualifier)
    assert (told(found.interval), found.detected) == (possible, detected)


@pytest.mark.parametrize(
    ("limits", "possible"),
    [({"LOD": "0.01", "LOQ": "0.05"}, "[0, 0.05)"), ({"LOD": "0.01"}, "[0, 0.01)"), ({"LOQ": "0.05"}, "[0, 0.05)")],
)
def test_u_beside_a_blank_says_that_nothing_was_found_down_to_the_limit_that_is_reported(
    limits: dict[str, str], possible: str
) -> None:
    assert told(one("Lead", "", "mg/kg", Qualifier="U", **limits).interval) == possible


@pytest.mark.parametrize("qualifier", ["Trace", "DNQ", "Detected Not Quantified", "<LOQ (detected)"])
def test_detected_but_not_quantified_beside_a_number_is_still_detected(qualifier: str) -> None:
    """A limit `not detected` fails on it; read as `<0.3` it would pass."""
    reading = read_line("MGM-15", "0.3", "mg/kg", Qualifier=qualifier)
    assert codes(reading) or results(reading)[0].detected is True


@pytest.mark.parametrize("qualifier", ["<LOQ", "BLQ", "BRL", "Below LOQ"])
def test_below_loq_beside_a_number_says_no_more_than_below_loq(qualifier: str) -> None:
    """Whether it was detected stays open, and the LOQ bounds it, not the estimate beside the word."""
    reading = read_line("Lead", "0.03", "mg/kg", Qualifier=qualifier, LOQ="0.05")
    if not codes(reading):
        (found,) = results(reading)
        assert (found.detected, told(found.interval)) == (None, "[0, 0.05)")


@pytest.mark.parametrize(
    ("qualifier", "said"), [(">", "<0.05"), ("<", ">1500"), ("ND", "Present"), ("NT", "0.05"), ("ND", ">5")]
)
def test_a_qualifier_that_contradicts_its_value_is_not_overruled(qualifier: str, said: str) -> None:
    """Refused, or read as the worse of the two: never as a small amount."""
    reading = read_line("Lead", said, "mg/kg", Qualifier=qualifier)
    assert codes(reading) or all(found.interval.high is None for found in results(reading))


UNCERTAINTIES = [
    ("0.45 ± 0.1", "mg/kg", {}, "0.1"),
    ("0.45", "mg/kg", {"Uncertainty": "0.1"}, "0.1"),
    ("0.45", "mg/kg", {"Uncertainty": "±0.1"}, "0.1"),
    ("0.45", "mg/kg", {"Uncertainty": "0.1 (k=2)"}, "0.1"),
    ("0.45", "mg/kg", {"Uncertainty": "100 ppb"}, "0.1"),
    ("0.50", "mg/kg", {"Uncertainty": "10 %"}, "0.05"),
    ("12 ± 10 %", "mg/g", {}, "1200"),
    ("12 ± 1.2", "mg/g", {}, "1200"),
    ("1.35 ± 0.10 %", "%", {}, "1000"),  # in per cent of mass, as the result
    ("1.35", "%", {"Uncertainty": "10 %"}, None),  # absolute or relative, the paper does not say
    ("0.45", "mg/kg", {"Uncertainty": "NA"}, None),
    ("0.45", "mg/kg", {}, None),
    ("0.45", "mg/kg", {"Uncertainty_(ppb)": "100"}, "0.1"),
]


@pytest.mark.parametrize(("said", "unit", "columns", "size"), UNCERTAINTIES)
def test_an_uncertainty_is_kept_beside_the_value_and_never_in_it(
    said: str, unit: str, columns: dict[str, str], size: str | None
) -> None:
    found = one("Mitragynine", said, unit, **columns)
    assert found.interval.low == found.interval.high
    assert (found.uncertainty and plain(found.uncertainty)) == size


def test_everything_about_a_result_is_in_the_unit_of_the_result() -> None:
    """Moisture counts in %: its LOD, LOQ, uncertainty and last digit too."""
    found = one("Moisture", "5.0 ± 0.1", "%", LOD="0.1", LOQ="0.3")
    assert (told(found.interval), found.unit) == ("5", "%")
    assert [
        plain(size) for size in (found.lod, found.loq, found.uncertainty, found.resolution) if size is not None
    ] == ["0.1", "0.3", "0.1", "0.1"]


PIECES = [  # weights of a piece, the result per gummy, that in mg/g; what is possible per gummy
    (["4.02 g"], "<LOQ", "<LOQ", "[0, 0.0804)"),
    (["4.02 g", "5 g"], "<LOQ", "<LOQ", "[0, 0.1)"),
    (["4.02 g", "heavy"], "<LOQ", "<LOQ", "[0, ∞)"),
    ([], "<LOQ", "<LOQ", "[0, ∞)"),
    (["4.02 g"], "<LOQ", "0.01", "[0, ∞)"),
    (["4.02 g"], "Detected", "<LOQ", "(0, ∞)"),
    (["4.02 g"], "0.9", "<LOQ", "0.9"),
]


@pytest.mark.parametrize(("weights", "per_gummy", "per_gram", "possible"), PIECES)
def test_below_the_loq_of_a_mass_bounds_a_piece_by_its_weight(
    weights: list[str], per_gummy: str, per_gram: str, possible: str
) -> None:
    rows = [
        ["Alkaloid", "mg/gummy", "mg/g", "LOQ mg/g"],
        ["Mitragynine", "15.1", "3.76", "0.05"],
        ["7-Hydroxymitragynine", per_gummy, per_gram, "0.02"],
        [],
        ["Test", "Result"],
        *(["Average piece weight", weight] for weight in weights),
    ]
    found = [
        told(result.interval)
        for certificate in read_csv(rows).certificates
        for result in certificate.results
        if (result.analyte, result.unit) == ("7-hydroxymitragynine", "mg/unit")
    ]
    assert found == [possible]


def test_a_total_without_its_unit_in_the_header_is_a_number() -> None:
    assert (told(one("pH", "5.8").interval), one("pH", "5.8").unit) == ("5.8", "1")


@pytest.mark.parametrize(
    ("analyte", "said", "unit", "columns", "basis"),
    [
        ("Lead", "0.2", "mg/kg", {}, "as received"),
        ("Lead", "0.2", "mg/kg as received", {}, "as received"),
        ("Lead", "0.2", "mg/kg dry weight", {}, "dry"),
        ("Lead", "0.2", "mg/kg (dry basis)", {}, "dry"),
        ("Lead", "0.2", "mg/kg v sušině", {}, "dry"),
        ("Lead", "0.2 mg/kg d.w.", "", {}, "dry"),
        ("Lead", "0.2", "mg/kg", {"Basis": "dry"}, "dry"),
        ("Lead (dry weight)", "0.2", "mg/kg", {}, "dry"),
        ("Mitragynine", "36", "mg/serving", {}, "per serving"),
        ("Mitragynine", "36", "mg/capsule", {}, "per unit"),
        ("Mitragynine", "36", "mg/package", {}, "per container"),
        ("Lead", "0.4", "µg/day", {}, "per day"),
    ],
)
def test_a_basis_is_found_wherever_it_is_printed(
    analyte: str, said: str, unit: str, columns: dict[str, str], basis: str
) -> None:
    assert one(analyte, said, unit, **columns).basis == basis


def test_a_basis_in_the_header_is_not_lost_beside_a_unit_column() -> None:
    reading = read_csv([["Analyte", "Result (dry basis)", "Unit"], ["Lead", "0.2", "mg/kg"]])
    assert codes(reading) or [found.basis for found in results(reading)] == ["dry"]


def test_a_section_that_names_a_dry_product_states_no_basis() -> None:
    reading = read_csv([["Dry extract analysis"], ["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"]])
    assert [found.basis for found in results(reading)] == ["as received"]


def test_an_unstated_basis_is_remarked() -> None:
    reading = read_line("Lead", "0.2", "mg/kg")
    assert [remark.code for remark in reading.certificates[0].remarks] == ["basis-unstated"]


def test_a_symbol_in_brackets_is_a_name_where_the_row_gives_its_unit_elsewhere() -> None:
    found = one("Magnesium (Mg)", "12", "mg/kg")
    assert (found.analyte, found.unit, str(found.interval.low)) == ("magnesium", "mg/kg", "12")
    assert one("Mitragynine (MG)", "1.2", "%").analyte == "mitragynine"
    assert doubts(read_line("Mitragynine (mg/g)", "1.2", "%")) == ["UNIT-CONTRADICTS"]


@pytest.mark.parametrize("said", ["0.2", "ND", "Absent in 25 g", "grayish", "2.1 x 102"])
def test_an_unknown_analyte_is_kept_under_its_name_and_holds(said: str) -> None:
    reading = read_line("Unobtainium", said, "mg/kg")
    (found,) = results(reading)
    assert (found.analyte, found.known) == ("Unobtainium", False)
    assert "UNKNOWN-ANALYTE" in [hold_reason.rule_id for hold_reason in reading.certificates[0].hold_reasons]


@pytest.mark.parametrize("said", ["Green powder", "1,234", "Conforms", "2.1 x 102"])
def test_a_described_test_takes_any_words(said: str) -> None:
    found = one("Appearance", said)
    assert (found.text, found.measured, told(found.interval)) == (said, True, "[0, ∞)")


def test_a_described_test_that_does_not_conform_says_so() -> None:
    assert one("Identity", "Does not conform").flags == ("does-not-conform",)


@given(
    st.decimals(min_value="0.01", max_value=1000, places=2),
    st.decimals(min_value="0.01", max_value=10, places=2),
    st.sampled_from(["ND", "<LOD", "<LOQ", "BLQ", "Trace", "<{v}", "≤{v}", "0"]),
)
def test_a_censored_result_never_claims_less_than_its_limits(value: Decimal, step: Decimal, said: str) -> None:
    """The upper end is one of the bounds the certificate prints, and never below the LOD."""
    found = one("Lead", said.format(v=value), "mg/kg", LOD=str(value), LOQ=str(value + step))
    assert found.interval.low == 0
    assert found.interval.high in (value, value + step)


def test_every_result_names_the_certificate_it_was_read_from() -> None:
    """A known, an unknown and a described one; by the file's hash, the certificate's id and the laboratory."""
    rows = [["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"], ["Unobtainium", "1", "mg/kg"], ["Odour", "ok", ""]]
    head = [["Batch", "L-1"], ["Laboratory", " Harbor  Botanics"], ["Certificate No.", "C 7 "], []]
    (certificate,) = read_csv(rows, head=head).certificates
    assert {result.certificate for result in certificate.results} == {certificate.witness}
    assert certificate.witness == f"{certificate.sha256} C 7 Harbor  Botanics"
