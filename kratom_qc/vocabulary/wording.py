"""Intervals, units, dates and names as a person reads them. Numbers stay decimals; a float never
becomes text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

from kratom_qc import vocabulary
from kratom_qc.domain.interval import UNMEASURED, Interval, plain, portion_bound
from kratom_qc.domain.limit import DECIDING, Limit, NumericLimit, Rulebook
from kratom_qc.domain.result import Result

THIN = "\u202f"  # narrow no-break space: 13 900 mg/kg never breaks over a line
LONG, DIGITS = (
    8,
    5,
)  # a number of more than 8 digits was computed, never printed by a laboratory; 5 of them are shown
_ROUND = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)

_UNITS = {
    "1": "",
    "ug/day": "µg/day",
    "cfu/g": "CFU/g",
    "cfu/mL": "CFU/mL",
    "mpn/g": "MPN/g",
    "mpn/mL": "MPN/mL",
}
_PER_CENT = (Decimal("0.0001"), "%")
# How a limit's printed text names a unit that is not the canonical one, most telling first.
_PRINTED_UNITS = (
    ("%", *_PER_CENT),
    ("mg/g", Decimal("0.001"), "mg/g"),
    ("mg per g", Decimal("0.001"), "mg/g"),
    ("µg/kg", Decimal(1000), "µg/kg"),
    ("ug/kg", Decimal(1000), "µg/kg"),
    ("ppb", Decimal(1000), "ppb"),
    ("µg/g", Decimal(1), "µg/g"),
    ("ug/g", Decimal(1), "µg/g"),
    ("ppm", Decimal(1), "ppm"),
)
_DERIVED = {  # computed only, never printed, so in no list of analytes
    "7-oh-to-mitragynine": "7-OH : mitragynine",
    "paynantheine-to-mitragynine": "Paynantheine : mitragynine",
    "speciociliatine-to-mitragynine": "Speciociliatine : mitragynine",
    "speciogynine-to-mitragynine": "Speciogynine : mitragynine",
    "class-3-solvents": "Class 3 solvents together",
    "alkaloids-of-claim-mitragynine": "Total alkaloids, found / mitragynine claimed",
}
_STATUS = {"in_force": "in force", "adopted": "adopted"}
_EVIDENCE = {
    "primary": "primary text read",
    "mirror": "copy of the primary text",
    "secondary": "secondary source",
    "memory": "unverified",
    "specification": "our own figure",
}


def overdue(books: Iterable[Rulebook], on: date) -> tuple[str, ...]:
    """A sentence for all rulebooks that were last compared with their sources on one day, too long
    ago; the oldest first."""
    alike: dict[tuple[date, int], list[str]] = {}
    for book in books:
        if book.overdue(on):
            alike.setdefault((book.checked_on, book.max_age_days), []).append(book.id)
    return tuple(
        f"{_listed(ids)} {'was' if len(ids) == 1 else 'were'} checked {(on - day).days} days before {on}; good for {good} days"
        for (day, good), ids in sorted(alike.items())
    )


def _listed(ids: Sequence[str], most: int = 4) -> str:
    """`cz`, `cz and us`, `cz, us, us-al and 36 more`."""
    if len(ids) > most:
        ids = [*ids[: most - 1], f"{len(ids) - most + 1} more"]
    return " and ".join(part for part in (", ".join(ids[:-1]), ids[-1]) if part)


def subject_name(subject: str | None) -> str:
    """An analyte's or derived quantity's display name; an unknown one keeps the laboratory's own
    name."""
    if not subject:
        return ""
    known = vocabulary.analytes().get(subject)
    if known is not None:
        return known.name
    if subject in _DERIVED:
        return _DERIVED[subject]
    claimed = vocabulary.analytes().get(subject.removeprefix("claim-"))
    return f"{claimed.name}, found / label claim" if claimed is not None else subject


def product_name(product: str | None) -> str:
    """A product form's display name."""
    return (
        "form not stated" if product is None else vocabulary.product_forms().get(product, product)
    )


def _grouped(text: str) -> str:
    """Thousands parted by thin spaces, from five digits on."""
    whole, dot, rest = text.partition(".")
    if len(whole) < 5:
        return text
    first = len(whole) % 3
    parts = ([whole[:first]] if first else []) + [
        whole[i : i + 3] for i in range(first, len(whole), 3)
    ]
    return THIN.join(parts) + dot + rest


@lru_cache(16384)
def shown(number: Decimal, edges: tuple[Decimal, ...] = ()) -> str:
    """A decimal for reading. A long computed one is rounded and says so with ≈, but never across an
    edge of its limit: 0.99999999 against `below 1` stays as it is."""
    number = number.normalize()  # how many zeros it was computed with says nothing
    if len(number.as_tuple().digits) > LONG:
        rounded = _ROUND.plus(number)
        if rounded != number and all(
            rounded.compare(edge) == number.compare(edge) for edge in edges
        ):
            return f"≈{THIN}{_grouped(plain(rounded))}"
    return _grouped(plain(number))


def unit_name(unit: str) -> str:
    """A canonical unit as people print it; a ratio has none."""
    return _UNITS.get(unit, unit)


