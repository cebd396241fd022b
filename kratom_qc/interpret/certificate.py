"""A certificate's words understood: typed facts, results as intervals, and every cause to hold its
batch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import (
    Certificate,
    HoldReason,
    InterpretedCertificate,
    Remark,
    ResultRow,
    witness,
)
from kratom_qc.domain.product import judged_as, specification_of
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import SourceText
from kratom_qc.interpret.assumed import assumed_form
from kratom_qc.interpret.consistency import consistency
from kratom_qc.interpret.dated import calendar_of, dates_of, undated
from kratom_qc.interpret.dates import Calendar
from kratom_qc.interpret.fitness import method_remarks
from kratom_qc.interpret.identity import id_hold_reasons, id_refusals, id_remarks, lot_of
from kratom_qc.interpret.numbers import Ambiguous, decimal_mark
from kratom_qc.interpret.ownlimit import unread_limits
from kratom_qc.interpret.per_piece import bounded_by_weight
from kratom_qc.interpret.results import ReadRow, read_row
from kratom_qc.interpret.stated import (
    contradicting_products,
    differing_facts,
    name_reasons,
    product_of,
    status_reasons,
)
from kratom_qc.interpret.stated_methods import with_methods
from kratom_qc.interpret.texts import fates, text_hold_reasons
from kratom_qc.interpret.verdicts import explained, without_verdict
from kratom_qc.interpret.whose import client_of

DECLARED = (
    "serving_size",
    "servings_per_container",
    "servings_per_day",
    "net_content",
    "density",
    "claim_mitragynine",
)
_NUMBER_COLUMNS = ("result", "lod", "loq", "uncertainty")
_GROUPS = re.compile(r"(?<![0-9.,])[0-9]{1,3}([.,])[0-9]{3}\1[0-9]{3}(?![0-9.,])")  # `10,000,000`

_GROUPED = re.compile(
    r"[<>≤≥]?\s*[1-9][0-9]{0,2}(?P<mark>[.,])[0-9]{3}(?P<unit>(?:\s*[^\W\d].*)?)$"
)


def interpret(certificates: Sequence[Certificate]) -> tuple[InterpretedCertificate, ...]:
    """Every certificate of one file, understood. What is not understood holds at its cell.

    The decimal mark and the order of day and month are proven by the whole file.
    """
    mark = _mark(certificates)
    calendar, of_the_file = calendar_of(certificates, mark)
    two_products = contradicting_products(certificates)
    return tuple(
        _interpret(paper, mark, calendar, [*of_the_file, *two_products.get(lot_of(paper), ())])
        for paper in certificates
    )


def _mark(certificates: Sequence[Certificate]) -> str | None:
    """The file's decimal mark; None where nothing proves it, or it contradicts itself."""
    texts = [*_number_texts(certificates), *_fact_texts(certificates, DECLARED)]
    stated = next((paper.decimal_mark for paper in certificates if paper.decimal_mark), None)
    try:
        proven = decimal_mark(text.text for text in texts) or _mark_of_counts(certificates)
    except Ambiguous:
        return None
    return None if stated and proven not in (None, stated) else stated or proven


def _mark_of_counts(certificates: Iterable[Certificate]) -> str | None:
    """The decimal mark that counts of colonies prove where no other number does: `4,900 CFU/g` is
    no count with thousandths. Raises Ambiguous where they prove both."""
    marks = {
        grouped["mark"]
        for certificate in certificates
        for row in certificate.rows
        if row.result is not None and (grouped := _GROUPED.match(row.result.text.strip()))
        if _counts_colonies(row, grouped["unit"])
    }
    if len(marks) > 1:
        raise Ambiguous("counts of colonies are grouped by a comma and by a point")
    return {",": ".", ".": ","}[marks.pop()] if marks else None


def _counts_colonies(row: ResultRow, unit: str) -> bool:
    """Whether a row states colonies, and every unit beside it is one of theirs: no logarithm."""
    known = vocabulary.analyte(row.analyte.text)
    cells = (row.unit, row.header_unit, row.section_unit)
    units = [unit, *(cell.text for cell in cells if cell is not None)]
    row_units = [vocabulary.unit(text) for text in units if text.strip()]
    return (
        known is not None
        and known.measure == "count"
        and bool(row_units)
        and all(
            row_unit is not None and row_unit.canonical.startswith("cfu") and not row_unit.log10
            for row_unit in row_units
        )
    )


