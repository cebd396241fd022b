"""One ASCII grammar for numbers as laboratories print them.

`float` and `Decimal` are never called on a laboratory's text directly: both accept `1_0`, Arabic
digits and `nan`.

A file's decimal mark is *proven*, not assumed: `0,05`, `1.200,5` or `12,5` prove a comma, `0.05` or
`1,200.5` a point. `1,234` and `1.234` prove nothing; without a proof elsewhere in the file they are
ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from kratom_qc.domain.interval import plain

_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED = re.compile(r"10([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_TRUE_MINUS = re.compile(r"(10\s?\^\s?\(?)[−–]")
# A group after a letter, sign or power belongs to those.
_GROUP_BLANKS = re.compile(
    r"(?<![0-9A-Za-z.,^+-])[0-9]{1,3}([ \u00a0\u2009\u202f'’])[0-9]{3}(?:\1[0-9]{3})*(?![0-9])"
)
_BLANK = re.compile(r"[ \u00a0\u2009\u202f'’]")

# Whoever joins these must hand over text with single blanks: runs of them are what makes such
# patterns slow.
MANTISSA = r"[0-9]+(?:[.,](?!10\s*\^)[0-9]+)*"
_POWER = r"[+-]?[0-9]{1,3}"
_E = rf"(?:[eE]{_POWER}|\s[eE][+-][0-9]{{1,3}})"  # "1.2E3", "1.2 E+03"; "1.2 E" is a qualifier
_TIMES = r"[x×X*·∙⋅•]"
# "x 10^3", "·10^4" and the Czech "4,7.10^3"
TIMES_TEN = rf"\s*(?:{_TIMES}|\.(?=\s*10\s*\^))\s*10\s*\^\s*(?:\({_POWER}\)|{_POWER})"
_BARE = rf"10\s*\^\s*(?:\({_POWER}\)|{_POWER})"
NUMBER = rf"(?:{_BARE}|{MANTISSA}(?:{_E}(?![0-9A-Za-z])|{TIMES_TEN})?)"
_PLAIN = re.compile(rf"^(?P<m>{MANTISSA})(?P<e>{_E})?$")
_TIMES_TEN = re.compile(rf"^(?P<m>{MANTISSA})(?P<p>{TIMES_TEN})$")
_BARE_POWER = re.compile(rf"^{_BARE}$")
# A raised exponent that lost its height: `2.1 x 102` was 2.1 × 10², `9,6.104` was 9,6·10⁴. `105`
# alone may have been 10⁵ as well, but nothing in it shows that: it is the number 105.
FLATTENED = re.compile(
    rf"^(?:{MANTISSA}\s*{_TIMES}\s*10[+-]?[0-9]+|[0-9]+[.,][0-9]{{1,2}}\.10[0-9]+)(?![0-9^])"
)
# In a file with decimal commas: 5104, or 5·10⁴ without its height
_FLATTENED_GROUP = re.compile(r"(?<![0-9.,])([0-9]{1,3})\.10([0-9])(?![0-9.,^])")
_LOST_HEIGHT = re.compile(
    rf"^(?P<m>{MANTISSA})\s*(?:{_TIMES}|\.)\s*10(?P<p>[+-]?[0-9]{{1,2}})(?![0-9])"
)
# 2 × 10², or 2.10 with the footnote 2
FOOTNOTE_OR_POWER = re.compile(r"(?<![0-9,])[0-9]+\.10[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]")
_POINT_OR_POWER = re.compile(r"(?<![0-9,])([0-9]+)\.10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_FLATTENED_PRODUCT = re.compile(
    rf"(?<![0-9.,])(?P<m>{MANTISSA})\s*{_TIMES}\s*10(?P<p>[0-9])(?![0-9.,^])"
)
_TOKEN = re.compile(rf"(?P<m>{MANTISSA})(?P<power>\s?[eE][+-]?[0-9]|{TIMES_TEN})?")
# No concentration or count lies outside; a hostile exponent costs nothing, and every number fits
# decimal(38, 18).
LARGEST, SMALLEST = Decimal("1e13"), Decimal("1e-12")
_EXPONENT_LIMIT = 30
_MOST_ZEROS = 9  # of a power of ten that is also written out
_MOST_DIGITS = 28  # what decimal arithmetic keeps; more would be rounded in silence


class Ambiguous(ValueError):
    """The text is a number, but which one the file does not prove."""


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number: its exact value and the size of one unit of its last printed digit."""

    value: Decimal
    step: Decimal


