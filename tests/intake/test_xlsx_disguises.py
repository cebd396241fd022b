"""What lies over, around and behind a workbook's cells: whatever makes a person see something else than the cell holds."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import DataBarRule, IconSetRule, Rule
from openpyxl.styles import Alignment, Color, Font, GradientFill, PatternFill
from openpyxl.styles.differential import DifferentialStyle

from kratom_qc.domain.errors import Refused
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.settings import Caps
from tests.factory.sheets import xlsx_bytes

SHEET, STYLES, BOOK = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
WHITE, BLACK = "FFFFFFFF", "FF000000"


def code(raw: bytes, row: int = 1, column: int = 1) -> str:
    """Why the cell is not believed, or why the file is not read; nothing where it is believed."""
    try:
        sheet = open_workbook("book.xlsx", raw, Caps()).sheets[0]
    except Refused as refused:
        return f"refused {refused.refusals[0].code}"
    assert column in sheet.rows[row], "the cell is dropped in silence"
    found = sheet.problems.get((row, column))
    return found.code if found else ""


def edited(raw: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with one text of one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            assert name != part or old in content
            target.writestr(name, content.replace(old, new, 1) if name == part else content)
    return out.getvalue()


PLAIN = xlsx_bytes([[0.2, "mg/kg"], [0.3, 0.4]])


# ---------------------------------------------------------------- ink, size, font


def dressed(font: Font | None = None, fill: object = None, alignment: Alignment | None = None) -> bytes:
    book = openpyxl.Workbook()
    cell = book.worksheets[0]["A1"]
    cell.value = 0.2
    for name, value in (("font", font), ("fill", fill), ("alignment", alignment)):
        if value is not None:
            setattr(cell, name, value)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


INKS = [
    ("nearly white", Font(color="FFFAFAFA"), None, "invisible"),
    ("grey, as notes are", Font(color="FFA6A6A6"), None, ""),
    ("white by the theme", Font(color=Color(theme=0)), None, "invisible"),
    ("black of the theme made white by a tint", Font(color=Color(theme=1, tint=1.0)), None, "invisible"),
    ("white of the theme made grey by a tint", Font(color=Color(theme=0, tint=-0.5)), None, ""),
    ("white by number", Font(color=Color(indexed=9)), None, "invisible"),
    ("white on gradients of white", Font(color=WHITE), GradientFill(stop=(WHITE, "FFFEFEFE")), "invisible"),
    ("white on a gradient", Font(color=WHITE), GradientFill(stop=(WHITE, "FF1F4E78")), ""),
    ("white on a pattern of whites", Font(color=WHITE), PatternFill("darkGray", WHITE, WHITE), "invisible"),
    ("black on black", None, PatternFill("solid", BLACK), "invisible"),
    ("theme ink on the same value", Font(color=Color(theme=1)), PatternFill("solid", BLACK), "invisible"),
    ("one point high", Font(size=1), None, "invisible"),
    ("six points high", Font(size=6), None, ""),
    ("letters that are other signs", Font(name="Wingdings"), None, "shown-differs"),
    ("Greek letters", Font(name="Symbol"), None, "shown-differs"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "font", "fill", "trouble"), INKS)
def test_ink_that_nobody_reads(what: str, font: Font | None, fill: object, trouble: str) -> None:
    assert code(dressed(font, fill)) == trouble, what


def test_a_palette_of_its_own_changes_what_a_number_of_a_colour_means() -> None:
    raw = dressed(Font(color=Color(indexed=2)))
    assert code(raw) == ""
    assert code(edited(raw, STYLES, b'<rgbColor rgb="00FF0000" />', b'<rgbColor rgb="00FFFFFF" />')) == "invisible"


def test_a_border_s_colour_is_not_the_ground() -> None:
    border = b'<left style="thin"><color rgb="FF000000"/></left>'
    assert code(edited(PLAIN, STYLES, b"<left />", border)) == ""


def test_text_that_is_repeated_until_the_cell_is_full() -> None:
    assert code(dressed(alignment=Alignment(horizontal="fill"))) == "shown-differs"


def test_a_cell_that_names_no_style_has_the_first_one() -> None:
    raw = edited(PLAIN, STYLES, b'<cellXfs count="1"><xf numFmtId="0"', b'<cellXfs count="1"><xf numFmtId="12"')
    assert code(raw) == "shown-differs"


RUNS = [
    ("a run in white", [(".5", {"color": WHITE}), ("0.5", {})], "invisible"),
    ("a run one point high", [("0.5", {}), ("5", {"sz": 1})], "invisible"),
    ("m as µ", [("m", {"rFont": "Symbol"}), ("g/kg", {})], "shown-differs"),
    ("digits are digits", [("5", {"rFont": "Symbol"}), (" mg/kg", {})], ""),
    ("a run in red", [("0.5", {"color": "FFFF0000"}), (" *", {})], ""),
]


@pytest.mark.parametrize(("what", "runs", "trouble"), RUNS)
def test_runs_of_text(what: str, runs: list[tuple[str, dict[str, object]]], trouble: str) -> None:
    text = CellRichText(*(TextBlock(InlineFont(**font), said) for said, font in runs))  # type: ignore[arg-type]
    assert code(xlsx_bytes([[text]])) == trouble, what


# ---------------------------------------------------------------- conditional formats


def _conditional(rule: object) -> bytes:
    return xlsx_bytes([[0.2]], lambda book: book["Results"].conditional_formatting.add("A1:A9", rule))


def _style(**how: object) -> Rule:
    return Rule(type="expression", formula=["TRUE"], dxf=DifferentialStyle(**how))


RULES = [
    ("white", _style(font=Font(color=WHITE)), "shown-differs"),
    ("white on green", _style(font=Font(color=WHITE), fill=PatternFill(bgColor="FF00B050")), ""),
    ("green on green", _style(font=Font(color="FF00B050"), fill=PatternFill(bgColor="FF00B050")), "shown-differs"),
    ("blacked out", _style(fill=PatternFill(bgColor=BLACK)), "shown-differs"),
    ("yellow", _style(fill=PatternFill(bgColor="FFFFFF00")), ""),
    ("icons only", IconSetRule("3Flags", "percent", [0, 33, 67], showValue=False), "shown-differs"),
    ("icons beside", IconSetRule("3Flags", "percent", [0, 33, 67]), ""),
    ("bars only", DataBarRule("min", None, "max", None, "FF638EC6", showValue=False), "shown-differs"),
]


@pytest.mark.parametrize(("what", "rule", "trouble"), RULES)
def test_conditional_formats(what: str, rule: object, trouble: str) -> None:
    assert code(_conditional(rule)) == trouble, what


def test_conditional_formats_of_newer_programs() -> None:
    extension = (
        b'<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" uri="x">'
        b'<x14:conditionalFormattings><x14:conditionalFormatting xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
        b'<x14:cfRule type="expression"><xm:f>TRUE</xm:f><x14:dxf><numFmt numFmtId="9" formatCode=";;;"/></x14:dxf></x14:cfRule>'
        b"<xm:sqref>A:A</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst></worksheet>"
    )
    raw = edited(PLAIN, SHEET, b"</worksheet>", extension)
    assert (code(raw), code(raw, 2, 2)) == ("shown-differs", "")


# ---------------------------------------------------------------- the sheet

XML = [
    ("zeros not shown", b"<v>0.2</v>", b"<v>0</v>", b'<sheetView ', b'<sheetView showZeros="0" ', "invisible"),
    ("zeros not shown, but no zero", b"", b"", b'<sheetView ', b'<sheetView showZeros="0" ', ""),
    ("no default height", b"", b"", b"<sheetFormatPr", b'<sheetFormatPr zeroHeight="true"', "hidden"),
    ("no default width", b"", b"", b"<sheetFormatPr", b'<sheetFormatPr defaultColWidth="0"', "hidden"),
    ("a hair of a row", b"", b"", b'<row r="1"', b'<row r="1" ht="0.25"', "hidden"),
    ("columns told too late", b"", b"", b"</sheetData>", b'</sheetData><cols><col min="1" max="1" hidden="1"/></cols>', "refused damaged"),  # noqa: E501
    ("two values", b"", b"", b"<v>0.2</v>", b"<v>0.2</v><v>9</v>", "refused damaged"),
    ("a text beside a value", b"", b"", b"<v>0.2</v>", b"<v>0.2</v><is><t>9</t></is>", "refused damaged"),
    ("alternatives", b"", b"", b"<v>0.2</v>", b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
     b'<mc:Choice Requires="x"><v>0.2</v></mc:Choice></mc:AlternateContent>', "refused damaged"),
    ("a wrapper that programs pass over", b"", b"", b"<v>0.2</v>", b'<x:y xmlns:x="urn:x"><v>0.2</v></x:y>', "refused damaged"),
    ("rows outside the data", b"", b"", b"</sheetData>", b'</sheetData><row r="9"><c><v>9</v></c></row>', "refused damaged"),
    ("data twice", b"", b"", b"</sheetData>", b"</sheetData><sheetData/>", "refused damaged"),
    ("a rich value", b"", b"", b'<c r="A1"', b'<c r="A1" vm="1"', "shown-differs"),
    ("another language", b"", b"", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"urn:x", "refused damaged"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "first", "then", "old", "new", "trouble"), XML)
def test_the_sheet_s_own_words(what: str, first: bytes, then: bytes, old: bytes, new: bytes, trouble: str) -> None:
    raw = edited(PLAIN, SHEET, first, then) if first else PLAIN
    assert code(edited(raw, SHEET, old, new)) == trouble, what


def test_a_cell_under_a_merged_area_is_hidden() -> None:
    raw = edited(PLAIN, SHEET, b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:A2"/></mergeCells>')
    assert (code(raw), code(raw, 2, 1), code(raw, 2, 2)) == ("", "hidden", "")


def test_a_style_that_the_file_does_not_hold() -> None:
    assert code(edited(PLAIN, SHEET, b'<c r="A1"', b'<c r="A1" s="7"')) == "refused damaged"
    unrelated = edited(PLAIN, RELATIONS, b"relationships/styles", b"relationships/other")
    assert code(edited(unrelated, SHEET, b'<c r="A1"', b'<c r="A1" s="0"')) == "refused damaged"


def test_a_text_in_two_versions() -> None:
    raw = edited(PLAIN, SHEET, b't="n"><v>0.2</v>', b't="inlineStr"><is><t>0.2</t><t>5</t></is>')
    assert code(raw) == "shown-differs"


def test_every_cell_of_an_array_formula_is_a_formula() -> None:
    array = b'<f t="array" ref="A1:B2">X1:Y2</f><v>0.2</v>'
    raw = edited(PLAIN, SHEET, b"<v>0.2</v>", array)
    assert [code(raw, row, column) for row in (1, 2) for column in (1, 2)] == ["formula"] * 4


@pytest.mark.parametrize(
    ("what", "said", "trouble"),
    [
        ("a boolean", b't="b"><v>1</v>', ""),
        ("a kind that there is not", b't="x"><v>1</v>', "not-a-number"),
        ("a boolean that is none", b't="b"><v>2</v>', "not-a-number"),
        ("a day that shows a number", b't="d"><v>2026-03-04</v>', "shown-differs"),
    ],
)
def test_kinds_of_cells(what: str, said: bytes, trouble: str) -> None:
    assert code(edited(PLAIN, SHEET, b't="n"><v>0.2</v>', said)) == trouble, what


# ---------------------------------------------------------------- the workbook's parts

TWO = xlsx_bytes({"One": [[1]], "Two": [[2]]})
PARTS = [
    ("a window that is not shown", BOOK, b'visibility="visible"', b'visibility="hidden"', "hidden"),
    ("days counted in a way of its own", BOOK, b"<workbookPr", b'<workbookPr date1904="x"', "refused damaged"),
    ("a sheet without a place", BOOK, b'r:id="rId2"', b'r:id="rId99"', "refused damaged"),
    ("one sheet under two names", BOOK, b'r:id="rId2"', b'r:id="rId1"', "refused damaged"),
    ("one part for two sheets", RELATIONS, b"sheet2.xml", b"sheet1.xml", "refused damaged"),
    ("one name for two relations", RELATIONS, b'Id="rId2"', b'Id="rId1"', "refused damaged"),
    ("styles in another case", RELATIONS, b"styles.xml", b"Styles.xml", "refused damaged"),
    ("an encoding that Python cannot stream", SHEET, b"<worksheet", b'<?xml version="1.0" encoding="shift_jis"?><worksheet', "refused damaged"),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize(("what", "part", "old", "new", "trouble"), PARTS)
def test_the_parts_of_a_workbook(what: str, part: str, old: bytes, new: bytes, trouble: str) -> None:
    assert code(TWO) == ""
    assert code(edited(TWO, part, old, new)) == trouble, what


def test_the_id_of_a_foreign_namespace_is_no_relation() -> None:
    foreign = b'xmlns:e="urn:evil/relationships" e:id="rId1" r:id="rId2"'
    assert code(edited(TWO, BOOK, b'r:id="rId2"', foreign)) == ""


def test_a_part_that_is_called_otherwise_in_front_of_it_than_in_the_table() -> None:
    assert code(TWO.replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheet9.xml", 1)) == "refused damaged"
