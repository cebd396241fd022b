"""One file of very many rows: what reading it costs must grow with its rows, and no faster.

    long_files.py SHAPE ROWS

The first read of a sample certificate, with nothing in memory, is told apart. Seconds are those of computing, so that
two sizes can be compared on a busy machine. One line of JSON is printed.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator

from kratom_qc.app.reading import read_content
from tests.factory.sheets import csv_bytes
from tests.tools.benchmark.measure import ROOT

SAMPLE = ROOT / "sample_reports/certificates/01-clean-leaf-harbor-botanics.xlsx"

Row = list[str]
_CERTIFICATE = [["Batch", "L-1"], [], ["Analyte", "Result", "Unit"], ["Lead", "0.3", "mg/kg"]]
_ABOUT = ("supplier", "pallet", "invoice", "warehouse", "shipment", "seal", "courier")


def prose(count: int) -> Iterator[Row]:
    """Sentences below a table, no two alike."""
    yield from (*_CERTIFICATE, [])
    for at in range(count):
        about = _ABOUT[at % len(_ABOUT)]
        yield [f"The {about} was told of this before the samples left the site under our remark {at}."]


def labels(count: int) -> Iterator[Row]:
    """Labels that nobody knows, each with a sentence, above a table."""
    yield _CERTIFICATE[0]
    for at in range(count):
        about = _ABOUT[at % len(_ABOUT)]
        yield [f"Name of {about} {at}", f"The {about} was told before the samples left, remark {at}"]
    yield from _CERTIFICATE[1:]


def results(count: int) -> Iterator[Row]:
    """Results of which nobody says what batch they are of."""
    yield _CERTIFICATE[2]
    for at in range(count):
        yield [("Lead", "Cadmium", "Arsenic", "Mercury")[at % 4], f"0.{at + 1}", "mg/kg"]


SHAPES: dict[str, Callable[[int], Iterator[Row]]] = {"prose": prose, "labels": labels, "results": results}


def main(shape: str, count: int) -> None:
    """Read a sample, then the long file."""
    gc.freeze()  # as a reader's child does
    first = seconds_of(SAMPLE.name, SAMPLE.read_bytes())
    print(json.dumps({"first": first, "long": seconds_of("long.csv", csv_bytes(list(SHAPES[shape](count))))}))


def seconds_of(name: str, raw: bytes) -> float:
    """How long reading a file takes."""
    before = time.process_time()
    read_content(name, raw)
    return time.process_time() - before


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
