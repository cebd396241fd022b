"""What `reports` prints."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich.markup import escape

from kratom_qc import PROGRAM
from kratom_qc.app import reports
from kratom_qc.app.store import existing_store, ledger_of
from kratom_qc.cli.console import plain_console, write_lines
from kratom_qc.domain.errors import InputNotFound
from kratom_qc.ledger.ledger import Ledger
from kratom_qc.report.comparison_page import comparison_page
from kratom_qc.report.html import page_name


def print_rebuilt(root: Path) -> int:
    """Make every page again, and print where the index is."""
    written = reports.rebuild(root, ledger_of(existing_store(root)))
    index = root / "reports" / "index.html"
    plain_console().print(f"{written} pages, and the index: {escape(str(index))}")
    return 0


def print_groups(root: Path, on: date | None) -> int:
    """Make the pages of vendors, laboratories and products, and print where they begin."""
    from kratom_qc.app.groups import Groups

    written = Groups(root, ledger_of(existing_store(root)), on).write()
    first = root / "reports" / reports.GROUPS
    plain_console().print(f"{written} pages, and their list: {escape(str(first))}")
    return 0


def print_comparison(root: Path, first: str, other: str, batch: str | None) -> int:
    """Print two batches, or two certificates of one, side by side as a page."""
    from kratom_qc.app.compare import compare

    comparison = compare(root, first, other, batch)
    links = {
        side.batch_id: page_name(side.batch_id) for side in (comparison.first, comparison.second)
    }
    return write_lines([comparison_page(comparison, links, program=PROGRAM)], 0)


def named_pass(root: Path, ledger: Ledger, number: int | None) -> str | None:
    """The name of a pass by its number. Raises InputNotFound where there is none."""
    passes = {stored.sequence: stored.pass_id for stored in ledger.passes()} if number else {}
    if number and number not in passes:
        raise InputNotFound(f"{root}: no pass has the number {number}")
    return passes[number] if number else None


def print_page(root: Path, batch_id: str, number: int | None) -> int:
    """Print a batch's page. Raises InputNotFound where there is no such batch or pass."""
    ledger = ledger_of(existing_store(root))
    of_pass = named_pass(root, ledger, number)
    return write_lines([reports.page(root, ledger, batch_id, of_pass).page], 0)
