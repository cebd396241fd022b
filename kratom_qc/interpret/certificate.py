"""A certificate's words understood: typed facts, results as intervals, and every cause to hold its
batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import (
    Certificate,
    HoldReason,
    InterpretedCertificate,
    Remark,
    witness,
)
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.consistency import consistency
from kratom_qc.interpret.dates import UnreadableDate, day_first, read_date
from kratom_qc.interpret.fitness import method_remarks
from kratom_qc.interpret.identity import id_hold_reasons, id_refusals, id_remarks
from kratom_qc.interpret.notes import note_hold_reasons
from kratom_qc.interpret.numbers import Ambiguous, decimal_mark
from kratom_qc.interpret.results import ReadRow, read_row
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
_NUMBER_COLUMNS = ("result", "lod", "loq", "uncertainty")
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
    conventions = _Conventions(_mark(certificates, refusals), _day_order(certificates, refusals))
    interpreted = [_interpret(certificate, conventions, refusals) for certificate in certificates]
    refusals += _contradicting_products(certificates)
    return tuple(interpreted), tuple(dict.fromkeys(refusals))


class _Conventions(NamedTuple):
    """How a file writes its numbers and dates; None where nothing proves it."""

    mark: str | None
    day_first: bool | None


def _mark(certificates: Sequence[Certificate], refusals: list[Refusal]) -> str | None:
    """The file's decimal mark; adds a refusal where it contradicts itself."""
    texts = [*_number_texts(certificates), *_fact_texts(certificates, DECLARED)]
    stated = next((each.decimal_mark for each in certificates if each.decimal_mark), None)
    try:
        proven = decimal_mark(text.text for text in texts)
    except Ambiguous as error:
        refusals.append(_contradicts_itself("ambiguous-number", certificates, str(error)))
        return None
    if stated and proven not in (None, stated):
        why = (
            f"its profile or format states the decimal mark '{stated}', "
            f"but its numbers prove '{proven}'"
        )
        refusals.append(_contradicts_itself("ambiguous-number", certificates, why))
        return None
    return stated or proven


def _number_texts(certificates: Iterable[Certificate]) -> Iterator[SourceText]:
    for row in (row for certificate in certificates for row in certificate.rows):
        cells = (getattr(row, column) for column in _NUMBER_COLUMNS)
        yield from (cell for cell in cells if cell is not None)


def _fact_texts(certificates: Iterable[Certificate], names: Sequence[str]) -> Iterator[SourceText]:
    for certificate in certificates:
        yield from (text for name, text in certificate.facts.items() if name in names)


def _day_order(certificates: Sequence[Certificate], refusals: list[Refusal]) -> bool | None:
    """Whether the file's dates put the day first; adds a refusal where it contradicts itself."""
    stated = certificates[0].day_first if certificates else None
    try:
        proven = day_first(text.text for text in _fact_texts(certificates, DATE_FACTS))
    except UnreadableDate as error:
        refusals.append(_contradicts_itself("ambiguous-date", certificates, str(error)))
        return None
    if stated is not None and proven not in (None, stated):
        first = "day" if stated else "month"
        why = f"its profile states that the {first} comes first, its dates do not"
        refusals.append(_contradicts_itself("ambiguous-date", certificates, why))
        return None
    return proven if stated is None else stated


def _contradicts_itself(code: str, certificates: Sequence[Certificate], why: str) -> Refusal:
    ref = CellRef(certificates[0].file)
    return Refusal(code, f"the file contradicts itself: {why}", ref)


def _interpret(
    certificate: Certificate, conventions: _Conventions, refusals: list[Refusal]
) -> InterpretedCertificate:
    """One certificate; adds to `refusals` what refuses its file."""
    facts, mark = certificate.facts, conventions.mark
    laboratory, certificate_id = _fact(facts, "laboratory"), _fact(facts, "certificate_id")
    dates = _dates(facts, conventions.day_first, refusals)
    refusals += id_refusals(facts)
    name = witness(certificate.sha256, certificate_id, laboratory)
    row_reasons: list[HoldReason] = []
    row_remarks: list[Remark] = []
    read_rows = []
    for row in certificate.rows:
        reading = read_row(row, mark, name)
        refusals += reading.refusals
        row_reasons += reading.hold_reasons
        row_remarks += reading.remarks
        if reading.result is not None:
            read_rows.append(ReadRow(row, reading.result))
    rows = with_methods(certificate, read_rows)
    results = [result for _, result in rows]
    product, product_reasons = _product(certificate)
    consistent = consistency(rows, product, _fact(facts, "status"), mark)
    hold_reasons = (
        *row_reasons,
        *product_reasons,
        *id_hold_reasons(facts),
        *_impossible_dates(dates, facts),
        *_status_reasons(facts),
        *consistent.hold_reasons,
        *note_hold_reasons(certificate, results, mark),
    )
    remarks = (
        *row_remarks,
        *_basis_remark(certificate, results),
        *_zero_remark(results),
        *id_remarks(facts),
        *consistent.remarks,
        *method_remarks(results),
        *_undated(certificate, dates),
    )
    return InterpretedCertificate(
        file=certificate.file,
        sha256=certificate.sha256,
        batch_id=_fact(facts, "batch_id"),
        laboratory=laboratory,
        certificate_id=certificate_id,
        accreditation=_fact(facts, "accreditation"),
        product=product,
        product_name=_fact(facts, "product_name"),
        received_on=dates.get("received_on"),
        tested_on=dates.get("tested_on"),
        issued_on=dates.get("issued_on"),
        declared=_declared(facts),
        results=tuple(results),
        dates=dates,
        remarks=remarks,
        hold_reasons=hold_reasons,
        printed_facts=dict(facts),
    )


