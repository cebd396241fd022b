"""What a person sees on a sheet is never dropped in silence: words that nobody has read hold the batch, wherever they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from kratom_qc.app.reading import Reading, read_content
from kratom_qc.domain.account import Fate, TextKind
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.verdict import Decision
from kratom_qc.intake.layout.certificates import certificates
from kratom_qc.intake.preflight import kind_of
from kratom_qc.intake.sheets import SheetText, cell_name
from kratom_qc.intake.workbook import workbook_of
from kratom_qc.interpret.certificate import interpret
from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.interpret.texts import read_again
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.settings import ROOT, Caps
from kratom_qc.vocabulary.texts import ReadText, TextRegister
from tests.factory import CLEAN_LEAF, REAL, judged
from tests.factory.sheets import Rows, csv_bytes, read_csv, read_xlsx
from tests.intake.test_shapes import FORM_ENGLISH, LONG, QUALIFIERS, WIDE_UNITS
from tests.intake.test_shapes_blocks import square

BOOKS = load_rulebooks(REAL)
HEADER = ["Analyte", "Result", "Unit", "Method", "Notes"]
LEAF: Rows = [
    ["Batch", "L-1"], ["Form", "Leaf powder"], ["Date Tested", "2026-03-04"], [], HEADER,
    *([analyte, said, unit, "", ""] for analyte, (said, unit) in CLEAN_LEAF.items()),
]  # fmt: skip

DECISIVE = [
    "FAIL", "FAILED - do not release",
    "Sample was contaminated.", "Results not valid", "Out of specification", "Batch rejected",
    "Lead exceeds the limit", "The sample does not meet the requirements.", "Superseded", "DRAFT", "VOID", "Nevyhovuje",
    "nicht bestanden",
    "No cumple", "Lead: 9.9 mg/kg", "Pb 9.9", "Lead 9,9 mg/kg", "Salmonella: Present in 25 g",
    "Salmonella detected", "Retest: 9.9 mg/kg", "Lead result corrected to 9.9 mg/kg", "9.9 mg/kg", "> 9.9", "<",
    "Present in 25 g",
    "All results x1000", "Results must be multiplied by 10", "Values in ng/kg", "Dry weight basis", "Lot L-9",
    "Sample received damaged, results may be invalid", "Conclusion: the sample does not conform",
]  # fmt: skip

# Plain, in the register of texts, or said in the table already: nobody needs to read them again.
READ = [
    "Results relate only to the sample tested.", "Page 1 of 1",
    "ISO/IEC 17025 accredited, certificate 1234.01", "12 Main Street, Springfield, IL 62701", "+1 555 123 4567",
    "ND = Not detected; LOQ = Limit of quantitation", "V: vyhovuje, N: nevyhovuje",
    "OOS = out of specification", "TNTC = too numerous to count", "P = Pass, F = Fail",
    "Protokol nesmí být bez písemného souhlasu laboratoře reprodukován jinak než celý.",
]  # fmt: skip
# Honest too, and nobody has read them yet: each holds until somebody has.
HONEST = [
    "No contamination detected.", "Pass/Fail based on USP <2023> limits",
    "This certificate is not valid without signature and stamp.",
    "Any sample that failed is retested before reporting.", "Microbial contamination", "see annex",
]  # fmt: skip


def placed(rows: Rows, text: str) -> Iterator[tuple[str, Rows]]:
    """The text in a row of its own anywhere, in a second column too, and in every blank cell of the sheet."""
    width = max(map(len, rows))
    for at in range(len(rows) + 1):
        for column in (0, width - 1):
            yield cell_name(at + 1, column + 1), [*rows[:at], ["" for _ in range(column)] + [text], *rows[at:]]
    for at, row in enumerate(rows):
        full = [*row, *[""] * (width + 1 - len(row))]
        for column in (column for column, said in enumerate(full) if said == ""):
            new = [text if number == column else said for number, said in enumerate(full)]
            yield cell_name(at + 1, column + 1), [*rows[:at], new, *rows[at + 1 :]]


def is_heard(reading: Reading) -> bool:
    """Whether the file was refused, or some batch of it is held."""
    return bool(reading.refusals) or any(certificate.hold_reasons for certificate in reading.certificates)


@pytest.mark.parametrize("shape", [FORM_ENGLISH, LONG, WIDE_UNITS, QUALIFIERS], ids=range(4))
@pytest.mark.parametrize("text", ["FAIL", "Sample was contaminated."])
def test_nothing_decisive_is_dropped_wherever_it_stands(shape: Rows, text: str) -> None:
    silent = [cell for cell, rows in placed(shape, text) if not is_heard(read_csv(square(rows), head=()))]
    assert silent == []


def leaf(batch_id: str) -> Rows:
    """A clean leaf of its own batch, so that many can be judged in one run."""
    return [["Batch", batch_id], *LEAF[1:]]


NOTED: dict[str, Callable[[Rows, str], Rows]] = {
    "below": lambda rows, text: [*rows, [], [text]],
    "above": lambda rows, text: [[text], [], *rows],
    "beside": lambda rows, text: [*rows[:-1], [*rows[-1][:-1], text]],
}


def test_every_decisive_note_holds_a_batch_that_passes() -> None:
    readings: dict[tuple[str, str], tuple[str, Reading]] = {}
    for number, (text, place) in enumerate(product(DECISIVE, NOTED), start=100):
        rows = NOTED[place](leaf(f"L-{number}"), text)
        readings[text, place] = f"L-{number}", read_csv(square(rows), head=())
    accepted = {note: one for note, one in readings.items() if not one[1].refusals}
    papers = [read_csv(square(leaf("clean")), head=()), *(reading for _, reading in accepted.values())]
    verdicts = judged(papers, BOOKS, markets=["us"], beside=CrossCertificateChecks())
    assert verdicts["clean"].decision is Decision.PASS
    passed = {batch_id for batch_id, verdict in verdicts.items() if verdict.decision is Decision.PASS}
    assert [note for note, (_, reading) in accepted.items() if passed & {*reading.batch_ids}] == []


def test_a_sentence_in_the_place_of_a_name_holds_a_batch_that_passes() -> None:
    labels = ["Approved by", "Analyst", "Signed", "Reviewed by", "Authorised by", "Technical Director"]
    sentences = [
        "Jane Doe",
        "Release Withheld",
        "Nicht Freigegeben",
        "Pozastaveno Uvolnění",
        "Noch Offen",
        "Ditolak Semua",
        "Chumbo Elevado",
    ]
    papers, said_of = [], {}
    for number, (label, said) in enumerate(product(labels, sentences), start=100):
        for place, line in (("A", [label, said]), ("B", [f"{label}: {said}"]), ("C", [said])):
            below = [[label]] if place == "C" else []  # a line for a signature
            papers.append(read_csv(square([*leaf(f"L-{number}{place}"), [], line, *below]), head=()))
            said_of[f"L-{number}{place}"] = said
    verdicts = judged(papers, BOOKS, markets=["us"], beside=CrossCertificateChecks())
    passed = {said_of[batch_id] for batch_id, verdict in verdicts.items() if verdict.decision is Decision.PASS}
    assert (len(verdicts), passed) == (len(papers), {"Jane Doe"})


@pytest.mark.parametrize(
    ("name", "below"),
    [("Jane Doe", "Technical Director"), ("JD", "Analyst"), ("นาย สมชาย ใจดี", "ผู้อนุมัติ"), ("นางสาวสมศรี ใจดี", "ผู้อนุมัติ")],
)
def test_a_name_over_a_line_for_a_signature_is_a_name(name: str, below: str) -> None:
    assert held_by(read_csv(square([*LEAF, [], [name], [below]]), head=())) == []


@pytest.mark.parametrize("text", READ)
def test_what_is_plain_or_read_before_holds_nothing(text: str) -> None:
    assert "TEXT-UNREAD" not in held_by(read_csv(square([*LEAF, [], [text]]), head=()))


@pytest.mark.parametrize("text", HONEST)
def test_honest_prose_holds_until_somebody_has_read_it(text: str) -> None:
    reading = read_csv(square([*LEAF, [], [text]]), head=())
    assert ("TEXT-UNREAD", "A20") in [(reason.rule_id, reason.ref.cell) for reason in hold_reasons(reading)]
    entries = [ReadText(text, "read", "J. Doe", date(2026, 3, 5))]
    (certificate,) = reading.certificates
    again = read_again(certificate, TextRegister(entries))
    assert "TEXT-UNREAD" not in [reason.rule_id for reason in again.hold_reasons]


def held_by(reading: Reading) -> list[str]:
    return [reason.rule_id for reason in hold_reasons(reading)]


def hold_reasons(reading: Reading) -> list[HoldReason]:
    """Every doubt of a file."""
    return [hold_reason for certificate in reading.certificates for hold_reason in certificate.hold_reasons]


PLACES: list[tuple[str, Rows, str]] = [
    ("a label and its value", [*LEAF, [], ["Comments:", "Sample was contaminated"]], "B20"),
    ("a column of overall verdicts", [*LEAF[:4], [*HEADER, "Remark"], [*LEAF[5], "Pass"], [*LEAF[6], "Fail"]], "F7"),
    ("a column of methods", [*LEAF[:5], [*LEAF[5][:3], "result failed", ""], *LEAF[6:]], "D6"),
    ("a heading", [*LEAF[:9], ["Heavy metals - FAIL"], *LEAF[9:]], "A10"),
    ("a factor", [["Multiplier", "1000"], [], *LEAF], "B1"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rows", "cell"), PLACES, ids=[one[0] for one in PLACES])
def test_a_text_holds_at_its_cell(what: str, rows: Rows, cell: str) -> None:
    reading = read_csv(square(rows), head=())
    assert not reading.refusals
    unread = [entry.source.ref.cell for entry in reading.certificates[0].texts if entry.fate is Fate.UNREAD]
    assert cell in unread, what
    assert "TEXT-UNREAD" in held_by(reading)


def test_a_text_beside_one_batch_holds_that_batch() -> None:
    rows = [
        ["Lot", "Form", "Date Tested", *HEADER],
        ["L-1", "Leaf", "2026-03-04", "Lead", "0.1", "ppm", "", ""],
        ["L-2", "Leaf", "2026-03-04", "Lead", "0.1", "ppm", "", "FAIL"],
    ]
    held = [
        (one.batch_id, [hold_reason.rule_id for hold_reason in one.hold_reasons])
        for one in read_csv(rows, head=()).certificates
    ]
    assert held == [("L-1", []), ("L-2", ["TEXT-UNREAD"])]


@pytest.mark.parametrize(
    ("text", "cell", "kind"),
    [
        (SheetText(TextKind.COMMENT, "Do not release.", "B7"), "comment of B7", TextKind.COMMENT),
        (SheetText(TextKind.TEXT_BOX, "VOID", "C3"), "text box of C3", TextKind.TEXT_BOX),
        (SheetText(TextKind.PAGE_HEADER, "DRAFT"), "page header", TextKind.PAGE_HEADER),
        (SheetText(TextKind.PAGE_FOOTER, "rejected"), "page footer", TextKind.PAGE_FOOTER),
        (SheetText(TextKind.CHART_TITLE, "Lead 9.9 mg/kg"), "chart title", TextKind.CHART_TITLE),
    ],
)
def test_texts_beside_the_cells_are_handed_on_with_their_place(text: SheetText, cell: str, kind: TextKind) -> None:
    book = workbook_of("text", "certificate.csv", csv_bytes(square(LEAF)), Caps())
    sheet = replace(book.sheets[0], texts=(text,))
    (certificate,) = certificates(replace(book, sheets=(sheet,))).certificates
    assert [(one.source.ref.cell, one.kind) for one in certificate.texts if one.source.text == text.text] == [
        (cell, kind)
    ]
    (interpreted,) = interpret((certificate,))
    assert [reason.ref.cell for reason in interpreted.hold_reasons if reason.rule_id == "TEXT-UNREAD"] == [cell]


def test_a_sheet_that_is_not_used_is_read_for_its_words() -> None:
    reading = read_xlsx({"Results": LEAF, "Cover": [["The batch was rejected."]]})
    assert [(hold_reason.rule_id, hold_reason.ref.sheet) for hold_reason in hold_reasons(reading)] == [
        ("TEXT-UNREAD", "Cover")
    ]


@pytest.mark.parametrize(
    ("name", "held"), [("Results", False), ("Sheet1", False), ("Heavy Metals", False), ("VOID", True)]
)
def test_a_sheets_name_is_a_text(name: str, held: bool) -> None:
    assert ("TEXT-UNREAD" in held_by(read_xlsx({name: LEAF}))) is held


def test_a_text_that_repeats_a_result_says_nothing_new() -> None:
    assert hold_reasons(read_csv(square([*LEAF, [], ["Lead: 0.30 mg/kg"]]), head=())) == []


SHAPES = [LEAF, *map(square, (FORM_ENGLISH, LONG, WIDE_UNITS, QUALIFIERS))]


@pytest.mark.parametrize("shape", SHAPES, ids=range(5))
def test_every_cell_has_one_fate(shape: Rows) -> None:
    rows = [*shape, [], ["Do not distribute."], ["Page 1 of 2"]]
    reading = read_content("certificate.csv", csv_bytes(rows), account=True)
    cells = {cell_name(at, column) for at, row in enumerate(rows, 1) for column, said in enumerate(row, 1) if said}
    assert sorted(entry.source.ref.cell for entry in reading.account) == sorted(cells)


SAMPLES = sorted((ROOT / "sample_reports" / "certificates").glob("*.*"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem[:12])
def test_the_fates_of_a_sample_add_up_to_its_cells(path: Path) -> None:
    raw = path.read_bytes()
    reading = read_content(path.name, raw, account=True)
    book = workbook_of(kind_of(path.name, raw, Caps()), path.name, raw, Caps())
    cells = {
        (sheet.name, cell_name(row, column))
        for sheet in book.sheets
        for row, cells in sheet.rows.items()
        for column, cell in cells.items()
        if cell.text.strip()
    }
    places = [(entry.source.ref.sheet, entry.source.ref.cell) for entry in reading.account]
    assert len(places) == len(set(places))
    assert not reading.certificates or cells <= set(places)
