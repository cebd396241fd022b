"""Sheets of words thrown together: no fault of the reader, and no number dropped in silence."""

from __future__ import annotations

import re

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.app.layout_draft import draft
from kratom_qc.domain.errors import Refused
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.settings import Caps
from tests.factory.sheets import codes, csv_bytes, read_csv, read_xlsx, troubles, unread

WORDS = st.sampled_from(
    ["", "", "", "Analyte", "Test", "Result", "Unit", "LOD", "Lot", "Lot: L-9", "Lot L-3", "Batch", "L-1", "L-2",
     "Form", "Leaf powder",
     "Sample ID", "S-1", "Lead", "Cadmium", "Lead (ppm)", "Nickel, mg/kg", "TAMC", "mg/kg", "%", "Total",
     "Aflatoxins", "All results in mg/kg",
     "* estimated", "0.2*", "ND", "Pass", "CAS", "7439-92-1", "Note", "No.", "Qual", "U", "Date Issued", "2026-03-04",
     "Findings", "Status: Fail",
     "Parameter", "Limit", "Value", "Detection"]
)  # fmt: skip
NUMBERS = st.integers(1000, 9999).map(lambda number: f"{number}.5")
CELLS = st.one_of(WORDS, WORDS, NUMBERS)
GRID = st.lists(st.lists(CELLS, max_size=7), min_size=1, max_size=10)
AREA = st.tuples(st.integers(1, 8), st.integers(1, 6), st.integers(0, 3), st.integers(0, 3))


@given(GRID)
def test_no_text_table_is_a_fault_of_the_reader(rows: list[list[str]]) -> None:
    assert "reader-failed" not in codes(read_csv(rows, head=())), rows


@given(GRID, GRID, st.lists(AREA, max_size=3))
def test_no_workbook_is_a_fault_of_the_reader(
    one: list[list[str]], other: list[list[str]], areas: list[tuple[int, int, int, int]]
) -> None:
    def dress(book: openpyxl.Workbook) -> None:
        for row, column, down, right in areas:
            book.worksheets[0].merge_cells(
                start_row=row, start_column=column, end_row=row + down, end_column=column + right
            )

    assert "reader-failed" not in codes(read_xlsx({"One": one, "Two": other}, dress)), (one, other, areas)


@given(GRID)
def test_a_draft_of_anything_is_written(rows: list[list[str]]) -> None:
    try:
        book = open_workbook("x.csv", csv_bytes(rows), Caps())
    except Refused:
        return
    assert 'id = "x"' in draft(book)


TABLE_CELLS = st.sampled_from(
    ["", "", "Analyte", "Result", "Result", "Analyte", "Unit", "Lot", "L-1", "L-1", "Lead", "Cadmium", "Nickel",
     "mg/kg", "ppm", "ND", "Lead (ppm)",
     "Nickel (ppm)", "Lot: L-1", "Heavy metals", "Test", "Value", "Parameter"]
)  # fmt: skip
TABLES = st.lists(
    st.lists(st.one_of(TABLE_CELLS, TABLE_CELLS, NUMBERS), min_size=2, max_size=6), min_size=2, max_size=8
)


@given(TABLES, st.booleans())
def test_a_number_beside_an_analyte_is_read_or_holds(rows: list[list[str]], headed: bool) -> None:
    """Where nothing holds, every number that shares its row with an analyte was read."""
    head = [["Lot", "L-1"], [], ["Analyte", "Result", "Unit"], ["Lead", "0.1", "mg/kg"]] if headed else []
    reading = read_csv([*head, *rows], head=())
    if troubles(reading) or unread(reading):
        return
    said = {result.reported for certificate in reading.certificates for result in certificate.results}
    for row in rows:
        if any(re.match("Lead|Cadmium|Nickel", cell) for cell in row):
            assert {cell for cell in row if re.fullmatch(r"[0-9]{4}\.5", cell)} <= said, rows
