"""Number formats: what a person sees of a stored number (ECMA-376 part 1, 18.8.30 and 18.8.31).

A format is *honest* where it shows the number itself, with fewer or more digits, grouped, in per
cent or with an exponent. Any other one puts words or another scale over the number: `"<"0.05` over
12, `"ND"` over 9.9, nothing at all over 1. Nobody can tell which of the two the laboratory meant,
so such a cell is not believed.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from kratom_qc.domain.interval import plain

Trouble = tuple[str, str] | None  # the code and the sentence of why a cell cannot be believed

# The formats that a file names by number only; 27 to 36, 50 to 58 and 71 to 81 are dates of Asian
# locales.
BUILTIN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: '"$"#,##0;("$"#,##0)', 6: '"$"#,##0;[Red]("$"#,##0)',
    7: '"$"#,##0.00;("$"#,##0.00)', 8: '"$"#,##0.00;[Red]("$"#,##0.00)',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "m/d/yy h:mm", 37: "#,##0;(#,##0)", 38: "#,##0;[Red](#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;[Red](#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)', 42: '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', 44: '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0", 48: "##0.0E+0", 49: "@",
    **dict.fromkeys([*range(27, 37), *range(50, 59), *range(71, 82)], "yyyy-mm-dd"),
    59: "0", 60: "0.00", 61: "#,##0", 62: "#,##0.00", 67: "0%", 68: "0.00%", 69: "# ?/?", 70: "# ??/??",
}  # fmt: skip

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>General|@)'
    r"|(?P<digits>[0#?](?:[0#?,]*[0#?])?(?:\.[0#?]*)?|\.[0#?]+)(?P<scale>,*)(?P<exponent>[eE][+-][0#?]+)?|(?P<percent>%)|(?P<other>.)",
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


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored number as said: in full, with the zeros its format shows; `shown` where the sheet
    displays it rounded."""

    text: str
    shown: str = ""
    trouble: Trouble = None


@lru_cache(4096)
def is_date(pattern: str) -> bool:
    """Whether a format shows a date or a time."""
    return re.search(r"[dmyhs]", LITERAL.sub("", pattern.split(";")[0]), re.IGNORECASE) is not None


def shown_number(value: Decimal, pattern: str) -> Shown:
    """What the sheet shows of a stored number under its format. Dates are not asked here; see
    `is_date`."""
    if not value.is_finite():
        return Shown(str(value), trouble=("not-a-number", "this cell holds no finite number"))
    if not _is_readable(pattern):
        return Shown(digits(value), trouble=_unreadable(pattern))
    look = _look(section_of(pattern, value))
    signed = (
        value >= 0 or len(_split(pattern)) == 1
    )  # a section of its own for negatives shows no minus of its own accord
    if look.honest_over(value, signed=signed):
        return _honest(value, look)
    return _differs(value, pattern, look)


@lru_cache(4096)
def shown_text(pattern: str) -> Trouble:
    """Why a text cell under this format cannot be believed: a fourth section, or else a last one
    with an `@`, speaks of text."""
    sections = _split(pattern)
    if len(sections) < 4 and not any(
        token["general"] == "@" for token in _TOKEN.finditer(sections[-1])
    ):
        return None
    look = _look(sections[min(len(sections), 4) - 1])
    if look.general and not (look.before + look.after).strip():
        return None
    seen = f"{look.before}{'…' if look.general else ''}{look.after}".strip()
    shows = f"'{seen}' instead of its text" if seen else "nothing, but holds text"
    return ("shown-differs" if seen else "invisible", f"this cell shows {shows}; format it as text")


def stored(value: float) -> Decimal:
    """A number as every spreadsheet shows it at most: with 15 digits, so that what was computed as
    0.30000000000000004 is 0.3."""
    return Decimal(f"{value:.15g}")


def digits(exact: Decimal, decimals: int = 0) -> str:
    """The stored digits, with the zeros the format shows behind them: 1.42 under `0.000` is said
    1.420."""
    text = plain(exact) if abs(exact.adjusted()) < 25 else str(exact)
    given = len(text.partition(".")[2])
    if "E" in text or given >= decimals:
        return text
    return (text if "." in text else f"{text}.") + "0" * (decimals - given)


# ---------------------------------------------------------------- the sections of a format


@dataclass(frozen=True, slots=True)
class _Look:
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
        words = (self.before + self.after).replace(" ", "")
        if self.scaled or words not in (("",) if signed else ("-", "()")):
            return False
        return (
            self.general
            or "0" in self.digits
            or bool(self.digits and _rounded(value, self.decimals))
        )

    @property
    def decimals(self) -> int:
        """The digits shown behind the point."""
        return len(self.digits.partition(".")[2])

    @property
    def padded(self) -> int:
        """The digits a whole number is padded to with zeros; 0 where it is not."""
        return (
            len(self.digits)
            if re.fullmatch(r"0{2,}", self.digits) and not self.percent and not self.exponent
            else 0
        )


