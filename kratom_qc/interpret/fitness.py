"""Whether the technique behind a result can answer at all. A result by an unfit one bounds nothing;
a screen bounds no amount from above. What the laboratory said stays as it was read: only what is
computed from it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Remark
from kratom_qc.domain.interval import UNMEASURED, Interval
from kratom_qc.domain.result import Result
from kratom_qc.vocabulary import methods

UNFIT = "unfit-method"
SCREEN = "qualitative-method"
IN_MILLILITRES = "portion-in-ml"
_LIQUIDS = ("liquid",)


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
    # Absence in a portion is no amount.
    if result.portion is not None or methods.screen(result.method) is None:
        return result
    spans = (result.interval, result.shown_interval)
    low, low_open = min((span.low, span.low_open) for span in spans if span is not None)
    return replace(
        result,
        interval=Interval(low, None, low_open, True),
        uncertainty=None,
        shown_interval=None,
        flags=(*result.flags, SCREEN),
    )


def weighed(results: Iterable[Result], product: str | None) -> list[Result]:
    """The results for a product form: absence in 10 mL of a suspension of a powder is absence in
    nobody knows how many grams."""
    if product in _LIQUIDS:
        return list(results)
    return [_unweighed(result) if IN_MILLILITRES in result.flags else result for result in results]


def _unweighed(result: Result) -> Result:
    if result.portion is None or result.detected is not False:
        return result
    return replace(result, portion=None, interval=UNMEASURED, detection_limit=None)


def counts(result: Result) -> bool:
    """Whether a result proves what it says: what one certificate proves by fit methods stays proven
    beside others."""
    return UNFIT not in result.flags and SCREEN not in result.flags


def is_unfit(results: Iterable[Result]) -> bool:
    """Whether any of the results is by a technique that cannot tell."""
    return any(UNFIT in result.flags for result in results)


def method_remarks(results: Iterable[Result]) -> Iterator[Remark]:
    """What to ask the laboratory where a result turns on a method that is not stated, or stated in
    unknown words."""
    turning = list(filter(_turns_on_its_method, results))
    silent = [result for result in turning if not result.method]
    if silent:
        why = f"no method is stated for {_question(silent)}"
        yield Remark("method-unstated", "note", why, silent[0].ref)
    unknown = [result for result in turning if _method_unknown(result)]
    if unknown:
        methods = ", ".join(dict.fromkeys(f"'{result.method}'" for result in unknown))
        why = f"{methods} names no known technique for {_question(unknown)}"
        yield Remark("method-unknown", "note", why, unknown[0].ref)


def _turns_on_its_method(result: Result) -> bool:
    return result.known and result.measured and methods.concern(result.analyte) is not None


def _method_unknown(result: Result) -> bool:
    return bool(result.method) and not methods.names_a_technique(result.method)


def _question(results: Sequence[Result]) -> str:
    """The analytes of some results, and what to ask of the first that turns on its method."""
    analytes = vocabulary.analytes()
    names = ", ".join(dict.fromkeys(analytes[result.analyte].name for result in results))
    concerns = (methods.concern(result.analyte) for result in results)
    row = next(row for row in concerns if row is not None)
    because = f"{methods.unfit_names(row)} {row.because}"
    return f"{names}: ask the laboratory whether it was {row.ask}, because {because}"
