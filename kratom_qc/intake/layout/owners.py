"""Which certificates of a file something at a cell may speak of: those with a result in its row,
else those with one on its sheet, else all."""

from __future__ import annotations

from collections.abc import Sequence

from kratom_qc.domain.certificate import Certificate
from kratom_qc.domain.source import CellRef
from kratom_qc.intake.sheets import row_and_column


class Owners:
    """The certificates of a file, by what they have results beside."""

    def __init__(self, certificates: Sequence[Certificate]):
        self._all = range(len(certificates))
        self._beside: dict[tuple[str, int], list[int]] = {}
        self._around: dict[str, list[int]] = {}
        for index, certificate in enumerate(certificates):
            rows = {
                (word.ref.sheet, row_and_column(word.ref.cell)[0])
                for line in certificate.rows
                for word in (line.analyte, line.result)
                if word is not None and word.ref.cell
            }
            for row in rows:
                self._beside.setdefault(row, []).append(index)
            for sheet in {sheet for sheet, _ in rows}:
                self._around.setdefault(sheet, []).append(index)

    def of(self, place: CellRef) -> Sequence[int]:
        """The numbers of the certificates that a text at a place may speak of."""
        beside: Sequence[int] | None = None
        if place.cell and place.cell[-1].isdigit() and place.cell.isalnum():
            beside = self._beside.get((place.sheet, row_and_column(place.cell)[0]))
        return beside or self._around.get(place.sheet) or self._all
