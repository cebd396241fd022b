"""Whether a certificate's numbers fit each other: what a careful reader would notice with nothing
but the paper.

Everything here is a remark, or a doubt that holds the batch. Nothing passes or fails one, and
nothing is mended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark, ResultRow
from kratom_qc.domain.interval import ZERO, plain
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.combine import tolerance
from kratom_qc.interpret.ownlimit import judged_by_itself, own_limit
from kratom_qc.interpret.plausible import implausible
from kratom_qc.vocabulary.derived import formulas
from kratom_qc.vocabulary.wording import quoted

Row = tuple[ResultRow, Result]
Found = tuple[list[HoldReason], list[Remark]]

ALL_OVER = 5  # so many results, and at least half of those that could
VECTOR = 8  # numbers that agree by chance no more
_WHOLE = Decimal(1_000_000)  # mg/kg
_PER_CENT = Decimal(10_000)  # mg/kg
# Analytes that are part of another one in the list, or a group of others, so that a sum would count
# them twice.
_WITHIN_ANOTHER = frozenset(
    {
        "arsenic-inorganic",
        "methylmercury",
        "chromium-vi",
        "fentanyl-and-analogues",
        "m-p-xylene",
        "opioid-screen",
        "nitazene-screen",
        "benzodiazepine-screen",
        "synthetic-cannabinoid-screen",
    }
)
_PARTS_IN_PERCENT = ("moisture", "total-ash")


def consistency(rows: Sequence[Row], product: str | None, overall: str, mark: str | None) -> Found:
    """Every doubt and remark about one certificate's results; `overall` is its printed verdict on
    the whole."""
    results = [result for _, result in rows]
    hold_reasons, remarks = _row_by_row(rows, product, overall, mark)
    hold_reasons += [*_over_the_whole(results), *_above_their_total(results)]
    remarks += [
        *_equal_to_their_limit(rows, mark),
        *_half_their_loq(results),
        *_one_digit(results),
        *_twice(results),
    ]
    return hold_reasons, remarks


def _row_by_row(rows: Iterable[Row], product: str | None, overall: str, mark: str | None) -> Found:
    hold_reasons: list[HoldReason] = []
    remarks: list[Remark] = []
    for line, result in rows:
        for hold_reason, remark in (
            judged_by_itself(line, result, overall, mark),
            implausible(result, product),
        ):
            hold_reasons += [hold_reason] if hold_reason else []
            remarks += [remark] if remark else []
        remarks += _below_own_bounds(result)
    return hold_reasons, remarks


def is_number(result: Result) -> bool:
    """Whether a result is a measured number: no bound, no word, no zero."""
    return (
        result.measured and result.interval.high == result.interval.low and result.interval.low > 0
    )


def _below_own_bounds(result: Result) -> list[Remark]:
    if not is_number(result) or "estimated" in result.flags:
        return []
    value = result.interval.low
    for bound, name, code in (
        (result.lod, "LOD", "below-own-lod"),
        (result.loq, "LOQ", "below-own-loq"),
    ):
        if bound is not None and value < bound:
            why = f"{quoted(result)} lies below its own {name} of {plain(bound)} {result.unit}: it is an estimate at best"
            return [Remark(code, "warning", why, result.ref)]
    return []


# ---------------------------------------------------------------- sums


def _over_the_whole(results: Iterable[Result]) -> list[HoldReason]:
    """Parts by mass that together are more than the whole, counting each at its least."""
    parts: dict[str, dict[str, Result]] = {}
    for result in results:
        if _part(result) is not None:
            kept = parts.setdefault(result.basis, {}).setdefault(result.analyte, result)
            if result.interval.low < kept.interval.low:
                parts[result.basis][result.analyte] = result
    found = []
    for basis, each in parts.items():
        largest = sorted(each.values(), key=lambda result: _part(result) or ZERO, reverse=True)
        total = sum((_part(result) or ZERO for result in largest), ZERO)
        slack = sum((_slack(result) for result in largest), ZERO)
        if total - slack > _WHOLE:
            why = (
                f"the parts of the product ({basis}) add up to {plain(total / _PER_CENT)} % by mass, and cannot be more than "
                f"the whole; the largest are {', '.join(map(quoted, largest[:3]))}"
            )
            found.append(HoldReason("SUM-OVER-100", why, largest[0].ref))
    return found


def _part(result: Result) -> Decimal | None:
    """The least of a product's mass that a result accounts for, in mg/kg; None for what is no part,
    or part of another."""
    known = vocabulary.analytes().get(result.analyte)
    if (
        known is None
        or not result.measured
        or result.species
        or result.basis not in ("as received", "dry")
    ):
        return None
    if (
        result.unit == "mg/kg"
        and known.family != "total"
        and known.id not in _WITHIN_ANOTHER | formulas().keys()
    ):
        return result.interval.low
    return (
        result.interval.low * _PER_CENT
        if result.unit == "%" and known.id in _PARTS_IN_PERCENT
        else None
    )


def _slack(result: Result) -> Decimal:
    """What rounding, or the digits a sheet does not show, may have added."""
    half = (result.resolution or ZERO) / 2
    return half * _PER_CENT if result.unit == "%" else half


def _above_their_total(results: Iterable[Result]) -> list[HoldReason]:
    """Parts of a printed total that add up to more than it."""
    at_least: dict[tuple[str, str, str], Result] = {}
    for result in results:
        key = result.analyte, result.basis, result.unit
        if (
            result.measured
            and result.text is None
            and (key not in at_least or result.interval.low < at_least[key].interval.low)
        ):
            at_least[key] = result
    found = []
    for (analyte, basis, unit), total in at_least.items():
        if total.interval.high is None:
            continue
        for group in _parts_of(analyte):
            parts = [part for of in group if (part := at_least.get((of, basis, unit))) is not None]
            together = sum((part.interval.low for part in parts), ZERO)
            if together - tolerance(parts) > total.interval.high + tolerance([total]):
                named = ", ".join(map(quoted, parts))
                why = f"{quoted(total)} is less than its parts, which add up to {plain(together)} {unit}: {named}"
                found.append(HoldReason("PARTS-ABOVE-TOTAL", why, total.ref, analyte))
    return found


@lru_cache(1024)
def _parts_of(analyte: str) -> tuple[tuple[str, ...], ...]:
    """What may not be more than an analyte: the summands of a total together, or one part of a
    whole."""
    formula = formulas().get(analyte)
    summands = (formula.of,) if formula is not None and formula.kind == "sum" else ()
    return (
        *summands,
        *(
            (part,)
            for part, one in formulas().items()
            if one.kind == "within" and one.of == (analyte,)
        ),
    )


# ---------------------------------------------------------------- all over


def _equal_to_their_limit(rows: Iterable[Row], mark: str | None) -> list[Remark]:
    limits = [
        (result, limit.acceptance_interval)
        for line, result in rows
        if (limit := own_limit(line, result, mark)) and limit.acceptance_interval
    ]
    numbers = [
        (result, acceptance_interval) for result, acceptance_interval in limits if is_number(result)
    ]
    equal = [
        result
        for result, acceptance_interval in numbers
        if result.interval.low in (acceptance_interval.low, acceptance_interval.high)
    ]
    return _all_over(
        "equals-limit-all-over", "equal the limit printed beside them", equal, len(numbers)
    )


def _half_their_loq(results: Iterable[Result]) -> list[Remark]:
    numbers = [result for result in results if is_number(result) and result.loq is not None]
    equal = [
        result
        for result in numbers
        if result.loq and result.interval.low in (result.loq, result.loq / 2)
    ]
    what = "equal their LOQ or half of it, as if they had been put in place of a non-detect"
    return _all_over("half-loq-all-over", what, equal, len(numbers))


def _one_digit(results: Iterable[Result]) -> list[Remark]:
    numbers = [result for result in results if is_number(result) and result.resolution is not None]
    coarse = [
        result for result in numbers if result.interval.low < 10 * (result.resolution or ZERO)
    ]
    if len(coarse) < len(numbers):
        return []
    return _all_over("one-digit-results", "are printed with a single digit", coarse, len(numbers))


def _all_over(code: str, what: str, odd: Sequence[Result], of: int) -> list[Remark]:
    if len(odd) < ALL_OVER or 2 * len(odd) < of:
        return []
    some = ", ".join(map(quoted, odd[:3]))
    return [Remark(code, "warning", f"{len(odd)} of {of} numbers {what}: {some}, …", odd[0].ref)]


# ---------------------------------------------------------------- the same thing twice


def _twice(results: Iterable[Result]) -> list[Remark]:
    """A result that another one of the certificate repeats word for word; it counts once."""
    first: dict[tuple[object, ...], Result] = {}
    again: dict[tuple[object, ...], list[CellRef]] = {}
    for result in results:
        key = repeat_key(result)
        if result.measured and first.setdefault(key, result) is not result:
            again.setdefault(key, []).append(result.ref)
    return [
        Remark(
            "duplicate-result",
            "note",
            f"{quoted(first[key])} at {first[key].ref} stands {len(places) + 1} times, last at {places[-1]}; it counts once",
            places[0],
        )
        for key, places in again.items()
    ]


def repeat_key(result: Result) -> tuple[object, ...]:
    """What makes two results the same statement: analyte, basis, portion, species, replicate, and
    what is said."""
    return (
        result.analyte, result.basis, result.unit, result.portion, result.species, result.replicate,
        result.interval, vocabulary.unit_key(result.reported_unit), result.text,
    )  # fmt: skip


# ---------------------------------------------------------------- one certificate as a number


def vector(certificate: InterpretedCertificate) -> tuple[tuple[str, str, str, str], ...]:
    """The measured numbers of a certificate as (analyte, basis, amount, canonical unit), sorted.
    Non-detects are left out: they are alike on every clean certificate."""
    found = {
        (result.analyte, result.basis, plain(result.interval.low), result.unit)
        for result in certificate.results
        if is_number(result)
    }
    return tuple(sorted(found))


def fingerprint(certificate: InterpretedCertificate) -> str | None:
    """A hash that two certificates share only where one was copied from the other: equal numbers
    for equal analytes.

    None below eight numbers, which may agree by chance.
    """
    numbers = vector(certificate)
    return hashlib.sha256(repr(numbers).encode()).hexdigest() if len(numbers) >= VECTOR else None
