"""Numbers, intervals and dates as a reader sees them: the tables are the documentation."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kratom_qc.domain.interval import UNMEASURED, Interval
from kratom_qc.vocabulary import wording
from tests.report.report_batches import limit, result, span

T = wording.THIN


@pytest.mark.parametrize(
    ("interval", "unit", "said"),
    [
        (span("2.4", "2.4"), "mg/kg", "2.4 mg/kg"),
        (span("0", "0"), "mg/kg", "0 mg/kg"),
        (span("0", "0.05", high_open=True), "mg/kg", "below 0.05 mg/kg"),
        (span("0", "0.05"), "mg/kg", "at most 0.05 mg/kg"),
        (span("0", "0.05", True, True), "mg/kg", "detected, below 0.05 mg/kg"),
        (UNMEASURED, "mg/kg", "unknown"),
        (span("0", None, low_open=True), "cfu/g", "detected, amount unknown"),
        (span("1500", None, low_open=True), "cfu/g", "above 1500 CFU/g"),
        (span("1500", None), "ug/day", "at least 1500 µg/day"),
        (span("0.35", "0.55"), "mg/kg", "from 0.35 to 0.55 mg/kg"),
        (span("0.35", "0.55", True, True), "mg/kg", "above 0.35 to below 0.55 mg/kg"),
        (span("13900", "13900"), "mg/kg", "13 900 mg/kg"),
        (span("25000000", "25000000"), "cfu/g", "25 000 000 CFU/g"),
        (span("30", "30"), "1", "30"),
    ],
)
def test_an_interval_in_words(interval: Interval, unit: str, said: str) -> None:
    assert wording.interval_words(interval, unit).replace(T, " ") == said


@pytest.mark.parametrize(
    ("number", "edges", "said"),
    [
        ("0.50", (), "0.5"),
        ("1E+3", (), "1000"),
        ("1.39571", (), "1.39571"),  # a laboratory's digits stay
        ("2.285714285714285714285714286", (), "≈ 2.2857"),
        ("0.9999999999999999999999999999", ("1",), "0.9999999999999999999999999999"),  # rounding would meet the limit
        ("99.99999999999999999999999999", ("100",), "99.99999999999999999999999999"),
    ],
)
def test_a_computed_number_is_shortened_never_across_its_limit(number: str, edges: tuple[str, ...], said: str) -> None:
    assert wording.shown(Decimal(number), tuple(map(Decimal, edges))).replace(T, " ") == said


def test_absence_keeps_its_portion_and_a_plate_count_does_not_pretend_to_one() -> None:
    absent = result(
        "salmonella",
        "Absent/25 g",
        span("0", "0.04", high_open=True),
        "C1",
        "cfu/g",
        portion=Decimal(25),
        detected=False,
    )
    count = result("e-coli", "<10", span("0", "10", high_open=True), "C2", "cfu/g", portion=Decimal(10), detected=False)
    assert wording.value_words(absent.interval, "cfu/g", (absent,)).replace(T, " ") == "absent in 25 g"
    assert wording.value_words(count.interval, "cfu/g", (count,)).replace(T, " ") == "below 10 CFU/g"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mitragynine 0.3–3 % w/w", "1.39 %"),
        ("not more than 20 mg/g", "13.9 mg/g"),
        ("not more than 50 µg/kg", "13 900 000 µg/kg"),
        ("Pb < 1.2 µg/g", ""),  # the same number: not said twice
        ("not more than 3 mg/kg", ""),
    ],
)
def test_a_value_is_also_told_in_the_unit_its_limit_prints(text: str, said: str) -> None:
    rule = limit("R", "us", "mitragynine", text)
    assert wording.also_words(span("13900", "13900"), "mg/kg", rule).replace(T, " ") == said


@pytest.mark.parametrize(
    ("status", "start", "end", "said"),
    [
        ("in_force", "2026-04-01", "open", "in force since 2026-04-01"),
        ("in_force", "unknown", "open", "in force, date unknown"),
        ("in_force", "2026-08-26", "2028-08-26", "in force since 2026-08-26 until 2028-08-26"),
        ("proposed", "2026-11-13", "open", "proposed, from 2026-11-13"),
        ("withdrawn", "unknown", "open", "withdrawn, date unknown"),
        ("adopted", "unknown", "open", "adopted"),
        ("adopted", "2018", "open", "adopted since 2018"),
    ],
)
def test_how_a_limit_stands(status: str, start: str, end: str, said: str) -> None:
    assert wording.status_words(status, start, end) == said


def test_an_unknown_analyte_keeps_the_laboratorys_own_name() -> None:
    assert wording.subject_name("mercury") == "Mercury"
    assert wording.subject_name("Mitragynol B") == "Mitragynol B"


COUNTED = "not measured and counted as 0: "


@pytest.mark.parametrize(
    ("text", "said", "small"),
    [
        ("sum of A", "sum of A", ()),
        (f"sum of A; {COUNTED}B, C", "sum of A; 2 not measured, counted as 0", (f"{COUNTED}B, C",)),
        (
            f"x (A ÷ all (sum of A; {COUNTED}B))",
            "x (A ÷ all (sum of A; 1 not measured, counted as 0))",
            (f"{COUNTED}B",),
        ),
        (f"A; {COUNTED}B (x; y), C; narrowed", "A; 2 not measured, counted as 0; narrowed", (f"{COUNTED}B (x; y), C",)),
        (
            f"(A; {COUNTED}B) by (C; {COUNTED}D)",
            "(A; 1 not measured, counted as 0) by (C; 1 not measured, counted as 0)",
            (f"{COUNTED}B", f"{COUNTED}D"),
        ),
        ("A; not measured and of unknown size: B", "A; not measured and of unknown size: B", ()),  # why it is open
    ],
)
def test_what_was_counted_as_nothing_goes_to_the_small_print(text: str, said: str, small: tuple[str, ...]) -> None:
    assert wording.without_counted(text) == (said, small)


def test_one_line_drops_control_signs_and_cuts_at_a_word() -> None:
    assert wording.one_line("a\x1b[31m\nb", 20) == "a [31m b"
    assert wording.one_line("seven words are too many for here", 20) == "seven words are…"
