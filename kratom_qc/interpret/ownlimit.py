"""The limit that a laboratory prints beside its own result, and whether its verdict follows from
the two.

A result outside its own limit holds, whatever the laboratory says of it. What is not plainly a
limit is a text that nobody has read. Nothing here passes or fails a batch; our rulebooks do that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.account import PageText
from kratom_qc.domain.certificate import ACTION_LEVEL, HoldReason, Remark, ResultRow
from kratom_qc.domain.interval import ZERO, Interval
from kratom_qc.domain.result import Result
from kratom_qc.interpret.numbers import NUMBER, Ambiguous, Number, number, tidy
from kratom_qc.interpret.scale import mark_in, says
from kratom_qc.interpret.verdicts import verdict_meaning
from kratom_qc.vocabulary import Unit
from kratom_qc.vocabulary.units import IN_PORTION, OF_PORTION
from kratom_qc.vocabulary.wording import quoted

_AT_MOST = (
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
    "less than or equal to",
    "below",
    "under",
    "up to",
    "höchstens",
    "maximal",
    "nejvýše",
    "nejvíce",
    "au plus",
    "máx",
    "máximo",
    "no más de",
    "no máximo",
    "maks",
    "maksimum",
    "maksimal",
    "maximaal",
    "massimo",
    "nie więcej niż",
    "do",
    "bis",
    "hasta",
    "até",
    "fino a",
    "jusqu'à",
    "hingga",
    "méně než",
    "weniger als",
    "kleiner als",
    "moins de",
    "inférieur à",
    "menos de",
    "menor que",
    "inferior a",
    "mniej niż",
    "poniżej",
    "meno di",
    "inferiore a",
    "minder dan",
    "kurang dari",
    "น้อยกว่า",
    "tidak lebih dari",
    "ไม่เกิน",
)
_AT_LEAST = (
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
    "mindestens",
    "nejméně",
    "au moins",
    "mínimo",
    "no menos de",
    "minimaal",
    "minimal",
    "almeno",
    "co najmniej",
    "nie mniej niż",
    "alespoň",
    "minstens",
    "au minimum",
    "pelo menos",
    "al menos",
    "tidak kurang dari",
    "ไม่น้อยกว่า",
)
_STRICT = ("<", ">", "less than", "more than", "below", "under")
_LONGEST_FIRST = sorted((*_AT_MOST, *_AT_LEAST), key=lambda word: -len(re.escape(word)))
_WORDS = "|".join(map(re.escape, _LONGEST_FIRST))
_UNIT = r"(?P<unit>[^\d\s].*?)?"
_BOUNDED = re.compile(
    rf"^(?:(?:nmt|nlt|max\.?|min\.?)[\s:]*(?=[<>≤≥≦≧]))?(?P<word>{_WORDS})[\s.:]*(?P<n>{NUMBER})"
    rf"\s*{_UNIT}$",
    re.I,
)
_BOUNDED_AFTER = re.compile(
    rf"^(?P<n>{NUMBER})\s*{_UNIT}\s*\(?(?P<word>max|maximum|min|minimum|nmt|nlt)\.?\)?$", re.I
)
_RANGE = re.compile(
    rf"^(?P<low>{NUMBER})\s*%?\s*(?:-|–|to|až)\s*(?P<high>{NUMBER})\s*{_UNIT}$", re.I
)
_NOTE = re.compile(r"(?<=\S)\s+(?:\([0-9a-z]\)|[⁽][¹²³⁴⁵⁶⁷⁸⁹][⁾])$")
_BARE = re.compile(rf"^(?P<n>{NUMBER})\s*{_UNIT}$")
_NONE_MAY_BE = re.compile(
    rf"^(?P<word>[^\d(\[/]+?)\s*(?:(?:/|\b{IN_PORTION}\b|ใน|ต่อ|[\[(])\s*(?:{IN_PORTION}\s+)?"
    rf"[0-9.,]+\s*(?:{OF_PORTION}|ml)\.?\s*[\])]?)?$",
    re.I,
)
# A bare number beside what nobody wants is the most there may be; beside mitragynine it may be
# anything.
_CONTAMINANTS = ("element", "microbe", "mycotoxin", "pah", "solvent", "pesticide", "adulterant")
_UNWANTED = (
    "7-hydroxymitragynine",
    "mitragynine-pseudoindoxyl",
    "moisture",
    "total-ash",
    "water-activity",
    "acid-insoluble-ash",
    "total-heavy-metals",
    "total-aflatoxins",
    "total-fumonisins",
    "total-t2-ht2",
    "pah4",
    "pah12",
    "pah16",
    "total-pah",
    "total-ddt",
    "total-residual-solvents",
    "total-pyrrolizidine-alkaloids",
    "total-dithiocarbamates",
)
# In place of a limit they say that there is none, or that the result must be good.
_NO_LIMIT = ("not_evaluated", "not_tested", "opinion_good", "final")
_AROUND_UNIT = " .;()[]"
_LONGEST = 200  # characters; a longer text tells a story


@dataclass(frozen=True, slots=True)
class OwnLimit:
    """A printed limit in the result's canonical unit; `slack` is half of its last printed digit,
    for rounded verdicts.

    `acceptance_interval` None means that none may be there at all.
    """

    acceptance_interval: Interval | None
    slack: Decimal = ZERO


def judged_by_itself(
    row: ResultRow, result: Result, overall: str, mark: str | None
) -> HoldReason | Remark | None:
    """How a result stands to the limit printed in its own row, beside the laboratory's verdict on
    it (or, where the row has none, on the whole certificate)."""
    limit = own_limit(row, result, mark)
    return None if limit is None else _judged(row, result, limit, overall)


def _judged(
    row: ResultRow, result: Result, limit: OwnLimit, overall: str
) -> HoldReason | Remark | None:
    stated = result.stated_verdict or overall
    opinion = vocabulary.status(stated) if stated else None
    printed = f"the laboratory's own limit '{row.limit.text.strip() if row.limit else ''}'"
    if _violates(result, limit):
        why = f"{quoted(result)} lies outside {printed}"
        if opinion == "opinion_good":
            why = f"{why}, and the laboratory says '{stated}'"
            return HoldReason("LABORATORY-CONTRADICTS-ITSELF", why, result.ref, result.analyte)
        known = opinion == "opinion_bad"
        reason = HoldReason("OWN-LIMIT-EXCEEDED", why, result.ref, result.analyte)
        return None if known else reason
    if opinion == "opinion_bad" and result.stated_verdict and _keeps(result, limit):
        why = f"{quoted(result)} lies within {printed}, and the laboratory says '{stated}'"
        return Remark("verdict-against-own-limit", "warning", why, result.ref)
    return None


def _violates(result: Result, limit: OwnLimit) -> bool:
    """Whether the result is proven outside, even if the laboratory rounds it to its limit's digits
    first."""
    accepted = limit.acceptance_interval
    if accepted is None:
        return result.detected is True
    low = max(ZERO, accepted.low - limit.slack)
    high = None if accepted.high is None else accepted.high + limit.slack
    widened = Interval(low, high, accepted.low_open, accepted.high_open)
    return result.measured and not widened.meets(result.interval)


def _keeps(result: Result, limit: OwnLimit) -> bool:
    accepted = limit.acceptance_interval
    if accepted is None:
        return result.detected is False
    bounded = result.measured and result.interval.high is not None
    return bounded and accepted.hull(result.interval) == accepted


def own_limit(row: ResultRow, result: Result, mark: str | None) -> OwnLimit | None:
    """The limit printed in a result's row, or None where there is none that is plain."""
    if row.limit is None or len(row.limit.text) > _LONGEST:
        return None
    if result.text is not None or not result.known:
        return None
    scale = _ResultScale(result.reported_unit, result.unit, result.basis)
    own_mark = mark_in(row.limit, mark)
    limit = _read(row.limit.text, scale, _is_unwanted(result.analyte), own_mark)
    if limit is not None and limit.acceptance_interval is not None and result.portion is not None:
        return None  # a number of colonies in a portion is no number per gram
    return limit


