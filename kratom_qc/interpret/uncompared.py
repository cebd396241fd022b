"""Nothing beside a comparable number vanishes: what is found again on another basis, in a unit that
does not convert, or in a sum that no limit asks for, must agree with it or holds the batch."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.interval import ZERO, Interval
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.interpret.arithmetic import quotient
from kratom_qc.interpret.combine import is_exact, tolerance
from kratom_qc.interpret.derived_quantity import relative_rounding, subject_name
from kratom_qc.vocabulary.derived import formulas
from kratom_qc.vocabulary.wording import quoted

if TYPE_CHECKING:
    from kratom_qc.interpret.derive import Deriver


def uncompared(known: Deriver, wanted: Iterable[QuantityKey]) -> Iterator[HoldReason]:
    """Why printed results that no limit is compared with hold; `wanted` is what limits ask for."""
    asked: dict[str, list[QuantityKey]] = {}
    for key in wanted:
        asked.setdefault(key.as_printed.subject, []).append(key.as_printed)
    for key, printed in known.printed.items():
        if not printed.interval.low and not printed.detected:
            continue  # nothing was found
        beside = [of for of in asked.get(key.subject, ()) if of != key and of in known.printed]
        if beside:
            yield from _beside(known, key, beside)
        elif _is_closed_sum(key.subject):
            yield from _more_than_its_parts(known, key, asked)


# ---------------------------------------------------------------- on another basis


def _beside(known: Deriver, key: QuantityKey, keys: list[QuantityKey]) -> Iterator[HoldReason]:
    """A result beside others of its subject that limits are compared with."""
    printed = known.printed[key]
    compared = False
    for further in keys:
        converted = known.converted_alone(key, further)
        if converted is not None and not converted.missing:
            compared = True
            yield from known.contradiction(known.printed[further], converted)
        elif _in_proportion(known, key, further):
            compared = True
    if not compared:
        beside = known.printed[keys[0]].results[0]
        why = (
            f"{quoted(printed.results[0])} ({key.basis}) stands beside {quoted(beside)} "
            f"({keys[0].basis}), and nothing on the certificate says how the two compare"
        )
        yield HoldReason("RESULT-NOT-COMPARED", why, printed.results[0].ref, key.subject)


def _in_proportion(known: Deriver, key: QuantityKey, other: QuantityKey) -> bool:
    """Whether another substance is printed in both ways too and in the same proportion: one serving
    size, moisture or density then explains both."""
    if "cfu" in other.unit or "mpn" in other.unit:
        return False
    proportion = _proportion(known.printed[key], known.printed[other])
    proportions = [
        _proportion(printed, both)
        for of, printed in known.printed.items()
        if of.subject != key.subject and (of.basis, of.unit) == (key.basis, key.unit)
        if (both := known.printed.get(other._replace(subject=of.subject))) is not None
        and all(map(is_exact, (*printed.results, *both.results)))
    ]
    return bool(proportions) and all(proportion.meets(further) for further in proportions)


def _proportion(quantity: Quantity, other: Quantity) -> Interval:
    """One quantity over another, as wide as rounding leaves it."""
    span = quotient(quantity.interval, other.interval)
    slack = relative_rounding((*quantity.results, *other.results)) / 2
    high = None if span.high is None else span.high * (1 + slack)
    return Interval(max(ZERO, span.low * (1 - slack)), high)


# ---------------------------------------------------------------- in a sum


def _is_closed_sum(subject: str) -> bool:
    """Whether a printed total is the sum of its named parts and of nothing else."""
    formula = formulas().get(subject)
    return formula is not None and formula.kind == "sum" and formula.ceiling is None


def _more_than_its_parts(
    known: Deriver, key: QuantityKey, asked: Container[str]
) -> Iterator[HoldReason]:
    """A sum with a rest that no limit is compared with: on the sum there is none, or on a part that
    nobody measured there is one."""
    total = known.printed[key]
    keys = [key._replace(subject=part) for part in formulas()[key.subject].of]
    parts = [known.printed[part] for part in keys if part in known.printed]
    open_parts = [part.subject for part in keys if part not in known.printed]
    if key.subject in asked and not any(part in asked for part in open_parts):
        return
    highs = [part.interval.high for part in parts]
    if not parts or None in highs:
        return
    results = [result for part in parts for result in part.results]
    most = sum(filter(None, highs), ZERO) + tolerance([*results, *total.results])
    if total.interval.low <= most:
        return
    parts_named = " and ".join(subject_name(part.subject) for part in parts)
    why = (
        f"{quoted(total.results[0])} is more than what it holds of {parts_named}; "
        "no limit was compared with the rest"
    )
    yield HoldReason("RESULT-NOT-COMPARED", why, total.results[0].ref, key.subject)
