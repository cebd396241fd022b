"""The linter: what does a limit's printed text say?

It reads numbers, operators and units from the text and refuses a limit whose data say something else.
"""

from __future__ import annotations

import re
from decimal import Decimal

from kratom_qc import vocabulary
from kratom_qc.model import Limit

_OPERATORS = (
    (
        r"not more than|no more than|nmt|not greater than|not exceed(?:ing)?|may not exceed|at most|≤|<=|≦|maximum of|max\.?",
        "<=",
    ),
    (r"not less than|no less than|nlt|at least|≥|>=|minimum of|min\.?", ">="),
    (r"less than|below|under|<", "<"),
    (r"more than|greater than|above|over|exceed(?:s|ing)?|>", ">"),
)
_REVERSED = {"<=": ">", ">=": "<", "<": ">=", ">": "<="}
_TEXT_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


def lint_amount(limit: Limit, minimum: Decimal | None, maximum: Decimal | None, strict: bool, unit: str) -> None:
    """Raise ValueError where the limit's printed text names another number, operator, unit or basis than its data."""
    text = limit.text
    span = re.search(rf"({_TEXT_NUMBER})\s*(?:–|-|to)\s*({_TEXT_NUMBER})", text)
    if span:
        printed = {(">=", _plain(span[1])), ("<=", _plain(span[2]))}
        after = text[span.end() :]
    else:
        operator, number, after = _first_condition(limit, text)
        printed = {(operator or ("<=" if maximum is not None else ">="), number)}
    printed |= _further_conditions(after)
    meant = set()
    if minimum is not None:
        meant.add((">" if strict else ">=", minimum))
    if maximum is not None:
        meant.add(("<" if strict else "<=", maximum))
    if printed != meant:
        raise ValueError(f"the text '{text}' says {_said(printed)}, the limit {_said(meant)}")
    _lint_unit(text, after, unit)
    basis = vocabulary.basis_in(after)[0]
    if (basis or "as received") != limit.basis and (basis or limit.basis == "dry"):
        raise ValueError(f"the text '{text}' says {basis or 'nothing of a dry basis'}, the limit {limit.basis}")


def _first_condition(limit: Limit, text: str) -> tuple[str | None, Decimal, str]:
    """(operator, number, the text after it) of the first number that has a unit or ends the text."""
    number = None
    for number in re.finditer(_TEXT_NUMBER, text):
        if re.match(r"\s*[%\w]", text[number.end() :]) or number.end() == len(text):
            break
    if number is None:
        raise ValueError(f"the text '{text}' prints no number")
    after = text[number.end() :]
    operator = _last_operator(text[: number.start()])
    if re.search(r"violat|prohibit|adulterat|unlawful", after, re.IGNORECASE) and operator:
        operator = _REVERSED[operator]
    if operator is None and limit.operator_printed:
        raise ValueError(f"the text '{text}' prints no operator; say operator = \"unknown\" if the source has none")
    if operator is not None and not limit.operator_printed:
        raise ValueError(f"the text '{text}' prints an operator, the limit says it is unknown")
    return operator, _plain(number[0]), after


def _further_conditions(after: str) -> set[tuple[str, Decimal]]:
    """Conditions behind the first one: an operator right before a number."""
    found = set()
    for number in re.finditer(_TEXT_NUMBER, after):
        before = after[: number.start()]
        operator = _last_operator(before)
        if operator is not None and _ends_with_operator(before):
            found.add((operator, _plain(number[0])))
    return found


def _ends_with_operator(text: str) -> bool:
    return any(re.search(rf"(?:{pattern})\s*$", text, re.IGNORECASE) for pattern, _ in _OPERATORS)


def _said(conditions: set[tuple[str, Decimal]]) -> str:
    return " and ".join(f"{operator} {number}" for operator, number in sorted(conditions, key=str))


def _lint_unit(text: str, after: str, unit: str) -> None:
    """The longest run of words after the number that is a unit must be the limit's unit."""
    words = after.strip().split()
    for end in range(len(words), 0, -1):
        found = vocabulary.unit(" ".join(words[:end]).strip(" ,;."))
        if found is not None:
            if found != vocabulary.unit(unit) and (found.canonical, found.factor) != _scale(unit):
                raise ValueError(f"the text '{text}' is in '{' '.join(words[:end])}', the limit in '{unit}'")
            return
    if words and not re.match(r"[:(]|is\b", words[0]):
        raise ValueError(f"the text '{text}' has no unit the word list knows after its number")


def _scale(unit: str) -> tuple[str, Decimal] | None:
    found = vocabulary.unit(unit)
    return (found.canonical, found.factor) if found else None


def _last_operator(text: str) -> str | None:
    """The operator nearest before the number: `NMT <10,000` is strict, as Utah prints it; `NMT <=10,000` is not."""
    best: tuple[int, int, str] | None = None
    for rank, (pattern, operator) in enumerate(_OPERATORS):
        for match in re.finditer(rf"(?:\b|(?<=\W)|^)(?:{pattern})(?=\W|$|\d)", text, re.IGNORECASE):
            # "not more than" ends where "more than" ends: the earlier pattern of the table wins.
            if best is None or (match.end(), -rank) > (best[0], best[1]):
                best = (match.end(), -rank, operator)
    return best[2] if best else None


def _plain(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
