"""`expectations/*.toml` → rulebooks, strict and linted.

A limit states its numbers twice: as data and as the text its source prints. The linter reads the
text and refuses a limit whose numbers or operator say something else, because that is how wrong
limits enter (the FDA's own PQ-CMC examples encode 5 of 38 criteria differently from what they
print).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from kratom_qc import vocabulary
from kratom_qc.domain.errors import RulebookError
from kratom_qc.domain.interval import ZERO, Interval
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.rulebooks import coherence, overriding, rulebook_file
from kratom_qc.rulebooks.checks import CERTIFICATE_FIELDS, KINDS, ONLY_FOR, UNITS_OF, row_mistakes
from kratom_qc.rulebooks.lineages import lineage as lineage
from kratom_qc.rulebooks.lint import lint_amount, lint_words
from kratom_qc.rulebooks.rulebook_file import Row, Written
from kratom_qc.vocabulary.derived import derived_kinds as derived_kinds


def load_rulebooks(folder: Path, drafts: Sequence[Path] = ()) -> dict[str, Rulebook]:
    """Every rulebook of a folder by id. A draft takes the place of the rulebook of its name, or
    stands beside them.

    Raises RulebookError naming every mistake in every file at once; a folder with one wrong limit
    loads nothing.
    """
    files = {file.stem: file for file in sorted(folder.glob("*.toml"))} if folder.is_dir() else {}
    if not files:
        raise RulebookError(f"{folder}: no rulebook (*.toml) found")
    return _read(files | {draft.stem: draft for draft in drafts}, coherence.mistakes)


def rulebooks_of(files: Mapping[str, Path]) -> dict[str, Rulebook]:
    """The rulebooks of these files by id, each limit by itself: how they stand to each other is not
    asked again.

    Raises RulebookError as `load_rulebooks` does.
    """
    return _read(files, lambda _books, _written: [])


def _read(
    files: Mapping[str, Path],
    together: Callable[[Mapping[str, Rulebook], Mapping[str, Written]], list[str]],
) -> dict[str, Rulebook]:
    written: dict[str, Written] = {}
    wrong: list[str] = []
    for stem, file in files.items():
        try:
            written[stem] = rulebook_file.read(file)
        except RulebookError as error:
            wrong.append(str(error))
    wrong += [
        f"{book.head_where('extends')}: extends '{parent}', which has no rulebook"
        for book in written.values()
        for parent in book.extends
        if parent not in files
    ]
    circles = list(_circles(written))
    if circles:  # nothing can be read in the order of a circle
        raise RulebookError("\n".join((*wrong, *circles)))
    reader = _Reader(written)
    for stem in written:
        reader.book(stem)
    wrong += reader.wrong
    if all(parent in written for book in written.values() for parent in book.extends):
        wrong += together(reader.books, written)
    if wrong:
        raise RulebookError("\n".join(rulebook_file.pointed(wrong, written.values())))
    return {key: reader.books[key] for key in sorted(reader.books)}


def _circles(written: Mapping[str, Written]) -> Iterator[str]:
    for stem in written:
        try:
            _ancestors(written, stem)
        except RulebookError as circle:
            yield str(circle)


def _ancestors(written: Mapping[str, Written], stem: str) -> tuple[str, ...]:
    """A rulebook after every rulebook it lies under (`us`, then `us-tx`). Raises RulebookError on a
    circle."""
    found: dict[str, None] = {}

    def visit(current: str, path: tuple[str, ...]) -> None:
        if current in path:
            raise RulebookError(
                f"{written[stem].head_where('extends')}: extends itself by way of {' → '.join(path)}"
            )
        for parent in written[current].extends:
            if parent in written:
                visit(parent, (*path, current))
        found[current] = None

    visit(stem, ())
    return tuple(found)


class _Reader:
    """Rows → limits, a rulebook after those it extends, because an override needs the row it
    overrides."""

    def __init__(self, written: Mapping[str, Written]):
        self.written = written
        self.books: dict[str, Rulebook] = {}
        self.rows: dict[
            str, dict[str, Mapping[str, Any]]
        ] = {}  # book → id → the row with its defaults
        self.wrong: list[str] = []

    def book(self, stem: str) -> None:
        """Read one rulebook, its parents first; its mistakes go to `wrong`."""
        if stem in self.books:
            return
        written = self.written[stem]
        for parent in written.extends:
            if parent in self.written:
                self.book(parent)
        self.rows[stem] = {}
        limits = [self._limit(written, row) for row in written.limits]
        limits += [self._override(written, row) for row in written.overrides]
        if not limits and not written.extends:
            self.wrong.append(
                f"{written.head_where()}: holds no limit; a rulebook that asks nothing would pass anything"
            )
        head = written.head
        self.books[stem] = Rulebook(
            id=stem,
            kind=head["kind"],
            title=head["title"],
            version=str(head["version"]),
            checked_on=head["checked_on"],
            max_age_days=int(head.get("max_age_days", 30)),
            sha256=written.sha256,
            limits=tuple(limit for limit in limits if limit is not None),
            extends=written.extends,
            covers=tuple(head.get("covers", ())),
            certificate_max_age_days=head.get("certificate_max_age_days"),
            text=written.text,
        )

    def _limit(self, written: Written, row: Row) -> Limit | None:
        merged = {"checked_on": written.head["checked_on"], **written.defaults, **row.keys}
        self._only_once(written, row)
        self.rows[written.stem][row.id] = merged
        return self._read(written, row, merged)

    def _read(self, written: Written, row: Row, merged: Mapping[str, Any]) -> Limit | None:
        """A row as a limit; its mistakes, and its own keys that mean nothing in a limit of its
        kind, go to `wrong`."""
        where = written.where(row)
        limit, mistakes = _read_limit(merged, written.stem, where, row.line)
        self.wrong += mistakes
        if limit is not None:
            foreign = sorted(key for key in row.keys if limit.kind not in ONLY_FOR.get(key, KINDS))
            self.wrong += [
                f"{where}: {key} has no meaning in a limit of the kind {limit.kind}"
                for key in foreign
            ]
        return limit

    def _override(self, written: Written, row: Row) -> Limit | None:
        where = written.where(row)
        self._only_once(written, row)
        above = [
            stem
            for stem in _ancestors(self.written, written.stem)[:-1]
            if row.id in self.rows.get(stem, ())
        ]
        if not above:
            self.wrong.append(f"{where}: overrides a limit that no rulebook it extends holds")
            return None
        before, over = self.rows[above[-1]][row.id], self.books[above[-1]]
        merged = {**before, **row.keys}
        self.rows[written.stem][row.id] = merged
        self.wrong += [f"{where}: {mistake}" for mistake in overriding.unanswered(row.keys)]
        limit = self._read(written, row, merged)
        replaced = next((one for one in over.limits if one.rule_id == row.id), None)
        if limit is None or replaced is None:
            return None
        looser = overriding.loosened(replaced, limit, over.covers, written.head.get("covers", ()))
        self.wrong += [f"{where}: {mistake}" for mistake in looser]
        return replace(limit, overrides=over.id, changes=overriding.changes(before, row.keys))

    def _only_once(self, written: Written, row: Row) -> None:
        if row.id in self.rows[written.stem]:
            self.wrong.append(f"{written.where(row)}: the id stands twice")


def _read_limit(
    row: Mapping[str, Any], book: str, where: str, line: int
) -> tuple[Limit | None, list[str]]:
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
        sum=row.get("sum", ""),
        checked_on=row.get("checked_on"),
        supersedes=tuple(row.get("supersedes", ())),
        line=line,
    )
    try:
        read = _KIND_READERS[limit.kind](limit, row)
        lint_words(read)
        return read, []
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
        raise ValueError(
            f"of '{limit.subject}' is no analyte and no derived quantity (nearest: {near})"
        )


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
    multiplier = _multiplier(limit, row, maximum)
    lint_amount(limit, minimum, maximum, strict, str(row["unit"]), multiplier)
    acceptance_interval = _acceptance(
        minimum, None if maximum is None else maximum * (multiplier or 1), strict, limit.rounding
    )
    uncertainty = _number(row, "default_uncertainty")
    if limit.sum and derived_kinds().get(limit.subject) != "sum":
        raise ValueError(f'sum = "{limit.sum}" needs a sum, and {limit.subject} is none')
    measure = derived_kinds().get(limit.subject) or vocabulary.analytes()[limit.subject].measure
    unit = unit.measured_in_percent() if measure in ("percent", "share") else unit
    if unit.canonical not in UNITS_OF[measure]:
        raise ValueError(f"unit '{row['unit']}' is not a unit of {limit.subject}")
    return replace(
        limit,
        unit=unit.canonical,
        basis=unit.basis or limit.basis,
        acceptance_interval=acceptance_interval.scaled(unit.factor),
        minimum=minimum,
        default_uncertainty=None if uncertainty is None else uncertainty / 100,
        guard_factor=_guard(limit, row),
        multiplier=multiplier,
    )


def _guard(limit: Limit, row: Mapping[str, Any]) -> Decimal:
    """r of the guard band w = r·U (ILAC-G8:09/2019 4.2.2); 1 where the limit does not say."""
    share = _number(row, "guard")
    if share is not None and (limit.decision_rule != "guarded" or share == 0):
        raise ValueError(f"guard '{share}' needs decision_rule = \"guarded\" and a share above 0")
    return Decimal(1) if share is None else share


def _multiplier(limit: Limit, row: Mapping[str, Any], maximum: Decimal | None) -> Decimal | None:
    """By how much a microbiological criterion of 10^n may be exceeded (USP <2021>: up to 2 × 10^n)."""
    times = _number(row, "multiplier")
    if times is None:
        return None
    known = vocabulary.analytes().get(limit.subject)
    if known is None or known.measure != "count" or maximum is None:
        raise ValueError(
            f"multiplier '{times}' has a meaning for a maximum count of organisms only"
        )
    if times < 1:
        raise ValueError(f"multiplier '{times}' must be at least 1")
    return times


def _acceptance(
    minimum: Decimal | None, maximum: Decimal | None, strict: bool, rounding: str
) -> Interval:
    """The values that conform, in the printed unit. USP General Notices 7.20 rounding moves the
    limit, not the result: ≤ 1.2 accepts every value below 1.25 (half-up), ≥ 98.0 every value from
    97.95, < 1.2 every value below 1.15."""
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
    """What may not be there at all. With a portion: absence in so many grams, written as `fewer
    than 1 in the portion`."""
    _check_subject(limit)
    portion, lod_at_most = _number(row, "portion"), _number(row, "lod_at_most")
    if portion is not None and lod_at_most is not None:
        raise ValueError("a portion and lod_at_most cannot both stand in one limit")
    if portion is not None and portion == 0:
        raise ValueError("a portion of 0 g shows nothing")
    unit = vocabulary.unit(str(row.get("unit", "mg/kg")))
    if unit is None:
        raise ValueError(f"unit '{row['unit']}' is not known")
    if portion is not None:
        return replace(limit, unit="cfu/g", portion=portion)
    at_most = None if lod_at_most is None else lod_at_most * unit.factor
    microbe = (
        vocabulary.analytes()[limit.subject].family == "microbe"
        if limit.subject in vocabulary.analytes()
        else 0
    )
    return replace(limit, unit="cfu/g" if microbe else unit.canonical, lod_at_most=at_most)


def _described(limit: Limit, _row: Mapping[str, Any]) -> Limit:
    _check_subject(limit)
    return limit


def _product_class(limit: Limit, row: Mapping[str, Any]) -> Limit:
    allowed = tuple(row.get("requires", ()))
    unknown = [product for product in allowed if product not in vocabulary.product_forms()]
    if not allowed or unknown:
        raise ValueError(
            f"requires must list the products allowed; {unknown or 'nothing'} is no product"
        )
    return limit


def _certificate(limit: Limit, row: Mapping[str, Any]) -> Limit:
    unknown = [name for name in row.get("requires", ()) if name not in CERTIFICATE_FIELDS]
    if unknown or not row.get("requires"):
        raise ValueError(
            f"requires must list fields of a certificate ({', '.join(CERTIFICATE_FIELDS)})"
        )
    return limit


def _as_written(limit: Limit, _row: Mapping[str, Any]) -> Limit:
    return limit


def _unread(limit: Limit, _row: Mapping[str, Any]) -> Limit:
    """A rule that is known to exist and whose text nobody has located: what it says decides, and
    nobody knows it."""
    return limit


def _profile(limit: Limit, row: Mapping[str, Any]) -> Limit:
    """One analyte found while others, which nature sends with it, were looked for and not found."""
    present, absent = str(row.get("present", "")), tuple(row.get("absent", ()))
    if not present or not absent:
        raise ValueError("a profile needs present (one analyte) and absent (a list of analytes)")
    for analyte in (present, *absent):
        _check_subject(replace(limit, subject=analyte))
    return replace(limit, subject=present, present=present, absent=absent)


_KIND_READERS = {
    "amount": _amount,
    "not_detected": _not_detected,
    "described": _described,
    "ban": _as_written,
    "product_class": _product_class,
    "attestation": _as_written,
    "certificate": _certificate,
    "unread": _unread,
    "profile": _profile,
}
