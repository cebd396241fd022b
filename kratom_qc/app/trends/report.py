"""Trends of a store: every series with its charts, duplicates, and what laboratories find of the
same batches.

Nothing of this is kept. It is computed when somebody looks, because what a batch is compared with
changes as batches come, and a verdict must not change with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path

from kratom_qc import vocabulary
from kratom_qc.app.policy import check_product
from kratom_qc.app.store import existing_store, known_batch, ledger_of
from kratom_qc.app.trends.specifications import Specifications
from kratom_qc.app.trends.statements import Statement, Wanted, folded, statements, statements_before
from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.verdict import Decision
from kratom_qc.ledger.search import Wanted as AnyBatch
from kratom_qc.ledger.search import laboratories_of, search
from kratom_qc.trends.agreement import BETWEEN, Bias, Pair, Value, bias, pair
from kratom_qc.trends.ends import mean_of, quotient
from kratom_qc.trends.failures import Failures, failures
from kratom_qc.trends.series import Point, Series, SeriesKey
from kratom_qc.trends.trend import OutOfTrend, Trend, out_of_trend, trend

_ALL = 2**31 - 1
HISTORY = 300  # certificates that one batch is compared with
# A ratio drifts before its parts do: material that is spiked, or another plant.
RATIO, OVER, UNDER = "7-oh-to-mitragynine", "7-hydroxymitragynine", "mitragynine"


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Pairs of results that one laboratory states of the same batches."""

    key: SeriesKey
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class AnalyteBias:
    """How one laboratory's results lie to another's, of one analyte. The key is that of the first;
    methods may differ."""

    key: SeriesKey
    bias: Bias


@dataclass(frozen=True, slots=True)
class TrendReport:
    """What a store shows over batches; limits of capability are those of `on`."""

    on: date
    trends: tuple[Trend, ...]
    duplicates: tuple[Duplicates, ...]
    laboratories: tuple[AnalyteBias, ...]
    failures: tuple[Failures, ...]


def trends(
    root: Path, wanted: Wanted | None = None, on: date | None = None, baseline: int | None = None
) -> TrendReport:
    """Every series wanted. Control limits rest on all points of a series, or on its first
    `baseline`.

    Raises InputNotFound where there is no archive or nothing of a laboratory or vendor, UsageError
    for a product or analyte that is not known, StoreError where the archive cannot be read, and
    RulebookError for a rulebook that is wrong.
    """
    wanted = wanted or Wanted()
    check_product(wanted.product)
    _check_analyte(wanted.analyte)
    day = on or datetime.now(UTC).date()
    stated = statements(root, wanted)
    limits = Specifications(day)
    drawn = [
        trend(line, limits.of(line.key), baseline) for line in (*series(stated), *ratios(stated))
    ]
    fails = failures_of(root, wanted) if wanted.analyte is None and wanted.vendor is None else ()
    return TrendReport(day, tuple(drawn), duplicates(stated), laboratories(stated), fails)


def _check_analyte(analyte: str | None) -> None:
    known = vocabulary.analytes()
    if analyte is not None and analyte not in known:
        raise UsageError(f"'{analyte}' is no analyte{vocabulary.nearest_hint(analyte, known)}")


def out_of_trend_of(root: Path, batch_id: str) -> tuple[OutOfTrend, ...]:
    """What a batch breaks of its history: the newest batches first judged before it, of its
    product, vendor and laboratories.

    Raises InputNotFound for a batch that the store does not know.
    """
    ledger = ledger_of(existing_store(root))
    stated = statements_before(root, known_batch(root, ledger, batch_id), HISTORY)
    return tuple(
        remark
        for line in (*series(stated), *ratios(stated))
        if (until := _until(line, batch_id)) is not None
        for remark in out_of_trend(until)
    )


def _until(series: Series, batch_id: str) -> Series | None:
    """A series up to a batch; None where the batch is not in it."""
    for place, point in enumerate(series.points, 1):
        if point.batch_id == batch_id:
            return Series(series.key, series.points[:place])
    return None


# ---------------------------------------------------------------- series


def series(statements: Iterable[Statement]) -> list[Series]:
    """Statements as series, a point a batch."""
    by_key: dict[SeriesKey, dict[str, list[Statement]]] = {}
    for statement in statements:
        by_key.setdefault(statement.key, {}).setdefault(statement.batch_id, []).append(statement)
    return [Series(key, tuple(map(_point, by_key[key].values()))) for key in sorted(by_key)]


