"""One line of a certificate → one Result: an interval in the canonical unit of its dimension."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from kratom_qc import vocabulary
from kratom_qc.errors import Refusal
from kratom_qc.interpret.measure import NO_VALUE, Measure, power_of_ten
from kratom_qc.interpret.naming import Name, name_of
from kratom_qc.interpret.numbers import Ambiguous, Number, number
from kratom_qc.interpret.statement import Statement, Unreadable, statement
from kratom_qc.model import UNMEASURED, Doubt, Line, Place, Remark, Result, Word
from kratom_qc.vocabulary import Analyte, Unit

_SIGNS = {"<": "<", "<=": "<", "≤": "≤", ">": ">", ">=": "≥", "≥": "≥", "u": "<", "lt": "<", "gt": ">", "nd": "<"}
_PLAIN_FLAGS = {
    "": (),
    "=": (),
    "j": ("estimated",),
    "e": ("estimated-or-over-range",),
    "est": ("estimated",),
    "b": ("also-in-blank",),
}


@dataclass(frozen=True, slots=True)
class LineReading:
    """What came of one line: a result, or the reasons why the file must be refused."""

    result: Result | None
    refusals: tuple[Refusal, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    remarks: tuple[Remark, ...] = ()


def read_line(line: Line, mark: str | None, certificate: str) -> LineReading:
    """Read one line, given the file's decimal mark and hash. Never raises on a laboratory's words: every trouble is a refusal."""
    name = name_of(line)
    try:
        if name.analyte is not None and name.analyte.measure == "described":
            return _described(line, name.analyte, certificate)
        return _measured(line, name, mark, certificate)
    except _Trouble as trouble:
        return LineReading(None, tuple(trouble.refusals))


class _Trouble(Exception):
    def __init__(self, *refusals: Refusal):
        super().__init__()
        self.refusals = refusals


def _refuse(code: str, message: str, word: Word) -> _Trouble:
    return _Trouble(Refusal(code, message, word.place, word.said))


def _check_cas(line: Line, analyte: Analyte | None) -> None:
    if line.cas is None or not line.cas.said.strip() or analyte is None:
        return
    named = vocabulary.analyte_by_cas(line.cas.said)
    if named is not None and named.id != analyte.id:
        raise _refuse(
            "cas-contradicts-name",
            f"CAS {line.cas.said} is {named.name}, but the row is named '{line.analyte.said}'",
            line.cas,
        )


def _described(line: Line, analyte: Analyte, certificate: str) -> LineReading:
    said = line.result.said if line.result else ""
    kind = vocabulary.status(said) if said.strip() else "blank"
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
        flags=("does-not-conform",) if kind == "opinion_bad" else (),
        certificate=certificate,
    )
    return LineReading(result, doubts=_stated(line, analyte.id))


def _measured(line: Line, name: Name, mark: str | None, certificate: str) -> LineReading:
    _check_cas(line, name.analyte)
    if line.result is None:
        raise _refuse("no-result", f"the row '{line.analyte.said}' has no result cell", line.analyte)
    said, flags, doubts = _with_qualifier(line)
    try:
        stated = statement(said, mark)
    except Unreadable as error:
        if name.analyte is None:  # what the row is about is unknown; so is what a good answer would look like
            return _unknown(line, said, certificate)
        raise _refuse(error.code, f"'{said}' is not a result that can be read: {error}", line.result) from None
    unit, unit_said = _unit_of(line, name, stated)
    detection = None if stated.kind in ("absent", "present") else unit
    own_lod = _scaled_bound(stated.lod, detection)
    own_loq = _scaled_bound(stated.loq, detection)
    microbe = name.analyte is not None and name.analyte.family == "microbe"
    lod = own_lod if own_lod is not None else _bound(line.lod, line, unit, mark, lenient=microbe)
    loq = own_loq if own_loq is not None else _bound(line.loq, line, unit, mark, lenient=microbe)
    portion = _portion(line, name, stated, unit, mark)
    size = Measure(stated, unit, lod, loq, portion, microbe, name.analyte.measure if name.analyte else "mass")
    if size.needs_unit:
        raise _refuse(
            "unit-missing",
            f"'{said}' of {line.analyte.said} has no unit: in its row, its column's header, its section or its cell",
            line.result,
        )
    interval, detected, reach = size.interval()
    basis, basis_stated = _basis(line, name, unit)
    canonical = size.canonical
    uncertainty = _uncertainty(line, stated, unit, mark)
    result = Result(
        analyte=name.analyte.id if name.analyte else line.analyte.said.strip(),
        known=name.analyte is not None,
        said=said,
        unit_said=unit_said,
        interval=interval,
        unit=canonical,
        basis=basis,
        measured=stated.kind not in NO_VALUE,
        place=_place(line),
        detected=detected,
        detection_limit=reach,
        portion=portion,
        lod=lod,
        loq=loq,
        uncertainty=uncertainty,
        resolution=None if stated.number is None or unit is None else stated.number.step * unit.factor,
        method=_said(line.method),
        stated_verdict=_said(line.verdict) or (said if stated.kind in NO_VALUE[2:5] else ""),
        species=_said(line.species),
        replicate=_said(line.replicate),
        flags=(
            *flags,
            *stated.flags,
            *(("too-many-to-count",) if stated.kind == "too_many" else ()),
            *(() if basis_stated else ("basis-unstated",)),
        ),
        certificate=certificate,
    )
    doubts += _stated(line, result.analyte)
    if stated.kind == "opinion_bad":
        doubts += (
            Doubt(
                "LABORATORY-SAID-FAIL",
                f"the laboratory says '{said}' and prints no number",
                result.place,
                result.analyte,
            ),
        )
    if name.analyte is None:
        doubts += (_unknown_analyte(line),)
    return LineReading(result, doubts=doubts, remarks=_row_remarks(line, result, stated))


def _unknown(line: Line, said: str, certificate: str) -> LineReading:
    result = Result(
        line.analyte.said.strip(),
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
    return LineReading(result, doubts=(*_stated(line, result.analyte), _unknown_analyte(line)))


def _unknown_analyte(line: Line) -> Doubt:
    near = vocabulary.nearest_analytes(line.analyte.said)
    hint = f"; nearest known: {', '.join(near)}" if near else ""
    return Doubt(
        "UNKNOWN-ANALYTE",
        f"'{line.analyte.said.strip()}' is not a known analyte{hint}. If it is a spelling, "
        "add it to kratom_qc/words/analytes.toml",
        line.analyte.place,
        line.analyte.said.strip(),
    )


def _stated(line: Line, analyte: str) -> tuple[Doubt, ...]:
    if line.verdict is None or vocabulary.status(line.verdict.said) != "opinion_bad":
        return ()
    return (
        Doubt(
            "LABORATORY-SAID-FAIL",
            f"the laboratory's own verdict is '{line.verdict.said}'",
            line.verdict.place,
            analyte,
        ),
    )


def _with_qualifier(line: Line) -> tuple[str, tuple[str, ...], tuple[Doubt, ...]]:
    """The statement with its qualifier column: `<` beside `0.05` says `<0.05`."""
    said = line.result.said.strip() if line.result else ""
    if line.qualifier is None:
        return said, (), ()
    key = vocabulary.word_key(line.qualifier.said)
    if key in _SIGNS:
        if not said or not re.match(r"^[0-9]", said):
            return (said or line.qualifier.said), (), ()
        return f"{_SIGNS[key]}{said}", (), ()
    if key in _PLAIN_FLAGS:
        doubts: tuple[Doubt, ...] = ()
        if key == "e":
            doubts = (
                Doubt(
                    "QUALIFIER-UNCLEAR",
                    "qualifier 'E' means estimated in some lists and above the calibration range in others",
                    line.qualifier.place,
                    line.analyte.said,
                ),
            )
        return said, _PLAIN_FLAGS[key], doubts
    if not said and vocabulary.status(line.qualifier.said):
        return line.qualifier.said, (), ()
    if vocabulary.status(line.qualifier.said) in ("not_tested", "opinion_good", "final"):
        return said, (), ()
    if vocabulary.status(line.qualifier.said) in ("not_detected", "below_loq", "below_lod", "detected_below_loq"):
        return f"<{said}" if re.match(r"^[0-9]", said) else line.qualifier.said, (), ()
    raise _refuse(
        "unknown-qualifier", f"the qualifier '{line.qualifier.said}' beside '{said}' is not known", line.qualifier
    )


def _unit_of(line: Line, name: Name, stated: Statement) -> tuple[Unit | None, str]:
    """The unit of a result: in its cell, else its name, else its row, header or section; two that differ refuse."""
    column = line.unit.said.strip() if line.unit else ""
    blank = not column or vocabulary.status(column) == "not_tested"
    row = None if blank else vocabulary.unit(column)
    if not blank and row is None and stated.kind not in NO_VALUE and name.analyte is not None:
        raise _refuse(
            "unknown-unit", f"the unit '{column}' of {line.analyte.said} is not known", line.unit or line.analyte
        )
    inside = vocabulary.unit(stated.unit) if stated.unit else None
    found = [(unit, text) for unit, text in ((inside, stated.unit), (name.unit, name.unit_said), (row, column)) if unit]
    if not found:
        return None, column
    first, said = found[0]
    for other, text in found[1:]:
        if (
            (other.canonical, other.factor) != (first.canonical, first.factor)
            and other.portion is None
            and first.portion is None
        ):
            raise _refuse(
                "unit-contradicts",
                f"'{said}' and '{text}' are both given as the unit of {line.analyte.said}",
                line.result or line.analyte,
            )
    return first, said


def _scaled_bound(found: Number | None, unit: Unit | None) -> Decimal | None:
    return None if found is None or unit is None else found.value * unit.factor


def _bound(word: Word | None, line: Line, unit: Unit | None, mark: str | None, *, lenient: bool) -> Decimal | None:
    """LOD or LOQ in the result's canonical unit; None where the cell says there is none."""
    if word is None or not word.said.strip() or vocabulary.status(word.said) in ("not_tested", "not_evaluated"):
        return None
    try:
        stated = statement(word.said, mark)
    except Unreadable as error:
        if lenient:
            return None
        raise _refuse(error.code, f"'{word.said}' is not a detection limit that can be read: {error}", word) from None
    if stated.number is None or stated.kind not in ("value", "below"):
        if lenient:
            return None
        raise _refuse("not-a-number", f"'{word.said}' is not a detection limit", word)
    own = stated.unit or (line.detection_unit.said if line.detection_unit else "")
    scale = vocabulary.unit(own) if own else unit
    if scale is None or (unit is not None and scale.canonical != unit.canonical):
        if lenient or unit is None:
            return None
        raise _refuse(
            "unit-contradicts",
            f"the detection limit '{word.said}' is in '{own}', the result in another kind of unit",
            word,
        )
    if scale.log10:
        return power_of_ten(stated.number.value)
    return stated.number.value * scale.factor


