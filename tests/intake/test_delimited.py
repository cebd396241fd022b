"""csv, tsv and semicolon files: encoding, separator, line ends and quotes are proven, or the file is refused."""

from __future__ import annotations

import contextlib
import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kratom_qc.app.reading import Reading, read_content
from kratom_qc.domain.errors import Refused
from kratom_qc.intake.formats.delimited import read
from kratom_qc.intake.sheets import Sheet
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.settings import Caps
from tests.factory.sheets import codes, results, troubles
from tests.hostile.runner import outcome

HEAD = "Batch;L-1\nForm;Leaf powder\n\n"
TABLE = f"{HEAD}Analyte;Result;Unit\nLead;0.2;mg/kg\n"


def _read(content: str | bytes) -> Reading:
    return read_content("coa.csv", content if isinstance(content, bytes) else content.encode())


def _remarks(reading: Reading) -> list[str]:
    return [remark.code for certificate in reading.certificates for remark in certificate.remarks]


def _line(said: str, unit: str = "mg/kg", analyte: str = "Lead") -> str:
    return f"{HEAD}Analyte;Result;Unit\n{analyte};{said};{unit}\n"


# ---------------------------------------------------------------- encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_text_that_proves_its_encoding_is_read(encoding: str) -> None:
    mark = b"\x00\x00\xfe\xff" if encoding == "utf-32-be" else b""
    reading = _read(mark + _line("0.2", "µg/g", "Olovo").encode(encoding))
    assert [(found.reported, found.reported_unit) for found in results(reading)] == [("0.2", "µg/g")]
    assert "encoding-assumed" not in _remarks(reading)


CERTAIN = [
    # what is written, in which code page, what of it must be read
    ("the micro sign of a unit", _line("0.2", "µg/g"), "cp1252", "µg/g"),
    ("the same, where 8859-2 has a letter", _line("0.2", "µg/g"), "cp1250", "µg/g"),
    ("plus or minus, alone between numbers", _line("0.5 ± 0.1"), "cp1252", "0.5 ± 0.1"),
    ("degrees, which Thai reads as a letter", _line("0.2").replace("\n\n", "\nStorage;25 °C\n\n"), "cp1252", "0.2"),
    (
        "an accent, which Thai lays over the letter before",
        _line("0.2").replace("\n\n", "\nClient;Année\n\n"),
        "cp1252",
        "0.2",
    ),
    ("letters that all pages share", _line("0.2").replace("\n\n", "\nClient;José Müller\n\n"), "cp1252", "0.2"),
    ("a Czech word that only one page can write", _line("0,2", "mg/kg", "Rtuť"), "cp1250", "0,2"),
    ("the old Unix page of Prague", _line("0,2", "mg/kg", "Rtuť"), "iso8859-2", "0,2"),
]


@pytest.mark.parametrize(("what", "text", "page", "said"), CERTAIN, ids=[what for what, *_ in CERTAIN])
def test_a_code_page_is_read_where_all_that_could_be_meant_agree(what: str, text: str, page: str, said: str) -> None:
    reading = _read(text.encode(page))
    (found,) = results(reading)
    assert said in (found.reported, found.reported_unit), what
    assert "encoding-assumed" in _remarks(reading)


UNSURE = [
    ("ø or ř", "Søren", "cp1252", "'Søren' or 'Sřren'"),
    ("ř or ø", "Dvořák", "cp1250", "'Dvořák'"),
    ("deep inside a long text", "The certificate was checked by Mr Dvořák", "cp1250", "'ecked by Mr Dvořák'"),
    ("Cyrillic, or Latin soup", "Москва", "cp1251", "byte 34 (line 3)"),
    ("Thai, or Latin soup", "กรุงเทพ", "cp874", "byte 34 (line 3)"),
]


