"""What `report` and `check --report` write."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from kratom_qc import PROGRAM
from kratom_qc.app.pictures import pictures_of
from kratom_qc.app.printing import beside_earlier, kept_report, rendered
from kratom_qc.app.store import existing_store, ledger_of
from kratom_qc.cli.console import write_file
from kratom_qc.cli.pages import named_pass
from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report.formats import Format, Request
from kratom_qc.report.kept import Report, reported
from kratom_qc.report.page import batch_page
from kratom_qc.report.sheet_picture import FilePictures


def print_report(root: Path, batch_id: str, number: int | None, asked: Request) -> int:
    """Write a batch's report, or print it. Raises UsageError for a PDF or a workbook on a terminal,
    InputNotFound where there is no such batch or pass."""
    if asked.to is None and asked.format is not Format.HTML and sys.stdout.isatty():
        raise UsageError(f"a terminal cannot show {asked.format}; name a file with --to")
    ledger = ledger_of(existing_store(root))
    report = kept_report(root, ledger, batch_id, named_pass(root, ledger, number))
    report = beside_earlier(root, report)
    pictures = pictures_of(root, report) if asked.format is Format.HTML else ()
    _write(report, asked, pictures)
    return 0


def write_report(verdicts: Sequence[Verdict], asked: Request) -> None:
    """Write the report of the one batch that was judged. Raises UsageError where it is not one."""
    if len(verdicts) != 1:
        ids = ", ".join(verdict.batch.batch_id for verdict in verdicts) or "none"
        raise UsageError(f"--report is about one batch, and the files speak of: {ids}")
    _write(reported(batch_page(verdicts[0], program=PROGRAM))[0], asked)


def _write(report: Report, asked: Request, pictures: Sequence[FilePictures] = ()) -> None:
    content = rendered(report, asked, pictures)
    if asked.to is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_file(asked.to, content)
        print(f"Report: {asked.to}", file=sys.stderr)