def _portion(line: Line, name: Name, stated: Statement, unit: Unit | None, mark: str | None) -> Decimal | None:
    """The test portion in grams (or millilitres), from the result, the unit, the name or a column of its own."""
    found: list[tuple[Decimal, Word]] = []
    word = line.result or line.analyte
    if stated.portion is not None:
        found.append((stated.portion, word))
    if unit is not None and unit.portion is not None:
        found.append((unit.portion, line.unit or word))
    if line.unit is not None and unit is not None and stated.kind in ("absent", "present", "not_detected"):
        size = re.search(r"(\d+(?:\.\d+)?)\s*(?:g|ml)\b", line.unit.said, re.IGNORECASE | re.ASCII)
        if size and unit.portion is None:
            found.append((Decimal(size[1]), line.unit))
    if name.portion is not None:
        found.append((name.portion, line.analyte))
    if line.portion is not None and line.portion.said.strip() and vocabulary.status(line.portion.said) != "not_tested":
        size = re.match(r"^([0-9][0-9.,]*)\s*(g|grams?|ml)?$", line.portion.said.strip(), re.IGNORECASE)
        try:
            amount = number(size[1], mark).value if size else None
        except (Ambiguous, ValueError):
            amount = None
        if not amount:
            raise _refuse("portion", f"'{line.portion.said}' is not a test portion in grams", line.portion)
        found.append((amount, line.portion))
    sizes = {size for size, _ in found}
    if len(sizes) > 1:
        raise _refuse(
            "portion-contradicts",
            f"{line.analyte.said} states test portions of {' g and '.join(str(size) for size in sorted(sizes))} g",
            found[0][1],
        )
    return sizes.pop() if sizes else None


