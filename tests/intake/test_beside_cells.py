"""What a person sees of a sheet besides its cells, and what hides a cell from a person: alike in xlsx, xls and ods."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Color, Font
from openpyxl.worksheet.datavalidation import DataValidation

from kratom_qc.intake.sheets import Sheet
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.settings import Caps
from tests.factory.ods import blank, column, ods_bytes, row, stored, style, styles_xml, table, text, zip_bytes
from tests.factory.sheets import Dress, xlsx_bytes
from tests.factory.xls import Dressed, Look, Rich, XlsSheet, record, xls_bytes

CELLS: list[list[Any]] = [["Analyte", "Result", "Unit"], ["Lead", 0.21, "mg/kg"], ["Cadmium", 0.1, "mg/kg"]]


def sheets_of(raw: bytes, name: str = "certificate") -> list[Sheet]:
    return list(open_workbook(name, raw, Caps()).sheets)


def texts(raw: bytes) -> list[tuple[str, str, str]]:
    return [(str(said.kind), said.text, said.cell) for sheet in sheets_of(raw) for said in sheet.texts]


def troubled(raw: bytes) -> dict[tuple[int, int], str]:
    return {place: problem.code for place, problem in sheets_of(raw)[0].problems.items()}


# ---------------------------------------------------------------- xlsx

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:r="{_RELATIONS}">{{}}</xdr:wsDr>'
)
_SOLID = "<a:solidFill><a:schemeClr val='lt1'/></a:solidFill>"


def with_part(kind: str, part: str, content: str, raw: bytes | None = None, **more: bytes | str) -> bytes:
    """A workbook whose first sheet is related to one part more; `more` are further parts by their file's name."""
    packed = io.BytesIO()
    path = f"xl/{part}"
    related = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId9" Type="{_RELATIONS}/{kind}" Target="/{path}"/></Relationships>'
    )
    with zipfile.ZipFile(io.BytesIO(raw or xlsx_bytes(CELLS))) as before, zipfile.ZipFile(packed, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name))
        after.writestr("xl/worksheets/_rels/sheet1.xml.rels", related)
        after.writestr(path, content)
        for name, body in more.items():
            after.writestr(name.replace("__", "/"), body)
    return packed.getvalue()


def anchored(shape: str, corner: tuple[int, int] = (1, 1), end: tuple[int, int] | None = (3, 2)) -> str:
    """A shape over rows and columns counted from 0; it ends with the edge of `end`."""

    def place(row: int, column: int) -> str:
        cells = f"<xdr:col>{column}</xdr:col><xdr:colOff>0</xdr:colOff>"
        return f"{cells}<xdr:row>{row}</xdr:row><xdr:rowOff>0</xdr:rowOff>"

    if end is None:
        start = f"<xdr:from>{place(*corner)}</xdr:from><xdr:ext cx='600000' cy='380000'/>"
        return f"<xdr:oneCellAnchor>{start}{shape}</xdr:oneCellAnchor>"
    corners = f"<xdr:from>{place(*corner)}</xdr:from><xdr:to>{place(*end)}</xdr:to>"
    return f"<xdr:twoCellAnchor>{corners}{shape}</xdr:twoCellAnchor>"


def box(said: str, fill: str = "", inner: str = "") -> str:
    runs = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in said.split("\n"))
    return f"<xdr:sp><xdr:spPr>{fill}</xdr:spPr>{inner}<xdr:txBody>{runs}</xdr:txBody></xdr:sp>"


def drawn(*shapes: str, **more: bytes | str) -> bytes:
    return with_part("drawing", "drawings/drawing1.xml", _DRAWING.format("".join(shapes)), **more)


