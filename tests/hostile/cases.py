"""Every named bad input of the facts (bad_inputs.md) and what must come of it, as one table that reads like it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from tests.hostile import containers as c
from tests.hostile import tables as t
from tests.hostile.book import rows_of

Build = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Expected:
    """`kind`: refused, held, failed, passes, or no pass (held, failed or refused, as the reading sees fit).

    `codes`: of the refusal, one of them; for a batch that was judged, a rule that held it or a remark made.
    """

    kind: str
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A bad input: its number in the facts, what it is, its files by name, and what must come of them."""

    number: str
    what: str
    files: Mapping[str, Build]
    expected: Expected

    def __str__(self) -> str:
        return f"{self.number} {self.what}"


def refused(code: str, *words: str, cell: str = "") -> Expected:
    return Expected("refused", tuple(code.split("|")), words, cell)


def held(*codes: str) -> Expected:
    return Expected("held", codes)


def passes(*remarks: str) -> Expected:
    return Expected("passes", remarks)


FAILED = Expected("failed")
NO_PASS = Expected("no pass")


def _one(number: str, what: str, build: Build, expected: Expected, name: str = "certificate.csv") -> Case:
    return Case(number, what, {name: build}, expected)


def _book(number: str, what: str, build: Build, expected: Expected) -> Case:
    return _one(number, what, build, expected, "certificate.xlsx")


def _of(raw: bytes) -> Build:
    return lambda: raw


_NO_TYPES = refused("doctype", "document type")

