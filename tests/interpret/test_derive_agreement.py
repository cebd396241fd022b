"""Where one thing is said in several ways: printed totals, several certificates, the same amount on two bases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kratom_qc.domain.batch import Claim, ProductFacts
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.domain.result import Result
from kratom_qc.interpret.derive import quantities
from tests.factory import result
from tests.factory.sheets import read_csv, results, span, told

NOTHING = ProductFacts("")
TOTAL = QuantityKey("total-alkaloids", "as received", "mg/kg")
SHARE = QuantityKey("7-oh-share", "as received", "%")
RATIO = QuantityKey("mitragynine-to-7-oh-mp", "as received", "1")
PAH4 = QuantityKey("pah4", "as received", "mg/kg")
LEAD = QuantityKey("lead", "as received", "mg/kg")
ResultRow = tuple[str, ...]


def _find(
    key: tuple[str, str, str], *lines: ResultRow, facts: ProductFacts = NOTHING
) -> tuple[Quantity | None, list[HoldReason]]:
    rows = [["Analyte", "Result", "Unit", "LOD", "LOQ"], *([*line, "", ""][:5] for line in lines)]
    found, hold_reasons = quantities(results(read_csv(rows)), facts, [QuantityKey(*key)])
    return found.get(key), hold_reasons


def _one(key: tuple[str, str, str], *lines: ResultRow, facts: ProductFacts = NOTHING) -> Quantity:
    found, hold_reasons = _find(key, *lines, facts=facts)
    assert found is not None
    assert hold_reasons == []
    return found


# ---------------------------------------------------------------- a printed total beside its parts

BARE: list[ResultRow] = [("Mitragynine", "12", "mg/g"), ("7-OH", "5", "mg/g")]
NOT_MEASURED = ("Paynantheine", "Speciogynine", "Speciociliatine")
WHOLE: list[ResultRow] = [*BARE, *((name, "1", "mg/g") for name in NOT_MEASURED)]
#        lines  printed  possible            missing       narrowed
PRINTED = [
    (BARE, None, "[17000, 53000]", NOT_MEASURED, False),  # an unmeasured one is at most as much as mitragynine
    (BARE, "1.8", "18000", (), True),
    (BARE, ">1.8", "(18000, 53000]", (), True),
    (BARE, "<5.3", "[17000, 53000)", (), True),
    (BARE, "≤5.3", "[17000, 53000]", (), True),
    (BARE, "<9", "[17000, 53000]", (), True),
    (BARE, "1.6", "[17000, 53000]", NOT_MEASURED, False),  # by rounding alone a little less than its parts: they count
    (WHOLE, "2.0", "20000", (), False),
    (WHOLE, ">1.5", "20000", (), False),
]


@pytest.mark.parametrize(("lines", "printed", "possible", "missing", "narrowed"), PRINTED)
def test_a_printed_total_tells_how_much_the_unmeasured_parts_are(
    lines: list[ResultRow], printed: str | None, possible: str, missing: tuple[str, ...], narrowed: bool
) -> None:
    total = _one(TOTAL, *lines, *([("Total alkaloids", printed, "%")] if printed else []))
    assert (told(total.interval), total.missing) == (possible, missing)
    assert total.how.endswith("; narrowed by the printed total") is narrowed
    assert len(total.results) == len(lines) + (printed is not None)


def test_how_a_sum_came_about_is_told_part_by_part() -> None:
    pahs = [("Benzo[a]pyrene", "1", "ppb"), ("Chrysene", "2", "ppb")]
    assert (
        _one(PAH4, *pahs).how
        == "sum of Benzo[a]pyrene, Chrysene; not measured and of unknown size: Benz[a]anthracene, Benzo[b]fluoranthene"
    )
    pahs += [("Benz[a]anthracene", "1", "ppb"), ("Benzo[b]fluoranthene", "1", "ppb")]
    assert _one(PAH4, *pahs).how == "sum of Benzo[a]pyrene, Benz[a]anthracene, Benzo[b]fluoranthene, Chrysene"
    assert "counted as 0: Mitraciliatine, Isopaynantheine," in _one(TOTAL, *WHOLE).how
    assert "unknown size" not in _one(TOTAL, *WHOLE).how


def test_a_share_without_its_part_is_anything_and_a_claim_without_its_analyte_too() -> None:
    share = _one(SHARE, *(line for line in WHOLE if line[0] != "7-OH"))
    assert (told(share.interval), share.missing) == ("[0, 100)", ("7-Hydroxymitragynine",))
    facts = ProductFacts("", serving_g=Decimal(2), claims=(Claim("mitragynine", Decimal(30), "mg/serving"),))
    claim = _one(("claim-mitragynine", "as received", "%"), ("Lead", "1", "mg/kg"), facts=facts)
    assert (told(claim.interval), claim.missing) == ("[0, ∞)", ("Mitragynine",))


@pytest.mark.parametrize(
    ("printed", "doubted"), [("25.0", 0), ("25.8", 0), ("24.2", 0), ("26.2", 1), ("23.8", 1), ("90", 1)]
)
def test_a_printed_share_may_differ_by_the_rounding_of_its_parts(printed: str, doubted: int) -> None:
    """5 of 20: each 1.00 may be off by a hundredth of itself, the printed share by half its last digit."""
    parts = [(name, f"{said}.00", unit) for name, said, unit in WHOLE]
    share, hold_reasons = _find(SHARE, *parts, ("7-OH % of total alkaloids", printed, "%"))
    assert share is not None
    assert (told(share.interval), [hold_reason.rule_id for hold_reason in hold_reasons]) == (
        "25",
        ["TOTAL-CONTRADICTS"] * doubted,
    )


def test_a_ratio_is_taken_where_any_of_its_parts_is_printed() -> None:
    ratio = _one(RATIO, ("Mitragynine", "9", "mg/serving"), ("7-OH", "0.3", "mg/serving"))
    assert (told(ratio.interval), ratio.missing) == ("(0, 30]", ("Mitragynine pseudoindoxyl",))


@pytest.mark.parametrize(("one", "detected"), [("ND", None), ("trace", True), ("3", True)])
def test_a_sum_was_found_where_any_of_its_parts_was(one: str, detected: bool | None) -> None:
    said = {"Benzo[a]pyrene": one, "Benz[a]anthracene": "ND", "Benzo[b]fluoranthene": "ND", "Chrysene": "ND"}
    assert _one(PAH4, *((name, text, "ppb", "1", "2") for name, text in said.items())).detected is detected


# ---------------------------------------------------------------- the same amount on two bases

MOISTURE = ("Moisture", "10", "%")
TWO_WAYS = [
    ("0.90", "1.00", "0.9", False),
    ("0.90", "1.10", "0.9", False),  # 0.99 dry, and moisture is printed to a tenth of itself
    ("0.90", "1.30", "[0.9, 1.17]", True),
    ("1.30", "1.00", "[0.9, 1.3]", True),
    ("0.90", "<1", "0.9", False),
    ("0.90", "<0.50", "[0, 0.9]", True),
    ("0.90", ">2.00", "[0.9, ∞)", True),
    ("5.00", ">2.00", "5", False),
    ("<1.0", "0.50", "[0, 1)", False),
]


@pytest.mark.parametrize(("received", "dry", "possible", "doubted"), TWO_WAYS)
def test_what_is_printed_on_two_bases_agrees_within_its_rounding_or_holds(
    received: str, dry: str, possible: str, doubted: bool
) -> None:
    lines = [("Lead", received, "mg/kg"), ("Lead", dry, "mg/kg dry"), MOISTURE]
    quantity, hold_reasons = _find(LEAD, *lines)
    assert quantity is not None
    assert told(quantity.interval) == possible
    assert [(hold_reason.rule_id, hold_reason.analyte) for hold_reason in hold_reasons] == [
        ("RESULTS-CONTRADICT", "lead")
    ] * doubted
    for hold_reason in hold_reasons:
        assert hold_reason.why == f"'{received}' and '{dry}' of Lead cannot both be true: Lead × (1 − moisture)"


def test_what_is_printed_twice_on_one_basis_agrees_or_holds() -> None:
    quantity, hold_reasons = _find(LEAD, ("Lead", "0.5", "mg/kg"), ("Lead", "0.9", "mg/kg"))
    assert quantity is not None
    assert (told(quantity.interval), [hold_reason.rule_id for hold_reason in hold_reasons]) == (
        "[0.5, 0.9]",
        ["RESULTS-CONTRADICT"],
    )


def test_a_basis_that_cannot_be_reached_contradicts_nothing_but_is_not_dropped() -> None:
    found, hold_reasons = _find(LEAD, ("Lead", "0.9", "mg/kg"), ("Lead", "2", "mg/kg dry"))
    assert found is not None
    assert told(found.interval) == "0.9"
    assert [reason.rule_id for reason in hold_reasons] == ["RESULT-NOT-COMPARED"]


# ---------------------------------------------------------------- by which of the declared sizes

BOTH = ProductFacts("", serving_g=Decimal("2.4"), serving_ml=Decimal(15))
IN_GRAMS = ProductFacts("", serving_g=Decimal("2.4"), servings_per_container=Decimal(10), net_g=Decimal(250))
IN_ML = ProductFacts("", serving_ml=Decimal(15), servings_per_container=Decimal(10), net_ml=Decimal(60))
IN_SERVINGS = ProductFacts("", serving_g=Decimal("2.4"), servings_per_container=Decimal(10))
SERVING, CONTAINER = ("mitragynine", "per serving", "mg/serving"), ("mitragynine", "per container", "mg/container")


@pytest.mark.parametrize(
    ("key", "facts", "said", "unit", "possible"),
    [
        (SERVING, BOTH, "3", "mg/mL", "45"),
        (SERVING, BOTH, "15", "mg/g", "36"),
        (CONTAINER, IN_GRAMS, "15", "mg/g", "3750"),  # the net content, where it is declared, before counted servings
        (CONTAINER, IN_ML, "3", "mg/mL", "180"),
        (CONTAINER, IN_SERVINGS, "15", "mg/g", "360"),
    ],
)
def test_a_conversion_takes_the_size_that_fits_the_unit(
    key: tuple[str, str, str], facts: ProductFacts, said: str, unit: str, possible: str
) -> None:
    assert told(_one(key, ("Mitragynine", said, unit), facts=facts).interval) == possible


def test_an_amount_per_serving_needs_the_serving_to_be_a_concentration() -> None:
    found = _one(("mitragynine", "as received", "mg/kg"), ("Mitragynine", "36", "mg/serving"))
    assert (told(found.interval), found.missing) == ("[0, ∞)", ("serving size",))


@pytest.mark.parametrize(
    "key", [("lead", "dry", "mg/mL"), ("lead", "as received", "cfu/g"), ("lead", "per unit", "mg/kg")]
)
def test_there_is_no_way_from_one_dimension_to_another(key: tuple[str, str, str]) -> None:
    facts = ProductFacts("", serving_g=Decimal(2), density_g_per_ml=Decimal("1.2"))
    assert _find(key, ("Lead", "1", "mg/kg"), MOISTURE, facts=facts) == (None, [])


def test_a_substance_looked_for_in_two_units_is_told_in_the_unit_that_was_asked() -> None:
    lines = [("MGM-15", "ND", "mg/mL", "0.001"), ("MGM-15", "ND", "mg/kg", "0.1")]
    found = _one(("mgm-15", "any", "mg/kg"), *lines)
    assert (found.unit, found.detection_limit, found.detected, len(found.results)) == (
        "mg/kg",
        Decimal("0.1"),
        False,
        2,
    )


# ---------------------------------------------------------------- several certificates

PAHS = ("benzo-a-pyrene", "benz-a-anthracene", "benzo-b-fluoranthene", "chrysene")


def _of_each(amount: str, certificate: str) -> list[Result]:
    return [result(analyte, span(amount), certificate=certificate * 64) for analyte in PAHS]


@pytest.mark.parametrize(
    ("one", "other", "judged", "at_least", "at_most"),
    [
        ("1", "3", "[4, 12]", (12, False), (4, False)),
        ("1", "[0, 1)", "[0, 4]", (4, False), (4, True)),  # the open end at the same number proves more
        ("1", "(1, 2)", "[4, 8)", (4, True), (4, False)),
        ("1", "(1, ∞)", "[4, ∞)", (4, True), (4, False)),
        ("(1, ∞)", "(2, ∞)", "(4, ∞)", (8, True), (None, True)),
    ],
)
def test_what_one_certificate_proves_of_a_sum_stays_proven(
    one: str, other: str, judged: str, at_least: tuple[int, bool], at_most: tuple[int | None, bool]
) -> None:
    for first, second in ((one, other), (other, one)):
        found, _ = quantities([*_of_each(first, "a"), *_of_each(second, "b")], NOTHING, [PAH4])
        sum_of = found[PAH4]
        assert told(sum_of.interval) == judged
        assert (sum_of.proven_low, sum_of.proven_low_open) == at_least
        assert (sum_of.proven_high, sum_of.proven_high_open) == at_most


def test_what_only_one_of_two_certificates_says_counts() -> None:
    said = [
        result("lead", span("0.2"), certificate="a" * 64),
        result("lead", span("0.3"), certificate="b" * 64),
        result("cadmium", span("0.1"), certificate="b" * 64),
    ]
    found, _ = quantities(said, NOTHING, [LEAD, QuantityKey("cadmium", "as received", "mg/kg")])
    assert [told(quantity.interval) for quantity in found.values()] == ["[0.2, 0.3]", "0.1"]


# ---------------------------------------------------------------- what takes no part


@pytest.mark.parametrize(
    "lines",
    [
        [("Foobarium", "1", "mg/kg"), ("Foobarium", "2", "mg/kg")],  # remarked elsewhere; no limit can ask for it
        [("Odor", "fresh", ""), ("Odor", "foul", "")],  # a description
        [("Zinc", "NT", "mg/kg"), ("Zinc", "2", "mg/kg")],
    ],
)
def test_what_is_no_amount_of_a_known_analyte_contradicts_nothing_here(lines: list[ResultRow]) -> None:
    assert told(_one(LEAD, ("Lead", "1", "mg/kg"), *lines).interval) == "1"
