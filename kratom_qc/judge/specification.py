"""`expectations/*.toml` → rulebooks, strict and linted.

A limit states its numbers twice: as data and as the text its source prints. The linter reads the text and refuses a
limit whose numbers or operator say something else, because that is how wrong limits enter (the FDA's own PQ-CMC
examples encode 5 of 38 criteria differently from what they print).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.errors import RulebookError
from kratom_qc.judge.checks import (
    BOOK_KEYS,
    BOOK_KINDS,
    CERTIFICATE_FIELDS,
    KINDS,
    ONLY_FOR,
    UNITS_OF,
    is_list_of_texts,
    row_mistakes,
)
from kratom_qc.judge.lint import lint_amount
from kratom_qc.model import ZERO, Interval, Limit, Rulebook


@cache
def derived_kinds() -> Mapping[str, str]:
    """Every quantity that is computed from others by id: whether it is a sum, a share, a ratio or a claim."""
    rows = tomllib.loads((vocabulary.WORDS / "derived.toml").read_text(encoding="utf-8"))
    return {row["id"]: kind for kind, group in rows.items() for row in group}


def load_rulebooks(folder: Path) -> dict[str, Rulebook]:
    """Every rulebook of a folder by id.

    Raises RulebookError naming every mistake in every file at once; a folder with one wrong limit loads nothing.
    """
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    if not files:
        raise RulebookError(f"{folder}: no rulebook (*.toml) found")
    books: dict[str, Rulebook] = {}
    wrong: list[str] = []
    for file in files:
        try:
            books[file.stem] = _read_book(file)
        except RulebookError as error:
            wrong.append(str(error))
    for book in books.values():
        wrong += [
            f"{book.id}.toml: extends '{parent}', which has no rulebook"
            for parent in book.extends
            if parent not in books and not any(f"{parent}.toml" in line for line in wrong)
        ]
    if wrong:
        raise RulebookError("\n".join(wrong))
    for book in books.values():
        lineage(books, book.id)
    return {key: books[key] for key in sorted(books)}


def lineage(books: Mapping[str, Rulebook], book_id: str) -> tuple[Rulebook, ...]:
    """A rulebook after every rulebook it lies under (`us`, then `us-tx`). Raises RulebookError on a circle."""
    found: dict[str, Rulebook] = {}

    def visit(current: str, path: tuple[str, ...]) -> None:
        if current in path:
            raise RulebookError(f"{book_id}.toml: extends itself by way of {' → '.join(path)}")
        for parent in books[current].extends:
            visit(parent, (*path, current))
        found[current] = books[current]

    visit(book_id, ())
    return tuple(found.values())


def _read_book(file: Path) -> Rulebook:
    raw = file.read_bytes()
    try:
        data = tomllib.loads(raw.decode("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulebookError(f"{file.name}: not readable as TOML: {error}") from None
    head = data.get("rulebook", {})
    shapes = (
        ("rulebook", head, dict),
        ("defaults", data.get("defaults", {}), dict),
        ("limit", data.get("limit", []), list),
    )
    misshapen = [
        f"{file.name}: [{name}] is not written as a {'list of tables' if shape is list else 'table'}"
        for name, value, shape in shapes
        if not isinstance(value, shape)
    ]
    if misshapen:
        raise RulebookError("\n".join(misshapen))
    wrong = [
        f"{file.name}: [rulebook] has no '{key}'"
        for key in ("title", "kind", "version", "checked_on")
        if key not in head
    ]
    wrong += [f"{file.name}: [rulebook] does not know '{key}'" for key in head.keys() - BOOK_KEYS]
    wrong += [
        f"{file.name}: does not know the table '{key}'" for key in data.keys() - {"rulebook", "defaults", "limit"}
    ]
    if head.get("kind") not in BOOK_KINDS:
        wrong.append(f"{file.name}: kind '{head.get('kind')}' is none of {', '.join(BOOK_KINDS)}")
    if not isinstance(head.get("checked_on"), date):
        wrong.append(f"{file.name}: checked_on must be a date")
    wrong += [
        f"{file.name}: {key} must be a number of days above 0"
        for key in ("max_age_days", "certificate_max_age_days")
        if key in head and (type(head[key]) is not int or head[key] <= 0)
    ]
    wrong += [
        f"{file.name}: {key} must be a list of texts"
        for key in ("covers", "extends")
        if not is_list_of_texts(head.get(key, []))
    ]
    if wrong:
        raise RulebookError("\n".join(wrong))
    wrong += [
        f"{file.name}: covers '{product}', which is no product"
        for product in head.get("covers", ())
        if product not in vocabulary.product_forms()
    ]
    limits = []
    seen: set[str] = set()
    for row in data.get("limit", ()):
        merged = {**data.get("defaults", {}), **row}
        where = f"{file.name} {merged.get('id', '(limit without id)')}"
        limit, mistakes = _read_limit(merged, file.stem, where)
        wrong += mistakes
        if limit is not None:
            limits.append(limit)
            foreign = sorted(key for key in row if limit.kind not in ONLY_FOR.get(key, KINDS))
            wrong += [f"{where}: {key} has no meaning in a limit of the kind {limit.kind}" for key in foreign]
        if merged.get("id") in seen:
            wrong.append(f"{where}: the id stands twice")
        seen.add(str(merged.get("id")))
    if not limits and not head.get("extends") and not wrong:
        wrong.append(f"{file.name}: holds no limit; a rulebook that asks nothing would pass anything")
    if wrong:
        raise RulebookError("\n".join(wrong))
    return Rulebook(
        id=file.stem,
        kind=head["kind"],
        title=head["title"],
        version=str(head["version"]),
        checked_on=head["checked_on"],
        max_age_days=int(head.get("max_age_days", 30)),
        sha256=hashlib.sha256(raw).hexdigest(),
        limits=tuple(limits),
        extends=tuple(head.get("extends", ())),
        covers=tuple(head.get("covers", ())),
        certificate_max_age_days=head.get("certificate_max_age_days"),
    )


def _read_limit(row: Mapping[str, Any], book: str, where: str) -> tuple[Limit | None, list[str]]:
    """One row of TOML as a Limit, or every mistake in it."""
    wrong = row_mistakes(row, where)
    if wrong:
        return None, wrong
    limit = Limit(
        rule_id=row["id"],
        rulebook=book,
        kind=row["kind"],
        subject=row.get("of", ""),
        text=row["text"],
        because=row["because"],
        status=row["status"],
        evidence=row["evidence"],
        basis=row.get("basis", "as received"),
        effective_from=str(row.get("effective_from", "unknown")),
        effective_to=str(row.get("effective_to", "open")),
        when_missing=row.get("when_missing", "hold"),
        silence_because=row.get("silence_because", ""),
        decision_rule=row.get("decision_rule", "simple"),
        rounding=row.get("rounding", "none"),
        operator_printed=row.get("operator", "printed") == "printed",
        screen=bool(row.get("screen", False)),
        advisory=row.get("advisory", ""),
        products=tuple(row.get("products", ())),
        requires=tuple(row.get("requires", ())),
        applies=row.get("applies", ""),
    )
    try:
        return _KIND_READERS[limit.kind](limit, row), []
    except ValueError as error:
        return None, [f"{where}: {error}"]


def _number(row: Mapping[str, Any], key: str) -> Decimal | None:
    if key not in row:
        return None
    text = str(row[key])
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise ValueError(f"{key} '{text}' must be a plain decimal number in quotes")
    return Decimal(text)


def _check_subject(limit: Limit) -> None:
    if limit.subject not in vocabulary.analytes() and limit.subject not in derived_kinds():
        near = ", ".join(vocabulary.nearest_analytes(limit.subject)) or "none"
        raise ValueError(f"'{limit.subject}' is no analyte and no derived quantity (nearest: {near})")


def _amount(limit: Limit, row: Mapping[str, Any]) -> Limit:
    _check_subject(limit)
    minimum, maximum = _number(row, "min"), _number(row, "max")
    if minimum is None and maximum is None:
        raise ValueError("an amount needs min or max")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise ValueError(f"min {minimum} is more than max {maximum}")
    unit = vocabulary.unit(str(row.get("unit", "")))
    if unit is None or unit.log10 or unit.portion is not None:
        raise ValueError(f"unit '{row.get('unit', '')}' is not known")
    strict = bool(row.get("strict", False))
    lint_amount(limit, minimum, maximum, strict, str(row["unit"]))
    accept = _acceptance(minimum, maximum, strict, limit.rounding)
    uncertainty = _number(row, "default_uncertainty")
    measure = derived_kinds().get(limit.subject) or vocabulary.analytes()[limit.subject].measure
    unit = unit.measured_in_percent() if measure in ("percent", "share") else unit
    if unit.canonical not in UNITS_OF[measure]:
        raise ValueError(f"unit '{row['unit']}' is not a unit of {limit.subject}")
    return replace(
        limit,
        unit=unit.canonical,
        basis=unit.basis or limit.basis,
        accept=accept.scaled(unit.factor),
        minimum=minimum,
        default_uncertainty=None if uncertainty is None else uncertainty / 100,
    )


def _acceptance(minimum: Decimal | None, maximum: Decimal | None, strict: bool, rounding: str) -> Interval:
    """The values that conform, in the printed unit. USP General Notices 7.20 rounding moves the limit, not the result:
    ≤ 1.2 accepts every value below 1.25 (half-up), ≥ 98.0 every value from 97.95, < 1.2 every value below 1.15."""
    low, low_open = (ZERO, False) if minimum is None else (minimum, strict)
    high, high_open = maximum, maximum is None or strict
    if rounding == "usp-7.20":
        if minimum is not None:
            half = _step(minimum) / 2
            low, low_open = (low + half if strict else low - half), False
        if maximum is not None:
            half = _step(maximum) / 2
            high, high_open = (maximum - half if strict else maximum + half), True
    return Interval(low, high, low_open, high_open)


def _step(number: Decimal) -> Decimal:
    """One unit of the last printed digit."""
    return Decimal(1).scaleb(int(number.as_tuple().exponent))


def _not_detected(limit: Limit, row: Mapping[str, Any]) -> Limit:
    """What may not be there at all. With a portion: absence in so many grams, written as `fewer than 1 in the portion`."""
    _check_subject(limit)
    portion, lod_at_most = _number(row, "portion"), _number(row, "lod_at_most")
    if portion is not None and lod_at_most is not None:
        raise ValueError("a portion and lod_at_most cannot both stand in one limit")
    if portion is not None and portion == 0:
        raise ValueError("a portion of 0 g shows nothing")
    said = re.search(r"(\d+(?:\.\d+)?)\s*(?:-\s*)?(?:g\b|grams?\b|ml\b)", limit.text, re.IGNORECASE)
    printed = Decimal(said[1]) if said else None
    if portion is not None and printed is None:
        raise ValueError(f"the portion of {portion} g is not in the text '{limit.text}'")
    if printed is not None and lod_at_most is None and printed != portion:
        raise ValueError(f"the text '{limit.text}' says {printed} g, the limit {portion or 'nothing'}")
    if re.search(r"\d\s*(%|ppm|ppb|mg/|cfu)", limit.text, re.IGNORECASE) and lod_at_most is None:
        raise ValueError(f"the text '{limit.text}' prints an amount, but the kind is not_detected")
    unit = vocabulary.unit(str(row.get("unit", "mg/kg")))
    if unit is None:
        raise ValueError(f"unit '{row['unit']}' is not known")
    if portion is not None:
        return replace(limit, unit="cfu/g", portion=portion)
    at_most = None if lod_at_most is None else lod_at_most * unit.factor
    microbe = vocabulary.analytes()[limit.subject].family == "microbe" if limit.subject in vocabulary.analytes() else 0
    return replace(limit, unit="cfu/g" if microbe else unit.canonical, lod_at_most=at_most)


def _described(limit: Limit, _row: Mapping[str, Any]) -> Limit:
    _check_subject(limit)
    return limit


def _product_class(limit: Limit, row: Mapping[str, Any]) -> Limit:
    allowed = tuple(row.get("requires", ()))
    unknown = [product for product in allowed if product not in vocabulary.product_forms()]
    if not allowed or unknown:
        raise ValueError(f"requires must list the products allowed; {unknown or 'nothing'} is no product")
    return limit


def _certificate(limit: Limit, row: Mapping[str, Any]) -> Limit:
    unknown = [name for name in row.get("requires", ()) if name not in CERTIFICATE_FIELDS]
    if unknown or not row.get("requires"):
        raise ValueError(f"requires must list fields of a certificate ({', '.join(CERTIFICATE_FIELDS)})")
    return limit


def _as_written(limit: Limit, _row: Mapping[str, Any]) -> Limit:
    return limit


_KIND_READERS = {
    "amount": _amount,
    "not_detected": _not_detected,
    "described": _described,
    "ban": _as_written,
    "product_class": _product_class,
    "attestation": _as_written,
    "certificate": _certificate,
}
