"""`--json`: one object per input file, as outsiders and tests rely on it.

Numbers that carry a measurement are decimal strings in plain notation; an infinite end is null with
its `_open` true.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from kratom_qc.domain.account import AccountEntry, Fate
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import DateSpan, InterpretedCertificate, Remark
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.finding import Finding
from kratom_qc.domain.interval import Interval, plain
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.domain.verdict import Standing, Verdict
from kratom_qc.report import screening
from kratom_qc.vocabulary.problems import problem


def refused(file: str, sha256: str, refusals: Iterable[Problem]) -> dict[str, Any]:
    """A file that never becomes data."""
    return {
        "file": file,
        "sha256": sha256,
        "status": "refused",
        "refusals": [_refusal(refusal) for refusal in refusals],
        "batches": [],
    }


def _refusal(refusal: Problem) -> dict[str, Any]:
    """Where and what, then how severe, what was expected, what to do, and the known words nearest
    to what it said."""
    listed = problem(refusal.code)
    advice = ("error", "", "") if not listed else (listed.severity, listed.expected, listed.do)
    return {
        "code": refusal.code,
        "message": refusal.message,
        "sheet": refusal.ref.sheet,
        "cell": refusal.ref.cell,
        "said": refusal.quoted,
        **dict(zip(("severity", "expected", "do"), advice, strict=True)),
        "near": list(refusal.near),
    }


def judged(file: str, sha256: str, verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """A file that was read, with every batch it speaks of; results are those of this file, findings
    of all."""
    return {
        "file": file,
        "sha256": sha256,
        "status": "judged",
        "refusals": [],
        "batches": [_batch(verdict, sha256) for verdict in verdicts],
    }


def read(
    file: str,
    sha256: str,
    certificates: Iterable[InterpretedCertificate],
    account: Iterable[AccountEntry] = (),
) -> dict[str, Any]:
    """A file as understood, without judgement. `account` is every text of it, where asked for."""
    texts = [account_object(entry) for entry in account]
    return {
        "file": file,
        "sha256": sha256,
        "status": "read",
        "refusals": [],
        **({"account": texts} if texts else {}),
        "batches": [
            {
                **_identity(certificate),
                "batch_id": certificate.batch_id,
                "product": certificate.product,
                "product_name": certificate.product_name,
                "accreditation": certificate.accreditation,
                "received_on": _days(certificate.received_on),
                "tested_on": _days(certificate.tested_on),
                "issued_on": _days(certificate.issued_on),
                "declared": dict(certificate.declared),
                "results": [result_object(result) for result in certificate.results],
                "doubts": [
                    {
                        "rule_id": hold_reason.rule_id,
                        "why": hold_reason.why,
                        "analyte": hold_reason.analyte,
                        **_where(hold_reason.ref),
                    }
                    for hold_reason in certificate.hold_reasons
                ],
                "remarks": [remark_object(remark) for remark in certificate.remarks],
            }
            for certificate in certificates
        ],
    }


def _identity(certificate: InterpretedCertificate) -> dict[str, Any]:
    return {"certificate_id": certificate.certificate_id, "laboratory": certificate.laboratory}


def _batch(verdict: Verdict, sha256: str) -> dict[str, Any]:
    batch = verdict.batch
    papers = [certificate for certificate in batch.certificates if certificate.sha256 == sha256]
    return {
        **_identity((papers or list(batch.certificates))[0]),
        **market_object(verdict),
        "unread": [
            unread_object(entry)
            for certificate in papers
            for entry in certificate.texts
            if entry.fate is Fate.UNREAD
        ],
        "results": [
            result_object(result) for certificate in papers for result in certificate.results
        ],
        "findings": [finding_object(finding) for finding in verdict.findings],
        "remarks": [remark_object(remark) for remark in batch.remarks],
    }


def batch_object(verdict: Verdict) -> dict[str, Any]:
    """A batch with the results of all its certificates."""
    batch = verdict.batch
    entries = (entry for paper in batch.certificates for entry in paper.texts)
    return {
        **market_object(verdict),
        "unread": [unread_object(entry) for entry in entries if entry.fate is Fate.UNREAD],
        "results": [
            result_object(result) for paper in batch.certificates for result in paper.results
        ],
        "findings": [finding_object(finding) for finding in verdict.findings],
        "remarks": [remark_object(remark) for remark in batch.remarks],
    }


def unread_object(entry: AccountEntry) -> dict[str, str]:
    """A text that nobody has read, and where it stands."""
    ref = entry.source.ref
    return {
        "text": entry.source.text,
        "sheet": ref.sheet,
        "cell": ref.cell,
        "kind": str(entry.kind),
    }


def account_object(entry: AccountEntry) -> dict[str, str]:
    """A text of a file with its fate, and what it was understood as."""
    return {**unread_object(entry), "fate": str(entry.fate), "meaning": entry.meaning}


def standing_object(standing: Standing) -> dict[str, Any]:
    """What one market says, with the rule that decides it and the cell that rests on; null where
    every limit is met."""
    finding = standing.finding
    return {
        "market": standing.market,
        "title": standing.title,
        "decision": str(standing.decision),
        "says": str(standing.status),
        **{key: getattr(finding, key, None) for key in ("rule_id", "rulebook", "limit", "why")},
        **_where(getattr(finding, "ref", None)),
    }


def market_object(verdict: Verdict, disposition: str | None = None) -> dict[str, Any]:
    """One batch in every market, without its results and findings; `disposition` is what a store
    says of it."""
    return {
        "batch_id": verdict.batch.batch_id,
        "product": verdict.batch.product,
        **_made_from(verdict.batch),
        "certificates": _certificates(verdict),
        "judged_on": verdict.judged_on.isoformat(),
        "verdict": str(verdict.decision),
        "disposition": disposition,
        "markets": _decisions(verdict),
        "standings": [standing_object(standing) for standing in verdict.standings],
        "warnings": list(screening.sentences(verdict)),
    }


def _made_from(batch: Batch) -> dict[str, str]:
    """What it is made from, where somebody says so: `leaf` or `extract` of a capsule."""
    made_from = batch.facts.made_from if batch.facts else None
    return {"made_from": made_from} if made_from else {}


def _certificates(verdict: Verdict) -> list[str]:
    return list(dict.fromkeys(certificate.sha256 for certificate in verdict.batch.certificates))


def _decisions(verdict: Verdict) -> dict[str, str]:
    return {market: str(decision) for market, decision in verdict.markets.items()}


def result_object(result: Result) -> dict[str, Any]:
    """One laboratory statement as understood."""
    return {
        "analyte": result.analyte,
        "said": result.reported,
        **({"shown": result.shown} if result.shown else {}),
        "unit_said": result.reported_unit,
        **interval_object(result.interval),
        **({"readings": list(map(interval_object, result.readings))} if result.readings else {}),
        "unit": result.unit,
        "basis": result.basis,
        "portion": None if result.portion is None else f"{plain(result.portion)} g",
        "loq": _decimal(result.loq),
        "lod": _decimal(result.lod),
        "uncertainty": _decimal(result.uncertainty),
        "method": result.method,
        "stated_verdict": result.stated_verdict,
        **_where(result.ref),
    }


def finding_object(finding: Finding) -> dict[str, Any]:
    """How the batch stands to one limit."""
    limit = finding.source
    return {
        "rule_id": finding.rule_id,
        "rulebook": finding.rulebook,
        "market": finding.market,
        "analyte": finding.analyte,
        "outcome": str(finding.outcome),
        "decides": finding.decides,
        "when_missing": finding.when_missing,
        "status": finding.status,
        **interval_object(finding.interval),
        "unit": finding.unit,
        "limit": finding.limit,
        "because": finding.because,
        **_where(finding.ref),
        "why": finding.why,
        "conditional": finding.conditional,
        "decision_rule": finding.decision_rule,
        "screen": limit is not None and limit.screen,
        "overrides": limit.overrides if limit is not None else "",
        "changes": list(limit.changes) if limit is not None else [],
    }


def remark_object(remark: Remark) -> dict[str, Any]:
    """Something to see that never changes a verdict."""
    return {
        "code": remark.code,
        "severity": remark.severity,
        "message": remark.message,
        **_where(remark.ref),
    }


def interval_object(interval: Interval) -> dict[str, Any]:
    """low, high and whether each end is open; an infinite end is null."""
    return {
        "low": plain(interval.low),
        "high": _decimal(interval.high),
        "low_open": interval.low_open,
        "high_open": interval.high_open,
    }


def _where(place: CellRef | None) -> dict[str, str | None]:
    if place is None:
        return {"file": None, "sheet": None, "cell": None}
    return {"file": place.file, "sheet": place.sheet, "cell": place.cell}


def _decimal(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _days(days: DateSpan | None) -> str | None:
    """A date, or the interval of days that it may mean, as ISO 8601 writes it."""
    return None if days is None else str(days)
