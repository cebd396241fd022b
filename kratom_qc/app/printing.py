"""A batch of a store as one file that a person keeps, prints or sends: HTML, PDF or XLSX, made from
the page that its pass kept, without judging anything again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kratom_qc.app import reports
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.ledger.ledger import Ledger
from kratom_qc.report.formats import Format, Request
from kratom_qc.report.html import html
from kratom_qc.report.kept import Report, loaded
from kratom_qc.report.sheet_picture import FilePictures


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
