"""Bytes of workbooks → cells: our guarded, isolated reading beside openpyxl and python-calamine alone, on the same files.

    reading.py INBOX openpyxl|calamine|ours|guarded|whole COUNT

`guarded` is what a pass does up to the cells: preflight, caps, formats, hidden state, in confined children on every core.
`whole` goes on to results and hands them back. Nothing of that is done by the two baselines. One line of JSON is printed.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from kratom_qc.app.reading import READ_BEFORE, Readers
from kratom_qc.intake.sandbox import Sandbox
from kratom_qc.intake.workbook import open_workbook
from kratom_qc.settings import Caps
from tests.tools.benchmark.measure import Stopwatch

Files = Sequence[tuple[str, bytes]]


def cells(name: str, raw: bytes, caps: Caps) -> int:
    """How many cells our reader finds."""
    return sum(len(row) for sheet in open_workbook(name, raw, caps).sheets for row in sheet.rows.values())


def by_openpyxl(files: Files) -> int:
    """Its normal mode: read-only mode knows no hidden rows and no fonts."""
    import openpyxl

    found = 0
    for _, raw in files:
        book = openpyxl.load_workbook(io.BytesIO(raw))
        found += sum(cell.value is not None for sheet in book for row in sheet.iter_rows() for cell in row)
    return found


def by_calamine(files: Files) -> int:
    """Values only; it tells nothing of formats, formulas, hidden rows or strike-through."""
    from python_calamine import CalamineWorkbook

    found = 0
    for _, raw in files:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        rows = (row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())
        found += sum(cell != "" for row in rows for cell in row)
    return found


def ours(files: Files) -> int:
    """Our reader in this process, unguarded by children."""
    return sum(cells(name, raw, Caps()) for name, raw in files)


def main(inbox: Path, way: str, count: int) -> None:
    """Measure one way; the children of the guarded ways are started and warm before the clock, their start is told apart."""
    warnings.simplefilter("ignore")
    files = [(path.name, path.read_bytes()) for path in sorted(inbox.glob("*.xlsx"))[:count]]
    watch = Stopwatch()
    alone: dict[str, Callable[[Files], int]] = {"openpyxl": by_openpyxl, "calamine": by_calamine, "ours": ours}
    if way in alone:
        alone[way](files[:3])
        with watch("read"):
            found = alone[way](files)
    elif way == "guarded":
        sandbox = Sandbox(Caps(), preload=READ_BEFORE)
        with watch("start"):
            for pending in [sandbox.submit(cells, *files[0], Caps()) for _ in range(8)]:
                pending.answer()
        with watch("read"):
            found = sum(one.answer() for one in sandbox.map(cells, ((*file, Caps()) for file in files)))
        sandbox.close()
    else:
        with Readers(Caps()) as readers:
            with watch("start"):
                list(readers.read(files[:8]))
            with watch("read"):
                found = sum(len(certificate.results) for one in readers.read(files) for certificate in one.certificates)
    watch.report(files=len(files), found=found)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
