"""Tables, numbers and dates: bad_inputs B53–B98 and what must come of each, as one table."""

from __future__ import annotations

from datetime import date
from functools import partial

from tests.hostile import containers as c
from tests.hostile import tables as t
from tests.hostile.book import rows_of
from tests.hostile.expected import FAILED, NO_PASS, Case, book, failed, held, of, one, passes, refused

_EXTRA_FIELD = [[*line, "9.9"] if at > 3 else line for at, line in enumerate(rows_of())]
_SHORT_ROW = [line[:1] if line[:1] == ["Lead"] else line for line in rows_of()]
_BLANK = [[line[0], "", line[2]] if at > 3 else line for at, line in enumerate(rows_of())]

TABLES = [
    one("B53", "a field too many in every row", partial(t.text, _EXTRA_FIELD), held("VALUE-OUTSIDE-COLUMNS", "9.9", cell="D5")),
    one("B54", "a row cut short", partial(t.text, _SHORT_ROW), held("SHORT-ROW", cell="A12")),
    one("B55", "a column twice in a table of batches", partial(
        t.wide, ["L-1"], ["Lead (ppm)", "Lead (ppm)", "Cadmium (ppm)"], [["0.1", "9.9", "0.1"]]),
        held()),
    one("B55", "a column of results twice", partial(t.text, [*rows_of()[:3], ["Analyte", "Result", "Unit", "Result"], *(
        [*line, "9.9"] for line in rows_of()[4:])]), held("READINGS-DIFFER")),
    one("B56", "two columns exchanged", partial(
        t.wide, ["L-1"], ["Lead (ppm)", "Mitragynine (ppm)"], [["14000", "0.3"]]), FAILED),
    one("B57", "a header in row 7, two tables and a note", t.two_tables_below_a_letter, passes()),
    one("B58", "a column nobody knows", partial(
        t.wide, ["L-1"], ["Lead (ppm)", "Unobtainium (ppm)"], [["0.3", "4"]]), held("UNKNOWN-ANALYTE")),
    one("B58", "a row nobody knows", partial(t.text, [*rows_of(), ["Unobtainium", "0.1", "mg/kg"]]),
        held("UNKNOWN-ANALYTE")),
    one("B59", "no Salmonella", partial(t.missing, "Salmonella"), held()),
    one("B60", "a header and no results", partial(t.text, rows_of()[:4]), refused("no-results", cell="A4")),
    one("B61", "all results blank", partial(t.text, _BLANK), NO_PASS),
    *(
        one("B62", f"'{word}' for lead", partial(t.changed, word), NO_PASS)
        for word in ("", "-", "N/A", "pass", "ND", "<LOQ", "NT")
    ),
    one("B62", "ND with a LOQ below the limit", partial(t.with_column, "LOQ", "0.5", said="ND"), passes()),
    one("B62", "ND with a LOD below the limit", partial(t.with_column, "LOD", "0.5", said="ND"), passes()),
    one("B62", "below a LOQ below the limit", partial(t.with_column, "LOQ", "0.5", said="<LOQ"), passes()),
    one("B63", "below a LOQ above the limit", partial(t.changed, "<5"), held()),
    *(
        one("B64", f"'{said}' for lead", partial(t.changed, said), NO_PASS)
        for said in ("<", "<<0.1", "~", "0.1 ppm of what", "0.1 0.2", "0.1.2", "0..1", "<-0.1", "≥0.1", "0.1–0.2")
    ),
    one("B65", "more than can be counted, above the limit", partial(t.changed, ">2000000", "cfu/g", "TYMC"), FAILED),
    one("B65", "more than can be counted, below the limit", partial(t.changed, ">2419.6", "cfu/g", "TYMC"), held()),
    one("B65", "too numerous to count", partial(t.changed, "TNTC", "cfu/g", "TYMC"), NO_PASS),
    *(
        one("B66", f"'{said}' for lead", partial(t.changed, said), NO_PASS)
        for said in ("nan", "inf", "-inf", "1e400", "Infinity", "1E-400", "NaN")
    ),
    *(book("B66", f"a numeric cell that holds '{said}'", partial(t.raw_cell, f"<v>{said}</v>"), held("NOT-A-NUMBER"))
        for said in ("NaN", "INF", "1_0", "0x10", "٣", "1e400")),
    *(
        one("B67", f"'{said}' for lead", partial(t.changed, said), NO_PASS)
        for said in ("1_0", "٣", "０.３", "0x10", "−5", "0．3")
    ),
    *(
        one("B68", f"'{said}' for lead", partial(t.changed, said), NO_PASS)
        for said in ("1,234", "1.234,5", "1,2,3", "1 2345", "0,3.1")
    ),
    one("B68", "comma and point as decimal marks of one column", partial(t.text, rows_of(Lead=("0,3", "mg/kg"))), passes()),
    one("B69", "less than nothing", partial(t.changed, "-5.0"), held("NEGATIVE", "-5.0", cell="B12")),
    one("B70", "no unit", partial(t.changed, "0.3", ""), NO_PASS),
    one("B70", "micrograms of what", partial(t.changed, "0.3", "ug"), NO_PASS),
    one("B70", "a hundredfold unit", partial(t.changed, "0.3", "%"), FAILED),
    *(one("B70", f"lead in {unit}", partial(t.changed, said, unit), passes()) for said, unit in [
        ("0.3", "ppm"), ("300", "ppb"), ("0.3", "µg/g"), ("0.3", "μg/g"), ("0.3", "ug/g"), ("0.00003", "%")]),
    one("B71", "a unit in the cell against the unit beside it", partial(t.changed, "0.3 ppb"),
        held("UNIT-CONTRADICTS", cell="B12|C12")),
    book("B72", "a cell shown as 1.50 %", partial(t.percent, "0.015", "0.00%"), passes()),
    one("B72", "0.015 without a unit", partial(t.changed, "0.015", "", "Mitragynine"), NO_PASS),
    book("B73", "9.9 shown as ND", partial(t.stored, 9.9, '"ND"'), failed("SHOWN-DIFFERS", cell="B12")),
    book("B73", "9.9 shown as nothing", partial(t.stored, 9.9, ";;;"), failed("INVISIBLE", cell="B12")),
    book("B74", "1.24 shown as 1.2, which is no pass either way", partial(t.stored, 1.24, "0.0"), NO_PASS),
    book("B74", "1.44 shown as 1", partial(t.stored, 1.44, "0"), NO_PASS),
    book("B75", "a formula with a stale result", partial(t.raw_cell, "<f>1+1</f><v>0.3</v>"),
        held("FORMULA", cell="B12")),
    book("B75", "a formula without a result", partial(t.raw_cell, "<f>1+1</f>"), held("FORMULA", cell="B12")),
    book("B76", "#N/A", partial(t.raw_cell, "<v>#N/A</v>", "e"), held("ERROR-VALUE", "#N/A", cell="B12")),
    book("B76", "#DIV/0!", partial(t.raw_cell, "<v>#DIV/0!</v>", "e"), held("ERROR-VALUE", "#DIV/0!", cell="B12")),
    book("B76", "TRUE", partial(t.raw_cell, "<v>1</v>", "b"), NO_PASS),
    book("B77", "a failing value in a hidden row", t.hidden_row, failed("HIDDEN", cell="A12")),
    book("B77", "a failing value in a hidden column", t.hidden_column, failed("HIDDEN")),
    book("B77", "a failing value in a hidden sheet", t.hidden_sheet, failed("HIDDEN")),
    book("B78", "one lot merged over three rows", t.merged_batch, FAILED),
    one("B79", "blanks around a number", partial(t.changed, " 0.3 "), passes()),
    *(
        one("B79", f"{said!r} for lead", partial(t.changed, said), NO_PASS)
        for said in ("'0.3", "0.\u200b3", "0\u00ad.3", "0\u00a03")
    ),
    one("B80", "the same result twice", partial(t.text, [*rows_of(), ["Lead", "0.30", "mg/kg"]]), passes()),
    one("B81", "two results of one analyte", partial(t.text, [*rows_of(), ["Lead", "9.9", "mg/kg"]]), NO_PASS),
    one("B82", "20,001 rows of text", partial(t.text, [*rows_of(), *[["x", "", ""]] * 19_984]),
        refused("too-large", "20,000", "20,001")),
    book("B82", "20,001 rows of a workbook", partial(c.rows_of_many_values, 20_000), refused("too-large", "20,000")),
    one("B83", "UTF-16 with its mark", partial(t.text, rows_of(), "utf-16"), passes()),
    one("B83", "a name that two code pages read differently", partial(
        t.text, [["Client", "Dvořák"], *rows_of()], "cp1250"), refused("encoding", "not UTF-8 at byte", "Dvo")),
    one("B83", "a micro sign in a code page", partial(t.text, rows_of(Lead=("0.3", "µg/g")), "cp1252"),
        passes("encoding-assumed")),
    one("B83", "two encodings", lambda: t.text(rows_of(Lead=("0.3", "µg/g"))) + "Nickel,0.1,µg/g\r\n".encode("cp1252"),
        refused("encoding|mojibake")),
    one("B83", "a broken micro sign", partial(t.text, rows_of(Lead=("0.3", "Âµg/g"))), refused(
        "mojibake", "Âµ", "line 12")),
    one("B84", "a quotation mark that never closes", of(t.text(rows_of()).replace(b"Lead,", b'"Lead,')),
        refused("damaged", "line 12")),
    one("B84", "old Mac line ends", of(t.text(rows_of()).replace(b"\r\n", b"\r")), passes()),
    one("B84", "a NUL", of(t.text(rows_of()).replace(b"Lead", b"Le\0ad")), held("CONTROL-CHARACTER", "U+0000", cell="A12")),
    one("B85", "a cell of 10 MB of text", partial(t.changed, "1" * 10_000_000), refused("too-large", "4,000", cell="B12")),
    book("B85", "a cell of 10 MB of a workbook", t.long_text, refused("too-large", "limit|4,000")),
    *(one("B86", f"a note {note!r}", partial(t.with_column, "Notes", note), held("TEXT-UNREAD", cell="D12")) for note in (
        '=HYPERLINK("http://x")', "@SUM(A1)", "\t=1", "+1", "-1")),
    *(one("B87", f"a client {client!r}", partial(t.with_fact, "Client", client), held("TEXT-UNREAD", cell="B3")) for client in (
        "<script>alert(1)</script>", "{{7*7}}", '"><img onerror=1>')),
]  # fmt: skip