UNDER = {(2, 2): "hidden", (3, 2): "hidden"}
SHAPES: list[tuple[str, str, list[str], dict[tuple[int, int], str]]] = [
    ("a text box", anchored(box("VOID")), ["VOID"], {}),
    ("lines", anchored(box("VOID\nREJECTED")), ["VOID\nREJECTED"], {}),
    ("one that is filled", anchored(box("VOID", _SOLID)), ["VOID"], UNDER),
    ("one that says it is not", anchored(box("VOID", "<a:noFill/>")), ["VOID"], {}),
    ("an edge is no fill", anchored(box("VOID", f"<a:noFill/><a:ln>{_SOLID}</a:ln>")), ["VOID"], {}),
    ("filled by its style", anchored(box("", "", "<xdr:style><a:fillRef idx='1'/></xdr:style>")), [], UNDER),
    ("not by a style of none", anchored(box("", "", "<xdr:style><a:fillRef idx='0'/></xdr:style>")), [], {}),
    ("nor where it says so itself", anchored(box("", "<a:noFill/>", "<xdr:style><a:fillRef idx='1'/></xdr:style>")), [], {}),
    ("a white rectangle without a word", anchored(box("", _SOLID)), [], UNDER),
    ("a group", anchored(f"<xdr:grpSp>{box('one', _SOLID)}{box('two')}</xdr:grpSp>"), ["one\ntwo"], UNDER),
    ("a size in place of a corner", anchored(box("VOID", _SOLID), end=None), ["VOID"], UNDER),
    ("a field", anchored("<xdr:sp><xdr:txBody><a:p><a:fld><a:t>9.9</a:t></a:fld></a:p></xdr:txBody></xdr:sp>"), ["9.9"], {}),
    ("a choice", "<mc:AlternateContent><mc:Choice Requires='x'>" + anchored(box("one")) + "</mc:Choice><mc:Fallback>"
     + anchored(box("two")) + "</mc:Fallback></mc:AlternateContent>", ["one", "two"], {}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "shape", "said", "covered"), SHAPES, ids=[what for what, *_ in SHAPES])
def test_what_is_drawn_is_said_and_hides_what_it_lies_on(
    what: str, shape: str, said: list[str], covered: dict[tuple[int, int], str]
) -> None:
    raw = drawn(shape)
    assert [(kind, words) for kind, words, _ in texts(raw)] == [("text box", words) for words in said], what
    assert troubled(raw) == covered, what


def _picture(image: bytes) -> bytes:
    related = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/image" Target="/xl/media/logo.png"/></Relationships>'
    )
    shape = anchored("<xdr:pic><xdr:blipFill><a:blip r:embed='rId1'/></xdr:blipFill></xdr:pic>")
    more = {"xl__drawings___rels__drawing1.xml.rels": related, "xl__media__logo.png": image}
    return drawn(shape, **more)


def test_a_picture_is_told_by_its_cells_and_its_bytes() -> None:
    ((kind, logo, cell),) = texts(_picture(b"logo"))
    assert (kind, cell) == ("picture", "B2")
    assert re.fullmatch(r"a picture covers B2:B3 \(image [0-9a-f]{16}\)", logo)
    assert texts(_picture(b"another one"))[0][1] != logo
    assert troubled(_picture(b"logo")) == {}


def comments(*said: tuple[str, str]) -> str:
    each = "".join(f'<comment ref="{cell}"><text><r><t>{words}</t></r></text></comment>' for cell, words in said)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<comments xmlns="{main}"><commentList>{each}</commentList></comments>'


OURS = "HOLD TEXT-UNREAD\nIt says: 9.9\nWhat is wrong: nobody has read it\nWhat to do: Read it."
COMMENTS = [
    ("retest 9.9", ["retest 9.9"]),
    ("", []),
    (OURS, []),
    (f"{OURS}\n\n{OURS}", []),
    (f"retest 9.9\n\n{OURS}", ["retest 9.9"]),
    (f"{OURS}\nretest 9.9", [f"{OURS}\nretest 9.9"]),
    ("HOLD everything", ["HOLD everything"]),
]


@pytest.mark.parametrize(("words", "said"), COMMENTS)
def test_a_comment_is_said_without_what_we_added_to_it(words: str, said: list[str]) -> None:
    raw = with_part("comments", "comments1.xml", comments(("B2", words)))
    assert texts(raw) == [("comment", one, "B2") for one in said]


def test_a_thread_is_said_once() -> None:
    threaded = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="B2"><text>retest 9.9</text></threadedComment>'
        '<threadedComment ref="B2"><text>do not release</text></threadedComment></ThreadedComments>'
    )
    for_others = (
        "[Threaded comment]\n\nYour version allows you to read it.\n\nComment:\n    {}\nReply:\n    do not release"
    )
    raw = with_part("threadedComment", "threaded.xml", threaded)
    expected = [("comment", "retest 9.9", "B2"), ("comment", "do not release", "B2")]
    assert texts(raw) == expected
    for words, more in (("retest 9.9", 0), ("Salmonella", 1)):
        old = comments(("B2", for_others.format(words)))
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            related = archive.read("xl/worksheets/_rels/sheet1.xml.rels").decode()
        both = f'<Relationship Id="rId8" Type="{_RELATIONS}/comments" Target="/xl/old.xml"/></Relationships>'
        related = related.replace("</Relationships>", both)
        whole = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(whole, "w") as after:
            for name in before.namelist():
                after.writestr(name, related if name.endswith("sheet1.xml.rels") else before.read(name))
            after.writestr("xl/old.xml", old)
        assert len(texts(whole.getvalue())) == 2 + more


