"""Certificates of one lot → one Batch, over all its laboratories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kratom_qc import vocabulary
from kratom_qc.domain.batch import Batch, ProductFacts
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.quantity import QuantityKey
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.compare import CrossCertificateChecks, compare
from kratom_qc.interpret.derive import quantities
from kratom_qc.interpret.facts import FactsFile, merged

Wanted = Callable[[str | None], Iterable[QuantityKey]]


def batches(
    certificates: Iterable[InterpretedCertificate],
    wanted: Wanted,
    facts: FactsFile,
    product: str | None = None,
    beside: CrossCertificateChecks | None = None,
) -> list[Batch]:
    """One Batch per batch id, in the order the ids were first met.

    `wanted(product)` names the quantities that the limits for a product ask for. `product` is the
    form the user says (`--product`); it fills what certificates leave open, and holds where it
    contradicts them. `beside` is what more certificates than these say about each other, where
    these are only some of them.
    """
    everyone = list(certificates)
    beside = compare(everyone) if beside is None else beside
    grouped: dict[str, list[InterpretedCertificate]] = {}
    for certificate in everyone:
        grouped.setdefault(certificate.batch_id, []).append(certificate)
    return [
        _batch(batch_id, group, wanted, facts, product, beside)
        for batch_id, group in grouped.items()
    ]


def _batch(
    batch_id: str,
    certificates: Sequence[InterpretedCertificate],
    wanted: Wanted,
    facts_file: FactsFile,
    said: str | None,
    beside: CrossCertificateChecks,
) -> Batch:
    name = next(
        (certificate.product_name for certificate in certificates if certificate.product_name), ""
    )
    facts, hold_reasons, remarks = merged(facts_file.for_batch(batch_id, name), certificates)
    product, product_doubts = _product(certificates, facts.form, said)
    hold_reasons += product_doubts
    for certificate in certificates:
        hold_reasons += certificate.hold_reasons
        remarks += certificate.remarks
    hold_reasons += beside.hold_reasons.get(batch_id, ())
    remarks += beside.remarks.get(batch_id, ())
    return put_together(
        batch_id, product, certificates, facts, hold_reasons, remarks, wanted(product)
    )


def _badness(described: Result) -> int:
    """The worst word counts, whichever stands first: one that refutes, one that is unclear, any
    other."""
    return 2 if "does-not-conform" in described.flags else 1 if "unclear" in described.flags else 0


def put_together(
    batch_id: str,
    product: str | None,
    certificates: Sequence[InterpretedCertificate],
    facts: ProductFacts,
    hold_reasons: Iterable[HoldReason],
    remarks: Iterable[Remark],
    wanted: Iterable[QuantityKey],
) -> Batch:
    """A batch of certificates whose product, declarations and doubts are known; what is computed
    may add doubts."""
    results = [result for certificate in certificates for result in certificate.results]
    found, derived_doubts = quantities(results, facts, wanted)
    described: dict[str, Result] = {}
    for result in results:
        if result.text is not None and result.known:
            known = described.setdefault(result.analyte, result)
            if _badness(result) > _badness(known):
                described[result.analyte] = result
    return Batch(
        batch_id,
        product,
        tuple(certificates),
        found,
        described,
        tuple(dict.fromkeys((*hold_reasons, *derived_doubts))),
        tuple(dict.fromkeys((*remarks, *_stated_remarks(results)))),
        facts,
    )


def _product(
    certificates: Sequence[InterpretedCertificate], declared: str | None, said: str | None
) -> tuple[str | None, list[HoldReason]]:
    """The product form that certificates, the vendor's facts and the user agree on."""
    sources = [
        (certificate.product, f"certificate {certificate.file}", certificate.file)
        for certificate in certificates
    ]
    sources += [(declared, "the vendor's facts", ""), (said, "--product", "")]
    stated = [(form, source, file) for form, source, file in sources if form is not None]
    if not stated:
        printed = next(
            (
                certificate.facts_said["form"]
                for certificate in certificates
                if "form" in certificate.facts_said
            ),
            None,
        )
        near = ", ".join(vocabulary.nearest_forms(printed.text)) if printed else ""
        why = (
            f"the form '{printed.text}' is not a known product form"
            if printed
            else "no product form is stated"
        )
        why += f" (nearest known: {near})" if near else ""
        place = printed.ref if printed else CellRef(certificates[0].file)
        return None, [
            HoldReason(
                "PRODUCT-UNKNOWN",
                f"{why}; say --product with one of {', '.join(vocabulary.product_forms())}",
                place,
            )
        ]
    forms = dict.fromkeys(form for form, _, _ in stated)
    if len(forms) > 1:
        words = " and ".join(f"{form} by {source}" for form, source, _ in stated)
        return stated[0][0], [
            HoldReason("PRODUCT-CONTRADICTS", f"the product is {words}", CellRef(stated[0][2]))
        ]
    return stated[0][0], []


def _stated_remarks(results: Iterable[Result]) -> list[Remark]:
    return [
        Remark(
            "opinion-without-number",
            "note",
            f"'{result.reported}' of {result.analyte} is the laboratory's opinion, not a value",
            result.ref,
        )
        for result in results
        if not result.measured
        and vocabulary.status(result.reported)
        in ("opinion_good", "opinion_conditional", "opinion_unsure")
    ]