CONTAINERS = [
    _book("B01", "3 million rows in 190 kB", c.ratio_bomb, refused("too-large", "limit")),
    _book(
        "B01",
        "1.3 million rows within the size of a part",
        partial(c.ratio_bomb, 1_300_000),
        refused("too-large", "limit"),
    ),
    _book(
        "B01", "40,000 rows below every ratio", partial(c.rows_of_many_values, 40_000), refused("too-large", "20,000")
    ),
    _book("B02", "fifty parts on one local header", c.overlap_bomb, refused("zip-overlap", "overlap")),
    _book("B03", "fifty parts that quote each other's headers", c.quoted_overlap, refused("zip-overlap", "overlap")),
    _one("B04", "a workbook in a zip in a zip", c.nested_zip, refused("archive", "send"), "certificate.zip"),
    _book("B04", "the same named xlsx", c.nested_zip, refused("archive", "send")),
    _book("B05", "100,000 empty parts", c.many_parts, refused("too-large", "200")),
    _book("B06", "a part of 96 MB that says 10 bytes", c.declared_size_lie, refused("part-size-lie")),
    _book("B06", "a good sheet that says 10 bytes", c.declared_size_lie_of_a_good_sheet, refused("part-size-lie")),
    _book("B06", "a sheet whose checksum is wrong", c.wrong_checksum, refused("damaged", "damaged")),
    _book("B07", "a zip64 locator that points nowhere", c.zip64_trick, refused("damaged", "damaged")),
    _book("B08", "one shared string of 200 MB", c.shared_strings_bomb, refused("too-large", "limit")),
    _book(
        "B08", "one shared string of 30 MB", partial(c.shared_strings_bomb, 30 * c.MIB), refused("too-large", "limit")
    ),
    _book("B09", "a billion laughs", partial(c.laughs, 9), _NO_TYPES),
    _book("B10", "a million laughs, which expat lets by", partial(c.laughs, 6), _NO_TYPES),
    _book("B11", "one long entity, 2,000 times", c.quadratic, _NO_TYPES),
    _book("B12", "an entity that is a file of this machine", c.entity_of_a_file, _NO_TYPES),
    _book("B13", "a document type on the network", c.external_type, _NO_TYPES),
    _book("B13", "a document type that does nothing", c.harmless_type, _NO_TYPES),
    _book("B13", "a document type in UTF-16", c.type_in_utf16, _NO_TYPES),
    _book("B13", "a document type in the styles", c.type_in_styles, _NO_TYPES),
    _book("B14", "a cell in the last corner", c.far_cell, refused("too-large", "20,000")),
    _book("B14", "a cell in the last column", c.far_column, refused("too-large", "200")),
    _book("B15", "row 2147483647", partial(c.row_said_to_be, "2147483647"), refused("too-large", "20,000")),
    *(
        _book("B16", f"row '{number}'", partial(c.row_said_to_be, number), refused("damaged", f"'{number}'"))
        for number in ("-1", "0", "1e3", "٣", "")
    ),
    *(
        _book("B16", f"cell '{name}'", partial(c.cell_said_to_be, name), refused("damaged", f"'{name}'"))
        for name in ("A0", "90", "A", "a-90", "A1e3")
    ),
    _book("B17", "a dimension that lies", c.lying_dimension, passes()),
    _book("B18", "a cell twice", c.cell_twice, refused("cell-twice", "twice", cell="B7")),
    _book("B18", "a row twice", c.row_twice, refused("cell-twice", "twice")),
    _book("B19", "a part twice", c.part_twice, refused("part-twice", "twice")),
    _book("B19", "a part twice, once in capitals", c.part_twice_in_other_letters, refused("part-twice", "twice")),
    _book("B20", "macros in a file that says it has none", c.macros_in_plain_clothes, refused("macros", "macros")),
    _one("B20", "macros, honestly", c.honest_macros, passes("macros"), "certificate.xlsm"),
    _book("B21", "a link to another workbook", c.external_link, refused("external-link", "another workbook")),
    _book("B22", "a formula that starts a program", c.command_formula, refused("formula", "formula", cell="B7")),
    _book("B23", "an embedded object", c.embedded_object, refused("embedded-object")),
    _book("B24", "a picture of the results", c.picture_of_results, refused("no-table|empty", "picture")),
    _book("B25", "a data connection", c.data_connection, refused("data-connection")),
    _book("B26", "an encrypted workbook", c.encrypted_workbook, refused("encrypted", "password")),
    _one("B27", "an encrypted PDF", c.encrypted_pdf, refused("pdf", "password"), "certificate.pdf"),
    _one("B28", "a PDF that is a workbook too", c.pdf_and_workbook, refused("polyglot"), "certificate.pdf"),
    _book("B28", "the same, named xlsx", c.pdf_and_workbook, refused("polyglot")),
    _book("B28", "a picture that is a workbook too", c.something_before_a_workbook, refused("polyglot")),
    _one("B29", "a web page named xls", c.web_page, refused("not-a-spreadsheet", "web page"), "certificate.xls"),
    _book("B30", "csv named xlsx", c.text_table, refused("wrong-name", "text", "xlsx")),
    _one("B30", "xlsx named csv", c.good, refused("wrong-name", "xlsx", "csv")),
    _one("B31", "nothing", _of(b""), refused("empty", "empty")),
    _one("B31", "one byte", _of(b"x"), refused("not-a-spreadsheet|damaged|empty")),
    _one("B31", "only a byte order mark", _of(b"\xff\xfe"), refused("empty", "empty")),
    *(
        _book("B31", f"cut short after {tenths}0 %", partial(c.cut, tenths), refused("damaged", "damaged"))
        for tenths in range(1, 10)
    ),
    _one("B31", "gzip", _of(gzip.compress(b"Lot,1\n")), refused("archive"), "certificate.csv.gz"),
]

_A_GOOD_TABLE = partial(t.text, rows_of())

