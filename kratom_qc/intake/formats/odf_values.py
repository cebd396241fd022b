"""One cell of an OpenDocument sheet: its stored value against the text that the sheet shows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.intake.formats import cell_problems
from kratom_qc.intake.formats.cell_problems import NOT_FINITE, TIME_VALUE, CellValue
from kratom_qc.intake.formats.numformat import fifteen_digits, shown_number, with_unit
from kratom_qc.intake.formats.odf_styles import OFFICE, TABLE

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_SHOWN = re.compile(
    r"(?P<sign>[-+−]?)(?P<digits>[0-9](?:[0-9.,'’ \u00a0\u202f]*[0-9.,])?)"
    r"(?P<power>[eE][-+]?[0-9]{1,3})?\s*(?P<percent>%?)"
)
_GROUPS = re.compile(r"[.,'’ \u00a0\u202f]")
# Groups end in one of three digits (12,34,567 in India): without that, 10.0 over a stored 100 would
# pass for grouped.
_WHOLE = re.compile(
    r"[0-9]*|[0-9]{1,3}(?:[.,'’ \u00a0\u202f][0-9]{2,3})*[.,'’ \u00a0\u202f][0-9]{3}", re.ASCII
)
_ERROR = re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)|Err:[0-9]{3}")
_FIRST_DAY = dt.date(1900, 1, 1)
# Where a value of each type stands (ODF 1.3 part 3, 19.385); text is of any other type.
_VALUES = {
    "float": "value",
    "percentage": "value",
    "currency": "value",
    "date": "date-value",
    "time": "time-value",
    "boolean": "boolean-value",
}


def value_of(attributes: Mapping[str, str], text: str, has_text: bool) -> CellValue:
    """A table:table-cell by its attributes and the text in it. Without any text in the file, what
    is shown is the value."""
    formula = attributes.get(f"{TABLE}formula")
    shown = text.strip()
    if formula is not None:
        problem = cell_problems.formula(shown)
        return CellValue(_without_prefix(formula), "formula", problem)
    if _ERROR.fullmatch(shown):
        return CellValue(shown, "error", cell_problems.error_value(shown))
    kind = attributes.get(f"{OFFICE}value-type") or _untyped(attributes)
    if kind not in _VALUES:
        return _string(attributes.get(f"{OFFICE}string-value"), text, has_text)
    value = attributes.get(f"{OFFICE}{_VALUES[kind]}", "")
    if kind == "time":
        return CellValue(shown or value, "date", TIME_VALUE)
    if kind == "boolean":
        return _boolean(value)
    seen = shown if has_text else None
    if kind == "date":
        return _date(value, seen)
    return _number(value, seen, kind == "percentage")


def plain_number(text: str) -> Decimal | None:
    """The number of a cell's text, as a number format compares it; None where the text is none."""
    match = _NUMBER.match(text)
    if match is None:
        return None
    number = Decimal(match[0])
    return number / 100 if text[match.end() :].startswith("%") else number


def _untyped(attributes: Mapping[str, str]) -> str:
    return "float" if f"{OFFICE}value" in attributes else "string"


def _without_prefix(formula: str) -> str:
    """`of:=1+1` is `=1+1`."""
    _, equals, rest = formula.partition("=")
    return f"={rest if equals else formula}"


def _boolean(value: str) -> CellValue:
    if value in ("true", "false"):
        return CellValue(value.upper(), "boolean")
    return CellValue(value, "boolean", cell_problems.error_value(value))


def _string(value: str | None, text: str, has_text: bool) -> CellValue:
    if value is None or value == text:
        return CellValue(text, "text")
    problem = cell_problems.shown_differs(f"'{value}'", text) if has_text else None
    return CellValue(value, "text", problem)


