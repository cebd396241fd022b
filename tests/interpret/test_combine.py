"""The same thing said twice: one quantity, and a doubt where both cannot be true."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.domain.interval import Interval
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.combine import combine
from tests.factory import result
from tests.factory.sheets import read_csv, results, span, told

HEADER = ["Analyte", "Result", "Unit", "Replicate", "LOD"]


def _read(*lines: tuple[str, ...]) -> tuple[Result, ...]:
    return results(read_csv([HEADER, *(["Lead", *line] for line in lines)]))


SAID_TWICE = [
    # one result in two units agrees if equal at the coarser printed resolution; the finer is judged
    ([("0.2", "mg/kg"), ("200", "ppb")], "0.2", []),
    ([("1.5", "%"), ("15.24", "mg/g")], "15240", []),
    ([("1.5", "%"), ("15.5", "mg/g")], "15500", []),
    ([("1.5", "%"), ("15.6", "mg/g")], "[15000, 15600]", ["RESULTS-CONTRADICT"]),
    ([("0.2", "mg/kg"), ("0.2", "mg/kg")], "0.2", []),
    ([("0.20", "mg/kg"), ("0.21", "mg/kg")], "[0.2, 0.21]", ["RESULTS-CONTRADICT"]),
    ([("0.2", "mg/kg"), ("0.9", "mg/kg")], "[0.2, 0.9]", ["RESULTS-CONTRADICT"]),
    ([("0.9", "mg/kg"), ("0.2", "mg/kg")], "[0.2, 0.9]", ["RESULTS-CONTRADICT"]),
    ([("1.5", "%"), ("15.24", "mg/g"), ("15.2", "g/kg")], "15240", []),
    ([("1.5", "%"), ("15.24", "mg/g"), ("16.0", "g/kg")], "[15000, 16000]", ["RESULTS-CONTRADICT"] * 2),
    # what is censored agrees where both can be true
    ([("0.200", "mg/kg"), ("<0.5", "ppm")], "[0, 0.5)", []),
    ([("<0.5", "mg/kg"), ("0.2", "mg/kg")], "[0, 0.5)", []),
    ([("<0.1", "mg/kg"), ("0.2", "mg/kg")], "[0, 0.2]", ["RESULTS-CONTRADICT"]),
    ([("ND", "mg/kg", "", "0.1"), ("0.2", "mg/kg")], "[0, 0.2]", ["RESULTS-CONTRADICT"]),
    ([("ND", "mg/kg"), ("0.2", "mg/kg")], "[0, ∞)", []),
    ([(">0.5", "mg/kg"), ("0.9", "mg/kg")], "(0.5, ∞)", []),
    # replicates differ and do not contradict; a mean never hides one of them
    ([("0.2", "mg/kg", "1"), ("0.9", "mg/kg", "2")], "[0.2, 0.9]", []),
    ([("0.5", "mg/kg", "1"), ("0.46", "mg/kg", "2")], "[0.46, 0.5]", []),
    ([("0.5", "mg/kg", "1"), ("460", "ppb", "2")], "[0.46, 0.5]", []),
    ([("0.2", "mg/kg", "1"), ("0.9", "mg/kg", "1")], "[0.2, 0.9]", ["RESULTS-CONTRADICT"]),
    ([("0.2", "mg/kg", "1"), ("0.3", "mg/kg", "2"), ("0.9", "mg/kg", "3")], "[0.2, 0.9]", []),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "judged", "doubted"), SAID_TWICE)
def test_two_results_of_one_thing_are_judged_so(lines: list[tuple[str, ...]], judged: str, doubted: list[str]) -> None:
    quantity, hold_reasons = combine(_read(*((*line, "", "", "")[:4] for line in lines)))
    assert (told(quantity.interval), [hold_reason.rule_id for hold_reason in hold_reasons]) == (judged, doubted)
    assert len(quantity.results) == len(lines)


@pytest.mark.parametrize(
    ("lines", "detected", "reach"),
    [
        ([("ND", "0.1"), ("ND", "0.02")], False, "0.02"),
        (
            [("0.2", "0.01"), ("ND", "0.1")],
            True,
            "0.1",
        ),  # how deep the method of a measured value looks says nothing of ND
        ([("0.2", "0.01"), ("0.3", "0.01")], True, None),
        ([("ND", "0.1"), ("<LOQ", "")], None, "0.1"),
        ([("ND", ""), ("ND", "")], False, None),
    ],
)
def test_replicates_are_found_or_not_and_a_non_detect_reaches_so_far(
    lines: list[tuple[str, str]], detected: bool | None, reach: str | None
) -> None:
    quantity, _ = combine(_read(*((said, "mg/kg", str(at), lod) for at, (said, lod) in enumerate(lines, start=1))))
    assert quantity.detected is detected
    assert quantity.detection_limit == (reach and Decimal(reach))


def test_a_doubt_quotes_both_cells() -> None:
    _, (hold_reason,) = combine(_read(("0.2", "mg/kg", "", ""), ("0.9", "mg/kg", "", "")))
    assert "'0.2' at B5" in hold_reason.why
    assert "'0.9' at B6" in hold_reason.why
    assert hold_reason.analyte == "lead"


def test_a_doubt_names_the_files_where_they_are_two() -> None:
    here, there = (
        result("lead", span(size), ref=CellRef(file, "", "D2")) for file, size in (("a.csv", "0.2"), ("b.csv", "0.9"))
    )
    _, (hold_reason,) = combine([here, there])
    assert "at D2 of a.csv and" in hold_reason.why
    assert "at D2 of b.csv cannot" in hold_reason.why
    _, (hold_reason,) = combine([here, replace(there, ref=CellRef("a.csv", "", "D3"))])
    assert " of a.csv" not in hold_reason.why


def test_twelve_results_of_one_thing_are_doubted_pair_by_pair_and_more_of_them_once() -> None:
    many = [(f"0.{digit}", "mg/kg", "", "") for digit in range(1, 10)] + [
        ("2", "mg/kg", "", ""),
        (">5", "mg/kg", "", ""),
    ]
    _, hold_reasons = combine(_read(*many, ("5", "mg/kg", "", "")))
    assert len(hold_reasons) == 12 * 11 / 2
    _, (hold_reason,) = combine(_read(*many, ("5", "mg/kg", "", ""), ("3", "mg/kg", "", "")))
    assert hold_reason.why.startswith("13 different results of one thing: '0.1' at B5 and '>5' at B15 cannot both be")


def test_two_results_in_per_cent_that_differ_contradict() -> None:
    """Moisture 5 % and 12 %, or a printed share of 1.5 % and 3 %: a limit of 2 % lies between them."""
    for analyte, one, other, unit in (("Moisture", "5", "12", "%"), ("7-OH share", "1.5", "3.0", "%")):
        found = results(read_csv([["Analyte", "Result", "Unit"], [analyte, one, unit], [analyte, other, unit]]))
        _, hold_reasons = combine(found)
        assert [hold_reason.rule_id for hold_reason in hold_reasons] == ["RESULTS-CONTRADICT"], analyte


def test_a_count_and_its_logarithm_agree() -> None:
    found = results(read_csv([["Analyte", "Result", "Unit"], ["TAMC", "3.2", "log CFU/g"], ["TAMC", "1600", "CFU/g"]]))
    _, hold_reasons = combine(found)
    assert hold_reasons == []


@pytest.mark.parametrize(
    ("said", "portions", "doubted"),
    [(("Absent", "Present"), ("25 g", "25 g"), 1), (("Absent", "Absent"), ("25 g", "25 g"), 0), (("Absent", "Present"),
    ("10 g", "25 g"), 0)],
)  # fmt: skip
def test_absent_and_present_in_one_portion_contradict(
    said: tuple[str, str], portions: tuple[str, str], doubted: int
) -> None:
    found = results(
        read_csv(
            [
                ["Analyte", "Result"],
                *(["Salmonella", f"{word} in {size}"] for word, size in zip(said, portions, strict=True)),
            ]
        )
    )
    quantity, hold_reasons = combine(found)
    assert len(hold_reasons) == doubted
    assert quantity.detected is ("Present" in said)


AMOUNT = st.decimals(min_value=0, max_value=100, places=1)


@st.composite
def said(draw: st.DrawFn) -> Result:
    low, high = sorted((draw(AMOUNT), draw(AMOUNT)))
    interval = draw(
        st.sampled_from(
            [
                Interval.exactly(high),
                Interval.below(high + 1),
                Interval(low, None, True, True),
                Interval(low, high + 1, False, True),
                Interval(low, high),
            ]
        )
    )
    return Result(
        analyte="lead",
        known=True,
        reported="?",
        reported_unit="mg/kg",
        interval=interval,
        unit="mg/kg",
        basis="as received",
        measured=True,
        ref=CellRef("certificate.csv", "", "B5"),
        detected=draw(st.sampled_from([True, False, None])),
        replicate=draw(st.sampled_from(["", "1", "2"])),
        resolution=draw(st.sampled_from([None, Decimal("0.1"), Decimal(1)])),
        certificate=draw(st.sampled_from("abc")),
        uncertainty=draw(st.sampled_from([None, Decimal("0.1"), Decimal(5)])),
    )


def _covers(outer: Interval, inner: Interval) -> bool:
    return outer.hull(inner) == outer


@given(st.lists(said(), min_size=1, max_size=6))
def test_the_judged_interval_lies_in_the_hull_and_leaves_only_agreeing_digits_out(found: list[Result]) -> None:
    quantity, hold_reasons = combine(found)
    hull = reduce(Interval.hull, (result.interval for result in found))
    assert _covers(hull, quantity.interval)
    if quantity.interval != hull:  # then every pair agrees at its coarser resolution, and nothing is doubted
        assert hold_reasons == []
        assert quantity.interval in [result.interval for result in found]
        assert all(result.interval.low == result.interval.high for result in found)


@given(st.lists(said(), min_size=1, max_size=6))
def test_proven_ends_are_never_tighter_than_what_one_certificate_says(found: list[Result]) -> None:
    quantity, _ = combine(found)
    alone = [
        reduce(Interval.hull, (result.interval for result in found if result.certificate == certificate))
        for certificate in {result.certificate for result in found}
    ]
    assert (quantity.proven_low, quantity.proven_low_open) in [(hull.low, hull.low_open) for hull in alone]
    assert (quantity.proven_high, quantity.proven_high_open) in [(hull.high, hull.high_open) for hull in alone]
    # and what the worst certificate proves by itself stays proven
    assert quantity.proven_low == max(hull.low for hull in alone)
    bounded = [hull.high for hull in alone if hull.high is not None]
    assert quantity.proven_high == min(bounded, default=None)


@given(st.lists(said(), min_size=1, max_size=6), said())
def test_one_more_result_never_takes_a_proof_or_a_detection_away(found: list[Result], more: Result) -> None:
    another = combine(
        [*found, Result(**{name: getattr(more, name) for name in Result.__slots__} | {"certificate": "z"})]
    )[0]
    before = combine(found)[0]
    assert another.proven_low >= before.proven_low
    assert another.detected is True or before.detected is not True


@given(st.lists(said(), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_results_does_not_count(found: list[Result], chance: object) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = combine(found), combine(shuffled)
    assert (one[0].proven_low, one[0].proven_high, one[0].detected, one[0].uncertainty, len(one[1])) == (
        other[0].proven_low,
        other[0].proven_high,
        other[0].detected,
        other[0].uncertainty,
        len(other[1]),
    )


@given(st.lists(said(), min_size=1, max_size=5))
def test_an_uncertainty_is_known_only_where_every_measured_value_states_one(found: list[Result]) -> None:
    stated = [result.uncertainty for result in found if result.interval.low == result.interval.high]
    known = bool(stated) and None not in stated
    assert combine(found)[0].uncertainty == (max(stated) if known else None)  # type: ignore[type-var]
