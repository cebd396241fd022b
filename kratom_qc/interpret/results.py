"""One row of a certificate → one Result: an interval in the canonical unit of its dimension."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, Remark, ResultRow
from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.interval import UNMEASURED, ZERO, Interval
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import SourceText
from kratom_qc.interpret.measure import NO_VALUE, Measure
from kratom_qc.interpret.naming import Name, name_of
from kratom_qc.interpret.numbers import Number
from kratom_qc.interpret.qualifiers import qualified
from kratom_qc.interpret.scale import (
    RowTrouble,
    StatedRow,
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
# Whatever the laboratory types, a sheet shows a stored number with a decimal point.
_SHEET_MARK = "."
_OPINIONS = ("opinion_good", "opinion_bad", "opinion_conditional", "opinion_unsure")
_NUMBER_AT_START = re.compile(r"\s*[<>≤≥=]*\s*\d", re.ASCII)


class ReadRow(NamedTuple):
    """A row with its result."""

    row: ResultRow
    result: Result


@dataclass(frozen=True, slots=True)
class RowReading:
    """What came of one row: a result, or the reasons why the file must be refused."""

    result: Result | None
    refusals: tuple[Refusal, ...] = ()
    hold_reasons: tuple[HoldReason, ...] = ()
    remarks: tuple[Remark, ...] = ()


def read_row(row: ResultRow, mark: str | None, certificate: str) -> RowReading:
    """Read one row, given the file's decimal mark and the certificate's witness. Never raises on a
    laboratory's words: every trouble is a refusal."""
    name = name_of(row)
    try:
        if name.analyte is not None and name.analyte.measure == "described":
            return _described(row, name.analyte, certificate)
        return _measured(row, name, mark, certificate)
    except RowTrouble as trouble:
        return RowReading(None, (trouble.refusal,))


# ---------------------------------------------------------------- a described test


def _described(row: ResultRow, analyte: Analyte, certificate: str) -> RowReading:
    text = row.result.text if row.result else ""
    kind = vocabulary.status(text) if text.strip() else "blank"
    censored = row.zero_is_censored and not text.strip(" 0.,")
    if censored:
        kind = "blank"
    measured = kind not in ("not_tested", "blank", "not_evaluated")
    result = Result(
        analyte=analyte.id,
        known=True,
        reported=text,
        reported_unit="",
        interval=UNMEASURED,
        unit="",
        basis="as received",
        measured=measured,
        ref=row.cell.ref,
        method=_text(row.method),
        stated_verdict=_text(row.verdict),
        text=text.strip() if measured else None,
        flags=("censoring-unknown",) if censored and text.strip() else _described_flags(kind),
        certificate=certificate,
    )
    # Foreign matter or an odour may well be absent; an identity that was not found was not
    # confirmed.
    unconfirmed = analyte.id == "identity" and kind in _NOT_CONFIRMED
    opinion = _opinion("opinion_unsure" if unconfirmed else kind, result)
    return RowReading(result, hold_reasons=_verdict(row, analyte.id) + opinion)


def _described_flags(kind: str | None) -> tuple[str, ...]:
    if kind == "opinion_bad":
        return ("does-not-conform",)
    return ("unclear",) if kind in _NOT_CONFIRMED else ()


# ---------------------------------------------------------------- a measurement


