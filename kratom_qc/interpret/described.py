"""A test whose result is described in words: good answers are a closed vocabulary."""

from __future__ import annotations

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, ResultRow
from kratom_qc.domain.interval import UNMEASURED
from kratom_qc.domain.result import Result
from kratom_qc.interpret.either import RowReading
from kratom_qc.interpret.verdicts import opinion_reasons, verdict_reasons
from kratom_qc.vocabulary import Analyte

_NOTHING_SAID = ("not_tested", "blank", "not_evaluated")
_OPINIONS = ("opinion_bad", "opinion_unsure", "preliminary")
# `Identity: negative` describes nothing; it may be a refutation.
_NOT_CONFIRMED = ("not_detected", "absent", "below_lod", "below_loq", "detected_below_loq")


def described(row: ResultRow, analyte: Analyte, certificate: str) -> RowReading:
    """What a row says of a described test. What is not known good holds."""
    text = row.result.text.strip() if row.result else ""
    kind = vocabulary.status(text) if text else "blank"
    censored = row.zero_is_censored and bool(text) and not text.strip("0.,")
    good = vocabulary.described_well(analyte.id, text)
    measured = not censored and (good or kind not in _NOTHING_SAID)
    result = Result(
        analyte=analyte.id,
        known=True,
        reported=text,
        reported_unit="",
        interval=UNMEASURED,
        unit="",
        basis="as received",
        measured=measured,
        ref=row.cell.ref,
        method=row.method.text.strip() if row.method else "",
        stated_verdict=row.verdict.text.strip() if row.verdict else "",
        text=text if measured else None,
        flags=("censoring-unknown",) if censored else _flags(kind, good=good or not measured),
        certificate=certificate,
    )
    reasons = verdict_reasons(row, analyte.id, measured=measured)
    if measured and not good:
        reasons += _not_good(kind, result)
    return RowReading(result, reasons)


def _flags(kind: str | None, *, good: bool) -> tuple[str, ...]:
    if good:
        return ()
    return ("does-not-conform",) if kind == "opinion_bad" else ("unclear",)


def _not_good(kind: str | None, result: Result) -> tuple[HoldReason, ...]:
    if kind in _OPINIONS:
        return opinion_reasons(kind, result)
    if result.analyte == "identity" and kind in _NOT_CONFIRMED:
        return opinion_reasons("opinion_unsure", result)
    why = f"'{result.reported}' is not known as a good answer"
    return (HoldReason("DESCRIBED-UNREAD", why, result.ref, result.analyte),)