def _is_unwanted(analyte: str) -> bool:
    known = vocabulary.analytes().get(analyte)
    return analyte in _UNWANTED or (known is not None and known.family in _CONTAMINANTS)


def unread_limits(rows: Iterable[tuple[ResultRow, Result]]) -> Iterator[PageText]:
    """What stands in the place of a laboratory's own limit and is none that is understood."""
    for row, result in rows:
        if row.limit is not None and says(row.limit) and not _is_understood(row.limit.text, result):
            yield PageText(row.limit, row_of=row.analyte.text)


def _is_understood(text: str, result: Result) -> bool:
    printed = _printed(text)
    if vocabulary.status(printed) in _NO_LIMIT or _says_none(printed):
        return True
    if result.known and vocabulary.analytes()[result.analyte].measure == "described":
        return vocabulary.described_well(result.analyte, printed)
    # Of a bare number the laboratory knows whether it is the most or the least, and says that the
    # result keeps it.
    kept = verdict_meaning(result.stated_verdict) == "opinion_good"
    match = _limit_in(printed, kept or _is_unwanted(result.analyte))
    unit = (match["unit"] or "").strip(_AROUND_UNIT) if match else ""
    return match is not None and (not unit or vocabulary.unit(unit) is not None)


def _printed(text: str) -> str:
    """A limit without the number of the note that says whose it is: `3,0 (1)`."""
    return tidy(_NOTE.sub("", " ".join(text.split())))