@pytest.mark.parametrize(("what", "client", "page", "words"), UNSURE, ids=[what for what, *_ in UNSURE])
def test_a_code_page_is_refused_where_two_read_differently(what: str, client: str, page: str, words: str) -> None:
    (refusal,) = _read(_line("0.2").replace("\n\n", f"\nClient;{client}\n\n").encode(page)).refusals
    assert refusal.code == "encoding", what
    assert "not UTF-8 at byte" in refusal.message
    assert words in refusal.message
    assert "save the csv as UTF-8" in refusal.message


def test_two_encodings_in_one_file_are_refused() -> None:
    mixed = _line("0.2", "µg/g").encode() + "Cadmium;0.1;µg/g\n".encode("cp1252")
    assert codes(_read(mixed)) in (["encoding"], ["mojibake"])


MOJIBAKE = [
    ("Âµg/g", "Âµ"),
    ("â‰¤ 0.5", "â‰¤"),
    ("0.5 Â± 0.1", "Â±"),
    ("rtuÅ¥", "Å¥"),
    ("rtuĹĄ", "ĹĄ"),
    ("JosÃ©", "Ã©"),
    ("¬µg/g", "¬µ"),
    ("\ufffdg/g", "\ufffd"),
]


@pytest.mark.parametrize(("broken", "quoted"), MOJIBAKE)
def test_letters_broken_by_an_earlier_program_are_refused_with_their_line(broken: str, quoted: str) -> None:
    (refusal,) = _read(TABLE + f"Cadmium;0.1;{broken}\n").refusals
    assert refusal.code == "mojibake"
    assert f"line 6 holds '{quoted}'" in refusal.message
    assert "export the certificate again" in refusal.message


@pytest.mark.parametrize(
    "whole",
    ["Málaga", "Ústí nad Labem", "„VÝÁ“", "ESTUDIÓ”", "«CLARTÉ»", "É’", "99 % ± 1 °C", "β-½·10³ ≤ 5 µg", "กรุงเทพ"],
)
def test_letters_that_are_whole_are_not_taken_for_broken_ones(whole: str) -> None:
    assert codes(_read(TABLE.replace("\n\n", f"\nClient;{whole}\n\n"))) == []


BROKEN_TEXT = [
    ("two marks", "\ufeff\ufeff" + TABLE, "encoding", "second byte order mark stands in line 1"),
    ("two files joined", "\ufeff" + TABLE + "\ufeff" + TABLE, "encoding", "in line 6"),
    ("a lone surrogate in UTF-16", b"\xff\xfe" + TABLE.encode("utf-16-le") + b"\x00\xd8", "encoding", "UTF-16-LE"),
    ("UTF-16 cut in a letter", b"\xff\xfe" + TABLE.encode("utf-16-le")[:-1], "encoding", "byte order mark says"),
    ("only a mark", b"\xff\xfe", "empty", "empty"),
    ("a mark and blanks", " \n\t\n".encode("utf-16"), "empty", "empty"),
    ("machine code", bytes(range(256)) * 4, "not-a-spreadsheet", "neither a spreadsheet nor csv"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "content", "code", "words"), BROKEN_TEXT, ids=[what for what, *_ in BROKEN_TEXT])
def test_a_text_with_something_invisible_in_it_is_refused(
    what: str, content: str | bytes, code: str, words: str
) -> None:
    (refusal,) = _read(content).refusals
    assert (refusal.code, words in refusal.message) == (code, True), (what, refusal)


def sheet_of(content: str | bytes) -> Sheet:
    raw = content if isinstance(content, bytes) else content.encode()
    return open_workbook("c.csv", raw, Caps()).sheets[0]


@pytest.mark.parametrize(
    ("cell", "at"), [("0.2\0", "U+0000 at position 4"), ("\a0.2", "U+0007 at position 1"), ("0.2\x85", "U+0085")]
)
def test_a_cell_with_a_character_that_nobody_sees_is_not_believed(cell: str, at: str) -> None:
    ((place, problem),) = sheet_of(TABLE.replace("0.2", cell)).problems.items()
    assert (place, problem.code, at in problem.message) == ((5, 2), "control-character", True)


@pytest.mark.parametrize("ends", ["\r", "\r\n", "\n"])
def test_lines_may_end_as_on_any_machine(ends: str) -> None:
    assert sheet_of(TABLE.replace("\n", ends)) == sheet_of(TABLE)


