"""Why an outcome is what it is, in a sentence a QA reviewer can check against the laboratory's own
cell."""

from __future__ import annotations

from kratom_qc.domain.batch import Batch
from kratom_qc.domain.finding import Outcome
from kratom_qc.domain.interval import ZERO, Interval, plain
from kratom_qc.domain.limit import Limit
from kratom_qc.domain.quantity import Quantity
from kratom_qc.domain.result import Result
from kratom_qc.judge import answers
from kratom_qc.judge.plan import judged_interval
from kratom_qc.vocabulary import analytes, product_forms
from kratom_qc.vocabulary.methods import screen, unfit_words
from kratom_qc.vocabulary.wording import THIN, interval_words

MEMORY = "unconfirmed: the limit's figure rests on memory and must be checked against its source before it may decide"


def amount(interval: Interval, unit: str, limit: Limit) -> str:
    """An interval in words with plain blanks; a long computed number is rounded, never across its
    limit's edge."""
    edges = (
        (limit.acceptance_interval.low, limit.acceptance_interval.high)
        if limit.acceptance_interval is not None
        else ()
    )
    return interval_words(
        interval, unit, tuple(edge for edge in edges if edge is not None)
    ).replace(THIN, " ")


def numeric(
    limit: Limit, outcome: Outcome, quantity: Quantity | None, silent: Result | None
) -> str:
    """Why a numeric limit came out as it did."""
    if limit.evidence == "memory" and outcome is Outcome.INCONCLUSIVE and quantity is not None:
        return MEMORY
    if quantity is None:
        return _silence(limit, silent)
    unfit = "" if outcome in (Outcome.PASS, Outcome.FAIL) else _by_unfit(quantity)
    if limit.kind == "not_detected":
        return unfit or _detection(limit, outcome, quantity)
    value = judged_interval(limit, quantity)
    said = amount(value, quantity.unit, limit)
    how = f" ({quantity.how})" if quantity.how else ""
    how += "" if outcome is Outcome.PASS else _rounded(quantity)
    if outcome is Outcome.PASS:
        return f"{said} lies wholly within the limit{how}"
    if outcome is Outcome.FAIL:
        return _fails(limit, quantity, said, how)
    if unfit:
        return f"{unfit}{how}"
    if outcome is Outcome.MISSING:
        if value.high is None and value.low == 0:
            return f"{', '.join(quantity.missing)} not known{how}"
        return f"{said} leaves it open; not known: {', '.join(quantity.missing)}{how}"
    return _open(limit, quantity, value, said, how)


def _by_unfit(quantity: Quantity) -> str:
    """Why results by techniques that cannot tell leave it open; nothing where there are none."""
    told = (unfit_words(result.method, result.analyte) for result in quantity.results)
    return "; ".join(dict.fromkeys(filter(None, told)))


_KINDS = {
    "ban": "the product may not be sold here",
    "attestation": "a condition of this market that no laboratory result can show",
    "unread": "the rule's text was not located: a person must read it before anything may be said about this market",
}


def unmeasured(limit: Limit, outcome: Outcome, batch: Batch) -> str:
    """Why a limit that asks for no amount came out as it did."""
    if limit.kind in _KINDS:
        return _KINDS[limit.kind]
    if limit.kind == "product_class":
        return _product_class(limit, batch.product)
    if limit.kind == "profile":
        return _profile(limit, outcome)
    if limit.kind == "described":
        found = batch.described.get(limit.subject)
        if found is None or found.text is None:
            return "not described: no certificate of this batch states it"
        return _DESCRIBED[outcome].format(found.text)
    if outcome is Outcome.MISSING:
        return "not stated: " + ", ".join(dict.fromkeys(answers.lacking(limit, batch)))
    return "stated on every certificate"


_DESCRIBED = {
    Outcome.PASS: "described as '{}'",
    Outcome.FAIL: "the laboratory says '{}'",
    Outcome.INCONCLUSIVE: "'{}' describes nothing that could be confirmed",
}


def _product_class(limit: Limit, product: str | None) -> str:
    allowed = ", ".join(product_forms()[one].lower() for one in limit.requires)
    if product is None:
        return f"only {allowed} may be sold; the product's form is not known"
    name = product_forms()[product].lower()
    return (
        f"the product is {name}"
        if product in limit.requires
        else f"only {allowed} may be sold; the product is {name}"
    )


