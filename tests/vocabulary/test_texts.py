"""The register of texts: what equals an entry, what never does, and what may be an entry at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kratom_qc.domain.errors import RulebookError
from kratom_qc.vocabulary.adverse import objection
from kratom_qc.vocabulary.text_list import load_shipped
from kratom_qc.vocabulary.texts import (
    OwnWords,
    ReadText,
    TextRegister,
    generalised,
    load,
    shipped,
    text_key,
    unread_sentences,
)

OWN = OwnWords("Tidewater Analytical", ("L-1", "T-2026-11"), ("2026-10-06",))
DAY = date(2026, 3, 5)


def register(*texts: str, laboratory: str = "") -> TextRegister:
    return TextRegister(ReadText(text, "harmless", "J. Doe", DAY, laboratory=laboratory) for text in texts)


def is_read(entry: str, said: str, own: OwnWords = OWN) -> bool:
    return register(entry).find(said, own) is not None


@pytest.mark.parametrize(
    ("entry", "said", "equal"),
    [
        ("Report void if reproduced in part", "REPORT VOID if reproduced  in part.", True),
        ("Report void if reproduced in part", "• Report void if reproduced in part", True),
        ('He said "so" – twice', "he said “so” - twice", True),
        ("Results relate to the sample", "Results do not relate to the sample", False),
        ("Results relate to the sample", "Results relate to the sample only", False),
        ("Results relate to the sample", "Results relate to the", False),
        ("Řádek", "Radek", False),
        # placeholders stand for what is certainly of their kind
        ("Printed on {date}", "Printed on 2026-10-06", True), ("Printed on {date}", "Printed on 6. 10. 2026", True),
        ("Printed on {date}", "Printed on 6 October 2026", True), ("Printed on {date}", "Printed on request", False),
        ("Kept for {number} days", "Kept for 90 days", True), ("Kept for {number} days", "Kept for no days", False),
        ("Lot {batch}", "Lot L-1", True), ("Lot {batch}", "Lot L-2", False),
        ("Certificate {batch}", "Certificate T-2026-11", True),
        ("Tested by {laboratory}", "Tested by TIDEWATER Analytical", True), ("Tested by {laboratory}", "Tested by nobody", False),
        ("Approved by {name}", "Approved by Jane Doe", True), ("Approved by {name}", "Approved by Green Labs, LLC", True),
        ("Approved by {name}", "Approved by Rejected Lot", False), ("Approved by {name}", "Approved by no one", False),
        ("Run on {day}", "Run on 2026-10-06", True), ("Run on {day}", "Run on 2026-10-07", False),
        ("See {document}", "See SOP-MB-004", True), ("See {document}", "See L-3", False), ("See {code}", "See L-3", False),
        ("See {document}", "See 4.1MG/KG", False), ("See {document}", "See 4.1", False),
        # braces with bars write out a choice
        ("{approval|consent} of the {|issuing }laboratory", "consent of the laboratory", True),
        ("{approval|consent} of the {|issuing }laboratory", "Approval of the issuing laboratory", True),
        ("{approval|consent} of the {|issuing }laboratory", "denial of the laboratory", False),
        ("in full{, | }without consent", "in full, without consent", True), ("ND {=|:|-} Not Detected", "ND: Not detected", True),
    ],
)  # fmt: skip
def test_what_equals_an_entry(entry: str, said: str, equal: bool) -> None:
    assert is_read(entry, said) is equal


def test_an_entry_of_one_laboratory_counts_on_its_certificates_only() -> None:
    texts = register("Our motto", laboratory="Tidewater Analytical")
    assert texts.find("our motto", OWN) is not None
    assert texts.find("our motto", OwnWords("Quick and Cheap")) is None
    assert texts.find("our motto", OwnWords()) is None


@pytest.mark.parametrize(
    ("said", "unread"),
    [
        ("First. Second.", ()), ("First; second", ()), ("First\nSecond", ()), ("First. Third. Second.", ("Third.",)),
        ("Third. Third.", ("Third.",)), ("Both of them. Are one entry.", ()), ("First | Fourth", ("Fourth",)),
    ],
)  # fmt: skip
def test_a_text_is_read_by_its_sentences(said: str, unread: tuple[str, ...]) -> None:
    texts = register("First", "Second", "Both of them. Are one entry")
    assert unread_sentences(said, lambda part: texts.find(part, OWN) is not None) == unread


# ---------------------------------------------------------------- what is shipped


def test_the_shipped_texts_are_many_in_every_language_and_each_says_why() -> None:
    entries = load_shipped().entries
    assert len(entries) >= 400
    assert {entry.language for entry in entries} >= {"en", "cs", "de", "fr", "es", "pt", "pl", "it", "nl", "id", "th"}
    assert all(entry.because and entry.by and entry.source for entry in entries)
    assert entries == shipped().entries


HONEST = [
    "This report shall not be reproduced, except in full, without the written approval of the laboratory.",
    "THE RESULTS RELATE ONLY TO THE ITEMS TESTED", "*** End of Report ***", "— End of report —",
    "Výsledky se týkají pouze zkoušeného vzorku.", "Hasil uji hanya berlaku untuk contoh yang diuji",
    "Die Prüfergebnisse beziehen sich ausschließlich auf die untersuchten Proben",
    "ผลการทดสอบนี้รับรองเฉพาะตัวอย่างที่ได้รับเท่านั้น", "Results that exceed limits are flagged with an asterisk.",
    "La reproduction de ce rapport d'essai n'est autorisée que sous sa forme intégrale.",
    "Fail - above action level; Pass - at or below action level", "Rejected samples are discarded after 30 days.",
]  # fmt: skip


@pytest.mark.parametrize("said", HONEST)
def test_what_laboratories_print_everywhere_is_read_before(said: str) -> None:
    assert shipped().find(said, OWN) is not None


# ---------------------------------------------------------------- what may be an entry

NAMED = [
    ("Positive for Salmonella.", "it names a result"), ("Lead should read 4.1 mg/kg.", "it names a result"),
    ("Lead: 9.9 mg/kg", "it names a result"), ("Adulterant found: MGM-15", "it names a result"),
    ("Salmonella: zjištěna", "it names a result"), ("Lot L-9 was mixed in", "it names a lot"),
    ("Microbiology of lot L-9", "it names a lot"), ("FAIL", "it speaks against the sample"),
    ("This batch failed.", "it speaks against the sample"), ("Do not distribute.", "it speaks against the sample"),
    ("This certificate has expired.", "it speaks against the sample"), ("Lot = REJECTED", "it speaks against the sample"),
    ("RL = reporting limit. Salmonella confirmed by serology, group C1.", "it names a result"),
    ("E. coli present in 25 g", "it names a result"), ("Salmonella spp. detected", "it names a result"),
    ("S. aureus isolated after enrichment", "it names a result"), ("Listeria sp. potvrzena", "it names a result"),
    ("Metals measured by ICP-MS. E. coli by AOAC 991.14.", ""),
    ("P = Pass, F = Fail", ""), ("No contamination was observed.", ""), ("If a result fails, it is repeated.", ""),
    ("Our motto is care.", ""), ("Quarantine period completed 2026-10-01.", ""), ("Corrected to include the LOQ column.", ""),
]  # fmt: skip


@pytest.mark.parametrize(("said", "why"), NAMED)
def test_a_result_a_verdict_or_a_lot_is_no_entry(said: str, why: str) -> None:
    assert objection(said) == why


def written(folder: Path, text: str) -> Path:
    path = folder / "texts.toml"
    path.write_text(text, encoding="utf-8")
    return path


GOOD = (
    '[[read]]\ntexts = ["Our motto"]\nbecause = "a motto"\nby = "J. Doe"\non = 2026-03-05\nlaboratory = "Tidewater"\n'
)


def test_a_stores_own_register_is_loaded_with_its_hash(tmp_path: Path) -> None:
    own = load(written(tmp_path, GOOD))
    assert [(entry.text, entry.laboratory) for entry in own.entries] == [("Our motto", "Tidewater")]
    assert len(own.sha256) == 64


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (GOOD.replace("Our motto", "This batch failed."), "needs a release decision"),
        (GOOD.replace("Our motto", "Seen on {hour}"), "placeholders are number, date, batch, name, laboratory"),
        (GOOD.replace("Our motto", "{name}"), "says nothing but its placeholders"),
        (GOOD.replace('["Our motto"]', "[]"), "must hold at least 1"), (GOOD + GOOD, "'Our motto' stands twice"),
        (GOOD.replace('because = "a motto"\n', ""), "has no 'because'"), (GOOD.replace("by =", "bye ="), "unknown key 'bye'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(tmp_path: Path, wrong: str, told: str) -> None:
    with pytest.raises(RulebookError, match=r"texts\.toml:\d+") as error:
        load(written(tmp_path, wrong))
    assert told in str(error.value)


def test_a_key_forgets_case_blanks_and_typography_only() -> None:
    assert text_key("“A  b”—C.") == text_key('"a b" - c')
    assert text_key("a, b") != text_key("a b")


@pytest.mark.parametrize(
    ("accepted", "general"),
    [
        ("Use before 2027-03-01", "Use before 2027-03-01"), ("T-2026-11 of 2026-10-06", "{batch} of {day}"),
        ("L-1", "L-1"), ("Form QA-F-12, edition 4", "Form {document}, edition 4"), ("0.38MG/KG and 0.38", "0.38MG/KG and 0.38"),
        ("Lead A-3.8MG/KG", "Lead A-3.8MG/KG"), ("F-FAILED-1", "F-FAILED-1"),
    ],
)  # fmt: skip
def test_what_is_accepted_is_kept_with_placeholders_for_own_days_and_documents(accepted: str, general: str) -> None:
    assert generalised(accepted, OWN) == general
