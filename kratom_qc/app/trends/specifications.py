"""The limits that a series is compared with: those in force of its product and the home markets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property

from kratom_qc import settings
from kratom_qc.domain.limit import AmountLimit, Rulebook
from kratom_qc.rulebooks.dates import stands
from kratom_qc.rulebooks.load import load_rulebooks
from kratom_qc.rulebooks.scope import questions
from kratom_qc.trends.capability import Specification
from kratom_qc.trends.series import SeriesKey


class Specifications:
    """The strictest limits that decide on a day, by what they are of. Rulebooks are loaded when the
    first is asked for."""

    def __init__(self, on: date):
        self._on = on
        self._by_product: dict[str, list[AmountLimit]] = {}

    @cached_property
    def _books(self) -> dict[str, Rulebook]:
        return load_rulebooks(settings.load().expectations)

    def of(self, key: SeriesKey) -> Specification:
        """The limits of a series. One limit on each side at most: the strictest."""
        product = key.product
        if product not in self._by_product:
            self._by_product[product] = list(self._limits_on(product))
        lower: tuple[Decimal, str] | None = None
        upper: tuple[Decimal, str] | None = None
        for limit in self._by_product[product]:
            if limit.quantity_key != (key.analyte, key.basis, key.unit) or key.species:
                continue
            low, high = limit.acceptance_interval.low, limit.acceptance_interval.high
            if low > 0 and (lower is None or low > lower[0]):
                lower = low, limit.rule_id
            if high is not None and (upper is None or high < upper[0]):
                upper = high, limit.rule_id
        return Specification(
            lower=lower[0] if lower else None,
            upper=upper[0] if upper else None,
            lower_rule=lower[1] if lower else "",
            upper_rule=upper[1] if upper else "",
        )

    def _limits_on(self, product: str) -> Iterator[AmountLimit]:
        for _, limit in questions(self._books, settings.load().home_markets, product or None):
            if isinstance(limit, AmountLimit) and stands(limit, self._on)[1]:
                yield limit
