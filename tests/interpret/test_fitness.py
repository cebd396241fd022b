"""What a result counts for, by the technique behind it. The laboratory's own words are never changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from kratom_qc.interpret.fitness import counts, fitted

from tests.helpers_sheets import one, span, told

OH, LOD = "7-Hydroxymitragynine", {"LOD": "2"}
# analyte, said, unit, columns, method → what it is taken for: interval, detected, how far down, uncertainty, whether it proves
TAKEN = [
    (OH, "100 ± 5", "mg/kg", LOD, "HPLC", "100", True, None, "5", True),
    (OH, "100 ± 5", "mg/kg", LOD, "GC-MS", "[0, ∞)", None, None, None, False),
    (OH, "ND", "mg/kg", LOD, "HPLC", "[0, 2)", False, "2", None, True),
    (OH, "ND", "mg/kg", LOD, "GC-MS", "[0, ∞)", None, None, None, False),
    (OH, "100 ± 5", "mg/kg", LOD, "test strip", "[100, ∞)", True, None, None, False),
    (OH, "ND", "mg/kg", LOD, "test strip", "[0, ∞)", False, "2", None, False),
    (OH, ">100", "mg/kg", {}, "test strip", "(100, ∞)", True, None, None, False),
    ("Lead", "<2", "mg/kg", {}, "GC-MS", "[0, 2)", False, "2", None, True),
    ("Salmonella", "Absent in 25 g", "", {}, "lateral flow", "[0, 0.04)", False, "0.04", None, True),
    ("Salmonella", "Absent in 25 g", "", {}, "PCR", "[0, 0.04)", False, "0.04", None, True),
]


@pytest.mark.parametrize("case", TAKEN, ids=lambda case: f"{case[0]} {case[1]} by {case[4]}")
def test_a_result_counts_for_what_its_technique_can_tell(case: tuple[object, ...]) -> None:
    analyte, said, unit, columns, method, *expected = case
    read = one(str(analyte), str(said), str(unit), **columns, Method=str(method))  # type: ignore[arg-type]
    (taken,) = fitted([read])
    bounds = [None if size is None else str(size) for size in (taken.detection_limit, taken.uncertainty)]
    assert [told(taken.interval), taken.detected, *bounds, counts(taken)] == expected
    assert (taken.reported, taken.ref, taken.method) == (read.reported, read.ref, read.method)


@pytest.mark.parametrize(("method", "interval"), [("test strip", "[99, ∞)"), ("GC-MS", "[0, ∞)")])
def test_the_digits_that_a_sheet_shows_count_no_further(method: str, interval: str) -> None:
    read = replace(one(OH, "100", "mg/kg", Method=method), shown_interval=span("99"))
    (taken,) = fitted([read])
    assert (told(taken.interval), taken.shown_interval) == (interval, None)
