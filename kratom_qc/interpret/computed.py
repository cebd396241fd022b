"""Totals, shares, ratios, label claims and parts of a whole (`words/derived.toml`), each at the
extremes of its operands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from kratom_qc.domain.batch import Claim, ProductFacts
from kratom_qc.domain.certificate import HoldReason
from kratom_qc.domain.interval import UNMEASURED, ZERO, Interval
from kratom_qc.domain.quantity import Quantity, QuantityKey
from kratom_qc.domain.result import Result
from kratom_qc.interpret.arithmetic import HUNDRED, percent_share, quotient, total
from kratom_qc.interpret.combine import tolerance
from kratom_qc.interpret.derived_quantity import derived_quantity, relative_rounding, subject_name
from kratom_qc.vocabulary.derived import Formula, formulas, sums_of
from kratom_qc.vocabulary.wording import quoted

if TYPE_CHECKING:
    from kratom_qc.interpret.derive import Deriver

# The basis and unit in which shares and ratios are computed: the first that is printed.
_SCALES = (
    ("as received", "mg/kg"),
    ("as received", "mg/mL"),
    ("per serving", "mg/serving"),
    ("per unit", "mg/unit"),
    ("dry", "mg/kg"),
)
_COUNTS_VARY = 2  # counts on two plates of one sample (USP <1223>, ISO 7218)
_BASIS_OF_CLAIM = {
    "mg/serving": "per serving",
    "mg/container": "per container",
    "mg/unit": "per unit",
}


def computed(known: Deriver, key: QuantityKey, formula: Formula) -> Quantity | None:
    """A derived quantity; None where nothing is known of it. A printed total, share or ratio counts
    with it."""
    quantity = _RULES[formula.kind](known, key, formula)
    printed = known.printed.get(key)
    if printed is None or formula.kind in ("claim", "within", "whole"):
        return quantity
    return printed if quantity is None else _with_printed(known, quantity, printed)


def _total(known: Deriver, key: QuantityKey, formula: Formula) -> Quantity | None:
    summed = _sum(known, key, formula, formula.of)
    return summed if summed.results else None


def _sum(known: Deriver, key: QuantityKey, formula: Formula, of: tuple[str, ...]) -> Quantity:
    """The sum of some summands. One that was measured and lacks only a factor is not 0, nor is one
    of the core that nobody measured."""
    terms: list[Interval] = []
    results: list[Result] = []
    summed: list[str] = []
    missing: list[str] = []
    counted_zero: list[str] = []
    for analyte in of:
        quantity = known.find(QuantityKey(analyte, key.basis, key.unit))
        if quantity is None and analyte not in formula.core:
            counted_zero.append(subject_name(analyte))
            continue
        if quantity is not None:
            results += quantity.results
        if quantity is not None and not quantity.missing:
            weight = formula.weights.get(analyte)
            term = quantity.interval
            terms.append(term if weight is None else term.scaled(weight))
            summed.append(subject_name(analyte))
            continue
        terms.append(_ceiling(known, key, formula))
        missing += quantity.missing if quantity is not None else [subject_name(analyte)]
    how = _sum_in_words(summed, missing, counted_zero)
    return derived_quantity(key, total(terms), results, missing, how)


def _sum_in_words(summed: list[str], missing: list[str], counted_zero: list[str]) -> str:
    how = "sum of " + (", ".join(summed) or "what cannot be told")
    if missing:
        how += "; not measured and of unknown size: " + ", ".join(dict.fromkeys(missing))
    if counted_zero:
        how += f"; not measured and counted as 0: {', '.join(counted_zero)}"
    return how


def _ceiling(known: Deriver, key: QuantityKey, formula: Formula) -> Interval:
    """The most an unmeasured core summand can be: a published ceiling times another, else
    unbounded."""
    if formula.ceiling is None:
        return UNMEASURED
    base = known.as_printed.find(QuantityKey(formula.ceiling_of, key.basis, key.unit))
    if base is None:
        return UNMEASURED
    most = base.interval.scaled(formula.ceiling)
    return Interval(ZERO, most.high, False, most.high_open)


def _share(known: Deriver, key: QuantityKey, formula: Formula) -> Quantity | None:
    whole = formulas()[formula.of[0]]
    basis, unit = _scale(known, formula.part)
    part = known.find(QuantityKey(formula.part, basis, unit))
    rest = tuple(analyte for analyte in whole.of if analyte != formula.part)
    remainder = _sum(known, QuantityKey(formula.of[0], basis, unit), whole, rest)
    name = subject_name(formula.part)
    how = f"{name} ÷ total alkaloids ({remainder.how})"
    if part is not None:
        interval = percent_share(part.interval, remainder.interval)
        results, missing = (*part.results, *remainder.results), (*part.missing, *remainder.missing)
        return derived_quantity(key, interval, results, missing, how)
    if not remainder.results:
        return None
    interval = percent_share(UNMEASURED, remainder.interval)
    return derived_quantity(key, interval, remainder.results, (name, *remainder.missing), how)


def _scale(known: Deriver, *subjects: str) -> tuple[str, str]:
    """(basis, unit) in which a share or ratio is computed."""
    for basis, unit in _SCALES:
        if any(QuantityKey(subject, basis, unit) in known.printed for subject in subjects):
            return basis, unit
    return _SCALES[0]


def _ratio(known: Deriver, key: QuantityKey, formula: Formula) -> Quantity | None:
    basis, unit = _scale(known, *formula.parts)
    sums = replace(formula, kind="sum", core=frozenset(formula.parts))
    over = _sum(known, QuantityKey("over", basis, unit), sums, formula.of)
    under = _sum(known, QuantityKey("under", basis, unit), sums, formula.under)
    if not over.results and not under.results:
        return None
    interval = quotient(over.interval, under.interval)
    results, missing = (*over.results, *under.results), (*over.missing, *under.missing)
    how = f"({_added(formula.of)}) ÷ ({_added(formula.under)})"
    return derived_quantity(key, interval, results, missing, how)


def _added(subjects: tuple[str, ...]) -> str:
    return " + ".join(map(subject_name, subjects))


def _claim(known: Deriver, key: QuantityKey, formula: Formula) -> Quantity | None:
    (analyte,) = formula.of
    claim = _claim_of(known.facts, formula.claimed)
    if claim is None:
        return None
    basis = _BASIS_OF_CLAIM.get(claim.unit, "as received")
    measured = known.find(QuantityKey(analyte, basis, claim.unit))
    name = subject_name(analyte)
    how = f"{name} found as per cent of the {claim.amount} {claim.unit} claimed"
    how += f" of {subject_name(claim.analyte)}" if claim.analyte != analyte else ""
    if measured is None:
        return derived_quantity(key, UNMEASURED, (), (name,), how)
    interval = quotient(measured.interval.scaled(HUNDRED), Interval.exactly(claim.amount))
    return derived_quantity(key, interval, measured.results, measured.missing, how)


def _claim_of(facts: ProductFacts, analyte: str) -> Claim | None:
    return next((claim for claim in facts.claims if claim.analyte == analyte), None)


def _within(known: Deriver, key: QuantityKey, formula: Formula) -> Quantity | None:
    """A part by itself where a laboratory told it apart, else at most the whole."""
    told_apart = known.agreed(key)
    whole = known.find(QuantityKey(formula.of[0], key.basis, key.unit))
    if whole is None or (told_apart is not None and not told_apart.missing):
        return told_apart
    most = Interval(ZERO, whole.interval.high, False, whole.interval.high_open)
    part, of = subject_name(key.subject), subject_name(formula.of[0])
    how = f"at most the whole of {of}: {part} was not told apart"
    how += f"; {whole.how}" if whole.how else ""
    return derived_quantity(key, most, whole.results, whole.missing, how)


def _whole(known: Deriver, key: QuantityKey, formula: Formula) -> Quantity | None:
    """A whole as it is printed, and at least the greatest of its parts, whatever it is printed as;
    where the two cannot both be true the batch is held."""
    printed = known.agreed(key)
    parts = [known.agreed(QuantityKey(part, key.basis, key.unit)) for part in formula.of]
    if printed is not None:
        known.hold_reasons += _uncounted(printed, parts)
    present = [part for part in parts if part is not None and part.proven_low > 0]
    if not present:
        return printed
    part = max(present, key=lambda quantity: quantity.proven_low)
    how = f"at least what there is of {subject_name(part.subject)}"
    if printed is None:
        least = Interval(part.proven_low, None, part.proven_low_open, True)
        return derived_quantity(key, least, part.results, (subject_name(key.subject),), how)
    if printed.proven_low >= part.proven_low:
        return printed
    if printed.interval.high is not None and part.proven_low > printed.interval.high * _COUNTS_VARY:
        why = f"'{part.results[0].reported}' of {subject_name(part.subject)} is more than "
        why += f"'{printed.results[0].reported}' of {subject_name(key.subject)}, which holds it"
        known.hold_reasons.append(
            HoldReason("TOTAL-CONTRADICTS", why, part.results[0].ref, key.subject)
        )
    return replace(
        printed,
        interval=printed.interval.hull(Interval.exactly(part.proven_low)),
        proven_low=part.proven_low,
        proven_low_open=part.proven_low_open,
        results=(*printed.results, *part.results),
        how=how,
    )


def _uncounted(whole: Quantity, parts: Iterable[Quantity | None]) -> Iterator[HoldReason]:
    """Parts of a counted whole of which there were too many to count."""
    results = [result for part in parts if part is not None for result in part.results]
    for result in results:
        if "too-many-to-count" in result.flags:
            why = f"{quoted(result)} stands beside {quoted(whole.results[0])}, which holds it"
            yield HoldReason("TOTAL-CONTRADICTS", why, result.ref, whole.subject)


_RULES: Mapping[str, Callable[[Deriver, QuantityKey, Formula], Quantity | None]] = {
    "sum": _total,
    "share": _share,
    "ratio": _ratio,
    "claim": _claim,
    "within": _within,
    "whole": _whole,
}


# ---------------------------------------------------------------- beside a printed total


def _with_printed(known: Deriver, derived: Quantity, printed: Quantity) -> Quantity:
    """A printed total is intersected with the derived one; if nothing is left, the batch is
    held."""
    slack = _slack(printed, derived)
    low, high = printed.interval.low, printed.interval.high
    widened = Interval(max(ZERO, low - slack), None if high is None else high + slack)
    if _is_open(printed.subject):  # it may hold more than what was measured of it
        derived = replace(derived, interval=replace(derived.interval, high=None, high_open=True))
    if not widened.meets(derived.interval):
        first = printed.results[0]
        name = subject_name(printed.subject)
        why = f"the printed '{first.reported}' of {name} does not agree with the {derived.how}"
        reason = HoldReason("TOTAL-CONTRADICTS", why, first.ref, printed.subject)
        known.hold_reasons.append(reason)
        return derived
    settled = not derived.missing and derived.interval.high is not None
    if settled or not printed.interval.meets(derived.interval):
        return replace(derived, results=(*derived.results, *printed.results))
    return _narrowed(derived, printed)


def _is_open(subject: str) -> bool:
    """Whether a printed sum may hold more than the summands that were measured."""
    formula = formulas()[subject]
    return formula.kind == "sum" and not formula.core


def part_of_a_sum(known: Deriver, key: QuantityKey) -> Quantity | None:
    """What a printed sum leaves for one of its summands that nobody told apart: at most the sum,
    at least what the others do not make up."""
    for subject in sums_of(key.subject):
        whole = known.printed.get(key._replace(subject=subject))
        if whole is not None:
            parts = (part for part in formulas()[subject].of if part != key.subject)
            return _rest(key, whole, [known.agreed(key._replace(subject=part)) for part in parts])
    return None


def _rest(key: QuantityKey, whole: Quantity, parts: list[Quantity | None]) -> Quantity:
    known = [part for part in parts if part is not None]
    results = [*whole.results, *(result for part in known for result in part.results)]
    low, high = ZERO, whole.interval.high
    if len(known) == len(parts) and all(part.interval.high is not None for part in known):
        most = sum((part.interval.high or ZERO for part in known), ZERO) + tolerance(results)
        low = max(ZERO, whole.interval.low - most)
    name = subject_name(key.subject)
    how = f"what the printed {subject_name(whole.subject)} leaves for {name}, not told apart"
    rest = derived_quantity(key, Interval(low, high, False, high is None), results, (name,), how)
    return replace(rest, detected=True if low else None)


def _narrowed(derived: Quantity, printed: Quantity) -> Quantity:
    """Where summands are missing, the printed total says how much they can be together."""
    ours, theirs = derived.interval, printed.interval
    low, low_open = max((ours.low, ours.low_open), (theirs.low, theirs.low_open))
    end = ours
    if theirs.high is not None and (ours.high is None or theirs.high <= ours.high):
        end = theirs
    return derived_quantity(
        QuantityKey(printed.subject, printed.basis, printed.unit),
        Interval(low, end.high, low_open, end.high_open),
        (*derived.results, *printed.results),
        (),
        f"{derived.how}; narrowed by the printed total",
    )


def _slack(printed: Quantity, derived: Quantity) -> Decimal:
    """How far a printed total, share or ratio may lie from what its printed parts give, by rounding
    alone."""
    rounding = tolerance(printed.results)
    if formulas()[printed.subject].kind == "sum":
        return rounding + tolerance(derived.results)
    return rounding + (derived.interval.high or ZERO) * relative_rounding(derived.results)
