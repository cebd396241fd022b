"""Ids are text, always; one batch id is one product."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from kratom_qc.app.reading import Reading
from tests.factory.sheets import HEAD, Rows, codes, read_csv, read_xlsx

IDS = ["000123", "1E5", "MAR4", "TRUE", "1234567890123456789", "1.0", "3-4", "0x1F", "L-1/2", "Š-7"]
TABLE: Rows = [["Analyte", "Result", "Unit"], ["Lead", "0.2", "mg/kg"]]


def _form(batch: object) -> Rows:
    return [["Batch", batch], ["Certificate No.", "C-1"], [], *TABLE]


def _long(batch: object) -> Rows:
    return [["Batch", "Analyte", "Result", "Unit"], [batch, "Lead", "0.2", "mg/kg"]]


def _wide(batch: object) -> Rows:
    return [["Batch", "Lead (ppm)", "Cadmium (ppm)"], [batch, "0.2", "0.1"]]


SHAPES = pytest.mark.parametrize("shape", [_form, _long, _wide], ids=["form", "long", "wide"])


@SHAPES
@pytest.mark.parametrize("batch", IDS)
def test_an_id_stays_the_text_it_is(shape: object, batch: str) -> None:
    assert callable(shape)
    assert read_csv(shape(batch), head=()).batch_ids == (batch,)
    assert read_xlsx(shape(batch)).batch_ids == (batch,)


@pytest.mark.parametrize("batch", IDS)
def test_a_certificate_id_stays_the_text_it_is(batch: str) -> None:
    reading = read_csv([["Batch", "L-1"], [f"Certificate No.: {batch}"], [], *TABLE], head=())
    assert [certificate.certificate_id for certificate in reading.certificates] == [batch]


CHANGED = [
    ("a date made of MAR4", datetime(2026, 3, 4)),  # noqa: DTZ001 - what Excel stores has no zone
    ("a time made of 1:10", time(1, 10)),
    ("a number too long for a double", 1234567890123456),
    ("a fraction", 12.5),
]


@SHAPES
@pytest.mark.parametrize(("what", "batch"), CHANGED)
def test_an_id_the_spreadsheet_may_have_changed_holds(shape: object, what: str, batch: object) -> None:
    assert callable(shape)
    reading = read_xlsx(shape(batch))
    assert all("ID-CHANGED" in _held(reading, number) for number in range(len(reading.certificates))), what
    assert reading.certificates or "id-changed" in codes(reading), what


@SHAPES
def test_a_short_whole_number_is_believed(shape: object) -> None:
    assert callable(shape)
    assert read_xlsx(shape(240711)).batch_ids == ("240711",)


def test_a_number_shown_with_leading_zeros_is_read_as_shown() -> None:
    reading = read_xlsx(_form(123), dress=lambda book: setattr(book["Results"]["B1"], "number_format", "000000"))
    assert reading.batch_ids == ("000123",)


NO_BATCH: list[tuple[str, Rows]] = [
    ("no label at all", TABLE),
    ("a label without a value", [["Batch", ""], [], *TABLE]),
    ("a sample number is no batch", [["Sample ID", "S-1"], [], *TABLE]),
    ("a label whose value is missing beside the next label", [["Lot No.", "", "Laboratory", "Northern"], [], *TABLE]),
    ("a label right before the next label", [["Lot No.", "Product"], ["", "Red Bali"], [], *TABLE]),
]


@pytest.mark.parametrize(("what", "rows"), NO_BATCH)
def test_a_result_without_a_batch_id_refuses_the_file(what: str, rows: Rows) -> None:
    assert codes(read_csv(rows, head=())) == ["no-batch-id"], what


def test_a_row_of_a_long_table_without_a_batch_holds_the_others() -> None:
    rows = [["Lot", "Analyte", "Result", "Unit"], ["L-1", "Lead", "0.2", "ppm"], ["", "Cadmium", "0.2", "ppm"]]
    assert "ROW-WITHOUT-BATCH" in _held(read_csv(rows, head=()))


def _held(reading: Reading, number: int = 0) -> list[str]:
    return [hold_reason.rule_id for hold_reason in reading.certificates[number].hold_reasons]


SECOND_LOTS = [  # further lines of a page that is about lot L-1, whether they hold it
    ([["Lot", "L-2"]], True),
    ([["Client reference:", "Batch L-2, Green Malay"]], True),
    ([["Received 2026-10-01, Lot L-2"]], True),
    ([["Lot", "L-1"]], False),
    ([["Lot No.", "Lot L-1"]], False),
    ([["Sample ID", "S-2"]], False),
]


@pytest.mark.parametrize(("lines", "held"), SECOND_LOTS)
def test_a_second_batch_on_a_page_with_one_table_holds(lines: Rows, held: bool) -> None:
    assert ("FACT-CONTRADICTS" in _held(read_csv([*lines, [], *TABLE], head=HEAD[:2]))) is held


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [("Leaf powder", "Extract", "BATCH-CONTRADICTS"), ("Leaf powder", "Gummies", "BATCH-CONTRADICTS"),
     ("Leaf powder", "kratom powder", None), ("Leaf powder", "Leaf powder", None)],
)  # fmt: skip
def test_one_batch_id_is_one_product(one: str, other: str, code: str | None) -> None:
    rows = [
        ["Lot", "Matrix", "Analyte", "Result", "Unit"],
        ["L-1", one, "Lead", "0.2", "ppm"],
        ["L-1", other, "Cadmium", "0.2", "ppm"],
    ]
    held = {
        reason.rule_id for certificate in read_csv(rows, head=()).certificates for reason in certificate.hold_reasons
    }
    assert held - {"UNDATED", "TEXT-UNREAD"} == ({code} if code else set())


def test_a_form_and_a_name_that_disagree_are_a_doubt() -> None:
    reading = read_csv([["Product", "Gold Extract"], [], *TABLE], head=HEAD[:2])
    assert "PRODUCT-CONTRADICTS" in _held(reading)