def _point(stated: Sequence[Statement]) -> Point:
    first = stated[0]
    value = mean_of([statement.value.ends for statement in stated])
    return Point(first.batch_id, first.day, value, first.printed, first.cell, len(stated))


def ratios(statements: Sequence[Statement]) -> list[Series]:
    """7-Hydroxymitragynine over mitragynine, of batches of which one certificate states both."""
    under = {_source(low): low for low in statements if low.key.analyte == UNDER}
    over = [high for high in statements if high.key.analyte == OVER]
    return series(_ratio(high, under[_source(high)]) for high in over if _source(high) in under)


def _source(stated: Statement) -> tuple[str, str, str, str, str]:
    """What two statements share of which a ratio can be taken."""
    return stated.certificate, stated.batch_id, stated.replicate, stated.key.basis, stated.key.unit


def _ratio(over: Statement, under: Statement) -> Statement:
    value = quotient(over.value.ends, under.value.ends)
    return over._replace(
        key=over.key._replace(analyte=RATIO, unit="1"),
        value=Value(value),
        printed=f"{over.printed} / {under.printed}",
    )


# ---------------------------------------------------------------- how often batches FAIL


def failures_of(root: Path, wanted: Wanted) -> tuple[Failures, ...]:
    """How often batches FAIL by their newest verdict, by laboratory, in the order they were first
    judged."""
    names: dict[str, str] = {}
    by_laboratory: dict[str, list[bool]] = {}
    asked = AnyBatch(product=wanted.product or "", laboratory=wanted.laboratory or "")
    newest = search(ledger_of(existing_store(root)), asked, count=wanted.newest or _ALL).batches
    for batch in reversed(newest):
        for printed in laboratories_of(batch.laboratory):
            name = names.setdefault(folded(printed), printed)
            by_laboratory.setdefault(name, []).append(batch.verdict is Decision.FAIL)
    return tuple(
        failures(name, failed)
        for name, failed in sorted(by_laboratory.items())
        if wanted.laboratory is None or folded(wanted.laboratory) == folded(name)
    )


# ---------------------------------------------------------------- agreement


def duplicates(statements: Iterable[Statement]) -> tuple[Duplicates, ...]:
    """Every two results of one series and batch."""
    by_key: dict[SeriesKey, dict[str, list[Statement]]] = {}
    for statement in statements:
        by_key.setdefault(statement.key, {}).setdefault(statement.batch_id, []).append(statement)
    pairs = {
        key: tuple(
            pair(batch_id, value.value, other.value)
            for batch_id, stated in batches.items()
            for value, other in combinations(stated, 2)
        )
        for key, batches in sorted(by_key.items())
    }
    return tuple(Duplicates(key, both) for key, both in pairs.items() if both)


def laboratories(statements: Iterable[Statement]) -> tuple[AnalyteBias, ...]:
    """Every two laboratories that tested the same batches for the same analyte."""
    by_subject: dict[SeriesKey, dict[str, dict[str, list[Value]]]] = {}
    for statement in statements:
        subject = statement.key._replace(laboratory="", vendor="", method="")
        by_batch = by_subject.setdefault(subject, {}).setdefault(statement.key.laboratory, {})
        by_batch.setdefault(statement.batch_id, []).append(statement.value)
    return tuple(
        AnalyteBias(subject._replace(laboratory=laboratory), bias(laboratory, other, pairs))
        for subject, values in sorted(by_subject.items())
        for laboratory, other in combinations(sorted(values), 2)
        if (pairs := _splits(values[laboratory], values[other]))
    )


def _splits(ours: dict[str, list[Value]], theirs: dict[str, list[Value]]) -> list[Pair]:
    return [
        pair(batch_id, _mean(ours[batch_id]), _mean(theirs[batch_id]), BETWEEN)
        for batch_id in ours
        if batch_id in theirs
    ]


def _mean(values: Sequence[Value]) -> Value:
    """A laboratory's values of one batch as one; its uncertainty is that of a single result."""
    if len(values) == 1:
        return values[0]
    loqs = [value.loq for value in values if value.loq is not None]
    return Value(mean_of([value.ends for value in values]), None, max(loqs, default=None))
