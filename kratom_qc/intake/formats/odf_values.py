"""One cell of an OpenDocument sheet: its stored value against the text that the sheet shows for it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from kratom_qc.intake.formats import marks
from kratom_qc.intake.formats.numformat import Trouble, shown_number
from kratom_qc.intake.formats.numformat import stored as fifteen
from kratom_qc.intake.formats.odf_styles import OFFICE, TABLE
from kratom_qc.intake.formats.serial import TIME_VALUE

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_SHOWN = re.compile(
    r"(?P<sign>[-+−]?)(?P<digits>[0-9][0-9.,'’ \u00a0\u202f]*)(?P<power>[eE][-+]?[0-9]{1,3})?\s*(?P<percent>%?)"
)
_GROUPS = re.compile(r"[.,'’ \u00a0\u202f]")
# Groups end in one of three digits (12,34,567 in India): without that, 10.0 over a stored 100 would
# pass for grouped.
_WHOLE = re.compile(
    r"[0-9]*|[0-9]{1,3}(?:[.,'’ \u00a0\u202f][0-9]{2,3})*[.,'’ \u00a0\u202f][0-9]{3}", re.ASCII
)
_ERROR = re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)|Err:[0-9]{3}")
_FIRST_DAY = dt.date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Value:
    """What a person reads of a cell, how it is stored, a rounded form the sheet shows, and why it
    cannot be believed."""

    text: str
    kind: str
    shown: str = ""
    trouble: Trouble = None


def value_of(attributes: Mapping[str, str], text: str, has_text: bool) -> Value:
    """A table:table-cell by its attributes and the text in it. Without any text in the file, what
    is shown is the value."""
    stored = attributes.get(f"{OFFICE}value")
    kind = attributes.get(f"{OFFICE}value-type") or ("string" if stored is None else "float")
    formula = attributes.get(f"{TABLE}formula")
    if formula is not None:
        return Value(_formula(formula), "formula", trouble=marks.formula(text.strip()))
    if _ERROR.fullmatch(text.strip()):
        return Value(text.strip(), "error", trouble=marks.error_value(text.strip()))
    if kind in ("float", "percentage", "currency"):
        return _number(stored or "", text.strip() if has_text else None, kind == "percentage")
    if kind == "date":
        return _date(attributes.get(f"{OFFICE}date-value", ""), text.strip() if has_text else None)
    if kind == "time":
        return Value(
            text.strip() or attributes.get(f"{OFFICE}time-value", ""), "date", trouble=TIME_VALUE
        )
    if kind == "boolean":
        return _boolean(attributes.get(f"{OFFICE}boolean-value", ""))
    return _text(attributes.get(f"{OFFICE}string-value"), text, has_text)


def _formula(said: str) -> str:
    """`of:=1+1` is `=1+1`."""
    return said[said.find("=") :] if "=" in said else f"={said}"


def _boolean(stored: str) -> Value:
    if stored in ("true", "false"):
        return Value(stored.upper(), "boolean")
    return Value(stored, "boolean", trouble=marks.error_value(stored))


def _text(stored: str | None, text: str, has_text: bool) -> Value:
    if stored is None or stored == text:
        return Value(text, "text")
    return Value(
        stored, "text", trouble=marks.shown_differs(f"'{stored}'", text) if has_text else None
    )


def _date(stored: str, shown: str | None) -> Value:
    try:
        moment = dt.datetime.fromisoformat(stored)
    except ValueError:
        return Value(stored, "date", trouble=_no_day(stored))
    said = moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(" ")
    if moment.date() < _FIRST_DAY:
        return Value(said, "date", trouble=_no_day(said))
    if shown is not None and not re.search(r"[0-9]", shown):
        return Value(said, "date", trouble=marks.shown_differs(said, shown))
    return Value(said, "date")


def _no_day(said: str) -> marks.Why:
    return ("date-impossible", f"'{said}' is no date; type the date as 2026-03-04")


@lru_cache(16384)
def _number(stored: str, shown: str | None, percentage: bool) -> Value:
    if not _NUMBER.fullmatch(stored):
        return Value(stored, "number", trouble=("not-a-number", "this cell holds no finite number"))
    sign = "%" if percentage else ""
    exact = fifteen(float(stored))
    read = (
        None
        if shown is None
        else next(_readings(shown, exact * 100 if percentage else exact, sign), None)
    )
    found = shown_number(exact, _pattern(shown or "", read, sign))
    if found.trouble is not None or shown is None:
        return Value(found.text, "number", trouble=found.trouble)
    if read is None:
        return Value(found.text, "number", trouble=marks.shown_differs(found.text, shown))
    return Value(found.text, "number", "" if read == Decimal(found.text.rstrip("%")) else shown)


def _pattern(shown: str, read: Decimal | None, sign: str) -> str:
    """The number format under which a number is shown like this, as far as it says something:
    1.420, 007, 1.5%."""
    if shown.startswith("0") and shown.isascii() and shown.isdigit():
        return "0" * len(shown)
    decimals = max(-int(read.as_tuple().exponent), 0) if read is not None else 0
    return f"0{'.' * bool(decimals)}{'0' * decimals}{sign}"


def _readings(shown: str, exact: Decimal, sign: str) -> Iterator[Decimal]:
    """Each number that the shown text can be, with a decimal point or comma, to which the stored
    one rounds."""
    if shown == str(exact) and not sign:
        yield exact
    match = _SHOWN.fullmatch(shown)
    if match is None or match["percent"] != sign:
        return
    for mark in ".,":
        whole, _, fraction = match["digits"].strip().rpartition(mark)
        if mark not in match["digits"]:
            whole, fraction = match["digits"], ""
        if _GROUPS.search(fraction) or not _WHOLE.fullmatch(whole):
            continue
        digits = f"{_GROUPS.sub('', whole) or '0'}{'.' * bool(fraction)}{fraction}"
        number = Decimal(f"{match['sign'].replace('−', '-')}{digits}{match['power'] or ''}")
        if abs(number - exact) <= Decimal((0, (5,), int(number.as_tuple().exponent) - 1)):
            yield number
