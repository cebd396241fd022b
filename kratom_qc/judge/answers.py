"""What a batch answers to a limit that asks for no amount: how many ways there are in which the
limit is not met.

A ban, a product form, a missing word of a certificate or a suspicious profile is put to the engine
as every other limit is: an interval. `NONE` is no objection, `SOME` is one, `UNCLEAR` may be
either; no answer at all is MISSING.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.interval import ZERO, Interval
from kratom_qc.domain.limit import Limit
from kratom_qc.domain.quantity import Quantity
from kratom_qc.domain.result import Result

ACCEPT = Interval(ZERO, ZERO)  # no objection


def _objections(span: Interval) -> Quantity:
    return Quantity(
        "objections", "1", "", span, span.low, span.low_open, span.high, span.high_open, ()
    )


NONE = _objections(Interval.exactly(ZERO))
SOME = _objections(Interval.exactly(Decimal(1)))
UNCLEAR = _objections(Interval(ZERO, Decimal(1)))
CONSTANT = {"ban": SOME, "attestation": UNCLEAR, "unread": UNCLEAR}
ALIKE = (*CONSTANT, "product_class")  # asked of batches of one product, all give one answer


def answer(limit: Limit, batch: Batch) -> Quantity | None:
    """The objections of one limit to one batch; None where the batch says nothing about it."""
    if limit.kind in CONSTANT:
        return CONSTANT[limit.kind]
    if limit.kind == "product_class":
        return (
            UNCLEAR if batch.product is None else NONE if batch.product in limit.requires else SOME
        )
    if limit.kind == "described":
        return _described(batch.described.get(limit.subject))
    if limit.kind == "profile":
        return _profile(limit, batch)
    return None if any(lacking(limit, batch)) else NONE


def _described(found: Result | None) -> Quantity | None:
    if found is None or found.text is None:
        return None
    if "unclear" in found.flags:
        return UNCLEAR
    return SOME if "does-not-conform" in found.flags else NONE


def lacking(limit: Limit, batch: Batch) -> Iterator[str]:
    """What a limit requires of certificates and a certificate of the batch does not state, in
    words."""
    if not batch.certificates:
        yield "any certificate"
    for certificate in batch.certificates:
        for name in limit.requires:
            if name == "method":
                stated = all(result.method for result in certificate.results if result.measured)
            else:
                stated = bool(getattr(certificate, name))
            if not stated:
                yield f"{name.replace('_', ' ')} in {certificate.file}"


def _profile(limit: Limit, batch: Batch) -> Quantity | None:
    """Found without what nature sends with it. Nothing is said where anyone of them was not looked
    for."""
    seen = {analyte: detected(batch, analyte) for analyte in (limit.present, *limit.absent)}
    if None in seen.values():
        return None
    if seen[limit.present] == {False} or any(
        True in (seen[analyte] or ()) for analyte in limit.absent
    ):
        return NONE
    clear = True in (seen[limit.present] or ()) and all(
        seen[analyte] == {False} for analyte in limit.absent
    )
    return SOME if clear else UNCLEAR


def detected(batch: Batch, analyte: str) -> set[bool | None] | None:
    """What the results of an analyte say of its presence; None where nobody measured it."""
    said = {
        True if result.interval.low > 0 else result.detected
        for certificate in batch.certificates
        for result in certificate.results
        if result.analyte == analyte and result.known and result.measured
    }
    return said or None
