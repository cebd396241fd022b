"""A result with its qualifier column: `<` beside `0.05` says `<0.05`."""

from __future__ import annotations

import re
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, ResultRow
from kratom_qc.interpret.scale import refuse
from kratom_qc.interpret.statement import Unreadable, statement

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
_NUMBER = re.compile(r"[0-9]")


class Qualified(NamedTuple):
    """A result as it reads with its qualifier, and what that says besides."""

    text: str
    flags: tuple[str, ...] = ()
    hold_reasons: tuple[HoldReason, ...] = ()


def qualified(row: ResultRow, mark: str | None) -> Qualified:
    """The result of a row with its qualifier. Raises RowTrouble where the two contradict, or the
    qualifier is not known."""
    text = row.result.text.strip() if row.result else ""
    if row.qualifier is None:
        return Qualified(text)
    qualifier = row.qualifier.text.strip()
    key = vocabulary.word_key(qualifier)
    if key in _PLAIN_FLAGS:
        return Qualified(text, _PLAIN_FLAGS[key], _unclear(row) if key == "e" else ())
    if vocabulary.status(qualifier) is None and key not in _SIGNS:
        message = f"the qualifier '{qualifier}' beside '{text}' is not known"
        raise refuse("unknown-qualifier", message, row.qualifier)
    joined = _joined(text, qualifier, key, mark)
    if joined is None:
        message = f"the qualifier '{qualifier}' contradicts the value '{text}' beside it"
        raise refuse("qualifier-contradicts", message, row.qualifier)
    return Qualified(joined)


def _joined(text: str, qualifier: str, key: str, mark: str | None) -> str | None:
    """What a result and its known qualifier say together; None where they contradict."""
    if not text:
        return "ND" if key == "u" else qualifier
    if key in _SIGNS:
        return _with_sign(text, key, mark)
    return _with_word(text, qualifier, mark)


def _with_sign(text: str, key: str, mark: str | None) -> str | None:
    sign = _SIGNS[key]
    if _NUMBER.match(text):
        return f"{sign}{text}"
    return text if sign in "<≤" and _is_below(text, mark) else None


def _with_word(text: str, qualifier: str, mark: str | None) -> str | None:
    """The text that a result and a status word in its qualifier column say together; None where
    they contradict. Beside `<LOQ` a number is no measurement: the LOQ column bounds it."""
    kind, is_number = vocabulary.status(qualifier), _NUMBER.match(text) is not None
    if kind in ("below_loq", "detected_below_loq"):
        return qualifier if is_number or _is_below(text, mark) else None
    if kind in ("not_detected", "below_lod"):
        if is_number:
            return f"<{text}"
        return text if _is_below(text, mark) else None
    return text if kind in ("opinion_good", "final") else None


def _is_below(text: str, mark: str | None) -> bool:
    try:
        return statement(text, mark).kind in _BELOW
    except Unreadable:
        return False


def _unclear(row: ResultRow) -> tuple[HoldReason, ...]:
    why = "qualifier 'E' means estimated in some lists and above the calibration range in others"
    ref = row.qualifier.ref if row.qualifier else row.analyte.ref
    return (HoldReason("QUALIFIER-UNCLEAR", why, ref, row.analyte.text),)