def test_buttons_of_old_drawings_have_their_captions() -> None:
    shape = "<v:shape><v:textbox><div><font>{}</font></div></v:textbox></v:shape>"
    vml = '<xml xmlns:v="urn:schemas-microsoft-com:vml">{}</xml>'.format
    raw = with_part("vmlDrawing", "vml.vml", vml(shape.format("Rejected") + shape.format("")))
    assert texts(raw) == [("text box", "Rejected", "")]
    assert texts(with_part("vmlDrawing", "vml.vml", vml("<br>"))) == [
        ("text box", "a drawing that cannot be read lies on this sheet", "")
    ]


def _headed(code: str) -> Dress:
    def dress(book: openpyxl.Workbook) -> None:
        book["Results"].oddHeader.center.text = code

    return dress


PAGE_CODES = [
    ("REJECTED", ["REJECTED"]),
    ("&P", []),
    ("&P / &N", []),
    ("&D &T &F &A &Z", []),
    ("Page &P of &N", ["Page 1 of 1"]),
    ('&"Arial,Bold"&14&KFF0000REJECTED', ["REJECTED"]),
    ("Smith && Sons", ["Smith & Sons"]),
    ("&&P", ["&P"]),
    ("&G", []),
]


@pytest.mark.parametrize(("code", "said"), PAGE_CODES)
def test_page_headers_are_said_without_their_codes(code: str, said: list[str]) -> None:
    found = texts(xlsx_bytes(CELLS, _headed(code)))
    assert [words for kind, words, _ in found if kind == "page header"] == said
    assert ("picture" in {kind for kind, *_ in found}) == (code == "&G")
    header = struct.pack("<HB", len(code) + 2, 0) + b"&C" + code.encode()
    old = xls_bytes(XlsSheet(rows=CELLS, extra=record(0x0014, header)))
    assert [words for kind, words, _ in texts(old) if kind == "page header"] == said


def test_the_three_sections_of_every_footer_are_said() -> None:
    def dress(book: openpyxl.Workbook) -> None:
        sheet = book["Results"]
        sheet.HeaderFooter.differentFirst = sheet.HeaderFooter.differentOddEven = True
        for footer, name in ((sheet.oddFooter, "odd"), (sheet.evenFooter, "even"), (sheet.firstFooter, "first")):
            footer.left.text, footer.right.text = f"{name} left", f"{name} right"

    said = {f"{name} {side}" for name in ("odd", "even", "first") for side in ("left", "right")}
    assert {words for kind, words, _ in texts(xlsx_bytes(CELLS, dress)) if kind == "page footer"} == said


def test_prompts_are_said_where_they_are_shown() -> None:
    def dress(book: openpyxl.Workbook) -> None:
        for shown, cell in ((True, "B2"), (False, "B3")):
            rule = DataValidation(type="whole", promptTitle="Lead", prompt=f"at {cell}", showInputMessage=shown)
            rule.add(cell)
            book["Results"].add_data_validation(rule)

    assert texts(xlsx_bytes(CELLS, dress)) == [("comment", "Lead: at B2", "B2")]


def _chart() -> BarChart:
    chart = BarChart()
    chart.title = "BATCH REJECTED"
    chart.x_axis.title = "lead 9.9 mg/kg"
    return chart


def test_titles_of_charts_are_said_and_a_sheet_of_a_chart_is_a_sheet() -> None:
    def dress(book: openpyxl.Workbook) -> None:
        chart, other = _chart(), _chart()
        chart.add_data(Reference(book["Results"], min_col=2, min_row=2, max_row=3))
        book["Results"].add_chart(chart, "E9")
        book.create_chartsheet("Final").add_chart(other)

    sheets = sheets_of(xlsx_bytes(CELLS, dress))
    assert [(sheet.name, len(sheet.rows)) for sheet in sheets] == [("Results", 3), ("Final", 0)]
    for sheet, cell in zip(sheets, ("E9", "A1"), strict=True):
        assert [(said.text, said.cell) for said in sheet.texts] == [("BATCH REJECTED", cell), ("lead 9.9 mg/kg", cell)]


def test_comments_of_openpyxl_are_said_too() -> None:
    def dress(book: openpyxl.Workbook) -> None:
        book["Results"]["B3"].comment = Comment("see retest", "lab")

    assert texts(xlsx_bytes(CELLS, dress)) == [("comment", "see retest", "B3")]


GHOST = (
    b'<dxfs count="1"><dxf><font><color rgb="FFFFFFFF"/></font></dxf></dxfs>'
    b'<tableStyles count="1"><tableStyle name="Ghost" count="1"><tableStyleElement type="%s" dxfId="0"/>'
    b"</tableStyle></tableStyles>"
)


