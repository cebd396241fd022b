"""A cell that may be read in several ways is all of them: the hull is judged, and nothing is dropped without proof."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.domain.certificate import ResultRow
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.either import RowReading, either
from kratom_qc.interpret.results import read_row
from tests.factory.domain import result
from tests.factory.sheets import held, one, read_csv, read_xlsx, results, told

PLACE = CellRef("a.csv", "", "B5")


def row(said: str, unit: str = "mg/kg", *, kind: str = "text", **columns: str) -> ResultRow:
    more = {name: SourceText(text, PLACE) for name, text in columns.items()}
    return ResultRow(SourceText("Lead", PLACE), SourceText(said, PLACE, "", kind), SourceText(unit, PLACE), **more)


def test_an_ambiguous_number_is_all_that_it_may_be() -> None:
    reading = read_row(row("1,234"), None, "")
    assert [told(way) for way in reading.result.readings] == ["1234", "1.234"]
    assert told(reading.result.interval) == "[1.234, 1234]"
    assert reading.hold_reasons == ()
    (remark,) = [remark for remark in reading.remarks if remark.code == "two-readings"]
    assert (remark.ref, "1234 mg/kg or 1.234 mg/kg" in remark.message.replace("\u202f", " ")) == (PLACE, True)


def test_a_stored_number_is_never_read_through_a_decimal_comma() -> None:
    for mark in (None, ".", ","):
        assert told(read_row(row("1.234", kind="number"), mark, "").result.interval) == "1.234"


def test_a_stored_number_does_not_prove_how_the_laboratory_writes_its_own() -> None:
    """Typed beside it as text, `1,234` may still be either."""
    table = [["Analyte", "Result", "Unit"], ["Lead", 0.417, "mg/kg"], ["Zinc", "1,234", "mg/kg"]]
    lead, zinc = results(read_xlsx([["Batch", "L-1"], ["Form", "Leaf powder"], [], *table]))
    assert (told(lead.interval), told(zinc.interval)) == ("0.417", "[1.234, 1234]")


def test_marks_that_contradict_each_other_prove_nothing_and_refuse_nothing() -> None:
    table = [
        ["Analyte", "Result", "Unit"],
        ["Lead", "0.2", "mg/kg"],
        ["Arsenic", "0,3", "mg/kg"],
        ["Zinc", "1,234", "mg/kg"],
    ]
    read = results(read_csv(table))
    assert [told(found.interval) for found in read] == ["0.2", "0.3", "[1.234, 1234]"]


@pytest.mark.parametrize(
    ("said", "lod", "bound"), [("ND", "1,234", "1234"), ("ND", "0.02", "0.02"), ("<LOD", "2.1 x 102", "214.2")]
)
def test_a_detection_limit_of_two_readings_bounds_at_the_larger(said: str, lod: str, bound: str) -> None:
    assert told(one("Lead", said, "mg/kg", LOD=lod).interval) == f"[0, {bound})"


@pytest.mark.parametrize(
    ("first", "other", "possible", "detected", "holds"),
    [
        (row("0.2"), row("0.9"), "[0.2, 0.9]", True, []),
        (row("0.2"), row("0.2"), "0.2", True, []),
        (row("ND", lod="0.02"), row("ND", lod="20"), "[0, 20)", False, []),
        (row("ND", lod="0.02"), row("0.4"), "[0, 0.4]", None, []),
        (row("ND", "mg/kg", lod="20"), row("ND", "ug/kg", lod="20"), "[0, 20)", False, []),
        (row("0.2"), row("0.2", "CFU/g"), "[0, ∞)", True, ["UNKNOWN-UNIT", "READINGS-DIFFER"]),
        (row("0.2"), row("what"), "[0, ∞)", None, ["UNKNOWN-WORD"]),
    ],
)
def test_another_way_to_read_a_row_counts_too(
    first: ResultRow, other: ResultRow, possible: str, detected: bool | None, holds: list[str]
) -> None:
    both = ResultRow(**{name: getattr(first, name) for name in ResultRow.__slots__} | {"alternatives": (other,)})
    reading = read_row(both, None, "")
    assert (told(reading.result.interval), reading.result.detected) == (possible, detected)
    assert [reason.rule_id for reason in reading.hold_reasons] == holds


def test_a_non_detect_reaches_down_as_far_as_its_shallowest_reading() -> None:
    deep, shallow = row("ND", lod="0.02"), row("ND", lod="20")
    both = ResultRow(**{name: getattr(deep, name) for name in ResultRow.__slots__} | {"alternatives": (shallow,)})
    assert read_row(both, None, "").result.detection_limit == 20


AMOUNT = st.decimals(min_value=0, max_value=10, places=1)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, high = sorted((draw(AMOUNT), draw(AMOUNT)))
    ends = (False, False) if low == high else (draw(st.booleans()), draw(st.booleans()))
    return Interval(low, None, ends[0], True) if draw(st.integers(0, 5)) == 0 else Interval(low, high, *ends)


@given(st.lists(intervals(), min_size=1, max_size=4), AMOUNT, st.booleans(), st.booleans())
def test_the_hull_passes_or_fails_a_limit_with_one_end_where_every_reading_does(
    ways: list[Interval], bound: Decimal, upper: bool, strict: bool
) -> None:
    accepted = Interval(Decimal(0), bound, False, strict) if upper else Interval(bound, None, strict, True)
    judged = either([RowReading(result("lead", way)) for way in ways]).result.interval
    assert _passes(judged, accepted) == all(_passes(way, accepted) for way in ways)
    assert _fails(judged, accepted) == all(_fails(way, accepted) for way in ways)


def _passes(interval: Interval, accepted: Interval) -> bool:
    return accepted.hull(interval) == accepted


def _fails(interval: Interval, accepted: Interval) -> bool:
    return not accepted.meets(interval)


def test_two_readings_leave_open_only_what_they_do_not_agree_on() -> None:
    assert [
        rule
        for rule in held(read_csv([["Analyte", "Result", "Unit"], ["Zinc", "1,234", "mg/kg"]]))
        if rule != "UNDATED"
    ] == []
