"""Dates as laboratories print them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kratom_qc.interpret.dates import UnreadableDate, day_first, read_date

from tests.helpers_sheets import codes, read_csv

MARCH_4 = date(2026, 3, 4)
TABLE = (["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"])


@pytest.mark.parametrize(
    "said",
    [
        "2026-03-04", "2026/03/04", "2026-03-04T10:15:00", "2026-03-04 18:59:59.995", "4.3.2026", "04. 03. 2026", "4. 3. 2026",
        "4 March 2026", "04-Mar-26, 10:15:00", "4 Mar 26", "March 4, 2026", "Mar 4 2026", "Wednesday, March 4, 2026 21:38:30",
        "4th March 2026", "4. března 2026", "4 březen 2026",
        "2026.03.04", "2026-3-4",
        "2026-03-04T18:59:59.995Z", "2026-03-04 18:59:59.995000", "4. 3. 2026 10:15", "Mar 4, 2026 5:00:00 AM",
        "04.03.2026 24:00", "\u00a04.\u00a03.\u00a02026", "4-Mar-2026", "MAR 04 2026", "4 Mar. 2026",
        # Czech (also decomposed), German, Spanish, Indonesian
        "4. brezna 2026", "4. br\u030cezna 2026", "4. März 2026", "4 Maerz 2026",
        "4 de marzo de 2026", "miércoles, 4 de marzo de 2026", "4 Maret 2026", "Rabu, 4 Maret 2026", "středa, 4. března 2026",
        # a weekday is not compared: real certificates print a wrong one
        "Thursday, March 4, 2026 21:38:30",
        # of a span, its last day
        "4.2. - 4.3.2026", "2.-4. 3. 2026", "1 March - 4 March 2026",
        "2026-03-01 - 2026-03-04", "1.3.2026 – 4.3.2026", "1 March 2026 to 4 March 2026", "1. 3. až 4. 3. 2026",
        "29 December 2025- 04 March 2026",
    ],
)  # fmt: skip
def test_a_date_that_can_be_only_one_needs_no_proof(said: str) -> None:
    assert read_date(said, first_is_day=None) == MARCH_4


@pytest.mark.parametrize("said", ["2-4 March 2026", "02-04 March 2026"])
def test_a_span_within_one_month_is_its_last_day(said: str) -> None:
    assert read_date(said, first_is_day=None) == MARCH_4


@pytest.mark.parametrize(
    ("said", "first_is_day", "day"),
    [
        ("03/04/2026", False, MARCH_4), ("3/4/26", False, MARCH_4), ("04/03/2026", True, MARCH_4), ("04-03-2026", True, MARCH_4),
        ("03/04/2026 14:05:00 PM", False, MARCH_4),
        ("23/04/2026", None, date(2026, 4, 23)), ("04/23/2026", None, date(2026, 4, 23)),  # proven by itself
        ("05/05/2026", None, date(2026, 5, 5)),  # the same either way
    ],
)  # fmt: skip
def test_a_slashed_date_is_read_in_the_order_the_file_proves(said: str, first_is_day: bool | None, day: date) -> None:
    assert read_date(said, first_is_day=first_is_day) == day


@pytest.mark.parametrize(
    "said",
    ["03/04/2026", "3/4/26", "2026-13-01", "2026-02-30", "31.4.2026", "13/13/2026", "30 February 2026",
    "4 Brumaire 2026", "44397",
     "20180102090000", "yesterday", "", "50-32-8", "2026", "March 2026", "1900-01-00", "29 Feb 2025", "29.2.2025",
     # more than a date, or less
     "2026-03-04 banana", "2026-03-04 99:99", "3/4/2026 ND", "4 March 2026 (revised)", "Expired, March 4, 2026", "Mon 4",
     "4.3.26", "9.9.99", "04/03-2026", "2026-03/04",
     # a span that runs backwards, or is none
     "2026-13-04 to 2026-03-04", "ND to 2026-03-04", "13.4.2026 - 4.3.2026", "26-23 February 2022", "0-4 March 2026",
     # which number is the year
     "26/03/04", "26-03-04", "13/04/26",
     # no times of ours: Excel's day 0, Gregory's first day, the Buddhist era
     "1899-12-30", "1900-01-01", "0026-03-04", "1582-10-15", "9999-12-31", "2569-03-04", "4.3.2569", "4 มีนาคม 2569",
     # digits of other scripts
     "４.３.２０２６", "４ March 2026", "٤ March 2026", "4 March ２０２６", "2026-03-0４"],
)  # fmt: skip
def test_an_ambiguous_or_impossible_date_is_unreadable(said: str) -> None:
    with pytest.raises(UnreadableDate):
        read_date(said, first_is_day=None)


@pytest.mark.parametrize(
    ("said", "hint"),
    [("46085", "2026-03-04"), ("44397", "2021-07-20"), ("20180102090000", "2018-01-02"), ("2569-03-04", "2026 is meant"),
     ("26/03/22", "which number is the year"), ("03/04/2026", "cannot be told apart")],
)  # fmt: skip
def test_a_refused_date_says_what_it_may_be(said: str, hint: str) -> None:
    with pytest.raises(UnreadableDate, match=hint):
        read_date(said, first_is_day=None)


@given(st.integers(10, 9999999), st.integers(0, 99), st.integers(0, 9), st.sampled_from([None, True, False]))
def test_a_cas_number_is_never_a_date(first: int, second: int, check: int, first_is_day: bool | None) -> None:
    with pytest.raises(UnreadableDate):
        read_date(f"{first}-{second:02}-{check}", first_is_day=first_is_day)


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["{}", "{} 10:15", "{}, 5:00:00 AM"]), st.booleans()
)
def test_a_slashed_date_means_one_day_or_none(day: date, form: str, first_is_day: bool) -> None:
    """Whatever order the file proves, the day printed in that order comes back, and without a proof nothing else does."""
    said = form.format(f"{day:%d/%m/%Y}" if first_is_day else f"{day:%m/%d/%Y}")
    assert read_date(said, first_is_day=first_is_day) == day
    with suppress(UnreadableDate):
        assert read_date(said, first_is_day=None) == day


@pytest.mark.parametrize(
    ("texts", "proof"),
    [(["03/04/2026"], None), (["03/04/2026", "13/04/2026"], True), (["03/04/2026", "04/13/2026"], False),
     (["2026-03-04", "4.3.2026"], None), (["13/04/26"], None), (["04/13/26"], False), (["01/04/2026 - 13/04/2026"], True)],
)  # fmt: skip
def test_one_date_over_the_twelfth_proves_the_order(texts: list[str], proof: bool | None) -> None:
    assert day_first(texts) is proof


def test_two_orders_in_one_file_contradict() -> None:
    with pytest.raises(UnreadableDate, match="day first"):
        day_first(["13/04/2026", "04/13/2026"])


@settings(deadline=None, max_examples=120)
@given(st.text(alphabet="0123456789./- ,:TMarchbřeznaMonday", max_size=20), st.sampled_from([None, True, False]))
def test_any_text_is_a_date_or_unreadable(said: str, first_is_day: bool | None) -> None:
    with suppress(UnreadableDate):  # anything else would escape
        assert isinstance(read_date(said, first_is_day=first_is_day), date)


@settings(deadline=None, max_examples=100)
@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_a_day_survives_its_printing(day: date) -> None:
    printed = [
        day.isoformat(),
        f"{day.day}.{day.month}.{day.year}",
        f"{day:%d %B %Y}",
        f"{day:%b %d, %Y}",
        f"{day:%d-%b-%y}",
    ]
    assert {read_date(text, first_is_day=None) for text in printed} == {day}


def _with(*facts: list[str]) -> list[list[str]]:
    return [["Batch", "L-1"], *facts, [], *TABLE]


def test_another_date_of_the_file_proves_the_order() -> None:
    reading = read_csv(_with(["Received", "03/04/2026"], ["Issued", "13/04/2026"]), head=())
    assert [(a.received_on, a.issued_on) for a in reading.certificates] == [(date(2026, 4, 3), date(2026, 4, 13))]


@pytest.mark.parametrize(
    "facts",
    [[["Received", "03/04/2026"]], [["Received", "30/02/2026"]], [["Received", "13/04/2026"], ["Issued", "04/14/2026"]],
     [["Issued", "46085"]]],
)  # fmt: skip
def test_a_certificate_with_a_date_nobody_can_read_is_refused(facts: list[list[str]]) -> None:
    assert "ambiguous-date" in codes(read_csv(_with(*facts), head=()))


def test_a_date_before_the_work_it_follows_is_a_doubt() -> None:
    reading = read_csv(_with(["Received", "2026-03-04"], ["Issued", "2026-03-01"]), head=())
    assert [hold_reason.rule_id for hold_reason in reading.certificates[0].hold_reasons] == ["DATES-IMPOSSIBLE"]
