"""`kratom-qc limits page`: every limit with its source, as one HTML page."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from kratom_qc import PROGRAM
from kratom_qc.cli.console import write_file
from kratom_qc.cli.limits.books import books_in_force, today
from kratom_qc.domain.errors import UsageError
from kratom_qc.report.limits import limits_page


def write_page(output: Path | None, on: date | None, *, check: bool) -> int:
    """Write the page, or with `check` compare it with the one that is there. Returns 1 where that
    is not the page of these rulebooks. Raises UsageError where there is none to compare with."""
    if check and output is None:
        raise UsageError("--check compares with a page; name it with --output FILE")
    text = limits_page(books_in_force(), day=on or today(), program=PROGRAM)
    if output is None:
        sys.stdout.write(text)
        return 0
    if check:
        same = output.is_file() and output.read_bytes() == text.encode()
        state = "current" if same else "not the page of these rulebooks; write it again"
        print(f"{output} is {state}", file=sys.stderr)
        return 0 if same else 1
    write_file(output, text.encode())
    print(f"All limits: {output}", file=sys.stderr)
    return 0
