"""The nouns of `kratom_qc.domain`, without a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import Limit, NumericLimit, Rulebook
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.batch import batches
from kratom_qc.interpret.facts import FactsFile


def span(low: str | Decimal, high: str | Decimal | None, low_open: bool = False, high_open: bool = False) -> Interval:
    """An interval from decimal texts."""
    return Interval(Decimal(low), None if high is None else Decimal(high), low_open, high_open or high is None)


def result(analyte: str, interval: Interval, unit: str = "mg/kg", certificate: str = "a" * 64, **more: Any) -> Result:
    """A laboratory statement already understood."""
    fields: dict[str, Any] = {"basis": "as received", "measured": True, "ref": CellRef("made.csv", "", "D2"), **more}
    return Result(
        analyte=analyte,
        known=True,
        reported=str(interval),
        reported_unit=unit,
        interval=interval,
        unit=unit,
        certificate=certificate,
        **fields,
    )


def interpreted(
    batch_id: str, *results: Result, product: str | None = "leaf_powder", sha256: str = "a" * 64
) -> InterpretedCertificate:
    """A certificate already understood."""
    return InterpretedCertificate(
        file="made.csv",
        sha256=sha256,
        batch_id=batch_id,
        laboratory="Lab",
        certificate_id="C-1",
        accreditation="",
        product=product,
        product_name="",
        declared={},
        results=results,
        printed_facts={"batch_id": SourceText(batch_id, CellRef("made.csv"))},
    )


def batches_of(certificates: Iterable[InterpretedCertificate], books: Mapping[str, Rulebook]) -> list[Batch]:
    """Batches with the quantities that every limit of these books asks for."""
    asked = [limit for book in books.values() for limit in book.limits]
    return batches(certificates, lambda product: (one.quantity_key for one in _numeric(asked, product)), FactsFile())


def _numeric(limits: Iterable[Limit], product: str | None) -> Iterable[NumericLimit]:
    return (one for one in limits if isinstance(one, NumericLimit) and one.speaks_of(product))