NAMES = [
    *(
        _one(number, what, _A_GOOD_TABLE, passes(), name)
        for number, what, name in [
            ("B32", "a name that climbs", "../../etc/cron.d/x.csv"),
            ("B33", "an absolute name", "/etc/passwd.csv"),
            ("B33", "a name on a share", "\\\\server\\share\\x.csv"),
            ("B33", "a device", "CON"),
            ("B33", "an option", "-rf"),
            ("B33", "256 bytes", "x" * 252 + ".csv"),
        ]
    ),
    _one("B33", "a line end in the name", _A_GOOD_TABLE, refused("file-name", "control character"), "a\nb.csv"),
    _one("B34", "a NUL in the name", _A_GOOD_TABLE, refused("file-name", "control character"), "a\0.csv"),
    _one("B35", "a program", c.good, refused("file-type", "exe"), "certificate.xlsx.exe"),
    Case("B36", "two files of one name, one of which fails", {
        "one/certificate.csv": _A_GOOD_TABLE, "two/certificate.csv": partial(t.changed, "9.9"),
    }, NO_PASS),
    *(
        _one(number, what, partial(t.named, batch), refused("invisible-character|look-alike|batch-id", cell="B1"))
        for number, what, batch in [
            ("B39", "a batch id that runs backwards", "LOT-\u202e421"),
            ("B40", "a batch id with a blank of no width", "LOT\u200b-1"),
            ("B41", "a batch id with a Cyrillic О", "LОT-1"),
            ("B42", "a batch id in full width", "Ａ-1"),
            ("B42", "a batch id with a ligature", "ﬁ-1"),
            ("B43", "a batch id with a Kelvin sign", "\u212a-1"),
            ("B45", "a batch id with a blank that does not break", "lot-1\u00a0"),
        ]
    ),
    _one("B44", "a NUL in a cell of a csv", partial(t.named, "L\0-1"), refused("control-character", "U+0000")),
    _book("B44", "a NUL in a cell of a workbook", partial(t.raw_cell, "<is><t>0.3_x0000_</t></is>", "inlineStr"), NO_PASS),
    Case("B45", "two batch ids that differ in case", {
        "one.csv": partial(t.named, "lot-1"), "two.csv": partial(t.named, "LOT-1"),
    }, held()),
    _one("B46", "a byte order mark", _of(b"\xef\xbb\xbf" + t.text(rows_of())), passes()),
    _one("B46", "two of them", _of(b"\xef\xbb\xbf" * 2 + t.text(rows_of())), refused("encoding", "byte order mark")),
    _book("B47", "a batch id that is 7 and looks like 007", partial(t.batch_as, 7, "000"), passes("=007")),
    _book("B48", "a batch id 1E5 made 100000", partial(t.batch_as, 100_000, "0.00E+00"), NO_PASS),
    _book("B49", "a batch id MAR4 made a day", partial(t.batch_as, 46_085, "d-mmm"), refused("id-changed", cell="B1")),
    _book("B50", "a batch id of 16 digits", partial(t.batch_as, 1234567890123450, "0"), refused("id-changed", cell="B1")),
    *(_one("B51", f"a batch id {word}", partial(t.named, word), passes(f"={word}")) for word in ("TRUE", "NULL", "None", "NA", "nan")),
]  # fmt: skip

_EXTRA_FIELD = [line + ["9.9"] if at > 3 else line for at, line in enumerate(rows_of())]
_SHORT_ROW = [line[:1] if line[:1] == ["Lead"] else line for line in rows_of()]
_BLANK = [[line[0], "", line[2]] if at > 3 else line for at, line in enumerate(rows_of())]

