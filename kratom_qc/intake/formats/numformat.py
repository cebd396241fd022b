"""Number formats: what a person sees of a stored number (ECMA-376 part 1, 18.8.30 and 18.8.31).

A format is *honest* where it shows the number itself, with fewer or more digits, grouped, in per
cent, with an exponent or with a unit behind it, which the cell then says too. Any other one puts
words or another scale over the number: `"<"0.05` over 12, `"ND"` over 9.9, nothing at all over 1.
Nobody can tell which of the two the laboratory meant, so such a cell is not believed.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.interval import plain
from kratom_qc.intake.formats.cell_problems import NOT_FINITE, CellProblem, CellValue
from kratom_qc.intake.formats.colours import Colour, named_colour

# The formats that a file names by number only; 27 to 36, 50 to 58 and 71 to 81 are dates of Asian
# locales.
BUILTIN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: '"$"#,##0;("$"#,##0)', 6: '"$"#,##0;[Red]("$"#,##0)',
    7: '"$"#,##0.00;("$"#,##0.00)', 8: '"$"#,##0.00;[Red]("$"#,##0.00)',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm",
    37: "#,##0;(#,##0)", 38: "#,##0;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;[Red](#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0", 48: "##0.0E+0", 49: "@",
    **dict.fromkeys([*range(27, 37), *range(50, 59), *range(71, 82)], "yyyy-mm-dd"),
    59: "0", 60: "0.00", 61: "#,##0", 62: "#,##0.00",
    67: "0%", 68: "0.00%", 69: "# ?/?", 70: "# ??/??",
}  # fmt: skip

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]|(?P<general>General|@)'
    r"|(?P<digits>[0#?](?:[0#?,]*[0#?])?(?:\.[0#?]*)?|\.[0#?]+)(?P<scale>,*)"
    r"(?P<exponent>[eE][+-][0#?]+)?|(?P<percent>%)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(
    r"(<=|>=|<>|<|>|=)\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)", re.ASCII
)
_COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
_PIECE = re.compile(r'"[^"]*"?|[\\_*].?|\[[^\]]*\]|[^"\\_*\[;]+|.', re.DOTALL)
LITERAL = re.compile(
    r'"[^"]*"?|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]|general', re.IGNORECASE | re.DOTALL
)
_MOST_DIGITS = 25  # beyond what Decimal's context of 28 digits rounds without an error


@lru_cache(4096)
def is_date(pattern: str) -> bool:
    """Whether a format shows a date or a time."""
    return re.search(r"[dmyhs]", LITERAL.sub("", pattern.split(";")[0]), re.IGNORECASE) is not None


def shown_number(value: Decimal, pattern: str) -> CellValue:
    """A stored number under a format that is no date (see `is_date`): in full, with the zeros its
    format shows."""
    if not value.is_finite():
        return CellValue(str(value), "number", NOT_FINITE)
    if not _is_readable(pattern):
        return CellValue(digits(value), "number", _unreadable(pattern))
    section = _section(section_of(pattern, value))
    # A section of its own for negatives shows no minus of its own accord.
    signed = value >= 0 or len(_split(pattern)) == 1
    if section.honest_over(value, signed=signed):
        return with_unit(_honest(value, section), section.unit)
    return CellValue(digits(value), "number", _differs(value, pattern, section))


@lru_cache(4096)
def shown_text(pattern: str) -> CellProblem | None:
    """Why a text cell under this format cannot be believed: a fourth section, or else a last one
    with an `@`, speaks of text."""
    if not _speaks_of_text(_split(pattern)):
        return None
    section = _section(_text_section(pattern))
    if section.general and not (section.before + section.after).strip():
        return None
    text = "…" if section.general else ""
    seen = f"{section.before}{text}{section.after}".strip()
    if not seen:
        message = "this cell shows nothing, but holds text; format it as text"
        return CellProblem("invisible", message)
    message = f"this cell shows '{seen}' instead of its text; format it as text"
    return CellProblem("shown-differs", message)


@lru_cache(16384)
def ink(pattern: str, value: Decimal | None) -> Colour | None:
    """The colour that a format writes a number in, or a text where `value` is None; None where it
    leaves that to the cell's font."""
    if "[" not in pattern:
        return None
    section = section_of(pattern, value) if value is not None else _text_section(pattern)
    brackets = (token["bracket"] for token in _TOKEN.finditer(section))
    colours = (named_colour(bracket) for bracket in brackets if bracket is not None)
    return next((colour for colour in colours if colour is not None), None)


