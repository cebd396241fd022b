"""A certificate of analysis: first in the laboratory's own words, then understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row of a certificate, in the laboratory's words; None where there is no such column."""

    analyte: SourceText
    result: SourceText | None
    unit: SourceText | None = None
    qualifier: SourceText | None = None
    lod: SourceText | None = None
    loq: SourceText | None = None
    uncertainty: SourceText | None = None
    method: SourceText | None = None
    verdict: SourceText | None = None
    limit: SourceText | None = None
    basis: SourceText | None = None
    portion: SourceText | None = None
    species: SourceText | None = None
    replicate: SourceText | None = None
    cas: SourceText | None = None
    section: SourceText | None = None
    header_unit: SourceText | None = None  # in the column's header: `Result (mg/g)`
    section_unit: SourceText | None = None  # in the section's heading: `Heavy metals, mg/kg`
    lod_unit: SourceText | None = None  # where LOD, LOQ or uncertainty have a unit of their own
    loq_unit: SourceText | None = None
    uncertainty_unit: SourceText | None = None
    # The format writes 0 for what was not detected, below LOQ or not tested at all.
    zero_is_censored: bool = False

    @property
    def cell(self) -> SourceText:
        """The cell of its result, else of its analyte."""
        return self.result or self.analyte


@dataclass(frozen=True, slots=True)
class Note:
    """Words of a certificate that are read as no result, fact, label or header, and may still speak
    of the results.

    `where` they stand: `free`, where anybody writes anything and a number may be a result;
    `column`, in one of methods, initials, dilutions, where a bare number is none; `bound`, as a
    limit, where an amount is none. `label` is the cell before.
    """

    source: SourceText
    where: str = "free"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One batch on one laboratory's paper, in the laboratory's own words.

    `facts` maps a fact's name (laboratory, certificate_id, batch_id, product, form, received_on, …)
    to the text read.
    """

    file: str
    sha256: str
    facts: Mapping[str, SourceText]
    rows: tuple[ResultRow, ...]
    # Where its format or a profile states them, so that the file need not prove them.
    decimal_mark: str | None = None
    day_first: bool | None = None
    notes: tuple[Note, ...] = ()


def witness(sha256: str, certificate_id: str, laboratory: str) -> str:
    """The name by which results say which certificate they were read from (`Result.certificate`).

    `sha256` is that of the file. Two certificates in one file are two witnesses: what each of them
    proves alone stays proven. The archive keeps this text, so it never changes.
    """
    return f"{sha256} {certificate_id} {laboratory}"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should see that never changes a verdict."""

    code: str
    severity: str  # note or warning
    message: str
    ref: CellRef


@dataclass(frozen=True, slots=True)
class HoldReason:
    """A cause to hold the batch: it becomes an INCONCLUSIVE finding of the rulebook `integrity`."""

    rule_id: str
    why: str
    ref: CellRef
    analyte: str | None = None


@dataclass(frozen=True, slots=True)
class InterpretedCertificate:
    """A certificate understood: typed facts and results, with everything worth saying about it."""

    file: str
    sha256: str
    batch_id: str
    laboratory: str
    certificate_id: str
    accreditation: str
    product: str | None  # product id by the certificate's own words
    product_name: str
    received_on: date | None
    tested_on: date | None
    issued_on: date | None
    declared: Mapping[str, str]  # serving_size, net_content … as printed, by the fact's name
    results: tuple[Result, ...]
    remarks: tuple[Remark, ...] = ()
    hold_reasons: tuple[HoldReason, ...] = ()
    dates: Mapping[str, date] = field(default_factory=dict)  # every one by its fact's name
    printed_facts: Mapping[str, SourceText] = field(default_factory=dict)  # as printed, by name

    @property
    def witness(self) -> str:
        """The name that its results carry."""
        return witness(self.sha256, self.certificate_id, self.laboratory)

    def fact_ref(self, fact: str) -> CellRef:
        """Where a fact is printed; the file as such where it is not."""
        printed = self.printed_facts.get(fact)
        return printed.ref if printed else CellRef(self.file)