def test_a_carriage_return_within_a_line_begins_a_row_as_a_spreadsheet_shows_it() -> None:
    assert sheet_of(TABLE.replace("0.2", "0.2\r9.9")).rows[6][1].text == "9.9"


_ROWS = "Batch,L-1\nAnalyte,Result,Method\nCadmium,0.1,ICP-MS\n"
LAST_LINES = [
    # the last line, the cell that may be cut short
    ("Lead,0.2,ICP-MS\n", None),
    ("Lead,0.2,ICP-MS\r\n", None),
    ("Lead,0.2,ICP-MS", None),
    ('Lead,0.2,"ICP"', None),
    ("Lead,0.2,ICP-M", (4, 3)),
    ("Lead,0.2,", (4, 2)),
    ("Lead,0.2", (4, 2)),
    ("Lead,0", (4, 2)),
    ("Lead", (4, 1)),
    ("Cadmium", (4, 1)),
]


@pytest.mark.parametrize(("last", "cut"), LAST_LINES)
def test_the_last_cell_of_a_file_without_a_last_line_end_may_be_cut_short(
    last: str, cut: tuple[int, int] | None
) -> None:
    problems = sheet_of(_ROWS + last).problems
    assert [(place, problem.code) for place, problem in problems.items()] == ([(cut, "cut-off")] if cut else [])


# ---------------------------------------------------------------- separators

HEADER = ["Analyte", "Result", "Unit"]
DIALECTS = [
    # text, separator by hand (the first result's `said` tells it was found)
    ("decimal commas between semicolons", f"{HEAD}Analyte;Result;Unit\nLead;0,5;mg/kg\nCadmium;0,1;mg/kg\n", "0,5"),
    ("more commas than semicolons", f"{HEAD}Analyte;Result;Note\nLead;0,5 mg/kg;a, b, c, d, e\n", "0,5 mg/kg"),
    ("a comma in a header", f"{HEAD}Analyte;Result, mg/kg\nLead;0,5\n", "0,5"),
    ("semicolons in a note", "Batch,L-1\nForm,Leaf powder\nNote,a;b;c\nAnalyte,Result,Unit\nLead,0.5,ppm\n", "0.5"),
    ("tabs", "Batch\tL-1\tForm\tLeaf powder\n\nAnalyte\tResult\tUnit\nLead\t0,5\tmg/kg\n", "0,5"),
    ("bars", "Batch|L-1|Form|Leaf powder\n\nAnalyte|Result|Unit\nLead|0,5|mg/kg\n", "0,5"),
    ("one row per batch", "Lot;Form;Lead (ppm);Cadmium (ppm)\nL-1;Leaf powder;0,5;0,1\n", "0,5"),
    ("sep=; says so", f"sep=;\n{HEAD}Analyte;Result;Unit\nLead;0,5;mg/kg\n", "0,5"),
    ("sep=, filled up to the width of the table", "sep=,,,,\n" + _line("0.5").replace(";", ","), "0.5"),
    ("sep= in quotes and capitals", '"SEP=\t"\r\n' + _line("0,5").replace(";", "\t"), "0,5"),
    ("quotes and separators inside", f'{HEAD}Analyte;Result;Unit;Note\nLead;"0,5";mg/kg;"a; ""b""\nc"\n', "0,5"),
    ("blank lines around", f"\n\n{_line('0,5')}\n\n\n", "0,5"),
    ("blanks around words", f"{HEAD} Analyte ; Result ; Unit \n Lead ; 0,5 ; mg/kg \n", " 0,5 "),
]


@pytest.mark.parametrize(("what", "text", "said"), DIALECTS, ids=[what for what, *_ in DIALECTS])
def test_the_separator_is_the_one_that_makes_header_words(what: str, text: str, said: str) -> None:
    assert results(_read(text))[0].reported.strip() == said.strip(), what