@pytest.mark.parametrize(
    ("name", "element", "covered"),
    [("Ghost", b"wholeTable", 9), ("Ghost", b"headerRow", 3), ("Ghost", b"totalRow", 3), ("TableStyleLight1", b"wholeTable", 0)],
)  # fmt: skip
def test_a_table_s_style_may_hide_its_cells(name: str, element: bytes, covered: int) -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    part = f'<table xmlns="{main}" id="1" name="T" displayName="T" ref="A1:C3"><tableStyleInfo name="{name}"/></table>'
    raw = with_part("table", "tables/table1.xml", part)
    whole = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(whole, "w") as after:
        for each in before.namelist():
            content = before.read(each)
            if each == "xl/styles.xml":
                content = re.sub(rb"<tableStyles[^>]*/>", b"", content)
                content = content.replace(b"</styleSheet>", GHOST % element + b"</styleSheet>")
            after.writestr(each, content)
    found = troubled(whole.getvalue())
    assert (len(found), set(found.values())) == (covered, {"shown-differs"} if covered else set())


def test_a_scale_of_blacks_blackens_its_cells() -> None:
    def scale(colour: str) -> Dress:
        rule = ColorScaleRule("min", None, Color(colour), end_type="max", end_value=None, end_color=Color(colour))
        return lambda book: book["Results"].conditional_formatting.add("B2:B3", rule)

    assert set(troubled(xlsx_bytes(CELLS, scale("FF000000"))).values()) == {"shown-differs"}
    assert troubled(xlsx_bytes(CELLS, scale("FF63BE7B"))) == {}


# ---------------------------------------------------------------- xls


def _drawing(area: tuple[int, int, int, int] | None, fill: int | None = None) -> bytes:
    """A shape with its corners (top, left, bottom, right, from 0; the edges of the last cell) and its fill's flags."""
    content = struct.pack("<HHI", 0, 0xF00A, 8) + bytes(8)
    if fill is not None:
        content += struct.pack("<HHI", 0x0013, 0xF00B, 6) + struct.pack("<HI", 0x01BF, fill)
    if area is not None:
        top, left, bottom, right = area
        content += struct.pack("<HHI", 0, 0xF010, 18) + struct.pack("<9H", 0, left, 0, top, 0, right, 0, bottom, 0)
    return record(0x00EC, struct.pack("<HHI", 0x000F, 0xF004, len(content)) + content)


def _object(kind: int, number: int, said: str = "") -> bytes:
    made = record(0x005D, struct.pack("<HHHHH", 0x15, 0x12, kind, number, 0) + bytes(12))
    if not said:
        return made
    made += record(0x01B6, struct.pack("<HHHHHHHI", 0, 0, 0, 0, 0, len(said), 16, 0))
    half = len(said) // 2
    made += record(0x003C, b"\x00" + said[:half].encode()) + record(0x003C, b"\x01" + said[half:].encode("utf-16-le"))
    return made + record(0x003C, bytes(16))


def old(*extra: bytes) -> bytes:
    return xls_bytes(XlsSheet(rows=CELLS, extra=b"".join(extra)))


_AREA = (1, 1, 3, 2)
NOTE = record(0x001C, struct.pack("<HHHHHB", 1, 1, 0, 7, 0, 0))
OLD_SHAPES: list[tuple[str, bytes, list[tuple[str, str, str]], dict[tuple[int, int], str]]] = [
    ("a comment", _drawing(_AREA) + _object(0x19, 7, "retest 9.9") + NOTE, [("comment", "retest 9.9", "B2")], {}),
    ("a text box", _drawing(_AREA) + _object(6, 1, "VOID"), [("text box", "VOID", "B2")], UNDER),
    ("one without a fill", _drawing(_AREA, 1 << 20) + _object(6, 1, "VOID"), [("text box", "VOID", "B2")], {}),
    ("a rectangle", _drawing(_AREA, 1 << 20 | 1 << 4) + _object(2, 1), [], UNDER),
    ("a line", _drawing(_AREA) + _object(1, 1), [], {}),
    ("a chart", _drawing(_AREA) + _object(5, 1), [], UNDER),
    ("a button", _drawing(None) + _object(7, 1, "Reject"), [("text box", "Reject", "")], {}),
    ("one that is cut", record(0x01B6, b"\x00"), [("text box", "a drawing that cannot be read lies on this sheet", "")], {}),
    ("a prompt", record(0x01BE, struct.pack("<I", 1 << 18) + b"".join(
        struct.pack("<HB", len(said), 0) + said for said in (b"Lead", b"\0", b"rejected", b"\0"))),
     [("comment", "Lead: rejected", "")], {}),
    ("a prompt nobody sees", record(0x01BE, struct.pack("<I", 0) + b"".join(
        struct.pack("<HB", len(said), 0) + said for said in (b"Lead", b"\0", b"rejected", b"\0"))), [], {}),
    ("a picture behind", record(0x00E9, bytes(8)), [("picture", "a picture lies behind the cells", "")], {}),
    ("footers of other pages", record(0x089C, bytes(30) + struct.pack("<4H", 0, 4, 0, 0) + b"\x04\x00\x00VOID"),
     [("page footer", "VOID", "")], {}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "extra", "said", "covered"), OLD_SHAPES, ids=[what for what, *_ in OLD_SHAPES])
