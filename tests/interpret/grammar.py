"""The grammar of results as one table, `grammar.toml`: what a cell says, and what is believed of it.

The test reads it, and so does `make_grammar_table.py`, which writes the same table for people.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from kratom_qc.app.reading import read_content
from kratom_qc.domain.interval import plain
from kratom_qc.domain.result import Result
from kratom_qc.interpret.statement import Statement, Unreadable, readings
from tests.factory.sheets import HEAD, codes, csv_bytes, held, told

_SIGNS = {
    ("below", False): "<",
    ("below", True): "≤",
    ("above", False): ">",
    ("above", True): "≥",
    ("value", False): "=",
}
# These say nothing of how the cell is read.
_OF_SOMETHING_ELSE = ("IMPLAUSIBLE-VALUE", "SUM-OVER-100", "LABORATORY-SAID-FAIL", "UNDATED")
# A second row that proves the file's decimal mark.
_PROOF = {"": [], ".": [["Zinc", "1.5", "mg/kg"]], ",": [["Zinc", "1,5", "mg/kg"]]}


@dataclass(frozen=True, slots=True)
class Row:
    """One string, the decimal mark its file proves (`.`, `,` or none), and what is believed."""

    group: str
    said: str
    mark: str
    means: str
    amount: str
    analyte: str
    unit: str
    lod: str
    loq: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows about one question, in one surrounding: analyte, unit, LOD and LOQ beside the cell."""

    title: str
    note: str
    beside: str
    rows: tuple[Row, ...]


def groups() -> tuple[Group, ...]:
    """The table of `grammar.toml`."""
    data = tomllib.loads(Path(__file__).with_name("grammar.toml").read_text(encoding="utf-8"))
    return tuple(_group(table) for table in data["group"])


def _group(table: dict[str, object]) -> Group:
    analyte, unit, lod, loq = (str(table.get(key, "")) for key in ("analyte", "unit", "lod", "loq"))
    rows = tuple(
        Row(str(table["title"]), said, mark, means, amount, analyte, unit, lod, loq)
        for said, mark, means, amount in table["rows"]  # type: ignore[attr-defined]
    )
    parts = (analyte, unit and f"in {unit}", lod and f"LOD {lod}", loq and f"LOQ {loq}")
    return Group(str(table["title"]), str(table.get("note", "")), ", ".join(part for part in parts if part), rows)


def stated(found: Statement) -> str:
    """A statement in a few words: `< 0.05 mg/kg`, `absent in 25`, `= 0.5 ± 0.1`, `not_detected lod 0.02`."""
    words = [_SIGNS.get((found.kind, found.closed), found.kind)]
    if found.number is not None:
        words.append(plain(found.number.value))
    if found.upper is not None:
        words.append(f"and {plain(found.upper.value)}")
    if found.uncertainty is not None:
        words.append(f"± {plain(found.uncertainty.value)}{' %' if found.relative else ''}")
    for name, bound in (("lod", found.lod), ("loq", found.loq)):
        if bound is not None:
            words.append(f"{name} {plain(bound.value)}")
    if found.portion is not None:
        words.append(f"in {plain(found.portion)}")
    return " ".join([*words, *([found.unit] if found.unit else []), *found.flags])


def means(said: str, mark: str | None) -> str:
    """What the cell alone says, in each way that it may be read, or `held: <code>`."""
    try:
        return " or ".join(map(stated, readings(said, mark)))
    except Unreadable as error:
        return f"held: {error.code}"


def amount(row: Row) -> str:
    """What is believed of the cell within a whole certificate: an interval, or the causes to hold it."""
    header = ["Analyte", "Result", "Unit", "LOD", "LOQ"]
    table = [header, [row.analyte, row.said, row.unit, row.lod, row.loq], *_PROOF[row.mark]]
    table = [[*line, *[""] * (len(header) - len(line))] for line in table]
    reading = read_content("certificate.csv", csv_bytes([*HEAD, *table]))
    if reading.refusals:
        return "held: " + ", ".join(code.upper() for code in codes(reading))
    reasons = [rule for rule in held(reading) if rule not in _OF_SOMETHING_ELSE]
    interval = believed(reading.certificates[0].results[0])
    if not reasons:
        return interval
    nothing = interval.startswith("[0, ∞)")
    return f"held: {', '.join(reasons)}{'' if nothing else f'; {interval}'}"


def believed(result: Result) -> str:
    """A result in a few words: its interval, `not measured`, `± U`, whether it was detected."""
    if not result.measured:
        return "not measured"
    words = [told(result.interval), result.unit]
    if result.uncertainty is not None:
        words.append(f"± {plain(result.uncertainty)}")
    words.append({True: "detected", False: "not detected", None: "detected or not"}[result.detected])
    return " ".join(word for word in words if word)
