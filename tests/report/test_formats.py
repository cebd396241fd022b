"""One report in three formats: read back, HTML, PDF and XLSX say the same, and what a vendor wrote is inert in each."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import is_dataclass, replace
from html.parser import HTMLParser
from io import BytesIO
from typing import get_args, get_type_hints

import openpyxl
import pypdfium2
import pytest

from kratom_qc.domain.verdict import Verdict
from kratom_qc.report.formats import Paper
from kratom_qc.report.html import html
from kratom_qc.report.kept import SHAPE, Report, loaded, reported
from kratom_qc.report.page import BatchPage, batch_page
from kratom_qc.report.pdf import pdf
from kratom_qc.report.xlsx import workbook
from tests.report import report_batches as given
from tests.report.report_batches import CADMIUM_OPEN, GOOD_LEAD, SPIKED, result, span, verdict

EVIL = (
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "+1-2",
    "#import \"x\": *",
    "#(1+1) $x^2$ *bold* _it_ `raw` <lab> @ref ] [ \\ // /*",
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}",
    "https://example.org/?q=1",
    "a]b*c#d$e",
    "&L&P&N",
)  # fmt: skip


class Text(HTMLParser):
    """What a page says, and the names of its elements."""

    def __init__(self, html_: str):
        super().__init__()
        self.said: list[str] = []
        self.elements: list[str] = []
        self._style = False
        self.feed(html_)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.elements.append(tag)
        self._style = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.said.append(data)


def report_of(of: Verdict) -> Report:
    return reported(batch_page(of, program="kratom_qc 0"))[0]


def letters(text: str) -> str:
    """Without blanks and line ends: a PDF breaks lines where it likes."""
    return re.sub(r"\s", "", text)


def pdf_text(content: bytes) -> str:
    pages = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_bounded() for page in pages)


def cells(content: bytes) -> list[openpyxl.cell.Cell]:
    book = openpyxl.load_workbook(BytesIO(content))
    return [cell for sheet in book for row in sheet for cell in row if cell.value is not None]


def three(report: Report) -> dict[str, str]:
    book = "\n".join(str(cell.value) for cell in cells(workbook(report)))
    return {"html": " ".join(Text(html(report)).said), "pdf": pdf_text(pdf(report)), "xlsx": book}


@pytest.mark.parametrize("of", [given.CLEAN, SPIKED, verdict(GOOD_LEAD, CADMIUM_OPEN)], ids=lambda v: str(v.decision))
def test_the_three_say_the_same_verdict_reasons_and_numbers(of: Verdict) -> None:
    report = report_of(of)
    page = report.page
    facts = [page.first.decision, page.batch_id, report.sha256, page.certificates[0].sha256, *page.first.sentences]
    for reason in page.own.reasons:
        facts += [reason.outcome, reason.subject, *(line.text for line in reason.limits if line.own)]
        facts += [line.rule_id for line in reason.limits]
        facts += [said for one in reason.statements for said in (one.said, one.where)]
        facts += [line.why for line in reason.limits]
    for asked in page.own.unanswered:
        facts += [asked.subject, *(line.rule_id for line in asked.limits)]
    for row in page.certificates[0].rows:
        facts += [row.analyte, row.said, row.understood, row.cell]
    for form, said in three(report).items():
        for fact in facts:
            assert letters(fact) in letters(said), f"{form} does not say {fact!r}"


def test_numbers_are_numbers_and_words_are_words() -> None:
    sheet = openpyxl.load_workbook(BytesIO(workbook(report_of(SPIKED))))["Results"]
    heads, *rows = sheet.iter_rows(values_only=True)
    by_analyte = {row[0]: dict(zip(heads, row, strict=True)) for row in rows}
    lead, mitragynine = by_analyte["Lead"], by_analyte["Mitragynine"]
    assert (lead["Sign"], lead["Low"], lead["High"], lead["Unit"]) == ("<", 0, 0.05, "mg/kg")
    assert (lead["LOD"], lead["LOQ"], lead["Laboratory said"]) == (0.02, 0.05, "<0.05")
    assert (mitragynine["Low"], mitragynine["High"], mitragynine["Laboratory said"]) == (13900, 13900, "1.39")
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:P{sheet.max_row}"


@pytest.mark.parametrize("evil", EVIL)
def test_what_a_vendor_wrote_is_inert(evil: str) -> None:
    name = result(evil, evil, span("0", None), "C9", known=False, reported_unit=evil, method=evil, stated_verdict=evil)
    one = verdict(GOOD_LEAD, given.trouble("UNKNOWN-ANALYTE", f"'{evil}' is not known", "A9", evil), results=(name,))
    dirty = replace(one, batch=replace(one.batch, batch_id=evil))
    plain = report_of(verdict(GOOD_LEAD, given.trouble("UNKNOWN-ANALYTE", "'x' is not known", "A9", "x"), results=(
        replace(name, analyte="x", reported="x", reported_unit="x", method="x", stated_verdict="x"),)))  # fmt: skip
    report = report_of(dirty)
    assert Text(html(report)).elements == Text(html(plain)).elements
    found = cells(workbook(report))
    assert evil in [cell.value for cell in found]
    assert not any(cell.data_type == "f" or cell.hyperlink for cell in found)
    assert letters(evil) in letters(pdf_text(pdf(report)))


PAYLOADS = [
    f"{before}{payload}{after}"
    for payload in (
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<iframe src=//x>",
        "<b onmouseover=alert(1)>", "<a href=javascript:alert(1)>x</a>", "<style>*{}</style>", "<!--", "]]>", "<?xml?>",
        "=HYPERLINK(0)", "=1+1", "#eval(\"1\")", "#include \"x\"", "{{config}}", "${7*7}", "&lt;b&gt;", "&#60;b&#62;",
        "\u2028<b>", "<\u0000script>",
    )
    for before, after in (
        ("", ""), ('"', '"'), ("'>", "<'"), ("</td>", "<td>"), ("-->", "<!--"), ("</style>", "<style>"), ("</title>", ""),
        ("`", "`"), ("*", "*"), ("\\", "\\"),
    )
]  # fmt: skip


def told_by(words: list[str]) -> Report:
    """A batch whose laboratory writes each of these words into every field of a row."""
    unknown = [
        result(one, one, span("0", None), f"C{row}", known=False, reported_unit=one, method=one, stated_verdict=one)
        for row, one in enumerate(words, 1)
    ]
    doubts = [
        given.trouble("UNKNOWN-ANALYTE", f"'{one}' is not known", f"C{row}", one) for row, one in enumerate(words, 1)
    ]
    of = verdict(GOOD_LEAD, *doubts, results=tuple(unknown), laboratory=words[0])
    return report_of(of)


def test_two_hundred_injections_make_no_new_element_formula_or_link() -> None:
    assert len(PAYLOADS) == 200
    evil, plain = told_by(PAYLOADS), told_by([f"x{number}" for number in range(200)])
    assert Text(html(evil)).elements == Text(html(plain)).elements
    found = cells(workbook(evil))
    assert not any(cell.data_type == "f" or cell.hyperlink for cell in found)
    assert len(found) == len(cells(workbook(plain)))
    said = letters(pdf_text(pdf(evil)))
    assert all(letters(one) in said for one in PAYLOADS if one.isprintable())


def test_sixty_results_fit_three_sheets_of_paper() -> None:
    many = [result(f"analyte {number}", "<0.05", span("0", "0.05"), f"C{number}", known=False) for number in range(60)]
    report = report_of(verdict(GOOD_LEAD, *given.MERCURY_MISSING, CADMIUM_OPEN, results=tuple(many)))
    for paper in Paper:
        assert len(pypdfium2.PdfDocument(pdf(report, paper=paper))) <= 3


def test_a_pdf_is_tagged_archival_and_names_batch_hash_and_page() -> None:
    report = report_of(SPIKED)
    for paper, width in ((Paper.A4, 595), (Paper.LETTER, 612)):
        made = pdf(report, paper=paper)
        assert b"pdfaid:part>2<" in made
        assert b"pdfuaid:part>1<" in made
        document = pypdfium2.PdfDocument(made)
        assert document.is_tagged()
        assert round(document[0].get_width()) == width
        for number, page in enumerate(document, 1):
            foot = letters(page.get_textpage().get_text_bounded(bottom=0, top=45))
            assert foot == letters(f"LOT-2411 report {report.sha256} page {number} of {len(document)}")
    assert pdf(report) == pdf(report)
    assert len(pypdfium2.PdfDocument(pdf(report, annex=True))) > len(pypdfium2.PdfDocument(pdf(report)))


@pytest.mark.parametrize("text", ["批次 甲 2026", "\u202eSSAP", "\u05d0\u05d1 1", "a\x00b\x1b", "😀", "\ud800"])
def test_every_letter_can_be_printed(text: str) -> None:
    one = verdict(GOOD_LEAD)
    report = report_of(replace(one, batch=replace(one.batch, batch_id=text)))
    assert len(pypdfium2.PdfDocument(pdf(report))) == 1
    assert cells(workbook(report))


def test_what_is_kept_is_the_same_report() -> None:
    report, text = reported(batch_page(SPIKED, program="kratom_qc 0"))
    assert loaded(text) == report
    with pytest.raises(ValueError, match="another version"):
        loaded(text.replace('{"shape":1,', '{"shape":0,'))


def fields_of(kind: type, found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The fields of a page and of its parts, by name, in their order."""
    if not (is_dataclass(kind) or hasattr(kind, "_fields")) or kind.__name__ in found:
        return found
    hints = get_type_hints(kind)
    found[kind.__name__] = [f"{name}: {hint}" for name, hint in hints.items()]
    waiting = list(hints.values())
    while waiting:
        hint = waiting.pop()
        waiting += get_args(hint)
        if isinstance(hint, type):
            fields_of(hint, found)
    return found


def test_a_page_that_is_kept_otherwise_has_another_shape() -> None:
    """Fields are kept by their place: one that moves would be read as another. Whoever changes them raises SHAPE."""
    found = fields_of(BatchPage, {})
    assert {"BatchPage", "LimitLine", "Figures", "CellRef"} <= found.keys()
    digest = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:16]
    assert (SHAPE, digest) == (1, "2fe0d877a21f6960")
