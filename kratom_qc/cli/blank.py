"""A blank certificate, written where it is asked for."""

from __future__ import annotations

from pathlib import Path

from kratom_qc.app.blanks import blank_certificate
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.cli.console import write_file
from kratom_qc.domain.errors import UsageError


def write_blank(product: str, policy: JudgementPolicy, path: Path, *, force: bool) -> None:
    """Write the certificate. Raises UsageError for a file that is there already or is no xlsx
    workbook, and StoreError where it cannot be written."""
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"the template is an xlsx workbook; '{path.name}' must end with .xlsx")
    if path.exists() and not force:
        raise UsageError(
            f"{path} is there already; name another file with --output, "
            "or write over it with --force"
        )
    write_file(path, blank_certificate(product, policy))
    print(f"Blank certificate: {path}")
