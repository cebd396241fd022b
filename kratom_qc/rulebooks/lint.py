"""The linter: does a limit's printed text say what its data say?

`kratom_qc.judge.printed` reads the text; here a limit whose data say another number, operator,
unit, basis, substance, portion, product or field is refused. Each ValueError says what the text
says and what the limit does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from kratom_qc import vocabulary
from kratom_qc.domain.interval import plain
from kratom_qc.domain.limit import Limit
from kratom_qc.rulebooks.named import forms_named, names_in_words, substances_named
from kratom_qc.rulebooks.printed import Figure, figures
from kratom_qc.vocabulary import Unit
from kratom_qc.vocabulary.derived import operands

Conditions = set[tuple[str, Decimal]]

# ---------------------------------------------------------------- amounts


def lint_amount(
    limit: Limit,
    minimum: Decimal | None,
    maximum: Decimal | None,
    strict: bool,
    unit: str,
    multiplier: Decimal | None = None,
) -> None:
    """Raise ValueError where the limit's printed text names another number, operator, unit or basis
    than its data."""
    read = _figures(limit)
    meant: Conditions = set()
    if minimum is not None:
        meant.add((">" if strict else ">=", minimum))
    if maximum is not None:
        meant.add(("<" if strict else "<=", maximum))
    printed = _conditions(limit, read, maximum is not None)
    # "10^4 (up to 2 × 10^4 is accepted)" prints the criterion and what its multiplier makes of it.
    extra = (
        {("<=", maximum * multiplier)} if maximum is not None and multiplier is not None else set()
    )
    if printed - (extra - meant) != meant:
        raise ValueError(f"the text '{limit.text}' says {_said(printed)}, the limit {_said(meant)}")
    asked = vocabulary.unit(unit)
    for figure in read:
        _lint_unit(limit, figure, read[0], unit, asked)
    _lint_basis(limit)


def _figures(limit: Limit) -> tuple[Figure, ...]:
    try:
        read = figures(limit.text)
    except ValueError as error:
        raise ValueError(f"the text '{limit.text}' {error}") from None
    if not read:
        raise ValueError(f"the text '{limit.text}' prints no number")
    return read


def _conditions(limit: Limit, read: tuple[Figure, ...], upper: bool) -> Conditions:
    """The conditions a text prints. A source that prints no operator must be owned to, and may
    print one number only."""
    printed = {(figure.operator, figure.number) for figure in read if figure.operator}
    bare = [figure for figure in read if not figure.operator and not figure.aside]
    if not printed and limit.operator_printed:
        raise ValueError(
            f"the text '{limit.text}' prints no operator; say operator = \"unknown\" if the source has none"
        )
    if printed and not limit.operator_printed:
        raise ValueError(
            f"the text '{limit.text}' prints an operator, the limit says it is unknown"
        )
    if not printed:
        printed = {("<=" if upper else ">=", bare.pop(0).number)}
    for figure in bare:
        if figure.unit and vocabulary.unit(figure.unit) != Unit("g", Decimal(1)):
            said = f"{plain(figure.number)} {figure.unit}"
            raise ValueError(
                f"the text '{limit.text}' also prints {said}, of which the limit says nothing"
            )
    return printed


def _said(conditions: Conditions) -> str:
    return " and ".join(
        f"{operator} {plain(number)}" for operator, number in sorted(conditions, key=str)
    )


def _lint_unit(limit: Limit, figure: Figure, first: Figure, unit: str, asked: Unit | None) -> None:
    """The unit behind a number must be the limit's, in its very scale: 0.5 ppm is no 0.5 ppb. In
    brackets it may be another, if the amount is the same."""
    found = vocabulary.unit(figure.unit) if figure.unit else None
    if asked is None or not (figure.operator or figure.aside or figure is first):
        return
    if figure.aside:
        of = vocabulary.unit(first.unit) if first.unit else None
        if (
            found
            and of
            and (found.canonical, found.factor * figure.number)
            != (of.canonical, of.factor * first.number)
        ):
            raise ValueError(
                f"the text '{limit.text}' says {plain(figure.number)} {figure.unit} and "
                f"{plain(first.number)} {first.unit} of one limit, and they are not the same amount"
            )
        return
    if found is None:
        if asked.canonical != "1" or not _NOTHING_BEHIND.match(figure.after):
            raise ValueError(
                f"the text '{limit.text}' has no unit the word list knows after its number"
            )
    elif (found.canonical, found.factor) != (asked.canonical, asked.factor):
        raise ValueError(f"the text '{limit.text}' is in '{figure.unit}', the limit in '{unit}'")


_NOTHING_BEHIND = re.compile(
    r"\s*(?:$|[.,;:()]|(?:is|are|by|and|or|at|of|violates)\b)", re.IGNORECASE
)


def _lint_basis(limit: Limit) -> None:
    last = figures(limit.text)[-1]
    # A bare "dry" states a basis behind a figure; before it, it may describe the product.
    basis = (
        vocabulary.basis_in(limit.text, bare=False)[0]
        or vocabulary.basis_in(f"{last.unit} {last.after}")[0]
    )
    if (basis or "as received") != limit.basis and (basis or limit.basis == "dry"):
        raise ValueError(
            f"the text '{limit.text}' says {basis or 'nothing of a dry basis'}, the limit {limit.basis}"
        )


# ---------------------------------------------------------------- what every kind's text must say


def lint_words(limit: Limit) -> None:
    """Raise ValueError where the text of a limit, of whatever kind, says something else than its
    data."""
    if limit.kind in ("amount", "not_detected", "described"):
        _lint_subject(limit)
    check = _WORDS_OF.get(limit.kind)
    if check is not None:
        check(limit)


def _lint_subject(limit: Limit) -> None:
    """A text that names substances must name the limit's own, or one that it is computed from."""
    named = substances_named(limit.text)
    if (
        named
        and not named & operands(limit.subject)
        and not names_in_words(limit.subject, limit.text)
    ):
        names = ", ".join(vocabulary.analytes()[one].name for one in sorted(named))
        raise ValueError(f"the text '{limit.text}' speaks of {names}, the limit of {limit.subject}")


