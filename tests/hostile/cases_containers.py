"""Containers and names: bad_inputs B01–B51 and what must come of each, as one table."""

from __future__ import annotations

import gzip
from functools import partial

from tests.hostile import containers as c
from tests.hostile import tables as t
from tests.hostile.book import rows_of
from tests.hostile.expected import NO_PASS, Build, Case, Expected, book, held, of, one, passes, refused

_NO_TYPES = refused("doctype", "document type")


def _ods(number: str, what: str, build: Build, expected: Expected) -> Case:
    return one(number, what, build, expected, "certificate.ods")


CONTAINERS = [
    book("B01", "3 million rows in 190 kB", c.ratio_bomb, refused("too-large", "limit")),
    book(
        "B01",
        "1.3 million rows within the size of a part",
        partial(c.ratio_bomb, 1_300_000),
        refused("too-large", "limit"),
    ),
    book(
        "B01", "40,000 rows below every ratio", partial(c.rows_of_many_values, 40_000), refused("too-large", "20,000")
    ),
    book("B02", "fifty parts on one local header", c.overlap_bomb, refused("zip-overlap", "overlap")),
    book("B03", "fifty parts that quote each other's headers", c.quoted_overlap, refused("zip-overlap", "overlap")),
    one("B04", "a workbook in a zip in a zip", c.nested_zip, refused("archive", "send"), "certificate.zip"),
    book("B04", "the same named xlsx", c.nested_zip, refused("archive", "send")),
    book("B05", "100,000 empty parts", c.many_parts, refused("too-large", "200")),
    book("B06", "a part of 96 MB that says 10 bytes", c.declared_size_lie, refused("part-size-lie")),
    book("B06", "a good sheet that says 10 bytes", c.declared_size_lie_of_a_good_sheet, refused("part-size-lie")),
    book("B06", "a sheet whose checksum is wrong", c.wrong_checksum, refused("damaged", "damaged")),
    book("B07", "a zip64 locator that points nowhere", c.zip64_trick, refused("damaged", "damaged")),
    book("B08", "one shared string of 200 MB", c.shared_strings_bomb, refused("too-large", "limit")),
    book(
        "B08", "one shared string of 30 MB", partial(c.shared_strings_bomb, 30 * c.MIB), refused("too-large", "limit")
    ),
    book("B09", "a billion laughs", partial(c.laughs, 9), _NO_TYPES),
    book("B10", "a million laughs, which expat lets by", partial(c.laughs, 6), _NO_TYPES),
    book("B11", "one long entity, 2,000 times", c.quadratic, _NO_TYPES),
    book("B12", "an entity that is a file of this machine", c.entity_of_a_file, _NO_TYPES),
    book("B13", "a document type on the network", c.external_type, _NO_TYPES),
    book("B13", "a document type that does nothing", c.harmless_type, _NO_TYPES),
    book("B13", "a document type in UTF-16", c.type_in_utf16, _NO_TYPES),
    book("B13", "a document type in the styles", c.type_in_styles, _NO_TYPES),
    book("B14", "a cell in the last corner", c.far_cell, refused("too-large", "20,000")),
    book("B14", "a cell in the last column", c.far_column, refused("too-large", "200")),
    book("B15", "row 2147483647", partial(c.row_said_to_be, "2147483647"), refused("too-large", "20,000")),
    *(
        book("B16", f"row '{number}'", partial(c.row_said_to_be, number), refused("damaged", f"'{number}'"))
        for number in ("-1", "0", "1e3", "٣", "")
    ),
    *(
        book("B16", f"cell '{name}'", partial(c.cell_said_to_be, name), refused("damaged", f"'{name}'"))
        for name in ("A0", "90", "A", "a-90", "A1e3")
    ),
    book("B17", "a dimension that lies", c.lying_dimension, passes()),
    book("B18", "a cell twice", c.cell_twice, refused("cell-twice", "twice", cell="B7")),
    book("B18", "a row twice", c.row_twice, refused("cell-twice", "twice")),
    book("B19", "a part twice", c.part_twice, refused("part-twice", "twice")),
    book("B19", "a part twice, once in capitals", c.part_twice_in_other_letters, refused("part-twice", "twice")),
    book("B20", "macros in a file that says it has none", c.macros_in_plain_clothes, refused("macros", "macros")),
    one("B20", "macros, honestly", c.honest_macros, passes("macros-not-run"), "certificate.xlsm"),
    book("B21", "a link to another workbook", c.external_link, refused("external-link", "another workbook")),
    book("B22", "a formula that starts a program", c.command_formula, held("FORMULA", "formula", cell="B7")),
    book("B23", "an embedded object", c.embedded_object, refused("embedded-object")),
    book("B24", "a picture of the results", c.picture_of_results, refused("no-table|empty", "picture")),
    book("B25", "a data connection", c.data_connection, refused("data-connection")),
    book("B26", "an encrypted workbook", c.encrypted_workbook, refused("encrypted", "password")),
    one("B27", "an encrypted PDF", c.encrypted_pdf, refused("pdf", "password"), "certificate.pdf"),
    one("B28", "a PDF that is a workbook too", c.pdf_and_workbook, refused("polyglot"), "certificate.pdf"),
    book("B28", "the same, named xlsx", c.pdf_and_workbook, refused("polyglot")),
    book("B28", "a picture that is a workbook too", c.something_before_a_workbook, refused("polyglot")),
    one("B29", "a web page named xls", c.web_page, refused("not-a-spreadsheet", "web page"), "certificate.xls"),
    book("B30", "csv named xlsx", c.text_table, refused("wrong-name", "text", "xlsx")),
    one("B30", "xlsx named csv", c.good, refused("wrong-name", "xlsx", "csv")),
    one("B31", "nothing", of(b""), refused("empty", "empty")),
    one("B31", "one byte", of(b"x"), refused("not-a-spreadsheet|damaged|empty")),
    one("B31", "only a byte order mark", of(b"\xff\xfe"), refused("empty", "empty")),
    *(
        book("B31", f"cut short after {tenths}0 %", partial(c.cut, tenths), refused("damaged", "damaged"))
        for tenths in range(1, 10)
    ),
    _ods("B09", "a document type in an ods", c.ods_laughs, _NO_TYPES),
    _ods(
        "B14",
        "one ods row that stands a million times",
        partial(c.ods_repeated, 1_000_000),
        refused("too-large", "20,000"),
    ),
    _ods(
        "B15",
        "one ods row that stands 9 million million times",
        partial(c.ods_repeated, 9 * 10**12),
        refused("too-large|damaged"),
    ),
    _ods("B17", "an ods that ends in a million blank rows", c.ods_blank_for_ever, passes()),
    _ods("B26", "an encrypted ods", c.encrypted_ods, refused("encrypted", "password")),
    one("B07", "an xls that loops", c.xls_that_loops, refused("damaged"), "certificate.xls"),
    one("B07", "an xls of noise", c.xls_of_noise, refused("damaged"), "certificate.xls"),
    one("B29", "a Word document named xls", c.xls_without_a_workbook, refused("not-a-spreadsheet"), "certificate.xls"),
    one("B31", "gzip", of(gzip.compress(b"Lot,1\n")), refused("archive"), "certificate.csv.gz"),
]

