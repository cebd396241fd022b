"""Bad containers (bad_inputs B01–B31): bombs, lies, documents inside documents, and what is no spreadsheet at all."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.hostile.book import MACROS, SHEET, book, cell, parts, relations_of_sheet, row, rows, rows_of, sheet
from tests.hostile.ole import compound_file
from tests.hostile.zips import lying, overlapping, part, quoting, zip_of

MIB = 1024 * 1024
GOOD = sheet(rows(rows_of()))


def good() -> bytes:
    """A certificate that passes: what all others are a change of."""
    return book(GOOD)


# ---------------------------------------------------------------- bombs


def _sheet_in_pieces(piece: bytes, times: int) -> Iterator[bytes]:
    head, tail = sheet("@").encode().split(b"@")
    yield head
    block = piece * 1000
    for _ in range(times // 1000):
        yield block
    yield tail


def ratio_bomb(times: int = 3_000_000) -> bytes:
    return book(part(SHEET, _sheet_in_pieces(b"<row><c><v>0</v></c></row>", times), 9))


def rows_of_many_values(count: int) -> bytes:
    """Below every inflate ratio, as its values vary; only the count of rows stops it."""
    table = [["Batch", "Form", "Analyte", "Result", "Unit"]]
    table += [["L-1", "Leaf powder", "Lead", f"0.{number * 7919 % 99991:05d}", "mg/kg"] for number in range(count)]
    return book(sheet(rows(table)))


def overlap_bomb() -> bytes:
    one = part("xl/media/image1.png", bytes(10 * MIB))
    return overlapping(parts(GOOD), one, [f"xl/media/image{number}.png" for number in range(1, 51)])


def quoted_overlap() -> bytes:
    return quoting(parts(GOOD), bytes(MIB), [f"xl/media/image{number}.png" for number in range(1, 51)])


def nested_zip() -> bytes:
    return zip_of([part("send.zip", zip_of([part("certificate.xlsx", good())]))])


def many_parts() -> bytes:
    return zip_of([*parts(GOOD), *(part(f"xl/media/{number}", b"") for number in range(100_000))])


def declared_size_lie() -> bytes:
    return book(lying(part(SHEET, _sheet_in_pieces(b"<row/>", 16_000_000), 1), size=10))


def declared_size_lie_of_a_good_sheet() -> bytes:
    return book(lying(part(SHEET, GOOD), size=10))


def wrong_checksum() -> bytes:
    return book(lying(part(SHEET, GOOD), crc=1))


def zip64_trick() -> bytes:
    return zip_of(parts(GOOD), trick=struct.pack("<4sIQI", b"PK\x06\x07", 0, 2**40, 1))


def shared_strings_bomb(size: int = 200 * MIB) -> bytes:
    def pieces() -> Iterator[bytes]:
        yield b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
        for _ in range(size // MIB):
            yield b"A" * MIB
        yield b"</t></si></sst>"

    return book(GOOD, part("xl/sharedStrings.xml", pieces(), 1), relations=[("sharedStrings", "sharedStrings.xml")])


# ---------------------------------------------------------------- document types


def _with_type(declarations: str, said: str) -> bytes:
    table = rows_of()
    inside = rows(table) + f'<row r="90"><c r="A90" t="inlineStr"><is><t>{said}</t></is></c></row>'
    return book(sheet(inside, prolog=f"<!DOCTYPE worksheet {declarations}>"))


def laughs(levels: int) -> bytes:
    """Entities of ten entities each."""
    said = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, levels + 1))
    return _with_type(f"[{said}]", f"&a{levels};")


def quadratic() -> bytes:
    return _with_type(f'[<!ENTITY a "{"A" * 200_000}">]', "&a;" * 2000)


def entity_of_a_file() -> bytes:
    return _with_type('[<!ENTITY a SYSTEM "file:///etc/passwd">]', "&a;")


def external_type() -> bytes:
    return _with_type('SYSTEM "http://127.0.0.1:9/x"', "x")


def harmless_type() -> bytes:
    return _with_type("", "x")


def type_in_utf16() -> bytes:
    """A search for `<!DOCTYPE` in the bytes does not find it."""
    text = sheet(rows(rows_of()), prolog='<!DOCTYPE worksheet [<!ENTITY a "ha">]>').replace("UTF-8", "UTF-16")
    return book(part(SHEET, text.encode("utf-16")))


def type_in_styles() -> bytes:
    return book(GOOD, part("xl/styles.xml", '<!DOCTYPE styleSheet [<!ENTITY a "ha">]><styleSheet/>'))


# ---------------------------------------------------------------- addresses


def far_cell() -> bytes:
    return book(sheet(rows(rows_of()) + f'<row r="1048576">{cell(1_048_576, 16_384, "x")}</row>'))


def far_column() -> bytes:
    return book(sheet(rows(rows_of()) + row(90, [None] * 16_383 + ["x"])))


def row_said_to_be(number: str) -> bytes:
    return book(sheet(rows(rows_of()) + f'<row r="{number}"><c><v>1</v></c></row>'))


def cell_said_to_be(name: str) -> bytes:
    return book(sheet(rows(rows_of()) + f'<row r="90"><c r="{name}"><v>1</v></c></row>'))


def lying_dimension() -> bytes:
    return book(sheet(rows(rows_of()), before='<dimension ref="A1:XFD1048576"/>'))


def cell_twice() -> bytes:
    again = cell(7, 2, "0.10") + cell(7, 2, "9.9")
    return book(sheet(rows([*rows_of()[:6]]) + f'<row r="7">{cell(7, 1, "Cadmium")}{again}{cell(7, 3, "mg/kg")}</row>'))


def row_twice() -> bytes:
    table = rows_of()
    return book(sheet(rows(table) + row(12, ["Lead", "9.9", "mg/kg"])))


def part_twice() -> bytes:
    other = sheet(rows(rows_of(Lead=("9.9", "mg/kg"))))
    return zip_of([*parts(GOOD), part(SHEET, other)])


def part_twice_in_other_letters() -> bytes:
    """Names of parts are compared without regard to case."""
    other = sheet(rows(rows_of(Lead=("9.9", "mg/kg"))))
    return zip_of([*parts(GOOD), part(SHEET.replace("sheet1", "Sheet1"), other)])


# ---------------------------------------------------------------- what a workbook may carry


def macros_in_plain_clothes() -> bytes:
    return book(
        GOOD, part("xl/vbaProject.bin", compound_file({"PROJECT": b"ID"})), relations=[("vbaProject", "vbaProject.bin")]
    )


def honest_macros() -> bytes:
    vba = part("xl/vbaProject.bin", compound_file({"PROJECT": b"ID"}))
    return book(GOOD, vba, relations=[("vbaProject", "vbaProject.bin")], main=MACROS)


def external_link() -> bytes:
    link = part(
        "xl/externalLinks/externalLink1.xml",
        '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
    )
    return book(GOOD, link, relations=[("externalLink", "externalLinks/externalLink1.xml")])


def command_formula() -> bytes:
    table = rows_of()
    table[6] = ["Paynantheine", None, "%"]
    formula = "<c r=\"B7\"><f>cmd|'/c calc'!A0</f><v>0.25</v></c>"
    inside = rows(table).replace('<c r="C7"', formula + '<c r="C7"')
    return book(sheet(inside))


def embedded_object() -> bytes:
    thing = part("xl/embeddings/oleObject1.bin", compound_file({"Ole": b"x"}))
    return book(
        sheet(rows(rows_of()), after='<oleObjects><oleObject progId="Package" shapeId="1" r:id="r1"/></oleObjects>'),
        thing,
        relations_of_sheet(("oleObject", "../embeddings/oleObject1.bin")),
    )


def picture_of_results() -> bytes:
    drawing = '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"></xdr:wsDr>'
    return book(
        sheet("", after='<drawing r:id="r1"/>'),
        relations_of_sheet(("drawing", "../drawings/drawing1.xml")),
        part("xl/drawings/drawing1.xml", drawing),
        part("xl/media/image1.png", b"\x89PNG\r\n\x1a\n" + bytes(200)),
    )


def data_connection() -> bytes:
    inside = '<connections xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return book(GOOD, part("xl/connections.xml", inside), relations=[("connections", "connections.xml")])


# ---------------------------------------------------------------- what is not what it says


def encrypted_workbook() -> bytes:
    info = b"\x04\x00\x04\x00\x40\x00\x00\x00" + b'<?xml version="1.0"?><encryption/>'
    package = struct.pack("<Q", 9000) + bytes(range(256)) * 36
    return compound_file({"EncryptionInfo": info, "EncryptedPackage": package})


def encrypted_pdf() -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"3 0 obj<</Filter/Standard/V 2/R 3/O(o)/U(u)/P -4>>endobj\ntrailer<</Root 1 0 R/Encrypt 3 0 R/Size 4>>\n%%EOF\n"
    )


def plain_pdf() -> bytes:
    return encrypted_pdf().replace(b"/Encrypt 3 0 R", b"")


def pdf_and_workbook() -> bytes:
    return b"%PDF-1.4\n" + good()


def something_before_a_workbook() -> bytes:
    return b"GIF89a\x01\x00\x01\x00" + good()


def web_page() -> bytes:
    table = "".join("<tr>" + "".join(f"<td>{value}</td>" for value in line) + "</tr>" for line in rows_of())
    return f"<html><body><table>{table}</table></body></html>".encode()


def text_table() -> bytes:
    return "".join(",".join(map(str, line)) + "\n" for line in rows_of()).encode()


def cut(tenths: int) -> bytes:
    whole = good()
    return whole[: len(whole) * tenths // 10]


# ---------------------------------------------------------------- the same in older and other formats

_ODS = "urn:oasis:names:tc:opendocument:xmlns:"


def ods(table: str, *, prolog: str = "", manifest: str = "") -> bytes:
    """An OpenDocument sheet around its rows."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<office:document-content xmlns:office="{_ODS}office:1.0" '
        f'xmlns:table="{_ODS}table:1.0" xmlns:text="{_ODS}text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Results">{table}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zip_of(
        [
            part("mimetype", kind),
            part("content.xml", content),
            part(
                "META-INF/manifest.xml",
                f'<manifest:manifest xmlns:manifest="{_ODS}manifest:1.0"><manifest:file-entry manifest:full-path="/" '
                f'manifest:media-type="{kind}"/><manifest:file-entry manifest:full-path="content.xml" '
                f'manifest:media-type="text/xml">{manifest}</manifest:file-entry></manifest:manifest>',
            ),
        ]
    )