def tidy(text: str) -> str:
    """Raised exponents written with ^, group blanks (thin, no-break, apostrophe) between digits
    dropped."""
    raised = _RAISED.sub(lambda match: "10^" + match[1].translate(_SUPERSCRIPT), text)
    raised = _TRUE_MINUS.sub(r"\1-", raised)
    return _GROUP_BLANKS.sub(lambda match: _BLANK.sub("", match[0]), raised)


def decimal_mark(texts: Iterable[str]) -> str | None:
    """The decimal mark a file proves: '.', ',' or None for no proof.

    Raises Ambiguous where the file proves both.
    """
    proof: dict[str, str] = {}
    for text in texts:
        printed = tidy(text)
        if FLATTENED.match(printed.strip("<>=≤≥~ ")):
            continue
        for token in _TOKEN.finditer(printed):
            mark = _proves(token["m"], scientific=token["power"] is not None)
            if mark:
                proof.setdefault(mark, text.strip())
    if len(proof) == 2:
        raise Ambiguous(f"'{proof['.']}' uses a decimal point and '{proof[',']}' a decimal comma")
    return next(iter(proof), None)


def _proves(token: str, *, scientific: bool) -> str | None:
    """The decimal mark that one number proves."""
    marks = re.findall("[.,]", token)
    if not marks:
        return None
    first, last = marks[0], marks[-1]
    if len(set(marks)) == 2:
        return last if marks.count(last) == 1 and _is_grouped(token, last) else None
    if len(marks) > 1:  # 1,200,300 can only be grouped
        return _other(first) if re.fullmatch(_grouped_by(first), token) else None
    may_be_a_group = re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", token) and not scientific
    return None if may_be_a_group else first


def _other(mark: str) -> str:
    return "," if mark == "." else "."


def _grouped_by(mark: str) -> str:
    """A pattern of whole numbers in groups of three."""
    return rf"[0-9]{{1,3}}(?:\{mark}[0-9]{{3}})+"


def _is_grouped(token: str, mark: str) -> bool:
    whole = token.rsplit(mark, 1)[0]
    return bool(re.fullmatch(r"[0-9]{1,3}(?:[.,][0-9]{3})+", whole))


def lost_height(text: str) -> str:
    """What is wrong with `4.2 x 104`, and what to write instead."""
    match = _LOST_HEIGHT.match(text)
    advice = "it as 2.1x10^2"
    if match and abs(int(match["p"])) <= _MOST_ZEROS:
        mantissa, power = match["m"], int(match["p"])
        advice = f"{mantissa}x10^{power}"
        marks = re.findall("[.,]", mantissa)
        if len(marks) <= 1:
            value = plain(Decimal(mantissa.replace(",", ".")).scaleb(power))
            advice += f" or {value.replace('.', marks[0] if marks else '.')}"
    return f"a raised exponent seems to have lost its height; write {advice}"


def flat_or_raised(text: str, mark: str | None) -> tuple[tuple[str, str | None], ...]:
    """(text, decimal mark) for each way to read a number whose power of ten may have lost its
    height: `2.1 x 102` is 2.1 × 10² or 2.1 × 102, `5.104` between decimal commas 5104 or 5 × 10⁴,
    `2.10²` a power or a footnote. Nothing where the text holds none of these."""
    if flattened := _FLATTENED_PRODUCT.search(text):
        mantissa, power = flattened["m"], flattened["p"]
        try:
            product = number(mantissa, mark).value * Decimal(f"10{power}")
        except ValueError:
            return ()
        raised, flat = f"{mantissa}x10^{power}", plain(product)
        return (flattened.re.sub(raised, text), mark), (flattened.re.sub(flat, text), ".")
    if mark != "." and (grouped := _FLATTENED_GROUP.sub(r"\1x10^\2", text)) != text:
        point = () if mark == "," else ((text, "."),)
        return (grouped, ","), (text.replace(".", ""), ","), *point
    footnoted = _POINT_OR_POWER.sub(r"\1.10", text)
    power_of_ten = _POINT_OR_POWER.sub(lambda both: both[1] + "x10" + both[2], text)
    return ((footnoted, "."), (power_of_ten, ".")) if footnoted != text else ()


