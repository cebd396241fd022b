"""Number formats: what a person sees of a stored number."""

from __future__ import annotations

import re
from decimal import Decimal

from kratom_qc.model import plain

# Formats that show the stored number itself, at most with fewer or more digits or grouped.
_HONEST_FORMAT = re.compile(r"^(?:General|@|[#0,]*[#0](?:\.[0#?]+)?_?\)?\s*|0+(?:\.0+)?[eE][+-]0+|##0\.0E\+0)$")
_PERCENT_FORMAT = re.compile(r"^[#0,]*0(?:\.[0#]+)?\s*%\s*$")
_PADDED_FORMAT = re.compile(r"^0{2,}$")

Trouble = tuple[str, str] | None


def shown_number(value: float, pattern: str) -> tuple[str, str, Trouble]:
    exact = Decimal(repr(value))
    if not exact.is_finite():
        return str(value), "number", ("not-a-number", "this cell holds no finite number")
    sections = pattern.split(";")
    if len(sections) > 1:  # positive; negative; zero
        pattern = sections[1] if exact < 0 else sections[2] if exact == 0 and len(sections) > 2 else sections[0]
    if _PADDED_FORMAT.match(pattern) and exact == exact.to_integral_value():
        return f"{int(exact):0{len(pattern)}d}", "number", None
    if _HONEST_FORMAT.match(pattern):
        return digits(exact, pattern), "number", None
    if _PERCENT_FORMAT.match(pattern):
        return f"{digits(exact * 100, pattern)}%", "number", None
    return (
        digits(exact),
        "number",
        (
            "shown-differs",
            f"the number format '{pattern}' may show something else than the stored {digits(exact)}; format the "
            "cell as General and type what it should say",
        ),
    )


def digits(exact: Decimal, pattern: str = "") -> str:
    """The stored digits, with the zeros the format shows behind them: 1.42 under `0.000` is said 1.420. A format that shows
    fewer digits than are stored changes nothing: what is stored decides."""
    text = plain(exact) if abs(exact.adjusted()) < 25 else str(exact)
    shown = re.search(r"\.(0+)", pattern)
    decimals = len(text.partition(".")[2])
    if shown is None or "E" in text or "e" in pattern.lower() or decimals >= len(shown[1]):
        return text
    return (text if "." in text else f"{text}.") + "0" * (len(shown[1]) - decimals)
