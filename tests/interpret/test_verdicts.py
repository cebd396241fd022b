"""Verdicts in a row, described tests and qualifiers are closed vocabularies: what is not known good holds."""

from __future__ import annotations

import pytest

from kratom_qc.vocabulary.described import good_answers
from tests.factory.sheets import Rows, held, read_csv, read_line, results

FAIL, UNREAD, UNSURE = "LABORATORY-SAID-FAIL", "VERDICT-UNREAD", "LABORATORY-UNSURE"
PRELIMINARY = "CERTIFICATE-PRELIMINARY"


def doubts(rows: Rows) -> list[str]:
    return [rule for rule in held(read_csv(rows)) if rule not in ("UNDATED", "IMPLAUSIBLE-VALUE")]


GOOD = [
    "Pass", "P", "pass.", "✔", "✓ ", "Complies", "Meets specification", "Tested", "Final", "N/A", "Report only", "bestanden",
    "entspricht", "conforme", "cumple", "zgodny", "voldoet", "memenuhi syarat", "ผ่าน", "vyhovuje", "V",
]  # fmt: skip
NOT_GOOD = {
    "F": FAIL, "Fail": FAIL, "❌": FAIL, "✗": FAIL, "Reject": FAIL, "Above": FAIL, "Not pass": FAIL, "N": FAIL,
    "exceeds limit": FAIL, "nicht bestanden": FAIL, "non conforme": FAIL, "no cumple": FAIL, "nie spełnia": FAIL,
    "voldoet niet": FAIL, "não atende": FAIL, "tidak memenuhi syarat": FAIL, "ไม่ผ่าน": FAIL, "nevyhovuje": FAIL,
    "Preliminary": PRELIMINARY, "Retest": PRELIMINARY, "vorläufig": PRELIMINARY, "Inconclusive": UNSURE,
    "Borderline": UNSURE, "X": UNREAD, "FALSE": UNREAD, "TRUE": UNREAD, "Detected": UNREAD, "TNTC": UNREAD,
    "Pending": UNREAD, "NT": UNREAD, "ND": UNREAD, "Pass*": UNREAD, "Pass with reservations": UNREAD, "No": UNREAD,
    "?": UNREAD, "see note": UNREAD, "0": UNREAD, "Positive": UNREAD,
}  # fmt: skip


@pytest.mark.parametrize("word", GOOD)
def test_a_verdict_that_is_known_good_holds_nothing(word: str) -> None:
    assert doubts([["Analyte", "Result", "Unit", "Pass/Fail"], ["Lead", "0.2", "mg/kg", word]]) == []


@pytest.mark.parametrize("word", NOT_GOOD)
def test_a_verdict_that_is_not_known_good_holds_at_its_cell(word: str) -> None:
    reading = read_csv([["Analyte", "Result", "Unit", "Pass/Fail"], ["Lead", "0.2", "mg/kg", word]])
    (reason,) = [reason for reason in reading.certificates[0].hold_reasons if reason.rule_id != "UNDATED"]
    assert (reason.rule_id, str(reason.ref), reason.analyte) == (NOT_GOOD[word], "D5", "lead")
    assert f"'{word.strip()}'" in reason.why


HEADER = ["Analyte", "Result", "Unit", "Limit", "Pass/Fail"]
DASHES: dict[str, tuple[Rows, list[str]]] = {
    "where others have a verdict": ([["Lead", "0.2", "mg/kg", "1", "Pass"], ["Arsenic", "0.1", "mg/kg", "1", "-"]], [UNREAD]),
    "where nobody has one": ([["Lead", "0.2", "mg/kg", "1", "-"], ["Arsenic", "0.1", "mg/kg", "1", "–"]], []),
    "where there is no limit": ([["Lead", "0.2", "mg/kg", "1", "Pass"], ["Zinc", "10", "mg/kg", "-", "-"]], []),
    "beside nothing measured": ([["Lead", "0.2", "mg/kg", "1", "Pass"], ["Arsenic", "NT", "", "1", "NT"]], []),
}  # fmt: skip


