"""A batch over all its certificates, and what its vendor declares of the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.domain.result import Result


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What no laboratory prints, as the vendor declares it (`--facts products.toml`)."""

    match: str
    form: str | None = None
    serving_g: Decimal | None = None
    serving_ml: Decimal | None = None
    servings_per_day: Decimal | None = None
    servings_per_container: Decimal | None = None
    net_g: Decimal | None = None
    net_ml: Decimal | None = None
    density_g_per_ml: Decimal | None = None
    claims: tuple[tuple[str, Decimal, str], ...] = ()  # analyte, amount, canonical unit
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """One lot over all its certificates, ready to be judged."""

    batch_id: str
    product: str | None
    certificates: tuple[InterpretedCertificate, ...]
    quantities: Mapping[QuantityKey, Quantity]
    described: Mapping[str, Result]
    hold_reasons: tuple[HoldReason, ...]
    remarks: tuple[Remark, ...]
    facts: ProductFacts | None = None
