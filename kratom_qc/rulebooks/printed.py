"""The printed text of a limit, read as a person reads it: its numbers, each with its operator and
its unit.

Laws write what must hold (`not more than 1 mg/g`) or what violates (`greater than 2 % … is
prohibited`); tables write `NMT 10^4 cfu/g` or just `2.5 % w/w`. What denies twice (`it is unlawful
not to exceed 2 %`) is not guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from kratom_qc import vocabulary
from kratom_qc.rulebooks.printed_numbers import Number, levelled, numbers

_REVERSED = {"<=": ">", ">=": "<", "<": ">=", ">": "<="}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a text: its operator and its unit as printed, "" where there is none; the text
    behind it.

    `aside` stands in brackets behind another figure and says it again: `400 ppm (0.04 %)`.
    """

    number: Decimal
    operator: str
    unit: str
    after: str
    aside: bool = False


# ---------------------------------------------------------------- operators

_MORE = (
    r"(?:more|greater|higher|larger) than|in excess of|above|over|exceed(?:s|ed|ing)?|více než"
    r"|překročit"
)
_LESS = r"(?:less|fewer|lower|smaller) than|below|under|méně než"
_EQUAL = r"{0} (?:or|than or) equal to|(?:at|is|equal to|equals|meets|reaches) or (?:is )?(?:{1})"
# A denial right before a comparison: "not more than", "shall not contain more than".
_NOT = r"(?:not|no|never|cannot|nesmí) (?:(?:to|be|is|are|contains?|containing|have|has) ){0,2}"
_MOST = (
    rf"nmt|at most|up to|max(?:imum|\.)?(?: of)?|nejvýše|maximálně|{_EQUAL.format('less', _LESS)}"
)
_LEAST = (
    r"nlt|at least|min(?:imum|\.)?(?: of)?|nejméně|alespoň|minimálně"
    rf"|{_EQUAL.format('greater', _MORE)}"
)
# Words, signs, meaning. Where two end at the same place the first counts: "not more than" before
# "more than".
_OPERATORS = tuple(
    (
        re.compile(
            rf"(?<!\w)(?:{words})(?![^\W\d])" + (f"|{signs}" if signs else ""), re.IGNORECASE
        ),
        meaning,
    )
    for words, signs, meaning in (
        (rf"{_NOT}(?:{_MORE})", "", "<="),
        (rf"{_NOT}(?:{_LESS})", "", ">="),
        (_MOST, "≤|≦|<=|=<", "<="),
        (_LEAST, "≥|≧|>=|=>", ">="),
        (_LESS, "<", "<"),
        (_MORE, ">", ">"),
    )
)
_BEHIND = tuple(
    (re.compile(rf"\s*{words}(?!\w| than)", re.IGNORECASE), meaning)
    for words, meaning in (
        (r"(?:or|and) (?:more|above|over|greater|higher|up)", ">="),
        (r"(?:or|and) (?:less|below|under|lower|fewer)", "<="),
        (r"[(,]?\s*max(?:imum|\.)?", "<="),
        (r"[(,]?\s*min(?:imum|\.)?", ">="),
    )
)
# What may stand between an operator and its number: "exceeds (one) 1 mg", "at most of 3".
_CLOSE = re.compile(r"[\s(:]*(?:(?:of|a|an|the|about|than) ?)*[\s(:]*", re.IGNORECASE)
_VIOLATES = re.compile(
    r"violat|prohibit|adulterat|unlawful|illegal|forbidden|\bban(?:ned|s)?\b|\breject",
    re.IGNORECASE,
)
_PERMITS = re.compile(
    r"\bunless\b|\bexcept|\bnot (?:be )?(?:prohibit|adulterat|unlawful|illegal|forbidden)",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:not|no|never|neither|nor|without|cannot|nesmí)\b|n't\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[;:,]|\.\s|\b(?:and|but)\b", re.IGNORECASE)

# ---------------------------------------------------------------- units

_SPELT_UNITS = tuple(
    (re.compile(rf"\b{words}\b", re.IGNORECASE), short)
    for words, short in (
        (r"milligrams?", "mg"),
        (r"micrograms?", "µg"),
        (r"kilograms?", "kg"),
        (r"grams?", "g"),
        (r"millilit(?:er|re)s?", "mL"),
        (r"parts per million", "ppm"),
        (r"parts per billion", "ppb"),
        (r"per ?cent", "%"),
        (r"colony[- ]forming units", "cfu"),
    )
)
_SPAN = re.compile(r"\s*(?:–|—|-|−|to|and|až|through)\s*", re.IGNORECASE)
_SPREAD = re.compile(r"\s*(?:±|\+/-)\s*")
_TO_ONE = re.compile(r"\s*(?::|to)\s*(?:1|one)\b", re.IGNORECASE)
_PER = re.compile(
    r"\bper (?:serving|container|package|unit|capsule|tablet|g|kg|mL|day)\b", re.IGNORECASE
)
_LONGEST_UNIT = 5  # words
_LONGEST_TEXT = 500  # signs; the longest of ours has 170