@pytest.mark.parametrize("story", DASHES)
def test_a_dash_is_no_verdict(story: str) -> None:
    rows, expected = DASHES[story]
    assert doubts([HEADER, *rows]) == expected, story


DESCRIBED = [  # test, answer, whether it is known good
    ("Identity", "Conforms", True),
    ("Identity", "Positive for Mitragyna speciosa", True),
    ("Identity", "Confirmed by HPTLC", True),
    ("Identity", "FAILED – species not confirmed", False),
    ("Identity", "Mitragyna hirsuta", False),
    ("Identity", "not confirmed", False),
    ("Appearance", "Fine green powder", True),
    ("Appearance", "Zelený prášek", True),
    ("Appearance", "Grünes Pulver", True),
    ("Appearance", "serbuk halus hijau", True),
    ("Appearance", "ผงสีเขียว", True),
    ("Appearance", "Green powder with insects", False),
    ("Appearance", "damp green powder", False),
    ("Odor", "Characteristic, herbal", True),
    ("Odor", "off-odor", False),
    ("Odor", "musty", False),
    ("Organoleptic", "Fine green powder, bitter taste", True),
    ("Visible foreign matter", "None", True),
    ("Visible foreign matter", "Free of foreign matter", True),
    ("Visible foreign matter", "Rodent droppings present", False),
    ("Mesh", "98 % through 80 mesh", True),
    ("Mesh", "lumps", False),
    ("Irradiation", "Not irradiated", True),
    ("Irradiation", "Irradiated", False),
]


@pytest.mark.parametrize(("test", "answer", "good"), DESCRIBED)
def test_a_described_test_passes_by_a_known_good_answer_only(test: str, answer: str, good: bool) -> None:
    reading = read_line(test, answer)
    (found,) = results(reading)
    assert (found.text, found.flags) == (answer, () if good else ("unclear",))
    assert ("DESCRIBED-UNREAD" in held(reading)) is not good


def test_no_good_answer_is_made_of_a_negation() -> None:
    """`Not`, `without` or `no` before a good word would say the opposite."""
    denials = {
        "no",
        "not",
        "non",
        "none",
        "without",
        "never",
        "nicht",
        "kein",
        "bez",
        "sin",
        "nie",
        "niet",
        "tidak",
        "out",
        "off",
    }
    for test, good in good_answers().items():
        assert not denials & good.words, test


QUALIFIED = [  # qualifier, result, what is believed, causes to hold
    ("*", "0.41", "unread", ["UNKNOWN-QUALIFIER"]),
    ("Q", "0.41", "unread", ["UNKNOWN-QUALIFIER"]),
    ("R", "0.41", "unread", ["QUALIFIER-UNCLEAR"]),
    ("H", "0.41", "held-too-long", ["QUALIFIER-UNCLEAR"]),
    ("E", "0.41", "estimated-or-over-range", ["QUALIFIER-UNCLEAR"]),
    ("J", "0.41", "estimated", []),
    ("J B", "0.41", "also-in-blank", ["QUALIFIER-UNCLEAR"]),
    ("B;J", "0.41", "also-in-blank", ["QUALIFIER-UNCLEAR"]),
    ("UJ", "0.41", "estimated", []),
    ("J Q", "0.41", "unread", ["UNKNOWN-QUALIFIER"]),
]


@pytest.mark.parametrize(("letters", "said", "flag", "expected"), QUALIFIED)
def test_letters_beside_a_value_mean_what_their_list_says_or_hold(
    letters: str, said: str, flag: str, expected: list[str]
) -> None:
    reading = read_line("Lead", said, "mg/kg", Qualifier=letters)
    assert flag in results(reading)[0].flags
    assert [rule for rule in held(reading) if rule != "UNDATED"] == expected