def _text_section(pattern: str) -> str:
    """The section that speaks of text; without one, text has the colour of the first."""
    sections = _split(pattern)
    return sections[min(len(sections), 4) - 1] if _speaks_of_text(sections) else sections[0]


def _speaks_of_text(sections: tuple[str, ...]) -> bool:
    last_is_text = any(token["general"] == "@" for token in _TOKEN.finditer(sections[-1]))
    return len(sections) >= 4 or last_is_text


def fifteen_digits(value: float) -> Decimal:
    """A number as every spreadsheet shows it at most: with 15 digits, so that what was computed as
    0.30000000000000004 is 0.3."""
    return Decimal(f"{value:.15g}")


def digits(exact: Decimal, decimals: int = 0) -> str:
    """The stored digits, with the zeros the format shows behind them: 1.42 under `0.000` is said
    1.420."""
    text = plain(exact) if abs(exact.adjusted()) < _MOST_DIGITS else str(exact)
    fraction = len(text.partition(".")[2])
    if "E" in text or fraction >= decimals:
        return text
    point = "" if "." in text else "."
    return text + point + "0" * (decimals - fraction)


# ---------------------------------------------------------------- the sections of a format


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of a format taken apart."""

    before: str  # literal text in front of the digits
    after: str
    digits: str  # the placeholders: `#,##0.00`
    percent: bool
    exponent: str  # its placeholders: `E+00`
    scaled: bool  # shows thousands or millions
    general: bool

    def honest_over(self, value: Decimal, *, signed: bool) -> bool:
        """Whether the section shows this number itself; accounting formats show a zero as `-`, and
        `#` shows it not at all."""
        words = (self.before + ("" if self.unit else self.after)).replace(" ", "")
        allowed = ("",) if signed else ("-", "()")
        if self.scaled or words not in allowed:
            return False
        if self.general or "0" in self.digits:
            return True
        return bool(self.digits and _rounded(value, self.decimals))

    @property
    def decimals(self) -> int:
        """The digits shown behind the point."""
        return len(self.digits.partition(".")[2])

    @property
    def unit(self) -> str:
        """The unit shown behind the digits: `mg/kg`, or `w/w` behind a percent sign; else
        nothing."""
        words = self.after.strip()
        if not words:
            return ""
        return words if vocabulary.unit(f"{'%' if self.percent else ''} {words}") else ""

    @property
    def padded(self) -> int:
        """The digits a whole number is padded to with zeros; 0 where it is not."""
        if self.percent or self.exponent or not re.fullmatch(r"0{2,}", self.digits):
            return 0
        return len(self.digits)


@lru_cache(4096)
def _section(text: str) -> _Section:
    before = after = placeholders = exponent = ""
    percent = scaled = general = False
    for token in _TOKEN.finditer(text):
        if token["digits"] is not None and not placeholders:
            placeholders, scaled = token["digits"], bool(token["scale"])
            exponent = token["exponent"] or ""
        elif token["general"]:
            general = True
        elif token["percent"]:
            scaled = scaled or percent  # two signs show a number ten thousand times as large
            percent = True
        elif placeholders or general:
            after += _literal(token)
        else:
            before += _literal(token)
    return _Section(before, after, placeholders, percent, exponent, scaled, general)


def _literal(token: re.Match[str]) -> str:
    """The text a token shows: `[$€-407]` a currency, `*9` as many nines as there is room for;
    `[Red]` and `[$-409]` nothing."""
    bracket = token["bracket"]
    if bracket is not None:
        return bracket[1:].partition("-")[0] if bracket.startswith("$") else ""
    texts = (token[name] for name in ("quoted", "escaped", "fill", "other", "digits"))
    return next((text for text in texts if text is not None), "")


@lru_cache(4096)
def _split(pattern: str) -> tuple[str, ...]:
    """The sections of a format: semicolons in quotes, in brackets and behind a backslash part
    nothing."""
    sections = [""]
    for piece in _PIECE.findall(pattern):
        if piece == ";":
            sections.append("")
        else:
            sections[-1] += piece
    return tuple(sections)


def section_of(pattern: str, value: Decimal) -> str:
    """The section of a format under which a number is shown."""
    sections = _split(pattern)[:3]
    conditions = [_condition(section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or condition.holds(value):
                return section
        return sections[-1]
    if value < 0 and len(sections) > 1:
        return sections[1]
    if value == 0 and len(sections) > 2:
        return sections[2]
    return sections[0]


class _Condition(NamedTuple):
    """`[<=100]` in front of a section."""

    comparison: str
    bound: Decimal

    def holds(self, value: Decimal) -> bool:
        return bool(_COMPARE[self.comparison](value, self.bound))


@lru_cache(4096)
def _conditions(section: str) -> tuple[str, ...]:
    """What stands in the section's brackets like a condition; a bracket in quotes is text."""
    brackets = [(token["bracket"] or "").strip() for token in _TOKEN.finditer(section)]
    return tuple(text for text in brackets if text.startswith(("<", ">", "=")))