@lru_cache(4096)
def _look(section: str) -> _Look:
    before = after = found = ""
    exponent = ""
    percent = scaled = general = False
    for token in _TOKEN.finditer(section):
        if token["digits"] is not None and not found:
            found, scaled, exponent = token["digits"], bool(token["scale"]), token["exponent"] or ""
        elif token["general"]:
            general = True
        elif token["percent"]:
            scaled, percent = (
                scaled or percent,
                True,
            )  # two of them show it ten thousand times as large
        else:
            text = _literal(token)
            before, after = (before, after + text) if found or general else (before + text, after)
    return _Look(before, after, found, percent, exponent, scaled, general)


def _literal(token: re.Match[str]) -> str:
    if token["bracket"] is not None:  # [$€-407] shows a currency; [Red] and [$-409] show nothing
        return token["bracket"][1:].partition("-")[0] if token["bracket"].startswith("$") else ""
    return next(
        (
            token[name]
            for name in ("quoted", "escaped", "other", "digits")
            if token[name] is not None
        ),
        "",
    )


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
            if condition is None or _COMPARE[condition[0]](value, condition[1]):
                return section
        return sections[-1]
    if value < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if value == 0 and len(sections) > 2 else sections[0]


@lru_cache(4096)
def _conditions(section: str) -> tuple[str, ...]:
    """What stands in the section's brackets like a condition; a bracket in quotes is text."""
    brackets = (token["bracket"] or "" for token in _TOKEN.finditer(section))
    return tuple(said.strip() for said in brackets if said.strip()[:1] in ("<", ">", "="))


@lru_cache(4096)
def _condition(section: str) -> tuple[str, Decimal] | None:
    match = _CONDITION.fullmatch(next(iter(_conditions(section)), ""))
    return (match[1], Decimal(match[2])) if match else None


@lru_cache(4096)
def _is_readable(pattern: str) -> bool:
    """Whether every condition can be read and they stand from the first section on; programs differ
    over anything else."""
    said = [_conditions(section) for section in _split(pattern)]
    if not any(said):
        return True
    known = all(_CONDITION.fullmatch(condition) for conditions in said for condition in conditions)
    return known and len(said[0]) == 1 and all(len(conditions) <= 1 for conditions in said)


def _unreadable(pattern: str) -> tuple[str, str]:
    message = f"the number format '{pattern}' may show something else than this cell holds; format the cell as text"
    return ("shown-differs", f"{message} and type what it should say")


# ---------------------------------------------------------------- what is seen


def _honest(value: Decimal, look: _Look) -> Shown:
    amount, sign = (value * 100, "%") if look.percent else (value, "")
    if look.padded and amount == amount.to_integral_value():
        return Shown(f"{int(amount):0{look.padded}d}")
    if look.general or look.exponent:
        return Shown(digits(amount) + sign, _exponent(amount, look) if look.exponent else "")
    said = digits(amount, len(re.sub(r"[^0]", "", look.digits.partition(".")[2])))
    rounded = _rounded(amount, look.decimals)
    return Shown(
        said + sign, "" if rounded == amount else plain_fixed(rounded, look.decimals) + sign
    )


def _exponent(amount: Decimal, look: _Look) -> str:
    """`1.2E+04` over 12345; so many digits before the point as there are places, which in
    `##0.0E+0` makes 12.3E+3."""
    step = max(1, len(re.sub(r"[^0#?]", "", look.digits.partition(".")[0])))
    power = amount.adjusted() // step * step if amount else 0
    mantissa = _rounded(amount.scaleb(-power), look.decimals)
    if mantissa and mantissa.adjusted() >= step:
        power, mantissa = power + step, _rounded(mantissa.scaleb(-step), look.decimals)
    sign = "-" if power < 0 else look.exponent[1].replace("-", "")
    return f"{plain_fixed(mantissa, look.decimals)}E{sign}{abs(power):0{len(look.exponent) - 2}d}"


def _rounded(amount: Decimal, decimals: int) -> Decimal:
    """As spreadsheets round what they show: half away from zero."""
    if abs(amount.adjusted()) + decimals > 25:
        return amount
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def plain_fixed(amount: Decimal, decimals: int) -> str:
    """A number with so many decimals."""
    return f"{amount:.{decimals}f}"


def _differs(value: Decimal, pattern: str, look: _Look) -> Shown:
    held = digits(value)
    number = ""
    rounded = _rounded(abs(value), look.decimals)
    if look.digits and not look.scaled and (rounded or "0" in look.digits):
        number = plain_fixed(rounded, look.decimals) + ("%" if look.percent else "")
    seen = f"{look.before}{number}{look.after}".strip()
    if not seen and not look.scaled:
        return Shown(
            held,
            trouble=(
                "invisible",
                f"this cell shows nothing, but holds {held}; format it as General or delete it",
            ),
        )
    if look.scaled or re.search(r"[0#?]", look.after) or not (number or seen):
        shows = f"the number format '{pattern}' shows something else than the stored {held}"
    else:
        shows = f"this cell shows '{seen}', but holds {held} (number format '{pattern}')"
    return Shown(
        held,
        trouble=("shown-differs", f"{shows}; format the cell as text and type what it should say"),
    )