def _number_texts(certificates: Iterable[Certificate]) -> Iterator[SourceText]:
    for row in (row for certificate in certificates for row in certificate.rows):
        cells = (getattr(row, column) for column in _NUMBER_COLUMNS)
        # How a number is stored says nothing of how the laboratory writes it.
        yield from (cell for cell in cells if cell is not None and cell.kind != "number")
        # Limits are often another's, written in his way: groups alone prove that they are the same.
        if row.limit is not None and _GROUPS.search(row.limit.text):
            yield row.limit


def _fact_texts(certificates: Iterable[Certificate], names: Sequence[str]) -> Iterator[SourceText]:
    for certificate in certificates:
        yield from (text for name, text in certificate.facts.items() if name in names)


def _interpret(
    certificate: Certificate,
    mark: str | None,
    calendar: Calendar,
    of_the_file: Sequence[HoldReason],
) -> InterpretedCertificate:
    """One certificate; `of_the_file` is what is wrong with the whole file."""
    certificate = explained(certificate)
    problems = [*certificate.problems, *id_refusals(certificate.facts)]
    facts = certificate.facts
    laboratory, certificate_id = _fact(facts, "laboratory"), _fact(facts, "certificate_id")
    dated = dates_of(certificate, calendar)
    name = witness(certificate.sha256, certificate_id, laboratory)
    row_reasons: list[HoldReason] = []
    row_remarks: list[Remark] = []
    read_rows = []
    for row in certificate.rows:
        reading = read_row(row, mark, name)
        row_reasons += reading.hold_reasons
        row_remarks += reading.remarks
        read_rows.append(ReadRow(row, reading.result))
    rows = bounded_by_weight(with_methods(certificate, read_rows))
    results = [result for _, result in rows]
    product, made_from, product_reasons = product_of(certificate)
    assumed = None if product or product_reasons else assumed_form(certificate, results)
    if assumed is not None:
        product, product_reasons = assumed[0], [assumed[1]]
    declared = _declared(facts, made_from)
    unread = tuple(unread_limits(rows))
    certificate = replace(certificate, texts=(*certificate.texts, *unread))
    filling = vocabulary.made_from(made_from.text) if made_from is not None else None
    specified = specification_of(judged_as(product, filling))
    consistent = consistency(rows, specified, _fact(facts, "status"), mark)
    # A cell that is not believed at all is not explained as well.
    disbelieved = {problem.ref for problem in certificate.problems if problem.ref.cell}
    texts = fates(certificate, results, mark)
    hold_reasons = (
        *of_the_file,
        *map(HoldReason.of, problems),
        *without_verdict(rows),
        *(reason for reason in row_reasons if reason.ref not in disbelieved),
        *product_reasons,
        *id_hold_reasons(certificate),
        *name_reasons(certificate),
        *differing_facts(certificate, DECLARED),
        *dated.hold_reasons,
        *undated(certificate, dated.dates),
        *status_reasons(certificate),
        *consistent.hold_reasons,
        *text_hold_reasons(texts, certificate.file),
    )
    remarks = (
        *row_remarks,
        *_basis_remark(certificate, results),
        *_zero_remark(results),
        *id_remarks(facts),
        *consistent.remarks,
        *method_remarks(results),
    )
    return InterpretedCertificate(
        file=certificate.file,
        sha256=certificate.sha256,
        batch_id=lot_of(certificate),
        laboratory=laboratory,
        certificate_id=certificate_id,
        accreditation=_fact(facts, "accreditation"),
        product=product,
        product_is_assumed=assumed is not None,
        product_name=_fact(facts, "product_name"),
        declared=declared,
        results=tuple(results),
        dates=dated.dates,
        remarks=remarks,
        hold_reasons=tuple(dict.fromkeys(hold_reasons)),
        printed_facts={**facts, **dated.printed, **client_of(certificate)},
        texts=texts,
    )


def _fact(facts: Mapping[str, SourceText], name: str) -> str:
    printed = facts.get(name)
    return printed.text.strip() if printed is not None else ""


def _declared(facts: Mapping[str, SourceText], made_from: SourceText | None) -> dict[str, str]:
    printed = [(name, facts[name]) for name in DECLARED if name in facts]
    if made_from is not None:
        printed.append(("made_from", made_from))
    return {name: text.text for name, text in printed if _means(text)}


def _means(printed: SourceText) -> bool:
    return bool(printed.text.strip()) and vocabulary.status(printed.text) != "not_tested"


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