def _measured(row: ResultRow, name: Name, mark: str | None, certificate: str) -> RowReading:
    _check_cas(row, name.analyte)
    if row.result is None:
        raise refuse("no-result", f"the row '{row.analyte.text}' has no result cell", row.analyte)
    text, flags, hold_reasons = qualified(row, mark)
    stated = _stated(row, name, text, mark)
    if stated is None:
        return _unknown(row, text, certificate)
    kind = stated.stated.kind
    unit, reported_unit = unit_of(stated)
    measure = _measure(stated, unit)
    _check_unit(stated, measure, text)
    possible = measure.possible()
    basis = basis_of(stated, unit)
    unstated = () if basis else ("basis-unstated",)
    opinion = text if kind in _OPINIONS else ""
    analyte = name.analyte
    result = Result(
        analyte=analyte.id if analyte else row.analyte.text.strip(),
        known=analyte is not None,
        reported=text,
        reported_unit=reported_unit,
        interval=possible.interval,
        unit=measure.canonical,
        basis=basis or "as received",
        measured=kind not in NO_VALUE,
        ref=row.cell.ref,
        detected=possible.detected,
        detection_limit=possible.detection_limit,
        portion=measure.portion if measure.in_portion and not measure.censored_zero else None,
        lod=measure.lod,
        loq=measure.loq,
        uncertainty=uncertainty_of(stated, unit),
        resolution=measure.resolution,
        method=_text(row.method),
        stated_verdict=_text(row.verdict) or opinion,
        species=_text(row.species),
        replicate=_text(row.replicate),
        flags=(*flags, *stated.stated.flags, *measure.flags, *unstated),
        certificate=certificate,
        shown=row.result.shown.strip(),
        shown_interval=_as_shown(row, measure),
    )
    hold_reasons += _verdict(row, result.analyte) + _opinion(kind, result)
    if name.analyte is None:
        hold_reasons += (_unknown_analyte(row),)
    remarks = _row_remarks(row, result, stated.stated)
    return RowReading(result, hold_reasons=hold_reasons, remarks=remarks)


def _stated(row: ResultRow, name: Name, text: str, mark: str | None) -> StatedRow | None:
    """The row with its statement; None where neither statement nor analyte is known: nor is then
    what a good answer would look like."""
    try:
        return StatedRow(row, name, statement(text, mark), mark)
    except Unreadable as error:
        if name.analyte is None:
            return None
        message = f"'{text}' is not a result that can be read: {error}"
        raise refuse(error.code, message, row.cell, error.near) from None


def _check_cas(row: ResultRow, analyte: Analyte | None) -> None:
    if row.cas is None or not row.cas.text.strip() or analyte is None:
        return
    named = vocabulary.analyte_by_cas(row.cas.text)
    if named is not None and named.id != analyte.id:
        message = f"CAS {row.cas.text} is {named.name}, but the row is named '{row.analyte.text}'"
        raise refuse("cas-contradicts-name", message, row.cas)


def _measure(stated: StatedRow, unit: Unit | None) -> Measure:
    row, read = stated.row, stated.stated
    return Measure(
        stated=read,
        unit=unit,
        lod=_limit(read.lod, row.lod, row.lod_unit, unit, stated),
        loq=_limit(read.loq, row.loq, row.loq_unit, unit, stated),
        portion=portion_of(stated, unit),
        microbe=stated.is_microbe,
        measure=stated.measure,
        zero_is_censored=row.zero_is_censored,
    )


def _limit(
    in_cell: Number | None,
    column: SourceText | None,
    own_unit: SourceText | None,
    unit: Unit | None,
    stated: StatedRow,
) -> Decimal | None:
    """LOD or LOQ; where the sheet shows a rounded form of it, the larger of both bounds a
    non-detect."""
    bound = bound_of(column, own_unit, unit, stated.mark, lenient=stated.is_microbe)
    if column is not None and column.shown:
        displayed = replace(column, text=column.shown)
        shown = bound_of(displayed, own_unit, unit, _SHEET_MARK, lenient=True)
        bound = max((size for size in (bound, shown) if size is not None), default=None)
    return limit_in_cell_or_column(in_cell, bound, unit, stated.cell)


def _check_unit(stated: StatedRow, measure: Measure, text: str) -> None:
    """Refuse a row whose number has no unit that is known. Beside a blank or a word, a number that
    slipped one column to the right would vanish with its row."""
    cell = stated.row.unit
    if measure.unit is None and cell is not None and _NUMBER_AT_START.match(cell.text):
        where = f"where the unit of {stated.called} belongs"
        raise refuse("unknown-unit", f"'{cell.text}' stands {where}; is it the result?", cell)
    if measure.needs_unit and cell is not None and says(cell):
        message = f"the unit '{cell.text}' of {stated.called} is not known"
        raise refuse("unknown-unit", message, cell)
    if measure.needs_unit:
        where = "in its row, its column's header, its section or its cell"
        message = f"'{text}' of {stated.called} has no unit: {where}"
        raise refuse("unit-missing", message, stated.cell)
    if measure.out_of_range:
        raise refuse("not-a-number", f"a logarithm of {text} is no laboratory result", stated.cell)