def test_records_of_an_old_sheet_say_what_is_beside_its_cells(
    what: str, extra: bytes, said: list[tuple[str, str, str]], covered: dict[tuple[int, int], str]
) -> None:
    assert texts(old(extra)) == said, what
    assert troubled(old(extra)) == covered, what


def test_an_old_picture_is_told_by_its_cells_and_the_workbook_s_pictures() -> None:
    shape = _drawing(_AREA) + _object(8, 1)
    one, other = (
        texts(xls_bytes(XlsSheet(rows=CELLS, extra=shape), extra=record(0x00EB, image))) for image in (b"a", b"b")
    )
    assert [words.partition(" (")[0] for _, words, _ in one] == ["a picture covers B2:B3"]
    assert one != other


def test_an_old_sheet_of_a_chart_is_a_sheet() -> None:
    title = record(0x100D, struct.pack("<HBB", 0, 8, 0) + b"REJECTED")
    sheets = sheets_of(xls_bytes(XlsSheet(rows=CELLS), XlsSheet(name="Final", kind=2, extra=title)))
    assert [(sheet.name, [said.text for said in sheet.texts]) for sheet in sheets] == [
        ("Results", []),
        ("Final", ["REJECTED"]),
    ]


def _rule(flags: int, body: bytes) -> bytes:
    """A conditional format over B2:B3."""
    area = struct.pack("<HHHH", 1, 2, 1, 1)
    head = record(0x01B0, struct.pack("<HH", 1, 1) + area + struct.pack("<H", 1) + area)
    return head + record(0x01B1, struct.pack("<BBHH", 2, 0, 0, 0) + struct.pack("<IH", flags, 0) + body)


def _font(colour: int = -1, style: int = 0, unchanged: int = 0x9A, size: int = -1) -> bytes:
    font = bytearray(118)
    struct.pack_into("<iI", font, 64, size, style)
    struct.pack_into("<i", font, 80, colour)
    struct.pack_into("<I", font, 88, unchanged)
    return bytes(font)


_BOTH = 1 << 26 | 1 << 29
OLD_RULES = [
    ("white", _rule(1 << 26, _font(9)), True),
    ("red", _rule(1 << 26, _font(10)), False),
    ("struck out", _rule(1 << 26, _font(style=0x80, unchanged=0)), True),
    ("not struck out", _rule(1 << 26, _font(style=0x80)), False),
    ("tiny", _rule(1 << 26, _font(size=20)), True),
    ("another number format", _rule(1 << 25, bytes(2)), True),
    ("red on red", _rule(_BOTH, _font(10) + struct.pack("<HH", 1 << 10, 10 | 10 << 7)), True),
    ("white on red", _rule(_BOTH, _font(9) + struct.pack("<HH", 1 << 10, 10 | 10 << 7)), False),
    ("blacked out", _rule(1 << 29, struct.pack("<HH", 1 << 10, 8 | 8 << 7)), True),
]


@pytest.mark.parametrize(("what", "rule", "alters"), OLD_RULES, ids=[what for what, *_ in OLD_RULES])
def test_conditional_formats_of_old_sheets(what: str, rule: bytes, alters: bool) -> None:
    assert troubled(old(rule)) == ({(2, 2): "shown-differs", (3, 2): "shown-differs"} if alters else {}), what


# ---------------------------------------------------------------- ods


def _ods(*rows: str, styles: str = "", **parts: str | bytes) -> bytes:
    named = {name.replace("__", "/"): part for name, part in parts.items()}
    return ods_bytes(table("Results", *rows), styles=styles, parts=named)


def beside(inner: str) -> bytes:
    """A sheet of two rows and two columns, with something in its cell B1."""
    cell = text("", f"{inner}<text:p>0.21</text:p>")
    return _ods(
        row(text("Lead"), cell), row(text("Cadmium"), text("0.1")), styles=_GRAPHICS, **{"Pictures/x.png": b"x"}
    )


