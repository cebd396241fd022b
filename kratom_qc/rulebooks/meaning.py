"""What one limit by itself cannot mean: a source that names nothing, dates that deny its status, a
figure nothing can meet.

Every mistake comes with the key it is about, so that it can be told with that key's line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.interval import plain
from kratom_qc.domain.limit import Limit
from kratom_qc.rulebooks.checks import UNITS_OF
from kratom_qc.rulebooks.dates import bound
from kratom_qc.vocabulary.derived import derived_kinds

Mistake = tuple[str, str]  # key, message

_PLACEHOLDER = re.compile(
    r"^\W*(?:to ?do|tb[acd]|fix ?me|x{2,}|n/?a|none|unknown|source|ditto|idem|same|see above|lorem.*)?\W*$"
    r"|\bTODO\b|\bTB[ACD]\b|\bFIXME\b|\bXXX\b|\?{2,}",
    re.IGNORECASE,
)
_SHORTEST_SOURCE = 12  # "21 CFR 101.9" has as many
# A primary text is named by its address or by a number of its own: a section, a document, a year.
_CITED = re.compile(r"\d|https?://|\b[\w-]+\.(?:gov|org|com|eu|cz|int)\b")


def mistakes(limit: Limit, row: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every mistake of one limit; `row` are its keys with its rulebook's defaults."""
    yield from _source(limit, row)
    yield from _dates(limit)
    yield from _measures(limit, row)
    if limit.kind == "amount":
        yield from _amounts(limit)
    if limit.kind == "not_detected":
        yield from _absences(limit, row)


# ---------------------------------------------------------------- sources


def _source(limit: Limit, row: Mapping[str, Any]) -> Iterator[Mistake]:
    reasons = [key for key in row if key.endswith("because") or key in ("text", "advisory")]
    for key in reasons:
        if isinstance(row[key], str) and row[key] and _PLACEHOLDER.search(row[key]):
            yield key, f"{key} '{row[key]}' is a placeholder, not a source or a reason"
            return
    if len(limit.because) < _SHORTEST_SOURCE:
        yield (
            "because",
            f"because '{limit.because}' names no document: say the act, rule, standard or page, and where it stands",
        )
    elif limit.evidence == "primary" and not _CITED.search(limit.because):
        yield (
            "because",
            f"because '{limit.because}': evidence \"primary\" needs the address or the citation of the text read",
        )


# ---------------------------------------------------------------- status and dates


def _dates(limit: Limit) -> Iterator[Mistake]:
    ends = limit.effective_to not in ("open", "unknown")
    if limit.effective_from == "open":
        yield (
            "effective_from",
            "effective_from 'open' is no beginning; write \"unknown\" where the day was not located",
        )
    if limit.status == "superseded" and limit.effective_to == "open":
        yield "status", "status 'superseded' needs the day it ended in effective_to, or \"unknown\""
    if limit.status == "superseded" and ends and _after(limit.effective_to, limit.checked_on):
        yield (
            "effective_to",
            f"effective_to '{limit.effective_to}' lies after {limit.checked_on}, and the status is superseded",
        )
    if (
        limit.status == "withdrawn"
        and limit.effective_to == "open"
        and limit.effective_from != "unknown"
    ):
        yield (
            "effective_to",
            "effective_to 'open', and the status is withdrawn: say when it ended, or that it never began",
        )
    if limit.status == "proposed" and ends:
        yield (
            "effective_to",
            f"effective_to '{limit.effective_to}': what is only proposed has no end yet",
        )


def _after(text: str, day: date | None) -> bool:
    return day is not None and bound(text, first=True) > day


# ---------------------------------------------------------------- units and subjects of the wrong kind

_BASIS_OF_UNIT = {
    "mg/serving": "per serving",
    "mg/container": "per container",
    "mg/unit": "per unit",
    "ug/day": "per day",
}