@lru_cache(4096)
def figures(text: str) -> tuple[Figure, ...]:
    """Every number of a text that a limit may mean, in its order.

    Raises ValueError where the text contradicts itself or denies twice, so that nobody can tell for
    sure what it asks.
    """
    if len(text) > _LONGEST_TEXT:
        raise ValueError(
            f"is longer than {_LONGEST_TEXT} signs; print the words of the limit itself"
        )
    printed = levelled(" ".join(text.split()))
    for pattern, short in _SPELT_UNITS:
        printed = pattern.sub(short, printed)
    read: list[Figure] = []
    start = 0  # behind the figure before
    end = Number(Decimal(0), len(printed), len(printed))
    for number, following in pairwise([*numbers(printed), end]):
        if number.begin < start:
            continue
        unit, stop = _unit(printed, number.end)
        both = _range(number.value, following.value, printed[stop : following.begin])
        if both is not None and following is not end:
            _refuse_denied(printed)
            unit, stop = _unit(printed, following.end)
            least, most = both
            after = printed[stop:]
            read += [Figure(least, ">=", unit, after), Figure(most, "<=", unit, after)]
        else:
            before, after = printed[start : number.begin], printed[stop:]
            operator = _operator(printed, before, after, first=not read)
            alone = not read and following is end
            if not (operator or unit or alone):
                continue  # "Class 2 solvents", "section 5": a number of nothing
            aside = bool(read) and not operator and before.strip() == "("
            read.append(Figure(number.value, operator, unit, after, aside))
        start = stop
    return tuple(read)


def _range(number: Decimal, other: Decimal, joint: str) -> tuple[Decimal, Decimal] | None:
    """The ends that two numbers print: `1–3`, or `2 ± 1`; None where they print no range."""
    if _SPAN.fullmatch(joint):
        return number, other
    if _SPREAD.fullmatch(joint):
        return number - other, number + other
    return None


def _operator(printed: str, before: str, after: str, *, first: bool) -> str:
    """The operator of a number between two parts of a text. Of the first number it may stand
    anywhere before, of every other it must stand right before; or right behind, as in `5 ppm or
    less`."""
    before, operator = _operator_before(before, first=first)
    behind = next((meaning for pattern, meaning in _BEHIND if pattern.match(after)), "")
    if operator and behind:
        raise ValueError("prints an operator before its number and one behind it")
    meaning = operator or behind
    forbids = bool(_VIOLATES.search(printed))
    denies = bool(_DENIES.search(_CLAUSE.split(before)[-1]))
    if not meaning or not (forbids or denies):
        return meaning
    if forbids and denies:
        raise ValueError("denies twice: whether it permits or forbids cannot be told for sure")
    _refuse_permitted(printed)
    return _REVERSED[meaning]


def _operator_before(text: str, *, first: bool) -> tuple[str, str]:
    """The text before the operator of a number that stands behind this text, and the operator; the
    whole and nothing where there is none."""
    begin, end, operator = _last_operator(text)
    between = text[end:]
    close = bool(_CLOSE.fullmatch(between))
    if operator and (close or (first and ";" not in between)):
        return text[:begin], operator
    return text, ""


def _refuse_denied(sentence: str) -> None:
    if _VIOLATES.search(sentence):
        raise ValueError("forbids a range: what it permits cannot be told for sure")


def _refuse_permitted(sentence: str) -> None:
    if _PERMITS.search(sentence):
        raise ValueError(
            "forbids with an exception: whether it permits or forbids cannot be told for sure"
        )


def _last_operator(text: str) -> tuple[int, int, str]:
    """(begin, end, operator) of the operator nearest before the number: `NMT <10,000` is strict, as
    Utah prints it."""
    best = (0, -1, 0, "")
    for rank, (pattern, meaning) in enumerate(_OPERATORS):
        for match in pattern.finditer(text):
            best = max(best, (match.end(), -rank, match.start(), meaning))
    return best[2], best[0], best[3]


def _unit(text: str, end: int) -> tuple[str, int]:
    """(the longest run of words behind a number that is a unit, where it ends). `150 mg of
    mitragynine per serving` is in mg per serving."""
    ratio = _TO_ONE.match(text, end)
    if ratio:
        return ": 1", ratio.end()
    word = r"[^\s-]\S*" if text[end : end + 1] == "-" else r"\S+"
    words = list(re.finditer(word, text[end : end + 60]))[:_LONGEST_UNIT]
    for last in reversed(words):
        stop = end + last.end()
        printed = text[end:stop].strip(" -,;.:")
        if printed.count("(") < printed.count(")"):
            printed = printed.rstrip(")")
        unit = vocabulary.unit(printed) if printed else None
        if unit is not None:
            begin = end + text[end:stop].index(printed)
            per = _PER.findall(text) if unit.canonical == "g" else []
            return _per(printed, per), begin + len(printed)
    return "", end


def _per(unit: str, per: list[str]) -> str:
    """A unit with what a text says elsewhere it is for: mg and `per serving`."""
    whole = f"{unit} {per[0]}" if len(set(per)) == 1 else unit
    return whole if vocabulary.unit(whole) else unit