def _fact(facts: Mapping[str, SourceText], name: str) -> str:
    printed = facts.get(name)
    return printed.text.strip() if printed is not None else ""


def _declared(facts: Mapping[str, SourceText]) -> dict[str, str]:
    printed = ((name, facts[name]) for name in DECLARED if name in facts)
    return {name: text.text for name, text in printed if _means(text)}


def _means(printed: SourceText) -> bool:
    return bool(printed.text.strip()) and vocabulary.status(printed.text) != "not_tested"


# ---------------------------------------------------------------- dates


def _dates(
    facts: Mapping[str, SourceText], first_is_day: bool | None, refusals: list[Refusal]
) -> dict[str, date]:
    """Every printed date by its fact's name; adds a refusal for each that cannot be read."""
    printed = ((name, facts[name]) for name in DATE_FACTS if name in facts)
    days = ((name, _date(text, first_is_day, refusals)) for name, text in printed)
    return {name: day for name, day in days if day is not None}


def _date(printed: SourceText, first_is_day: bool | None, refusals: list[Refusal]) -> date | None:
    """A printed date; adds a refusal where it cannot be read."""
    if not _means(printed):
        return None
    try:
        return read_date(printed.text, first_is_day=first_is_day)
    except UnreadableDate as error:
        why = f"'{printed.text}' cannot be read as a date: {error}; write it as 2026-03-04"
        refusals.append(Refusal("ambiguous-date", why, printed.ref, printed.text))
        return None


def _impossible_dates(
    dates: Mapping[str, date], facts: Mapping[str, SourceText]
) -> Iterator[HoldReason]:
    steps = [name for name in _SEQUENCE if name in dates]
    pairs = list(pairwise(steps))
    if "expires_on" in dates:  # nothing can be made, tested or certified after its own end
        pairs += [(step, "expires_on") for step in steps if step in _BEFORE_THE_END]
    for earlier, later in pairs:
        if dates[later] < dates[earlier]:
            first = f"{earlier.removesuffix('_on')} {dates[earlier]}"
            why = f"{later.removesuffix('_on')} {dates[later]} is before {first}"
            yield HoldReason("DATES-IMPOSSIBLE", why, facts[later].ref)


def _undated(certificate: Certificate, dates: Mapping[str, date]) -> list[Remark]:
    if dates:
        return []
    why = "no date is printed, so the certificate's age is not checked"
    return [Remark("undated", "warning", why, CellRef(certificate.file))]


# ---------------------------------------------------------------- product and status


def _product(certificate: Certificate) -> tuple[str | None, list[HoldReason]]:
    """(the product id the certificate states, what contradicts it): its form in full, else the one
    form its product's name holds."""
    form, name = certificate.facts.get("form"), certificate.facts.get("product_name")
    by_form, by_name = _product_of(form), _product_of(name)
    if by_form and by_name and by_form != by_name and form and name:
        why = f"the form is '{form.text}', but the product is named '{name.text}'"
        return by_form, [HoldReason("PRODUCT-CONTRADICTS", why, form.ref)]
    return by_form or by_name, []


def _product_of(printed: SourceText | None) -> str | None:
    if printed is None:
        return None
    return vocabulary.product_form(printed.text) or vocabulary.product_in_name(printed.text)


def _contradicting_products(certificates: Iterable[Certificate]) -> Iterator[Refusal]:
    """One batch id that is two products in one file cannot be true."""
    first: dict[str, tuple[str, str]] = {}
    for certificate in certificates:
        batch_id = _fact(certificate.facts, "batch_id")
        form = certificate.facts.get("form") or certificate.facts.get("product_name")
        if form is None:
            continue
        product = _product(certificate)[0] or form.text.strip()
        other_product, other = first.setdefault(batch_id, (product, form.text))
        if other_product != product:
            why = f"batch '{batch_id}' is '{other}' and '{form.text}' in one file"
            yield Refusal("batch-contradicts", why, form.ref, form.text)


def _status_reasons(facts: Mapping[str, SourceText]) -> list[HoldReason]:
    printed = facts.get("status")
    if printed is None:
        return []
    meaning = vocabulary.status(printed.text)
    if meaning == "preliminary":
        why = f"the certificate calls itself '{printed.text}'"
        return [HoldReason("CERTIFICATE-PRELIMINARY", why, printed.ref)]
    why = f"the laboratory's overall verdict is '{printed.text}'"
    if meaning == "opinion_bad":
        return [HoldReason("LABORATORY-SAID-FAIL", why, printed.ref)]
    if meaning == "opinion_unsure":
        return [HoldReason("LABORATORY-UNSURE", why, printed.ref)]
    return []


# ---------------------------------------------------------------- remarks on all results


def _basis_remark(certificate: Certificate, results: Iterable[Result]) -> list[Remark]:
    by_mass = (result for result in results if result.unit in ("mg/kg", "%"))
    unstated = [result for result in by_mass if "basis-unstated" in result.flags]
    if not unstated:
        return []
    ref = unstated[0].ref._replace(file=certificate.file)
    why = f"{len(unstated)} results state no basis: read as received"
    return [Remark("basis-unstated", "note", why, ref)]


def _zero_remark(results: Iterable[Result]) -> list[Remark]:
    """Once for a certificate whose format writes 0 for a non-detect."""
    zeros = [result for result in results if "censoring-unknown" in result.flags]
    if not zeros:
        return []
    why = (
        f"{len(zeros)} results of '0', first here: this format writes 0 for not detected, below "
        "LOQ and not tested alike, so they are read as unknown amounts, below the LOQ where one "
        "is given; ask the laboratory for ND with its LOD"
    )
    return [Remark("zero-means-not-detected", "warning", why, zeros[0].ref)]
