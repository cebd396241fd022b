"""OpenDocument spreadsheets: every cell as a person sees it, and why it may not be believed."""

from __future__ import annotations

import datetime as dt
import io
import tracemalloc
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from kratom_qc.domain.errors import Problem, Refused
from kratom_qc.domain.source import Cell
from kratom_qc.intake.formats import ods
from kratom_qc.intake.sheets import Sheet
from kratom_qc.settings import Caps
from tests.factory.ods import (
    blank,
    column,
    content_xml,
    manifest_xml,
    ods_bytes,
    row,
    stored,
    style,
    styles_xml,
    table,
    text,
    zip_bytes,
)

CAPS = Caps()
STYLES = "".join([
    style("struck", "table-cell", '<style:text-properties style:text-line-through-style="solid"/>'),
    style("heir", "table-cell", parent="struck"),
    style("unstruck", "table-cell", '<style:text-properties style:text-line-through-style="none"/>', parent="struck"),
    style("ring", "table-cell", parent="gnir"), style("gnir", "table-cell", parent="ring"),
    style("white", "table-cell", '<style:text-properties fo:color="#FFFFFF"/>'),
    style("white-on-red", "table-cell", '<style:table-cell-properties fo:background-color="#ff0000"/>', parent="white"),
    style("red-on-red", "table-cell", '<style:text-properties fo:color="#ff0000"/>', parent="white-on-red"),
    style("clear", "table-cell", '<style:table-cell-properties fo:background-color="transparent"/>', parent="white"),
    style("named", "table-cell", parent="House style"),
    style("line", "text", '<style:text-properties style:text-line-through-type="single"/>'),
    style("up", "text", '<style:text-properties style:text-position="super 58%"/>'),
    style("up33", "text", '<style:text-properties style:text-position="33% 58%"/>'),
    style("down", "text", '<style:text-properties style:text-position="sub 58%"/>'),
    style("flat-row", "table-row", '<style:table-row-properties style:row-height="0cm"/>'),
    style("row", "table-row", '<style:table-row-properties style:row-height="0.452cm"/>'),
    style("flat-column", "table-column", '<style:table-column-properties style:column-width="0.0in"/>'),
    style("hidden-table", "table", '<style:table-properties table:display="false"/>'),
    style("shown-table", "table", '<style:table-properties table:display="true"/>'),
])  # fmt: skip
HOUSE = styles_xml(style("House style", "table-cell", '<style:text-properties style:text-line-through-type="double"/>'))


def sheets_of(*tables: str) -> list[Sheet]:
    return ods.read("coa.ods", ods_bytes(*tables, styles=STYLES, parts={"styles.xml": HOUSE}), CAPS)[0]


def refusal_of(raw: bytes, caps: Caps = CAPS) -> Problem:
    with pytest.raises(Refused) as refused:
        ods.read("coa.ods", raw, caps)
    (refusal,) = refused.value.refusals
    return refusal