def _graphic(name: str, fill: str) -> str:
    return style(name, "graphic", f'<style:graphic-properties draw:fill="{fill}"/>')


_GRAPHICS = _graphic("solid", "solid") + _graphic("none", "none")
_END = 'table:end-cell-address="Results.B3" table:end-x="1cm" table:end-y="0cm"'
_UNDER = {(1, 2): "hidden", (2, 2): "hidden"}
ODF_SHAPES: list[tuple[str, str, list[tuple[str, str, str]], dict[tuple[int, int], str]]] = [
    ("a comment", "<office:annotation><dc:date xmlns:dc='x'>2026</dc:date><text:p>retest 9.9</text:p></office:annotation>",
     [("comment", "retest 9.9", "B1")], {}),
    ("a shape", f"<draw:custom-shape {_END} draw:style-name='solid'><text:p>VOID</text:p></draw:custom-shape>",
     [("text box", "VOID", "B1")], _UNDER),
    ("one without a fill", f"<draw:custom-shape {_END} draw:style-name='none'><text:p>VOID</text:p></draw:custom-shape>",
     [("text box", "VOID", "B1")], {}),
    ("a text box", f"<draw:frame {_END}><draw:text-box><text:p>VOID</text:p></draw:text-box></draw:frame>",
     [("text box", "VOID", "B1")], {}),
    ("a size", "<draw:rect svg:height='0.8cm' svg:width='1cm' draw:style-name='solid'/>", [], _UNDER),
    ("a line", f"<draw:line {_END} draw:style-name='solid'/>", [], {}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "inner", "said", "covered"), ODF_SHAPES, ids=[what for what, *_ in ODF_SHAPES])
def test_what_stands_beside_cells_of_an_open_document(
    what: str, inner: str, said: list[tuple[str, str, str]], covered: dict[tuple[int, int], str]
) -> None:
    assert texts(beside(inner)) == said, what
    assert troubled(beside(inner)) == covered, what


def test_a_picture_in_an_open_document() -> None:
    raw = beside(f"<draw:frame {_END}><draw:image xlink:href='Pictures/x.png'/></draw:frame>")
    ((kind, words, cell),) = texts(raw)
    assert (kind, words.partition(" (")[0], cell) == ("picture", "a picture covers B1:B2", "B1")


def test_a_chart_in_an_open_document() -> None:
    chart = beside(f"<draw:frame {_END}><draw:object xlink:href='./Object 1'/></draw:frame>")
    inner = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0">'
        "<title><text:p>REJECTED</text:p></title><table:table><text:p>9.9</text:p></table:table></office:document-content>"
    )
    with zipfile.ZipFile(io.BytesIO(chart)) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    assert texts(zip_bytes({**parts, "Object 1/content.xml": inner})) == [("chart title", "REJECTED", "B1")]


MASTERS = (
    '<style:master-page style:name="Default"><style:header><text:p>{}</text:p></style:header>'
    '<style:footer-left style:display="false"><text:p>unseen</text:p></style:footer-left></style:master-page>'
)
ODF_PAGES = [
    ("REJECTED", ["REJECTED"]),
    ("<text:sheet-name>???</text:sheet-name>", []),
    ("<text:page-number>7</text:page-number>/<text:page-count>9</text:page-count>", []),
    ("Page <text:page-number>7</text:page-number>", ["Page 1"]),
    ("<text:span>DO NOT</text:span> RELEASE", ["DO NOT RELEASE"]),
]


@pytest.mark.parametrize(("inner", "said"), ODF_PAGES)
def test_page_headers_of_an_open_document(inner: str, said: list[str]) -> None:
    raw = _ods(row(text("Lead")), **{"styles.xml": styles_xml("", masters=MASTERS.format(inner))})
    assert texts(raw) == [("page header", words, "") for words in said]


def test_prompts_of_an_open_document() -> None:
    prompt = "<table:content-validation><table:help-message table:title='Lead'><text:p>rejected</text:p></table:help-message>"
    body = f"<table:content-validations>{prompt}</table:content-validation></table:content-validations>"
    assert texts(ods_bytes(body, table("Results", row(text("Lead"))))) == [("comment", "Lead\nrejected", "")]


ODF_STYLES = "".join([
    style("white", "table-cell", '<style:text-properties fo:color="#ffffff"/>'),
    style("red", "table-cell", '<style:text-properties fo:color="#ff0000"/>'),
    style("bars", "table-cell", '<style:text-properties style:text-line-through-style="solid"/>'),
    '<number:number-style style:name="N9"><number:text>ND</number:text></number:number-style>',
    '<style:style style:name="words" style:family="table-cell" style:data-style-name="N9"/>',
])  # fmt: skip


