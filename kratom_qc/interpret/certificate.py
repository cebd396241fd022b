"""A certificate's words → an Analysis: typed facts, results as intervals, and every doubt worth
holding a batch for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import (
    Certificate,
    HoldReason,
    InterpretedCertificate,
    Remark,
    ResultRow,
    witness,
)
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.consistency import consistency
from kratom_qc.interpret.dates import UnreadableDate, day_first, read_date
from kratom_qc.interpret.fitness import method_remarks
from kratom_qc.interpret.identity import id_doubts, id_refusals, id_remarks
from kratom_qc.interpret.notes import note_doubts
from kratom_qc.interpret.numbers import Ambiguous, decimal_mark
from kratom_qc.interpret.results import read_line
from kratom_qc.interpret.stated_methods import with_methods

DATE_FACTS = (
    "sampled_on",
    "received_on",
    "tested_on",
    "issued_on",
    "manufactured_on",
    "expires_on",
)
DECLARED = (
    "serving_size",
    "servings_per_container",
    "servings_per_day",
    "net_content",
    "density",
    "claim_mitragynine",
)
_NUMBER_WORDS = ("result", "lod", "loq", "uncertainty")
_BEFORE_THE_END = ("manufactured_on", "issued_on")
# In a laboratory's order of work; a later step cannot come before an earlier one.
_SEQUENCE = ("manufactured_on", "sampled_on", "received_on", "tested_on", "issued_on")


def interpret(
    certificates: Sequence[Certificate],
) -> tuple[tuple[InterpretedCertificate, ...], tuple[Refusal, ...]]:
    """Every certificate of one file, understood, and everything that refuses the file.

    The decimal mark and the order of day and month are proven by the whole file.
    """
    refusals: list[Refusal] = []
    mark = _mark(certificates, refusals)
    first_is_day = _day_order(certificates, refusals)
    interpreted_certificates = [
        _interpret(certificate, mark, first_is_day, refusals) for certificate in certificates
    ]
    _contradicting_products(certificates, refusals)
    return tuple(interpreted_certificates), tuple(dict.fromkeys(refusals))


def _mark(certificates: Sequence[Certificate], refusals: list[Refusal]) -> str | None:
    words = [
        word
        for certificate in certificates
        for line in certificate.rows
        for word in _number_words(line)
    ]
    words += [
        word
        for certificate in certificates
        for name, word in certificate.facts.items()
        if name in DECLARED
    ]
    stated = next(
        (found for certificate in certificates if (found := certificate.decimal_mark)), None
    )
    try:
        proven = decimal_mark(word.text for word in words)
        if stated and proven not in (None, stated):
            raise Ambiguous(
                f"its profile or format states the decimal mark '{stated}', but its numbers prove '{proven}'"
            )
        mark = stated or proven
    except Ambiguous as error:
        place = words[0].ref if words else CellRef(certificates[0].file)
        refusals.append(
            Refusal(
                "ambiguous-number", f"the file contradicts itself: {error}", CellRef(place.file)
            )
        )
        return None
    return mark


def _number_words(line: ResultRow) -> Iterable[SourceText]:
    return (word for word in (getattr(line, name) for name in _NUMBER_WORDS) if word is not None)


def _day_order(certificates: Sequence[Certificate], refusals: list[Refusal]) -> bool | None:
    words = [
        word
        for certificate in certificates
        for name, word in certificate.facts.items()
        if name in DATE_FACTS
    ]
    stated = next((certificate.day_first for certificate in certificates), None)
    try:
        proven = day_first(word.text for word in words)
        if stated is not None and proven not in (None, stated):
            raise UnreadableDate(
                f"its profile states that the {'day' if stated else 'month'} comes first, its dates do not"
            )
        return proven if stated is None else stated
    except UnreadableDate as error:
        refusals.append(
            Refusal(
                "ambiguous-date",
                f"the file contradicts itself: {error}",
                CellRef(words[0].ref.file),
            )
        )
        return None


def _interpret(
    certificate: Certificate, mark: str | None, first_is_day: bool | None, refusals: list[Refusal]
) -> InterpretedCertificate:
    facts = certificate.facts
    dates = {
        name: _date(facts[name], first_is_day, refusals) for name in DATE_FACTS if name in facts
    }
    identity = witness(
        certificate.sha256, _said(facts, "certificate_id"), _said(facts, "laboratory")
    )
    hold_reasons: list[HoldReason] = []
    remarks: list[Remark] = []
    rows: list[tuple[ResultRow, Result]] = []
    refusals += id_refusals(facts)
    for line in certificate.rows:
        reading = read_line(line, mark, identity)
        refusals += reading.refusals
        hold_reasons += reading.hold_reasons
        remarks += reading.remarks
        if reading.result is not None:
            rows.append((line, reading.result))
    rows = with_methods(certificate, rows)
    results = [result for _, result in rows]
    product, form_doubts = _product(certificate)
    odd_doubts, odd_remarks = consistency(rows, product, _said(facts, "status"), mark)
    hold_reasons += [
        *form_doubts,
        *id_doubts(facts),
        *_date_doubts(dates, facts),
        *_status_doubts(facts),
        *odd_doubts,
    ]
    hold_reasons += note_doubts(certificate, results, mark)
    remarks += [
        *_basis_remark(certificate, results),
        *_zero_remark(results),
        *id_remarks(facts),
        *odd_remarks,
    ]
    remarks += method_remarks(results)
    if not any(dates.values()):
        message = "no date is printed, so the certificate's age is not checked"
        remarks.append(Remark("undated", "warning", message, CellRef(certificate.file)))
    return InterpretedCertificate(
        file=certificate.file,
        sha256=certificate.sha256,
        batch_id=_said(facts, "batch_id"),
        laboratory=_said(facts, "laboratory"),
        certificate_id=_said(facts, "certificate_id"),
        accreditation=_said(facts, "accreditation"),
        product=product,
        product_name=_said(facts, "product_name"),
        received_on=dates.get("received_on"),
        tested_on=dates.get("tested_on"),
        issued_on=dates.get("issued_on"),
        declared={
            name: facts[name].text for name in DECLARED if name in facts and _means(facts[name])
        },
        results=tuple(results),
        dates={name: day for name, day in dates.items() if day is not None},
        remarks=tuple(remarks),
        hold_reasons=tuple(hold_reasons),
        facts_said=dict(facts),
    )


def _said(facts: Mapping[str, SourceText], name: str) -> str:
    word = facts.get(name)
    return word.text.strip() if word is not None else ""


def _means(word: SourceText) -> bool:
    return bool(word.text.strip()) and vocabulary.status(word.text) != "not_tested"


def _date(word: SourceText, first_is_day: bool | None, refusals: list[Refusal]) -> date | None:
    if not _means(word):
        return None
    try:
        return read_date(word.text, first_is_day=first_is_day)
    except UnreadableDate as error:
        refusals.append(
            Refusal(
                "ambiguous-date",
                f"'{word.text}' cannot be read as a date: {error}; write it as 2026-03-04",
                word.ref,
                word.text,
            )
        )
        return None


def _product(certificate: Certificate) -> tuple[str | None, list[HoldReason]]:
    """The product id the certificate states: its form in full, else the one form its product's name
    holds."""
    form, name = certificate.facts.get("form"), certificate.facts.get("product_name")
    by_form = (
        vocabulary.product_form(form.text) or vocabulary.product_in_name(form.text)
        if form
        else None
    )
    by_name = (
        (vocabulary.product_form(name.text) or vocabulary.product_in_name(name.text))
        if name
        else None
    )
    if by_form and by_name and by_form != by_name and form and name:
        return by_form, [
            HoldReason(
                "PRODUCT-CONTRADICTS",
                f"the form is '{form.text}', but the product is named '{name.text}'",
                form.ref,
            )
        ]
    return by_form or by_name, []


def _date_doubts(
    dates: Mapping[str, date | None], facts: Mapping[str, SourceText]
) -> list[HoldReason]:
    known = {name: day for name, day in dates.items() if day is not None}
    ordered = [(name, known[name]) for name in _SEQUENCE if name in known]
    pairs = list(pairwise(ordered))
    if "expires_on" in known:  # nothing can be made, tested or certified after its own end
        pairs += [
            (step, ("expires_on", known["expires_on"]))
            for step in ordered
            if step[0] in _BEFORE_THE_END
        ]
    return [
        HoldReason(
            "DATES-IMPOSSIBLE",
            f"{_event(later)} {second} is before {_event(earlier)} {first}",
            facts[later].ref,
        )
        for (earlier, first), (later, second) in pairs
        if second < first
    ]


def _event(fact: str) -> str:
    return fact.removesuffix("_on")


def _status_doubts(facts: Mapping[str, SourceText]) -> list[HoldReason]:
    word = facts.get("status")
    if word is None:
        return []
    meaning = vocabulary.status(word.text)
    if meaning == "preliminary":
        return [
            HoldReason(
                "CERTIFICATE-PRELIMINARY", f"the certificate calls itself '{word.text}'", word.ref
            )
        ]
    if meaning == "opinion_bad":
        return [
            HoldReason(
                "LABORATORY-SAID-FAIL",
                f"the laboratory's overall verdict is '{word.text}'",
                word.ref,
            )
        ]
    if meaning == "opinion_unsure":
        return [
            HoldReason(
                "LABORATORY-UNSURE", f"the laboratory's overall verdict is '{word.text}'", word.ref
            )
        ]
    return []


def _basis_remark(certificate: Certificate, results: list[Result]) -> list[Remark]:
    unstated = [
        result
        for result in results
        if "basis-unstated" in result.flags and result.unit in ("mg/kg", "%")
    ]
    if not unstated:
        return []
    return [
        Remark(
            "basis-unstated",
            "note",
            f"{len(unstated)} results state no basis: read as received",
            CellRef(certificate.file, unstated[0].ref.sheet, unstated[0].ref.cell),
        )
    ]


def _zero_remark(results: list[Result]) -> list[Remark]:
    """Once for a certificate whose format writes 0 for a non-detect."""
    zeros = [result for result in results if "censoring-unknown" in result.flags]
    if not zeros:
        return []
    message = (
        f"{len(zeros)} results of '0', first here: this format writes 0 for not detected, below LOQ and not tested alike, so "
        "they are read as unknown amounts, below the LOQ where one is given; ask the laboratory for ND with its LOD"
    )
    return [Remark("zero-means-not-detected", "warning", message, zeros[0].ref)]


def _contradicting_products(certificates: Sequence[Certificate], refusals: list[Refusal]) -> None:
    """One batch id that is two products in one file cannot be true."""
    seen: dict[str, tuple[str, str]] = {}
    for certificate in certificates:
        batch_id = _said(certificate.facts, "batch_id")
        form = certificate.facts.get("form") or certificate.facts.get("product_name")
        if form is None:
            continue
        product = _product(certificate)[0] or form.text.strip()
        other = seen.setdefault(batch_id, (product, form.text))
        if other[0] != product:
            refusals.append(
                Refusal(
                    "batch-contradicts",
                    f"batch '{batch_id}' is '{other[1]}' and '{form.text}' in one file",
                    form.ref,
                    form.text,
                )
            )