def _uncertainty(line: Line, stated: Statement, unit: Unit | None, mark: str | None) -> Decimal | None:
    """The expanded uncertainty in the canonical unit, or None where it is not stated or not clear."""
    if stated.number is None or unit is None or unit.log10:
        return None
    if stated.uncertainty is not None:
        share = stated.relative and unit.factor != vocabulary.unit("%").factor if stated.relative else False  # type: ignore[union-attr]
        size = stated.number.value * stated.uncertainty.value / 100 if share else stated.uncertainty.value
        return size * unit.factor
    if line.uncertainty is None or not line.uncertainty.said.strip():
        return None
    said = re.sub(r"^\s*(?:±|\+/-|\+-)\s*", "", line.uncertainty.said)
    said = re.sub(r"\(?\s*k\s*=\s*2\s*\)?", "", said)
    if vocabulary.status(said) in ("not_tested", "not_evaluated"):
        return None
    try:
        found = statement(said, mark)
    except Unreadable as error:
        raise _refuse(
            error.code, f"'{line.uncertainty.said}' is not an uncertainty that can be read: {error}", line.uncertainty
        ) from None
    if found.number is None or found.kind != "value":
        return None
    own = found.unit or (line.uncertainty_unit.said if line.uncertainty_unit else "")
    if vocabulary.unit_key(own) == "%":
        if unit.canonical == "mg/kg" and unit.factor == 10000:
            return None  # ± 10 % of a result in %: absolute or relative, the paper does not say
        return stated.number.value * found.number.value / 100 * unit.factor
    scale = vocabulary.unit(own) if own else unit
    return found.number.value * scale.factor if scale is not None and scale.canonical == unit.canonical else None