def _as_shown(row: ResultRow, measure: Measure) -> Interval | None:
    """What the result would be if the digits that the sheet shows were all there is; None where it
    shows the stored ones.

    Raises RowTrouble where what is shown is no such number.
    """
    cell = row.result
    if cell is None or not cell.shown.strip() or measure.stated.number is None:
        return None
    try:
        displayed = replace(row, result=replace(cell, text=cell.shown))
        shown = statement(qualified(displayed, _SHEET_MARK).text, _SHEET_MARK)
    except Unreadable:
        shown = Statement("blank")
    if shown.number is None or shown.kind != measure.stated.kind:
        both = f"the cell shows '{cell.shown}' but holds '{cell.text}'"
        raise refuse("shown-differs", f"{both}; type what it should say", cell)
    if shown.kind == "value" and not shown.number.value:
        return Interval.exactly(ZERO)  # a measured number that rounds to nothing is next to nothing
    as_shown = replace(measure.stated, number=shown.number)
    return replace(measure, stated=as_shown).possible().interval


# ---------------------------------------------------------------- an unknown analyte


def _unknown(row: ResultRow, text: str, certificate: str) -> RowReading:
    result = Result(
        analyte=row.analyte.text.strip(),
        known=False,
        reported=text,
        reported_unit=_text(row.unit),
        interval=UNMEASURED,
        unit="",
        basis="as received",
        measured=False,
        ref=row.cell.ref,
        method=_text(row.method),
        stated_verdict=_text(row.verdict),
        text=text,
        certificate=certificate,
    )
    return RowReading(result, hold_reasons=(*_verdict(row, result.analyte), _unknown_analyte(row)))


def _unknown_analyte(row: ResultRow) -> HoldReason:
    name = row.analyte.text.strip()
    meanings = vocabulary.meanings_of(row.analyte.text)
    if meanings:
        why = f"'{name}' may mean {' or '.join(meanings)}"
        return HoldReason("UNKNOWN-ANALYTE", why, row.analyte.ref, name)
    near = vocabulary.nearest_analytes(row.analyte.text)
    hint = f"; nearest known: {', '.join(near)}" if near else ""
    why = (
        f"'{name}' is not a known analyte{hint}. If it is a spelling, "
        "add it to kratom_qc/words/analytes.toml"
    )
    return HoldReason("UNKNOWN-ANALYTE", why, row.analyte.ref, name)


# ---------------------------------------------------------------- opinions and remarks


def _opinion(kind: str | None, result: Result) -> tuple[HoldReason, ...]:
    """A laboratory's opinion printed where a result belongs: a bad or unsure one holds the batch,
    whether or not a limit asks."""
    rules = {"opinion_bad": "LABORATORY-SAID-FAIL", "opinion_unsure": "LABORATORY-UNSURE"}
    rule = rules.get(kind or "")
    why = f"the laboratory says '{result.reported}'"
    return (HoldReason(rule, why, result.ref, result.analyte),) if rule else ()


def _verdict(row: ResultRow, analyte: str) -> tuple[HoldReason, ...]:
    """The laboratory's verdict in the row, where it is bad or unsure."""
    meaning = vocabulary.status(row.verdict.text) if row.verdict is not None else None
    if row.verdict is None or meaning not in ("opinion_bad", "opinion_unsure"):
        return ()
    rule = "LABORATORY-UNSURE" if meaning == "opinion_unsure" else "LABORATORY-SAID-FAIL"
    why = f"the laboratory's own verdict is '{row.verdict.text}'"
    return (HoldReason(rule, why, row.verdict.ref, analyte),)


def _row_remarks(row: ResultRow, result: Result, stated: Statement) -> tuple[Remark, ...]:
    remarks = []
    is_zero = stated.kind == "value" and stated.number is not None and not stated.number.value
    if is_zero and result.interval.high is None and "censoring-unknown" not in result.flags:
        why = (
            f"'{result.reported}' of {row.analyte.text} without LOD or LOQ "
            "measures nothing: read as not detected, how far down is unknown"
        )
        remarks.append(Remark("zero-without-lod", "warning", why, result.ref))
    if result.lod is not None and result.loq is not None and result.lod > result.loq:
        why = f"LOD of {row.analyte.text} is above its LOQ"
        remarks.append(Remark("lod-above-loq", "warning", why, result.ref))
    return tuple(remarks)


def _text(cell: SourceText | None) -> str:
    return cell.text.strip() if cell else ""
