"""Leaf powder as laboratories print it: clean leaf with some statements anywhere around their limits, read by the real reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from kratom_qc import vocabulary
from kratom_qc.app.batches import collect
from kratom_qc.app.policy import JudgementPolicy
from kratom_qc.app.reading import Reading, read_content
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.interval import plain
from kratom_qc.domain.limit import Limit, Rulebook
from kratom_qc.domain.verdict import Verdict
from kratom_qc.vocabulary.derived import evidence_for
from tests.factory import CLEAN_LEAF, DAY, row
from tests.factory.sheets import csv_bytes
from tests.judge.properties.pure import Bench, Case, pick, real

Rows = dict[str, dict[str, str]]
FACTS = {
    "Form": "leaf powder",
    "Serving Size": "5 g",
    "Net Content": "100 g",
    "Servings Per Day": "2",
    "Date Issued": "2026-11-01",
}
MARKETS = ("us", "us-ga", "cz")
HOME = ("us",)  # where a clean leaf may be sold

# analyte → unit, and the numbers of the real limits on it; of metals also what 10 g a day make of those per day
METALS = {
    "Arsenic": ("mg/kg", ("0.5", "2")),
    "Cadmium": ("mg/kg", ("0.5", "0.82", "1")),
    "Lead": ("mg/kg", ("0.5", "1.2", "3")),
    "Mercury": ("mg/kg", ("0.1", "0.4")),
}
PAH = dict.fromkeys(
    ("Benzo(a)pyrene", "Benz(a)anthracene", "Benzo(b)fluoranthene", "Chrysene"), ("ug/kg", ("10", "12.5", "50"))
)
COUNTS = {
    "TAMC": ("cfu/g", ("10000", "10000000")),
    "TYMC": ("cfu/g", ("1000", "100000")),
    "BTGN": ("cfu/g", ("10000",)),
}
ALKALOIDS = {
    "Mitragynine": ("%", ("0.3", "2.5", "3")),
    "7-Hydroxymitragynine": ("%", ("0.02", "0.05", "0.1")),
    "Speciociliatine": ("%", ("0.3", "1")),
    "Mitragynine pseudoindoxyl": ("%", ("0.001", "0.05")),
}
MASS = {**METALS, **PAH, **ALKALOIDS}
PRESENCE = {"E. coli": "10", "Salmonella": "25"}  # and the grams that our specification asks for
CONTAMINANTS = {**METALS, **PAH, **COUNTS}
NUMERIC = {**MASS, **COUNTS}
_STEPS = tuple(map(Decimal, ("0", "0.01", "-0.01", "0.00000000000000000001")))


@st.composite
def amounts(draw: st.DrawFn, analyte: str) -> Decimal:
    """At a real limit, beside it in the last digit or far behind, well below it, or anywhere."""
    edge = Decimal(pick(draw, NUMERIC[analyte][1]))
    if analyte in COUNTS:
        return pick(draw, [edge, edge + 1, edge - 1, edge / 10, edge * 2])
    near = [edge + edge * step for step in _STEPS]
    return pick(draw, [*near, edge / 10, edge / 2, edge * 2]) or Decimal("0.001")


@st.composite
def statements(draw: st.DrawFn, analyte: str) -> dict[str, str]:
    """One row: a number, a bound, a word, or nothing measured."""
    unit = NUMERIC[analyte][0]
    amount = plain(draw(amounts(analyte)))
    said = pick(draw, ["{}"] * 4 + ["<{}", "≤{}", ">{}", "≥{}", "ND", "<LOQ", "NT"]).format(amount)
    more = {"ND": {"LOD": amount}, "<LOQ": {"LOQ": amount}}.get(said, {}) if analyte in MASS else {}
    return row(analyte, said, unit, **(more if draw(st.integers(0, 4)) else {}))


@st.composite
def absences(draw: st.DrawFn, analyte: str) -> dict[str, str]:
    """One row of a pathogen: absent, present or counted, in enough grams or too few."""
    grams = PRESENCE[analyte]
    kinds = [
        (f"Absent in {grams} g", ""),
        ("Absent in 1 g", ""),
        (f"Present in {grams} g", ""),
        ("Negative", ""),
        ("5", "cfu/g"),
    ]
    return row(analyte, *pick(draw, [*kinds, ("<10", "cfu/g"), ("NT", "")]))


@st.composite
def leaves(draw: st.DrawFn, at_least: int = 0) -> Rows:
    """Clean leaf with up to four statements of it, or beside it, drawn anew."""
    names = st.sampled_from([*sorted(NUMERIC), *PRESENCE])
    changed = draw(st.lists(names, min_size=at_least, max_size=4, unique=True))
    rows = {name: row(name, *said) for name, said in CLEAN_LEAF.items()}
    return {**rows, **{name: draw(absences(name) if name in PRESENCE else statements(name)) for name in changed}}


def wild(rows: Rows) -> list[str]:
    """The analytes whose statements can be compared number by number: exact or bounded ones."""
    return [name for name, said in rows.items() if name in NUMERIC and number(said["Result"]) is not None]


def number(said: str) -> Decimal | None:
    """The number of an exact or bounded statement."""
    text = said.lstrip("<>≤≥")
    return Decimal(text) if text.replace(".", "", 1).isdigit() else None


def changed(rows: Rows, name: str, **said: str) -> Rows:
    """The same certificate with other words in one row."""
    return {**rows, name: {**rows[name], **said}}


# ---------------------------------------------------------------- reading and judging


@cache
def law() -> Mapping[str, Rulebook]:
    """The rulebooks we ship, but for limits on what these certificates never speak of: solvents, pesticides and adulterants
    are not tested, whatever a property changes."""
    spoken = {vocabulary.analyte(name).id for name in (*CLEAN_LEAF, *NUMERIC, "Moisture")}

    def asked(limit: Limit) -> bool:
        return limit.kind not in ("amount", "not_detected") or bool(
            spoken & (evidence_for(limit.subject) - {"moisture"})
        )

    return {
        name: replace(book, limits=tuple(one for one in book.limits if asked(one))) for name, book in real().items()
    }


COLUMNS = ("Analyte", "Result", "Unit", "LOD", "LOQ")


def lines(rows: Iterable[Mapping[str, str]], facts: Mapping[str, str]) -> list[list[str]]:
    """A certificate as a label and its value per line, a blank line, and a table."""
    results = [[row.get(column, "") for column in COLUMNS] for row in rows]
    return [*([label, said] for label, said in facts.items()), [], list(COLUMNS), *results]


def paper(rows: Iterable[Mapping[str, str]], name: str = "paper.csv", **facts: str) -> Reading:
    """A certificate of batch L as csv, read by the real reader. It may be refused; a fact of "" is left out."""
    said = {**FACTS, "Batch": "L", **{label.replace("_", " "): text for label, text in facts.items()}}
    return read_content(name, csv_bytes(lines(rows, {label: text for label, text in said.items() if text})))


def batches(readings: Sequence[Reading], markets: Sequence[str] = MARKETS) -> tuple[Batch, ...]:
    """The batches of certificates that lie beside each other, with what these markets ask of them."""
    return tuple(collect(readings, JudgementPolicy(dict(law()), tuple(markets), HOME, DAY)))


def judged(bench: Bench, *readings: Reading, on: date = DAY) -> list[Verdict]:
    """The verdicts over the batches of these certificates by the real rulebooks; none over what is refused."""
    return bench.judge(Case(batches(readings), law(), MARKETS, HOME, on))


def accepted(bench: Bench, rows: Rows, **facts: str) -> Verdict:
    """The verdict over rows that must be readable."""
    reading = paper(rows.values(), **facts)
    assert not reading.refusals, [refusal.message for refusal in reading.refusals]
    (verdict,) = judged(bench, reading)
    return verdict
