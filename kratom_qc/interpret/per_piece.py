"""`<LOQ` per piece, where the limit of quantitation is printed per mass only: the same measurement
in mg/g, times the average weight of a piece, bounds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.results import ReadRow

_WEIGHT = "average-weight"
_KG_PER_G = Decimal("0.001")


def bounded_by_weight(rows: Sequence[ReadRow]) -> list[ReadRow]:
    """The rows; a result in mg/unit without an upper end takes that of its own row in mg/kg, times
    the weight (g) of a piece."""
    weight = _heaviest(result for _, result in rows)
    if weight is None:
        return list(rows)
    by_mass = dict(_bounded_by_mass(result for _, result in rows))
    return [ReadRow(row, _bounded(result, by_mass, weight)) for row, result in rows]


def _heaviest(results: Iterable[Result]) -> Decimal | None:
    """The greatest weight (g) that a piece may have; None where a weight is unknown."""
    weights = [result.interval.high for result in results if result.analyte == _WEIGHT]
    known = [weight for weight in weights if weight is not None]
    return max(known) if known and len(known) == len(weights) else None


def _bounded_by_mass(results: Iterable[Result]) -> Iterator[tuple[tuple[str, str, str], Result]]:
    for result in results:
        if result.unit == "mg/kg" and result.basis == "as received" and result.interval.high:
            yield _key(result), result


def _key(result: Result) -> tuple[str, str, str]:
    """What two results of one row in two units share: the analyte, the row, the words."""
    return result.analyte, _row(result.ref), result.reported


def _row(ref: CellRef) -> str:
    return f"{ref.sheet}!{ref.cell.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"


def _bounded(
    result: Result, by_mass: dict[tuple[str, str, str], Result], weight: Decimal
) -> Result:
    beside = by_mass.get(_key(result))
    is_open = result.unit == "mg/unit" and result.measured and result.interval.high is None
    if beside is None or not is_open or beside.interval.low or result.interval.low:
        return result
    return replace(result, interval=beside.interval.scaled(weight * _KG_PER_G))
