"""The only place that knows `<`, `ND`, `TNTC`, `1,2·10⁴` and `0.5 ± 0.1`.

A statement is what one result cell says, before its unit and its row's LOD and LOQ give it a size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.interpret.numbers import FLATTENED, NUMBER, Ambiguous, Number, number, tidy


class Unreadable(ValueError):
    """A result cell that cannot be read truthfully: its refusal code and what is wrong with it."""

    def __init__(self, code: str, why: str, near: tuple[str, ...] = ()):
        super().__init__(why)
        self.code, self.near = code, near


@dataclass(frozen=True, slots=True)
class Statement:
    """What one cell says.

    `kind` is `value`, `below`, `above`, a key of `words/statuses.toml` (`not_detected`, `below_loq`, `absent`, …) or
    `blank`. `closed` tells `≤` from `<`. `portion` is in grams or millilitres.
    """

    kind: str
    number: Number | None = None
    closed: bool = False
    uncertainty: Number | None = None
    relative: bool = False  # the uncertainty is a per cent of the value
    unit: str = ""
    portion: Decimal | None = None
    lod: Number | None = None
    loq: Number | None = None
    flags: tuple[str, ...] = ()


_NO_BREAK = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})
_PORTION = re.compile(
    r"^(?P<word>.*?)[\s,:]*(?:/|\bin\b|\bper\b|\bve?\b|(?=[\[(]))\s*[\[(]?\s*(?:ve?\s+|in\s+|per\s+|/\s*)?"
    rf"(?P<size>{NUMBER})\s*-?(?P<of>g|gr|gram|grams|gramech|ml)\b\.?\s*[\])]?$",
    re.IGNORECASE,
)
_COMPARED = re.compile(rf"^(?P<sign><=|>=|≤|≥|≦|≧|<|>)\s*(?P<number>{NUMBER})(?P<rest>.*)$")
_WITH_BOUND = re.compile(
    rf"^(?P<word>[^\d(<]+?)\s*[\[(]?\s*(?:(?P<which>lod|loq|mdl|rl|lloq)\s*[=:]?|<)\s*(?P<number>{NUMBER})"
    r"(?P<rest>[^\])]*)[\])]?$",
    re.IGNORECASE,
)
_BELOW_WORD_BOUND = re.compile(
    rf"^(?P<word><\s*(?:lo[dq]|llo[dq]|rl|mdl))\s*\(\s*<?\s*(?P<number>{NUMBER})(?P<rest>[^)]*)\)$", re.IGNORECASE
)
_UNCERTAIN = re.compile(
    rf"^(?P<number>{NUMBER})(?P<unit1>[^±+(]*?)\s*(?:±|\+/-|\+-|\(\s*U\s*=)\s*(?P<u>{NUMBER})(?P<rest>.*)$"
)
_COVERAGE = re.compile(r"\(?\s*k\s*=\s*2(?:[.,]0+)?\s*\)?", re.IGNORECASE)
_VALUE = re.compile(rf"^(?P<number>{NUMBER})(?P<rest>.*)$")
_RANGE = re.compile(rf"^{NUMBER}\s*(?:-|–|to|až|\.\.)\s*{NUMBER}")
_ESTIMATED = re.compile(r"\s*[\[(]?\b(?:est|estimated|odhad)\b\.?[\])]?\s*$", re.IGNORECASE)


@lru_cache(16384)
def statement(said: str, mark: str | None) -> Statement:
    """What a result cell says, given the file's proven decimal mark.

    Raises Unreadable where it is no statement of the grammar; a code per kind of trouble.
    """
    text = tidy(said.translate(_NO_BREAK).strip())
    if not text:
        return Statement("blank")
    kind = _word(text)
    if kind:
        return Statement(kind)
    portioned = _portioned(text, mark)
    if portioned:
        return portioned
    flags: tuple[str, ...] = ()
    if _ESTIMATED.search(text):
        text, flags = _ESTIMATED.sub("", text), ("estimated",)
    for pattern, reader in (
        (_BELOW_WORD_BOUND, _word_with_bound),
        (_COMPARED, _compared),
        (_WITH_BOUND, _word_with_bound),
        (_UNCERTAIN, _uncertain),
    ):
        match = pattern.match(text)
        found = reader(match, mark, said) if match else None
        if found:
            return _flagged(found, flags)
    if _RANGE.match(text):
        raise Unreadable("range", "a range of values is not a result; print one result per replicate")
    if re.match(r"^[-−–]\s*[0-9]", text):
        raise Unreadable("negative", "an amount cannot be negative")
    match = _VALUE.match(text)
    if match:
        return _flagged(
            Statement("value", _number(match["number"], mark, text), unit=_unit(match["rest"], said)), flags
        )
    near = vocabulary.nearest_statuses(text)
    raise Unreadable("unknown-word", "this word is not known as a result" + _hint(text), near)


def _flagged(found: Statement, flags: tuple[str, ...]) -> Statement:
    if not flags:
        return found
    return Statement(
        found.kind,
        found.number,
        found.closed,
        found.uncertainty,
        found.relative,
        found.unit,
        found.portion,
        found.lod,
        found.loq,
        flags,
    )


def _word(text: str) -> str | None:
    """A status word; a single letter is one only in a qualifier or verdict column, never as a result."""
    key = vocabulary.word_key(text)
    return None if len(key) == 1 and key.isalpha() else vocabulary.status(text)


def _hint(text: str) -> str:
    if any(c.isdigit() and not c.isascii() for c in text):
        return "; write plain digits 0-9"
    return ""


def _number(text: str, mark: str | None, whole: str) -> Number:
    if FLATTENED.match(whole.lstrip("<>=≤≥ ")):
        raise Unreadable("ambiguous-number", "a raised exponent seems to have lost its height; write it as 2.1x10^2")
    try:
        return number(text, mark)
    except Ambiguous as error:
        raise Unreadable("ambiguous-number", str(error)) from None
    except ValueError as error:
        raise Unreadable("not-a-number", str(error)) from None


def _unit(rest: str, said: str) -> str:
    """The unit after a number: known, or the cell is refused."""
    text = rest.strip()
    if text[:1].isdigit():
        raise Unreadable(
            "not-a-number", "two numbers stand in one cell" if text.isascii() else "write plain digits 0-9"
        )
    if text and (vocabulary.unit(text) is None or any(c.isdigit() and not c.isascii() for c in text) or text == "1"):
        raise Unreadable(
            "unknown-unit",
            f"'{text}' after the number in '{said.strip()}' is not a unit the word list knows",
            vocabulary.nearest_units(text),
        )
    return text


def _portioned(text: str, mark: str | None) -> Statement | None:
    """`Absent in 25 g`, `Negative/1g`, `0/25 g`, `ND/25g`, `Present in 10 g`."""
    match = _PORTION.match(text)
    if not match:
        return None
    kind = "absent" if match["word"].strip() == "0" else _word(match["word"])
    if kind == "not_detected":
        kind = "absent"
    if kind not in ("absent", "present"):
        return None
    portion = _number(match["size"], mark, match["size"]).value
    if not portion:
        raise Unreadable("not-a-number", "a test portion of 0 g shows nothing")
    return Statement(kind, portion=portion)


def _compared(match: re.Match[str], mark: str | None, said: str) -> Statement:
    rest = match["rest"].strip()
    # "<0.05 (ND)" says the same twice
    trailing = re.match(r"^(?P<unit>.*?)\s*\((?P<word>[^)]+)\)$", rest)
    if trailing and _word(trailing["word"]) in ("not_detected", "below_lod", "below_loq"):
        rest = trailing["unit"]
    value = _number(match["number"], mark, match["number"] + match["rest"])
    below = match["sign"] in ("<", "<=", "≤", "≦")
    if not value.value and below:
        raise Unreadable("not-a-number", "there is nothing below 0")
    return Statement(
        "below" if below else "above", value, match["sign"] in ("<=", "≤", "≦", ">=", "≥", "≧"), unit=_unit(rest, said)
    )


def _word_with_bound(match: re.Match[str], mark: str | None, said: str) -> Statement | None:
    """`ND<0.001`, `ND (LOD 0.02)`, `<LOQ (0.05)`: a word with the bound it stands for."""
    kind = _word(match["word"].strip())
    if kind not in ("not_detected", "below_lod", "below_loq"):
        return None
    bound = _number(match["number"], mark, match["number"])
    unit = _unit(match["rest"], said)
    which = (match.groupdict().get("which") or "").casefold()
    if kind == "below_loq" or which in ("loq", "rl", "lloq"):
        return Statement(kind, unit=unit, loq=bound)
    if kind == "below_lod" or which in ("lod", "mdl"):
        return Statement(kind, unit=unit, lod=bound)
    if not bound.value:
        return Statement(kind, unit=unit)  # `ND (<0.00)`: how far down is not said
    return Statement("below", bound, unit=unit)


def _uncertain(match: re.Match[str], mark: str | None, said: str) -> Statement:
    rest = _COVERAGE.sub("", match["rest"]).strip()
    if re.search(r"k\s*=", rest):
        raise Unreadable("coverage", "only an expanded uncertainty with k = 2 is understood")
    rest = re.sub(r"^\)", "", rest).strip()
    before = match["unit1"].strip()
    relative = rest == "%" and (not before or before != "%")
    if relative and not before and vocabulary.unit("%") is not None:
        # "1.35 ± 0.10 %": the sign may be the value's unit or the size of the uncertainty; the row's unit decides.
        return Statement(
            "value",
            _number(match["number"], mark, match["number"]),
            unit="",
            uncertainty=_number(match["u"], mark, match["u"]),
            relative=True,
        )
    unit = _unit(before or ("" if relative else rest), said)
    if before and rest and not relative and vocabulary.unit(before) != vocabulary.unit(rest):
        raise Unreadable("unit-contradicts", f"the value is in '{before}', its uncertainty in '{rest}'")
    return Statement(
        "value",
        _number(match["number"], mark, match["number"]),
        unit=unit,
        uncertainty=_number(match["u"], mark, match["u"]),
        relative=relative,
    )
