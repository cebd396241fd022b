"""How intake refuses: one problem, said of a file, a sheet or a cell."""

from __future__ import annotations

from collections.abc import Sequence

from kratom_qc.domain.errors import Problem, Refused
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.sheets import Sheet


class PartlyRead(Refused):
    """A workbook that is refused in the middle: `sheets` are what was read of it, the last one up
    to where it is refused. They are no data; they may name a lot."""

    def __init__(self, refusals: Sequence[Problem], sheets: Sequence[Sheet]):
        super().__init__(list(refusals))
        self.sheets = tuple(sheets)


def refused(
    file: str, code: str, message: str, sheet: str = "", cell: str = "", quoted: str = ""
) -> Refused:
    """The exception for a single problem; `quoted` is the text that it is about."""
    return Refused([Problem(code, message, CellRef(file, sheet, cell), quoted)])


def damaged(file: str, why: str, sheet: str = "") -> Refused:
    """The exception for a workbook whose parts do not make up a workbook."""
    advice = "open the workbook, save it anew and send it again"
    return refused(file, "damaged", f"{why}; {advice}", sheet)
