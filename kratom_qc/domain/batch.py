"""A batch over all its certificates, and what its vendor declares of the product."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.product import judged_as
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.domain.result import Result


class Claim(NamedTuple):
    """What a label claims to hold of an analyte, in a canonical unit."""

    analyte: str
    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What no laboratory prints, as the vendor declares it (`--facts products.toml`); `match` is
    the pattern of its row, `sha256` that of the file."""

    match: str
    form: str | None = None
    serving_g: Decimal | None = None
    serving_ml: Decimal | None = None
    servings_per_day: Decimal | None = None
    servings_per_container: Decimal | None = None
    net_g: Decimal | None = None
    net_ml: Decimal | None = None
    density_g_per_ml: Decimal | None = None
    claims: tuple[Claim, ...] = ()
    sha256: str = ""
    made_from: str | None = None  # leaf or extract; of capsules it decides what they are judged as


@dataclass(frozen=True, slots=True)
class Batch:
    """One lot over all its certificates, ready to be judged."""

    batch_id: str
    product: str | None  # its form
    certificates: tuple[InterpretedCertificate, ...]
    quantities: Mapping[QuantityKey, Quantity]
    described: Mapping[str, Result]  # by analyte
    hold_reasons: tuple[HoldReason, ...]
    remarks: tuple[Remark, ...]
    facts: ProductFacts | None = None
    may_be: tuple[str, ...] = ()  # what else it may be, for nobody has said which of them it is

    @property
    def judged_as(self) -> str | None:
        """The id of the product that limits are asked of; None where its form is unknown."""
        return judged_as(self.product, self.facts.made_from if self.facts else None)

    def was_tested_for_any(self, analytes: Container[str]) -> bool:
        """Whether any of them was looked for."""
        return any(
            result.measured and result.analyte in analytes
            for certificate in self.certificates
            for result in certificate.results
        )