CELLS: list[tuple[str, str, str, str, str]] = [
    # stored, said, kind, shown, code
    (text("Lead"), "Lead", "text", "", ""),
    (text("µg/g – ‰"), "µg/g – ‰", "text", "", ""),
    (text("two\nlines"), "two\nlines", "text", "", ""),
    (text("", "<text:p>a<text:s text:c='3'/>b<text:tab/>c<text:line-break/>d</text:p>"), "a   b\tc\nd", "text", "", ""),
    (text("", "<text:p>\n  a\n  b</text:p>"), "a b", "text", "", ""),
    (text("", "\n <text:p>a <text:span>b</text:span></text:p>\n "), "a b", "text", "", ""),
    (text("", "<text:p><text:a>link</text:a></text:p>"), "link", "text", "", ""),
    (text("", "<office:annotation><text:p>a note</text:p></office:annotation><text:p>ND</text:p>"), "ND", "text", "", ""),
    (text("", "<draw:frame><draw:text-box><text:p>drawn</text:p></draw:text-box></draw:frame><text:p>ND</text:p>"),
     "ND", "text", "", ""),
    (text("", "", office__string_value="ND"), "ND", "text", "", ""),
    (text("0.2", office__string_value="9.9"), "9.9", "text", "", "shown-differs"),
    (text("#N/A"), "#N/A", "error", "", "error-value"),
    (text("Err:502"), "Err:502", "error", "", "error-value"),
    (stored("float", "0.26", "0.26"), "0.26", "number", "", ""),
    (stored("float", "0.26"), "0.26", "number", "", ""),
    (stored("float", "1e-07", "1E-07"), "0.0000001", "number", "", ""),
    (stored("float", "1234", "1.2E+03"), "1234", "number", "1.2E+03", ""),
    (stored("float", "0.46", "0.5"), "0.46", "number", "0.5", ""),
    (stored("float", "0.46", "0,5"), "0.46", "number", "0,5", ""),
    (stored("float", "-0.46", "−0.5"), "-0.46", "number", "−0.5", ""),
    (stored("float", "1.42", "1.420"), "1.420", "number", "", ""),
    (stored("float", "7", "007"), "007", "number", "", ""),
    (stored("float", "1200", "1,200"), "1200", "number", "", ""),
    (stored("float", "1234567.5", "1 234 567,50"), "1234567.50", "number", "", ""),
    (stored("float", "1.234", "1,234"), "1.234", "number", "", ""),
    (stored("float", "1234.56", "1,235"), "1234.56", "number", "1,235", ""),
    (stored("float", "0.46", "0.4"), "0.46", "number", "", "shown-differs"),
    (stored("float", "9.9", "ND"), "9.9", "number", "", "shown-differs"),
    (stored("float", "9.9", ""), "9.9", "number", "", "shown-differs"),
    (stored("float", "0.04", "<0.05"), "0.04", "number", "", "shown-differs"),
    (stored("float", "0.2", "0.2 ppm"), "0.2 ppm", "number", "", ""),
    (stored("float", "0.2", "0.2 ppm ND"), "0.2", "number", "", "shown-differs"),
    (stored("percentage", "0.1", "10 %"), "10%", "number", "", ""),
    (stored("float", "9.9", "1,234.5"), "9.9", "number", "", "shown-differs"),
    (stored("float", "1200", "1.2"), "1200", "number", "", "shown-differs"),
    (stored("float", "0.015", "1.5%"), "0.015", "number", "", "shown-differs"),
    (stored("currency", "3", "$3.00"), "3", "number", "", "shown-differs"),
    (stored("float", "NaN", "0.2"), "NaN", "number", "", "not-a-number"),
    (stored("float", "", "0.2"), "", "number", "", "not-a-number"),
    (stored("float", "1e999", "0.2"), "Infinity", "number", "", "not-a-number"),
    (stored("percentage", "0.015", "1.5%"), "1.5%", "number", "", ""),
    (stored("percentage", "0.015", "1,50 %"), "1.50%", "number", "", ""),
    (stored("percentage", "0.0154", "2%"), "1.54%", "number", "2%", ""),
    (stored("percentage", "0.015"), "1.5%", "number", "", ""),
    (stored("percentage", "0.015", "1.5"), "1.5%", "number", "", "shown-differs"),
    (stored("percentage", "0.02", "2.00"), "2%", "number", "", "shown-differs"),
    (stored("date", "2026-03-04", "04/03/26"), "2026-03-04", "date", "", ""),
    (stored("date", "2026-03-04T00:00:00", "4 March 2026"), "2026-03-04", "date", "", ""),
    (stored("date", "2026-03-04T12:30:00", "4.3.26 12:30"), "2026-03-04 12:30:00", "date", "", ""),
    (stored("date", "2026-03-04", "4.3.2019"), "2026-03-04", "date", "", "shown-differs"),
    (stored("date", "2026-03-04", "4 March"), "2026-03-04", "date", "", "shown-differs"),
    (stored("date", "2026-03-04", "ND"), "2026-03-04", "date", "", "shown-differs"),
    (stored("date", "1899-12-30", "0"), "1899-12-30", "date", "", "date-impossible"),
    (stored("date", "2025-02-29", "1"), "2025-02-29", "date", "", "date-impossible"),
    (stored("time", "PT01H10M00S", "01:10"), "01:10", "date", "", "time-value"),
    (stored("boolean", "true", "TRUE"), "TRUE", "boolean", "", ""),
    (stored("boolean", "false", "FALSCH"), "FALSE", "boolean", "", ""),
    (stored("float", "2", "2", formula="of:=1+1"), "=1+1", "formula", "", "formula"),
    (blank(formula="of:=[.B1]"), "=[.B1]", "formula", "", "formula"),
    (stored("float", "0.2", "0.2", style_name="struck"), "0.2", "number", "", "struck-out"),
    (text("ND", style_name="heir"), "ND", "text", "", "struck-out"),
    (text("ND", style_name="named"), "ND", "text", "", "struck-out"),
    (text("ND", style_name="unstruck"), "ND", "text", "", ""),
    (text("ND", style_name="ring"), "ND", "text", "", ""),
    (text("", "<text:p>0.2 <text:span text:style-name='line'>0.9</text:span></text:p>"), "0.2 0.9", "text", "", "struck-out"),
    (text("", "<text:p><text:span text:style-name='line'><text:span>0.9</text:span></text:span></text:p>"), "0.9", "text", "",
     "struck-out"),
    (text("ND", style_name="white"), "ND", "text", "", "invisible"),
    (text("ND", style_name="clear"), "ND", "text", "", "invisible"),
    (text("ND", style_name="white-on-red"), "ND", "text", "", ""),
    (text("ND", style_name="red-on-red"), "ND", "text", "", "invisible"),
    (text("", "<text:p>10<text:span text:style-name='up'>5</text:span> CFU/g</text:p>"), "10⁵ CFU/g", "text", "", ""),
    (text("", "<text:p>0.2<text:span text:style-name='up33'>1</text:span></text:p>"), "0.2¹", "text", "", ""),
    (text("", "<text:p>B<text:span text:style-name='down'>12</text:span></text:p>"), "B12", "text", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "said", "kind", "shown", "code"), CELLS)
