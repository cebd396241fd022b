"""Certificates as a few rows of text, written as csv or xlsx, and what was read of them told in one line each."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from kratom_qc.app.reading import Reading, read_content
from kratom_qc.domain.account import Fate
from kratom_qc.domain.interval import Interval, plain
from kratom_qc.domain.result import Result

Rows = Sequence[Sequence[Any]]
Dress = Callable[[openpyxl.Workbook], None]

HEAD: Rows = (["Batch", "L-1"], ["Form", "Leaf powder", "Date Issued", "2026-11-01"], [])
"""The header block of a certificate that a test needs for nothing else."""


def csv_bytes(rows: Rows, delimiter: str = ",") -> bytes:
    """The rows as csv; None is a blank cell."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return text.getvalue().encode()


def xlsx_bytes(sheets: Rows | Mapping[str, Rows], dress: Dress | None = None) -> bytes:
    """The rows as one sheet named `Results`, or several by name; `dress` hides, strikes or formats before saving."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in (sheets if isinstance(sheets, Mapping) else {"Results": sheets}).items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                if value is not None and value != "":
                    sheet.cell(number, column, value)
    if dress is not None:
        dress(book)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def csv_file(folder: Path, rows: Rows, name: str = "certificate.csv", delimiter: str = ",") -> Path:
    """Write the rows as csv into a folder."""
    path = folder / name
    path.write_bytes(csv_bytes(rows, delimiter))
    return path


def xlsx_file(
    folder: Path, sheets: Rows | Mapping[str, Rows], name: str = "certificate.xlsx", dress: Dress | None = None
) -> Path:
    """Write the rows as xlsx into a folder."""
    path = folder / name
    path.write_bytes(xlsx_bytes(sheets, dress))
    return path


def read_csv(rows: Rows, delimiter: str = ",", head: Rows = HEAD) -> Reading:
    """What is read of the rows as csv, below a header block that names batch and form."""
    return read_content("certificate.csv", csv_bytes([*head, *rows], delimiter))


def read_xlsx(sheets: Rows | Mapping[str, Rows], dress: Dress | None = None) -> Reading:
    """What is read of the rows as xlsx, with no header block added."""
    return read_content("certificate.xlsx", xlsx_bytes(sheets, dress))


def results(reading: Reading) -> tuple[Result, ...]:
    """Every result of a file that was accepted."""
    assert not reading.refusals, [f"{refusal.ref} {refusal.code}: {refusal.message}" for refusal in reading.refusals]
    return tuple(result for certificate in reading.certificates for result in certificate.results)


def one(analyte: str, result: str, unit: str = "", **columns: str) -> Result:
    """What is read of a single line; `columns` are further columns by header word (`LOD="0.02"`)."""
    (found,) = results(read_line(analyte, result, unit, **columns))
    return found


def read_line(analyte: str, result: str, unit: str = "", **columns: str) -> Reading:
    """What is read of a certificate of a single line."""
    header = ["Analyte", "Result", "Unit", *(word.replace("_", " ") for word in columns)]
    return read_csv([header, [analyte, result, unit, *columns.values()]])


def codes(reading: Reading) -> list[str]:
    """The codes of the refusals, in order; none where the file was accepted."""
    return [refusal.code for refusal in reading.refusals]


def held(reading: Reading) -> list[str]:
    """The rules by which what was read holds its batches, in order; the file was accepted."""
    results(reading)
    return [reason.rule_id for certificate in reading.certificates for reason in certificate.hold_reasons]


def told(interval: Interval) -> str:
    """An interval as a chemist writes it: `0.2`, `[0, 0.02)`, `(1500, ∞)`."""
    if interval.high is not None and interval.low == interval.high and not (interval.low_open or interval.high_open):
        return plain(interval.low)
    high = "∞" if interval.high is None else plain(interval.high)
    return f"{'(' if interval.low_open else '['}{plain(interval.low)}, {high}{')' if interval.high_open else ']'}"


def span(text: str) -> Interval:
    """The interval that `told` writes so."""
    if text[0] not in "[(":
        return Interval.exactly(Decimal(text))
    low, high = text[1:-1].split(", ")
    return Interval(Decimal(low), None if high == "∞" else Decimal(high), text[0] == "(", text[-1] == ")")


def canonical(reading: Reading) -> list[tuple[str, ...]]:
    """The results without their places: equal for the same batch on every laboratory's paper."""
    return sorted(
        (
            certificate.batch_id,
            certificate.product or "?",
            result.analyte,
            told(result.interval),
            result.unit,
            result.basis,
            str(result.detected),
            "" if result.portion is None else plain(result.portion),
        )
        for certificate in _accepted(reading).certificates
        for result in certificate.results
    )


def _accepted(reading: Reading) -> Reading:
    results(reading)
    return reading


def troubles(reading: Reading) -> list[tuple[str, str]]:
    """What is wrong with a file, as (code, cell) in its order: why it was refused, or held at its cells. Left out are texts
    that nobody has read (`unread` lists those), and that no date is printed."""
    held = [
        (reason.rule_id.lower(), reason.ref.cell)
        for certificate in reading.certificates
        for reason in certificate.hold_reasons
        if reason.rule_id not in ("TEXT-UNREAD", "UNDATED")
    ]
    refused = [(refusal.code.lower(), refusal.ref.cell) for refusal in reading.refusals]
    return list(dict.fromkeys([*refused, *held]))


def unread(reading: Reading) -> list[str]:
    """The cells of the texts that nobody has read."""
    return [
        entry.source.ref.cell
        for certificate in reading.certificates
        for entry in certificate.texts
        if entry.fate is Fate.UNREAD
    ]
