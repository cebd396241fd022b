"""A blank certificate with a row for everything that a product's limits hold a batch for."""

from __future__ import annotations

from collections.abc import Iterator

from kratom_qc import vocabulary
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.domain.limit import AmountLimit, DescribedLimit, Limit, NotDetectedLimit
from kratom_qc.intake.giveback.template import blank
from kratom_qc.rulebooks.dates import stands
from kratom_qc.rulebooks.scope import questions
from kratom_qc.vocabulary.derived import formulas


def blank_certificate(product: str, policy: JudgementPolicy) -> bytes:
    """The certificate, as the bytes of an xlsx workbook."""
    asked = list(_asked(policy, product))
    subjects = dict.fromkeys(analyte for limit in asked for analyte in _operands(limit.subject))
    known = vocabulary.analytes()
    declares = any(isinstance(limit, AmountLimit) and _declared(limit) for limit in asked)
    return blank(product, [known[subject] for subject in subjects], declares=declares)


def _declared(limit: AmountLimit) -> bool:
    """Whether the vendor declares what it asks for: a claim, a serving."""
    return limit.subject.startswith("claim-") or limit.basis.startswith("per ")


def _asked(policy: JudgementPolicy, product: str) -> Iterator[Limit]:
    """The limits that hold a batch of the product when nobody has measured what they ask for."""
    for _, limit in questions(policy.books, policy.home, product):
        measured = isinstance(limit, AmountLimit | NotDetectedLimit | DescribedLimit)
        if measured and limit.when_missing == "hold" and stands(limit, policy.on)[1]:
            yield limit


def _operands(subject: str) -> Iterator[str]:
    """The analytes a laboratory must report for a subject: itself, or what it is computed from."""
    formula = formulas().get(subject)
    if formula is None or formula.kind == "whole":  # a whole is measured; its parts bound it only
        yield subject
        return
    summands = formula.core if formula.kind == "sum" else formula.of
    parts = [part for part in formula.of if part in summands]
    for part in (*([formula.part] if formula.part else []), *parts, *formula.under):
        yield from _operands(part)
