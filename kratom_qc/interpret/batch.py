"""Certificates of one lot → one Batch, over all its laboratories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kratom_qc import vocabulary
from kratom_qc.domain.batch import Batch, ProductFacts
from kratom_qc.domain.certificate import Analysis, Doubt, Remark
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import Place
from kratom_qc.interpret.compare import Beside, compare
from kratom_qc.interpret.derive import Key, quantities
from kratom_qc.interpret.facts import FactsFile, merged

Wanted = Callable[[str | None], Iterable[Key]]


def batches(
    analyses: Iterable[Analysis],
    wanted: Wanted,
    facts: FactsFile,
    product: str | None = None,
    beside: Beside | None = None,
) -> list[Batch]:
    """One Batch per batch id, in the order the ids were first met.

    `wanted(product)` names the quantities that the limits for a product ask for. `product` is the form the user says
    (`--product`); it fills what certificates leave open, and holds where it contradicts them. `beside` is what more
    certificates than these say about each other, where these are only some of them.
    """
    everyone = list(analyses)
    beside = compare(everyone) if beside is None else beside
    grouped: dict[str, list[Analysis]] = {}
    for analysis in everyone:
        grouped.setdefault(analysis.batch_id, []).append(analysis)
    return [_batch(batch_id, group, wanted, facts, product, beside) for batch_id, group in grouped.items()]


def _batch(
    batch_id: str, analyses: Sequence[Analysis], wanted: Wanted, facts_file: FactsFile, said: str | None, beside: Beside
) -> Batch:
    name = next((analysis.product_name for analysis in analyses if analysis.product_name), "")
    facts, doubts, remarks = merged(facts_file.for_batch(batch_id, name), analyses)
    product, product_doubts = _product(analyses, facts.form, said)
    doubts += product_doubts
    for analysis in analyses:
        doubts += analysis.doubts
        remarks += analysis.remarks
    doubts += beside.doubts.get(batch_id, ())
    remarks += beside.remarks.get(batch_id, ())
    return put_together(batch_id, product, analyses, facts, doubts, remarks, wanted(product))


def _badness(described: Result) -> int:
    """The worst word counts, whichever stands first: one that refutes, one that is unclear, any other."""
    return 2 if "does-not-conform" in described.flags else 1 if "unclear" in described.flags else 0


def put_together(
    batch_id: str,
    product: str | None,
    analyses: Sequence[Analysis],
    facts: ProductFacts,
    doubts: Iterable[Doubt],
    remarks: Iterable[Remark],
    wanted: Iterable[Key],
) -> Batch:
    """A batch of certificates whose product, declarations and doubts are known; what is computed may add doubts."""
    results = [result for analysis in analyses for result in analysis.results]
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
        tuple(analyses),
        found,
        described,
        tuple(dict.fromkeys((*doubts, *derived_doubts))),
        tuple(dict.fromkeys((*remarks, *_stated_remarks(results)))),
        facts,
    )


def _product(analyses: Sequence[Analysis], declared: str | None, said: str | None) -> tuple[str | None, list[Doubt]]:
    """The product form that certificates, the vendor's facts and the user agree on."""
    sources = [(analysis.product, f"certificate {analysis.file}", analysis.file) for analysis in analyses]
    sources += [(declared, "the vendor's facts", ""), (said, "--product", "")]
    stated = [(form, source, file) for form, source, file in sources if form is not None]
    if not stated:
        printed = next((analysis.facts_said["form"] for analysis in analyses if "form" in analysis.facts_said), None)
        near = ", ".join(vocabulary.nearest_forms(printed.said)) if printed else ""
        why = f"the form '{printed.said}' is not a known product form" if printed else "no product form is stated"
        why += f" (nearest known: {near})" if near else ""
        place = printed.place if printed else Place(analyses[0].file)
        return None, [
            Doubt("PRODUCT-UNKNOWN", f"{why}; say --product with one of {', '.join(vocabulary.product_forms())}", place)
        ]
    forms = dict.fromkeys(form for form, _, _ in stated)
    if len(forms) > 1:
        words = " and ".join(f"{form} by {source}" for form, source, _ in stated)
        return stated[0][0], [Doubt("PRODUCT-CONTRADICTS", f"the product is {words}", Place(stated[0][2]))]
    return stated[0][0], []


def _stated_remarks(results: Iterable[Result]) -> list[Remark]:
    return [
        Remark(
            "opinion-without-number",
            "note",
            f"'{result.said}' of {result.analyte} is the laboratory's opinion, not a value",
            result.place,
        )
        for result in results
        if not result.measured
        and vocabulary.status(result.said) in ("opinion_good", "opinion_conditional", "opinion_unsure")
    ]
