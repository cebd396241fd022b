"""Whether a certificate's numbers fit each other: what a careful reader would notice with nothing
but the paper.

Everything here is a remark, or a cause to hold the batch. Nothing passes or fails one, and nothing
is mended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate, Remark
from kratom_qc.domain.interval import ZERO, plain
from kratom_qc.domain.quantity import QuantityKey
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef
from kratom_qc.interpret.combine import is_exact, tolerance
from kratom_qc.interpret.ownlimit import judged_by_itself, own_limit
from kratom_qc.interpret.plausible import implausible
from kratom_qc.interpret.results import ReadRow
from kratom_qc.vocabulary.derived import formulas
from kratom_qc.vocabulary.wording import quoted

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
# A count that holds others by what it is: USP <61> counts yeasts and moulds together.
_COUNTED_IN = {"tymc": ("yeasts", "moulds")}
_PARTS_IN_PERCENT = ("moisture", "total-ash")


class Consistency(NamedTuple):
    """What does not fit in one certificate."""

    hold_reasons: list[HoldReason]
    remarks: list[Remark]


def consistency(
    rows: Sequence[ReadRow], product: str | None, overall: str, mark: str | None
) -> Consistency:
    """Every cause to hold and remark about one certificate's results; `overall` is its printed
    verdict on the whole, `mark` its decimal mark."""
    results = [result for _, result in rows]
    hold_reasons: list[HoldReason] = []
    remarks: list[Remark] = []
    for row, result in rows:
        judged = judged_by_itself(row, result, overall, mark)
        for problem in (judged, implausible(result, product), _below_own_loq(result)):
            if isinstance(problem, HoldReason):
                hold_reasons.append(problem)
            elif problem is not None:
                remarks.append(problem)
    hold_reasons += [
        *_over_the_whole(results),
        *_above_their_total(results),
        *_above_the_main(results),
    ]
    remarks += [
        *_equal_to_their_limit(rows, mark),
        *_half_their_loq(results),
        *_one_digit(results),
        *_twice(results),
    ]
    return Consistency(hold_reasons, remarks)


def is_number(result: Result) -> bool:
    """Whether a result is a measured number: no bound, no word, no zero."""
    return result.measured and is_exact(result) and result.interval.low > 0


def _below_own_loq(result: Result) -> Remark | None:
    if not is_number(result) or "estimated" in result.flags:
        return None
    if result.loq is None or result.interval.low >= result.loq:
        return None
    its = f"its own LOQ of {plain(result.loq)} {result.unit}"
    why = f"{quoted(result)} lies below {its}: it is an estimate at best"
    return Remark("below-own-loq", "warning", why, result.ref)


# ---------------------------------------------------------------- sums


def _over_the_whole(results: Iterable[Result]) -> list[HoldReason]:
    """Parts by mass that together are more than the whole, counting each at its least."""
    reasons = []
    for basis, parts in _parts_by_basis(results).items():
        largest = sorted(parts, key=_mass_of, reverse=True)
        total = sum(map(_mass_of, largest), ZERO)
        if total - sum(map(_slack, largest), ZERO) > _WHOLE:
            percent = plain(total / _PER_CENT)
            why = (
                f"the parts of the product ({basis}) add up to {percent} % by mass, and cannot be "
                f"more than the whole; the largest are {', '.join(map(quoted, largest[:3]))}"
            )
            reasons.append(HoldReason("SUM-OVER-100", why, largest[0].ref))
    return reasons


def _parts_by_basis(results: Iterable[Result]) -> dict[str, list[Result]]:
    """By basis the smallest result of every part of a product's mass."""
    smallest: dict[str, dict[str, Result]] = {}
    for result in filter(_is_part, results):
        parts = smallest.setdefault(result.basis, {})
        lowest = parts.setdefault(result.analyte, result)
        if result.interval.low < lowest.interval.low:
            parts[result.analyte] = result
    return {basis: list(parts.values()) for basis, parts in smallest.items()}


def _is_part(result: Result) -> bool:
    """Whether a result accounts for some of a product's mass, and is not part of another."""
    known = vocabulary.analytes().get(result.analyte)
    if known is None or not result.measured or result.species:
        return False
    if result.basis not in ("as received", "dry"):
        return False
    if result.unit == "%":
        return known.id in _PARTS_IN_PERCENT
    counted_elsewhere = known.id in _WITHIN_ANOTHER or known.id in formulas()
    return result.unit == "mg/kg" and known.family != "total" and not counted_elsewhere


def _mass_of(part: Result) -> Decimal:
    """The least of the product's mass that a part accounts for, in mg/kg."""
    low = part.interval.low
    return low * _PER_CENT if part.unit == "%" else low


def _slack(part: Result) -> Decimal:
    """What rounding, or the digits a sheet does not show, may have added, in mg/kg."""
    half = (part.resolution or ZERO) / 2
    return half * _PER_CENT if part.unit == "%" else half


