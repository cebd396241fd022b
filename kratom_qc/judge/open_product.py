"""Batches that may be one product or another, because nobody has said which: each reading is
judged, and a FAIL counts only where every one of them fails.

The findings of such a batch are those on the product that it is read as. A limit that another
reading is not asked, and of which it is asked nothing as strict, leaves open what it would fail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import (
    AmountLimit,
    DecisionRule,
    Evidence,
    Limit,
    NotDetectedLimit,
    ProductClassLimit,
    Rulebook,
)
from kratom_qc.domain.product import forms_of, may_be_made
from kratom_qc.rulebooks.dates import PENDING, stands
from kratom_qc.rulebooks.scope import product_books, questions
from kratom_qc.vocabulary import product_names

_NAMED = 2  # readings that a sentence names


class _Reading(NamedTuple):
    """What is asked of a product: limits that can fail a batch, by what they are about, each with
    its rulebook; and the rulebooks that count in every market."""

    asked: Mapping[str, Sequence[tuple[str, Limit]]]
    own: frozenset[str]


class OpenProduct:
    """What to believe of findings on batches of a product that may be another one as well."""

    def __init__(
        self, books: Mapping[str, Rulebook], markets: Sequence[str], product: str | None, on: date
    ):
        self.books, self.markets, self.on = books, markets, on
        self.product = product or ""
        self._readings: dict[str, _Reading] = {}
        self._spared: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}

    def believed(self, finding: Finding, may_be: tuple[str, ...]) -> Finding:
        """A finding as it counts: undecided where the batch fails only if it is this product."""
        limit = finding.source
        if limit is None or not finding.decides or finding.outcome is not Outcome.FAIL:
            return finding
        key = finding.rulebook, finding.rule_id, may_be
        if key not in self._spared:
            self._spared[key] = [
                product
                for product in may_be
                if not self._fails_too(finding.rulebook, limit, product)
            ]
        spared = self._spared[key]
        if not spared:
            return finding
        names = product_names()
        spared_names = " or ".join(names[product].lower() for product in spared[:_NAMED])
        of_leaf = " of leaf" if may_be_made(self.product) else ""
        why = (
            f"{finding.why}; that fails {names[self.product].lower()}{of_leaf}, and nobody has "
            f"said that it is: it may be {spared_names}"
        )
        return replace(finding, outcome=Outcome.INCONCLUSIVE, why=why)

    def _fails_too(self, book: str, limit: Limit, product: str) -> bool:
        """Whether what fails a limit fails as another product too, wherever the limit counts."""
        if product not in self._readings:
            self._readings[product] = self._reading(product)
        reading = self._readings[product]
        return any(
            as_strict(asked, limit, product)
            for of_book, asked in reading.asked.get(limit.subject, ())
            if of_book == book or of_book in reading.own
        )

    def _reading(self, product: str) -> _Reading:
        asked: dict[str, list[tuple[str, Limit]]] = {}
        for book, limit in questions(self.books, self.markets, product):
            if self._can_fail(limit):
                asked.setdefault(limit.subject, []).append((book.id, limit))
        books = product_books(self.books, product)
        return _Reading(asked, frozenset(book.id for book in books))

    def _can_fail(self, limit: Limit) -> bool:
        status, decides = stands(limit, self.on)
        known = limit.evidence not in (Evidence.NEWS, Evidence.MEMORY)
        return decides and known and status != PENDING


def as_strict(asked: Limit, limit: Limit, product: str) -> bool:
    """Whether whatever fails `limit` fails what is asked of a product."""
    if isinstance(limit, ProductClassLimit):
        return asked == limit and not {*forms_of(product)} <= {*limit.requires}
    if asked == limit:
        return True
    if isinstance(asked, NotDetectedLimit):
        too_much = isinstance(limit, AmountLimit) and not limit.acceptance_interval.low
        return too_much or isinstance(limit, NotDetectedLimit)
    return (
        isinstance(asked, AmountLimit)
        and isinstance(limit, AmountLimit)
        and asked.quantity_key == limit.quantity_key
        and asked.decision_rule == limit.decision_rule == DecisionRule.SIMPLE
        and not asked.declared_only
        and asked.acceptance_interval.lies_in(limit.acceptance_interval)
    )
