"""Why an outcome is what it is, in a sentence a QA reviewer can check against the laboratory's own
cell."""

from __future__ import annotations

from typing import assert_never

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Outcome
from kratom_qc.domain.interval import ZERO, Interval, plain
from kratom_qc.domain.limit import (
    AmountLimit,
    Attestation,
    Ban,
    CertificateLimit,
    DecisionRule,
    DescribedLimit,
    Evidence,
    LimitKind,
    NoStatute,
    NotDetectedLimit,
    NumericLimit,
    OtherLimit,
    ProductClassLimit,
    ProfileLimit,
    UnreadRule,
    WhenMissing,
)
from kratom_qc.domain.quantity import Basis, Quantity
from kratom_qc.domain.result import Result
from kratom_qc.judge import answers
from kratom_qc.judge.guard_band import judged_interval
from kratom_qc.vocabulary import analytes, product_forms, product_names
from kratom_qc.vocabulary.methods import screen, unfit_words
from kratom_qc.vocabulary.wording import THIN, interval_words, readings_words

MEMORY = (
    "unconfirmed: the limit's figure rests on memory and must be checked against its source before "
    "it may decide"
)


NEWS = (
    "known from news reports only: the rule's own text must be read before it may decide; "
    "as reported: {}"
)
PENDING = "the rule may stand since {}, and whether it does was not located: {}"


def amount(interval: Interval, unit: str, limit: AmountLimit) -> str:
    """An interval in words with plain blanks; a long computed number is rounded, never across its
    limit's edge."""
    accepted = limit.acceptance_interval
    edges = (accepted.low,) if accepted.high is None else (accepted.low, accepted.high)
    return interval_words(interval, unit, edges).replace(THIN, " ")


def measured(limit: NumericLimit, outcome: Outcome, quantity: Quantity) -> str:
    """Why a limit on an amount or presence came out as it did."""
    if limit.evidence == Evidence.MEMORY and outcome is Outcome.INCONCLUSIVE:
        return MEMORY
    undecided = outcome not in (Outcome.PASS, Outcome.FAIL)
    unfit = _by_unfit(quantity) if undecided else ""
    if isinstance(limit, NotDetectedLimit):
        return unfit or _detection(limit, outcome, quantity)
    if outcome is Outcome.INCONCLUSIVE and not unfit:
        by_guard_band = _by_guard_band(limit, quantity)
        if by_guard_band:
            return by_guard_band
    how = f" ({quantity.how})" if quantity.how else ""
    how += "" if outcome is Outcome.PASS else _rounded(quantity)
    return (unfit or _amount(limit, outcome, quantity)) + how


def _amount(limit: AmountLimit, outcome: Outcome, quantity: Quantity) -> str:
    value = judged_interval(limit, quantity)
    stated = amount(value, quantity.unit, limit)
    if outcome is Outcome.PASS:
        return f"{stated} lies wholly within the limit"
    if outcome is Outcome.FAIL:
        return _fails(limit, quantity, stated)
    if outcome is Outcome.INCONCLUSIVE:
        return _open(quantity, value, stated)
    missing = ", ".join(quantity.missing)
    if value.high is None and value.low == 0:
        return f"{missing} not known"
    return f"{stated} leaves it open; not known: {missing}"


def _by_unfit(quantity: Quantity) -> str:
    """Why results by techniques that cannot tell leave it open; nothing where there are none."""
    words = (unfit_words(result.method, result.analyte) for result in quantity.results)
    return "; ".join(dict.fromkeys(filter(None, words)))


_WHATEVER_THE_BATCH = {
    LimitKind.BAN: "the product may not be sold here",
    LimitKind.ATTESTATION: "a condition of this market that no laboratory result can show",
    LimitKind.UNREAD: "the rule's text was not located: a person must read it before anything may "
    "be said about this market",
}


