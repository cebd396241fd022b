"""The only place that knows `<`, `ND`, `TNTC`, `1,2·10⁴` and `0.5 ± 0.1`.

A statement is what one result cell says, before its unit and its row's LOD and LOQ give it a size.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.interpret.numbers import (
    FLATTENED,
    FOOTNOTE_OR_POWER,
    NUMBER,
    Ambiguous,
    Number,
    flat_or_raised,
    lost_height,
    number,
    tidy,
)
from kratom_qc.interpret.unreadable import why_no_statement, why_no_unit
from kratom_qc.vocabulary.units import IN_PORTION, OF_PORTION


class Unreadable(ValueError):
    """A cell that cannot be read truthfully: the code of its problem, and what is wrong with it."""

    def __init__(self, code: str, why: str, near: tuple[str, ...] = ()):
        super().__init__(why)
        self.code, self.near = code, near


UNREAD = "unread"  # the kind of a statement that is none of the grammar


@dataclass(frozen=True, slots=True)
class Statement:
    """What one cell says.

    `kind` is `value`, `below`, `above`, `between`, a key of `words/statuses.toml` (`not_detected`,
    `below_loq`, `absent`, …), `blank` or UNREAD. `closed` tells `≤` from `<`. `portion` is in
    grams or millilitres.
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
    upper: Number | None = None  # of `between`


# No statement is longer; what follows may therefore look twice at a character.
LONGEST = 160
_NOT_FOUND = ("not_detected", "below_lod", "below_loq")
_BELOW, _CLOSED = ("<", "<=", "≤", "≦"), ("<=", "≤", "≦", ">=", "≥", "≧")
# `poniżej 0,01`, `less than 10`: below, in words
_BELOW_IN_WORDS = re.compile(
    r"^(?:less than|below|lower than|méně než|menší než|pod|weniger als|kleiner(?: als)?|unter"
    r"|inf\.? à|inférieur(?:e)? à|moins de|menor (?:que|de|a)|menos de|inferior a|mniej niż|poniżej"
    r"|inferiore a|minore di|meno di|minder dan|kleiner dan|lager dan|kurang dari|di bawah"
    r"|น้อยกว่า|ต่ำกว่า)\s*(?=[0-9])",
    re.IGNORECASE,
)
_RUN = re.compile(r"[ \t\r\n\u00a0\u202f\u2009]+")
_ONE_BLANK = (" ", "\u00a0", "\u202f", "\u2009")
_UNIT = r"[^()\[\]±+]*?"
_PORTION = re.compile(
    rf"^(?P<word>.*?)[\s,:]*(?:/|\b{IN_PORTION}\b|ใน|ต่อ|(?=[\[(]))\s*[\[(]?\s*"
    rf"(?:{IN_PORTION}\s+|/\s*)?"
    rf"(?P<size>{NUMBER})\s*-?(?P<of>{OF_PORTION}|ml)\b\.?\s*[\])]?$",
    re.IGNORECASE,
)
# `in 25 g nicht nachweisbar`
_PORTION_FIRST = re.compile(
    rf"^(?:/|{IN_PORTION}\s|ใน|ต่อ)\s*(?P<size>{NUMBER})\s*-?(?P<of>{OF_PORTION}|ml)\.?[\s:,–-]+"
    r"(?P<word>[^\d]+)$",
    re.IGNORECASE,
)
_COMPARED = re.compile(rf"^(?P<sign><=|>=|≤|≥|≦|≧|<|>)\s*(?P<number>{NUMBER})(?P<rest>.*)$")
_WITH_BOUND = re.compile(
    r"^(?P<word>[^0-9(<]+?)\s*[\[(]?\s*(?:(?P<which>lod|loq|mdl|rl|lloq)\s*[=:]?|<)\s*"
    rf"(?P<number>{NUMBER})"
    r"(?P<rest>[^\])]*)[\])]?$",
    re.IGNORECASE,
)
_BELOW_WORD_BOUND = re.compile(
    rf"^(?P<word><\s*(?:lo[dq]|llo[dq]|rl|mdl))\s*\(\s*<?\s*(?P<number>{NUMBER})(?P<rest>[^)]*)\)$",
    re.IGNORECASE,
)
_COVERAGE = (
    r"(?P<k>\s*[,;]?\s*\(?\s*k\s*=\s*(?P<factor>[0-9]+(?:[.,][0-9]+)?)(?:[,;]\s*95\s*%)?\s*\)?)?"
)
_PLUS_MINUS = r"(?:±|\+/-|\+-)"
# `0.5 ± 0.1`, `0.5 mg/kg ± 0.1 mg/kg (k=2)`, `0.5 (± 0.1)`, `2.2 (U=0.3, k=2) mg/kg`
_UNCERTAIN = (
    re.compile(
        rf"^(?P<number>{NUMBER})(?P<unit1>{_UNIT})\s*{_PLUS_MINUS}\s*(?P<u>{NUMBER})"
        rf"(?P<unit2>{_UNIT}){_COVERAGE}$"
    ),
    re.compile(
        rf"^(?P<number>{NUMBER})(?P<unit1>{_UNIT})\s*\(\s*(?:{_PLUS_MINUS}|U\s*=)\s*"
        rf"(?P<u>{NUMBER})(?P<unit2>{_UNIT}){_COVERAGE}\)(?P<unit3>{_UNIT})$"
    ),
)
_RELATIVE = re.compile(r"^\s*%$")
_VALUE = re.compile(rf"^(?P<number>{NUMBER})(?P<rest>.*)$")
_RANGE = re.compile(
    rf"^(?P<sign>[<>≤≥]?)\s*(?P<low>{NUMBER})\s*"
    r"(?:-|–|—|−|~|÷|…|\.\.\.?|\b(?:to|až|bis|and|do)\b)\s*[<>≤≥]?\s*"
    rf"(?P<high>{NUMBER})(?P<rest>.*)$"
)
# `J` and `U` are letters of EPA's list that every laboratory uses alike: estimated, and not found
# at the number beside it.
_ESTIMATED = re.compile(
    r"\s*[\[(]?(?:\b(?:est|estimated|odhad)\b\.?|(?<![A-Za-z])(?-i:J))[\])]?\s*$", re.IGNORECASE
)
_NOT_FOUND_AT = re.compile(r"\s*[\[(]?(?<![A-Za-z])UJ?[\])]?$")


