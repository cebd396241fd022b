"""What was read and decided → rows of the archive's tables, without the pass columns that stand
before them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from kratom_qc.archive.tables import Row
from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.domain.verdict import Standing, Verdict

_PLACES = Decimal(1).scaleb(-18)


def certificate_row(
    certificate: InterpretedCertificate, program: str, traces: Iterable[str]
) -> Row:
    """One batch on one file, after the pass columns; `traces` is what a copy or a twin of it would
    share."""
    return (
        certificate.sha256,
        certificate.file,
        "judged",
        certificate.batch_id,
        certificate.product,
        certificate.product_name,
        certificate.laboratory,
        certificate.accreditation,
        certificate.certificate_id,
        certificate.received_on,
        certificate.tested_on,
        certificate.issued_on,
        None,
        program,
        list(traces),
        [
            _fact(name, certificate)
            for name in dict.fromkeys((*certificate.dates, *certificate.facts_said))
        ],
    )


def _fact(name: str, certificate: InterpretedCertificate) -> dict[str, Any]:
    """One of a certificate's facts with its cell; the dates come first, in the order in which they
    are looked at."""
    word = certificate.facts_said.get(name) or SourceText("", CellRef(certificate.file))
    where = {"sheet": word.ref.sheet, "cell": word.ref.cell}
    return {"name": name, "said": word.text, **where, "day": certificate.dates.get(name)}


def refused_row(file: str, sha256: str, refusals: Iterable[Refusal], program: str) -> Row:
    """A file that never became data, with everything that was wrong with it."""
    reasons = [
        {
            "code": r.code,
            "message": r.message,
            "sheet": r.ref.sheet,
            "cell": r.ref.cell,
            "said": r.quoted,
        }
        for r in refusals
    ]
    return (sha256, file, "refused", *(None,) * 9, reasons, program, None, None)


def result_row(result: Result, sha256: str, batch_id: str) -> Row:
    """One laboratory statement."""
    shown = result.shown_interval
    ends = (None, None) if shown is None else (shown.low, shown.high)
    printed = (
        result.portion,
        result.lod,
        result.loq,
        result.uncertainty,
        result.detection_limit,
        result.resolution,
    )
    numbers = (result.interval.low, result.interval.high, *printed, *ends)
    low, high, portion, lod, loq, uncertainty, detection_limit, resolution, *shown_ends = fits = (
        tuple(map(_fitted, numbers))
    )
    return (
        sha256,
        batch_id,
        result.analyte,
        result.known,
        result.measured,
        result.reported,
        result.shown,
        result.reported_unit,
        low,
        high,
        *_open_and_floats(result.interval),
        result.unit,
        result.basis,
        portion,
        lod,
        loq,
        uncertainty,
        result.detected,
        result.text,
        result.method,
        result.stated_verdict,
        *result.ref,
        detection_limit,
        resolution,
        result.species,
        result.replicate,
        *shown_ends,
        *((None, None) if shown is None else (shown.low_open, shown.high_open)),
        " ".join(result.flags),
        result.certificate,
        _in_full(numbers, fits),
    )


NUMBERS = (
    *("low", "high", "portion_g", "lod", "loq", "uncertainty"),
    *("detection_limit", "resolution", "shown_low", "shown_high"),
)


def _in_full(numbers: Row, fits: Row) -> str | None:
    """Numbers that 18 places cannot hold (1/30 g), in full and by column, so that they can be
    judged again; mostly none."""
    if all(number is fit for number, fit in zip(numbers, fits, strict=True)):
        return None
    told = zip(NUMBERS, numbers, fits, strict=True)
    return json.dumps({name: str(number) for name, number, fit in told if number is not fit})


def finding_row(finding: Finding, batch_id: str) -> Row:
    """How one batch stands to one limit."""
    place = finding.ref
    return (
        batch_id,
        finding.rule_id,
        finding.rulebook,
        finding.market,
        finding.analyte,
        str(finding.outcome),
        finding.decides,
        finding.when_missing,
        finding.status,
        _fitted(finding.interval.low),
        _fitted(finding.interval.high),
        *_open_and_floats(finding.interval),
        finding.unit,
        finding.limit,
        finding.because,
        finding.why,
        *(place or (None, None, None)),
        finding.conditional,
        finding.decision_rule,
    )


def verdict_rows(verdict: Verdict, reason: str, program: str) -> Iterable[Row]:
    """A batch's own verdict (market null), then one row per market.

    What the batch was judged by and made of stands in its own row only.
    """
    batch = verdict.batch
    shas = list(dict.fromkeys(certificate.sha256 for certificate in batch.certificates))
    books = [
        {"id": book.id, "version": book.version, "sha256": book.sha256}
        for book in verdict.rulebooks
    ]
    by = (
        list(verdict.home_markets),
        shas,
        reason,
        books,
        batch.facts.sha256 or None if batch.facts else None,
        program,
    )
    made_of = (
        declared(batch.facts),
        [_doubt(hold_reason) for hold_reason in batch.hold_reasons],
        _terms(verdict, program),
    )
    yield (batch.batch_id, batch.product, None, str(verdict.decision), *by, None, None, *made_of)
    stands = {standing.market: standing for standing in verdict.standings}
    for market, decision in verdict.markets.items():
        said = _said(stands.get(market))
        yield (
            batch.batch_id,
            batch.product,
            market,
            str(decision),
            *(None,) * 5,
            program,
            *said,
            *(None,) * 3,
        )


def _terms(verdict: Verdict, program: str) -> str:
    """A hash that batches of one product share which one program judged on one day, in the same
    markets, by the same rulebooks."""
    books = (f"{book.id} {book.sha256}" for book in verdict.rulebooks)
    parts = (
        program,
        str(verdict.judged_on),
        verdict.batch.product or "",
        *verdict.home_markets,
        "",
        *verdict.markets,
        "",
        *books,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _said(standing: Standing | None) -> Row:
    """(what a market says, the rule that decides it)."""
    if standing is None:
        return None, None
    return str(standing.status), standing.finding.rule_id if standing.finding else None


def declared(facts: ProductFacts | None) -> str | None:
    """What vendor and certificates declare of a product as JSON; numbers as text."""
    if facts is None:
        return None
    told = {one.name: getattr(facts, one.name) for one in fields(facts)}
    return json.dumps(
        {name: value for name, value in told.items() if value}, default=str, ensure_ascii=False
    )


def _doubt(hold_reason: HoldReason) -> dict[str, str | None]:
    told = {"rule_id": hold_reason.rule_id, "why": hold_reason.why, "analyte": hold_reason.analyte}
    return {
        **told,
        "file": hold_reason.ref.file,
        "sheet": hold_reason.ref.sheet,
        "cell": hold_reason.ref.cell,
    }


def _open_and_floats(interval: Interval) -> Row:
    high = None if interval.high is None else float(interval.high)
    return interval.low_open, interval.high_open, float(interval.low), high


def _fitted(number: Decimal | None) -> Decimal | None:
    """A decimal that fits the column; only what a division made longer than 18 places is rounded."""
    if number is None or int(number.as_tuple().exponent) >= -18:
        return number
    with localcontext() as context:
        context.prec = 60
        return number.quantize(_PLACES, rounding=ROUND_HALF_EVEN)