def _no_statute(limit: NoStatute) -> str:
    if limit.confirmed_by:
        return f"no law on kratom; confirmed by {limit.confirmed_by}"
    return f"no law on kratom was found, and nobody has confirmed it; searched: {limit.searched}"


def unmeasured(limit: OtherLimit, outcome: Outcome, batch: Batch) -> str:
    """Why a limit that asks for no amount came out as it did."""
    match limit:
        case Ban() | Attestation() | UnreadRule():
            return _WHATEVER_THE_BATCH[limit.kind]
        case NoStatute():
            return _no_statute(limit)
        case ProductClassLimit():
            return _product_class(limit, batch.judged_as)
        case ProfileLimit():
            return _profile(limit, outcome)
        case DescribedLimit():
            return _described(batch.described.get(limit.subject), outcome)
        case CertificateLimit():
            if outcome is not Outcome.MISSING:
                return "stated on every certificate"
            return "not stated: " + ", ".join(dict.fromkeys(answers.lacking(limit, batch)))
    assert_never(limit)


_DESCRIBED = {
    Outcome.PASS: "described as '{}'",
    Outcome.FAIL: "the laboratory says '{}'",
    Outcome.INCONCLUSIVE: "'{}' describes nothing that could be confirmed",
}


def _described(result: Result | None, outcome: Outcome) -> str:
    if result is None or result.text is None:
        return "not described: no certificate of this batch states it"
    return _DESCRIBED[outcome].format(result.text)


def _product_class(limit: ProductClassLimit, product: str | None) -> str:
    allowed = ", ".join(product_forms()[form].lower() for form in limit.requires)
    if product is None:
        return f"only {allowed} may be sold; the product's form is not known"
    name = product_names()[product].lower()
    if product in limit.requires:
        return f"the product is {name}"
    return f"only {allowed} may be sold; the product is {name}"


def _profile(limit: ProfileLimit, outcome: Outcome) -> str:
    present = analytes()[limit.subject].name
    absent = ", ".join(analytes()[analyte].name for analyte in limit.absent)
    if outcome is Outcome.FAIL:
        return f"{present} was found without {absent}, which leaf always brings with it"
    if outcome is Outcome.PASS:
        return f"{present} was not found, or not without {absent}"
    if outcome is Outcome.MISSING:
        return f"needs {present} and each of {absent}, and not all were tested"
    return f"the certificates do not say clearly whether {present} and {absent} were found"


def _rounded(quantity: Quantity) -> str:
    """Where a sheet shows fewer digits than its cells hold, both: the reviewer sees only one of
    them."""
    pairs = [
        f"the sheet shows {result.shown}, the cell holds {result.reported}"
        for result in quantity.results
        if result.shown
    ]
    return f"; {', '.join(dict.fromkeys(pairs))}" if pairs else ""


def _fails(limit: AmountLimit, quantity: Quantity, stated: str) -> str:
    most, value = limit.acceptance_interval.high, quantity.interval
    low, high = quantity.proven_low, quantity.proven_high
    if most is not None and low >= most:
        side, alone = "above", value.low < low
        proven = Interval(low, None, quantity.proven_low_open, True)
    else:
        side, alone = "below", high is not None and (value.high is None or value.high > high)
        proven = Interval(ZERO, high, False, quantity.proven_high_open)
    if alone:
        proof = amount(proven, quantity.unit, limit)
        return f"one certificate alone proves {proof}, {side} the limit"
    return f"{stated} lies wholly {side} the limit"


def _by_guard_band(limit: AmountLimit, quantity: Quantity) -> str:
    """Whether only the guard band leaves it open, in words; else nothing."""
    if limit.decision_rule != DecisionRule.GUARDED:
        return ""
    value, measured = judged_interval(limit, quantity), quantity.interval
    if value.high is None and measured.high is not None:
        return "the limit's decision rule needs the measurement uncertainty, and none is stated"
    if measured.low == measured.high:
        stated = amount(value, quantity.unit, limit)
        return f"{stated} with its uncertainty reaches across the limit (guard band)"
    return ""


