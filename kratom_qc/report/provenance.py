"""The certificates of a batch, its declared facts and the rulebooks it was judged by, ready to
print."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.interval import plain
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.result import Result
from kratom_qc.report.evidence import both, unit_beside
from kratom_qc.report.figures import Figures, figures, number
from kratom_qc.report.finding_words import analyte_name, where
from kratom_qc.vocabulary import wording

HASH = 16  # signs of a hash that tell rulebooks apart


class ResultLine(NamedTuple):
    """One line of a certificate."""

    analyte: str
    detail: str
    known: bool
    said: str
    unit: str
    understood: str
    also: str
    refined: str
    optional: tuple[str, ...]  # in the order of `_COLUMNS`
    cell: str
    figures: Figures
    bounds: tuple[str, str, str]  # LOD, LOQ and ± U in the unit of the figures
    basis: str


class Column(NamedTuple):
    """A column that only certificates with something to say in it get."""

    position: int  # in `ResultLine.optional`
    heading: str


_COLUMNS = (Column(0, "LOD · LOQ · ± U"), Column(1, "Method"), Column(2, "Its verdict"))


@dataclass(frozen=True, slots=True)
class CertificateSection:
    """One certificate: where it came from and what it says."""

    file: str
    sha256: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[ResultLine, ...]
    columns: tuple[Column, ...]


class Rulebooks(NamedTuple):
    """What a batch was judged by. The archive keeps the text of every rulebook by its hash."""

    own: tuple[tuple[str, str], ...]  # id and hash of those that decide the batch's own verdict
    others: int
    sha256: str  # of the lines `id hash` of all of them, sorted


class EarlierVerdict(NamedTuple):
    """What was said of a batch before; `link` leads to the page of the pass that said it."""

    verdict: str
    judged_on: str
    judged_at: str
    number: int
    link: str


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
    understood = _understood(result)
    return ResultLine(
        analyte=analyte_name(result),
        detail=" · ".join(filter(None, (result.species, replicate))),
        known=result.known,
        said=both(result),
        unit=unit_beside(result),
        understood=understood,
        also=wording.also_words(result.interval, result.unit, None),
        refined=_refined(result, understood),
        optional=_optional(result),
        cell=where(result.ref),
        figures=figures(result.interval if result.measured else None, result.unit),
        bounds=(number(result.lod), number(result.loq), number(result.uncertainty)),
        basis=result.basis,
    )


def _understood(result: Result) -> str:
    if result.text is not None and not result.unit:
        return "described" if result.known else "not understood"
    if not result.measured:
        return "no value"
    return wording.value_words(result.interval, result.unit, (result,))


def _refined(result: Result, understood: str) -> str:
    """What a value refers to, where it is not the sample as received, and how much was tested."""
    basis = "" if result.basis == "as received" else result.basis
    portion = f"in {wording.shown(result.portion)}{wording.THIN}g" if result.portion else ""
    return " · ".join(one for one in (basis, portion) if one and one not in understood)


def _optional(result: Result) -> tuple[str, ...]:
    """The cells of `_COLUMNS`."""
    limits = (("LOD", result.lod), ("LOQ", result.loq), ("±", result.uncertainty))
    shown = (f"{name}{wording.THIN}{wording.shown(n)}" for name, n in limits if n is not None)
    return " · ".join(shown), result.method, result.stated_verdict


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
    if facts.made_from:
        rows.append(("Made from", facts.made_from))
    for field, name, unit in _FACTS:
        number = getattr(facts, field)
        if number is not None:
            rows.append((name, f"{plain(number)}{wording.THIN}{unit}" if unit else plain(number)))
    for analyte, claimed, unit in facts.claims:
        rows.append((f"Claims {wording.subject_name(analyte)}", wording.amount(claimed, unit)))
    return tuple(rows)


def rulebooks(books: Sequence[Rulebook], counting_ids: Container[str]) -> Rulebooks:
    """The rulebooks under Provenance; `own` are the ids of those that count in the verdict."""
    lines = sorted(f"{book.id} {book.sha256}" for book in books)
    counting = tuple((book.id, book.sha256[:HASH]) for book in books if book.id in counting_ids)
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return Rulebooks(counting, len(books) - len(counting), digest)