@lru_cache(4096)
def _condition(section: str) -> _Condition | None:
    match = _CONDITION.fullmatch(next(iter(_conditions(section)), ""))
    return _Condition(match[1], Decimal(match[2])) if match else None


@lru_cache(4096)
def _is_readable(pattern: str) -> bool:
    """Whether every condition can be read and they stand from the first section on; programs differ
    over anything else."""
    by_section = [_conditions(section) for section in _split(pattern)]
    if not any(by_section):
        return True
    if len(by_section[0]) != 1 or any(len(conditions) > 1 for conditions in by_section):
        return False
    return all(_CONDITION.fullmatch(text) for conditions in by_section for text in conditions)


def _unreadable(pattern: str) -> CellProblem:
    message = (
        f"the number format '{pattern}' may show something else than this cell holds; "
        "format the cell as text and type what it should say"
    )
    return CellProblem("shown-differs", message)


# ---------------------------------------------------------------- what is seen


def with_unit(cell_value: CellValue, unit: str) -> CellValue:
    """`0.42 mg/kg`, as a person reads it."""
    if not unit:
        return cell_value
    shown = f"{cell_value.shown} {unit}" if cell_value.shown else ""
    return cell_value._replace(text=f"{cell_value.text} {unit}", shown=shown)


def _honest(value: Decimal, section: _Section) -> CellValue:
    amount, sign = (value * 100, "%") if section.percent else (value, "")
    if section.padded and amount == amount.to_integral_value():
        return CellValue(f"{int(amount):0{section.padded}d}", "number")
    if section.exponent:
        return CellValue(digits(amount) + sign, "number", shown=_exponent(amount, section))
    if section.general:
        return CellValue(digits(amount) + sign, "number")
    zeros = section.digits.partition(".")[2].count("0")
    text = digits(amount, zeros) + sign
    rounded = _rounded(amount, section.decimals)
    if rounded == amount:
        return CellValue(text, "number")
    return CellValue(text, "number", shown=_fixed(rounded, section.decimals) + sign)


def _exponent(amount: Decimal, section: _Section) -> str:
    """`1.2E+04` over 12345; so many digits before the point as there are places, which in
    `##0.0E+0` makes 12.3E+3."""
    places = re.sub(r"[^0#?]", "", section.digits.partition(".")[0])
    step = max(1, len(places))
    power = amount.adjusted() // step * step if amount else 0
    mantissa = _rounded(amount.scaleb(-power), section.decimals)
    if mantissa and mantissa.adjusted() >= step:
        power, mantissa = power + step, _rounded(mantissa.scaleb(-step), section.decimals)
    sign = "-" if power < 0 else section.exponent[1].replace("-", "")
    width = len(section.exponent) - 2
    return f"{_fixed(mantissa, section.decimals)}E{sign}{abs(power):0{width}d}"


def _rounded(amount: Decimal, decimals: int) -> Decimal:
    """As spreadsheets round what they show: half away from zero."""
    if abs(amount.adjusted()) + decimals > _MOST_DIGITS:
        return amount
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _fixed(amount: Decimal, decimals: int) -> str:
    return f"{amount:.{decimals}f}"


def _differs(value: Decimal, pattern: str, section: _Section) -> CellProblem:
    held, number = digits(value), _number_seen(value, section)
    seen = f"{section.before}{number}{section.after}".strip()
    if not seen and not section.scaled:
        message = f"this cell shows nothing, but holds {held}; format it as General or delete it"
        return CellProblem("invisible", message)
    if not seen or section.scaled or re.search(r"[0#?]", section.after):
        shows = f"the number format '{pattern}' shows something else than the stored {held}"
    else:
        shows = f"this cell shows '{seen}', but holds {held} (number format '{pattern}')"
    message = f"{shows}; format the cell as text and type what it should say"
    return CellProblem("shown-differs", message)


def _number_seen(value: Decimal, section: _Section) -> str:
    """The digits that a section shows beside its words; nothing where none can be told."""
    rounded = _rounded(abs(value), section.decimals)
    if not section.digits or section.scaled or not (rounded or "0" in section.digits):
        return ""
    sign = "%" if section.percent else ""
    return _fixed(rounded, section.decimals) + sign
