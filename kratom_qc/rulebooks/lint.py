"""The linter: does a limit's printed text say what its data say?

`kratom_qc.rulebooks.printed` reads the text; here a limit whose data say another number, operator,
unit, basis, substance, portion, product or field is refused. Each ValueError says what the text
says and what the limit does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.interval import plain
from kratom_qc.domain.limit import (
    AmountLimit,
    Ban,
    CertificateLimit,
    DescribedLimit,
    Limit,
    NotDetectedLimit,
    ProductClassLimit,
    ProfileLimit,
)
from kratom_qc.rulebooks.named import forms_named, names_in_words, substances_named
from kratom_qc.rulebooks.printed import Figure, figures
from kratom_qc.rulebooks.schema import AmountRow, AnyRow
from kratom_qc.vocabulary import Unit
from kratom_qc.vocabulary.derived import operands


class Condition(NamedTuple):
    """A figure with its operator, as a text or the data state it."""

    operator: str
    number: Decimal


def lint(limit: Limit, row: AnyRow) -> None:
    """Raise ValueError where the text of a limit says something else than its data."""
    if isinstance(limit, AmountLimit) and isinstance(row, AmountRow):
        _amount(limit, row)
    if isinstance(limit, AmountLimit | NotDetectedLimit | DescribedLimit):
        _subject(limit)
    match limit:
        case NotDetectedLimit():
            _not_detected(limit)
        case DescribedLimit():
            _no_amount(limit)
        case Ban():
            _ban(limit)
        case ProductClassLimit():
            _product_class(limit)
        case CertificateLimit():
            _certificate(limit)
        case ProfileLimit():
            _profile(limit)
        case _:
            return


# ---------------------------------------------------------------- amounts


def _amount(limit: AmountLimit, row: AmountRow) -> None:
    """The text must print the figures, operators, unit and basis of the data, and no others."""
    read = _figures(limit)
    meant = _meant(row)
    printed = _conditions(limit, read, upper=row.max is not None)
    # "10^4 (up to 2 × 10^4 is accepted)" prints the criterion and what its multiplier makes of it.
    if row.max is not None and row.multiplier is not None:
        printed -= {Condition("<=", row.max * row.multiplier)} - meant
    if printed != meant:
        raise ValueError(
            f"the text '{limit.text}' says {_in_words(printed)}, the limit {_in_words(meant)}"
        )
    asked = vocabulary.unit(row.unit)
    for figure in read:
        if figure.aside:
            _lint_aside(limit, figure, read[0])
        elif asked is not None and (figure.operator or figure is read[0]):
            _lint_unit(limit, figure, row.unit, asked)
    _lint_basis(limit)


def _meant(row: AmountRow) -> set[Condition]:
    """The conditions of a row's data."""
    least, most = (">", "<") if row.strict else (">=", "<=")
    ends = ((least, row.min), (most, row.max))
    return {Condition(operator, number) for operator, number in ends if number is not None}


def _figures(limit: Limit) -> tuple[Figure, ...]:
    try:
        read = figures(limit.text)
    except ValueError as error:
        raise ValueError(f"the text '{limit.text}' {error}") from None
    if not read:
        raise ValueError(f"the text '{limit.text}' prints no number")
    return read


def _conditions(limit: AmountLimit, read: tuple[Figure, ...], *, upper: bool) -> set[Condition]:
    """The conditions a text prints. A source that prints no operator must be owned to, and may
    print one number only."""
    printed = {Condition(figure.operator, figure.number) for figure in read if figure.operator}
    bare = [figure for figure in read if not figure.operator and not figure.aside]
    if not printed and limit.operator_printed:
        raise ValueError(
            f"the text '{limit.text}' prints no operator; say operator = \"unknown\" if the source "
            "has none"
        )
    if printed and not limit.operator_printed:
        raise ValueError(
            f"the text '{limit.text}' prints an operator, the limit says it is unknown"
        )
    if not printed:
        printed = {Condition("<=" if upper else ">=", bare.pop(0).number)}
    _refuse_further(limit, bare)
    return printed