TABLES = [
    _one("B53", "a field too many in every row", partial(t.text, _EXTRA_FIELD), refused("value-outside-columns", "9.9", cell="D5")),
    _one("B54", "a row cut short", partial(t.text, _SHORT_ROW), NO_PASS),
    _one("B55", "a column twice in a table of batches", partial(
        t.wide, ["L-1"], ["Lead (ppm)", "Lead (ppm)", "Cadmium (ppm)"], [["0.1", "9.9", "0.1"]]), NO_PASS),
    _one("B55", "a column of results twice", partial(t.text, [*rows_of()[:3], ["Analyte", "Result", "Unit", "Result"], *(
        [*line, "9.9"] for line in rows_of()[4:])]), NO_PASS),
    _one("B56", "two columns exchanged", partial(
        t.wide, ["L-1"], ["Lead (ppm)", "Mitragynine (ppm)"], [["14000", "0.3"]]), FAILED),
    _one("B57", "a header in row 7, two tables and a note", t.two_tables_below_a_letter, passes()),
    _one("B58", "a column nobody knows", partial(
        t.wide, ["L-1"], ["Lead (ppm)", "Uranium (ppm)"], [["0.3", "4"]]), NO_PASS),
    _one("B58", "a row nobody knows", partial(t.text, [*rows_of(), ["Unobtainium", "0.1", "mg/kg"]]), held("ANALYTE-UNKNOWN")),
    _one("B59", "no Salmonella", partial(t.missing, "Salmonella"), held()),
    _one("B60", "a header and no results", partial(t.text, rows_of()[:4]), refused("no-results", cell="A4")),
    _one("B61", "all results blank", partial(t.text, _BLANK), NO_PASS),
    *(_one("B62", f"'{word}' for lead", partial(t.changed, word), NO_PASS) for word in ("", "-", "N/A", "pass", "ND", "<LOQ", "NT")),
    _one("B62", "ND with a LOQ below the limit", partial(t.with_column, "LOQ", "0.5", said="ND"), passes()),
    _one("B62", "ND with a LOD below the limit", partial(t.with_column, "LOD", "0.5", said="ND"), passes()),
    _one("B62", "below a LOQ below the limit", partial(t.with_column, "LOQ", "0.5", said="<LOQ"), passes()),
    _one("B63", "below a LOQ above the limit", partial(t.changed, "<5"), held()),
    *(
        _one("B64", f"'{said}' for lead", partial(t.changed, said), NO_PASS)
        for said in ("<", "<<0.1", "~", "0.1 ppm of what", "0.1 0.2", "0.1.2", "0..1", "<-0.1", "≥0.1", "0.1–0.2")
    ),
    _one("B65", "more than can be counted, above the limit", partial(t.changed, ">2000000", "cfu/g", "TYMC"), FAILED),
    _one("B65", "more than can be counted, below the limit", partial(t.changed, ">2419.6", "cfu/g", "TYMC"), held()),
    _one("B65", "too numerous to count", partial(t.changed, "TNTC", "cfu/g", "TYMC"), NO_PASS),
    *(
        _one("B66", f"'{said}' for lead", partial(t.changed, said), NO_PASS)
        for said in ("nan", "inf", "-inf", "1e400", "Infinity", "1E-400", "NaN")
    ),
    *(_book("B66", f"a numeric cell that holds '{said}'", partial(t.raw_cell, f"<v>{said}</v>"), refused(
        "damaged|not-a-number")) for said in ("NaN", "INF", "1_0", "0x10", "٣", "1e400")),
    *(
        _one("B67", f"'{said}' for lead", partial(t.changed, said), NO_PASS)
        for said in ("1_0", "٣", "０.３", "0x10", "−5", "0．3")
    ),
    *(
        _one("B68", f"'{said}' for lead", partial(t.changed, said), NO_PASS)
        for said in ("1,234", "1.234,5", "1,2,3", "1 2345", "0,3.1")
    ),
    _one("B68", "comma and point as decimal marks of one column", partial(t.text, rows_of(Lead=("0,3", "mg/kg"))), NO_PASS),
    _one("B69", "less than nothing", partial(t.changed, "-5.0"), refused("negative", "-5.0", cell="B12")),
    _one("B70", "no unit", partial(t.changed, "0.3", ""), NO_PASS),
    _one("B70", "micrograms of what", partial(t.changed, "0.3", "ug"), NO_PASS),
    _one("B70", "a hundredfold unit", partial(t.changed, "0.3", "%"), FAILED),
    *(_one("B70", f"lead in {unit}", partial(t.changed, said, unit), passes()) for said, unit in [
        ("0.3", "ppm"), ("300", "ppb"), ("0.3", "µg/g"), ("0.3", "μg/g"), ("0.3", "ug/g"), ("0.00003", "%")]),
    _one("B71", "a unit in the cell against the unit beside it", partial(t.changed, "0.3 ppb"), refused("unit-contradicts", cell="B12|C12")),
    _book("B72", "a cell shown as 1.50 %", partial(t.percent, "0.015", "0.00%"), passes()),
    _one("B72", "0.015 without a unit", partial(t.changed, "0.015", "", "Mitragynine"), NO_PASS),
    _book("B73", "9.9 shown as ND", partial(t.stored, 9.9, '"ND"'), refused("shown-differs", cell="B12")),
    _book("B73", "9.9 shown as nothing", partial(t.stored, 9.9, ";;;"), refused("shown-differs|hidden", cell="B12")),
    _book("B74", "1.24 shown as 1.2, which is no pass either way", partial(t.stored, 1.24, "0.0"), NO_PASS),
    _book("B74", "1.44 shown as 1", partial(t.stored, 1.44, "0"), NO_PASS),
    _book("B75", "a formula with a stale result", partial(t.raw_cell, "<f>1+1</f><v>0.3</v>"), refused("formula", cell="B12")),
    _book("B75", "a formula without a result", partial(t.raw_cell, "<f>1+1</f>"), refused("formula", cell="B12")),
    _book("B76", "#N/A", partial(t.raw_cell, "<v>#N/A</v>", "e"), refused("error-value", "#N/A", cell="B12")),
    _book("B76", "#DIV/0!", partial(t.raw_cell, "<v>#DIV/0!</v>", "e"), refused("error-value", "#DIV/0!", cell="B12")),
    _book("B76", "TRUE", partial(t.raw_cell, "<v>1</v>", "b"), NO_PASS),
    _book("B77", "a failing value in a hidden row", t.hidden_row, refused("hidden", cell="A12")),
    _book("B77", "a failing value in a hidden column", t.hidden_column, refused("hidden")),
    _book("B77", "a failing value in a hidden sheet", t.hidden_sheet, refused("hidden")),
    _book("B78", "one lot merged over three rows", t.merged_batch, NO_PASS),
    _one("B79", "blanks around a number", partial(t.changed, " 0.3 "), passes()),
    *(_one("B79", f"{said!r} for lead", partial(t.changed, said), NO_PASS) for said in ("'0.3", "0.\u200b3", "0\u00ad.3", "0\u00a03")),
    _one("B80", "the same result twice", partial(t.text, [*rows_of(), ["Lead", "0.30", "mg/kg"]]), passes()),
    _one("B81", "two results of one analyte", partial(t.text, [*rows_of(), ["Lead", "9.9", "mg/kg"]]), NO_PASS),
    _one("B82", "20,001 rows of text", partial(t.text, [*rows_of(), *[["x", "", ""]] * 19_984]), refused("too-large", "20,000", "20,001")),
    _book("B82", "20,001 rows of a workbook", partial(c.rows_of_many_values, 20_000), refused("too-large", "20,000")),
    _one("B83", "UTF-16 with its mark", partial(t.text, rows_of(), "utf-16"), passes()),
    _one("B83", "a name that two code pages read differently", partial(
        t.text, [["Client", "Dvořák"], *rows_of()], "cp1250"), refused("encoding", "not UTF-8 at byte", "Dvo")),
    _one("B83", "a micro sign in a code page", partial(t.text, rows_of(Lead=("0.3", "µg/g")), "cp1252"), passes("encoding-assumed")),
    _one("B83", "two encodings", lambda: t.text(rows_of(Lead=("0.3", "µg/g"))) + "Nickel,0.1,µg/g\r\n".encode("cp1252"), refused("encoding|mojibake")),
    _one("B83", "a broken micro sign", partial(t.text, rows_of(Lead=("0.3", "Âµg/g"))), refused("mojibake", "Âµ", "line 12")),
    _one("B84", "a quotation mark that never closes", _of(t.text(rows_of()).replace(b"Lead,", b'"Lead,')), refused("damaged", "line 12")),
    _one("B84", "old Mac line ends", _of(t.text(rows_of()).replace(b"\r\n", b"\r")), refused("line-ends", "line 1")),
    _one("B84", "a NUL", _of(t.text(rows_of()).replace(b"Lead", b"Le\0ad")), refused("control-character", "line 12")),
    _one("B85", "a cell of 10 MB of text", partial(t.changed, "1" * 10_000_000), refused("too-large", "4,000", cell="B12")),
    _book("B85", "a cell of 10 MB of a workbook", t.long_text, refused("too-large", "limit|4,000")),
    *(_one("B86", f"a note {note!r}", partial(t.with_column, "Notes", note), passes()) for note in (
        '=HYPERLINK("http://x")', "@SUM(A1)", "\t=1", "+1", "-1")),
    *(_one("B87", f"a client {client!r}", partial(t.with_fact, "Client", client), passes()) for client in (
        "<script>alert(1)</script>", "{{7*7}}", '"><img onerror=1>')),
]  # fmt: skip

