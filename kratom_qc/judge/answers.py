"""What a batch answers to a limit that asks for no amount: how many ways there are in which the
limit is not met.

A ban, a product form, a missing word of a certificate or a suspicious profile is put to the engine
as every other limit is: an interval. `NONE` is no objection, `SOME` is one, `UNCLEAR` may be
either; no answer at all is MISSING.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import assert_never

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.interval import ZERO, Interval
from kratom_qc.domain.limit import (
    Attestation,
    Ban,
    CertificateLimit,
    DescribedLimit,
    NoStatute,
    OtherLimit,
    ProductClassLimit,
    ProfileLimit,
    UnreadRule,
)
from kratom_qc.domain.product import forms_of
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


def is_shared(limit: OtherLimit) -> bool:
    """Whether all batches of one product give one answer."""
    return isinstance(limit, Ban | Attestation | UnreadRule | NoStatute | ProductClassLimit)


def answer(limit: OtherLimit, batch: Batch) -> Quantity | None:
    """The objections of one limit to one batch; None where the batch says nothing about it."""
    match limit:
        case Ban():
            return SOME
        case Attestation() | UnreadRule():
            return UNCLEAR
        case NoStatute():
            return NONE if limit.confirmed_by else UNCLEAR
        case ProductClassLimit():
            if batch.product is None:
                return UNCLEAR
            return NONE if {*forms_of(batch.judged_as)} <= {*limit.requires} else SOME
        case DescribedLimit():
            return _described(batch.described.get(limit.subject))
        case ProfileLimit():
            return _profile(limit, batch)
        case CertificateLimit():
            return None if any(lacking(limit, batch)) else NONE
    assert_never(limit)


def _described(result: Result | None) -> Quantity | None:
    if result is None or result.text is None:
        return None
    if "unclear" in result.flags:
        return UNCLEAR
    return SOME if "does-not-conform" in result.flags else NONE


def lacking(limit: CertificateLimit, batch: Batch) -> Iterator[str]:
    """What a limit requires of certificates and a certificate of the batch does not state, in
    words."""
    if not batch.certificates:
        yield "any certificate"
    for certificate in batch.certificates:
        for name in limit.requires:
            if not _stated(name, certificate):
                yield f"{name.replace('_', ' ')} in {certificate.file}"


def _stated(name: str, certificate: InterpretedCertificate) -> bool:
    if name == "method":
        return all(result.method for result in certificate.results if result.measured)
    return bool(getattr(certificate, name))


def _profile(limit: ProfileLimit, batch: Batch) -> Quantity | None:
    """Found without what nature sends with it. Nothing is said where anyone of them was not looked
    for."""
    subject = detected(batch, limit.subject)
    others = [detected(batch, analyte) for analyte in limit.absent]
    if not subject or not all(others):
        return None
    if subject == {False} or any(True in answers for answers in others):
        return NONE
    clear = True in subject and all(answers == {False} for answers in others)
    return SOME if clear else UNCLEAR


def detected(batch: Batch, analyte: str) -> set[bool | None]:
    """What the results of an analyte say of its presence; nothing where nobody measured it."""
    return {
        True if result.interval.low > 0 else result.detected
        for certificate in batch.certificates
        for result in certificate.results
        if result.analyte == analyte and result.known and result.measured
    }
