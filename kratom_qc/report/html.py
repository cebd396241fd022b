"""Verdicts as self-contained HTML: one page per batch, one summary per run.

Ids, names and results are a vendor's text. They are escaped everywhere (autoescape is forced,
nothing is marked safe) and never name a path.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kratom_qc.domain.errors import Refusal
from kratom_qc.domain.verdict import Decision, MarketStatus, Verdict
from kratom_qc.report import page
from kratom_qc.report.evidence import where
from kratom_qc.report.markets import shares
from kratom_qc.report.summary import SummaryRow

TEMPLATES = Path(__file__).parent / "templates"
_KEPT = {  # macros of `_rows.html` by how many of their answers are kept
    "ticks": 64,
    "small_bar": 4096,
    "limit_cell": 4096,
    "limit_foot": 4096,
    "found_cells": 8192,
    "limit_cells": 8192,
    "result_row": 8192,
    "silence": 512,
    "chips": 512,
    "rule_rows": 1024,
    "bans": 64,
    "listed": 512,
    "rulebook_rows": 16,
}
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


def page_name(batch_id: str) -> str:
    """A file name for a batch's page. Ids are data: `LOT/1` must not become a path, and `LOT-1` and
    `lot-1` must not meet on a file system that ignores case, so the id's hash is part of the name.
    A leading dot would hide the page."""
    digest = hashlib.sha256(batch_id.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{_UNSAFE.sub('-', batch_id.replace('.', '-', batch_id.startswith('.')))[:60]}-{digest}.html"


def batch_page(verdict: Verdict, *, program: str) -> str:
    """One self-contained page for one batch. Same verdict, same text."""
    title = f"{verdict.decision} {verdict.batch.batch_id}"
    view = page.batch_page(verdict)
    return _environment().get_template("batch.html").render(page=view, title=title, program=program)


def summary_page(
    rows: Iterable[SummaryRow],
    refused: Sequence[tuple[str, str, Sequence[Refusal]]],
    *,
    judged_on: date,
    program: str,
    overdue: Sequence[str] = (),
) -> str:
    """A run's summary: batches worst first, then every refused file with everything wrong in it.
    `overdue` are sentences about rulebooks that nobody has compared with their sources for too
    long."""
    groups: dict[Decision, list[SummaryRow]] = {decision: [] for decision in Decision}
    for row in rows:
        groups[row.decision].append(row)
    files = [
        (file, sha256, [(refusal, where(refusal.ref)) for refusal in problems])
        for file, sha256, problems in refused
    ]
    return (
        _environment()
        .get_template("summary.html")
        .render(
            groups=[(decision.value, found) for decision, found in groups.items()],
            markets=shares(row.stands for found in groups.values() for row in found),
            says=[str(says) for says in MarketStatus],
            files=files,
            batches=sum(map(len, groups.values())),
            judged_on=judged_on.isoformat(),
            overdue=overdue,
            program=program,
            title=f"Batches judged on {judged_on.isoformat()}",
        )
    )


@cache
def _environment() -> Environment:
    """Compiled once; autoescape is forced because `select_autoescape` goes by the template's name."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=False,
    )
    # The same limits, silences, bars and non-detects stand on page after page of a run: their
    # (escaped) markup is kept. Markup is remembered by everything it was made of, so that it can
    # never be another batch's.
    kept = SimpleNamespace()
    environment.globals["kept"] = (
        kept  # before any template is loaded: it sees the globals of that moment
    )
    rows = environment.get_template("_rows.html").module
    for name, size in _KEPT.items():
        setattr(kept, name, lru_cache(size)(getattr(rows, name)))
    # A page has hundreds of rows: joined here, none is wrapped and escaped once more on its way
    # through the template.
    kept.finding_rows = lambda rows: Markup("").join(
        [
            cells
            for row in rows
            for cells in (kept.found_cells(*row.found), kept.limit_cells(*row.limit))
        ]
    )
    kept.result_rows = lambda columns, rows: Markup("").join(
        [kept.result_row(columns, *row) for row in rows]
    )
    return environment
