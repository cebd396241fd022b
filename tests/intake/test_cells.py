"""A cell that cannot be believed holds its batch: as a problem of its cell where anything uses it, else as unread text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from tests.factory.sheets import HEAD, Dress, read_xlsx, results, told, troubles, unread

HEADER = ["Analyte", "Result", "Unit", "Notes"]
LEAD = ["Lead", 0.2, "mg/kg", "x"]
CADMIUM = ["Cadmium", 0.1, "mg/kg", "x"]
ROWS = [*HEAD, HEADER, LEAD, CADMIUM]  # the header is row 4, lead row 5, cadmium row 6


def _value(cell: str, value: object) -> Dress:
    def dress(book: Workbook) -> None:
        book["Results"][cell].value = value

    return dress


def _format(cell: str, pattern: str) -> Dress:
    def dress(book: Workbook) -> None:
        book["Results"][cell].number_format = pattern

    return dress


def _strike(cell: str) -> Dress:
    def dress(book: Workbook) -> None:
        book["Results"][cell].font = Font(strike=True)

    return dress


def _hide_row(row: int) -> Dress:
    def dress(book: Workbook) -> None:
        book["Results"].row_dimensions[row].hidden = True

    return dress


def _hide_column(letter: str) -> Dress:
    def dress(book: Workbook) -> None:
        book["Results"].column_dimensions[letter].hidden = True

    return dress


USED: list[tuple[str, Dress, str, list[str]]] = [
    ("a hidden row", _hide_row(6), "hidden", ["A6", "B6", "C6"]),
    ("a hidden column", _hide_column("B"), "hidden", ["B5", "B6"]),
    ("a struck-out result", _strike("B6"), "struck-out", ["B6"]),
    ("a struck-out name", _strike("A6"), "struck-out", ["A6"]),
    ("a struck-out batch id", _strike("B1"), "struck-out", ["B1"]),
    ("a formula", _value("B6", "=1+1"), "formula", ["B6"]),
    ("a formula for a unit", _value("C6", '="mg/kg"'), "formula", ["C6"]),
    ("an error value", _value("B6", "#DIV/0!"), "error-value", ["B6"]),
    ("a missing value", _value("B6", "#N/A"), "error-value", ["B6"]),
    ("a time made of 1:10", _value("B6", time(1, 10)), "time-value", ["B6"]),
    ("a format that shows <0.05", _format("B6", '"<"0.00'), "shown-differs", ["B6"]),
    ("a format that shows ND", _format("B6", '"ND"'), "shown-differs", ["B6"]),
    ("a format that shows nothing", _format("B6", ";;;"), "invisible", ["B6"]),
    ("a format that counts in thousands", _format("B6", "0.00,"), "shown-differs", ["B6"]),
    ("a format that adds another unit", _format("B6", '0.00" ppb"'), "unit-contradicts", ["B6"]),
    ("a format that makes a fraction", _format("B6", "# ?/?"), "shown-differs", ["B6"]),
    ("a format that makes a date", _format("B6", "mm-dd"), "", ["B6"]),
]


@pytest.mark.parametrize(("what", "dress", "code", "cells"), USED)
def test_a_cell_that_cannot_be_believed_holds_at_its_cell_where_it_is_used(
    what: str, dress: Dress, code: str, cells: list[str]
) -> None:
    reading = read_xlsx(ROWS, dress)
    assert reading.refusals == (), what
    assert {cell for _, cell in troubles(reading)} >= set(cells), what
    assert not code or code in {code for code, _ in troubles(reading)}


UNUSED: list[tuple[str, Dress, set[str]]] = [
    ("a hidden column of notes", _hide_column("D"), {"D5", "D6"}),
    ("a struck-out note", _strike("D6"), {"D6"}),
    ("a formula in the notes", _value("D6", "=1+1"), {"D6"}),
    ("an error in the notes", _value("D6", "#REF!"), {"D6"}),
    ("a lying format in the notes", lambda book: (_value("D6", 12.0)(book), _format("D6", '"<"0.05')(book))[0], {"D6"}),
    ("a hidden empty row", _hide_row(3), set()),
    (
        "a hidden title",
        lambda book: (book["Results"].insert_rows(1), _value("A1", "Draft 3")(book), _hide_row(1)(book))[0],
        {"A1"},
    ),
    ("a comment nobody reads", _value("F20", "=NOW()"), {"F20"}),
]


@pytest.mark.parametrize(("what", "dress", "cells"), UNUSED)
def test_a_cell_that_cannot_be_believed_is_unread_where_nothing_uses_it(
    what: str, dress: Dress, cells: set[str]
) -> None:
    reading = read_xlsx(ROWS, dress)
    assert [told(found.interval) for found in results(reading)] == ["0.2", "0.1"], what
    assert {*unread(reading), *(cell for _, cell in troubles(reading))} >= cells


@pytest.mark.parametrize(
    ("what", "dress"),
    [
        ("a hidden header row", _hide_row(4)),
        ("a struck-out header", _strike("B4")),
        ("a hidden header of a column", _hide_column("B")),
    ],
)
def test_a_header_nobody_could_see_is_not_believed(what: str, dress: Dress) -> None:
    """The unit of every result may stand in it."""
    rows = [*HEAD, ["Analyte", "Result (mg/kg)"], ["Lead", 0.2]]
    found = {code for code, _ in troubles(read_xlsx(rows, dress))}
    assert {"hidden", "struck-out"} & found, what


def _state(state: str) -> Callable[[Workbook], None]:
    return lambda book: setattr(book["Results"], "sheet_state", state)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_of_results_holds(state: str) -> None:
    sheets = {"Cover": [["Thank you for your business"]], "Results": ROWS}
    found = troubles(read_xlsx(sheets, _state(state)))
    assert {code for code, _ in found} == {"hidden"}
    assert {cell for _, cell in found} >= {"B1", "A5", "B5", "A6", "B6"}


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_without_results_is_let_be(state: str) -> None:
    reading = read_xlsx({"Cover": ROWS, "Results": [["internal"], ["do not send"]]}, _state(state))
    assert len(results(reading)) == 2


HONEST = [
    (0.26, "General", "0.26"),
    (0.26, "0.0", "0.26"),  # the stored digits, whatever is rounded away on the screen
    (1200, "#,##0", "1200"),
    (1200.5, "#,##0.00", "1200.5"),
    (1200, "0.00E+00", "1200"),
    (0.1, "0.00", "0.1"),
    (12, "@", "12"),
    (1e-7, "General", "0.0000001"),
]


@pytest.mark.parametrize(("stored", "pattern", "value"), HONEST)
def test_a_format_that_shows_the_number_itself_is_believed(stored: float, pattern: str, value: str) -> None:
    reading = read_xlsx(
        [*HEAD, HEADER, ["Lead", stored, "mg/kg", ""]],
        lambda book: setattr(book["Results"]["B5"], "number_format", pattern),
    )
    assert [told(found.interval) for found in results(reading)] == [value]


PERCENT = [
    (0.015, "0.0%", ["Analyte", "Result"], "15000"),
    (0.015, "0%", ["Analyte", "Result"], "15000"),
    (0.015, "0.00%", ["Analyte", "Result (%)"], "15000"),
    (0.0123, "0.00 %", ["Analyte", "Result (% w/w)"], "12300"),
]


@pytest.mark.parametrize(("stored", "pattern", "header", "value"), PERCENT)
def test_a_cell_shown_in_per_cent_is_read_as_shown(stored: float, pattern: str, header: list[str], value: str) -> None:
    reading = read_xlsx(
        [*HEAD, header, ["Mitragynine", stored]], lambda book: setattr(book["Results"]["B5"], "number_format", pattern)
    )
    assert [told(found.interval) for found in results(reading)] == [value]


def test_a_cell_shown_in_per_cent_under_another_unit_holds() -> None:
    reading = read_xlsx(
        [*HEAD, ["Analyte", "Result (mg/g)"], ["Mitragynine", 0.015]],
        lambda book: setattr(book["Results"]["B5"], "number_format", "0.0%"),
    )
    assert ("unit-contradicts", "B5") in troubles(reading)


@pytest.mark.parametrize("value", [datetime(2026, 5, 10), True, False])  # noqa: DTZ001 - what Excel stores has no zone
def test_a_result_the_spreadsheet_made_something_else_of_holds(value: object) -> None:
    assert "B5" in {cell for _, cell in troubles(read_xlsx(ROWS, _value("B5", value)))}


def test_every_problem_is_listed_at_once_with_its_cell() -> None:
    rows = [
        *HEAD,
        ["Received", "03/04/2026"],
        ["Analyte", "Result", "Unit", "LOD", "Colour"],
        ["Lead", "2.1 x 102", "mg/kg", "", "red"],
        ["Cadmium", "0.4-0.6", "mg/kg", "", ""],
        ["Mercury", "0.1", "parsec", "", ""],
        ["Arsenic", "-0.2", "mg/kg", "", ""],
        ["Nickel", "see note", "mg/kg", "", ""],
        ["Chromium", "0.2", "mg/kg", "ND", ""],
        ["", "0.2", "mg/kg", "", ""],
        ["Salmonella", "Absent in 25 g", "/10 g", "", ""],
        ["Zinc", 0.2, "mg/kg", "", ""],
    ]
    reading = read_xlsx(rows, _strike("B14"))
    assert {(cell, code) for code, cell in troubles(reading)} == {
        ("B7", "range"), ("C8", "unknown-unit"), ("B9", "negative"), ("B10", "unknown-word"), ("D11", "not-a-number"),
        ("B12", "result-without-analyte"), ("B13", "portion-contradicts"), ("B14", "struck-out"),
    }  # fmt: skip
    assert set(unread(reading)) >= {"E6"}
    assert reading.refusals == ()


def test_problems_of_several_sheets_are_listed_together() -> None:
    bad = [["Analyte", "Result", "Unit"], ["Lead", "0.4-0.6", "mg/kg"]]
    reading = read_xlsx({"Cover": HEAD, "One": bad, "Two": bad})
    reasons = [reason for certificate in reading.certificates for reason in certificate.hold_reasons]
    assert [str(reason.ref) for reason in reasons if reason.rule_id == "RANGE"] == ["One!B2", "Two!B2"]


def test_a_reason_to_hold_quotes_the_laboratory() -> None:
    (certificate,) = read_xlsx([*HEAD, ["Analyte", "Result", "Unit"], ["Lead", "0.4-0.6", "mg/kg"]]).certificates
    reason = next(reason for reason in certificate.hold_reasons if reason.rule_id == "RANGE")
    assert (reason.ref.file, "0.4-0.6" in reason.why) == ("certificate.xlsx", True)
