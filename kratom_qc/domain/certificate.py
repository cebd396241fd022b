"""A certificate of analysis: first in the laboratory's own words, then understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from kratom_qc.domain.account import AccountEntry, PageText
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText

ACTION_LEVEL = "action level: "
"""Stands before a limit from which on something is done: `action level: Detected`."""


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
    verdict_header: SourceText | None = None  # `Y` means something under `Conforms?` only
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
    # Other ways to read this row: another column that may be the result, another unit of its LOD.
    alternatives: tuple[ResultRow, ...] = ()

    @property
    def cell(self) -> SourceText:
        """The cell of its result, else of its analyte."""
        return self.result or self.analyte


class DateSpan(NamedTuple):
    """The days that a printed date may mean: `03/04/2026` is 4 March or 3 April, `March 2026` every
    day of it. Both ends are included."""

    earliest: date
    latest: date

    def __str__(self) -> str:
        """`2026-03-04`, or as ISO 8601 writes an interval: `2026-03-04/2026-04-03`."""
        days = (self.earliest, self.latest) if self.earliest < self.latest else (self.latest,)
        return "/".join(map(str, days))


@dataclass(frozen=True, slots=True)
class Certificate:
    """One batch on one laboratory's paper, in the laboratory's own words.

    `facts` maps a fact's name (laboratory, certificate_id, batch_id, product, form, received_on, …)
    to the text read; `further` are texts that state one of them again, elsewhere and otherwise.
    """

    file: str
    sha256: str
    facts: Mapping[str, SourceText]
    rows: tuple[ResultRow, ...]
    # Where its format or a profile states them, so that the file need not prove them.
    decimal_mark: str | None = None
    day_first: bool | None = None
    further: tuple[tuple[str, SourceText], ...] = ()
    languages: frozenset[str] = frozenset()  # of its labels (ISO 639-1), other than English
    # Texts that intake read as nothing and that may speak of this certificate.
    texts: tuple[PageText, ...] = ()
    # What is wrong at cells that speak of this certificate. Each holds the batch.
    problems: tuple[Problem, ...] = ()


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

    @classmethod
    def of(cls, problem: Problem, analyte: str | None = None) -> HoldReason:
        """What is wrong at a cell, as a cause to hold; names the nearest known words."""
        near = f" (nearest known: {', '.join(problem.near)})" if problem.near else ""
        return cls(problem.code.upper(), problem.message + near, problem.ref, analyte)


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
    declared: Mapping[str, str]  # serving_size, net_content … as printed, by the fact's name
    results: tuple[Result, ...]
    remarks: tuple[Remark, ...] = ()
    hold_reasons: tuple[HoldReason, ...] = ()
    # Every one by its fact's name; `measured_on` is the oldest day of any of its measurements.
    dates: Mapping[str, DateSpan] = field(default_factory=dict)
    printed_facts: Mapping[str, SourceText] = field(default_factory=dict)  # as printed, by name
    product_is_assumed: bool = False  # nothing states it; it holds, and gives way to what is stated
    texts: tuple[AccountEntry, ...] = ()  # what became of the texts that are no result or fact

    @property
    def received_on(self) -> DateSpan | None:
        """When the laboratory received the sample."""
        return self.dates.get("received_on")

    @property
    def tested_on(self) -> DateSpan | None:
        """When the laboratory finished the tests."""
        return self.dates.get("tested_on")

    @property
    def issued_on(self) -> DateSpan | None:
        """When the laboratory issued the certificate."""
        return self.dates.get("issued_on")

    @property
    def witness(self) -> str:
        """The name that its results carry."""
        return witness(self.sha256, self.certificate_id, self.laboratory)

    def fact_ref(self, fact: str) -> CellRef:
        """Where a fact is printed; the file as such where it is not."""
        printed = self.printed_facts.get(fact)
        return printed.ref if printed else CellRef(self.file)
