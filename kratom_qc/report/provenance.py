"""The certificates of a batch, its declared facts and the rulebooks it was judged by, ready to
print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.interval import plain
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.result import Result
from kratom_qc.report.evidence import both
from kratom_qc.report.finding_words import analyte_name, where
from kratom_qc.vocabulary import wording


class ResultLine(NamedTuple):
    """One line of a certificate. A named tuple, because its markup is kept: the same non-detects
    come again and again."""

    analyte: str
    detail: str
    known: bool
    said: str
    unit: str
    understood: str
    also: str
    optional: tuple[str, ...]  # in the order of `_COLUMNS`
    cell: str


class Column(NamedTuple):
    """A column that only certificates with something to say in it get."""

    position: int  # in `ResultLine.optional`
    css: str
    heading: str
    meaning: str
    label: str  # before the text where the table is stacked


_COLUMNS = (
    Column(0, "w-m", "Basis, portion", "", "basis, portion"),
    Column(1, "w-n", "LOD", "", "LOD"),
    Column(2, "w-n", "LOQ", "", "LOQ"),
    Column(3, "w-n", "± U", "expanded uncertainty", ""),
    Column(4, "", "Method", "", "method"),
    Column(5, "w-m", "Its verdict", "", "its verdict"),
)


@dataclass(frozen=True, slots=True)
class CertificateSection:
    """One certificate: where it came from and what it says."""

    file: str
    sha256: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[ResultLine, ...]
    columns: tuple[Column, ...]


class RulebookLine(NamedTuple):
    """One rulebook as it was on the day of judgement."""

    id: str
    title: str
    version: str
    checked_on: str
    sha256: str
    stale: str


def certificate_section(certificate: InterpretedCertificate) -> CertificateSection:
    """One certificate's section of the page."""
    rows = tuple(map(_result_line, certificate.results))
    columns = (column for column in _COLUMNS if any(row.optional[column.position] for row in rows))
    dates = (
        ("received", certificate.received_on),
        ("tested", certificate.tested_on),
        ("issued", certificate.issued_on),
    )
    facts = [
        ("Laboratory", certificate.laboratory),
        ("Accreditation", certificate.accreditation),
        ("Certificate", certificate.certificate_id),
        ("Batch", certificate.batch_id),
        ("Product as printed", certificate.product_name),
        ("Dates", ", ".join(f"{what} {day}" for what, day in dates if day)),
    ]
    for name, text in certificate.declared.items():
        facts.append((name.replace("_", " ").capitalize(), text))
    stated = tuple((name, text or "not stated") for name, text in facts)
    return CertificateSection(certificate.file, certificate.sha256, stated, rows, tuple(columns))


def _result_line(result: Result) -> ResultLine:
    replicate = f"replicate {result.replicate}" if result.replicate else ""
    return ResultLine(
        analyte=analyte_name(result),
        detail=" · ".join(filter(None, (result.species, replicate))),
        known=result.known,
        said=both(result),
        unit=result.reported_unit,
        understood=_understood(result),
        also=wording.also_words(result.interval, result.unit, None),
        optional=_optional(result),
        cell=where(result.ref),
    )


def _understood(result: Result) -> str:
    if result.text is not None and not result.unit:
        return "described" if result.known else "not understood"
    if not result.measured:
        return "no value"
    return wording.value_words(result.interval, result.unit, (result,))


def _optional(result: Result) -> tuple[str, ...]:
    """The cells of `_COLUMNS`."""
    basis = "" if result.basis == "as received" else result.basis
    portion = f"in {wording.shown(result.portion)}{wording.THIN}g" if result.portion else ""
    uncertainty = _shown(result.uncertainty)
    return (
        " · ".join(filter(None, (basis, portion))),
        _shown(result.lod),
        _shown(result.loq),
        f"±{wording.THIN}{uncertainty}" if uncertainty else "",
        result.method,
        result.stated_verdict,
    )


def _shown(number: Decimal | None) -> str:
    return "" if number is None else wording.shown(number)


_FACTS = (
    ("serving_g", "Serving", "g"),
    ("serving_ml", "Serving", "mL"),
    ("servings_per_day", "Servings per day", ""),
    ("servings_per_container", "Servings per container", ""),
    ("net_g", "Net content", "g"),
    ("net_ml", "Net content", "mL"),
    ("density_g_per_ml", "Density", "g/mL"),
)


def declared(facts: ProductFacts | None) -> tuple[tuple[str, str], ...]:
    """What only the vendor says of the product, by name."""
    if facts is None:
        return ()
    rows = [("Applies to", facts.match)] if facts.match else []
    if facts.form:
        rows.append(("Form", wording.product_name(facts.form)))
    for field, name, unit in _FACTS:
        number = getattr(facts, field)
        if number is not None:
            rows.append((name, f"{plain(number)}{wording.THIN}{unit}" if unit else plain(number)))
    for analyte, claimed, unit in facts.claims:
        rows.append((f"Claims {wording.subject_name(analyte)}", wording.amount(claimed, unit)))
    return tuple(rows)


def rulebook_line(book: Rulebook, judged_on: date) -> RulebookLine:
    """A rulebook's line under Provenance."""
    stale = "".join(wording.overdue([book], judged_on))
    return RulebookLine(
        book.id, book.title, book.version, book.checked_on.isoformat(), book.sha256, stale
    )