def _date(value: str, shown: str | None) -> CellValue:
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return CellValue(value, "date", cell_problems.no_date(value))
    is_day = moment.time() == dt.time()
    text = moment.date().isoformat() if is_day else moment.isoformat(" ")
    problem = None
    if moment.date() < _FIRST_DAY:
        problem = cell_problems.no_date(text)
    elif shown is not None and not _could_show(moment, shown):
        problem = cell_problems.shown_differs(text, shown)
    return CellValue(text, "date", problem)


def _could_show(moment: dt.datetime, shown: str) -> bool:
    """Whether every number in a text is a part of a moment, its year among them."""
    years = {moment.year, moment.year % 100}
    parts = {moment.month, moment.day, moment.hour, moment.hour % 12 or 12, moment.minute}
    numbers = {int(digits) for digits in re.findall(r"[0-9]{1,9}", shown)}
    return not numbers.isdisjoint(years) and numbers <= years | parts | {moment.second}


@lru_cache(16384)
def _number(value: str, shown: str | None, percentage: bool) -> CellValue:
    if not _NUMBER.fullmatch(value):
        return CellValue(value, "number", NOT_FINITE)
    sign = "%" if percentage else ""
    exact = fifteen_digits(float(value))
    if shown is None:
        return shown_number(exact, f"0{sign}")._replace(shown="")
    shown, unit = _without_unit(shown, sign)
    reading = next(_readings(shown, exact * 100 if percentage else exact, sign), None)
    cell_value = shown_number(exact, _pattern(shown, reading, sign))._replace(shown="")
    if cell_value.problem is not None:
        return cell_value
    if reading is None:
        return cell_value._replace(problem=cell_problems.shown_differs(cell_value.text, shown))
    if reading != Decimal(cell_value.text.rstrip("%")):
        cell_value = cell_value._replace(shown=shown)
    return with_unit(cell_value, unit)


def _without_unit(shown: str, sign: str) -> tuple[str, str]:
    """What is shown of a number, and the unit that its format writes behind it."""
    match = _SHOWN.match(shown)
    if match is None:
        return shown, ""
    end = match.end() if match["percent"] == sign else match.start("percent")
    unit = shown[end:].strip()
    is_unit = unit != "" and vocabulary.unit(f"{sign} {unit}") is not None
    return (shown[:end].strip(), unit) if is_unit else (shown, "")


def _pattern(shown: str, reading: Decimal | None, sign: str) -> str:
    """The number format under which a number is shown like this, as far as it says something:
    1.420, 007, 1.5%."""
    if shown.startswith("0") and shown.isascii() and shown.isdigit():
        return "0" * len(shown)
    exponent = reading.as_tuple().exponent if reading is not None else 0
    decimals = max(-int(exponent), 0)
    point = "." if decimals else ""
    return f"0{point}{'0' * decimals}{sign}"


def _readings(shown: str, exact: Decimal, sign: str) -> Iterator[Decimal]:
    """Each number that the shown text can be, with a decimal point or comma, to which the stored
    one rounds."""
    if shown == str(exact) and not sign:
        yield exact
    match = _SHOWN.fullmatch(shown)
    if match is None or match["percent"] != sign:
        return
    for mark in ".,":
        digits = _plain_digits(match["digits"], mark)
        if digits is None:
            continue
        number = Decimal(f"{match['sign'].replace('−', '-')}{digits}{match['power'] or ''}")
        half_a_unit = Decimal((0, (5,), int(number.as_tuple().exponent) - 1))
        if abs(number - exact) <= half_a_unit:
            yield number


def _plain_digits(shown: str, mark: str) -> str | None:
    """Digits without their groups and with a point for the decimal mark; None where they are not
    grouped as numbers are."""
    whole, fraction = shown, ""
    if mark in shown:
        whole, _, fraction = shown.strip().rpartition(mark)
    if _GROUPS.search(fraction) or not _WHOLE.fullmatch(whole):
        return None
    point = "." if fraction else ""
    return f"{_GROUPS.sub('', whole) or '0'}{point}{fraction}"