@lru_cache(16384)
def statement(text: str, mark: str | None) -> Statement:
    """What a result cell says, given the file's proven decimal mark.

    Raises Unreadable where it is no statement of the grammar; a code per kind of trouble.
    """
    stripped = text.strip()
    if not stripped:
        return Statement("blank")
    if len(stripped) > LONGEST:
        why = f"no result is longer than {LONGEST} characters; put comments in a column Notes"
        raise Unreadable("UNKNOWN-WORD", why)
    # One blank may group digits; two, a tab or a new line part two numbers. Nothing below meets a
    # longer run.
    printed = _RUN.sub(lambda run: " " if run[0] in _ONE_BLANK else "  ", stripped)
    if kind := _word(printed):
        return Statement(kind)
    _check_characters(printed)
    if mark != "," and FOOTNOTE_OR_POWER.search(printed):
        why = "the raised digit may be an exponent or a footnote; write it as 2x10^2"
        raise Unreadable("AMBIGUOUS-NUMBER", why)
    tidied = _BELOW_IN_WORDS.sub("<", tidy(printed))
    stated = _portioned(tidied, mark) or _flagged(tidied, mark)
    if stated is None:
        code, why = why_no_statement(tidied)
        near = vocabulary.nearest_statuses(tidied) if code == "UNKNOWN-WORD" else ()
        raise Unreadable(code, why, near)
    return stated


@lru_cache(16384)
def readings(text: str, mark: str | None) -> tuple[Statement, ...]:
    """Every way to read a result cell, given the file's decimal mark: one, where it is proven.

    Raises Unreadable where there is none.
    """
    try:
        return (statement(text, mark),)
    except Unreadable as error:
        statements = _ambiguous(text, mark) if error.code == "AMBIGUOUS-NUMBER" else ()
        if not statements:
            raise
        return statements


def _ambiguous(text: str, mark: str | None) -> tuple[Statement, ...]:
    """What an ambiguous cell may say: with a power of ten that lost its height, or without; with
    its mark as a decimal mark, or as a thousands mark. Nothing where one way cannot be read."""
    ways = flat_or_raised(text.strip(), mark)
    if ways:
        statements = [_if_readable(*way) for way in ways]
        return () if None in statements else tuple(dict.fromkeys(filter(None, statements)))
    if mark is not None:
        return tuple(filter(None, [_if_readable(text, "," if mark == "." else ".")]))
    both = (_if_readable(text, decimal_mark) for decimal_mark in (".", ","))
    return tuple(dict.fromkeys(filter(None, both)))