def test_a_cell_is_read_as_a_person_sees_it(cell: str, said: str, kind: str, shown: str, code: str) -> None:
    (sheet,) = sheets_of(table("Results", row(cell)))
    found, problem = sheet.rows[1][1], sheet.problems.get((1, 1))
    assert (found.text, found.kind, found.shown, found.hidden) == (said, kind, shown, False)
    assert (problem.code if problem else "") == code


def test_a_cell_that_shows_something_else_is_told_with_both() -> None:
    (sheet,) = sheets_of(table("Metals", row(blank(), stored("float", "9.9", "ND"))))
    problem = sheet.problems[1, 2]
    assert (str(problem.ref), problem.ref.file, problem.quoted) == ("Metals!B1", "coa.ods", "9.9")
    assert "'ND'" in problem.message
    assert "9.9" in problem.message


LINE = [text("Lead"), text("ND")]
ALL = {(1, 1), (1, 2), (2, 1), (2, 2)}
GROUP = "<table:table-row-group table:display='{}'>{}</table:table-row-group>".format
HIDDEN: list[tuple[str, str, set[tuple[int, int]]]] = [
    ("a hidden row", table("R", row(*LINE), row(*LINE, visibility="collapse")), {(2, 1), (2, 2)}),
    ("a row filtered out", table("R", row(*LINE, visibility="filter"), row(*LINE)), {(1, 1), (1, 2)}),
    ("a row of no height", table("R", row(*LINE), row(*LINE, style_name="flat-row")), {(2, 1), (2, 2)}),
    ("a row folded away", table("R", row(*LINE), GROUP("false", GROUP("true", row(*LINE)))), {(2, 1), (2, 2)}),
    ("rows after a folded group", table("R", GROUP("false", ""), row(*LINE), row(*LINE)), set()),
    ("a hidden column", table("R", column(), column(visibility="collapse"), row(*LINE), row(*LINE)), {(1, 2), (2, 2)}),
    ("a column of no width", table("R", column(style_name="flat-column"), row(*LINE), row(*LINE)), {(1, 1), (2, 1)}),
    ("hidden columns", table("R", column(visibility="collapse", number_columns_repeated=9), row(*LINE), row(*LINE)), ALL),
    ("a hidden sheet", table("R", row(*LINE), row(*LINE), style_name="hidden-table"), ALL),
    ("a covered cell", table("R", row(text("a", number_columns_spanned=2), text("b", tag="covered-table-cell"))), {(1, 2)}),
    ("nothing", table("R", column(), row(*LINE, style_name="row"), row(*LINE), style_name="shown-table"), set()),
]  # fmt: skip


