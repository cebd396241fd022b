"""Whether the technique behind a result can answer at all. A result by an unfit one bounds nothing;
a screen bounds no amount from above. What the laboratory said stays as it was read: only what is
computed from it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.interval import UNMEASURED, Interval
from kratom_qc.domain.result import Result
from kratom_qc.vocabulary import methods

UNFIT = "unfit-method"
SCREEN = "qualitative-method"


def fitted(results: Iterable[Result]) -> list[Result]:
    """The results as their techniques let them count."""
    return [_fitted(result) if result.method else result for result in results]


def _fitted(result: Result) -> Result:
    if methods.unfit(result.method, result.analyte) is not None:
        return replace(
            result,
            interval=UNMEASURED,
            detected=None,
            detection_limit=None,
            uncertainty=None,
            resolution=None,
            shown_interval=None,
            flags=(*result.flags, UNFIT),
        )
    if (
        result.portion is None and methods.screen(result.method) is not None
    ):  # absence in a portion is no amount
        least = min(
            (span.low, span.low_open)
            for span in (result.interval, result.shown_interval)
            if span is not None
        )
        unbounded = Interval(least[0], None, least[1], True)
        return replace(
            result,
            interval=unbounded,
            uncertainty=None,
            shown_interval=None,
            flags=(*result.flags, SCREEN),
        )
    return result


def counts(result: Result) -> bool:
    """Whether a result proves what it says: what one certificate proves by fit methods stays proven
    beside others."""
    return UNFIT not in result.flags and SCREEN not in result.flags


def is_unfit(results: Iterable[Result]) -> bool:
    """Whether any of the results is by a technique that cannot tell."""
    return any(UNFIT in result.flags for result in results)


def method_remarks(results: Sequence[Result]) -> list[Remark]:
    """What to ask the laboratory where a result turns on a method that is not stated, or stated in
    unknown words."""
    turning = [
        result
        for result in results
        if result.known and result.measured and methods.concern(result.analyte)
    ]
    silent = [result for result in turning if not result.method]
    unknown = [
        result
        for result in turning
        if result.method and not methods.names_a_technique(result.method)
    ]
    remarks = []
    if silent:
        why = f"no method is stated for {_asked(silent)}"
        remarks.append(Remark("method-unstated", "note", why, silent[0].ref))
    if unknown:
        said = ", ".join(dict.fromkeys(f"'{result.method}'" for result in unknown))
        why = f"{said} names no known technique for {_asked(unknown)}"
        remarks.append(Remark("method-unknown", "note", why, unknown[0].ref))
    return remarks


def _asked(results: Sequence[Result]) -> str:
    names = ", ".join(
        dict.fromkeys(vocabulary.analytes()[result.analyte].name for result in results)
    )
    row = next(row for result in results if (row := methods.concern(result.analyte)) is not None)
    return f"{names}: ask the laboratory whether it was {row.ask}, because {methods.unfit_names(row)} {row.because}"
