"""Dates as laboratories print them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.domain.certificate import DateSpan
from kratom_qc.interpret.dates import Calendar, UnreadableDate, days_within, orders, read_date
from tests.factory.sheets import read_csv

MARCH_4 = date(2026, 3, 4)
TABLE = (["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"])


def _day(day: date) -> DateSpan:
    return DateSpan(day, day)


def _march() -> DateSpan:
    return DateSpan(date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    "said",
    [
        "2026-03-04", "2026/03/04", "2026-03-04T10:15:00", "2026-03-04 18:59:59.995", "4.3.2026", "04. 03. 2026", "4. 3. 2026",
        "4 March 2026", "04-Mar-26, 10:15:00", "4 Mar 26", "March 4, 2026", "Mar 4 2026", "Wednesday, March 4, 2026 21:38:30",
        "4th March 2026", "4. března 2026", "4 březen 2026", "2026.03.04", "2026-3-4", "4.3.26", "20260304", "20260304090000",
        "2026-03-04T18:59:59.995Z", "2026-03-04 18:59:59.995000", "4. 3. 2026 10:15", "Mar 4, 2026 5:00:00 AM",
        "2026-03-04 14:05 (UTC+7)", "4 March 2026 at 10:15 WIB", "4.3.2026 14.05 Uhr", "4 March 2026 09:30 AM EST",
        "04.03.2026 24:00", "\u00a04.\u00a03.\u00a02026", "4-Mar-2026", "MAR 04 2026", "4 Mar. 2026", "4/Mar/2026", "2026 Mar 4",
        "4.III.2026",
        # Czech (also decomposed), German, French, Spanish, Portuguese, Polish, Italian, Dutch, Indonesian
        "4. brezna 2026", "4. br\u030cezna 2026", "4. März 2026", "4 Maerz 2026", "le 4 mars 2026", "4 de marzo de 2026",
        "miércoles, 4 de marzo de 2026", "4 de março de 2026", "4 marca 2026 r.", "4 marzo 2026", "4 maart 2026",
        "4 Maret 2026", "Rabu, 4 Maret 2026", "středa, 4. března 2026", "mercredi 4 mars 2026",
        # Thai, of the Buddhist era
        "4 มีนาคม 2569", "4 มี.ค. 2569", "4 มี.ค. 69", "วันที่ 4 มีนาคม พ.ศ. 2569", "4 มีนาคม 2026",
        # a weekday is not compared: real certificates print a wrong one
        "Thursday, March 4, 2026 21:38:30",
        # of a span, its last day
        "4.2. - 4.3.2026", "2.-4. 3. 2026", "1 March - 4 March 2026", "2-4 March 2026", "Mar 2-4, 2026", "1 – 4 March 2026",
        "2026-03-01 - 2026-03-04", "2026-03-01/2026-03-04", "1.3.2026 – 4.3.2026", "1 March 2026 to 4 March 2026",
        "1. 3. až 4. 3. 2026", "29 December 2025- 04 March 2026", "29 December – 4 March 2026", "1 Maret s/d 4 Maret 2026",
        "1.3.2026 t/m 4.3.2026",
        "vom 1. bis 4. März 2026", "2026-03-01, 2026-03-04", "March 1 – March 4, 2026",
    ],
)  # fmt: skip
def test_a_date_that_can_be_only_one_needs_no_proof(said: str) -> None:
    assert read_date(said) == _day(MARCH_4)


@pytest.mark.parametrize(
    ("said", "first_is_day", "day"),
    [
        ("03/04/2026", False, MARCH_4), ("3/4/26", False, MARCH_4), ("04/03/2026", True, MARCH_4), ("04-03-2026", True, MARCH_4),
        ("03/04/2026 14:05:00 PM", False, MARCH_4), ("02/11–03/04/2026", False, MARCH_4), ("11/02 - 04/03/2026", True, MARCH_4),
        ("23/04/2026", None, date(2026, 4, 23)), ("04/23/2026", None, date(2026, 4, 23)),  # proven by itself
        ("05/05/2026", None, date(2026, 5, 5)),  # the same either way
    ],
)  # fmt: skip
def test_a_slashed_date_is_read_in_the_order_the_file_proves(said: str, first_is_day: bool | None, day: date) -> None:
    assert read_date(said, Calendar(first_is_day)) == _day(day)


@pytest.mark.parametrize(
    ("said", "earliest", "latest"),
    [
        ("03/04/2026", date(2026, 3, 4), date(2026, 4, 3)), ("3/4/26", date(2026, 3, 4), date(2026, 4, 3)),
        ("26/03/22", date(2022, 3, 26), date(2026, 3, 22)),  # its year may stand first
        ("March 2026", *_march()), ("03/2026", *_march()), ("2026-03", *_march()), ("marzo 2026", *_march()),
    ],
)  # fmt: skip
def test_a_date_with_two_readings_is_both(said: str, earliest: date, latest: date) -> None:
    assert read_date(said) == DateSpan(earliest, latest)


@pytest.mark.parametrize(
    "said",
    ["2026-13-01", "2026-02-30", "31.4.2026", "13/13/2026", "30 February 2026", "4 Brumaire 2026", "44397",
     "yesterday", "", "50-32-8", "2026", "1900-01-00", "29 Feb 2025", "29.2.2025", "13/2026", "20261332",
     # more than a date, or less
     "2026-03-04 banana", "2026-03-04 99:99", "3/4/2026 ND", "4 March 2026 (revised)", "Expired, March 4, 2026", "Mon 4",
     "04/03-2026", "2026-03/04", "Mar 4", "see label", "pending",
     # a span that runs backwards, or is none
     "2026-13-04 to 2026-03-04", "ND to 2026-03-04", "13.4.2026 - 4.3.2026", "26-23 February 2022", "0-4 March 2026",
     # no times of ours: Excel's day 0, Gregory's first day; the Buddhist era, where nothing is Thai
     "1899-12-30", "1900-01-01", "0026-03-04", "1582-10-15", "9999-12-31", "2569-03-04", "4.3.2569",
     # digits of other scripts
     "４.３.２０２６", "４ March 2026", "٤ March 2026", "4 March ２０２６", "2026-03-0４", "๔ มีนาคม ๒๕๖๙"],
)  # fmt: skip
def test_what_is_no_date_is_unreadable(said: str) -> None:
    with pytest.raises(UnreadableDate):
        read_date(said)


@pytest.mark.parametrize(
    ("said", "hint"),
    [("46085", "2026-03-04"), ("44397", "2021-07-20"), ("2569-03-04", "is 2026 meant"), ("13/13/2026", "no such day")],
)  # fmt: skip
def test_an_unreadable_date_says_what_it_may_be(said: str, hint: str) -> None:
    with pytest.raises(UnreadableDate, match=hint):
        read_date(said)


def test_where_a_paper_is_thai_its_years_are_of_the_buddhist_era() -> None:
    assert read_date("04/03/2569", Calendar(True, buddhist=True)) == _day(MARCH_4)
    assert read_date("04/03/2026", Calendar(True, buddhist=True)) == _day(MARCH_4)


def test_dates_are_found_in_a_heading() -> None:
    assert days_within("Heavy Metals   Instrument: ICP-MS   Analyzed Sep 21, 2026") == ("Sep 21, 2026",)
    assert days_within("ISO/IEC 17025:2017, SOP 9.9.99") == ()


@given(st.integers(10, 999), st.integers(0, 99), st.integers(0, 9), st.sampled_from([None, True, False]))
def test_a_cas_number_is_never_a_date(first: int, second: int, check: int, first_is_day: bool | None) -> None:
    with pytest.raises(UnreadableDate):
        read_date(f"{first}-{second:02}-{check}", Calendar(first_is_day))


@given(
    st.dates(date(2000, 1, 1), date(2059, 12, 31)), st.sampled_from(["{}", "{} 10:15", "{}, 5:00:00 AM"]), st.booleans()
)
def test_a_slashed_date_means_the_printed_day(day: date, form: str, first_is_day: bool) -> None:
    """Whatever order the file proves, the day printed in that order comes back, and without a proof it is never lost."""
    said = form.format(f"{day:%d/%m/%Y}" if first_is_day else f"{day:%m/%d/%Y}")
    assert read_date(said, Calendar(first_is_day)) == _day(day)
    either = read_date(said)
    assert either.earliest <= day <= either.latest


@pytest.mark.parametrize(
    ("texts", "proof"),
    [(["03/04/2026"], set()), (["03/04/2026", "13/04/2026"], {True}), (["03/04/2026", "04/13/2026"], {False}),
     (["2026-03-04", "4.3.2026"], set()), (["13/04/26"], set()), (["04/13/26"], {False}),
     (["01/04/2026 - 13/04/2026"], {True}), (["09/11–09/23/2026"], {False}), (["30/08 - 02/09/2026"], {True}),
     (["13/04/2026", "04/13/2026"], {True, False})],
)  # fmt: skip
def test_one_date_over_the_twelfth_proves_the_order(texts: list[str], proof: set[bool]) -> None:
    assert set(orders(texts)) == proof


@given(st.text(alphabet="0123456789./- ,:TMarchbřeznaMonday", max_size=20), st.sampled_from([None, True, False]))
def test_any_text_is_a_date_or_unreadable(said: str, first_is_day: bool | None) -> None:
    with suppress(UnreadableDate):  # anything else would escape
        assert isinstance(read_date(said, Calendar(first_is_day)), DateSpan)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2059, 12, 31)))
def test_a_day_survives_its_printing(day: date) -> None:
    printed = [
        day.isoformat(),
        f"{day.day}.{day.month}.{day.year}",
        f"{day:%d %B %Y}",
        f"{day:%b %d, %Y}",
        f"{day:%d-%b-%y}",
    ]
    assert {read_date(text) for text in printed} == {_day(day)}


# ---------------------------------------------------------------- the dates of a file


def _with(*facts: list[str]) -> list[list[str]]:
    return [["Batch", "L-1"], *facts, [], *TABLE]


APRIL_3 = date(2026, 4, 3)
NARROWED = [  # the head of a file with a date received 03/04/2026, what it is then
    ([], "2026-03-04/2026-04-03"),
    ([["Issued", "13/04/2026"]], "2026-04-03"),
    ([["Issued", "04/13/2026"]], "2026-03-04"),
    ([["Issued", "12/03/2026"]], "2026-03-04"),  # day first it would be issued before it was received
    ([["Issued", "06/04/2026"]], "2026-03-04/2026-04-03"),
    ([["Datum vystavení", "6. 4. 2026"]], "2026-04-03"),  # a Czech label
    ([["Wystawione przez", "Analityka"]], "2026-04-03"),  # a Polish one
    ([["Fecha de emisión / Date Issued", "6 April 2026"]], "2026-04-03"),
    ([["Laboratory", "Lone Star Analytical, Austin, Texas"]], "2026-03-04"),
    ([["Lone Star Analytical, Austin, TX 78701"]], "2026-03-04"),
]


@pytest.mark.parametrize(("head", "received"), NARROWED)
def test_what_else_the_file_says_narrows_a_date(head: list[list[str]], received: str) -> None:
    reading = read_csv(_with(["Received", "03/04/2026"], *head), head=())
    (certificate,) = reading.certificates
    assert str(certificate.received_on) == received


def test_a_decimal_comma_puts_the_day_first() -> None:
    rows = [["Batch", "L-1"], ["Received", "03/04/2026"], [], ["Analyte", "Result", "Unit"], ["Lead", "0,25", "mg/kg"]]
    (certificate,) = read_csv(rows, head=()).certificates
    assert str(certificate.received_on) == "2026-04-03"


def _held(*facts: list[str]) -> list[str]:
    (certificate,) = read_csv(_with(*facts), head=()).certificates
    return [f"{reason.rule_id} {reason.ref.cell}" for reason in certificate.hold_reasons if "DATE" in reason.rule_id
            or reason.rule_id == "FACT-CONTRADICTS"]  # fmt: skip


HELD = [  # facts of a certificate, what holds it
    ([["Received", "03/04/2026"]], []),
    ([["Received", "March 2026"], ["Issued", "2026-03-20"]], []),
    ([["Received", "30/02/2026"]], ["AMBIGUOUS-DATE B2", "UNDATED "]),
    ([["Issued", "46085"]], ["AMBIGUOUS-DATE B2", "UNDATED "]),
    ([["Received", "13/04/2026"], ["Issued", "04/14/2026"]], ["AMBIGUOUS-DATE "]),
    ([["Issued", "2026-03-04"], ["Expires", "see label"]], ["AMBIGUOUS-DATE B3"]),
    ([["Issued", "2026-03-04"], ["Expires", "N/A"]], []),
    ([["Received", "2026-03-04"], ["Issued", "2026-03-01"]], ["DATES-IMPOSSIBLE B3"]),
    ([["Received", "12/01/2026"], ["Issued", "11/02/2026"], ["Tested", "10/03/2026"]], ["DATES-IMPOSSIBLE B3"]),
    ([["Issued", "2026-03-04"], ["Exp Date", "2027-10-01"], ["Expiry Date", "2026-05-01"]], ["FACT-CONTRADICTS B4"]),
    ([["Issued", "2026-03-04"], ["Exp Date", "2027-10-01"], ["Expiry Date", "1 Oct 2027"]], []),
    ([["Issued", "2026-03-04"], ["Issue Date", "2026-03-05"]], ["FACT-CONTRADICTS B3"]),
    (
        [
            ["Tested", "2026-03-04"],
            ["Test Completed", "2026-03-09"],
            ["Date", "2026-03-10"],
            ["Approved On", "2026-03-09"],
        ],
        [],
    ),
    ([["Laboratory", "Acme Labs"]], ["UNDATED "]),
    ([["Expires", "2027-10-01"]], ["UNDATED "]),
]


@pytest.mark.parametrize(("facts", "held"), HELD)
def test_dates_that_cannot_be_hold_at_their_cell(facts: list[list[str]], held: list[str]) -> None:
    assert _held(*facts) == held


MEASURED = [  # the head, the header of a column and its cells, the oldest day of a measurement
    ([["Tested", "2026-03-04"]], "Analysis Date", ["2019-03-01", "2026-03-04"], "2019-03-01"),
    ([["Issued", "2026-03-04"]], "Date Tested", ["2026-03-01", "2019-03-01"], "2019-03-01"),
    ([["Issued", "2026-03-04"]], "Ran", ["2026-03-01", "2019-03-01"], "2019-03-01"),
    ([["Issued", "2026-03-04"]], "Completed", ["2026-03-01", "2026-03-02"], "2026-03-01"),
    ([["Day of work", "2019-03-01"]], "Method", ["ICP-MS", "ICP-MS"], "2019-03-01"),
    (
        [["Accreditation Valid Until", "2019-03-01"], ["Tested", "2026-03-04"]],
        "Method",
        ["ICP-MS", "ICP-MS"],
        "2026-03-04",
    ),
]


@pytest.mark.parametrize(("head", "column", "days", "measured"), MEASURED)
def test_every_date_of_a_measurement_counts(head: list[list[str]], column: str, days: list[str], measured: str) -> None:
    table = [
        ["Analyte", "Result", "Unit", column],
        ["Lead", "0.2", "mg/kg", days[0]],
        ["Cadmium", "0.1", "mg/kg", days[1]],
    ]
    (certificate,) = read_csv([["Batch", "L-1"], *head, [], *table], head=()).certificates
    assert str(certificate.dates["measured_on"]) == measured
