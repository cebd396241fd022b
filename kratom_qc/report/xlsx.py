"""A batch page as a workbook: numbers are numbers with their units beside them, for people who
sort, filter and calculate.

Every word is written as text: what a vendor wrote is never a formula and never a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from kratom_qc.report.annex import Entry
from kratom_qc.report.evidence import Quoted
from kratom_qc.report.figures import Figures
from kratom_qc.report.finding_words import where
from kratom_qc.report.kept import Report
from kratom_qc.report.page import BatchPage
from kratom_qc.report.reasons import Reason

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_MOST = 32_767  # signs of a cell
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_COLOURS = {
    "PASS": "#E5F1E9",
    "FAIL": "#FAE8E6",
    "HOLD": "#FBF0DA",
    "INCONCLUSIVE": "#FBF0DA",
    "MISSING": "#FBF0DA",
}
_FOOT = 255  # signs of a page's footer


class Number(NamedTuple):
    """A cell that is a number: decimal digits as text, or empty."""

    digits: str


Cell = str | Number
Line = Sequence[Cell]


class Table(NamedTuple):
    """One sheet: headings with the width of each column in signs, and its lines."""

    name: str
    headings: tuple[tuple[str, int], ...]
    lines: list[Line]


def workbook(report: Report) -> bytes:
    """A report as one workbook. Same report, same bytes."""
    import xlsxwriter

    to = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    made = xlsxwriter.Workbook(to, options)
    day = datetime.fromisoformat(report.page.judged_on)
    made.set_properties({"title": _title(report), "comments": report.sha256, "created": day})
    formats = _formats(made)
    for table in _tables(report):
        _write(made.add_worksheet(table.name), table, report, formats)
    made.close()
    return to.getvalue()


def _title(report: Report) -> str:
    return _writable(f"{report.page.first.decision} {report.page.batch_id}")[:_FOOT]


def _formats(made: Workbook) -> dict[str, Format]:
    wrapped = {"text_wrap": True, "valign": "top"}
    formats = {
        "": made.add_format(wrapped),
        "head": made.add_format({**wrapped, "bold": True, "bottom": 1}),
        "number": made.add_format({"valign": "top", "num_format": "General"}),
    }
    for outcome, colour in _COLOURS.items():
        formats[outcome] = made.add_format({**wrapped, "bold": True, "bg_color": colour})
    return formats


def _write(sheet: Worksheet, table: Table, report: Report, formats: dict[str, Format]) -> None:
    for column, (heading, width) in enumerate(table.headings):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, formats["head"])
    for row, line in enumerate(table.lines, 1):
        for column, cell in enumerate(line):
            _write_cell(sheet, row, column, cell, formats)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table.lines), 1), len(table.headings) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{_footer(report)}&Rpage &P of &N")


def _footer(report: Report) -> str:
    """`&` begins a command in a footer, and a doubled one is itself."""
    name = _writable(report.page.batch_id)[:60].replace("&", "&&")
    return f"{name} · report {report.sha256}"


def _write_cell(
    sheet: Worksheet, row: int, column: int, cell: Cell, formats: dict[str, Format]
) -> None:
    if isinstance(cell, Number):
        if cell.digits:
            sheet.write_number(row, column, float(cell.digits), formats["number"])
    elif cell:
        style = formats.get(cell, formats[""]) if cell in _COLOURS else formats[""]
        sheet.write_string(row, column, _writable(cell), style)


def _writable(text: str) -> str:
    """A text as a cell can hold it: what XML has no sign for becomes the replacement sign."""
    text = _NOT_IN_XML.sub("\ufffd", text)
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


# ---------------------------------------------------------------- what stands in the sheets


def _tables(report: Report) -> Iterator[Table]:
    page = report.page
    yield Table("Batch", (("What", 24), ("Said", 110)), list(_batch(report)))
    yield Table(
        "Reasons",
        _REASONS,
        [*chain.from_iterable(map(_reason, page.own.reasons)), *_unanswered(page)],
    )
    yield Table("Warnings", _WARNINGS, list(_warnings(report)))
    yield Table("Results", _RESULTS, list(_results(page)))
    yield Table("Limits", _LIMITS, list(chain.from_iterable(map(_limits, page.deciding))))
    markets = [(row.market, row.title, str(row.says), row.rule_id) for row in page.standings]
    yield Table("Markets", _MARKETS, list(markets))
    yield Table("Provenance", (("What", 30), ("Said", 100)), list(_provenance(report)))


_REASONS = (
    *(("Outcome", 15), ("About", 26), ("Value", 22), ("Low", 11), ("High", 11), ("Unit", 9)),
    *(("Why", 60), ("The laboratory said", 40), ("Cell", 20), ("Limit", 50), ("Rule", 26)),
    *(("Rulebook", 30), ("Closes", 24), ("Own verdict", 11)),
)
_WARNINGS = (
    ("About", 26),
    ("Value", 24),
    ("Warning", 80),
    ("Rule", 26),
    ("Cell", 24),
    ("File", 30),
)
_RESULTS = (
    *(("Analyte", 28), ("Laboratory said", 16), ("Unit said", 10), ("Sign", 8), ("Low", 12)),
    *(("High", 12), ("Unit", 9), ("Basis", 14), ("LOD", 10), ("LOQ", 10), ("± U", 10)),
    *(("Understood as", 26), ("Method", 26), ("Its verdict", 12), ("Cell", 18), ("File", 34)),
)
_LIMITS = (
    *(("Outcome", 15), ("About", 26), ("Sign", 8), ("Low", 12), ("High", 12), ("Unit", 9)),
    *(("Value", 26), ("Limit", 50), ("From", 12), ("To", 12), ("Limit's unit", 11)),
    *(("Why", 40), ("Rules", 40), ("Notes", 24), ("Cell", 18)),
)
_MARKETS = (("Market", 16), ("Title", 40), ("Says", 18), ("Rule that decides", 36))


def _batch(report: Report) -> Iterator[Line]:
    page, first = report.page, report.page.first
    yield "Verdict", first.decision
    yield "Disposition", report.disposition or "not asked of a store"
    yield "Batch", page.batch_id
    yield "Product", page.product
    yield "Product as printed", page.product_said
    yield "Laboratories", page.laboratories
    yield "Judged on", page.judged_on
    yield "Home markets", page.homes
    for sentence in first.sentences:
        yield "In a sentence", sentence
    for task in first.tasks:
        about = f": {task.about}" if task.about else ""
        yield "Left for a person", f"{task.what}{about}. {task.do}"
    for answer in first.map:
        names = ", ".join(tile.name for tile in answer.tiles)
        yield f"States: {answer.says}", names
    for says, names in first.elsewhere.answers:
        yield f"{first.elsewhere.where}: {says}", names
    for text in (text for reason in page.own.reasons for text in reason.texts):
        yield "Unread text", f"“{text.text}” at {', '.join(text.places)} in {text.file}"
    yield "sha256 of the content", report.sha256


def _reason(reason: Reason) -> Iterator[Line]:
    words = "; ".join(map(_quoted, reason.statements))
    cells = ", ".join(dict.fromkeys(quote.where for quote in reason.statements if quote.where))
    for limit in reason.limits:
        value = limit.value
        also = f" ({limit.also})" if limit.also else ""
        yield (
            *(reason.outcome, reason.subject, f"{value}{also}", *_ends(limit.figures)),
            *(limit.why, words, cells, limit.text, limit.rule_id, limit.book_title),
            *(limit.stops, "yes" if limit.own else "no"),
        )


def _quoted(quoted: Quoted) -> str:
    verdict = f", its own verdict “{quoted.stated}”" if quoted.stated else ""
    words = f"{quoted.name} “{quoted.said}” {quoted.unit}".strip() if quoted.said else ""
    return f"{words}{verdict} {quoted.where} in {quoted.file}".strip()


def _unanswered(page: BatchPage) -> Iterator[Line]:
    for asked in page.own.unanswered:
        for limit in asked.limits:
            yield (
                *("MISSING", asked.subject, "", *_ends(limit.figures), asked.why, "", ""),
                *(limit.text, limit.rule_id, limit.book_title, limit.stops),
                "yes" if limit.own else "no",
            )


def _ends(figures: Figures) -> tuple[Number, Number, str]:
    return Number(figures.low), Number(figures.high), figures.unit


def _warnings(report: Report) -> Iterator[Line]:
    page = report.page
    for trend in report.trends:
        yield trend.about, "", f"{trend.sentence} Chart: {trend.chart}", "", "", ""
    for sign in page.signs:
        yield (
            sign.subject,
            sign.value,
            f"{sign.limit}: {sign.why}",
            sign.rule_id,
            sign.cell,
            sign.file,
        )
    for remark in (*page.cautions, *page.remarks):
        ref = remark.ref
        yield remark.severity, "", remark.message, remark.code, where(ref), ref.file


def _results(page: BatchPage) -> Iterator[Line]:
    for certificate in page.certificates:
        for row in certificate.rows:
            name = f"{row.analyte} · {row.detail}" if row.detail else row.analyte
            low, high, unit = _ends(row.figures)
            yield (
                *(name, row.said, row.unit, row.figures.sign, low, high, unit, row.basis),
                *map(Number, row.bounds),
                *(row.understood, row.optional[1], row.optional[2], row.cell, certificate.file),
            )


def _limits(entry: Entry) -> Iterator[Line]:
    for outcome in entry.outcomes:
        for asked in outcome.limits:
            yield (
                *(outcome.outcome, entry.subject, entry.figures.sign, *_ends(entry.figures)),
                *(entry.value, asked.text, *_ends(asked.accepts), outcome.why),
                *(" ".join(asked.rule_ids), ", ".join(asked.notes), entry.cell),
            )


def _provenance(report: Report) -> Iterator[Line]:
    page = report.page
    for certificate in page.certificates:
        yield "File", certificate.file
        yield "sha256", certificate.sha256
        yield from certificate.facts
    for name, declared in page.declared:
        yield f"Declared by the vendor: {name}", declared
    for past in page.earlier:
        yield "Earlier verdict", f"{past.verdict} as on {past.judged_on}, pass {past.number}"
    for rulebook, sha256 in page.rulebooks.own:
        yield f"Rulebook {rulebook}", sha256
    yield "sha256 of all rulebooks", page.rulebooks.sha256
    yield "Decision rule", page.decision_rule.usual
    yield "Program", page.program