def _open(quantity: Quantity, value: Interval, stated: str) -> str:
    screens = [
        f"'{result.reported}' by '{result.method}'"
        for result in quantity.results
        if result.portion is None and screen(result.method) is not None
    ]
    if screens:
        return (
            f"{', '.join(dict.fromkeys(screens))} is the answer of a screen, which bounds no "
            "amount from above: ask for a quantitative method"
        )
    if ways := _ways(quantity):
        return f"{ways}, and not each of them keeps the limit"
    if value.high is None and value.low == 0:
        words = ", ".join(sorted({result.reported for result in quantity.results}))
        if any("unread" in result.flags for result in quantity.results):
            return f"'{words}' cannot be read"
        return f"'{words}' without a usable LOD or LOQ says nothing about the amount"
    if all(result.interval.low == result.interval.high for result in quantity.results):
        return f"{stated} reaches across the limit: the results lie on both sides of it"
    return f"{stated} reaches across the limit: the method cannot tell"


def _ways(quantity: Quantity) -> str:
    """The cells that may be read in several ways, each with what it may say; else nothing."""
    cells = (
        f"'{result.reported}' at {result.ref} may be {readings_words(result)}"
        for result in quantity.results
        if result.readings
    )
    return "; ".join(cells).replace(THIN, " ")


def _detection(limit: NotDetectedLimit, outcome: Outcome, quantity: Quantity) -> str:
    words = ", ".join(dict.fromkeys(f"'{result.reported}'" for result in quantity.results))
    if outcome is Outcome.FAIL:
        return f"{words} says it is there, and none may be"
    if limit.portion is not None:
        return _portion(plain(limit.portion), outcome, quantity, words)
    if outcome is Outcome.PASS and quantity.detection_limit is not None:
        depth = plain(quantity.detection_limit)
        return f"not detected, with a detection limit of {depth} {quantity.unit}"
    if ways := _ways(quantity):
        return f"{ways}, and not each of them shows that it is not there"
    if outcome is Outcome.INCONCLUSIVE and quantity.detected is False:
        return f"{words}: the method does not look deep enough"
    return f"{words} does not say whether it is there"


def _portion(asked: str, outcome: Outcome, quantity: Quantity, words: str) -> str:
    portions = [result.portion for result in quantity.results if result.portion is not None]
    if outcome is Outcome.PASS:
        return f"absent in {plain(max(portions))} g, which covers the {asked} g the limit asks for"
    if not portions:
        return f"{words} in an unstated portion does not show absence in {asked} g"
    return f"absence in {plain(max(portions))} g cannot show absence in {asked} g"


def silence(limit: NumericLimit, silent: Result | None) -> str:
    """Why nothing answers a limit on an amount or presence; `silent` is the first word on it."""
    why = _why_silent(limit, silent)
    if limit.when_missing == WhenMissing.NOTE and limit.silence_because:
        return f"{why}; {limit.silence_because}"
    return why


def _why_silent(limit: NumericLimit, silent: Result | None) -> str:
    if silent is None:
        return "not tested: no certificate of this batch states it"
    if silent.detected is False:
        return (
            f"'{silent.reported}' without a detection limit says no more than silence: ask the "
            "laboratory for its LOD"
        )
    if silent.measured and not silent.unit and silent.reported_unit.strip():
        unit = silent.reported_unit.strip()
        return f"the unit '{unit}' is not known, so it says nothing of this limit"
    if silent.measured:
        basis = limit.basis if isinstance(limit, AmountLimit) else Basis.AS_RECEIVED
        return (
            f"stated in {silent.unit or 'no unit'} {silent.basis}, which does not convert to "
            f"{limit.unit} {basis}"
        )
    words = silent.reported.strip()
    return f"'{words}' is no value" if words else "the cell is blank"
