"""Units: one exact factor to the canonical unit, wherever and however a unit is printed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc import vocabulary
from kratom_qc.domain.interval import plain
from tests.factory.sheets import HEAD, Rows, codes, held, one, read_csv, read_line, results, told

# One of what is printed is so much of the canonical unit.
ONE = [
    ("%", "10000 mg/kg"), ("% w/w", "10000 mg/kg"), ("%(W/W)", "10000 mg/kg"), ("percent", "10000 mg/kg"), ("pct", "10000 mg/kg"),
    ("weight %", "10000 mg/kg"), ("wt%", "10000 mg/kg"), ("% hm.", "10000 mg/kg"), ("hmot. %", "10000 mg/kg"),
    ("g/100 g", "10000 mg/kg"),
    ("mg/g", "1000 mg/kg"), ("MG/G", "1000 mg/kg"), ("g/kg", "1000 mg/kg"), ("g/g", "1000000 mg/kg"), ("mg/100 g", "10 mg/kg"),
    ("mg/kg", "1 mg/kg"), ("MG/KG", "1 mg/kg"), ("ppm", "1 mg/kg"), ("PPM", "1 mg/kg"), ("mcg/g", "1 mg/kg"),
    ("\u00b5g/g", "1 mg/kg"), ("\u03bcg/g", "1 mg/kg"), ("ug/g", "1 mg/kg"), ("UG/G", "1 mg/kg"), ("(mg/kg)", "1 mg/kg"),
    ("[mg/kg]", "1 mg/kg"), ("mg / kg", "1 mg/kg"),
    ("ppb", "0.001 mg/kg"), ("\u00b5g/kg", "0.001 mg/kg"), ("\u03bcg/kg", "0.001 mg/kg"), ("ug/kg", "0.001 mg/kg"),
    ("mcg/kg", "0.001 mg/kg"), ("ng/g", "0.001 mg/kg"), ("ng/kg", "0.000001 mg/kg"), ("pg/g", "0.000001 mg/kg"),
    ("mg/mL", "1 mg/mL"), ("g/L", "1 mg/mL"), ("mg/L", "0.001 mg/mL"), ("ug/mL", "0.001 mg/mL"), ("\u00b5g/l", "0.000001 mg/mL"),
    ("ng/mL", "0.000001 mg/mL"), ("% w/v", "10 mg/mL"), ("% v/v", "1 % v/v"),
    ("cfu/g", "1 cfu/g"), ("CFU/gram", "1 cfu/g"), ("KTJ/g", "1 cfu/g"), ("CFU/10 g", "0.1 cfu/g"), ("cfu/25g", "0.04 cfu/g"),
    ("CFU/mL", "1 cfu/mL"), ("CFU/100ML", "0.01 cfu/mL"), ("MPN/g", "1 mpn/g"), ("MPN/100mL", "0.01 mpn/mL"),
    ("mpn/mL", "1 mpn/mL"), ("cfu", "1 cfu"), ("KTJ", "1 cfu"),
    ("mg/serving", "1 mg/serving"), ("mg_per_serving", "1 mg/serving"), ("mcg/serving", "0.001 mg/serving"),
    ("g/serving", "1000 mg/serving"), ("mg/unit", "1 mg/unit"), ("mg/capsule", "1 mg/unit"), ("mcg/tablet", "0.001 mg/unit"),
    ("mg/container", "1 mg/container"), ("mg/package", "1 mg/container"), ("µg/bottle", "0.001 mg/container"),
    ("ug/day", "1 ug/day"), ("mcg/Daily Dose", "1 ug/day"),
    ("mg/day", "1000 ug/day"), ("% of total alkaloids", "1 %"), ("% of label claim", "1 %"), ("aw", "1 1"), ("g/mL", "1 g/mL"),
    ("g", "1 g"), ("mg", "0.001 g"), ("kg", "1000 g"), ("oz", "28.349523125 g"), ("mL", "1 mL"), ("L", "1000 mL"),
    ("min", "1 min"), ("Minuten", "1 min"), ("seconds", "0.016666666666666666666666667 min"), ("a_w", "1 1"),
    ("MG_G", "1000 mg/kg"), ("UG_G", "1 mg/kg"), ("MG_KG", "1 mg/kg"), ("CFU_G", "1 cfu/g"), ("koloni/gram", "1 cfu/g"),
    ("% b/b", "10000 mg/kg"), ("mg/piece", "1 mg/unit"), ("g/capsule", "1000 mg/unit"), ("mg kg\u207b\u00b9", "1 mg/kg"),
    ("G_L", "1 mg/mL"), ("\u00b0Brix", "1 1"), ("kg/m3", "0.001 g/mL"), ("kJ/100g", "1 kJ/100 g"),
    ("kcal/100 g", "4.184 kJ/100 g"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "is_"), ONE)
def test_one_of_a_unit_is_exactly_so_much(said: str, is_: str) -> None:
    unit = vocabulary.unit(said)
    assert unit is not None
    assert f"{plain(unit.factor)} {unit.canonical}" == is_


def test_every_unit_of_the_list_stands_in_the_table_above() -> None:
    told_of = {vocabulary.unit(said) for said, _ in ONE}
    unproven = [name for name in vocabulary.known_units() if vocabulary.unit(name) not in told_of]
    assert unproven == ["log cfu/g"]  # no factor; see below


@pytest.mark.parametrize("said", ["log CFU/g", "Log CFU/g", "log10 cfu/g", "log KTJ/g"])
def test_a_logarithm_is_a_power_of_ten(said: str) -> None:
    assert told(one("TAMC", "3", said).interval) == "1000"


@pytest.mark.parametrize(
    "said", ["parsec", "mg", "ug", "mg/l as N", "NTU", "MPN", "/0 g", "%%", "g/", "", "mg/kgg", "‰"]
)
def test_an_unknown_unit_is_no_unit(said: str) -> None:
    unit = vocabulary.unit(said)
    assert unit is None or unit.canonical == "g"  # a bare mass is an amount of product, never of an analyte


@pytest.mark.parametrize("said", ["mg", "g", "ug", "parsec", "NTU", "mg/l as N"])
def test_an_analyte_in_an_amount_of_nothing_is_not_a_mass_fraction(said: str) -> None:
    reading = read_line("Lead", "0.2", said)
    assert codes(reading) or [found.unit for found in results(reading)] != ["mg/kg"]


@pytest.mark.parametrize(
    ("said", "canonical", "basis"),
    [("mg/kg dry weight", "mg/kg", "dry"), ("mg/kg (dry)", "mg/kg", "dry"), ("% w/w, dry basis", "mg/kg", "dry"),
     ("µg/g d.w.", "mg/kg", "dry"), ("mg/kg v sušině", "mg/kg", "dry"), ("mg/kg as received", "mg/kg", "as received"),
     ("mg/kg", "mg/kg", None)],
)  # fmt: skip
def test_a_unit_may_state_its_basis(said: str, canonical: str, basis: str | None) -> None:
    unit = vocabulary.unit(said)
    assert unit is not None
    assert (unit.canonical, unit.basis) == (canonical, basis)


MASS = [(said, Decimal(is_.split()[0])) for said, is_ in ONE if is_.endswith(" mg/kg")]


@given(st.decimals(min_value="0.000001", max_value=1, places=6), st.sampled_from(MASS), st.sampled_from(MASS))
def test_an_amount_rewritten_in_another_unit_is_the_same_amount(
    share: Decimal, one_: tuple[str, Decimal], other: tuple[str, Decimal]
) -> None:
    """Exactly, whatever two units of one dimension are taken; 0.05 proves the decimal point."""
    table = [["Analyte", "Result", "Unit"], ["Cadmium", "0.05", "mg/kg"]]
    for unit, factor in (one_, other):
        table.append(["Lead", f"{share * 1000000 / factor:f}", unit])
    _, first, second = results(read_csv(table))
    assert first.interval == second.interval
    assert first.interval.low == share * 1000000


# The same 0.2 mg/kg of lead, its unit at every place where laboratories print it.
PLACES: list[tuple[str, Rows]] = [
    ("in its row", [["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"]]),
    ("in the column header", [["Analyte", "Result (mg/kg)"], ["Lead", "0.2"]]),
    ("in the column header, after a comma", [["Analyte", "Result, ppb"], ["Lead", "200"]]),
    ("as the column header", [["Analyte", "mg/kg"], ["Lead", "0.2"]]),
    ("in a section heading", [["Analyte", "Result", "LOD"], ["Heavy metals (mg/kg)"], ["Lead", "0.2", ""]]),
    ("in a heading above the header", [["Heavy metals, mg/kg"], ["Analyte", "Result"], ["Lead", "0.2"]]),
    ("in the cell", [["Analyte", "Result"], ["Lead", "0.2 mg/kg"]]),
    ("in the name", [["Analyte", "Result"], ["Lead (mg/kg)", "0.2"]]),
    ("in the name, as per cent", [["Analyte", "Result"], ["Lead (%)", "0.00002"]]),
    ("in the row, under a heading without one", [["Analyte", "Result", "Unit"], ["Metals"], ["Lead", "0.2", "ppm"]]),
]


@pytest.mark.parametrize(("where", "table"), PLACES)
def test_a_unit_is_found_wherever_it_is_printed(where: str, table: Rows) -> None:
    found = [(found.analyte, told(found.interval), found.unit) for found in results(read_csv(table))]
    assert found == [("lead", "0.2", "mg/kg")], where


# Two units for one number: nobody can tell which is meant, and one of them may hide a factor of ten thousand. A heading beats
# the header above it.
CONTRADICTING: list[tuple[str, Rows]] = [
    ("cell and row", [["Analyte", "Result", "Unit"], ["Lead", "0.2 ppb", "mg/kg"]]),
    ("cell and header", [["Analyte", "Result (mg/kg)"], ["Lead", "0.2 ppb"]]),
    ("name and header", [["Analyte", "Result (mg/kg)"], ["Lead (ppb)", "0.2"]]),
    ("name in per cent and header", [["Analyte", "Result (mg/kg)"], ["Mitragynine (%)", "1.5"]]),
    ("name in per cent and row", [["Analyte", "Result", "Unit"], ["Mitragynine, %", "1.5", "mg/kg"]]),
    ("row and header", [["Analyte", "Result (%)", "Unit"], ["Mitragynine", "1.5", "mg/kg"]]),
    ("row and section", [["Analyte", "Result", "Unit"], ["Alkaloids (%)"], ["Mitragynine", "1.5", "mg/kg"]]),
]


@pytest.mark.parametrize(("where", "table"), CONTRADICTING)
def test_two_units_for_one_number_hold(where: str, table: Rows) -> None:
    reading = read_csv(table)
    assert "UNIT-CONTRADICTS" in held(reading), where
    assert [told(found.interval) for found in results(reading)] == ["[0, ∞)"]


@pytest.mark.parametrize(
    ("header", "row", "possible"),
    [
        (["Analyte", "Result (mg/kg)", "LOD (ppb)"], ["Lead", "ND", "20"], "[0, 0.02)"),
        (["Analyte", "Result (mg/kg)", "LOQ (ppb)"], ["Lead", "<LOQ", "50"], "[0, 0.05)"),
        (["Analyte", "Result (mg/kg)", "LOD (ppb)", "LOQ (ppm)"], ["Lead", "ND", "20", "0.05"], "[0, 0.02)"),
        (["Analyte", "Result (mg/kg)", "LOD (ppb)", "LOQ (ppm)"], ["Lead", "<LOQ", "20", "1"], "[0, 1)"),
        (["Analyte", "Result (mg/kg)", "LOD", "LOQ (ppb)"], ["Lead", "ND", "0.02", "50"], "[0, 0.02)"),
        (["Analyte", "Result", "Unit", "LOD", "LOD Unit"], ["Lead", "ND", "mg/kg", "20", "ppb"], "[0, 0.02)"),
        (["Analyte", "Result", "Unit", "LOD"], ["Lead", "ND", "mg/kg", "20 ppb"], "[0, 0.02)"),
        (["Analyte", "Result", "Unit", "LOD/LOQ"], ["Lead", "ND", "mg/kg", "0.02/0.06"], "[0, 0.02)"),
        (["Analyte", "Result", "Unit", "LOD/LOQ"], ["Lead", "<LOQ", "mg/kg", "0.02 / 0.06"], "[0, 0.06)"),
        (["Analyte", "Result", "Unit", "LOD/LOQ (ppb)"], ["Lead", "ND", "mg/kg", "20/60"], "[0, 0.02)"),
        (["Analyte", "Result", "Unit", "LOD/LOQ"], ["Lead", "ND", "mg/kg", "0.02/0.06 mg/g"], "[0, 20)"),
    ],
)  # fmt: skip
def test_a_detection_limit_is_read_in_its_own_unit(header: list[str], row: list[str], possible: str) -> None:
    assert [told(found.interval) for found in results(read_csv([header, row]))] == [possible]


def test_two_result_columns_in_two_units_are_two_results() -> None:
    table = [["Analyte", "Result (%)", "Result (mg/g)"], ["Mitragynine", "1.52", "15.2"]]
    assert [told(found.interval) for found in results(read_csv(table))] == ["15200", "15200"]


@given(st.text(max_size=12) | st.text(alphabet="mgukµμ%/ .()[]cfupndry12503wv", max_size=12))
def test_any_text_is_a_unit_or_none(said: str) -> None:
    found = vocabulary.unit(said)
    assert found is None or found.factor > 0


def test_the_header_block_of_these_tests_is_read() -> None:
    reading = read_csv([["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"]], head=HEAD)
    assert [(a.batch_id, a.product) for a in reading.certificates] == [("L-1", "leaf_powder")]


@pytest.mark.parametrize(
    ("name", "result", "unit"),
    [
        ("SPC", "5000000000", "CFU/g"),
        ("Lead", "12", "MPN/g"),
        ("Mitragynine", "0.4", "CFU/g"),
        ("TAMC", "5", "mg/kg"),
        ("E. coli", "12", "ppm"),
    ],
)
def test_a_unit_of_another_kind_of_thing_holds(name: str, result: str, unit: str) -> None:
    table = [*HEAD, ["Analyte", "Result", "Unit"], [name, result, unit]]
    assert "UNKNOWN-UNIT" in held(read_csv(table))
