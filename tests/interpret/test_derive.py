"""What a batch holds of everything a limit asks for: totals, shares, ratios, per serving, per day, dry weight."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kratom_qc.app.reading import read_content
from kratom_qc.domain.batch import Claim, ProductFacts
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.domain.result import Result
from kratom_qc.interpret.derive import quantities
from tests.factory.sheets import csv_bytes, read_csv, results, told
from tests.interpret.test_arithmetic import holds

NOTHING = ProductFacts("")
RATIO = QuantityKey("mitragynine-to-7-oh-mp", "as received", "1")
SHARE = QuantityKey("7-oh-share", "as received", "%")
TOTAL = QuantityKey("total-alkaloids", "as received", "mg/kg")
PAH4 = QuantityKey("pah4", "as received", "mg/kg")
AFLATOXINS = QuantityKey("total-aflatoxins", "as received", "mg/kg")
ResultRow = Sequence[str]


def _read(*lines: ResultRow) -> tuple[Result, ...]:
    return results(read_csv([["Analyte", "Result", "Unit", "LOD", "LOQ"], *([*line, "", ""][:5] for line in lines)]))


def _find(
    key: tuple[str, str, str], *lines: ResultRow, facts: ProductFacts = NOTHING
) -> tuple[Quantity | None, list[HoldReason]]:
    found, hold_reasons = quantities(_read(*lines), facts, [QuantityKey(*key)])
    return found.get(key), hold_reasons


def _one(key: tuple[str, str, str], *lines: ResultRow, facts: ProductFacts = NOTHING) -> Quantity:
    found, hold_reasons = _find(key, *lines, facts=facts)
    assert found is not None
    assert hold_reasons == []
    return found


# ---------------------------------------------------------------- the worked examples of design.md


def test_mitragynine_9_and_7_oh_0_3_without_mp_is_a_ratio_of_at_most_30() -> None:
    ratio = _one(RATIO, ("Mitragynine", "9", "mg/g"), ("7-OH", "0.3", "mg/g"))
    assert told(ratio.interval) == "(0, 30]"  # the design says [0, 30]; none of 9 mg/g is not possible either
    assert ratio.missing == ("Mitragynine pseudoindoxyl",)


def test_mitragynine_12_and_7_oh_5_alone_are_provably_over_2_per_cent() -> None:
    share = _one(SHARE, ("Mitragynine", "12", "mg/g"), ("7-OH", "5", "mg/g"))
    # each unmeasured core alkaloid is at most as much as mitragynine: 5 of at most 5 + 12 × 4, of at least 5 + 12
    assert share.interval.low == 100 * Decimal(5) / Decimal(53) > 2
    assert share.interval.high == 100 * Decimal(5) / Decimal(17)
    assert share.missing == ("Paynantheine", "Speciogynine", "Speciociliatine")


FULL = [("Mitragynine", "12", "mg/g"), ("7-OH", "0.2", "mg/g"), ("Paynantheine", "2", "mg/g"), ("Speciogynine", "1.5", "mg/g"),
        ("Speciociliatine", "2.3", "mg/g")]  # fmt: skip


def test_a_fully_measured_core_is_a_sum_that_lists_what_it_counts_as_0() -> None:
    total = _one(TOTAL, *FULL)
    assert told(total.interval) == "18000"
    assert total.missing == ()
    assert "Corynantheidine" in total.how
    assert told(_one(SHARE, *FULL).interval) == told(_one(SHARE, *reversed(FULL)).interval)
    assert _one(SHARE, *FULL).interval.low == 100 * Decimal(200) / Decimal(18000)


def test_a_share_is_the_same_per_serving_and_per_gram() -> None:
    per_serving = [(name, amount, "mg/serving") for name, amount, _ in FULL]
    assert _one(SHARE, *per_serving).interval == _one(SHARE, *FULL).interval


DERIVED = [
    # a ratio
    (RATIO, [("Mitragynine", "9", "mg/g"), ("7-OH", "0.06", "mg/g"), ("MP", "0.03", "mg/g")], "100", ()),
    (RATIO, [("Mitragynine", "9", "mg/g"), ("7-OH", "<0.09", "mg/g"), ("MP", "0", "mg/g", "0.01")], "(90, ∞)", ()),
    (RATIO, [("Mitragynine", "9", "mg/g")], "(0, ∞)", ("7-Hydroxymitragynine", "Mitragynine pseudoindoxyl")),
    (RATIO, [("7-OH", "1", "mg/g"), ("MP", "1", "mg/g")], "[0, ∞)", ("Mitragynine",)),
    # a share
    (SHARE, [("7-OH", "5", "mg/g")], "[0, 100]", ("Mitragynine", "Paynantheine", "Speciogynine", "Speciociliatine")),
    (SHARE, [*FULL[:1], ("7-OH", "ND", "mg/g", "0.01"), *FULL[2:]], "[0, 0.05614823133071308253790005615)", ()),
    # sums: uncensored, censored, with something missing
    (PAH4, [("Benzo[a]pyrene", "1", "ppb"), ("Benz[a]anthracene", "2", "ppb"), ("Benzo[b]fluoranthene", "3", "ppb"),
            ("Chrysene", "4", "ppb")], "0.01", ()),
    (PAH4, [("Benzo[a]pyrene", "<1", "ppb"), ("Benz[a]anthracene", "ND", "ppb", "1"), ("Benzo[b]fluoranthene", "<LOQ",
    "ppb", "", "1"),
            ("Chrysene", "4", "ppb")], "[0.004, 0.007)", ()),
    (PAH4, [("Benzo[a]pyrene", "60", "ppb"), ("Chrysene", "4", "ppb")], "[0.064, ∞)", ("Benz[a]anthracene",
    "Benzo[b]fluoranthene")),
    (PAH4, [("Benzo[a]pyrene", "ND", "ppb"), ("Benz[a]anthracene", "2", "ppb"), ("Benzo[b]fluoranthene", "3", "ppb"),
            ("Chrysene", "4", "ppb")], "[0.009, ∞)", ()),
    # printed totals
    (PAH4, [("PAH4", "12", "ppb")], "0.012", ()),
    (PAH4, [("PAH4", "10", "ppb"), ("Benzo[a]pyrene", "1", "ppb"), ("Benz[a]anthracene", "2", "ppb"),
            ("Benzo[b]fluoranthene", "3", "ppb"), ("Chrysene", "4", "ppb")], "0.01", ()),
    (PAH4, [("PAH4", "10", "ppb"), ("Benzo[a]pyrene", "1", "ppb"), ("Chrysene", "4", "ppb")], "0.01", ()),
    (PAH4, [("PAH4", "<20", "ppb"), ("Benzo[a]pyrene", "1", "ppb"), ("Chrysene", "4", "ppb")], "[0.005, 0.02)", ()),
    (TOTAL, [("Total alkaloids", "20", "mg/g"), ("Mitragynine", "12", "mg/g")], "20000", ()),
]  # fmt: skip


@pytest.mark.parametrize(("key", "lines", "possible", "missing"), DERIVED)
def test_what_is_derived_is_as_wide_as_what_is_not_known(
    key: tuple[str, str, str], lines: list[ResultRow], possible: str, missing: tuple[str, ...]
) -> None:
    found = _one(key, *lines)
    assert (told(found.interval), found.missing) == (possible, missing)


@pytest.mark.parametrize(
    "lines",
    [
        [("PAH4", "50", "ppb"), ("Benzo[a]pyrene", "1", "ppb"), ("Benz[a]anthracene", "2", "ppb"),
         ("Benzo[b]fluoranthene", "3", "ppb"), ("Chrysene", "4", "ppb")],
        [("PAH4", "5", "ppb"), ("Benzo[a]pyrene", "60", "ppb")],
        [("PAH4", "ND", "ppb", "1"), ("Chrysene", "4", "ppb")],
    ],
)  # fmt: skip
def test_a_printed_total_that_its_parts_contradict_holds(lines: list[ResultRow]) -> None:
    quantity, hold_reasons = _find(PAH4, *lines)
    assert [hold_reason.rule_id for hold_reason in hold_reasons] == ["TOTAL-CONTRADICTS"]
    assert quantity is not None


def test_a_printed_total_within_the_rounding_of_its_parts_agrees() -> None:
    lines = [("PAH4", "11", "ppb"), ("Benzo[a]pyrene", "1.4", "ppb"), ("Benz[a]anthracene", "2.4", "ppb"),
             ("Benzo[b]fluoranthene", "3.4", "ppb"), ("Chrysene", "4.4", "ppb")]  # fmt: skip
    assert told(_one(PAH4, *lines).interval) == "0.0116"


def test_a_printed_share_that_the_amounts_contradict_holds() -> None:
    _, hold_reasons = _find(SHARE, *FULL, ("7-OH % of total alkaloids", "9.5", "%"))
    assert [hold_reason.rule_id for hold_reason in hold_reasons] == ["TOTAL-CONTRADICTS"]


def test_nothing_measured_is_nothing_known() -> None:
    assert _find(RATIO, ("Lead", "0.2", "mg/kg")) == (None, [])
    assert _find(PAH4, ("Chrysene", "NT", "ppb")) == (None, [])
    assert _find(SHARE, ("7-OH", "Pass", "mg/g")) == (None, [])


# ---------------------------------------------------------------- per serving, per day, dry weight

POWDER = ProductFacts("", serving_g=Decimal("2.4"), servings_per_day=Decimal(3), net_g=Decimal(250))
SHOT = ProductFacts("", serving_ml=Decimal(15), net_ml=Decimal(60), density_g_per_ml=Decimal("1.2"))
CONVERTED = [
    (("mitragynine", "per serving", "mg/serving"), POWDER, [("Mitragynine", "15", "mg/g")], "36"),
    (("mitragynine", "per serving", "mg/serving"), POWDER, [("Mitragynine", "<15", "mg/g")], "[0, 36)"),
    (("mitragynine", "per container", "mg/container"), POWDER, [("Mitragynine", "15", "mg/g")], "3750"),
    (("lead", "per day", "ug/day"), POWDER, [("Lead", "0.5", "mg/kg")], "3.6"),
    (("lead", "per day", "ug/day"), POWDER, [("Lead", "ND", "mg/kg", "0.1")], "[0, 0.72)"),
    (("mitragynine", "per serving", "mg/serving"), SHOT, [("Mitragynine", "3", "mg/mL")], "45"),
    (("mitragynine", "per serving", "mg/serving"), SHOT, [("Mitragynine", "2.5", "mg/g")], "45"),
    (("mitragynine", "per container", "mg/container"), SHOT, [("Mitragynine", "3", "mg/mL")], "180"),
    (("mitragynine", "as received", "mg/kg"), SHOT, [("Mitragynine", "3", "mg/mL")], "2500"),
    (("mitragynine", "as received", "mg/mL"), SHOT, [("Mitragynine", "2.5", "mg/g")], "3"),
    (("mitragynine", "as received", "mg/kg"), POWDER, [("Mitragynine", "36", "mg/serving")], "15000"),
    (("lead", "as received", "mg/kg"), NOTHING, [("Lead", "1", "mg/kg dry"), ("Moisture", "10", "%")], "0.9"),
    (("lead", "as received", "mg/kg"), NOTHING, [("Lead", "1", "mg/kg dry"), ("Moisture", "<10", "%")], "(0.9, 1]"),
    (("lead", "dry", "mg/kg"), NOTHING, [("Lead", "0.9", "mg/kg"), ("Moisture", "10", "%")], "1"),
    (("lead", "dry", "mg/kg"), NOTHING, [("Lead", "1", "mg/kg dry")], "1"),
]


@pytest.mark.parametrize(("key", "facts", "lines", "possible"), CONVERTED)
def test_a_result_meets_a_limit_on_another_basis_through_what_is_declared(
    key: tuple[str, str, str], facts: ProductFacts, lines: list[ResultRow], possible: str
) -> None:
    found = _one(key, *lines, facts=facts)
    assert (told(found.interval), found.missing) == (possible, ())


UNDECLARED = [
    (("mitragynine", "per serving", "mg/serving"), [("Mitragynine", "15", "mg/g")], "serving size"),
    (("mitragynine", "per container", "mg/container"), [("Mitragynine", "15", "mg/g")], "net content"),
    (("lead", "per day", "ug/day"), [("Lead", "0.5", "mg/kg")], "serving size"),
    (("mitragynine", "as received", "mg/kg"), [("Mitragynine", "3", "mg/mL")], "density"),
    (("lead", "as received", "mg/kg"), [("Lead", "1", "mg/kg dry")], "moisture"),
    (("lead", "dry", "mg/kg"), [("Lead", "1", "mg/kg")], "moisture"),
]


@pytest.mark.parametrize(("key", "lines", "lacks"), UNDECLARED)
def test_what_nobody_declared_is_what_is_missing(key: tuple[str, str, str], lines: list[ResultRow], lacks: str) -> None:
    found = _one(key, *lines)
    assert lacks in found.missing
    assert told(found.interval) == "[0, ∞)"


def test_a_claim_is_found_in_per_cent_of_itself() -> None:
    facts = ProductFacts("", serving_g=Decimal(2), claims=(Claim("mitragynine", Decimal(30), "mg/serving"),))
    key = ("claim-mitragynine", "as received", "%")
    assert told(_one(key, ("Mitragynine", "15", "mg/g"), facts=facts).interval) == "100"
    assert (
        told(_one(key, ("Mitragynine", "13.5", "mg/g"), facts=facts).interval) == "90"
    )  # as much as a limit of 90 % asks
    assert _find(key, ("Mitragynine", "15", "mg/g")) == (None, [])


def test_what_is_found_of_one_thing_is_told_of_what_is_claimed_of_another() -> None:
    facts = ProductFacts("", claims=(Claim("mitragynine", Decimal(20000), "mg/kg"),))
    key = ("alkaloids-of-claim-mitragynine", "as received", "%")
    found = _one(key, *FULL, facts=facts)
    assert told(found.interval) == told(_one(TOTAL, *FULL).interval.scaled(Decimal("0.005")))
    assert "of Mitragynine" in found.how
    assert _find(("claim-total-alkaloids", "as received", "%"), *FULL, facts=facts)[0] is None


# ---------------------------------------------------------------- a part of a whole

INORGANIC = QuantityKey("arsenic-inorganic", "as received", "mg/kg")
WITHIN = [
    ([("Arsenic", "1.5", "mg/kg")], "[0, 1.5]"),
    ([("Arsenic", "<0.1", "mg/kg")], "[0, 0.1)"),
    ([("Arsenic", ">2", "mg/kg")], "[0, ∞)"),
    ([("Arsenic", "ND", "mg/kg", "0.02")], "[0, 0.02)"),
    ([("Inorganic arsenic", "0.4", "mg/kg"), ("Arsenic", "1.5", "mg/kg")], "0.4"),
    ([("Inorganic arsenic", "<0.4", "mg/kg"), ("Arsenic", "1.5", "mg/kg")], "[0, 0.4)"),
    ([("Inorganic arsenic", "0.4", "mg/kg dry"), ("Arsenic", "1.5", "mg/kg")], "[0, 1.5]"),
    ([("Inorganic arsenic", "0.4", "mg/kg")], "0.4"),
]


@pytest.mark.parametrize(("lines", "interval"), WITHIN)
def test_a_part_that_nobody_told_apart_is_at_most_the_whole(lines: list[ResultRow], interval: str) -> None:
    assert told(_one(INORGANIC, *lines).interval) == interval


def test_how_a_part_came_about_is_told_with_how_its_whole_did() -> None:
    bare = "at most the whole of Arsenic: Inorganic arsenic was not told apart"
    assert _one(INORGANIC, ("Arsenic", "1.5", "mg/kg")).how == bare
    dry = _one(INORGANIC, ("Arsenic", "1.5", "mg/kg dry"), ("Moisture", "10", "%"))
    assert dry.how == f"{bare}; Arsenic × (1 − moisture)"


def test_how_a_conversion_came_about_is_told_step_by_step() -> None:
    a_day = _one(("lead", "per day", "ug/day"), ("Lead", "0.5", "mg/kg"), facts=POWDER)
    assert a_day.how == "Lead × servings per day of 3 (Lead × serving size of 2.4 g)"
    serving = _one(("lead", "per serving", "mg/serving"), ("Lead", "0.5", "mg/kg"), facts=POWDER)
    assert serving.how == "Lead × serving size of 2.4 g"


def test_a_part_of_nothing_measured_is_nothing_known() -> None:
    assert _find(INORGANIC, ("Lead", "1", "mg/kg")) == (None, [])


def test_a_part_lacks_what_its_whole_lacks() -> None:
    found = _one(("arsenic-inorganic", "per day", "ug/day"), ("Arsenic", "1.5", "mg/kg"))
    assert (told(found.interval), found.missing) == ("[0, ∞)", ("serving size", "servings per day"))


def test_a_sum_of_what_only_lacks_a_factor_says_which() -> None:
    solvents = [(name, "10", "ppm") for name in ("Ethanol", "Acetone")]
    found = _one(("class-3-solvents", "per day", "ug/day"), *solvents)
    assert found.missing[:2] == ("serving size", "servings per day")
    assert len(found.results) == 2


# ---------------------------------------------------------------- over several certificates


def _certificate(name: str, *lines: ResultRow) -> tuple[Result, ...]:
    rows = [["Batch", "L-1"], ["Certificate No.", name], ["Analyte", "Result", "Unit"], *lines]
    return results(read_content(f"{name}.csv", csv_bytes(rows)))


def test_a_later_better_certificate_never_removes_what_an_earlier_one_proves() -> None:
    early = _certificate("early", ("Mitragynine", "12", "mg/g"), ("7-OH", "5", "mg/g"))
    late = _certificate("late", ("Mitragynine", "12", "mg/g"), ("7-OH", "0.01", "mg/g"))
    (quantity,) = quantities([*early, *late], NOTHING, [SHARE])[0].values()
    assert quantity.proven_low == 100 * Decimal(5) / Decimal(53)
    assert quantity.interval.low < 2


def test_two_laboratories_complete_one_another() -> None:
    chemistry = _certificate("one", *FULL[:3])
    rest = _certificate("two", *FULL[3:])
    (quantity,) = quantities([*chemistry, *rest], NOTHING, [TOTAL])[0].values()
    assert (told(quantity.interval), quantity.missing) == ("18000", ())


# ---------------------------------------------------------------- soundness: the truth is never left out

ALKALOIDS = [
    "Mitragynine",
    "7-Hydroxymitragynine",
    "Paynantheine",
    "Speciogynine",
    "Speciociliatine",
    "Mitragynine pseudoindoxyl",
]


@st.composite
def truth_and_paper(draw: st.DrawFn) -> tuple[dict[str, Decimal], list[ResultRow]]:
    """What is really in a batch, and what a truthful laboratory prints of it. Nothing exceeds mitragynine; what is outside
    the core and not measured is not there."""
    most = draw(st.decimals(min_value=1, max_value=30, places=2))
    truth = {"Mitragynine": most}
    truth.update({name: draw(st.decimals(min_value=0, max_value=most, places=2)) for name in ALKALOIDS[1:]})
    paper: list[ResultRow] = [("Corynoxine", "0.50", "mg/g")]
    truth["Corynoxine"] = Decimal("0.50")
    for name in ALKALOIDS:
        amount, more = truth[name], draw(st.decimals(min_value="0.01", max_value=5, places=2))
        choices = ["<", "ND", "<LOQ", "nothing"] + (["exact", ">"] if amount else [])
        how = draw(st.sampled_from(choices))
        if how == "nothing" and name == ALKALOIDS[-1]:
            truth[name] = Decimal(0)
        lines: dict[str, ResultRow] = {
            "exact": (name, str(amount), "mg/g"),
            "<": (name, f"<{amount + more}", "mg/g"),
            ">": (name, f"≥{amount}", "mg/g"),
            "ND": (name, "ND", "mg/g", str(amount + more)),
            "<LOQ": (name, "<LOQ", "mg/g", "", str(amount + more)),
        }
        if how in lines:
            paper.append(lines[how])
    return truth, paper


@given(truth_and_paper())
def test_the_truth_always_lies_in_what_is_derived_from_a_truthful_certificate(
    found: tuple[dict[str, Decimal], list[ResultRow]],
) -> None:
    truth = {name: Fraction(amount) * 1000 for name, amount in found[0].items()}
    derived, hold_reasons = quantities(_read(*found[1]), NOTHING, [TOTAL, SHARE, RATIO])
    assert hold_reasons == []
    everything = sum((amount for name, amount in truth.items() if name != ALKALOIDS[-1]), Fraction(0))
    under = truth["7-Hydroxymitragynine"] + truth["Mitragynine pseudoindoxyl"]
    true = {TOTAL: everything, SHARE: 100 * truth["7-Hydroxymitragynine"] / everything}
    if under:
        true[RATIO] = truth["Mitragynine"] / under
    for key, amount in true.items():
        if key in derived:
            assert holds(derived[key].interval, amount), key


@given(truth_and_paper(), st.integers(0, 4))
def test_losing_a_line_never_makes_a_derived_interval_tighter(
    found: tuple[dict[str, Decimal], list[ResultRow]], lost: int
) -> None:
    """Of the core: what is outside it counts 0 where nobody measured it, and is listed."""
    core = [line for line in found[1] if line[0] in ALKALOIDS[:5]]
    assume(lost < len(core))
    whole, _ = quantities(_read(*found[1]), NOTHING, [TOTAL, SHARE])
    rest, _ = quantities(_read(*(line for line in found[1] if line is not core[lost])), NOTHING, [TOTAL, SHARE])
    for key, less in rest.items():
        assert less.missing  # said to be missing, whatever else
        if core[lost][0] == "Mitragynine":  # the ceiling of the others goes with it
            assert less.interval.low <= whole[key].interval.low


@pytest.mark.parametrize(
    "made", ["Mitragynine pseudoindoxyl", "MGM-15", "7-Acetoxymitragynine", "3-Dehydromitragynine"]
)
@settings(deadline=None, max_examples=30)
@given(st.decimals(min_value="0.01", max_value=100, places=2))
def test_what_is_made_from_kratom_never_dilutes_a_share(made: str, amount: Decimal) -> None:
    """Total alkaloids of a share are those that grow in leaf."""
    leaf = [("Mitragynine", "14", "mg/g"), ("7-Hydroxymitragynine", "0.4", "mg/g"), ("Paynantheine", "2.5", "mg/g")]
    before, _ = quantities(_read(*leaf), NOTHING, [TOTAL, SHARE])
    after, _ = quantities(_read(*leaf, (made, str(amount), "mg/g")), NOTHING, [TOTAL, SHARE])
    assert (after[TOTAL].interval, after[SHARE].interval) == (before[TOTAL].interval, before[SHARE].interval)


OF_A_SUM = [  # what a laboratory prints, the quantity asked for, what it must be
    ([("7-OH + MP", "5", "%"), ("7-Hydroxymitragynine", "0.011", "%")], "mitragynine-pseudoindoxyl", "48"),
    ([("7-OH + MP", "0.012", "%"), ("7-Hydroxymitragynine", "0.011", "%")], "mitragynine-pseudoindoxyl", "0"),
    ([("7-OH + MP", "5", "%")], "7-hydroxymitragynine", "0"),
]


@pytest.mark.parametrize(("lines", "part", "least"), OF_A_SUM)
def test_a_printed_sum_bounds_the_part_that_nobody_told_apart(lines: list[ResultRow], part: str, least: str) -> None:
    key = QuantityKey(part, "as received", "mg/kg")
    known, _ = quantities(_read(*lines), NOTHING, [key])
    most = Decimal(lines[0][1]) * 10000
    assert known[key].interval.low >= Decimal(least)
    assert known[key].interval.high == most


def test_a_whole_is_at_least_its_parts() -> None:
    key = QuantityKey("tymc", "as received", "cfu/g")
    known, _ = quantities(_read(("Moulds", "900000", "cfu/g")), NOTHING, [key])
    assert (known[key].interval.low, known[key].interval.high) == (Decimal(900000), None)
    known, reasons = quantities(_read(("TYMC", "300", "cfu/g"), ("Moulds", "900000", "cfu/g")), NOTHING, [key])
    assert known[key].proven_low == Decimal(900000)
    assert [reason.rule_id for reason in reasons] == ["TOTAL-CONTRADICTS"]
    known, reasons = quantities(_read(("TYMC", "300", "cfu/g"), ("Moulds", "200", "cfu/g")), NOTHING, [key])
    assert (known[key].interval.low, reasons) == (Decimal(300), [])


def test_a_fumigant_counts_with_what_it_becomes() -> None:
    key = QuantityKey("ethylene-oxide-and-2-chloroethanol", "as received", "mg/kg")
    known, _ = quantities(
        _read(("Ethylene oxide", "0.02", "mg/kg"), ("2-Chloroethanol", "0.2", "mg/kg")), NOTHING, [key]
    )
    assert known[key].interval.low == Decimal("0.13")


def test_a_printed_sum_of_isomers_may_hold_more_than_its_list() -> None:
    key = QuantityKey("endosulfan", "as received", "mg/kg")
    lines = [("Endosulfan", "1.0", "mg/kg"), ("Endosulfan alpha", "0.3", "mg/kg")]
    known, reasons = quantities(_read(*lines), NOTHING, [key])
    assert (told(known[key].interval), reasons) == ("1", [])
    known, reasons = quantities(_read(lines[1], ("Endosulfan", "0.1", "mg/kg")), NOTHING, [key])
    assert [reason.rule_id for reason in reasons] == ["TOTAL-CONTRADICTS"]
