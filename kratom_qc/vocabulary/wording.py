"""Intervals, units, dates and names as a person reads them. Numbers stay decimals; a float never
becomes text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from kratom_qc import vocabulary
from kratom_qc.domain.interval import UNMEASURED, Interval, plain, portion_bound
from kratom_qc.domain.limit import DECIDING, Limit, NumericLimit, Rulebook
from kratom_qc.domain.result import Result

THIN = "\u202f"  # narrow no-break space: 13 900 mg/kg never breaks over a line
# A number of more than 8 digits was computed, never printed by a laboratory; 5 of them are shown.
LONG, DIGITS = 8, 5
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
    "news": "news reports only",
    "memory": "unverified",
    "specification": "our own figure",
}


def overdue(books: Iterable[Rulebook], on: date) -> tuple[str, ...]:
    """A sentence for all rulebooks with limits that decide and that were last compared with their
    sources on one day, too long ago; the oldest first."""
    alike: dict[tuple[date, int], list[str]] = {}
    for book in books:
        late = {(limit.checked_on or on, limit.max_age_days) for limit in book.overdue(on)}
        for checked in late:
            alike.setdefault(checked, []).append(book.id)
    sentences = []
    for (day, good), ids in sorted(alike.items()):
        were = f"{'was' if len(ids) == 1 else 'were'} checked {(on - day).days} days before {on}"
        sentences.append(f"{_listed(ids)} {were}; good for {good} days")
    return tuple(sentences)


def _listed(ids: Sequence[str], most: int = 4) -> str:
    """`cz`, `cz and us`, `cz, us, us-al and 36 more`."""
    if len(ids) > most:
        ids = [*ids[: most - 1], f"{len(ids) - most + 1} more"]
    return " and ".join(filter(None, (", ".join(ids[:-1]), ids[-1])))


@lru_cache(8192)  # asked for every finding of every batch
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
    """A product's display name."""
    if product is None:
        return "form not stated"
    return vocabulary.product_names().get(product, product)


def _grouped(text: str) -> str:
    """Thousands parted by thin spaces, from five digits on."""
    whole, dot, rest = text.partition(".")
    if len(whole) < 5:
        return text
    return f"{int(whole):,}".replace(",", THIN) + dot + rest


@lru_cache(16384)
def shown(number: Decimal, edges: tuple[Decimal, ...] = ()) -> str:
    """A decimal for reading. A long computed one is rounded and says so with ≈, but never across an
    edge of its limit: 0.99999999 against `below 1` stays as it is."""
    number = number.normalize()  # how many zeros it was computed with says nothing
    if len(number.as_tuple().digits) <= LONG:
        return _grouped(plain(number))
    rounded = _ROUND.plus(number)
    keeps_side = all(rounded.compare(edge) == number.compare(edge) for edge in edges)
    if rounded != number and keeps_side:
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
        return _unbounded(interval, unit, edges)
    if low == high:
        return amount(low, unit, edges)
    top = f"{'below' if interval.high_open else 'at most'} {amount(high, unit, edges)}"
    if not low:
        return f"detected, {top}" if interval.low_open else top
    start = f"{'above' if interval.low_open else 'from'} {shown(low, edges)}"
    return f"{start} to {'below ' if interval.high_open else ''}{amount(high, unit, edges)}"


def _unbounded(interval: Interval, unit: str, edges: tuple[Decimal, ...]) -> str:
    if interval.low:
        start = "above" if interval.low_open else "at least"
        return f"{start} {amount(interval.low, unit, edges)}"
    return "detected, amount unknown" if interval.low_open else "unknown"


def value_words(
    interval: Interval, unit: str, results: Iterable[Result] = (), edges: tuple[Decimal, ...] = ()
) -> str:
    """`interval_words`, but absence in a portion keeps its portion: `absent in 25 g` and not `below
    0.04 CFU/g`; and a result that can be read in several ways is one of them, not all between."""
    results = tuple(results)
    if ways := _ways_of(interval, unit, results):
        return " or ".join(interval_words(way, unit, edges) for way in ways)
    if interval.high is None or interval.low:
        return interval_words(interval, unit, edges)
    for result in results:
        portion = result.portion if result.detected is False else None
        if portion and interval.high == portion_bound(portion):
            of = "mL" if unit.endswith("/mL") else "g"
            return f"absent in {shown(portion)}{THIN}{of}"
    return interval_words(interval, unit, edges)


