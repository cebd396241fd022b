"""A batch of a store as one file that a person keeps, prints or sends: HTML, PDF or XLSX, made from
the page that its pass kept, without judging anything again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kratom_qc.app import reports
from kratom_qc.app.trends.report import out_of_trend_of
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.ledger.ledger import Ledger
from kratom_qc.report.formats import Format, Request
from kratom_qc.report.html import html
from kratom_qc.report.kept import Report, TrendRemark, loaded
from kratom_qc.report.sheet_picture import FilePictures
from kratom_qc.trends import words
from kratom_qc.vocabulary import wording


def kept_report(root: Path, ledger: Ledger, batch_id: str, pass_id: str | None = None) -> Report:
    """A batch's report as its newest pass kept it, or as that of one pass, with where the batch
    stands now. Raises InputNotFound where there is none, and StoreError where it cannot be read."""
    page = reports.page(root, ledger, batch_id, pass_id)
    again = f"kratom-qc run --again {batch_id} makes one"
    if page.kept is None:
        raise InputNotFound(f"{root}: an earlier version kept no report of {batch_id}; {again}")
    try:
        return loaded(page.kept, str(ledger.batches([batch_id])[batch_id].disposition))
    except ValueError as error:
        raise InputNotFound(
            f"{root}: the report of {batch_id} cannot be read: {error}; {again}"
        ) from None


def beside_earlier(root: Path, report: Report) -> Report:
    """The report with what is unusual of its batch beside those judged before it. It looks at some
    hundred certificates. Raises StoreError where the archive cannot be read."""
    remarks = (
        TrendRemark(wording.subject_name(key.analyte), words.out_of_trend(one), words.chart(key))
        for one in out_of_trend_of(root, report.page.batch_id)
        for key in (one.series.key,)
    )
    return replace(report, trends=tuple(remarks))


def rendered(report: Report, asked: Request, pictures: Sequence[FilePictures] = ()) -> bytes:
    """A report as the bytes of one file. `pictures` are its certificates as they look, for HTML."""
    form = asked.format
    if form is Format.HTML:
        return html(report, pictures=pictures).encode("utf-8")
    if form is Format.XLSX:
        from kratom_qc.report.xlsx import workbook

        return workbook(report)
    from kratom_qc.report.pdf import pdf

    return pdf(report, paper=asked.paper, annex=asked.annex)
