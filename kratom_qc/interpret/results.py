"""One row of a certificate → one Result: an interval in the canonical unit of its dimension."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple, TypeVar

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, Remark, ResultRow
from kratom_qc.domain.errors import Problem
from kratom_qc.domain.interval import UNMEASURED, ZERO, Interval
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import SourceText
from kratom_qc.interpret.described import described
from kratom_qc.interpret.either import RowReading, either
from kratom_qc.interpret.measure import NO_VALUE, Measure
from kratom_qc.interpret.naming import Name, name_of
from kratom_qc.interpret.numbers import Number
from kratom_qc.interpret.qualifiers import Qualified, qualified
from kratom_qc.interpret.scale import (
    SHEET_MARK,
    RowTrouble,
    RowUnit,
    StatedRow,
    basis_of,
    bound_of,
    limit_in_cell_or_column,
    mark_in,
    portion_flags,
    portion_of,
    says,
    trouble,
    uncertainty_of,
    unit_of,
)
from kratom_qc.interpret.statement import UNREAD, Statement, Unreadable, readings, statement
from kratom_qc.interpret.verdicts import opinion_reasons, verdict_reasons
from kratom_qc.vocabulary import Analyte, Unit

T = TypeVar("T")

_OPINIONS = ("opinion_good", "opinion_bad", "opinion_conditional", "opinion_unsure")
_ANYTHING: Interval | None = UNMEASURED
_UNREAD: tuple[Statement, ...] = (Statement(UNREAD),)
_NUMBER_AT_START = re.compile(r"\s*[<>≤≥=]*\s*\d", re.ASCII)


class ReadRow(NamedTuple):
    """A row with its result."""

    row: ResultRow
    result: Result


def read_row(row: ResultRow, mark: str | None, certificate: str) -> RowReading:
    """Read one row, given the file's decimal mark and the certificate's witness. Never raises on a
    laboratory's words: every trouble holds the batch at its cell."""
    return either([_read(way, mark, certificate) for way in (row, *row.alternatives)])


def _read(row: ResultRow, mark: str | None, certificate: str) -> RowReading:
    name = name_of(row)
    if name.analyte is not None and name.analyte.measure == "described":
        return described(row, name.analyte, certificate)
    return _measured(row, name, mark, certificate)


class _Doubts:
    """Gathers what cannot be understood of a row, so that the rest of it is still used."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}

    def told(self, read: Callable[[], T], otherwise: T) -> T:
        """What `read` gives; `otherwise` where it raises RowTrouble, which is kept."""
        try:
            return read()
        except RowTrouble as trouble:
            self._problems[trouble.problem] = None
            return otherwise

    def hold_reasons(self, analyte: str) -> tuple[HoldReason, ...]:
        """Each of them as a cause to hold."""
        return tuple(HoldReason.of(problem, analyte) for problem in self._problems)


# ---------------------------------------------------------------- a measurement


def _measured(row: ResultRow, name: Name, mark: str | None, certificate: str) -> RowReading:
    doubts = _Doubts()
    mark = mark_in(row.result, mark)
    doubts.told(lambda: _check_cas(row, name.analyte), None)
    doubts.told(lambda: _check_cell(row), None)
    cell = doubts.told(lambda: qualified(row, mark), Qualified(_text(row.result), read=False))
    statements = doubts.told(lambda: _statements(row, cell, mark), _UNREAD)
    if name.analyte is None and statements[0].kind == UNREAD:
        return _unknown(row, cell.text, certificate)
    ways = [
        _one_way(StatedRow(row, name, stated, mark), cell, certificate, doubts)
        for stated in statements
    ]
    read = either(ways)
    analyte = read.result.analyte
    unknown = () if name.analyte else (_unknown_analyte(row),)
    said_of = verdict_reasons(row, analyte, measured=read.result.measured)
    reasons = (*cell.hold_reasons, *doubts.hold_reasons(analyte), *read.hold_reasons)
    return read._replace(hold_reasons=(*reasons, *said_of, *unknown))


def _statements(row: ResultRow, cell: Qualified, mark: str | None) -> tuple[Statement, ...]:
    """Every way to read a result's cell. Raises RowTrouble where there is none."""
    if not cell.read:
        return _UNREAD
    try:
        return readings(cell.text, mark)
    except Unreadable as error:
        message = f"'{cell.text}' is not a result that can be read: {error}"
        raise trouble(error.code, message, row.cell, error.near) from None


def _one_way(stated: StatedRow, cell: Qualified, certificate: str, doubts: _Doubts) -> RowReading:
    """A row with one way to read its result; adds to `doubts` what is not understood beside it."""
    row, kind, analyte = stated.row, stated.stated.kind, stated.name.analyte
    none = RowUnit(None, says(row.unit))
    unit, reported_unit = doubts.told(lambda: _unit(stated, cell.text), none)
    measure = _measure(stated, unit, doubts)
    possible = measure.possible()
    basis = doubts.told(lambda: basis_of(stated, unit), None)
    unstated = () if basis else ("basis-unstated",)
    result = Result(
        analyte=analyte.id if analyte else row.analyte.text.strip(),
        known=analyte is not None,
        reported=cell.text,
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
        uncertainty=doubts.told(lambda: uncertainty_of(stated, unit), None),
        resolution=measure.resolution,
        method=_text(row.method),
        stated_verdict=_text(row.verdict) or (cell.text if kind in _OPINIONS else ""),
        species=_text(row.species),
        replicate=_text(row.replicate),
        flags=(*cell.flags, *stated.stated.flags, *measure.flags, *unstated, *portion_flags(row)),
        certificate=certificate,
        shown=row.result.shown.strip() if row.result else "",
        shown_interval=doubts.told(lambda: _as_shown(row, measure), _ANYTHING),
    )
    return RowReading(
        result, opinion_reasons(kind, result), _row_remarks(row, result, stated.stated)
    )