_ABSENT = re.compile(
    r"absen|not detected|not present|negative|\bnone?\b|\bnot?\b|\bnd\b|without|free of|zero|\b0\b|prohibit|\bban|forbid|illegal"
    r"|unlawful|adulterat|schedule|any amount|no threshold|controlled|neg\b",
    re.IGNORECASE,
)
_FORBIDS = re.compile(
    r"may not|must not|shall not|not be sold|prohibit|\bban|forbid|illegal|unlawful|adulterat|schedule|crime|controlled"
    r"|narcotic|detained|no kratom",
    re.IGNORECASE,
)
_MASS_OR_VOLUME = ("g", "mL")


def _not_detected(limit: Limit) -> None:
    """A text of absence may print its portion, or how deep the method must look; no other amount."""
    if not _ABSENT.search(limit.text):
        raise ValueError(
            f"the text '{limit.text}' says nothing of absence, and the kind is not_detected"
        )
    amounts, portions = _parted(limit)
    if limit.lod_at_most is None and amounts:
        raise ValueError(f"the text '{limit.text}' prints an amount, but the kind is not_detected")
    for figure, unit in amounts:
        if (unit.canonical, figure.number * unit.factor) != (limit.unit, limit.lod_at_most):
            raise ValueError(
                f"the text '{limit.text}' says {plain(figure.number)} {figure.unit}, "
                f"the limit lod_at_most {plain(limit.lod_at_most or Decimal(0))} {limit.unit}"
            )
    if limit.portion is not None and not portions:
        raise ValueError(
            f"the portion of {plain(limit.portion)} g is not in the text '{limit.text}'"
        )
    for portion in portions:
        if portion != limit.portion:
            said = "nothing" if limit.portion is None else plain(limit.portion)
            raise ValueError(f"the text '{limit.text}' says {plain(portion)} g, the limit {said}")


def _parted(limit: Limit) -> tuple[list[tuple[Figure, Unit]], list[Decimal]]:
    """The amounts a text prints with their units, and the portions in grams or millilitres."""
    try:
        read = [
            (figure, vocabulary.unit(figure.unit)) for figure in figures(limit.text) if figure.unit
        ]
    except ValueError as error:
        raise ValueError(f"the text '{limit.text}' {error}") from None
    amounts = [
        (figure, unit)
        for figure, unit in read
        if unit and unit.canonical not in (*_MASS_OR_VOLUME, "portion")
    ]
    portions = [
        figure.number * unit.factor
        for figure, unit in read
        if unit and unit.canonical in _MASS_OR_VOLUME
    ]
    return amounts, portions


def _no_amount(limit: Limit) -> None:
    amounts, _ = _parted(limit)
    if amounts:
        figure = amounts[0][0]
        raise ValueError(
            f"the text '{limit.text}' prints {plain(figure.number)} {figure.unit}, and a limit of the kind {limit.kind} "
            "compares no amount"
        )


def _ban(limit: Limit) -> None:
    _no_amount(limit)
    if not _FORBIDS.search(limit.text):
        raise ValueError(f"the text '{limit.text}' forbids nothing, and the kind is ban")


def _product_class(limit: Limit) -> None:
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
_TELLING = (
    "accreditation",
    "received_on",
    "issued_on",
    "method",
)  # a text with these words asks for the field


def _certificate(limit: Limit) -> None:
    _no_amount(limit)
    for field, words in _FIELD_WORDS.items():
        found = re.search(words, limit.text, re.IGNORECASE)
        if field in limit.requires and not found:
            raise ValueError(f"requires {field}, of which the text '{limit.text}' says nothing")
        if field not in limit.requires and found and field in _TELLING:
            raise ValueError(
                f"the text '{limit.text}' asks for the {field}, which requires leaves out"
            )


def _profile(limit: Limit) -> None:
    named = substances_named(limit.text)
    if named != {limit.present, *limit.absent}:
        raise ValueError(
            f"the text '{limit.text}' names {_listed(named)}, the profile {_listed({limit.present, *limit.absent})}"
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


_WORDS_OF: Mapping[str, Callable[[Limit], None]] = {
    "not_detected": _not_detected,
    "described": _no_amount,
    "ban": _ban,
    "product_class": _product_class,
    "certificate": _certificate,
    "profile": _profile,
}
