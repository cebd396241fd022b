"""What was read and decided as rows of the archive's tables: a value for each column, by its name.

The columns of the pass (`tables.PASS`) are no part of a row; `tables.table` puts them in front.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from kratom_qc.archive.tables import ALSO, AMOUNT, Row, blank
from kratom_qc.domain.account import AccountEntry, Fate
from kratom_qc.domain.batch import ProductFacts
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.domain.verdict import Standing, Verdict

NUMBERS = (
    *("low", "high", "portion_g", "lod", "loq", "uncertainty"),
    *("detection_limit", "resolution", "shown_low", "shown_high"),
)  # the decimal columns of a result, of which `in_full` may keep the exact value

_LINE = re.compile(r"[0-9]+$")  # of a cell such as C7
_LAST_PLACE = Decimal(1).scaleb(-AMOUNT.scale)
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)


def certificate_row(
    certificate: InterpretedCertificate,
    program: str,
    traces: Iterable[str],
    same_as: str | None = None,
) -> Row:
    """One batch on one file; `traces` is what a copy or a twin of it would share, `same_as` the
    earlier file that says the same."""
    names = dict.fromkeys((*certificate.dates, *certificate.printed_facts))
    return {
        "sha256": certificate.sha256,
        "file": certificate.file,
        "status": "judged",
        "batch_id": certificate.batch_id,
        "product": None if certificate.product_is_assumed else certificate.product,
        "product_name": certificate.product_name,
        "laboratory": certificate.laboratory,
        "accreditation": certificate.accreditation,
        "certificate_id": certificate.certificate_id,
        "received_on": _day("received_on", certificate),
        "tested_on": _day("tested_on", certificate),
        "issued_on": _day("issued_on", certificate),
        "refusals": None,
        "program": program,
        "traces": list(traces),
        "facts_said": [_fact(name, certificate) for name in names],
        "same_as": same_as,
    }


def _fact(name: str, certificate: InterpretedCertificate) -> dict[str, Any]:
    """One of a certificate's facts with its cell, and where it is a date the days it may mean."""
    text = certificate.printed_facts.get(name) or SourceText("", CellRef(certificate.file))
    days = certificate.dates.get(name)
    return {
        "name": name,
        "said": text.text,
        "sheet": text.ref.sheet,
        "cell": text.ref.cell,
        "day": days.earliest if days else None,
        "last_day": days.latest if days else None,
    }


def _day(name: str, certificate: InterpretedCertificate) -> date | None:
    """The earliest day that a printed date may mean: the one that it is judged by."""
    days = certificate.dates.get(name)
    return days.earliest if days is not None else None


def refused_row(file: str, sha256: str, refusals: Iterable[Problem], program: str) -> Row:
    """A file that never became data, with everything that was wrong with it."""
    return {
        **blank("certificates"),
        "sha256": sha256,
        "file": file,
        "status": "refused",
        "refusals": [_refusal(refusal) for refusal in refusals],
        "program": program,
    }


def _refusal(refusal: Problem) -> dict[str, str]:
    return {
        "code": refusal.code,
        "message": refusal.message,
        "sheet": refusal.ref.sheet,
        "cell": refusal.ref.cell,
        "said": refusal.quoted,
    }


def result_rows(certificate: InterpretedCertificate) -> list[Row]:
    """One row per result of a certificate. What the same line states of it in a second unit stands
    in the row (`also`), so that nothing is counted twice."""
    rows: dict[Hashable, Row] = {}
    for place, result in enumerate(certificate.results):
        row = result_row(result, certificate)
        first = rows.setdefault(_one_result(result) or place, row)
        if first is not row:
            first["also"] = [*(first["also"] or ()), _also(row, first)]
    return list(rows.values())


