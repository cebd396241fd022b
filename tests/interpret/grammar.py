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
from kratom_qc.interpret.statement import Statement, Unreadable, statement

from tests.helpers_sheets import HEAD, codes, csv_bytes, told

_SIGNS = {
    ("below", False): "<",
    ("below", True): "≤",
    ("above", False): ">",
    ("above", True): "≥",
    ("value", False): "=",
}
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
    if found.uncertainty is not None:
        words.append(f"± {plain(found.uncertainty.value)}{' %' if found.relative else ''}")
    for name, bound in (("lod", found.lod), ("loq", found.loq)):
        if bound is not None:
            words.append(f"{name} {plain(bound.value)}")
    if found.portion is not None:
        words.append(f"in {plain(found.portion)}")
    return " ".join([*words, *([found.unit] if found.unit else []), *found.flags])


def means(said: str, mark: str | None) -> str:
    """What the cell alone says, or `refused: <code>`."""
    try:
        return stated(statement(said, mark))
    except Unreadable as error:
        return f"refused: {error.code}"


def amount(row: Row) -> str:
    """What is believed of the cell within a whole certificate: an interval, or the codes of the file's refusals."""
    header = ["Analyte", "Result", "Unit", "LOD", "LOQ"]
    table = [header, [row.analyte, row.said, row.unit, row.lod, row.loq], *_PROOF[row.mark]]
    table = [[*line, *[""] * (len(header) - len(line))] for line in table]
    reading = read_content("certificate.csv", csv_bytes([*HEAD, *table]))
    if reading.refusals:
        return "refused: " + ", ".join(codes(reading))
    return believed(reading.certificates[0].results[0])


def believed(result: Result) -> str:
    """A result in a few words: its interval, `not measured`, `± U`, whether it was detected."""
    if not result.measured:
        return "not measured"
    words = [told(result.interval), result.unit]
    if result.uncertainty is not None:
        words.append(f"± {plain(result.uncertainty)}")
    words.append({True: "detected", False: "not detected", None: "detected or not"}[result.detected])
    return " ".join(word for word in words if word)