def _conditions(inner: str) -> bytes:
    cells = 'calcext:target-range-address="Results.B1:Results.B9"'
    conditions = f"<calcext:conditional-format {cells}>{inner}</calcext:conditional-format>"
    conditions = f"<calcext:conditional-formats>{conditions}</calcext:conditional-formats>"
    return _ods(row(text("Lead"), stored("float", 0.2, "0.2")), conditions, styles=ODF_STYLES)


ODF_RULES = [
    *((f"calcext:condition calcext:apply-style-name='{name}'", alters)
      for name, alters in {"white": True, "red": False, "bars": True, "words": True, "unknown": False}.items()),
    ("calcext:icon-set calcext:show-value='false'", True),
    ("calcext:icon-set", False),
    ("calcext:color-scale-entry calcext:color='#000000'", True),
    ("calcext:color-scale-entry calcext:color='#63be7b'", False),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "alters"), ODF_RULES)
def test_conditional_formats_of_an_open_document(rule: str, alters: bool) -> None:
    assert troubled(_conditions(f"<{rule}/>")) == ({(1, 2): "shown-differs"} if alters else {})


def test_a_condition_of_a_cell_s_own_style() -> None:
    condition = '<style:map style:condition="x" style:apply-style-name="{}"/>'
    own = f'<style:style style:name="own" style:family="table-cell">{condition}</style:style>'
    for applied, alters in (("white", True), ("red", False)):
        raw = _ods(row(stored("float", 0.2, "0.2", style_name="own")), styles=ODF_STYLES + own.format(applied))
        assert troubled(raw) == ({(1, 1): "shown-differs"} if alters else {})


# ---------------------------------------------------------------- alike in every format


def _dressed(value: Any, **how: Any) -> bytes:
    def dress(book: openpyxl.Workbook) -> None:
        cell = book["Results"]["A1"]
        for name, setting in how.items():
            setattr(cell, name, setting)

    return xlsx_bytes([[value]], dress)


def _old(value: Any, look: Look | None = None, **shape: Any) -> bytes:
    return xls_bytes(XlsSheet(rows=[[Dressed(value, look) if look else value]], **shape))


def _open(properties: str, value: float | str = 0.2, styles: str = "", **more: Any) -> bytes:
    own = style("own", "table-cell", f"<style:text-properties {properties}/>")
    cell = (
        text(value, style_name="own")
        if isinstance(value, str)
        else stored("float", value, str(value), style_name="own")
    )
    return _ods(row(cell, **more), styles=own + styles)


def _coloured(colour: str, condition: str = "") -> bytes:
    """A number format that writes in a colour, or does so under a condition alone."""
    plain = f'<style:text-properties fo:color="{colour}"/>'
    formats = f'<number:number-style style:name="N1">{plain}</number:number-style>'
    if condition:
        mapped = f'<style:map style:condition="{condition}" style:apply-style-name="N1"/>'
        formats += f'<number:number-style style:name="N2">{mapped}</number:number-style>'
    name = "N2" if condition else "N1"
    own = f'<style:style style:name="own" style:family="table-cell" style:data-style-name="{name}"/>'
    return _ods(row(stored("float", 0.2, "0.2", style_name="own")), styles=formats + own)


_LOW, _NARROW = 60, 100
_FLAT = style("flat", "table-row", '<style:table-row-properties style:row-height="1mm"/>')
_THIN = style("thin", "table-column", '<style:table-column-properties style:column-width="0.1cm"/>')


def _span(properties: str) -> bytes:
    own = style("run", "text", f"<style:text-properties {properties}/>")
    return _ods(row(text("", '<text:p>0.0<text:span text:style-name="run">9</text:span></text:p>')), styles=own)


def _shaped(**dimension: float) -> bytes:
    def dress(book: openpyxl.Workbook) -> None:
        sheet = book["Results"]
        if "height" in dimension:
            sheet.row_dimensions[1].height = dimension["height"]
        else:
            sheet.column_dimensions["A"].width = dimension["width"]

    return xlsx_bytes([[0.2]], dress)


def _unit(value: float, shown: str) -> bytes:
    return _ods(row(stored("float", value, shown)))