def _basis(line: Line, name: Name, unit: Unit | None) -> tuple[str, bool]:
    for found in (unit.basis if unit else None, name.basis):
        if found:
            return found, True
    for word in (line.basis, line.unit, line.section):
        if word is not None:
            said = vocabulary.basis_in(word.said)[0]
            if said:
                return said, True
    if line.basis is not None and line.basis.said.strip():
        raise _refuse(
            "unknown-basis", f"the basis '{line.basis.said}' is not known; 'as received' and 'dry' are", line.basis
        )
    return "as received", False


def _row_remarks(line: Line, result: Result, stated: Statement) -> tuple[Remark, ...]:
    remarks = []
    if stated.kind == "value" and not stated.number.value and result.interval.high is None:  # type: ignore[union-attr]
        remarks.append(
            Remark(
                "zero-without-lod",
                "warning",
                f"'{result.said}' of {line.analyte.said} without LOD or LOQ "
                "measures nothing: read as not detected, how far down is unknown",
                result.place,
            )
        )
    if result.lod is not None and result.loq is not None and result.lod > result.loq:
        remarks.append(Remark("lod-above-loq", "warning", f"LOD of {line.analyte.said} is above its LOQ", result.place))
    return tuple(remarks)


def _place(line: Line) -> Place:
    return line.result.place if line.result else line.analyte.place


def _said(word: Word | None) -> str:
    return word.said.strip() if word else ""
