"""The picture of a batch: potency and contaminants, each on the limit that it comes nearest to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import AmountLimit, NotDetectedLimit
from kratom_qc.report import finding_words
from kratom_qc.report.bars import Bar, bar
from kratom_qc.report.reasons import RANK
from kratom_qc.vocabulary import wording

MOST = 10  # rows that a first screen has room for
_POTENCY = ("mitragynine", "7-hydroxymitragynine")
_FAR = Decimal("1e9")  # nearness of a value that no number says


class Row(NamedTuple):
    """One analyte on its limit; without a bar where nobody gave an amount."""

    outcome: str
    subject: str
    value: str
    limit: str  # the figure alone: `< 1.2 µg/g`
    bar: Bar | None


class Picture(NamedTuple):
    """Its rows, worst first, and how many more there are, further from their limits."""

    rows: tuple[Row, ...]
    more: int


def picture(findings: Iterable[Finding]) -> Picture:
    """The picture of the findings that decide a batch's own verdict."""
    by_analyte: dict[str, list[Finding]] = {}
    for finding in findings:
        if isinstance(finding.source, AmountLimit | NotDetectedLimit):
            by_analyte.setdefault(finding.analyte or "", []).append(finding)
    worst = [min(group, key=_urgency) for group in by_analyte.values()]
    worst.sort(key=_urgency)
    return Picture(tuple(map(_row, worst[:MOST])), max(0, len(worst) - MOST))


def _urgency(finding: Finding) -> tuple[int, bool, Decimal]:
    return RANK[finding.outcome], finding.analyte not in _POTENCY, -_nearness(finding)


def _nearness(finding: Finding) -> Decimal:
    """How near a value comes to an end of its limit, as a share: 1 is at it."""
    limit, value = finding.source, finding.interval
    if not isinstance(limit, AmountLimit) or limit.unit != finding.unit:
        return Decimal(0)
    accepted, shares = limit.acceptance_interval, [Decimal(0)]
    if accepted.high:
        shares.append(_FAR if value.high is None else value.high / accepted.high)
    if accepted.low:
        shares.append(accepted.low / value.low if value.low else _FAR)
    return max(shares)


def _row(finding: Finding) -> Row:
    missing = finding.outcome is Outcome.MISSING
    value = finding_words.in_printed_unit(finding) or finding_words.understood(finding)
    return Row(
        outcome=finding.outcome.value,
        subject=finding_words.subject(finding),
        value=value or ("not measured" if missing else ""),
        limit=_figure(finding),
        bar=None if missing else bar(finding),
    )


def _figure(finding: Finding) -> str:
    """What a limit allows, in as few signs as it takes."""
    limit = finding.source
    if isinstance(limit, NotDetectedLimit):
        if limit.portion is not None:
            return f"absent in {wording.shown(limit.portion)}{wording.THIN}g"
        return "not detected"
    if not isinstance(limit, AmountLimit):
        return ""
    printed = wording.printed_unit(limit)
    accepted, unit = limit.acceptance_interval, limit.unit
    if printed is not None and printed.factor != 1:
        accepted, unit = accepted.scaled(printed.factor), printed.name
    return _ends(accepted, unit)


def _ends(accepted: Interval, unit: str) -> str:
    low, high = accepted.low, accepted.high
    if high is None:
        return f"{'>' if accepted.low_open else '≥'} {wording.amount(low, unit)}"
    if not low:
        return f"{'<' if accepted.high_open else '≤'} {wording.amount(high, unit)}"
    return f"{wording.shown(low)}–{wording.amount(high, unit)}"