def _one_result(result: Result) -> Hashable | None:
    """Equal for two statements of one result: those of one line that differ in their unit only;
    None where the line is not known or the statement is no measurement."""
    line = _LINE.search(result.ref.cell)
    if line is None or not result.measured or result.text is not None:
        return None
    return (
        *(result.certificate, result.ref.file, result.ref.sheet, line[0]),
        *(result.analyte, result.known, result.unit, result.basis, result.detected),
        *(result.portion, result.method, result.species, result.replicate),
    )


def _also(row: Row, first: Row) -> Row:
    """A second statement of a result: what people look for, and all in which it differs."""
    differs = {name: row[name] for name in row if row[name] != first[name] and name != "also"}
    exact = json.dumps(differs, default=str, sort_keys=True)
    return {**{name: row[name] for name in ALSO if name != "exact"}, "exact": exact}


def result_row(result: Result, certificate: InterpretedCertificate) -> Row:
    """One laboratory statement."""
    exact = _numbers(result)
    fitted = {name: _fitted(number) for name, number in exact.items()}
    shown = result.shown_interval
    return {
        "sha256": certificate.sha256,
        "batch_id": certificate.batch_id,
        "laboratory": certificate.laboratory,
        "product": certificate.product,
        "tested_on": _day("tested_on", certificate),
        "analyte": result.analyte,
        "known": result.known,
        "measured": result.measured,
        "said": result.reported,
        "shown": result.shown,
        "unit_said": result.reported_unit,
        **_interval(result.interval, result.unit),
        **fitted,
        "basis": result.basis,
        "detected": result.detected,
        "text": result.text,
        "method": result.method,
        "stated_verdict": result.stated_verdict,
        **result.ref._asdict(),
        "species": result.species,
        "replicate": result.replicate,
        "shown_low_open": shown.low_open if shown else None,
        "shown_high_open": shown.high_open if shown else None,
        "flags": " ".join(result.flags),
        "witness": result.certificate,
        "readings": _readings(result.readings),
        "in_full": _in_full(exact, fitted),
        "also": None,
    }


def _numbers(result: Result) -> dict[str, Decimal | None]:
    """Every number of a result by its column, exactly; in the order of NUMBERS."""
    shown = result.shown_interval
    return {
        "low": result.interval.low,
        "high": result.interval.high,
        "portion_g": result.portion,
        "lod": result.lod,
        "loq": result.loq,
        "uncertainty": result.uncertainty,
        "detection_limit": result.detection_limit,
        "resolution": result.resolution,
        "shown_low": shown.low if shown else None,
        "shown_high": shown.high if shown else None,
    }


def _readings(readings: Iterable[Interval]) -> str | None:
    """The ways in which a cell may be read, to the digit; mostly none."""
    exact = [
        (str(way.low), None if way.high is None else str(way.high), way.low_open, way.high_open)
        for way in readings
    ]
    return json.dumps(exact) if exact else None


def _in_full(
    exact: Mapping[str, Decimal | None], fitted: Mapping[str, Decimal | None]
) -> str | None:
    """Numbers that 18 places cannot hold (1/30 g), in full and by column, so that they can be
    judged again; mostly none."""
    cut = {name: str(number) for name, number in exact.items() if number is not fitted[name]}
    return json.dumps(cut) if cut else None


def finding_row(finding: Finding, batch_id: str) -> Row:
    """How one batch stands to one limit."""
    file, sheet, cell = finding.ref or (None, None, None)
    return {
        "batch_id": batch_id,
        "rule_id": finding.rule_id,
        "rulebook": finding.rulebook,
        "market": finding.market,
        "analyte": finding.analyte,
        "outcome": str(finding.outcome),
        "decides": finding.decides,
        "when_missing": finding.when_missing,
        "status": finding.status,
        **_interval(finding.interval, finding.unit),
        "limit": finding.limit,
        "because": finding.because,
        "why": finding.why,
        "file": file,
        "sheet": sheet,
        "cell": cell,
        "conditional": finding.conditional,
        "decision_rule": finding.decision_rule,
    }