def ods_rows(repeated: int = 1) -> str:
    """The certificate as rows; the last one stands `repeated` times without being written more than once."""
    lines = [
        "".join(
            f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
            for value in line
        )
        for line in rows_of()
    ]
    last = f'<table:table-row table:number-rows-repeated="{repeated}">{lines[-1]}</table:table-row>'
    return "".join(f"<table:table-row>{line}</table:table-row>" for line in lines[:-1]) + last


def good_ods() -> bytes:
    return ods(ods_rows())


def ods_laughs() -> bytes:
    return ods(ods_rows(), prolog='<!DOCTYPE x [<!ENTITY a "ha">]>')


def ods_repeated(times: int) -> bytes:
    return ods(ods_rows(times))


def ods_blank_for_ever() -> bytes:
    """Spreadsheets end every sheet so; it is no bomb."""
    return ods(
        ods_rows() + '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    )


def encrypted_ods() -> bytes:
    return ods(ods_rows(), manifest='<manifest:encryption-data manifest:checksum="x"/>')


def xls_that_loops() -> bytes:
    """A compound file whose table of sectors sends the reader round in a circle."""
    raw = bytearray(compound_file({"Workbook": bytes(20_000)}))
    start = 512 + 4 * 3  # the table's entry of the second sector behind the directory
    raw[start : start + 4] = struct.pack("<I", 2)
    return bytes(raw)


def xls_of_noise() -> bytes:
    return compound_file({"Workbook": bytes(range(256)) * 40})


def xls_without_a_workbook() -> bytes:
    return compound_file({"WordDocument": bytes(5000)})