def test_a_sep_line_is_not_counted_as_a_row() -> None:
    """A spreadsheet obeys it and does not show it, so its cells are named as the vendor sees them."""
    assert troubles(_read(f"sep=;\n{_line('0,4-0,6')}")) == [("range", "B5")]


UNSURE_DIALECTS = [
    ("two tables", "Batch,L-1,Form,Leaf\n\nAnalyte;Result\nLead;0,5\n", "dialect", "by comma in line 1 and by semicolon"),
    ("another sign", "sep=:\nAnalyte:Result\nLead:0.2\n", "dialect", "the separator is ':'"),
    ("no sign at all", "sep=\nAnalyte;Result\nLead;0.2\n", "dialect", "the separator is ''"),
    ("the wrong sign", f"sep=,\n{_line('0,5')}", "no-table", "no table of results"),
    ("numbers only", "1;0,5\n2;0,6\n", "no-table", "no table of results"),
    ("prose", "Dear customer\nplease find attached\n", "not-a-spreadsheet", "no comma, semicolon, tab or vertical bar"),
    ("a web page", "\n <TABLE><tr><td>Lead,0.2</td></tr>", "not-a-spreadsheet", "web page"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "text", "code", "words"), UNSURE_DIALECTS, ids=[what for what, *_ in UNSURE_DIALECTS])
def test_a_separator_that_is_not_certain_refuses(what: str, text: str, code: str, words: str) -> None:
    (refusal,) = _read(text).refusals
    assert (refusal.code, words in refusal.message) == (code, True), (what, refusal)


QUOTES = [
    ("never closed", _line('"0.2'), "damaged", "opens in line 5 is never closed"),
    ("never closed, far below", _line('"0.2') + "Cadmium;0.1;mg/kg\n" * 50, "damaged", "line 5"),
    ("after a field over two lines", _line('"0\n2";"mg/kg\n'), "damaged", "line 6"),
    ("swallowing the next line", _line('"0.2;mg/kg\nCadmium;0.1;"mg/kg'), "stray-quote", "line 5"),
]
STRAY = [
    ("inside a field", _line('0.2"')),
    ("behind a blank", _line(' "0,2"')),
    ("more behind the closing one", _line('"0.2"5')),
    ("swallowing the next field", _line('"0.2;"mg/kg')),
]


@pytest.mark.parametrize(("what", "text", "code", "words"), QUOTES, ids=[what for what, *_ in QUOTES])
def test_a_quotation_mark_out_of_place_is_refused_with_its_line(what: str, text: str, code: str, words: str) -> None:
    (refusal,) = _read(text).refusals
    assert (refusal.code, words in refusal.message) == (code, True), (what, refusal)


@pytest.mark.parametrize(("what", "text"), STRAY, ids=[what for what, _ in STRAY])
def test_a_quotation_mark_in_one_line_holds_that_line_and_the_others_are_read(what: str, text: str) -> None:
    reading = _read(f"{text}Cadmium;0.1;mg/kg\n")
    (certificate,) = reading.certificates
    held = [reason for reason in certificate.hold_reasons if reason.rule_id == "STRAY-QUOTE"]
    assert {"line 5" in reason.why for reason in held} == {True}, what
    assert "0.1" in [result.reported for result in certificate.results]


def test_what_looks_like_a_formula_is_text_in_a_csv() -> None:
    text = f'{HEAD}Analyte;Result;Unit;Note\nLead;0.2;mg/kg;"=HYPERLINK(""http://x"")"\nCadmium;0.1;mg/kg;@SUM(A1)\n'
    assert [found.reported for found in results(_read(text))] == ["0.2", "0.1"]


# ---------------------------------------------------------------- sizes

SMALL = Caps(rows=10, columns=5, cells=30, cell_text=20)
TOO_LARGE = [
    ("rows", _line("0.2") + "Cadmium;0.1;mg/kg\n" * 6, "more than 10 rows (it has 11 lines)", ""),
    ("rows with quotes", _line('"0.2"') + "Cadmium;0.1;mg/kg\n" * 6, "more than 10 rows", ""),
    ("columns", _line("0.2;;;;"), "row 5 has 7 columns; the limit is 5", "F5"),
    ("cells", f"{HEAD}Analyte;Result;Unit;Note;Note\n" + "Lead;0.2;mg/kg;x;y\n" * 5, "more than 30 cells", ""),
    ("text", _line("0.2" + "0" * 20), "23 characters; the limit is 20", "B5"),
]