def _refuse_further(limit: Limit, bare: Iterable[Figure]) -> None:
    """No other amount may stand in the text but a portion in grams."""
    for figure in bare:
        if figure.unit and vocabulary.unit(figure.unit) != Unit("g", Decimal(1)):
            raise ValueError(
                f"the text '{limit.text}' also prints {plain(figure.number)} {figure.unit}, of "
                "which the limit says nothing"
            )


def _in_words(conditions: Iterable[Condition]) -> str:
    # By operator, then by the figure as written.
    ordered = sorted(conditions, key=lambda condition: str(tuple(condition)))
    return " and ".join(f"{operator} {plain(number)}" for operator, number in ordered)


def _lint_aside(limit: Limit, figure: Figure, first: Figure) -> None:
    """A figure in brackets may have another unit, if the amount is the same."""
    unit = vocabulary.unit(figure.unit) if figure.unit else None
    of = vocabulary.unit(first.unit) if first.unit else None
    if unit is None or of is None:
        return
    if (unit.canonical, unit.factor * figure.number) != (of.canonical, of.factor * first.number):
        raise ValueError(
            f"the text '{limit.text}' says {plain(figure.number)} {figure.unit} and "
            f"{plain(first.number)} {first.unit} of one limit, and they are not the same amount"
        )


def _lint_unit(limit: Limit, figure: Figure, unit: str, asked: Unit) -> None:
    """The unit behind a number must be the limit's, in its very scale: 0.5 ppm is no 0.5 ppb."""
    printed = vocabulary.unit(figure.unit) if figure.unit else None
    if printed is None:
        if asked.canonical != "1" or not _NOTHING_BEHIND.match(figure.after):
            raise ValueError(
                f"the text '{limit.text}' has no unit the word list knows after its number"
            )
    elif (printed.canonical, printed.factor) != (asked.canonical, asked.factor):
        raise ValueError(f"the text '{limit.text}' is in '{figure.unit}', the limit in '{unit}'")


_NOTHING_BEHIND = re.compile(
    r"\s*(?:$|[.,;:()]|(?:is|are|by|and|or|at|of|violates)\b)", re.IGNORECASE
)


def _lint_basis(limit: AmountLimit) -> None:
    last = figures(limit.text)[-1]
    # A bare "dry" states a basis behind a figure; before it, it may describe the product.
    basis = (
        vocabulary.basis_in(limit.text, bare=False)[0]
        or vocabulary.basis_in(f"{last.unit} {last.after}")[0]
    )
    if (basis or "as received") != limit.basis and (basis or limit.basis == "dry"):
        printed = basis or "nothing of a dry basis"
        raise ValueError(f"the text '{limit.text}' says {printed}, the limit {limit.basis}")


# ---------------------------------------------------------------- what every kind's text must say


def _subject(limit: Limit) -> None:
    """A text that names substances must name the limit's own, or one that it is computed from."""
    substances = substances_named(limit.text)
    if (
        substances
        and not substances & operands(limit.subject)
        and not names_in_words(limit.subject, limit.text)
    ):
        names = ", ".join(vocabulary.analytes()[substance].name for substance in sorted(substances))
        raise ValueError(f"the text '{limit.text}' speaks of {names}, the limit of {limit.subject}")


_ABSENT = re.compile(
    r"absen|not detected|not present|negative|\bnone?\b|\bnot?\b|\bnd\b|without|free of|zero|\b0\b"
    r"|prohibit|\bban|forbid|illegal|unlawful|adulterat|schedule|any amount|no threshold"
    r"|controlled|neg\b",
    re.IGNORECASE,
)
_FORBIDS = re.compile(
    r"may not|must not|shall not|not be sold|prohibit|\bban|forbid|illegal|unlawful|adulterat"
    r"|schedule|crime|controlled|narcotic|detained|no kratom",
    re.IGNORECASE,
)
_MASS_OR_VOLUME = ("g", "mL")


