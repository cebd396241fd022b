"""The index of a store: every batch with its newest verdict and where it stands, what is open
first.

The page lists what is open by itself. All batches stand in scripts beside it, which it loads,
filters and sorts without a server.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kratom_qc.domain.disposition import Disposition
from kratom_qc.domain.verdict import Decision
from kratom_qc.report.rendering import render


class IndexRow(NamedTuple):
    """A batch: `link` is the address of its page, `before` its verdict before the newest one,
    `number` that of the pass that judged it last."""

    link: str
    batch_id: str
    product: str
    laboratory: str
    verdict: str
    before: str
    disposition: str
    judged_on: str
    number: int
    reason: str


class RefusedFile(NamedTuple):
    """A file that never became data, and why."""

    sha256: str
    name: str
    why: str


class PassLine(NamedTuple):
    """A pass with the address of its page."""

    link: str
    number: int
    judged_on: str
    judged_at: str
    program: str


class Further(NamedTuple):
    """A page beside the index: of the groups, or an answer to a what-if."""

    link: str
    name: str


class Index(NamedTuple):
    """All that the index says: how many batches there are by verdict and by disposition, those that
    are open, refused files, the newest passes, the scripts that hold every batch, and pages that
    were asked for."""

    verdicts: Mapping[str, int]
    dispositions: Mapping[str, int]
    open: Sequence[IndexRow]
    refused: Sequence[RefusedFile]
    passes: Sequence[PassLine]
    scripts: Sequence[str]
    further: Sequence[Further] = ()


def block(rows: Iterable[IndexRow]) -> str:
    """The script that hands some batches to the index; as JSON it can end no string."""
    listed = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    return f"batches([\n{listed}\n]);\n"


def index_page(index: Index, *, program: str) -> str:
    """The page over a whole store."""
    return render(
        "index.html",
        title="All batches",
        index=index,
        decisions=[str(decision) for decision in Decision],
        stands=[str(disposition) for disposition in Disposition],
        newest=index.passes[0].number if index.passes else 0,
        program=program,
    )