@pytest.mark.parametrize(("what", "xml", "cells"), HIDDEN)
def test_what_nobody_sees_is_hidden(what: str, xml: str, cells: set[tuple[int, int]]) -> None:
    (sheet,) = sheets_of(xml)
    assert {
        (row, column) for row in sheet.rows for column in sheet.rows[row] if sheet.rows[row][column].hidden
    } == cells
    assert {spot for spot, problem in sheet.problems.items() if problem.code == "hidden"} == cells, what


def places(*parts: str) -> dict[tuple[int, int], str]:
    (sheet,) = sheets_of(table("Results", *parts))
    return {(row, column): cell.text for row, line in sheet.rows.items() for column, cell in line.items()}


def test_repeated_cells_and_rows_are_written_out() -> None:
    assert places(
        row(blank(number_columns_repeated=2), text("a", number_columns_repeated=2), text("b")),
        row(blank(), number_rows_repeated=3),
        row(text("c"), number_rows_repeated=2),
    ) == {(1, 3): "a", (1, 4): "a", (1, 5): "b", (5, 1): "c", (6, 1): "c"}


def test_blanks_to_the_end_of_the_sheet_cost_nothing() -> None:
    end = blank(number_columns_repeated=16_384, style_name="struck")
    spaces = text("", "<text:p><text:s text:c='3'/></text:p>", number_columns_repeated=16_384)
    assert places(row(text("a"), end), row(end, number_rows_repeated=1_048_000), row(spaces)) == {(1, 1): "a"}


def test_a_column_and_a_row_lend_their_style_to_cells_without_one() -> None:
    (sheet,) = sheets_of(
        table(
            "Results",
            column(),
            column(default_cell_style_name="struck"),
            row(text("a", number_columns_repeated=2)),
            row(text("b"), default_cell_style_name="struck"),
            row(text("c"), text("d", style_name="unstruck")),
        )
    )
    assert {spot: problem.code for spot, problem in sheet.problems.items()} == {
        (1, 2): "struck-out",
        (2, 1): "struck-out",
    }


def test_merged_areas_are_told_from_one_and_with_both_ends_within_the_caps() -> None:
    (sheet,) = sheets_of(table("Results", row(blank(), text("Lot", number_rows_spanned=3, number_columns_spanned=1)),
                               row(text("Site", number_rows_spanned=10**6, number_columns_spanned=4))))  # fmt: skip
    assert sheet.merged == ((1, 2, 3, 2), (2, 1, 20_000, 4))


def test_every_cell_of_an_array_formula_is_a_formula() -> None:
    matrix = {"number_matrix_rows_spanned": 2, "number_matrix_columns_spanned": 2, "formula": "of:=[.D1:.E2]"}
    value = stored("float", "1", "1")
    (sheet,) = sheets_of(
        table("Results", row(stored("float", "1", "1", **matrix), value, value), row(value, value), row(value))
    )
    assert {spot for spot, problem in sheet.problems.items() if problem.code == "formula"} == ALL


def test_what_stands_beside_the_cells_is_no_cell() -> None:
    changes = f"<table:tracked-changes>{table('Old', row(text('old')))}</table:tracked-changes>"
    shapes = "<table:shapes><draw:frame><text:p>drawn</text:p></draw:frame></table:shapes>"
    links = f"<table:dde-links><table:dde-link>{table('Link', row(text('other')))}</table:dde-link></table:dde-links>"
    sheets = sheets_of(changes, table("Results", shapes, row(text("a"))), links)
    assert [(sheet.name, [cell.text for cell in sheet.rows[1].values()]) for sheet in sheets] == [("Results", ["a"])]


