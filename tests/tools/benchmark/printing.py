"""What a batch's report costs in each format, on one core: the verdicts of the samples, over and over.

A page is counted from its verdict on; PDF and XLSX from the page that a pass kept; all without the collector, as commands
run.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from time import process_time

from kratom_qc import PROGRAM, settings
from kratom_qc.app.batches import judge_readings
from kratom_qc.app.policy import load_policy
from kratom_qc.app.reading import Readers
from kratom_qc.domain.verdict import Verdict
from kratom_qc.report.html import batch_page
from kratom_qc.report.kept import Report, reported
from kratom_qc.report.page import batch_page as page_of
from kratom_qc.report.pdf import pdf
from kratom_qc.report.xlsx import workbook
from tests.tools.benchmark.measure import Stopwatch

SAMPLES = Path(__file__).parents[3] / "sample_reports"
SECONDS = 2.0  # of computing for each format


def verdicts() -> list[Verdict]:
    """Those of the sample certificates."""
    paths = sorted((SAMPLES / "certificates").iterdir())
    with Readers(settings.caps()) as readers:
        readings = list(readers.read((path.name, path.read_bytes()) for path in paths))
    policy = load_policy(on=date(2026, 11, 22), facts=SAMPLES / "products.toml")
    return list(judge_readings(readings, policy))


def each(make: Callable[[int], object], count: int) -> float:
    """Seconds of computing for one, after all were made once."""
    gc.collect()
    gc.disable()
    for number in range(count):
        make(number)
    made, started = 0, process_time()
    while process_time() - started < SECONDS:
        make(made % count)
        made += 1
    seconds = (process_time() - started) / made
    gc.enable()
    return seconds


def measurements(found: Sequence[Verdict]) -> dict[str, Callable[[int], object]]:
    """How each format is made of the verdict with a number."""
    reports: list[Report] = [reported(page_of(verdict, program=PROGRAM))[0] for verdict in found]
    return {
        "html": lambda number: batch_page(found[number], program=PROGRAM),
        "pdf": lambda number: pdf(reports[number]),
        "pdf with annex": lambda number: pdf(reports[number], annex=True),
        "xlsx": lambda number: workbook(reports[number]),
    }


if __name__ == "__main__":
    judged = verdicts()
    Stopwatch().report(**{name: each(make, len(judged)) for name, make in measurements(judged).items()})
