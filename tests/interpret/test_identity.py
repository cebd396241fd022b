"""Batch and certificate ids: exactly as typed, or told letter by letter what is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.domain.certificate import Certificate, InterpretedCertificate, ResultRow
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.certificate import interpret
from kratom_qc.interpret.identity import troubles, twin_key, twins
from tests.factory.sheets import codes, read_csv

TABLE = [["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"]]

BELIEVED = """
000123
1E5
MAR4
TRUE
3-4
1234567890123456789
L-1/2 (b)
Š-7
лот-7
批号A12
=1+1
LOT–7
Lot Alpha
0830 Red Bali
"""


@pytest.mark.parametrize("said", [*BELIEVED.split("\n")[1:-1], "LOT\u20117", "x" * 200])
@pytest.mark.parametrize("label", ["Batch", "Certificate No."])
def test_an_id_that_a_person_can_retype_is_kept_exactly(label: str, said: str) -> None:
    head = [["Batch", "L-1"]] if label != "Batch" else []
    reading = read_csv([*head, [label, said], [], *TABLE], head=())
    assert codes(reading) == []
    (certificate,) = reading.certificates
    assert (certificate.batch_id if label == "Batch" else certificate.certificate_id) == said


REFUSED = [  # said, what the vendor is told
    ("LOT-\u202e421", "invisible direction mark (RIGHT-TO-LEFT OVERRIDE) at position 5"),
    ("LOT-\u200e421", "invisible direction mark (LEFT-TO-RIGHT MARK) at position 5"),
    ("LOT\u200b-1", "invisible character (ZERO WIDTH SPACE) at position 4"),
    ("\ufeffLOT-1", "invisible character (ZERO WIDTH NO-BREAK SPACE) at position 1"),
    ("LOT\u00ad-1", "invisible character (SOFT HYPHEN) at position 4"),
    ("LOT-1\u3164", "invisible character (HANGUL FILLER) at position 6"),
    ("LOT\ufe0f-1", "invisible character (VARIATION SELECTOR-16) at position 4"),
    ("LOT\ue000-1", "invisible character (U+E000) at position 4"),
    ("L\u041eT-1", "letter at position 2 is 'О' (CYRILLIC CAPITAL LETTER O), among Latin letters"),
    ("\u0391-1 B", "letter at position 1 is 'Α' (GREEK CAPITAL LETTER ALPHA), among Latin letters"),
    ("\u043b\u043et-1", "letter at position 3 is 't' (LATIN SMALL LETTER T), among Cyrillic letters"),
    ("\uff21-1", "'Ａ' at position 1 is no plain letter but FULLWIDTH LATIN CAPITAL LETTER A"),
    ("\ufb01-1", "'ﬁ' at position 1 is no plain letter but LATIN SMALL LIGATURE FI"),
    ("\u212a-1", "at position 1 is no plain letter but KELVIN SIGN"),
    ("１２", "'１' at position 1 is no plain letter but FULLWIDTH DIGIT ONE"),
    ("S\u030c-7", "loose accent (COMBINING CARON) at position 2"),
    ("L1\u0660", "digit at position 3 is '٠' (ARABIC-INDIC DIGIT ZERO)"),
    ("LOT\t1", "control character (U+0009) at position 4"),
    ("LOT\x071", "control character (U+0007) at position 4"),
    ("L-1\nL-2", "line break at position 4"),
    ("x" * 201, "it has 201 characters, and an id has at most 200"),
]


@pytest.mark.parametrize(("said", "told"), REFUSED, ids=ascii)
@pytest.mark.parametrize("fact", ["batch_id", "certificate_id"])
def test_an_id_that_nobody_could_retype_holds(fact: str, said: str, told: str) -> None:
    certificate = _interpreted(**{fact: SourceText(said, CellRef("a.csv", "", "B1"))})
    (held,) = [reason for reason in certificate.hold_reasons if reason.rule_id == "ID-UNCLEAR"]
    assert held.ref == CellRef("a.csv", "", "B1")
    assert told in held.why
    assert "Type it again by hand" in held.why
    assert all(char.isprintable() for char in held.why)


NORMALISED = [  # said under a label of the batch, the batch
    (": KX-77", "KX-77"),
    ("Lot KX-77", "KX-77"),
    ("Lot No.: KX-77", "KX-77"),
    ("#KX-77", "KX-77"),
    ("KX-77 ", "KX-77"),
    ("LOT\u00a07", "7"),
    ("šarže 5", "5"),
    ("ล็อต A1", "A1"),
    ("Lot: Alpha", "Alpha"),
]


@pytest.mark.parametrize(("said", "batch"), NORMALISED)
def test_labels_and_signs_around_a_batch_are_no_part_of_it(said: str, batch: str) -> None:
    (certificate,) = read_csv([["Batch No.", said], [], *TABLE], head=()).certificates
    assert certificate.batch_id == batch
    (in_table,) = read_csv([["Lot", *TABLE[0]], [said, *TABLE[1]]], head=()).certificates
    assert in_table.batch_id == batch


NO_LOT = ["TBD", "-", "none", "None", "unknown", "see label", "N/A", "NA", "NULL", "nan", "pending", "Page 1 of 2", "neuvedeno",
          "brak", "tidak ada", "ไม่ระบุ"]  # fmt: skip


@pytest.mark.parametrize("said", NO_LOT)
def test_a_placeholder_is_no_batch(said: str) -> None:
    assert codes(read_csv([["Batch", said], [], *TABLE], head=())) == ["no-batch-id"]
    certificate = _interpreted(batch_id=SourceText(said, CellRef("a.csv", "", "B1")))
    assert "NO-LOT" in [reason.rule_id for reason in certificate.hold_reasons]


WORDS = [  # an id, the words in it that belong to none
    ("T-1 (VOID)", "VOID"),
    ("T-1 VOID", "VOID"),
    ("T-1-VOID", "VOID"),
    ("KX-77 retest", "retest"),
    ("L-1 replaced by L-2", "replaced"),
    ("REJECTED", "REJECTED"),
    ("1182/LHU/X/2026", ""),
    ("PROTOKOL 123/26", ""),
    ("LS-26-0456 Rev. 01", ""),
    ("RBOR-0830", ""),
    ("0830 Red Bali", ""),
]


@pytest.mark.parametrize(("said", "words"), WORDS)
@pytest.mark.parametrize("fact", ["batch_id", "certificate_id"])
def test_words_in_an_id_hold(fact: str, said: str, words: str) -> None:
    certificate = _interpreted(**{fact: SourceText(said, CellRef("a.csv", "", "B1"))})
    found = [reason.why for reason in certificate.hold_reasons if reason.rule_id == "ID-WORDS"]
    assert len(found) == bool(words)
    assert all(words in why for why in found)


def test_every_trouble_of_an_id_is_told_at_once() -> None:
    assert len(troubles("L\u200bO\u202eT")) == 2


@given(st.text(max_size=60))
def test_no_text_is_too_odd_to_be_looked_at(text: str) -> None:
    for trouble in troubles(text):
        assert trouble.isprintable()
    twin_key(text)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_plain_ascii_is_never_refused(text: str) -> None:
    assert troubles(text) == ()


# ---------------------------------------------------------------- what a spreadsheet may have changed

CHANGED = [  # said, kind, shown, what the vendor is told; nothing where it is believed
    ("7", "number", "007", "the lot is a number 7 displayed 007"),
    ("007", "number", "", "the lot is a number 7 displayed 007"),
    ("240711", "number", "240,711", "the lot is a number 240711 displayed 240,711"),
    ("100000", "number", "1.00E+05", "converted by the spreadsheet"),
    ("1.00E+05", "text", "", "converted by a spreadsheet"),
    ("1.23457E+15", "text", "", "converted by a spreadsheet"),
    ("4-Mar", "text", "", "looks like a date"),
    ("Mar-04", "text", "", "looks like a date"),
    ("2026-03-04 00:00:00", "text", "", "looks like a date"),
    ("240711", "number", "", ""),
    ("0", "number", "", ""),
    ("007", "text", "", ""),
    ("1E5", "text", "", ""),
    ("MAR4", "text", "", ""),
    ("3-4", "text", "", ""),
    ("MAR-04", "text", "", ""),
]


@pytest.mark.parametrize(("said", "kind", "shown", "told"), CHANGED)
def test_an_id_that_a_spreadsheet_may_have_changed_holds(said: str, kind: str, shown: str, told: str) -> None:
    certificate = _interpreted(batch_id=SourceText(said, CellRef("a.xlsx", "Results", "B1"), shown, kind))
    assert certificate.batch_id == said
    found = [hold_reason for hold_reason in certificate.hold_reasons if hold_reason.rule_id == "ID-CHANGED"]
    assert [hold_reason.ref.cell for hold_reason in found] == (["B1"] if told else [])
    assert all(told in hold_reason.why and "as text" in hold_reason.why for hold_reason in found)


@pytest.mark.parametrize(("said", "told"), [("46085", True), ("20260712", False), ("36499", False), ("55153", False)])
def test_a_number_that_may_have_been_a_date_is_remarked(said: str, told: bool) -> None:
    certificate = _interpreted(batch_id=SourceText(said, CellRef("a.xlsx"), "", "number"))
    assert ("id-like-a-date" in [remark.code for remark in certificate.remarks]) is told
    assert not [hold_reason for hold_reason in certificate.hold_reasons if hold_reason.rule_id == "ID-CHANGED"]


# ---------------------------------------------------------------- twins

TWINS = [  # ids judged together, those that are held
    ("lot-1|LOT-1", "lot-1|LOT-1"),
    ("LOT 1|LOT\u00a01", "LOT 1|LOT\u00a01"),
    ("LOT 1|LOT  1", "LOT 1|LOT  1"),
    ("LOT-1|LOT–1", "LOT-1|LOT–1"),
    ("LOT-1|LOT\u20111", "LOT-1|LOT\u20111"),
    ("LOT-1|LOT1|LOT 1|LOT-2", "LOT-1|LOT1|LOT 1"),
    ("1234|12 34", "1234|12 34"),
    ("АВ-1|AB-1", "АВ-1|AB-1"),  # the first in Cyrillic letters
    ("ΗΚ-1|HK-1", "ΗΚ-1|HK-1"),  # the first in Greek letters
    ("1-11|11-1", ""),  # January 11th and November 1st
    ("1-11|1–11|11-1", "1-11|1–11"),
    ("1-11|111|11-1", "1-11|111|11-1"),  # which of the two is 111?
    ("LOT-1|LOT-01", "LOT-1|LOT-01"),
    ("L-01|L-1|L-10", "L-01|L-1"),
    ("L0T-1|LOT-1", "L0T-1|LOT-1"),
    ("L-2O1|L-201", "L-2O1|L-201"),
    ("A-l2|A-12", "A-l2|A-12"),
    ("A-I2|A-12", "A-I2|A-12"),
    ("000123|123", "000123|123"),
    ("L-1|1-1", ""),
    ("LA-201|LB-201", ""),
]


@pytest.mark.parametrize(("ids", "held"), TWINS)
def test_ids_that_a_reader_takes_for_one_are_twins(ids: str, held: str) -> None:
    found = twins(ids.split("|"))
    assert sorted(found) == sorted(filter(None, held.split("|")))
    assert all(one != other and other in found for one, other in found.items())


def test_of_twenty_thousand_ids_only_the_twins_are_named() -> None:
    assert not twins([f"LOT-{number}" for number in range(20_000)])
    blanks = [" " * number + "x" for number in range(1, 150)]
    assert set(twins(blanks)) == set(blanks)


# ---------------------------------------------------------------- helpers


def _certificate(**facts: SourceText) -> Certificate:
    place = CellRef("a.csv", "", "A5")
    known = {"batch_id": SourceText("L-1", place), "form": SourceText("Leaf powder", place), **facts}
    return Certificate(
        "a.csv",
        "0" * 64,
        known,
        (ResultRow(SourceText("Lead", place), SourceText("0.2", place), SourceText("mg/kg", place)),),
    )


def _interpreted(**facts: SourceText) -> InterpretedCertificate:
    (certificate,) = interpret([_certificate(**facts)])
    return certificate
