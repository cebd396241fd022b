"""What the declared servings make of a day, where no source has a limit to hold it against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.quantity import QuantityKey
from kratom_qc.domain.result import Result
from kratom_qc.interpret.converted import MOISTURE
from kratom_qc.interpret.derive import Deriver
from kratom_qc.interpret.derived_quantity import subject_name
from kratom_qc.interpret.fitness import fitted
from kratom_qc.vocabulary.wording import THIN, interval_words

_SEVEN_OH = QuantityKey("7-hydroxymitragynine", "per day", "ug/day")
_MILLIGRAMS = Decimal("0.001")


def a_day(results: Iterable[Result], facts: ProductFacts) -> Iterator[Remark]:
    """How much 7-OH a day is, in mg, by the label's servings; nothing where they are not declared,
    or the laboratory leaves it open. It is derived apart from what limits ask for, so that it
    answers none of them."""
    if facts.servings_per_day is None:
        return
    needed = (_SEVEN_OH.subject, MOISTURE.subject)
    measured = (
        result for result in results if result.known and result.measured and result.text is None
    )
    known = fitted(result for result in measured if result.analyte in needed)
    quantity = Deriver(known, facts).find(_SEVEN_OH)
    if quantity is None or quantity.interval.high is None:
        return
    amount = interval_words(quantity.interval.scaled(_MILLIGRAMS), "mg", ()).replace(THIN, " ")
    why = (
        f"{subject_name(_SEVEN_OH.subject)} by the declared servings: {amount} a day "
        f"({quantity.how}); no source has a limit by the day for it"
    )
    yield Remark("daily-amount", "note", why, quantity.results[0].ref)