@lru_cache(16384)
def amount(number: Decimal, unit: str, edges: tuple[Decimal, ...] = ()) -> str:
    """One number with its unit."""
    name = unit_name(unit)
    return f"{shown(number, edges)}{THIN}{name}" if name else shown(number, edges)


@lru_cache(8192)
def interval_words(interval: Interval, unit: str, edges: tuple[Decimal, ...] = ()) -> str:
    """What an interval says, in words: `below 0.05 mg/kg`, `2.4 mg/kg`, `unknown`."""
    low, high = interval.low, interval.high
    if high is None:
        if low:
            return f"{'above' if interval.low_open else 'at least'} {amount(low, unit, edges)}"
        return "detected, amount unknown" if interval.low_open else "unknown"
    if low == high:
        return amount(low, unit, edges)
    top = f"{'below' if interval.high_open else 'at most'} {amount(high, unit, edges)}"
    if not low:
        return f"detected, {top}" if interval.low_open else top
    start = f"{'above' if interval.low_open else 'from'} {shown(low, edges)}"
    return f"{start} to {'below ' if interval.high_open else ''}{amount(high, unit, edges)}"


def value_words(
    interval: Interval, unit: str, results: Iterable[Result] = (), edges: tuple[Decimal, ...] = ()
) -> str:
    """`interval_words`, but absence in a portion keeps its portion: `absent in 25 g` and not `below
    0.04 CFU/g`."""
    if interval.high is not None and not interval.low:
        for result in results:
            if (
                result.portion
                and result.detected is False
                and interval.high == portion_bound(result.portion)
            ):
                return f"absent in {shown(result.portion)}{THIN}{'mL' if unit.endswith('/mL') else 'g'}"
    return interval_words(interval, unit, edges)


def printed_unit(limit: Limit) -> tuple[Decimal, str] | None:
    """The factor and name of the unit the limit's source prints, where it is not the canonical one."""
    if not isinstance(limit, NumericLimit) or limit.unit != "mg/kg":
        return None
    return _printed_unit(limit.text)


@lru_cache(4096)
def _printed_unit(text: str) -> tuple[Decimal, str] | None:
    return next(((factor, name) for word, factor, name in _PRINTED_UNITS if word in text), None)


def also_words(interval: Interval, unit: str, limit: Limit | None) -> str:
    """The same interval in the unit the limit prints, or in per cent where there is plenty; else
    nothing."""
    if unit != "mg/kg":
        return ""
    plenty = _PER_CENT if interval.low >= 1000 else None
    scale = printed_unit(limit) if limit is not None else plenty
    if scale is None or scale[0] == 1 or interval == UNMEASURED:
        return ""
    return interval_words(interval.scaled(scale[0]), scale[1])


@lru_cache(1024)
def status_words(status: str, start: str, end: str) -> str:
    """How a limit stands and since when: `in force since 2026-04-01`, `proposed, date unknown`."""
    words = _STATUS.get(status, status.replace("_", " "))
    since = (
        "date unknown"
        if start == "unknown"
        else f"since {start}"
        if status in DECIDING
        else f"from {start}"
    )
    if status == "adopted" and start == "unknown":
        since = ""
    joint = " " if since.startswith("since") else ", "
    until = "" if end in ("open", "") else ", end unknown" if end == "unknown" else f" until {end}"
    return f"{words}{joint if since else ''}{since}{until}"


def quoted(result: Result) -> str:
    """A result for a sentence, in the laboratory's words: `'0.3 mg/kg' of Lead`."""
    said, unit = one_line(result.reported, 40), result.reported_unit
    whole = said if not unit or said.endswith(unit) else f"{said} {unit}"
    return f"'{whole}' of {one_line(subject_name(result.analyte), 60)}"


def evidence_words(evidence: str) -> str:
    """How well the source of a limit is known."""
    return _EVIDENCE.get(evidence, evidence)


_COUNTED = "; not measured and counted as 0: "


@lru_cache(4096)
def without_counted(text: str) -> tuple[str, tuple[str, ...]]:
    """A sentence whose long lists of summands that were counted as 0 are only numbered, and those
    lists for the small print: `sum of A; not measured and counted as 0: B, C` is `sum of A; 2 not
    measured, counted as 0`."""
    head, found, rest = text.partition(_COUNTED)
    if not found:
        return text, ()
    depth, end = 0, len(rest)
    for at, sign in enumerate(rest):
        depth += (sign == "(") - (sign == ")")
        if depth < 0 or (sign == ";" and not depth):
            end = at
            break
    names, (tail, more) = rest[:end], without_counted(rest[end:])
    said = f"{head}; {names.count(', ') + 1} not measured, counted as 0{tail}"
    return said, tuple(dict.fromkeys((f"not measured and counted as 0: {names}", *more)))


def one_line(text: str, width: int) -> str:
    """Text safe for one line of a terminal: vendor words may hold line breaks and control signs."""
    flat = " ".join(
        "".join(c if c.isprintable() and c != THIN else " " for c in text).split(" ")
    ).strip()
    while "  " in flat:
        flat = flat.replace("  ", " ")
    if len(flat) <= width:
        return flat
    cut = flat[: width - 1]
    head, _, _ = cut.rpartition(" ")
    return f"{(head if len(head) > width // 2 else cut).rstrip(' ,;:–')}…"
