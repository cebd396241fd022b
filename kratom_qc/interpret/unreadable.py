"""What a vendor is told about a result cell that is no statement: the refusal's code, and what to
write instead."""

from __future__ import annotations

import re

from kratom_qc import vocabulary

Reason = tuple[str, str]  # the refusal's code, and the sentence

_DIGITS = "write plain digits 0-9"
_OWN_COLUMN = "write the number alone, and the letter in a column Qualifier"
_MARK = re.compile(
    r"^(?P<unit>.*?)\s*(?P<mark>[*+†‡§¶#^°'\"]+|[⁰¹²³⁴-⁹ªºᵃ-ᶻ]+|[(\[]?[0-9]{1,2}[)\]]"
    r"|(?<![A-Za-z])[A-Za-z]|[(\[][A-Za-z][)\]])$"
)
# A whole cell that looks like one of these, in this order.
_WHOLE: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), code, why)
    for pattern, code, why in (
        (r"^[-−–+]?\s*(?:nan|inf|infinity)$", "NOT-A-NUMBER", "no laboratory measures that"),
        (r"^\+\s*[0-9]", "NOT-A-NUMBER", "write it without the plus sign"),
        (r"^[<>≤≥]?\s*[.,][0-9]", "NOT-A-NUMBER", "its first digit is missing; write 0.5, not .5"),
        (r"^(?:~|≈|≅|∼|ca\.?\s|cca\.?\s|c\.\s|approx|about\s|around\s)", "UNKNOWN-WORD",
         "an approximate amount is no result; write the number that was measured"),
        (r"^[<>≤≥=]\s*[<>≤≥=]", "UNKNOWN-WORD", "write one sign before the number"),
        (r"^[<>≤≥]$", "UNKNOWN-WORD", "a number is missing after the sign"),
        (r"^(?:est|e|j|b)\b\.?\s*[0-9<]", "UNKNOWN-WORD", _OWN_COLUMN),
        (r"^(?:nd|n\.d\.?|blq|bql|not detected)\s*[(\[]?\s*[0-9]", "UNKNOWN-WORD",
         "which limit the number is, is not said; write ND (LOD 0.02) or ND (LOQ 0.05)"),
        (r"^(?:nmt|nlt|max|min|not more than|not less than|no more than)\b", "UNKNOWN-WORD",
         "this is a limit, not a result"),
    )
)  # fmt: skip


def why_no_statement(text: str) -> Reason:
    """Why a cell that starts like no statement is refused."""
    for pattern, code, why in _WHOLE:
        if pattern.match(text):
            return code, why
    if re.match(r"^[<>≤≥]?\s*\d", text) and not re.match(r"^[<>≤≥]?\s*[0-9]", text):
        return "NOT-A-NUMBER", _DIGITS
    return "UNKNOWN-WORD", "this word is not known as a result"


def why_no_unit(text: str) -> Reason:
    """Why what stands after a number is no unit."""
    foreign = any(c.isdigit() and not c.isascii() for c in text)
    if re.match(r"^[.,]?[_xXeE]?[+-]?\d", text):
        two = "two numbers stand in one cell, or one in a form that is not known"
        return "NOT-A-NUMBER", _DIGITS if foreign else two
    if text in (".", ","):
        return "NOT-A-NUMBER", "its last digit is missing; write 0.5, not 0."
    if re.match(r"^\(?(?:max|min|nmt|nlt)\b", text, re.IGNORECASE):
        return "UNKNOWN-UNIT", f"'{text}' makes it a limit, not a result"
    if mark := _footnote_mark(text):
        why = (
            f"what the mark '{mark}' after the number means is not said; "
            "write the number alone, and the note in a column Notes or Qualifier"
        )
        return "UNEXPLAINED-MARK", why
    if foreign:
        return "NOT-A-NUMBER", _DIGITS
    return "UNKNOWN-UNIT", f"'{text}' after the number is not a unit the word list knows"


def _footnote_mark(text: str) -> str:
    """The mark that stands alone after a number, or after its unit."""
    match = _MARK.match(text)
    known = match is not None and (not match["unit"] or vocabulary.unit(match["unit"]) is not None)
    return match["mark"] if match and known else ""