A_GOOD_TABLE = partial(t.text, rows_of())

NAMES = [
    *(
        one(number, what, A_GOOD_TABLE, passes(), name)
        for number, what, name in [
            ("B32", "a name that climbs", "../../etc/cron.d/x.csv"),
            ("B33", "an absolute name", "/etc/passwd.csv"),
            ("B33", "a name on a share", "\\\\server\\share\\x.csv"),
            ("B33", "a device", "CON"),
            ("B33", "an option", "-rf"),
            ("B33", "256 bytes", "x" * 252 + ".csv"),
        ]
    ),
    one("B33", "a line end in the name", A_GOOD_TABLE, passes(), "a\nb.csv"),
    one("B34", "a NUL in the name", A_GOOD_TABLE, passes(), "a\0.csv"),
    one("B35", "a program", c.good, refused("file-type", "exe"), "certificate.xlsx.exe"),
    Case("B36", "two files of one name, one of which fails", {
        "one/certificate.csv": A_GOOD_TABLE, "two/certificate.csv": partial(t.changed, "9.9"),
    }, NO_PASS),
    *(
        one(number, what, partial(t.named, batch), held("ID-UNCLEAR", "position", cell="B1"))
        for number, what, batch in [
            ("B39", "a batch id that runs backwards", "LOT-\u202e421"),
            ("B40", "a batch id with a blank of no width", "LOT\u200b-1"),
            ("B41", "a batch id with a Cyrillic О", "LОT-1"),
            ("B42", "a batch id in full width", "Ａ-1"),
            ("B42", "a batch id with a ligature", "ﬁ-1"),
            ("B43", "a batch id with a Kelvin sign", "\u212a-1"),
        ]
    ),
    one("B45", "a batch id with a blank that does not break", partial(t.named, "lot-1\u00a0"), passes("=lot-1")),
    one("B44", "a NUL in a cell of a csv", partial(t.named, "L\0-1"), held("CONTROL-CHARACTER", "U+0000")),
    book("B44", "a NUL in a cell of a workbook", partial(t.raw_cell, "<is><t>0.3_x0000_</t></is>", "inlineStr"),
        held("CONTROL-CHARACTER", "U+0000", cell="B12")),
    Case("B45", "two batch ids that differ in case", {
        "one.csv": partial(t.named, "lot-1"), "two.csv": partial(t.named, "LOT-1"),
    }, held()),
    one("B46", "a byte order mark", of(b"\xef\xbb\xbf" + t.text(rows_of())), passes()),
    one("B46", "two of them", of(b"\xef\xbb\xbf" * 2 + t.text(rows_of())), refused("encoding", "byte order mark")),
    book("B47", "a batch id that is 7 and looks like 007", partial(t.batch_as, 7, "000"),
        Expected("held", ("ID-CHANGED", "=007"))),
    book("B48", "a batch id 1E5 made 100000", partial(t.batch_as, 100_000, "0.00E+00"), held("ID-CHANGED")),
    book("B49", "a batch id MAR4 made a day", partial(t.batch_as, 46_085, "d-mmm"), held("ID-CHANGED", cell="B1")),
    book("B50", "a batch id of 16 digits", partial(t.batch_as, 1234567890123450, "0"), held("ID-CHANGED", cell="B1")),
    *(
        one("B51", f"a batch id {word}", partial(t.named, word), refused("no-batch-id"))
        for word in ("NULL", "None", "NA", "nan")
    ),
    one("B51", "a batch id TRUE", partial(t.named, "TRUE"), passes("=TRUE")),
]  # fmt: skip
