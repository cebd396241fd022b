"""Arrow schemas of the archive: certificates, results, findings, verdicts. This is the published contract.

Measurements stand as decimal(38, 18) and, for analysis, as a float beside it; an infinite end is null. Ids are text.
Decimals that a division made longer than 18 places are rounded to 18; what the laboratory printed never is.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

import pyarrow as pa

from kratom_qc.errors import Refusal
from kratom_qc.model import Analysis, Finding, Result, Verdict

AMOUNT = pa.decimal128(38, 18)
_PLACES = Decimal(1).scaleb(-18)
_WORD = pa.dictionary(pa.int32(), pa.string())  # few different values, many rows

_PASS = [pa.field("pass_id", pa.string(), nullable=False), pa.field("judged_on", pa.date32(), nullable=False)]
_WHERE = [pa.field("file", pa.string()), pa.field("sheet", pa.string()), pa.field("cell", pa.string())]
_INTERVAL = [
    pa.field("low", AMOUNT),
    pa.field("high", AMOUNT),
    pa.field("low_open", pa.bool_()),
    pa.field("high_open", pa.bool_()),
    pa.field("low_float", pa.float64()),
    pa.field("high_float", pa.float64()),
    pa.field("unit", _WORD),
]

CERTIFICATES = pa.schema(
    [
        *_PASS,
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("batch_id", pa.string()),
        pa.field("product", pa.string()),
        pa.field("product_name", pa.string()),
        pa.field("laboratory", pa.string()),
        pa.field("accreditation", pa.string()),
        pa.field("certificate_id", pa.string()),
        pa.field("received_on", pa.date32()),
        pa.field("tested_on", pa.date32()),
        pa.field("issued_on", pa.date32()),
        pa.field(
            "refusals",
            pa.list_(pa.struct([(name, pa.string()) for name in ("code", "message", "sheet", "cell", "said")])),
        ),
        pa.field("program", pa.string(), nullable=False),
        pa.field("traces", pa.list_(pa.string())),
    ]
)
RESULTS = pa.schema(
    [
        *_PASS,
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("batch_id", pa.string(), nullable=False),
        pa.field("analyte", _WORD),
        pa.field("known", pa.bool_()),
        pa.field("measured", pa.bool_()),
        pa.field("said", pa.string()),
        pa.field("shown", pa.string()),
        pa.field("unit_said", _WORD),
        *_INTERVAL,
        pa.field("basis", _WORD),
        pa.field("portion_g", AMOUNT),
        pa.field("lod", AMOUNT),
        pa.field("loq", AMOUNT),
        pa.field("uncertainty", AMOUNT),
        pa.field("detected", pa.bool_()),
        pa.field("text", pa.string()),
        pa.field("method", _WORD),
        pa.field("stated_verdict", _WORD),
        *_WHERE,
    ]
)
FINDINGS = pa.schema(
    [
        *_PASS,
        pa.field("batch_id", pa.string(), nullable=False),
        pa.field("rule_id", _WORD),
        pa.field("rulebook", _WORD),
        pa.field("market", _WORD),
        pa.field("analyte", _WORD),
        pa.field("outcome", _WORD),
        pa.field("decides", pa.bool_()),
        pa.field("when_missing", _WORD),
        pa.field("status", _WORD),
        *_INTERVAL,
        pa.field("limit", _WORD),
        pa.field("because", _WORD),
        pa.field("why", _WORD),
        *_WHERE,
        pa.field("conditional", _WORD),
        pa.field("decision_rule", _WORD),
    ]
)
VERDICTS = pa.schema(
    [
        *_PASS,
        pa.field("batch_id", pa.string(), nullable=False),
        pa.field("product", pa.string()),
        pa.field("market", pa.string()),  # null: the batch's own verdict
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("home_markets", pa.list_(pa.string())),
        pa.field("certificates", pa.list_(pa.string())),
        pa.field("reason", pa.string()),
        pa.field("rulebooks", pa.list_(pa.struct([(name, pa.string()) for name in ("id", "version", "sha256")]))),
        pa.field("facts_sha256", pa.string()),
        pa.field("program", pa.string(), nullable=False),
        pa.field("says", pa.string()),  # of a market: may be sold, may not be sold, undecided, banned
        pa.field("rule_id", pa.string()),  # the rule that decides it; null where every limit is met
    ]
)
SCHEMAS = {"certificates": CERTIFICATES, "results": RESULTS, "findings": FINDINGS, "verdicts": VERDICTS}

Row = tuple[Any, ...]


def certificate_row(analysis: Analysis, program: str, traces: Iterable[str]) -> Row:
    """One batch on one file, after the pass columns; `traces` is what a copy or a twin of it would share."""
    return (
        analysis.sha256,
        analysis.file,
        "judged",
        analysis.batch_id,
        analysis.product,
        analysis.product_name,
        analysis.laboratory,
        analysis.accreditation,
        analysis.certificate_id,
        analysis.received_on,
        analysis.tested_on,
        analysis.issued_on,
        None,
        program,
        list(traces),
    )


def refused_row(file: str, sha256: str, refusals: Iterable[Refusal], program: str) -> Row:
    """A file that never became data, with everything that was wrong with it."""
    reasons = [
        {"code": r.code, "message": r.message, "sheet": r.place.sheet, "cell": r.place.cell, "said": r.said}
        for r in refusals
    ]
    return (sha256, file, "refused", *(None,) * 9, reasons, program, None)


def result_row(result: Result, sha256: str, batch_id: str) -> Row:
    """One laboratory statement."""
    return (
        sha256,
        batch_id,
        result.analyte,
        result.known,
        result.measured,
        result.said,
        result.shown,
        result.unit_said,
        *_ends(result),
        result.unit,
        result.basis,
        _fitted(result.portion),
        _fitted(result.lod),
        _fitted(result.loq),
        _fitted(result.uncertainty),
        result.detected,
        result.text,
        result.method,
        result.stated_verdict,
        result.place.file,
        result.place.sheet,
        result.place.cell,
    )


def finding_row(finding: Finding, batch_id: str) -> Row:
    """How one batch stands to one limit."""
    place = finding.place
    where = (place.file, place.sheet, place.cell) if place else (None, None, None)
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
        *_ends(finding),
        finding.unit,
        finding.limit,
        finding.because,
        finding.why,
        *where,
        finding.conditional,
        finding.decision_rule,
    )


def verdict_rows(verdict: Verdict, reason: str, program: str) -> Iterable[Row]:
    """A batch's own verdict (market null), then one row per market."""
    batch = verdict.batch
    shas = list(dict.fromkeys(analysis.sha256 for analysis in batch.analyses))
    books = [{"id": book.id, "version": book.version, "sha256": book.sha256} for book in verdict.rulebooks]
    facts = batch.facts.sha256 if batch.facts and batch.facts.sha256 else None
    stands = {standing.market: standing for standing in verdict.standings}
    for market, decision in ((None, verdict.decision), *verdict.markets.items()):
        standing = stands.get(market) if market is not None else None
        yield (
            batch.batch_id,
            batch.product,
            market,
            str(decision),
            list(verdict.home_markets),
            shas,
            reason if market is None else None,
            books,
            facts,
            program,
            None if standing is None else str(standing.says),
            None if standing is None or standing.finding is None else standing.finding.rule_id,
        )


def table(name: str, rows: list[Row], pass_id: str, judged_on: Any) -> pa.Table:
    """Rows of one kind as an Arrow table with the pass columns in front."""
    schema = SCHEMAS[name]
    width = len(schema) - 2
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * width
    lead = [pa.array([pass_id] * len(rows), pa.string()), pa.array([judged_on] * len(rows), pa.date32())]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, list(schema)[2:], strict=True)]
    return pa.Table.from_arrays([*lead, *arrays], schema=schema)


def _ends(held: Result | Finding) -> Row:
    low, high = held.interval.low, held.interval.high
    return (
        _fitted(low),
        _fitted(high),
        held.interval.low_open,
        held.interval.high_open,
        float(low),
        None if high is None else float(high),
    )


def _fitted(number: Decimal | None) -> Decimal | None:
    """A decimal that fits the column; only what a division made longer than 18 places is rounded."""
    if number is None or int(number.as_tuple().exponent) >= -18:
        return number
    with localcontext() as context:
        context.prec = 60
        return number.quantize(_PLACES, rounding=ROUND_HALF_EVEN)
