"""Write the reports of the sample certificates again: `python sample_reports/make_reports.py [FOLDER]`.

They are judged on a fixed day for the markets of `expectations/`, so the same program writes the same bytes; a test
proves that what stands in `sample_reports/reports/` is what the program writes today.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from kratom_qc import PROGRAM, settings
from kratom_qc.app.batches import judge_readings
from kratom_qc.app.policy import load_policy
from kratom_qc.app.reading import Readers
from kratom_qc.report.html import batch_page, page_name, summary_page
from kratom_qc.report.limits import limits_page
from kratom_qc.report.summary import summary_row

HERE = Path(__file__).resolve().parent
DAY = date(2026, 11, 22)


def pages() -> dict[str, str]:
    """Every page of the sample run by file name."""
    paths = sorted((HERE / "certificates").iterdir())
    with Readers(settings.caps()) as readers:
        readings = list(readers.read((path.name, path.read_bytes()) for path in paths))
    policy = load_policy(on=DAY, facts=HERE / "products.toml")
    page_of: dict[str, str] = {}
    rows = []
    for verdict in judge_readings(readings, policy):
        name = page_name(verdict.batch.batch_id)
        page_of[name] = batch_page(verdict, program=PROGRAM)
        rows.append(summary_row(verdict, name))
    refused = [(reading.file, reading.sha256, reading.refusals) for reading in readings if reading.refusals]
    page_of["index.html"] = summary_page(rows, refused, judged_on=DAY, program=PROGRAM, overdue=policy.overdue)
    page_of["limits.html"] = limits_page(policy.books, day=DAY, program=PROGRAM)
    return page_of


def main(folder: Path) -> None:
    """Write every page into a folder and remove pages of batches that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    written = pages()
    for old in folder.glob("*.html"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "reports")