def _ways_of(interval: Interval, unit: str, results: tuple[Result, ...]) -> tuple[Interval, ...]:
    """The readings of the one result that an interval is of; none where it has one reading."""
    only = results[0] if len(results) == 1 else None
    if only is None or (interval, unit) != (only.interval, only.unit):
        return ()
    return only.readings


class PrintedUnit(NamedTuple):
    """A unit by the factor from the canonical one, and its name."""

    factor: Decimal
    name: str


def printed_unit(limit: Limit) -> PrintedUnit | None:
    """The unit the limit's source prints, where it is not the canonical one."""
    if not isinstance(limit, NumericLimit) or limit.unit != "mg/kg":
        return None
    return _printed_unit(limit.text)


@lru_cache(4096)
def _printed_unit(text: str) -> PrintedUnit | None:
    printed = (PrintedUnit(factor, name) for word, factor, name in _PRINTED_UNITS if word in text)
    return next(printed, None)


def also_words(interval: Interval, unit: str, limit: Limit | None) -> str:
    """The same interval in the unit the limit prints, or in per cent where there is plenty; else
    nothing."""
    if unit != "mg/kg":
        return ""
    plenty = PrintedUnit(*_PER_CENT) if interval.low >= 1000 else None
    scale = printed_unit(limit) if limit is not None else plenty
    if scale is None or scale.factor == 1 or interval == UNMEASURED:
        return ""
    return interval_words(interval.scaled(scale.factor), scale.name)


@lru_cache(1024)
def status_words(status: str, start: str, end: str) -> str:
    """How a limit stands and since when: `in force since 2026-04-01`, `proposed, date unknown`."""
    words = _STATUS.get(status, status.replace("_", " "))
    return f"{words}{_since(status, start)}{_until(end)}"


def _since(status: str, start: str) -> str:
    if start == "unknown":
        return "" if status == "adopted" else ", date unknown"
    return f" since {start}" if status in DECIDING else f", from {start}"


def _until(end: str) -> str:
    if end in ("open", ""):
        return ""
    return ", end unknown" if end == "unknown" else f" until {end}"


def quoted(result: Result) -> str:
    """A result for a sentence, in the laboratory's words: `'0.3 mg/kg' of Lead`."""
    text, unit = one_line(result.reported, 40), result.reported_unit
    if unit and not text.endswith(unit):
        text = f"{text} {unit}"
    return f"'{text}' of {one_line(subject_name(result.analyte), 60)}"


def readings_words(result: Result) -> str:
    """What a result may be that can be read in several ways: `1.234 mg/kg or 1234 mg/kg`."""
    return " or ".join(interval_words(reading, result.unit) for reading in result.readings)


def evidence_words(evidence: str) -> str:
    """How well the source of a limit is known."""
    return _EVIDENCE.get(evidence, evidence)


_COUNTED = "; not measured and counted as 0: "


@lru_cache(4096)
def without_counted(text: str) -> tuple[str, tuple[str, ...]]:
    """A sentence whose long lists of summands that were counted as 0 are only numbered, and those
    lists for the small print: `sum of A; not measured and counted as 0: B, C` is `sum of A; 2 not
    measured, counted as 0`."""
    head, counted, rest = text.partition(_COUNTED)
    if not counted:
        return text, ()
    end = _end_of_list(rest)
    names, (tail, more) = rest[:end], without_counted(rest[end:])
    shortened = f"{head}; {names.count(', ') + 1} not measured, counted as 0{tail}"
    return shortened, tuple(dict.fromkeys((f"not measured and counted as 0: {names}", *more)))


def _end_of_list(text: str) -> int:
    """Where a list of names ends: at a semicolon, or at the bracket that was open before it."""
    depth = 0
    for position, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth < 0 or (sign == ";" and not depth):
            return position
    return len(text)


def one_line(text: str, width: int) -> str:
    """Text safe for one line of a terminal: vendor words may hold line breaks and control signs."""
    printable = "".join(c if c.isprintable() and c != THIN else " " for c in text)
    flat = " ".join(part for part in printable.split(" ") if part)
    if len(flat) <= width:
        return flat
    cut = flat[: width - 1]
    head, _, _ = cut.rpartition(" ")
    return f"{(head if len(head) > width // 2 else cut).rstrip(' ,;:–')}…"