def _says_none(printed: str) -> bool:
    """`Absent in 25 g`; or that something is done where any is found: `action level: Detected`."""
    acts = printed.startswith(ACTION_LEVEL)
    word = _NONE_MAY_BE.match(printed.removeprefix(ACTION_LEVEL))
    wanted = ("present",) if acts else ("not_detected", "absent")
    return word is not None and vocabulary.status(word["word"].strip()) in wanted


class _ResultScale(NamedTuple):
    """How a result is printed and understood: its unit as printed, its canonical one, its basis."""

    printed: str
    canonical: str
    basis: str


@lru_cache(4096)
def _read(text: str, result: _ResultScale, contaminant: bool, mark: str | None) -> OwnLimit | None:
    printed = _printed(text)
    if _says_none(printed):
        return OwnLimit(None)
    match = _limit_in(printed, contaminant)
    scale = _scale(match["unit"], result) if match else None
    if match is None or scale is None or scale.log10:
        return None
    try:
        if match.re is _RANGE:
            low, high = _numbers(match["low"], mark), _numbers(match["high"], mark)
            return _between(low[0], high[-1], scale)
        sign = match.groupdict().get("word", "max")
        return _bounded(_numbers(match["n"], mark), sign, scale)
    except ValueError:
        return None


def _numbers(text: str, mark: str | None) -> list[Number]:
    """What a number may be, the smallest first. Raises ValueError where it is none."""
    try:
        return [number(text, mark)]
    except Ambiguous:
        both = [number(text, decimal_mark) for decimal_mark in (".", ",")]
        return sorted(both, key=lambda reading: reading.value)


def _limit_in(text: str, contaminant: bool) -> re.Match[str] | None:
    """A range or a bound; beside a contaminant a number alone is the most there may be."""
    patterns = (_RANGE, _BOUNDED, _BOUNDED_AFTER, *([_BARE] if contaminant else []))
    return next(filter(None, (pattern.match(text) for pattern in patterns)), None)


def _bounded(bounds: Sequence[Number], sign: str, scale: Unit) -> OwnLimit:
    """Of a bound that may be two numbers the wider one: what lies outside lies outside both."""
    word = sign.casefold().rstrip(".: ")
    bound = bounds[0] if word in _AT_LEAST else bounds[-1]
    value, strict = bound.value * scale.factor, word in _STRICT
    slack = ZERO if strict else bound.step * scale.factor / 2
    if word in _AT_LEAST:
        return OwnLimit(Interval(value, None, strict, True), slack)
    return OwnLimit(Interval(ZERO, value, False, strict), slack)


def _between(low: Number, high: Number, scale: Unit) -> OwnLimit | None:
    if low.value >= high.value:
        return None
    span = Interval(low.value * scale.factor, high.value * scale.factor)
    return OwnLimit(span, scale.factor * max(low.step, high.step) / 2)


def _scale(printed: str | None, result: _ResultScale) -> Unit | None:
    """The unit a limit is printed in: its own, else its row's. None where it is not the result's
    kind of unit, as µg a day beside µg/g."""
    text = (printed or "").strip(_AROUND_UNIT) or result.printed
    if not text:
        return Unit("1", Decimal(1)) if result.canonical == "1" else None
    unit = vocabulary.unit(text)
    if unit is None or unit.portion is not None or unit.basis not in (None, result.basis):
        return None
    if result.canonical == "%":
        unit = unit.measured_in_percent()
    return unit if unit.canonical == result.canonical else None
