"""A laboratory's long csv, read by the real reader, and a leaf that passes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from zlib import crc32

from kratom_qc.app.reading import Reading, read_content


def long_csv(rows: Iterable[Mapping[str, str]], **everywhere: str) -> bytes:
    """A csv with one row per result; `everywhere` stands in every row. Keys are header words, `_` read as a blank."""
    full = [{**{key.replace("_", " "): value for key, value in everywhere.items()}, **row} for row in rows]
    header = list(dict.fromkeys(key for row in full for key in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(full)
    return out.getvalue().encode()


def row(analyte: str, said: str, unit: str = "", **more: str) -> dict[str, str]:
    """One row of a long csv."""
    return {"Analyte": analyte, "Result": said, "Unit": unit, **more}


def lot(told: str) -> str:
    """The lot number of a case that words tell of: the words themselves would hold its batch."""
    return f"T-{crc32(told.encode())}"


_IS_DATE = re.compile("date|tested|received|issued|reported|sampled", re.IGNORECASE)


def certificate(
    batch_id: str, *rows: Mapping[str, str], name: str = "", form: str = "leaf powder", **everywhere: str
) -> Reading:
    """One certificate of one batch, as a laboratory's csv read by the real reader, tested not long ago unless `everywhere`
    states a date. Fails where it is refused."""
    dated = {} if any(_IS_DATE.search(header) for header in everywhere) else {"Date Tested": "2025-12-28"}
    facts = {"Batch": batch_id, **({"Form": form} if form else {}), **everywhere}
    found = read_content(name or f"{batch_id}.csv", long_csv(({**row, **dated} for row in rows), **facts))
    assert not found.refusals, [refusal.message for refusal in found.refusals]
    return found


# A batch of leaf that the real rulebooks pass in `us`: analyte → (said, unit).
CLEAN_LEAF: dict[str, tuple[str, str]] = {
    "Mitragynine": ("1.40", "%"),
    "7-Hydroxymitragynine": ("0.010", "%"),
    "Paynantheine": ("0.25", "%"),
    "Speciogynine": ("0.15", "%"),
    "Speciociliatine": ("0.20", "%"),
    "Arsenic": ("0.10", "mg/kg"),
    "Cadmium": ("0.05", "mg/kg"),
    "Lead": ("0.30", "mg/kg"),
    "Mercury": ("0.01", "mg/kg"),
    "TAMC": ("12000", "cfu/g"),
    "TYMC": ("300", "cfu/g"),
    "E. coli": ("Absent in 10 g", ""),
    "Salmonella": ("Absent in 25 g", ""),
}
REQUIRED_OF_LEAF = tuple(name for name in CLEAN_LEAF if name not in ("Paynantheine", "Speciogynine", "Speciociliatine"))


def clean_leaf(**changes: tuple[str, str] | None) -> list[dict[str, str]]:
    """The rows of a clean leaf batch with some statements changed (by analyte), or dropped (None)."""
    said = {**CLEAN_LEAF, **changes}
    return [row(analyte, *statement) for analyte, statement in said.items() if statement is not None]