def _not_detected(limit: NotDetectedLimit) -> None:
    """A text of absence may print its portion, or the depth of the method, and no other amount."""
    if not _ABSENT.search(limit.text):
        raise ValueError(
            f"the text '{limit.text}' says nothing of absence, and the kind is not_detected"
        )
    printed = _parted(limit)
    # A depth with a reason of its own is ours, and no text prints it.
    if printed.amounts and (limit.lod_at_most is None or limit.lod_because):
        raise ValueError(f"the text '{limit.text}' prints an amount, but the kind is not_detected")
    for figure, unit in printed.amounts:
        if (unit.canonical, figure.number * unit.factor) != (limit.unit, limit.lod_at_most):
            raise ValueError(
                f"the text '{limit.text}' says {plain(figure.number)} {figure.unit}, "
                f"the limit lod_at_most {plain(limit.lod_at_most or Decimal(0))} {limit.unit}"
            )
    _lint_portion(limit, printed.portions)


def _lint_portion(limit: NotDetectedLimit, portions: list[Decimal]) -> None:
    if limit.portion is not None and not portions:
        raise ValueError(
            f"the portion of {plain(limit.portion)} g is not in the text '{limit.text}'"
        )
    for portion in portions:
        if portion != limit.portion:
            asked = "nothing" if limit.portion is None else plain(limit.portion)
            raise ValueError(f"the text '{limit.text}' says {plain(portion)} g, the limit {asked}")


class _Parted(NamedTuple):
    amounts: list[tuple[Figure, Unit]]
    portions: list[Decimal]  # grams or millilitres


def _parted(limit: Limit) -> _Parted:
    """The amounts and the portions that a text prints."""
    try:
        read = figures(limit.text)
    except ValueError as error:
        raise ValueError(f"the text '{limit.text}' {error}") from None
    parted = _Parted([], [])
    for figure in read:
        unit = vocabulary.unit(figure.unit) if figure.unit else None
        if unit is None or unit.canonical == "portion":
            continue
        if unit.canonical in _MASS_OR_VOLUME:
            parted.portions.append(figure.number * unit.factor)
        else:
            parted.amounts.append((figure, unit))
    return parted


def _no_amount(limit: Limit) -> None:
    amounts = _parted(limit).amounts
    if amounts:
        figure = amounts[0][0]
        raise ValueError(
            f"the text '{limit.text}' prints {plain(figure.number)} {figure.unit}, and a limit of "
            f"the kind {limit.kind} compares no amount"
        )


def _ban(limit: Ban) -> None:
    _no_amount(limit)
    if not _FORBIDS.search(limit.text):
        raise ValueError(f"the text '{limit.text}' forbids nothing, and the kind is ban")


def _product_class(limit: ProductClassLimit) -> None:
    """Forms that a text allows must be allowed, and forms that it excludes must not be."""
    _no_amount(limit)
    for form, allowed in forms_named(limit.text).items():
        if allowed != (form in limit.requires):
            name = vocabulary.product_forms()[form].lower()
            says, does = ("allows", "excludes") if allowed else ("excludes", "allows")
            raise ValueError(f"the text '{limit.text}' {says} {name}, the limit {does} it")


_FIELD_WORDS: Mapping[str, str] = {
    "laboratory": r"laborator|\blab\b",
    "accreditation": r"accredit|17025|\bilac\b",
    "certificate_id": r"number|identif|\bno\.|\bid\b",
    "received_on": r"recei",
    "tested_on": r"test|analy[sz]ed",
    "issued_on": r"issue",
    "method": r"method",
    "product_name": r"product|name",
}
# A text with these words asks for the field.
_TELLING = ("accreditation", "received_on", "issued_on", "method")


def _certificate(limit: CertificateLimit) -> None:
    _no_amount(limit)
    for field, words in _FIELD_WORDS.items():
        printed = re.search(words, limit.text, re.IGNORECASE)
        if field in limit.requires and not printed:
            raise ValueError(f"requires {field}, of which the text '{limit.text}' says nothing")
        if field not in limit.requires and printed and field in _TELLING:
            raise ValueError(
                f"the text '{limit.text}' asks for the {field}, which requires leaves out"
            )


def _profile(limit: ProfileLimit) -> None:
    substances, meant = substances_named(limit.text), {limit.subject, *limit.absent}
    if substances != meant:
        raise ValueError(
            f"the text '{limit.text}' names {_listed(substances)}, the profile {_listed(meant)}"
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
