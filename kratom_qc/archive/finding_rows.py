"""Findings as rows of the archive. Most of what is found of a batch is found of thousands: limits
of which it reports nothing. `judge` hands out one object for all of them, and its row is made once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

from kratom_qc.archive import fingerprint, rows, tables
from kratom_qc.archive.fingerprint import FindingMark
from kratom_qc.domain.finding import Finding

_MOST_KEPT = 20_000  # findings; six products are asked some thousands of limits
_BATCH = tables.FINDINGS.get_field_index("batch_id")


class _Made(NamedTuple):
    finding: Finding  # held, so that no other finding gets its identity
    values: tables.Values  # of its row, about no batch yet
    mark: FindingMark


@dataclass(slots=True)
class FindingRows:
    """The findings of batch after batch, as rows that wait to be written."""

    made: dict[int, _Made] = field(default_factory=dict)  # by id(finding), of what batches share
    different: list[tables.Values] = field(default_factory=list)  # rows that wait, each once
    places: list[int] = field(default_factory=list)  # of every row that waits, in `different`
    batch_ids: list[str] = field(default_factory=list)  # of every row that waits
    shared: dict[int, int] = field(default_factory=dict)  # id(finding) → its place in `different`

    def __len__(self) -> int:
        return len(self.places)

    def add(self, batch_id: str, findings: Iterable[Finding]) -> list[FindingMark]:
        """All findings on a batch, in their order. Returns what its fingerprint takes of them."""
        marks = []
        for finding in findings:
            mark, place = self._placed(finding)
            marks.append(mark)
            self.places.append(place)
        self.batch_ids += [batch_id] * len(marks)
        return marks

    def _placed(self, finding: Finding) -> tuple[FindingMark, int]:
        if finding.quantity is not None or finding.ref is not None:  # about this batch alone
            made = _made(finding)
            self.different.append(made.values)
            return made.mark, len(self.different) - 1
        known = self.made.get(id(finding))
        if known is None:
            known = self.made[id(finding)] = _made(finding)
        place = self.shared.setdefault(id(finding), len(self.different))
        if place == len(self.different):
            self.different.append(known.values)
        return known.mark, place

    def table(self, stamp: tables.PassStamp) -> pa.Table:
        """The rows that wait, with the columns of the pass in front; then none wait any more."""
        table = tables.arrow("findings", self.different, stamp).take(pa.array(self.places, "int64"))
        batch_ids = pa.array(self.batch_ids, pa.string())
        table = table.set_column(_BATCH, tables.FINDINGS.field(_BATCH), batch_ids)
        self.different, self.places, self.batch_ids, self.shared = [], [], [], {}
        if len(self.made) > _MOST_KEPT:
            self.made = {}
        return table


def _made(finding: Finding) -> _Made:
    row = rows.finding_row(finding, "")
    return _Made(finding, tables.values("findings", row), fingerprint.mark(row))
