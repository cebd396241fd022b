"""The limit that a laboratory prints beside its own result, and whether its verdict follows from
the two.

Read conservatively: what is not plainly a limit is none. Nothing here passes or fails a batch; our
rulebooks do that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, Remark, ResultRow
from kratom_qc.domain.interval import ZERO, Interval
from kratom_qc.domain.result import Result
from kratom_qc.interpret.numbers import NUMBER, Ambiguous, Number, number, tidy
from kratom_qc.vocabulary import Unit
from kratom_qc.vocabulary.wording import quoted

_ABOVE = (
    "<",
    "<=",
    "≤",
    "≦",
    "nmt",
    "not more than",
    "max",
    "maximum",
    "at most",
    "no more than",
    "not greater than",
    "less than",
)
_BELOW = (
    ">",
    ">=",
    "≥",
    "≧",
    "nlt",
    "not less than",
    "min",
    "minimum",
    "at least",
    "no less than",
    "more than",
)
_STRICT = ("<", ">", "less than", "more than")
_WORDS = "|".join(sorted((re.escape(word) for word in (*_ABOVE, *_BELOW)), key=len, reverse=True))
_UNIT = r"(?P<unit>[^\d\s].*?)?"
_BOUNDED = re.compile(
    rf"^(?:(?:nmt|nlt|max\.?|min\.?)[\s:]*(?=[<>≤≥≦≧]))?(?P<word>{_WORDS})[\s.:]*(?P<n>{NUMBER})\s*{_UNIT}$",
    re.I,
)
_BOUNDED_AFTER = re.compile(
    rf"^(?P<n>{NUMBER})\s*{_UNIT}\s*\(?(?P<word>max|maximum|min|minimum|nmt|nlt)\.?\)?$", re.I
)
_RANGE = re.compile(
    rf"^(?P<low>{NUMBER})\s*%?\s*(?:-|–|to|až)\s*(?P<high>{NUMBER})\s*{_UNIT}$", re.I
)
_BARE = re.compile(rf"^(?P<n>{NUMBER})\s*{_UNIT}$")
_NONE_MAY_BE = re.compile(
    r"^(?P<word>[^\d(\[/]+?)\s*(?:(?:/|\bin\b|\bper\b|\bv\b|[\[(])\s*(?:in\s+|v\s+)?[0-9.,]+\s*(?:g|gr|grams?|ml)\.?\s*[\])]?)?$",
    re.I,
)
# A bare number beside a contaminant is the most there may be; beside an alkaloid it may be
# anything.
_CONTAMINANTS = ("element", "microbe", "mycotoxin", "pah", "solvent", "pesticide", "adulterant")
_LONGEST = 200  # characters; a longer text tells a story


@dataclass(frozen=True, slots=True)
class OwnLimit:
    """A printed limit in the result's canonical unit; `slack` is half of its last printed digit,
    for rounded verdicts.

    `accept` None means that none may be there at all.
    """

    acceptance_interval: Interval | None
    slack: Decimal = ZERO


def judged_by_itself(
    line: ResultRow, result: Result, overall: str, mark: str | None
) -> tuple[HoldReason | None, Remark | None]:
    """How a result stands to the limit printed in its own row, beside the laboratory's verdict on
    it (or, where the row has none, on the whole certificate)."""
    limit = own_limit(line, result, mark)
    if limit is None or line.limit is None:
        return None, None
    stated = result.stated_verdict or overall
    opinion = vocabulary.status(stated) if stated else None
    if _violates(result, limit):
        why = (
            f"{quoted(result)} lies outside the laboratory's own limit '{line.limit.text.strip()}'"
        )
        if opinion == "opinion_good":
            why += f", and the laboratory says '{stated}'"
            return HoldReason(
                "LABORATORY-CONTRADICTS-ITSELF", why, result.ref, result.analyte
            ), None
        if opinion == "opinion_bad":
            return None, None
        return None, Remark("outside-own-limit", "warning", why, result.ref)
    if opinion == "opinion_bad" and result.stated_verdict and _keeps(result, limit):
        within = (
            f"{quoted(result)} lies within the laboratory's own limit '{line.limit.text.strip()}'"
        )
        why = f"{within}, and the laboratory says '{stated}'"
        return None, Remark("verdict-against-own-limit", "warning", why, result.ref)
    return None, None


def _violates(result: Result, limit: OwnLimit) -> bool:
    """Whether the result is proven outside, even if the laboratory rounds it to its limit's digits
    first."""
    if limit.acceptance_interval is None:
        return result.detected is True
    acceptance_interval = limit.acceptance_interval
    low = max(ZERO, acceptance_interval.low - limit.slack)
    high = None if acceptance_interval.high is None else acceptance_interval.high + limit.slack
    return result.measured and not Interval(
        low, high, acceptance_interval.low_open, acceptance_interval.high_open
    ).meets(result.interval)


def _keeps(result: Result, limit: OwnLimit) -> bool:
    if limit.acceptance_interval is None:
        return result.detected is False
    return (
        result.measured
        and result.interval.high is not None
        and limit.acceptance_interval.hull(result.interval) == limit.acceptance_interval
    )


def own_limit(line: ResultRow, result: Result, mark: str | None) -> OwnLimit | None:
    """The limit printed in a result's row, or None where there is none that is plain."""
    if (
        line.limit is None
        or len(line.limit.text) > _LONGEST
        or result.text is not None
        or not result.known
    ):
        return None
    contaminant = vocabulary.analytes()[result.analyte].family in _CONTAMINANTS
    found = _read(
        line.limit.text, result.reported_unit, result.unit, result.basis, contaminant, mark
    )
    # A number of colonies in a portion is no number per gram.
    return (
        None
        if found is not None
        and found.acceptance_interval is not None
        and result.portion is not None
        else found
    )


