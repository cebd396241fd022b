"""How intake refuses: one problem, said of a file, a sheet or a cell."""

from __future__ import annotations

from kratom_qc.domain.errors import Refusal, Refused
from kratom_qc.domain.source import CellRef


def refused(
    file: str, code: str, message: str, sheet: str = "", cell: str = "", quoted: str = ""
) -> Refused:
    """The exception for a single problem; `quoted` is the text that it is about."""
    return Refused([Refusal(code, message, CellRef(file, sheet, cell), quoted)])


def damaged(file: str, why: str, sheet: str = "") -> Refused:
    """The exception for a workbook whose parts do not make up a workbook."""
    advice = "open the workbook, save it anew and send it again"
    return refused(file, "damaged", f"{why}; {advice}", sheet)