def _if_readable(text: str, mark: str | None) -> Statement | None:
    try:
        return statement(text, mark)
    except Unreadable:
        return None


def _check_characters(text: str) -> None:
    """Refuse what nobody sees, and a cell that was cut off inside a bracket."""
    for position, character in enumerate(text, start=1):
        if unicodedata.category(character) in ("Cf", "Cc", "Co", "Cs", "Cn"):
            invisible = f"an invisible character (U+{ord(character):04X})"
            why = f"{invisible} is its character {position}; type it again"
            raise Unreadable("NOT-A-NUMBER", why)
    if text.count("(") != text.count(")") or text.count("[") != text.count("]"):
        why = "its brackets do not match; the cell may have been cut off"
        raise Unreadable("UNKNOWN-WORD", why)


def _flagged(text: str, mark: str | None) -> Statement | None:
    """A number with what stands behind it: `est.`, `J`, `U`."""
    if match := _NOT_FOUND_AT.search(text):
        stated = _numeric(text[: match.start()], mark)
        is_number = stated is not None and stated.kind in ("value", "below")
        return _not_found_at(stated) if stated is not None and is_number else None
    if not _ESTIMATED.search(text):
        return _numeric(text, mark)
    stated = _numeric(_ESTIMATED.sub("", text), mark)
    return replace(stated, flags=("estimated",)) if stated else None


def _not_found_at(stated: Statement) -> Statement:
    """`0.05 U` is below 0.05; `0 U` names no limit."""
    nothing = stated.number is None or not stated.number.value
    return stated if nothing else replace(stated, kind="below", uncertainty=None)


def _numeric(text: str, mark: str | None) -> Statement | None:
    """A statement with a number in it; None where it starts like none of the grammar."""
    for pattern in (_BELOW_WORD_BOUND, _WITH_BOUND):
        match = pattern.match(text)
        stated = _word_with_bound(match, mark) if match else None
        if stated is not None:
            return stated
    if match := _RANGE.match(text):
        return _between(match, mark)
    if match := _COMPARED.match(text):
        return _compared(match, mark)
    if match := _UNCERTAIN[0].match(text) or _UNCERTAIN[1].match(text):
        return _uncertain(match, mark)
    if re.match(r"^[-−–]\s*[0-9]", text):
        raise Unreadable("NEGATIVE", "an amount cannot be negative")
    if match := _VALUE.match(text):
        return Statement("value", _number(match["number"], mark, text), unit=_unit(match["rest"]))
    return None


def _between(match: re.Match[str], mark: str | None) -> Statement:
    """`0.4-0.6`: not one result, though each of them lies between the two."""
    low, high = _number(match["low"], mark), _number(match["high"], mark, match["high"])
    if match["sign"] or low.value > high.value:
        why = "a range of values is not a result; print one result per replicate"
        raise Unreadable("RANGE", why)
    return Statement("between", low, upper=high, unit=_unit(match["rest"]))


def _word(text: str) -> str | None:
    """A status word; a single letter is one only in a qualifier or verdict column, never as a
    result."""
    key = vocabulary.word_key(text)
    return None if len(key) == 1 and key.isalpha() else vocabulary.status(text)


def _number(text: str, mark: str | None, around: str = "") -> Number:
    printed = around.lstrip("<>=≤≥≦≧ ")
    if FLATTENED.match(printed):
        raise Unreadable("AMBIGUOUS-NUMBER", lost_height(printed))
    try:
        return number(text, mark)
    except Ambiguous as error:
        raise Unreadable("AMBIGUOUS-NUMBER", str(error)) from None
    except ValueError as error:
        raise Unreadable("NOT-A-NUMBER", str(error)) from None


def _unit(rest: str) -> str:
    """The unit after a number: known, or the cell is refused."""
    text = rest.strip()
    foreign = any(c.isdigit() and not c.isascii() for c in text)
    bare = not any(c.isalpha() or c in "%/:" for c in text)  # `[1]` is a footnote, not the unit 1
    if text and (foreign or bare or vocabulary.unit(text) is None):
        code, why = why_no_unit(text)
        near = vocabulary.nearest_units(text) if code == "UNKNOWN-UNIT" else ()
        raise Unreadable(code, why, near)
    return text