@lru_cache(4096)
def _read(
    text: str, reported_unit: str, unit: str, basis: str, contaminant: bool, mark: str | None
) -> OwnLimit | None:
    said = tidy(" ".join(text.split()))
    word = _NONE_MAY_BE.match(said)
    if word and vocabulary.status(word["word"]) in ("not_detected", "absent"):
        return OwnLimit(None)
    found = _RANGE.match(said) or _BOUNDED.match(said) or _BOUNDED_AFTER.match(said)
    match = found or (_BARE.match(said) if contaminant else None)
    scale = _scale(match["unit"], reported_unit, unit, basis) if match else None
    if match is None or scale is None or scale.log10:
        return None
    try:
        if match.re is _RANGE:
            return _between(number(match["low"], mark), number(match["high"], mark), scale)
        return _bounded(number(match["n"], mark), found["word"] if found else "max", scale)
    except (Ambiguous, ValueError):
        return None


def _bounded(bound: Number, sign: str, scale: Unit) -> OwnLimit:
    word = sign.casefold().rstrip(".: ")
    value, strict = bound.value * scale.factor, word in _STRICT
    slack = ZERO if strict else bound.step * scale.factor / 2
    if word in _BELOW:
        return OwnLimit(Interval(value, None, strict, True), slack)
    return OwnLimit(Interval(ZERO, value, False, strict), slack)


def _between(low: Number, high: Number, scale: Unit) -> OwnLimit | None:
    if low.value >= high.value:
        return None
    span = Interval(low.value * scale.factor, high.value * scale.factor)
    return OwnLimit(span, scale.factor * max(low.step, high.step) / 2)


def _scale(printed: str | None, reported_unit: str, canonical: str, basis: str) -> Unit | None:
    """The unit a limit is printed in: its own, else its row's. None where it is not the result's
    kind of unit, as µg a day beside µg/g."""
    said = (printed or "").strip(" .;()[]") or reported_unit
    if not said:
        return Unit("1", Decimal(1)) if canonical == "1" else None
    unit = vocabulary.unit(said)
    if unit is not None and canonical == "%":
        unit = unit.measured_in_percent()
    if unit is None or unit.canonical != canonical or unit.portion is not None:
        return None
    return unit if unit.basis in (None, basis) else None