def _above_their_total(results: Iterable[Result]) -> list[HoldReason]:
    """Parts of a printed total that add up to more than it."""
    at_least = _smallest(results)
    reasons = []
    for key, total in at_least.items():
        for group in _parts_of(key.subject):
            keys = (QuantityKey(part, key.basis, key.unit) for part in group)
            parts = [at_least[part] for part in keys if part in at_least]
            reasons += _above_total(parts, total)
    return reasons


def _above_total(parts: Sequence[Result], total: Result) -> list[HoldReason]:
    together, high = sum((part.interval.low for part in parts), ZERO), total.interval.high
    if high is None or together - tolerance(parts) <= high + tolerance([total]):
        return []
    why = (
        f"{quoted(total)} is less than its parts, which add up to {plain(together)} "
        f"{total.unit}: {', '.join(map(quoted, parts))}"
    )
    return [HoldReason("PARTS-ABOVE-TOTAL", why, total.ref, total.analyte)]


def _above_the_main(results: Iterable[Result]) -> list[HoldReason]:
    """Summands that are more than nature lets them be beside the main one: an alkaloid above
    mitragynine was added, and would dilute a share of 7-OH."""
    at_least = _smallest(results)
    reasons = []
    for formula in formulas().values():
        if formula.ceiling is None:
            continue
        for key, part in at_least.items():
            main = at_least.get(key._replace(subject=formula.ceiling_of))
            if main is None or main.interval.high is None or key.subject not in formula.of:
                continue
            most = main.interval.high * formula.ceiling
            if part.interval.low > most + tolerance([part, main]):
                why = f"{quoted(part)} is more than {quoted(main)}, and no leaf grows so"
                reasons.append(HoldReason("IMPLAUSIBLE-VALUE", why, part.ref, part.analyte))
    return reasons


def _smallest(results: Iterable[Result]) -> dict[QuantityKey, Result]:
    """The smallest measured result of every quantity."""
    smallest: dict[QuantityKey, Result] = {}
    for result in results:
        if not result.measured or result.text is not None:
            continue
        key = QuantityKey(result.analyte, result.basis, result.unit)
        if key not in smallest or result.interval.low < smallest[key].interval.low:
            smallest[key] = result
    return smallest


@lru_cache(1024)
def _parts_of(analyte: str) -> tuple[tuple[str, ...], ...]:
    """What may not be more than an analyte: the summands of a total together, or one part of a
    whole."""
    formula = formulas().get(analyte)
    summands = (formula.of,) if formula is not None and formula.kind == "sum" else ()
    within = (
        (name,) for name, of in formulas().items() if of.kind == "within" and analyte in of.of
    )
    return (*summands, *within, *((part,) for part in _COUNTED_IN.get(analyte, ())))


# ---------------------------------------------------------------- all over


def _equal_to_their_limit(rows: Iterable[ReadRow], mark: str | None) -> list[Remark]:
    equal, numbers = [], 0
    for row, result in rows:
        limit = own_limit(row, result, mark)
        accepted = limit.acceptance_interval if limit else None
        if accepted is not None and is_number(result):
            numbers += 1
            if result.interval.low in (accepted.low, accepted.high):
                equal.append(result)
    return _all_over("equals-limit-all-over", "equal the limit printed beside them", equal, numbers)


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
    if any(result.interval.low >= 10 * (result.resolution or ZERO) for result in numbers):
        return []
    what = "are printed with a single digit"
    return _all_over("one-digit-results", what, numbers, len(numbers))


def _all_over(code: str, what: str, odd: Sequence[Result], of: int) -> list[Remark]:
    if len(odd) < ALL_OVER or 2 * len(odd) < of:
        return []
    some = ", ".join(map(quoted, odd[:3]))
    return [Remark(code, "warning", f"{len(odd)} of {of} numbers {what}: {some}, …", odd[0].ref)]


# ---------------------------------------------------------------- the same thing twice


def _twice(results: Iterable[Result]) -> list[Remark]:
    """A result that another one of the certificate repeats word for word; it counts once."""
    first: dict[tuple[object, ...], Result] = {}
    repeats: dict[tuple[object, ...], list[CellRef]] = {}
    for result in results:
        key = repeat_key(result)
        if result.measured and first.setdefault(key, result) is not result:
            repeats.setdefault(key, []).append(result.ref)
    return [_repeated(first[key], refs) for key, refs in repeats.items()]


def _repeated(result: Result, repeats: Sequence[CellRef]) -> Remark:
    why = (
        f"{quoted(result)} at {result.ref} stands {len(repeats) + 1} times, last at {repeats[-1]}; "
        "it counts once"
    )
    return Remark("duplicate-result", "note", why, repeats[0])


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
    numbers = {
        (result.analyte, result.basis, plain(result.interval.low), result.unit)
        for result in certificate.results
        if is_number(result)
    }
    return tuple(sorted(numbers))


def fingerprint(certificate: InterpretedCertificate) -> str | None:
    """A hash that two certificates share only where one was copied from the other: equal numbers
    for equal analytes.

    None below eight numbers, which may agree by chance.
    """
    numbers = vector(certificate)
    return hashlib.sha256(repr(numbers).encode()).hexdigest() if len(numbers) >= VECTOR else None
