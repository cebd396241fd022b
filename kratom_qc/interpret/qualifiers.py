"""A result with its qualifier column: `<` beside `0.05` says `<0.05`.

Letters mean what EPA's list of qualifiers says (`facts/notation.md`, 1.1): U not found at the value
beside it, J estimated, B also in the blank, D diluted, H held too long, R rejected. What is not
known holds.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import HoldReason, ResultRow
from kratom_qc.domain.source import SourceText
from kratom_qc.interpret.scale import RowTrouble, trouble
from kratom_qc.interpret.statement import Unreadable, statement

_SIGNS = {
    "<": "<",
    "<=": "≤",
    "≤": "≤",
    ">": ">",
    ">=": "≥",
    "≥": "≥",
    "u": "<",
    "uj": "<",
    "lt": "<",
    "gt": ">",
}
_FLAGS = {
    "=": (),
    "d": (),
    "j": ("estimated",),
    "uj": ("estimated",),
    "e": ("estimated-or-over-range",),
    "est": ("estimated",),
    "b": ("also-in-blank",),
    "h": ("held-too-long",),
    "r": ("rejected",),
}
_DOUBTS = {
    "b": "'B' says that it was found in the laboratory's blank too",
    "e": "'E' means estimated in some lists and above the calibration range in others",
    "h": "'H' says that the sample was held too long before it was tested",
    "r": "'R' says that the laboratory rejects the value",
}
_BELOW = ("below", "not_detected", "below_lod", "below_loq", "detected_below_loq", "absent")
# What an empty field of flags is filled with.
_NO_FLAG = re.compile(
    r"[-–—.·_/]+|\(?(?:none|nil|n\.?/?a\.?|no flags?|no qualifiers?|not flagged|unflagged|blank"
    r"|(?:[*†‡§#]\s*)?\(?see scope(?: of accreditation)?\)?"
    r"|žádn[áéý]|bez|keine?|aucune?|ningun[oa]|nenhuma?|brak|nessun[oa]?|geen|tidak ada|ไม่มี)\)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]")
_BETWEEN = re.compile(r"[\s,;/+]+")


class Qualified(NamedTuple):
    """A result as it reads with its qualifier, and what that says besides."""

    text: str
    flags: tuple[str, ...] = ()
    hold_reasons: tuple[HoldReason, ...] = ()
    read: bool = True  # False: what the qualifier makes of the value cannot be told


def qualified(row: ResultRow, mark: str | None) -> Qualified:
    """The result of a row with its qualifier. Raises RowTrouble where the two contradict, or the
    qualifier is not known."""
    text = row.result.text.strip() if row.result else ""
    cell = row.qualifier
    if cell is None or not cell.text.strip():
        return Qualified(text)
    whole = cell.text.strip()
    if text and _NO_FLAG.fullmatch(whole):
        return Qualified(text)
    letters = _BETWEEN.split(whole.casefold())
    if not all(letter in _SIGNS or letter in _FLAGS for letter in letters):
        return Qualified(_beside_word(text, whole, cell, mark))
    sign = next((_SIGNS[letter] for letter in letters if letter in _SIGNS), "")
    flags = tuple(flag for letter in letters for flag in _FLAGS.get(letter, ()))
    doubts = (_DOUBTS[letter] for letter in letters if letter in _DOUBTS)
    reasons = (HoldReason("QUALIFIER-UNCLEAR", why, cell.ref, row.analyte.text) for why in doubts)
    joined = _with_sign(text or _blank_said(sign, row), sign, mark)
    if joined is None:
        raise _contradicts(text, cell)
    return Qualified(joined, flags, tuple(reasons), read="rejected" not in flags)


def _blank_said(sign: str, row: ResultRow) -> str:
    """What a sign beside a blank says. `U`: not found down to the limit that is reported, which is
    the higher one where a row has two."""
    if sign != "<":
        return sign
    return "<LOQ" if row.loq is not None and _NUMBER.search(row.loq.text) else "ND"


def _beside_word(text: str, word: str, cell: SourceText, mark: str | None) -> str:
    if vocabulary.status(word) is None:
        message = f"the qualifier '{word}' beside '{text}' is not known"
        raise trouble("UNKNOWN-QUALIFIER", message, cell)
    joined = _with_word(text, word, mark) if text else word
    if joined is None:
        raise _contradicts(text, cell)
    return joined


def _contradicts(text: str, cell: SourceText) -> RowTrouble:
    message = f"the qualifier '{cell.text.strip()}' contradicts the value '{text}' beside it"
    return trouble("QUALIFIER-CONTRADICTS", message, cell)


def _with_sign(text: str, sign: str, mark: str | None) -> str | None:
    """What a result and the sign beside it say together; None where they contradict."""
    if not sign or text == sign:
        return text
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