TIME = [
    _one("B88", "a day that may be a month", partial(t.with_fact, "Date Tested", "03/04/2026"), refused("ambiguous-date", "03/04/2026", cell="B3")),
    _one("B88", "an ISO day", partial(t.with_fact, "Date Tested", "2026-04-03"), passes()),
    _book("B89", "a day since 1904", partial(t.since_1904, date(2026, 4, 3)), passes("tested 2026-04-03")),
    *(_one("B90", f"tested on {day}", partial(t.with_fact, "Date Tested", day), NO_PASS) for day in ("2031-01-01", "2025-02-29", "1900-01-00", "31.11.2026")),
    _one("B90", "reported before it was tested", lambda: t.text([
        *rows_of()[:2], ["Date Tested", "2026-05-03"], ["Date Reported", "2026-04-03"], *rows_of()[2:]]), NO_PASS),
    _one("B91", "a certificate of three years ago", partial(t.with_fact, "Date Tested", "2023-01-01"), held()),
    Case("B95", "a certificate number that holds other results", {
        "one.csv": lambda: t.text([["Certificate No.", "C-1"], *rows_of()]),
        "two.csv": lambda: t.text([["Certificate No.", "C-1"], *rows_of(Lead=("0.31", "mg/kg"))]),
    }, NO_PASS),
    Case("B97", "tested again until it passed", {
        "one.csv": lambda: t.text([["Certificate No.", "C-1"], *rows_of(Lead=("9.9", "mg/kg"))]),
        "two.csv": lambda: t.text([["Certificate No.", "C-2"], *rows_of()]),
        "three.csv": lambda: t.text([["Certificate No.", "C-3"], *rows_of(Lead=("0.2", "mg/kg"))]),
    }, FAILED),
    _one("B98", "a PDF, edited or not", c.plain_pdf, refused("pdf", "xlsx or csv"), "certificate.pdf"),
]  # fmt: skip

CASES = [
    _book("B00", "the certificate that all are a change of", c.good, passes()),
    _one("B00", "the same as csv", _A_GOOD_TABLE, passes()),
    *CONTAINERS,
    *NAMES,
    *TABLES,
    *TIME,
]

ELSEWHERE = {
    "B37": "needs to know vendors, which one command and one inbox do not",
    "B38": "needs claims of vendors on lots",
    "B52": "needs a purchase list",
    "B92": "rulebooks carry dates and every verdict the day it was judged on: tests/judge",
    "B93": "tests/judge/test_rulebook_linter.py",
    "B94": "needs the register of laboratories",
    "B96": "a remark over several batches: tests/interpret",
    "B99": "no PDF is read",
    "B100": "no PDF is read",
}
"""What is tested in another place, or is not an input of this program, and why."""