@pytest.mark.parametrize(("what", "text", "words", "cell"), TOO_LARGE, ids=[what for what, *_ in TOO_LARGE])
def test_over_a_cap_is_refused_with_its_count_and_never_cut_short(what: str, text: str, words: str, cell: str) -> None:
    (refusal,) = read_content("coa.csv", text.encode(), SMALL).refusals
    assert (refusal.code, words in refusal.message, refusal.ref.cell) == ("too-large", True, cell), (what, refusal)


def test_as_large_as_the_caps_allow_is_read() -> None:
    assert codes(read_content("coa.csv", (_line("0.2") + "Cadmium;0.1;mg/kg\n" * 5 + "\n\n").encode(), SMALL)) == []


def test_the_csv_modules_own_limit_is_no_fault_of_the_reader_and_is_left_as_it_was() -> None:
    before = csv.field_size_limit()
    (refusal,) = _read(_line("1" * (before + 1))).refusals
    assert (refusal.code, refusal.ref.cell) == ("too-large", "B5")
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    "content",
    [b"\n" * 20_000_000, b"," * 20_000_000, b'"' * 20_000_000, b'"\n' * 10_000_000, "é;".encode("cp1252") * 9_000_000,
     HEAD.encode() + b"a;b\n" * 5_000_000, HEAD.encode() + (b"a;" * 199 + b"\n") * 19_000],
    ids=["line ends", "commas", "quotes", "quotes over lines", "a code page", "rows", "cells"],
)  # fmt: skip
def test_a_text_of_twenty_megabytes_is_refused_within_the_readers_own_limits(content: bytes) -> None:
    (refusal, *_) = outcome("coa.csv", content).reading.refusals
    assert refusal.code != "reader-too-slow"


def test_the_largest_certificate_is_opened_whole() -> None:
    header = "Batch,Form,Analyte,Result,Unit" + ",Notes" * 15
    text = f"{header}\n" + ("L-1,Leaf powder,Lead,0.2,ppm" + ",none to say" * 15 + "\n") * 19_999
    (sheet,), _ = read("coa.csv", text.encode(), Caps())
    assert (len(sheet.rows), set(sheet.widths.values())) == (20_000, {20})


# ---------------------------------------------------------------- properties

_SAID = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff\ufffd"), max_size=12
)


@given(st.lists(st.lists(_SAID, min_size=2, max_size=4), min_size=1, max_size=5), st.sampled_from(",;\t|"))
def test_every_field_that_is_not_blank_comes_back_as_it_was_written(rows: list[list[str]], mark: str) -> None:
    text = f"Analyte{mark}Result\n" + "".join(
        mark.join('"' + field.replace('"', '""') + '"' for field in row) + "\n" for row in rows
    )
    with contextlib.suppress(Refused):  # letters by chance may look like broken ones
        (sheet,), _ = read("coa.csv", text.encode(), Caps())
        assert _said(sheet, len(rows)) == [[cell if cell.strip(" ") else None for cell in row] for row in rows]


def _said(sheet: Sheet, rows: int) -> list[list[str | None]]:
    """Every field below the header; None for a blank one."""
    return [
        [
            cell.text if (cell := sheet.rows.get(row, {}).get(column)) else None
            for column in range(1, sheet.widths[row] + 1)
        ]
        for row in range(2, rows + 2)
    ]


@given(st.binary(max_size=300), st.sampled_from(["", "utf-8", "utf-16", "cp1252"]))
def test_any_bytes_behind_a_header_are_read_or_refused(tail: bytes, encoding: str) -> None:
    raw = TABLE.encode(encoding or "utf-8") + tail
    assert "reader-failed" not in codes(_read(raw))
