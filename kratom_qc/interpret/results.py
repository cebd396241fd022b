"""One line of a certificate → one Result: an interval in the canonical unit of its dimension."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, Remark, ResultRow
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.interval import UNMEASURED, ZERO, Interval
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.measure import NO_VALUE, Measure
from kratom_qc.interpret.naming import Name, name_of
from kratom_qc.interpret.scale import (
    RowTrouble,
    basis_of,
    bound_of,
    limit_in_cell_or_column,
    portion_of,
    refuse,
    says,
    uncertainty_of,
    unit_of,
)
from kratom_qc.interpret.statement import Statement, Unreadable, statement
from kratom_qc.vocabulary import Analyte, Unit

_SIGNS = {
    "<": "<",
    "<=": "<",
    "≤": "≤",
    ">": ">",
    ">=": "≥",
    "≥": "≥",
    "u": "<",
    "lt": "<",
    "gt": ">",
}
_PLAIN_FLAGS = {
    "": (),
    "=": (),
    "j": ("estimated",),
    "e": ("estimated-or-over-range",),
    "est": ("estimated",),
    "b": ("also-in-blank",),
}
_BELOW = ("below", "not_detected", "below_lod", "below_loq", "detected_below_loq", "absent")
# `Identity: negative` describes nothing; it may be a refutation.
_NOT_CONFIRMED = (
    "not_detected",
    "absent",
    "below_lod",
    "below_loq",
    "opinion_unsure",
    "preliminary",
    "detected_below_loq",
)
_SHEET_MARK = "."  # whatever the laboratory types, what a sheet shows of a stored number is told with a decimal point
_OPINIONS = ("opinion_good", "opinion_bad", "opinion_conditional", "opinion_unsure")


@dataclass(frozen=True, slots=True)
class LineReading:
    """What came of one line: a result, or the reasons why the file must be refused."""

    result: Result | None
    refusals: tuple[Refusal, ...] = ()
    hold_reasons: tuple[HoldReason, ...] = ()
    remarks: tuple[Remark, ...] = ()


def read_line(line: ResultRow, mark: str | None, certificate: str) -> LineReading:
    """Read one line, given the file's decimal mark and hash. Never raises on a laboratory's words:
    every trouble is a refusal."""
    name = name_of(line)
    try:
        if name.analyte is not None and name.analyte.measure == "described":
            return _described(line, name.analyte, certificate)
        return _measured(line, name, mark, certificate)
    except RowTrouble as trouble:
        return LineReading(None, (trouble.refusal,))


def _check_cas(line: ResultRow, analyte: Analyte | None) -> None:
    if line.cas is None or not line.cas.text.strip() or analyte is None:
        return
    named = vocabulary.analyte_by_cas(line.cas.text)
    if named is not None and named.id != analyte.id:
        raise refuse(
            "cas-contradicts-name",
            f"CAS {line.cas.text} is {named.name}, but the row is named '{line.analyte.text}'",
            line.cas,
        )


def _described(line: ResultRow, analyte: Analyte, certificate: str) -> LineReading:
    said = line.result.text if line.result else ""
    kind = vocabulary.status(said) if said.strip() else "blank"
    censored = line.zero_is_censored and not said.strip(" 0.,")
    kind = "blank" if censored else kind
    measured = kind not in ("not_tested", "blank", "not_evaluated")
    result = Result(
        analyte.id,
        True,
        said,
        "",
        UNMEASURED,
        "",
        "as received",
        measured,
        _place(line),
        method=_said(line.method),
        stated_verdict=_said(line.verdict),
        text=said.strip() if measured else None,
        flags=("censoring-unknown",) if censored and said.strip() else _described_flags(kind),
        certificate=certificate,
    )
    # Foreign matter or an odour may well be absent; an identity that was not found was not
    # confirmed.
    opinion = "opinion_unsure" if analyte.id == "identity" and kind in _NOT_CONFIRMED else kind
    return LineReading(result, hold_reasons=_stated(line, analyte.id) + _opinion(opinion, result))


def _described_flags(kind: str | None) -> tuple[str, ...]:
    return (
        ("does-not-conform",)
        if kind == "opinion_bad"
        else ("unclear",)
        if kind in _NOT_CONFIRMED
        else ()
    )


def _measured(line: ResultRow, name: Name, mark: str | None, certificate: str) -> LineReading:
    _check_cas(line, name.analyte)
    if line.result is None:
        raise refuse("no-result", f"the row '{line.analyte.text}' has no result cell", line.analyte)
    said, flags, hold_reasons = _with_qualifier(line, mark)
    try:
        stated = statement(said, mark)
    except Unreadable as error:
        if (
            name.analyte is None
        ):  # what the row is about is unknown; so is what a good answer would look like
            return _unknown(line, said, certificate)
        message = f"'{said}' is not a result that can be read: {error}"
        raise refuse(error.code, message, line.result, error.near) from None
    unit, reported_unit = unit_of(line, name, stated)
    microbe = name.analyte is not None and name.analyte.family == "microbe"
    measure = name.analyte.measure if name.analyte else "mass"
    lod, loq = (
        limit_in_cell_or_column(
            own, _bound(word, own_unit, unit, mark, lenient=microbe), unit, line
        )
        for own, word, own_unit in (
            (stated.lod, line.lod, line.lod_unit),
            (stated.loq, line.loq, line.loq_unit),
        )
    )
    portion = portion_of(line, name, stated, unit, mark)
    size = Measure(stated, unit, lod, loq, portion, microbe, measure, line.zero_is_censored)
    if (
        unit is None
        and line.unit is not None
        and re.match(r"\s*[<>≤≥=]*\s*\d", line.unit.text, re.ASCII)
    ):
        # beside a blank or a word, a number that slipped one column to the right would vanish with
        # its row
        message = f"'{line.unit.text}' stands where the unit of {line.analyte.text} belongs; is it the result?"
        raise refuse("unknown-unit", message, line.unit)
    if size.needs_unit and line.unit is not None and says(line.unit):
        raise refuse(
            "unknown-unit",
            f"the unit '{line.unit.text}' of {line.analyte.text} is not known",
            line.unit,
        )
    if size.needs_unit:
        where = "in its row, its column's header, its section or its cell"
        raise refuse(
            "unit-missing", f"'{said}' of {line.analyte.text} has no unit: {where}", line.result
        )
    if size.out_of_range:
        raise refuse("not-a-number", f"a logarithm of {said} is no laboratory result", line.result)
    interval, detected, reach = size.interval()
    basis, basis_stated = basis_of(line, name, unit)
    result = Result(
        analyte=name.analyte.id if name.analyte else line.analyte.text.strip(),
        known=name.analyte is not None,
        reported=said,
        reported_unit=reported_unit,
        interval=interval,
        unit=size.canonical,
        basis=basis,
        measured=stated.kind not in NO_VALUE,
        ref=_place(line),
        detected=detected,
        detection_limit=reach,
        portion=size.portion if size.in_portion and not size.censored_zero else None,
        lod=lod,
        loq=loq,
        uncertainty=uncertainty_of(line, stated, unit, mark),
        resolution=size.resolution,
        method=_said(line.method),
        stated_verdict=_said(line.verdict) or (said if stated.kind in _OPINIONS else ""),
        species=_said(line.species),
        replicate=_said(line.replicate),
        flags=(*flags, *stated.flags, *size.flags, *(() if basis_stated else ("basis-unstated",))),
        certificate=certificate,
        shown=line.result.shown.strip(),
        shown_interval=_as_shown(line, size),
    )
    hold_reasons += _stated(line, result.analyte) + _opinion(stated.kind, result)
    if name.analyte is None:
        hold_reasons += (_unknown_analyte(line),)
    return LineReading(
        result, hold_reasons=hold_reasons, remarks=_row_remarks(line, result, stated)
    )


def _bound(
    word: SourceText | None,
    own_unit: SourceText | None,
    unit: Unit | None,
    mark: str | None,
    *,
    lenient: bool,
) -> Decimal | None:
    """LOD or LOQ; where the sheet shows a rounded form of it, the larger of both bounds a
    non-detect."""
    bound = bound_of(word, own_unit, unit, mark, lenient=lenient)
    if word is None or not word.shown:
        return bound
    shown = bound_of(replace(word, text=word.shown), own_unit, unit, _SHEET_MARK, lenient=True)
    return max((size for size in (bound, shown) if size is not None), default=None)


def _as_shown(line: ResultRow, size: Measure) -> Interval | None:
    """What the result would be if the digits that the sheet shows were all there is; None where it
    shows the stored ones.

    Raises RowTrouble where what is shown is no such number.
    """
    if line.result is None or not line.result.shown.strip() or size.stated.number is None:
        return None
    word = line.result
    try:
        said = _with_qualifier(replace(line, result=replace(word, text=word.shown)), _SHEET_MARK)[0]
        shown = statement(said, _SHEET_MARK)
    except Unreadable:
        shown = Statement("blank")
    if shown.number is None or shown.kind != size.stated.kind:
        raise refuse(
            "shown-differs",
            f"the cell shows '{word.shown}' but holds '{word.text}'; type what it should say",
            word,
        )
    if (
        not shown.number.value and shown.kind == "value"
    ):  # a measured number that rounds to nothing is next to nothing
        return Interval.exactly(ZERO)
    return replace(size, stated=replace(size.stated, number=shown.number)).interval()[0]


def _unknown(line: ResultRow, said: str, certificate: str) -> LineReading:
    result = Result(
        line.analyte.text.strip(),
        False,
        said,
        _said(line.unit),
        UNMEASURED,
        "",
        "as received",
        False,
        _place(line),
        method=_said(line.method),
        stated_verdict=_said(line.verdict),
        text=said,
        certificate=certificate,
    )
    return LineReading(
        result, hold_reasons=(*_stated(line, result.analyte), _unknown_analyte(line))
    )


def _unknown_analyte(line: ResultRow) -> HoldReason:
    meanings = vocabulary.meanings_of(line.analyte.text)
    if meanings:
        why = f"'{line.analyte.text.strip()}' may mean {' or '.join(meanings)}"
        return HoldReason("UNKNOWN-ANALYTE", why, line.analyte.ref, line.analyte.text.strip())
    near = vocabulary.nearest_analytes(line.analyte.text)
    hint = f"; nearest known: {', '.join(near)}" if near else ""
    return HoldReason(
        "UNKNOWN-ANALYTE",
        f"'{line.analyte.text.strip()}' is not a known analyte{hint}. If it is a spelling, "
        "add it to kratom_qc/words/analytes.toml",
        line.analyte.ref,
        line.analyte.text.strip(),
    )


def _opinion(kind: str | None, result: Result) -> tuple[HoldReason, ...]:
    """A laboratory's opinion printed where a result belongs: a bad or unsure one holds the batch,
    whether or not a limit asks."""
    rule = {"opinion_bad": "LABORATORY-SAID-FAIL", "opinion_unsure": "LABORATORY-UNSURE"}.get(
        kind or ""
    )
    why = f"the laboratory says '{result.reported}'"
    return (HoldReason(rule, why, result.ref, result.analyte),) if rule else ()


def _stated(line: ResultRow, analyte: str) -> tuple[HoldReason, ...]:
    meaning = vocabulary.status(line.verdict.text) if line.verdict is not None else None
    if line.verdict is None or meaning not in ("opinion_bad", "opinion_unsure"):
        return ()
    if meaning == "opinion_unsure":
        why = f"the laboratory's own verdict is '{line.verdict.text}'"
        return (HoldReason("LABORATORY-UNSURE", why, line.verdict.ref, analyte),)
    return (
        HoldReason(
            "LABORATORY-SAID-FAIL",
            f"the laboratory's own verdict is '{line.verdict.text}'",
            line.verdict.ref,
            analyte,
        ),
    )


def _with_qualifier(
    line: ResultRow, mark: str | None
) -> tuple[str, tuple[str, ...], tuple[HoldReason, ...]]:
    """The statement with its qualifier column: `<` beside `0.05` says `<0.05`. Where they
    contradict, the file is refused."""
    said = line.result.text.strip() if line.result else ""
    if line.qualifier is None:
        return said, (), ()
    qualifier = line.qualifier.text.strip()
    key, kind = vocabulary.word_key(qualifier), vocabulary.status(qualifier)
    is_number = re.match(r"^[0-9]", said) is not None
    if key in _PLAIN_FLAGS:
        return said, _PLAIN_FLAGS[key], _unclear(line) if key == "e" else ()
    if not said and (kind or key in _SIGNS):
        return ("ND" if key == "u" else qualifier), (), ()
    if key in _SIGNS:
        if is_number:
            return f"{_SIGNS[key]}{said}", (), ()
        if _SIGNS[key] in "<≤" and _kind_of(said, mark) in _BELOW:
            return said, (), ()
    elif kind in ("below_loq", "detected_below_loq"):
        if is_number or _kind_of(said, mark) in _BELOW:
            return (
                qualifier,
                (),
                (),
            )  # the number beside it is no measurement; the LOQ column bounds it
    elif kind in ("not_detected", "below_lod"):
        if is_number:
            return f"<{said}", (), ()
        if _kind_of(said, mark) in _BELOW:
            return said, (), ()
    elif kind in ("opinion_good", "final"):
        return said, (), ()
    if kind or key in _SIGNS:
        message = f"the qualifier '{qualifier}' contradicts the value '{said}' beside it"
        raise refuse("qualifier-contradicts", message, line.qualifier)
    raise refuse(
        "unknown-qualifier",
        f"the qualifier '{qualifier}' beside '{said}' is not known",
        line.qualifier,
    )


def _kind_of(said: str, mark: str | None) -> str:
    try:
        return statement(said, mark).kind
    except Unreadable:
        return ""


def _unclear(line: ResultRow) -> tuple[HoldReason, ...]:
    why = "qualifier 'E' means estimated in some lists and above the calibration range in others"
    place = line.qualifier.ref if line.qualifier else line.analyte.ref
    return (HoldReason("QUALIFIER-UNCLEAR", why, place, line.analyte.text),)


def _row_remarks(line: ResultRow, result: Result, stated: Statement) -> tuple[Remark, ...]:
    remarks = []
    no_amount = stated.kind == "value" and not stated.number.value  # type: ignore[union-attr]
    if no_amount and result.interval.high is None and "censoring-unknown" not in result.flags:
        remarks.append(
            Remark(
                "zero-without-lod",
                "warning",
                f"'{result.reported}' of {line.analyte.text} without LOD or LOQ "
                "measures nothing: read as not detected, how far down is unknown",
                result.ref,
            )
        )
    if result.lod is not None and result.loq is not None and result.lod > result.loq:
        remarks.append(
            Remark(
                "lod-above-loq",
                "warning",
                f"LOD of {line.analyte.text} is above its LOQ",
                result.ref,
            )
        )
    return tuple(remarks)


def _place(line: ResultRow) -> CellRef:
    return line.result.ref if line.result else line.analyte.ref


def _said(word: SourceText | None) -> str:
    return word.text.strip() if word else ""
