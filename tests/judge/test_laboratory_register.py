"""What the register of laboratories does not vouch for: a warning, or a hold where the settings ask for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.app.batches import collect, judge_batches
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Reading
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.interpret.laboratories import CODES, Laboratory, Register
from tests.factory import DAY, book, certificate, clean_leaf, judged, limit, row, rulebooks, rules

HARBOR = Laboratory(
    "Harbor Analytical",
    ("harbor analytical *", "HAL"),
    "4961.01",
    "A2LA",
    frozenset({"alkaloid", "element", "lead", "tamc", "tymc", "e-coli", "salmonella"}),
    date(2026, 11, 30),
    date(2026, 11, 22),
    "QA-2026-014",
)
CULTURE = replace(HARBOR, name="Culture House", also=(), accreditation="AT-2914", scope=frozenset({"microbe"}))
REGISTER = Register((HARBOR, CULTURE), "f" * 64)
NAME, NUMBER, TESTED, ISSUED = "Laboratory", "Accreditation No.", "Date Tested", "Date Issued"
LAB = {NAME: "Harbor Analytical"}

# What the certificate says, the day of judgement, and what the register finds
CASES = [
    (LAB, DAY, []),
    ({NAME: "HARBOR  analytical"}, DAY, []),
    ({NAME: "Harbor Analytical LLC"}, DAY, []),
    ({NAME: "hal"}, DAY, []),
    ({NAME: "Harbour Analytical"}, DAY, ["LABORATORY-UNREGISTERED"]),
    ({NAME: "Harbor Analyticals"}, DAY, ["LABORATORY-UNREGISTERED"]),
    ({}, DAY, ["LABORATORY-UNREGISTERED"]),
    # the number of its accreditation, where one is printed
    ({**LAB, NUMBER: "4961.01"}, DAY, []),
    ({**LAB, NUMBER: "A2LA Cert. # 4961-01"}, DAY, []),
    ({**LAB, NUMBER: "ISO/IEC 17025:2017, A2LA 4961.01"}, DAY, []),
    ({**LAB, NUMBER: "ISO/IEC 17025:2017"}, DAY, []),
    ({**LAB, NUMBER: "accredited"}, DAY, []),
    ({**LAB, NUMBER: "4961.02"}, DAY, ["ACCREDITATION-DIFFERS"]),
    ({**LAB, NUMBER: "14961.01"}, DAY, ["ACCREDITATION-DIFFERS"]),
    ({**LAB, NUMBER: "TAL-17025-3381"}, DAY, ["ACCREDITATION-DIFFERS"]),
    # its accreditation on the day of testing, else on the day of judgement; its qualification on the day of judgement
    ({**LAB, TESTED: "2026-11-20"}, DAY, []),
    ({**LAB, TESTED: "2026-11-20"}, date(2026, 12, 1), ["QUALIFICATION-LAPSED"]),
    ({**LAB, TESTED: "2026-11-30"}, date(2026, 12, 1), ["QUALIFICATION-LAPSED"]),
    ({**LAB, TESTED: "2026-12-01"}, date(2026, 12, 1), ["ACCREDITATION-LAPSED", "QUALIFICATION-LAPSED"]),
    (LAB, date(2026, 11, 23), ["QUALIFICATION-LAPSED"]),
    (LAB, date(2026, 11, 30), ["QUALIFICATION-LAPSED"]),
    ({**LAB, ISSUED: "2026-11-20"}, date(2026, 12, 1), ["ACCREDITATION-LAPSED", "QUALIFICATION-LAPSED"]),
    # a scope that does not reach so far
    ({NAME: "Culture House"}, DAY, ["OUTSIDE-SCOPE"]),
    ({NAME: "Culture House", NUMBER: "A-1"}, DAY, ["ACCREDITATION-DIFFERS", "OUTSIDE-SCOPE"]),
]  # fmt: skip


# What a clean leaf holds may be there, so that only the register holds a batch.
MOST = [
    ("7-hydroxymitragynine", "1", "%"),
    *((of, "1", "mg/kg") for of in ("arsenic", "cadmium", "lead", "mercury")),
    *((of, "100000", "cfu/g") for of in ("tamc", "tymc")),
]
NOTED = {"when_missing": "note", "silence_because": "the register is asked, and not which tests were made"}


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    return rulebooks(
        tmp_path_factory.mktemp("books"),
        leaf_powder=book(
            *[limit(f"MAX-{of}", of, f"at most {most} {unit}", max=most, unit=unit, **NOTED) for of, most, unit in MOST]
        ),
    )


def _verdicts(readings: list[Reading], books, register: Register, on: date = DAY) -> list[Verdict]:
    policy = JudgementPolicy(dict(books), (), (), on, laboratories=register)
    return list(judge_batches(collect(readings, policy, beside=CrossCertificateChecks()), policy).verdicts())


def _of(facts: dict[str, str], number: int = 0) -> Reading:
    return certificate(f"B{number}", *clean_leaf(), **facts)


@pytest.mark.parametrize(("facts", "on", "codes"), CASES)
def test_what_the_register_finds_holds_where_the_settings_ask(books, facts, on, codes):
    (verdict,) = _verdicts([_of(facts)], books, replace(REGISTER, hold=True), on)
    assert [rule for rule in rules(verdict) if rule in CODES] == codes
    assert verdict.decision == ("HOLD" if codes else "PASS")


@pytest.mark.parametrize(("facts", "on", "codes"), CASES)
def test_what_the_register_finds_is_a_warning_by_default(books, facts, on, codes):
    (verdict,) = _verdicts([_of(facts)], books, REGISTER, on)
    found = [remark for remark in verdict.batch.remarks if remark.code in CODES.values()]
    assert [remark.code for remark in found] == [CODES[code] for code in codes]
    assert {remark.severity for remark in found} <= {"warning"}
    assert verdict.decision == "PASS"


def test_without_a_register_nothing_is_asked(books):
    assert _verdicts([_of({})], books, Register()) == list(
        judged([_of({})], books, beside=CrossCertificateChecks()).values()
    )


DECEMBER = date(2026, 12, 2)
WORDS = [
    ({NAME: "Harbour Analytical"}, DAY, "'Harbour Analytical' is not in the register", "nearest: Harbor Analytical", "C2"),
    ({**LAB, NUMBER: "PJLA 17"}, DAY, "prints the accreditation 'PJLA 17'", "A2LA 4961.01", "D2"),
    ({**LAB, TESTED: "2026-12-01"}, DECEMBER, "ended on 2026-11-30, before the day of testing 2026-12-01", "renewal", "D2"),
    ({**LAB, ISSUED: "2026-11-20"}, DECEMBER, "ended on 2026-11-30, before the day of judgement 2026-12-02", "renewal", "C2"),
    (LAB, DECEMBER, "(QA-2026-014) ended on 2026-11-22, before 2026-12-02", "111.75(a)(2)(ii)", "C2"),
    ({NAME: "Culture House"}, DAY, "Mitragynine, 7-Hydroxymitragynine, ", " and 3 more: outside the scope", "E2"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "on", "told", "more", "cell"), WORDS)
def test_a_hold_says_what_was_printed_and_what_the_register_says(books, facts, on, told, more, cell):
    (verdict,) = _verdicts([_of(facts)], books, replace(REGISTER, hold=True), on)
    places = [finding.ref for finding in verdict.findings if told in finding.why and more in finding.why]
    assert [place.cell for place in places] == [cell]


def test_each_certificate_of_a_batch_is_looked_at(books):
    chemistry = certificate("B", *[one for one in clean_leaf() if one["Unit"] in ("%", "mg/kg")], name="a.csv", **LAB)
    microbes = [one for one in clean_leaf() if one["Unit"] not in ("%", "mg/kg")]
    good = certificate("B", *microbes, name="b.csv", **{NAME: "Culture House"})
    unknown = certificate("B", *microbes, name="b.csv", **{NAME: "Nobody"})
    found = [_verdicts([chemistry, other], books, replace(REGISTER, hold=True))[0] for other in (good, unknown)]
    assert [verdict.decision for verdict in found] == ["PASS", "HOLD"]


TOTALS = [("alkaloid", []), ("mitragynine", ["OUTSIDE-SCOPE"]), ("total-alkaloids", [])]


@pytest.mark.parametrize(("scope", "codes"), TOTALS)
def test_a_total_is_in_scope_where_all_it_is_made_of_is(books, scope, codes):
    register = Register((replace(HARBOR, scope=frozenset({scope})),), "f" * 64, hold=True)
    (verdict,) = _verdicts([certificate("B", row("Total alkaloids", "2", "%"), **LAB)], books, register)
    assert [rule for rule in rules(verdict) if rule in CODES] == codes


@pytest.mark.parametrize(("scope", "analyte"), [("arsenic", "arsenic-inorganic"), ("arsenic-inorganic", "arsenic")])
def test_a_part_and_its_whole_are_measured_by_methods_of_their_own(scope, analyte):
    narrow = replace(HARBOR, scope=frozenset({scope}))
    assert [narrow.vouches_for(one) for one in (scope, analyte, "mercury")] == [True, False, False]


def test_a_result_that_nobody_measured_is_in_no_scope(books):
    register = Register((replace(HARBOR, scope=frozenset({"lead"})),), "f" * 64, hold=True)
    rows = [row("Lead", "0.1", "mg/kg"), row("Nickel", "NT", "mg/kg")]
    (verdict,) = _verdicts([certificate("B", *rows, **LAB)], books, register)
    assert verdict.decision == "PASS"


# ---------------------------------------------------------------- M18: less vouched for never releases

FACTS = [facts for facts, _, _ in CASES]
SCOPES = st.frozensets(st.sampled_from(sorted({*HARBOR.scope, "microbe", "physical"})), min_size=1)
DAYS = st.dates(date(2026, 11, 18), date(2026, 12, 4))
ENTRIES = st.builds(
    replace,
    st.sampled_from([HARBOR, CULTURE]),
    also=st.sampled_from([(), ("*",), ("h*",)]),
    scope=SCOPES,
    valid_until=DAYS,
    qualified_until=DAYS,
)
READINGS = [_of(facts, number) for number, facts in enumerate(FACTS)]


def _held(entries: list[Laboratory], on: date) -> list[bool]:
    register = Register(tuple(entries), "f" * 64, hold=True)
    return [bool(register.seen(one, on).hold_reasons) for reading in READINGS for one in reading.certificates]


@given(st.lists(ENTRIES, min_size=1, max_size=3), DAYS, st.data())
def test_removing_a_registration_or_a_scope_entry_never_releases_a_batch(entries, on, data):
    at = data.draw(st.integers(0, len(entries) - 1))
    fewer = [one for index, one in enumerate(entries) if index != at]
    lost = data.draw(st.sampled_from(sorted(entries[at].scope)))
    narrower = [*entries[:at], replace(entries[at], scope=entries[at].scope - {lost}), *entries[at + 1 :]]
    before = _held(entries, on)
    for after in (_held(fewer, on), _held(narrower, on)):
        assert all(later or not earlier for earlier, later in zip(before, after, strict=True))


# ---------------------------------------------------------------- the pass
