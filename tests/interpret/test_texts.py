"""Unread text holds its batch: whatever is not plain, not in the register of texts and no repetition of what was read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.domain.account import AccountEntry, Fate, PageText, TextKind
from kratom_qc.domain.certificate import Certificate, InterpretedCertificate, ResultRow
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.certificate import interpret
from kratom_qc.interpret.headings import is_heading, is_legend
from kratom_qc.interpret.plain import plain_shape, shape_alone
from kratom_qc.interpret.texts import account_of, read_again
from kratom_qc.vocabulary.texts import OwnWords, ReadText, TextRegister, shipped

FILE = "certificate.xlsx"


def word(text: str, cell: str, kind: str = "text") -> SourceText:
    return SourceText(text, CellRef(FILE, "Results", cell), kind=kind)


FACTS = {
    "batch_id": word("L-2026-7", "B1"),
    "certificate_id": word("T-77", "B2"),
    "laboratory": word("Tidewater Analytical", "B3"),
    "product_name": word("Green Hulu", "B4"),
    "form": word("Leaf powder", "B5"),
    "tested_on": word("2026-03-04", "B6"),
}
ROWS = (
    ResultRow(
        word("Lead", "A9"), word("0.3", "B9"), word("mg/kg", "C9"), loq=word("0.01", "D9"), method=word("ICP-MS", "E9")
    ),
    ResultRow(word("Mitragynine", "A10"), word("14.2", "B10"), word("mg/g", "C10"), section=word("Alkaloids", "A8")),
)


def certificate(*texts: PageText, rows: tuple[ResultRow, ...] = ROWS, **facts: SourceText) -> InterpretedCertificate:
    (found,) = interpret((Certificate(FILE, "0" * 64, {**FACTS, **facts}, rows, texts=texts),))
    return found


def text(said: str, kind: TextKind = TextKind.CELL, cell: str = "A20", **context: str) -> PageText:
    return PageText(word(said, cell), kind, **context)


def fate(said: PageText) -> Fate:
    (entry,) = [entry for entry in certificate(said).texts if entry.source.ref.cell == said.source.ref.cell]
    return entry.fate


def held(found: InterpretedCertificate) -> list[str]:
    return [reason.why for reason in found.hold_reasons if reason.rule_id == "TEXT-UNREAD"]


@pytest.mark.parametrize(
    ("said", "fate_of_it"),
    [
        # read before, as a whole or sentence by sentence
        ("Report void if reproduced in part.", Fate.READ_BEFORE),
        ("Results relate only to the items tested. This report shall not be reproduced except in full.", Fate.READ_BEFORE),
        ("Results relate only to the items tested. Do not distribute.", Fate.UNREAD),
        # said already
        ("Lot L-2026-7", Fate.UNDERSTOOD), ("L-2026-7", Fate.UNDERSTOOD), ("Lot L-9", Fate.UNREAD),
        ("Certificate No. T-77", Fate.UNDERSTOOD), ("Tidewater Analytical", Fate.PLAIN), ("Green Hulu", Fate.UNDERSTOOD),
        ("Lead: 0.3 mg/kg", Fate.UNDERSTOOD), ("Lead 300 ppb", Fate.UNDERSTOOD), ("Lead 0.4 mg/kg", Fate.UNREAD),
        ("Mitragynine 14.2 mg/g", Fate.UNDERSTOOD), ("Mitragynine 14.2 mg/kg", Fate.UNREAD), ("Lead detected", Fate.UNREAD),
        ("Reporting limit for lead 0.01 ppm", Fate.UNDERSTOOD), ("Reporting limit for lead 0.1 ppm", Fate.UNREAD),
        # headings
        ("Heavy Metals by ICP-MS", Fate.UNDERSTOOD), ("Analyte", Fate.UNDERSTOOD), ("Pass", Fate.UNDERSTOOD),
        ("Fail", Fate.UNREAD),
        ("Certificate of Analysis - L-2026-7", Fate.READ_BEFORE), ("Certificate of Analysis - VOID", Fate.UNREAD),
        # plain
        ("Page 1 of 2", Fate.PLAIN), ("12 Main Street, Austin, TX 78701 | www.example.org", Fate.PLAIN),
        ("Jane Doe, Laboratory Director", Fate.PLAIN), ("Jane Doe rejected it", Fate.UNREAD), ("", Fate.PLAIN),
    ],
)  # fmt: skip
def test_what_becomes_of_a_text(said: str, fate_of_it: Fate) -> None:
    assert fate(text(said)) is fate_of_it


@pytest.mark.parametrize(
    ("said", "fate_of_it"),
    [
        (text("Salmonella", TextKind.COMMENT), Fate.UNREAD), (text("Salmonella", TextKind.CHART_TITLE), Fate.UNDERSTOOD),
        (text("Sheet1", TextKind.SHEET_NAME), Fate.UNDERSTOOD), (text("Sheet1"), Fate.UNREAD),
        (text("a picture covers B3:D9", TextKind.PICTURE), Fate.UNREAD),
        (text("JD", label="Analyst"), Fate.PLAIN), (text("JD"), Fate.UNREAD), (text("Fail", label="Analyst"), Fate.UNREAD),
        (text("10", column="Dilution", row_of="Lead"), Fate.PLAIN), (text("10", column="Result B", row_of="Lead"), Fate.UNREAD),
        (text("Pass", column="Remark", row_of="Lead"), Fate.UNREAD), (text("2019-03-04", row_of="Lead"), Fate.UNDERSTOOD),
        (text("2019-03-04"), Fate.UNREAD),
        (PageText(word("=B9*10", "A20", kind="formula")), Fate.UNREAD),
    ],
)  # fmt: skip
def test_where_a_text_stands_tells_what_it_may_be(said: PageText, fate_of_it: Fate) -> None:
    assert fate(said) is fate_of_it


def test_a_column_that_counts_its_rows_is_plain_and_any_other_column_of_numbers_is_not() -> None:
    counted = [text(str(number), cell=f"F{number + 8}", column="Pořadí", row_of="x") for number in (1, 2, 3)]
    assert {entry.fate for entry in certificate(*counted).texts if entry.source.ref.cell.startswith("F")} == {
        Fate.PLAIN
    }
    others = [text(said, cell=f"F{at}", column="Hodnota B", row_of="x") for at, said in enumerate(("1", "3", "2"), 9)]
    assert {entry.fate for entry in certificate(*others).texts if entry.source.ref.cell.startswith("F")} == {
        Fate.UNREAD
    }


@pytest.mark.parametrize(
    "place",
    [
        {
            "rows": (
                ResultRow(word("Lead", "A9"), word("0.3", "B9"), word("mg/kg", "C9"), method=word("see note", "E9")),
            )
        },
        {
            "rows": (
                ResultRow(
                    word("Lead", "A9"), word("0.3", "B9"), word("mg/kg", "C9"), section=word("Metals - FAIL", "A8")
                ),
            )
        },
        {"laboratory": word("Tidewater (this batch failed)", "B3")},
        {"accreditation": word("17025, expired", "B7")},
    ],
)
def test_words_that_are_used_as_they_stand_are_read_too(place: dict[str, object]) -> None:
    assert held(certificate(**place)) != []  # type: ignore[arg-type]
    assert held(certificate()) == []


def test_the_finding_lists_every_text_once_with_its_cells() -> None:
    found = certificate(text("Do not ship.", cell="A20"), text("Do not ship.", cell="A21"), text("See B", cell="A22"))
    assert held(found) == [
        "2 texts that nobody has read: 'Do not ship.' at Results!A20 and 1 more cells; 'See B' at Results!A22"
    ]
    assert held(certificate(text("See B"))) == ["a text that nobody has read: 'See B' at Results!A20"]


# ---------------------------------------------------------------- the store's own register


def entry(said: str, laboratory: str = "") -> ReadText:
    return ReadText(said, "boilerplate", "J. Doe", date(2026, 3, 5), laboratory=laboratory)


def test_where_very_many_texts_are_unread_no_other_is_looked_at_and_all_of_them_hold() -> None:
    unread = [text(f"Pallet {at} was seen by nobody.", cell=f"A{at + 20}") for at in range(1000)]
    found = certificate(text("Page 1 of 2", cell="A11"), *unread, text("Page 2 of 2", cell="A2000"))
    fates = {entry.source.ref.cell: entry.fate for entry in found.texts}
    assert (fates["A11"], fates["A20"], fates["A1019"], fates["A2000"]) == (Fate.PLAIN, *[Fate.UNREAD] * 3)
    assert "1001 texts that nobody has read" in held(found)[0]


@pytest.mark.parametrize(
    ("entries", "left"),
    [
        ([entry("our motto")], []), ([entry("our motto", "Tidewater Analytical")], []),
        ([entry("our motto", "Quick and Cheap")], ["Our motto."]), ([], ["Our motto."]), ([entry("another")], ["Our motto."]),
    ],
)  # fmt: skip
def test_what_a_store_has_read_holds_no_more(entries: list[ReadText], left: list[str]) -> None:
    found = read_again(certificate(text("Report void if reproduced in part. Our motto.")), TextRegister(entries))
    assert [part for one in found.texts for part in one.unread] == left
    assert bool(held(found)) is bool(left)
    assert len(found.hold_reasons) == len(certificate().hold_reasons) + bool(left)


def test_a_short_word_is_read_with_its_label_only() -> None:
    found = certificate(text("A", column="Confidence Class", row_of="Lead"))
    assert held(read_again(found, TextRegister([entry("A")]))) != []
    assert held(read_again(found, TextRegister([entry("Confidence Class: A")]))) == []


def test_a_place_of_several_fates_has_the_least_certain_one() -> None:
    claimed = AccountEntry(word("Metals - FAIL", "A8"), Fate.UNDERSTOOD, "heading")
    found = certificate(PageText(word("Metals - FAIL", "A8")))
    assert [
        (one.source.ref.cell, one.fate) for one in account_of([claimed], [found]) if one.source.ref.cell == "A8"
    ] == [("A8", Fate.UNREAD)]


# ---------------------------------------------------------------- the property

_SAID = (
    "this batch lot sample lead salmonella result is was not no above limit please see failed rejected do release ship until "
    "retest found positive wrong 9.9 mg/kg L-9 because of and the laboratory page report analyst method void draft hold"
)
_WORDS = st.sampled_from(_SAID.split())


@given(st.lists(_WORDS, min_size=1, max_size=9).map(" ".join))
def test_any_sentence_that_is_neither_plain_nor_read_before_holds(said: str) -> None:
    own = OwnWords("Tidewater Analytical", ("L-2026-7", "T-77"))
    known = plain_shape(said) or shape_alone(said) or is_heading(said) or is_legend(said) or shipped().find(said, own)
    repeated = fate(text(said)) is Fate.UNDERSTOOD
    assert known or repeated or held(certificate(text(said))) != []
    if "failed" in said or "rejected" in said or "positive" in said:
        assert held(certificate(text(said))) != [], said