def verdict_rows(verdict: Verdict, reason: str, program: str) -> Iterable[Row]:
    """A batch's own verdict (market null), then one row per market.

    What the batch was judged by and made of stands in its own row only.
    """
    batch = verdict.batch
    shared = {
        **blank("verdicts"),
        "batch_id": batch.batch_id,
        "product": batch.product,
        "program": program,
    }
    shas = dict.fromkeys(certificate.sha256 for certificate in batch.certificates)
    yield {
        **shared,
        "verdict": str(verdict.decision),
        "home_markets": list(verdict.home_markets),
        "certificates": list(shas),
        "reason": reason,
        "rulebooks": [
            {"id": book.id, "version": book.version, "sha256": book.sha256}
            for book in verdict.rulebooks
        ],
        "facts_sha256": batch.facts.sha256 or None if batch.facts else None,
        "facts": declared(batch.facts),
        "doubts": [_hold_reason(hold_reason) for hold_reason in batch.hold_reasons],
        "terms": _terms(verdict, program),
        "remarks": [_remark(remark) for remark in batch.remarks],
        "unread": [
            _unread(certificate, entry)
            for certificate in batch.certificates
            for entry in certificate.texts
            if entry.fate is Fate.UNREAD
        ],
    }
    standings = {standing.market: standing for standing in verdict.standings}
    for market, decision in verdict.markets.items():
        standing = _standing(standings.get(market))
        yield {**shared, "market": market, "verdict": str(decision), **standing}


def _terms(verdict: Verdict, program: str) -> str:
    """A hash that batches of one product share which one program judged on one day, in the same
    markets, by the same rulebooks."""
    parts = (
        program,
        str(verdict.judged_on),
        verdict.batch.judged_as or "",
        *verdict.home_markets,
        "",
        *verdict.markets,
        "",
        *(f"{book.id} {book.sha256}" for book in verdict.rulebooks),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _standing(standing: Standing | None) -> Row:
    """What a market says of a batch, and the rule that decides it."""
    if standing is None:
        return {}
    rule_id = standing.finding.rule_id if standing.finding else None
    return {"says": str(standing.status), "rule_id": rule_id}


def declared(facts: ProductFacts | None) -> str | None:
    """What vendor and certificates declare of a product as JSON; numbers as text."""
    if facts is None:
        return None
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    stated = {name: value for name, value in values.items() if value}
    return json.dumps(stated, default=str, ensure_ascii=False)


def _hold_reason(hold_reason: HoldReason) -> dict[str, str | None]:
    return {
        "rule_id": hold_reason.rule_id,
        "why": hold_reason.why,
        "analyte": hold_reason.analyte,
        **hold_reason.ref._asdict(),
    }


def _remark(remark: Remark) -> dict[str, str]:
    columns = {"code": remark.code, "severity": remark.severity, "message": remark.message}
    return {**columns, **remark.ref._asdict()}


def _unread(certificate: InterpretedCertificate, entry: AccountEntry) -> dict[str, str]:
    of = {"witness": certificate.witness, "text": entry.source.text, "kind": str(entry.kind)}
    return {**of, **entry.source.ref._asdict()}


def _interval(interval: Interval, unit: str) -> Row:
    """An interval's columns; an infinite end is null."""
    low, high = interval.low, interval.high
    return {
        "low": _fitted(low),
        "high": _fitted(high),
        "low_open": interval.low_open,
        "high_open": interval.high_open,
        "low_float": float(low),
        "high_float": None if high is None else float(high),
        "unit": unit,
    }


def _fitted(number: Decimal | None) -> Decimal | None:
    """The number itself where the column can hold it; rounded half-even to 18 places where a
    division made it longer."""
    # A remainder takes a sixth of the time of `number.as_tuple().exponent`.
    if number is None or not _WIDE.remainder(number, _LAST_PLACE):
        return number
    return number.quantize(_LAST_PLACE, context=_WIDE)