def number(text: str, mark: str | None) -> Number:
    """The number a text is, given the file's decimal mark.

    Raises ValueError where it is none in the grammar, Ambiguous where it is one of two.
    """
    printed = tidy(text.strip())
    if _BARE_POWER.match(printed):
        return _scaled("1", _power(printed), mark, scientific=True)
    if FLATTENED.match(printed):
        raise Ambiguous(lost_height(printed))
    if mark != "," and FOOTNOTE_OR_POWER.match(text.strip()):
        raise Ambiguous("the raised digit may be an exponent or a footnote; write it as 2x10^2")
    times = _TIMES_TEN.match(printed)
    if times and not times["m"].strip("0.,"):
        raise ValueError("nothing times a power of ten is no laboratory result")
    if times:
        return _scaled(times["m"], _power(times["p"]), mark, scientific=True)
    match = _PLAIN.match(printed)
    if match is None:
        raise ValueError("not a number")
    return _scaled(match["m"], _power(match["e"] or "0"), mark, scientific=match["e"] is not None)


def _power(text: str) -> int:
    """The power of ten that `x 10^(3)`, ` E+03` or `10^3` ends with."""
    power = int(re.split(r"[eE^]", text)[-1].strip(" ()"))
    if abs(power) > _EXPONENT_LIMIT:
        raise ValueError(f"an exponent of {power} is no laboratory result")
    return power


def _scaled(mantissa: str, power: int, mark: str | None, *, scientific: bool) -> Number:
    plain = mantissa
    if "." in mantissa or "," in mantissa:
        plain = _pointed(mantissa, _mark_of(mantissa, mark, scientific=scientific))
    if re.match(r"0[0-9]", plain):
        raise ValueError("it starts with a zero that counts nothing; a decimal mark may be missing")
    digits = Decimal(plain)
    if len(digits.as_tuple().digits) > _MOST_DIGITS:
        raise ValueError(f"no laboratory measures more than {_MOST_DIGITS} digits")
    value = digits.scaleb(power)
    if value > LARGEST or (value and value < SMALLEST):
        raise ValueError(f"{value:.3g} is no laboratory result")
    return Number(value, Decimal(1).scaleb(int(digits.as_tuple().exponent) + power))


def _mark_of(mantissa: str, mark: str | None, *, scientific: bool) -> str:
    """The decimal mark of a mantissa that holds marks, given the file's. Raises Ambiguous where the
    two differ or neither is proven."""
    proven = _proves(mantissa, scientific=scientific)
    if proven is not None:
        if mark not in (None, proven):
            raise Ambiguous(
                f"the decimal mark is '{proven}' here and '{mark}' elsewhere in the file"
            )
        return proven
    if mark == "," and _FLATTENED_GROUP.fullmatch(mantissa):
        raise Ambiguous(
            "it may be a thousands mark, or a power of ten that lost its height; "
            f"write {mantissa.replace('.', '')} or {mantissa.replace('.10', 'x10^')}"
        )
    if mark is not None:
        return mark
    if re.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}", mantissa):
        whole, fraction = re.split("[.,]", mantissa)
        raise Ambiguous(
            "its mark may be a decimal or a thousands mark, and nothing in the file proves which; "
            f"write {whole}{fraction} or {whole}.{fraction}"
        )
    raise ValueError("the groups of digits do not fit")


def _pointed(mantissa: str, mark: str) -> str:
    """A mantissa with its groups dropped and a point for its decimal mark."""
    group = _other(mark)
    whole, _, fraction = mantissa.partition(mark)
    misplaced = group in fraction or mark in fraction
    if misplaced or (group in whole and not re.fullmatch(_grouped_by(group), whole)):
        raise ValueError("the groups of digits do not fit")
    return whole.replace(group, "") + (f".{fraction}" if fraction else "")
