"""What one limit by itself cannot mean: a source that names nothing, dates that deny its status, a
figure nothing can meet.

Every mistake comes with the key it is about, so that it can be told with that key's line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from kratom_qc import vocabulary
from kratom_qc.domain.interval import plain
from kratom_qc.domain.limit import (
    AmountLimit,
    DescribedLimit,
    Evidence,
    Limit,
    LimitStatus,
    NotDetectedLimit,
)
from kratom_qc.rulebooks.dates import bound
from kratom_qc.rulebooks.schema import AmountRow, AnyRow, Mistake, NotDetectedRow
from kratom_qc.rulebooks.schema_words import UNITS_OF, measure_of

_PLACEHOLDER = re.compile(
    r"^\W*(?:to ?do|tb[acd]|fix ?me|x{2,}|n/?a|none|unknown|source|ditto|idem|same|see above"
    r"|lorem.*)?\W*$"
    r"|\bTODO\b|\bTB[ACD]\b|\bFIXME\b|\bXXX\b|\?{2,}",
    re.IGNORECASE,
)
_SHORTEST_SOURCE = 12  # "21 CFR 101.9" has as many
# A primary text is named by its address or by a number of its own: a section, a document, a year.
_CITED = re.compile(r"\d|https?://|\b[\w-]+\.(?:gov|org|com|eu|cz|int)\b")


def mistakes(limit: Limit, row: AnyRow) -> Iterator[Mistake]:
    """Every mistake of one limit and the row it was read from."""
    yield from _source(limit, row)
    yield from _dates(limit)
    if isinstance(limit, DescribedLimit) and measure_of(limit.subject) != "described":
        yield "of", f"of '{limit.subject}': a laboratory measures it and does not describe it"
    if isinstance(limit, AmountLimit) and isinstance(row, AmountRow):
        yield from _basis(limit, row)
        yield from _claim(limit)
        yield from _uncertainty(limit)
        yield from _figures(limit)
    if isinstance(limit, NotDetectedLimit) and isinstance(row, NotDetectedRow):
        yield from _absence(limit, row)


# ---------------------------------------------------------------- sources


def _source(limit: Limit, row: AnyRow) -> Iterator[Mistake]:
    for key in row.model_fields_set:
        words = getattr(row, key)
        is_reason = key.endswith("because") or key in ("text", "advisory")
        if is_reason and words and _PLACEHOLDER.search(words):
            yield key, f"{key} '{words}' is a placeholder, not a source or a reason"
            return
    if len(limit.because) < _SHORTEST_SOURCE:
        yield (
            "because",
            f"because '{limit.because}' names no document: say the act, rule, standard or page, "
            "and where it stands",
        )
    elif limit.evidence == Evidence.PRIMARY and not _CITED.search(limit.because):
        yield (
            "because",
            f"because '{limit.because}': evidence \"primary\" needs the address or the citation "
            "of the text read",
        )


# ---------------------------------------------------------------- status and dates


def _dates(limit: Limit) -> Iterator[Mistake]:
    if limit.effective_from == "open":
        yield (
            "effective_from",
            "effective_from 'open' is no beginning; write \"unknown\" where the day was not "
            "located",
        )
    end = limit.effective_to
    match limit.status:
        case LimitStatus.SUPERSEDED if end == "open":
            yield (
                "status",
                "status 'superseded' needs the day it ended in effective_to, or \"unknown\"",
            )
        case LimitStatus.SUPERSEDED if _after(end, limit.checked_on):
            yield (
                "effective_to",
                f"effective_to '{end}' lies after {limit.checked_on}, and the status is superseded",
            )
        case LimitStatus.WITHDRAWN if end == "open" and limit.effective_from != "unknown":
            yield (
                "status",
                "effective_to 'open', and the status is withdrawn: say when it ended, or that it "
                "never began",
            )
        case LimitStatus.PROPOSED if end not in ("open", "unknown"):
            yield "effective_to", f"effective_to '{end}': what is only proposed has no end yet"


def _after(text: str, day: date | None) -> bool:
    """Whether a date is known and lies wholly after a day; an unknown one is date.min."""
    return day is not None and bound(text, first=True) > day


# ---------------------------------------------------------------- amounts

_BASIS_OF_UNIT = {
    "mg/serving": "per serving",
    "mg/container": "per container",
    "mg/unit": "per unit",
    "ug/day": "per day",
}


def _basis(limit: AmountLimit, row: AmountRow) -> Iterator[Mistake]:
    if "basis" not in row.model_fields_set:
        return
    of_unit = _BASIS_OF_UNIT.get(limit.unit)
    if of_unit is None and row.basis.startswith("per "):
        yield (
            "basis",
            f"basis '{row.basis}' needs a unit {row.basis}, and the limit is in {limit.unit}",
        )
    if of_unit is not None and row.basis != of_unit:
        yield "basis", f"basis '{row.basis}' contradicts the unit {limit.unit}, which is {of_unit}"


def _claim(limit: AmountLimit) -> Iterator[Mistake]:
    is_claim = measure_of(limit.subject) == "claim"
    if is_claim and not limit.declared_only:
        yield (
            "of",
            f"of '{limit.subject}' needs applies = \"declared\": where no claim is made there is "
            "none to meet",
        )
    if limit.declared_only and not (is_claim or limit.basis in _BASIS_OF_UNIT.values()):
        yield (
            "applies",
            "applies 'declared' has a meaning for label claims and for amounts per serving, unit, "
            "container or day only",
        )


def _uncertainty(limit: AmountLimit) -> Iterator[Mistake]:
    if limit.default_uncertainty is None:
        return
    if limit.decision_rule != "guarded":
        yield "default_uncertainty", 'default_uncertainty needs decision_rule = "guarded"'
    elif limit.default_uncertainty == 0:
        yield "default_uncertainty", "default_uncertainty '0' guards nothing"


_MOST = {"mg/kg": Decimal(1_000_000), "%": Decimal(100)}  # of a whole there is no more


def _figures(limit: AmountLimit) -> Iterator[Mistake]:
    """Exactly: some amount must be accepted and some refused, or the limit decides nothing."""
    if limit.screen:
        return
    accepted = limit.acceptance_interval
    key = "min" if accepted.high is None else "max"
    top = None if measure_of(limit.subject) == "claim" else _MOST.get(limit.unit)
    if accepted.high is not None and _shows_nothing(limit):
        hint = (
            "" if accepted.low else '; what may not be there at all is of the kind "not_detected"'
        )
        yield key, f"{key}: no result can be shown to meet this limit{hint}"
    elif top is not None and (accepted.low, accepted.low_open) >= (top, True):
        yield key, f"{key}: no result can meet this limit; a whole holds {plain(top)} {limit.unit}"
    elif not accepted.low and not accepted.low_open and _beyond(limit, top):
        yield key, f"{key}: every result meets this limit; it would decide nothing"


def _shows_nothing(limit: AmountLimit) -> bool:
    """Whether no value but 0 lies in the interval of a limit with an upper end."""
    accepted = limit.acceptance_interval
    high = accepted.high or Decimal(0)
    if high == accepted.low:
        return not high or accepted.low_open or accepted.high_open
    return high < accepted.low


def _beyond(limit: AmountLimit, top: Decimal | None) -> bool:
    """Whether nothing lies above the interval; `top` is the most there can be of a whole."""
    accepted = limit.acceptance_interval
    if accepted.high is None or top is None:
        return accepted.high is None
    return accepted.high > top or (accepted.high == top and not accepted.high_open)


# ---------------------------------------------------------------- absences


def _absence(limit: NotDetectedLimit, row: NotDetectedRow) -> Iterator[Mistake]:
    known, measure = vocabulary.analytes().get(limit.subject), measure_of(limit.subject)
    if known is None or measure not in ("mass", "count", "presence"):
        yield (
            "of",
            f"of '{limit.subject}': not_detected is for a substance or organism that is looked "
            "for, and this is none",
        )
        return
    if limit.portion is not None and known.family != "microbe":
        yield (
            "portion",
            f"portion: absence in a portion is for organisms, and {limit.subject} is none",
        )
    if row.lod_at_most is not None:
        yield from _depth(limit, row, measure)
    elif row.unit is not None:
        yield "unit", "unit has no meaning without lod_at_most"


def _depth(limit: NotDetectedLimit, row: NotDetectedRow, measure: str) -> Iterator[Mistake]:
    if limit.lod_at_most == 0:
        yield (
            "lod_at_most",
            "lod_at_most '0': no method looks as deep, so nothing could meet this limit",
        )
    printed = row.unit or "mg/kg"
    unit = vocabulary.unit(printed)
    if unit is not None and unit.canonical not in UNITS_OF[measure]:
        yield "unit", f"unit '{printed}' is not a unit of {limit.subject}"