TIME = [
    one("B88", "a day that may be a month", partial(t.with_fact, "Date Tested", "03/04/2026"),
        passes()),
    one("B88", "an ISO day", partial(t.with_fact, "Date Tested", "2026-04-03"), passes()),
    book("B89", "a day since 1904", partial(t.since_1904, date(2026, 4, 3)), passes("tested 2026-04-03")),
    *(
        one("B90", f"tested on {day}", partial(t.with_fact, "Date Tested", day), NO_PASS)
        for day in ("2031-01-01", "2025-02-29", "1900-01-00", "31.11.2026")
    ),
    one("B90", "reported before it was tested", lambda: t.text([
        *rows_of()[:2], ["Date Tested", "2026-05-03"], ["Date Reported", "2026-04-03"], *rows_of()[2:]]), NO_PASS),
    one("B91", "a certificate of three years ago", partial(t.with_fact, "Date Tested", "2023-01-01"), held()),
    Case("B95", "a certificate number that holds other results", {
        "one.csv": lambda: t.text([["Certificate No.", "C-1"], *rows_of()]),
        "two.csv": lambda: t.text([["Certificate No.", "C-1"], *rows_of(Lead=("0.31", "mg/kg"))]),
    }, NO_PASS),
    Case("B97", "tested again until it passed", {
        "one.csv": lambda: t.text([["Certificate No.", "C-1"], *rows_of(Lead=("9.9", "mg/kg"))]),
        "two.csv": lambda: t.text([["Certificate No.", "C-2"], *rows_of()]),
        "three.csv": lambda: t.text([["Certificate No.", "C-3"], *rows_of(Lead=("0.2", "mg/kg"))]),
    }, FAILED),
    one("B98", "a PDF, edited or not", c.plain_pdf, refused("pdf", "csv"), "certificate.pdf"),
]  # fmt: skip
