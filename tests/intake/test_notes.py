"""What a person sees on a sheet is never dropped in silence: words that may change the results hold the batch, wherever they
stand. Honest prose holds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import pytest

from kratom_qc.app.reading import Reading
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.verdict import Decision
from kratom_qc.intake.sheets import cell_name
from kratom_qc.interpret.compare import CrossCertificateChecks
from kratom_qc.rulebooks.load import load_rulebooks
from tests.factory import CLEAN_LEAF, REAL, judged
from tests.helpers_sheets import Rows, canonical, read_csv, read_xlsx
from tests.intake.test_shapes import BATCH, FORM_ENGLISH, LONG, QUALIFIERS, WIDE_UNITS
from tests.intake.test_shapes_blocks import square

BOOKS = load_rulebooks(REAL)
HEADER = ["Analyte", "Result", "Unit", "Method", "Notes"]
LEAF: Rows = [
    ["Batch", "L-1"], ["Form", "Leaf powder"], [], HEADER,
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

HARMLESS = [
    "Results relate only to the sample tested.", "Page 1 of 1", "2", "a", "OK", "JD", "2026-03-04", "Dilution 10x",
    "Average of 2",
    "ISO/IEC 17025 accredited, certificate 1234.01", "12 Main Street, Springfield, IL 62701", "+1 555 123 4567",
    "ND = Not detected; LOQ = Limit of quantitation", "P = Pass, F = Fail", "V: vyhovuje, N: nevyhovuje",
    "Pass/Fail based on USP <2023> limits", "OOS = out of specification", "TNTC = too numerous to count",
    "The expanded uncertainty is the standard uncertainty multiplied by a coverage factor k=2",
    "This certificate is not valid without signature and stamp.", "The certificate is void if altered.",
    "Results are valid only for the sample as received.", "Temperature 21.5 °C", "Store below 25 °C, in a dry place",
    "The sample complies with the specification.", "USP <61>, <62>", "Lead: NMT 0.5 mg/kg", "Lead limit 0.5 mg/kg",
    "No contamination detected.", "Salmonella not detected in 25 g", "Microbial contamination", "Not for human consumption",
    "Form QF-12 rev. 3", "Sample size 25 g", "Recovery 98 %", "Any sample that failed is retested before reporting.",
    "Values above the limit of quantitation are reported", "Decision rule: a result fails if it exceeds the limit.",
    "Protokol nesmí být bez písemného souhlasu laboratoře reprodukován jinak než celý.",
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
    assert [note for note, (_, reading) in readings.items() if not is_heard(reading)] == []

    accepted = {note: one for note, one in readings.items() if not one[1].refusals}
    papers = [read_csv(square(leaf("clean")), head=()), *(reading for _, reading in accepted.values())]
    verdicts = judged(papers, BOOKS, markets=["us"], beside=CrossCertificateChecks())
    assert verdicts["clean"].decision is Decision.PASS
    assert [note for note, (batch_id, _) in accepted.items() if verdicts[batch_id].decision is Decision.PASS] == []


@pytest.mark.parametrize("text", HARMLESS)
def test_honest_prose_holds_nothing(text: str) -> None:
    for rows in ([*LONG, [], [text]], [[text], [], *LONG], [LONG[0], [*LONG[1][:-1], text], *LONG[2:]]):
        reading = read_csv(square(rows), head=())
        assert canonical(reading) == BATCH
        assert hold_reasons(reading) == []


def hold_reasons(reading: Reading) -> list[HoldReason]:
    """Every doubt of a file."""
    return [hold_reason for certificate in reading.certificates for hold_reason in certificate.hold_reasons]


PLACES: list[tuple[str, Rows, str]] = [
    ("a label and its value", [*LEAF, [], ["Comments:", "Sample was contaminated"]], "B19"),
    ("a column of overall results", [*LEAF[:3], [*HEADER, "Final Result"], [*LEAF[4], "9.9 mg/kg"], *LEAF[5:]], "F5"),
    ("a column of overall verdicts", [*LEAF[:3], [*HEADER, "Overall Result"], [*LEAF[4], "Pass"], [*LEAF[5], "Fail"]], "F6"),
    ("a column of methods", [*LEAF[:4], [*LEAF[4][:3], "result failed", ""], *LEAF[5:]], "D5"),
    ("a verdict in words that nobody knows", [*LEAF[:3], [*HEADER, "Status"], [*LEAF[4], "Fails USP"], *LEAF[5:]], "F5"),
    ("an overall verdict in such words", [["Overall Result", "NOT OK"], *LEAF], "B1"),
    ("a heading", [*LEAF[:8], ["Heavy metals - FAIL"], *LEAF[8:]], "A9"),
    ("a unit of all results", [*LEAF, [], ["Units:", "ng/kg"]], "B19"),
    ("a factor", [["Multiplier", "1000"], [], *LEAF], "B1"),
    ("the name of the product", [["Product", "Kratom powder (rejected)"], *LEAF], "B1"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rows", "cell"), PLACES, ids=[one[0] for one in PLACES])
def test_a_note_holds_at_its_cell(what: str, rows: Rows, cell: str) -> None:
    reading = read_csv(square(rows), head=())
    assert not reading.refusals
    assert ("NOTE-UNREAD", cell) in [
        (hold_reason.rule_id, hold_reason.ref.cell) for hold_reason in hold_reasons(reading)
    ], what


def test_a_note_of_one_batch_holds_that_batch() -> None:
    rows = [
        ["Lot", "Form", *HEADER],
        ["L-1", "Leaf", "Lead", "0.1", "ppm", "", ""],
        ["L-2", "Leaf", "Lead", "0.1", "ppm", "", "FAIL"],
    ]
    held = [
        (one.batch_id, [hold_reason.rule_id for hold_reason in one.hold_reasons])
        for one in read_csv(rows, head=()).certificates
    ]
    assert held == [("L-1", []), ("L-2", ["NOTE-UNREAD"])]


def test_a_sheet_that_is_not_used_is_read_for_its_words() -> None:
    reading = read_xlsx({"Results": LEAF, "Cover": [["The batch was rejected."]]})
    assert [(hold_reason.rule_id, hold_reason.ref.sheet) for hold_reason in hold_reasons(reading)] == [
        ("NOTE-UNREAD", "Cover")
    ]


def test_a_note_that_repeats_a_result_says_nothing_new() -> None:
    assert hold_reasons(read_csv(square([*LEAF, [], ["Lead: 0.30 mg/kg"]]), head=())) == []