def _portioned(text: str, mark: str | None) -> Statement | None:
    """`Absent in 25 g`, `Negative/1g`, `0/25 g`, `ND/25g`, `Present in 10 g`."""
    match = _PORTION.match(text) or _PORTION_FIRST.match(text)
    if not match:
        return None
    kind = "absent" if match["word"].strip() == "0" else _word(match["word"])
    if kind == "not_detected":
        kind = "absent"
    if kind not in ("absent", "present"):
        return None
    portion = _number(match["size"], mark).value
    if not portion:
        raise Unreadable("NOT-A-NUMBER", "a test portion of 0 g shows nothing")
    return Statement(kind, portion=portion)


def _compared(match: re.Match[str], mark: str | None) -> Statement:
    below, closed, rest = match["sign"] in _BELOW, match["sign"] in _CLOSED, match["rest"].strip()
    value = _number(match["number"], mark, match["number"] + match["rest"])
    if not value.value and below:
        raise Unreadable("NOT-A-NUMBER", "there is nothing below 0")
    # "<0.05 (ND)" says the same twice
    twice = re.match(r"^(?P<unit>[^()]*)\((?P<word>[^()]+)\)$", rest)
    kind = _kind_below(twice["word"]) if twice and below else None
    if twice and kind == "below_loq":
        return Statement(kind, unit=_unit(twice["unit"]), loq=value)
    if twice and kind in _NOT_FOUND:
        rest = twice["unit"]
    return Statement("below" if below else "above", value, closed, unit=_unit(rest))


def _kind_below(word: str) -> str | None:
    """What a word in brackets behind `< 0.02` says: `ND`, `BLQ`, or the limit's own name, `LQ`."""
    bound = vocabulary.column_role(word)
    return f"below_{bound}" if bound in ("lod", "loq") else _word(word)


def _word_with_bound(match: re.Match[str], mark: str | None) -> Statement | None:
    """`ND<0.001`, `ND (LOD 0.02)`, `<LOQ (0.05)`: a word with the bound it stands for."""
    kind = _word(match["word"].strip())
    if kind not in _NOT_FOUND:
        return None
    bound = _number(match["number"], mark, match["number"] + match["rest"])
    unit = _unit(match["rest"])
    which = (match.groupdict().get("which") or "").casefold()
    if which in ("lod", "mdl") or (kind == "below_lod" and not which):
        return Statement(kind, unit=unit, lod=bound)
    if which or kind == "below_loq":
        return Statement(kind, unit=unit, loq=bound)
    if not bound.value:
        return Statement(kind, unit=unit)  # `ND (<0.00)`: how far down is not said
    return Statement("below", bound, unit=unit)


def _uncertain(match: re.Match[str], mark: str | None) -> Statement:
    if match["factor"] and Decimal(match["factor"].replace(",", ".")) != 2:
        why = "only an expanded uncertainty with k = 2 is understood"
        raise Unreadable("COVERAGE", why)
    of_value, after = _unit_of_value(match), match["unit2"].strip()
    # "1.35 ± 0.10 %": the sign may be the value's unit or the size of the uncertainty; the row's
    # unit decides.
    relative = after == "%" and of_value != "%"
    value = _number(match["number"], mark)
    _check_powers(match["number"], match["u"], relative=relative)
    unit = _unit(of_value or ("" if relative else after))
    both = of_value and after and not relative
    if both and vocabulary.unit(of_value) != vocabulary.unit(after):
        why = f"the value is in '{of_value}', its uncertainty in '{after}'"
        raise Unreadable("UNIT-CONTRADICTS", why)
    uncertainty = _number(match["u"], mark)
    return Statement("value", value, uncertainty=uncertainty, relative=relative, unit=unit)


def _unit_of_value(match: re.Match[str]) -> str:
    """The unit before an uncertainty, or behind its bracket."""
    before, behind = match["unit1"].strip(), (match.groupdict().get("unit3") or "").strip()
    if before and behind:
        why = f"'{before}' and '{behind}' both stand where the unit belongs"
        raise Unreadable("UNKNOWN-UNIT", why)
    return before or behind


def _check_powers(value: str, uncertainty: str, *, relative: bool) -> None:
    """`1.2 ± 0.3 x 10^3` and `1.2 x 10^3 ± 0.3`: whose power of ten it is, nobody can say."""
    of_value, of_uncertainty = (bool(re.search(r"[eE^]", text)) for text in (value, uncertainty))
    if of_value != of_uncertainty and not (relative and of_value):
        why = "the power of ten may belong to one number or to both; write 1.2x10^3 ± 0.3x10^3"
        raise Unreadable("AMBIGUOUS-NUMBER", why)
