"""Whether a result as it is reported is the raw one, rounded or censored."""

from __future__ import annotations

import re
from decimal import Decimal

from kratom_qc import vocabulary

_NUMBER = re.compile(r"(?P<below><)?\s*(?P<number>[0-9]+(?:[.,][0-9]+)?|[0-9]{1,3}(?:,[0-9]{3})+)")


def is_rounded(raw: str, reported: str) -> bool:
    """Whether a reported result says what the raw one does: the same words, the number rounded to
    its last figure (`1.61` of `1.6128`, `8600` of `8612`), or that it is below more (`< 0.010` of
    `0.0031`)."""
    raw, reported = raw.strip(), reported.strip()
    if raw == reported or not raw:
        return True
    meaning = vocabulary.status(raw)
    if meaning is not None:
        return meaning == vocabulary.status(reported)
    exact, printed = _NUMBER.fullmatch(raw), _NUMBER.fullmatch(reported)
    if exact is None or printed is None or exact["below"]:
        return False
    measured, shown = _decimal(exact["number"]), _decimal(printed["number"])
    if printed["below"]:
        return measured < shown
    return abs(measured - shown) * 2 <= _last_figure(shown)


def _decimal(text: str) -> Decimal:
    if re.fullmatch(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+", text):
        return Decimal(text.replace(",", ""))
    return Decimal(text.replace(",", "."))


def _last_figure(number: Decimal) -> Decimal:
    """The size of the last figure that may count: 0.01 of 1.61, 100 of 8600."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < 0:
        return Decimal(1).scaleb(exponent)
    digits = str(int(number))
    return Decimal(1).scaleb(len(digits) - len(digits.rstrip("0")) if int(number) else 0)
