"""What `read` shows of one certificate: every result with the laboratory's words beside what was
understood."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from kratom_qc.app.reading import Reading
from kratom_qc.cli.console import json_line, plain_console, write_lines
from kratom_qc.cli.exit_status import REFUSED
from kratom_qc.cli.refusals import print_refused
from kratom_qc.cli.tables import print_table
from kratom_qc.domain.account import AccountEntry
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.result import Result
from kratom_qc.report import as_json as json_objects
from kratom_qc.vocabulary import wording

_ACCOUNT = ("where", "fate", "what stands there", "understood as")
_HEADINGS = ("analyte", "said", "understood", "basis", "LOD", "LOQ", "method", "where")


def show(reading: Reading, *, as_json: bool) -> int:
    """Print what was understood of one file. Returns the exit status."""
    status = REFUSED if reading.refusals else 0
    if as_json:
        return write_lines([json_line(_as_object(reading))], status)
    console = plain_console()
    if reading.refusals:
        print_refused(console, reading.file, reading.refusals)
    for certificate in reading.certificates:
        _print(console, certificate)
    if reading.account:
        print_table(console, _ACCOUNT, [_account_row(entry) for entry in reading.account])
    return status


def _as_object(reading: Reading) -> dict[str, object]:
    if reading.refusals:
        return json_objects.refused(reading.file, reading.sha256, reading.refusals)
    certificates = reading.certificates
    return json_objects.read(reading.file, reading.sha256, certificates, reading.account)


def _account_row(entry: AccountEntry) -> list[str]:
    cells = (str(entry.source.ref), str(entry.fate), entry.source.text, entry.meaning)
    return [escape(cell) for cell in cells]


def _print(console: Console, certificate: InterpretedCertificate) -> None:
    product = wording.product_name(certificate.product)
    console.print(
        f"[bold]{escape(certificate.batch_id)}[/]  {escape(product)}  "
        f"{escape(certificate.product_name)}"
    )
    console.print(
        f"{escape(certificate.laboratory or 'laboratory not stated')}, "
        f"certificate {escape(certificate.certificate_id or 'not stated')}, "
        f"received {certificate.received_on or '–'}, tested {certificate.tested_on or '–'}, "
        f"issued {certificate.issued_on or '–'}"
    )
    print_table(console, _HEADINGS, [_row(result) for result in certificate.results])
    for reason in certificate.hold_reasons:
        console.print(f"[yellow]holds[/] {escape(str(reason.ref))}  {escape(reason.why)}")
    for remark in certificate.remarks:
        place, message = escape(str(remark.ref)), escape(remark.message)
        console.print(f"[dim]{remark.severity}[/] {place}  {message}")


def _row(result: Result) -> list[str]:
    bounds = [
        wording.shown(bound) if bound is not None else "" for bound in (result.lod, result.loq)
    ]
    cells = (
        result.analyte if result.known else f"{result.analyte} (unknown)",
        f"{result.reported} {result.reported_unit}".strip(),
        wording.value_words(result.interval, result.unit, (result,)),
        result.basis,
        *bounds,
        result.method,
        str(result.ref),
    )
    return [escape(cell) for cell in cells]
