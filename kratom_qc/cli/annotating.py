"""`check --annotate`: the vendor's certificate as a workbook with its problems marked."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from kratom_qc import settings
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import READ_BEFORE, Reading
from kratom_qc.cli.console import write_file
from kratom_qc.cli.inputs import STANDARD_INPUT
from kratom_qc.domain.errors import InputNotFound, UsageError
from kratom_qc.domain.verdict import Verdict
from kratom_qc.intake.sandbox import ReaderDied, in_a_child
from kratom_qc.intake.workbook import read_bytes


def check_target(files: Sequence[Path], out: Path) -> None:
    """Raises UsageError where an annotated workbook cannot be asked for. Never is the vendor's own
    file written over."""
    if len(files) != 1 or files[0] == STANDARD_INPUT:
        raise UsageError("--annotate marks the problems of one file; name one file")
    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"--annotate writes an xlsx workbook; '{out.name}' must end with .xlsx")
    if out.resolve() == files[0].resolve() or (
        out.exists() and files[0].exists() and out.samefile(files[0])
    ):
        raise UsageError("--annotate would write over the certificate itself; name another file")


def write_annotated(
    file: Path, reading: Reading, verdicts: Sequence[Verdict], policy: JudgementPolicy, out: Path
) -> None:
    """Write the certificate with its problems marked; the work on the vendor's file is a child's.

    Raises InputNotFound where the file is not the one that was read any more, StoreError where the
    workbook cannot be written.
    """
    from kratom_qc.intake.giveback.annotate import annotated, list_alone
    from kratom_qc.report.fixes import fix_list

    raw = read_bytes(file)
    if hashlib.sha256(raw).hexdigest() != reading.sha256:
        raise InputNotFound(f"{file}: changed while it was read; try again")
    listing = fix_list(reading.file, reading.told, verdicts, policy.on)
    caps = settings.caps()
    try:
        content = in_a_child(caps, READ_BEFORE, annotated, reading.file, raw, listing, caps)
    except ReaderDied:
        content = list_alone(listing)
    write_file(out, content)
    print(f"Annotated workbook: {out}", file=sys.stderr)