def test_sheets_stand_in_their_order_under_their_names() -> None:
    sheets = sheets_of(table("Übersicht & Co", row(text("a"))), table("Leer"), table("Метали", row(text("b"))))
    assert [(sheet.name, sorted(sheet.rows)) for sheet in sheets] == [
        ("Übersicht & Co", [1]),
        ("Leer", []),
        ("Метали", [1]),
    ]


def test_macros_are_told_and_never_run() -> None:
    plain = table("Results", row(text("a")))
    assert ods.read("coa.ods", ods_bytes(plain), CAPS)[1] == []
    (remark,) = ods.read("coa.ods", ods_bytes(plain, parts={"Basic/Standard/Module1.xml": "<x/>"}), CAPS)[1]
    assert (remark.code, remark.severity) == ("macros-not-run", "warning")


def body(inner: str, doctype: str = "") -> bytes:
    return ods_bytes(
        parts={"content.xml": content_xml(f"<office:spreadsheet>{inner}</office:spreadsheet>", "", doctype)}
    )


def twice() -> bytes:
    raw = io.BytesIO(ods_bytes(table("Results", row(text("0.1")))))
    with warnings.catch_warnings(), zipfile.ZipFile(raw, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("content.xml", content_xml("<office:spreadsheet/>"))
    return raw.getvalue()


ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
LOCKED = manifest_xml("<manifest:encryption-data/>")
PLAIN = ods_bytes(table("Results", row(text("Lead"))))
REFUSED: list[tuple[str, bytes, str, str]] = [
    ("an entity", body(table("R", row(text("", "<text:p>&a;</text:p>"))), ENTITY), "doctype", "not allowed"),
    ("an outer entity", body("", '<!DOCTYPE x SYSTEM "file:///etc/passwd">'), "doctype", "not allowed"),
    ("an entity in the styles", ods_bytes(parts={"styles.xml": styles_xml("", ENTITY)}), "doctype", "not allowed"),
    ("a password", ods_bytes(parts={"META-INF/manifest.xml": LOCKED, "content.xml": b"\x01"}), "encrypted", "without a password"),
    ("a text document", ods_bytes(parts={"content.xml": content_xml("<office:text><text:p>x</text:p></office:text>")}),
     "not-a-spreadsheet", "another kind"),
    ("no content", zip_bytes({"mimetype": "x"}), "damaged", "save it anew"),
    ("no zip", b"PK\x03\x04 and nothing more", "damaged", "send it again"),
    ("XML cut short", ods_bytes(parts={"content.xml": content_xml("")[:-40]}), "damaged", "well-formed"),
    ("no XML", ods_bytes(parts={"content.xml": b"\x00\x01"}), "damaged", "well-formed"),
    ("styles that are no XML", ods_bytes(parts={"styles.xml": b"<a>"}), "damaged", "well-formed"),
    ("content twice", twice(), "part-twice", "appears twice"),
    ("a repeat of nothing", body(table("R", row(text("a", number_columns_repeated=0)))), "damaged", "'0'"),
    ("a repeat below nothing", body(table("R", row(text("a"), number_rows_repeated=-1))), "damaged", "'-1'"),
    ("a repeat in other digits", body(table("R", row(text("a"), number_rows_repeated="٣"))), "damaged", "'٣'"),
    ("a repeat beyond counting", body(table("R", row(blank(number_columns_repeated=10**12)))), "damaged", "'1000000000000'"),
    ("a table in a cell", body(table("R", row(text("", table("S", row(text("a"))))))), "damaged", "within a cell"),
    ("a table in a table", body(table("R", table("S", row(text("a"))))), "damaged", "within a table"),
    ("a cell outside of rows", body(table("R", text("a"), row(text("b")))), "damaged", "cells and rows"),
    ("a row in a row", body(table("R", row(row(text("b"))))), "damaged", "cells and rows"),
    ("two sheets of one name", body(table("Lot") + table("LOT")), "damaged", "the same name"),
    ("too many columns", body(table("R", row(text("a", number_columns_repeated=201)))), "too-large", "201 columns"),
    ("a far column", body(table("R", row(blank(number_columns_repeated=16_000), text("a")))), "too-large", "16,001 columns"),
    ("too many rows", body(table("R", row(text("a"), number_rows_repeated=20_001))), "too-large", "20,001"),
    ("a far row", body(table("R", row(blank(), number_rows_repeated=10**8), row(text("a")))), "too-large", "100,000,001"),
    ("too many cells", body(table("R", row(text("a", number_columns_repeated=200), number_rows_repeated=2_001))), "too-large",
     "400,000 cells"),
    ("too many sheets", body("".join(table(f"S{n}") for n in range(31))), "too-large", "30 sheets"),
    ("a novel in a cell", body(table("R", row(text("a" * 4001)))), "too-large", "4,000 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "raw", "code", "words"), REFUSED, ids=[what for what, *_ in REFUSED])
def test_a_file_that_cannot_be_read_truthfully_is_refused(what: str, raw: bytes, code: str, words: str) -> None:
    refusal = refusal_of(raw)
    assert refusal.code == code, what
    assert words in refusal.message


BOMB = ods_bytes(table("R", row(text(" " * 2_000_000))))


@pytest.mark.parametrize("caps", [replace(CAPS, part_bytes=1_000_000), replace(CAPS, inflated_bytes=1_000_000)])
def test_a_part_is_inflated_no_further_than_its_limit(caps: Caps) -> None:
    assert refusal_of(BOMB, caps).code == "too-large"


@pytest.mark.parametrize("part", range(0, 100, 10))
def test_a_file_cut_short_is_refused(part: int) -> None:
    assert refusal_of(PLAIN[: len(PLAIN) * part // 100]).code == "damaged"


def test_a_novel_of_blanks_is_refused_before_it_is_written_out() -> None:
    raw = body(table("R", row(text("", "<text:p>" + "<text:s text:c='999999999'/>" * 20_000 + "0.2</text:p>"))))
    tracemalloc.start()
    assert refusal_of(raw).code == "too-large"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_a_cell_may_hold_exactly_what_is_allowed() -> None:
    assert len(places(row(text("a" * 4000)))[1, 1]) == 4000


def test_deep_nesting_costs_little() -> None:
    deep = "<text:span>" * 40_000 + "a" + "</text:span>" * 40_000
    assert places(row(text("", f"<text:p>{deep}</text:p>"))) == {(1, 1): "a"}


def test_another_reader_reads_the_same(tmp_path: Path) -> None:
    """python-calamine is written in another language by other people."""
    path = tmp_path / "coa.ods"
    rows = [
        row(
            text("Lead"),
            stored("float", "0.26", "0.26"),
            stored("boolean", "true", "TRUE"),
            blank(number_columns_repeated=9),
        ),
        row(blank(number_columns_repeated=2), number_rows_repeated=2),
        row(text("two\nlines"), stored("date", "2026-03-04", "04/03/26"), stored("percentage", "0.015", "1.5%")),
        row(text("µ", number_columns_repeated=3), number_rows_repeated=2),
    ]
    path.write_bytes(ods_bytes(table("One", column(), *rows), table("Two", row(blank(), text("far")))))
    ours = ods.read("coa.ods", path.read_bytes(), CAPS)[0]
    theirs = CalamineWorkbook.from_path(path)
    assert [sheet.name for sheet in ours] == theirs.sheet_names
    for sheet in ours:
        grid = theirs.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        told = {
            (r, c): _told(value) for r, line in enumerate(grid, 1) for c, value in enumerate(line, 1) if value != ""
        }
        assert {(r, c): _plain(cell) for r, line in sheet.rows.items() for c, cell in line.items()} == told


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _plain(cell: Cell) -> Any:
    if cell.kind == "boolean":
        return cell.text == "TRUE"
    if cell.kind != "number":
        return cell.text
    return float(cell.text.rstrip("%")) / (100 if cell.text.endswith("%") else 1)