def _check_cell(row: ResultRow) -> None:
    if row.result is None:
        message = f"the row '{row.analyte.text}' has no result cell"
        raise trouble("NO-RESULT", message, row.analyte)


def _check_cas(row: ResultRow, analyte: Analyte | None) -> None:
    if row.cas is None or not row.cas.text.strip() or analyte is None:
        return
    by_cas = vocabulary.analyte_by_cas(row.cas.text)
    if by_cas is not None and by_cas.id != analyte.id:
        message = f"CAS {row.cas.text} is {by_cas.name}, but the row is named '{row.analyte.text}'"
        raise trouble("CAS-CONTRADICTS-NAME", message, row.cas)


def _unit(stated: StatedRow, text: str) -> RowUnit:
    """The unit of a row. Raises RowTrouble where its number has none that is known. Beside a blank
    or a word, a number that slipped one column to the right would vanish with its row."""
    row_unit = unit_of(stated)
    cell, unit = stated.row.unit, row_unit.unit
    if unit is None and cell is not None and _NUMBER_AT_START.match(cell.text):
        where = f"where the unit of {stated.called} belongs"
        raise trouble("UNKNOWN-UNIT", f"'{cell.text}' stands {where}; is it the result?", cell)
    if unit is not None or stated.stated.number is None or stated.measure == "number":
        return row_unit
    if cell is not None and says(cell):
        message = f"the unit '{cell.text}' of {stated.called} is not known"
        raise trouble("UNKNOWN-UNIT", message, cell)
    where = "in its row, its column's header, its section or its cell"
    message = f"'{text}' of {stated.called} has no unit: {where}"
    raise trouble("UNIT-MISSING", message, stated.cell)


def _measure(stated: StatedRow, unit: Unit | None, doubts: _Doubts) -> Measure:
    row, read = stated.row, stated.stated
    measure = Measure(
        stated=read,
        unit=unit,
        lod=doubts.told(lambda: _limit(read.lod, row.lod, row.lod_unit, unit, stated), None),
        loq=doubts.told(lambda: _limit(read.loq, row.loq, row.loq_unit, unit, stated), None),
        portion=doubts.told(lambda: portion_of(stated, unit), None),
        microbe=stated.is_microbe,
        measure=stated.measure,
        zero_is_censored=row.zero_is_censored,
    )
    doubts.told(lambda: _check_size(stated, measure), None)
    return measure


def _check_size(stated: StatedRow, measure: Measure) -> None:
    if measure.out_of_range:
        message = f"a logarithm of {stated.cell.text.strip()} is no laboratory result"
        raise trouble("NOT-A-NUMBER", message, stated.cell)
    if stated.stated.kind == "between":
        message = (
            f"'{stated.cell.text.strip()}' is a range of values; print one result per replicate"
        )
        raise trouble("RANGE", message, stated.cell)


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
        displayed = replace(column, text=column.shown, kind="number")
        shown = bound_of(displayed, own_unit, unit, None, lenient=True)
        bound = max((size for size in (bound, shown) if size is not None), default=None)
    return limit_in_cell_or_column(in_cell, bound, unit, stated.cell)


def _as_shown(row: ResultRow, measure: Measure) -> Interval | None:
    """What the result would be if the digits that the sheet shows were all there is; None where it
    shows the stored ones.

    Raises RowTrouble where what is shown is no such number.
    """
    cell = row.result
    if cell is None or not cell.shown.strip() or measure.stated.number is None:
        return None
    try:
        displayed = replace(row, result=replace(cell, text=cell.shown, kind="number"))
        shown = statement(qualified(displayed, SHEET_MARK).text, SHEET_MARK)
    except (Unreadable, RowTrouble):
        shown = Statement("blank")
    if shown.number is None or shown.kind != measure.stated.kind:
        both = f"the cell shows '{cell.shown}' but holds '{cell.text}'"
        raise trouble("SHOWN-DIFFERS", f"{both}; type what it should say", cell)
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
    said_of = verdict_reasons(row, result.analyte, measured=True)
    return RowReading(result, hold_reasons=(*said_of, _unknown_analyte(row)))


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


# ---------------------------------------------------------------- remarks


def _row_remarks(row: ResultRow, result: Result, stated: Statement) -> tuple[Remark, ...]:
    remarks = []
    is_zero = stated.kind == "value" and stated.number is not None and not stated.number.value
    if is_zero and result.interval.high is None and "censoring-unknown" not in result.flags:
        why = (
            f"'{result.reported}' of {row.analyte.text} without LOD or LOQ "
            "measures nothing: read as not detected, how far down is unknown"
        )
        remarks.append(Remark("zero-without-lod", "warning", why, result.ref))
    below_lod = result.lod is not None and result.interval == Interval(ZERO, result.lod, True, True)
    if stated.kind == "value" and below_lod:
        why = (
            f"'{result.reported}' of {row.analyte.text} lies below its own LOD: it is read as any "
            "amount up to that"
        )
        remarks.append(Remark("below-own-lod", "warning", why, result.ref))
    if result.lod is not None and result.loq is not None and result.lod > result.loq:
        why = f"LOD of {row.analyte.text} is above its LOQ"
        remarks.append(Remark("lod-above-loq", "warning", why, result.ref))
    return tuple(remarks)


def _text(cell: SourceText | None) -> str:
    return cell.text.strip() if cell else ""