ALIKE: dict[str, tuple[str, tuple[bytes, bytes, bytes]]] = {
    "nearly white": ("invisible", (
        _dressed(0.2, font=Font(color="FFEDEDED")), _old(0.2, Look(colour=9)), _open('fo:color="#ededed"'))),
    "grey": ("", (_dressed(0.2, font=Font(color="FF999999")), _old(0.2, Look(colour=23)), _open('fo:color="#999999"'))),
    "white by its number format": ("invisible", (
        _dressed(0.2, number_format="[White]0.0"), _old(0.2, Look("[White]0.0")), _coloured("#ffffff"))),
    "red by its number format": ("", (
        _dressed(0.2, number_format="[Red]0.0"), _old(0.2, Look("[Red]0.0")), _coloured("#ff0000"))),
    "white where it is above 0.1": ("invisible", (
        _dressed(0.2, number_format="[White][>0.1]0.0;0.0"), _old(0.2, Look("[White][>0.1]0.0;0.0")),
        _coloured("#ffffff", "value()&gt;0.1"))),
    "white where it is below 0": ("", (
        _dressed(0.2, number_format="0.0;[White]-0.0"), _old(0.2, Look("0.0;[White]-0.0")),
        _coloured("#ffffff", "value()&lt;0"))),
    "a white text": ("invisible", (
        _dressed("ND", number_format="[White]@"), _old("ND", Look("[White]@")), _open('fo:color="#ffffff"', "ND"))),
    "three points": ("invisible", (
        _dressed(0.2, font=Font(size=3)), _old(0.2, Look(height=60)), _open('fo:font-size="1mm"'))),
    "five points": ("", (_dressed(0.2, font=Font(size=5)), _old(0.2, Look(height=100)), _open('fo:font-size="5pt"'))),
    "a run in white": ("invisible", (
        _dressed(0.2, font=Font(color="FFFFFFFF")),
        _old(Rich("0.09", ((0, Look()), (3, Look(colour=9))))), _span('fo:color="#ffffff"'))),
    "a run of a point": ("invisible", (
        _dressed(0.2, font=Font(size=1)), _old(Rich("0.09", ((3, Look(height=20)),))), _span('fo:font-size="10%"'))),
    "a low row": ("hidden", (
        _shaped(height=3), _old(0.2, row_shapes={0: (_LOW, False)}), _open("", styles=_FLAT, style_name="flat"))),
    "a narrow column": ("hidden", (
        _shaped(width=0.5), _old(0.2, columns={0: (_NARROW, False)}),
        ods_bytes(table("Results", column(style_name="thin"), row(stored("float", 0.2, "0.2"))), styles=_THIN))),
    "a unit of its number format": ("", (
        _dressed(0.2, number_format='0.0" mg/kg"'), _old(0.2, Look('0.0" mg/kg"')), _unit(0.2, "0.2 mg/kg"))),
    "a word of its number format": ("shown-differs", (
        _dressed(0.2, number_format='0.0" ND"'), _old(0.2, Look('0.0" ND"')), _unit(0.2, "0.2 ND"))),
    "nines to the cell's edge": ("shown-differs", (
        _dressed(0.2, number_format="*90.0"), _old(0.2, Look("*90.0")), _unit(0.2, "999990.2"))),
}  # fmt: skip


@pytest.mark.parametrize("what", ALIKE)
def test_what_nobody_sees_is_believed_in_no_format(what: str) -> None:
    code, alike = ALIKE[what]
    for name, raw in zip(("xlsx", "xls", "ods"), alike, strict=True):
        assert troubled(raw).get((1, 1), "") == code, name


def test_a_unit_of_a_number_format_is_said_in_every_format() -> None:
    for raw in ALIKE["a unit of its number format"][1]:
        assert sheets_of(raw)[0].rows[1][1].text == "0.2 mg/kg"


@pytest.mark.parametrize("pattern", ['"EXPIRED "yyyy-mm-dd', "dd/mm/yyyy", 'd" de "mmmm" de "yyyy'])
def test_a_date_with_words_in_its_format_is_not_believed(pattern: str) -> None:
    code = "shown-differs" if "EXPIRED" in pattern else ""
    assert troubled(_dressed(46085, number_format=pattern)).get((1, 1), "") == code
    assert troubled(_old(46085.0, Look(pattern))).get((1, 1), "") == code


def test_a_date_with_words_in_its_format_is_not_believed_in_an_open_document() -> None:
    words = '<number:date-style style:name="N1"><number:text>{}</number:text></number:date-style>'
    own = '<style:style style:name="own" style:family="table-cell" style:data-style-name="N1"/>'
    for said, code in ((" – ", ""), ("EXPIRED ", "shown-differs")):
        cell = stored("date", "2026-03-04", "2026-03-04", style_name="own")
        assert troubled(_ods(row(cell, blank()), styles=words.format(said) + own)).get((1, 1), "") == code