def _measures(limit: Limit, row: Mapping[str, Any]) -> Iterator[Mistake]:
    measure = measure_of(limit.subject)
    if limit.kind in ("amount", "not_detected"):
        of_unit, said = _BASIS_OF_UNIT.get(limit.unit), str(row.get("basis", ""))
        if of_unit is None and said.startswith("per "):
            yield "basis", f"basis '{said}' needs a unit {said}, and the limit is in {limit.unit}"
        if of_unit is not None and said and said != of_unit:
            yield "basis", f"basis '{said}' contradicts the unit {limit.unit}, which is {of_unit}"
    if limit.kind == "described" and measure != "described":
        yield "of", f"of '{limit.subject}': a laboratory measures it and does not describe it"
    if (measure == "claim") != (limit.applies == "declared"):
        why = 'needs applies = "declared": where no claim is made there is none to meet'
        yield (
            ("of", f"of '{limit.subject}' {why}")
            if measure == "claim"
            else (
                "applies",
                f"applies 'declared' has a meaning for label claims only, and {limit.subject or limit.kind} is none",
            )
        )
    if limit.decision_rule != "guarded" and limit.default_uncertainty is not None:
        yield "default_uncertainty", 'default_uncertainty needs decision_rule = "guarded"'
    if limit.decision_rule == "guarded" and limit.default_uncertainty == 0:
        yield "default_uncertainty", "default_uncertainty '0' guards nothing"


def measure_of(subject: str) -> str:
    """mass, count, presence, percent, number, described, or sum, share, ratio, claim; nothing for
    no subject."""
    known = vocabulary.analytes().get(subject)
    return derived_kinds().get(subject) or (known.measure if known is not None else "")


# ---------------------------------------------------------------- figures that nothing or everything meets

_MOST = {"mg/kg": Decimal(1_000_000), "%": Decimal(100)}  # of a whole there is no more


def _amounts(limit: Limit) -> Iterator[Mistake]:
    """Exactly: some amount must be accepted and some refused, or the limit decides nothing."""
    acceptance_interval = limit.acceptance_interval
    if acceptance_interval is None or limit.screen:
        return
    key = "max" if acceptance_interval.high is not None else "min"
    top = None if measure_of(limit.subject) == "claim" else _MOST.get(limit.unit)
    low, high = acceptance_interval.low, acceptance_interval.high
    if high is not None and (
        high == 0
        or high < low
        or (high == low and (acceptance_interval.low_open or acceptance_interval.high_open))
    ):
        hint = '; what may not be there at all is of the kind "not_detected"' if low == 0 else ""
        yield key, f"{key}: no result can be shown to meet this limit{hint}"
    elif top is not None and (low > top or (low == top and acceptance_interval.low_open)):
        yield key, f"{key}: no result can meet this limit; a whole holds {plain(top)} {limit.unit}"
    elif (
        low == 0
        and not acceptance_interval.low_open
        and _beyond(high, acceptance_interval.high_open, top)
    ):
        yield key, f"{key}: every result meets this limit; it would decide nothing"


def _beyond(high: Decimal | None, high_open: bool, top: Decimal | None) -> bool:
    """Whether nothing lies above `high`."""
    if high is None:
        return True
    return top is not None and (high > top or (high == top and not high_open))


def _absences(limit: Limit, row: Mapping[str, Any]) -> Iterator[Mistake]:
    known = vocabulary.analytes().get(limit.subject)
    measure = measure_of(limit.subject)
    if known is None or measure not in ("mass", "count", "presence"):
        yield (
            "of",
            f"of '{limit.subject}': not_detected is for a substance or organism that is looked for, and this is none",
        )
        return
    if limit.portion is not None and known.family != "microbe":
        yield (
            "portion",
            f"portion: absence in a portion is for organisms, and {limit.subject} is none",
        )
    if limit.lod_at_most is None and "unit" in row:
        yield "unit", "unit has no meaning without lod_at_most"
    if limit.lod_at_most is not None and limit.lod_at_most == 0:
        yield (
            "lod_at_most",
            "lod_at_most '0': no method looks as deep, so nothing could meet this limit",
        )
    unit = vocabulary.unit(str(row.get("unit", "mg/kg")))
    if (
        limit.lod_at_most is not None
        and unit is not None
        and unit.canonical not in UNITS_OF[measure]
    ):
        yield "unit", f"unit '{row.get('unit', 'mg/kg')}' is not a unit of {limit.subject}"
