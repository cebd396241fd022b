"""A cell that may be read in several ways is a set of results: what is judged is their hull.

For a limit with one end the hull passes where every reading does, fails where every reading does,
and leaves open what they do not agree on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from kratom_qc.domain.certificate import HoldReason, Remark
from kratom_qc.domain.interval import UNMEASURED, Interval
from kratom_qc.domain.result import Result
from kratom_qc.vocabulary.wording import interval_words, quoted, readings_words


class RowReading(NamedTuple):
    """What came of one row: a result in any case, and what is not understood of it."""

    result: Result
    hold_reasons: tuple[HoldReason, ...] = ()
    remarks: tuple[Remark, ...] = ()


def either(ways: Sequence[RowReading]) -> RowReading:
    """The ways to read one row as one result, with all that is said of any of them."""
    if len(ways) == 1:
        return ways[0]
    result, reasons, remarks = _one_of([way.result for way in ways])
    every_reason = (*(reason for way in ways for reason in way.hold_reasons), *reasons)
    every_remark = (*(remark for way in ways for remark in way.remarks), *remarks)
    return RowReading(
        result, tuple(dict.fromkeys(every_reason)), tuple(dict.fromkeys(every_remark))
    )


def _one_of(readings: Sequence[Result]) -> RowReading:
    """The readings as one result. Those in units or bases that no one number line holds say nothing
    of the amount, and hold."""
    first = readings[0]
    if len({(reading.analyte, reading.basis, reading.unit) for reading in readings}) > 1:
        ways = " or ".join(dict.fromkeys(_told(reading) for reading in readings))
        why = f"{quoted(first)} may be {ways}, which cannot be compared"
        lost = replace(first, interval=UNMEASURED, detected=_agreed(readings), detection_limit=None)
        return RowReading(lost, (HoldReason("READINGS-DIFFER", why, first.ref, first.analyte),))
    intervals = tuple(dict.fromkeys(reading.interval for reading in readings))
    shown = [reading.shown_interval for reading in readings if reading.shown_interval is not None]
    result = replace(
        first,
        interval=reduce(Interval.hull, intervals),
        readings=intervals if len(intervals) > 1 else (),
        measured=any(reading.measured for reading in readings),
        detected=_agreed(readings),
        detection_limit=_deepest(readings),
        lod=_largest(reading.lod for reading in readings),
        loq=_largest(reading.loq for reading in readings),
        resolution=_largest(reading.resolution for reading in readings),
        uncertainty=_largest(reading.uncertainty for reading in readings),
        flags=tuple(dict.fromkeys(flag for reading in readings for flag in reading.flags)),
        shown_interval=reduce(Interval.hull, shown) if shown else None,
    )
    if not result.readings:
        return RowReading(result)
    why = f"{quoted(first)} may be {readings_words(result)}; it is judged as each of them"
    return RowReading(result, remarks=(Remark("two-readings", "note", why, first.ref),))


def _told(reading: Result) -> str:
    return f"{interval_words(reading.interval, reading.unit)} {reading.basis}"


def _agreed(readings: Sequence[Result]) -> bool | None:
    """Whether it was detected, where every reading says the same."""
    answers = {reading.detected for reading in readings}
    return answers.pop() if len(answers) == 1 else None


def _deepest(readings: Sequence[Result]) -> Decimal | None:
    """How far down a non-detect reaches for certain."""
    limits = [reading.detection_limit for reading in readings]
    return None if None in limits else _largest(limits)


def _largest(sizes: Iterable[Decimal | None]) -> Decimal | None:
    return max((size for size in sizes if size is not None), default=None)
