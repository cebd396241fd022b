"""The certificates of a batch, its declared facts and the rulebooks it was judged by, ready to
print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.interval import plain
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.result import Result
from kratom_qc.report.evidence import both, where
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

    at: int  # in `ResultRow.optional`
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
class Paper:
    """One certificate: where it came from and what it says."""

    file: str
    sha256: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[ResultLine, ...]
    columns: tuple[Column, ...]


class BookLine(NamedTuple):
    """One rulebook as it was on the day of judgement."""

    id: str
    title: str
    version: str
    checked_on: str
    sha256: str
    stale: str


def paper(certificate: InterpretedCertificate) -> Paper:
    """One certificate's section of the page."""
    rows = tuple(_result_row(result) for result in certificate.results)
    dated = [
        ("received", certificate.received_on),
        ("tested", certificate.tested_on),
        ("issued", certificate.issued_on),
    ]
    facts = [
        ("Laboratory", certificate.laboratory),
        ("Accreditation", certificate.accreditation),
        ("Certificate", certificate.certificate_id),
        ("Batch", certificate.batch_id),
        ("Product as printed", certificate.product_name),
        ("Dates", ", ".join(f"{what} {day.isoformat()}" for what, day in dated if day)),
        *(
            (name.replace("_", " ").capitalize(), said)
            for name, said in certificate.declared.items()
        ),
    ]
    columns = tuple(column for column in _COLUMNS if any(row.optional[column.at] for row in rows))
    stated = tuple((name, said or "not stated") for name, said in facts)
    return Paper(certificate.file, certificate.sha256, stated, rows, columns)


def _result_row(result: Result) -> ResultLine:
    name = wording.subject_name(result.analyte) if result.known else result.analyte
    if result.text is not None and not result.unit:
        understood = "described" if result.known else "not understood"
    else:
        understood = (
            wording.value_words(result.interval, result.unit, (result,))
            if result.measured
            else "no value"
        )
    basis = "" if result.basis == "as received" else result.basis
    portion = f"in {wording.shown(result.portion)}{wording.THIN}g" if result.portion else ""
    detail = " · ".join(
        filter(None, (result.species, f"replicate {result.replicate}" if result.replicate else ""))
    )
    return ResultLine(
        analyte=name,
        detail=detail,
        known=result.known,
        said=both(result),
        unit=result.reported_unit,
        understood=understood,
        also=wording.also_words(result.interval, result.unit, None),
        optional=(
            " · ".join(filter(None, (basis, portion))),
            wording.shown(result.lod) if result.lod is not None else "",
            wording.shown(result.loq) if result.loq is not None else "",
            f"±{wording.THIN}{wording.shown(result.uncertainty)}"
            if result.uncertainty is not None
            else "",
            result.method,
            result.stated_verdict,
        ),
        cell=where(result.ref),
    )


# ---------------------------------------------------------------- provenance

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
    """What only the vendor says of the product."""
    if facts is None:
        return ()
    rows = [("Applies to", facts.match)] if facts.match else []
    rows += [("Form", wording.product_name(facts.form))] if facts.form else []
    for field, name, unit in _FACTS:
        number = getattr(facts, field)
        if number is not None:
            rows.append((name, f"{plain(number)}{wording.THIN}{unit}" if unit else plain(number)))
    rows += [
        (f"Claims {wording.subject_name(name)}", wording.amount(much, unit))
        for name, much, unit in facts.claims
    ]
    return tuple(rows)


def book_line(book: Rulebook, judged_on: date) -> BookLine:
    """A rulebook's line under Provenance."""
    stale = "".join(wording.overdue([book], judged_on))
    return BookLine(
        book.id, book.title, book.version, book.checked_on.isoformat(), book.sha256, stale
    )
