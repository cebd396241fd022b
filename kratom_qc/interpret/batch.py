"""Certificates of one lot → one Batch, over all its laboratories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.batch import Batch, ProductFacts
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.product import forms_of, judged_as, may_be_made
from kratom_qc.domain.quantity import QuantityKey
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.a_day import a_day
from kratom_qc.interpret.assumed import RULE as PRODUCT_ASSUMED
from kratom_qc.interpret.compare import CrossCertificateChecks, compare
from kratom_qc.interpret.derive import quantities
from kratom_qc.interpret.facts import FactsFile, merged
from kratom_qc.interpret.fitness import weighed
from kratom_qc.interpret.whose import of_two_vendors

Wanted = Callable[[str | None], Iterable[QuantityKey]]
_UNSTATED = (
    "nobody says what the capsules are made from: they are judged as capsules of leaf. If they "
    'hold extract, say made_from = "extract" (--facts), or have it printed'
)


def batches(
    certificates: Iterable[InterpretedCertificate],
    wanted: Wanted,
    facts: FactsFile,
    product: str | None = None,
    checks: CrossCertificateChecks | None = None,
) -> list[Batch]:
    """One Batch per batch id, in the order the ids were first met.

    `wanted(product)` names the quantities that the limits for a product ask for. `product` is the
    form the user says (`--product`); it fills what certificates leave open, and holds where it
    contradicts them. `checks` is what more certificates than these say about each other, where
    these are only some of them.
    """
    everyone = list(certificates)
    checks = compare(everyone) if checks is None else checks
    grouped: dict[str, list[InterpretedCertificate]] = {}
    for certificate in everyone:
        grouped.setdefault(certificate.batch_id, []).append(certificate)
    return [
        _batch(batch_id, group, wanted, facts, product, checks)
        for batch_id, group in grouped.items()
    ]


def _batch(
    batch_id: str,
    certificates: Sequence[InterpretedCertificate],
    wanted: Wanted,
    facts_file: FactsFile,
    asked_product: str | None,
    checks: CrossCertificateChecks,
) -> Batch:
    names = (certificate.product_name for certificate in certificates)
    declared = facts_file.for_batch(batch_id, next(filter(None, names), ""))
    facts, hold_reasons = merged(declared, certificates)
    remarks: list[Remark] = []
    asked_form, *asked_make = forms_of(asked_product)
    product, product_reasons = _product(certificates, facts.form, asked_form)
    hold_reasons += product_reasons
    facts, make_reasons = _made(facts, product, asked_make, CellRef(certificates[0].file))
    hold_reasons += make_reasons
    is_stated = facts.form or asked_product or any(map(_printed, certificates))
    for certificate in certificates:
        hold_reasons += (
            reason
            for reason in certificate.hold_reasons
            if reason.rule_id != PRODUCT_ASSUMED or not is_stated
        )
        remarks += certificate.remarks
    hold_reasons += checks.hold_reasons.get(batch_id, ())
    hold_reasons += of_two_vendors(certificates)
    remarks += checks.remarks.get(batch_id, ())
    remarks += a_day((result for each in certificates for result in each.results), facts)
    if product == "capsule" and facts.made_from is None:
        where = certificates[0].fact_ref("form")
        remarks.append(Remark("made-from-unstated", "note", _UNSTATED, where))
    asked_of = judged_as(product, facts.made_from)
    return put_together(
        batch_id, product, certificates, facts, hold_reasons, remarks, wanted(asked_of)
    )


def _made(
    facts: ProductFacts, product: str | None, asked: Sequence[str | None], where: CellRef
) -> tuple[ProductFacts, list[HoldReason]]:
    """(what is declared with what the user says the product is made from, what contradicts it)."""
    reasons = []
    for made_from in asked:
        if facts.made_from is None:
            facts = replace(facts, made_from=made_from)
        elif facts.made_from != made_from:
            why = f"what it is made from is {facts.made_from} as declared, {made_from} by --product"
            reasons.append(HoldReason("PRODUCT-CONTRADICTS", why, where))
    if facts.made_from == "extract" and product in ("leaf_powder", "crushed_leaf"):
        why = f"the product is {product}, and declared to be made from extract"
        reasons.append(HoldReason("PRODUCT-CONTRADICTS", why, where))
    return facts, reasons


def put_together(
    batch_id: str,
    product: str | None,
    certificates: Sequence[InterpretedCertificate],
    facts: ProductFacts,
    hold_reasons: Iterable[HoldReason],
    remarks: Iterable[Remark],
    wanted: Iterable[QuantityKey],
) -> Batch:
    """A batch of certificates whose product, declarations and causes to hold are known; what is
    computed may add causes."""
    results = [result for certificate in certificates for result in certificate.results]
    known, derived_reasons = quantities(weighed(results, product), facts, wanted)
    hold_reasons = tuple(hold_reasons)
    return Batch(
        batch_id=batch_id,
        product=product,
        certificates=tuple(certificates),
        quantities=known,
        described=_described(results),
        hold_reasons=tuple(dict.fromkeys((*hold_reasons, *derived_reasons))),
        remarks=tuple(dict.fromkeys((*remarks, *_opinions(results)))),
        facts=facts,
        may_be=may_be(product, facts, hold_reasons),
    )


def may_be(
    product: str | None, facts: ProductFacts, hold_reasons: Iterable[HoldReason]
) -> tuple[str, ...]:
    """What else a batch may be: anything, where its form is only assumed; capsules of extract,
    where nobody says what capsules are made from."""
    if any(reason.rule_id == PRODUCT_ASSUMED for reason in hold_reasons):
        return tuple(form for form in vocabulary.product_names() if form != product)
    return () if facts.made_from else may_be_made(product)


def _described(results: Iterable[Result]) -> dict[str, Result]:
    """The worst result of every described test."""
    described: dict[str, Result] = {}
    for result in results:
        if result.text is not None and result.known:
            worst = described.setdefault(result.analyte, result)
            if _badness(result) > _badness(worst):
                described[result.analyte] = result
    return described


def _badness(described: Result) -> int:
    """The worst word counts, whichever stands first: one that refutes, one that is unclear, any
    other."""
    if "does-not-conform" in described.flags:
        return 2
    return 1 if "unclear" in described.flags else 0


class _StatedForm(NamedTuple):
    form: str
    source: str
    file: str


def _product(
    certificates: Sequence[InterpretedCertificate], declared: str | None, asked: str | None
) -> tuple[str | None, list[HoldReason]]:
    """(the product form that certificates, the vendor's facts and the user state, what holds the
    batch where they do not agree on one)."""
    sources = [
        *((_printed(paper), f"certificate {paper.file}", paper.file) for paper in certificates),
        (declared, "the vendor's facts", ""),
        (asked, "--product", ""),
    ]
    stated = [_StatedForm(form, source, file) for form, source, file in sources if form is not None]
    if not stated:
        assumed = next((paper.product for paper in certificates if paper.product), None)
        return assumed, [] if assumed else [_unknown_product(certificates)]
    first = stated[0]
    if any(statement.form != first.form for statement in stated):
        forms = " and ".join(f"{statement.form} by {statement.source}" for statement in stated)
        reason = HoldReason("PRODUCT-CONTRADICTS", f"the product is {forms}", CellRef(first.file))
        return first.form, [reason]
    return first.form, []


def _printed(certificate: InterpretedCertificate) -> str | None:
    return None if certificate.product_is_assumed else certificate.product


def _unknown_product(certificates: Sequence[InterpretedCertificate]) -> HoldReason:
    forms = (certificate.printed_facts.get("form") for certificate in certificates)
    printed = next((form for form in forms if form is not None), None)
    why, ref = "no product form is stated", CellRef(certificates[0].file)
    if printed is not None:
        why, ref = f"the form '{printed.text}' is not a known product form", printed.ref
        near = ", ".join(vocabulary.nearest_forms(printed.text))
        why += f" (nearest known: {near})" if near else ""
    known = ", ".join(vocabulary.product_names())
    return HoldReason("PRODUCT-UNKNOWN", f"{why}; say --product with one of {known}", ref)


def _opinions(results: Iterable[Result]) -> Iterator[Remark]:
    for result in results:
        meaning = None if result.measured else vocabulary.status(result.reported)
        if meaning in ("opinion_good", "opinion_conditional", "opinion_unsure"):
            what = f"'{result.reported}' of {result.analyte}"
            why = f"{what} is the laboratory's opinion, not a value"
            yield Remark("opinion-without-number", "note", why, result.ref)