def _profile(limit: Limit, outcome: Outcome) -> str:
    present, absent = (
        analytes()[limit.present].name,
        ", ".join(analytes()[one].name for one in limit.absent),
    )
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
    told = [
        f"the sheet shows {r.shown}, the cell holds {r.reported}"
        for r in quantity.results
        if r.shown
    ]
    return f"; {', '.join(dict.fromkeys(told))}" if told else ""


def _fails(limit: Limit, quantity: Quantity, said: str, how: str) -> str:
    acceptance_interval, low, high = (
        limit.acceptance_interval,
        quantity.proven_low,
        quantity.proven_high,
    )
    if (
        acceptance_interval is not None
        and acceptance_interval.high is not None
        and low >= acceptance_interval.high
    ):
        proven, side = Interval(low, None, quantity.proven_low_open, True), "above"
        alone = quantity.interval.low < low
    else:
        proven, side = Interval(ZERO, high, False, quantity.proven_high_open), "below"
        alone = high is not None and (
            quantity.interval.high is None or quantity.interval.high > high
        )
    if alone:
        return f"one certificate alone proves {amount(proven, quantity.unit, limit)}, {side} the limit{how}"
    return f"{said} lies wholly {side} the limit{how}"


def _open(limit: Limit, quantity: Quantity, value: Interval, said: str, how: str) -> str:
    if (
        limit.decision_rule == "guarded"
        and value.high is None
        and quantity.interval.high is not None
    ):
        return "the limit's decision rule needs the measurement uncertainty, and none is stated"
    if limit.decision_rule == "guarded" and quantity.interval.low == quantity.interval.high:
        return f"{said} with its uncertainty reaches across the limit (guard band)"
    screens = [
        result
        for result in quantity.results
        if result.portion is None and screen(result.method) is not None
    ]
    if screens:
        said = ", ".join(
            dict.fromkeys(f"'{result.reported}' by '{result.method}'" for result in screens)
        )
        return f"{said} is the answer of a screen, which bounds no amount from above: ask for a quantitative method{how}"
    if value.high is None and value.low == 0:
        kinds = {result.reported for result in quantity.results}
        return f"'{', '.join(sorted(kinds))}' without a usable LOD or LOQ says nothing about the amount{how}"
    return f"{said} reaches across the limit: the method cannot tell{how}"


def _detection(limit: Limit, outcome: Outcome, quantity: Quantity) -> str:
    words = ", ".join(dict.fromkeys(f"'{result.reported}'" for result in quantity.results))
    if outcome is Outcome.FAIL:
        return f"{words} says it is there, and none may be"
    if limit.portion is not None:
        portions = [result.portion for result in quantity.results if result.portion is not None]
        if outcome is Outcome.PASS:
            return f"absent in {plain(max(portions))} g, which covers the {plain(limit.portion)} g the limit asks for"
        if not portions:
            return (
                f"{words} in an unstated portion does not show absence in {plain(limit.portion)} g"
            )
        return (
            f"absence in {plain(max(portions))} g cannot show absence in {plain(limit.portion)} g"
        )
    if outcome is Outcome.PASS and quantity.detection_limit is not None:
        return f"not detected, with a detection limit of {plain(quantity.detection_limit)} {quantity.unit}"
    if outcome is Outcome.INCONCLUSIVE and quantity.detected is False:
        return f"{words}: the method does not look deep enough"
    return f"{words} does not say whether it is there"


def _silence(limit: Limit, silent: Result | None) -> str:
    if silent is None:
        why = "not tested: no certificate of this batch states it"
    elif silent.detected is False:
        why = f"'{silent.reported}' without a detection limit says no more than silence: ask the laboratory for its LOD"
    elif silent.measured:
        why = f"stated in {silent.unit or 'no unit'} {silent.basis}, which does not convert to {limit.unit} {limit.basis}"
    else:
        why = (
            f"'{silent.reported.strip()}' is no value"
            if silent.reported.strip()
            else "the cell is blank"
        )
    return (
        f"{why}; {limit.silence_because}"
        if limit.when_missing == "note" and limit.silence_because
        else why
    )
