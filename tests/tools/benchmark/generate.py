"""Believable certificates of four shapes, sixty results each, one batch each; the same ones for the same seed.

Kept in a folder of the system's temp folder, so that a second run of the benchmark finds them.
"""

from __future__ import annotations

import csv
import hashlib
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from tests.tools.benchmark.panels import FAULTS, PANELS, Assay

SEED = 20261122
CLEAN = 0.85
COLUMNS = ("Analyte", "Result", "Units", "LOD", "LOQ", "Method")
_BOLD = Font(bold=True)
_BAR = PatternFill("solid", fgColor="FFDCE6F1")

Value = str | float | None


class Paper(NamedTuple):
    """One certificate before it is laid out: its facts, and every assay with what the laboratory reports."""

    facts: dict[str, str]
    results: list[tuple[Assay, str]]


def certificates(count: int, seed: int = SEED) -> Path:
    """The folder that holds `count` certificates, made now or found from before."""
    sources = b"".join(Path(__file__).with_name(name).read_bytes() for name in ("generate.py", "panels.py"))
    version = hashlib.sha256(sources).hexdigest()[:10]
    folder = Path(tempfile.gettempdir()) / f"kratom-qc-benchmark-{version}-{seed}-{count}"
    if (folder / "complete").exists():
        return folder / "inbox"
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        _write(folder / "inbox", number, seed)
    (folder / "complete").touch()
    return folder / "inbox"


def _write(inbox: Path, number: int, seed: int) -> None:
    """Every certificate has a generator of its own, so that certificate 7 is the same among 10 and among 1,000."""
    drawn = random.Random(seed * 1_000_003 + number)
    name, lay_out = SHAPES[number % len(SHAPES)]
    lay_out(inbox / f"{number:05d}-{name}", paper(drawn, number))


def paper(drawn: random.Random, number: int) -> Paper:
    """One lot's certificate; fifteen in a hundred have something wrong with one assay."""
    product = "Leaf powder" if drawn.random() < 0.7 else "Extract"
    results = [(assay, _reported(drawn, assay)) for assay in PANELS[product]]
    if drawn.random() >= CLEAN:
        wrong, said = drawn.choice(FAULTS)
        results = [(assay, said if assay.name == wrong else result) for assay, result in results]
    day = drawn.randint(1, 24)
    facts = {
        "Laboratory": drawn.choice(("Tidewater Analytical", "Ridgeline Botanical Testing", "Summit Plant Lab")),
        "Certificate No.": f"CA-26-{number:05d}",
        "Batch No.": f"LOT-{number:05d}",
        "Product Form": product,
        "Product Name": f"Green Hulu, {product.lower()} {number % 40}",
        "Date Received": f"2026-09-{day:02d}",
        "Date Tested": f"2026-10-{day:02d}",
        "Date Issued": f"2026-10-{day + 3:02d}",
        "Serving Size": "2 g" if product == "Leaf powder" else "0.1 g",
        "Servings Per Day": "2",
    }
    return Paper(facts, results)


def _reported(drawn: random.Random, assay: Assay) -> str:
    """What the laboratory prints for a clean lot: three digits, `ND`, or `<` its LOQ."""
    if assay.says:
        return assay.says
    if drawn.random() >= assay.found:
        return f"<{assay.loq}" if assay.unit == "CFU/g" or drawn.random() < 0.3 else "ND"
    value = drawn.uniform(assay.low, assay.high)
    return str(round(value / 10) * 10) if assay.unit == "CFU/g" else f"{value:.3g}"


# ---------------------------------------------------------------- shapes


def _form(path: Path, made: Paper) -> None:
    """Label/value cells, then a table for every panel; numbers stored as numbers."""
    book, sheet = _book("COA")
    sheet.append(["CERTIFICATE OF ANALYSIS"])
    _facts(sheet, made)
    for section in dict.fromkeys(assay.section for assay, _ in made.results):
        sheet.append([])
        sheet.append([section])
        _header(sheet, COLUMNS)
        for assay, said in made.results:
            if assay.section == section:
                sheet.append(
                    [assay.name, _stored(said), assay.unit, _stored(assay.lod), _stored(assay.loq), assay.method]
                )
    book.save(path)


def _qualifier(path: Path, made: Paper) -> None:
    """The sign or word in a column of its own beside the number."""
    book, sheet = _book("Results")
    _facts(sheet, made)
    sheet.append([])
    _header(sheet, ("Method", "Parameter", "Qualifier", "Value", "UOM", "MDL", "RL"))
    for assay, said in made.results:
        sign, value = ("<", said[1:]) if said.startswith("<") else ("ND", "") if said == "ND" else ("", said)
        sheet.append([assay.method, assay.name, sign or None, _stored(value), assay.unit or None, assay.lod, assay.loq])
    book.save(path)


def _wide(path: Path, made: Paper) -> None:
    """One row per batch, analytes across, with rows of their own for unit, LOD and LOQ."""
    book, sheet = _book("Lots")
    sheet.append(["Laboratory", made.facts["Laboratory"]])
    sheet.append([])
    facts = [name for name in made.facts if name != "Laboratory"]
    _header(sheet, [*facts, *(assay.name for assay, _ in made.results)])
    for label, field in (("Unit", "unit"), ("LOD", "lod"), ("LOQ", "loq")):
        sheet.append([label, *[None] * (len(facts) - 1), *(getattr(assay, field) or None for assay, _ in made.results)])
    sheet.append([*(made.facts[name] for name in facts), *(_stored(said) for _, said in made.results)])
    book.save(path)


def _long(path: Path, made: Paper) -> None:
    """A LIMS export: one row per result, the batch's facts repeated in each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([*made.facts, "Test Category", *COLUMNS])
        for assay, said in made.results:
            out.writerow(
                [*made.facts.values(), assay.section, assay.name, said, assay.unit, assay.lod, assay.loq, assay.method]
            )


SHAPES: tuple[tuple[str, Callable[[Path, Paper], None]], ...] = (
    ("form.xlsx", _form),
    ("long.csv", _long),
    ("wide.xlsx", _wide),
    ("qualifier.xlsx", _qualifier),
)


def _book(title: str) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    return book, sheet


def _facts(sheet: Worksheet, made: Paper) -> None:
    for label, value in made.facts.items():
        sheet.append([label, value])


def _header(sheet: Worksheet, names: Sequence[str]) -> None:
    sheet.append(list(names))
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill = _BOLD, _BAR


def _stored(said: str) -> Value:
    """A number as a number cell, everything else as text, nothing as no cell."""
    try:
        return float(said) if said else None
    except ValueError:
        return said


if __name__ == "__main__":
    print(certificates(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
